/*
 * call/cdr.h - call records: one row per (caller, called) attempt, as Asterisk 22 writes them
 *
 * Scope:   hooks that channel, bridge, routing and Dial call; out come finished records to
 *          calls_args.record when the caller's channel ends.
 * Owns:    a chain of records per channel (struct cdr_state).
 * Thread:  the loop's.
 * Failure: a record that cannot be made is ENOMEM, and the call is given up; a text that cannot be
 *          copied keeps its former value.
 * Limits:  100 records wait per channel; beyond it the oldest finished one is handed out early.
 *          64 variables of CDR() per channel.
 * Source:  Asterisk 22's CDR engine, seen on a running one (tests/golden/cdr): a record per dialled
 *          party (parallel dial: each its own); a new one when the routing goes on after a Dial;
 *          lastapp stays at the first Dial; a failed Dial that rang nobody leaves no trace but
 *          that; calls that neither dialled nor answered give none; a dialled leg gives none of
 *          its own; records end where extension h begins. struct cdr_options changes some of it.
 */
#pragma once
#include <stdint.h>

#include "base/buf.h"
#include "base/when.h"
#include "call/calls.h"

/** A finished record; texts are never NULL. Times of 0 are "null". */
struct cdr {
    const char *accountcode, *src, *dst, *dcontext, *clid, *channel, *dstchannel, *lastapp,
        *lastdata;
    struct wall start, answer, end;
    int64_t duration, billsec; /* whole seconds, rounded down */
    const char *disposition, *amaflags, *userfield, *uniqueid, *linkedid, *peeraccount;
    uint32_t sequence;
    /* The station's own four: caller's and called number, "in" "out" "internal", owner group. */
    const char *source, *destination, *direction, *group_uuid;
};

struct cdr_state;

/** What cdr.conf says in Asterisk; all false is Asterisk's default. */
struct cdr_options {
    bool is_off;         /* no records at all */
    bool starts_off;     /* a channel gives records only after CDR_PROP(disable)=0 */
    bool has_unanswered; /* also calls that dialled nobody and were not answered */
    bool has_congestion; /* disposition CONGESTION is not called FAILED */
    bool includes_h;     /* records go on in extension h; behind a Dial h has one of its own */
    bool rounds_up;      /* billsec counts a second that has begun */
};

/** From now on (starts_off: for new channels). */
void cdr_set_options(struct calls *c, const struct cdr_options *o);

/** What the driver knows of a leg: it leads to another station / who owns it (may be absent).
 *  After channel_alloc. @return 0; ENOMEM */
int cdr_leg(struct channel *ch, bool is_trunk, struct slice group_uuid);

/** Whose ch is: CDR(group_uuid) where the routing set it, else its endpoint's group. Borrowed; "": nobody's */
const char *cdr_group(const struct channel *ch);

/** A channel is born. @return 0; ENOMEM */
int cdr_begin(struct channel *ch);

/** It is at another place or in another application (ch->app), or has another caller id: to be
 *  called right before an application runs. The open records follow; after a Dial a new one begins.
 */
void cdr_update(struct channel *ch);

/** The channel runs a Gosub (or no more): dst and dcontext stay what they are. */
void cdr_subroutine(struct channel *ch, bool is_on);

/** An outgoing leg runs in the routing by itself from now on (option G, a redirect, Originate): its
 *  records count as those of a caller. */
void cdr_own(struct channel *ch);

/** The channel was answered. */
void cdr_answer(struct channel *ch);

/** DIALSTATUS word for a called leg that ended by itself, by its Q.850 cause. Never NULL. */
const char *cdr_dial_word(int cause);

/** Dial starts ringing callee for caller; each callee gets its record. @return 0; ENOMEM */
int cdr_dial(struct channel *caller, struct channel *callee);

/** How that attempt ended: DIALSTATUS word "ANSWER" "BUSY" "NOANSWER" "CANCEL" "CONGESTION"
 * "CHANUNAVAIL"; for a leg that ended by itself cdr_dial_word's. Before cdr_bridge. Harmless twice.
 */
void cdr_dial_end(struct channel *caller, struct channel *callee, const char *dialstatus);

/** Begin the open records anew, from now: ResetCDR, option C of Dial. keeps_vars: CDR() variables stay. */
void cdr_reset(struct channel *ch, bool keeps_vars);

/** The channel gives no records (or does again). */
void cdr_set_off(struct channel *ch, bool is_off);

/** One record more of the same call (ForkCDR): ends: the open ones end here; is_fresh: it begins now. */
void cdr_fork(struct channel *ch, bool ends, bool is_fresh);

/** Whoever ch rings is given up, as by a caller who leaves. */
void cdr_give_up(struct channel *ch);

/** Two legs hear each other / no longer. */
void cdr_bridge(struct channel *a, struct channel *b);
void cdr_unbridge(struct channel *a, struct channel *b);

/** The channel is gone: finish and hand out everything of it. */
void cdr_end(struct channel *ch);

/** Free the chain, handing out nothing. */
void cdr_free(struct channel *ch);

/**
 * CDR(name) of the newest record. name is a column of struct cdr or a variable set before, then
 * maybe ",u" (times as seconds.microseconds, disposition and amaflags as numbers) or ",f" (duration
 * and billsec with microseconds). A time that has not come is "". @return 0; ENOENT; ENOMEM, ENOSPC
 */
int cdr_get(struct channel *ch, struct slice name, struct buf *out);

/** Set(CDR(name)=value): accountcode, peeraccount, userfield, amaflags (name or number), the own
 * four, and variables of any other name. @return 0; EACCES (read only); EINVAL (no such amaflags);
 * ENOSPC; ENOMEM */
int cdr_set(struct channel *ch, struct slice name, struct slice value);
