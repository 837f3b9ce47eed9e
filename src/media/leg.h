/*
 * media/leg.h - a stream as the lane sees it: packets in, packets out
 *
 * Scope:   what arrives is checked (source.h), counted, and relayed to the peer with our own
 *          sequence (out.h), the payload as it is or through one table; digits are reported and
 *          relayed with the peer's number. What is played, toned or dialled takes the peer's place
 *          meanwhile.
 * Owns:    nothing: the pair of ports, the reel and the leg itself belong to the control loop.
 * Thread:  its lane's, but for the members marked control's.
 * Cost:    a relayed packet is one recvfrom and one send; nothing is allocated, locked or logged.
 * Limits:  packets up to 2,048 bytes.
 */
#pragma once
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "ipc/media.h"
#include "media/ear.h"
#include "media/keep.h"
#include "media/lane.h"
#include "media/ports.h"
#include "media/reel.h"
#include "media/srtp.h"
#include "rtp/dtmf.h"

struct media_tap;

struct media_format {
    uint8_t codec, payload;
};

/** What MEDIA_REMOTE says, without borrowed parts. */
struct media_leg_remote {
    struct addr rtp, rtcp, signal;
    bool is_symmetric, can_send, can_recv, is_held;
    uint8_t format_count; /* the first one is sent: unless is_codec_free, that of what is heard */
    struct media_format formats[MEDIA_FORMATS_MAX / 2];
    uint8_t dtmf_payload, dtmf_local;
    uint16_t ptime_ms;
    uint32_t timeout_ms, timeout_hold_ms;
    uint32_t keepalive_ms;
    bool is_rtcp_mux, is_inband, is_codec_free;
    struct media_ear *ear; /* for is_inband, when the leg has none; NULL else */
    uint8_t tos, cos;
    uint8_t secret_tx_len, secret_rx_len; /* used up: the sessions have the keys */
    char secret_tx[MEDIA_SECRET_MAX], secret_rx[MEDIA_SECRET_MAX];
};

/** Link and name of a command; crew.h has the rest. */
struct media_command_head {
    struct link link;
    uint8_t type;
    struct media_leg *leg;
};

struct media_leg {
    /* control's */
    struct hash_link by_id;
    struct link in_server;
    struct list tapes; /* that listen to it: server_tapes.c */
    uint32_t id;
    struct media_leg *partner;    /* the peer as control has told the lane; itself: echo */
    struct media_order *order;    /* what plays, or NULL */
    uint32_t serial;              /* of its newest order */
    struct media_leg *other_half; /* of a Local channel, as control knows it */
    bool is_half;                 /* no sockets: what is sent to it comes out of twin */
    bool is_stranger;             /* of an engine that is gone: nobody can name it */
    struct media_pair *pair;   /* NULL: a half. Its sockets are the lane's while the leg is on it */
    struct media_ear *own_ear; /* the memory of ear */
    uint8_t first_codec;
    bool has_dtmf;  /* telephone-event was agreed on */
    bool is_orphan; /* its engine is gone */
    bool is_ending; /* freed by the engine, or dropped */
    bool is_told;   /* its last statistics go to the engine */
    bool is_used;   /* a call has it; else its engine keeps it ready for the next one */
    bool is_moving; /* between two lanes: commands wait in held */
    uint8_t home;   /* number of the lane it lives on, or moves to */
    struct list held;
    struct media_command_head stop; /* so that ending needs no memory */
    struct media_event stopped;     /* likewise */
    struct media_event failed;      /* and the news that it has no lane */

    /* the lane's: what each packet touches */
    struct media_lane *lane;
    struct loop_fd watch;
    struct media_leg *peer; /* itself: echo */
    struct media_leg *twin; /* the other half */
    int rtp;
    bool is_connected;
    bool is_polled;             /* read in its tick, not when epoll says so */
    struct sockaddr_in settled; /* IPv4 source that needs no further question; family 0: none */
    struct sockaddr_in6 to;     /* where packets go; IPv4 in its place; family 0: nowhere */
    socklen_t to_len;
    struct media_leg_remote remote;
    struct media_kept *kept; /* what outlives this process */
    struct media_srtp tx, rx;
    struct media_ear *ear;  /* NULL: the sound passes as it is */
    struct media_tap *taps; /* recordings; NULL: none */

    /* the rest */
    struct loop_fd rtcp_watch;
    struct link in_lane, in_phase;
    struct media_reel *reel;
    uint16_t reel_at;   /* sound */
    uint32_t reel_pos;  /* byte in it */
    uint64_t reel_sent; /* bytes */
    int64_t due_us;     /* of the next generated frame */
    struct dtmf_encoder dtmf_out;
    bool is_dialling;
    bool is_paused;  /* the reel stands still */
    bool is_between; /* one reel is over, the next one on its way */
    bool is_timeout_told;
    uint32_t quiet_packets; /* sent when last looked at, and since when it is so many */
    int64_t quiet_us;
    int64_t rtcp_due_us;
    struct addr rtcp_from; /* learnt, AF_UNSPEC before */
    uint32_t peer_ntp;     /* middle of the last report's */
    int64_t peer_ntp_us;   /* when it came */
    uint32_t tx_lost, tx_jitter_us, rtt_us, rtt_max_us;
    uint32_t orphan_ms; /* without engine: ends after so much silence of one side; 0: not */
    int64_t orphan_us;  /* since when */
};

/** Put it on a lane: packets flow. @return 0; errno of epoll */
int media_leg_start(struct media_leg *leg, struct media_lane *lane);

/** Take it off; its peer loses it. It keeps its reel and can be started on another lane. */
void media_leg_stop(struct media_leg *leg);

void media_leg_set_remote(struct media_leg *leg, const struct media_leg_remote *r);

/** Both ways; both leave their former peers. The same leg twice: echo. */
void media_leg_join(struct media_leg *a, struct media_leg *b);
void media_leg_part(struct media_leg *leg);

/** Two halves, both on this lane, from now on belong together. */
void media_leg_pair(struct media_leg *a, struct media_leg *b);

/** Pause, resume, move the reel, if it is still that one; MEDIA_EV_POSITION tells where it is. */
void media_leg_control(struct media_leg *leg, uint32_t serial, enum media_control_action action,
                       int32_t ms);

/** Play in place of the peer; the reel before goes back. NULL: stop, and forget digits not sent. */
void media_leg_play(struct media_leg *leg, struct media_reel *reel);

/** @return 0; EINVAL; ENOSPC. Only for a leg whose peer agreed on telephone-event. */
int media_leg_dial(struct media_leg *leg, const char *digits, uint16_t duration_ms);

/** Without engine from now on: it ends when it or its peer, not held, is silent for silence_ms, or
 *  after an hour. 0: there is an engine again. */
void media_leg_orphan(struct media_leg *leg, uint32_t silence_ms);

void media_leg_stats(const struct media_leg *leg, struct media_stats *st);

/* the lane's */

/** Its phase of the tick: send what is due. */
void media_leg_tick(struct media_leg *leg, int64_t now_us);

/** Once a second: timeouts, reports, the kernel's filter. */
void media_leg_second(struct media_leg *leg, int64_t now_us);

/* between leg.c, relay.c, generate.c and report.c */

/** What was said to a leg goes to its phone, through pairs of halves to the phone behind them: *p with
 *  its header at h, the payload in this codec. Digits are reported where they come out of a pair. */
void media_leg_say(struct media_leg *to, uint8_t *p, struct rtp_header *h, uint8_t codec,
                   int64_t now_us);
void media_leg_say_event(struct media_leg *to, uint8_t *p, struct rtp_header *h, int64_t now_us);

/** A telephone-event arrived at the leg: decode and report. @return whether it goes on to the peer */
bool media_leg_take_event(struct media_leg *leg, const uint8_t *p, const struct rtp_header *h,
                          int64_t now_us);

/** The leg whose phone hears what is said to *to*, or NULL. */
struct media_leg *media_leg_end_of(struct media_leg *to);

/** Send a packet to where the leg's packets go, protected where keys were given: MEDIA_TAIL_BYTES are
 *  behind it. */
void media_leg_send(struct media_leg *leg, uint8_t *p, size_t len);

/** The same for a packet that is ready as it is (reports on the same port). */
void media_leg_send_plain(struct media_leg *leg, const uint8_t *p, size_t len);

/** Nothing was sent for too long: a packet that says nothing (comfort noise). */
void media_leg_keep_alive(struct media_leg *leg, int64_t now_us);

/** A report came over the RTP port. */
void media_leg_take_report(struct media_leg *leg, uint8_t *p, size_t len, const struct addr *from);

/** Sessions' memory; keys are wiped. On any thread, when no lane has the leg. */
void media_leg_close_srtp(struct media_leg *leg);

/** Codec of a payload number, or -1; payload number of a codec, or -1. */
int media_leg_codec_of(const struct media_leg *leg, uint8_t payload);
int media_leg_payload_of(const struct media_leg *leg, uint8_t codec);

static inline bool media_leg_is_generating(const struct media_leg *leg)
{
    return leg->reel || leg->is_dialling;
}

/** Does the phone hear its peer? */
static inline bool media_leg_hears_peer(const struct media_leg *leg)
{
    return leg->remote.can_send && !media_leg_is_generating(leg) && !leg->is_between;
}

/** Who reads the socket: epoll, or the tick while the leg plays and nobody hears its phone. After
 * each change of these. */
void media_leg_watch(struct media_leg *leg);

/** Read what waits (in the tick of a polled leg). */
void media_leg_poll(struct media_leg *leg);

/** Report a digit that ended. */
void media_leg_tell_digit(struct media_leg *leg, const struct dtmf_digit *d);

/** The reports' part of media_leg_second; BYE at the end of a leg. */
void media_leg_report(struct media_leg *leg, int64_t now_us);
void media_leg_bye(struct media_leg *leg);
