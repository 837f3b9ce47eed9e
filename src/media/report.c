/* report.c - a leg's RTCP: its own reports to the phone, and what the phone's say; see leg.h */
#include <errno.h>
#include <sys/socket.h>

#include "base/rand.h"
#include "media/leg.h"
#include "rtp/rtcp.h"

#define INTERVAL_US 5000000
#define CLOCK_HZ 8000

/* RFC 3550 s6.2: between half and one and a half of the interval, so that streams do not fall into
 * step. */
static int64_t next_due(int64_t now_us)
{
    return now_us + INTERVAL_US / 2 + rand_u32() % INTERVAL_US;
}

static bool is_from_peer(const struct media_leg *leg, const struct addr *from)
{
    if (addr_eq(from, &leg->remote.rtcp))
        return true;
    return leg->kept->source.is_settled && addr_eq_host(from, &leg->kept->source.from);
}

static void learn(struct media_leg *leg, const struct rtcp_report *r, int64_t now_us)
{
    if (r->is_sender) {
        leg->peer_ntp = rtcp_ntp_middle(r->ntp);
        leg->peer_ntp_us = now_us;
    }
    if (!r->has_block)
        return;
    leg->tx_lost = r->block.lost > 0 ? (uint32_t)r->block.lost : 0;
    leg->tx_jitter_us = (uint32_t)((uint64_t)r->block.jitter * 1000000 / CLOCK_HZ);
    leg->rtt_us = rtcp_rtt_us(&r->block, loop_wall(leg->lane->loop));
    if (leg->rtt_us > leg->rtt_max_us)
        leg->rtt_max_us = leg->rtt_us;
}

void media_leg_take_report(struct media_leg *leg, uint8_t *p, size_t len, const struct addr *from)
{
    struct rtcp_report r;

    if (!is_from_peer(leg, from) ||
        (media_srtp_is_on(&leg->rx) && !media_srtp_unprotect_rtcp(&leg->rx, p, &len))) {
        leg->kept->foreign++;
        return;
    }
    if (rtcp_parse(&r, p, len, leg->kept->out.ssrc))
        return;
    leg->rtcp_from = *from;
    learn(leg, &r, media_lane_now(leg->lane));
}

static void on_rtcp(int events, void *arg)
{
    struct media_leg *leg = arg;
    struct media_lane *lane = leg->lane;
    struct sockaddr_storage ss;
    socklen_t len = sizeof(ss);
    struct addr from;
    ssize_t n = recvfrom(leg->pair->rtcp, lane->packet, sizeof(lane->packet) - MEDIA_TAIL_BYTES,
                         MSG_DONTWAIT, (struct sockaddr *)&ss, &len);

    if (n < 0)
        return;
    addr_from_sockaddr(&from, (struct sockaddr *)&ss);
    media_leg_take_report(leg, lane->packet, (size_t)n, &from);
}

/* ---- our own ---- */

/* To where the phone's reports come from; else what SDP says, moved to the host that RTP was learnt
 * from. */
static struct addr target(const struct media_leg *leg)
{
    struct addr rtp = media_source_target(&leg->kept->source);

    if (leg->remote.is_symmetric && addr_is_set(&leg->rtcp_from))
        return leg->rtcp_from;
    if (!addr_is_set(&rtp) || addr_eq(&rtp, &leg->remote.rtp))
        return leg->remote.rtcp;
    rtp.port++;
    return rtp;
}

static void fill_block(struct media_leg *leg, struct rtcp_block *b, int64_t now_us)
{
    b->ssrc = leg->kept->in.ssrc;
    b->fraction_lost = rtp_receiver_fraction(&leg->kept->in);
    b->lost = (int32_t)rtp_receiver_lost(&leg->kept->in);
    b->highest_seq = rtp_receiver_highest(&leg->kept->in);
    b->jitter = leg->kept->in.jitter_16 >> 4;
    b->lsr = leg->peer_ntp;
    b->dlsr =
        leg->peer_ntp ? (uint32_t)((uint64_t)(now_us - leg->peer_ntp_us) * 65536 / 1000000) : 0;
}

static void send_report(struct media_leg *leg, int64_t now_us, bool is_bye)
{
    struct rtcp_report r = {
        .ssrc = leg->kept->out.ssrc,
        .is_sender = leg->kept->out.packets != 0,
        .ntp = rtcp_ntp(loop_wall(leg->lane->loop)),
        .rtp_time = media_out_clock(&leg->kept->out, now_us),
        .packets = leg->kept->out.packets,
        .bytes = (uint32_t)leg->kept->out.bytes,
        .has_block = leg->kept->in.is_started,
        .name = leg->lane->name,
        .is_bye = is_bye,
    };
    struct addr to = target(leg);
    _Alignas(8) uint8_t p[RTCP_MAX_BYTES + MEDIA_TAIL_BYTES];
    struct sockaddr_storage ss;
    size_t len;

    if (r.has_block)
        fill_block(leg, &r.block, now_us);
    len = rtcp_print(p, &r);
    if (media_srtp_is_on(&leg->tx) && !media_srtp_protect_rtcp(&leg->tx, p, &len))
        return;
    if (leg->remote.is_rtcp_mux)
        media_leg_send_plain(leg, p, len);
    else if (addr_is_set(&to) && !addr_is_any(&to) && to.port)
        (void)sendto(leg->pair->rtcp, p, len, MSG_DONTWAIT, (struct sockaddr *)&ss,
                     addr_to_sockaddr(&to, &ss));
}

static int open_socket(struct media_leg *leg)
{
    int err = media_pair_open_rtcp(leg->pair);

    return err ? err
               : loop_fd_start(leg->lane->loop, &leg->rtcp_watch, leg->pair->rtcp, LOOP_READ,
                               on_rtcp, leg);
}

void media_leg_report(struct media_leg *leg, int64_t now_us)
{
    if (leg->is_half || !leg->kept->source.is_open ||
        (!leg->kept->out.packets && !leg->kept->in.is_started))
        return;
    if (!leg->rtcp_due_us) {
        leg->rtcp_due_us = next_due(now_us);
        return;
    }
    if (now_us < leg->rtcp_due_us)
        return;
    leg->rtcp_due_us = next_due(now_us);
    if (!leg->remote.is_rtcp_mux && open_socket(leg))
        return; /* somebody has the port: the call goes on without reports */
    send_report(leg, now_us, false);
}

void media_leg_bye(struct media_leg *leg)
{
    if (leg->rtcp_watch.loop || (leg->remote.is_rtcp_mux && leg->rtcp_due_us))
        send_report(leg, media_lane_now(leg->lane), true);
}
