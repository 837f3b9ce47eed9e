/* device_state.c - see device_state.h */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "call/device_state.h"
#include "call/inner.h"

#define MOST_CUSTOM 10000
#define CUSTOM "Custom:"

struct device {
    struct hash_link link;
    struct link dirty; /* in device_states.dirty: watchers are told later in this round */
    char *name;        /* "PJSIP/101", the technology as it is called */
    struct device_sum sum;
    uint32_t channels; /* of this device */
    uint32_t in_use;   /* of those: talking, calling or busy (device_state_busy_at) */
    struct list watches;
    enum device_state told;
    enum device_state custom;
    bool is_custom, was_told;
};

struct device_states {
    struct calls *calls; /* borrowed */
    struct hash devices;
    struct list dirty, watches_all, providers;
    struct deferred telling;
    struct call_observer observer;
    uint32_t custom_count;
    device_custom_save_h *keep;
    void *keep_arg;
};

static const struct {
    const char *name, *text;
    uint8_t rank; /* which of several wins: the highest */
} states[DEVICE_STATES] = {
    [DEVICE_UNKNOWN] = {"UNKNOWN", "Unknown", 1},
    [DEVICE_NOT_INUSE] = {"NOT_INUSE", "Not in use", 3},
    [DEVICE_INUSE] = {"INUSE", "In use", 6},
    [DEVICE_BUSY] = {"BUSY", "Busy", 7},
    [DEVICE_INVALID] = {"INVALID", "Invalid", 0},
    [DEVICE_UNAVAILABLE] = {"UNAVAILABLE", "Unavailable", 2},
    [DEVICE_RINGING] = {"RINGING", "Ringing", 5},
    [DEVICE_RINGINUSE] = {"RINGINUSE", "Ring+Inuse", 8},
    [DEVICE_ONHOLD] = {"ONHOLD", "On Hold", 4},
};

const char *device_state_name(enum device_state s)
{
    return s < DEVICE_STATES ? states[s].name : states[DEVICE_UNKNOWN].name;
}

const char *device_state_text(enum device_state s)
{
    return s < DEVICE_STATES ? states[s].text : states[DEVICE_UNKNOWN].text;
}

int device_state_parse(enum device_state *s, struct slice text)
{
    for (unsigned i = 0; i < DEVICE_STATES; i++)
        if (slice_caseeqz(text, states[i].name) || slice_caseeqz(text, states[i].text)) {
            *s = (enum device_state)i;
            return 0;
        }
    return ENOENT;
}

void device_sum_add(struct device_sum *sum, enum device_state s)
{
    sum->counts[s]++;
}

enum device_state device_sum_result(const struct device_sum *sum)
{
    enum device_state best = DEVICE_INVALID;
    const uint32_t *n = sum->counts;

    if (n[DEVICE_RINGING] && (n[DEVICE_INUSE] || n[DEVICE_ONHOLD] || n[DEVICE_BUSY]))
        return DEVICE_RINGINUSE;
    for (unsigned i = 0; i < DEVICE_STATES; i++)
        if (n[i] && states[i].rank > states[best].rank)
            best = (enum device_state)i;
    return best;
}

/* ---- records ---- */

static uint32_t name_hash(struct slice name)
{
    return hash_lower(name);
}

/* "SIP/101" is PJSIP/101. @return the name after the technology's, *tech set (NULL: unknown) */
static struct slice split_tech(const struct calls *c, struct slice name,
                               const struct channel_tech **tech, void **tech_arg)
{
    struct slice resource, word = slice_cut(name, '/', &resource);

    *tech = slice_is_set(resource) ? calls_tech_find(c, word, tech_arg) : NULL;
    return resource;
}

static bool is_named(const struct calls *c, const struct device *d, struct slice name)
{
    const struct channel_tech *tech;
    void *arg;
    struct slice resource = split_tech(c, name, &tech, &arg), mine;

    if (!tech)
        return slice_caseeqz(name, d->name);
    slice_cut(slice_of(d->name), '/', &mine);
    return slice_starts(slice_of(d->name), slice_of(tech->name)) && slice_eq(resource, mine);
}

/* Hashed by what stands after the technology: SIP/101 and PJSIP/101 meet. */
static uint32_t device_hash(struct slice name)
{
    struct slice resource;

    slice_cut(name, '/', &resource);
    return name_hash(slice_is_set(resource) ? resource : name);
}

static struct device *device_find(const struct device_states *s, struct slice name)
{
    for (struct hash_link *k = hash_first(&s->devices, device_hash(name)); k; k = hash_next(k)) {
        struct device *d = CONTAINER_OF(k, struct device, link);

        if (is_named(s->calls, d, name))
            return d;
    }
    return NULL;
}

static char *true_name(const struct calls *c, struct slice name)
{
    const struct channel_tech *tech;
    void *arg;
    struct slice resource = split_tech(c, name, &tech, &arg);
    struct buf out;
    char *text;

    if (!tech)
        return slice_dup(name);
    buf_init(&out, 65536);
    buf_printf(&out, "%s/%.*s", tech->name, SLICE_ARG(resource));
    text = buf_take(&out);
    buf_fini(&out);
    return text;
}

static struct device *device_need(struct device_states *s, struct slice name)
{
    struct device *d = device_find(s, name);

    if (d)
        return d;
    d = mem_zalloc(sizeof(*d));
    if (!d)
        return NULL;
    list_init(&d->watches);
    d->name = true_name(s->calls, name);
    if (!d->name || hash_add(&s->devices, &d->link, device_hash(slice_of(d->name)))) {
        mem_free(d->name);
        mem_free(d);
        return NULL;
    }
    return d;
}

static void device_free(struct device_states *s, struct device *d)
{
    LIST_FOREACH(&d->watches, k)
    {
        CONTAINER_OF(k, struct device_watch, link)->device = NULL;
        list_unlink(k);
    }
    list_unlink(&d->dirty);
    hash_del(&s->devices, &d->link);
    mem_free(d->name);
    mem_free(d);
}

/* Nobody needs it any more. */
static void device_release(struct device_states *s, struct device *d)
{
    const bool is_heard = !list_is_empty(&d->watches) || !list_is_empty(&s->watches_all);

    if (!d->channels && !d->is_custom && !is_heard && !link_is_in(&d->dirty))
        device_free(s, d);
}

/* ---- state now ---- */

static enum device_state tech_state(const struct calls *c, const struct device *d,
                                    struct slice name)
{
    const struct channel_tech *tech;
    void *arg = NULL;
    struct slice resource = split_tech(c, name, &tech, &arg);
    enum device_state base, sum = d ? device_sum_result(&d->sum) : DEVICE_INVALID;
    int busy_at;

    if (!tech || !resource.len)
        return DEVICE_INVALID;
    base = tech->device_state ? tech->device_state(arg, resource) : DEVICE_UNKNOWN;
    if (!d || !d->channels || (tech->device_state && base == DEVICE_INVALID))
        return base;
    busy_at = tech->device_busy_at ? tech->device_busy_at(arg, resource) : 0;
    if (busy_at > 0 && d->in_use >= (uint32_t)busy_at)
        return DEVICE_BUSY;
    return sum != DEVICE_INVALID ? sum : base;
}

static enum device_state provider_state(const struct device_states *s, const struct device *d,
                                        struct slice name)
{
    struct slice rest, word = slice_cut(name, ':', &rest);

    if (!slice_is_set(rest))
        return DEVICE_INVALID;
    if (slice_caseeqz(word, "Custom"))
        return d && d->is_custom ? d->custom : DEVICE_UNKNOWN;
    LIST_FOREACH(&s->providers, k)
    {
        const struct device_provider *p = CONTAINER_OF(k, struct device_provider, link);

        if (slice_caseeqz(word, p->name))
            return p->get(rest, p->arg);
    }
    return DEVICE_INVALID;
}

static enum device_state state_of(const struct device_states *s, const struct device *d,
                                  struct slice name)
{
    return slice_chr(name, '/') >= 0 ? tech_state(s->calls, d, name) : provider_state(s, d, name);
}

enum device_state device_state_get(struct calls *c, struct slice device)
{
    return state_of(c->devices, device_find(c->devices, device), device);
}

/* ---- telling ---- */

/* A handler may stop watches of the same list, so each is looked for anew from a marker. */
static void tell_list(struct list *watches, struct slice name, enum device_state state)
{
    struct device_watch mark = {.h = NULL};

    list_prepend(watches, &mark.link);
    for (struct link *k = list_next(watches, &mark.link); k; k = list_next(watches, &mark.link)) {
        struct device_watch *w = CONTAINER_OF(k, struct device_watch, link);

        list_unlink(&mark.link);
        list_insert_before(k->next, &mark.link);
        if (w->h)
            w->h(name, state, w->arg);
    }
    list_unlink(&mark.link);
}

static void tell_device(struct device_states *s, struct device *d)
{
    const enum device_state now = state_of(s, d, slice_of(d->name));

    list_unlink(&d->dirty);
    if (!d->was_told || d->told != now) {
        d->was_told = true;
        d->told = now;
        d->channels++; /* stays while it is told */
        tell_list(&d->watches, slice_of(d->name), now);
        tell_list(&s->watches_all, slice_of(d->name), now);
        d->channels--;
    }
    device_release(s, d);
}

static void tell(void *arg)
{
    struct device_states *s = arg;

    while (!list_is_empty(&s->dirty))
        tell_device(s, CONTAINER_OF(list_first(&s->dirty), struct device, dirty));
}

static void is_dirty(struct device_states *s, struct device *d)
{
    if (list_is_empty(&d->watches) && list_is_empty(&s->watches_all))
        return;
    if (!link_is_in(&d->dirty))
        list_append(&s->dirty, &d->dirty);
    loop_defer(s->calls->loop, &s->telling, tell, s);
}

void device_state_changed(struct calls *c, struct slice device)
{
    struct device_states *s = c->devices;
    struct device *d = device_find(s, device);

    if (!d && !list_is_empty(&s->watches_all))
        d = device_need(s, device);
    if (d)
        is_dirty(s, d);
}

/* ---- channels ---- */

/* What a channel adds to its device. */
static enum device_state share_of(const struct channel *ch)
{
    if (ch->is_on_hold)
        return DEVICE_ONHOLD;
    switch (ch->state) {
    case CHANNEL_DOWN: return DEVICE_NOT_INUSE;
    case CHANNEL_RINGING: return DEVICE_RINGING;
    case CHANNEL_BUSY: return DEVICE_BUSY;
    case CHANNEL_RESERVED:
    case CHANNEL_OFFHOOK:
    case CHANNEL_DIALING:
    case CHANNEL_RING:
    case CHANNEL_UP: return DEVICE_INUSE;
    }
    return DEVICE_UNKNOWN;
}

static bool is_in_use(const struct channel *ch)
{
    return ch->state == CHANNEL_UP || ch->state == CHANNEL_RING || ch->state == CHANNEL_BUSY;
}

static void take_share(struct device *d, struct channel *ch)
{
    d->sum.counts[ch->device_share]--;
    d->in_use -= ch->device_in_use;
}

static void give_share(struct device *d, struct channel *ch)
{
    ch->device_share = (uint8_t)share_of(ch);
    ch->device_in_use = is_in_use(ch);
    d->sum.counts[ch->device_share]++;
    d->in_use += ch->device_in_use;
}

/* Who hears of every device wants to hear what is new: the state before its first channel is not. */
static void expect(const struct device_states *s, struct device *d)
{
    if (d->was_told || d->channels || list_is_empty(&s->watches_all))
        return;
    d->told = state_of(s, d, slice_of(d->name));
    d->was_told = true;
}

static void channel_is_new(struct device_states *s, struct channel *ch)
{
    struct slice name = slice_of(ch->name);
    const char *dash = strrchr(ch->name, '-');
    struct device *d;

    if (dash)
        name.len = (size_t)(dash - ch->name);
    d = device_need(s, name);
    if (!d) {
        log_warning("state of a device not kept, no memory channel=\"%s\"", ch->name);
        return;
    }
    expect(s, d);
    ch->device = d;
    d->channels++;
    give_share(d, ch);
    is_dirty(s, d);
}

static void channel_changed(struct device_states *s, struct channel *ch)
{
    struct device *d = ch->device;

    if (!d)
        return;
    take_share(d, ch);
    give_share(d, ch);
    is_dirty(s, d);
}

static void channel_is_over(struct device_states *s, struct channel *ch)
{
    struct device *d = ch->device;

    if (!d)
        return;
    ch->device = NULL;
    take_share(d, ch);
    d->channels--;
    is_dirty(s, d);
    device_release(s, d);
}

static void on_fact(const struct call_fact *f, void *arg)
{
    switch (f->type) {
    case CALL_NEW: channel_is_new(arg, f->channel); break;
    case CALL_STATE:
    case CALL_HOLD:
    case CALL_UNHOLD: channel_changed(arg, f->channel); break;
    case CALL_HANGUP: channel_is_over(arg, f->channel); break;
    case CALL_RENAMED:
        channel_is_over(arg, f->channel);
        channel_is_new(arg, f->channel);
        break;
    default: break;
    }
}

/* ---- watching ---- */

int device_watch_start(struct device_watch *w, struct calls *c, struct slice device,
                       device_state_h *h, void *arg)
{
    struct device_states *s = c->devices;
    struct device *d = NULL;

    device_watch_stop(w);
    if (slice_is_set(device)) {
        d = device_need(s, device);
        if (!d)
            return ENOMEM;
        if (list_is_empty(&d->watches) && !link_is_in(&d->dirty)) {
            d->told = state_of(s, d, slice_of(d->name));
            d->was_told = true;
        }
    }
    *w = (struct device_watch){.device = d, .calls = c, .h = h, .arg = arg};
    list_append(d ? &d->watches : &s->watches_all, &w->link);
    return 0;
}

void device_watch_stop(struct device_watch *w)
{
    struct device *d = w->device;

    if (!link_is_in(&w->link))
        return;
    list_unlink(&w->link);
    w->device = NULL;
    if (d)
        device_release(w->calls->devices, d);
}

int device_provider_add(struct calls *c, struct device_provider *p)
{
    struct device_states *s = c->devices;

    LIST_FOREACH(&s->providers, k)
    {
        if (strcasecmp(CONTAINER_OF(k, struct device_provider, link)->name, p->name) == 0)
            return EEXIST;
    }
    list_append(&s->providers, &p->link);
    return 0;
}

/* ---- Custom: ---- */

static int custom_name(char *full, size_t size, struct slice name)
{
    if (!name.len || name.len + sizeof(CUSTOM) > size)
        return EINVAL;
    memcpy(full, CUSTOM, sizeof(CUSTOM) - 1);
    memcpy(full + sizeof(CUSTOM) - 1, name.p, name.len);
    full[sizeof(CUSTOM) - 1 + name.len] = '\0';
    return 0;
}

int device_custom_set(struct calls *c, struct slice name, enum device_state state)
{
    struct device_states *s = c->devices;
    struct device *d;
    char full[256];

    if (custom_name(full, sizeof(full), name))
        return EINVAL;
    d = device_find(s, slice_of(full));
    if ((!d || !d->is_custom) && s->custom_count >= MOST_CUSTOM)
        return ENOSPC;
    if (!d)
        d = device_need(s, slice_of(full));
    if (!d)
        return ENOMEM;
    s->custom_count += d->is_custom ? 0 : 1;
    d->is_custom = true;
    d->custom = state;
    is_dirty(s, d);
    if (s->keep)
        s->keep(name, state, false, s->keep_arg);
    return 0;
}

void device_custom_drop(struct calls *c, struct slice name)
{
    struct device_states *s = c->devices;
    struct device *d;
    char full[256];

    if (custom_name(full, sizeof(full), name))
        return;
    d = device_find(s, slice_of(full));
    if (!d || !d->is_custom)
        return;
    s->custom_count--;
    d->is_custom = false;
    is_dirty(s, d);
    device_release(s, d);
    if (s->keep)
        s->keep(name, DEVICE_UNKNOWN, true, s->keep_arg);
}

void device_custom_keeper(struct calls *c, device_custom_save_h *h, void *arg)
{
    c->devices->keep = h;
    c->devices->keep_arg = arg;
}

void device_custom_each(const struct calls *c,
                        void (*each)(struct slice name, enum device_state s, void *arg), void *arg)
{
    HASH_FOREACH(&c->devices->devices, k)
    {
        const struct device *d = CONTAINER_OF(k, struct device, link);

        if (d->is_custom)
            each(slice_skip(slice_of(d->name), sizeof(CUSTOM) - 1), d->custom, arg);
    }
}

/* ---- birth and end ---- */

static void states_destroy(void *object)
{
    struct device_states *s = object;

    call_observer_remove(&s->observer);
    loop_defer_stop(&s->telling);
    HASH_FOREACH(&s->devices, k)
    {
        device_free(s, CONTAINER_OF(k, struct device, link));
    }
    hash_fini(&s->devices);
    LIST_FOREACH(&s->watches_all, k)
    {
        list_unlink(k);
    }
}

int device_states_alloc(struct device_states **dp, struct calls *c)
{
    struct device_states *s = mem_alloc(sizeof(*s), states_destroy);

    if (!s)
        return ENOMEM;
    s->calls = c;
    hash_init(&s->devices);
    list_init(&s->dirty);
    list_init(&s->watches_all);
    list_init(&s->providers);
    s->observer = (struct call_observer){.h = on_fact, .arg = s};
    calls_observe(c, &s->observer);
    *dp = s;
    return 0;
}
