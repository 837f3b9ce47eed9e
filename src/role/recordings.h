/*
 * role/recordings.h - what is known of recordings, and what is done with them afterwards
 *
 * Scope:   joins facts about recordings with table recording, and the jobs that make MP3 files, pictures and room.
 * Files:   names below STATE/recordings only; whoever opens them (errand_recording.c) lets none lead out.
 * Owns:    the queue of jobs.
 * Thread:  the loop's.
 * Source:  docs/recording.md.
 */
#pragma once
#include "call/calls.h"
#include "call/recording_job.h"
#include "ipc/console.h"
#include "loop/loop.h"
#include "model/snapshot.h"

struct recordings;
struct runner;
struct store;

struct recordings_args {
    struct loop *loop;
    struct store *store;
    struct runner *runner; /* NULL: jobs wait */
    const char *state_dir; /* absolute; copied */
};

/** @return 0; ENOMEM; EAGAIN */
int recordings_alloc(struct recordings **rp, const struct recordings_args *args);

/** Before the last mem_deref: no handler comes any more. */
void recordings_close(struct recordings *r);

/** Settings in force from now on. */
void recordings_set(struct recordings *r, const struct model_settings *s);

/** A recording's names and parties, as its row has them; "" where there is nothing. */
struct recording_row {
    const char *uuid, *uniqueid;
    const char *mixed, *rx, *tx;
    const char *caller, *caller_name, *connected, *connected_name;
    const char *begun; /* local time */
    bool is_temporary; /* what it is made from goes in any case */
};

/** Make an MP3 of it, then remove what it was made from when that is not to be kept.
 *  @param mode  what the command asked for; setting recording_mode goes before it
 *  @return 0; EINVAL (no file); errno of jobs_add */
struct job_end;
int recordings_convert(struct recordings *r, const struct recording_row *row, int mode,
                       void (*watch)(const struct job_end *e, void *arg), void *arg);

/** The picture of what stays as it is. @param may_be_gone  a program had it: then the row says deleted.
 *  @return as recordings_convert */
int recordings_draw(struct recordings *r, const struct recording_row *row, bool may_be_gone);

/** Its queue and what insists on its statements, for others whose work is alike (sounds.h). Borrowed. */
struct insist;
struct jobs;
struct jobs *recordings_jobs(const struct recordings *r);
struct insist *recordings_insist(const struct recordings *r);

/** Follow what is recorded from now on: rows, and what is to be done when one ends. */
void recordings_watch(struct recordings *r, struct calls *c);

/** What the station before has not finished: once recordings that go on are there again. */
void recordings_look_back(struct recordings *r);

/** Of plan/recorder.h: the command behind a recording is a job of ours. */
struct recording;
bool recordings_takes_command(const struct recording *rec, void *arg);

/** A program's command is over: files of option d go, of others there is a picture and a sum, or the row says that the
 *  program took them away. */
struct plan_recorder_over;
void recordings_command_is_over(const struct plan_recorder_over *over, void *arg);

extern const struct console_command recordings_console_commands[];
extern const size_t recordings_console_command_count;
