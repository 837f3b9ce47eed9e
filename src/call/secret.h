/*
 * call/secret.h - what a caller types is nobody's business: a card number, a PIN
 *
 * Scope:   while digits are asked for on a channel with the variable RECORDING_SECRET, recordings of it, and of
 *          whoever hears it through Local channels, are silent (recording_hide), its digits are told as '*', and what
 *          variables take of digits then is a secret of the channel: in whatever is told of it afterwards
 *          (steps, variables, records) '*' stands for each of its characters. Digits are '*' as well while
 *          MixMonitorMute has made the side that says them silent.
 * Owns:    the secrets, with the channel. They go with the engine.
 * Thread:  the loop's.
 * Limits:  words of SECRET_LEAST digits and more; SECRETS_MAX bytes of them, the oldest go.
 */
#pragma once
#include "call/channel.h"

#define SECRET_LEAST 3
#define SECRETS_MAX 512
#define SECRET_CHANNELS 8

/** Digits are asked for: zeroed before secret_begin. */
struct secret {
    struct channel
        *hidden[SECRET_CHANNELS]; /* a reference each; from the one that is asked outwards */
    unsigned count;
};

/** From now on, when ch's variable says so and nobody has begun before; secret_end in any case. */
void secret_begin(struct secret *s, struct channel *ch);
void secret_end(struct secret *s);

/** The two are joined now, or will not be any more: what one types is heard by the other. */
void secret_join(struct channel *a, struct channel *b);
void secret_part(struct channel *a, struct channel *b);

/** The digit as others may see it: itself or '*'. from_peer: ch hears it, its peer pressed it. */
char secret_digit(const struct channel *ch, char digit, bool from_peer);

/** A variable takes value now: is it one? Then it is kept. Without memory it is not. */
void secret_note(struct channel *ch, struct slice value);

/** text without ch's secrets. @return a copy (mem_free); NULL: nothing of it is secret (or no memory: *is_lost) */
char *secret_masked(const struct channel *ch, struct slice text, bool *is_lost);

/** The same over the text itself. */
void secret_mask(const struct channel *ch, char *text, size_t len);
