/*
 * call/calls.h - the call core of an engine: every channel, every bridge, and what they stand on
 *
 * Scope:   one `struct calls` per engine. It names channels, keeps them in tables, hands media to
 *          them and their records to the sink, and ends them all at a shutdown.
 * Owns:    the tables. A channel is in them from channel_alloc until its hang-up is complete.
 * Thread:  the loop's.
 * Limits:  max_channels (default 20,000): beyond it a new channel is EAGAIN (congestion, 503).
 * Source:  Asterisk's channel names (TECH/resource-%08x), unique ids (seconds.number).
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/slice.h"
#include "loop/loop.h"

struct calls;
struct channel;
struct media;
struct cdr;
struct channel_tech;

/** A finished record, borrowed during the call: the store's writer copies what it needs. */
typedef void(calls_record_h)(const struct cdr *record, void *arg);

/** What the media role saw of a leg, once it is over; both borrowed during the call. */
struct media_stats;
typedef void(calls_quality_h)(const struct channel *ch, const struct media_stats *st, void *arg);

/** Where the files of a music class are. @return directory (borrowed until the next call), NULL: no
 * such class */
typedef const char *(calls_moh_h)(struct slice class_name, uint8_t *sort, void *arg);

/** The list of a tone that is not built in. @return borrowed until the next call; NULL: there is none */
typedef const char *(calls_tone_h)(struct slice zone, struct slice name, void *arg);

struct calls_args {
    struct loop *loop;        /* borrowed; outlives it */
    struct media *media;      /* borrowed; the connection to the media role */
    calls_record_h *record;   /* where records go */
    calls_quality_h *quality; /* may be NULL */
    calls_moh_h *moh;         /* may be NULL: music is silence */
    calls_tone_h *tone;       /* may be NULL: the built-in ones only */
    void *arg;
    const char *language; /* default of new channels ("ru"); borrowed for ever */
    const char *zone;     /* of tones: "ru", "us", ...; borrowed for ever */
    uint32_t max_channels;
};

int calls_alloc(struct calls **cp, const struct calls_args *args);

/**
 * Now: every channel is hung up and its record handed out. From then on nobody who was named in calls_args,
 * no technology and no journal is called, and no channel is made. Before those go; the object stays
 * until its last user (a bridge, a routing whose task has not run yet) has let go.
 */
void calls_end(struct calls *c);

struct loop *calls_loop(const struct calls *c);
struct media *calls_media(const struct calls *c);
const char *calls_language(const struct calls *c);

/** Technologies: "PJSIP", later "Local". Borrowed for ever; a second of that name is EEXIST. */
int calls_tech_add(struct calls *c, const struct channel_tech *tech, void *tech_arg);

/** Not case sensitive; "SIP" finds PJSIP (manual's old recipes). NULL: none. */
const struct channel_tech *calls_tech_find(const struct calls *c, struct slice name, void **arg);

/** All channels, in order of birth: walk with LIST_FOREACH and channel_of_link. */
const struct list *calls_channels(const struct calls *c);
struct channel *calls_channel_find(const struct calls *c, struct slice name_or_uniqueid);

uint32_t calls_active(const struct calls *c);    /* channels now */
uint64_t calls_processed(const struct calls *c); /* that went into the routing, since the start */
uint64_t calls_peak(const struct calls *c);      /* most channels at once */

/** A channel goes into the routing. */
void calls_count_processed(struct calls *c);

/** Next value of the counters behind names, unique ids and records. */
uint32_t calls_next_name(struct calls *c);
uint32_t calls_next_unique(struct calls *c);
uint32_t calls_next_sequence(struct calls *c);

/** Hang everything up (cause 41, temporary failure... records written); done(arg) once no channel
 *  is left, or after ms. No channel is accepted any more. */
void calls_shutdown(struct calls *c, uint32_t ms, timer_h *done, void *arg);
bool calls_is_closing(const struct calls *c);

/** From now on; channels that are there stay. @param most  0: 20,000 */
void calls_set_max_channels(struct calls *c, uint32_t most);
