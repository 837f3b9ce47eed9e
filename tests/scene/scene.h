/*
 * tests/scene/scene.h - what the files of the scene player share
 *
 * Scope:   one struct scene per script: a fake clock, a fake network, an engine on a database in a
 *          temporary directory, a fake media role, and the user agents that play phones and trunks.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/buf.h"
#include "base/list.h"
#include "loop/fake.h"
#include "loop/loop.h"
#include "loop/net.h"
#include "role/engine.h"

#define SCENE_WORDS 32
#define SCENE_PAIR 1000

struct ua;
struct far_media;

struct scene {
    const char *path;
    char state[64]; /* temporary directory */
    struct loop *loop;
    struct net *net;
    struct dns *dns;
    struct engine *engine;
    struct far_media *media;
    struct list uas;     /* struct ua by link */
    struct list clients; /* struct client by link */
    unsigned phones, trunks;
    bool is_verbose;
    struct buf log, console;
    int journal_fd; /* memory of the journal; -1: none yet */
    /* kills.c */
    unsigned kill_every;      /* ms between one play's kill and the next one's; 0: no such scene */
    uint64_t passed, kill_at; /* ms of the story; 0: no kill in this play */
    bool is_broken;           /* the engine after the kill did not start */
    bool rung;                /* somebody was called */
    struct db *locker;        /* holds the lock of "the database is locked" */
    uint32_t records_seen;
    unsigned line;
    char why[600]; /* of the step that failed */
    char **lines;  /* the script */
    unsigned count;
};

/** Say why a step fails, and fail. @return 1 */
int scene_fail(struct scene *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* ---- office.c: the database ---- */

/** A line of [phones] or [trunks]: makes the user agent and its rows. @return 0; 1 */
int office_phone(struct scene *s, char *line, bool is_trunk);
int office_routing(struct scene *s, char *line);
int office_sql(struct scene *s, const char *sql);
int office_open(struct scene *s);
void office_close(struct scene *s);
/** First column of the first row as text, "" when none. */
int office_value(struct scene *s, const char *sql, struct buf *out);

/* ---- engine of the scene ---- */
int scene_start(struct scene *s);
int scene_stop(struct scene *s);
/** As kill -9 does it. */
int scene_kill(struct scene *s);
/** Another engine after a kill. */
int scene_take_over(struct scene *s);

/* ---- kills.c ---- */

/** Let time pass in the story. */
void scene_pass(struct scene *s, uint64_t ms);

/** What must hold after any kill; at most so many records. @return 0; 1 */
int scene_check_end(struct scene *s, long records);

/* ---- step.c ---- */
int scene_play(struct scene *s);

/** Next word=value of a line; the value may be quoted, \" stands for " there. */
bool scene_next_pair(const char **at, char key[SCENE_PAIR], char value[SCENE_PAIR]);

/* ---- see_record.c ---- */
int see_record(struct scene *s, const char *rest);
int see_golden(struct scene *s, const char *name);
int see_record_count(struct scene *s, long count);
