/* test_srtp.c - protected streams: suites, forgery, replay, and what another process goes on with */
#include "media/srtp.h"
#include "phone.h"

static const uint8_t lens[SRTP_SUITES] = {0, 30, 30, 38, 38, 46, 46, 28, 44};

struct secret {
    char bytes[MEDIA_SECRET_MAX];
};

static struct slice secret_of(struct secret *s, uint8_t suite, char salt)
{
    s->bytes[0] = (char)suite;
    for (int i = 1; i < MEDIA_SECRET_MAX; i++)
        s->bytes[i] = (char)(salt + i);
    return slice_from(s->bytes, 1u + lens[suite]);
}

static size_t make(uint8_t *p, uint16_t seq)
{
    struct rtp_header h = {.payload_type = 8, .seq = seq, .timestamp = seq * 160u, .ssrc = 77};

    rtp_print(p, &h);
    memset(p + RTP_HEADER_BYTES, 0x5a, 160);
    return RTP_HEADER_BYTES + 160;
}

static int every_suite_protects_and_nothing_forged_or_old_passes(void)
{
    _Alignas(8) uint8_t p[300], copy[300];
    int err = 0;

    CHECK_OK_TO(media_srtp_library_open(), out);
    for (uint8_t suite = 1; suite < SRTP_SUITES; suite++) {
        struct media_srtp tx = {0}, rx = {0}, other = {0};
        struct media_roc a = {0}, b = {0}, c = {0};
        struct secret s;
        size_t len, sent;

        CHECK_OK_TO(media_srtp_set(&tx, secret_of(&s, suite, 1), true, 77, &a), out);
        CHECK_OK_TO(media_srtp_set(&rx, secret_of(&s, suite, 1), false, 0, &b), out);
        CHECK_OK_TO(media_srtp_set(&other, secret_of(&s, suite, 2), false, 0, &c), out);
        len = make(p, 5);
        CHECK_TO(media_srtp_protect(&tx, p, &len), out);
        CHECK_TO(len > 172 && len <= 172 + MEDIA_TAIL_BYTES && p[12] != 0x5a, out);
        sent = len;
        memcpy(copy, p, len);
        CHECK_TO(!media_srtp_unprotect(&other, copy, &len), out);
        memcpy(copy, p, sent);
        len = sent;
        CHECK_TO(media_srtp_unprotect(&rx, copy, &len) && len == 172 && copy[12] == 0x5a, out);
        memcpy(copy, p, sent);
        len = sent;
        CHECK_TO(!media_srtp_unprotect(&rx, copy, &len), out); /* twice */
        p[20] ^= 1;
        len = sent;
        CHECK_TO(!media_srtp_unprotect(&rx, p, &len), out);
        memset(p, 0, 8);
        p[0] = 0x80, p[1] = 201, p[3] = 1, p[7] = 77;
        len = 8;
        CHECK_TO(media_srtp_protect_rtcp(&tx, p, &len) && len > 8, out);
        CHECK_TO(media_srtp_unprotect_rtcp(&rx, p, &len) && len == 8, out);
        media_srtp_close(&tx);
        media_srtp_close(&rx);
        media_srtp_close(&other);
    }
out:
    return err;
}

/* Every 1,000th packet of four rounds of the sequence, as if the others were lost. */
static bool talk(struct media_srtp *tx, struct media_srtp *rx, uint32_t from, uint32_t to)
{
    _Alignas(8) uint8_t p[300];

    for (uint32_t i = from; i < to; i += 1000) {
        size_t len = make(p, (uint16_t)i);

        if (!media_srtp_protect(tx, p, &len) || !media_srtp_unprotect(rx, p, &len))
            return false;
    }
    return true;
}

/* Both directions die at once and are made anew from what was kept; the far ends notice nothing. */
static int another_process_goes_on_with_the_rollover_counter(void)
{
    struct media_srtp ours = {0}, theirs = {0}, from_them = {0}, to_us = {0};
    struct media_roc a = {0}, b = {0}, c = {0}, d = {0};
    _Alignas(8) uint8_t p[300];
    struct secret s;
    size_t len;
    int err;

    CHECK_OK_TO(media_srtp_library_open(), out);
    CHECK_OK_TO(media_srtp_set(&ours, secret_of(&s, 1, 1), true, 77, &a), out);
    CHECK_OK_TO(media_srtp_set(&theirs, secret_of(&s, 1, 1), false, 0, &b), out);
    CHECK_OK_TO(media_srtp_set(&from_them, secret_of(&s, 7, 9), true, 77, &c), out);
    CHECK_OK_TO(media_srtp_set(&to_us, secret_of(&s, 7, 9), false, 0, &d), out);
    CHECK_TO(talk(&ours, &theirs, 1000, 200000), out);
    CHECK_TO(talk(&from_them, &to_us, 1000, 196600), out);
    CHECK_TO(a.roc == 3 && d.roc == 2 && d.seq == 196000 % 65536, out);
    for (int i = 0; i < 3; i++) {
        memset(p, 0, 8);
        p[0] = 0x80, p[1] = 201, p[3] = 1, p[7] = 77;
        len = 8;
        CHECK_TO(media_srtp_protect_rtcp(&ours, p, &len), out);
        CHECK_TO(media_srtp_unprotect_rtcp(&theirs, p, &len), out);
    }
    media_srtp_close(&ours);
    media_srtp_close(&to_us);
    CHECK_OK_TO(media_srtp_set(&ours, secret_of(&s, 1, 1), true, 77, &a), out);
    CHECK_OK_TO(media_srtp_set(&to_us, secret_of(&s, 7, 9), false, 0, &d), out);
    len = make(p, (uint16_t)196000); /* what was there before is not taken again */
    CHECK_TO(!media_srtp_unprotect(&to_us, p, &len), out);
    len = make(p, 5); /* a stranger's word changes nothing */
    p[8] ^= 1;
    CHECK_TO(!media_srtp_unprotect(&to_us, p, &len), out);
    CHECK_TO(talk(&ours, &theirs, 200000, 300000), out);
    CHECK_TO(talk(&from_them, &to_us, 197000, 300000), out); /* over the edge meanwhile */
    memset(p, 0, 8);
    p[0] = 0x80, p[1] = 201, p[3] = 1, p[7] = 77;
    len = 8;
    CHECK_TO(media_srtp_protect_rtcp(&ours, p, &len), out);
    CHECK_TO(media_srtp_unprotect_rtcp(&theirs, p, &len), out); /* its index is new */
    CHECK_OK_TO(media_srtp_set(&ours, secret_of(&s, 1, 5), true, 77, &a), out);
    CHECK_TO(a.roc == 0 && !a.is_used, out); /* another key: another sequence */
out:
    media_srtp_close(&ours);
    media_srtp_close(&theirs);
    media_srtp_close(&from_them);
    media_srtp_close(&to_us);
    return err;
}

static int nonsense_keys_let_nothing_pass(void)
{
    struct media_srtp s = {0};
    struct media_roc r = {0};
    uint8_t p[300] = {0x80};
    size_t len = 172;
    int err;

    CHECK_OK_TO(media_srtp_library_open(), out);
    CHECK_TO(media_srtp_set(&s, SLICE("\1short"), true, 1, &r) == EINVAL, out);
    CHECK_TO(media_srtp_is_on(&s) && !media_srtp_protect(&s, p, &len), out);
    CHECK_TO(media_srtp_set(&s, SLICE("\x63what"), false, 1, &r) == EINVAL, out);
    CHECK_OK_TO(media_srtp_set(&s, SLICE_NONE, true, 1, &r), out);
    CHECK_TO(!media_srtp_is_on(&s), out);
out:
    media_srtp_close(&s);
    return err;
}

/* ---- with real sockets: x is protected, y is not ---- */

struct call {
    struct bench b;
    struct phone x, y;
    struct secret to_x, from_x;
    struct media_srtp tx, rx; /* x's own */
    struct media_roc tx_roc, rx_roc;
};

static int tell_x(struct call *c)
{
    struct media_remote r = {
        .id = 1,
        .rtp = c->x.addr,
        .rtcp = c->x.addr,
        .signal = c->x.addr,
        .is_symmetric = true,
        .can_send = true,
        .can_recv = true,
        .formats = slice_from(ULAW_ONLY, 2),
        .dtmf_payload = 101,
        .dtmf_local = 101,
        .secret_tx = secret_of(&c->to_x, SRTP_AES_CM_128_HMAC_SHA1_80, 3),
        .secret_rx = secret_of(&c->from_x, SRTP_AES_CM_128_HMAC_SHA1_80, 4),
    };

    r.rtcp.port++;
    return ipc_send(c->b.engine, MEDIA_REMOTE, &r);
}

static int open_call(struct call *c)
{
    int err;

    memset(c, 0, sizeof(*c));
    c->x.fd = c->y.fd = -1;
    err = bench_open(&c->b, 1);
    if (!err)
        err = bench_call(&c->b, &c->x, &c->y, ULAW_ONLY, ULAW_ONLY);
    if (!err)
        err = tell_x(c);
    if (!err)
        err = media_srtp_set(&c->tx, secret_of(&c->from_x, 1, 4), true, c->x.ssrc, &c->tx_roc);
    if (!err)
        err = media_srtp_set(&c->rx, secret_of(&c->to_x, 1, 3), false, 0, &c->rx_roc);
    run_for(&c->b, 10);
    return err;
}

static void close_call(struct call *c)
{
    bench_close(&c->b);
    close(c->x.fd);
    close(c->y.fd);
    media_srtp_close(&c->tx);
    media_srtp_close(&c->rx);
}

static void say_protected(struct phone *p, struct media_srtp *tx, const struct addr *to)
{
    struct rtp_header h = {.seq = p->seq++, .timestamp = p->ts, .ssrc = p->ssrc};
    _Alignas(8) uint8_t bytes[300];
    struct sockaddr_storage ss;
    size_t len = 172;

    p->ts += 160;
    rtp_print(bytes, &h);
    memset(bytes + 12, 0x11, 160);
    if (media_srtp_protect(tx, bytes, &len))
        (void)sendto(p->fd, bytes, len, 0, (struct sockaddr *)&ss, addr_to_sockaddr(to, &ss));
}

static bool hear_protected(struct phone *p, struct media_srtp *rx, struct rtp_header *h,
                           uint8_t *byte)
{
    _Alignas(8) uint8_t bytes[2000];
    ssize_t n = recv(p->fd, bytes, sizeof(bytes), 0);
    size_t len = n > 0 ? (size_t)n : 0;

    if (!len || !media_srtp_unprotect(rx, bytes, &len) || rtp_parse(h, bytes, len))
        return false;
    *byte = bytes[h->at];
    return true;
}

static int a_protected_phone_talks_to_a_plain_one(void)
{
    struct rtp_header h;
    uint8_t byte = 0;
    struct call c;
    struct got g;
    int err;

    CHECK_OK_TO(open_call(&c), out);
    for (int i = 0; i < 5; i++) {
        say_protected(&c.x, &c.tx, &c.b.local[1]);
        phone_send(&c.y, &c.b.local[2], 0, 0x22);
        run_for(&c.b, 5);
        CHECK_TO(phone_recv(&c.y, &g) && g.byte == 0x11 && g.h.bytes == 160, out);
        CHECK_TO(hear_protected(&c.x, &c.rx, &h, &byte) && byte == 0x22, out);
    }
    phone_send(&c.x, &c.b.local[1], 0, 0x33); /* in the clear, from the right place */
    run_for(&c.b, 5);
    CHECK_TO(!phone_recv(&c.y, &g), out);
out:
    close_call(&c);
    return err;
}

/* Packets that are not genuine come first, from the phone's own place: they settle nothing. */
static int who_has_no_key_settles_no_address(void)
{
    struct call c;
    struct got g;
    int err;

    CHECK_OK_TO(open_call(&c), out);
    for (int i = 0; i < 10; i++)
        phone_send(&c.x, &c.b.local[1], 0, 0x33);
    run_for(&c.b, 10);
    CHECK_TO(!phone_recv(&c.y, &g), out);
    CHECK_OK_TO(ipc_send(c.b.engine, MEDIA_GET_STATS, &(struct media_get_stats){1}), out);
    run_for(&c.b, 10);
    CHECK_TO(c.b.stats[1].rx_foreign == 10 && c.b.stats[1].rx_packets == 0, out);
    say_protected(&c.x, &c.tx, &c.b.local[1]);
    run_for(&c.b, 5);
    CHECK_TO(phone_recv(&c.y, &g) && g.byte == 0x11, out);
out:
    close_call(&c);
    return err;
}

static int the_same_key_again_changes_nothing(void)
{
    struct call c;
    struct got g;
    int err;

    CHECK_OK_TO(open_call(&c), out);
    c.x.seq = 65500;
    for (int i = 0; i < 60; i++) {
        if (i == 50)
            CHECK_OK_TO(tell_x(&c), out); /* a re-INVITE after the sequence went round */
        say_protected(&c.x, &c.tx, &c.b.local[1]);
        run_for(&c.b, 2);
        CHECK_TO(phone_recv(&c.y, &g) && g.byte == 0x11, out);
    }
out:
    close_call(&c);
    return err;
}

UNIT_TESTS(UNIT_ONCE(every_suite_protects_and_nothing_forged_or_old_passes),
           UNIT_ONCE(another_process_goes_on_with_the_rollover_counter),
           UNIT_ONCE(nonsense_keys_let_nothing_pass),
           UNIT_ONCE(a_protected_phone_talks_to_a_plain_one),
           UNIT_ONCE(who_has_no_key_settles_no_address),
           UNIT_ONCE(the_same_key_again_changes_nothing))
