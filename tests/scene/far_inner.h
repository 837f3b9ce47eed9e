/*
 * tests/scene/far_inner.h - what far_media.c (streams, and what the scene asks) and far_play.c (what they are
 * played) share
 */
#pragma once
#include "far_media.h"
#include "ipc/media.h"

struct sound {
    struct link link;
    char name[128];
    int64_t ms;
};

struct stream {
    struct link link;
    struct far_media *media;
    uint32_t id;
    struct addr local, remote;
    bool is_named; /* by the present engine */
    struct stream *peer;
    struct stream *twin; /* the other half of a Local channel */
    bool is_half;
    bool has_remote, can_send, can_recv, is_echo, is_moh, is_held, is_silent;
    uint8_t dtmf_payload, dtmf_local;
    uint16_t held_digits; /* MEDIA_HOLD_DIGITS */
    char heard[160], marks[300]; /* what else the engine asked for, as text */
    char tone[64], file[128], rest[MEDIA_NAMES_MAX + 1], missing[128];
    uint32_t play_id;
    struct timer playing, silence;
    uint32_t timeout_ms, timeout_hold_ms;
    char digits[128];
    struct timer talk;
    uint32_t talk_ms, silence_ms; /* asked for by MEDIA_DETECT */
    char talk_told;               /* 't', 's', or nothing yet */
    bool is_paused;
    int64_t skip_ms, from_ms, from_us; /* the file was at from_ms then */
};

struct far_media {
    struct scene *scene;
    struct ipc *ipc;
    struct list streams; /* newest first */
    struct list sounds;
    struct far_tapes *tapes;
    uint16_t next_port, first_port, last_port;
};

/* far_play.c: MEDIA_PLAY, _TONE, _MOH, _CONTROL, _STOP of a stream. */
void far_play_take(struct stream *s, uint16_t id, const void *msg);

/* Nothing is played to it any more; the engine is not told. */
void far_play_stop(struct stream *s);

/* The lengths of sounds that scenes have told. */
void far_play_forget(struct far_media *m);
