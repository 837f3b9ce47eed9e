/* rest/route_guide.c - for the editor of routings: what may be used, what is doubtful, a call without a call */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ami/writer.h"
#include "rest/all.h"
#include "rest/answer.h"
#include "rest/inner.h"

enum { DRY_ANSWER_MAX = 4 << 20, DOUBTS_MAX = 500, WAYS_MAX = 8 << 20 };

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

/* ---- doubts, and where steps lead ---- */

struct drafted {
    struct rest_call *call;
    struct rest_draft draft;
    struct rest_draft_step *steps;
    struct {
        uint32_t extension, step;
    } * at;                   /* where a step stands in what was sent */
    struct buf edges, doubts; /* JSON, without their brackets */
    struct jout edge, doubt;
    uint32_t doubt_count;
};

static const char *text_of(const json_t *o, const char *name)
{
    const char *text = json_string_value(json_object_get(o, name));

    return text ? text : "";
}

static void point(const struct drafted *d, uint32_t step, const char *member, char out[96])
{
    snprintf(out, 96, "/extensions/%u/steps/%u%s%s", d->at[step].extension, d->at[step].step,
             *member ? "/" : "", member);
}

static void put_doubt(uint32_t step, const char *member, const char *text, void *arg)
{
    struct drafted *d = arg;
    char pointer[96];

    if (d->doubt_count++ >= DOUBTS_MAX)
        return;
    point(d, step, member, pointer);
    jout_open(&d->doubt, '{');
    jout_put_textz(&d->doubt, "pointer", pointer);
    jout_put_textz(&d->doubt, "detail", text);
    jout_close(&d->doubt, '}');
}

static void put_edge(uint32_t from, int32_t to, const char *kind, const char *when,
                     const struct slice place[3], void *arg)
{
    static const char *const names[] = {"context", "exten", "priority"}, *const places[] = {
                                                                             "unknown", "nowhere",
                                                                             "elsewhere"};
    struct drafted *d = arg;
    struct jout *j = &d->edge;
    char pointer[96];

    point(d, from, "", pointer);
    jout_open(j, '{');
    jout_put_textz(j, "from", pointer);
    if (to >= 0)
        point(d, (uint32_t)to, "", pointer);
    jout_put_text(j, "to", to >= 0 ? slice_of(pointer) : SLICE_NONE);
    jout_put_textz(j, "place", to >= 0 ? "here" : places[to + 3]);
    jout_put_textz(j, "kind", kind);
    jout_put_textz(j, "when", when);
    for (int i = 0; i < 3; i++)
        jout_put_text(j, names[i], place[i]);
    jout_close(j, '}');
}

static void read_step(struct drafted *d, const json_t *extension, const json_t *step)
{
    const json_t *given = json_object_get(step, "priority");
    struct rest_draft_step *s = &d->steps[d->draft.count];
    const struct rest_draft_step *last = d->draft.count ? s - 1 : NULL;

    *s = (struct rest_draft_step){.exten = text_of(extension, "exten"),
                                  .label = text_of(step, "label"),
                                  .app = text_of(step, "app"),
                                  .data = text_of(step, "appdata")};
    s->priority = json_is_integer(given)                       ? (int)json_integer_value(given)
                  : last && strcmp(last->exten, s->exten) == 0 ? last->priority + 1
                                                               : 1;
    d->draft.count++;
}

static int read_draft(struct drafted *d)
{
    const json_t *extensions = json_object_get(d->call->body, "extensions"), *extension, *step;
    size_t count = 0, e, s;

    json_array_foreach(extensions, e, extension) count +=
        json_array_size(json_object_get(extension, "steps"));
    d->steps = arena_alloc(&d->call->arena, (count + 1) * sizeof(*d->steps));
    d->at = arena_alloc(&d->call->arena, (count + 1) * sizeof(*d->at));
    if (!d->steps || !d->at)
        return ENOMEM;
    json_array_foreach(extensions, e, extension)
    {
        json_array_foreach(json_object_get(extension, "steps"), s, step)
        {
            d->at[d->draft.count].extension = (uint32_t)e;
            d->at[d->draft.count].step = (uint32_t)s;
            read_step(d, extension, step);
        }
    }
    return 0;
}

static int look(struct db *db, void *arg)
{
    struct drafted *d = arg;

    return d->call->rest->args.guide->check(&d->draft, db);
}

static void put_list(struct jout *j, const char *name, const struct buf *items)
{
    jout_key(j, name);
    jout_open(j, '[');
    if (items->len)
        jout_raw(j, buf_slice(items));
    jout_close(j, ']');
}

static int check_draft(struct drafted *d)
{
    struct rest_call *c = d->call;
    int err = read_draft(d);

    d->draft.steps = d->steps;
    if (!err)
        err = rest_read(c, look, d);
    if (!err)
        err = buf_err(&d->edges) ? buf_err(&d->edges) : buf_err(&d->doubts);
    if (err)
        return err;
    jout_open(&c->json, '{');
    put_list(&c->json, "warnings", &d->doubts);
    put_list(&c->json, "ways", &d->edges);
    jout_close(&c->json, '}');
    return rest_reply(c, 200);
}

static int check(struct rest_call *c)
{
    struct drafted *d = arena_alloc(&c->arena, sizeof(*d));
    int err = d ? rest_only(c, "context,extensions") : ENOMEM;

    if (!err && !c->rest->args.guide)
        err = REST_NOT_FOUND;
    if (err)
        return err;
    *d = (struct drafted){.call = c};
    d->draft = (struct rest_draft){.context = text_of(c->body, "context"),
                                   .state = c->rest->args.state,
                                   .is_ru = c->is_ru,
                                   .edge = put_edge,
                                   .doubt = put_doubt,
                                   .arg = d};
    buf_init(&d->edges, WAYS_MAX);
    buf_init(&d->doubts, WAYS_MAX);
    jout_init(&d->edge, &d->edges);
    jout_init(&d->doubt, &d->doubts);
    err = check_draft(d);
    buf_fini(&d->doubts);
    buf_fini(&d->edges);
    return err;
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
    REST_ROUTE(
        "POST", REST_BASE "/routing/check", REST_ADMIN, check,
        "Что в маршрутизации сомнительно и куда ведут шаги; ничего не записывается",
        "What is doubtful in a routing, and where its steps lead; nothing is written",
        .body =
            "{\"context\":\"local\",\"extensions\":[{\"exten\":\"100\",\"steps\":[{\"app\":\"Dial\","
            "\"appdata\":\"PJSIP/100\"}]}]}"),
    REST_ROUTE("POST", REST_BASE "/routing/dry", REST_ADMIN, dry,
               "Какие шаги сделал бы вызов, без вызова",
               "Which steps a call would take, without a call",
               .body = "{\"context\":\"local\",\"exten\":\"100\",\"callerid\":\"101\"}"),
    {0}};
