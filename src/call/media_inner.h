/*
 * call/media_inner.h - what media.c (connection, messages that come) and media_stream.c (commands) share
 */
#pragma once
#include "base/hash.h"
#include "call/media.h"

#define MEDIA_ANSWER_MS 1000
#define MEDIA_STREAMS_MAX 20000

enum playing { NOTHING, PLAY, TONE, MUSIC };

struct media {
    struct loop *loop;
    char *path;
    struct media_settings settings;
    uint64_t instance;
    struct ipc *ipc; /* NULL: media is away */
    struct timer retry;
    struct hash by_id;
    struct list streams;
    uint32_t count, last_id;
    struct list tapes; /* tape.c's */
    struct hash by_tape;
    uint32_t last_tape;
    struct list ready;                /* made and not used yet, for ready_local */
    uint32_t ready_most, ready_count; /* those on their way included */
    struct addr ready_local;
};

struct media_stream {
    struct hash_link by_id;
    struct link link;
    struct media *media; /* NULL: closed, or media is gone */
    struct media_stream_handlers h;
    uint32_t id, near;
    struct addr local; /* asked for; then as bound */
    bool is_created, is_failed, is_closing;
    bool is_ready;       /* nobody's yet: in media->ready */
    struct timer answer; /* to create, or to close */
    struct deferred later;
    bool must_tell_stats, must_tell_play, must_tell_created;
    struct media_stream *peer;
    struct media_stream *twin; /* the other half */
    bool is_half;
    bool is_echo;
    bool has_remote;
    struct media_remote remote;
    char formats[MEDIA_FORMATS_MAX];
    char secret_tx[MEDIA_SECRET_MAX], secret_rx[MEDIA_SECRET_MAX];
    struct media_gain gain;
    struct media_detect detect;
    uint16_t held_digits; /* media_hold_digits.events */
    enum playing playing;
    uint32_t play_id;
    uint32_t tone_ms;
    uint8_t sort; /* enum media_sort */
    char zone[8];
    char *sound; /* tone or directory of music that goes on without end, to begin it again */
    struct media_stats stats;
    media_closed_h *closed;
    void *closed_arg;
};

/** A message to the media role; 0 while it is away: what matters is told again when it is back. */
int media_send(struct media *m, uint16_t type, const void *msg);
int media_send_create(struct media_stream *s);
int media_send_remote(struct media_stream *s);
int media_send_pair(struct media_stream *a);
int media_send_held(struct media_stream *s);
int media_send_tone(struct media_stream *s);
int media_send_music(struct media_stream *s);

uint32_t media_hash_id(uint32_t id);
struct media_stream *media_find_stream(const struct media *m, uint32_t id);

/** Into the tables, under its id; the reference is theirs. @return 0; ENOMEM */
int media_stream_enter(struct media_stream *s, struct media *m);

/** A stream without a place in the tables, or NULL. */
struct media_stream *media_stream_new(void);

/** Out of all tables; gives the tables' reference up. */
void media_stream_leave(struct media_stream *s);

/** A play that cannot go on: its owner is told later in this round. */
void media_stream_fail_play(struct media_stream *s);

/* tape.c's: a new media role is told all; the client ends; what media says of tapes */
void tape_tell_anew(struct media *m);
void tape_leave_all(struct media *m);
void tape_on_begun(struct media *m, const struct media_tape_begun *msg);
void tape_on_ended(struct media *m, const struct media_tape_ended *msg);

/* timers and deferred calls of a stream */
void media_stream_on_later(void *arg);
void media_stream_on_no_answer(void *arg);
void media_stream_on_close_over(void *arg);
