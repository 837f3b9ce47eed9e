/*
 * manager/event.h - events of the Manager: built once, read by every session that may see them
 *
 * Scope:   a row per kind of event. Whoever has something to tell begins an event, puts headers, ends it.
 *          Events gather for about 10 ms into a batch; a session without filters whose mask covers a
 *          whole batch is sent the batch's own bytes.
 * Cost:    nothing is built when no session may see the class (manager_event_begin gives NULL).
 * Thread:  the loop's. One event at a time is open: nothing between begin and end may tell another.
 * Limits:  an event of 64 KiB (longer ones are dropped, with a line in the log); manager.h's ceiling.
 * Source:  Asterisk 22's events: names, classes, headers and their order (reference/manager).
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "manager/action.h"
#include "manager/class.h"

struct channel;
struct manager;
struct manager_session;

struct manager_event {
    const char *name;    /* "Newchannel" */
    uint32_t classes;    /* "Privilege: call,all" */
    const char *subject; /* NULL: it is told; else what it comes with */
    const char
        *headers; /* their names in order, parted by blanks; "@": all of a channel, "@Dest": with
                            that in front, "#": of a bridge, "[X]": not always, "[*]": any others */
    struct manager_words help;
    const char *shown; /* the test that shows it */
};

/** Tables of rows, one for a file (ev_*.c); a NULL name ends each, NULL ends them all. */
extern const struct manager_event *const manager_events[];
const struct manager_event *manager_event_find(struct slice name);

struct manager_header_name {
    char text[40]; /* "DestChannel", "*" */
    bool is_always;
};

/** The n-th header of an event, from 0, as its row says. @return false: it has no more */
bool manager_event_header(const struct manager_event *e, uint32_t n,
                          struct manager_header_name *name);

/** All rows in the order of their names. @param all  out: theirs, free with mem_free @return how many; 0: no memory */
uint32_t manager_events_sort(const struct manager_event ***all);

/** @return where to put headers ("Event" and "Privilege" stand there), NULL: nobody listens. */
struct buf *manager_event_begin(struct manager *m, const struct manager_event *e);
void manager_event_end(struct manager *m);

/** The same for one session alone (FullyBooted after login): the mask counts, no batch. */
struct buf *manager_event_begin_for(struct manager_session *s, const struct manager_event *e);

/** Does any session listen to one of these classes now? */
bool manager_listens(const struct manager *m, uint32_t classes);

/**
 * A channel as most events show it: Channel, ChannelState, ChannelStateDesc, CallerIDNum, CallerIDName,
 * ConnectedLineNum, ConnectedLineName, Language, AccountCode, Context, Exten, Priority, Uniqueid,
 * Linkedid, each with prefix in front ("Dest", "").
 */
void manager_put_channel(struct buf *b, const struct channel *ch, const char *prefix);

/** The same of a channel that was just made: a dialled leg has neither numbers nor names yet. */
void manager_put_newborn(struct buf *b, const struct channel *ch);

/** "<unknown>" when there is none, as Asterisk writes numbers and names. */
struct slice manager_or_unknown(struct slice s);

/** An extension's hint: Exten, Context, Hint, Status, StatusText; state as plan_hint_state gives it. */
struct plan_core;
void manager_put_extension(struct buf *b, const struct plan_core *p, struct slice exten,
                           struct slice context, int state);

/** A bridge: BridgeUniqueid, BridgeType, BridgeTechnology, BridgeCreator, BridgeName, BridgeNumChannels,
 *  BridgeVideoSourceMode, each with prefix in front. */
struct bridge;
void manager_put_bridge(struct buf *b, const struct bridge *br, const char *prefix);

/** The same, its last channel about to leave: without that one. */
void manager_put_bridge_left(struct buf *b, const struct bridge *br);
