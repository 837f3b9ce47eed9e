/* generate.c - packets of our own: sounds and digits; see leg.h */
#include <errno.h>
#include <string.h>

#include "dsp/g711.h"
#include "media/leg.h"
#include "media/tap.h"

#define BURST_MAX 3 /* frames sent at once after a stall; what is missing beyond is skipped */
#define FRAME_MS 20
#define FRAME_MAX_BYTES (60 * 8)
#define COMFORT_NOISE 13 /* RFC 3389 */

static uint16_t frame_ms(const struct media_leg *leg)
{
    uint16_t ms = leg->remote.ptime_ms;

    return ms >= 10 && ms <= 60 ? (uint16_t)(ms / 10 * 10) : FRAME_MS;
}

/* What a half is told comes out of the other as if received. A digit: codec < 0. */
static void send_made(struct media_leg *leg, uint8_t *p, struct rtp_header *h, size_t bytes,
                      int codec, int64_t now_us)
{
    struct media_leg *twin = leg->twin;

    leg->kept->out.packets++;
    leg->kept->out.bytes += bytes;
    h->at = RTP_HEADER_BYTES;
    h->bytes = (uint16_t)bytes;
    if (leg->ear && codec >= 0)
        media_ear_speak(leg, p + h->at, bytes, (uint8_t)codec);
    if (leg->taps && codec >= 0)
        media_tap_packet(leg, MEDIA_TAP_TX, h->ssrc, p, h, (uint8_t)codec, now_us);
    if (!leg->is_half) {
        rtp_print(p, h);
        media_leg_send(leg, p, RTP_HEADER_BYTES + bytes);
    } else if (twin && codec >= 0) {
        if (twin->ear)
            media_ear_hear(twin, p + h->at, bytes, (uint8_t)codec, now_us);
        if (twin->taps)
            media_tap_packet(twin, MEDIA_TAP_RX, h->ssrc, p, h, (uint8_t)codec, now_us);
        media_leg_say(twin->peer, p, h, (uint8_t)codec, now_us);
    } else if (twin) {
        media_leg_take_event(twin, p, h, now_us);
        media_leg_say_event(twin->peer, p, h, now_us);
    }
}

/* ---- sounds ---- */

static bool next_sound(struct media_leg *leg)
{
    const struct media_reel *r = leg->reel;

    if (leg->reel_at + 1 < r->count) {
        leg->reel_at++;
        leg->reel_pos = 0;
        return true;
    }
    if (!r->is_loop || !r->sounds[leg->reel_at]->bytes)
        return false;
    leg->reel_pos = r->sounds[leg->reel_at]->repeat_at;
    return true;
}

/* Fill a frame from the reel, across files. @return bytes, less than want only at the very end */
static size_t read_reel(struct media_leg *leg, uint8_t *out, size_t want, uint8_t codec)
{
    const struct media_reel *r = leg->reel;
    size_t got = 0;

    if (r->limit && r->limit - leg->reel_sent < want)
        want = (size_t)(r->limit - leg->reel_sent);
    while (got < want) {
        const struct media_sound *s = r->sounds[leg->reel_at];
        size_t n = s->bytes - leg->reel_pos;

        if (!n) {
            if (!next_sound(leg))
                break;
            continue;
        }
        if (n > want - got)
            n = want - got;
        memcpy(out + got, s->data + leg->reel_pos, n);
        g711_convert(s->codec, codec, out + got, n);
        leg->reel_pos += (uint32_t)n;
        got += n;
    }
    leg->reel_sent += got;
    return got;
}

static void give_back(struct media_leg *leg, bool is_done)
{
    struct media_reel *r = leg->reel;

    if (!r)
        return;
    leg->reel = NULL;
    leg->is_between = is_done && r->is_more;
    leg->lane->event(&(struct media_event){.type = MEDIA_EV_REEL,
                                           .leg = leg,
                                           .reel = r,
                                           .is_done = is_done,
                                           .ms = leg->reel_pos / 8},
                     leg->lane->arg);
}

static void play_frame(struct media_leg *leg, uint16_t ms, int64_t now_us)
{
    _Alignas(8) uint8_t p[RTP_HEADER_BYTES + FRAME_MAX_BYTES + MEDIA_TAIL_BYTES];
    uint8_t codec = leg->remote.format_count ? leg->remote.formats[0].codec : (uint8_t)CODEC_ALAW;
    size_t want = (size_t)ms * 8, got = read_reel(leg, p + RTP_HEADER_BYTES, want, codec);
    struct rtp_header h;

    if (!got) {
        give_back(leg, true);
        return;
    }
    if (!leg->remote.can_send || !leg->remote.format_count)
        return; /* time passes all the same */
    memset(p + RTP_HEADER_BYTES + got, codec == CODEC_ULAW ? G711_ULAW_SILENCE : G711_ALAW_SILENCE,
           want - got);
    h.payload_type = leg->remote.formats[0].payload;
    media_out_make(&leg->kept->out, &h, (uint32_t)want, now_us);
    send_made(leg, p, &h, want, codec, now_us);
}

void media_leg_play(struct media_leg *leg, struct media_reel *reel)
{
    give_back(leg, false);
    leg->reel = reel;
    leg->is_between = leg->is_paused = false;
    leg->reel_at = 0;
    leg->reel_sent = 0;
    leg->reel_pos = 0;
    if (!reel) {
        memset(&leg->dtmf_out, 0, sizeof(leg->dtmf_out));
        leg->is_dialling = false;
        return;
    }
    leg->reel_pos = reel->skip < reel->sounds[0]->bytes ? reel->skip : reel->sounds[0]->bytes;
    media_lane_activate(leg->lane, leg);
}

/* ---- a play that its hearer moves ---- */

static void move_to(struct media_leg *leg, int64_t ms)
{
    uint32_t bytes = leg->reel->sounds[leg->reel_at]->bytes;
    int64_t pos = ms < 0 ? 0 : ms * 8;

    leg->reel_pos = pos < bytes ? (uint32_t)pos : bytes;
}

void media_leg_control(struct media_leg *leg, uint32_t serial, enum media_control_action action,
                       int32_t ms)
{
    if (!leg->reel || leg->reel->serial != serial)
        return;
    switch (action) {
    case MEDIA_PAUSE: leg->is_paused = true; break;
    case MEDIA_RESUME: leg->is_paused = false; break;
    case MEDIA_SKIP: move_to(leg, (int64_t)leg->reel_pos / 8 + ms); break;
    case MEDIA_SEEK: move_to(leg, ms); break;
    case MEDIA_RESTART: move_to(leg, 0); break;
    case MEDIA_TELL: break;
    }
    leg->lane->event(&(struct media_event){.type = MEDIA_EV_POSITION,
                                           .leg = leg,
                                           .serial = serial,
                                           .is_paused = leg->is_paused,
                                           .ms = leg->reel_pos / 8},
                     leg->lane->arg);
}

/* ---- digits ---- */

int media_leg_dial(struct media_leg *leg, const char *digits, uint16_t duration_ms)
{
    int err = dtmf_encoder_add(&leg->dtmf_out, digits, duration_ms);

    if (err)
        return err;
    leg->is_dialling = true;
    media_lane_activate(leg->lane, leg);
    return 0;
}

static void dial_frame(struct media_leg *leg, uint16_t ms, int64_t now_us)
{
    _Alignas(8) uint8_t p[RTP_HEADER_BYTES + DTMF_EVENT_BYTES + MEDIA_TAIL_BYTES];
    struct dtmf_packet d;
    struct rtp_header h = {.payload_type = leg->remote.dtmf_payload};

    switch (dtmf_encoder_step(&leg->dtmf_out, ms, &d)) {
    case DTMF_IDLE:
        leg->is_dialling = false;
        leg->lane->event(&(struct media_event){.type = MEDIA_EV_DTMF_DONE, .leg = leg},
                         leg->lane->arg);
        return;
    case DTMF_PAUSE: return;
    case DTMF_SEND: break;
    }
    if (!leg->remote.dtmf_payload || !leg->remote.can_send)
        return;
    if (d.is_first) {
        media_out_make(&leg->kept->out, &h, (uint32_t)ms * 8, now_us);
        h.is_marked = true;
    } else {
        media_out_repeat(&leg->kept->out, &h);
    }
    memcpy(p + RTP_HEADER_BYTES, d.bytes, DTMF_EVENT_BYTES);
    send_made(leg, p, &h, DTMF_EVENT_BYTES, -1, now_us);
}

/* ---- silence that is heard of ---- */

void media_leg_keep_alive(struct media_leg *leg, int64_t now_us)
{
    _Alignas(8) uint8_t p[RTP_HEADER_BYTES + 1 + MEDIA_TAIL_BYTES];
    struct rtp_header h = {.payload_type = COMFORT_NOISE};

    if (leg->kept->out.packets != leg->quiet_packets || !leg->quiet_us) {
        leg->quiet_packets = leg->kept->out.packets;
        leg->quiet_us = now_us;
    }
    if (!leg->remote.keepalive_ms || !leg->remote.can_send || leg->is_half ||
        (now_us - leg->quiet_us) / 1000 < leg->remote.keepalive_ms)
        return;
    media_out_make(&leg->kept->out, &h, 1, now_us);
    h.is_marked = false;
    p[RTP_HEADER_BYTES] = 127; /* the quietest there is */
    send_made(leg, p, &h, 1, -1, now_us);
    leg->quiet_packets = leg->kept->out.packets;
    leg->quiet_us = now_us;
}

/* ---- tick ---- */

static void one_frame(struct media_leg *leg, uint16_t ms, int64_t now_us)
{
    if (leg->is_dialling)
        dial_frame(leg, ms, now_us);
    else if (leg->reel && !leg->is_paused)
        play_frame(leg, ms, now_us);
}

void media_leg_tick(struct media_leg *leg, int64_t now_us)
{
    struct media_lane *lane = leg->lane;
    uint16_t ms = frame_ms(leg);
    struct dtmf_digit d;
    int burst = 0;

    media_leg_poll(leg);
    while (leg->due_us <= now_us && burst++ < BURST_MAX && media_leg_is_generating(leg)) {
        leg->due_us += ms * 1000;
        one_frame(leg, ms, now_us);
        if (leg->lane != lane)
            return;
    }
    if (leg->due_us <= now_us)
        leg->due_us = now_us + ms * 1000;
    if (dtmf_decode_idle(&leg->kept->dtmf_in, now_us, &d))
        media_leg_tell_digit(leg, &d);
    if (leg->ear)
        media_ear_tick(leg, now_us);
    if (!media_leg_is_generating(leg) && !leg->kept->dtmf_in.is_open &&
        !(leg->ear && leg->ear->is_detecting))
        media_lane_deactivate(lane, leg);
}
