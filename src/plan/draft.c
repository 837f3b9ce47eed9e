/* draft.c - see draft.h */
#include "plan/draft.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/snapshot.h"

enum { SHOWN_MAX = 80, SOUND_MAX = 400 };

/* What is known of one step. */
struct node {
    bool is_good;  /* from here a call can end, wait or leave */
    bool is_meant; /* something leads here */
};

struct way {
    uint32_t from, to;
};

struct place {
    const char *exten;
    int priority;
    uint32_t row;
};

struct drafting {
    const struct plan_draft *d;
    struct model_snapshot *others;
    struct plan_routing *routing; /* of all; NULL: too many steps */
    struct place *places;         /* of all rows, sorted */
    struct node *nodes;
    struct way *ways; /* inside of the draft */
    uint32_t way_count, way_room;
    uint32_t now;  /* the row being looked at */
    bool has_open; /* a variable leads somewhere */
    int err;
};

struct words {
    const char *ru, *en;
};

static void doubt(const struct drafting *g, uint32_t row, const struct words *w, struct slice what)
{
    char text[400];

    snprintf(text, sizeof(text), g->d->is_ru ? w->ru : w->en,
             (int)(what.len < SHOWN_MAX ? what.len : SHOWN_MAX), what.len ? what.p : "");
    g->d->doubt(row, "appdata", text, g->d->arg);
}

/* ---- the draft compiled with all that is there beside it ---- */

struct all {
    struct plan_row *rows;
    struct plan_include *includes;
    uint32_t row_count, include_count;
};

static void count_all(const struct drafting *g, struct all *a)
{
    a->row_count = g->d->count;
    for (uint32_t i = 0; i < model_context_count(g->others); i++) {
        const struct model_context *c = model_context_at(g->others, i);

        a->row_count += c->step_count;
        a->include_count += c->include_count;
    }
}

/* At whatever time a call comes: an include with a time is one without. */
static const char *without_time(const char *include)
{
    char *copy = mem_strdup(include);

    if (copy)
        copy[strcspn(copy, ",|")] = '\0';
    return copy;
}

static int copy_context(const struct model_context *c, struct all *a)
{
    for (uint32_t i = 0; i < c->step_count; i++) {
        const struct model_step *s = &c->steps[i];

        a->rows[a->row_count++] = (struct plan_row){.context = c->name,
                                                    .exten = s->exten,
                                                    .priority = s->priority,
                                                    .label = s->label,
                                                    .app = s->app,
                                                    .data = s->appdata,
                                                    .cid = s->cid};
    }
    for (uint32_t i = 0; i < c->include_count; i++) {
        const char *name = without_time(c->includes[i]);

        if (!name)
            return ENOMEM;
        a->includes[a->include_count++] = (struct plan_include){c->name, name};
    }
    return 0;
}

static int copy_all(const struct drafting *g, struct all *a)
{
    int err = 0;

    if (g->d->count)
        memcpy(a->rows, g->d->rows, g->d->count * sizeof(*a->rows));
    a->row_count = g->d->count;
    a->include_count = 0;
    for (uint32_t i = 0; !err && i < model_context_count(g->others); i++)
        err = copy_context(model_context_at(g->others, i), a);
    return err;
}

static int compile(struct drafting *g, struct all *a)
{
    a->rows = mem_zalloc((a->row_count + 1) * sizeof(*a->rows));
    a->includes = mem_zalloc((a->include_count + 1) * sizeof(*a->includes));
    if (!a->rows || !a->includes)
        return ENOMEM;
    return copy_all(g, a)
               ? ENOMEM
               : plan_routing_alloc(&g->routing,
                                    &(struct plan_routing_args){.rows = a->rows,
                                                                .row_count = a->row_count,
                                                                .includes = a->includes,
                                                                .include_count = a->include_count});
}

/* Its includes' names are needed as long as the routing: all_fini after plan_routing. */
static void all_fini(struct all *a)
{
    for (uint32_t i = 0; a->includes && i < a->include_count; i++)
        mem_free((char *)(uintptr_t)a->includes[i].included);
    mem_free(a->includes);
    mem_free(a->rows);
}

/* ---- places ---- */

static int place_cmp(const void *va, const void *vb)
{
    const struct place *a = va, *b = vb;
    const int cmp = strcmp(a->exten, b->exten);

    return cmp ? cmp : (a->priority > b->priority) - (a->priority < b->priority);
}

static int sort_places(struct drafting *g)
{
    const struct plan_draft *d = g->d;

    g->places = mem_zalloc((d->count + 1) * sizeof(*g->places));
    if (!g->places)
        return ENOMEM;
    for (uint32_t i = 0; i < d->count; i++)
        g->places[i] = (struct place){d->rows[i].exten, d->rows[i].priority, i};
    qsort(g->places, d->count, sizeof(*g->places), place_cmp);
    return 0;
}

/* The draft's row there, or PLAN_EDGE_NOWHERE. */
static int32_t row_at(const struct drafting *g, const char *exten, int priority)
{
    const struct place wanted = {exten, priority, 0};
    const struct place *p = bsearch(&wanted, g->places, g->d->count, sizeof(wanted), place_cmp);

    return p ? (int32_t)p->row : PLAN_EDGE_NOWHERE;
}

/* A number that an extension takes: "_8[3-5]X." 8355. */
static void sample(const char *exten, char out[PATTERN_MAX])
{
    size_t n = 0;

    if (*exten != '_') {
        snprintf(out, PATTERN_MAX, "%s", exten);
        return;
    }
    for (const char *s = exten + 1; *s && *s != '!' && n < PATTERN_MAX - 1; s++) {
        if (*s == '-')
            continue;
        if (*s == '[' && s[1] && strchr(s, ']')) {
            out[n++] = s[1];
            s = strchr(s, ']');
        } else {
            out[n++] = strchr("XxZzNn.", *s) ? '5' : *s;
        }
    }
    out[n] = '\0';
}

/* Asks of the same extension go by a number that it takes. */
static struct plan_ask ask_of(const struct drafting *g, const struct plan_link *l,
                              char number[PATTERN_MAX])
{
    const struct plan_row *row = &g->d->rows[g->now];
    const bool is_own =
        !l->exten.len || slice_eqz(l->exten, row->exten) || slice_eqz(l->exten, "${EXTEN}");

    if (is_own)
        sample(row->exten, number);
    else
        slice_copy(l->exten, number, PATTERN_MAX);
    return (struct plan_ask){.context = l->context.len ? l->context : slice_of(g->d->context),
                             .exten = slice_of(number)};
}

/* "5", "+2", "-1" or a label. @return 0; ENOENT */
static int read_priority(const struct drafting *g, const struct plan_ask *ask, struct slice text,
                         int *priority)
{
    const int sign = text.p[0] == '+' ? 1 : text.p[0] == '-' ? -1 : 0;
    const struct slice digits = slice_skip(text, sign ? 1 : 0);
    char copy[12], *end;
    long n;

    if (digits.len && digits.len < sizeof(copy)) {
        slice_copy(digits, copy, sizeof(copy));
        n = strtol(copy, &end, 10);
        if (!*end) {
            *priority = sign ? g->d->rows[g->now].priority + sign * (int)n : (int)n;
            return 0;
        }
    }
    return plan_routing_label(g->routing, ask, text, priority);
}

/* Switches may know the place; so may whoever is registered there. */
static bool is_unsure(const struct drafting *g, struct slice context)
{
    const struct model_context *c = model_context_find(g->others, context);

    return c && c->switch_count;
}

static int32_t find_place(const struct drafting *g, const struct plan_link *l)
{
    char number[PATTERN_MAX];
    const struct plan_ask ask = ask_of(g, l, number);
    struct plan_found found;
    int priority = 0;
    int32_t to;

    if (read_priority(g, &ask, l->priority, &priority) ||
        plan_routing_find(g->routing, &ask, priority, &found))
        return is_unsure(g, ask.context) ? PLAN_EDGE_UNKNOWN : PLAN_EDGE_NOWHERE;
    if (strcmp(plan_context_name(found.context), g->d->context) != 0)
        return PLAN_EDGE_ELSEWHERE;
    to = row_at(g, found.exten->name, priority);
    return to < 0 ? PLAN_EDGE_ELSEWHERE : to; /* a step of static_extensions */
}

/* ---- ways ---- */

static void add_way(struct drafting *g, uint32_t from, int32_t to)
{
    struct way *more;

    if (to < 0)
        return;
    if (g->way_count == g->way_room) {
        g->way_room = g->way_room ? g->way_room * 2 : 64;
        more = mem_realloc(g->ways, g->way_room * sizeof(*more));
        if (!more) {
            g->err = ENOMEM;
            return;
        }
        g->ways = more;
    }
    g->ways[g->way_count++] = (struct way){from, (uint32_t)to};
    g->nodes[to].is_meant = true;
}

static void tell(struct drafting *g, const struct plan_link *l, int32_t to)
{
    static const char *const kinds[] = {"go", "sub", "digits", ""};
    const struct plan_edge e = {.from = g->now,
                                .to = to,
                                .kind = kinds[l->kind],
                                .when = l->when,
                                .context = l->context,
                                .exten = l->exten,
                                .priority = l->priority};

    g->d->edge(&e, g->d->arg);
}

static void check_context(struct drafting *g, const struct plan_link *l)
{
    static const struct words none = {"Нет такой маршрутизации: %.*s.",
                                      "There is no such context: %.*s."};

    if (l->context.len && slice_chr(l->context, '$') < 0 && g->routing &&
        !plan_routing_has_context(g->routing, l->context) &&
        !model_context_find(g->others, l->context))
        doubt(g, g->now, &none, l->context);
}

static void follow(struct drafting *g, const struct plan_link *l)
{
    static const struct words dead = {
        "Ведёт в никуда: такого расширения, приоритета или метки нет (%.*s).",
        "Leads nowhere: there is no such extension, priority or label (%.*s)."};
    const bool is_own_number = slice_eqz(l->exten, "${EXTEN}");
    int32_t to = PLAN_EDGE_UNKNOWN;

    check_context(g, l);
    if (g->routing && (!l->is_open || (is_own_number && slice_chr(l->context, '$') < 0 &&
                                       slice_chr(l->priority, '$') < 0)))
        to = find_place(g, l);
    if (to == PLAN_EDGE_NOWHERE && is_own_number)
        to = PLAN_EDGE_UNKNOWN; /* another number of the pattern may be there */
    if (to == PLAN_EDGE_NOWHERE)
        doubt(g, g->now, &dead, l->exten.len ? l->exten : l->priority);
    if (to == PLAN_EDGE_UNKNOWN)
        g->has_open = true;
    if (to < 0)
        g->nodes[g->now].is_good = true;
    tell(g, l, to);
    add_way(g, g->now, to);
}

/* Whoever dials may come to any extension of it. */
static void dials(struct drafting *g, const struct plan_link *l)
{
    check_context(g, l);
    tell(g, l, PLAN_EDGE_UNKNOWN);
    g->nodes[g->now].is_good = true;
}

/* A file that a Record of the same routing makes. */
static bool is_made_here(const struct drafting *g, const char *name)
{
    const size_t len = strlen(name);

    for (uint32_t i = 0; i < g->d->count; i++)
        if (strcasecmp(g->d->rows[i].app, "Record") == 0 &&
            strncmp(g->d->rows[i].data, name, len) == 0)
            return true;
    return false;
}

static void check_sound(struct drafting *g, const struct plan_link *l)
{
    static const struct words none = {
        "Аудиофайла нет: %.*s. Загрузите его в разделе «Аудиофайлы» или исправьте имя.",
        "There is no such sound: %.*s. Upload it under \"Audio files\", or mend the name."};
    char name[SOUND_MAX];

    if (l->is_open || !g->d->has_sound || slice_copy(l->sound, name, sizeof(name)) ||
        name[0] == '/')
        return;
    if (!g->d->has_sound(name, g->d->arg) && !is_made_here(g, name))
        doubt(g, g->now, &none, l->sound);
}

static void on_link(const struct plan_link *l, void *arg)
{
    struct drafting *g = arg;

    if (l->kind == PLAN_LINK_SOUND)
        check_sound(g, l);
    else if (l->kind == PLAN_LINK_DIGITS)
        dials(g, l);
    else
        follow(g, l);
}

static void on_doubt(const char *member, const char *text, void *arg)
{
    struct drafting *g = arg;

    g->d->doubt(g->now, member, text, g->d->arg);
}

static int look_at(struct drafting *g, uint32_t i)
{
    const struct plan_row *r = &g->d->rows[i];
    bool goes_on = true;
    int32_t to;
    int err;

    g->now = i;
    if (r->priority == PLAN_HINT || !*r->app)
        return 0;
    g->nodes[i].is_good = !plan_link_is_instant(slice_of(r->app));
    err = plan_guide_check(slice_of(r->app), r->data, g->d->is_ru, on_doubt, g);
    if (!err)
        err = plan_link_step(slice_of(r->app), r->data, on_link, g, &goes_on);
    if (err || !goes_on)
        return err ? err : g->err;
    to = row_at(g, r->exten, r->priority + 1);
    if (to < 0) {
        g->nodes[i].is_good = true; /* the call ends, or goes on in another extension */
        return g->err;
    }
    g->d->edge(&(struct plan_edge){.from = i, .to = to, .kind = "next", .when = ""}, g->d->arg);
    add_way(g, i, to);
    return g->err;
}

/* ---- the whole ---- */

/* Whoever leads to a good step is one. Each round goes against the ways, so a long chain is one round. */
static void spread(struct drafting *g)
{
    bool has_changed = true;

    while (has_changed) {
        has_changed = false;
        for (uint32_t i = g->way_count; i-- > 0;) {
            const struct way *w = &g->ways[i];

            if (g->nodes[w->to].is_good && !g->nodes[w->from].is_good)
                g->nodes[w->from].is_good = has_changed = true;
        }
    }
}

static void doubt_nodes(struct drafting *g)
{
    static const struct words circle = {
        "Вызов ходит отсюда по кругу и не уйдёт: ни один шаг круга не ждёт и не ведёт наружу.%.*s",
        "The call goes in circles from here for ever: no step waits or leads out of it.%.*s"};
    static const struct words dead = {
        "Сюда вызов не попадёт: шаг выше всегда уводит в другое место.%.*s",
        "No call comes here: the step above always leads elsewhere.%.*s"};

    for (uint32_t i = 0; i < g->d->count; i++) {
        const struct plan_row *r = &g->d->rows[i];

        if (r->priority == PLAN_HINT || !*r->app)
            continue;
        if (!g->nodes[i].is_good)
            doubt(g, i, &circle, SLICE(""));
        else if (!g->nodes[i].is_meant && !g->has_open && r->priority > 1 && !*r->label &&
                 row_at(g, r->exten, r->priority - 1) >= 0)
            doubt(g, i, &dead, SLICE(""));
    }
}

static int look_at_all(struct drafting *g)
{
    int err = sort_places(g);

    g->nodes = mem_zalloc((g->d->count + 1) * sizeof(*g->nodes));
    if (!g->nodes)
        err = ENOMEM;
    for (uint32_t i = 0; !err && i < g->d->count; i++)
        err = look_at(g, i);
    if (err)
        return err;
    spread(g);
    if (g->routing)
        doubt_nodes(g);
    return 0;
}

int plan_draft_check(const struct plan_draft *d, struct db *db)
{
    struct drafting g = {.d = d};
    struct all a = {0};
    int err = model_routing_load(&g.others, db, slice_of(d->context));

    if (!err) {
        count_all(&g, &a);
        if (a.row_count <= PLAN_DRAFT_MAX)
            err = compile(&g, &a);
    }
    if (!err)
        err = look_at_all(&g);
    mem_deref(g.routing);
    all_fini(&a);
    mem_deref(g.others);
    mem_free(g.places);
    mem_free(g.nodes);
    mem_free(g.ways);
    return err;
}
