/* Before the answer: early dialogs, reliable provisional answers (RFC 3262), UPDATE (RFC 3311). */
#include "driver.h"

/* ---- our calls ---- */

static int each_leg_is_a_dialog_of_its_own(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call(&b, &d, "offer"), out);
    CHECK_OK_TO(answer(&b, 183, "t1", "Record-Route: <sip:10.0.0.8:5072;lr>\r\n", "one"), out);
    CHECK_OK_TO(answer(&b, 183, "t2", "", "two"), out);
    CHECK_TO(d.progress == 2 && d.legs == 2 && stats_of(&b).dialogs == 2, out);
    CHECK_TO(slice_eqz(sip_dialog_remote_tag(sip_invite_leg(d.invite, 1)), "t1"), out);
    CHECK_TO(slice_eqz(sip_dialog_remote_tag(sip_invite_leg(d.invite, 2)), "t2"), out);
    CHECK_TO(sip_invite_leg_by_tag(d.invite, SLICE("t2")) == 2, out);
    CHECK_TO(sip_invite_leg_by_tag(d.invite, SLICE("t3")) == 0, out);
    CHECK_OK_TO(inside(&b, "INFO", "n1", "t1", 6, "Require: magic\r\n", ""), out);
    CHECK_TO(peer_status(&b.peer) == 420 && last_has(&b, "Unsupported", "magic"), out);
    CHECK_TO(!sip_invite_leg(d.invite, 3) && !sip_invite_leg(d.invite, 0), out);
    /* A request inside either of them is heard. */
    CHECK_OK_TO(inside(&b, "OPTIONS", "o1", "t1", 7, "", ""), out);
    CHECK_TO(peer_status(&b.peer) == 200, out);
    CHECK_OK_TO(inside(&b, "BYE", "b1", "t1", 8, "", ""), out);
    CHECK_TO(peer_status(&b.peer) == 481 && d.closed == 0, out);
    CHECK_OK_TO(answer(&b, 200, "t2", "", "two"), out);
    CHECK_TO(d.answered == 1 && stats_of(&b).dialogs == 1, out);
    CHECK_TO(slice_eqz(sip_dialog_remote_tag(sip_invite_dialog(d.invite)), "t2"), out);
    CHECK_OK_TO(inside(&b, "OPTIONS", "o2", "t1", 9, "", ""), out);
    CHECK_TO(peer_status(&b.peer) == 481, out);
out:
    return close_bench(&b, &d, err);
}

static int route_set_of_the_answer_replaces_the_early_one(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call(&b, &d, "offer"), out);
    CHECK_OK_TO(answer(&b, 183, "t1", "", "one"), out);
    CHECK_OK_TO(answer(&b, 200, "t1", "Record-Route: <sip:10.0.0.8:5072;lr>\r\n", "one"), out);
    CHECK_TO(d.answered == 1 && stats_of(&b).dialogs == 1, out);
    CHECK_TO(peer_method(&b.other) == SIP_ACK, out);
    CHECK_TO(sip_invite_find(b.sip, sip_invite_call_id(d.invite), b.peer.got[0]->from_tag,
                             SLICE("t1")) == d.invite,
             out);
out:
    return close_bench(&b, &d, err);
}

#define REL "Require: 100rel\r\nRSeq: "

static int reliable_answer_is_acknowledged_once_and_in_order(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    d.rel100 = SIP_USE_YES;
    CHECK_OK_TO(call(&b, &d, "offer"), out);
    CHECK_TO(last_has(&b, "Supported", "100rel") && !sip_msg_has(peer_last(&b.peer), SIP_H_REQUIRE),
             out);
    CHECK_OK_TO(answer(&b, 183, "t1", REL "5\r\n", "one"), out);
    CHECK_TO(peer_method(&b.peer) == SIP_PRACK && last_has(&b, "RAck", "5 1 INVITE"), out);
    CHECK_TO(peer_last(&b.peer)->cseq.number == 2 && slice_eqz(peer_last(&b.peer)->to_tag, "t1"),
             out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, peer_last(&b.peer), 200, NULL, "", ""), out);
    CHECK_OK_TO(answer(&b, 183, "t1", REL "5\r\n", "one"), out); /* a repeat */
    CHECK_OK_TO(answer(&b, 180, "t1", REL "7\r\n", ""), out);    /* one is missing */
    CHECK_TO(d.progress == 1 && peer_requests(&b.peer, SIP_PRACK) == 1, out);
    CHECK_OK_TO(answer(&b, 180, "t1", REL "6\r\n", ""), out);
    CHECK_TO(d.progress == 2 && last_has(&b, "RAck", "6 1 INVITE"), out);
    CHECK_OK_TO(answer(&b, 180, "t2", REL "99\r\n", ""), out); /* another fork counts by itself */
    CHECK_TO(d.progress == 3 && last_has(&b, "RAck", "99 1 INVITE"), out);
    CHECK_OK_TO(answer(&b, 200, "t1", "", ""), out);
    CHECK_TO(d.answered == 1 && !d.want_ack && peer_method(&b.peer) == SIP_ACK, out);
    CHECK_TO(peer_last(&b.peer)->cseq.number == 1, out);
out:
    return close_bench(&b, &d, err);
}

static int offer_in_a_reliable_answer_is_answered_in_prack(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    d.rel100 = SIP_USE_REQUIRED;
    CHECK_OK_TO(call(&b, &d, ""), out);
    CHECK_TO(last_has(&b, "Require", "100rel"), out);
    CHECK_OK_TO(answer(&b, 183, "t1", REL "5\r\n", "their offer"), out);
    CHECK_TO(peer_requests(&b.peer, SIP_PRACK) == 0, out);
    CHECK_OK_TO(sip_invite_prack(d.invite, 1, SLICE("application/sdp"), SLICE("ours")), out);
    pass(&b, 1);
    CHECK_TO(peer_method(&b.peer) == SIP_PRACK && slice_eqz(peer_last(&b.peer)->body, "ours"), out);
    CHECK_TO(sip_invite_prack(d.invite, 1, SLICE_NONE, SLICE_NONE) == EALREADY, out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, peer_last(&b.peer), 200, NULL, "", ""), out);
    CHECK_OK_TO(answer(&b, 200, "t1", "", "their offer"), out);
    CHECK_TO(d.answered == 1 && !d.want_ack && peer_method(&b.peer) == SIP_ACK, out);
out:
    return close_bench(&b, &d, err);
}

static int unwanted_reliability_is_not_acknowledged(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call(&b, &d, "offer"), out);
    CHECK_OK_TO(answer(&b, 183, "t1", REL "5\r\n", "one"), out);
    CHECK_TO(d.progress == 1 && peer_requests(&b.peer, SIP_PRACK) == 0, out);
out:
    return close_bench(&b, &d, err);
}

/* ---- their calls ---- */

static int rack(struct bench *b, const char *branch, unsigned cseq, uint32_t rseq, const char *body)
{
    char extra[80];

    snprintf(extra, sizeof(extra), "RAck: %u 1 INVITE\r\n", rseq);
    return peer_request(b, &b->peer, "PRACK", branch, tag(b), cseq, extra, body);
}

static uint32_t last_rseq(struct bench *b)
{
    uint32_t n = 0;

    for (unsigned i = b->peer.count; i-- > 0 && !n;)
        if (sip_msg_u32(b->peer.got[i], SIP_H_RSEQ, &n))
            n = 0;
    return n;
}

static int reliable_answers_go_one_after_the_other(void)
{
    struct driver d;
    struct bench b;
    uint32_t rseq;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    d.rel100 = SIP_USE_PEER;
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "i1", "", 1, "Supported: 100rel\r\n", "offer"),
                out);
    CHECK_OK_TO(say(d.invite, 183, "answer"), out);
    CHECK_OK_TO(say(d.invite, 180, ""), out);
    CHECK_OK_TO(say(d.invite, 200, "answer"), out); /* waits: the 183 carried SDP */
    pass(&b, 1);
    CHECK_TO(peer_responses(&b.peer, 183) == 1 && b.peer.count == 1, out);
    CHECK_TO(last_has(&b, "Require", "100rel"), out);
    rseq = last_rseq(&b);
    pass(&b, 500);
    pass(&b, 1000);
    CHECK_TO(peer_responses(&b.peer, 183) == 3, out); /* T1, 2*T1 */
    CHECK_OK_TO(rack(&b, "p0", 2, rseq + 1, ""), out);
    CHECK_TO(peer_status(&b.peer) == 481 && d.pracked == 0, out);
    CHECK_OK_TO(rack(&b, "p1", 3, rseq, ""), out);
    CHECK_TO(d.pracked == 1 && peer_responses(&b.peer, 200) == 1, out);
    CHECK_TO(peer_responses(&b.peer, 180) == 1 && last_rseq(&b) == rseq + 1, out);
    CHECK_OK_TO(rack(&b, "p2", 4, rseq + 1, ""), out);
    CHECK_TO(peer_responses(&b.peer, 200) == 3 && sip_invite_is_up(d.invite), out);
    pass(&b, 400);
    CHECK_TO(peer_responses(&b.peer, 180) == 1, out);
out:
    return close_bench(&b, &d, err);
}

static int reliable_answer_nobody_acknowledges_ends_in_504(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    d.rel100 = SIP_USE_YES;
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "i1", "", 1, "Require: 100rel\r\n", "offer"),
                out);
    CHECK_OK_TO(say(d.invite, 183, "answer"), out);
    pass(&b, 31900);
    CHECK_TO(peer_responses(&b.peer, 183) == 7 && d.closed == 0, out); /* 0 .5 1.5 ... 31.5 */
    pass(&b, 200);
    CHECK_TO(peer_responses(&b.peer, 504) == 1, out);
    CHECK_TO(d.closed == 1 && d.why == SIP_CLOSE_NO_ACK && sip_invite_is_over(d.invite), out);
out:
    return close_bench(&b, &d, err);
}

static int too_many_reliable_answers_are_refused(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    d.rel100 = SIP_USE_PEER;
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "i1", "", 1, "Supported: 100rel\r\n", ""), out);
    for (unsigned n = 0; n < 9; n++)
        CHECK_OK_TO(say(d.invite, 180, ""), out);
    CHECK_TO(say(d.invite, 180, "") == EAGAIN, out);
    CHECK_OK_TO(say(d.invite, 486, ""), out); /* a refusal waits for nothing */
    pass(&b, 1);
    CHECK_TO(peer_responses(&b.peer, 486) == 1, out);
out:
    return close_bench(&b, &d, err);
}

static int offer_in_prack_is_the_drivers(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    d.rel100 = SIP_USE_YES;
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "i1", "", 1, "Require: 100rel\r\n", "offer"),
                out);
    CHECK_OK_TO(say(d.invite, 183, "answer"), out);
    d.say = 200;
    d.say_body = "second answer";
    pass(&b, 1);
    CHECK_OK_TO(rack(&b, "p1", 2, last_rseq(&b), "second offer"), out);
    CHECK_TO(d.pracked == 1 && strcmp(d.body, "second offer") == 0, out);
    CHECK_TO(peer_status(&b.peer) == 200 && slice_eqz(peer_last(&b.peer)->body, "second answer"),
             out);
out:
    return close_bench(&b, &d, err);
}

/* The offer of the INVITE is not answered yet: there is no room for a second one. */
/* Our offer is in the 1xx, its answer in the PRACK: no offer of theirs in between (RFC 3311 s5.2). */
static int update_may_not_offer_while_our_offer_waits(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    d.rel100 = SIP_USE_YES;
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "i1", "", 1, "Require: 100rel\r\n", ""), out);
    CHECK_OK_TO(say(d.invite, 183, "our offer"), out);
    pass(&b, 1);
    CHECK_OK_TO(peer_request(&b, &b.peer, "UPDATE", "u1", tag(&b), 2, "", "theirs"), out);
    CHECK_TO(peer_status(&b.peer) == 491 && d.update == 0, out);
out:
    return close_bench(&b, &d, err);
}

static int offer_in_prack_comes_too_early(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    d.rel100 = SIP_USE_YES;
    d.say = 200;
    d.say_body = "second answer";
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "i1", "", 1, "Require: 100rel\r\n", "offer"),
                out);
    CHECK_OK_TO(say(d.invite, 180, ""), out);
    pass(&b, 1);
    CHECK_OK_TO(rack(&b, "p1", 2, last_rseq(&b), "second offer"), out);
    CHECK_TO(peer_status(&b.peer) == 488 && d.pracked == 0, out);
    pass(&b, 5000);
    CHECK_TO(peer_responses(&b.peer, 180) == 1, out); /* it was acknowledged all the same */
    CHECK_OK_TO(say(d.invite, 200, "answer"), out);
    pass(&b, 1);
    CHECK_TO(peer_status(&b.peer) == 200 && sip_invite_is_up(d.invite), out);
out:
    return close_bench(&b, &d, err);
}

static int extensions_that_do_not_fit_are_refused(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "i1", "", 1, "Require: 100rel, timer\r\n", ""),
                out);
    CHECK_TO(peer_status(&b.peer) == 420 && d.err == EPROTO, out);
    CHECK_TO(last_has(&b, "Unsupported", "100rel"), out);
    d.rel100 = SIP_USE_REQUIRED;
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "i2", "", 2, "", ""), out);
    CHECK_TO(peer_status(&b.peer) == 421 && last_has(&b, "Require", "100rel"), out);
    d.rel100 = SIP_USE_NO;
    d.timer.use = SIP_USE_REQUIRED;
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "i3", "", 3, "", ""), out);
    CHECK_TO(peer_status(&b.peer) == 421 && last_has(&b, "Require", "timer"), out);
    CHECK_TO(stats_of(&b).sessions == 0 && !d.invite, out);
out:
    return close_bench(&b, &d, err);
}

/* ---- UPDATE ---- */

static int update_of_the_peer_is_answered(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "i1", "", 1, "", "offer"), out);
    CHECK_OK_TO(say(d.invite, 180, ""), out);
    pass(&b, 1);
    /* Their offer has no answer yet: a second one must wait. */
    CHECK_OK_TO(peer_request(&b, &b.peer, "UPDATE", "u1", tag(&b), 2, "", "offer2"), out);
    CHECK_TO(peer_status(&b.peer) == 500 && sip_msg_has(peer_last(&b.peer), SIP_H_RETRY_AFTER),
             out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "UPDATE", "u2", tag(&b), 3, "", ""), out);
    CHECK_TO(peer_status(&b.peer) == 200 && d.update == 1, out);
    CHECK_TO(last_has(&b, "Contact", "<sip:600@10.0.0.1:5060>"), out);
    CHECK_OK_TO(say(d.invite, 200, "answer"), out);
    pass(&b, 1);
    CHECK_OK_TO(peer_request(&b, &b.peer, "ACK", "a1", tag(&b), 1, "", ""), out);
    d.say = 200;
    d.say_body = "answer3";
    CHECK_OK_TO(peer_request(&b, &b.peer, "UPDATE", "u3", tag(&b), 4, "", "offer3"), out);
    CHECK_TO(d.update == 2 && slice_eqz(peer_last(&b.peer)->body, "answer3"), out);
    d.say = 0;
    CHECK_OK_TO(peer_request(&b, &b.peer, "UPDATE", "u4", tag(&b), 5, "", "offer4"), out);
    CHECK_TO(peer_status(&b.peer) == 488, out);
out:
    return close_bench(&b, &d, err);
}

static int update_of_ours_in_an_early_dialog(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call(&b, &d, "offer"), out);
    CHECK_TO(sip_invite_update(d.invite, 1, SLICE_NONE, SLICE_NONE, SLICE_NONE) == ENOTCONN, out);
    CHECK_OK_TO(answer(&b, 183, "t1", "", "one"), out);
    CHECK_TO(sip_invite_update(d.invite, 1, SLICE_NONE, SLICE_NONE, SLICE_NONE) == ENOTSUP, out);
    CHECK_OK_TO(answer(&b, 183, "t1", "Allow: INVITE, UPDATE\r\n", "one"), out);
    CHECK_TO(sip_invite_peer_allows(d.invite, SIP_UPDATE), out);
    CHECK_OK_TO(sip_invite_update(d.invite, 1, SLICE("application/sdp"), SLICE("offer2"),
                                  SLICE("X-A: b\r\n")),
                out);
    pass(&b, 1);
    CHECK_TO(peer_method(&b.peer) == SIP_UPDATE && last_has(&b, "X-A", "b"), out);
    CHECK_TO(sip_msg_has(peer_last(&b.peer), SIP_H_CONTACT), out);
    CHECK_TO(sip_invite_update(d.invite, 1, SLICE_NONE, SLICE_NONE, SLICE_NONE) == EBUSY, out);
    /* Theirs crosses it. */
    CHECK_OK_TO(inside(&b, "UPDATE", "u1", "t1", 7, "", "offer3"), out);
    CHECK_TO(peer_status(&b.peer) == 491 && d.update == 0, out);
    for (unsigned i = 0; i < b.peer.count; i++)
        if (b.peer.got[i]->is_request && b.peer.got[i]->method == SIP_UPDATE)
            CHECK_OK_TO(peer_answer(&b, &b.peer, b.peer.got[i], 491, NULL, "", ""), out);
    CHECK_TO(d.updated == 0, out);
    pass(&b, 4100);
    CHECK_TO(peer_requests(&b.peer, SIP_UPDATE) >= 2, out); /* and repeats */
    CHECK_OK_TO(peer_answer(&b, &b.peer, peer_last(&b.peer), 200, NULL, "", "answer2"), out);
    CHECK_TO(d.updated == 1 && d.code == 200, out);
out:
    return close_bench(&b, &d, err);
}

static int delayed_offer_of_our_reinvite_is_answered_in_ack(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call(&b, &d, "offer"), out);
    CHECK_OK_TO(answer(&b, 200, "t1", "", "answer"), out);
    CHECK_OK_TO(sip_invite_reinvite(d.invite, SLICE_NONE, SLICE_NONE, SLICE_NONE), out);
    pass(&b, 1);
    CHECK_TO(peer_method(&b.peer) == SIP_INVITE, out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, peer_last(&b.peer), 200, NULL, "", "their offer"), out);
    CHECK_TO(d.reinvited == 1 && strcmp(d.body, "their offer") == 0, out);
    CHECK_TO(peer_requests(&b.peer, SIP_ACK) == 1, out);
    CHECK_OK_TO(sip_invite_ack(d.invite, SLICE("application/sdp"), SLICE("mine")), out);
    pass(&b, 1);
    CHECK_TO(peer_method(&b.peer) == SIP_ACK && slice_eqz(peer_last(&b.peer)->body, "mine"), out);
    CHECK_TO(peer_last(&b.peer)->cseq.number == 2, out);
    CHECK_TO(sip_invite_ack(d.invite, SLICE_NONE, SLICE_NONE) == EALREADY, out);
out:
    return close_bench(&b, &d, err);
}

UNIT_TESTS(UNIT(each_leg_is_a_dialog_of_its_own),
           UNIT(route_set_of_the_answer_replaces_the_early_one),
           UNIT(reliable_answer_is_acknowledged_once_and_in_order),
           UNIT(offer_in_a_reliable_answer_is_answered_in_prack),
           UNIT(unwanted_reliability_is_not_acknowledged),
           UNIT(reliable_answers_go_one_after_the_other),
           UNIT(reliable_answer_nobody_acknowledges_ends_in_504),
           UNIT(too_many_reliable_answers_are_refused), UNIT(offer_in_prack_is_the_drivers),
           UNIT(update_may_not_offer_while_our_offer_waits), UNIT(offer_in_prack_comes_too_early),
           UNIT(extensions_that_do_not_fit_are_refused), UNIT(update_of_the_peer_is_answered),
           UNIT(update_of_ours_in_an_early_dialog),
           UNIT(delayed_offer_of_our_reinvite_is_answered_in_ack))
