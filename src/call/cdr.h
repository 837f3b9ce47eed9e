/*
 * call/cdr.h - call records: one row per (caller, called) attempt, as Asterisk 22 writes them
 *
 * Scope:   hooks that channel, bridge and Dial call; out come finished records to
 * calls_args.record. Owns:    a chain of unfinished records per channel (struct cdr_state). Thread:
 * the loop's. Limits:  100 records wait per channel; the oldest finished one leaves first. Source:
 * Asterisk 22's CDR engine: a record per dialled party (parallel dial: each its own), party A is
 * who was there first, a dialled leg without a party B of its own gives none, disposition ANSWERED
 * / NO ANSWER / BUSY / FAILED / CONGESTION; the 25 columns are F435-F459.
 */
#pragma once
#include <stdint.h>

#include "base/when.h"
#include "base/buf.h"
#include "call/calls.h"

/** A finished record; texts are never NULL. Times of 0 are "null". */
struct cdr {
    const char *accountcode, *src, *dst, *dcontext, *clid, *channel, *dstchannel, *lastapp,
        *lastdata;
    struct wall start, answer, end;
    int64_t duration, billsec; /* whole seconds */
    const char *disposition, *amaflags, *userfield, *uniqueid, *linkedid, *peeraccount;
    uint32_t sequence;
    const char *source, *destination, *direction, *group_uuid; /* the station's own four: E.164-ish
                                          caller and called, "in" "out" "internal", owner group */
};

struct cdr_state;

/** A channel is born / has a new caller id, exten or application (the open record follows). */
int cdr_begin(struct channel *ch);
void cdr_update(struct channel *ch);
/** The channel was answered. */
void cdr_answer(struct channel *ch);
/** Dial starts ringing callee for caller; each callee gets its record. */
int cdr_dial(struct channel *caller, struct channel *callee);
/** How that attempt ended: DIALSTATUS word "ANSWER" "BUSY" "NOANSWER" "CANCEL" "CONGESTION"
 * "CHANUNAVAIL". */
void cdr_dial_end(struct channel *caller, struct channel *callee, const char *dialstatus);
void cdr_bridge(struct channel *a, struct channel *b);
void cdr_unbridge(struct channel *a, struct channel *b);
/** The channel is gone: finish and hand out everything of it. */
void cdr_end(struct channel *ch);
void cdr_free(struct channel *ch);

/** CDR(name) of the open record, and Set(CDR(name)=...): accountcode, userfield, amaflags,
 * peeraccount and own variables.
 *  @return 0; ENOENT; EACCES (read only); ENOMEM */
int cdr_get(struct channel *ch, struct slice name, struct buf *out);
int cdr_set(struct channel *ch, struct slice name, struct slice value);
