/*
 * ipc/media.h - the messages between engine and media
 *
 * Scope:   one seqpacket connection (state/run/media.sock): the engine connects, says hello, and
 *          commands; media answers and reports. A newer connection replaces the older.
 * Shape:   a stream is named by an id that the engine chooses (never 0); commands for unknown ids
 *          are ignored, as the stream may just have ended.
 * Limits:  texts and lists as their fields say; 20,000 streams.
 * Source:  docs/media.md.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "ipc/ipc.h"

#define MEDIA_NAMES_MAX 2000 /* bytes of file names in one play */
#define MEDIA_PATH_MAX 512
#define MEDIA_DIRS_MAX 2000 /* bytes of names of directories */
#define MEDIA_DIGITS_MAX 64
#define MEDIA_FORMATS_MAX 16 /* bytes: pairs of codec and payload number */
#define MEDIA_SECRET_MAX 47  /* bytes: suite, then master key and salt */

enum media_msg {
    /* engine -> media */
    MEDIA_HELLO = 1,
    MEDIA_SETTINGS,
    MEDIA_CREATE,
    MEDIA_REMOTE,
    MEDIA_CONNECT,
    MEDIA_DISCONNECT,
    MEDIA_PLAY,
    MEDIA_TONE,
    MEDIA_MOH,
    MEDIA_STOP,
    MEDIA_SEND_DTMF,
    MEDIA_ECHO,
    MEDIA_GET_STATS,
    MEDIA_FREE,
    MEDIA_PAIR,
    MEDIA_CONTROL,
    MEDIA_DETECT,
    MEDIA_GAIN,
    MEDIA_SWEEP,
    MEDIA_TAPE,
    MEDIA_TAPE_SET,
    MEDIA_TAPE_STOP,
    MEDIA_HOLD_DIGITS,
    /* media -> engine */
    MEDIA_CREATED = 64,
    MEDIA_PLAY_DONE,
    MEDIA_DTMF,
    MEDIA_DTMF_DONE,
    MEDIA_TIMEOUT,
    MEDIA_STATS,
    MEDIA_POSITION,
    MEDIA_TALK,
    MEDIA_TAPE_BEGUN,
    MEDIA_TAPE_ENDED,
};

extern const struct ipc_protocol media_protocol;

/** First message. The same instance again (the connection broke, or an engine that takes over)
 *  finds its streams as they were; another one leaves them as orphans. */
struct media_hello {
    uint64_t instance; /* of the engine, random, not 0 */
};

/** May come at any time; open streams keep their ports. */
struct media_settings {
    uint16_t rtp_start, rtp_end; /* local ports, inclusive; 0: unchanged */
    uint32_t orphan_ms; /* connected streams without engine and RTP live so long; 0: unchanged */
    char sounds[MEDIA_DIRS_MAX]; /* more directories of sounds, comma separated */
};

/** Make a stream; answered by MEDIA_CREATED. An id that exists is answered as it is. */
struct media_create {
    uint32_t id;
    uint32_t near;     /* id of a stream it will likely be connected to, or 0 */
    struct addr local; /* address to bind; port 0: any of the range */
};

/** Two streams without sockets, the halves of a Local channel: what is sent to one (by its peer, a
 *  play, digits) comes out of the other as if that had received it. Answered by MEDIA_CREATED of
 *  each; they need no MEDIA_REMOTE. b 0: a half whose other is closed. A packet passes at most 8
 *  pairs. */
struct media_twins {
    uint32_t a, b;
};

/** Where to send and what to expect; before the first one nothing is sent or accepted. */
struct media_remote {
    uint32_t id;
    struct addr rtp, rtcp;    /* of the SDP */
    struct addr signal;       /* host that the signalling came from, or AF_UNSPEC */
    bool is_symmetric;        /* send back to where packets come from (rules in docs/media.md) */
    bool can_send, can_recv;  /* our side's direction */
    bool is_held;             /* use the hold timeout */
    struct slice formats;     /* pairs of bytes: enum codec, payload number; the first is sent */
    uint8_t dtmf_payload;     /* telephone-event as the peer numbers it (we send); 0: none */
    uint8_t dtmf_local;       /* as we number it (the peer sends); 0: none */
    uint16_t ptime_ms;        /* of what we generate: 10..60, rounded down to a multiple of 10 */
    uint32_t timeout_ms;      /* without RTP -> MEDIA_TIMEOUT; 0: never */
    uint32_t timeout_hold_ms; /* the same while held */
    struct slice secret_tx;   /* enum srtp_suite and key; empty: plain RTP */
    struct slice secret_rx;   /* the same of what the peer sends */
    bool is_rtcp_mux;         /* reports go over the RTP port (RFC 5761) */
    bool is_inband;           /* digits are to be heard in the sound, too */
    uint32_t
        keepalive_ms; /* a packet that says nothing, when we have sent none for so long; 0: none */
    uint8_t tos;      /* of IP, RTP and RTCP; 0: as the system has it */
    uint8_t cos;      /* priority of the frame on the wire, 0..7 */
    bool is_codec_free; /* the peer may hear another codec than it talks; else we follow it */
};

/** Two streams talk to each other, both ways; each leaves its former peer first. */
struct media_connect {
    uint32_t a, b;
};

struct media_disconnect {
    uint32_t id;
};

/** Files one after another, in place of what the peer says; answered by MEDIA_PLAY_DONE. */
struct media_play {
    uint32_t id;
    uint32_t play_id;
    struct slice names; /* separated by '&', without extension; relative to the sound directories,
                           or absolute; "a|b+c": b and c where there is no a */
    char language[16];  /* "ru"; the directory tried first */
    uint32_t skip_ms;   /* start so far into the first file */
};

enum media_control_action {
    MEDIA_PAUSE,
    MEDIA_RESUME,
    MEDIA_SKIP,    /* by ms, backwards when negative; not before the beginning of the file */
    MEDIA_SEEK,    /* to ms of the file */
    MEDIA_RESTART, /* from the beginning of the file */
    MEDIA_TELL,    /* nothing but the answer */
};

/** To the play that goes on (not to tones and music); answered by MEDIA_POSITION, unless it has
 *  ended meanwhile. Past the end: the file is over. */
struct media_control {
    uint32_t id;
    uint32_t play_id;
    uint8_t action; /* enum media_control_action */
    int32_t ms;
};

/** A tone; MEDIA_PLAY_DONE only when duration_ms is not 0. */
struct media_tone {
    uint32_t id;
    uint32_t play_id;
    char zone[8];         /* "ru", "us" */
    struct slice tone;    /* "ring", "busy", ... of the zone, or a list as "425/1000,0/4000" */
    uint32_t duration_ms; /* 0: until stopped */
};

/** The order of a directory's pieces of music. */
enum media_sort { MEDIA_SORT_NAME, MEDIA_SORT_RANDOM, MEDIA_SORT_RANDOM_START, MEDIA_SORTS };

/** Music from a directory until stopped; an empty or missing directory is silence and one warning.
 */
struct media_moh {
    uint32_t id;
    struct slice directory;
    uint8_t sort; /* enum media_sort */
};

/** End play, tone or music (without MEDIA_PLAY_DONE), and unsent digits; the peer is heard again.
 */
struct media_stop {
    uint32_t id;
};

/** Digits 0-9 * # A-D, w = half a second of pause; by telephone-event, or as tones when not agreed
 * on. */
struct media_send_dtmf {
    uint32_t id;
    char digits[MEDIA_DIGITS_MAX];
    uint16_t duration_ms; /* of each; 0: 100 */
};

/** Digits of the phone, by telephone-event or in the sound, that begin with one of these do not go on to
 *  its peer, nor do those after it, until the next such message: MEDIA_DTMF says so, and what is to go on all the
 *  same is sent by MEDIA_SEND_DTMF. */
struct media_hold_digits {
    uint32_t id;
    uint16_t events; /* a bit each: 0-9 * # A-D; 0: all go on */
};

/** Say when the phone talks and when it is silent (MEDIA_TALK). Both 0: no longer. Each time the
 *  counting begins anew. */
struct media_detect {
    uint32_t id;
    uint16_t threshold;  /* mean amplitude of a frame from which it is talk; 0: 256 */
    uint32_t talk_ms;    /* of talk make talking */
    uint32_t silence_ms; /* of silence make silent; no packets are silence */
};

/** Louder, quieter, or not at all. */
struct media_gain {
    uint32_t id;
    int32_t rx_db, tx_db; /* what the phone says / what it hears; -24..24 */
    bool is_rx_muted, is_tx_muted;
};

/** Streams of this instance that it has not named since its hello end. */
struct media_sweep {
    uint32_t unused; /* 0 */
};

/* ---- recording: docs/recording.md ---- */

/**
 * Write what a stream's phone says (rx) and hears (tx) to files; answered by MEDIA_TAPE_BEGUN. A
 * tape number that exists moves to this stream (its files and voices go on). It lives until
 * MEDIA_TAPE_STOP, an error, or MEDIA_SWEEP of an engine that did not name it; a stream that ends leaves it
 * in silence.
 */
struct media_tape {
    uint32_t id;   /* stream */
    uint32_t tape; /* the engine's number, never 0; of no other tape of this instance */
    /* Names below STATE/recordings with extension, folders are made; absent: not wanted. */
    struct slice mixed, rx, tx;
    bool is_stereo;      /* mixed has two channels: rx left, tx right */
    bool is_append;      /* behind what is in the files; else they begin anew */
    bool is_joined_only; /* time counts only while the stream has a peer */
    uint64_t begun_us;   /* wall clock of the first sample; not 0: the tape goes on after a death of
                            media, what is missing is silence */
    int32_t rx_db, tx_db; /* volume in the files only, -24..24 */
    uint8_t muted;        /* enum media_tape_muted */
};

enum media_tape_muted { MEDIA_TAPE_RX = 1, MEDIA_TAPE_TX = 2, MEDIA_TAPE_PAUSED = 4 };

/** From now on: silence in place of a side; paused: time stands still. */
struct media_tape_set {
    uint32_t tape;
    uint8_t muted;
};

/** End it; MEDIA_TAPE_ENDED follows when all is on the disk. */
struct media_tape_stop {
    uint32_t tape;
    uint32_t cut_ms; /* leave out the end */
    bool is_deleted; /* the files are removed */
};

struct media_echo {
    uint32_t id;
    bool is_on;
};

struct media_get_stats {
    uint32_t id;
};

/** End the stream; its last MEDIA_STATS follows. */
struct media_free {
    uint32_t id;
};

struct media_created {
    uint32_t id;
    int32_t err;       /* 0; EADDRINUSE (no port left); EADDRNOTAVAIL; EAGAIN (too many) ... */
    struct addr local; /* as bound */
};

struct media_play_done {
    uint32_t id;
    uint32_t play_id;
    int32_t err;          /* 0; ENOENT (a file is missing); EINVAL (broken); EFBIG */
    uint32_t position_ms; /* in the last file, at its end */
    char missing[128];    /* first name that could not be played, cut to fit */
};

/** Answer to MEDIA_CONTROL. */
struct media_position {
    uint32_t id;
    uint32_t play_id;
    uint32_t ms; /* in the current file */
    bool is_paused;
};

/** It has talked, or been silent, for as long as MEDIA_DETECT said. */
struct media_talk {
    uint32_t id;
    bool is_talking;
    uint32_t ms; /* how long the other state had lasted */
};

/** The files are open (err 0), or nothing is written: ENOENT (also: no such stream), EACCES, ENOSPC, ENAMETOOLONG, EINVAL (a name or
 *  format that is not taken, or other than what is to be appended to), EBUSY (the file is being written, or leased),
 *  EFBIG (what is to be appended to is 4 GiB long), EMFILE (too many). */
struct media_tape_begun {
    uint32_t tape;
    int32_t err;
    uint64_t begun_us; /* to be told again after a death of media */
};

/** Nothing more is written. err: 0; ENOENT (MEDIA_TAPE_STOP of a tape that is not there); or why it
 *  ended by itself: ENOSPC, EIO, EFBIG (24 hours, or 4 GiB), ENOBUFS (the disk is too slow). The lengths are those on
 *  the disk, synced. */
struct media_tape_ended {
    uint32_t tape;
    int32_t err;
    uint32_t ms;
    uint64_t bytes; /* of all its files */
    uint32_t rx_packets, tx_packets;
    uint32_t lost; /* packets that were missing in a row of them */
};

/** A digit came in by telephone-event (or in the sound, where asked for), and ended. */
struct media_dtmf {
    uint32_t id;
    uint8_t digit; /* '0'-'9' '*' '#' 'A'-'D' */
    uint16_t duration_ms;
    bool is_held; /* its peer did not get it (MEDIA_HOLD_DIGITS) */
};

/** All digits of MEDIA_SEND_DTMF have left. */
struct media_dtmf_done {
    uint32_t id;
};

/** No RTP for so long; once per silence. */
struct media_timeout {
    uint32_t id;
    uint32_t ms;
    bool is_held;
};

/** What a stream has seen. rx: received from the phone; tx: sent to it, as its reports tell. */
struct media_stats {
    uint32_t id;
    bool is_last;
    uint32_t rx_packets, rx_lost;
    uint64_t rx_bytes;
    uint32_t rx_jitter_us;
    uint32_t tx_packets;
    uint64_t tx_bytes;
    uint32_t tx_lost;      /* as the peer reported; 0 without reports */
    uint32_t tx_jitter_us; /* as the peer reported */
    uint32_t rtt_us;       /* last measured; 0: never */
    uint32_t rtt_max_us;
    uint32_t rx_foreign; /* packets of strangers, dropped */
    struct addr remote;  /* where packets went to last */
};
