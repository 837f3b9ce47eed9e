/* local.c - see local.h */
#include <errno.h>
#include <stdio.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/pack.h"
#include "call/device_state.h"
#include "call/inner.h"
#include "call/local.h"
#include "call/observe.h"

#define PAIRS_MAX 1000

struct local {
    const struct local_args *args;
    struct channel *first, *second; /* ;1 and ;2; NULL once hung up. Not references */
    char *context, *exten;
    bool stays; /* option n */
};

static void local_destroy(void *object)
{
    struct local *l = object;

    mem_free(l->context);
    mem_free(l->exten);
}

static void half_destroy(struct channel *ch)
{
    struct local *l = ch->pvt;

    if (l->first == ch)
        l->first = NULL;
    if (l->second == ch)
        l->second = NULL;
    ch->pvt = mem_deref(l);
}

static const struct channel_tech local_tech;

struct channel *local_twin(const struct channel *ch)
{
    const struct local *l = ch->pvt;

    if (ch->tech != &local_tech || !l || !l->first || !l->second)
        return NULL;
    return l->first == ch ? l->second : l->first;
}

bool local_is_first(const struct channel *ch)
{
    return local_twin(ch) && ((const struct local *)ch->pvt)->first == ch;
}

void local_let_leave(struct channel *ch)
{
    struct channel *twin = local_twin(ch);

    if (!twin)
        return;
    ((struct local *)ch->pvt)->stays = false;
    channel_on_optimize(ch);
    channel_on_optimize(twin);
}

bool local_may_leave(const struct channel *ch)
{
    const struct channel *twin = local_twin(ch);

    return twin && !((const struct local *)ch->pvt)->stays && !ch->recording_count &&
           !twin->recording_count && ch->state == CHANNEL_UP && twin->state == CHANNEL_UP &&
           !ch->is_hungup && !twin->is_hungup;
}

/* ---- a new pair ---- */

/* A routing that dials itself twice over would make a million pairs before max_forwards ends it. */
static int count_pair(struct channel *requestor)
{
    if (!requestor)
        return 0;
    if (!requestor->pairs_made)
        requestor->pairs_made = mem_alloc(sizeof(*requestor->pairs_made), NULL);
    if (!requestor->pairs_made)
        return ENOMEM;
    if (++*requestor->pairs_made <= PAIRS_MAX)
        return 0;
    if (*requestor->pairs_made == PAIRS_MAX + 1)
        log_warning(
            "Local channel not made, one call has made %d of them: does the routing lead in "
            "circles? call=%s channel=\"%s\"",
            PAIRS_MAX, requestor->linkedid, requestor->name);
    return EAGAIN;
}

/* "exten@context/nj" */
static int parse(struct local *l, struct slice resource)
{
    struct slice options, context, exten;

    resource = slice_cut(resource, '/', &options);
    exten = slice_cut(resource, '@', &context);
    if (!exten.len)
        return EINVAL;
    l->stays = slice_is_set(options) && slice_chr(options, 'n') >= 0;
    l->exten = slice_dup(exten);
    l->context = slice_is_set(context) && context.len ? slice_dup(context) : mem_strdup("default");
    return l->exten && l->context ? 0 : ENOMEM;
}

static int make_half(struct channel **chp, struct local *l, struct calls *c, const char *name,
                     const struct channel *requestor, const char *uniqueid)
{
    const bool is_first = !l->first;
    struct channel *ch;
    int err = channel_alloc(&ch, c,
                            &(struct channel_args){.tech = &local_tech,
                                                   .pvt = l,
                                                   .name = name,
                                                   .is_outgoing = is_first,
                                                   .state = is_first ? CHANNEL_DOWN : CHANNEL_RING,
                                                   .requestor = requestor,
                                                   .linked = is_first ? NULL : l->first,
                                                   .uniqueid = uniqueid});

    if (err)
        return err;
    mem_ref(l);
    *(is_first ? &l->first : &l->second) = ch;
    err = channel_set(&ch->context, slice_of(l->context));
    if (!err)
        err = channel_set(&ch->exten, slice_of(l->exten));
    *chp = ch;
    return err;
}

static int make_halves(struct local *l, struct calls *c, const struct channel_request *req,
                       struct channel **first, struct channel **second)
{
    const uint32_t number = calls_next_name(c);
    char name[160];
    int err;

    snprintf(name, sizeof(name), "Local/%.60s@%.60s-%08x;1", l->exten, l->context, number);
    err = make_half(first, l, c, name, req->requestor, req->uniqueid);
    if (err)
        return err;
    name[strlen(name) - 1] = '2';
    err = make_half(second, l, c, name, NULL, req->other_uniqueid);
    if (err)
        return err;
    channel_show(*first);
    channel_show(*second);
    return channel_open_pair(*first, *second);
}

static void give_up(struct channel *ch)
{
    if (!ch)
        return;
    channel_hangup(ch, CAUSE_FAILURE);
    mem_deref(ch);
}

static int request(struct channel **chp, void *tech_arg, const struct channel_request *req,
                   int *cause)
{
    struct calls *c = tech_arg;
    struct channel *first = NULL, *second = NULL;
    struct local *l = mem_alloc(sizeof(*l), local_destroy);
    int err;

    *cause = CAUSE_FAILURE;
    if (!l)
        return ENOMEM;
    l->args = c->local;
    err = count_pair(req->requestor);
    if (!err)
        err = parse(l, req->resource);
    if (!err)
        err = make_halves(l, c, req, &first, &second);
    if (err == EAGAIN)
        *cause = CAUSE_CONGESTION;
    if (err) {
        give_up(second);
        give_up(first);
    } else {
        mem_deref(second); /* the tables hold it; it ends with ;1 until its routing runs */
        *chp = first;
    }
    mem_deref(l);
    return err;
}

/* ---- the call ---- */

static int copy_vars(struct channel *to, const struct channel *from)
{
    LIST_FOREACH(&from->vars, k)
    {
        const struct variable *v = CONTAINER_OF(k, struct variable, link);
        char name[300];
        int err;

        snprintf(name, sizeof(name), "%.2s%s", &"__"[2 - (v->inherit > 2 ? 2 : v->inherit)],
                 v -> name);
        err = v->is_quiet ? channel_var_keep(to, slice_of(name), slice_of(v->value))
                          : channel_var_set(to, slice_of(name), slice_of(v->value));
        if (err == ENOMEM)
            return err;
    }
    return 0;
}

/* ;2 is called by whom ;1 is connected with. */
static int introduce(struct channel *second, const struct channel *first)
{
    int err = copy_vars(second, first);

    if (!err)
        err = party_copy(&second->caller, &first->connected);
    if (!err)
        err = party_copy(&second->ani, &first->ani);
    if (!err)
        err = party_copy(&second->connected, &first->caller);
    if (!err)
        err = redirecting_copy(&second->redirecting, &first->redirecting);
    if (!err)
        err = channel_set(&second->language, slice_of(first->language));
    if (!err)
        err = channel_set(&second->musicclass, slice_of(first->musicclass));
    if (!err)
        err = channel_set(&second->accountcode, slice_of(first->peeraccount));
    if (!err)
        err = channel_set(&second->peeraccount, slice_of(first->accountcode));
    second->max_forwards = first->max_forwards;
    second->pairs_made = mem_ref(first->pairs_made);
    second->amaflags = first->amaflags;
    if (err)
        return err;
    if (second->caller.number || second->caller.name)
        channel_party_changed(second);
    if (second->connected.number || second->connected.name)
        channel_connected_changed(second);
    return 0;
}

static int call(struct channel *first)
{
    struct local *l = first->pvt;
    struct channel *second = l->second;
    int err;

    if (!second)
        return ECONNRESET;
    if (!l->args->has(slice_of(l->context), slice_of(l->exten), l->args->arg)) {
        log_notice("Local channel leads to no extension call=%s channel=\"%s\"", first->linkedid,
                   first->name);
        return ENOENT;
    }
    err = introduce(second, first);
    if (!err)
        err = channel_set(&second->exten, slice_of(l->exten));
    if (err)
        return err;
    calls_tell(first->calls,
               &(struct call_fact){
                   .type = CALL_LOCAL, .channel = first, .other = second, .number = l->stays});
    return l->args->start(second, l->args->arg);
}

static int answer(struct channel *ch)
{
    struct channel *twin = local_twin(ch);

    if (!twin)
        return ECONNRESET;
    if (!local_is_first(ch))
        channel_on_answered(twin);
    return 0;
}

/* What one half shall show, happens at the other. */
static int indicate(struct channel *ch, enum channel_indication ind)
{
    struct channel *twin = local_twin(ch);

    if (!twin)
        return 0;
    switch (ind) {
    case CHANNEL_IND_RINGING: channel_on_ringing(twin); break;
    case CHANNEL_IND_PROGRESS: channel_on_progress(twin); break;
    case CHANNEL_IND_PROCEEDING: channel_on_proceeding(twin); break;
    case CHANNEL_IND_HOLD: channel_on_hold(twin, true); break;
    case CHANNEL_IND_UNHOLD: channel_on_hold(twin, false); break;
    case CHANNEL_IND_CONNECTED:
        if (party_copy(&twin->caller, &ch->connected) == 0)
            channel_on_connected(twin);
        break;
    case CHANNEL_IND_REDIRECTING:
        if (redirecting_copy(&twin->redirecting, &ch->redirecting) == 0)
            channel_on_redirected(twin);
        break;
    }
    return 0;
}

/* Sound between the halves is not coded. */
static int get(struct channel *ch, struct slice item, struct buf *out)
{
    static const char *const formats[] = {"audioreadformat", "audiowriteformat", "rawreadformat",
                                          "rawwriteformat"};

    if (slice_caseeqz(item, "audionativeformat"))
        return buf_addz(out, "(slin)");
    if (slice_caseeqz(item, "videonativeformat"))
        return buf_addz(out, "(nothing)");
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
        if (slice_caseeqz(item, formats[i]))
            return buf_addz(out, "slin");
    return ENOENT;
}

/* "exten@context[/options]": what channels with options do counts for the device without them. */
static enum device_state device_state(void *tech_arg, struct slice resource)
{
    struct calls *c = tech_arg;
    struct slice options, context, place = slice_cut(resource, '/', &options),
                                   exten = slice_cut(place, '@', &context);
    char name[160];

    if (!slice_is_set(context) || !c->local->has(context, exten, c->local->arg))
        return DEVICE_INVALID;
    if (!slice_is_set(options))
        return DEVICE_NOT_INUSE;
    snprintf(name, sizeof(name), "Local/%.*s", SLICE_ARG(place));
    return device_state_get(c, slice_of(name));
}

static void hangup(struct channel *ch, int cause)
{
    struct local *l = ch->pvt;
    struct channel *twin = local_twin(ch);

    if (l->first == ch)
        l->first = NULL;
    else
        l->second = NULL;
    if (!twin)
        return;
    channel_on_twin_hangup(twin, cause, ch->state);
    if (!twin->plan && twin == l->second) /* its routing never began: nobody else ends it */
        channel_hangup(twin, cause);
}

/* ---- handed to the next engine ---- */

static void save(const struct channel *ch, struct pack *k, bool is_lean)
{
    const struct channel *twin = local_twin(ch);
    struct local *l = ch->pvt;
    bool is_first = local_is_first(ch);
    struct slice other = slice_of(twin ? twin->uniqueid : NULL);

    if (!twin) {
        pack_fail(k, ENOTCONN); /* alone it can only end */
        return;
    }
    pack_slice(k, &other);
    pack_bool(k, &is_first);
    pack_string(k, &l->context);
    pack_string(k, &l->exten);
    pack_bool(k, &l->stays);
}

/* Both halves get the pair when the first of them is restored, or none. */
static void become_pair(struct local *l, struct channel *ch, struct channel *twin, bool is_first)
{
    l->first = is_first ? ch : twin;
    l->second = is_first ? twin : ch;
    ch->tech = twin->tech = &local_tech;
    ch->pvt = mem_ref(l);
    twin->pvt = mem_ref(l);
}

static int restore(struct channel *ch, void *tech_arg, struct pack *k)
{
    struct calls *c = tech_arg;
    struct slice other = SLICE_NONE;
    struct channel *twin;
    struct local *l;
    bool is_first = false;
    int err;

    pack_slice(k, &other);
    twin = slice_is_set(other) ? calls_channel_find(c, other) : NULL;
    if (ch->tech == &local_tech && local_twin(ch) == twin)
        return 0; /* its twin came first */
    if (!twin || twin == ch || twin->pvt)
        return pack_err(k) ? pack_err(k) : ENOTCONN;
    l = mem_alloc(sizeof(*l), local_destroy);
    if (!l)
        return ENOMEM;
    l->args = c->local;
    pack_bool(k, &is_first);
    pack_string(k, &l->context);
    pack_string(k, &l->exten);
    pack_bool(k, &l->stays);
    err = pack_err(k);
    if (!err && (!l->context || !l->exten))
        err = EBADMSG;
    if (!err)
        become_pair(l, ch, twin, is_first);
    mem_deref(l);
    return err;
}

/* A half whose twin has gone first is not hung up by the technology. */
static const struct channel_tech local_tech = {
    .name = "Local",
    .request = request,
    .call = call,
    .answer = answer,
    .indicate = indicate,
    .hangup = hangup,
    .device_state = device_state,
    .get = get,
    .destroy = half_destroy,
    .save = save,
    .restore = restore,
};

int local_add(struct calls *c, const struct local_args *args)
{
    int err = calls_tech_add(c, &local_tech, c);

    if (!err)
        c->local = args;
    return err;
}
