/*
 * role/engine_cdr.h - what is kept of a call that is over: its record as the row that the store takes,
 *                     and what the media role saw of its legs
 *
 * Owns:    nothing: the row's texts are the record's.
 */
#pragma once
#include "call/cdr.h"
#include "model/snapshot.h"
#include "store/cdr.h"

struct channel;
struct media_stats;
struct store;
struct story_keeper;

struct store_cdr engine_cdr_row(const struct cdr *r);

/** A row of call_quality; nothing for a leg without sound. Said in the log when the store takes it not. */
void engine_quality_put(struct store *s, const struct channel *ch, const struct media_stats *st);

/** Which records and stories are kept from now on: settings cdr_*, call_story_days. */
void engine_kept_set(struct calls *c, struct story_keeper *k, const struct model_settings *s);
