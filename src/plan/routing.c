/* routing.c - see routing.h */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/log.h"
#include "plan/routing.h"

#define MOST_MEMORY ((size_t)1 << 30)
#define MOST_INCLUDED 128

struct plan_context {
    struct hash_link link;
    const char *name;
    struct pattern_set set;        /* values are struct plan_exten */
    struct plan_exten *extens;     /* all, in order */
    const char **includes;         /* as written, NULL at the end */
    struct plan_context **closure; /* itself and all that it includes, in order; NULL at the end */
    uint32_t row_first, row_count; /* while building: of the sorted rows */
    struct plan_context *next;     /* by name */
};

struct plan_routing {
    struct arena arena;
    struct hash contexts;
    struct plan_context *first;
    struct plan_global *globals;
    uint32_t global_count;
    void *owner;
};

static void routing_destroy(void *object)
{
    struct plan_routing *r = object;

    hash_fini(&r->contexts);
    arena_fini(&r->arena);
    mem_deref(r->owner);
}

/* ---- building ---- */

static void warn_row(const struct plan_row *row, const char *what)
{
    log_warning("%s at=\"%s,%s,%d\" application=\"%s\"", what, row->context, row->exten,
                row->priority, row->app);
}

static const char *refusal(const struct plan_row *row)
{
    struct slice exten = slice_of(row->exten);

    if (!row->context[0])
        return "step of routing left out: it has no context";
    if (slice_chr(exten, '/') >= 0)
        return "step of routing left out: matching by caller id comes with a later version";
    if (pattern_check(exten))
        return "step of routing left out: its extension is empty, longer than 79 or has a [ without ]";
    if (row->priority < 1)
        return "step of routing left out: its priority is not above 0";
    return NULL;
}

static int same_place_cmp(const struct plan_row *a, const struct plan_row *b)
{
    int cmp = strcmp(a->context, b->context);

    return cmp ? cmp : pattern_cmp(slice_of(a->exten), slice_of(b->exten));
}

/* Rows by context, extension, priority, and then as they came. */
static int row_cmp(const void *va, const void *vb)
{
    const struct plan_row *a = *(const struct plan_row *const *)va;
    const struct plan_row *b = *(const struct plan_row *const *)vb;
    int cmp = same_place_cmp(a, b);

    if (cmp)
        return cmp;
    if (a->priority != b->priority)
        return a->priority < b->priority ? -1 : 1;
    return a < b ? -1 : a > b;
}

/* Good rows, sorted. @return how many */
static uint32_t sort_rows(const struct plan_routing_args *args, const struct plan_row **sorted)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < args->row_count; i++) {
        const char *why = refusal(&args->rows[i]);

        if (why)
            warn_row(&args->rows[i], why);
        else
            sorted[count++] = &args->rows[i];
    }
    qsort(sorted, count, sizeof(*sorted), row_cmp);
    return count;
}

static struct plan_context *context_find(const struct plan_routing *r, struct slice name)
{
    for (struct hash_link *k = hash_first(&r->contexts, hash_slice(name)); k; k = hash_next(k)) {
        struct plan_context *c = CONTAINER_OF(k, struct plan_context, link);

        if (slice_eqz(name, c->name))
            return c;
    }
    return NULL;
}

static struct plan_context *context_get(struct plan_routing *r, const char *name)
{
    struct plan_context *c = context_find(r, slice_of(name));

    if (c)
        return c;
    c = arena_alloc(&r->arena, sizeof(*c));
    if (!c || hash_add(&r->contexts, &c->link, hash_slice(slice_of(name))))
        return NULL;
    c->name = name;
    return c;
}

/* The steps of one extension: rows[0..count) are all of the same place. */
static struct plan_exten *build_exten(struct plan_routing *r, const struct plan_row **rows,
                                      uint32_t count)
{
    struct plan_exten *e = arena_alloc(&r->arena, sizeof(*e));

    if (!e)
        return NULL;
    e->name = rows[0]->exten;
    e->steps = arena_alloc(&r->arena, count * sizeof(*e->steps));
    if (!e->steps)
        return NULL;
    for (uint32_t i = 0; i < count; i++) {
        if (i && rows[i]->priority == rows[i - 1]->priority) {
            warn_row(rows[i], "step of routing left out: its priority is there already");
            continue;
        }
        e->steps[e->count++] = (struct plan_step){
            .name = rows[i]->app,
            .data = rows[i]->data ? rows[i]->data : "",
            .label = rows[i]->label ? rows[i]->label : "",
            .priority = rows[i]->priority,
        };
    }
    return e;
}

static uint32_t same_exten(const struct plan_row **rows, uint32_t count)
{
    uint32_t n = 1;

    while (n < count && same_place_cmp(rows[0], rows[n]) == 0)
        n++;
    return n;
}

/* One context from its sorted rows. */
static int build_context(struct plan_routing *r, struct plan_context *c,
                         const struct plan_row **rows)
{
    struct pattern_entry *entries = mem_zalloc((c->row_count + 1) * sizeof(*entries));
    struct plan_exten **tail = &c->extens;
    uint32_t count = 0;
    int err = entries ? 0 : ENOMEM;

    for (uint32_t i = 0; i < c->row_count && !err;) {
        uint32_t n = same_exten(rows + i, c->row_count - i);
        struct plan_exten *e = build_exten(r, rows + i, n);

        if (!e) {
            err = ENOMEM;
            break;
        }
        *tail = e;
        tail = &e->next;
        entries[count++] = (struct pattern_entry){slice_of(e->name), e};
        i += n;
    }
    if (!err)
        err = pattern_set_build(&c->set, &r->arena, entries, count);
    mem_free(entries);
    return err;
}

static int build_steps(struct plan_routing *r, const struct plan_row **rows, uint32_t count)
{
    int err = 0;

    for (uint32_t i = 0; i < count && !err;) {
        struct plan_context *c = context_get(r, rows[i]->context);

        if (!c)
            return ENOMEM;
        while (i + c->row_count < count && strcmp(rows[i + c->row_count]->context, c->name) == 0)
            c->row_count++;
        err = build_context(r, c, rows + i);
        i += c->row_count;
    }
    return err;
}

static uint32_t count_includes(const struct plan_routing_args *args, const char *context)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < args->include_count; i++)
        n += strcmp(args->includes[i].context, context) == 0;
    return n;
}

/* The includes of each context; rows of one context stand together as the model gives them. */
static int build_includes(struct plan_routing *r, const struct plan_routing_args *args)
{
    for (uint32_t i = 0; i < args->include_count; i++) {
        struct plan_context *c = context_get(r, args->includes[i].context);
        uint32_t n = 0;

        if (!c)
            return ENOMEM;
        if (!c->includes)
            c->includes =
                arena_alloc(&r->arena, (count_includes(args, c->name) + 1) * sizeof(*c->includes));
        if (!c->includes)
            return ENOMEM;
        while (c->includes[n])
            n++;
        c->includes[n] = args->includes[i].included;
    }
    return 0;
}

struct closure {
    struct plan_context *list[MOST_INCLUDED + 1];
    uint32_t count;
    bool is_full;
};

static void close_over(const struct plan_routing *r, struct closure *cl, struct plan_context *c,
                       const char *from)
{
    for (uint32_t i = 0; i < cl->count; i++)
        if (cl->list[i] == c)
            return;
    if (cl->count == MOST_INCLUDED) {
        if (!cl->is_full)
            log_warning("context includes more than %d others, the rest is left out context=\"%s\"",
                        MOST_INCLUDED, from);
        cl->is_full = true;
        return;
    }
    cl->list[cl->count++] = c;
    for (uint32_t i = 0; c->includes && c->includes[i]; i++) {
        struct plan_context *next = context_find(r, slice_of(c->includes[i]));

        if (next)
            close_over(r, cl, next, from);
        else if (c == cl->list[0])
            log_warning("included context does not exist context=\"%s\" include=\"%s\"", c->name,
                        c->includes[i]);
    }
}

static int context_cmp(const void *a, const void *b)
{
    return strcmp((*(struct plan_context *const *)a)->name,
                  (*(struct plan_context *const *)b)->name);
}

/* Every context knows all that it includes, and contexts stand by name. */
static int finish_contexts(struct plan_routing *r)
{
    struct plan_context **all = mem_zalloc((r->contexts.count + 1) * sizeof(struct plan_context *));
    struct closure *cl = mem_zalloc(sizeof(*cl));
    uint32_t count = 0;
    int err = all && cl ? 0 : ENOMEM;

    if (err)
        goto out;
    HASH_FOREACH(&r->contexts, k)
    {
        all[count++] = CONTAINER_OF(k, struct plan_context, link);
    }
    qsort(all, count, sizeof(struct plan_context *), context_cmp);
    for (uint32_t i = 0; i < count; i++) {
        memset(cl, 0, sizeof(*cl));
        close_over(r, cl, all[i], all[i]->name);
        all[i]->closure = arena_alloc(&r->arena, (cl->count + 1) * sizeof(*all[i]->closure));
        if (!all[i]->closure) {
            err = ENOMEM;
            goto out;
        }
        memcpy(all[i]->closure, cl->list, cl->count * sizeof(*all[i]->closure));
        all[i]->next = all[i + 1];
    }
    r->first = all[0];
out:
    mem_free(all);
    mem_free(cl);
    return err;
}

static int copy_globals(struct plan_routing *r, const struct plan_routing_args *args)
{
    r->globals = arena_alloc(&r->arena, (args->global_count + 1) * sizeof(*r->globals));
    if (!r->globals)
        return ENOMEM;
    if (args->global_count)
        memcpy(r->globals, args->globals, args->global_count * sizeof(*r->globals));
    r->global_count = args->global_count;
    return 0;
}

int plan_routing_alloc(struct plan_routing **rp, const struct plan_routing_args *args)
{
    struct plan_routing *r = mem_alloc(sizeof(*r), routing_destroy);
    const struct plan_row **sorted = NULL;
    int err = ENOMEM;

    if (!r)
        return ENOMEM;
    arena_init(&r->arena, MOST_MEMORY);
    hash_init(&r->contexts);
    r->owner = mem_ref(args->owner);
    sorted = mem_zalloc((args->row_count + 1) * sizeof(*sorted));
    if (sorted)
        err = build_steps(r, sorted, sort_rows(args, sorted));
    if (!err)
        err = build_includes(r, args);
    if (!err)
        err = copy_globals(r, args);
    if (!err)
        err = finish_contexts(r);
    if (!err) {
        *rp = r;
        r = NULL;
    }
    mem_free(sorted);
    mem_deref(r);
    return err;
}

/* ---- finding ---- */

struct search {
    int priority; /* wanted, 0: by label */
    struct slice label;
    const struct plan_exten *exten;
    const struct plan_step *step;
    bool is_early; /* a '!' matched: no more digits are waited for */
    bool stops_early;
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

static bool on_match(void *value, int how, void *arg)
{
    struct search *s = arg;
    const struct plan_exten *e = value;

    if (how == 2 && s->stops_early) {
        s->is_early = true;
        return true;
    }
    s->step = s->priority ? step_at(e, s->priority) : step_labelled(e, s->label);
    s->exten = e;
    return s->step != NULL;
}

static bool search(const struct plan_routing *r, struct slice context, struct slice exten,
                   enum pattern_mode mode, struct search *s, struct plan_found *found)
{
    struct plan_context *c = context_find(r, context);

    s->stops_early = mode == PATTERN_MATCH_MORE;
    for (uint32_t i = 0; c && c->closure[i]; i++) {
        s->is_early = false;
        if (!pattern_set_find(&c->closure[i]->set, exten, mode, on_match, s))
            continue;
        if (s->is_early && i == 0)
            return false;
        if (s->is_early)
            continue;
        *found = (struct plan_found){c->closure[i], s->exten, s->step};
        return true;
    }
    return false;
}

int plan_routing_find(const struct plan_routing *r, struct slice context, struct slice exten,
                      int priority, struct plan_found *found)
{
    struct search s = {.priority = priority};

    if (priority < 1)
        return ENOENT;
    return search(r, context, exten, PATTERN_MATCH, &s, found) ? 0 : ENOENT;
}

int plan_routing_label(const struct plan_routing *r, struct slice context, struct slice exten,
                       struct slice label, int *priority)
{
    struct search s = {.label = label};
    struct plan_found found;

    if (!label.len || !search(r, context, exten, PATTERN_MATCH, &s, &found))
        return ENOENT;
    *priority = found.step->priority;
    return 0;
}

bool plan_routing_match(const struct plan_routing *r, struct slice context, struct slice exten,
                        enum pattern_mode mode)
{
    struct search s = {.priority = 1};
    struct plan_found found;

    return search(r, context, exten, mode, &s, &found);
}

bool plan_routing_has_context(const struct plan_routing *r, struct slice context)
{
    return context_find(r, context) != NULL;
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
    for (uint32_t i = 0; c->includes && c->includes[i]; i++)
        if (i == n)
            return c->includes[i];
    return NULL;
}

const struct plan_global *plan_routing_globals(const struct plan_routing *r, uint32_t *count)
{
    *count = r->global_count;
    return r->globals;
}
