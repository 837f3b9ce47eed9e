/* rest/api_originate.c - originate: a call from a channel to a place of a routing, with variables
 *
 * The engine is always asked for an asynchronous call, whose end is an event: our session with it is free meanwhile.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ami/writer.h"
#include "base/rand.h"
#include "rest/api.h"
#include "rest/inner.h"

enum { VARIABLES_MAX = 60, PATIENCE_MS = 40000, TEXT_MAX = 8000 };

struct order {
    struct rest_call *call;
    struct api_ask ask;
    struct slice channel, exten, context, priority, callerid;
    bool is_async;
    struct buf text; /* for the engine */
    uint32_t variables;
    char id[37];
};

/* ---- who waits for the end ---- */

struct api_waiting {
    struct link link; /* rest->originating */
    const char *id;
    struct waiter waiter;
    bool is_over, is_success;
    char channel[200], uniqueid[160];
    int64_t reason;
};

void api_event(struct rest *r, const struct ami_message *m)
{
    if (!slice_eqz(ami_message_get(m, "Event"), "OriginateResponse"))
        return;
    LIST_FOREACH(&r->originating, k)
    {
        struct api_waiting *w = CONTAINER_OF(k, struct api_waiting, link);

        if (!slice_eqz(ami_message_get(m, "ActionID"), w->id))
            continue;
        w->is_over = true;
        w->is_success = slice_eqz(ami_message_get(m, "Response"), "Success");
        slice_copy(ami_message_get(m, "Channel"), w->channel, sizeof(w->channel));
        slice_copy(ami_message_get(m, "Uniqueid"), w->uniqueid, sizeof(w->uniqueid));
        if (slice_i64(ami_message_get(m, "Reason"), &w->reason))
            w->reason = 0;
        waiter_wake(&w->waiter);
    }
}

/* ---- what is asked for ---- */

static const struct model_words not_text = {
    "Параметр %s: переводы строк и управляющие знаки не допускаются.",
    "Parameter %s: line ends and control characters are not allowed."};
static const struct model_words is_long = {"Параметр %s слишком длинный.",
                                           "Parameter %s is too long."};

/* T12: a line end would be another header. */
static int take(struct order *o, const char *name, bool is_wanted, struct slice *value)
{
    int err = 0;

    if (is_wanted)
        err = api_want(&o->ask, name, value);
    else
        *value = slice_trim(api_get(&o->ask, name));
    if (err)
        return err;
    if (value->len > 1000)
        return api_wrong(o->call, REST_INVALID, name, &is_long);
    for (size_t i = 0; i < value->len; i++)
        if ((unsigned char)value->p[i] < ' ' || value->p[i] == 127)
            return api_wrong(o->call, REST_INVALID, name, &not_text);
    return 0;
}

static bool is_yes(struct slice v)
{
    return slice_caseeqz(v, "true") || slice_caseeqz(v, "yes") || slice_caseeqz(v, "on") ||
           slice_eqz(v, "1");
}

static bool is_no(struct slice v)
{
    return !v.len || slice_caseeqz(v, "false") || slice_caseeqz(v, "no") ||
           slice_caseeqz(v, "off") || slice_eqz(v, "0");
}

static int take_all(struct order *o)
{
    static const struct model_words no_number = {"Параметр %s: число от 1.",
                                                 "Parameter %s: a number from 1 on."};
    static const struct model_words no_bool = {"Параметр %s: true или false.",
                                               "Parameter %s: true or false."};
    static const struct model_words no_channel = {
        "Параметр %s: ТЕХНОЛОГИЯ/номер, например PJSIP/101 или Local/101@office.",
        "Parameter %s: TECHNOLOGY/number, as PJSIP/101 or Local/101@office."};
    struct slice async = SLICE("");
    uint32_t number;
    int err = take(o, "channel", true, &o->channel);

    if (!err)
        err = take(o, "exten", true, &o->exten);
    if (!err)
        err = take(o, "context", true, &o->context);
    if (!err)
        err = take(o, "priority", true, &o->priority);
    if (!err)
        err = take(o, "callerid", false, &o->callerid);
    if (!err)
        err = take(o, "async", false, &async);
    if (err)
        return err;
    o->is_async = is_yes(async);
    if (slice_chr(o->channel, '/') < 1)
        return api_wrong(o->call, REST_INVALID, "channel", &no_channel);
    if (slice_u32(o->priority, &number) || !number)
        return api_wrong(o->call, REST_INVALID, "priority", &no_number);
    return o->is_async || is_no(async) ? 0 : api_wrong(o->call, REST_INVALID, "async", &no_bool);
}

/* ---- variables ---- */

static int wrong_variable(struct order *o)
{
    static const struct model_words wrong = {
        "Параметр variable: пары имя=значение через запятую, имя из букв, цифр и _; значение с запятой - в кавычках.",
        "Parameter variable: pairs name=value, comma separated, a name of letters, digits and _; quote a value with a "
        "comma."};

    return rest_say(o->call, REST_INVALID, &wrong);
}

static int put_variable(struct order *o, const struct api_pair *pair, bool is_quoted)
{
    static const struct model_words many = {"Параметр variable: не больше 60 переменных.",
                                            "Parameter variable: no more than 60 of them."};
    struct buf text;
    int err;

    if (!api_is_variable(pair->name))
        return wrong_variable(o);
    if (++o->variables > VARIABLES_MAX)
        return rest_say(o->call, REST_INVALID, &many);
    buf_init(&text, TEXT_MAX);
    err = api_pair_print(&text, pair, is_quoted);
    if (!err)
        err = ami_ask(&o->text, "Variable", buf_slice(&text));
    buf_fini(&text);
    if (err == EINVAL)
        return api_wrong(o->call, REST_INVALID, "variable", &not_text);
    return err && err != ENOMEM ? api_wrong(o->call, REST_INVALID, "variable", &is_long) : err;
}

static int put_pairs(struct order *o, struct slice text)
{
    text = slice_trim(text);
    while (slice_is_set(text) && text.len) {
        struct api_pair pair;
        int err;

        if (api_pair_next(&text, &pair))
            return wrong_variable(o);
        err = put_variable(o, &pair, true);
        if (err)
            return err;
    }
    return 0;
}

/* "variable", as often as it comes; "variable[]", "variable[3]", "variable[name]", as PHP writes arrays. */
static int put_field(struct order *o, const struct form_field *f)
{
    const struct slice word = SLICE("variable");
    struct slice name;
    uint32_t number;

    if (slice_caseeq(f->name, word))
        return put_pairs(o, f->value);
    if (!slice_casestarts(f->name, SLICE("variable[")) || f->name.p[f->name.len - 1] != ']')
        return 0;
    name = slice_skip(f->name, word.len + 1);
    name.len--;
    if (!name.len || slice_u32(name, &number) == 0)
        return put_pairs(o, f->value);
    return put_variable(o, &(struct api_pair){name, f->value}, false);
}

static int put_form(struct order *o, const struct form *form)
{
    int err = 0;

    for (uint32_t i = 0; i < form->count && !err; i++)
        err = put_field(o, &form->fields[i]);
    return err;
}

/* A value of JSON: a text, a number, a boolean. */
static int put_value(struct order *o, const char *name, const json_t *v)
{
    char number[40];
    struct api_pair pair = {slice_of(name), SLICE("")};

    if (json_is_string(v))
        pair.value = slice_from(json_string_value(v), json_string_length(v));
    else if (json_is_integer(v))
        snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(v));
    else if (json_is_real(v))
        snprintf(number, sizeof(number), "%.15g", json_real_value(v));
    else if (json_is_boolean(v))
        pair.value = slice_of(json_is_true(v) ? "true" : "false");
    else if (!json_is_null(v))
        return wrong_variable(o);
    if (json_is_number(v))
        pair.value = slice_of(number);
    return put_variable(o, &pair, false);
}

/* {"a": 1}, ["a=1", "b=2"] or "a=1,b=2" */
static int put_json(struct order *o, const json_t *v)
{
    const char *name;
    json_t *value;
    size_t i;
    int err = 0;

    if (json_is_string(v))
        return put_pairs(o, slice_from(json_string_value(v), json_string_length(v)));
    if (json_is_object(v)) {
        json_object_foreach((json_t *)v, name, value) if (!err) err = put_value(o, name, value);
    } else if (json_is_array(v)) {
        json_array_foreach(v, i, value) if (!err) err =
            json_is_string(value)
                ? put_pairs(o, slice_from(json_string_value(value), json_string_length(value)))
                : wrong_variable(o);
    } else if (v && !json_is_null(v)) {
        err = wrong_variable(o);
    }
    return err;
}

static int put_variables(struct order *o)
{
    const char *group = api_group(o->call);
    int err = put_form(o, &o->call->query);

    if (!err)
        err = put_form(o, &o->ask.form);
    if (!err && o->ask.json)
        err = put_json(o, json_object_get(o->ask.json, "variable"));
    if (!err && group) { /* its record is the group's, whatever channel it is */
        buf_addz(&o->text, "Variable: CDR(group_uuid)=");
        buf_addz(&o->text, group);
        buf_addz(&o->text, "\r\n");
    }
    return err;
}

/* ---- whose they are ---- */

static int is_there(struct db *d, const char *sql, struct slice name, const char *group)
{
    struct stmt *s;
    bool row = false;
    int err = db_stmt(&s, d, sql);

    if (!err)
        err = stmt_text(s, 1, name);
    if (!err)
        err = stmt_text(s, 2, slice_of(group));
    if (!err)
        err = stmt_step(s, &row);
    if (!err)
        stmt_reset(s);
    return err ? err : row ? 0 : EACCES;
}

#define OF_ROUTING "SELECT 1 FROM context WHERE name = ? AND group_uuid = ?"
#define OF_ENDPOINT "SELECT 1 FROM ps_endpoints WHERE id = ? AND group_uuid = ?"

/* PJSIP/101, PJSIP/79001234567@trunk, PJSIP/101/sip:...; Local/101@office/n */
static int judge_channel(struct db *d, const struct order *o, const char *group)
{
    struct slice rest, who, at;
    const struct slice technology = slice_cut(o->channel, '/', &rest);
    const struct slice name = slice_cut(rest, '/', &rest);

    who = slice_cut(name, '@', &at);
    if (slice_caseeqz(technology, "Local"))
        return slice_is_set(at) ? is_there(d, OF_ROUTING, at, group) : EACCES;
    if (!slice_caseeqz(technology, "PJSIP"))
        return EACCES;
    return is_there(d, OF_ENDPOINT, slice_is_set(at) ? at : who, group);
}

static int judge(struct db *d, void *arg)
{
    const struct order *o = arg;
    const char *group = api_group(o->call);
    const int err = is_there(d, OF_ROUTING, o->context, group);

    return err == EACCES ? ENOENT : err ? err : judge_channel(d, o, group);
}

static int may(struct order *o)
{
    static const struct model_words no_context = {"Маршрутизации %s нет.",
                                                  "There is no routing %s."};
    static const struct model_words no_channel = {"Канала %s нет.", "There is no channel %s."};
    const int err = api_group(o->call) ? rest_read(o->call, judge, o) : 0;
    char name[200];

    if (err == ENOENT) {
        slice_copy(o->context, name, sizeof(name));
        return api_wrong(o->call, REST_NOT_FOUND, name, &no_context);
    }
    if (err != EACCES)
        return err;
    slice_copy(o->channel, name, sizeof(name));
    return api_wrong(o->call, REST_NOT_FOUND, name, &no_channel);
}

/* ---- asking ---- */

static int write_request(struct order *o)
{
    rand_uuid(o->id);
    ami_ask(&o->text, "Action", SLICE("Originate"));
    ami_ask(&o->text, "ActionID", slice_of(o->id));
    ami_ask(&o->text, "Channel", o->channel);
    ami_ask(&o->text, "Exten", o->exten);
    ami_ask(&o->text, "Context", o->context);
    ami_ask(&o->text, "Priority", o->priority);
    if (o->callerid.len)
        ami_ask(&o->text, "CallerID", o->callerid);
    ami_ask(&o->text, "Async", SLICE("true"));
    ami_ask(&o->text, "Timeout", SLICE("30000"));
    return put_variables(o);
}

/* The engine's words, as it refused. */
static int refused(struct rest_call *c, struct slice message)
{
    static const struct model_words no_exten = {
        "Такого расширения и приоритета в маршрутизации нет.",
        "The routing has no such extension and priority."};
    char *text = arena_strndup(&c->arena, message.p ? message.p : "", message.len);

    if (slice_eqz(message, "Extension does not exist."))
        return rest_say(c, REST_NOT_FOUND, &no_exten);
    c->detail = text;
    return REST_INVALID;
}

static int send_order(struct order *o)
{
    struct buf answer;
    int err;

    buf_init(&answer, 65536);
    ami_end(&o->text);
    err = buf_err(&o->text);
    if (!err)
        err = rest_ask(o->call, buf_slice(&o->text), &answer);
    if (!err && !slice_eqz(api_line(buf_slice(&answer), "Response"), "Success"))
        err = refused(o->call, slice_trim(api_line(buf_slice(&answer), "Message")));
    buf_fini(&answer);
    return err;
}

/* ---- answering ---- */

static int reply(const struct order *o, const struct api_waiting *w)
{
    struct jout *j = &o->call->json;

    jout_open(j, '{');
    jout_key(j, "data");
    jout_open(j, '{');
    jout_put_textz(j, "Response", "Success");
    jout_put_textz(j, "Message",
                   w ? "Originate successfully completed" : "Originate successfully queued");
    jout_put_textz(j, "ActionID", o->id);
    if (w) {
        jout_put_textz(j, "Channel", w->channel);
        jout_put_textz(j, "Uniqueid", w->uniqueid);
    }
    jout_close(j, '}');
    jout_close(j, '}');
    return rest_reply(o->call, 200);
}

/* Reasons as the Manager numbers them. */
static int failed(struct rest_call *c, const struct api_waiting *w)
{
    static const struct model_words busy = {"Занято.", "Busy."};
    static const struct model_words silent = {"Не ответил.", "No answer."};
    static const struct model_words congested = {"Линия перегружена.", "Congestion."};
    static const struct model_words other = {
        "Вызов не состоялся: такого канала нет, телефон не зарегистрирован или отклонил вызов.",
        "The call failed: there is no such channel, the phone is not registered or has refused."};

    switch (w->reason) {
    case 5: return rest_say(c, REST_CALL_FAILED, &busy);
    case 3:
    case 1: return rest_say(c, REST_CALL_FAILED, &silent);
    case 8: return rest_say(c, REST_CALL_FAILED, &congested);
    default: return rest_say(c, REST_CALL_FAILED, &other);
    }
}

static int wait_for_end(struct order *o)
{
    struct api_waiting *w = arena_alloc(&o->call->arena, sizeof(*w));
    int err;

    if (!w)
        return ENOMEM;
    w->id = o->id;
    list_append(&o->call->rest->originating, &w->link);
    err = send_order(o);
    if (!err && !w->is_over && waiter_wait(&w->waiter, PATIENCE_MS) && !w->is_over)
        err = REST_NO_ENGINE;
    list_unlink(&w->link);
    if (err)
        return err;
    return w->is_success ? reply(o, w) : failed(o->call, w);
}

static int run(struct order *o)
{
    int err = api_ask_init(&o->ask, o->call);

    if (!err)
        err = take_all(o);
    if (!err)
        err = may(o);
    if (!err)
        err = write_request(o);
    if (!err && !o->is_async)
        return wait_for_end(o);
    if (!err)
        err = send_order(o);
    return err ? err : reply(o, NULL);
}

int api_originate(struct rest_call *c)
{
    struct order *o = arena_alloc(&c->arena, sizeof(*o));
    int err;

    if (!o)
        return ENOMEM;
    o->call = c;
    buf_init(&o->text, 131072);
    err = run(o);
    api_ask_fini(&o->ask);
    buf_fini(&o->text);
    return err;
}
