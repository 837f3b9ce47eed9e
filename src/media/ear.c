/* ear.c - see ear.h */
#include <math.h>
#include <string.h>

#include "dsp/g711.h"
#include "media/leg.h"

#define THRESHOLD 256
#define GAIN_MAX_DB 24
#define LATE_US 60000 /* no packet for so long is silence */
#define SAMPLES_MAX 480

/* ---- set ---- */

void media_ear_set_detect(struct media_leg *leg, const struct media_detect *d)
{
    struct media_ear *e = leg->ear;

    e->is_detecting = d->talk_ms || d->silence_ms;
    e->threshold = d->threshold ? d->threshold : THRESHOLD;
    e->talk_ms = d->talk_ms;
    e->silence_ms = d->silence_ms;
    e->state = MEDIA_EAR_UNKNOWN;
    e->talked_ms = e->silent_ms = 0;
    e->heard_us = e->since_us = media_lane_now(leg->lane);
    if (e->is_detecting)
        media_lane_activate(leg->lane, leg);
}

static int clip_db(int32_t db)
{
    return db > GAIN_MAX_DB ? GAIN_MAX_DB : db < -GAIN_MAX_DB ? -GAIN_MAX_DB : (int)db;
}

static int16_t louder(int16_t v, double factor)
{
    double s = v * factor;

    return (int16_t)lrint(s > 32767 ? 32767 : s < -32768 ? -32768 : s);
}

/* @return false: as it is */
static bool fill_table(uint8_t table[2][256], int db, bool is_muted)
{
    const double factor = is_muted ? 0 : pow(10.0, db / 20.0);

    if (!db && !is_muted)
        return false;
    for (int i = 0; i < 256; i++) {
        table[CODEC_ULAW][i] = g711_ulaw_encode(louder(g711_ulaw_linear[i], factor));
        table[CODEC_ALAW][i] = g711_alaw_encode(louder(g711_alaw_linear[i], factor));
    }
    return true;
}

void media_ear_set_gain(struct media_leg *leg, const struct media_gain *g)
{
    struct media_ear *e = leg->ear;

    e->is_rx_changed = fill_table(e->rx, clip_db(g->rx_db), g->is_rx_muted);
    e->is_tx_changed = fill_table(e->tx, clip_db(g->tx_db), g->is_tx_muted);
}

void media_ear_set_inband(struct media_leg *leg, bool is_on)
{
    if (leg->ear->is_inband == is_on)
        return;
    leg->ear->is_inband = is_on;
    memset(&leg->ear->digits, 0, sizeof(leg->ear->digits));
}

/* ---- talk ---- */

static void tell(struct media_leg *leg, enum media_ear_state state, int64_t now_us)
{
    struct media_ear *e = leg->ear;
    int64_t lasted_us = now_us - e->since_us;

    e->state = state;
    e->since_us = now_us;
    leg->lane->event(&(struct media_event){.type = MEDIA_EV_TALK,
                                           .leg = leg,
                                           .is_done = state == MEDIA_EAR_TALKING,
                                           .ms = (uint32_t)(lasted_us / 1000)},
                     leg->lane->arg);
}

static void count(struct media_leg *leg, bool is_talk, uint32_t ms, int64_t now_us)
{
    struct media_ear *e = leg->ear;

    e->talked_ms = is_talk ? e->talked_ms + ms : 0;
    e->silent_ms = is_talk ? 0 : e->silent_ms + ms;
    e->heard_us = now_us;
    if (e->talk_ms && e->state != MEDIA_EAR_TALKING && e->talked_ms >= e->talk_ms)
        tell(leg, MEDIA_EAR_TALKING, now_us);
    else if (e->silence_ms && e->state != MEDIA_EAR_SILENT && e->silent_ms >= e->silence_ms)
        tell(leg, MEDIA_EAR_SILENT, now_us);
}

static bool is_talk(const struct media_ear *e, const int16_t *samples, size_t n)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += (uint64_t)(samples[i] < 0 ? -samples[i] : samples[i]);
    return n && sum / n >= e->threshold;
}

void media_ear_tick(struct media_leg *leg, int64_t now_us)
{
    const struct media_ear *e = leg->ear;

    if (e->is_detecting && now_us - e->heard_us >= LATE_US)
        count(leg, false, (uint32_t)((now_us - e->heard_us) / 1000), now_us);
}

/* ---- digits ---- */

/* Who hears the phone gets it as the digit it is; tones, where that must be, are the engine's to send. */
static void pass_on(struct media_leg *to, const struct dtmf_heard *d)
{
    const char text[2] = {d->digit, '\0'};

    if (to && (to->is_half || to->remote.dtmf_payload))
        (void)media_leg_dial(to, text, d->ms);
}

static void listen_for_digits(struct media_leg *leg, const int16_t *samples, size_t n)
{
    struct dtmf_heard heard[2];
    unsigned found = dtmf_detect(&leg->ear->digits, samples, n, heard);

    for (unsigned i = 0; i < found; i++) {
        const bool is_held = dtmf_hold(&leg->kept->dtmf_in, heard[i].digit);

        media_leg_tell_digit(leg,
                             &(struct dtmf_digit){heard[i].digit, (uint16_t)heard[i].ms, is_held});
        if (leg->peer != leg && !is_held)
            pass_on(leg->peer, &heard[i]);
    }
}

/* ---- sound ---- */

static void change(const uint8_t table[2][256], uint8_t *bytes, size_t n, uint8_t codec)
{
    const uint8_t *t = table[codec == CODEC_ULAW ? CODEC_ULAW : CODEC_ALAW];

    for (size_t i = 0; i < n; i++)
        bytes[i] = t[bytes[i]];
}

void media_ear_hear(struct media_leg *leg, uint8_t *bytes, size_t n, uint8_t codec, int64_t now_us)
{
    struct media_ear *e = leg->ear;
    int16_t samples[SAMPLES_MAX];
    size_t used = n < SAMPLES_MAX ? n : SAMPLES_MAX;

    if (e->is_detecting || e->is_inband)
        g711_decode(codec, samples, bytes, used);
    if (e->is_detecting)
        count(leg, is_talk(e, samples, used), (uint32_t)(n / 8), now_us);
    if (e->is_inband)
        listen_for_digits(leg, samples, used);
    if (e->is_inband && e->digits.digit)
        memset(bytes, codec == CODEC_ULAW ? G711_ULAW_SILENCE : G711_ALAW_SILENCE, n);
    else if (e->is_rx_changed)
        change(e->rx, bytes, n, codec);
}

void media_ear_speak(struct media_leg *leg, uint8_t *bytes, size_t n, uint8_t codec)
{
    if (leg->ear->is_tx_changed)
        change(leg->ear->tx, bytes, n, codec);
}
