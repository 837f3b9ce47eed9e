/* routing_build.c - rows compiled into contexts, extensions and steps (routing.h) */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan/routing_inner.h"

#define MOST_MEMORY ((size_t)1 << 30)
#define MOST_INCLUDED 128

static void routing_destroy(void *object)
{
    struct plan_routing *r = object;

    hash_fini(&r->contexts);
    arena_fini(&r->arena);
    model_report_fini(&r->report);
    mem_deref(r->owner);
    mem_deref(r->owner_too);
}

/* ---- building ---- */

static void warn_row(struct plan_routing *r, const struct plan_row *row, const char *what)
{
    model_report_add(&r->report, LOG_WARNING, "%s at=\"%s,%s,%d\" application=\"%s\"", what,
                     row->context, row->exten, row->priority, row->app);
}

static const char *refusal(const struct plan_row *row)
{
    struct slice exten = slice_of(row->exten);

    if (!row->context[0])
        return "step of routing left out: it has no context";
    if (pattern_check(exten))
        return "step of routing left out: its extension is empty, longer than 79 or has a [ without ]";
    if (row->cid && row->cid[0] && pattern_check(slice_of(row->cid)))
        return "step of routing left out: its caller id is longer than 79 or has a [ without ]";
    if (row->priority < 1 && row->priority != PLAN_HINT)
        return "step of routing left out: its priority is not above 0";
    return NULL;
}

/* Those of certain callers come before the one of all. */
static int cid_cmp(const char *a, const char *b)
{
    if (!a || !b)
        return !a - !b;
    return pattern_cmp(slice_of(a), slice_of(b));
}

static int same_place_cmp(const struct plan_row *a, const struct plan_row *b)
{
    int cmp = strcmp(a->context, b->context);

    if (!cmp)
        cmp = pattern_cmp(slice_of(a->exten), slice_of(b->exten));
    return cmp ? cmp : cid_cmp(a->cid, b->cid);
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
static uint32_t sort_rows(struct plan_routing *r, const struct plan_routing_args *args,
                          const struct plan_row **sorted)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < args->row_count; i++) {
        const char *why = refusal(&args->rows[i]);

        if (why)
            warn_row(r, &args->rows[i], why);
        else
            sorted[count++] = &args->rows[i];
    }
    qsort(sorted, count, sizeof(*sorted), row_cmp);
    return count;
}

static struct plan_context *context_get(struct plan_routing *r, const char *name)
{
    struct plan_context *c = plan_context_find(r, slice_of(name));

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
    e->cid = rows[0]->cid;
    e->steps = arena_alloc(&r->arena, count * sizeof(*e->steps));
    if (!e->steps)
        return NULL;
    for (uint32_t i = 0; i < count; i++) {
        if (i && rows[i]->priority == rows[i - 1]->priority) {
            warn_row(r, rows[i], "step of routing left out: its priority is there already");
            continue;
        }
        e->steps[e->count++] = (struct plan_step){
            .name = rows[i]->app,
            .data = rows[i]->data ? rows[i]->data : "",
            .label = rows[i]->label ? rows[i]->label : "",
            .priority = rows[i]->priority,
        };
        *(rows[i]->priority == PLAN_HINT ? &r->hint_count : &r->step_count) += 1;
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
    struct plan_exten **tail = &c->extens, *before = NULL;
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
        if (before && pattern_cmp(slice_of(before->name), slice_of(e->name)) == 0)
            before->same = e;
        else
            entries[count++] = (struct pattern_entry){slice_of(e->name), e};
        before = e;
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

/* "night,18:00-9:00,*,*,*" or "night|..." in its parts. */
static int parse_include(struct plan_routing *r, struct plan_included *in, const char *context,
                         const char *text)
{
    const size_t n = strcspn(text, ",|");
    struct plan_when *when;
    struct slice bad;

    in->text = text;
    in->name = slice_trim(slice_from(text, n));
    if (!text[n])
        return 0;
    when = arena_alloc(&r->arena, sizeof(*when));
    if (!when)
        return ENOMEM;
    plan_when_parse(when, slice_of(text + n + 1), &bad);
    if (slice_is_set(bad))
        model_report_add(
            &r->report, LOG_WARNING,
            "time of an include is not understood, that part never holds context=\"%s\" "
            "include=\"%s\" part=\"%.*s\"",
            context, text, SLICE_ARG(bad));
    in->when = when;
    return 0;
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
        while (c->includes[n].text)
            n++;
        if (parse_include(r, &c->includes[n], c->name, args->includes[i].included))
            return ENOMEM;
    }
    return 0;
}

static uint32_t count_switches(const struct plan_routing_args *args, const char *context)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < args->switch_count; i++)
        n += strcmp(args->switches[i].context, context) == 0;
    return n;
}

static int build_switches(struct plan_routing *r, const struct plan_routing_args *args)
{
    for (uint32_t i = 0; i < args->switch_count; i++) {
        const struct plan_switch *sw = &args->switches[i];
        struct plan_context *c = context_get(r, sw->context);
        const char *wrong;
        uint32_t n = 0;

        if (c && !c->loops)
            c->loops =
                arena_alloc(&r->arena, (count_switches(args, c->name) + 1) * sizeof(*c->loops));
        if (!c || !c->loops)
            return ENOMEM;
        while (c->loops[n].text)
            n++;
        wrong = plan_loop_parse(&c->loops[n], sw->text);
        if (wrong)
            model_report_add(&r->report, LOG_WARNING, "%s context=\"%s\" switch=\"%s\"", wrong,
                             c->name, sw->text);
    }
    return 0;
}

/* Walking through all that one context includes. */
struct closure {
    struct plan_scope list[MOST_INCLUDED + 1];
    bool is_sure[MOST_INCLUDED + 1]; /* no time stands between it and the first */
    const struct plan_context *way[MOST_INCLUDED + 1];
    uint32_t count, depth;
    bool is_full;
};

/* It is looked at anyway, or includes itself. */
static bool is_there(const struct closure *cl, const struct plan_context *c)
{
    for (uint32_t i = 0; i < cl->count; i++)
        if (cl->list[i].context == c && cl->is_sure[i])
            return true;
    for (uint32_t i = 0; i < cl->depth; i++)
        if (cl->way[i] == c)
            return true;
    return false;
}

static void close_over(struct plan_routing *r, struct closure *cl, const struct plan_context *c,
                       const struct plan_when *when, bool is_sure);

static void close_over_includes(struct plan_routing *r, struct closure *cl,
                                const struct plan_context *c, bool is_sure)
{
    for (const struct plan_included *in = c->includes; in && in->text; in++) {
        const struct plan_context *next = plan_context_find(r, in->name);

        if (next)
            close_over(r, cl, next, in->when, is_sure && !in->when);
        else if (cl->depth == 1)
            model_report_add(&r->report, LOG_WARNING,
                             "included context does not exist context=\"%s\" include=\"%s\"",
                             c->name, in->text);
    }
}

static void close_over(struct plan_routing *r, struct closure *cl, const struct plan_context *c,
                       const struct plan_when *when, bool is_sure)
{
    const uint32_t at = cl->count;

    if (is_there(cl, c))
        return;
    if (at == MOST_INCLUDED) {
        if (!cl->is_full)
            model_report_add(
                &r->report, LOG_WARNING,
                "context includes more than %d others, the rest is left out context=\"%s\"",
                MOST_INCLUDED, cl->list[0].context->name);
        cl->is_full = true;
        return;
    }
    cl->list[at] = (struct plan_scope){.context = c, .when = when};
    cl->is_sure[at] = is_sure;
    cl->count++;
    cl->way[cl->depth++] = c;
    close_over_includes(r, cl, c, is_sure);
    cl->depth--;
    cl->list[at].skip = cl->count;
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
        close_over(r, cl, all[i], NULL, true);
        all[i]->scope = arena_alloc(&r->arena, (cl->count + 1) * sizeof(*all[i]->scope));
        if (!all[i]->scope) {
            err = ENOMEM;
            goto out;
        }
        memcpy(all[i]->scope, cl->list, cl->count * sizeof(*all[i]->scope));
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

static int make_guest(struct plan_routing *r, const char *context)
{
    if (!context || !context[0])
        return 0;
    r->guest_step =
        (struct plan_step){.name = "NoOp", .data = "${EXTEN}", .label = "", .priority = 1};
    r->guest = (struct plan_exten){.name = "(regcontext)", .steps = &r->guest_step, .count = 1};
    r->guests = context_get(r, context);
    return r->guests ? 0 : ENOMEM;
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
    model_report_init(&r->report);
    r->owner = mem_ref(args->owner);
    sorted = mem_zalloc((args->row_count + 1) * sizeof(*sorted));
    if (sorted)
        err = build_steps(r, sorted, sort_rows(r, args, sorted));
    if (!err)
        err = build_includes(r, args);
    if (!err)
        err = make_guest(r, args->guests);
    if (!err)
        err = build_switches(r, args);
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
