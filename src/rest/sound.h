/*
 * rest/sound.h - what the routes of audio files share
 *
 * Scope:   table sound is the engine's: the web role asks it to make and to remove (StationSound,
 *          StationSoundRemove), and writes nothing but descriptions and groups.
 * Owns:    texts are the call's arena.
 * Thread:  the loop's, in the call's task; sound_find a worker's.
 * Source:  docs/sounds.md.
 */
#pragma once
#include "rest/object.h"

struct sound_errand {
    struct rest_call *call;
    struct object_row row, after;
    uint32_t steps;
};

/** The row of params[0], when who asks may see it: rest_read's work. @return 0; ENOENT; ENOMEM; errno of db.h */
int sound_find(struct db *d, void *errand);

/** {"uuid","name","folder","state","source","ms","says"?}. @return 0 */
int sound_reply_state(struct sound_errand *e, int status);

/** @return NULL: no memory */
const char *sound_text(struct rest_call *c, struct slice s);

/** POST /sound/upload. */
int sound_upload(struct rest_call *c);
