/* routing.c - steps, includes and global variables; see load.h */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/truth.h"
#include "model/exten.h"
#include "model/load.h"

struct raw_step {
    const char *context;
    struct model_step step;
    uint32_t order; /* of reading: the first of two equal ones stays */
    bool is_hint;
};

/* An include, ignorepat or switch. */
struct raw_word {
    const char *context, *word;
    uint32_t order; /* switches before includes */
};

#define INCLUDES_FROM (1u << 24)
#define MOST_SWITCH 1000

struct routing {
    struct model_snapshot *s;
    struct slice but; /* a context that is left out of realtime_extensions */
    struct raw_step *steps;
    uint32_t step_count, step_room;
    struct raw_word *includes, *ignorepats, *switches;
    uint32_t include_count, include_room, ignorepat_count, ignorepat_room, switch_count,
        switch_room;
    /* of the static section being read */
    const char *context, *exten;
    const char *cid; /* of exten; NULL: none */
    int32_t priority;
};

static int room_for(void **v, uint32_t count, uint32_t *room, size_t size)
{
    void *n;

    if (count < *room)
        return 0;
    n = mem_realloc(*v, (size_t)(*room ? *room * 2 : 64) * size);
    if (!n)
        return ENOMEM;
    *v = n;
    *room = *room ? *room * 2 : 64;
    return 0;
}

static int wrong(struct routing *r, const char *table, struct slice context, struct slice exten,
                 const char *why)
{
    return model_report_add(
        &r->s->report, LOG_ERROR,
        "step of a routing is not loaded: %s table=%s context=\"%.*s\" exten=\"%.*s\"", why, table,
        SLICE_ARG(context), SLICE_ARG(exten));
}

static int add_step(struct routing *r, const char *context, const struct model_exten_line *l,
                    struct slice exten, int32_t priority)
{
    struct model_pool *p = &r->s->pool;
    struct raw_step *st;
    int err = room_for((void **)&r->steps, r->step_count, &r->step_room, sizeof(*r->steps));

    if (err)
        return err;
    st = &r->steps[r->step_count];
    *st = (struct raw_step){.context = context, .order = r->step_count};
    st->is_hint = l->kind == MODEL_PRIO_HINT;
    st->step.priority = priority;
    st->step.exten = model_pool_text(p, exten);
    st->step.label = model_pool_text(p, l->label);
    st->step.app = model_pool_text(p, l->app);
    st->step.appdata = model_pool_text(p, l->appdata);
    if (slice_is_set(l->cid)) {
        st->step.cid = model_pool_text(p, l->cid);
        if (!st->step.cid)
            return ENOMEM;
    }
    if (!st->step.exten || !st->step.label || !st->step.app || !st->step.appdata)
        return ENOMEM;
    r->step_count++;
    return 0;
}

/* ---- realtime_extensions ---- */

static int read_row(struct routing *r, struct stmt *st)
{
    struct model_exten_line l = {.exten = slice_trim(stmt_col(st, 1)),
                                 .label = slice_trim(stmt_col(st, 3)),
                                 .app = slice_trim(stmt_col(st, 4)),
                                 .appdata = stmt_col(st, 5)};
    struct slice context = slice_trim(stmt_col(st, 0));
    int64_t priority = stmt_col_int(st, 2);
    const char *c;

    if (slice_is_set(r->but) && slice_eq(context, r->but))
        return 0;
    l.exten = slice_trim(slice_cut(l.exten, '/', &l.cid));
    if (context.len == 0 || l.exten.len == 0 || l.app.len == 0)
        return wrong(r, "realtime_extensions", context, l.exten,
                     "no context, extension or application");
    if (priority < 1 || priority > 1000000)
        return wrong(r, "realtime_extensions", context, l.exten,
                     "the priority is not a number from 1");
    c = model_pool_text(&r->s->pool, context);
    return c ? add_step(r, c, &l, l.exten, (int32_t)priority) : ENOMEM;
}

static int read_realtime(struct routing *r, struct db *d)
{
    struct stmt *st;
    bool row = true;
    int err =
        db_stmt(&st, d,
                "SELECT context, exten, priority, label, app, appdata FROM realtime_extensions "
                "ORDER BY context, exten, priority, id");

    while (!err && row) {
        err = stmt_step(st, &row);
        if (!err && row)
            err = read_row(r, st);
        if (err && row)
            stmt_reset(st);
    }
    return err;
}

/* ---- static_extensions ---- */

static int add_global(struct routing *r, struct slice name, struct slice value)
{
    struct model_pool *p = &r->s->pool;
    struct global_var *old = shelf_find(&r->s->globals, &shelf_global_var, name);
    struct global_var *v = old ? old : model_pool_alloc(p, sizeof(*v));
    int err;

    if (!v)
        return ENOMEM;
    v->var.value = model_pool_text(p, value);
    if (!v->var.value)
        return ENOMEM;
    if (old) /* again: the last one counts */
        return 0;
    v->var.name = model_pool_text(p, name);
    if (!v->var.name)
        return ENOMEM;
    err = shelf_add(&r->s->globals, &shelf_global_var, v);
    return err;
}

static int add_word(struct raw_word **v, uint32_t *count, uint32_t *room, struct routing *r,
                    struct slice word)
{
    int err = room_for((void **)v, *count, room, sizeof(**v));

    if (err)
        return err;
    (*v)[*count] = (struct raw_word){.context = r->context, .order = *count};
    (*v)[*count].word = model_pool_text(&r->s->pool, slice_trim(word));
    if (!(*v)[*count].word)
        return ENOMEM;
    ++*count;
    return 0;
}

static int read_exten(struct routing *r, struct slice value, bool is_same)
{
    struct model_exten_line l;
    struct model_words why = {"", ""};

    if (model_exten_parse(&l, value, is_same, &why) != 0)
        return wrong(r, "static_extensions", slice_of(r->context), value, why.en);
    if (!is_same) {
        r->exten = model_pool_text(&r->s->pool, l.exten);
        r->cid = slice_is_set(l.cid) ? model_pool_text(&r->s->pool, l.cid) : NULL;
        if (!r->exten || (slice_is_set(l.cid) && !r->cid))
            return ENOMEM;
    }
    l.cid = slice_of(r->cid);
    if (!r->exten)
        return wrong(r, "static_extensions", slice_of(r->context), value,
                     "same without an extension");
    if (l.kind == MODEL_PRIO_NUMBER)
        r->priority = l.number;
    else if (l.kind == MODEL_PRIO_NEXT && (!is_same && r->priority == 0))
        return wrong(r, "static_extensions", slice_of(r->context), value,
                     "n without a first priority");
    else if (l.kind != MODEL_PRIO_HINT)
        r->priority += l.number;
    return add_step(r, r->context, &l, slice_of(r->exten), r->priority);
}

static int read_include(struct routing *r, struct slice value)
{
    int err = add_word(&r->includes, &r->include_count, &r->include_room, r, value);

    if (!err)
        r->includes[r->include_count - 1].order += INCLUDES_FROM;
    return err;
}

/* "lswitch Loopback/...": plan/loopback.h takes it apart. */
static int read_loopback(struct routing *r, struct slice name, struct slice value)
{
    struct buf line;
    int err;

    if (value.len > MOST_SWITCH)
        return wrong(r, "static_extensions", slice_of(r->context), name, "a switch so long");
    buf_init(&line, 2 * MOST_SWITCH);
    buf_printf(&line, "%.*s %.*s", SLICE_ARG(name), SLICE_ARG(value));
    err = buf_err(&line);
    if (!err)
        err = add_word(&r->switches, &r->switch_count, &r->switch_room, r, buf_slice(&line));
    buf_fini(&line);
    return err;
}

/* "Realtime/context@family": the tables are looked at in the context of that name anyway, another
   one is as good as included. Families name tables of Asterisk; ours have one name. */
static int read_switch(struct routing *r, struct slice name, struct slice value)
{
    struct slice rest, type = slice_trim(slice_cut(value, '/', &rest)), context;

    if (slice_caseeqz(type, "Loopback"))
        return read_loopback(r, name, value);
    if (!slice_caseeqz(type, "Realtime"))
        return model_report_add(
            &r->s->report, LOG_WARNING,
            "switch of a routing has no effect, there are Loopback and Realtime only: write an "
            "include or a Goto instead table=static_extensions category=\"%s\" var_name=\"%.*s\" "
            "var_val=\"%.*s\"",
            r->context, SLICE_ARG(name), SLICE_ARG(value));
    context = slice_trim(slice_cut(rest, '@', &rest));
    if (!context.len || slice_eqz(context, r->context))
        return 0;
    return add_word(&r->includes, &r->include_count, &r->include_room, r, context);
}

static int context_of(struct routing *r, const char *name, struct model_context **cp);

static int read_autohints(struct routing *r, struct slice value)
{
    struct model_context *c;
    bool is_on = false;
    int err;

    if (truth_parse(value, &is_on))
        return model_report_add(&r->s->report, LOG_WARNING,
                                "autohints is neither yes nor no, it has no effect "
                                "table=static_extensions category=\"%s\" var_val=\"%.*s\"",
                                r->context, SLICE_ARG(value));
    err = context_of(r, r->context, &c);
    if (!err)
        c->has_autohints = is_on;
    return err;
}

static int read_line(struct routing *r, struct slice name, struct slice value)
{
    if (slice_caseeqz(name, "exten"))
        return read_exten(r, value, false);
    if (slice_caseeqz(name, "same"))
        return read_exten(r, value, true);
    if (slice_caseeqz(name, "include"))
        return read_include(r, value);
    if (slice_caseeqz(name, "autohints"))
        return read_autohints(r, value);
    if (slice_caseeqz(name, "ignorepat"))
        return add_word(&r->ignorepats, &r->ignorepat_count, &r->ignorepat_room, r, value);
    if (slice_caseeqz(name, "switch") || slice_caseeqz(name, "lswitch") ||
        slice_caseeqz(name, "eswitch"))
        return read_switch(r, name, value);
    return model_report_add(
        &r->s->report, LOG_WARNING,
        "line of a routing has no effect table=static_extensions category=\"%s\" "
        "var_name=\"%.*s\" var_val=\"%.*s\"",
        r->context, SLICE_ARG(name), SLICE_ARG(value));
}

static int read_static_row(struct routing *r, struct stmt *st)
{
    struct slice category = slice_trim(stmt_col(st, 0));
    struct slice name = slice_trim(stmt_col(st, 1)), value = slice_trim(stmt_col(st, 2));

    if (slice_eqz(category, "globals"))
        return add_global(r, name, value);
    if (slice_eqz(category, "general"))
        return 0;
    if (!r->context || !slice_eqz(category, r->context)) {
        r->context = model_pool_text(&r->s->pool, category);
        r->exten = NULL;
        r->priority = 0;
    }
    return r->context ? read_line(r, name, value) : ENOMEM;
}

static int read_static(struct routing *r, struct db *d)
{
    struct stmt *st;
    bool row = true;
    int err =
        db_stmt(&st, d,
                "SELECT category, var_name, var_val FROM static_extensions WHERE commented = 0 "
                "AND filename = 'extensions.conf' ORDER BY cat_metric, category, var_metric, id");

    while (!err && row) {
        err = stmt_step(st, &row);
        if (!err && row)
            err = read_static_row(r, st);
        if (err && row)
            stmt_reset(st);
    }
    return err;
}

/* ---- contexts ---- */

static int by_place(const void *a, const void *b)
{
    const struct raw_step *x = a, *y = b;
    int c = x->context == y->context ? 0 : strcmp(x->context, y->context);

    if (!c)
        c = (int)x->is_hint - (int)y->is_hint;
    if (!c)
        c = x->step.exten == y->step.exten ? 0 : strcmp(x->step.exten, y->step.exten);
    if (!c && x->step.cid != y->step.cid)
        c = strcmp(x->step.cid ? x->step.cid : "", y->step.cid ? y->step.cid : "");
    if (!c)
        c = (x->step.priority > y->step.priority) - (x->step.priority < y->step.priority);
    return c ? c : (x->order > y->order) - (x->order < y->order);
}

static int by_context(const void *a, const void *b)
{
    const struct raw_word *x = a, *y = b;
    int c = x->context == y->context ? 0 : strcmp(x->context, y->context);

    return c ? c : (x->order > y->order) - (x->order < y->order);
}

static int drop_doubles(struct routing *r)
{
    uint32_t n = 0;
    int err = 0;

    for (uint32_t i = 0; i < r->step_count && !err; i++) {
        struct raw_step *last = n ? &r->steps[n - 1] : NULL, *now = &r->steps[i];

        if (last && last->context == now->context && last->step.exten == now->step.exten &&
            last->step.cid == now->step.cid && last->is_hint == now->is_hint &&
            last->step.priority == now->step.priority)
            err =
                model_report_add(&r->s->report, LOG_WARNING,
                                 "step of a routing stands twice, the first is used context=\"%s\" "
                                 "exten=\"%s\" priority=%d",
                                 now->context, now->step.exten, now->step.priority);
        else
            r->steps[n++] = *now;
    }
    r->step_count = n;
    return err;
}

/* The context of that name, made when it is new. */
static int context_of(struct routing *r, const char *name, struct model_context **cp)
{
    *cp = shelf_find(&r->s->contexts, &shelf_context, slice_of(name));
    if (*cp)
        return 0;
    *cp = model_pool_alloc(&r->s->pool, sizeof(**cp));
    if (!*cp)
        return ENOMEM;
    (*cp)->name = name;
    return shelf_add(&r->s->contexts, &shelf_context, *cp);
}

static int take_steps(struct routing *r)
{
    struct model_step *v;
    int err = 0;

    if (r->step_count == 0)
        return 0;
    v = model_pool_alloc(&r->s->pool, r->step_count * sizeof(*v));
    if (!v)
        return ENOMEM;
    for (uint32_t i = 0; i < r->step_count && !err; i++) {
        struct model_context *c;

        v[i] = r->steps[i].step;
        err = context_of(r, r->steps[i].context, &c);
        if (err)
            break;
        if (r->steps[i].is_hint) {
            c->hints = c->hint_count ? c->hints : &v[i];
            c->hint_count++;
        } else {
            c->steps = c->step_count ? c->steps : &v[i];
            c->step_count++;
        }
    }
    return err;
}

/* Where a context keeps its words of that kind. */
struct word_list {
    size_t list_at, count_at;
};

#define WORDS(list, count)                                                                         \
    (struct word_list)                                                                             \
    {                                                                                              \
        offsetof(struct model_context, list), offsetof(struct model_context, count)                \
    }

static int take_words(struct routing *r, struct raw_word *w, uint32_t count, struct word_list to)
{
    const char **v;
    int err = 0;

    if (count == 0)
        return 0;
    qsort(w, count, sizeof(*w), by_context);
    v = model_pool_alloc(&r->s->pool, count * sizeof(*v));
    if (!v)
        return ENOMEM;
    for (uint32_t i = 0; i < count && !err; i++) {
        struct model_context *c;

        v[i] = w[i].word;
        err = context_of(r, w[i].context, &c);
        if (err)
            break;
        const char *const **list = (void *)((char *)c + to.list_at);
        uint32_t *n = (void *)((char *)c + to.count_at);
        *list = *n ? *list : &v[i];
        ++*n;
    }
    return err;
}

static int read_names(struct routing *r, struct db *d)
{
    struct stmt *st;
    bool row = true;
    int err = db_stmt(&st, d, "SELECT name FROM context ORDER BY name");

    while (!err && row) {
        struct model_context *c;
        const char *name;

        err = stmt_step(st, &row);
        if (err || !row)
            break;
        name = model_pool_text(&r->s->pool, slice_trim(stmt_col(st, 0)));
        err = name ? context_of(r, name, &c) : ENOMEM;
        if (err)
            stmt_reset(st);
    }
    return err;
}

int load_routing(struct model_snapshot *s, struct db *d, struct slice but)
{
    struct routing r = {.s = s, .but = but};
    int err = read_realtime(&r, d);

    if (!err)
        err = read_static(&r, d);
    if (!err && r.step_count)
        qsort(r.steps, r.step_count, sizeof(*r.steps), by_place);
    if (!err)
        err = drop_doubles(&r);
    if (!err)
        err = take_steps(&r);
    if (!err)
        err = take_words(&r, r.includes, r.include_count, WORDS(includes, include_count));
    if (!err)
        err = take_words(&r, r.ignorepats, r.ignorepat_count, WORDS(ignorepats, ignorepat_count));
    if (!err)
        err = take_words(&r, r.switches, r.switch_count, WORDS(switches, switch_count));
    if (!err)
        err = read_names(&r, d);
    mem_free(r.steps);
    mem_free(r.includes);
    mem_free(r.ignorepats);
    mem_free(r.switches);
    return err;
}
