/*
 * role/recordings_inner.h - of recordings*.c only
 */
#pragma once
#include "call/observe.h"
#include "role/insist.h"
#include "role/jobs.h"
#include "role/recordings.h"
#include "store/store.h"

struct recordings {
    struct recordings_args args;
    struct insist *insist;
    struct jobs *jobs;
    struct timer clean;
    uint32_t ticks;
    uint32_t verifies; /* under way: nothing goes for its age meanwhile */
    uint8_t mode;      /* enum model_recording_mode */
    bool keeps_wav, is_closed, is_room_low;
    bool is_held;      /* the clock may be wrong, which has been said */
    bool sweeps_again; /* a minute on: it is time, or there was more than one sweep takes */
    int64_t days, mib; /* 0: no rule */
    uint64_t free_mib; /* below it there is a warning; 0: none */
    char folder[512], key[512];
    struct calls *calls; /* borrowed; NULL: nothing is watched */
    struct call_observer observer;
};

/** Columns of struct recording_row, but for the last member. */
#define RECORDING_ROW                                                                              \
    "uuid, uniqueid, mixed, rx, tx, caller, caller_name, connected, connected_name, begun"
enum { RECORDING_CELLS = 10 };

/** Of a row of RECORDING_ROW and, behind it, "mono", "stereo" or another word. @return as recordings_convert */
int recordings_convert_cells(struct recordings *r, const struct slice *cells);

/** Queue what waits for an MP3 and has no job. */
void recordings_convert_left(struct recordings *r);

/** Remove what is beyond its age or room. @param c  told at the end how many; may be NULL. @return 0; EAGAIN; ENOMEM */
int recordings_sweep(struct recordings *r, struct console *c);

/** Warn once while little is free on the disk. */
void recordings_look_at_room(struct recordings *r);

/* recordings_seal.c */

/** A file is kept: its sum, for good. */
void recordings_note_sum(struct recordings *r, struct slice uuid, struct slice file,
                         struct slice bytes, struct slice sha256);

/** Seal the days that are over. What fails is said in the log, and tried again. */
void recordings_seal(struct recordings *r);

/** Compare seals, rows and files; c is told all that is wrong, and finished. @return 0; EAGAIN; ENOMEM */
int recordings_verify(struct recordings *r, struct console *c);

/** List files without a row and rows without a file. @param repairs  rows say "lost" then, what killed children left is
 *  removed. @return 0 (c is finished); EAGAIN; ENOMEM */
int recordings_orphans(struct recordings *r, struct console *c, bool repairs);
