/* change.c - see change.h */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "loop/worker.h"
#include "model/snapshot.h"
#include "plan/change_inner.h"
#include "plan/compile.h"
#include "plan/core.h"
#include "plan/kept.h"

#define MOST_CHANGES 2000
#define MOST_JOBS 4

enum change_kind { CHANGE_ADD, CHANGE_REMOVE, CHANGE_INCLUDE, CHANGE_EXCLUDE };

/* One change, shared by overlays; what a worker reads of it is never altered. */
struct change {
    enum change_kind kind;
    struct plan_row row; /* texts are the change's own */
    struct plan_include include;
    /* the loop's: its entry of the journal (kept.h) */
    uint32_t number, slot; /* the order in which they were made; 0: none */
    bool is_now;           /* in the present overlay */
};

/* All changes at one time; never altered, so a worker may read it. */
struct plan_overlay {
    uint32_t count;
    struct change *changes[]; /* references */
};

struct waiting {
    struct link link;
    plan_change_h *done;
    void *arg;
};

struct job {
    struct plan_core *core;          /* borrowed: its end waits for the worker */
    struct plan_overlay *overlay;    /* a reference; NULL: no changes are left */
    struct model_snapshot *snapshot; /* a reference */
    struct plan_routing *routing;
    struct list waiting; /* struct waiting */
    int err;
};

struct plan_changes {
    struct workers *workers;
    struct plan_overlay *now; /* a reference, NULL: none */
    struct job *job;          /* being compiled */
    struct list waiting;      /* for the next one */
    uint32_t last_number;
    bool is_again, is_closing;
};

/* ---- changes ---- */

static void change_destroy(void *object)
{
    struct change *c = object;
    const char *texts[] = {c->row.context, c->row.exten, c->row.label,       c->row.app,
                           c->row.data,    c->row.cid,   c->include.context, c->include.included};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        mem_free((char *)texts[i]);
}

/* Copy a text; NULL stays NULL. @return false without memory */
static bool copy(const char **to, const char *from)
{
    *to = from ? mem_strdup(from) : NULL;
    return *to || !from;
}

static struct change *change_alloc(enum change_kind kind, const struct plan_row *row,
                                   const struct plan_include *in)
{
    struct change *c = mem_alloc(sizeof(*c), change_destroy);

    if (!c)
        return NULL;
    c->kind = kind;
    c->row.priority = row ? row->priority : 0;
    if ((row && !(copy(&c->row.context, row->context) && copy(&c->row.exten, row->exten) &&
                  copy(&c->row.label, row->label) && copy(&c->row.app, row->app) &&
                  copy(&c->row.data, row->data) && copy(&c->row.cid, row->cid))) ||
        (in &&
         !(copy(&c->include.context, in->context) && copy(&c->include.included, in->included))))
        return mem_deref(c);
    return c;
}

static bool is_same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_same_exten(const struct plan_row *a, const struct plan_row *b)
{
    return strcmp(a->context, b->context) == 0 && strcmp(a->exten, b->exten) == 0 &&
           is_same_text(a->cid, b->cid);
}

static bool is_same_include(const struct plan_include *a, const struct plan_include *b)
{
    const size_t len = strcspn(a->included, ",|");

    return strcmp(a->context, b->context) == 0 && len == strcspn(b->included, ",|") &&
           memcmp(a->included, b->included, len) == 0;
}

/* Does a removal speak of this row? */
static bool takes_out(const struct change *c, const struct plan_row *row)
{
    return c->kind == CHANGE_REMOVE && is_same_exten(&c->row, row) &&
           (!c->row.priority || c->row.priority == row->priority);
}

/* ---- overlays ---- */

static void overlay_destroy(void *object)
{
    struct plan_overlay *o = object;

    for (uint32_t i = 0; i < o->count; i++)
        mem_deref(o->changes[i]);
}

bool plan_overlay_removes(const struct plan_overlay *o, const struct plan_row *row)
{
    for (uint32_t i = 0; o && i < o->count; i++)
        if (takes_out(o->changes[i], row))
            return true;
    return false;
}

bool plan_overlay_removes_include(const struct plan_overlay *o, const struct plan_include *in)
{
    for (uint32_t i = 0; o && i < o->count; i++)
        if (o->changes[i]->kind == CHANGE_EXCLUDE && is_same_include(&o->changes[i]->include, in))
            return true;
    return false;
}

static uint32_t count_kind(const struct plan_overlay *o, enum change_kind kind)
{
    uint32_t n = 0;

    for (uint32_t i = 0; o && i < o->count; i++)
        n += o->changes[i]->kind == kind;
    return n;
}

uint32_t plan_overlay_rows(const struct plan_overlay *o)
{
    return count_kind(o, CHANGE_ADD);
}

uint32_t plan_overlay_includes(const struct plan_overlay *o)
{
    return count_kind(o, CHANGE_INCLUDE);
}

void plan_overlay_copy(const struct plan_overlay *o, struct plan_row *rows, uint32_t *row_count,
                       struct plan_include *includes, uint32_t *include_count)
{
    for (uint32_t i = 0; o && i < o->count; i++) {
        if (o->changes[i]->kind == CHANGE_ADD)
            rows[(*row_count)++] = o->changes[i]->row;
        else if (o->changes[i]->kind == CHANGE_INCLUDE)
            includes[(*include_count)++] = o->changes[i]->include;
    }
}

/* Does a new change make an old one of the overlay void? */
static bool makes_void(const struct change *c, const struct change *old)
{
    switch (c->kind) {
    case CHANGE_ADD:
        return old->kind == CHANGE_ADD && is_same_exten(&c->row, &old->row) &&
               c->row.priority == old->row.priority;
    case CHANGE_REMOVE:
        return old->kind == CHANGE_ADD
                   ? takes_out(c, &old->row)
                   : takes_out(old, &c->row) && c->row.priority == old->row.priority;
    case CHANGE_INCLUDE: return false;
    case CHANGE_EXCLUDE:
        return (old->kind == CHANGE_INCLUDE || old->kind == CHANGE_EXCLUDE) &&
               is_same_include(&c->include, &old->include);
    }
    return false;
}

/* The old overlay with up to two changes more. */
static struct plan_overlay *overlay_with(const struct plan_overlay *old, struct change *const *add,
                                         uint32_t count)
{
    const uint32_t before = old ? old->count : 0;
    struct plan_overlay *o =
        mem_alloc(sizeof(*o) + (before + count) * sizeof(struct change *), overlay_destroy);

    if (!o)
        return NULL;
    for (uint32_t i = 0; i < before; i++) {
        bool is_void = false;

        for (uint32_t n = 0; n < count; n++)
            is_void = is_void || makes_void(add[n], old->changes[i]);
        if (!is_void)
            o->changes[o->count++] = mem_ref(old->changes[i]);
    }
    for (uint32_t n = 0; n < count; n++)
        o->changes[o->count++] = mem_ref(add[n]);
    return o;
}

/* ---- over the engine's death ---- */

static void pack_text(struct pack *k, const char **text)
{
    char *t = (char *)(uintptr_t)*text; /* only read when writing */

    pack_string(k, &t);
    if (k->is_reading)
        *text = t;
}

static void pack_change(struct pack *k, void *arg)
{
    struct change *c = arg;

    c->kind = (enum change_kind)pack_enum(k, c->kind, CHANGE_EXCLUDE);
    pack_u32(k, &c->number);
    pack_text(k, &c->row.context);
    pack_text(k, &c->row.exten);
    pack_int(k, &c->row.priority);
    pack_text(k, &c->row.label);
    pack_text(k, &c->row.app);
    pack_text(k, &c->row.data);
    pack_text(k, &c->row.cid);
    pack_text(k, &c->include.context);
    pack_text(k, &c->include.included);
}

/* Entries of what is in force now, and of nothing else. */
static void keep_changes(struct plan_core *p, const struct plan_overlay *before,
                         const struct plan_overlay *now)
{
    for (uint32_t i = 0; before && i < before->count; i++)
        before->changes[i]->is_now = false;
    for (uint32_t i = 0; now && i < now->count; i++) {
        struct change *c = now->changes[i];

        c->is_now = true;
        if (c->number)
            continue;
        c->number = ++p->changes->last_number;
        call_journal_keep(p->journal, &c->slot, PLAN_KEPT_CHANGE, pack_change, c);
    }
    for (uint32_t i = 0; before && i < before->count; i++)
        if (!before->changes[i]->is_now)
            call_journal_unkeep(p->journal, &before->changes[i]->slot);
}

static bool is_whole(const struct change *c)
{
    const struct plan_row *r = &c->row;

    if (c->kind == CHANGE_INCLUDE || c->kind == CHANGE_EXCLUDE)
        return c->include.context && c->include.included;
    return r->context && r->exten && (c->kind == CHANGE_REMOVE || (r->app && r->data));
}

/* ---- compiling ---- */

static void job_free(struct job *j, int err)
{
    LIST_FOREACH(&j->waiting, k)
    {
        struct waiting *w = CONTAINER_OF(k, struct waiting, link);

        list_unlink(k);
        if (w->done)
            w->done(err, w->arg);
        mem_free(w);
    }
    mem_deref(j->routing);
    mem_deref(j->overlay);
    mem_deref(j->snapshot);
    mem_free(j);
}

/* On the worker. */
static void job_run(void *arg)
{
    struct job *j = arg;

    j->err = plan_compile_over(&j->routing, j->snapshot, j->overlay);
}

static int job_start(struct plan_core *p);

static void job_done(void *arg)
{
    struct job *j = arg;
    struct plan_core *p = j->core;
    struct plan_changes *c = p->changes;

    c->job = NULL;
    if (c->is_closing) {
        job_free(j, ECANCELED);
        return;
    }
    if (!j->err && p->snapshot == j->snapshot) {
        plan_routing_own(j->routing, mem_ref(j->snapshot));
        j->err = plan_set_routing(p, j->routing);
        /* its texts are the overlay's too: keep that as long */
        plan_routing_keep(j->routing, mem_ref(j->overlay));
    }
    if (j->err)
        log_error("routing changed by hand is not in force err=\"%s\"", strerror(j->err));
    if (c->is_again)
        job_start(p);
    job_free(j, j->err);
}

/* Compile what is now. @return 0; ENOMEM; EAGAIN */
static int job_start(struct plan_core *p)
{
    struct plan_changes *c = p->changes;
    struct job *j;
    int err = 0;

    if (c->job) {
        c->is_again = true;
        return 0;
    }
    j = mem_zalloc(sizeof(*j));
    if (!j)
        return ENOMEM;
    list_init(&j->waiting);
    j->core = p;
    j->overlay = mem_ref(c->now);
    j->snapshot = mem_ref(p->snapshot);
    if (!c->workers)
        err = workers_alloc(&c->workers, p->loop, 1, MOST_JOBS);
    if (!err)
        err = workers_submit(c->workers, job_run, job_done, j);
    if (err) {
        job_free(j, err);
        return err;
    }
    list_move_all(&j->waiting, &c->waiting);
    c->job = j;
    c->is_again = false;
    return 0;
}

static int changes_need(struct plan_core *p)
{
    if (!p->snapshot)
        return EAGAIN;
    if (p->changes)
        return 0;
    p->changes = mem_zalloc(sizeof(*p->changes));
    if (!p->changes)
        return ENOMEM;
    list_init(&p->changes->waiting);
    return 0;
}

/* Make an overlay the present one and compile it. */
static int take(struct plan_core *p, struct plan_overlay *o, plan_change_h *done, void *arg)
{
    struct plan_changes *c = p->changes;
    struct plan_overlay *before = c->now;
    struct waiting *w = mem_zalloc(sizeof(*w));
    int err = w ? 0 : ENOMEM;

    if (!err) {
        w->done = done;
        w->arg = arg;
        list_append(&c->waiting, &w->link);
        c->now = o;
        err = job_start(p);
    }
    if (!err) {
        keep_changes(p, before, o);
        mem_deref(before);
        return 0;
    }
    c->now = before;
    if (w) {
        list_unlink(&w->link);
        mem_free(w);
    }
    mem_deref(o);
    return err;
}

static int apply(struct plan_core *p, struct change *const *add, uint32_t count,
                 plan_change_h *done, void *arg)
{
    struct plan_overlay *o;

    if (p->changes->now && p->changes->now->count + count > MOST_CHANGES)
        return ENOSPC;
    o = overlay_with(p->changes->now, add, count);
    return o ? take(p, o, done, arg) : ENOMEM;
}

/* ---- what there is now ---- */

/* The extension of exactly that name and caller, in the context itself. */
static const struct plan_exten *exten_find(const struct plan_core *p, const struct plan_row *row)
{
    const struct plan_context *c = plan_routing_context(p->routing, slice_of(row->context));

    for (const struct plan_exten *e = c ? plan_context_extens(c) : NULL; e; e = e->next)
        if (strcmp(e->name, row->exten) == 0 && is_same_text(e->cid, row->cid))
            return e;
    return NULL;
}

/* In force, or about to be. */
static bool has_row(const struct plan_core *p, const struct plan_row *row)
{
    const struct plan_overlay *o = p->changes->now;
    const struct plan_exten *e = exten_find(p, row);

    for (uint32_t i = o ? o->count : 0; i-- > 0;) {
        const struct change *c = o->changes[i];

        if (c->kind == CHANGE_ADD && is_same_exten(&c->row, row) &&
            (!row->priority || c->row.priority == row->priority))
            return true;
        if (takes_out(c, row))
            return false;
    }
    for (uint32_t i = 0; e && i < e->count; i++)
        if (!row->priority || e->steps[i].priority == row->priority)
            return true;
    return false;
}

static bool has_include(const struct plan_core *p, const struct plan_include *in)
{
    const struct plan_overlay *o = p->changes->now;
    const struct plan_context *c = plan_routing_context(p->routing, slice_of(in->context));

    for (uint32_t i = o ? o->count : 0; i-- > 0;) {
        const struct change *one = o->changes[i];

        if ((one->kind == CHANGE_INCLUDE || one->kind == CHANGE_EXCLUDE) &&
            is_same_include(&one->include, in))
            return one->kind == CHANGE_INCLUDE;
    }
    for (uint32_t i = 0; c && plan_context_include(c, i); i++)
        if (is_same_include(&(struct plan_include){in->context, plan_context_include(c, i)}, in))
            return true;
    return false;
}

/* ---- what may be asked ---- */

int plan_change_add(struct plan_core *p, const struct plan_row *row, bool replace,
                    plan_change_h *done, void *arg)
{
    struct plan_row there = *row;
    struct change *list[2] = {NULL, NULL};
    int err = changes_need(p);

    if (err)
        return err;
    if (!row->context || !*row->context || !row->exten || pattern_check(slice_of(row->exten)) ||
        !row->app || !*row->app || (row->priority < 1 && row->priority != PLAN_HINT))
        return EINVAL;
    if (has_row(p, &there) && !replace)
        return EEXIST;
    list[0] = change_alloc(CHANGE_REMOVE, row, NULL); /* the database's, if there is one */
    list[1] = change_alloc(CHANGE_ADD, row, NULL);
    err = list[0] && list[1] ? apply(p, list, 2, done, arg) : ENOMEM;
    mem_deref(list[0]);
    mem_deref(list[1]);
    return err;
}

int plan_change_remove(struct plan_core *p, const struct plan_row *row, plan_change_h *done,
                       void *arg)
{
    struct change *one;
    int err = changes_need(p);

    if (err)
        return err;
    if (!row->context || !row->exten)
        return EINVAL;
    if (!has_row(p, row))
        return ENOENT;
    one = change_alloc(CHANGE_REMOVE, row, NULL);
    err = one ? apply(p, &one, 1, done, arg) : ENOMEM;
    mem_deref(one);
    return err;
}

int plan_change_include(struct plan_core *p, const struct plan_include *in, bool is_removed,
                        plan_change_h *done, void *arg)
{
    struct change *one;
    int err = changes_need(p);

    if (err)
        return err;
    if (!in->context || !*in->context || !in->included || !*in->included)
        return EINVAL;
    if (has_include(p, in) != is_removed)
        return is_removed ? ENOENT : EEXIST;
    one = change_alloc(is_removed ? CHANGE_EXCLUDE : CHANGE_INCLUDE, NULL, in);
    err = one ? apply(p, &one, 1, done, arg) : ENOMEM;
    mem_deref(one);
    return err;
}

int plan_change_forget(struct plan_core *p, plan_change_h *done, void *arg)
{
    int err = changes_need(p);

    return err ? err : take(p, NULL, done, arg);
}

bool plan_changes_again(struct plan_core *p)
{
    int err;

    if (!p->changes || !p->changes->now)
        return false;
    err = job_start(p);
    if (err)
        log_error("routing changed by hand is not in force err=\"%s\"", strerror(err));
    return !err;
}

int plan_change_kept(struct plan_core *p, uint32_t slot, struct pack *k)
{
    struct plan_overlay *o;
    struct change *c;
    int err = changes_need(p);

    if (err)
        return err;
    if (!p->changes->now)
        p->changes->now =
            mem_alloc(sizeof(*o) + MOST_CHANGES * sizeof(struct change *), overlay_destroy);
    o = p->changes->now;
    c = o ? mem_alloc(sizeof(*c), change_destroy) : NULL;
    if (!c)
        return ENOMEM;
    pack_change(k, c);
    if (pack_err(k) || !is_whole(c) || !c->number || o->count == MOST_CHANGES) {
        mem_deref(c);
        return EBADMSG;
    }
    c->slot = slot;
    o->changes[o->count++] = c;
    return 0;
}

static int by_number(const void *a, const void *b)
{
    const uint32_t x = (*(struct change *const *)a)->number,
                   y = (*(struct change *const *)b)->number;

    return (x > y) - (x < y);
}

void plan_changes_kept(struct plan_core *p)
{
    struct plan_overlay *o = p->changes ? p->changes->now : NULL;
    struct plan_routing *r = NULL;
    int err;

    if (!o || !o->count)
        return;
    qsort(o->changes, o->count, sizeof(struct change *), by_number);
    p->changes->last_number = o->changes[o->count - 1]->number;
    err = plan_compile_over(&r, p->snapshot, o);
    if (!err) {
        plan_routing_own(r, mem_ref(p->snapshot));
        plan_routing_keep(r, mem_ref(o));
        err = plan_set_routing(p, r);
        mem_deref(r);
    }
    if (err)
        log_error("routing changed by hand is not in force err=\"%s\"", strerror(err));
}

void plan_changes_free(struct plan_core *p)
{
    struct plan_changes *c = p->changes;

    if (!c)
        return;
    c->is_closing = true;
    mem_deref(c->workers); /* waits for the job under way */
    LIST_FOREACH(&c->waiting, k)
    {
        struct waiting *w = CONTAINER_OF(k, struct waiting, link);

        list_unlink(k);
        if (w->done)
            w->done(ECANCELED, w->arg);
        mem_free(w);
    }
    mem_deref(c->now);
    mem_free(c);
    p->changes = NULL;
}
