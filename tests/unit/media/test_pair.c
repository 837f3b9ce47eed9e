/* test_pair.c - halves of Local channels: sound, digits and plays pass; loops end */
#include "dsp/g711.h"
#include "phone.h"

/* Phones on streams 1 and 2, halves 3 and 4 between them. */
static int call_through_a_pair(struct bench *b, struct phone *x, struct phone *y)
{
    int err = bench_call(b, x, y, ULAW_ONLY, ALAW_ONLY);

    if (!err)
        err = ipc_send(b->engine, MEDIA_PAIR, &(struct media_twins){3, 4});
    if (!err)
        err = ipc_send(b->engine, MEDIA_CONNECT, &(struct media_connect){1, 3});
    if (!err)
        err = ipc_send(b->engine, MEDIA_CONNECT, &(struct media_connect){4, 2});
    run_for(b, 10);
    return err;
}

static int sound_passes_both_ways_and_the_laws_are_converted(void)
{
    struct phone x = {.fd = -1}, y = {.fd = -1};
    struct bench b;
    struct got g;
    int err;

    CHECK_OK_TO(bench_open(&b, 1), out);
    CHECK_OK_TO(call_through_a_pair(&b, &x, &y), out);
    for (int i = 0; i < 5; i++) {
        phone_send(&x, &b.local[1], 0, 0x11);
        phone_send(&y, &b.local[2], 8, 0x22);
        run_for(&b, 5);
    }
    for (int i = 0; i < 5; i++) {
        CHECK_TO(phone_recv(&y, &g) && g.h.payload_type == 8 && g.byte == g711_ulaw_alaw[0x11],
                 out);
        CHECK_TO(g.h.is_marked == (i == 0), out);
        CHECK_TO(phone_recv(&x, &g) && g.h.payload_type == 0 && g.byte == g711_alaw_ulaw[0x22],
                 out);
    }
out:
    bench_close(&b);
    close(x.fd);
    close(y.fd);
    return err;
}

static void press(struct phone *p, const struct addr *to, uint8_t payload_type, uint8_t event)
{
    struct rtp_header h = {
        .payload_type = payload_type, .seq = p->seq++, .timestamp = p->ts, .ssrc = p->ssrc};
    uint8_t bytes[16] = {0};
    struct sockaddr_storage ss;
    socklen_t len = addr_to_sockaddr(to, &ss);

    p->ts += 800;
    rtp_print(bytes, &h);
    bytes[12] = event;
    bytes[13] = 0x80 | 10;
    bytes[14] = 800 >> 8;
    bytes[15] = 800 & 0xff;
    (void)sendto(p->fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&ss, len);
}

/* Reported at the phone's stream and at the half where it comes out; passed on with y's number. */
static int digits_are_reported_where_they_come_out_and_passed_on(void)
{
    struct phone x = {.fd = -1}, y = {.fd = -1};
    struct bench b;
    struct got g;
    int err;

    CHECK_OK_TO(bench_open(&b, 1), out);
    CHECK_OK_TO(call_through_a_pair(&b, &x, &y), out);
    press(&x, &b.local[1], 101, 7);
    run_for(&b, 10);
    CHECK_TO(strcmp(b.digits, "77") == 0, out);
    CHECK_TO(phone_recv(&y, &g) && g.h.payload_type == 96 && g.bytes[0] == 7, out);
    /* to a half itself: as if dialled at the other */
    memset(b.digits, 0, sizeof(b.digits));
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_SEND_DTMF,
                         &(struct media_send_dtmf){.id = 3, .digits = "5", .duration_ms = 60}),
                out);
    CHECK_TO(wait_for(&b, &b.dtmf_done, 1, 1000), out);
    CHECK_TO(strcmp(b.digits, "5") == 0, out);
    CHECK_TO(phone_recv(&y, &g) && g.h.payload_type == 96 && g.bytes[0] == 5, out);
out:
    bench_close(&b);
    close(x.fd);
    close(y.fd);
    return err;
}

static int a_tone_to_a_half_is_heard_behind_the_other(void)
{
    struct phone x = {.fd = -1}, y = {.fd = -1};
    struct media_tone tone = {.id = 3, .play_id = 9, .tone = SLICE("425/1000"), .duration_ms = 100};
    struct bench b;
    struct got g;
    int err;

    CHECK_OK_TO(bench_open(&b, 1), out);
    CHECK_OK_TO(call_through_a_pair(&b, &x, &y), out);
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_TONE, &tone), out);
    CHECK_TO(wait_for(&b, &b.play_done, 1, 2000), out);
    CHECK_TO(phone_drain(&y) == 5 && !phone_recv(&x, &g), out);
out:
    bench_close(&b);
    close(x.fd);
    close(y.fd);
    return err;
}

/* Two halves that are each other's peers: what is played goes round eight times, not for ever. */
static int a_loop_of_pairs_ends(void)
{
    struct phone x = {.fd = -1}, y = {.fd = -1};
    struct bench b;
    struct got g;
    int err;

    CHECK_OK_TO(bench_open(&b, 1), out);
    CHECK_OK_TO(call_through_a_pair(&b, &x, &y), out);
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_CONNECT, &(struct media_connect){3, 4}), out);
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_SEND_DTMF,
                         &(struct media_send_dtmf){.id = 3, .digits = "1", .duration_ms = 40}),
                out);
    CHECK_TO(wait_for(&b, &b.dtmf_done, 1, 1000), out);
    CHECK_TO(strlen(b.digits) >= 1 && strlen(b.digits) <= 9, out);
    phone_send(&x, &b.local[1], 0, 0x11);
    run_for(&b, 10);
    CHECK_TO(!phone_recv(&y, &g) && !phone_recv(&x, &g), out);
out:
    bench_close(&b);
    close(x.fd);
    close(y.fd);
    return err;
}

/* Own voice: x speaks into 3, comes out of 4, which echoes. */
static int a_half_that_echoes_gives_the_voice_back(void)
{
    struct phone x = {.fd = -1}, y = {.fd = -1};
    struct bench b;
    struct got g;
    int err;

    CHECK_OK_TO(bench_open(&b, 1), out);
    CHECK_OK_TO(call_through_a_pair(&b, &x, &y), out);
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_ECHO, &(struct media_echo){4, true}), out);
    run_for(&b, 5);
    phone_send(&x, &b.local[1], 0, 0x11);
    run_for(&b, 10);
    CHECK_TO(phone_recv(&x, &g) && g.byte == 0x11 && !phone_recv(&y, &g), out);
out:
    bench_close(&b);
    close(x.fd);
    close(y.fd);
    return err;
}

static int halves_work_from_other_lanes_and_end_alone(void)
{
    struct phone x = {.fd = -1}, y = {.fd = -1};
    struct bench b;
    struct got g;
    bool is_heard = false;
    int err;

    CHECK_OK_TO(bench_open(&b, 3), out);
    CHECK_OK_TO(call_through_a_pair(&b, &x, &y), out);
    for (int i = 0; i < 50 && !is_heard; i++) { /* until both have moved to the halves' lane */
        phone_send(&x, &b.local[1], 0, 0x11);
        run_for(&b, 20);
        is_heard = phone_recv(&y, &g);
    }
    CHECK_TO(is_heard, out);
    (void)phone_drain(&y);
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_FREE, &(struct media_free){3}), out);
    CHECK_TO(wait_for(&b, &b.last_stats, 1, 1000), out);
    phone_send(&x, &b.local[1], 0, 0x11);
    run_for(&b, 20);
    CHECK_TO(!phone_recv(&y, &g), out);
out:
    bench_close(&b);
    close(x.fd);
    close(y.fd);
    return err;
}

UNIT_TESTS(UNIT_ONCE(sound_passes_both_ways_and_the_laws_are_converted),
           UNIT_ONCE(digits_are_reported_where_they_come_out_and_passed_on),
           UNIT_ONCE(a_tone_to_a_half_is_heard_behind_the_other), UNIT_ONCE(a_loop_of_pairs_ends),
           UNIT_ONCE(a_half_that_echoes_gives_the_voice_back),
           UNIT_ONCE(halves_work_from_other_lanes_and_end_alone))
