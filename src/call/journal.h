/*
 * call/journal.h - what the next engine must know of the calls of this one
 *
 * Scope:   one entry per channel in memory that outlives the process (base/keep.h): the channel,
 *          its records, its stream, its side of the technology, its place in the routing. And each
 *          finished record from the moment it is handed out until the store has written it down; and
 *          each goodbye (BYE, CANCEL) until the far end has answered it.
 * Owns:    the memory. Channels are borrowed; one that ends takes itself out.
 * When:    a channel that changed is marked, and written once at the end of the loop's round,
 *          before anything of that round leaves; entries are removed after everything has left. So
 *          a phone never knows of more than the journal does.
 * Thread:  the loop's.
 * Cost:    a few microseconds for each change that matters; nothing per packet.
 * Limits:  as base/keep.h; a quarter of the entries for what is of no call; a call with more is kept without its variables and INVITE, or not at all
 *          (one warning).
 */
#pragma once
#include "base/keep.h"
#include "base/pack.h"
#include "call/channel.h"

struct call_journal;
struct recording;

/** Saves the run of the routing on ch (plan/resume.h). */
typedef void(call_journal_run_h)(const struct channel *ch, struct pack *k, void *arg);

/**
 * Open the journal.
 * @param fd    descriptor of memory that outlives the process; taken, even on an error
 * @return 0; ENOMEM; errno of keep_open
 */
int call_journal_open(struct call_journal **jp, struct loop *l, int fd);

/** Channels and records are written from now on, counters go on where they were. */
void call_journal_attach(struct call_journal *j, struct calls *c);
void call_journal_set_run(struct call_journal *j, call_journal_run_h *h, void *arg);

/** Number of this engine towards the media role: the same as its predecessor's. 0: a new one is to
 * be made up, and set. */
uint64_t call_journal_instance(const struct call_journal *j);
void call_journal_set_instance(struct call_journal *j, uint64_t instance);

/** The channel has changed in something that matters. Harmless on any channel. */
void call_journal_touch(struct channel *ch);

/** The channel is over (its records have been handed out). */
void call_journal_forget(struct channel *ch);

/** The journal of c; NULL: it has none. */
struct call_journal *calls_journal(const struct calls *c);

/** The goodbye of that slot is over (struct channel_tech: save_goodbye). */
void call_journal_said(struct call_journal *j, uint32_t slot);

/** A finished record, right before it is given to the store. j may be NULL. */
void call_journal_record(struct call_journal *j, const struct cdr *r);

/** A recording has begun or changed: written now. / Its files are closed, and everybody was told. */
void call_journal_recording(struct recording *r);
void call_journal_recording_over(struct recording *r);

/* ---- what is of no call ---- */

/** Name the fields, both ways (base/pack.h). */
typedef void(call_journal_pack_h)(struct pack *k, void *arg);

/**
 * Something that was set for the whole station: written now, there until call_journal_unkeep.
 * @param j     NULL: nothing is done
 * @param slot  in: 0 makes a new entry; out: its number, 0 when there is no room (one warning)
 * @param what  the caller's number for its kind
 */
void call_journal_keep(struct call_journal *j, uint32_t *slot, uint8_t what, call_journal_pack_h *h,
                       void *arg);
/** Remove it; *slot is 0 then. Harmless with 0. */
void call_journal_unkeep(struct call_journal *j, uint32_t *slot);

/** All of them: the next engine begins anew. */
void call_journal_unkeep_all(struct call_journal *j);

/** Such an entry; k is good during the call. It may remove that very entry. */
typedef void(call_journal_kept_h)(uint32_t slot, uint8_t what, struct pack *k, void *arg);
void call_journal_each_kept(struct call_journal *j, call_journal_kept_h *h, void *arg);

/* ---- taking over ---- */

enum call_journal_mode {
    CALL_JOURNAL_EMPTY, /* nothing was left */
    CALL_JOURNAL_TAKE,  /* calls go on */
    CALL_JOURNAL_END,   /* two engines died of it: calls are ended with their records */
    CALL_JOURNAL_DROP,  /* that has not helped either: only the records count */
};

/** What the predecessor left, and how often taking it over has failed. Counts this start. */
enum call_journal_mode call_journal_mode(struct call_journal *j);

/**
 * Read what is there: channels are in the tables, with their records and streams, but without a
 * technology. Right after the media role's client is made with the instance, before the loop runs.
 */
void call_journal_read(struct call_journal *j);

/** A call that was read; ch is borrowed. is_whole: its technology has it again, else it can only be
 * ended. run is what call_journal_run_h has saved, good until call_journal_taken; peer is the
 * uniqueid of who was bridged to it, "" nobody. */
typedef void(call_journal_call_h)(struct channel *ch, bool is_whole, struct pack run,
                                  const char *peer, void *arg);

/** Give the channels to their technologies, whose transports are open by now, and tell of all. */
void call_journal_take(struct call_journal *j, call_journal_call_h *h, void *arg);

/** All of them have found their place. */
void call_journal_taken(struct call_journal *j);

/** Give every finished record to record (which keeps only those that it has not yet); after
 * call_journal_read, before any channel is ended. */
void call_journal_replay(struct call_journal *j, calls_record_h *record, void *arg);

/** Forget the calls, unread. */
void call_journal_drop(struct call_journal *j);

/** Entries of calls now (tests). */
uint32_t call_journal_count(const struct call_journal *j);
