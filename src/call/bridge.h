/*
 * call/bridge.h - joining legs so that they hear each other
 *
 * Scope:   bridges of two legs: the media role relays between their streams, packets never come
 *          here. (Mixing of more is the conference's.)
 * Owns:    nothing but itself; counted. A leg is in one bridge at most.
 * Thread:  the loop's.
 * Source:  Asterisk's bridge events and records: a record's billing follows joining and leaving.
 */
#pragma once
#include "call/channel.h"

struct bridge {
    struct calls *calls; /* a reference */
    char id[37];         /* UUID */
    struct list members; /* struct channel by bridge_link */
    struct wall created;
    bool is_relay; /* the streams of both legs are joined packet by packet, or pass us by */
};

int bridge_alloc(struct bridge **bp, struct calls *c);

/** Bring a leg in; with the second one the streams are connected. @return 0; EBUSY (two are in, or
 * it is in another); ECONNRESET (hung up); errno of media */
int bridge_join(struct bridge *b, struct channel *ch);

/** Take it out (streams apart); harmless when not in. */
void bridge_leave(struct channel *ch);

/** The other leg, or NULL. */
struct channel *bridge_peer(const struct channel *ch);

/**
 * Somebody here needs the sound of a leg from now on (digits that are listened for, what is played while
 * it talks), or no more: direct media come back, or may be set up. Each true is followed by a false.
 */
void bridge_media_use(struct channel *ch, bool is_on);

/** The two do not hear each other for a while, though they are together (an application runs on one); again. */
void bridge_sound(struct bridge *b, bool is_on);

/**
 * What a bridged leg's event means for the other: digits by INFO are sent on, hold plays music to
 * the other leg or is passed on, a late answer of media is reconnected. Call it for every event
 * of both legs while bridged. @return true when the bridge is over (hang-up of one)
 */
bool bridge_on_event(struct bridge *b, const struct channel_event *ev);
