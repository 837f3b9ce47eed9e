/*
 * plan/app/control.h - a file that digits pause, skip and end: ControlPlayback, AGI's CONTROL STREAM
 * FILE
 */
#pragma once
#include "plan/app.h"

struct control {
    const char *file;
    const char *forward, *back, *pause, *restart, *stop; /* digits; "" none */
    int32_t skip_ms, offset_ms;
};

/** @param position_ms  out: where in the file it ended. @return 0 the file ended; the digit that stopped it; -1 gone;
 *  -2 it could not be played */
int control_play(struct plan_run *run, const struct control *c, uint32_t *position_ms);
