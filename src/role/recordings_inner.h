/*
 * role/recordings_inner.h - of recordings*.c only
 */
#pragma once
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
    bool keeps_wav;
};
