/* state.c - states of endpoints as devices (state.h) */
#include "pjsip/state.h"

#include <stdio.h>
#include <string.h>

#include "call/device_state.h"

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

    if (mode == PATTERN_MATCH || (a && is_registered(a)))
        return a && is_registered(a);
    /* The beginning of a name: only who waits for more digits asks that. */
    HASH_FOREACH(&p->aors, k)
    {
        a = CONTAINER_OF(k, struct aor, link);
        if (strlen(a->name) > exten.len && !memcmp(a->name, exten.p, exten.len) && is_registered(a))
            return true;
    }
    return false;
}

void state_changed(const struct aor *a)
{
    struct pjsip *p = a->p;
    const struct model_aor *m = model_aor_find(p->snap, slice_of(a->name));
    const struct model_endpoint *e = m ? model_endpoint_by_aor(p->snap, m) : NULL;
    char name[300];

    if (!e || p->is_closing)
        return;
    snprintf(name, sizeof(name), "PJSIP/%.290s", e->name);
    device_state_changed(p->calls, slice_of(name));
}
