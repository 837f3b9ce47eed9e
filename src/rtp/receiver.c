/* receiver.c - see receiver.h */
#include "rtp/receiver.h"

#define MAX_DROPOUT 3000
#define MAX_MISORDER 100
#define NO_BAD_SEQ UINT32_MAX

static uint32_t expected_now(const struct rtp_receiver *r)
{
    return r->is_started ? rtp_receiver_highest(r) - r->base_seq + 1 : 0;
}

/* A new source, or the old one began anew: keep the totals. */
static void restart(struct rtp_receiver *r, const struct rtp_header *h)
{
    r->past_expected += expected_now(r);
    r->past_received += r->received;
    r->is_started = true;
    r->ssrc = h->ssrc;
    r->base_seq = r->max_seq = h->seq;
    r->cycles = 0;
    r->received = 0;
    r->bad_seq = NO_BAD_SEQ;
    r->has_transit = false;
}

/* RFC 3550 A.8. The difference may be anything when the sender's clock jumps; such a jump is no
 * jitter. */
static void update_jitter(struct rtp_receiver *r, const struct rtp_header *h, int64_t now_us,
                          uint32_t clock_hz)
{
    uint32_t arrival = (uint32_t)((uint64_t)now_us * clock_hz / 1000000);
    uint32_t transit = arrival - h->timestamp;
    int32_t d = (int32_t)(transit - r->transit);

    r->transit = transit;
    if (!r->has_transit) {
        r->has_transit = true;
        return;
    }
    if (d < 0)
        d = d == INT32_MIN ? INT32_MAX : -d;
    if ((uint32_t)d < 2 * clock_hz)
        r->jitter_16 += (uint32_t)d - ((r->jitter_16 + 8) >> 4);
}

enum rtp_taken rtp_receiver_take(struct rtp_receiver *r, const struct rtp_header *h, int64_t now_us,
                                 uint32_t clock_hz)
{
    enum rtp_taken taken = RTP_TAKEN;
    uint16_t ahead;

    if (!r->is_started || h->ssrc != r->ssrc) {
        restart(r, h);
        taken = RTP_RESTARTED;
    }
    ahead = (uint16_t)(h->seq - r->max_seq);
    if (ahead < MAX_DROPOUT) {
        if (h->seq < r->max_seq)
            r->cycles += 65536;
        r->max_seq = h->seq;
    } else if (ahead <= 65536 - MAX_MISORDER) {
        if (h->seq != r->bad_seq) {
            r->bad_seq = (uint16_t)(h->seq + 1);
            return RTP_STRAY;
        }
        restart(r, h); /* two in a row: the other side began anew */
        taken = RTP_RESTARTED;
    }
    r->received++;
    update_jitter(r, h, now_us, clock_hz);
    return taken;
}

uint32_t rtp_receiver_expected(const struct rtp_receiver *r)
{
    return r->past_expected + expected_now(r);
}

uint32_t rtp_receiver_packets(const struct rtp_receiver *r)
{
    return r->past_received + r->received;
}

uint32_t rtp_receiver_lost(const struct rtp_receiver *r)
{
    uint32_t expected = rtp_receiver_expected(r), got = rtp_receiver_packets(r);

    return expected > got ? expected - got : 0;
}

uint32_t rtp_receiver_jitter_us(const struct rtp_receiver *r, uint32_t clock_hz)
{
    return (uint32_t)((uint64_t)(r->jitter_16 >> 4) * 1000000 / clock_hz);
}

uint8_t rtp_receiver_fraction(struct rtp_receiver *r)
{
    uint32_t expected = rtp_receiver_expected(r), got = rtp_receiver_packets(r);
    uint32_t interval = expected - r->prior_expected, arrived = got - r->prior_received;

    r->prior_expected = expected;
    r->prior_received = got;
    if (!interval || arrived >= interval)
        return 0;
    return (uint8_t)(((uint64_t)(interval - arrived) << 8) / interval > 255
                         ? 255
                         : ((uint64_t)(interval - arrived) << 8) / interval);
}
