/* rest/call.c - see call.h */
#include "rest/call.h"

#include <errno.h>
#include <string.h>

#include "base/hex.h"
#include "base/log.h"
#include "base/rand.h"
#include "rest/api.h"
#include "rest/inner.h"

struct slice rest_query(const struct rest_call *c, const char *name)
{
    return form_get(&c->query, name);
}

const char *rest_words(const struct rest_call *c, const struct model_words *w)
{
    return c->is_ru ? w->ru : w->en;
}

const char *rest_text(struct rest_call *c, const char *member)
{
    static const struct model_words no_text = {"Здесь нужен текст.", "A text is wanted here."};
    const json_t *v = json_object_get(c->body, member);
    char pointer[80];

    if (!v || json_is_null(v))
        return NULL;
    if (json_is_string(v))
        return json_string_value(v);
    snprintf(pointer, sizeof(pointer), "/%s", member);
    rest_wrong(c, pointer, &no_text);
    return NULL;
}

static bool is_listed(const char *list, const char *name)
{
    struct slice rest = slice_of(list);

    while (slice_is_set(rest))
        if (slice_eqz(slice_cut(rest, ',', &rest), name))
            return true;
    return false;
}

int rest_only(struct rest_call *c, const char *members)
{
    static const struct model_words unknown = {"Такого поля нет.", "There is no such member."};
    const char *name;
    json_t *value;
    char pointer[200];
    int kind = 0;

    json_object_foreach(c->body, name, value)
    {
        if (is_listed(members, name))
            continue;
        snprintf(pointer, sizeof(pointer), "/%s", name);
        kind = rest_wrong(c, pointer, &unknown);
    }
    return kind;
}

/* ---- waiting ---- */

struct wait {
    struct rest_call *call;
    void (*work)(void *arg);
    void *arg;
    int err;
};

static void woken(int err, void *arg)
{
    struct wait *w = arg;

    w->err = err;
    waiter_wake(&w->call->waiter);
}

struct db_work {
    struct wait wait;
    store_work_h *work;
    void *arg;
};

static int run_db(struct db *d, void *arg)
{
    struct db_work *w = arg;

    return w->work(d, w->arg);
}

/* Tasks of calls are never cancelled: what a worker writes to stays until it is done. */
static int wait_for(struct rest_call *c, int err, const struct wait *w)
{
    if (err)
        return err;
    waiter_wait(&c->waiter, -1);
    return w->err;
}

int rest_read(struct rest_call *c, store_work_h *work, void *arg)
{
    struct db_work w = {.wait = {.call = c}, .work = work, .arg = arg};

    return wait_for(c, pool_read(c->rest->pool, run_db, woken, &w), &w.wait);
}

int rest_change(struct rest_call *c, store_work_h *work, void *arg)
{
    struct db_work w = {.wait = {.call = c}, .work = work, .arg = arg};

    return wait_for(c, pool_change(c->rest->pool, run_db, woken, &w), &w.wait);
}

static void think(void *arg)
{
    struct wait *w = arg;

    w->work(w->arg);
}

static void thought(void *arg)
{
    woken(0, arg);
}

int rest_work(struct rest_call *c, void (*work)(void *arg), void *arg)
{
    struct wait w = {.call = c, .work = work, .arg = arg};

    return wait_for(c, workers_submit(c->rest->thinkers, think, thought, &w), &w);
}

struct question {
    struct wait wait;
    struct buf *answer;
};

static void answered(int err, struct buf *text, void *arg)
{
    struct question *q = arg;

    if (!err)
        err = buf_adds(q->answer, buf_slice(text));
    woken(err, &q->wait);
}

int rest_ask(struct rest_call *c, struct slice text, struct buf *answer)
{
    struct question q = {.wait = {.call = c}, .answer = answer};
    int err = c->rest->station ? web_station_ask(c->rest->station, text, answered, &q) : ENOTCONN;

    return wait_for(c, err, &q.wait);
}

/* ---- answering ---- */

void rest_field(struct rest_call *c, const char *name, const char *value)
{
    const uint32_t most = sizeof(c->fields) / sizeof(c->fields[0]) - 1;
    char *copy = arena_strndup(&c->arena, value, strlen(value));

    if (copy && c->field_count < most)
        c->fields[c->field_count++] = (struct http_field){name, copy};
}

int rest_reply_text(struct rest_call *c, int status, const char *type, struct buf *text)
{
    rest_field(c, "Cache-Control", "no-store");
    http_reply(c->request, status, type, c->fields, text);
    return 0;
}

int rest_reply(struct rest_call *c, int status)
{
    if (buf_err(&c->text))
        return buf_err(&c->text);
    return rest_reply_text(c, status, c->text.len ? "application/json; charset=utf-8" : NULL,
                           &c->text);
}

int rest_wrong_text(struct rest_call *c, const char *pointer, const char *detail)
{
    char whole[256];

    snprintf(whole, sizeof(whole), "%s%s", c->within, pointer);
    if (c->error_count++ < REST_ERRORS_MAX) {
        jout_open(&c->error_list, '{');
        jout_put_textz(&c->error_list, "pointer", whole);
        jout_put_textz(&c->error_list, "detail", detail);
        jout_close(&c->error_list, '}');
    }
    return REST_INVALID;
}

int rest_wrong(struct rest_call *c, const char *pointer, const struct model_words *w)
{
    return rest_wrong_text(c, pointer, rest_words(c, w));
}

int rest_say(struct rest_call *c, int kind, const struct model_words *detail)
{
    c->detail = rest_words(c, detail);
    return kind;
}

/* A number that the answer and the log share. */
static void put_trace(struct jout *j, const struct rest_call *c, const struct rest_problem_row *p,
                      int kind)
{
    uint8_t raw[8];
    char trace[17];

    rand_bytes(raw, sizeof(raw));
    hex_print(raw, sizeof(raw), trace);
    jout_put_textz(j, "trace", trace);
    if (p->status >= 500)
        log_warning("REST: a request failed method=%s path=%s error=\"%s\" trace=%s",
                    c->route ? c->route->method : "-", c->route ? c->route->path : "-",
                    kind < REST_INVALID ? strerror(kind) : p->code, trace);
}

/* {"error": {...}}, of the manual's API. */
static void put_error(struct rest_call *c, const struct rest_problem_row *p, int kind)
{
    struct jout *j = &c->json;

    buf_reset(&c->text);
    jout_init(j, &c->text);
    jout_open(j, '{');
    jout_key(j, "error");
    jout_open(j, '{');
    jout_put_textz(j, "code", p->code);
    jout_put_int(j, "status", p->status);
    jout_put_textz(j, "reason", c->detail ? c->detail : rest_words(c, &p->title));
    put_trace(j, c, p, kind);
    jout_close(j, '}');
    jout_close(j, '}');
    rest_reply_text(c, p->status, "application/json; charset=utf-8", &c->text);
}

void rest_call_problem(struct rest_call *c, int kind)
{
    const struct rest_problem_row *p = rest_problem_of(kind);
    char type[80];

    if (api_is_path(http_request_path(c->request))) {
        put_error(c, p, kind);
        return;
    }

    snprintf(type, sizeof(type), "/pbx/docs/problems#%s", p->code);
    buf_reset(&c->text);
    jout_init(&c->json, &c->text);
    jout_open(&c->json, '{');
    jout_put_textz(&c->json, "type", type);
    jout_put_textz(&c->json, "code", p->code);
    jout_put_textz(&c->json, "title", rest_words(c, &p->title));
    jout_put_int(&c->json, "status", p->status);
    if (c->detail)
        jout_put_textz(&c->json, "detail", c->detail);
    put_trace(&c->json, c, p, kind);
    if (c->errors.len && !buf_err(&c->errors)) {
        jout_key(&c->json, "errors");
        jout_open(&c->json, '[');
        buf_adds(&c->text, buf_slice(&c->errors));
        jout_close(&c->json, ']');
    }
    jout_close(&c->json, '}');
    rest_reply_text(c, p->status, "application/problem+json", &c->text);
}
