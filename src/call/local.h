/*
 * call/local.h - technology Local: a call into the routing and back out
 *
 * Scope:   "Local/exten@context[/nj]" makes two channels: ;1 is the leg that was asked for, ;2 comes
 *          in at exten of context as if somebody had dialled it. What one half is told, the other
 *          reports: answer, ringing, hold, digits, connected line, hang-up with its cause; their
 *          sound passes in the media role (media_stream_alloc_pair).
 * Options: n: both halves stay for ever; else they leave when each talks to somebody (bridging in
 *          plan/ joins the two others). j and the other letters of Asterisk say nothing here.
 * Owns:    a pair, counted by its two channels.
 * Thread:  the loop's.
 * Limits:  a call goes through at most 20 legs made one for another (channel.max_forwards), and makes
 *          at most 1,000 pairs in all: EAGAIN.
 * Source:  Asterisk 22's core_local and core_unreal.
 */
#pragma once
#include "call/channel.h"

struct local_args {
    /** Is there such an extension at priority 1? */
    bool (*has)(struct slice context, struct slice exten, void *arg);
    /** Run the routing on ;2 (as plan_start). @return 0; errno */
    int (*start)(struct channel *ch, void *arg);
    void *arg; /* outlives the last request */
};

/** Add the technology. @param args  borrowed for ever. @return 0; EEXIST; ENOMEM */
int local_add(struct calls *c, const struct local_args *args);

/** The other half while both are there; NULL: ch is no half, or alone. Borrowed. */
struct channel *local_twin(const struct channel *ch);

/** ch is half ;1. */
bool local_is_first(const struct channel *ch);

/** Option n is over: the pair leaves as soon as it can. Nothing when ch is no half. */
void local_let_leave(struct channel *ch);

/** Both halves are up and may leave the call: neither is recorded. */
bool local_may_leave(const struct channel *ch);
