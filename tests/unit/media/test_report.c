/* test_report.c - RTCP of one leg: what it reports, what it learns, from whom */
#include "media/leg.h"
#include "phone.h"
#include "rtp/rtcp.h"

/* One leg on a lane, a phone with both its sockets, and a stranger. */
struct fixture {
    struct loop *loop;
    struct media_lane lane;
    struct media_ports *ports;
    struct media_leg leg;
    struct media_kept kept;
    struct phone rtp, rtcp, stranger;
    uint32_t orphans; /* events */
};

static void on_event(const struct media_event *ev, void *arg)
{
    *(uint32_t *)arg += ev->type == MEDIA_EV_ORPHAN;
}

static int open_fixture(struct fixture *f)
{
    struct media_leg_remote r = {
        .is_symmetric = true, .can_send = true, .can_recv = true, .format_count = 1};
    struct addr local;
    int err = loop_alloc(&f->loop);

    f->rtp.fd = f->rtcp.fd = f->stranger.fd = -1;
    if (err)
        return err;
    media_lane_init(&f->lane, f->loop, on_event, &f->orphans);
    f->ports = mem_zalloc(sizeof(*f->ports));
    if (!f->ports)
        return ENOMEM;
    media_ports_init(f->ports, 32200, 32299);
    addr_parse_host(&local, SLICE("127.0.0.1"), 0);
    list_init(&f->leg.held);
    f->leg.kept = &f->kept;
    err = media_ports_take(f->ports, &local, &f->leg.pair);
    if (!err)
        err = media_leg_start(&f->leg, &f->lane);
    if (!err)
        err = phone_open(&f->rtp, "127.0.0.2");
    if (!err)
        err = phone_open(&f->rtcp, "127.0.0.2");
    if (!err)
        err = phone_open(&f->stranger, "127.0.0.9");
    r.rtp = r.signal = f->rtp.addr;
    r.rtcp = f->rtcp.addr;
    if (!err)
        media_leg_set_remote(&f->leg, &r);
    return err;
}

static void close_fixture(struct fixture *f)
{
    if (f->loop) {
        media_leg_stop(&f->leg);
        media_lane_fini(&f->lane);
    }
    if (f->ports) {
        media_ports_give(f->ports, f->leg.pair);
        media_ports_fini(f->ports);
    }
    mem_free(f->ports);
    mem_deref(f->loop);
    close(f->rtp.fd);
    close(f->rtcp.fd);
    close(f->stranger.fd);
}

static void rounds(struct fixture *f)
{
    for (int i = 0; i < 5; i++)
        (void)loop_round(f->loop, 2);
}

/* The leg hears ten packets of eleven, and its time for a report comes. */
static int talk(struct fixture *f, struct rtcp_report *report)
{
    int64_t now = media_lane_now(&f->lane);
    uint8_t p[500];
    ssize_t n;

    for (int i = 0; i < 10; i++) {
        f->rtp.seq = (uint16_t)(f->rtp.seq + (i == 5));
        phone_send(&f->rtp, &f->leg.pair->local, 0, 0x11);
    }
    for (int i = 0; i < 10; i++)
        rounds(f);
    media_leg_second(&f->leg, now);
    media_leg_second(&f->leg, now + 10000000);
    n = recv(f->rtcp.fd, p, sizeof(p), 0);
    return n < 0 ? errno : rtcp_parse(report, p, (size_t)n, f->rtp.ssrc);
}

static int a_report_says_what_was_lost(void)
{
    struct fixture f = {0};
    struct rtcp_report r;
    int err;

    CHECK_OK_TO(open_fixture(&f), out);
    CHECK_OK_TO(talk(&f, &r), out);
    CHECK_TO(r.has_block && r.block.lost == 1 && r.block.fraction_lost == 23, out);
    CHECK_TO(!r.is_sender && r.ssrc == f.leg.kept->out.ssrc, out);
out:
    close_fixture(&f);
    return err;
}

static void answer(struct fixture *f, struct phone *from, uint32_t lsr, int32_t lost)
{
    struct rtcp_report r = {
        .ssrc = 5,
        .is_sender = true,
        .ntp = rtcp_ntp(loop_wall(f->loop)),
        .has_block = true,
        .block = {.ssrc = f->leg.kept->out.ssrc, .lost = lost, .jitter = 80, .lsr = lsr, .dlsr = 0},
    };
    struct addr to = f->leg.pair->local;
    struct sockaddr_storage ss;
    uint8_t p[RTCP_MAX_BYTES];
    socklen_t len;

    to.port++;
    len = addr_to_sockaddr(&to, &ss);
    (void)sendto(from->fd, p, rtcp_print(p, &r), 0, (struct sockaddr *)&ss, len);
    rounds(f);
}

static int the_phones_report_gives_loss_jitter_and_round_trip(void)
{
    struct fixture f = {0};
    struct media_stats st;
    struct rtcp_report r;
    struct wall then;
    int err;

    CHECK_OK_TO(open_fixture(&f), out);
    CHECK_OK_TO(talk(&f, &r), out);
    then.us = loop_wall(f.loop).us - 150000; /* our report left 150 ms ago */
    answer(&f, &f.rtcp, rtcp_ntp_middle(rtcp_ntp(then)), 7);
    media_leg_stats(&f.leg, &st);
    CHECK_TO(st.tx_lost == 7 && st.tx_jitter_us == 10000, out);
    CHECK_TO(st.rtt_us > 140000 && st.rtt_us < 400000 && st.rtt_max_us == st.rtt_us, out);
out:
    close_fixture(&f);
    return err;
}

static int a_strangers_report_is_dropped(void)
{
    struct fixture f = {0};
    struct media_stats st;
    struct rtcp_report r;
    int err;

    CHECK_OK_TO(open_fixture(&f), out);
    CHECK_OK_TO(talk(&f, &r), out);
    answer(&f, &f.stranger, 0, 9);
    media_leg_stats(&f.leg, &st);
    CHECK_TO(st.tx_lost == 0 && st.rx_foreign == 1, out);
    CHECK_TO(!addr_is_set(&f.leg.rtcp_from), out);
out:
    close_fixture(&f);
    return err;
}

static int the_end_is_said_with_bye(void)
{
    struct fixture f = {0};
    struct rtcp_report r;
    uint8_t p[500];
    ssize_t n;
    int err;

    CHECK_OK_TO(open_fixture(&f), out);
    CHECK_OK_TO(talk(&f, &r), out);
    CHECK_TO(!r.is_bye, out);
    media_leg_bye(&f.leg);
    n = recv(f.rtcp.fd, p, sizeof(p), 0);
    CHECK_TO(n > 0 && !rtcp_parse(&r, p, (size_t)n, 0) && r.is_bye, out);
out:
    close_fixture(&f);
    return err;
}

/* Without engine: a held phone may be silent, but for an hour at most. */
static int an_orphan_ends_after_an_hour_at_the_latest(void)
{
    struct media_leg_remote r;
    struct fixture f = {0};
    int64_t now;
    int err;

    CHECK_OK_TO(open_fixture(&f), out);
    r = f.leg.remote;
    r.is_held = true;
    media_leg_set_remote(&f.leg, &r);
    now = media_lane_now(&f.lane);
    media_leg_orphan(&f.leg, 1000);
    media_leg_second(&f.leg, now + 3599000000);
    CHECK_TO(f.orphans == 0, out);
    f.leg.kept->rx_us = now + 3600000000; /* it even sends */
    media_leg_second(&f.leg, now + 3601000000);
    CHECK_TO(f.orphans == 1, out);
    media_leg_orphan(&f.leg, 0);
    media_leg_second(&f.leg, now + 3602000000);
    CHECK_TO(f.orphans == 1, out);
    r.is_held = false;
    media_leg_set_remote(&f.leg, &r);
    media_leg_orphan(&f.leg, 1000);
    media_leg_second(&f.leg, f.leg.kept->rx_us + 1002000);
    CHECK_TO(f.orphans == 2, out);
out:
    close_fixture(&f);
    return err;
}

UNIT_TESTS(UNIT_ONCE(a_report_says_what_was_lost),
           UNIT_ONCE(the_phones_report_gives_loss_jitter_and_round_trip),
           UNIT_ONCE(a_strangers_report_is_dropped), UNIT_ONCE(the_end_is_said_with_bye),
           UNIT_ONCE(an_orphan_ends_after_an_hour_at_the_latest))
