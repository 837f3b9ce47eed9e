/* routing.c - finding places in a compiled routing (routing.h) */
#include <errno.h>
#include <string.h>

#include "plan/routing_inner.h"

struct plan_context *plan_context_find(const struct plan_routing *r, struct slice name)
{
    for (struct hash_link *k = hash_first(&r->contexts, hash_slice(name)); k; k = hash_next(k)) {
        struct plan_context *c = CONTAINER_OF(k, struct plan_context, link);

        if (slice_eqz(name, c->name))
            return c;
    }
    return NULL;
}

#define MOST_LOOPS 64
#define MOST_LOOP_DEPTH 8

struct search {
    int priority; /* wanted, 0: by label */
    struct slice label, caller;
    const struct plan_exten *exten;
    const struct plan_step *step;
    bool is_early; /* a '!' matched: no more digits are waited for */
    bool stops_early;
    unsigned loops, loop_depth; /* switches passed so far */
};

static const struct plan_step *step_at(const struct plan_exten *e, int priority)
{
    uint32_t low = 0, high = e->count;

    while (low < high) {
        uint32_t mid = low + (high - low) / 2;

        if (e->steps[mid].priority < priority)
            low = mid + 1;
        else
            high = mid;
    }
    return low < e->count && e->steps[low].priority == priority ? &e->steps[low] : NULL;
}

static const struct plan_step *step_labelled(const struct plan_exten *e, struct slice label)
{
    for (uint32_t i = 0; i < e->count; i++)
        if (slice_eqz(label, e->steps[i].label))
            return &e->steps[i];
    return NULL;
}

/* Is it for this caller? An empty one is for who shows no number. */
static bool is_for(const struct plan_exten *e, struct slice caller)
{
    if (!e->cid)
        return true;
    if (!caller.len || !*e->cid)
        return !caller.len && !*e->cid;
    return pattern_match(slice_of(e->cid), caller, PATTERN_MATCH) != 0;
}

static bool on_match(void *value, int how, void *arg)
{
    struct search *s = arg;

    for (const struct plan_exten *e = value; e; e = e->same) {
        if (!is_for(e, s->caller))
            continue;
        if (how == 2 && s->stops_early) {
            s->is_early = true;
            return true;
        }
        s->step = s->priority ? step_at(e, s->priority) : step_labelled(e, s->label);
        s->exten = e;
        if (s->step)
            return true;
    }
    return false;
}

/* Who is registered has one step there, unless the rows say something else. */
static bool is_guest(const struct plan_routing *r, const struct plan_context *at,
                     const struct plan_ask *ask, enum pattern_mode mode, struct search *s)
{
    if (at != r->guests || !ask->guests || s->priority != 1 ||
        !ask->guests->has(ask->exten, mode, ask->guests->arg))
        return false;
    s->exten = &r->guest;
    s->step = &r->guest_step;
    return true;
}

static bool search(const struct plan_routing *r, const struct plan_ask *ask, enum pattern_mode mode,
                   struct search *s, struct plan_found *found);

/* Through one switch of a context. */
static bool search_through(const struct plan_routing *r, const struct plan_ask *ask,
                           enum pattern_mode mode, struct search *s, const struct plan_way *way,
                           struct plan_found *found)
{
    const struct plan_context *c = plan_context_find(r, slice_of(way->context));
    struct plan_ask there = *ask;
    struct search deeper = {
        .priority = way->priority, .loops = s->loops, .loop_depth = s->loop_depth + 1};
    bool is_found;

    if (!c)
        return false;
    there.context = slice_of(c->name);
    there.exten = slice_of(way->exten);
    is_found = search(r, &there, mode, &deeper, found);
    s->loops = deeper.loops;
    if (!is_found || found->moved_context)
        return is_found;
    found->moved_context = c->name;
    memcpy(found->moved_exten, way->exten, sizeof(found->moved_exten));
    return true;
}

/* Labels and hints are not looked for behind a switch. */
static bool search_loops(const struct plan_routing *r, const struct plan_ask *ask,
                         enum pattern_mode mode, struct search *s, const struct plan_context *c,
                         struct plan_found *found)
{
    struct plan_way way;

    for (const struct plan_loop *l = c->loops; l->text && s->priority > 0; l++) {
        if (s->loops == MOST_LOOPS || s->loop_depth == MOST_LOOP_DEPTH)
            return false;
        s->loops++;
        if (plan_loop_lead(l, ask, c->name, s->priority, &way) == 0 &&
            search_through(r, ask, mode, s, &way, found))
            return true;
    }
    return false;
}

static bool search(const struct plan_routing *r, const struct plan_ask *ask, enum pattern_mode mode,
                   struct search *s, struct plan_found *found)
{
    const struct plan_context *c = plan_context_find(r, ask->context);
    const struct plan_scope *at = c ? c->scope : NULL;

    s->caller = ask->caller;
    s->stops_early = mode == PATTERN_MATCH_MORE;
    while (at && at->context) {
        if (at->when && !(ask->zones && plan_when_holds(at->when, ask->zones, ask->at))) {
            at = c->scope + at->skip;
            continue;
        }
        s->is_early = false;
        if (pattern_set_find(&at->context->set, ask->exten, mode, on_match, s)) {
            if (s->is_early && at == c->scope)
                return false;
            if (!s->is_early) {
                found->context = at->context;
                found->exten = s->exten;
                found->step = s->step;
                found->moved_context = NULL;
                return true;
            }
        } else if (is_guest(r, at->context, ask, mode, s)) {
            *found = (struct plan_found){at->context, s->exten, s->step};
            return true;
        }
        if (at->context->loops && search_loops(r, ask, mode, s, at->context, found))
            return true;
        at++;
    }
    return false;
}

int plan_routing_find(const struct plan_routing *r, const struct plan_ask *ask, int priority,
                      struct plan_found *found)
{
    struct search s = {.priority = priority};

    if (priority < 1 && priority != PLAN_HINT)
        return ENOENT;
    return search(r, ask, PATTERN_MATCH, &s, found) ? 0 : ENOENT;
}

int plan_routing_label(const struct plan_routing *r, const struct plan_ask *ask, struct slice label,
                       int *priority)
{
    struct search s = {.label = label};
    struct plan_found found;

    if (!label.len || !search(r, ask, PATTERN_MATCH, &s, &found))
        return ENOENT;
    *priority = found.step->priority;
    return 0;
}

bool plan_routing_match(const struct plan_routing *r, const struct plan_ask *ask,
                        enum pattern_mode mode)
{
    struct search s = {.priority = 1};
    struct plan_found found;

    return search(r, ask, mode, &s, &found);
}

bool plan_routing_has_context(const struct plan_routing *r, struct slice context)
{
    return plan_context_find(r, context) != NULL;
}

const struct plan_context *plan_routing_first(const struct plan_routing *r)
{
    return r->first;
}

const struct plan_context *plan_context_next(const struct plan_context *c)
{
    return c->next;
}

const char *plan_context_name(const struct plan_context *c)
{
    return c->name;
}

struct plan_exten *plan_context_extens(const struct plan_context *c)
{
    return c->extens;
}

const char *plan_context_include(const struct plan_context *c, uint32_t n)
{
    for (uint32_t i = 0; c->includes && c->includes[i].text; i++)
        if (i == n)
            return c->includes[i].text;
    return NULL;
}

const char *plan_context_switch(const struct plan_context *c, uint32_t n)
{
    for (uint32_t i = 0; c->loops && c->loops[i].text; i++)
        if (i == n)
            return c->loops[i].text;
    return NULL;
}

const struct plan_global *plan_routing_globals(const struct plan_routing *r, uint32_t *count)
{
    *count = r->global_count;
    return r->globals;
}

void plan_routing_counts(const struct plan_routing *r, uint32_t *steps, uint32_t *hints)
{
    *steps = r->step_count;
    *hints = r->hint_count;
}

const struct model_report *plan_routing_report(const struct plan_routing *r)
{
    return &r->report;
}

void plan_routing_own(struct plan_routing *r, void *owner)
{
    mem_deref(r->owner);
    r->owner = owner;
}

void plan_routing_keep(struct plan_routing *r, void *owner)
{
    mem_deref(r->owner_too);
    r->owner_too = owner;
}

const struct plan_context *plan_routing_context(const struct plan_routing *r, struct slice name)
{
    return r ? plan_context_find(r, name) : NULL;
}
