/*
 * media/tape_inner.h - what tape.c (one tape, on the disk worker), deck.c (requests and news) and
 * deck_worker.c (the two threads) share
 */
#pragma once
#include <pthread.h>

#include "base/list.h"
#include "media/tape.h"
#include "media/tape_file.h"
#include "media/voices.h"

#define TAPE_FILES 3
#define TAPE_SETS 16

enum tape_which { TAPE_MIXED, TAPE_RX, TAPE_TX };

/** What control wants of a tape; under the deck's lock. */
struct tape_wish {
    bool is_new, is_stop, is_deleted, is_untap;
    uint32_t cut_ms;
    int64_t stop_us, untap_us;
    struct list taps; /* new ones, in order; those before are left when is_untap */
    unsigned set_count;
    struct {
        int64_t at_us;
        uint8_t muted;
    } sets[TAPE_SETS];
};

struct deck_tape {
    /* control's, and not changed afterwards */
    struct deck *deck;
    void *owner;
    uint32_t number;
    bool is_stereo, is_append, is_goes_on, is_joined_only;
    uint8_t muted;
    int32_t rx_db, tx_db;
    const char *names[TAPE_FILES]; /* NULL: not wanted */
    int64_t start_us;              /* position 0, on the monotonic clock */
    uint64_t start_wall_us;        /* the same */
    uint64_t begun_us;
    struct link all; /* control's */

    /* under the deck's lock */
    struct link asked, news, ending, syncing;
    struct tape_wish wish;
    bool has_begun_news, has_ended_news;

    /* the disk worker's */
    struct link active;
    int64_t due_us;
    struct list taps;
    struct tape_file *files[TAPE_FILES];
    struct voices voices;
    voices_tables *louder;
    uint64_t frames, before; /* in its files; of it: what it was appended to */
    bool is_over, is_changed;
    bool is_behind; /* a ring was full */
    int err;

    /* the worker's until it is ending, then the syncer's */
    bool is_deleted;
    atomic_int sync_err;
    struct media_tape_begun begun;
    struct media_tape_ended ended;
};

/** Open its files. @return 0; as tape_file_open */
int deck_tape_open(struct deck_tape *t, const char *folder);

/** What the rings hold is put in its place, what is settled is written. @return 0; why it is to end */
int deck_tape_work(struct deck_tape *t, int64_t now_us);

/** A wish's changes of what is heard. */
void deck_tape_change(struct deck_tape *t, const struct tape_wish *w);

/** Up to at_us everything is written, and the files are as long as they stay. */
void deck_tape_finish(struct deck_tape *t, int64_t at_us, uint32_t cut_ms);

/** Its rings are to be left by their lanes; what is in them by now is still read. */
void deck_tape_leave(struct deck_tape *t);

/** Close files; is_deleted: they are removed. tape_undo: those that were made just now. */
void deck_tape_close(struct deck_tape *t, bool is_deleted);
void deck_tape_undo(struct deck_tape *t);

/** Free a ring that its lane has left. */
void deck_tape_free_tap(struct media_tap *tap);

struct deck {
    struct loop *loop;
    char *folder;
    tape_news_h *h;
    void *arg;
    uint32_t count;
    struct list all;
    int news_fd;
    struct loop_fd news_watch;
    pthread_t worker, syncer;
    bool has_worker, has_syncer;

    pthread_mutex_t lock;
    pthread_cond_t has_work, has_sync;
    struct list asked, news, ending, syncing; /* under lock, as what follows */
    struct list left;                         /* taps of tapes that are gone */
    bool is_closing, is_worker_done;

    struct list active; /* the worker's: tapes by due_us */
    struct list taps;   /* of tapes that are over, until their lanes leave them */
};

static inline void deck_lock(struct deck *d)
{
    pthread_mutex_lock(&d->lock);
}

static inline void deck_unlock(struct deck *d)
{
    pthread_mutex_unlock(&d->lock);
}

/** News for control: it is over, or (with an error: also over) begun. It may be freed at once. */
void deck_tell(struct deck_tape *t, bool is_end);

/** The threads (deck_worker.c), of a struct deck. */
void *deck_run_worker(void *arg);
void *deck_run_syncer(void *arg);
