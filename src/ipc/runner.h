/*
 * ipc/runner.h - the engine asks the runner role to run external programs (AGI)
 *
 * Scope:   messages, and the engine's side of them: connect, start, signal, exit status. The bytes
 *          of stdin and stdout go directly between engine and program, over pipes whose ends come
 *          with the answer. What the program writes to standard error is logged by the runner.
 * Owns:    struct runner owns the connection and reconnects every 100 ms; a job is owned by who
 *          started it, and letting go of it ends the program (SIGHUP, 5 s later SIGKILL).
 * Thread:  the loop's.
 * Limits:  200 programs at once, 100 of them errands (EAGAIN); argument list 8 KiB, environment 16 KiB. The program is a
 *          path relative to state/agi-bin, without "..": anything else is EINVAL.
 * Life:    when the connection dies every job of it ends with ECONNRESET, and the runner ends
 *          the programs. While there is no runner, starts wait up to 1 s, then ETIMEDOUT.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "ipc/ipc.h"
#include "loop/loop.h"

/* ---- messages ---- */

enum runner_id {
    RUNNER_START = 1, /* engine */
    RUNNER_STDIN,     /* runner, with the descriptor that writes to the program */
    RUNNER_STDOUT,    /* runner, with the descriptor that reads from the program */
    RUNNER_STARTED,   /* runner: err, or 0 when it runs (after STDIN and STDOUT) */
    RUNNER_ENDED,     /* runner */
    RUNNER_SIGNAL,    /* engine: this signal, nothing more */
    RUNNER_END,       /* engine: nobody talks to it any more, it is to end */
};

enum { RUNNER_ARGV_MAX = 8192, RUNNER_ENV_MAX = 16384, RUNNER_MAX = 200, RUNNER_ERRANDS_MAX = 100 };

struct runner_start_msg {
    uint32_t job;
    struct slice argv; /* NUL after each; the first is the program */
    struct slice env;  /* "NAME=value", NUL after each; added to PATH, HOME, LANG */
    bool has_pipes;    /* stdin and stdout to the engine; else both /dev/null */
    bool is_errand;    /* "@name": a work of the runner itself, never a program's name */
};

struct runner_job_msg { /* STDIN, STDOUT, END */
    uint32_t job;
};

struct runner_started_msg {
    uint32_t job;
    int32_t err; /* 0; ENOENT, EACCES (not there, not executable), EINVAL (path), EAGAIN, ENOMEM */
    int32_t pid;
};

struct runner_ended_msg {
    uint32_t job;
    int32_t code;   /* exit code, or -1 when a signal ended it */
    int32_t signal; /* 0, or the signal */
};

struct runner_signal_msg {
    uint32_t job;
    int32_t signal;
};

extern const struct ipc_protocol runner_protocol;

/* ---- the engine's side ---- */

struct runner;
struct runner_job;

/** @param path  of runner.sock; copied. @return 0; EINVAL; ENOMEM (connecting goes on in the
 * background) */
int runner_alloc(struct runner **rp, struct loop *loop, const char *path);

/** Over a given connection, which is taken; never reconnects (tests: one end of ipc_pair). */
int runner_alloc_ipc(struct runner **rp, struct loop *loop, struct ipc *ipc);

struct runner_args {
    const char *const *argv; /* NULL at the end; argv[0] relative to state/agi-bin */
    const char *const *env;  /* "NAME=value", NULL at the end; may be NULL */
    bool has_pipes;
    bool is_errand; /* argv[0] is one of role/errand.h; its words are not an outsider's to choose */
};

struct runner_handlers {
    /** Runs (err 0), with non-blocking descriptors now owned by the handler (-1 without pipes);
     *  or err as in struct runner_started_msg, ETIMEDOUT, ECONNRESET: then this was the last call.
     */
    void (*started)(struct runner_job *job, int err, int stdin_fd, int stdout_fd, void *arg);
    /** Over: the exit code, or -1 (signal, or the runner died). The last call. */
    void (*ended)(struct runner_job *job, int code, void *arg);
    void *arg;
};

/**
 * @param jp    out: one reference; the last mem_deref ends the program, no handler comes any more
 * @param args  borrowed during the call
 * @return 0; EINVAL; E2BIG; EAGAIN (200 at once, 100 errands); ENOMEM
 */
int runner_start(struct runner_job **jp, struct runner *r, const struct runner_args *args,
                 const struct runner_handlers *h);

/** Send a signal (AGI: SIGHUP when the call is over); a program that takes no notice goes on. @return 0; ESRCH; errno */
int runner_job_signal(struct runner_job *job, int signal);
