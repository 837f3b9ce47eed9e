/*
 * role/jobs.h - what is to be done behind the calls, and is done: a queue in the database, worked off by the runner
 *
 * Scope:   rows of table job; each is run as the errand "@recording KIND FOLDER WORDS" (errand_recording.c), again
 *          after a growing pause while that fails, until it is done or given up (JOBS_ATTEMPTS, or an answer that it
 *          will not be otherwise later).
 * Death:   of the runner: its jobs are run again. Of the engine: rows that say "running" are those of the one before,
 *          they wait again. So a job may be done twice, and has to bear that.
 * Owns:    its children, while they run; copies of all texts.
 * Thread:  the loop's.
 * Limits:  JOBS_AT_ONCE at most, by default one; arguments of JOBS_WORDS_MAX bytes; JOBS_WATCHED watched jobs.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "loop/loop.h"

struct insist;
struct runner;
struct store;

enum {
    JOBS_AT_ONCE = 16,
    JOBS_ATTEMPTS = 10,
    JOBS_WORDS_MAX = 7000,
    JOBS_WATCHED = 1000,
    JOBS_PLACES = 4
};
enum { JOBS_PAUSE_S = 10, JOBS_PAUSE_MOST_S = 3600 };

struct jobs;

/** What has come of a job; texts are borrowed during the call. */
struct job_end {
    struct slice kind, subject, words;
    bool is_done;      /* else it was given up */
    struct slice text; /* the answer's lines NAME=VALUE, or the sentence why not */
    uint32_t attempts;
};

typedef void(job_end_h)(const struct job_end *e, void *arg);

struct jobs_args {
    struct loop *loop;
    struct store *store;
    struct insist *insist; /* borrowed, as the two above */
    struct runner *runner; /* NULL: nothing is run, rows wait */
    const char *folder;    /* of recordings, absolute; copied */
    job_end_h *ended;      /* of each job */
    void *arg;
};

/** Takes up what the engine before has left. @return 0; ENOMEM; EAGAIN */
int jobs_alloc(struct jobs **jp, const struct jobs_args *args);

/** No child is started any more, those that run are ended, who watches is told so, no handler
 *  comes. Behind insist_close, before the last
 *  mem_deref. */
void jobs_close(struct jobs *j);

/**
 * Jobs of that kind are no recordings': they are the errand "NAME KIND FOLDER WORDS", and end at h. Before loop
 * time passes, lest one of the station before is run elsewhere. They go before all that wait.
 * @param kind, errand  constants
 * @param folder        absolute; borrowed, outlives the queue
 * @return 0; ENOSPC (JOBS_PLACES)
 */
int jobs_place(struct jobs *j, const char *kind, const char *errand, const char *folder,
               job_end_h *h, void *arg);

/** How many at once; 0 is as 1. */
void jobs_set_at_once(struct jobs *j, uint32_t count);

/**
 * @param kind     a verb of errand_recording.c, a constant
 * @param subject  whose it is (uniqueid); shown
 * @param words    NAME=VALUE, each ended by LF; nothing of a value may be below ' ': jobs_word
 * @param watch    told once how it ended, if that is in this process's life; may be NULL
 * @return 0; EMSGSIZE; EAGAIN (JOBS_WATCHED are watched); ENOSPC; ENOMEM
 */
int jobs_add(struct jobs *j, const char *kind, struct slice subject, struct slice words,
             job_end_h *watch, void *arg);

/** Add NAME=VALUE and LF; control bytes of the value become spaces. Nothing for an empty value. */
struct buf;
void jobs_word(struct buf *words, const char *name, const char *value);

/** Value of NAME in lines of NAME=VALUE; absent when it is not there. */
struct slice jobs_value(struct slice lines, const char *name);

/** Jobs that were given up wait again. @return as store_exec, done follows */
int jobs_again(struct jobs *j, void (*done)(int err, void *arg), void *arg);

/** Percent of a job that runs, by its id; -1: it does not. */
int jobs_progress(const struct jobs *j, struct slice id);

/** The same by kind and whose it is. */
int jobs_progress_of(const struct jobs *j, const char *kind, struct slice subject);
