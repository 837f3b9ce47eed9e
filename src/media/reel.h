/*
 * media/reel.h - sounds, encoded once, and a row of them to be played to one stream
 *
 * Owns:    a sound its bytes; a reel a reference to each of its sounds. References are counted by
 *          the control loop alone: lanes only read, and hand a reel back when they are done with
 *          it.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/list.h"
#include "dsp/codec.h"
#include "media/lane.h"

struct media_sound {
    struct hash_link hash; /* cache.c's, as the rest up to data */
    struct link lru;       /* while nobody plays it */
    struct list waiters;
    char *key, *path;
    int64_t mtime_ns, checked_us;
    uint64_t file_bytes;
    uint32_t refs;
    bool is_loading;
    uint8_t codec;      /* enum codec */
    uint32_t bytes;     /* one a sample at 8,000 Hz */
    uint32_t repeat_at; /* where a loop goes back to */
    uint8_t *data;
};

struct media_reel {
    struct media_event event; /* on its way back to the control loop */
    uint32_t serial;          /* of the order that it belongs to */
    bool is_loop;             /* the last sound over and over */
    bool is_more;             /* another reel follows: the peer is not heard in between */
    uint64_t limit;           /* bytes to play at most; 0: all */
    uint32_t skip;            /* bytes of the first sound to leave out */
    uint16_t count;
    struct media_sound *sounds[];
};
