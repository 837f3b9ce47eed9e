/*
 * plan/recorder.h - MixMonitor as an application, the Manager and the console ask for it
 *
 * Scope:   names of files, options, the command that follows; the recording itself is call/recording.h's.
 * Names:   below the folder of recordings, absolute ones as ipc/recorded.h has them, as Record's; other absolute
 *          ones, "..", control bytes are refused. Without an extension it is a .wav; .wav49 is .WAV.
 * Command: ^{X} is filled in when the recording begins (plain variables only, plan/subst.h). It runs once the
 *          files are closed, as System's do (plan/program.h): the administrator allows it. Nothing runs
 *          when nothing was written. Names of files in it become the real ones (plan/recorded.h).
 * Owns:    in struct plan_core: one observer, and the commands that run.
 * Thread:  the loop's.
 * Limits:  100 commands wait or run, ten minutes each.
 * Source:  Asterisk 22's app_mixmonitor.
 */
#pragma once
#include "base/buf.h"
#include "base/slice.h"
#include "call/recording.h"

struct plan_core;

/** As Asterisk's folder of recordings is called by what asks for MIXMONITOR_FILENAME. */
#define PLAN_RECORDINGS "/var/spool/asterisk/monitor"

/** What was asked for; cut up. "" where there is nothing. */
struct plan_recorder_words {
    char *file, *options, *command;
};

/**
 * Record ch. Sets MIXMONITOR_FILENAME, and the variable of option i. What is wrong is logged.
 * @param rp  out: borrowed; may be NULL
 * @return 0; EINVAL (no file at all); EACCES (a name that leads elsewhere); errno of recording_start
 */
int plan_recorder_start(struct plan_core *p, struct channel *ch,
                        const struct plan_recorder_words *words, struct recording **rp);

/** End that one; an empty id: the newest. @return 0; ENOENT */
int plan_recorder_stop(struct channel *ch, struct slice id);

/** Its file as a routing knows it: PLAN_RECORDINGS/x.wav; nothing for NULL. */
void plan_recorder_put_name(const char *name, struct buf *out);

/**
 * A name of a file below the folder of recordings.
 * @param given  as a routing has it
 * @param out    the name, appended
 * @return 0; EINVAL (empty, control bytes); EACCES (absolute, ".."); ENAMETOOLONG; ENOMEM
 */
int plan_recorder_name(struct slice given, struct buf *out);

/** The command of a recording has ended, whatever became of it; texts are borrowed, "" where there is nothing. */
struct plan_recorder_over {
    const char *uuid, *uniqueid, *mixed, *rx, *tx;
    bool is_temporary; /* option d: the files are to go now */
};

struct plan_recorder_handlers {
    /* Before a command runs (the files are closed): true: somebody else does it. */
    bool (*takes)(const struct recording *r, void *arg);
    void (*over)(const struct plan_recorder_over *over, void *arg);
    void *arg;
};
void plan_recorder_set_handlers(struct plan_core *p, const struct plan_recorder_handlers *h);

/* inner: with the core */
struct plan_recorder;
int plan_recorder_alloc(struct plan_recorder **rp, struct plan_core *p);
