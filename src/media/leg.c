/* leg.c - packets in, and a leg's life; see leg.h. How they go on is in relay.c, what we make
 * ourselves in generate.c, RTCP in report.c. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/bug.h"
#include "base/log.h"
#include "base/rand.h"
#include "media/leg.h"
#include "media/tap.h"

#define CLOCK_HZ 8000
#define POLL_MAX 3     /* packets of one stream in one tick */
#define CATCH_UP_MAX 8 /* and in one turn of epoll */
#define CATCH_UP_US 5000
#define ORPHAN_MAX_US (3600ll * 1000000)

/* ---- where packets go ---- */

static void set_target(struct media_leg *leg)
{
    struct addr to = media_source_target(&leg->kept->source);
    struct sockaddr_storage ss;

    memset(&leg->to, 0, sizeof(leg->to));
    leg->to_len = 0;
    if (addr_is_set(&to) && to.port && !addr_is_any(&to)) {
        leg->to_len = addr_to_sockaddr(&to, &ss);
        memcpy(&leg->to, &ss, leg->to_len);
    }
    memset(&leg->settled, 0, sizeof(leg->settled));
    if (leg->kept->source.is_settled && leg->kept->source.from.family == AF_INET) {
        addr_to_sockaddr(&leg->kept->source.from, &ss);
        memcpy(&leg->settled, &ss, sizeof(leg->settled));
    }
}

/* Once only one address counts, the kernel may drop the others, and sending is cheaper, too. */
static void try_connect(struct media_leg *leg, int64_t now_us)
{
    if (leg->is_connected || !leg->to_len || !media_source_is_final(&leg->kept->source, now_us))
        return;
    leg->is_connected = media_pair_connect(leg->pair, &leg->kept->source.from) == 0;
}

static void disconnect_socket(struct media_leg *leg)
{
    if (leg->is_connected)
        (void)media_pair_connect(leg->pair, &(struct addr){.family = AF_UNSPEC});
    leg->is_connected = false;
}

void media_leg_send(struct media_leg *leg, uint8_t *p, size_t len)
{
    if (media_srtp_is_on(&leg->tx) && !media_srtp_protect(&leg->tx, p, &len))
        return;
    media_leg_send_plain(leg, p, len);
}

void media_leg_send_plain(struct media_leg *leg, const uint8_t *p, size_t len)
{
    ssize_t n;

    if (!leg->to_len)
        return;
    if (!leg->is_connected) {
        (void)sendto(leg->rtp, p, len, MSG_DONTWAIT, (struct sockaddr *)&leg->to, leg->to_len);
        return;
    }
    n = send(leg->rtp, p, len, MSG_DONTWAIT);
    /* The answer to an earlier packet: this one was not sent. */
    if (n < 0 && errno == ECONNREFUSED)
        (void)send(leg->rtp, p, len, MSG_DONTWAIT);
}

int media_leg_codec_of(const struct media_leg *leg, uint8_t payload)
{
    for (uint8_t i = 0; i < leg->remote.format_count; i++) {
        if (leg->remote.formats[i].payload == payload)
            return leg->remote.formats[i].codec;
    }
    return -1;
}

int media_leg_payload_of(const struct media_leg *leg, uint8_t codec)
{
    for (uint8_t i = 0; i < leg->remote.format_count; i++) {
        if (leg->remote.formats[i].codec == codec)
            return leg->remote.formats[i].payload;
    }
    return -1;
}

/* ---- in ---- */

static void cut_end(struct media_leg *to)
{
    struct media_leg *end = media_leg_end_of(to);

    if (end)
        media_out_cut(&end->kept->out);
}

/* The phone talks another codec than we: whatever it can talk, it can hear (RFC 3264 s5.1 lets it). */
static void follow_codec(struct media_leg *leg, uint8_t codec)
{
    struct media_leg_remote *r = &leg->remote;

    for (uint8_t i = 1; i < r->format_count; i++) {
        if (r->formats[i].codec != codec)
            continue;
        struct media_format first = r->formats[0];

        r->formats[0] = r->formats[i];
        r->formats[i] = first;
        return;
    }
}

static void on_packet(struct media_leg *leg, uint8_t *p, struct rtp_header *h, int64_t now_us)
{
    enum rtp_taken taken = rtp_receiver_take(&leg->kept->in, h, now_us, CLOCK_HZ);
    int codec;

    leg->kept->rx_us = now_us;
    leg->is_timeout_told = false;
    leg->kept->rx_bytes += h->bytes;
    /* A stray would take the peer's sequence along; a restart needs another offset to it. */
    if (!leg->remote.can_recv || taken == RTP_STRAY)
        return;
    if (taken == RTP_RESTARTED && leg->peer)
        cut_end(leg->peer);
    if (leg->remote.dtmf_local && h->payload_type == leg->remote.dtmf_local) {
        if (media_leg_take_event(leg, p, h, now_us))
            media_leg_say_event(leg->peer, p, h, now_us);
        else
            cut_end(leg->peer); /* no packets are missing to it */
        return;
    }
    codec = media_leg_codec_of(leg, h->payload_type);
    if (codec < 0)
        return;
    if (codec != leg->remote.formats[0].codec && !leg->remote.is_codec_free)
        follow_codec(leg, (uint8_t)codec);
    if (leg->ear)
        media_ear_hear(leg, p + h->at, h->bytes, (uint8_t)codec, now_us);
    if (leg->taps)
        media_tap_packet(leg, MEDIA_TAP_RX, h->ssrc, p, h, (uint8_t)codec, now_us);
    media_leg_say(leg->peer, p, h, (uint8_t)codec, now_us);
}

static bool is_settled(const struct media_leg *leg, const struct sockaddr_storage *ss)
{
    const struct sockaddr_in *in = (const struct sockaddr_in *)ss;

    return ss->ss_family == AF_INET && leg->settled.sin_family == AF_INET &&
           in->sin_port == leg->settled.sin_port &&
           in->sin_addr.s_addr == leg->settled.sin_addr.s_addr;
}

/* May a packet from there come in? Settles the source, and then the target follows. */
static bool check_source(struct media_leg *leg, const struct sockaddr_storage *ss, uint16_t seq,
                         int64_t now_us)
{
    int64_t before = leg->kept->source.settled_us;
    struct addr from;

    if (is_settled(leg, ss))
        return true;
    addr_from_sockaddr(&from, (const struct sockaddr *)ss);
    if (!media_source_accept(&leg->kept->source, &from, seq, now_us)) {
        leg->kept->foreign++;
        return false;
    }
    if (leg->kept->source.settled_us != before) {
        set_target(leg);
        try_connect(leg, now_us);
    }
    return true;
}

/* Reports on the same port (RFC 5761 s4). */
static bool is_report(const struct media_leg *leg, const uint8_t *p, size_t len)
{
    return leg->remote.is_rtcp_mux && len >= 8 && p[1] >= 192 && p[1] <= 223;
}

/* Of somebody: first whether it is genuine, where keys say so, then who may send. */
static void take(struct media_leg *leg, uint8_t *p, size_t len, const struct sockaddr_storage *ss)
{
    int64_t now = media_lane_now(leg->lane);
    struct rtp_header h;
    struct addr from;

    if (is_report(leg, p, len)) {
        addr_from_sockaddr(&from, (const struct sockaddr *)ss);
        media_leg_take_report(leg, p, len, &from);
        return;
    }
    if (media_srtp_is_on(&leg->rx) && !media_srtp_unprotect(&leg->rx, p, &len)) {
        leg->kept->foreign++;
        return;
    }
    if (!rtp_parse(&h, p, len) && check_source(leg, ss, h.seq, now))
        on_packet(leg, p, &h, now);
}

/* @return false when nothing waits */
static bool read_one(struct media_leg *leg)
{
    struct media_lane *lane = leg->lane;
    struct sockaddr_storage ss;
    socklen_t len = sizeof(ss);
    ssize_t n = recvfrom(leg->rtp, lane->packet, sizeof(lane->packet) - MEDIA_TAIL_BYTES,
                         MSG_DONTWAIT, (struct sockaddr *)&ss, &len);

    if (n < 0)
        return false;
    if (leg->kept->source.is_open)
        take(leg, lane->packet, (size_t)n, &ss);
    return true;
}

/* One packet a turn is the rule. When they come faster than anybody talks, the socket is behind:
 * catch up. */
static void on_readable(int events, void *arg)
{
    struct media_leg *leg = arg;
    int64_t before;
    int n = 0;

    do {
        before = leg->kept->rx_us;
    } while (read_one(leg) && ++n < CATCH_UP_MAX && leg->kept->rx_us - before < CATCH_UP_US);
}

void media_leg_poll(struct media_leg *leg)
{
    for (int i = 0; i < POLL_MAX && leg->is_polled; i++) {
        if (!read_one(leg))
            return;
    }
}

void media_leg_watch(struct media_leg *leg)
{
    bool is_polled = link_is_in(&leg->in_phase) && !leg->peer;

    if (is_polled == leg->is_polled || leg->is_half)
        return;
    if (is_polled)
        loop_fd_stop(&leg->watch);
    else if (loop_fd_start(leg->lane->loop, &leg->watch, leg->rtp, LOOP_READ, on_readable, leg))
        return; /* no memory: tried again within a second */
    leg->is_polled = is_polled;
}

/* ---- life ---- */

int media_leg_start(struct media_leg *leg, struct media_lane *lane)
{
    int err = leg->is_half ? 0
                           : loop_fd_start(lane->loop, &leg->watch, leg->pair->rtp, LOOP_READ,
                                           on_readable, leg);

    if (err)
        return err;
    leg->lane = lane;
    leg->rtp = leg->is_half ? -1 : leg->pair->rtp;
    leg->is_connected = !leg->is_half && leg->pair->is_connected;
    if (!leg->kept->out.ssrc)
        media_out_init(&leg->kept->out, rand_u32() | 1, (uint16_t)(rand_u32() & 0x7fff),
                       rand_u32());
    media_lane_add(lane, leg);
    leg->is_polled = false;
    if (media_leg_is_generating(leg) || (leg->ear && leg->ear->is_detecting))
        media_lane_activate(lane, leg);
    return 0;
}

void media_leg_stop(struct media_leg *leg)
{
    struct media_lane *lane = leg->lane;

    if (!lane)
        return;
    media_leg_part(leg);
    if (leg->twin)
        leg->twin->twin = NULL;
    leg->twin = NULL;
    media_lane_deactivate(lane, leg);
    loop_fd_stop(&leg->watch);
    loop_fd_stop(&leg->rtcp_watch);
    media_lane_remove(lane, leg);
    leg->lane = NULL;
}

/* Refused keys let nothing pass: better silence than a voice in the clear. */
static void set_keys(struct media_leg *leg)
{
    struct media_leg_remote *r = &leg->remote;
    int err = media_srtp_set(&leg->tx, slice_from(r->secret_tx, r->secret_tx_len), true,
                             leg->kept->out.ssrc, &leg->kept->tx);

    if (!err)
        err = media_srtp_set(&leg->rx, slice_from(r->secret_rx, r->secret_rx_len), false, 0,
                             &leg->kept->rx);
    if (err)
        log_error("SRTP keys refused, the stream stays silent stream=%u err=\"%s\"", leg->id,
                  strerror(err));
    explicit_bzero(r->secret_tx, sizeof(r->secret_tx));
    explicit_bzero(r->secret_rx, sizeof(r->secret_rx));
}

void media_leg_close_srtp(struct media_leg *leg)
{
    media_srtp_close(&leg->tx);
    media_srtp_close(&leg->rx);
}

void media_leg_set_remote(struct media_leg *leg, const struct media_leg_remote *r)
{
    int64_t now = media_lane_now(leg->lane);
    bool was_settled = leg->kept->source.is_settled;

    if (!leg->kept->source.is_open)
        leg->kept->rx_us = now;
    if (leg->remote.is_held != r->is_held || leg->remote.timeout_ms != r->timeout_ms)
        leg->kept->rx_us = now; /* another timeout begins now: at the answer, with a hold */
    leg->remote = *r;
    set_keys(leg);
    if (r->ear)
        leg->ear = r->ear;
    if (leg->ear)
        media_ear_set_inband(leg, r->is_inband);
    media_pair_set_tos(leg->pair, r->tos, r->cos);
    media_source_set(&leg->kept->source, &r->rtp, &r->signal, r->is_symmetric);
    if (was_settled != leg->kept->source.is_settled) {
        disconnect_socket(leg);
        leg->rtcp_from = (struct addr){0};
    }
    set_target(leg);
    if (leg->is_connected && !media_source_is_final(&leg->kept->source, now))
        disconnect_socket(leg);
    if (!r->can_send)
        media_out_cut(&leg->kept->out);
}

void media_leg_part(struct media_leg *leg)
{
    struct media_leg *peer = leg->peer;

    if (!peer)
        return;
    leg->peer = NULL;
    media_out_cut(&leg->kept->out);
    media_leg_watch(leg);
    media_tap_peer(leg);
    if (peer == leg)
        return;
    peer->peer = NULL;
    media_out_cut(&peer->kept->out);
    media_leg_watch(peer);
    media_tap_peer(peer);
}

void media_leg_pair(struct media_leg *a, struct media_leg *b)
{
    BUG_IF(a->lane != b->lane);
    a->twin = b;
    b->twin = a;
}

void media_leg_join(struct media_leg *a, struct media_leg *b)
{
    BUG_IF(a->lane != b->lane);
    if (a->peer == b)
        return;
    media_leg_part(a);
    media_leg_part(b);
    a->peer = b;
    b->peer = a;
    media_leg_watch(a);
    media_leg_watch(b);
    media_tap_peer(a);
    media_tap_peer(b);
}

/* ---- once a second ---- */

static void check_timeout(struct media_leg *leg, int64_t now_us)
{
    uint32_t limit = leg->remote.is_held ? leg->remote.timeout_hold_ms : leg->remote.timeout_ms;
    int64_t silent_ms = (now_us - leg->kept->rx_us) / 1000;

    if (!leg->kept->source.is_open || !limit || leg->is_timeout_told || silent_ms < limit)
        return;
    leg->is_timeout_told = true;
    leg->lane->event(&(struct media_event){.type = MEDIA_EV_TIMEOUT,
                                           .leg = leg,
                                           .ms = (uint32_t)silent_ms,
                                           .is_held = leg->remote.is_held},
                     leg->lane->arg);
}

void media_leg_orphan(struct media_leg *leg, uint32_t silence_ms)
{
    if (!leg->orphan_ms)
        leg->orphan_us = media_lane_now(leg->lane);
    leg->orphan_ms = silence_ms;
}

/* Nobody is left to hang up. One phone that sends on does not keep the call: the other is gone. A
 * held one may be silent. */
static bool is_abandoned(const struct media_leg *leg, int64_t now_us)
{
    return (!leg->remote.is_held && !leg->is_half &&
            (now_us - leg->kept->rx_us) / 1000 > leg->orphan_ms) ||
           now_us - leg->orphan_us > ORPHAN_MAX_US;
}

void media_leg_second(struct media_leg *leg, int64_t now_us)
{
    try_connect(leg, now_us);
    media_leg_watch(leg); /* should it have failed */
    media_tap_prune(leg);
    media_leg_report(leg, now_us);
    media_leg_keep_alive(leg, now_us);
    check_timeout(leg, now_us);
    if (leg->orphan_ms &&
        (is_abandoned(leg, now_us) || (leg->peer && is_abandoned(leg->peer, now_us))))
        leg->lane->event(&(struct media_event){.type = MEDIA_EV_ORPHAN, .leg = leg},
                         leg->lane->arg);
}

void media_leg_stats(const struct media_leg *leg, struct media_stats *st)
{
    *st = (struct media_stats){
        .id = leg->id,
        .rx_packets = rtp_receiver_packets(&leg->kept->in),
        .rx_lost = rtp_receiver_lost(&leg->kept->in),
        .rx_bytes = leg->kept->rx_bytes,
        .rx_jitter_us = rtp_receiver_jitter_us(&leg->kept->in, CLOCK_HZ),
        .tx_packets = leg->kept->out.packets,
        .tx_bytes = leg->kept->out.bytes,
        .tx_lost = leg->tx_lost,
        .tx_jitter_us = leg->tx_jitter_us,
        .rtt_us = leg->rtt_us,
        .rtt_max_us = leg->rtt_max_us,
        .rx_foreign = leg->kept->foreign,
        .remote = media_source_target(&leg->kept->source),
    };
}
