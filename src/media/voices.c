/* voices.c - see voices.h */
#include "media/voices.h"

#include <math.h>
#include <string.h>

#include "dsp/g711.h"

#define MASK (VOICES_WINDOW - 1)
#define BRIDGE_SAMPLES 40 /* a gap that a clock's correction left, not a loss */
#define ROW_MAX 100       /* more packets missing are another row */
#define DB_MAX 24
#define STRAGGLE_SAMPLES TIMELINE_HZ

static const int16_t silence[VOICES_WINDOW];

/* ---- volume ---- */

static void fill_table(int16_t out[256], const int16_t in[256], int db)
{
    const double factor = pow(10.0, db / 20.0);

    for (int i = 0; i < 256; i++) {
        double s = in[i] * factor;

        out[i] = (int16_t)lrint(s > 32767 ? 32767 : s < -32768 ? -32768 : s);
    }
}

static void set_volume(struct voices_side *s, int db, int16_t (*table)[256])
{
    s->linear[CODEC_ULAW] = g711_ulaw_linear;
    s->linear[CODEC_ALAW] = g711_alaw_linear;
    if (!table || !db)
        return;
    db = db > DB_MAX ? DB_MAX : db < -DB_MAX ? -DB_MAX : db;
    for (int c = 0; c < CODEC_COUNT; c++) {
        fill_table(table[c], s->linear[c], db);
        s->linear[c] = table[c];
    }
}

void voices_init(struct voices *v, int rx_db, int tx_db, voices_tables *louder)
{
    memset(v, 0, sizeof(*v));
    set_volume(&v->sides[0], rx_db, louder ? (*louder)[0] : NULL);
    set_volume(&v->sides[1], tx_db, louder ? (*louder)[1] : NULL);
}

/* ---- in ---- */

/* A straggler of the source before. */
static bool is_of_before(const struct voices_side *s, const struct timeline_packet *p)
{
    return p->source != s->line.source && p->at - s->switched < STRAGGLE_SAMPLES &&
           timeline_is_known(&s->before, p);
}

bool voices_knows(const struct voices *v, unsigned side, const struct timeline_packet *p)
{
    const struct voices_side *s = &v->sides[side];

    return timeline_is_known(&s->line, p) || is_of_before(s, p);
}

void voices_begin(struct voices *v, unsigned side, const struct timeline_packet *p, int64_t hurry)
{
    struct voices_side *s = &v->sides[side];

    if (!s->line.is_started || s->line.source != p->source) {
        s->has_seq = false;
        s->before = s->line;
        s->switched = p->at;
    }
    s->end = INT64_MIN; /* nothing to bridge to */
    timeline_begin(&s->line, p, hurry);
}

static void count(struct voices_side *s, uint16_t seq)
{
    const int16_t step = (int16_t)(uint16_t)(seq - s->seq);

    s->packets++;
    if (s->has_seq && step > 1 && step <= ROW_MAX)
        s->lost += (uint32_t)step - 1;
    if (s->has_seq && step < 0 && step >= -ROW_MAX && s->lost)
        s->lost--; /* late, not lost */
    if (!s->has_seq || step > 0 || step < -ROW_MAX)
        s->seq = seq;
    s->has_seq = true;
}

/* A packet of the source before is placed as before, and says nothing about what is missing now. */
static int64_t place(struct voices_side *s, const struct voices_packet *p)
{
    if (is_of_before(s, &p->time)) {
        s->packets++;
        return timeline_place(&s->before, &p->time);
    }
    count(s, p->seq);
    return timeline_place(&s->line, &p->time);
}

static void fill(struct voices_side *s, int64_t from, int64_t to, int16_t sample)
{
    for (int64_t i = from; i < to; i++)
        s->window[i & MASK] = sample;
}

static void decode(struct voices_side *s, int64_t at, const struct voices_packet *p, int64_t front)
{
    const int16_t *linear = s->linear[p->codec];
    const int64_t end = front + VOICES_WINDOW;

    for (size_t i = 0; i < p->count; i++) {
        const int64_t to = at + (int64_t)i;

        if (to >= front && to < end)
            s->window[to & MASK] = linear[p->bytes[i]];
    }
}

void voices_add(struct voices *v, unsigned side, const struct voices_packet *p)
{
    struct voices_side *s = &v->sides[side];
    const int64_t at = place(s, p), end = at + (int64_t)p->count;

    if (!p->count || p->codec >= CODEC_COUNT)
        return;
    if (s->end >= v->front && at > s->end && at - s->end <= BRIDGE_SAMPLES &&
        end < v->front + VOICES_WINDOW)
        fill(s, s->end, at, s->last);
    decode(s, at, p, v->front);
    if (end > s->end) {
        s->end = end;
        s->last = s->linear[p->codec][p->bytes[p->count - 1]];
    }
}

/* ---- what changes with time ---- */

static void apply(struct voices *v, unsigned which)
{
    v->state = (uint8_t)((v->state & ~v->changes[which].mask) |
                         (v->changes[which].value & v->changes[which].mask));
}

static void apply_first(struct voices *v)
{
    apply(v, 0);
    v->change_count--;
    memmove(v->changes, v->changes + 1, v->change_count * sizeof(v->changes[0]));
}

void voices_change(struct voices *v, int64_t at, uint8_t mask, uint8_t value)
{
    unsigned i;

    if (v->change_count == VOICES_CHANGES)
        apply_first(v);
    for (i = v->change_count; i && v->changes[i - 1].at > at; i--)
        v->changes[i] = v->changes[i - 1];
    v->changes[i].at = at;
    v->changes[i].mask = mask;
    v->changes[i].value = value;
    v->change_count++;
}

/* ---- out ---- */

/* As much as is in one piece, in one state. */
static size_t next_piece(const struct voices *v, int64_t upto)
{
    int64_t end = upto, corner = v->front - (v->front & MASK) + VOICES_WINDOW;

    if (v->change_count && v->changes[0].at < end)
        end = v->changes[0].at;
    if (corner < end)
        end = corner;
    return (size_t)(end - v->front);
}

static bool is_still(const struct voices *v)
{
    return (v->state & VOICES_PAUSED) || (v->is_joined_only && (v->state & VOICES_PARTED));
}

void voices_take(struct voices *v, int64_t upto, voices_h *h, void *arg)
{
    while (v->front < upto) {
        const size_t at = (size_t)(v->front & MASK);
        int16_t *rx = v->sides[0].window + at, *tx = v->sides[1].window + at;
        size_t n;

        if (v->change_count && v->changes[0].at <= v->front) {
            apply_first(v);
            continue;
        }
        n = next_piece(v, upto);
        if (!is_still(v))
            h(v->state & VOICES_RX_MUTED ? silence : rx, v->state & VOICES_TX_MUTED ? silence : tx,
              n, arg);
        memset(rx, 0, n * sizeof(*rx));
        memset(tx, 0, n * sizeof(*tx));
        v->front += (int64_t)n;
    }
}
