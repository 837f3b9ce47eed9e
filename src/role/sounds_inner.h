/*
 * role/sounds_inner.h - of sounds*.c only
 */
#pragma once
#include "role/insist.h"
#include "role/jobs.h"
#include "role/sounds.h"
#include "store/db.h"
#include "store/store.h"

struct sounds {
    struct sounds_args args;
    char state[512];
};

/* Something that was asked for, until its last handler was called. */
struct order {
    struct sounds *s; /* a reference */
    sounds_h *taken, *ended;
    void *arg;
    char uuid[37], folder[SOUNDS_FOLDER_MAX + 1], name[SOUNDS_NAME_MAX + 1];
    bool is_forced; /* replaces what is there; goes although it is named */
    int err;        /* what the database's thread has found */
    struct buf text;
    /* of an upload */
    char upload[SOUNDS_UPLOAD_MAX + 1], original[256], description[128], group[37], level[8];
    char now[WALL_TEXT], file[1024]; /* file: of the sound, whole path */
};

/** @return NULL: no memory */
struct order *order_make(struct sounds *s, sounds_h *taken, sounds_h *ended, void *arg);

/** Tell it: the handler is not called again. */
void order_tell(struct order *o, sounds_h **h, int err, struct slice text);

/** Queue its job; it is told "ended" when that is over, and its row says so. Takes the reference. */
void order_queue(struct order *o, const char *kind, struct slice words);

/** Its kinds of jobs. @return as jobs_place */
int sounds_music_place(struct sounds *s);

/** "ru/welcome" or "welcome": the path below sounds, without extension. */
void order_put_path(const struct order *o, struct buf *out);
