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
    uint8_t mode; /* enum model_recording_mode */
    bool keeps_wav, is_closed;
    struct calls *calls; /* borrowed; NULL: nothing is watched */
    struct call_observer observer;
};

/** Columns of struct recording_row, but for the last member. */
#define RECORDING_ROW                                                                              \
    "uuid, uniqueid, mixed, rx, tx, caller, caller_name, connected, connected_name, begun"
enum { RECORDING_CELLS = 10 };

/** Of a row of RECORDING_ROW and, behind it, "mono", "stereo" or another word. @return as recordings_convert */
int recordings_convert_cells(struct recordings *r, const struct slice *cells);
