/*
 * call/recording_job.h - commands behind a recording that the station does itself
 *
 * Scope:   the manual's MIXMONITOR_COMMAND names scripts that made MP3 files: wavtompeg/script.php (both voices in one
 *          channel) and wavtostereompeg/script.php (each in its own), wherever they stood, --uniqueid="...". They are
 *          jobs here (role/recordings.h), no programs: who runs commands leaves them out. The same said in our words:
 *          "station recording convert --uniqueid=... [--mono|--stereo]".
 * Thread:  any; nothing is kept.
 * Source:  manual, chapter on recording in several channels (F242-F246).
 */
#pragma once
#include <stdbool.h>

#include "base/slice.h"

struct recording_job {
    struct slice uniqueid; /* of the command; a piece of it */
    enum { RECORDING_JOB_AS_IS, RECORDING_JOB_MONO, RECORDING_JOB_STEREO } mode;
};

/** @return false: it is a program's */
bool recording_job_parse(struct slice command, struct recording_job *out);
