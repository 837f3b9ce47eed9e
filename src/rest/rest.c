/* rest/rest.c - requests become calls; see rest.h */
#include "rest/rest.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "rest/access.h"
#include "rest/api.h"
#include "rest/inner.h"
#include "rest/json.h"
#include "rest/upload.h"

enum { THINKERS = 2, THINKERS_WAITING = 64, WRITERS = 2 };
#define ARENA_MAX (8u << 20)
#define ERRORS_MAX (64u << 10)

/* ---- a call's birth and end ---- */

static void call_destroy(void *object)
{
    struct rest_call *c = object;

    c->rest->busy--;
    json_decref(c->body);
    form_fini(&c->query);
    buf_fini(&c->text);
    buf_fini(&c->errors);
    arena_fini(&c->arena);
    mem_deref(c->request);
}

/* Programs that use the manual's API name no language: theirs is the manual's. */
static bool is_russian(const struct http_request *request)
{
    const struct slice tongue = slice_trim(http_request_header(request, "Accept-Language"));

    return slice_casestarts(tongue, SLICE("ru")) ||
           ((!tongue.len || tongue.p[0] == '*') && api_is_path(http_request_path(request)));
}

static struct rest_call *call_alloc(struct rest *r, struct http_request *request)
{
    struct rest_call *c = mem_alloc(sizeof(*c), call_destroy);

    if (!c)
        return NULL;
    r->busy++;
    r->served++;
    c->rest = r;
    c->request = mem_ref(request);
    c->at = loop_wall(r->args.loop).us / 1000000;
    form_init(&c->query);
    arena_init(&c->arena, ARENA_MAX);
    buf_init(&c->text, REST_ANSWER_MAX);
    buf_init(&c->errors, ERRORS_MAX);
    jout_init(&c->json, &c->text);
    jout_init(&c->error_list, &c->errors);
    c->is_ru = is_russian(request);
    return c;
}

/* ---- what stands in it ---- */

static bool is_listed(const char *list, struct slice name)
{
    struct slice rest = slice_of(list);

    while (slice_is_set(rest))
        if (slice_eq(slice_trim(slice_cut(rest, ',', &rest)), name))
            return true;
    return false;
}

static int read_query(struct rest_call *c)
{
    static const struct model_words unknown = {"Неизвестный параметр запроса.",
                                               "Unknown parameter of the query."};
    const char *known = c->route->query ? c->route->query : "";
    int err = form_add(&c->query, http_request_query(c->request));

    if (err)
        return err;
    for (uint32_t i = 0; i < c->query.count && known[0] != '*'; i++)
        if (!is_listed(known, c->query.fields[i].name))
            return rest_say(c, REST_MALFORMED, &unknown);
    return c->query.has_too_many ? REST_MALFORMED : 0;
}

static int decode_params(struct rest_call *c)
{
    for (int i = 0; i < REST_PARAMS && slice_is_set(c->params[i]); i++) {
        char *text = arena_alloc(&c->arena, c->params[i].len + 1);

        if (!text)
            return ENOMEM;
        c->params[i] = slice_from(text, form_decode(c->params[i], text));
        if (slice_chr(c->params[i], '\0') >= 0)
            return REST_NOT_FOUND;
    }
    return 0;
}

static bool is_json(struct slice type)
{
    struct slice rest;
    const struct slice name = slice_trim(slice_cut(type, ';', &rest));

    return slice_caseeqz(name, "application/json") ||
           slice_caseeqz(name, "application/merge-patch+json");
}

static int read_body(struct rest_call *c)
{
    static const struct model_words not_json = {"Тело запроса - не объект JSON.",
                                                "The body is no JSON object."};
    const struct slice body = http_request_body(c->request);

    if (body.len == 0 || c->route->is_raw)
        return 0;
    if (!is_json(http_request_header(c->request, "Content-Type")))
        return REST_MEDIA_TYPE;
    c->body = rest_json_read(body, JSON_REJECT_DUPLICATES);
    return json_is_object(c->body) ? 0 : rest_say(c, REST_MALFORMED, &not_json);
}

static bool is_safe(const struct rest_route *route)
{
    return strcmp(route->method, "GET") == 0;
}

/* Whose password is to be changed does that, and nothing else. */
static bool is_early(const struct rest_call *c)
{
    return c->who.must_change && c->route->who != REST_ANYBODY &&
           !slice_starts(slice_of(c->route->path), SLICE(REST_BASE "/profile")) &&
           !slice_starts(slice_of(c->route->path), SLICE(REST_BASE "/session"));
}

/* Who asks may do it, and means it. */
static int judge(struct rest_call *c)
{
    if (!(c->route->who & (REST_ANYBODY | c->who.role)))
        return c->who.role ? REST_FORBIDDEN : REST_LOGIN_WANTED;
    if (is_early(c))
        return REST_PASSWORD_WANTED;
    if (is_safe(c->route))
        return 0;
    if (c->who.role != REST_API_KEY && access_is_cross_site(c))
        return REST_FORBIDDEN;
    return c->route->is_unprotected || access_has_token(c) ? 0 : REST_TOKEN_WANTED;
}

static void serve(void *arg)
{
    struct rest_call *c = arg;
    int kind = access_find(c);

    if (!kind)
        kind = judge(c);
    if (c->judged) {
        if (kind)
            rest_call_problem(c, kind);
        c->judged(c, kind);
        mem_deref(c);
        return;
    }
    if (!kind)
        kind = decode_params(c);
    if (!kind)
        kind = read_query(c);
    if (!kind)
        kind = read_body(c);
    if (!kind)
        kind = c->route->handle(c);
    if (kind || !http_is_replied(c->request))
        rest_call_problem(c, kind ? kind : REST_FAILED);
    mem_deref(c);
}

/* @return ENOMEM: nothing was answered; EAGAIN: answered, no task was started */
static int begin(struct rest *r, struct http_request *request,
                 void (*judged)(struct rest_call *c, int kind))
{
    struct rest_call *c = call_alloc(r, request);
    bool is_known;
    int err;

    if (!c)
        return ENOMEM;
    c->judged = judged;
    c->route = rest_route_find(http_request_method(request), http_request_path(request), c->params,
                               &is_known);
    if (!c->route) {
        rest_call_problem(c, is_known ? REST_METHOD : REST_NOT_FOUND);
        mem_deref(c);
        return 0;
    }
    err = r->busy > REST_CALLS_MAX ? EAGAIN : task_start(NULL, r->args.loop, serve, c);
    if (err) {
        rest_call_problem(c, REST_BUSY);
        mem_deref(c);
    }
    return err ? EAGAIN : 0;
}

static void reply_busy(struct http_request *request)
{
    struct buf nothing;

    buf_init(&nothing, 0);
    http_reply(request, 503, NULL, NULL, &nothing);
}

int rest_judge_early(struct rest *r, struct http_request *request,
                     void (*judged)(struct rest_call *c, int kind))
{
    const int err = begin(r, request, judged);

    if (err == ENOMEM)
        reply_busy(request);
    return err;
}

void rest_request(struct http_request *request, void *arg)
{
    if (begin(arg, request, NULL) == ENOMEM)
        reply_busy(request);
}

uint64_t rest_room(const struct http_request *request, void *arg)
{
    struct slice params[REST_PARAMS];
    bool is_known;
    const struct rest_route *route = rest_route_find(http_request_method(request),
                                                     http_request_path(request), params, &is_known);

    return route && route->body_max ? route->body_max : REST_BODY_MAX;
}

void rest_refuse(struct http_request *request, int status, void *arg)
{
    struct rest_call *c = call_alloc(arg, request);

    if (c) {
        rest_call_problem(c, status == 413 ? REST_TOO_LONG : REST_MALFORMED);
        mem_deref(c);
        return;
    }
    reply_busy(request);
}

uint32_t rest_busy(const struct rest *r)
{
    return r->busy;
}

/* ---- the engine ---- */

static void on_event(const struct ami_message *m, void *arg)
{
    struct rest *r = arg;

    if (slice_eqz(ami_message_get(m, "Event"), "Reload"))
        owners_read(r->owners);
    api_event(r, m);
    feed_event(r->live, r->owners, m);
}

static void on_engine(bool is_there, void *arg)
{
    struct rest *r = arg;

    if (is_there)
        owners_read(r->owners);
    live_tell_engine(r->live, is_there);
}

void rest_set_control(struct rest *r, struct control *control)
{
    r->control = control;
}

void rest_end_streams(struct rest *r)
{
    live_close(r->live);
}

static void rest_destroy(void *object)
{
    struct rest *r = object;

    mem_deref(r->station);
    mem_deref(r->live);
    mem_deref(r->owners);
    mem_deref(r->pool);
    mem_deref(r->thinkers);
    mem_deref(r->disk);
    mem_deref(r->access);
    rest_door_fini(&r->door);
}

int rest_alloc(struct rest **rp, const struct rest_args *args)
{
    struct rest *r = mem_alloc(sizeof(*r), rest_destroy);
    int err;

    if (!r)
        return ENOMEM;
    r->args = *args;
    list_init(&r->originating);
    rest_door_init(&r->door);
    rest_upload_sweep(args->state);
    json_set_alloc_funcs(mem_zalloc, mem_free);
    err = pool_alloc(&r->pool, args->loop, args->state);
    if (!err)
        err = workers_alloc(&r->thinkers, args->loop, THINKERS, THINKERS_WAITING);
    if (!err)
        err = workers_alloc(&r->disk, args->loop, WRITERS, HTTP_CONNECTIONS_MAX);
    if (!err)
        err = owners_alloc(&r->owners, r->pool);
    if (!err)
        err = live_alloc(&r->live, args->loop);
    if (!err && args->link)
        err = web_station_alloc(&r->station, args->loop, args->link, on_event, on_engine, r);
    if (!err)
        err = access_alloc(&r->access);
    if (err)
        mem_deref(r);
    else
        *rp = r;
    return err;
}
