/*
 * plan/app/agi.h - one AGI program at work: its pipes and the commands that it gives
 *
 * Scope:   shared by agi.c (application), agi_pipe.c (lines) and agi_command.c (commands).
 * Thread:  the channel's task; pipe handlers run on the loop and only fill buffers and poke.
 * Limits:  a line 4 KiB (longer: the program is ended), 64 KiB of answers not yet read by it.
 * Source:  Asterisk's AGI: agi_* block, "200 result=...", 510, 511, 520.
 */
#pragma once
#include "base/buf.h"
#include "ipc/runner.h"
#include "loop/loop.h"
#include "plan/run.h"

#define AGI_LINE_MAX 4096

struct agi {
    struct plan_run *run;
    struct loop *loop;
    struct runner_job *job;
    int in_fd, out_fd; /* to and from the program; -1: closed */
    struct loop_fd in_watch, out_watch;
    struct buf in;  /* bytes of the program, not yet taken */
    struct buf out; /* answers on their way */
    size_t out_sent;
    bool is_started, is_ended;
    int start_err, code;
    bool was_told; /* SIGHUP sent */
};

/** Take over the two descriptors of a started program. @return 0; errno */
int agi_pipe_open(struct agi *a, int in_fd, int out_fd);
void agi_pipe_close(struct agi *a);

/** Queue text for the program. */
void agi_pipe_send(struct agi *a, struct slice text);

/** Next whole line, without its end, as a block (mem_free). @return 0; EAGAIN (none yet); EPIPE (no
 * more will come); EMSGSIZE; ENOMEM */
int agi_pipe_line(struct agi *a, char **line);

/** Run one command line (cut up) and send its answer. */
void agi_command(struct agi *a, char *line);
