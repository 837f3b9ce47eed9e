/* state.c - states of endpoints as devices (state.h), and who is told of them (watch.h) */
#include "pjsip/state.h"

#include <stdio.h>
#include <string.h>

#include "call/device_state.h"
#include "pjsip/watch.h"

/* "101", "number@trunk", "101/sip:..." */
static const struct model_endpoint *endpoint_of(const struct pjsip *p, struct slice resource)
{
    struct slice name = slice_cut(resource, '/', &resource);
    const struct model_endpoint *e = model_endpoint_find(p->snap, name);
    ptrdiff_t at = slice_chr(name, '@');

    return e || at < 0 ? e : model_endpoint_find(p->snap, slice_skip(name, (size_t)at + 1));
}

bool state_is_reachable(const struct pjsip *p, const struct model_endpoint *e)
{
    return contact_pick(p, e) != NULL;
}

enum device_state state_of_device(void *tech_arg, struct slice resource)
{
    const struct pjsip *p = tech_arg;
    const struct model_endpoint *e = endpoint_of(p, resource);

    if (!e)
        return DEVICE_INVALID;
    return state_is_reachable(p, e) ? DEVICE_NOT_INUSE : DEVICE_UNAVAILABLE;
}

int state_busy_at(void *tech_arg, struct slice resource)
{
    const struct pjsip *p = tech_arg;
    const struct model_endpoint *e = endpoint_of(p, resource);

    return e ? e->device_state_busy_at : 0;
}

/* ---- regcontext ---- */

static bool is_registered(const struct aor *a)
{
    LIST_FOREACH(&a->contacts, k)
    {
        if (contact_is_reachable(contact_of_link(k)))
            return true;
    }
    return false;
}

bool state_has_guest(struct slice exten, enum pattern_mode mode, void *arg)
{
    struct pjsip *p = arg;
    const struct aor *a = mode == PATTERN_MATCH_MORE ? NULL : aor_find(p, exten);

    if (a && is_registered(a))
        return true;
    if (mode == PATTERN_MATCH)
        return false;
    /* The beginning of a name: only who waits for more digits asks that. */
    HASH_FOREACH(&p->aors, k)
    {
        a = CONTAINER_OF(k, struct aor, link);
        if (strlen(a->name) > exten.len && !memcmp(a->name, exten.p, exten.len) && is_registered(a))
            return true;
    }
    return false;
}

/* By another of its addresses of record. */
static bool is_reachable_else(const struct pjsip *p, const struct model_endpoint *e,
                              const struct aor *but)
{
    for (const struct model_aor *const *m = e->aors; *m; m++) {
        const struct aor *a = aor_find(p, slice_of((*m)->name));

        if (a && a != but && is_registered(a))
            return true;
    }
    return false;
}

void state_changed(struct aor *a)
{
    struct pjsip *p = a->p;
    const struct model_aor *m = model_aor_find(p->snap, slice_of(a->name));
    const struct model_endpoint *e = m ? model_endpoint_by_aor(p->snap, m) : NULL;
    const bool was_reachable = a->is_reachable;
    char name[300];

    a->is_reachable = is_registered(a);
    if (was_reachable == a->is_reachable || !e || p->is_closing || is_reachable_else(p, e, a))
        return;
    snprintf(name, sizeof(name), "PJSIP/%.290s", e->name);
    device_state_changed(p->calls, slice_of(name));
    pjsip_tell(p, &(struct pjsip_fact){
                      .type = PJSIP_ENDPOINT, .endpoint = e, .is_reachable = a->is_reachable});
}

/* ---- watches ---- */

void pjsip_watch_start(struct pjsip *p, struct pjsip_watch *w)
{
    list_append(&p->watchers, &w->link);
}

void pjsip_watch_stop(struct pjsip_watch *w)
{
    if (link_is_in(&w->link))
        list_unlink(&w->link);
}

void pjsip_tell(const struct pjsip *p, const struct pjsip_fact *f)
{
    if (p->is_closing)
        return;
    LIST_FOREACH(&p->watchers, k)
    {
        const struct pjsip_watch *w = CONTAINER_OF(k, struct pjsip_watch, link);

        w->h(f, w->arg);
    }
}
