/*
 * call/inner.h - what the files of call/ share among themselves
 */
#pragma once
#include "base/guard.h"
#include "base/hash.h"
#include "call/cdr.h"
#include "call/channel.h"
#include "call/observe.h"

struct local_args;

/** What names and numbers count from; may stand in the journal. */
struct calls_counters {
    uint32_t name, unique, sequence;
    int64_t after_s; /* unique ids are of later seconds: a station before us may have used those */
};

struct call_journal;

struct calls {
    struct loop *loop;
    struct media *media;
    calls_record_h *record;
    calls_quality_h *quality;
    calls_moh_h *moh;
    calls_tone_h *tone;
    void *arg;
    const char *language, *zone;
    uint32_t max_channels;

    struct list channels;
    struct hash by_name, by_uniqueid, groups; /* groups: call/group.c */
    struct list techs;
    struct list observers;  /* struct call_observer */
    struct list recordings; /* struct recording by link, each a reference */
    struct list security_watches;
    struct log_gate refusals, security_facts; /* security.c */
    struct device_states *devices;
    uint32_t active;
    struct calls_counters own_counters, *counters;
    struct call_journal *journal; /* borrowed; NULL: none */
    struct list interned;         /* texts by their link */
    uint64_t processed, peak;

    struct cdr_options cdr_options;
    const struct local_args *local; /* call/local.h */

    bool is_closing;
    struct timer closing;
    struct deferred closed;
    timer_h *closed_h;
    void *closed_arg;
};

/** Put a new channel into the tables / take it out (and tell a shutdown that waits). */
int calls_add(struct calls *c, struct channel *ch);
void calls_remove(struct calls *c, struct channel *ch);

/** Tell a shutdown that waits, if nothing is left. */
void calls_closing_look(struct calls *c);

/** Count here from now on (borrowed): the journal's, which outlive the process. */
void calls_use_counters(struct calls *c, struct calls_counters *counters);
void calls_use_journal(struct calls *c, struct call_journal *j);

/** A channel without name, technology and record, in no table; one reference. NULL: no memory */
struct channel *channel_new(struct calls *c);

/** Records of a channel, none yet. @return 0; ENOMEM */
int cdr_begin_empty(struct channel *ch);

/** Set a variable silently; inherit as in struct variable. @return as channel_var_set */
int channel_var_restore(struct channel *ch, struct slice name, struct slice value, uint8_t inherit);

/** One event waiting in a queue. */
struct channel_node {
    struct link link;
    struct channel_event ev;
};

/** Queue an event of ch; a lost one (ceiling, memory) is logged. Hang-ups use the channel's own
 * node. */
void channel_push(struct channel *ch, struct channel_event ev);

/** The other half of a Local channel was hung up; was: its state. Up: its cause counts as named;
 *  busy: it was refused by name. Unlike a caller's far end that leaves, ch stays in its state. */
void channel_on_twin_hangup(struct channel *ch, int cause, enum channel_state was);

/** Report a fact about ch alone (call/observe.h). */
void channel_tell(struct channel *ch, enum call_fact_type type, const char *value);

/** Free a channel's variables. */
void channel_vars_free(struct channel *ch);
