/* calls.c - see calls.h */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "call/device_state.h"
#include "call/recording_inner.h"
#include "call/save.h"

#define MAX_CHANNELS 20000

struct tech_row {
    struct link link;
    const struct channel_tech *tech;
    void *arg;
};

void calls_end(struct calls *c)
{
    c->is_closing = true;
    LIST_FOREACH(&c->channels, k) /* wakes their runs, which end by themselves */
    {
        channel_softhangup(channel_of_link(k), CAUSE_TEMPORARY);
    }
    LIST_FOREACH(&c->channels, k)
    {
        channel_hangup(channel_of_link(k), CAUSE_TEMPORARY);
    }
    calls_recordings_end(c);
    timer_stop(&c->closing);
    loop_defer_stop(&c->closed);
    LIST_FOREACH(&c->techs, k)
    {
        list_unlink(k);
        mem_free(CONTAINER_OF(k, struct tech_row, link));
    }
    c->record = NULL;
    c->quality = NULL;
    c->moh = NULL;
    c->tone = NULL;
    c->journal = NULL;
    c->own_counters = *c->counters;
    c->counters = &c->own_counters;
}

static void calls_destroy(void *object)
{
    struct calls *c = object;

    calls_end(c);
    mem_deref(c->devices);
    LIST_FOREACH(&c->observers, k)
    {
        list_unlink(k); /* some go after us */
    }
    LIST_FOREACH(&c->security_watches, k)
    {
        list_unlink(k);
    }
    LIST_FOREACH(&c->interned, k)
    {
        list_unlink(k);
        mem_free(k);
    }
    hash_fini(&c->by_name);
    hash_fini(&c->by_uniqueid);
    hash_fini(&c->groups);
}

void calls_set_max_channels(struct calls *c, uint32_t most)
{
    c->max_channels = most ? most : MAX_CHANNELS;
}

int calls_alloc(struct calls **cp, const struct calls_args *args)
{
    struct calls *c = mem_alloc(sizeof(*c), calls_destroy);

    if (!c)
        return ENOMEM;
    c->loop = args->loop;
    c->media = args->media;
    c->record = args->record;
    c->quality = args->quality;
    c->moh = args->moh;
    c->tone = args->tone;
    c->arg = args->arg;
    c->zone = args->zone ? args->zone : "ru";
    c->language = args->language ? args->language : "ru";
    calls_set_max_channels(c, args->max_channels);
    list_init(&c->channels);
    list_init(&c->techs);
    list_init(&c->observers);
    list_init(&c->recordings);
    list_init(&c->security_watches);
    list_init(&c->interned);
    c->counters = &c->own_counters;
    hash_init(&c->by_name);
    hash_init(&c->by_uniqueid);
    hash_init(&c->groups);
    if (device_states_alloc(&c->devices, c)) {
        mem_deref(c);
        return ENOMEM;
    }
    *cp = c;
    return 0;
}

struct loop *calls_loop(const struct calls *c)
{
    return c->loop;
}

struct media *calls_media(const struct calls *c)
{
    return c->media;
}

const char *calls_language(const struct calls *c)
{
    return c->language;
}

int calls_tech_add(struct calls *c, const struct channel_tech *tech, void *tech_arg)
{
    struct tech_row *row;

    if (calls_tech_find(c, slice_of(tech->name), NULL))
        return EEXIST;
    row = mem_zalloc(sizeof(*row));
    if (!row)
        return ENOMEM;
    row->tech = tech;
    row->arg = tech_arg;
    list_append(&c->techs, &row->link);
    return 0;
}

const struct channel_tech *calls_tech_find(const struct calls *c, struct slice name, void **arg)
{
    if (slice_caseeqz(name, "SIP"))
        name = SLICE("PJSIP");
    LIST_FOREACH(&c->techs, k)
    {
        struct tech_row *row = CONTAINER_OF(k, struct tech_row, link);

        if (!slice_caseeqz(name, row->tech->name))
            continue;
        if (arg)
            *arg = row->arg;
        return row->tech;
    }
    return NULL;
}

const struct list *calls_channels(const struct calls *c)
{
    return &c->channels;
}

struct channel *calls_channel_find(const struct calls *c, struct slice name)
{
    uint32_t h = hash_lower(name);

    for (struct hash_link *k = hash_first(&c->by_name, h); k; k = hash_next(k)) {
        struct channel *ch = CONTAINER_OF(k, struct channel, by_name);

        if (slice_caseeqz(name, ch->name))
            return ch;
    }
    h = hash_slice(name);
    for (struct hash_link *k = hash_first(&c->by_uniqueid, h); k; k = hash_next(k)) {
        struct channel *ch = CONTAINER_OF(k, struct channel, by_uniqueid);

        if (slice_eqz(name, ch->uniqueid))
            return ch;
    }
    return NULL;
}

uint32_t calls_active(const struct calls *c)
{
    return c->active;
}

void calls_count_processed(struct calls *c)
{
    c->processed++;
}

uint64_t calls_processed(const struct calls *c)
{
    return c->processed;
}

uint64_t calls_peak(const struct calls *c)
{
    return c->peak;
}

uint32_t calls_next_name(struct calls *c)
{
    return c->counters->name++;
}

uint32_t calls_next_unique(struct calls *c)
{
    return c->counters->unique++;
}

uint32_t calls_next_sequence(struct calls *c)
{
    return c->counters->sequence++;
}

void calls_use_counters(struct calls *c, struct calls_counters *counters)
{
    c->counters = counters;
}

void calls_use_journal(struct calls *c, struct call_journal *j)
{
    c->journal = j;
}

struct interned {
    struct link link; /* first: calls_destroy frees it by that */
    char text[];
};

const char *calls_intern(struct calls *c, struct slice name)
{
    struct interned *t;

    LIST_FOREACH(&c->interned, k)
    {
        t = CONTAINER_OF(k, struct interned, link);
        if (slice_eqz(name, t->text))
            return t->text;
    }
    t = name.len < 80 ? mem_zalloc(sizeof(*t) + name.len + 1) : NULL;
    if (!t)
        return NULL;
    if (name.len)
        memcpy(t->text, name.p, name.len);
    list_append(&c->interned, &t->link);
    return t->text;
}

int calls_add(struct calls *c, struct channel *ch)
{
    if (c->is_closing || c->active >= c->max_channels)
        return EAGAIN;
    if (hash_add(&c->by_name, &ch->by_name, hash_lower(slice_of(ch->name))))
        return ENOMEM;
    if (hash_add(&c->by_uniqueid, &ch->by_uniqueid, hash_slice(slice_of(ch->uniqueid)))) {
        hash_del(&c->by_name, &ch->by_name);
        return ENOMEM;
    }
    list_append(&c->channels, &ch->link);
    c->active++;
    if (c->active > c->peak)
        c->peak = c->active;
    return 0;
}

static void closing_is_done(void *arg)
{
    struct calls *c = arg;
    timer_h *h = c->closed_h;

    timer_stop(&c->closing);
    c->closed_h = NULL;
    if (h)
        h(c->closed_arg);
}

void calls_remove(struct calls *c, struct channel *ch)
{
    hash_del(&c->by_name, &ch->by_name);
    hash_del(&c->by_uniqueid, &ch->by_uniqueid);
    list_unlink(&ch->link);
    c->active--;
    calls_closing_look(c);
}

/* Files that are being closed have their commands yet to come. */
void calls_closing_look(struct calls *c)
{
    if (c->is_closing && !c->active && list_is_empty(&c->recordings))
        loop_defer(c->loop, &c->closed, closing_is_done, c);
}

/* Time is up: what still runs (an AGI in an h extension) is ended with its record. */
static void closing_times_out(void *arg)
{
    struct calls *c = arg;

    LIST_FOREACH(&c->channels, k)
    {
        channel_hangup(channel_of_link(k), CAUSE_TEMPORARY);
    }
    closing_is_done(c);
}

void calls_shutdown(struct calls *c, uint32_t ms, timer_h *done, void *arg)
{
    if (c->is_closing)
        return;
    c->is_closing = true;
    c->closed_h = done;
    c->closed_arg = arg;
    timer_start(c->loop, &c->closing, ms, closing_times_out, c);
    LIST_FOREACH(&c->channels, k)
    {
        channel_softhangup(channel_of_link(k), CAUSE_TEMPORARY);
    }
    calls_closing_look(c);
}

bool calls_is_closing(const struct calls *c)
{
    return c->is_closing;
}
