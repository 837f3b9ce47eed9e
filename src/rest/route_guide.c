/* rest/route_guide.c - for the editor of routings: what may be used, what is doubtful, a call without a call */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ami/writer.h"
#include "rest/all.h"
#include "rest/answer.h"
#include "rest/inner.h"

enum { DRY_ANSWER_MAX = 4 << 20, DOUBTS_MAX = 500 };

static int applications(struct rest_call *c)
{
    const struct rest_guide *g = c->rest->args.guide;

    if (!g)
        return REST_NOT_FOUND;
    g->print(c->is_ru, &c->json);
    rest_field(c, "Cache-Control", "private, max-age=3600");
    rest_field(c, "Vary", "Accept-Language");
    return rest_reply(c, 200);
}

/* ---- doubts ---- */

struct doubting {
    struct rest_call *call;
    const json_t *extensions;
    size_t extension, step;
    uint32_t count;
};

static void put_doubt(const char *member, const char *text, void *arg)
{
    struct doubting *d = arg;
    struct jout *j = &d->call->json;
    char pointer[96];

    if (d->count++ >= DOUBTS_MAX)
        return;
    snprintf(pointer, sizeof(pointer), "/extensions/%zu/steps/%zu/%s", d->extension, d->step,
             member);
    jout_open(j, '{');
    jout_put_textz(j, "pointer", pointer);
    jout_put_textz(j, "detail", text);
    jout_close(j, '}');
}

static const char *text_of(const json_t *o, const char *name)
{
    const char *text = json_string_value(json_object_get(o, name));

    return text ? text : "";
}

/* ---- where Goto leads ---- */

static const json_t *find_extension(const json_t *extensions, struct slice exten, bool *has_pattern)
{
    const json_t *extension, *found = NULL;
    size_t i;

    *has_pattern = false;
    json_array_foreach(extensions, i, extension)
    {
        const char *name = text_of(extension, "exten");

        *has_pattern |= name[0] == '_';
        if (slice_eqz(exten, name))
            found = extension;
    }
    return found;
}

static const json_t *find_target(const json_t *extension, const char *priority)
{
    const json_t *step;
    size_t i;
    char *end;
    const long wanted = strtol(priority, &end, 10);

    json_array_foreach(json_object_get(extension, "steps"), i, step)
    {
        const json_t *given = json_object_get(step, "priority");
        const long now = json_is_integer(given) ? (long)json_integer_value(given) : (long)i + 1;

        if (*end ? strcmp(text_of(step, "label"), priority) == 0 : now == wanted)
            return step;
    }
    return NULL;
}

/* "[exten,]priority" of this routing; one of another routing, or of a variable, is not known. */
static void doubt_goto(struct doubting *d, const json_t *own, const json_t *step)
{
    static const struct model_words dead = {
        "Goto ведёт в никуда: такого расширения, приоритета или метки здесь нет.",
        "Goto leads nowhere: there is no such extension, priority or label here."};
    static const struct model_words loop = {
        "Goto ведёт на самого себя: вызов отсюда не уйдёт.",
        "Goto leads to itself: the call never leaves this step."};
    const char *data = text_of(step, "appdata"), *comma = strchr(data, ',');
    const json_t *to = own, *found;
    bool has_pattern = false;

    if (strchr(data, '$') || (comma && strchr(comma + 1, ',')))
        return;
    if (comma)
        to = find_extension(d->extensions, slice_trim(slice_from(data, (size_t)(comma - data))),
                            &has_pattern);
    if (!to && has_pattern)
        return;
    found = to ? find_target(to, comma ? comma + 1 : data) : NULL;
    if (!found)
        put_doubt("appdata", rest_words(d->call, &dead), d);
    else if (found == step)
        put_doubt("appdata", rest_words(d->call, &loop), d);
}

static int doubt_step(struct doubting *d, const json_t *extension, const json_t *step)
{
    const char *app = text_of(step, "app");

    /* a hint's application is its device */
    if (json_integer_value(json_object_get(step, "priority")) == -1 || !*app)
        return 0;
    if (strcasecmp(app, "Goto") == 0)
        doubt_goto(d, extension, step);
    return d->call->rest->args.guide->check(slice_of(app), text_of(step, "appdata"), d->call->is_ru,
                                            put_doubt, d);
}

static int doubt_all(struct doubting *d)
{
    const json_t *extension, *step;
    int err = 0;

    json_array_foreach(d->extensions, d->extension, extension)
    {
        json_array_foreach(json_object_get(extension, "steps"), d->step, step)
        {
            if (!err)
                err = doubt_step(d, extension, step);
        }
    }
    return err;
}

static int check(struct rest_call *c)
{
    struct doubting d = {.call = c, .extensions = json_object_get(c->body, "extensions")};
    int err = rest_only(c, "extensions");

    if (!err && !c->rest->args.guide)
        err = REST_NOT_FOUND;
    if (err)
        return err;
    jout_open(&c->json, '{');
    jout_key(&c->json, "warnings");
    jout_open(&c->json, '[');
    err = doubt_all(&d);
    jout_close(&c->json, ']');
    jout_close(&c->json, '}');
    return err ? err : rest_reply(c, 200);
}

/* ---- dry run ---- */

struct dry {
    struct jout *json;
    bool is_in_step;
    struct slice outcome;
};

static void end_step(struct dry *d)
{
    if (!d->is_in_step)
        return;
    jout_close(d->json, ']');
    jout_close(d->json, '}');
    d->is_in_step = false;
}

/* "[office,100,1]   Dial(PJSIP/100)" */
static void put_step(struct dry *d, struct slice line)
{
    struct slice text, place, context, rest, exten, priority;
    char digits[12];

    place = slice_cut(slice_from(line.p + 1, line.len - 1), ']', &text);
    context = slice_cut(place, ',', &rest);
    exten = slice_cut(rest, ',', &priority);
    slice_copy(priority, digits, sizeof(digits));
    end_step(d);
    jout_open(d->json, '{');
    jout_put_text(d->json, "context", context);
    jout_put_text(d->json, "exten", exten);
    jout_put_int(d->json, "priority", strtol(digits, NULL, 10));
    jout_put_text(d->json, "text", slice_trim(text));
    jout_key(d->json, "says");
    jout_open(d->json, '[');
    d->is_in_step = true;
}

/* What is no step belongs to the step before it. */
static void put_said(struct dry *d)
{
    if (slice_is_set(d->outcome) && d->is_in_step)
        jout_text(d->json, d->outcome);
    d->outcome = SLICE_NONE;
}

static void put_line(const struct ami_message *m, void *arg)
{
    struct dry *d = arg;
    const struct slice line = ami_message_get(m, "Text");

    if (!slice_eqz(ami_message_get(m, "Event"), "StationDryLine") || !line.len)
        return;
    put_said(d); /* the last line alone says how the call ended */
    if (line.p[0] == '[')
        put_step(d, line);
    else
        d->outcome = slice_trim(line);
}

static int add_line(struct rest_call *c, struct buf *lines, const char *header, const char *member)
{
    const char *v = json_string_value(json_object_get(c->body, member));

    if (v && strpbrk(v, "\r\n"))
        return EINVAL;
    return v && *v ? ami_ask(lines, header, slice_of(v)) : 0;
}

static int ask(struct rest_call *c, struct buf *lines, struct buf *answer)
{
    int err = add_line(c, lines, "Context", "context");

    if (!err)
        err = add_line(c, lines, "Exten", "exten");
    if (!err)
        err = add_line(c, lines, "CallerID", "callerid");
    if (!err)
        err = add_line(c, lines, "At", "at");
    if (!err)
        err = add_line(c, lines, "DialStatus", "dialstatus");
    if (!err)
        err = ami_ask(lines, "Language", c->is_ru ? SLICE("ru") : SLICE("en"));
    return err ? err : answer_ask(c, "StationDry", lines, answer);
}

static int dry(struct rest_call *c)
{
    struct dry d = {.json = &c->json};
    struct buf lines, answer;
    int err = rest_only(c, "context,exten,callerid,at,dialstatus");

    buf_init(&lines, REST_TARGET_MAX);
    buf_init(&answer, DRY_ANSWER_MAX);
    if (!err)
        err = ask(c, &lines, &answer);
    if (!err) {
        jout_open(&c->json, '{');
        jout_key(&c->json, "steps");
        jout_open(&c->json, '[');
        answer_each(buf_slice(&answer), put_line, &d);
        end_step(&d);
        jout_close(&c->json, ']');
        jout_put_text(&c->json, "outcome", d.outcome);
        jout_close(&c->json, '}');
        err = rest_reply(c, 200);
    }
    buf_fini(&answer);
    buf_fini(&lines);
    return err;
}

const struct rest_route rest_routes_guide[] = {
    REST_ROUTE("GET", REST_BASE "/applications", REST_READERS, applications,
               "Приложения и функции маршрутизации", "Applications and functions of the routing"),
    REST_ROUTE("POST", REST_BASE "/routing/check", REST_ADMIN, check,
               "Что в маршрутизации сомнительно; ничего не записывается",
               "What is doubtful in a routing; nothing is written",
               .body = "{\"extensions\":[{\"exten\":\"100\",\"steps\":[{\"app\":\"Dial\","
                       "\"appdata\":\"PJSIP/100\"}]}]}"),
    REST_ROUTE("POST", REST_BASE "/routing/dry", REST_ADMIN, dry,
               "Какие шаги сделал бы вызов, без вызова",
               "Which steps a call would take, without a call",
               .body = "{\"context\":\"local\",\"exten\":\"100\",\"callerid\":\"101\"}"),
    {0}};
