/* Sessions whose messages cross, come malformed, or never come. */
#include "peer.h"

struct driver {
    struct sip_invite *invite;
    unsigned answered, failed, closed, acked;
    uint16_t code;
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

static const struct sip_invite_handlers handlers = {.answered = on_answered,
                                                    .failed = on_failed,
                                                    .acked = on_acked,
                                                    .reinvite = on_reinvite,
                                                    .closed = on_closed};

static void on_invite(struct sip_strans *t, struct sip_msg *req, void *arg)
{
    struct driver *d = arg;
    struct sip_invite_accept_args args = {.handlers = &handlers, .arg = d};

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

UNIT_TESTS(UNIT(byes_that_cross_end_the_session_once),
           UNIT(byes_that_cross_and_no_answer_end_the_session_once))
