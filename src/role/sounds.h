/*
 * role/sounds.h - sounds that people bring: uploaded, converted, listed, removed
 *
 * Scope:   a finished upload (a file in STATE/uploads) becomes STATE/sounds/FOLDER/NAME.wav, which Playback finds by NAME;
 *          a row of table sound for each. Who uploads is the console, or the web.
 * Names:   folder: a language ("ru"), or "" for all; name: parts with '/' between, none of what separates
 *          arguments in a routing. An extension that sounds have is taken off.
 * Owns:    its rows' changes; copies of texts.
 * Thread:  the loop's; what blocks is done on the database's thread, or by a child of the runner.
 * Limits:  those of archive/clip.h; SOUNDS_NAME_MAX bytes of name; SOUNDS_STEPS steps of routings are told.
 * Source:  docs/sounds.md.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "archive/sound_name.h"
#include "base/buf.h"
#include "base/slice.h"
#include "ipc/console.h"
#include "loop/loop.h"

enum { SOUNDS_UPLOAD_MAX = 64, SOUNDS_STEPS = 100 };

/* Kinds of jobs. */
#define SOUNDS_JOB_MAKE "sound"
#define SOUNDS_JOB_REMOVE "sound-remove"
#define SOUNDS_JOB_MUSIC "moh"
#define SOUNDS_JOB_MUSIC_REMOVE "moh-remove"

struct insist;
struct jobs;
struct sounds;
struct store;

struct sounds_args {
    struct loop *loop;
    struct store *store;
    struct insist *insist;      /* borrowed, as all above */
    struct jobs *jobs;          /* borrowed; closed before the last mem_deref of this */
    const char *state_dir;      /* absolute; copied */
    void (*changed)(void *arg); /* a file is new or gone: who holds sounds in memory looks again */
    void *arg;
};

/** Takes up what the engine before has left. @return 0; ENOMEM; ENAMETOOLONG; ENOSPC */
int sounds_alloc(struct sounds **sp, const struct sounds_args *args);

/** What has come of an order; texts are borrowed during the call. */
struct sounds_answer {
    /* 0; EEXIST (there is one of that name, and replaces was not said); ENOENT; EBUSY (text: the steps that name it, a
     * line each); EIO (text: why, see sounds_explain); ECANCELED (the engine ends); errno of the database */
    int err;
    const char *uuid; /* of the row; "" */
    struct slice text;
};
/** Each is called once, from the last mem_deref of store and queue at the latest. */
typedef void(sounds_h)(const struct sounds_answer *a, void *arg);

struct sounds_new {
    const char *
        upload; /* name of the file in STATE/uploads; removed by the end, or when taken says why not */
    const char *name, *folder;
    const char *original;    /* name that it had; may be "" */
    const char *description; /* may be "" */
    const char *group_uuid;  /* "": none */
    const char *level;       /* "keep", "peak", "loud" */
    bool replaces;
};

/**
 * Make a sound of an upload. The one that stands there is heard until the new one is whole.
 * @param taken  its row is there ("waiting"), or why not; may be NULL
 * @param ended  converted, or given up; only after taken said 0, and may be NULL
 * @return 0 (taken follows); EINVAL (a name: see sounds_name_why); EAGAIN; ENOMEM
 */
int sounds_add(struct sounds *s, const struct sounds_new *n, sounds_h *taken, sounds_h *ended,
               void *arg);

/**
 * Remove one. Steps of routings that name it are told (EBUSY), and it stays, unless that is said to be right.
 * @param which  "ru/welcome", "welcome" or the uuid
 * @return 0 (ended follows, once the files are gone, or why not); EAGAIN; ENOMEM
 */
int sounds_remove(struct sounds *s, struct slice which, bool even_if_named, sounds_h *ended,
                  void *arg);

/** A file of a class of music on hold: STATE/moh/DIRECTORY/NAME.wav. It has no row. */
struct sounds_piece {
    const char *upload; /* as of sounds_new; "": the piece is removed */
    const char *directory, *name, *original;
};

/**
 * Make a piece of an upload, in place of one of that name, or remove one.
 * @param ended  the file is whole, or gone; or why not (EIO, text)
 * @return 0 (ended follows); EINVAL (a name); ENOMEM
 */
int sounds_music(struct sounds *s, const struct sounds_piece *p, sounds_h *ended, void *arg);

/** Percent of a conversion that runs; -1: it does not run (yet). */
int sounds_progress(const struct sounds *s, struct slice uuid);

/** Take an extension off that sounds have. name is changed. */
void sounds_name_trim(char *name);

extern const struct console_command sounds_console_commands[];
extern const size_t sounds_console_command_count;
