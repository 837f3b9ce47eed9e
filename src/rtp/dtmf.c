/* dtmf.c - see dtmf.h */
#include <errno.h>
#include <string.h>

#include "rtp/dtmf.h"
#include "rtp/packet.h"

static const char events[] = "0123456789*#ABCD";

#define VOLUME 10
#define PAUSE_MS 60 /* between digits */
#define WAIT_MS 500 /* "w" */
#define MIN_MS 40   /* shorter ones are not heard by everybody */
#define END_COPIES 3
#define SAMPLES_PER_MS 8

char dtmf_digit(uint8_t event)
{
    return event < 16 ? events[event] : '\0';
}

int dtmf_event(char digit)
{
    const char *p = digit ? strchr(events, digit) : NULL;

    if (!p && digit >= 'a' && digit <= 'd')
        return 12 + digit - 'a';
    return p ? (int)(p - events) : -1;
}

/* ---- receiving ---- */

static struct dtmf_digit close_event(struct dtmf_decoder *d)
{
    d->is_open = false;
    d->has_past = true;
    d->past_timestamp = d->timestamp;
    return (struct dtmf_digit){.digit = dtmf_digit(d->event),
                               .ms = (uint16_t)(d->duration / SAMPLES_PER_MS),
                               .is_held = d->is_held};
}

/* An event begins. What follows a held one may belong to it, so nothing passes until the owner has decided. */
static bool hold_event(struct dtmf_decoder *d, unsigned event)
{
    const bool is_held = (d->held >> event) & 1u;

    if (is_held)
        d->held = DTMF_ALL;
    return is_held;
}

bool dtmf_hold(struct dtmf_decoder *d, char digit)
{
    const int event = dtmf_event(digit);

    return event >= 0 && hold_event(d, (unsigned)event);
}

bool dtmf_may_pass(const struct dtmf_decoder *d, const uint8_t *p, size_t len)
{
    return !d->is_held || len < DTMF_EVENT_BYTES || p[0] > 15;
}

/* Of an event that is over: a repeat of its end, or a packet that comes late. */
static bool is_past(const struct dtmf_decoder *d, uint32_t timestamp)
{
    return d->has_past && rtp_time_diff(timestamp, d->past_timestamp) <= 0 &&
           rtp_time_diff(timestamp, d->past_timestamp) > -80000;
}

unsigned dtmf_decode(struct dtmf_decoder *d, const uint8_t *p, size_t len, uint32_t timestamp,
                     int64_t now_us, struct dtmf_digit out[2])
{
    unsigned n = 0;
    uint16_t duration;

    if (len < DTMF_EVENT_BYTES || p[0] > 15 || is_past(d, timestamp))
        return 0;
    if (d->is_open && timestamp != d->timestamp) {
        if (rtp_time_diff(timestamp, d->timestamp) < 0)
            return 0;
        out[n++] = close_event(d);
    }
    duration = rtp_get16(p + 2);
    if (!d->is_open) {
        d->is_open = true;
        d->timestamp = timestamp;
        d->event = p[0];
        d->duration = 0;
        d->is_held = hold_event(d, p[0]);
    }
    if (duration > d->duration)
        d->duration = duration;
    d->last_us = now_us;
    if (p[1] & 0x80)
        out[n++] = close_event(d);
    return n;
}

bool dtmf_decode_idle(struct dtmf_decoder *d, int64_t now_us, struct dtmf_digit *out)
{
    if (!d->is_open || now_us - d->last_us < DTMF_SILENCE_US)
        return false;
    *out = close_event(d);
    return true;
}

/* ---- sending ---- */

enum { NEXT = 0, TONE, ENDING, PAUSE };

int dtmf_encoder_add(struct dtmf_encoder *e, const char *digits, uint16_t duration_ms)
{
    size_t left = strlen(e->digits + e->at), add = strlen(digits);

    for (const char *p = digits; *p; p++) {
        if (dtmf_event(*p) < 0 && *p != 'w' && *p != 'W')
            return EINVAL;
    }
    if (left + add >= sizeof(e->digits))
        return ENOSPC;
    memmove(e->digits, e->digits + e->at, left);
    memcpy(e->digits + left, digits, add + 1);
    e->at = 0;
    e->duration_ms = duration_ms ? duration_ms : 100;
    if (e->duration_ms < MIN_MS)
        e->duration_ms = MIN_MS;
    if (e->duration_ms > 8000)
        e->duration_ms = 8000;
    return 0;
}

/* The digit at e->at begins; false for a pause. */
static bool begin(struct dtmf_encoder *e)
{
    if (dtmf_event(e->digits[e->at]) < 0) {
        e->state = PAUSE;
        e->left_ms = WAIT_MS;
        e->at++;
        return false;
    }
    e->state = TONE;
    e->left_ms = e->duration_ms;
    e->sent_samples = 0;
    e->ends = 0;
    return true;
}

static void fill(const struct dtmf_encoder *e, struct dtmf_packet *out, bool is_end)
{
    out->bytes[0] = (uint8_t)dtmf_event(e->digits[e->at]);
    out->bytes[1] = (uint8_t)((is_end ? 0x80 : 0) | VOLUME);
    rtp_put16(out->bytes + 2, e->sent_samples);
}

static enum dtmf_step step_pause(struct dtmf_encoder *e, uint16_t frame_ms)
{
    if (e->left_ms > frame_ms) {
        e->left_ms = (uint16_t)(e->left_ms - frame_ms);
    } else {
        e->state = NEXT;
    }
    return DTMF_PAUSE;
}

enum dtmf_step dtmf_encoder_step(struct dtmf_encoder *e, uint16_t frame_ms, struct dtmf_packet *out)
{
    out->is_first = false;
    if (e->state == PAUSE)
        return step_pause(e, frame_ms);
    if (e->state == NEXT) {
        if (!e->digits[e->at])
            return DTMF_IDLE;
        if (!begin(e))
            return step_pause(e, frame_ms);
        out->is_first = true;
    }
    if (e->state == TONE) {
        uint16_t ms = e->left_ms < frame_ms ? e->left_ms : frame_ms;

        e->sent_samples = (uint16_t)(e->sent_samples + ms * SAMPLES_PER_MS);
        e->left_ms = (uint16_t)(e->left_ms - ms);
        if (!e->left_ms)
            e->state = ENDING;
        fill(e, out, false);
        return DTMF_SEND;
    }
    fill(e, out, true);
    if (++e->ends == END_COPIES) {
        e->state = PAUSE;
        e->left_ms = PAUSE_MS;
        e->at++;
    }
    return DTMF_SEND;
}
