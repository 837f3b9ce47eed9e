/* compile.c - a new routing: compiled from a snapshot, swapped in (compile.h, plan.h) */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "model/snapshot.h"
#include "plan/autohint.h"
#include "plan/change_inner.h"
#include "plan/check.h"
#include "plan/compile.h"
#include "plan/core.h"
#include "plan/hint.h"
#include "plan/subst.h"

/* ---- globals ---- */

/* Its value in r; the same number as in the other routing is looked at first. */
static const char *configured(const struct plan_routing *r, const char *name, uint32_t near)
{
    uint32_t count = 0;
    const struct plan_global *rows = r ? plan_routing_globals(r, &count) : NULL;

    if (near < count && strcmp(rows[near].name, name) == 0)
        return rows[near].value;
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(rows[i].name, name) == 0)
            return rows[i].value;
    return NULL;
}

/* A value may hold ${} of globals above it; they are put in once, here, as in Asterisk. */
static int set_configured(struct plan_core *p, const struct plan_global *g)
{
    const struct plan_env env = {.core = p};
    struct buf value;
    int err;

    buf_init(&value, PLAN_TEXT_MAX);
    err = plan_subst(&env, slice_of(g->value), &value);
    if (err != ENOMEM)
        err = plan_global_configure(p, slice_of(g->name), buf_slice(&value));
    buf_fini(&value);
    return err == ENOMEM ? ENOMEM : 0; /* anything else was warned about; the others are set */
}

/* Only what the new configuration says otherwise than the old one: Set(GLOBAL()) survives. A value
   made of others is made again when one above it has changed. */
static int change_globals(struct plan_core *p, const struct plan_routing *to)
{
    uint32_t count;
    const struct plan_global *rows = plan_routing_globals(to, &count);
    bool is_changed = false;
    int err = 0;

    for (uint32_t i = 0; i < count && !err; i++) {
        const char *before = configured(p->routing, rows[i].name, i);

        if (before && strcmp(before, rows[i].value) == 0 &&
            !(is_changed && strchr(rows[i].value, '$')))
            continue;
        is_changed = true;
        err = set_configured(p, &rows[i]);
    }
    if (err || !p->routing)
        return err;
    rows = plan_routing_globals(p->routing, &count);
    for (uint32_t i = 0; i < count; i++)
        if (!configured(to, rows[i].name, i))
            plan_global_configure(p, slice_of(rows[i].name), SLICE_NONE);
    return 0;
}

int plan_set_routing(struct plan_core *p, struct plan_routing *r)
{
    int err = change_globals(p, r);

    if (err)
        return err;
    model_report_log(plan_routing_report(r), p->routing ? plan_routing_report(p->routing) : NULL);
    mem_ref(r);
    mem_deref(p->routing);
    p->routing = r;
    plan_check_start(p);
    plan_hints_changed(p);
    return 0;
}

/* ---- a snapshot's ---- */

/* Rows of the snapshot in the shape that routing.h takes; their texts stay where they are. */
struct rows {
    struct plan_row *rows;
    struct plan_include *includes;
    struct plan_switch *switches;
    struct plan_global *globals;
    uint32_t row_count, include_count, switch_count, global_count;
};

static void rows_add_steps(struct rows *r, const struct model_context *c,
                           const struct model_step *steps, uint32_t count, bool are_hints,
                           const struct plan_overlay *overlay)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct model_step *s = &steps[i];
        const struct plan_row row = {.context = c->name,
                                     .exten = s->exten,
                                     .priority = are_hints ? PLAN_HINT : s->priority,
                                     .label = s->label,
                                     .app = s->app,
                                     .data = s->appdata,
                                     .cid = s->cid};

        if (!plan_overlay_removes(overlay, &row))
            r->rows[r->row_count++] = row;
    }
}

/* Hints by themselves; one that was removed by hand stays away. */
static int rows_add_autohints(struct rows *r, const struct model_snapshot *s,
                              const struct model_context *c, const struct plan_overlay *overlay)
{
    const uint32_t from = r->row_count;
    uint32_t added = 0;
    int err = plan_autohint_add(s, c, r->rows + from, &added);

    for (uint32_t i = 0; i < added; i++)
        if (!plan_overlay_removes(overlay, &r->rows[from + i]))
            r->rows[r->row_count++] = r->rows[from + i];
    return err;
}

static void rows_add_context(struct rows *r, const struct model_context *c,
                             const struct plan_overlay *overlay)
{
    rows_add_steps(r, c, c->steps, c->step_count, false, overlay);
    rows_add_steps(r, c, c->hints, c->hint_count, true, overlay);
    for (uint32_t i = 0; i < c->include_count; i++) {
        const struct plan_include in = {c->name, c->includes[i]};

        if (!plan_overlay_removes_include(overlay, &in))
            r->includes[r->include_count++] = in;
    }
    for (uint32_t i = 0; i < c->switch_count; i++)
        r->switches[r->switch_count++] = (struct plan_switch){c->name, c->switches[i]};
}

static int rows_of(struct rows *r, const struct model_snapshot *s,
                   const struct plan_overlay *overlay)
{
    uint32_t contexts = model_context_count(s), steps = plan_overlay_rows(overlay),
             includes = plan_overlay_includes(overlay), switches = 0;
    int err = 0;

    for (uint32_t i = 0; i < contexts; i++) {
        steps += model_context_at(s, i)->step_count + model_context_at(s, i)->hint_count;
        steps += plan_autohint_most(s, model_context_at(s, i));
        includes += model_context_at(s, i)->include_count;
        switches += model_context_at(s, i)->switch_count;
    }
    r->rows = mem_zalloc((steps + 1) * sizeof(*r->rows));
    r->includes = mem_zalloc((includes + 1) * sizeof(*r->includes));
    r->globals = mem_zalloc((model_var_count(s) + 1) * sizeof(*r->globals));
    r->switches = mem_zalloc((switches + 1) * sizeof(*r->switches));
    if (!r->rows || !r->includes || !r->switches || !r->globals)
        return ENOMEM;
    for (uint32_t i = 0; i < contexts && !err; i++) {
        rows_add_context(r, model_context_at(s, i), overlay);
        err = rows_add_autohints(r, s, model_context_at(s, i), overlay);
    }
    if (err)
        return err;
    plan_overlay_copy(overlay, r->rows, &r->row_count, r->includes, &r->include_count);
    for (uint32_t i = 0; i < model_var_count(s); i++) {
        const struct model_var *v = model_var_at(s, i);

        r->globals[r->global_count++] = (struct plan_global){v->name, v->value};
    }
    return 0;
}

int plan_compile_over(struct plan_routing **rp, const struct model_snapshot *s,
                      const struct plan_overlay *overlay)
{
    struct rows r = {0};
    int err = rows_of(&r, s, overlay);

    if (!err)
        err = plan_routing_alloc(
            rp, &(struct plan_routing_args){.rows = r.rows,
                                            .row_count = r.row_count,
                                            .includes = r.includes,
                                            .include_count = r.include_count,
                                            .switches = r.switches,
                                            .switch_count = r.switch_count,
                                            .globals = r.globals,
                                            .guests = model_global_of(s)->regcontext,
                                            .global_count = r.global_count});
    mem_free(r.rows);
    mem_free(r.includes);
    mem_free(r.switches);
    mem_free(r.globals);
    return err;
}

int plan_compile(struct plan_routing **rp, const struct model_snapshot *s)
{
    return plan_compile_over(rp, s, NULL);
}

int plan_set_compiled(struct plan_core *p, struct model_snapshot *s, struct plan_routing *r)
{
    struct model_snapshot *before = p->snapshot;
    int err = 0;

    plan_routing_own(r, mem_ref(s));
    p->snapshot = mem_ref(s);
    /* Without the changes made by hand it would be another routing for a moment. */
    if (!plan_changes_again(p))
        err = plan_set_routing(p, r);
    if (err) {
        p->snapshot = before;
        before = s;
    }
    mem_deref(before);
    return err;
}

int plan_set_snapshot(struct plan_core *p, struct model_snapshot *s)
{
    struct plan_routing *r = NULL;
    int err = plan_compile(&r, s);

    if (!err)
        err = plan_set_compiled(p, s, r);
    mem_deref(r);
    return err;
}
