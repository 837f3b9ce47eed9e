/* hint.c - see hint.h */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "plan/core.h"
#include "plan/hint.h"
#include "plan/subst.h"

#define MOST_DEVICES 32
#define MOST_TEXT 4096

static const struct {
    int state;
    const char *text, *name;
} names[] = {
    {EXTEN_NOT_INUSE, "Idle", "NOT_INUSE"},
    {EXTEN_INUSE, "InUse", "INUSE"},
    {EXTEN_BUSY, "Busy", "BUSY"},
    {EXTEN_UNAVAILABLE, "Unavailable", "UNAVAILABLE"},
    {EXTEN_RINGING, "Ringing", "RINGING"},
    {EXTEN_INUSE | EXTEN_RINGING, "InUse&Ringing", "RINGINUSE"},
    {EXTEN_ONHOLD, "Hold", "ONHOLD"},
    {EXTEN_INUSE | EXTEN_ONHOLD, "InUse&Hold", "HOLDINUSE"},
};

const char *plan_exten_state_text(int state)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].state == state)
            return names[i].text;
    return "Unknown";
}

const char *plan_exten_state_name(int state)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].state == state)
            return names[i].name;
    return "UNKNOWN";
}

int plan_exten_state_of(enum device_state s)
{
    switch (s) {
    case DEVICE_ONHOLD: return EXTEN_ONHOLD;
    case DEVICE_BUSY: return EXTEN_BUSY;
    case DEVICE_INVALID:
    case DEVICE_UNAVAILABLE: return EXTEN_UNAVAILABLE;
    case DEVICE_RINGINUSE: return EXTEN_INUSE | EXTEN_RINGING;
    case DEVICE_RINGING: return EXTEN_RINGING;
    case DEVICE_INUSE: return EXTEN_INUSE;
    case DEVICE_UNKNOWN:
    case DEVICE_NOT_INUSE: return EXTEN_NOT_INUSE;
    }
    return EXTEN_NOT_INUSE;
}

/* ---- what a hint says ---- */

void plan_hint_fini(struct plan_hint *hint)
{
    buf_fini(&hint->devices);
    buf_fini(&hint->presence);
    buf_fini(&hint->name);
}

/* ${EXTEN} and what a whole extension knows; a hint has no channel. */
static int subst_hint(const struct plan_core *p, struct slice context, struct slice exten,
                      struct slice text, struct buf *out)
{
    const struct plan_env env = {.core = (struct plan_core *)p};

    while (text.len) {
        const char *at = memmem(text.p, text.len, "${EXTEN", 7);
        size_t plain = at ? (size_t)(at - text.p) : text.len;
        const char *end = at ? memchr(at, '}', text.len - plain) : NULL;
        int offset = 0, length = 1000;
        char part[32];

        if (!end)
            return plan_subst(&env, text, out);
        plan_subst(&env, slice_from(text.p, plain), out);
        slice_copy(slice_from(at + 7, (size_t)(end - at) - 7), part, sizeof(part));
        sscanf(part, ":%9d:%9d", &offset, &length);
        buf_adds(out, plan_substring(exten, offset, length));
        text = slice_skip(text, (size_t)(end - text.p) + 1);
    }
    return buf_err(out);
}

/* "devices,presence" and "(Name)", which a row has apart. */
static int read_hint(const struct plan_core *p, struct slice context, struct slice exten,
                     const struct plan_step *step, struct plan_hint *hint)
{
    struct slice all = slice_of(step->name), name = slice_of(step->data), devices = all, presence;
    ptrdiff_t open = slice_chr(all, '(');
    int err;

    if (open >= 0 && all.p[all.len - 1] == ')') {
        name = slice_from(all.p + open + 1, all.len - (size_t)open - 2);
        devices.len = (size_t)open;
    }
    devices = slice_trim(slice_cut(devices, ',', &presence));
    err = subst_hint(p, context, exten, devices, &hint->devices);
    if (!err)
        err = subst_hint(p, context, exten, slice_trim(presence), &hint->presence);
    if (!err)
        err = subst_hint(p, context, exten, name, &hint->name);
    return err;
}

int plan_hint_get(const struct plan_core *p, struct slice context, struct slice exten,
                  struct plan_hint *hint)
{
    const struct plan_ask ask = plan_ask_for(p, NULL, context, exten);
    struct plan_found found;
    int err;

    if (!p->routing || plan_routing_find(p->routing, &ask, PLAN_HINT, &found))
        return ENOENT;
    buf_init(&hint->devices, MOST_TEXT);
    buf_init(&hint->presence, MOST_TEXT);
    buf_init(&hint->name, MOST_TEXT);
    err = read_hint(p, context, exten, found.step, hint);
    if (err)
        plan_hint_fini(hint);
    return err == ENOSPC ? ENOENT : err;
}

int plan_devices_state(const struct plan_core *p, struct slice devices)
{
    struct device_sum sum = {0};

    while (slice_is_set(devices)) {
        struct slice one = slice_trim(slice_cut(devices, '&', &devices));

        if (one.len)
            device_sum_add(&sum, device_state_get(p->calls, one));
    }
    return plan_exten_state_of(device_sum_result(&sum));
}

int plan_hint_state(const struct plan_core *p, struct slice context, struct slice exten)
{
    struct plan_hint hint;
    int state;

    if (plan_hint_get(p, context, exten, &hint))
        return EXTEN_NO_HINT;
    state = plan_devices_state(p, buf_slice(&hint.devices));
    plan_hint_fini(&hint);
    return state;
}

/* ---- watching ---- */

static void tell(struct plan_hint_watch *w, int state)
{
    if (state == w->state)
        return;
    w->state = state;
    w->h(w, state, w->arg);
}

static void on_device(struct slice device, enum device_state s, void *arg)
{
    struct plan_hint_watch *w = arg;

    tell(w, plan_devices_state(w->core, buf_slice(&w->hint)));
}

static void forget_devices(struct plan_hint_watch *w)
{
    for (uint32_t i = 0; i < w->device_count; i++)
        device_watch_stop(&w->devices[i]);
    mem_free(w->devices);
    w->devices = NULL;
    w->device_count = 0;
    buf_reset(&w->hint);
}

static uint32_t count_devices(struct slice devices)
{
    uint32_t n = 1;

    for (size_t i = 0; i < devices.len; i++)
        n += devices.p[i] == '&';
    return n;
}

static int watch_devices(struct plan_hint_watch *w, struct slice devices)
{
    uint32_t count = count_devices(devices);
    int err;

    if (count > MOST_DEVICES) {
        log_warning("hint of more than %d devices, the others are not watched at=\"%s,%s\"",
                    MOST_DEVICES, w->context, w->exten);
        count = MOST_DEVICES;
    }
    w->devices = mem_zalloc(count * sizeof(*w->devices));
    err = w->devices ? buf_adds(&w->hint, devices) : ENOMEM;
    while (!err && slice_is_set(devices) && w->device_count < count) {
        struct slice one = slice_trim(slice_cut(devices, '&', &devices));

        err = device_watch_start(&w->devices[w->device_count++], w->core->calls, one, on_device, w);
    }
    return err;
}

/* What the routing says now. @return 0; ENOMEM (nothing is watched) */
static int look(struct plan_hint_watch *w, int *state)
{
    struct plan_hint hint;
    int err = plan_hint_get(w->core, slice_of(w->context), slice_of(w->exten), &hint);

    *state = EXTEN_NO_HINT;
    if (err) {
        forget_devices(w);
        return err == ENOMEM ? ENOMEM : 0;
    }
    if (!w->devices || !slice_eq(buf_slice(&hint.devices), buf_slice(&w->hint))) {
        forget_devices(w);
        err = watch_devices(w, buf_slice(&hint.devices));
    }
    if (err)
        forget_devices(w);
    else
        *state = plan_devices_state(w->core, buf_slice(&w->hint));
    plan_hint_fini(&hint);
    return err;
}

int plan_hint_watch_start(struct plan_hint_watch *w, struct plan_core *p, struct slice context,
                          struct slice exten, plan_hint_h *h, void *arg)
{
    int err;

    plan_hint_watch_stop(w);
    *w = (struct plan_hint_watch){.core = p, .h = h, .arg = arg};
    buf_init(&w->hint, MOST_TEXT);
    w->context = slice_dup(context);
    w->exten = slice_dup(exten);
    list_append(&p->hint_watches, &w->link);
    err = w->context && w->exten ? look(w, &w->state) : ENOMEM;
    if (err)
        plan_hint_watch_stop(w);
    return err;
}

void plan_hint_watch_stop(struct plan_hint_watch *w)
{
    if (!link_is_in(&w->link))
        return;
    list_unlink(&w->link);
    forget_devices(w);
    buf_fini(&w->hint);
    mem_free(w->context);
    mem_free(w->exten);
    w->context = w->exten = NULL;
}

/* One watch after another, each in its turn: a handler may stop any of them. */
static void look_again(void *arg)
{
    struct plan_core *p = arg;
    struct list old;

    list_init(&old);
    list_move_all(&old, &p->hint_watches);
    while (!list_is_empty(&old)) {
        struct plan_hint_watch *w = CONTAINER_OF(list_first(&old), struct plan_hint_watch, link);
        const int before = w->state;
        int state;

        list_unlink(&w->link);
        list_append(&p->hint_watches, &w->link);
        if (look(w, &state))
            log_error("hint not watched, no memory at=\"%s,%s\"", w->context, w->exten);
        if (state == EXTEN_NO_HINT && before != EXTEN_NO_HINT)
            state = EXTEN_REMOVED;
        tell(w, state);
    }
    if (p->hints_follow)
        p->hints_follow(p->hints_follow_arg);
}

void plan_hints_follow(struct plan_core *p, void (*h)(void *arg), void *arg)
{
    p->hints_follow = h;
    p->hints_follow_arg = arg;
}

void plan_hints_changed(struct plan_core *p)
{
    if (p->hints_follow || !list_is_empty(&p->hint_watches))
        loop_defer(p->loop, &p->hints_later, look_again, p);
}

uint32_t plan_hint_watchers(const struct plan_core *p, struct slice context, struct slice exten)
{
    uint32_t count = 0;

    LIST_FOREACH(&p->hint_watches, k)
    {
        const struct plan_hint_watch *w = CONTAINER_OF(k, struct plan_hint_watch, link);

        count += !w->is_quiet && slice_eqz(context, w->context) && slice_eqz(exten, w->exten);
    }
    return count;
}
