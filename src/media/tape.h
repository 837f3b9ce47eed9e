/*
 * media/tape.h - recordings being written: a ring from a leg, two voices, up to three files
 *
 * Scope:   the deck has two threads for the tapes of all lanes. The disk worker empties the rings,
 *          puts both voices in step and writes, five times a second; the other one has the kernel bring it to
 *          the disk and closes what has ended. No lane ever waits for either.
 * Owns:    files, rings, threads. A tape belongs to the deck until its last news.
 * Thread:  the control loop's; news come there.
 * Limits:  TAPES_MAX at once; 24 hours each; what a ring holds (tap.h) is how far the disk may fall behind.
 * Source:  docs/recording.md.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "ipc/media.h"
#include "loop/loop.h"
#include "media/tap.h"

#define TAPES_MAX 4000

struct deck;
struct deck_tape;

/** begun: the files are open (err 0), or nothing is written and the tape is gone. ended: all is on
 *  the disk, and the tape is gone. One of the two is NULL. */
typedef void(tape_news_h)(void *owner, const struct media_tape_begun *begun,
                          const struct media_tape_ended *ended, void *arg);

/**
 * @param folder  of the recordings (copied); NULL: there is none
 * @return 0; ENOMEM; errno of pthread_create, eventfd. mem_deref ends all tapes (without news) and waits for
 *         the disk; no lane may be left.
 */
int deck_alloc(struct deck **dp, struct loop *l, const char *folder, tape_news_h *h, void *arg);

/**
 * Begin a tape: time runs from now.
 *
 * @param m      what to write where (copied)
 * @param owner  for the news
 * @return 0: news follow; EMFILE (TAPES_MAX); ENOMEM
 */
int deck_tape_start(struct deck_tape **tp, struct deck *d, const struct media_tape *m, void *owner);

/** It listens here from now on, and no longer where it did: give *tap to the leg's lane (media_tap_add), or
 *  say that it has left (has_left). @return 0; ENOMEM: as it was */
int deck_tape_tap(struct deck_tape *t, struct media_tap **tap);

/** It listens nowhere: silence. */
void deck_tape_untap(struct deck_tape *t);

/** As MEDIA_TAPE_SET, from now on. */
void deck_tape_set(struct deck_tape *t, uint8_t muted);

/** End it. Only the first call counts. */
void deck_tape_stop(struct deck_tape *t, uint32_t cut_ms, bool is_deleted);

uint64_t deck_tape_begun_us(const struct deck_tape *t);
uint32_t deck_tapes(const struct deck *d);
