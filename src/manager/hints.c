/* manager/hints.c - every hint of the routing is watched, for ExtensionStatus (inner.h) */
#include <errno.h>

#include "base/hash.h"
#include "base/log.h"
#include "manager/inner.h"
#include "plan/app.h"
#include "plan/hint.h"
#include "plan/pattern.h"
#include "plan/routing.h"

struct hint {
    struct hash_link link; /* manager.hints, by extension and context */
    struct plan_hint_watch watch;
    bool is_there; /* in the routing that is in force */
};

static struct hint *of_link(struct hash_link *k)
{
    return CONTAINER_OF(k, struct hint, link);
}

static void changed(struct plan_hint_watch *w, int state, void *arg)
{
    ev_extension(arg, slice_of(w->context), slice_of(w->exten), state);
}

static uint32_t hash_of(const char *context, const char *exten)
{
    return hash_slice(slice_of(context)) * 31 + hash_slice(slice_of(exten));
}

static struct hint *find(const struct manager *m, const char *context, const char *exten)
{
    for (struct hash_link *k = hash_first(&m->hints, hash_of(context, exten)); k;
         k = hash_next(k)) {
        struct hint *h = of_link(k);

        if (slice_eqz(slice_of(exten), h->watch.exten) &&
            slice_eqz(slice_of(context), h->watch.context))
            return h;
    }
    return NULL;
}

static void drop(struct manager *m, struct hint *h)
{
    hash_del(&m->hints, &h->link);
    plan_hint_watch_stop(&h->watch);
    mem_free(h);
}

static int add(struct manager *m, const char *context, const char *exten)
{
    struct hint *h = mem_zalloc(sizeof(*h));
    int err;

    if (!h)
        return ENOMEM;
    err = hash_add(&m->hints, &h->link, hash_of(context, exten));
    if (err) {
        mem_free(h);
        return err;
    }
    err = plan_hint_watch_start(&h->watch, m->args.plan, slice_of(context), slice_of(exten),
                                changed, m);
    h->watch.is_quiet = h->is_there = true;
    if (err)
        drop(m, h);
    return err;
}

/* Those of patterns have no state of their own. */
static int follow_context(struct manager *m, const struct plan_context *x)
{
    int err = 0;

    for (const struct plan_exten *e = plan_context_extens(x); e && !err; e = e->next) {
        struct hint *h;

        if (!e->count || e->steps[0].priority != PLAN_HINT || pattern_is(slice_of(e->name)))
            continue;
        h = find(m, plan_context_name(x), e->name);
        if (h)
            h->is_there = true;
        else
            err = add(m, plan_context_name(x), e->name);
    }
    return err;
}

static int follow(struct manager *m)
{
    const struct plan_routing *r = plan_routing_now(m->args.plan);
    int err = 0;

    HASH_FOREACH(&m->hints, k)
    of_link(k)->is_there = false;
    for (const struct plan_context *x = r ? plan_routing_first(r) : NULL; x && !err;
         x = plan_context_next(x))
        err = follow_context(m, x);
    HASH_FOREACH(&m->hints, k)
    {
        if (!of_link(k)->is_there && !err)
            drop(m, of_link(k));
    }
    return err;
}

static void another_routing(void *arg)
{
    if (follow(arg))
        log_error("some hints are not watched, their events are missing err=\"out of memory\"");
}

int hints_start(struct manager *m)
{
    plan_hints_follow(m->args.plan, another_routing, m);
    return follow(m);
}

void hints_stop(struct manager *m)
{
    if (m->watches_states)
        plan_hints_follow(m->args.plan, NULL, NULL);
    HASH_FOREACH(&m->hints, k)
    drop(m, of_link(k));
    hash_fini(&m->hints);
}
