/* tape.c - one tape, on the disk worker's thread; see tape.h */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "media/tape_inner.h"

#define LAG_US 400000      /* what is older is settled */
#define LOOK_US 200000     /* so long a new source is looked at before it is placed */
#define AHEAD_SAMPLES 6400 /* of the window, when the worker is behind */
#define LONGEST_FRAMES (UINT64_C(24) * 3600 * TIMELINE_HZ)
#define MIX_FRAMES 512
#define GAP_FRAMES TIMELINE_HZ          /* what a death of media lasts, when nobody knows */
#define GAP_LONGEST (600 * TIMELINE_HZ) /* more is a leap of the wall clock: not so much silence */

static int64_t position(const struct deck_tape *t, int64_t us)
{
    return (us - t->start_us) * 8 / 1000;
}

/* ---- open ---- */

static uint64_t at_most(uint64_t frames, uint64_t most)
{
    return frames < most ? frames : most;
}

/* How much nobody wrote, by the wall clock, which may have leapt; written_us: when somebody did last. */
static uint64_t missing_frames(const struct deck_tape *t, uint64_t longest, uint64_t written_us)
{
    uint64_t missing;

    if (t->start_wall_us <= t->begun_us || t->start_wall_us <= written_us ||
        (t->muted & MEDIA_TAPE_PAUSED))
        return 0;
    missing = (t->start_wall_us - t->begun_us) * 8 / 1000;
    if (!t->is_append) /* else nobody knows how much of the file is ours */
        missing = missing > longest ? missing - longest : 0;
    /* It may have been paused, or not joined. */
    missing = at_most(missing, (t->start_wall_us - written_us + LAG_US) * 8 / 1000);
    /* Nobody knows for how long it was not joined. */
    return at_most(missing, t->is_joined_only ? GAP_FRAMES : GAP_LONGEST);
}

/* After the death of media: what was not written while nobody wrote is silence in all of them. */
static int go_on(struct deck_tape *t)
{
    uint64_t longest = 0, upto;
    int64_t written_us = 0;
    int err = 0;

    for (int i = 0; i < TAPE_FILES; i++) {
        if (!t->files[i])
            continue;
        if (tape_file_frames(t->files[i]) > longest)
            longest = tape_file_frames(t->files[i]);
        if (tape_file_written(t->files[i]).us > written_us)
            written_us = tape_file_written(t->files[i]).us;
    }
    upto = longest + missing_frames(t, longest, (uint64_t)written_us);
    for (int i = 0; i < TAPE_FILES && !err && upto < LONGEST_FRAMES; i++) {
        if (t->files[i])
            err = tape_file_skip(t->files[i], upto - tape_file_frames(t->files[i]));
        if (!err && t->files[i])
            err = tape_file_flush(t->files[i]);
    }
    return err;
}

static void count_frames(struct deck_tape *t)
{
    t->frames = 0;
    for (int i = 0; i < TAPE_FILES && !t->frames; i++) {
        if (t->files[i])
            t->frames = tape_file_frames(t->files[i]);
    }
}

int deck_tape_open(struct deck_tape *t, const char *folder)
{
    int err = 0;

    for (int i = 0; i < TAPE_FILES && !err; i++) {
        const struct tape_file_args args = {.is_stereo = t->is_stereo && i == TAPE_MIXED,
                                            .is_append = t->is_append || t->is_goes_on};

        if (t->names[i])
            err = tape_file_open(&t->files[i], folder, slice_of(t->names[i]), &args);
    }
    if (!err && (t->rx_db || t->tx_db)) {
        t->louder = mem_zalloc(sizeof(*t->louder));
        err = t->louder ? 0 : ENOMEM;
    }
    if (!err && t->is_goes_on)
        err = go_on(t);
    if (err)
        return err;
    voices_init(&t->voices, t->rx_db, t->tx_db, t->louder);
    t->voices.is_joined_only = t->is_joined_only;
    t->voices.state = (uint8_t)(t->muted | VOICES_PARTED);
    count_frames(t);
    t->before = t->is_append && !t->is_goes_on ? t->frames : 0;
    return 0;
}

/* ---- write ---- */

static void put(struct deck_tape *t, enum tape_which which, const int16_t *samples, size_t frames)
{
    int err = t->files[which] && !t->err ? tape_file_write(t->files[which], samples, frames) : 0;

    if (err)
        t->err = err;
}

static void mix(int16_t *out, const int16_t *rx, const int16_t *tx, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const int32_t sum = rx[i] + tx[i];

        out[i] = (int16_t)(sum > INT16_MAX ? INT16_MAX : sum < INT16_MIN ? INT16_MIN : sum);
    }
}

static void weave(int16_t *out, const int16_t *rx, const int16_t *tx, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = rx[i];
        out[2 * i + 1] = tx[i];
    }
}

static void on_voices(const int16_t *rx, const int16_t *tx, size_t count, void *arg)
{
    int16_t out[2 * MIX_FRAMES];
    struct deck_tape *t = arg;

    t->frames += count;
    t->is_changed = true;
    while (count && !t->err) {
        const size_t n = count < MIX_FRAMES ? count : MIX_FRAMES;

        if (t->files[TAPE_MIXED] && t->is_stereo)
            weave(out, rx, tx, n);
        else if (t->files[TAPE_MIXED])
            mix(out, rx, tx, n);
        put(t, TAPE_MIXED, out, n);
        put(t, TAPE_RX, rx, n);
        put(t, TAPE_TX, tx, n);
        rx += n;
        tx += n;
        count -= n;
    }
    if (t->frames > LONGEST_FRAMES && !t->err)
        t->err = EFBIG;
}

static void write_to(struct deck_tape *t, int64_t upto)
{
    if (!t->err)
        voices_take(&t->voices, upto, on_voices, t);
}

static void flush(struct deck_tape *t)
{
    for (int i = 0; i < TAPE_FILES; i++) {
        int err = t->files[i] ? tape_file_flush(t->files[i]) : 0;

        if (err && !t->err)
            t->err = err;
    }
}

/* ---- read ---- */

static struct timeline_packet time_of(const struct deck_tape *t, const struct media_tap_record *r)
{
    return (struct timeline_packet){.source = r->source,
                                    .timestamp = r->timestamp,
                                    .is_marked = r->is_marked,
                                    .at = position(t, r->at_us)};
}

/* How much the packets behind the first one were in a hurry, as far as they are of the same clock. */
static int64_t look_ahead(const struct deck_tape *t, const struct media_tap *tap, uint32_t cursor,
                          const struct media_tap_record *first)
{
    const struct timeline_packet p = time_of(t, first);
    struct media_tap_record r;
    const uint8_t *payload;
    int64_t most = 0;

    while (media_tap_read(tap, &cursor, &r, &payload) && r.at_us - first->at_us <= LOOK_US) {
        struct timeline_packet q = time_of(t, &r);
        int64_t hurry;

        if (r.kind != MEDIA_TAP_PACKET || r.side != first->side || r.source != first->source)
            continue;
        hurry = timeline_hurry(&p, &q);
        if (hurry > TIMELINE_HZ || hurry < -TIMELINE_HZ)
            break; /* it leaps again */
        most = hurry > most ? hurry : most;
    }
    return most;
}

static void add(struct deck_tape *t, const struct media_tap_record *r, const uint8_t *payload)
{
    const struct voices_packet p = {.time = time_of(t, r),
                                    .seq = r->seq,
                                    .codec = r->codec,
                                    .bytes = payload,
                                    .count = r->bytes};

    /* The worker is behind: what is settled goes out, or the window would be full. */
    if (p.time.at - t->voices.front > AHEAD_SAMPLES)
        write_to(t, position(t, r->at_us - LAG_US));
    voices_add(&t->voices, r->side, &p);
}

/* @return false: a source is too young, come again */
static bool take(struct deck_tape *t, const struct media_tap *tap, uint32_t cursor,
                 const struct media_tap_record *r, const uint8_t *payload, int64_t now_us)
{
    const struct timeline_packet p = time_of(t, r);

    if (r->kind != MEDIA_TAP_PACKET) {
        voices_change(&t->voices, p.at, VOICES_PARTED,
                      r->kind == MEDIA_TAP_PARTED ? VOICES_PARTED : 0);
        return true;
    }
    if (r->side >= VOICES_SIDES)
        return true;
    if (!voices_knows(&t->voices, r->side, &p)) {
        if (now_us - r->at_us < LOOK_US)
            return false;
        voices_begin(&t->voices, r->side, &p, look_ahead(t, tap, cursor, r));
    }
    add(t, r, payload);
    return true;
}

/* @return false: not all of it could be read yet */
static bool drain(struct deck_tape *t, struct media_tap *tap, int64_t now_us)
{
    uint32_t cursor = media_tap_tail(tap);
    struct media_tap_record r;
    const uint8_t *payload;

    while (media_tap_read(tap, &cursor, &r, &payload)) {
        if (!take(t, tap, cursor, &r, payload, now_us))
            return false;
        media_tap_free_to(tap, cursor);
    }
    if (atomic_load_explicit(&tap->is_full, memory_order_relaxed))
        t->is_behind = true;
    return true;
}

void deck_tape_free_tap(struct media_tap *tap)
{
    list_unlink(&tap->link);
    mem_free(tap);
}

/* In order: a later ring's packets came after those of the one before. */
static void drain_all(struct deck_tape *t, int64_t now_us)
{
    LIST_FOREACH(&t->taps, k)
    {
        struct media_tap *tap = CONTAINER_OF(k, struct media_tap, link);
        const bool has_left = atomic_load_explicit(&tap->has_left, memory_order_acquire);

        if (!drain(t, tap, now_us))
            return;
        if (has_left)
            deck_tape_free_tap(tap);
    }
}

/* ---- by the clock ---- */

void deck_tape_leave(struct deck_tape *t)
{
    LIST_FOREACH(&t->taps, k)
    {
        atomic_store_explicit(&CONTAINER_OF(k, struct media_tap, link)->is_closed, true,
                              memory_order_relaxed);
    }
}

void deck_tape_change(struct deck_tape *t, const struct tape_wish *w)
{
    if (w->is_untap)
        voices_change(&t->voices, position(t, w->untap_us), VOICES_PARTED, VOICES_PARTED);
    for (unsigned i = 0; i < w->set_count; i++)
        voices_change(&t->voices, position(t, w->sets[i].at_us),
                      VOICES_RX_MUTED | VOICES_TX_MUTED | VOICES_PAUSED, w->sets[i].muted);
}

int deck_tape_work(struct deck_tape *t, int64_t now_us)
{
    int err = atomic_load_explicit(&t->sync_err, memory_order_relaxed);

    drain_all(t, now_us);
    write_to(t, position(t, now_us - LAG_US));
    flush(t);
    return t->err ? t->err : t->is_behind ? ENOBUFS : err;
}

void deck_tape_finish(struct deck_tape *t, int64_t at_us, uint32_t cut_ms)
{
    if (!t->err)
        drain_all(t, at_us + LOOK_US);
    write_to(t, position(t, at_us));
    /* What was there before is not ours to leave out. */
    cut_ms = (uint32_t)at_most(cut_ms, (t->frames - t->before) * 1000 / TIMELINE_HZ);
    for (int i = 0; i < TAPE_FILES; i++) {
        int err = t->files[i] ? tape_file_finish(t->files[i], cut_ms) : 0;

        if (err && !t->err)
            t->err = err;
    }
    count_frames(t);
    t->ended = (struct media_tape_ended){.tape = t->number,
                                         .ms = (uint32_t)(t->frames * 1000 / TIMELINE_HZ),
                                         .rx_packets = t->voices.sides[0].packets,
                                         .tx_packets = t->voices.sides[1].packets,
                                         .lost = t->voices.sides[0].lost + t->voices.sides[1].lost};
    for (int i = 0; i < TAPE_FILES; i++)
        t->ended.bytes += t->files[i] ? tape_file_bytes(t->files[i]) : 0;
}

void deck_tape_close(struct deck_tape *t, bool is_deleted)
{
    for (int i = 0; i < TAPE_FILES; i++) {
        if (is_deleted)
            tape_file_remove(t->files[i], false);
        else
            tape_file_close(t->files[i]);
        t->files[i] = NULL;
    }
    mem_free(t->louder);
    t->louder = NULL;
}

void deck_tape_undo(struct deck_tape *t)
{
    for (int i = 0; i < TAPE_FILES; i++) {
        tape_file_remove(t->files[i], true);
        t->files[i] = NULL;
    }
    deck_tape_close(t, false);
}
