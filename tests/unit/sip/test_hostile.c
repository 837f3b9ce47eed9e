/* What strangers may try: smuggled lines, floods, streams that mean no good. */
#include "peer.h"
#include "sip/core.h"

static int escapes_of_control_bytes_are_refused(void)
{
    static const char *const bad[] = {"a%0d%0aX: y", "a%00", "%1f", "a%7Fb", "\r\n"};
    char out[32];

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        CHECK(sip_unescape(slice_of(bad[i]), out, sizeof(out)) == EINVAL);
        CHECK(out[0] == '\0');
    }
    CHECK_OK(sip_unescape(SLICE("%D0%91%20"), out, sizeof(out)));
    CHECK(strcmp(out, "\xD0\x91 ") == 0);
    return 0;
}

/* ---- lines that want to be smuggled in ---- */

static const struct sip_invite_handlers none;

static int caller_id_cannot_break_out_of_its_line(void)
{
    struct sip_invite_args args = {.uri = SLICE("sip:600@10.0.0.7:5071"),
                                   .from_display = SLICE("Bob\"\r\nX-Evil: 1"),
                                   .from_user = SLICE("1 0@\r\nX-Evil: 1"),
                                   .handlers = &none};
    struct sip_invite *i = NULL;
    const struct sip_msg *m;
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b), out);
    CHECK_OK_TO(sip_invite_send(&i, b.sip, &args), out);
    pass(&b, 1);
    CHECK_TO(b.peer.count == 1, out);
    m = b.peer.got[0];
    CHECK_TO(!slice_is_set(sip_msg_find(m, SLICE("X-Evil"), 0)), out);
    CHECK_TO(slice_eqz(m->from.uri, "sip:1%200%40%0D%0AX-Evil%3A%201@10.0.0.1"), out);
    CHECK_TO(
        slice_eqz(sip_msg_get(m, SIP_H_CONTACT), "<sip:1%200%40%0D%0AX-Evil%3A%201@10.0.0.1:5060>"),
        out);
out:
    if (i)
        sip_invite_end(i, 0, SLICE_NONE);
    mem_deref(i);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

/* Each of these would end a header, or the headers. */
static int request_with_more_lines_than_it_should_is_not_sent(void)
{
    const struct sip_invite_args rows[] = {
        {.headers = SLICE("X-A: 1\r\n\r\nbody")},
        {.headers = SLICE("X-A: 1")},
        {.headers = SLICE("X-A: 1\n")},
        {.headers = SLICE("X-A: 1\rX: 2\r\n")},
        {.headers = SLICE("no name\r\n")},
        {.from = SLICE("<sip:a@b>\r\nX-A: 1")},
        {.to = SLICE("<sip:a@b\r\nX-A: 1>")},
        {.proxy = SLICE("sip:10.0.0.7:5071>\r\nX-A: 1")},
        {.content_type = SLICE("a/b\r\nX-A: 1"), .body = SLICE("x")},
        {.from_domain = SLICE("x\r\nX-A: 1")},
    };
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b), out);
    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        struct sip_invite_args args = rows[n];
        struct sip_invite *i = NULL;

        args.uri = SLICE("sip:600@10.0.0.7:5071");
        args.handlers = &none;
        err = sip_invite_send(&i, b.sip, &args);
        mem_deref(i);
        CHECK_TO(err == EINVAL || (err == ENOMEM && unit_is_rerun()), out);
        pass(&b, 1);
    }
    err = 0;
    CHECK_TO(b.peer.count == 0, out);
out:
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static void on_bad_answer(struct sip_strans *t, struct sip_msg *req, void *arg)
{
    struct sip_answer a = {.code = 200, .headers = SLICE("X-A: 1\r\n\r\n")};

    *(int *)arg = sip_strans_answer(t, &a);
}

static int answer_with_unsound_headers_becomes_500(void)
{
    struct bench b;
    int err, result = 0;

    CHECK_OK_TO(bench_open(&b), out);
    sip_handle(b.sip, SIP_REGISTER, on_bad_answer, &result);
    CHECK_OK_TO(peer_request(&b, &b.peer, "REGISTER", "1", "", 1, "", ""), out);
    CHECK_TO(result == EINVAL && b.peer.count == 1 && peer_status(&b.peer) == 500, out);
out:
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static int uri_with_hundreds_of_parameters_is_refused(void)
{
    struct sip_uri u;
    struct buf b;
    int err = 0;

    buf_init(&b, 4096);
    buf_addz(&b, "sip:a@b");
    for (int i = 0; i < 32; i++)
        buf_printf(&b, ";%d=x", i);
    CHECK_TO(buf_err(&b) || !sip_uri_parse(&u, buf_slice(&b)), out);
    buf_addz(&b, ";y");
    CHECK_TO(buf_err(&b) || sip_uri_parse(&u, buf_slice(&b)) == EINVAL, out);
    buf_reset(&b);
    buf_addz(&b, "tel:1");
    for (int i = 0; i < 33; i++)
        buf_printf(&b, ";%d=x", i);
    CHECK_TO(buf_err(&b) || sip_uri_parse(&u, buf_slice(&b)) == EINVAL, out);
out:
    buf_fini(&b);
    return err;
}

/* ---- floods ---- */

static void on_refuse(struct sip_strans *t, struct sip_msg *req, void *arg)
{
    sip_strans_refuse(t, *(uint16_t *)arg, NULL);
}

static void flood(struct bench *b, const char *text)
{
    struct sip_flow flow;

    sip_flow_to(&flow, b->udp, &b->peer.addr);
    sip_receive(b->sip, &flow, slice_of(text), loop_now(b->loop));
}

/* Longest row of equal hashes. */
static unsigned longest_chain(const struct hash *h)
{
    unsigned most = 0;

    HASH_FOREACH(h, k)
    {
        unsigned n = 0;

        for (struct hash_link *same = hash_first(h, k->hash); same; same = hash_next(same))
            n++;
        most = n > most ? n : most;
    }
    return most;
}

static const char flood_text[] =
    "INVITE sip:x SIP/2.0\r\nVia: SIP/2.0/UDP h%d:%d;branch=z9hG4bK%s\r\n"
    "From: <sip:a@b>;tag=%d\r\nTo: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n\r\n";

static int one_branch_under_many_names_makes_no_long_chain(void)
{
    int count = unit_is_rerun() ? 3 : 500;
    uint16_t code = 403;
    char text[400];
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b), out);
    sip_handle(b.sip, SIP_INVITE, on_refuse, &code);
    for (int i = 0; i < count; i++) {
        snprintf(text, sizeof(text), flood_text, i % 7, 1000 + i, "same", i % 11);
        flood(&b, text);
    }
    CHECK_TO(longest_chain(&b.sip->strans) <= 3, out);
    CHECK_TO(b.sip->merges.count == 0, out); /* all are answered */
out:
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static void on_keep(struct sip_strans *t, struct sip_msg *req, void *arg)
{
    struct sip_strans **kept = arg;

    for (; *kept; kept++)
        ;
    *kept = mem_ref(t);
}

static int calls_of_one_call_id_make_no_long_chain(void)
{
    struct sip_strans *kept[101] = {NULL};
    char text[400];
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b), out);
    sip_handle(b.sip, SIP_INVITE, on_keep, kept);
    for (int i = 0; i < 100; i++) {
        snprintf(text, sizeof(text), flood_text, i, 1000, "b", i);
        flood(&b, text);
    }
    CHECK_TO(longest_chain(&b.sip->merges) <= 3, out);
out:
    for (int i = 0; i < 100; i++)
        mem_deref(kept[i]);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static int challenge_leaves_nothing_behind(void)
{
    uint16_t code = 401;
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b), out);
    sip_handle(b.sip, SIP_INVITE, on_refuse, &code);
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "1", "", 1, "", ""), out);
    CHECK_TO(peer_responses(&b.peer, 401) == 1 && stats_of(&b).server_transactions == 0, out);
    /* The repeat is challenged anew, by the same To tag. */
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "1", "", 1, "", ""), out);
    CHECK_TO(peer_responses(&b.peer, 401) == 2, out);
    CHECK_TO(b.peer.got[0]->to_tag.len == 16, out);
    CHECK_TO(slice_eq(b.peer.got[0]->to_tag, b.peer.got[1]->to_tag), out);
    /* Another request, another tag. */
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "2", "", 1, "", ""), out);
    CHECK_TO(!slice_eq(b.peer.got[0]->to_tag, peer_last(&b.peer)->to_tag), out);
    /* Nothing is sent again by itself, and nothing answers the ACK. */
    CHECK_OK_TO(peer_request(&b, &b.peer, "ACK", "1", "0123456789abcdef", 1, "", ""), out);
    pass(&b, 33000);
    CHECK_TO(b.peer.count == 3 && stats_of(&b).pending == 0, out);
out:
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

/* 60 KB that come back 60 KB long: 32 s of them would fill the memory. */
static int answers_that_wait_for_repeats_have_a_ceiling(void)
{
    uint16_t code = 403;
    struct buf text;
    struct bench b;
    int err;

    buf_init(&text, SIP_MESSAGE_MAX);
    CHECK_OK_TO(bench_open(&b), out);
    sip_handle(b.sip, SIP_REGISTER, on_refuse, &code);
    for (int i = 0; i < 1300; i++) {
        buf_reset(&text);
        buf_printf(&text, "REGISTER sip:x SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK%d\r\n", i);
        for (int n = 0; n < 150; n++)
            buf_printf(&text, "Via: SIP/2.0/UDP h;x=%0380d\r\n", n);
        buf_printf(&text, "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x\r\n"
                          "CSeq: 1 REGISTER\r\n\r\n");
        CHECK_TO(!buf_err(&text), out);
        flood(&b, buf_z(&text));
    }
    CHECK_TO(b.sip->lingering_bytes <= 64 * 1024 * 1024 && b.sip->lingering > 1000, out);
    CHECK_TO(stats_of(&b).server_transactions == b.sip->lingering, out);
    pass(&b, 33000);
    CHECK_TO(b.sip->lingering == 0 && b.sip->lingering_bytes == 0, out);
out:
    buf_fini(&text);
    bench_close(&b);
    return err;
}

/* What is remembered of one peer is not lost for all when there are many. */
static int routes_are_remembered_for_many_peers(void)
{
    struct sip_binding_args args = {.name = "any", .transport = SIP_UDP, .fd = -1};
    struct sip_binding *any = NULL;
    struct sip_flow flow;
    struct sip_self self;
    struct addr peer;
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b), out);
    CHECK_OK_TO(addr_parse(&args.local, SLICE("0.0.0.0:5090"), 0), out);
    CHECK_OK_TO(sip_binding_open(&any, b.sip, &args), out);
    CHECK_OK_TO(addr_parse(&peer, SLICE("127.0.0.0:5060"), 0), out);
    for (unsigned i = 0; i < 16400; i++) {
        peer.ip[2] = (uint8_t)(i >> 8);
        peer.ip[3] = (uint8_t)i;
        sip_flow_to(&flow, any, &peer);
        CHECK_OK_TO(sip_flow_self(&flow, &self), out);
    }
    CHECK_TO(b.sip->locals.count == 16384, out);
out:
    bench_close(&b);
    return err;
}

static void on_force(struct sip_strans *t, struct sip_msg *req, void *arg)
{
    sip_strans_force_rport(t);
    *(struct sip_strans **)arg = mem_ref(t);
}

/* Behind NAT, without ;rport: the answer to CANCEL finds the way that the INVITE's does. */
static int cancel_is_answered_where_the_invite_is(void)
{
    static const char text[] = "%s sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 192.168.1.5:5060;"
                               "branch=z9hG4bKn\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\n"
                               "Call-ID: x\r\nCSeq: 1 %s\r\n\r\n";
    struct sip_strans *t = NULL;
    char request[400];
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b), out);
    sip_handle(b.sip, SIP_INVITE, on_force, &t);
    snprintf(request, sizeof(request), text, "INVITE", "INVITE");
    CHECK_OK_TO(peer_send(&b, &b.peer, request), out);
    snprintf(request, sizeof(request), text, "CANCEL", "CANCEL");
    CHECK_OK_TO(peer_send(&b, &b.peer, request), out);
    CHECK_TO(peer_responses(&b.peer, 200) == 1 && peer_responses(&b.peer, 487) == 1, out);
out:
    mem_deref(t);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

UNIT_TESTS(UNIT(cancel_is_answered_where_the_invite_is),
           UNIT_ONCE(routes_are_remembered_for_many_peers),
           UNIT(uri_with_hundreds_of_parameters_is_refused), UNIT(challenge_leaves_nothing_behind),
           UNIT_ONCE(answers_that_wait_for_repeats_have_a_ceiling),
           UNIT(one_branch_under_many_names_makes_no_long_chain),
           UNIT(calls_of_one_call_id_make_no_long_chain),
           UNIT(escapes_of_control_bytes_are_refused), UNIT(caller_id_cannot_break_out_of_its_line),
           UNIT(request_with_more_lines_than_it_should_is_not_sent),
           UNIT(answer_with_unsound_headers_becomes_500))
