/* Sessions: both sides, and every race that RFC 3261 names. */
#include "peer.h"

/* A driver that writes down what it hears. */
struct driver {
    struct sip_invite *invite;
    struct sip_strans *strans;
    unsigned progress, legs, answered, failed, canceled, acked, reinvite, reinvited, request,
        closed;
    uint16_t code;
    int err;
    enum sip_invite_close why;
    char body[100];
    bool want_ack, is_symmetric, end_at_once;
    sip_creds_h *creds;
};

static void on_progress(struct sip_invite *i, const struct sip_msg *r, unsigned leg, void *arg)
{
    struct driver *d = arg;

    d->progress++;
    d->code = r->status;
    if (leg > d->legs)
        d->legs = leg;
}

static void on_answered(struct sip_invite *i, const struct sip_msg *r, bool want_ack, void *arg)
{
    struct driver *d = arg;

    d->answered++;
    d->want_ack = want_ack;
    slice_copy(r->body, d->body, sizeof(d->body));
    if (d->end_at_once)
        sip_invite_end(i, 0, SLICE_NONE);
}

static void on_failed(struct sip_invite *i, uint16_t code, const struct sip_msg *r, void *arg)
{
    struct driver *d = arg;

    d->failed++;
    d->code = code;
}

static void on_canceled(struct sip_invite *i, const struct sip_msg *cancel, void *arg)
{
    ((struct driver *)arg)->canceled++;
}

static void on_acked(struct sip_invite *i, const struct sip_msg *ack, void *arg)
{
    struct driver *d = arg;

    d->acked++;
    slice_copy(ack->body, d->body, sizeof(d->body));
}

static void on_reinvite(struct sip_invite *i, const struct sip_msg *req, void *arg)
{
    ((struct driver *)arg)->reinvite++;
}

static void on_reinvited(struct sip_invite *i, int err, const struct sip_msg *r, void *arg)
{
    struct driver *d = arg;

    d->reinvited++;
    d->err = err;
    d->code = r ? r->status : 0;
}

static void on_in_dialog(struct sip_invite *i, struct sip_strans *t, const struct sip_msg *req,
                         void *arg)
{
    struct driver *d = arg;

    d->request++;
    slice_copy(req->body, d->body, sizeof(d->body));
    sip_strans_refuse(t, 200, NULL);
}

static void on_closed(struct sip_invite *i, enum sip_invite_close why, const struct sip_msg *m,
                      void *arg)
{
    struct driver *d = arg;

    d->closed++;
    d->why = why;
}

static const struct sip_invite_handlers handlers = {
    .progress = on_progress,
    .answered = on_answered,
    .failed = on_failed,
    .canceled = on_canceled,
    .acked = on_acked,
    .reinvite = on_reinvite,
    .reinvited = on_reinvited,
    .request = on_in_dialog,
    .closed = on_closed,
};

static void on_invite(struct sip_strans *t, struct sip_msg *req, void *arg)
{
    struct driver *d = arg;
    struct sip_invite_accept_args args = {
        .handlers = &handlers, .arg = d, .is_symmetric = d->is_symmetric, .creds = d->creds};

    d->err = sip_invite_accept(&d->invite, t, &args);
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

static int say(struct sip_invite *i, uint16_t code, const char *body)
{
    struct sip_answer a = {.code = code};

    if (!i)
        return ENOMEM;
    if (*body) {
        a.content_type = SLICE("application/sdp");
        a.body = slice_of(body);
    }
    if (code < 200)
        return sip_invite_progress(i, &a);
    return code < 300 ? sip_invite_answer(i, &a) : sip_invite_reject(i, &a);
}

/* Our tag, as the last message from us showed it. */
static const char *tag(struct bench *b)
{
    static char text[64];

    text[0] = '\0';
    for (unsigned i = b->peer.count; i-- > 0;) {
        struct slice s =
            b->peer.got[i]->is_request ? b->peer.got[i]->from_tag : b->peer.got[i]->to_tag;

        if (s.len) {
            slice_copy(s, text, sizeof(text));
            break;
        }
    }
    return text;
}

/* ---- callee ---- */

/* INVITE up to the 200. */
static int ring_and_answer(struct bench *b, struct driver *d, const char *body)
{
    int err = peer_request(b, &b->peer, "INVITE", "i1", "", 1, "", "offer");

    if (!err && !d->invite)
        err = d->err ? d->err : ENOMEM;
    if (!err)
        err = say(d->invite, 180, "");
    if (!err)
        err = say(d->invite, 200, body);
    pass(b, 1);
    return err;
}

static int call_up(struct bench *b, struct driver *d)
{
    int err = ring_and_answer(b, d, "answer");

    return err ? err : peer_request(b, &b->peer, "ACK", "a1", tag(b), 1, "", "");
}

static int callee_rings_answers_and_hears_bye(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(ring_and_answer(&b, &d, "answer"), out);
    CHECK_TO(peer_responses(&b.peer, 100) == 0 && peer_responses(&b.peer, 180) == 1, out);
    CHECK_TO(peer_status(&b.peer) == 200 && slice_eqz(peer_last(&b.peer)->body, "answer"), out);
    CHECK_TO(slice_eqz(sip_msg_get(peer_last(&b.peer), SIP_H_CONTACT), "<sip:600@10.0.0.1:5060>"),
             out);
    CHECK_TO(slice_eq(b.peer.got[0]->to_tag, b.peer.got[1]->to_tag), out);
    CHECK_TO(sip_invite_is_up(d.invite) && d.acked == 0, out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "ACK", "a1", tag(&b), 1, "", "sdp"), out);
    CHECK_TO(d.acked == 1 && strcmp(d.body, "sdp") == 0, out);
    pass(&b, 5000);
    CHECK_TO(peer_responses(&b.peer, 200) == 1, out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "BYE", "b1", tag(&b), 2, "", ""), out);
    CHECK_TO(peer_responses(&b.peer, 200) == 2, out);
    CHECK_TO(d.closed == 1 && d.why == SIP_CLOSE_BYE && sip_invite_is_over(d.invite), out);
    CHECK_TO(stats_of(&b).dialogs == 0 && stats_of(&b).sessions == 0, out);
out:
    return close_bench(&b, &d, err);
}

static int slow_driver_is_covered_by_trying(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "i1", "", 1, "", ""), out);
    pass(&b, 190);
    CHECK_TO(b.peer.count == 0, out);
    pass(&b, 20);
    CHECK_TO(peer_status(&b.peer) == 100 && !slice_is_set(peer_last(&b.peer)->to_tag), out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "i1", "", 1, "", ""), out);
    CHECK_TO(peer_responses(&b.peer, 100) == 2, out);
out:
    return close_bench(&b, &d, err);
}

static int answer_is_repeated_until_ack(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(ring_and_answer(&b, &d, ""), out);
    pass(&b, 500);
    CHECK_TO(peer_responses(&b.peer, 200) == 2, out);
    pass(&b, 1000);
    CHECK_TO(peer_responses(&b.peer, 200) == 3, out);
    /* An ACK of another CSeq is not it. */
    CHECK_OK_TO(peer_request(&b, &b.peer, "ACK", "a0", tag(&b), 9, "", ""), out);
    CHECK_TO(d.acked == 0, out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "ACK", "a1", tag(&b), 1, "", ""), out);
    pass(&b, 10000);
    CHECK_TO(peer_responses(&b.peer, 200) == 3 && d.acked == 1, out);
out:
    return close_bench(&b, &d, err);
}

static int answer_without_ack_ends_in_bye(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(ring_and_answer(&b, &d, ""), out);
    pass(&b, 32300);
    CHECK_TO(d.closed == 1 && d.why == SIP_CLOSE_NO_ACK, out);
    CHECK_TO(peer_method(&b.peer) == SIP_BYE, out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, peer_last(&b.peer), 200, NULL, "", ""), out);
    CHECK_TO(stats_of(&b).sessions == 0, out);
out:
    return close_bench(&b, &d, err);
}

static int callee_that_hangs_up_before_ack_waits_for_it(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(ring_and_answer(&b, &d, ""), out);
    sip_invite_end(d.invite, 0, SLICE("Reason: Q.850;cause=16\r\n"));
    d.invite = mem_deref(d.invite); /* nobody but the goodbye holds it now */
    pass(&b, 600);
    CHECK_TO(peer_requests(&b.peer, SIP_BYE) == 0, out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "ACK", "a1", tag(&b), 1, "", ""), out);
    CHECK_TO(peer_method(&b.peer) == SIP_BYE, out);
    CHECK_TO(slice_eqz(sip_msg_get(peer_last(&b.peer), SIP_H_REASON), "Q.850;cause=16"), out);
    CHECK_TO(slice_eqz(peer_last(&b.peer)->to_tag, "f1"), out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, peer_last(&b.peer), 200, NULL, "", ""), out);
    CHECK_TO(d.acked == 0 && d.closed == 0 && stats_of(&b).sessions == 0, out);
out:
    return close_bench(&b, &d, err);
}

static int cancel_while_ringing_gets_487(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "i1", "", 1, "", ""), out);
    CHECK_OK_TO(say(d.invite, 180, ""), out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "CANCEL", "i1", "", 1, "", ""), out);
    CHECK_TO(peer_responses(&b.peer, 200) == 1 && peer_responses(&b.peer, 487) == 1, out);
    CHECK_TO(d.canceled == 1 && sip_invite_is_over(d.invite), out);
    CHECK_TO(say(d.invite, 200, "") == EALREADY, out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "ACK", "i1", tag(&b), 1, "", ""), out);
    pass(&b, 6000);
    CHECK_TO(peer_responses(&b.peer, 487) == 1 && stats_of(&b).server_transactions == 0, out);
out:
    return close_bench(&b, &d, err);
}

static int cancel_after_the_answer_changes_nothing(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(ring_and_answer(&b, &d, ""), out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "CANCEL", "i1", "", 1, "", ""), out);
    CHECK_TO(peer_responses(&b.peer, 200) == 2 && peer_responses(&b.peer, 487) == 0, out);
    CHECK_TO(d.canceled == 0 && sip_invite_is_up(d.invite), out);
out:
    return close_bench(&b, &d, err);
}

static int bye_while_ringing_ends_the_invite(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "i1", "", 1, "", ""), out);
    CHECK_OK_TO(say(d.invite, 180, ""), out);
    pass(&b, 1);
    CHECK_OK_TO(peer_request(&b, &b.peer, "BYE", "b1", tag(&b), 2, "", ""), out);
    CHECK_TO(peer_responses(&b.peer, 200) == 1 && peer_responses(&b.peer, 487) == 1, out);
    CHECK_TO(d.canceled == 1 && stats_of(&b).sessions == 0, out);
out:
    return close_bench(&b, &d, err);
}

static int rejected_call_is_over(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "i1", "", 1, "", ""), out);
    CHECK_OK_TO(say(d.invite, 486, ""), out);
    pass(&b, 1);
    CHECK_TO(peer_status(&b.peer) == 486 && sip_invite_is_over(d.invite), out);
out:
    return close_bench(&b, &d, err);
}

static int ended_while_ringing_answers_with_the_code(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "i1", "", 1, "", ""), out);
    CHECK_TO(d.invite, out);
    sip_invite_end(d.invite, 603, SLICE_NONE);
    pass(&b, 1);
    CHECK_TO(peer_status(&b.peer) == 603 && stats_of(&b).sessions == 0, out);
out:
    return close_bench(&b, &d, err);
}

static int peer_may_offer_anew(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call_up(&b, &d), out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "i2", tag(&b), 2, "", "hold"), out);
    CHECK_TO(d.reinvite == 1 && sip_invite_is_up(d.invite), out);
    /* A second one before the answer. */
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "i3", tag(&b), 3, "", "hold"), out);
    CHECK_TO(d.reinvite == 1 && peer_status(&b.peer) == 500, out);
    CHECK_OK_TO(say(d.invite, 200, "held"), out);
    pass(&b, 1);
    CHECK_TO(peer_last(&b.peer)->cseq.number == 2 && peer_status(&b.peer) == 200, out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "ACK", "a2", tag(&b), 2, "", ""), out);
    CHECK_TO(d.acked == 2, out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "i4", tag(&b), 4, "", "bad"), out);
    CHECK_OK_TO(say(d.invite, 488, ""), out);
    pass(&b, 1);
    CHECK_TO(peer_status(&b.peer) == 488 && sip_invite_is_up(d.invite), out);
out:
    return close_bench(&b, &d, err);
}

static int requests_inside_are_handed_up_in_order(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call_up(&b, &d), out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "INFO", "n1", tag(&b), 5, "", "Signal=5"), out);
    CHECK_TO(d.request == 1 && strcmp(d.body, "Signal=5") == 0, out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "OPTIONS", "n2", tag(&b), 6, "", ""), out);
    CHECK_TO(d.request == 1 && peer_status(&b.peer) == 200, out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "INFO", "n3", tag(&b), 4, "", "old"), out);
    CHECK_TO(d.request == 1 && peer_status(&b.peer) == 500, out);
out:
    return close_bench(&b, &d, err);
}

static int invite_without_contact_is_refused(void)
{
    static const char text[] =
        "INVITE sip:600@x SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.7:5071;branch=z9hG4bKq\r\n"
        "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n\r\n";
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(peer_send(&b, &b.peer, text), out);
    CHECK_TO(d.err == EINVAL && peer_status(&b.peer) == 400, out);
    CHECK_TO(stats_of(&b).sessions == 0, out);
out:
    return close_bench(&b, &d, err);
}

/* ---- caller ---- */

static int call(struct bench *b, struct driver *d, const char *body)
{
    struct sip_invite_args args = {
        .uri = SLICE("sip:bob@10.0.0.7:5071"),
        .from_display = SLICE("Al"),
        .from_user = SLICE("101"),
        .content_type = *body ? SLICE("application/sdp") : SLICE_NONE,
        .body = slice_of(body),
        .is_symmetric = d->is_symmetric,
        .creds = d->creds,
        .handlers = &handlers,
        .arg = d,
    };
    int err = sip_invite_send(&d->invite, b->sip, &args);

    pass(b, 1);
    if (!err && b->peer.count == 0)
        err = ENOMEM; /* lost for want of memory: only in the rerun */
    return err;
}

/* Answer the INVITE that arrived first. */
static int answer(struct bench *b, uint16_t code, const char *to_tag, const char *body)
{
    return peer_answer(b, &b->peer, b->peer.count ? b->peer.got[0] : NULL, code, to_tag, "", body);
}

static int caller_is_answered_and_hangs_up(void)
{
    struct driver d;
    struct bench b;
    struct sip_msg *m;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call(&b, &d, "offer"), out);
    m = b.peer.got[0];
    CHECK_TO(m->method == SIP_INVITE && slice_eqz(m->body, "offer"), out);
    CHECK_TO(slice_eqz(m->from.uri, "sip:101@10.0.0.1") && slice_eqz(m->from.display, "Al"), out);
    CHECK_TO(slice_eqz(sip_msg_get(m, SIP_H_CONTACT), "<sip:101@10.0.0.1:5060>"), out);
    CHECK_TO(slice_eq(m->call_id, sip_invite_call_id(d.invite)), out);
    CHECK_OK_TO(answer(&b, 180, "t1", ""), out);
    CHECK_TO(d.progress == 1 && d.code == 180 && d.legs == 1, out);
    CHECK_OK_TO(answer(&b, 200, "t1", "answer"), out);
    CHECK_TO(d.answered == 1 && !d.want_ack && strcmp(d.body, "answer") == 0, out);
    m = peer_last(&b.peer);
    CHECK_TO(m->method == SIP_ACK && slice_eqz(m->to_tag, "t1") && m->cseq.number == 1, out);
    CHECK_TO(slice_eqz(m->request_uri, "sip:peer@10.0.0.7:5071"), out);
    CHECK_OK_TO(answer(&b, 200, "t1", "answer"), out);
    CHECK_TO(peer_requests(&b.peer, SIP_ACK) == 2 && d.answered == 1, out);
    sip_invite_end(d.invite, 0, SLICE_NONE);
    pass(&b, 1);
    CHECK_TO(peer_method(&b.peer) == SIP_BYE && peer_last(&b.peer)->cseq.number == 2, out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, peer_last(&b.peer), 200, NULL, "", ""), out);
    CHECK_TO(d.closed == 0 && stats_of(&b).sessions == 0 && stats_of(&b).dialogs == 0, out);
    pass(&b, 40000);
    CHECK_TO(stats_of(&b).client_transactions == 0, out);
out:
    return close_bench(&b, &d, err);
}

static int second_fork_that_answers_is_sent_away(void)
{
    struct driver d;
    struct bench b;
    struct sip_msg *bye;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call(&b, &d, "offer"), out);
    CHECK_OK_TO(answer(&b, 180, "t1", ""), out);
    CHECK_OK_TO(answer(&b, 183, "t2", "early"), out);
    CHECK_OK_TO(answer(&b, 180, "t1", ""), out);
    CHECK_TO(d.progress == 3 && d.legs == 2, out);
    CHECK_OK_TO(answer(&b, 200, "t2", "two"), out);
    CHECK_TO(d.answered == 1 && peer_requests(&b.peer, SIP_ACK) == 1, out);
    CHECK_OK_TO(answer(&b, 200, "t1", "one"), out);
    CHECK_TO(d.answered == 1 && peer_requests(&b.peer, SIP_ACK) == 2, out);
    bye = peer_last(&b.peer);
    CHECK_TO(bye->method == SIP_BYE && slice_eqz(bye->to_tag, "t1"), out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, bye, 200, NULL, "", ""), out);
    CHECK_TO(sip_invite_is_up(d.invite) && stats_of(&b).dialogs == 1, out);
    CHECK_TO(slice_eqz(sip_dialog_remote_tag(sip_invite_dialog(d.invite)), "t2"), out);
out:
    return close_bench(&b, &d, err);
}

static int cancel_waits_for_the_first_provisional(void)
{
    struct driver d;
    struct bench b;
    struct sip_msg *m;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call(&b, &d, "offer"), out);
    sip_invite_end(d.invite, 0, SLICE("Reason: SIP;cause=200\r\n"));
    d.invite = mem_deref(d.invite);
    pass(&b, 1);
    CHECK_TO(peer_requests(&b.peer, SIP_CANCEL) == 0, out);
    CHECK_OK_TO(answer(&b, 180, "t1", ""), out);
    m = peer_last(&b.peer);
    CHECK_TO(m->method == SIP_CANCEL, out);
    CHECK_TO(slice_eq(m->via.branch, b.peer.got[0]->via.branch) && !slice_is_set(m->to_tag), out);
    CHECK_TO(m->cseq.number == b.peer.got[0]->cseq.number, out);
    CHECK_TO(slice_eqz(sip_msg_get(m, SIP_H_REASON), "SIP;cause=200"), out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, m, 200, "t1", "", ""), out);
    CHECK_OK_TO(answer(&b, 487, "t1", ""), out);
    m = peer_last(&b.peer);
    CHECK_TO(m->method == SIP_ACK && slice_eqz(m->to_tag, "t1"), out);
    CHECK_TO(slice_eq(m->via.branch, b.peer.got[0]->via.branch), out);
    CHECK_TO(d.failed == 0 && d.progress == 0 && stats_of(&b).sessions == 0, out);
out:
    return close_bench(&b, &d, err);
}

static int answer_that_crosses_our_cancel_is_ended_by_bye(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call(&b, &d, "offer"), out);
    CHECK_OK_TO(answer(&b, 180, "t1", ""), out);
    sip_invite_end(d.invite, 0, SLICE_NONE);
    CHECK_OK_TO(answer(&b, 200, "t1", "answer"), out);
    CHECK_TO(peer_requests(&b.peer, SIP_CANCEL) == 1, out);
    CHECK_TO(peer_requests(&b.peer, SIP_ACK) == 1, out);
    CHECK_TO(peer_method(&b.peer) == SIP_BYE && d.answered == 0, out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, peer_last(&b.peer), 200, NULL, "", ""), out);
    CHECK_TO(stats_of(&b).sessions == 0, out);
out:
    return close_bench(&b, &d, err);
}

static int canceled_call_that_nobody_ends_is_given_up(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call(&b, &d, "offer"), out);
    CHECK_OK_TO(answer(&b, 180, "t1", ""), out);
    pass(&b, 120000); /* ringing takes as long as it takes */
    CHECK_TO(stats_of(&b).sessions == 1 && d.failed == 0, out);
    sip_invite_end(d.invite, 0, SLICE_NONE);
    pass(&b, 33000);
    CHECK_TO(stats_of(&b).sessions == 0 && stats_of(&b).client_transactions == 0, out);
out:
    return close_bench(&b, &d, err);
}

static int refusal_is_acknowledged_and_reported(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call(&b, &d, "offer"), out);
    CHECK_OK_TO(answer(&b, 486, "t1", ""), out);
    CHECK_TO(d.failed == 1 && d.code == 486, out);
    CHECK_TO(peer_method(&b.peer) == SIP_ACK, out);
    CHECK_OK_TO(answer(&b, 486, "t1", ""), out);
    CHECK_TO(d.failed == 1 && peer_requests(&b.peer, SIP_ACK) == 2, out);
out:
    return close_bench(&b, &d, err);
}

static int silence_is_408(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call(&b, &d, "offer"), out);
    pass(&b, 32000);
    CHECK_TO(peer_requests(&b.peer, SIP_INVITE) == 7,
             out); /* timer A: 0 .5 1.5 3.5 7.5 15.5 31.5 */
    pass(&b, 300);
    CHECK_TO(d.failed == 1 && d.code == 408, out);
out:
    return close_bench(&b, &d, err);
}

static bool creds(struct slice realm, struct sip_credential *c, void *arg)
{
    c->user = "me";
    c->password = "pw";
    return slice_eqz(realm, "r");
}

static int trunk_that_challenges_gets_credentials_once(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    d.creds = creds;
    CHECK_OK_TO(call(&b, &d, "offer"), out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, b.peer.got[0], 407, "x",
                            "Proxy-Authenticate: Digest realm=\"r\",nonce=\"1\",qop=\"auth\"\r\n",
                            ""),
                out);
    CHECK_TO(peer_requests(&b.peer, SIP_ACK) == 1 && peer_requests(&b.peer, SIP_INVITE) == 2, out);
    CHECK_TO(sip_msg_has(peer_last(&b.peer), SIP_H_PROXY_AUTHORIZATION), out);
    CHECK_TO(peer_last(&b.peer)->cseq.number == 2, out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, peer_last(&b.peer), 200, "t1", "", "answer"), out);
    CHECK_TO(d.answered == 1 && peer_last(&b.peer)->method == SIP_ACK, out);
    CHECK_TO(peer_last(&b.peer)->cseq.number == 2, out);
    sip_invite_end(d.invite, 0, SLICE_NONE);
    pass(&b, 1);
    CHECK_TO(peer_last(&b.peer)->method == SIP_BYE && peer_last(&b.peer)->cseq.number == 3, out);
out:
    return close_bench(&b, &d, err);
}

/* T4: a callee that challenges our BYE gets nothing when the dialog has no credentials of its own.
 */
static int callee_that_challenges_our_bye_gets_nothing(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call_up(&b, &d), out);
    sip_invite_end(d.invite, 0, SLICE_NONE);
    pass(&b, 1);
    CHECK_TO(peer_method(&b.peer) == SIP_BYE, out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, peer_last(&b.peer), 401, NULL,
                            "WWW-Authenticate: Digest realm=\"r\",nonce=\"1\"\r\n", ""),
                out);
    pass(&b, 40000);
    CHECK_TO(peer_requests(&b.peer, SIP_BYE) == 1 && stats_of(&b).sessions == 0, out);
out:
    return close_bench(&b, &d, err);
}

static int delayed_offer_lets_the_driver_answer_in_ack(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call(&b, &d, ""), out);
    CHECK_OK_TO(answer(&b, 200, "t1", "their offer"), out);
    CHECK_TO(d.answered == 1 && d.want_ack && peer_requests(&b.peer, SIP_ACK) == 0, out);
    CHECK_OK_TO(sip_invite_ack(d.invite, SLICE("application/sdp"), SLICE("ours")), out);
    pass(&b, 1);
    CHECK_TO(slice_eqz(peer_last(&b.peer)->body, "ours"), out);
    CHECK_OK_TO(answer(&b, 200, "t1", "their offer"), out);
    CHECK_TO(peer_requests(&b.peer, SIP_ACK) == 2 && slice_eqz(peer_last(&b.peer)->body, "ours"),
             out);
out:
    return close_bench(&b, &d, err);
}

static int ended_inside_the_answer_handler_says_ack_then_bye(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    d.end_at_once = true;
    CHECK_OK_TO(call(&b, &d, "offer"), out);
    CHECK_OK_TO(answer(&b, 200, "t1", "answer"), out);
    CHECK_TO(b.peer.count == 3 && b.peer.got[1]->method == SIP_ACK, out);
    CHECK_TO(b.peer.got[2]->method == SIP_BYE, out);
out:
    return close_bench(&b, &d, err);
}

/* ---- our offers inside ---- */

static int our_reinvite_is_acknowledged(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call_up(&b, &d), out);
    CHECK_OK_TO(sip_invite_reinvite(d.invite, SLICE("application/sdp"), SLICE("new"), SLICE_NONE),
                out);
    CHECK_TO(sip_invite_reinvite(d.invite, SLICE_NONE, SLICE_NONE, SLICE_NONE) == EBUSY, out);
    pass(&b, 1);
    CHECK_TO(peer_method(&b.peer) == SIP_INVITE && slice_eqz(peer_last(&b.peer)->body, "new"), out);
    /* Theirs crosses it. */
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "i9", tag(&b), 9, "", "x"), out);
    CHECK_TO(peer_status(&b.peer) == 491, out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, b.peer.got[b.peer.count - 2], 200, NULL, "", "ok"), out);
    CHECK_TO(d.reinvited == 1 && d.code == 200 && peer_method(&b.peer) == SIP_ACK, out);
out:
    return close_bench(&b, &d, err);
}

static int glare_is_tried_once_more(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call_up(&b, &d), out);
    CHECK_OK_TO(sip_invite_reinvite(d.invite, SLICE("application/sdp"), SLICE("new"), SLICE_NONE),
                out);
    pass(&b, 1);
    CHECK_OK_TO(peer_answer(&b, &b.peer, peer_last(&b.peer), 491, NULL, "", ""), out);
    CHECK_TO(d.reinvited == 0, out);
    pass(&b, 2100);
    CHECK_TO(peer_requests(&b.peer, SIP_INVITE) >= 2, out);
    CHECK_TO(slice_eqz(peer_last(&b.peer)->body, "new"), out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, peer_last(&b.peer), 491, NULL, "", ""), out);
    CHECK_TO(d.reinvited == 1 && d.code == 491 && sip_invite_is_up(d.invite), out);
out:
    return close_bench(&b, &d, err);
}

static int peer_that_forgot_the_call_ends_it(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call_up(&b, &d), out);
    CHECK_OK_TO(sip_invite_reinvite(d.invite, SLICE("application/sdp"), SLICE("new"), SLICE_NONE),
                out);
    pass(&b, 1);
    CHECK_OK_TO(peer_answer(&b, &b.peer, peer_last(&b.peer), 481, NULL, "", ""), out);
    CHECK_TO(d.closed == 1 && d.why == SIP_CLOSE_GONE, out);
    CHECK_TO(peer_method(&b.peer) == SIP_BYE, out);
out:
    return close_bench(&b, &d, err);
}

static void on_info_answer(int err, const struct sip_msg *r, void *arg)
{
    *(unsigned *)arg += r ? r->status : 1;
}

static int info_of_ours_is_answered_or_forgotten(void)
{
    unsigned sum = 0;
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call_up(&b, &d), out);
    CHECK_OK_TO(sip_invite_request(d.invite, SIP_INFO, SLICE_NONE, SLICE("application/dtmf-relay"),
                                   SLICE("Signal=1"), on_info_answer, &sum),
                out);
    pass(&b, 1);
    CHECK_TO(peer_method(&b.peer) == SIP_INFO && slice_eqz(peer_last(&b.peer)->body, "Signal=1"),
             out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, peer_last(&b.peer), 200, NULL, "", ""), out);
    CHECK_TO(sum == 200, out);
    CHECK_OK_TO(sip_invite_request(d.invite, SIP_INFO, SLICE_NONE, SLICE_NONE, SLICE_NONE,
                                   on_info_answer, &sum),
                out);
    sip_invite_end(d.invite, 0, SLICE_NONE);
    pass(&b, 40000);
    CHECK_TO(sum == 200 && stats_of(&b).sessions == 0, out);
out:
    return close_bench(&b, &d, err);
}

/* Nobody answers a request of ours: whoever stands in between learns that the call is over. */
static int request_without_an_answer_ends_the_call_by_bye(void)
{
    unsigned sum = 0;
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call_up(&b, &d), out);
    CHECK_OK_TO(sip_invite_request(d.invite, SIP_INFO, SLICE_NONE, SLICE_NONE, SLICE_NONE,
                                   on_info_answer, &sum),
                out);
    pass(&b, 1);
    CHECK_OK_TO(peer_answer(&b, &b.peer, peer_last(&b.peer), 481, NULL, "", ""), out);
    CHECK_TO(sum == 481 && d.closed == 1 && d.why == SIP_CLOSE_GONE, out);
    CHECK_TO(peer_method(&b.peer) == SIP_BYE, out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, peer_last(&b.peer), 481, NULL, "", ""), out);
    CHECK_TO(stats_of(&b).sessions == 0, out);
out:
    return close_bench(&b, &d, err);
}

/* ---- where requests inside go ---- */

static int route_set_is_kept_and_used(void)
{
    struct driver d;
    struct bench b;
    struct sip_msg *m;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "i1", "", 1,
                             "Record-Route: <sip:10.0.0.8:5072;lr>\r\n"
                             "Record-Route: <sip:p2;lr>\r\n",
                             ""),
                out);
    CHECK_OK_TO(say(d.invite, 200, ""), out);
    pass(&b, 1);
    CHECK_TO(b.peer.count > 0, out);
    CHECK_TO(
        slice_eqz(sip_msg_get(peer_last(&b.peer), SIP_H_RECORD_ROUTE), "<sip:10.0.0.8:5072;lr>"),
        out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "ACK", "a1", tag(&b), 1, "", ""), out);
    sip_invite_end(d.invite, 0, SLICE_NONE);
    pass(&b, 1);
    CHECK_TO(b.other.count == 1, out); /* the first proxy */
    m = b.other.got[0];
    CHECK_TO(m->method == SIP_BYE && slice_eqz(m->request_uri, "sip:101@10.0.0.7:5071"), out);
    CHECK_TO(slice_eqz(sip_msg_find(m, SLICE("Route"), 0), "<sip:10.0.0.8:5072;lr>"), out);
    CHECK_TO(slice_eqz(sip_msg_find(m, SLICE("Route"), 1), "<sip:p2;lr>"), out);
out:
    return close_bench(&b, &d, err);
}

static int strict_router_gets_its_own_uri(void)
{
    struct driver d;
    struct bench b;
    struct sip_msg *m;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call(&b, &d, "offer"), out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, b.peer.got[0], 200, "t1",
                            "Record-Route: <sip:p1;lr>, <sip:10.0.0.8:5072>\r\n", "answer"),
                out);
    CHECK_TO(b.other.count == 1, out); /* a caller goes through them the other way round */
    m = b.other.got[0];
    CHECK_TO(m->method == SIP_ACK && slice_eqz(m->request_uri, "sip:10.0.0.8:5072"), out);
    CHECK_TO(slice_eqz(sip_msg_find(m, SLICE("Route"), 0), "<sip:p1;lr>"), out);
    CHECK_TO(slice_eqz(sip_msg_find(m, SLICE("Route"), 1), "<sip:peer@10.0.0.7:5071>"), out);
out:
    return close_bench(&b, &d, err);
}

static int contact_behind_nat_is_not_believed_when_symmetric(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    d.is_symmetric = true;
    CHECK_OK_TO(peer_request(&b, &b.other, "INVITE", "i1", "", 1, "", ""), out);
    CHECK_OK_TO(say(d.invite, 200, ""), out);
    pass(&b, 1);
    b.peer.got[0] = mem_ref(peer_last(&b.other));
    b.peer.count = b.peer.got[0] ? 1 : 0;
    CHECK_OK_TO(peer_request(&b, &b.other, "ACK", "a1", tag(&b), 1, "", ""), out);
    sip_invite_end(d.invite, 0, SLICE_NONE);
    pass(&b, 1);
    CHECK_TO(peer_method(&b.other) == SIP_BYE, out);
out:
    return close_bench(&b, &d, err);
}

static int lost_packets_do_not_lose_a_call(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call(&b, &d, "offer"), out);
    net_fake_cut(b.net, &b.peer.addr, true);
    sip_invite_end(d.invite, 0, SLICE_NONE);
    pass(&b, 1000);
    net_fake_cut(b.net, &b.peer.addr, false);
    pass(&b, 1500);
    CHECK_TO(peer_requests(&b.peer, SIP_INVITE) >= 2, out);
    CHECK_OK_TO(answer(&b, 200, "t1", "answer"), out);
    CHECK_TO(peer_requests(&b.peer, SIP_ACK) == 1 && peer_method(&b.peer) == SIP_BYE, out);
    pass(&b, 600);
    CHECK_TO(peer_requests(&b.peer, SIP_BYE) == 2, out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, peer_last(&b.peer), 200, NULL, "", ""), out);
    CHECK_TO(stats_of(&b).sessions == 0, out);
out:
    return close_bench(&b, &d, err);
}

static int core_that_goes_takes_its_sessions_along(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call_up(&b, &d), out);
    b.sip = mem_deref(b.sip);
    CHECK_TO(sip_invite_is_over(d.invite), out);
    CHECK_TO(say(d.invite, 200, "") == EALREADY, out);
    sip_invite_end(d.invite, 0, SLICE_NONE);
    CHECK_TO(d.closed == 0, out);
out:
    return close_bench(&b, &d, err);
}

UNIT_TESTS(UNIT(callee_rings_answers_and_hears_bye), UNIT(slow_driver_is_covered_by_trying),
           UNIT(answer_is_repeated_until_ack), UNIT(answer_without_ack_ends_in_bye),
           UNIT(callee_that_hangs_up_before_ack_waits_for_it), UNIT(cancel_while_ringing_gets_487),
           UNIT(cancel_after_the_answer_changes_nothing), UNIT(bye_while_ringing_ends_the_invite),
           UNIT(rejected_call_is_over), UNIT(ended_while_ringing_answers_with_the_code),
           UNIT(peer_may_offer_anew), UNIT(requests_inside_are_handed_up_in_order),
           UNIT(invite_without_contact_is_refused), UNIT(caller_is_answered_and_hangs_up),
           UNIT(second_fork_that_answers_is_sent_away),
           UNIT(cancel_waits_for_the_first_provisional),
           UNIT(answer_that_crosses_our_cancel_is_ended_by_bye),
           UNIT(canceled_call_that_nobody_ends_is_given_up),
           UNIT(refusal_is_acknowledged_and_reported), UNIT(silence_is_408),
           UNIT(trunk_that_challenges_gets_credentials_once),
           UNIT(callee_that_challenges_our_bye_gets_nothing),
           UNIT(delayed_offer_lets_the_driver_answer_in_ack),
           UNIT(ended_inside_the_answer_handler_says_ack_then_bye),
           UNIT(our_reinvite_is_acknowledged), UNIT(glare_is_tried_once_more),
           UNIT(peer_that_forgot_the_call_ends_it), UNIT(info_of_ours_is_answered_or_forgotten),
           UNIT(request_without_an_answer_ends_the_call_by_bye), UNIT(route_set_is_kept_and_used),
           UNIT(strict_router_gets_its_own_uri),
           UNIT(contact_behind_nat_is_not_believed_when_symmetric),
           UNIT(lost_packets_do_not_lose_a_call), UNIT(core_that_goes_takes_its_sessions_along))
