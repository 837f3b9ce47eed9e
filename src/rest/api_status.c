/* rest/api_status.c - GET status: the engine's channels as JSON, variables beside what every channel has */
#include <errno.h>

#include "ami/writer.h"
#include "base/rand.h"
#include "rest/api.h"
#include "rest/inner.h"

/* A channel of the answer. */
struct shown {
    struct slice message, context, endpoint;
    bool is_seen;
};

struct status {
    struct rest_call *call;
    struct slice context, exten, caller, connected;
    struct shown *channels;
    uint32_t count;
};

/* ---- which of them ---- */

static bool fits(struct slice wanted, struct slice message, const char *name)
{
    return !wanted.len || slice_eq(wanted, api_line(message, name));
}

/* "PJSIP/101-0000002a" */
static struct slice endpoint_of(struct slice channel)
{
    struct slice name;

    if (!slice_caseeqz(slice_cut(channel, '/', &name), "PJSIP"))
        return SLICE("");
    for (size_t i = name.len; i > 0; i--)
        if (name.p[i - 1] == '-')
            return slice_from(name.p, i - 1);
    return name;
}

static bool is_wanted(const struct status *s, struct slice message)
{
    return slice_eqz(api_line(message, "Event"), "Status") &&
           fits(s->caller, message, "CallerIDNum") &&
           fits(s->connected, message, "ConnectedLineNum") &&
           fits(s->context, message, "Context") && fits(s->exten, message, "Exten");
}

static uint32_t count_messages(struct slice text)
{
    uint32_t n = 0;

    while (slice_is_set(api_message_next(&text)))
        n++;
    return n;
}

static int collect(struct status *s, struct slice text)
{
    const uint32_t most = count_messages(text);

    s->channels = arena_alloc(&s->call->arena, (most + 1) * sizeof(*s->channels));
    if (!s->channels)
        return ENOMEM;
    for (;;) {
        const struct slice m = api_message_next(&text);

        if (!slice_is_set(m))
            return 0;
        if (is_wanted(s, m))
            s->channels[s->count++] =
                (struct shown){.message = m,
                               .context = api_line(m, "Context"),
                               .endpoint = endpoint_of(api_line(m, "Channel")),
                               .is_seen = true};
    }
}

/* ---- whose they are ---- */

static int is_of_group(struct db *d, const char *sql, struct slice name, const char *group,
                       bool *answer)
{
    struct stmt *s;
    int err = db_stmt(&s, d, sql);

    if (!err)
        err = stmt_text(s, 1, name);
    if (!err)
        err = stmt_text(s, 2, slice_of(group));
    if (!err)
        err = stmt_step(s, answer);
    if (!err)
        stmt_reset(s);
    return err;
}

static int judge(struct db *d, void *arg)
{
    struct status *s = arg;
    const char *group = api_group(s->call);
    int err = 0;

    for (uint32_t i = 0; i < s->count && !err; i++) {
        struct shown *k = &s->channels[i];

        k->is_seen = false;
        err = is_of_group(d, "SELECT 1 FROM context WHERE name = ? AND group_uuid = ?", k->context,
                          group, &k->is_seen);
        if (!err && !k->is_seen && k->endpoint.len)
            err = is_of_group(d, "SELECT 1 FROM ps_endpoints WHERE id = ? AND group_uuid = ?",
                              k->endpoint, group, &k->is_seen);
    }
    return err;
}

/* ---- as JSON ---- */

/* Has the message a line of that name (of a variable: that name) before `until`? */
static bool is_repeated(struct slice message, struct slice wanted, const char *until)
{
    struct slice name, value, rest;

    while (api_line_next(&message, &name, &value) && value.p < until)
        if (slice_eq(slice_eqz(name, "Variable") ? slice_cut(value, '=', &rest) : name, wanted))
            return true;
    return slice_eqz(wanted, "Variable") || slice_eqz(wanted, "ActionID");
}

static struct slice last_variable(struct slice message)
{
    struct slice name, value, last = SLICE_NONE;

    while (api_line_next(&message, &name, &value))
        if (slice_eqz(name, "Variable"))
            last = value;
    return last;
}

/* "Variable" is the last one, then each by its own name: what the manual's programs read. */
static void put_channel(struct jout *j, struct slice message)
{
    struct slice rest = message, name, value;
    bool has_variable = false;

    jout_open(j, '{');
    while (api_line_next(&rest, &name, &value)) {
        struct slice content;

        if (!slice_eqz(name, "Variable")) {
            jout_key_slice(j, name);
            jout_text(j, value);
            continue;
        }
        if (!has_variable)
            jout_put_text(j, "Variable", last_variable(message));
        has_variable = true;
        name = slice_cut(value, '=', &content);
        if (is_repeated(message, name, value.p))
            continue;
        jout_key_slice(j, name);
        jout_text(j, slice_is_set(content) ? content : SLICE(""));
    }
    jout_close(j, '}');
}

static int reply(const struct status *s)
{
    struct rest_call *c = s->call;

    jout_open(&c->json, '{');
    jout_key(&c->json, "data");
    jout_open(&c->json, '[');
    for (uint32_t i = 0; i < s->count; i++)
        if (s->channels[i].is_seen)
            put_channel(&c->json, s->channels[i].message);
    jout_close(&c->json, ']');
    jout_close(&c->json, '}');
    return rest_reply(c, 200);
}

static int ask(struct rest_call *c, struct buf *answer)
{
    char id[37];
    struct buf text;
    int err;

    rand_uuid(id);
    buf_init(&text, 1024);
    ami_ask(&text, "Action", SLICE("Status"));
    ami_ask(&text, "AllVariables", SLICE("true"));
    ami_ask(&text, "ActionID", slice_from(id, 13));
    ami_end(&text);
    err = buf_err(&text);
    if (!err)
        err = rest_ask(c, buf_slice(&text), answer);
    buf_fini(&text);
    return err;
}

int api_status(struct rest_call *c)
{
    struct status s = {.call = c,
                       .context = rest_query(c, "context"),
                       .exten = rest_query(c, "exten"),
                       .caller = rest_query(c, "calleridnum"),
                       .connected = rest_query(c, "connectedlinenum")};
    struct buf answer;
    int err;

    buf_init(&answer, REST_ANSWER_MAX);
    err = ask(c, &answer);
    if (!err)
        err = collect(&s, buf_slice(&answer));
    if (!err && api_group(c))
        err = rest_read(c, judge, &s);
    if (!err)
        err = reply(&s);
    buf_fini(&answer);
    return err;
}
