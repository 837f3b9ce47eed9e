/*
 * call/recording_inner.h - what recording.c shares with its journal, and with who owns it
 */
#pragma once
#include "base/pack.h"
#include "call/inner.h"
#include "call/recording.h"

/** One in no table, with one reference. NULL: no memory */
struct recording *recording_new(struct calls *c);

/** Into the tables, which take the reference; ch (may be NULL) is recorded from now on. */
void recording_enter(struct recording *r, struct channel *ch);

struct tape_handlers recording_handlers(struct recording *r);

/** The next beep of option B, if it has that. */
void recording_beep_on(struct recording *r);

/** What of it is silent now (enum media_tape_muted); is_hidden: a secret is typed. */
uint8_t recording_muted(const struct recording *r, bool is_hidden);

/** Its time stands still for so long; 0: not. */
void recording_skip(struct recording *r, uint64_t ms);

/** Out of the tables; the reference goes. */
void calls_recording_gone(struct recording *r);

/** No END is told any more. */
void calls_recordings_end(struct calls *c);

/* ---- recording_save.c ---- */

/** Both ways: what it is, and its tape. */
void recording_pack(struct recording *r, struct tape_saved *tape, struct pack *k);

/** A recording of the engine before us: its tape is named to the media role again. After the channels were read, before
 *  the loop runs. @return 0; EBADMSG; EEXIST; ENOMEM; errno of tape_adopt */
int recording_adopt(struct calls *c, uint32_t slot, struct pack *k);
