/* rest/route_calls.c - calls under way: listed, ended, sent elsewhere, begun */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ami/writer.h"
#include "rest/all.h"
#include "rest/answer.h"
#include "rest/inner.h"

enum { LEGS_MAX = 20000 };

struct leg {
    const char *channel, *state, *number, *name, *connected, *context, *exten, *uniqueid, *linkedid,
        *group;
    int64_t created, answered, recordings;
    bool is_outgoing, is_mine;
};

struct legs {
    struct rest_call *call;
    struct leg *v;
    uint32_t count;
    int err;
};

/* ---- reading ---- */

static bool is_mine(const struct rest_call *c, const char *group)
{
    if (c->who.has_all)
        return true;
    for (uint32_t i = 0; *group && i < c->who.group_count; i++)
        if (strcmp(c->who.groups[i], group) == 0)
            return true;
    return false;
}

static const char *text_of(struct legs *l, const struct ami_message *m, const char *name)
{
    const struct slice v = ami_message_get(m, name);
    char *copy;

    if (slice_eqz(v, "<unknown>"))
        return "";
    copy = arena_strndup(&l->call->arena, v.len ? v.p : "", v.len);
    if (!copy)
        l->err = ENOMEM;
    return copy ? copy : "";
}

static void take_leg(const struct ami_message *m, void *arg)
{
    struct legs *l = arg;
    struct leg *k = &l->v[l->count];

    if (l->count == LEGS_MAX || !slice_eqz(ami_message_get(m, "Event"), "StationCall"))
        return;
    *k = (struct leg){.channel = text_of(l, m, "Channel"),
                      .state = text_of(l, m, "ChannelStateDesc"),
                      .number = text_of(l, m, "CallerIDNum"),
                      .name = text_of(l, m, "CallerIDName"),
                      .connected = text_of(l, m, "ConnectedLineNum"),
                      .context = text_of(l, m, "Context"),
                      .exten = text_of(l, m, "Exten"),
                      .uniqueid = text_of(l, m, "Uniqueid"),
                      .linkedid = text_of(l, m, "Linkedid"),
                      .group = text_of(l, m, "GroupUuid"),
                      .created = answer_int(m, "Created"),
                      .answered = answer_int(m, "Answered"),
                      .recordings = answer_int(m, "Recordings"),
                      .is_outgoing = slice_eqz(ami_message_get(m, "IsOutgoing"), "Yes")};
    k->is_mine = is_mine(l->call, k->group);
    l->count++;
}

static int by_call(const void *a, const void *b)
{
    const struct leg *x = a, *y = b;
    const int order = strcmp(x->linkedid, y->linkedid);

    return order ? order : x->created < y->created ? -1 : x->created > y->created;
}

static int read_legs(struct legs *l)
{
    struct rest_call *c = l->call;
    struct buf answer;
    int err;

    buf_init(&answer, REST_ANSWER_MAX);
    err = answer_ask(c, "StationCalls", NULL, &answer);
    if (!err)
        l->v = mem_zalloc((1 + (size_t)answer_count(buf_slice(&answer))) * sizeof(l->v[0]));
    if (!err && !l->v)
        err = ENOMEM;
    if (!err)
        answer_each(buf_slice(&answer), take_leg, l);
    if (!err)
        err = l->err;
    if (!err)
        qsort(l->v, l->count, sizeof(l->v[0]), by_call);
    buf_fini(&answer);
    return err;
}

/* ---- GET /calls ---- */

static void put_leg(struct jout *j, const struct leg *k)
{
    jout_open(j, '{');
    jout_put_textz(j, "channel", k->channel);
    jout_put_textz(j, "uniqueid", k->uniqueid);
    jout_put_textz(j, "state", k->state);
    jout_put_textz(j, "number", k->number);
    jout_put_textz(j, "name", k->name);
    jout_put_textz(j, "connected", k->connected);
    jout_put_textz(j, "context", k->context);
    jout_put_textz(j, "exten", k->exten);
    answer_put_date(j, "created", k->created);
    answer_put_date(j, "answered", k->answered);
    jout_put_bool(j, "is_outgoing", k->is_outgoing);
    jout_put_bool(j, "is_recorded", k->recordings > 0);
    jout_close(j, '}');
}

static const char *whom(const struct leg *k, uint32_t n)
{
    return k->exten[0] && strcmp(k->exten, "s") ? k->exten
           : k->connected[0]                    ? k->connected
           : n > 1                              ? k[1].number
                                                : "";
}

static void put_call(struct jout *j, const struct leg *k, uint32_t n)
{
    bool is_recorded = false;
    int64_t answered = 0;

    for (uint32_t i = 0; i < n; i++) {
        is_recorded |= k[i].recordings > 0;
        if (k[i].answered > answered && (n == 1 || i > 0))
            answered = k[i].answered;
    }
    jout_open(j, '{');
    jout_put_textz(j, "linkedid", k->linkedid);
    jout_put_textz(j, "from", k->number);
    jout_put_textz(j, "name", k->name);
    jout_put_textz(j, "to", whom(k, n));
    jout_put_textz(j, "context", k->context);
    jout_put_textz(j, "state", answered ? "talking" : "ringing");
    answer_put_date(j, "began", k->created);
    answer_put_date(j, "answered", answered);
    jout_put_bool(j, "is_recorded", is_recorded);
    jout_key(j, "legs");
    jout_open(j, '[');
    for (uint32_t i = 0; i < n; i++)
        put_leg(j, &k[i]);
    jout_close(j, ']');
    jout_close(j, '}');
}

static uint32_t put_calls(struct jout *j, const struct legs *l)
{
    uint32_t count = 0, n;

    for (uint32_t i = 0; i < l->count; i += n) {
        bool mine = false;

        for (n = 0; i + n < l->count && strcmp(l->v[i].linkedid, l->v[i + n].linkedid) == 0; n++)
            mine |= l->v[i + n].is_mine;
        if (mine && count++ < 1000)
            put_call(j, &l->v[i], n);
    }
    return count;
}

static int list(struct rest_call *c)
{
    struct legs l = {.call = c};
    int err = read_legs(&l);

    if (!err) {
        jout_open(&c->json, '{');
        jout_key(&c->json, "items");
        jout_open(&c->json, '[');
        const uint32_t n = put_calls(&c->json, &l);
        jout_close(&c->json, ']');
        jout_put_int(&c->json, "total", n);
        jout_put_bool(&c->json, "is_more", n > 1000);
        jout_close(&c->json, '}');
    }
    mem_free(l.v);
    return err ? err : rest_reply(c, 200);
}

/* ---- one of its legs ---- */

/* His: a leg of a call that he sees. @return 0; REST_NOT_FOUND */
static int find(struct rest_call *c)
{
    struct legs l = {.call = c};
    const char *linkedid = NULL;
    int err = read_legs(&l);

    for (uint32_t i = 0; !err && i < l.count; i++)
        if (slice_eqz(c->params[0], l.v[i].channel) || slice_eqz(c->params[0], l.v[i].uniqueid))
            linkedid = l.v[i].linkedid;
    if (!err)
        err = REST_NOT_FOUND;
    for (uint32_t i = 0; err == REST_NOT_FOUND && linkedid && i < l.count; i++)
        if (l.v[i].is_mine && strcmp(l.v[i].linkedid, linkedid) == 0)
            err = 0;
    mem_free(l.v);
    return err;
}

static int order(struct rest_call *c, struct buf *text)
{
    struct buf answer;
    int err;

    buf_init(&answer, 65536);
    err = ami_end(text);
    if (!err)
        err = answer_order(c, buf_slice(text), &answer);
    buf_fini(&answer);
    return err ? err : rest_reply(c, 204);
}

static int hang_up(struct rest_call *c)
{
    int err = rest_only(c, "");
    struct buf text;

    if (!err)
        err = find(c);
    if (err)
        return err;
    buf_init(&text, REST_TARGET_MAX);
    err = ami_ask(&text, "Action", SLICE("Hangup"));
    if (!err)
        err = ami_ask(&text, "Channel", c->params[0]);
    if (!err)
        err = ami_ask(&text, "Cause", SLICE("16"));
    if (!err)
        err = order(c, &text);
    buf_fini(&text);
    return err == EINVAL ? REST_INVALID : err;
}

static const struct model_words wanted = {"Нужно указать.", "It is wanted."};

static int ask_place(struct buf *text, const char *context, const char *exten)
{
    int err = ami_ask(text, "Context", slice_of(context));

    if (!err)
        err = ami_ask(text, "Exten", slice_of(exten));
    return err ? err : ami_ask(text, "Priority", SLICE("1"));
}

static int redirect(struct rest_call *c)
{
    const char *context = rest_text(c, "context"), *exten = rest_text(c, "exten");
    struct buf text;
    int err;

    if (!context)
        rest_wrong(c, "/context", &wanted);
    if (!exten)
        rest_wrong(c, "/exten", &wanted);
    rest_only(c, "context,exten");
    err = c->error_count ? REST_INVALID : find(c);
    if (err)
        return err;
    buf_init(&text, REST_TARGET_MAX);
    err = ami_ask(&text, "Action", SLICE("Redirect"));
    if (!err)
        err = ami_ask(&text, "Channel", c->params[0]);
    if (!err)
        err = ask_place(&text, context, exten);
    if (!err)
        err = order(c, &text);
    buf_fini(&text);
    return err == EINVAL ? REST_INVALID : err;
}

/* ---- POST /calls: the endpoint rings, then the number is dialled ---- */

static int originate(struct rest_call *c, const char *endpoint, const char *context,
                     const char *exten, const char *callerid)
{
    struct buf text, device;
    int err;

    buf_init(&text, REST_TARGET_MAX);
    buf_init(&device, 400);
    err = buf_printf(&device, "PJSIP/%s", endpoint);
    if (!err)
        err = ami_ask(&text, "Action", SLICE("Originate"));
    if (!err)
        err = ami_ask(&text, "Channel", buf_slice(&device));
    if (!err)
        err = ask_place(&text, context, exten);
    if (!err)
        err = ami_ask(&text, "Async", SLICE("true"));
    if (!err)
        err = ami_ask(&text, "CallerID", slice_of(callerid ? callerid : exten));
    if (!err)
        err = order(c, &text);
    buf_fini(&device);
    buf_fini(&text);
    return err == EINVAL ? REST_INVALID : err;
}

static int begin(struct rest_call *c)
{
    static const struct model_words not_yours = {"Такой конечной точки у вас нет.",
                                                 "You have no such endpoint."};
    const char *endpoint = rest_text(c, "endpoint"), *exten = rest_text(c, "exten"),
               *context = rest_text(c, "context"), *callerid = rest_text(c, "callerid");

    if (!endpoint || strpbrk(endpoint, "/&,"))
        rest_wrong(c, "/endpoint", &wanted);
    if (!exten)
        rest_wrong(c, "/exten", &wanted);
    if (!context)
        rest_wrong(c, "/context", &wanted);
    rest_only(c, "endpoint,exten,context,callerid");
    if (c->error_count)
        return REST_INVALID;
    if (!is_mine(c, owners_of(c->rest->owners, slice_of(endpoint))))
        return rest_wrong(c, "/endpoint", &not_yours);
    return originate(c, endpoint, context, exten, callerid);
}

const struct rest_route rest_routes_calls[] = {
    REST_ROUTE("GET", REST_BASE "/calls", REST_READERS, list, "Вызовы, которые идут сейчас",
               "Calls under way"),
    REST_ROUTE("POST", REST_BASE "/calls", REST_WRITERS, begin,
               "Позвонить: сначала звонит точка, затем набирается номер",
               "Call: the endpoint rings first, then the number is dialled",
               .body = "{\"endpoint\":\"101\",\"context\":\"office\",\"exten\":\"102\"}"),
    REST_ROUTE("POST", REST_BASE "/calls/{channel}/hangup", REST_WRITERS | REST_SUPERVISOR, hang_up,
               "Завершить", "Hang up", .body = "{}"),
    REST_ROUTE("POST", REST_BASE "/calls/{channel}/redirect", REST_WRITERS, redirect,
               "Перевести в другое место маршрутизации", "Send elsewhere in the routing",
               .body = "{\"context\":\"office\",\"exten\":\"102\"}"),
    {0}};
