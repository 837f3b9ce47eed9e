/* Sessions whose messages cross, come malformed, or never come. */
#include "peer.h"

struct driver {
    struct sip_invite *invite;
    unsigned answered, failed, closed, acked;
    uint16_t code;
    bool may_move;
};

static void on_answered(struct sip_invite *i, const struct sip_msg *r, bool want_ack, void *arg)
{
    ((struct driver *)arg)->answered++;
}

static void on_failed(struct sip_invite *i, uint16_t code, const struct sip_msg *r, void *arg)
{
    struct driver *d = arg;

    d->failed++;
    d->code = code;
}

static void on_acked(struct sip_invite *i, const struct sip_msg *ack, void *arg)
{
    ((struct driver *)arg)->acked++;
}

static void on_closed(struct sip_invite *i, enum sip_invite_close why, const struct sip_msg *m,
                      void *arg)
{
    ((struct driver *)arg)->closed++;
}

static void on_reinvite(struct sip_invite *i, const struct sip_msg *req, void *arg)
{
}

static bool may_move(struct sip_invite *i, const struct addr *to, void *arg)
{
    return ((struct driver *)arg)->may_move;
}

static const struct sip_invite_handlers handlers = {.may_move = may_move,
                                                    .answered = on_answered,
                                                    .failed = on_failed,
                                                    .acked = on_acked,
                                                    .reinvite = on_reinvite,
                                                    .closed = on_closed};

static void on_invite(struct sip_strans *t, struct sip_msg *req, void *arg)
{
    struct driver *d = arg;
    struct sip_invite_accept_args args = {.handlers = &handlers, .arg = d, .is_symmetric = true};

    sip_invite_accept(&d->invite, t, &args);
}

static int open_bench(struct bench *b, struct driver *d)
{
    int err = bench_open(b);

    memset(d, 0, sizeof(*d));
    if (!err)
        sip_handle(b->sip, SIP_INVITE, on_invite, d);
    return err;
}

static int close_bench(struct bench *b, struct driver *d, int err)
{
    mem_deref(d->invite);
    bench_close(b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static int say(struct sip_invite *i, uint16_t code)
{
    struct sip_answer a = {.code = code};

    if (!i)
        return ENOMEM;
    return code < 200 ? sip_invite_progress(i, &a) : sip_invite_answer(i, &a);
}

/* Our tag, as the last answer showed it. */
static const char *tag(struct bench *b)
{
    static char text[64];

    text[0] = '\0';
    for (unsigned i = b->peer.count; i-- > 0 && !text[0];)
        if (!b->peer.got[i]->is_request)
            slice_copy(b->peer.got[i]->to_tag, text, sizeof(text));
    return text;
}

/* A call of the peer, up. */
static int call_up(struct bench *b, struct driver *d)
{
    int err = peer_request(b, &b->peer, "INVITE", "i1", "", 1, "", "");

    if (!err)
        err = say(d->invite, 200);
    pass(b, 1);
    return err ? err : peer_request(b, &b->peer, "ACK", "a1", tag(b), 1, "", "");
}

static int byes_that_cross_end_the_session_once(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call_up(&b, &d), out);
    sip_invite_end(d.invite, 0, SLICE_NONE);
    d.invite = mem_deref(d.invite); /* the channel is gone */
    pass(&b, 1);
    CHECK_TO(peer_method(&b.peer) == SIP_BYE, out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "BYE", "b1", tag(&b), 2, "", ""), out);
    CHECK_TO(peer_status(&b.peer) == 200 && stats_of(&b).sessions == 0, out);
    for (unsigned i = 0; i < b.peer.count; i++)
        if (b.peer.got[i]->is_request)
            CHECK_OK_TO(peer_answer(&b, &b.peer, b.peer.got[i], 481, NULL, "", ""), out);
    pass(&b, 33000);
    CHECK_TO(stats_of(&b).client_transactions == 0, out);
out:
    return close_bench(&b, &d, err);
}

static int byes_that_cross_and_no_answer_end_the_session_once(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call_up(&b, &d), out);
    sip_invite_end(d.invite, 0, SLICE_NONE);
    d.invite = mem_deref(d.invite);
    CHECK_OK_TO(peer_request(&b, &b.peer, "BYE", "b1", tag(&b), 2, "", ""), out);
    CHECK_TO(stats_of(&b).sessions == 0, out);
    pass(&b, 33000); /* timer F of ours */
    CHECK_TO(stats_of(&b).client_transactions == 0, out);
out:
    return close_bench(&b, &d, err);
}

/* Our INVITE at the peer. */
static int call_peer(struct bench *b, struct driver *d)
{
    struct sip_invite_args args = {.uri = SLICE("sip:600@10.0.0.7:5071"),
                                   .body = SLICE("offer"),
                                   .content_type = SLICE("application/sdp"),
                                   .max_forwards = 9,
                                   .handlers = &handlers,
                                   .arg = d};
    int err = sip_invite_send(&d->invite, b->sip, &args);

    pass(b, 1);
    return err;
}

static int call_may_ring_for_as_long_as_its_caller_wants(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call_peer(&b, &d), out);
    CHECK_TO(b.peer.count == 1 && b.peer.got[0]->max_forwards == 9, out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, b.peer.got[0], 180, "t", "", ""), out);
    pass(&b, 3600000);
    CHECK_TO(peer_requests(&b.peer, SIP_CANCEL) == 0 && d.failed == 0, out);
    sip_invite_end(d.invite, 0, SLICE_NONE);
    pass(&b, 1);
    CHECK_TO(peer_requests(&b.peer, SIP_CANCEL) == 1 && d.failed == 0, out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, b.peer.got[0], 487, "t", "", ""), out);
    CHECK_TO(peer_requests(&b.peer, SIP_ACK) == 1, out);
    pass(&b, 33000);
    CHECK_TO(stats_of(&b).client_transactions == 0 && stats_of(&b).sessions == 0, out);
out:
    return close_bench(&b, &d, err);
}

static int call_whose_phone_vanished_while_ringing_ends_when_it_is_given_up(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call_peer(&b, &d), out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, b.peer.got[0], 100, NULL, "", ""), out);
    pass(&b, 400000);
    CHECK_TO(d.failed == 0 && stats_of(&b).sessions == 1, out);
    sip_invite_end(d.invite, 0, SLICE_NONE);
    pass(&b, 65000);
    CHECK_TO(stats_of(&b).client_transactions == 0 && stats_of(&b).sessions == 0, out);
out:
    return close_bench(&b, &d, err);
}

static int ringing_is_said_again_each_minute(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "i1", "", 1, "", ""), out);
    CHECK_OK_TO(say(d.invite, 180), out);
    pass(&b, 59000);
    CHECK_TO(peer_responses(&b.peer, 180) == 1, out);
    pass(&b, 2000);
    CHECK_TO(peer_responses(&b.peer, 180) == 2, out);
    pass(&b, 60000);
    CHECK_TO(peer_responses(&b.peer, 180) == 3, out);
    CHECK_OK_TO(say(d.invite, 200), out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "ACK", "a1", tag(&b), 1, "", ""), out);
    pass(&b, 61000);
    CHECK_TO(peer_responses(&b.peer, 180) == 3 && peer_responses(&b.peer, 200) == 1, out);
out:
    return close_bench(&b, &d, err);
}

static int bye_does_not_wait_for_the_ack_of_a_reinvite(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call_up(&b, &d), out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "i2", tag(&b), 2, "", "hold"), out);
    CHECK_OK_TO(say(d.invite, 200), out);
    sip_invite_end(d.invite, 0, SLICE_NONE);
    pass(&b, 1);
    CHECK_TO(peer_method(&b.peer) == SIP_BYE, out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, peer_last(&b.peer), 200, NULL, "", ""), out);
    CHECK_TO(stats_of(&b).sessions == 0, out);
out:
    return close_bench(&b, &d, err);
}

/* What a 2xx may bring that names no way back. */
static int check_unusable(struct bench *b, struct driver *d, const char *extra, bool keep_contact)
{
    struct sip_answer a = {.code = 200, .to_tag = SLICE("t"), .headers = slice_of(extra)};
    struct buf out;
    int err;

    buf_init(&out, SIP_MESSAGE_MAX);
    if (keep_contact)
        a.contact = SLICE("<sip:p@10.0.0.7:5071>");
    err = b->peer.count ? sip_answer_print(&out, b->peer.got[0], &a, NULL) : ENOMEM;
    if (!err)
        err = peer_send(b, &b->peer, buf_z(&out));
    buf_fini(&out);
    if (err)
        return err;
    CHECK(peer_requests(&b->peer, SIP_ACK) == 1 && peer_requests(&b->peer, SIP_BYE) == 1);
    CHECK(d->answered == 0 && d->failed == 1 && d->code == 502);
    return peer_answer(b, &b->peer, peer_last(&b->peer), 200, NULL, "", "");
}

static int answer_with_unusable_contact_gets_ack_and_bye(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call_peer(&b, &d), out);
    CHECK_OK_TO(check_unusable(&b, &d, "Contact: <tel:123>\r\n", false), out);
    CHECK_TO(stats_of(&b).sessions == 0, out);
out:
    return close_bench(&b, &d, err);
}

static const char routes[] = "Record-Route: <sip:r;lr>,<sip:r;lr>,<sip:r;lr>,<sip:r;lr>\r\n"
                             "Record-Route: <sip:r;lr>,<sip:r;lr>,<sip:r;lr>,<sip:r;lr>\r\n"
                             "Record-Route: <sip:r;lr>,<sip:r;lr>,<sip:r;lr>,<sip:r;lr>\r\n"
                             "Record-Route: <sip:r;lr>,<sip:r;lr>,<sip:r;lr>,<sip:r;lr>\r\n"
                             "Record-Route: <sip:r;lr>,<sip:r;lr>,<sip:r;lr>,<sip:r;lr>\r\n"
                             "Record-Route: <sip:r;lr>,<sip:r;lr>,<sip:r;lr>,<sip:r;lr>\r\n"
                             "Record-Route: <sip:r;lr>,<sip:r;lr>,<sip:r;lr>,<sip:r;lr>\r\n"
                             "Record-Route: <sip:r;lr>,<sip:r;lr>,<sip:r;lr>,<sip:r;lr>\r\n"
                             "Record-Route: <sip:r;lr>\r\n";

static int route_set_without_end_is_refused(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "i1", "", 1, routes, ""), out);
    CHECK_TO(peer_status(&b.peer) == 400 && !d.invite, out);
    peer_clear(&b.peer);
    CHECK_OK_TO(call_peer(&b, &d), out);
    CHECK_OK_TO(check_unusable(&b, &d, routes, true), out);
out:
    return close_bench(&b, &d, err);
}

/* Few routes, but 20 KB of them. */
static int route_set_of_many_bytes_is_refused(void)
{
    struct driver d;
    struct bench b;
    struct buf long_ones;
    int err;

    buf_init(&long_ones, SIP_MESSAGE_MAX);
    for (int i = 0; i < 20; i++)
        buf_printf(&long_ones, "Record-Route: <sip:r;x=%01000d;lr>\r\n", i);
    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(buf_err(&long_ones), out);
    CHECK_OK_TO(call_peer(&b, &d), out);
    CHECK_OK_TO(check_unusable(&b, &d, buf_z(&long_ones), true), out);
out:
    buf_fini(&long_ones);
    return close_bench(&b, &d, err);
}

static int response_for_somebody_else_is_dropped(void)
{
    struct driver d;
    struct bench b;
    char text[1000], via[300];
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call_peer(&b, &d), out);
    CHECK_TO(b.peer.count == 1, out);
    CHECK_OK_TO(slice_copy(b.peer.got[0]->via.text, via, sizeof(via)), out);
    snprintf(text, sizeof(text),
             "SIP/2.0 486 Busy\r\nVia: %s\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\r\n"
             "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: x\r\n"
             "CSeq: 1 INVITE\r\n\r\n",
             via);
    CHECK_OK_TO(peer_send(&b, &b.peer, text), out);
    CHECK_TO(d.failed == 0 && stats_of(&b).garbage == 1, out);
out:
    if (d.invite)
        sip_invite_end(d.invite, 0, SLICE_NONE);
    return close_bench(&b, &d, err);
}

static int unknown_method_inside_a_dialog_gets_501(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call_up(&b, &d), out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "FOO", "f1", tag(&b), 2, "", ""), out);
    CHECK_TO(peer_status(&b.peer) == 501 && sip_invite_is_up(d.invite), out);
out:
    return close_bench(&b, &d, err);
}

static int dialog_follows_its_peer_only_where_it_may(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call_up(&b, &d), out);
    CHECK_OK_TO(peer_request(&b, &b.other, "INFO", "n1", tag(&b), 2, "", ""), out);
    CHECK_OK_TO(
        sip_invite_request(d.invite, SIP_INFO, SLICE_NONE, SLICE_NONE, SLICE_NONE, NULL, NULL),
        out);
    pass(&b, 1);
    CHECK_TO(peer_requests(&b.peer, SIP_INFO) == 1 && peer_requests(&b.other, SIP_INFO) == 0, out);
    d.may_move = true;
    CHECK_OK_TO(peer_request(&b, &b.other, "INFO", "n2", tag(&b), 3, "", ""), out);
    CHECK_OK_TO(
        sip_invite_request(d.invite, SIP_INFO, SLICE_NONE, SLICE_NONE, SLICE_NONE, NULL, NULL),
        out);
    pass(&b, 1);
    CHECK_TO(peer_requests(&b.other, SIP_INFO) == 1, out);
out:
    return close_bench(&b, &d, err);
}

UNIT_TESTS(UNIT(dialog_follows_its_peer_only_where_it_may),
           UNIT(answer_with_unusable_contact_gets_ack_and_bye),
           UNIT(route_set_without_end_is_refused), UNIT(route_set_of_many_bytes_is_refused),
           UNIT(response_for_somebody_else_is_dropped),
           UNIT(unknown_method_inside_a_dialog_gets_501),
           UNIT(call_may_ring_for_as_long_as_its_caller_wants),
           UNIT(call_whose_phone_vanished_while_ringing_ends_when_it_is_given_up),
           UNIT(ringing_is_said_again_each_minute),
           UNIT(bye_does_not_wait_for_the_ack_of_a_reinvite),
           UNIT(byes_that_cross_end_the_session_once),
           UNIT(byes_that_cross_and_no_answer_end_the_session_once))
