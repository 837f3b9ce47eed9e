/* Session timers (RFC 4028): agreed, refreshed, and the end of what nobody refreshed. */
#include "driver.h"

#include "base/pack.h"
#include "sip/invite_inner.h"

static int up(struct bench *b, struct driver *d, const char *extra)
{
    int err = peer_request(b, &b->peer, "INVITE", "i1", "", 1, extra, "offer");

    if (!err && !d->invite)
        err = d->err ? d->err : ENOMEM;
    if (!err)
        err = say(d->invite, 200, "answer");
    pass(b, 1);
    return err ? err : peer_request(b, &b->peer, "ACK", "a1", tag(b), 1, "", "");
}

#define THEIRS "Supported: timer\r\nAllow: INVITE, UPDATE\r\nSession-Expires: "

static int caller_refreshes_or_the_call_ends(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    d.timer.use = SIP_USE_YES;
    CHECK_OK_TO(up(&b, &d, THEIRS "120\r\n"), out);
    CHECK_TO(last_has(&b, "Session-Expires", "120;refresher=uac"), out);
    CHECK_TO(last_has(&b, "Require", "timer") && last_has(&b, "Supported", "timer"), out);
    CHECK_TO(sip_invite_session_s(d.invite) == 120 && !sip_invite_is_refresher(d.invite), out);
    pass(&b, 80000);
    CHECK_OK_TO(
        peer_request(&b, &b.peer, "UPDATE", "u1", tag(&b), 2, THEIRS "120;refresher=uac\r\n", ""),
        out);
    CHECK_TO(last_has(&b, "Session-Expires", "120;refresher=uac"), out);
    pass(&b, 80000);
    CHECK_TO(d.closed == 0, out);
    pass(&b, 10000); /* 120 - 32 after the refresh */
    CHECK_TO(d.closed == 1 && d.why == SIP_CLOSE_EXPIRED && peer_method(&b.peer) == SIP_BYE, out);
    CHECK_TO(sip_msg_has(peer_last(&b.peer), SIP_H_REASON), out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, peer_last(&b.peer), 200, NULL, "", ""), out);
    CHECK_TO(stats_of(&b).sessions == 0, out);
out:
    return close_bench(&b, &d, err);
}

static int we_refresh_by_update(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    d.timer.use = SIP_USE_YES;
    CHECK_OK_TO(up(&b, &d, THEIRS "3600;refresher=uas\r\n"), out);
    CHECK_TO(last_has(&b, "Session-Expires", "1800;refresher=uas"), out);
    CHECK_TO(sip_invite_is_refresher(d.invite), out);
    for (unsigned n = 1; n < 4; n++) {
        pass(&b, 899000);
        pass(&b, 1200);
        CHECK_TO(peer_requests(&b.peer, SIP_UPDATE) == n, out);
        CHECK_TO(last_has(&b, "Session-Expires", "1800;refresher=uac"), out);
        CHECK_TO(!slice_is_set(peer_last(&b.peer)->body), out);
        CHECK_OK_TO(peer_answer(&b, &b.peer, peer_last(&b.peer), 200, NULL,
                                "Session-Expires: 1800;refresher=uac\r\n", ""),
                    out);
    }
    CHECK_TO(d.updated == 0 && d.closed == 0, out); /* nobody but the layer asked */
out:
    return close_bench(&b, &d, err);
}

static int we_refresh_by_reinvite_where_update_is_not_allowed(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    d.timer.use = SIP_USE_ALWAYS; /* the peer knows no timer at all */
    d.timer.expires_s = 100;
    CHECK_OK_TO(up(&b, &d, ""), out);
    CHECK_TO(sip_invite_is_refresher(d.invite), out);
    pass(&b, 50100);
    CHECK_TO(d.refresh == 1 && peer_method(&b.peer) == SIP_INVITE, out);
    CHECK_TO(slice_eqz(peer_last(&b.peer)->body, "again"), out);
    d.changed = 0;
    CHECK_OK_TO(peer_answer(&b, &b.peer, peer_last(&b.peer), 200, NULL, "", "again too"), out);
    CHECK_TO(d.reinvited == 1 && d.code == 200 && d.changed == 1, out);
    pass(&b, 50100);
    CHECK_TO(d.refresh == 2 && d.closed == 0, out);
    pass(&b, 40000); /* no answer: the transaction ends the session before the timer must */
    CHECK_TO(d.closed == 1, out);
out:
    return close_bench(&b, &d, err);
}

/* RFC 3261 s14.1: a refused offer leaves everything as it was, the timer too. */
static int refused_offer_leaves_the_timer_alone(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    d.timer.use = SIP_USE_YES;
    CHECK_OK_TO(up(&b, &d, THEIRS "1800;refresher=uas\r\n"), out);
    CHECK_TO(sip_invite_session_s(d.invite) == 1800 && sip_invite_is_refresher(d.invite), out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "i2", tag(&b), 2, "", "offer"), out);
    CHECK_OK_TO(say(d.invite, 488, ""), out);
    CHECK_TO(sip_invite_session_s(d.invite) == 1800 && sip_invite_is_refresher(d.invite), out);
    pass(&b, 900100);
    CHECK_TO(peer_method(&b.peer) == SIP_UPDATE, out);
    CHECK_TO(last_has(&b, "Session-Expires", "1800;refresher=uac"), out);
    pass(&b, 5000);
    CHECK_TO(d.closed == 0, out);
out:
    return close_bench(&b, &d, err);
}

/* The interval of an INVITE is its own, whatever an UPDATE says while it waits. */
static int update_while_it_rings_leaves_the_invite_its_interval(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    d.timer.use = SIP_USE_YES;
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "i1", "", 1, THEIRS "1800\r\n", "offer"), out);
    CHECK_OK_TO(say(d.invite, 180, ""), out);
    pass(&b, 1);
    CHECK_OK_TO(peer_request(&b, &b.peer, "UPDATE", "u1", tag(&b), 2, "", ""), out);
    CHECK_TO(peer_status(&b.peer) == 200, out);
    CHECK_TO(!sip_msg_has(peer_last(&b.peer), SIP_H_SESSION_EXPIRES), out);
    CHECK_OK_TO(say(d.invite, 200, "answer"), out);
    pass(&b, 1);
    CHECK_TO(last_has(&b, "Session-Expires", "1800;refresher=uac"), out);
    CHECK_TO(sip_invite_session_s(d.invite) == 1800, out);
out:
    return close_bench(&b, &d, err);
}

static int update_leaves_a_waiting_reinvite_its_interval(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    d.timer.use = SIP_USE_YES;
    CHECK_OK_TO(up(&b, &d, THEIRS "1800\r\n"), out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "i2", tag(&b), 2,
                             THEIRS "600;refresher=uas\r\n", "offer"),
                out);
    CHECK_OK_TO(
        peer_request(&b, &b.peer, "UPDATE", "u1", tag(&b), 3, THEIRS "900;refresher=uac\r\n", ""),
        out);
    CHECK_TO(last_has(&b, "Session-Expires", "900;refresher=uac"), out);
    CHECK_TO(sip_invite_session_s(d.invite) == 900 && !sip_invite_is_refresher(d.invite), out);
    CHECK_OK_TO(say(d.invite, 200, "answer"), out);
    pass(&b, 1);
    CHECK_TO(last_has(&b, "Session-Expires", "600;refresher=uas"), out);
    CHECK_TO(sip_invite_session_s(d.invite) == 600 && sip_invite_is_refresher(d.invite), out);
out:
    return close_bench(&b, &d, err);
}

static int too_short_an_interval_is_refused_both_ways(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    d.timer.use = SIP_USE_YES;
    d.timer.min_se_s = 200;
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "i1", "", 1, THEIRS "120\r\n", "offer"), out);
    CHECK_TO(peer_status(&b.peer) == 422 && last_has(&b, "Min-SE", "200"), out);
    CHECK_TO(d.err == EPROTO && !d.invite, out);
    peer_clear(&b.peer);
    d.timer.expires_s = 300;
    CHECK_OK_TO(call(&b, &d, "offer"), out);
    CHECK_TO(last_has(&b, "Session-Expires", "300") && last_has(&b, "Min-SE", "200"), out);
    CHECK_OK_TO(answer(&b, 422, "t1", "Min-SE: 900\r\n", ""), out);
    CHECK_TO(peer_method(&b.peer) == SIP_INVITE && d.failed == 0, out);
    CHECK_TO(last_has(&b, "Session-Expires", "900") && last_has(&b, "Min-SE", "900"), out);
    CHECK_TO(peer_last(&b.peer)->cseq.number == 2, out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, peer_last(&b.peer), 200, "t2",
                            "Session-Expires: 900;refresher=uas\r\n", "answer"),
                out);
    CHECK_TO(d.answered == 1 && sip_invite_session_s(d.invite) == 900, out);
    CHECK_TO(!sip_invite_is_refresher(d.invite), out);
out:
    return close_bench(&b, &d, err);
}

static int interval_of_a_refresh_may_be_raised(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    d.timer.use = SIP_USE_YES;
    CHECK_OK_TO(up(&b, &d, THEIRS "120;refresher=uas\r\n"), out);
    pass(&b, 60100);
    CHECK_TO(peer_method(&b.peer) == SIP_UPDATE, out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, peer_last(&b.peer), 422, NULL, "Min-SE: 400\r\n", ""),
                out);
    CHECK_TO(peer_requests(&b.peer, SIP_UPDATE) == 2, out);
    CHECK_TO(last_has(&b, "Session-Expires", "400;refresher=uac"), out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, peer_last(&b.peer), 200, NULL,
                            "Session-Expires: 400;refresher=uac\r\n", ""),
                out);
    CHECK_TO(sip_invite_session_s(d.invite) == 400, out);
out:
    return close_bench(&b, &d, err);
}

static int refresh_that_the_peer_refuses_lets_the_session_expire(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    d.timer.use = SIP_USE_YES;
    CHECK_OK_TO(up(&b, &d, THEIRS "120;refresher=uas\r\n"), out);
    pass(&b, 60100);
    CHECK_OK_TO(peer_answer(&b, &b.peer, peer_last(&b.peer), 503, NULL, "", ""), out);
    CHECK_TO(d.closed == 0, out);
    pass(&b, 28000);
    CHECK_TO(d.closed == 1 && d.why == SIP_CLOSE_EXPIRED && peer_method(&b.peer) == SIP_BYE, out);
out:
    return close_bench(&b, &d, err);
}

static int timer_goes_on_in_the_next_process(void)
{
    char bytes[256];
    struct driver d;
    struct bench b;
    struct pack k;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    d.timer.use = SIP_USE_YES;
    CHECK_OK_TO(up(&b, &d, THEIRS "120;refresher=uas\r\n"), out);
    pass(&b, 40000);
    pack_init(&k, bytes, sizeof(bytes));
    invite_timer_pack(d.invite, &k);
    CHECK_OK_TO(pack_err(&k), out);
    invite_timer_stop(d.invite);
    memset(&d.invite->se, 0, sizeof(d.invite->se));
    d.invite->peer_methods = 0;
    unpack_init(&k, slice_from(bytes, k.at));
    invite_timer_pack(d.invite, &k);
    CHECK_TO(sip_invite_session_s(d.invite) == 120 && sip_invite_is_refresher(d.invite), out);
    pass(&b, 19000);
    CHECK_TO(peer_requests(&b.peer, SIP_UPDATE) == 0, out);
    pass(&b, 1100);
    CHECK_TO(peer_requests(&b.peer, SIP_UPDATE) == 1, out);
out:
    return close_bench(&b, &d, err);
}

static int without_timers_nothing_is_said_of_them(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(up(&b, &d, THEIRS "120\r\n"), out);
    CHECK_TO(!sip_msg_has(peer_last(&b.peer), SIP_H_SESSION_EXPIRES), out);
    pass(&b, 200000);
    CHECK_TO(d.closed == 0 && sip_invite_session_s(d.invite) == 0, out);
out:
    return close_bench(&b, &d, err);
}

UNIT_TESTS(UNIT(refused_offer_leaves_the_timer_alone), UNIT(caller_refreshes_or_the_call_ends),
           UNIT(we_refresh_by_update), UNIT(we_refresh_by_reinvite_where_update_is_not_allowed),
           UNIT(update_while_it_rings_leaves_the_invite_its_interval),
           UNIT(update_leaves_a_waiting_reinvite_its_interval),
           UNIT(too_short_an_interval_is_refused_both_ways),
           UNIT(interval_of_a_refresh_may_be_raised),
           UNIT(refresh_that_the_peer_refuses_lets_the_session_expire),
           UNIT(timer_goes_on_in_the_next_process), UNIT(without_timers_nothing_is_said_of_them))
