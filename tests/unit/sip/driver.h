/*
 * tests/unit/sip/driver.h - a driver that writes down what it hears of one session, and both ways to
 * get such a session over peer.h
 */
#pragma once
#include "peer.h"

struct driver {
    struct sip_invite *invite;
    unsigned progress, legs, answered, failed, pracked, update, updated, reinvite, reinvited,
        closed, refresh, acked, changed;
    uint16_t code;
    int err;
    enum sip_invite_close why;
    char body[100];
    uint16_t say; /* answer of the handlers pracked and update; 0: none of ours */
    const char *say_body;
    bool want_ack;
    enum sip_use rel100;
    struct sip_session_timer timer;
    sip_creds_h *creds;
};

static inline void on_progress(struct sip_invite *i, const struct sip_msg *r, unsigned leg,
                               void *arg)
{
    struct driver *d = arg;

    d->progress++;
    d->code = r->status;
    d->legs = leg > d->legs ? leg : d->legs;
}

static inline void on_answered(struct sip_invite *i, const struct sip_msg *r, bool want_ack,
                               void *arg)
{
    struct driver *d = arg;

    d->answered++;
    d->want_ack = want_ack;
}

static inline void on_failed(struct sip_invite *i, uint16_t code, const struct sip_msg *r,
                             void *arg)
{
    struct driver *d = arg;

    d->failed++;
    d->code = code;
}

static inline void respond(struct sip_invite *i, struct sip_strans *t, struct driver *d)
{
    struct sip_answer a = {.code = d->say};

    if (d->say_body) {
        a.content_type = SLICE("application/sdp");
        a.body = slice_of(d->say_body);
    }
    if (d->say)
        sip_invite_respond(i, t, &a);
}

static inline void on_pracked(struct sip_invite *i, struct sip_strans *t, const struct sip_msg *req,
                              void *arg)
{
    struct driver *d = arg;

    d->pracked++;
    slice_copy(req->body, d->body, sizeof(d->body));
    respond(i, t, d);
}

static inline void on_update(struct sip_invite *i, struct sip_strans *t, const struct sip_msg *req,
                             void *arg)
{
    struct driver *d = arg;

    d->update++;
    slice_copy(req->body, d->body, sizeof(d->body));
    respond(i, t, d);
}

static inline void on_updated(struct sip_invite *i, int err, const struct sip_msg *r, void *arg)
{
    struct driver *d = arg;

    d->updated++;
    d->err = err;
    d->code = r ? r->status : 0;
}

static inline void on_acked(struct sip_invite *i, const struct sip_msg *ack, void *arg)
{
    ((struct driver *)arg)->acked++;
}

static inline void on_reinvite(struct sip_invite *i, const struct sip_msg *req, void *arg)
{
    ((struct driver *)arg)->reinvite++;
}

static inline void on_reinvited(struct sip_invite *i, int err, const struct sip_msg *r, void *arg)
{
    struct driver *d = arg;

    d->reinvited++;
    d->code = r ? r->status : 0;
    slice_copy(r ? r->body : SLICE_NONE, d->body, sizeof(d->body));
}

static inline struct slice on_refresh(struct sip_invite *i, void *arg)
{
    ((struct driver *)arg)->refresh++;
    return SLICE("again");
}

static inline void on_changed(struct sip_invite *i, void *arg)
{
    ((struct driver *)arg)->changed++;
}

static inline void on_closed(struct sip_invite *i, enum sip_invite_close why,
                             const struct sip_msg *m, void *arg)
{
    struct driver *d = arg;

    d->closed++;
    d->why = why;
}

static const struct sip_invite_handlers handlers = {
    .progress = on_progress,
    .answered = on_answered,
    .failed = on_failed,
    .acked = on_acked,
    .pracked = on_pracked,
    .update = on_update,
    .updated = on_updated,
    .reinvite = on_reinvite,
    .reinvited = on_reinvited,
    .refresh = on_refresh,
    .changed = on_changed,
    .closed = on_closed,
};

static inline void on_invite(struct sip_strans *t, struct sip_msg *req, void *arg)
{
    struct driver *d = arg;
    struct sip_invite_accept_args args = {
        .handlers = &handlers, .arg = d, .rel100 = d->rel100, .timer = d->timer, .creds = d->creds};

    d->err = sip_invite_accept(&d->invite, t, &args);
}

static inline int open_bench(struct bench *b, struct driver *d)
{
    int err = bench_open(b);

    memset(d, 0, sizeof(*d));
    if (!err)
        sip_handle(b->sip, SIP_INVITE, on_invite, d);
    return err;
}

static inline int close_bench(struct bench *b, struct driver *d, int err)
{
    mem_deref(d->invite);
    bench_close(b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static inline int say(struct sip_invite *i, uint16_t code, const char *body)
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

/** Our tag, as the last message from us showed it. */
static inline const char *tag(struct bench *b)
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

/** Our call to the peer; body "": delayed offer. */
static inline int call(struct bench *b, struct driver *d, const char *body)
{
    struct sip_invite_args args = {
        .uri = SLICE("sip:bob@10.0.0.7:5071"),
        .from_user = SLICE("101"),
        .content_type = *body ? SLICE("application/sdp") : SLICE_NONE,
        .body = slice_of(body),
        .rel100 = d->rel100,
        .timer = d->timer,
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

/** Answer our first INVITE. */
static inline int answer(struct bench *b, uint16_t code, const char *to_tag, const char *extra,
                         const char *body)
{
    return peer_answer(b, &b->peer, b->peer.count ? b->peer.got[0] : NULL, code, to_tag, extra,
                       body);
}

/** A request of the peer in the dialog of our call, from the side with that tag. */
static inline int inside(struct bench *b, const char *method, const char *branch,
                         const char *their_tag, unsigned cseq, const char *extra, const char *body)
{
    const struct sip_msg *invite = b->peer.count ? b->peer.got[0] : NULL;
    char text[3000], addr[ADDR_TEXT];

    if (!invite)
        return ENOMEM;
    addr_text(&b->peer.addr, addr);
    snprintf(text, sizeof(text),
             "%s sip:101@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%s;rport\r\n"
             "Max-Forwards: 70\r\nFrom: <sip:bob@x>;tag=%s\r\nTo: <sip:101@x>;tag=%.*s\r\n"
             "Call-ID: %.*s\r\nCSeq: %u %s\r\nContact: <sip:bob@%s>\r\n%s"
             "Content-Length: %zu\r\n\r\n%s",
             method, addr, branch, their_tag, SLICE_ARG(invite->from_tag),
             SLICE_ARG(invite->call_id), cseq, method, addr, extra, strlen(body), body);
    return peer_send(b, &b->peer, text);
}

/** Value of a header of the last message that arrived. */
static inline bool last_has(struct bench *b, const char *name, const char *value)
{
    return b->peer.count && slice_eqz(sip_msg_find(peer_last(&b->peer), slice_of(name), 0), value);
}
