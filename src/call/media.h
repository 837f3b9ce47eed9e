/*
 * call/media.h - the engine's side of the media role
 *
 * Scope:   streams as objects: one per channel. Packets never come here; only commands and events.
 * Owns:    struct media owns the connection and a reference to each open stream.
 * Thread:  the engine's loop.
 * Units:   milliseconds.
 * Failure: when the media role dies, the client connects again every 50 ms and makes every stream
 *          anew: same local port, remote, formats and peer; endless work (music, endless tones,
 *          echo) starts again, plays under way end with ECONNRESET. Commands given meanwhile are
 *          remembered the same way.
 * Limits:  20,000 streams (more: EAGAIN).
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "ipc/media.h"
#include "loop/loop.h"
#include "sdp/sdp.h"

struct media;
struct media_stream;

struct media_args {
    const char *path; /* of media.sock (copied); NULL: media_attach is used instead */
    struct media_settings settings;
    uint32_t
        ready; /* streams made beforehand, so that an answer need not wait for the media role; 0: none */
    uint64_t instance; /* of an engine whose streams are to be adopted; 0: a new one */
};

/** @return 0 (also when the media role is not there yet); ENOMEM */
int media_alloc(struct media **mp, struct loop *l, const struct media_args *args);

/** Use this connection from now on (taken): scenes hand in their end of an ipc_pair. */
void media_attach(struct media *m, struct ipc *c);

/** New settings for streams made from now on (those made beforehand are given back). */
void media_set_settings(struct media *m, const struct media_settings *s);

/** By what the media role knows us: kept by an engine that is to be succeeded. */
uint64_t media_instance(const struct media *m);

bool media_is_up(const struct media *m);
uint32_t media_stream_count(const struct media *m);

/**
 * Handlers of a stream; each may be NULL. None is called from inside a call into this header, and
 * none after media_stream_close.
 */
struct media_stream_handlers {
    /** The stream exists: local is its bound address (0.0.0.0 when bound to any). err: ETIMEDOUT
     *  (media away for 1 s), EADDRINUSE (no port left)...; then only media_stream_close is left. */
    void (*created)(int err, const struct addr *local, void *arg);

    /** The current play or timed tone ended by itself. err: 0; ENOENT (missing names the first
     *  file not found; the others were played); EINVAL; ECONNRESET (media died). */
    void (*play_done)(int err, uint32_t position_ms, const char *missing, void *arg);

    /** Answer to media_stream_control: in the current file. */
    void (*position)(uint32_t position_ms, bool is_paused, void *arg);

    /** As media_stream_detect asked: it talks, or is silent, now; ms: the other state had lasted. */
    void (*talk)(bool is_talking, uint32_t ms, void *arg);

    /** A digit ended, as received by telephone-event (or heard, where is_inband asked for it). */
    /** is_held: the peer did not get it (media_stream_hold_digits). */
    void (*dtmf)(char digit, uint32_t duration_ms, bool is_held, void *arg);
    void (*dtmf_done)(void *arg); /* all of media_stream_send_dtmf is out */

    /** No RTP for rtp_timeout (or rtp_timeout_hold). */
    void (*timeout)(uint32_t ms, bool is_held, void *arg);

    /** Answer to media_stream_get_stats. */
    void (*stats)(const struct media_stats *st, void *arg);
    void *arg;
};

struct media_stream_args {
    struct addr local;         /* to bind; port 0 */
    struct media_stream *near; /* who it will likely talk to, or NULL (borrowed during the call) */
};

/** @param sp  out: one reference. @return 0 (created follows); ENOMEM; EAGAIN */
int media_stream_alloc(struct media_stream **sp, struct media *m,
                       const struct media_stream_args *args, const struct media_stream_handlers *h);

/**
 * The halves of a Local channel: what is sent to a (by its peer, a play, tone, music, digits) comes
 * out of b as if b had received it, so reaches b's peer, and digits are reported at b; and the other
 * way. Neither needs media_stream_set_remote. When one is closed the other is silent. Sound passes at
 * most 8 such pairs in a row.
 * @param ap, bp  out: one reference each. @return 0 (created of each follows); ENOMEM; EAGAIN
 */
int media_stream_alloc_pair(struct media_stream **ap, struct media_stream **bp, struct media *m,
                            const struct media_stream_handlers *ha,
                            const struct media_stream_handlers *hb);

/** The other half, or NULL: no half, or that one is closed. Borrowed. */
struct media_stream *media_stream_twin(const struct media_stream *s);

/** Other handlers from now on (a channel hands its stream to another owner). */
void media_stream_set_handlers(struct media_stream *s, const struct media_stream_handlers *h);

/** As bound; AF_UNSPEC before created. */
const struct addr *media_stream_local(const struct media_stream *s);

/** How the driver wants the remote treated, besides what SDP says. */
struct media_remote_args {
    const struct sdp_agreed *agreed; /* copied */
    struct addr signal;              /* where the peer's SIP comes from, or AF_UNSPEC */
    bool is_symmetric;               /* rtp_symmetric */
    uint32_t timeout_ms;             /* rtp_timeout; 0: none */
    uint32_t timeout_hold_ms;        /* rtp_timeout_hold; 0: none */
    uint32_t keepalive_ms;           /* rtp_keepalive; 0: none */
    bool is_inband;                  /* dtmf_mode inband, or auto without telephone-event */
    uint8_t tos, cos;                /* tos_audio (the byte of IP), cos_audio */
    bool is_codec_free;              /* asymmetric_rtp_codec */
};

/** After each offer/answer. @return 0; ENOMEM; ENOBUFS */
int media_stream_set_remote(struct media_stream *s, const struct media_remote_args *args);

/** Both ways; each leaves its former peer. A stream that plays hears its peer afterwards. */
int media_stream_connect(struct media_stream *a, struct media_stream *b);
int media_stream_disconnect(struct media_stream *s);

/** The peer, or NULL. Borrowed. */
struct media_stream *media_stream_peer(const struct media_stream *s);

/*
 * What the phone hears in place of its peer. Each of these ends the one before, whose play_done is
 * then not called any more.
 */

/** names: separated by '&', without extension, "a|b+c": b and c where there is no a; language:
 * "ru". */
int media_stream_play(struct media_stream *s, struct slice names, const char *language,
                      uint32_t skip_ms);

/** Pause, resume, skip, seek, restart the play (not tones and music); position follows unless it has
 *  ended meanwhile. ms: of MEDIA_SKIP (may be negative) and MEDIA_SEEK. @return 0; ENOENT: no play */
int media_stream_control(struct media_stream *s, enum media_control_action action, int32_t ms);

/** zone: one that is built in (dsp/tone.h); of no matter for a list. tone: "dial", "ring", "busy", "congestion", ... or "425/1000,0/4000"; duration_ms 0: until
 * stopped. */
int media_stream_tone(struct media_stream *s, const char *zone, struct slice tone,
                      uint32_t duration_ms);
int media_stream_moh(struct media_stream *s, struct slice directory, uint8_t sort);

/** End play, tone, music, and digits not sent yet. Harmless when there is nothing. */
int media_stream_stop(struct media_stream *s);

bool media_stream_is_playing(const struct media_stream *s);

/** Digits toward the phone: 0-9 * # A-D, w (pause). duration_ms 0: 100. @return 0; EINVAL; ENOMEM
 */
int media_stream_send_dtmf(struct media_stream *s, struct slice digits, uint16_t duration_ms);

/** The phone has no telephone-event, so that relayed digits do not reach it: send them (as tones). */
bool media_stream_needs_tones(const struct media_stream *s);

/** Digits of its phone that begin with one of these, and those after it, do not go on to its peer until the next
 *  call (struct media_hold_digits). Kept over a death of the media role. @return 0; ENOMEM */
int media_stream_hold_digits(struct media_stream *s, uint16_t events);

/** Tell of talk and silence (handler talk): threshold is the mean amplitude of 20 ms that is talk (0:
 *  256, Asterisk's); "talking" after talk_ms of it, "silent" after silence_ms without (no packets are
 *  silence, too). Told once each, again only after the other. Both 0: no longer. */
int media_stream_detect(struct media_stream *s, uint16_t threshold, uint32_t talk_ms,
                        uint32_t silence_ms);

/** Volume in decibels (-24..24, 0: as it is): rx what the phone says, tx what it hears. */
int media_stream_set_gain(struct media_stream *s, int8_t rx_db, int8_t tx_db);

/** Volume and silence as they were set last. Borrowed. */
const struct media_gain *media_stream_gain(const struct media_stream *s);

/** Silence in place of what the phone says (rx), of what it hears (tx). */
int media_stream_mute(struct media_stream *s, bool is_rx_muted, bool is_tx_muted);

/** The phone hears itself. */
int media_stream_echo(struct media_stream *s, bool is_on);

/** The stats handler follows (with what was known last when media is away). */
int media_stream_get_stats(struct media_stream *s);

/** The last statistics of a stream; called once, up to 1 s after media_stream_close (from inside it when
 *  the struct media is gone already; from its end at the latest). */
typedef void(media_closed_h)(const struct media_stats *st, void *arg);

/** End it: ports are free again. closed may be NULL. The caller still derefs its reference. */
void media_stream_close(struct media_stream *s, media_closed_h *closed, void *arg);

/** Walk all open streams (console). */
typedef bool(media_each_h)(struct media_stream *s, const struct media_stats *last, void *arg);
void media_each(const struct media *m, media_each_h *h, void *arg);

/* ---- an engine that takes over from a dead one ---- */

/** What makes a stream: a plain value without pointers, to be kept outside the process. Holds keys. */
struct media_saved {
    uint32_t id, peer_id, twin_id; /* peer_id, twin_id 0: none */
    struct addr local;
    bool is_echo, has_remote, is_half;
    struct media_remote remote; /* its slices mean nothing: */
    uint8_t formats_len, secret_tx_len, secret_rx_len;
    char formats[MEDIA_FORMATS_MAX];
    char secret_tx[MEDIA_SECRET_MAX], secret_rx[MEDIA_SECRET_MAX];
    struct media_gain gain;
    struct media_detect detect;
    uint16_t held_digits;
    uint8_t playing; /* inner; an endless tone or music, else nothing */
    uint8_t sort;
    char zone[8];
    char sound[MEDIA_PATH_MAX];
};

/** Fill *saved; call it again after what changes a stream (remote, connect, play). */
void media_stream_save(const struct media_stream *s, struct media_saved *saved);

/**
 * A stream of the engine before us, under its id. All are adopted right after media_alloc with that
 * engine's instance, before the loop runs: when the media role is told, its other streams of that
 * instance end. Peers find each other by their ids. created is not called.
 * @param sp  out: one reference. @return 0; ENOMEM; EAGAIN; EEXIST (that id is open)
 */
int media_stream_adopt(struct media_stream **sp, struct media *m, const struct media_saved *saved,
                       const struct media_stream_handlers *h);
