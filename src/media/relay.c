/* relay.c - what was said to a leg, on its way to a phone; see leg.h */
#include "dsp/g711.h"
#include "media/leg.h"
#include "media/tap.h"

#define PAIRS_MAX 8 /* of halves that a packet passes: loops of them end */

/* The header goes right before the payload, over what the sender had there. A digit: codec < 0. */
static void forward(struct media_leg *to, uint8_t *p, struct rtp_header *h, int codec,
                    int64_t now_us)
{
    uint8_t *start = p + h->at - RTP_HEADER_BYTES;
    size_t bytes = h->bytes;

    if (!media_out_relay(&to->kept->out, h, now_us))
        return;
    /* Timestamps go with this peer's clock as long as it is mapped so. */
    if (to->taps && codec >= 0)
        media_tap_packet(to, MEDIA_TAP_TX, to->kept->out.in_ssrc ^ to->kept->out.timestamp_offset,
                         p, h, (uint8_t)codec, now_us);
    rtp_print(start, h);
    to->kept->out.packets++;
    to->kept->out.bytes += bytes;
    media_leg_send(to, start, RTP_HEADER_BYTES + bytes);
}

/* Out of the pair that `to` is half of. NULL: it ends there. */
static struct media_leg *pass_pair(const struct media_leg *to, int *passed)
{
    if (!to->twin || !media_leg_hears_peer(to) || ++*passed > PAIRS_MAX)
        return NULL;
    return to->twin;
}

struct media_leg *media_leg_end_of(struct media_leg *to)
{
    int passed = 0;

    while (to && to->is_half) {
        struct media_leg *out = pass_pair(to, &passed);

        to = out ? out->peer : NULL;
    }
    return to;
}

/* The halves on the way have ears of their own. */
static struct media_leg *pass_pairs(struct media_leg *to, uint8_t *p, const struct rtp_header *h,
                                    uint8_t codec, int64_t now_us)
{
    int passed = 0;

    while (to && to->is_half) {
        struct media_leg *out = pass_pair(to, &passed);

        if (!out)
            return NULL;
        if (to->ear)
            media_ear_speak(to, p + h->at, h->bytes, codec);
        if (to->taps)
            media_tap_packet(to, MEDIA_TAP_TX, h->ssrc, p, h, codec, now_us);
        if (out->ear)
            media_ear_hear(out, p + h->at, h->bytes, codec, now_us);
        if (out->taps)
            media_tap_packet(out, MEDIA_TAP_RX, h->ssrc, p, h, codec, now_us);
        to = out->peer;
    }
    return to;
}

void media_leg_say(struct media_leg *to, uint8_t *p, struct rtp_header *h, uint8_t codec,
                   int64_t now_us)
{
    const struct media_format *first;
    int payload;

    if (to && to->is_half)
        to = pass_pairs(to, p, h, codec, now_us);
    if (!to || !media_leg_hears_peer(to) || !to->remote.format_count)
        return;
    first = &to->remote.formats[0];
    payload = to->remote.is_codec_free ? media_leg_payload_of(to, codec) : -1;
    if (payload < 0) {
        g711_convert(codec, first->codec, p + h->at, h->bytes);
        payload = first->payload;
        codec = first->codec;
    }
    if (to->ear)
        media_ear_speak(to, p + h->at, h->bytes, codec);
    h->payload_type = (uint8_t)payload;
    forward(to, p, h, codec, now_us);
}

/* ---- digits ---- */

void media_leg_tell_digit(struct media_leg *leg, const struct dtmf_digit *d)
{
    leg->lane->event(&(struct media_event){.type = MEDIA_EV_DTMF,
                                           .leg = leg,
                                           .digit = d->digit,
                                           .ms = d->ms,
                                           .is_held = d->is_held},
                     leg->lane->arg);
}

bool media_leg_take_event(struct media_leg *leg, const uint8_t *p, const struct rtp_header *h,
                          int64_t now_us)
{
    struct dtmf_digit digits[2];
    unsigned n =
        dtmf_decode(&leg->kept->dtmf_in, p + h->at, h->bytes, h->timestamp, now_us, digits);

    if (leg->kept->dtmf_in.is_open)
        media_lane_activate(leg->lane, leg); /* its tick sees when the end is lost */
    for (unsigned i = 0; i < n; i++)
        media_leg_tell_digit(leg, &digits[i]);
    return dtmf_may_pass(&leg->kept->dtmf_in, p + h->at, h->bytes);
}

void media_leg_say_event(struct media_leg *to, uint8_t *p, struct rtp_header *h, int64_t now_us)
{
    int passed = 0;

    while (to && to->is_half) {
        to = pass_pair(to, &passed);
        if (!to || !media_leg_take_event(to, p, h, now_us))
            return;
        to = to->peer;
    }
    if (!to || !to->remote.dtmf_payload || !media_leg_hears_peer(to))
        return;
    h->payload_type = to->remote.dtmf_payload;
    forward(to, p, h, -1, now_us);
}
