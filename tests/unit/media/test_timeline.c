/* test_timeline.c - where packets stand in time: loss, jitter, leaps, two clocks, an hour */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "media/leg.h"
#include "media/tape_inner.h"
#include "unit.h"

/* ---- single packets ---- */

static struct timeline_packet packet(uint32_t source, uint32_t timestamp, int64_t at)
{
    return (struct timeline_packet){.source = source, .timestamp = timestamp, .at = at};
}

/* Begin where it is not known, without anything to look ahead at. */
static int64_t place(struct timeline *t, struct timeline_packet p)
{
    if (!timeline_is_known(t, &p))
        timeline_begin(t, &p, 0);
    return timeline_place(t, &p);
}

static int gaps_and_order_do_not_move_a_packet(void)
{
    struct timeline t = {0};

    CHECK(place(&t, packet(1, 1000, 800)) == 800);
    CHECK(place(&t, packet(1, 1320, 1120)) == 1120);    /* one is missing ... */
    CHECK(place(&t, packet(1, 1160, 1200)) == 960);     /* ... and late */
    CHECK(place(&t, packet(1, 1320, 1300)) == 1120);    /* twice */
    CHECK(place(&t, packet(1, 1480, 1500)) == 1280);    /* 27 ms late */
    CHECK(place(&t, packet(1, 81480, 81310)) == 81280); /* ten seconds of suppressed silence */
    return 0;
}

static int the_clock_goes_round_its_corner(void)
{
    struct timeline t = {0};
    uint32_t ts = 0xffffff00;

    for (int i = 0; i < 10; i++, ts += 160)
        CHECK(place(&t, packet(1, ts, 400 + 160 * i)) == 400 + 160 * i);
    return 0;
}

static int another_source_and_a_leap_begin_anew(void)
{
    struct timeline t = {0};
    struct timeline_packet p = packet(2, 77, 9000);

    CHECK(place(&t, packet(1, 1000, 800)) == 800);
    CHECK(!timeline_is_known(&t, &p));
    CHECK(place(&t, p) == 9000);
    CHECK(place(&t, packet(2, 77 + 160, 9160)) == 9160);
    CHECK(place(&t, packet(2, 900000, 9320)) == 9320); /* forwards */
    CHECK(place(&t, packet(2, 900160, 9480)) == 9480);
    CHECK(place(&t, packet(2, 5, 9640)) == 9640); /* backwards */
    return 0;
}

/* A phone whose timestamps stand still while it suppresses silence. */
static int a_talkspurt_of_a_clock_that_stood_still_begins_anew(void)
{
    struct timeline t = {0};
    struct timeline_packet p = packet(1, 1160, 5000);

    CHECK(place(&t, packet(1, 1000, 800)) == 800);
    CHECK(timeline_is_known(&t, &p));
    p.is_marked = true;
    CHECK(!timeline_is_known(&t, &p));
    CHECK(place(&t, p) == 5000);
    return 0;
}

/* The first one came late: those behind it say by how much. */
static int a_late_first_packet_is_seen_by_the_next_ones(void)
{
    struct timeline_packet first = packet(1, 1000, 1200), next = packet(1, 1160, 1100);
    struct timeline t = {0};

    CHECK(timeline_hurry(&first, &next) == 260);
    timeline_begin(&t, &first, 260);
    CHECK(timeline_place(&t, &first) == 940);
    CHECK(timeline_place(&t, &next) == 1100);
    return 0;
}

/* A route that is 30 ms slower from now on is followed within some ten seconds, never by leaps. */
static int a_slower_route_is_followed_in_small_steps(void)
{
    struct timeline t = {0};
    int64_t last = 0;

    for (int i = 0; i < 1000; i++) {
        const int64_t late = i < 100 ? 0 : 240;
        const int64_t at = place(&t, packet(1, (uint32_t)(160 * i), 160 * i + late));

        if (i)
            CHECK(at - last >= 160 && at - last < 170);
        last = at;
    }
    CHECK(last >= 160 * 999 + 240 - 10 && last <= 160 * 999 + 240);
    return 0;
}

/* ---- an hour, through the ring and the files ---- */

#define HOUR_MS (3600 * 1000)
#define CODES 200 /* each 10 ms has its own sound, for two seconds */

struct sender {
    double rate; /* samples in a second of true time */
    int jitter_ms, loss_pct;
    uint32_t source_packets; /* so many, then comes another source; 0: never */
    double next_send;        /* true time, ms */
    uint32_t sent;
    struct {
        double at_ms;
        uint32_t number;
    } flight[8];
    int flying;
};

static double fly(struct sender *s)
{
    double at = s->next_send + 15 + (s->jitter_ms ? rand() % (s->jitter_ms * 8) / 8.0 : 0);
    int i = s->flying++;

    for (; i && s->flight[i - 1].at_ms > at; i--)
        s->flight[i] = s->flight[i - 1];
    s->flight[i].at_ms = at;
    s->flight[i].number = s->sent++;
    s->next_send += 160000 / s->rate;
    return at;
}

static uint8_t code_of(double ms)
{
    const int code = (int)(ms / 10) % CODES;

    return (uint8_t)(code < 100 ? code : code + 28); /* without 127: it sounds like silence */
}

static int ms_of(uint8_t byte)
{
    return byte < 100 ? byte * 10 : byte >= 128 && byte < 228 ? (byte - 28) * 10 : -1;
}

static void land(struct sender *s, struct media_leg *leg, enum media_tap_side side)
{
    const uint32_t n = s->flight[0].number;
    const uint32_t source = s->source_packets ? n / s->source_packets : 0;
    uint8_t bytes[160];
    struct rtp_header h = {.seq = (uint16_t)n,
                           .timestamp = 0xfff00000 + n * 160 + source * 1234567891,
                           .bytes = sizeof(bytes),
                           .at = 0};

    for (int i = 0; i < 160; i++)
        bytes[i] = code_of((n * 160.0 + i) * 1000 / s->rate);
    if (rand() % 100 >= s->loss_pct)
        media_tap_packet(leg, side, 7 + side + 2 * source, bytes, &h, CODEC_ULAW,
                         1000000 + (int64_t)(s->flight[0].at_ms * 1000));
    memmove(s->flight, s->flight + 1, sizeof(s->flight[0]) * (size_t)--s->flying);
}

static double first_of(const struct sender *s)
{
    return s->flying ? s->flight[0].at_ms : 1e12;
}

/* Both senders talk for so long, the worker comes by five times a second. */
static void talk(struct deck_tape *t, struct media_leg *leg, struct sender s[2], double ms)
{
    double work_ms = 200;

    while (work_ms < ms) {
        for (int i = 0; i < 2; i++) {
            while (s[i].flying < 4)
                fly(&s[i]);
        }
        int who = first_of(&s[0]) <= first_of(&s[1]) ? 0 : 1;

        if (first_of(&s[who]) > work_ms) {
            (void)deck_tape_work(t, 1000000 + (int64_t)(work_ms * 1000));
            work_ms += 200;
            continue;
        }
        land(&s[who], leg, who ? MEDIA_TAP_TX : MEDIA_TAP_RX);
    }
}

static long read_file(const char *name, uint8_t **out)
{
    char path[128];
    struct stat st;
    ssize_t n = -1;
    int fd;

    snprintf(path, sizeof(path), "%s", name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && !fstat(fd, &st) && (*out = mem_zalloc((size_t)st.st_size + 1)))
        n = read(fd, *out, (size_t)st.st_size);
    if (fd >= 0)
        close(fd);
    return n;
}

/* How far apart the two voices are at most, in ms; and how much of each is there, in percent. */
static int apart(const uint8_t *rx, const uint8_t *tx, long n, int *heard_pct)
{
    int worst = 0;
    long heard = 0;

    for (long i = 0; i < n; i++) {
        const int a = ms_of(rx[i]), b = ms_of(tx[i]);
        int d = a > b ? a - b : b - a;

        if (a < 0 || b < 0)
            continue;
        heard++;
        d = d > CODES * 5 ? CODES * 10 - d : d;
        worst = d > worst ? d : worst;
    }
    *heard_pct = n ? (int)(heard * 100 / n) : 0;
    return worst;
}

/* A tape without threads, its ring on a leg without packets of its own. */
struct desk {
    struct deck_tape *t;
    struct media_tap *tap;
    struct media_leg *leg;
    char folder[64];
};

static int desk_open(struct desk *d)
{
    memset(d, 0, sizeof(*d));
    strcpy(d->folder, "/tmp/station-timeline-XXXXXX");
    d->t = mem_zalloc(sizeof(*d->t));
    d->tap = media_tap_alloc();
    d->leg = mem_zalloc(sizeof(*d->leg));
    if (!d->t || !d->tap || !d->leg)
        return ENOMEM;
    list_init(&d->t->taps);
    list_append(&d->t->taps, &d->tap->link);
    d->leg->taps = d->tap;
    d->t->start_us = 1000000;
    d->t->names[TAPE_RX] = "rx.ulaw";
    d->t->names[TAPE_TX] = "tx.ulaw";
    return mkdtemp(d->folder) ? deck_tape_open(d->t, d->folder) : errno;
}

static void desk_close(struct desk *d)
{
    if (d->t)
        deck_tape_close(d->t, true);
    rmdir(d->folder);
    mem_free(d->t);
    mem_free(d->tap);
    mem_free(d->leg);
}

static long desk_read(const struct desk *d, const char *name, uint8_t **out)
{
    char path[128];

    snprintf(path, sizeof(path), "%s/%s", d->folder, name);
    return read_file(path, out);
}

struct course {
    const char *what;
    struct sender sides[2];
    int ms, heard_pct;
    uint32_t lost_least, lost_most;
};

static int run_course(const struct course *c)
{
    struct sender sides[2] = {c->sides[0], c->sides[1]};
    uint8_t *rx = NULL, *tx = NULL;
    int err = 0, worst = 0, heard = 0;
    struct desk d;
    long n;

    srand(1);
    CHECK_OK_TO(desk_open(&d), out);
    talk(d.t, d.leg, sides, c->ms);
    deck_tape_finish(d.t, 1000000 + INT64_C(1000) * c->ms, 0);
    CHECK_TO(d.t->ended.ms == (uint32_t)c->ms && !d.t->err, out);
    CHECK_TO(d.t->ended.lost >= c->lost_least && d.t->ended.lost <= c->lost_most, out);
    n = desk_read(&d, "rx.ulaw", &rx);
    CHECK_TO(n == c->ms * 8L && desk_read(&d, "tx.ulaw", &tx) == n, out);
    worst = apart(rx, tx, n, &heard);
    CHECK_TO(worst <= 20 && heard >= c->heard_pct, out);
out:
    if (err)
        printf("%s: worst=%d ms heard=%d %% lost=%u\n", c->what, worst, heard,
               d.t ? d.t->ended.lost : 0);
    desk_close(&d);
    mem_free(rx);
    mem_free(tx);
    return err;
}

static int both_voices_stay_in_step(void)
{
    static const struct course courses[] = {
        {"an hour with loss and jitter on one side",
         {{.rate = 8000, .jitter_ms = 40, .loss_pct = 2},
          {.rate = 8000.8, .jitter_ms = 2, .next_send = 3}},
         HOUR_MS,
         97,
         3000,
         4200}, /* 2 % of 180,000 */
        {"a new source every few seconds, whose first packet may be the latest of all",
         {{.rate = 8000, .jitter_ms = 40, .source_packets = 150},
          {.rate = 8000, .jitter_ms = 40, .source_packets = 70}},
         300000,
         97,
         0,
         0},
        {"clocks that are far apart, and half of one side lost",
         {{.rate = 8002, .jitter_ms = 30, .loss_pct = 50}, {.rate = 7998, .jitter_ms = 30}},
         600000,
         45,
         13500,
         16500},
    };
    int err = 0;

    for (size_t i = 0; i < sizeof(courses) / sizeof(courses[0]) && !err; i++)
        err = run_course(&courses[i]);
    return err;
}

/* The disk stands still: the ring takes ten seconds of both voices, then the tape ends with what was said
 * before in the file. */
static int a_ring_that_is_full_ends_the_tape(void)
{
    struct rtp_header h = {.bytes = 160};
    uint8_t sound[160], *rx = NULL;
    uint32_t taken = 0;
    struct desk d;
    int err;
    long n;

    memset(sound, 0x31, sizeof(sound));
    CHECK_OK_TO(desk_open(&d), out);
    for (uint32_t i = 0; i < 1000 && !atomic_load(&d.tap->is_full); i++, taken++) {
        h.seq = (uint16_t)i;
        h.timestamp = i * 160;
        for (int side = 0; side < 2; side++)
            media_tap_packet(d.leg, side, 7, sound, &h, CODEC_ULAW, 1000000 + i * 20000);
    }
    CHECK_TO(taken > 500 && taken < 1000, out);
    CHECK_TO(deck_tape_work(d.t, 1000000 + INT64_C(20000) * taken) == ENOBUFS, out);
    deck_tape_finish(d.t, 1000000 + INT64_C(20000) * taken, 0);
    n = desk_read(&d, "rx.ulaw", &rx);
    CHECK_TO(n == 160 * (long)taken && rx[0] == 0x31 && rx[n - 161] == 0x31, out);
    CHECK_TO(!memchr(rx, 0xff, (size_t)n - 160), out); /* no gap */
out:
    desk_close(&d);
    mem_free(rx);
    return err;
}

UNIT_TESTS(UNIT(gaps_and_order_do_not_move_a_packet), UNIT(the_clock_goes_round_its_corner),
           UNIT(another_source_and_a_leap_begin_anew),
           UNIT(a_talkspurt_of_a_clock_that_stood_still_begins_anew),
           UNIT(a_late_first_packet_is_seen_by_the_next_ones),
           UNIT(a_slower_route_is_followed_in_small_steps), UNIT_ONCE(both_voices_stay_in_step),
           UNIT(a_ring_that_is_full_ends_the_tape))
