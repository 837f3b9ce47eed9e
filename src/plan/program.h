/*
 * plan/program.h - a program of the runner that a routing waits for: what goes in, what comes out
 *
 * Scope:   SHELL; FILE, STAT and CURL as errands of the runner (role/errand.h).
 * Thread:  a task of the loop; digits and a hang-up meanwhile wait, as in Asterisk.
 * Limits:  what the runner has; of the output PLAN_TEXT_MAX bytes, the rest is read and dropped.
 */
#pragma once
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"

/* In agi-bin: who puts it there allows System and SHELL. */
#define PLAN_SHELL "system"
#define PLAN_SHELL_HOW                                                                             \
    "not allowed; to allow it put an executable file \"" PLAN_SHELL                                \
    "\" of two lines into agi-bin: #!/bin/sh and exec /bin/sh -c \"$1\""

struct plan_core;
struct plan_env;
struct model_settings;

struct plan_program {
    const char *const *words; /* the program and its words, NULL at the end; borrowed */
    struct slice input;       /* its stdin; borrowed */
    int64_t most_ms;          /* then it is ended: ETIMEDOUT */
    bool is_errand;           /* words[0] is one of role/errand.h */
};

/**
 * Run it and wait for its end.
 * @param out   what it wrote is appended
 * @param code  out: its exit code, -1 when a signal ended it
 * @return 0; ENOENT, EACCES (not there, not executable); E2BIG (words over 8 KiB); EAGAIN (too many);
 *         ETIMEDOUT; ECANCELED; ENOTCONN (no runner); ECONNRESET; EPERM (not in a task); ENOMEM
 */
int plan_program_run(const struct plan_core *p, const struct plan_program *program, struct buf *out,
                     int *code);

/** What it wrote as a value: cut, with a warning, where it is longer than a value may be. */
struct slice plan_program_text(const struct plan_env *env, const struct buf *text);

/** A function that is not allowed, or did not come to its end: a warning, and a line in the call's story. */
void plan_program_refused(const struct plan_env *env, const char *func, const char *why,
                          const char *about);

/** What the configuration in use says; NULL when there is none (tests). */
const struct model_settings *plan_settings(const struct plan_core *p);
