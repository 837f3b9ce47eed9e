/*
 * plan/taping.h - an application records what its caller says, and waits for the end of it
 *
 * Scope:   what Record and AGI's RECORD FILE have in common. A tape (call/tape.h) of the caller's side alone, no
 *          recording of MixMonitor: nothing of call/recording.h knows of it.
 * Names:   as plan_recorder_name, and absolute ones as ipc/recorded.h has them; the first %d of a name, and
 *          every other, is the first number whose file is not there and which no other call of now has.
 * Thread:  the task of the channel; files are looked for by a worker.
 * Limits:  numbers below 1,000,000; 100 searches at once.
 * Source:  Asterisk 22's app_record and res_agi.
 */
#pragma once
#include "base/buf.h"
#include "plan/run.h"

/** The name of a file, and its number's claim. Zeroed before plan_taping_name. */
struct plan_taping_name {
    struct link link; /* of the names claimed */
    struct buf shown; /* as the routing has it, without extension, numbers filled in */
    struct buf file;  /* below the folder of recordings, with extension */
    bool is_claimed;
};

/**
 * Find what a file is called. Waits where there is a %d.
 * @param name    as the routing has it, without extension; format: its extension ("wav")
 * @return 0 (fini it after the recording); EINVAL, EACCES, ENAMETOOLONG (plan_recorder_name); EEXIST (no number is
 *         free); EAGAIN (too many look for one); ETIMEDOUT; ECANCELED; ENOMEM
 */
int plan_taping_name(struct plan_run *run, struct slice name, struct slice format,
                     struct plan_taping_name *out);
void plan_taping_name_fini(struct plan_taping_name *n);

enum plan_taping_end {
    PLAN_TAPING_DIGIT,
    PLAN_TAPING_SILENCE,
    PLAN_TAPING_TIME,
    PLAN_TAPING_HANGUP,
    PLAN_TAPING_FAILED /* err; what was said before is in the file */
};

struct plan_taping {
    const char *file; /* below the folder of recordings; borrowed */
    const char *ends; /* digits that end it */
    bool is_append;
    bool is_silence_kept;   /* what silence ends keeps that silence */
    bool is_lost_by_hangup; /* a hang-up removes the file */
    int64_t silence_ms;     /* of so much it ends, 0: of none */
    int64_t most_ms;        /* 0: no limit */
    uint32_t digit_cut_ms;  /* left out at the end when a digit ends it */
    /* out */
    char digit;
    int err;
    uint32_t ms; /* in the file */
};

/** Record until something ends it, and until the file is closed. */
enum plan_taping_end plan_taping_run(struct plan_run *run, struct plan_taping *t);

/** Say why nothing, or not all, of a file was written, and what to do about it. */
void plan_taping_warn(const struct plan_run *run, const char *who, const char *name, int err);

/* inner: with the core */
struct plan_tapings;
/** @param folder  borrowed */
int plan_tapings_alloc(struct plan_tapings **tp, struct loop *l, const char *folder);
