/* test_relay.c - packets between real sockets: who may send, what comes out */
#include "dsp/g711.h"
#include "phone.h"

static int packets_reach_the_peer_and_nobody_else(void)
{
    struct phone x = {.fd = -1}, y = {.fd = -1};
    struct bench b;
    struct got g;
    int err;

    CHECK_OK_TO(bench_open(&b, 1), out);
    CHECK_OK_TO(bench_call(&b, &x, &y, ULAW_ONLY, ULAW_ONLY), out);
    for (int i = 0; i < 10; i++) {
        phone_send(&x, &b.local[1], 0, 0x11);
        phone_send(&y, &b.local[2], 0, 0x22);
        run_for(&b, 5);
    }
    for (int i = 0; i < 10; i++) {
        CHECK_TO(phone_recv(&y, &g) && g.byte == 0x11 && g.h.payload_type == 0 && g.h.bytes == 160,
                 out);
        CHECK_TO(g.h.ssrc != x.ssrc, out);
        CHECK_TO(g.h.is_marked == (i == 0), out);
        CHECK_TO(phone_recv(&x, &g) && g.byte == 0x22, out);
    }
    CHECK_TO(!phone_recv(&x, &g) && !phone_recv(&y, &g), out);
out:
    bench_close(&b);
    close(x.fd);
    close(y.fd);
    return err;
}

static int laws_are_converted_between_phones(void)
{
    struct phone x = {.fd = -1}, y = {.fd = -1};
    struct bench b;
    struct got g;
    int err;

    CHECK_OK_TO(bench_open(&b, 1), out);
    CHECK_OK_TO(bench_call(&b, &x, &y, ULAW_ONLY, ALAW_ONLY), out);
    phone_send(&x, &b.local[1], 0, 0x11);
    phone_send(&y, &b.local[2], 8, 0x22);
    run_for(&b, 10);
    CHECK_TO(phone_recv(&y, &g) && g.h.payload_type == 8 && g.byte == g711_ulaw_alaw[0x11], out);
    CHECK_TO(phone_recv(&x, &g) && g.h.payload_type == 0 && g.byte == g711_alaw_ulaw[0x22], out);
out:
    bench_close(&b);
    close(x.fd);
    close(y.fd);
    return err;
}

/* asymmetric_rtp_codec=no: both laws are agreed on, the phone changes to the other one. With yes (is_codec_free) what the
 * peer says passes as it is, when it may. */
static int a_phone_hears_the_law_that_it_talks(void)
{
    struct phone x = {.fd = -1}, y = {.fd = -1};
    struct media_remote r = {.id = 1,
                             .is_symmetric = true,
                             .can_send = true,
                             .can_recv = true,
                             .formats = {ULAW_ONLY ALAW_ONLY, 4}};
    struct bench b;
    struct got g;
    int err;

    CHECK_OK_TO(bench_open(&b, 1), out);
    CHECK_OK_TO(bench_call(&b, &x, &y, ULAW_ONLY, ULAW_ONLY), out);
    r.rtp = r.rtcp = r.signal = x.addr;
    for (int i = 0; i < 2; i++) {
        r.is_codec_free = i;
        CHECK_OK_TO(ipc_send(b.engine, MEDIA_REMOTE, &r), out);
        run_for(&b, 5);
        phone_send(&y, &b.local[2], 0, 0x22);
        run_for(&b, 10);
        CHECK_TO(phone_recv(&x, &g) && g.h.payload_type == 0 && g.byte == 0x22, out);
        phone_send(&x, &b.local[1], 8, 0x33);
        run_for(&b, 10);
        CHECK_TO(phone_recv(&y, &g) && g.h.payload_type == 0 && g.byte == g711_alaw_ulaw[0x33],
                 out);
        phone_send(&y, &b.local[2], 0, 0x22);
        run_for(&b, 10);
        CHECK_TO(phone_recv(&x, &g) && g.h.payload_type == (i ? 0 : 8), out);
        CHECK_TO(g.byte == (i ? 0x22 : g711_ulaw_alaw[0x22]), out);
    }
out:
    bench_close(&b);
    close(x.fd);
    close(y.fd);
    return err;
}

/* T5: a third socket before, during and after; on another host, and on the phone's own. */
static int strangers_hear_nothing_and_say_nothing(void)
{
    struct phone x = {.fd = -1}, y = {.fd = -1}, far = {.fd = -1}, near = {.fd = -1};
    struct bench b;
    struct got g;
    int err;

    CHECK_OK_TO(bench_open(&b, 1), out);
    CHECK_OK_TO(bench_call(&b, &x, &y, ULAW_ONLY, ULAW_ONLY), out);
    CHECK_OK_TO(phone_open(&far, "127.0.0.9"), out);
    CHECK_OK_TO(phone_open(&near, "127.0.0.2"), out);
    for (int i = 0; i < 20; i++) { /* before the phone's first packet */
        phone_send(&far, &b.local[1], 0, 0x66);
        phone_send(&near, &b.local[1], 0, 0x77);
        phone_send(&y, &b.local[2], 0, 0x22);
        run_for(&b, 2);
    }
    CHECK_TO(!phone_recv(&y, &g), out); /* nothing of theirs went on */
    CHECK_TO(phone_drain(&x) == 20, out);
    for (int i = 0; i < 20; i++) { /* with it, and after */
        phone_send(&x, &b.local[1], 0, 0x11);
        phone_send(&far, &b.local[1], 0, 0x66);
        phone_send(&near, &b.local[1], 0, 0x77);
        phone_send(&far, &b.local[2], 0, 0x66);
        run_for(&b, 2);
    }
    for (int i = 0; i < 20; i++)
        CHECK_TO(phone_recv(&y, &g) && g.byte == 0x11, out);
    CHECK_TO(!phone_recv(&y, &g) && !phone_recv(&far, &g) && !phone_recv(&near, &g), out);
out:
    bench_close(&b);
    close(x.fd);
    close(y.fd);
    close(far.fd);
    close(near.fd);
    return err;
}

/* A phone behind NAT: SDP names a private address, SIP and RTP come from elsewhere. */
static int a_phone_behind_nat_is_learnt_by_its_signalling_host(void)
{
    struct phone x = {.fd = -1}, y = {.fd = -1}, far = {.fd = -1};
    struct media_remote r = {.id = 1,
                             .is_symmetric = true,
                             .can_send = true,
                             .can_recv = true,
                             .formats = {ULAW_ONLY, 2}};
    struct bench b;
    struct got g;
    int err;

    CHECK_OK_TO(bench_open(&b, 1), out);
    CHECK_OK_TO(bench_call(&b, &x, &y, ULAW_ONLY, ULAW_ONLY), out);
    CHECK_OK_TO(phone_open(&far, "127.0.0.9"), out);
    r.signal = x.addr;
    addr_parse_host(&r.rtp, SLICE("127.0.0.77"), 4000);
    r.rtcp = r.rtp;
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_REMOTE, &r), out);
    run_for(&b, 5);
    for (int i = 0; i < 10; i++) {
        phone_send(&far, &b.local[1], 0, 0x66);
        phone_send(&x, &b.local[1], 0, 0x11);
        run_for(&b, 2);
    }
    phone_send(&y, &b.local[2], 0, 0x22);
    run_for(&b, 5);
    for (int i = 0; i < 10 - 2; i++) /* the third packet settles it */
        CHECK_TO(phone_recv(&y, &g) && g.byte == 0x11, out);
    CHECK_TO(!phone_recv(&y, &g) && !phone_recv(&far, &g), out);
    CHECK_TO(phone_recv(&x, &g) && g.byte == 0x22, out);
out:
    bench_close(&b);
    close(x.fd);
    close(y.fd);
    close(far.fd);
    return err;
}

static int sequence_goes_on_over_another_peer(void)
{
    struct phone x = {.fd = -1}, y = {.fd = -1}, z = {.fd = -1};
    struct got g, last;
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b, 1), out);
    CHECK_OK_TO(bench_call(&b, &x, &y, ULAW_ONLY, ULAW_ONLY), out);
    CHECK_OK_TO(phone_open(&z, "127.0.0.4"), out);
    CHECK_OK_TO(bench_stream(&b, 3, &z, ULAW_ONLY, 0), out);
    x.seq = 60000;
    z.seq = 7;
    z.ts = 0xffffff00;
    for (int i = 0; i < 5; i++)
        phone_send(&x, &b.local[1], 0, 0x11);
    run_for(&b, 20);
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_CONNECT, &(struct media_connect){3, 2}), out);
    run_for(&b, 20);
    phone_send(&x, &b.local[1], 0, 0x11); /* no peer any more */
    for (int i = 0; i < 5; i++)
        phone_send(&z, &b.local[3], 0, 0x33);
    run_for(&b, 20);
    CHECK_TO(phone_recv(&y, &last), out);
    for (int i = 1; i < 10; i++) {
        CHECK_TO(phone_recv(&y, &g), out);
        CHECK_TO(g.byte == (i < 5 ? 0x11 : 0x33) && g.h.ssrc == last.h.ssrc, out);
        CHECK_TO(g.h.seq == (uint16_t)(last.h.seq + 1), out);
        CHECK_TO(rtp_time_diff(g.h.timestamp, last.h.timestamp) >= 160, out);
        CHECK_TO(rtp_time_diff(g.h.timestamp, last.h.timestamp) < 1600, out);
        CHECK_TO(g.h.is_marked == (i == 5), out);
        last = g;
    }
    CHECK_TO(!phone_recv(&y, &g), out);
out:
    bench_close(&b);
    close(x.fd);
    close(y.fd);
    close(z.fd);
    return err;
}

/* A phone that was transferred or woke up counts from elsewhere under the same SSRC. */
static int a_sequence_that_begins_anew_is_heard(void)
{
    struct phone x = {.fd = -1}, y = {.fd = -1};
    struct got g, last;
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b, 1), out);
    CHECK_OK_TO(bench_call(&b, &x, &y, ULAW_ONLY, ULAW_ONLY), out);
    x.seq = 30000;
    for (int i = 0; i < 5; i++)
        phone_send(&x, &b.local[1], 0, 0x11);
    run_for(&b, 20);
    x.seq = 20000; /* behind */
    for (int i = 0; i < 5; i++)
        phone_send(&x, &b.local[1], 0, 0x22);
    run_for(&b, 20);
    CHECK_TO(phone_recv(&y, &last), out);
    for (int i = 1; i < 9; i++) { /* the first of the new ones is a stray yet */
        CHECK_TO(phone_recv(&y, &g) && g.byte == (i < 5 ? 0x11 : 0x22), out);
        CHECK_TO(g.h.seq == (uint16_t)(last.h.seq + 1) && g.h.is_marked == (i == 5), out);
        last = g;
    }
    CHECK_TO(!phone_recv(&y, &g), out);
out:
    bench_close(&b);
    close(x.fd);
    close(y.fd);
    return err;
}

static int a_stray_far_ahead_mutes_nobody(void)
{
    struct phone x = {.fd = -1}, y = {.fd = -1};
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b, 1), out);
    CHECK_OK_TO(bench_call(&b, &x, &y, ULAW_ONLY, ULAW_ONLY), out);
    for (int i = 0; i < 10; i++) {
        if (i == 5) {
            x.seq += 20000;
            phone_send(&x, &b.local[1], 0, 0x66);
            x.seq = (uint16_t)(x.seq - 20001);
        }
        phone_send(&x, &b.local[1], 0, 0x11);
        run_for(&b, 5);
    }
    CHECK_TO(phone_drain(&y) == 10, out);
out:
    bench_close(&b);
    close(x.fd);
    close(y.fd);
    return err;
}

static void press(struct phone *x, const struct addr *to, uint16_t seq, uint32_t ts, uint8_t event)
{
    struct rtp_header h = {.payload_type = 101, .seq = seq, .timestamp = ts, .ssrc = x->ssrc};
    const uint8_t payload[4] = {event, 0x8a, 0, 160};
    struct sockaddr_storage ss;
    socklen_t len = addr_to_sockaddr(to, &ss);
    uint8_t bytes[16];

    rtp_print(bytes, &h);
    memcpy(bytes + 12, payload, 4);
    (void)sendto(x->fd, bytes, 16, 0, (struct sockaddr *)&ss, len);
}

/* '*' and what follows stay here until the engine says so; what was before passes, and no sequence is missing. */
static int digits_that_begin_a_code_are_held(void)
{
    struct phone x = {.fd = -1}, y = {.fd = -1};
    struct bench b;
    struct got g;
    uint16_t last;
    int err;

    CHECK_OK_TO(bench_open(&b, 1), out);
    CHECK_OK_TO(bench_call(&b, &x, &y, ULAW_ONLY, ULAW_ONLY), out);
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_HOLD_DIGITS,
                         &(struct media_hold_digits){.id = 1, .events = 1u << 10}),
                out);
    run_for(&b, 5);
    press(&x, &b.local[1], 500, 1000, 1);
    run_for(&b, 5);
    CHECK_TO(phone_recv(&y, &g) && g.bytes[0] == 1, out);
    last = g.h.seq;
    press(&x, &b.local[1], 501, 2000, 10);
    run_for(&b, 5);
    press(&x, &b.local[1], 502, 3000, 2);
    run_for(&b, 5);
    CHECK_TO(!phone_recv(&y, &g) && !strcmp(b.digits, "1*2"), out);
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_HOLD_DIGITS, &(struct media_hold_digits){.id = 1}), out);
    run_for(&b, 5);
    press(&x, &b.local[1], 503, 4000, 10);
    run_for(&b, 5);
    CHECK_TO(phone_recv(&y, &g) && g.bytes[0] == 10 && g.h.seq == (uint16_t)(last + 1), out);
    CHECK_TO(!strcmp(b.digits, "1*2*"), out);
out:
    bench_close(&b);
    close(x.fd);
    close(y.fd);
    return err;
}

static int digits_are_told_and_relayed_with_the_peers_number(void)
{
    struct phone x = {.fd = -1}, y = {.fd = -1};
    struct bench b;
    struct got g;
    int err;

    CHECK_OK_TO(bench_open(&b, 1), out);
    CHECK_OK_TO(bench_call(&b, &x, &y, ULAW_ONLY, ULAW_ONLY), out);
    CHECK_OK_TO(
        ipc_send(b.engine, MEDIA_SEND_DTMF, &(struct media_send_dtmf){.id = 1, .digits = "5#"}),
        out);
    CHECK_TO(wait_for(&b, &b.dtmf_done, 1, 2000), out);
    /* what x got it plays back, as if it were its own: events with payload 101 */
    while (phone_recv(&x, &g)) {
        struct rtp_header h = g.h;
        uint8_t bytes[16];
        struct sockaddr_storage ss;
        struct addr to = b.local[1];
        socklen_t len = addr_to_sockaddr(&to, &ss);

        CHECK_TO(g.h.payload_type == 101 && g.h.bytes == 4, out);
        h.ssrc = x.ssrc;
        rtp_print(bytes, &h);
        memcpy(bytes + 12, g.bytes, 4);
        (void)sendto(x.fd, bytes, 16, 0, (struct sockaddr *)&ss, len);
        run_for(&b, 1);
    }
    run_for(&b, 10);
    CHECK_TO(!strcmp(b.digits, "5#"), out);
    CHECK_TO(phone_recv(&y, &g) && g.h.payload_type == 96 && g.bytes[0] == 5, out);
    CHECK_TO(phone_drain(&y) == 15, out);
out:
    bench_close(&b);
    close(x.fd);
    close(y.fd);
    return err;
}

static int a_held_phone_gets_nothing_until_it_resumes(void)
{
    struct phone x = {.fd = -1}, y = {.fd = -1};
    struct media_remote r;
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b, 1), out);
    CHECK_OK_TO(bench_call(&b, &x, &y, ULAW_ONLY, ULAW_ONLY), out);
    r = (struct media_remote){.id = 2,
                              .rtp = y.addr,
                              .rtcp = y.addr,
                              .signal = y.addr,
                              .is_held = true,
                              .formats = {ULAW_ONLY, 2}};
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_REMOTE, &r), out);
    run_for(&b, 5);
    phone_send(&x, &b.local[1], 0, 0x11);
    phone_send(&y, &b.local[2], 0, 0x22);
    run_for(&b, 10);
    CHECK_TO(phone_drain(&y) == 0 && phone_drain(&x) == 0, out);
    r.can_send = r.can_recv = true;
    r.is_held = false;
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_REMOTE, &r), out);
    run_for(&b, 5);
    phone_send(&x, &b.local[1], 0, 0x11);
    phone_send(&y, &b.local[2], 0, 0x22);
    run_for(&b, 10);
    CHECK_TO(phone_drain(&y) == 1 && phone_drain(&x) == 1, out);
out:
    bench_close(&b);
    close(x.fd);
    close(y.fd);
    return err;
}

static int echo_comes_back(void)
{
    struct phone x = {.fd = -1};
    struct bench b;
    struct got g;
    int err;

    CHECK_OK_TO(bench_open(&b, 1), out);
    CHECK_OK_TO(phone_open(&x, "127.0.0.2"), out);
    CHECK_OK_TO(bench_stream(&b, 1, &x, ULAW_ONLY, 0), out);
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_ECHO, &(struct media_echo){1, true}), out);
    run_for(&b, 5);
    phone_send(&x, &b.local[1], 0, 0x11);
    run_for(&b, 5);
    CHECK_TO(phone_recv(&x, &g) && g.byte == 0x11, out);
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_ECHO, &(struct media_echo){1, false}), out);
    run_for(&b, 5);
    phone_send(&x, &b.local[1], 0, 0x11);
    run_for(&b, 5);
    CHECK_TO(!phone_recv(&x, &g), out);
out:
    bench_close(&b);
    close(x.fd);
    return err;
}

static int silence_is_told_once(void)
{
    struct phone x = {.fd = -1};
    struct media_remote r;
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b, 1), out);
    CHECK_OK_TO(phone_open(&x, "127.0.0.2"), out);
    CHECK_OK_TO(bench_stream(&b, 1, &x, ULAW_ONLY, 0), out);
    r = (struct media_remote){.id = 1,
                              .rtp = x.addr,
                              .rtcp = x.addr,
                              .can_send = true,
                              .can_recv = true,
                              .formats = {ULAW_ONLY, 2},
                              .timeout_ms = 1000};
    run_for(&b, 1200); /* it rang for long: that is no silence yet */
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_REMOTE, &r), out);
    run_for(&b, 900);
    CHECK_TO(b.timeouts == 0, out);
    CHECK_TO(wait_for(&b, &b.timeouts, 1, 4000), out);
    run_for(&b, 1500);
    CHECK_TO(b.timeouts == 1, out);
out:
    bench_close(&b);
    close(x.fd);
    return err;
}

static int the_last_statistics_count_what_was_lost(void)
{
    struct phone x = {.fd = -1}, y = {.fd = -1};
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b, 1), out);
    CHECK_OK_TO(bench_call(&b, &x, &y, ULAW_ONLY, ULAW_ONLY), out);
    for (int i = 0; i < 10; i++) {
        x.seq = (uint16_t)(x.seq + (i == 5)); /* one is missing */
        phone_send(&x, &b.local[1], 0, 0x11);
        run_for(&b, 2);
    }
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_FREE, &(struct media_free){1}), out);
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_FREE, &(struct media_free){2}), out);
    CHECK_TO(wait_for(&b, &b.last_stats, 2, 1000), out);
    CHECK_TO(b.stats[1].rx_packets == 10 && b.stats[1].rx_lost == 1 && b.stats[1].rx_bytes == 1600,
             out);
    CHECK_TO(b.stats[2].tx_packets == 10 && b.stats[2].tx_bytes == 1600, out);
    CHECK_TO(media_server_streams(b.server) == 0, out);
out:
    bench_close(&b);
    close(x.fd);
    close(y.fd);
    return err;
}

/* No packet of one call reaches the next one on the same ports. */
static int a_port_is_empty_when_it_is_used_again(void)
{
    struct phone x = {.fd = -1}, y = {.fd = -1};
    struct addr port;
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b, 1), out);
    CHECK_OK_TO(bench_call(&b, &x, &y, ULAW_ONLY, ULAW_ONLY), out);
    port = b.local[1];
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_FREE, &(struct media_free){1}), out);
    CHECK_TO(wait_for(&b, &b.last_stats, 1, 1000), out);
    for (int i = 0; i < 5; i++)
        phone_send(&x, &port, 0, 0x66); /* the old call goes on talking */
    CHECK_OK_TO(bench_stream(&b, 3, &x, ULAW_ONLY, 0), out);
    CHECK_TO(addr_eq(&b.local[3], &port), out);
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_CONNECT, &(struct media_connect){3, 2}), out);
    run_for(&b, 20);
    CHECK_TO(phone_drain(&y) == 0, out);
out:
    bench_close(&b);
    close(x.fd);
    close(y.fd);
    return err;
}

static int a_call_outlives_its_engine_and_ends_in_silence(void)
{
    struct phone x = {.fd = -1}, y = {.fd = -1}, z = {.fd = -1};
    struct addr first;
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b, 1), out);
    CHECK_OK_TO(bench_call(&b, &x, &y, ULAW_ONLY, ULAW_ONLY), out);
    CHECK_OK_TO(phone_open(&z, "127.0.0.4"), out);
    CHECK_OK_TO(bench_stream(&b, 3, &z, ULAW_ONLY, 0), out);
    phone_send(&x, &b.local[1], 0, 0x11);
    run_for(&b, 5);
    ipc_close(b.engine);
    b.engine = mem_deref(b.engine);
    run_for(&b, 20);
    CHECK_TO(media_server_streams(b.server) == 2, out); /* the lonely one is gone */
    first = b.local[1];
    CHECK_OK_TO(bench_connect(&b, 2), out);
    CHECK_OK_TO(bench_stream(&b, 1, &z, ULAW_ONLY, 0), out); /* the same number, another stream */
    CHECK_TO(media_server_streams(b.server) == 3, out);
    phone_drain(&y);
    for (int i = 0; i < 100; i++) {
        struct addr old = b.local[2];

        phone_send(&y, &old, 0, 0x22);
        phone_send(&x, &first, 0, 0x11);
        run_for(&b, 20);
    }
    CHECK_TO(phone_drain(&x) == 100 && phone_drain(&y) == 100, out);
    run_for(&b, 3500);
    CHECK_TO(media_server_streams(b.server) == 1, out);
out:
    bench_close(&b);
    close(x.fd);
    close(y.fd);
    close(z.fd);
    return err;
}

/* Its phone got no BYE and talks on for ever; the other one has hung up. */
static int an_orphan_ends_though_one_side_sends_on(void)
{
    struct phone x = {.fd = -1}, y = {.fd = -1};
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b, 1), out);
    CHECK_OK_TO(bench_call(&b, &x, &y, ULAW_ONLY, ULAW_ONLY), out);
    phone_send(&x, &b.local[1], 0, 0x11);
    ipc_close(b.engine);
    b.engine = mem_deref(b.engine);
    for (int i = 0; i < 130; i++) {
        phone_send(&y, &b.local[2], 0, 0x22);
        run_for(&b, 20);
        CHECK_TO(i > 40 || media_server_streams(b.server) == 2, out);
    }
    CHECK_TO(media_server_streams(b.server) == 0, out);
out:
    bench_close(&b);
    close(x.fd);
    close(y.fd);
    return err;
}

/* Streams of a dead engine have numbers that mean others now: their end touches none of these. */
static int an_orphans_end_leaves_its_namesakes_alone(void)
{
    struct phone p[4] = {{.fd = -1}, {.fd = -1}, {.fd = -1}, {.fd = -1}};
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b, 1), out);
    CHECK_OK_TO(bench_call(&b, &p[0], &p[1], ULAW_ONLY, ULAW_ONLY), out);
    ipc_close(b.engine);
    b.engine = mem_deref(b.engine);
    run_for(&b, 20);
    CHECK_OK_TO(bench_connect(&b, 2), out);
    CHECK_OK_TO(bench_call(&b, &p[2], &p[3], ULAW_ONLY, ULAW_ONLY), out);
    CHECK_TO(media_server_streams(b.server) == 4, out);
    run_for(&b, 2500);
    CHECK_TO(media_server_streams(b.server) == 2, out);
    ipc_close(b.engine);
    b.engine = mem_deref(b.engine);
    run_for(&b, 20);
    CHECK_TO(media_server_streams(b.server) == 2, out); /* still a pair */
out:
    bench_close(&b);
    for (int i = 0; i < 4; i++)
        close(p[i].fd);
    return err;
}

/* The same over two threads: the second leg moves to the first one's lane. */
static int legs_of_two_lanes_meet_on_one(void)
{
    struct phone x = {.fd = -1}, y = {.fd = -1};
    struct bench b;
    struct got g;
    int err;

    CHECK_OK_TO(bench_open(&b, 3), out);
    CHECK_OK_TO(bench_call(&b, &x, &y, ULAW_ONLY, ALAW_ONLY), out);
    run_for(&b, 50);
    for (int round = 0; round < 3; round++) {
        phone_send(&x, &b.local[1], 0, 0x11);
        phone_send(&y, &b.local[2], 8, 0x22);
        run_for(&b, 30);
        CHECK_TO(phone_recv(&y, &g) && g.byte == g711_ulaw_alaw[0x11], out);
        CHECK_TO(phone_recv(&x, &g) && g.byte == g711_alaw_ulaw[0x22], out);
        CHECK_OK_TO(ipc_send(b.engine, MEDIA_DISCONNECT, &(struct media_disconnect){1}), out);
        CHECK_OK_TO(ipc_send(b.engine, MEDIA_CONNECT, &(struct media_connect){2, 1}), out);
        run_for(&b, 30);
    }
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_FREE, &(struct media_free){1}), out);
    CHECK_TO(wait_for(&b, &b.last_stats, 1, 1000), out);
    CHECK_TO(b.stats[1].rx_packets == 3 && b.stats[1].tx_packets == 3, out);
out:
    bench_close(&b);
    close(x.fd);
    close(y.fd);
    return err;
}

UNIT_TESTS(UNIT_ONCE(packets_reach_the_peer_and_nobody_else),
           UNIT_ONCE(laws_are_converted_between_phones),
           UNIT_ONCE(a_phone_hears_the_law_that_it_talks),
           UNIT_ONCE(strangers_hear_nothing_and_say_nothing),
           UNIT_ONCE(a_phone_behind_nat_is_learnt_by_its_signalling_host),
           UNIT_ONCE(sequence_goes_on_over_another_peer),
           UNIT_ONCE(a_sequence_that_begins_anew_is_heard),
           UNIT_ONCE(a_stray_far_ahead_mutes_nobody), UNIT_ONCE(digits_that_begin_a_code_are_held),
           UNIT_ONCE(digits_are_told_and_relayed_with_the_peers_number),
           UNIT_ONCE(a_held_phone_gets_nothing_until_it_resumes), UNIT_ONCE(echo_comes_back),
           UNIT_ONCE(silence_is_told_once), UNIT_ONCE(the_last_statistics_count_what_was_lost),
           UNIT_ONCE(a_port_is_empty_when_it_is_used_again),
           UNIT_ONCE(a_call_outlives_its_engine_and_ends_in_silence),
           UNIT_ONCE(an_orphan_ends_though_one_side_sends_on),
           UNIT_ONCE(an_orphans_end_leaves_its_namesakes_alone),
           UNIT_ONCE(legs_of_two_lanes_meet_on_one))
