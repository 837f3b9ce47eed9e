/* invite_callee.c - invite.h for the called side, and re-INVITEs of the peer */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "sip/invite_inner.h"

#define TRYING_MS 200
#define PROGRESS_MS 60000

static void on_canceled(struct sip_strans *t, const struct sip_msg *cancel, void *arg);
static void on_ended(struct sip_strans *t, int err, void *arg);

static const struct sip_strans_handlers handlers = {.canceled = on_canceled, .ended = on_ended};

void invite_take(struct sip_invite *i, struct sip_strans *t)
{
    i->strans = mem_ref(t);
    i->invite_cseq = sip_strans_request(t)->cseq.number;
    sip_strans_set_handlers(t, &handlers, i);
}

void invite_drop(struct sip_invite *i, uint16_t code)
{
    struct sip_strans *t = i->strans;

    i->wait_ack = false;
    timer_stop(&i->resend);
    if (!t)
        return;
    i->strans = NULL;
    sip_strans_set_handlers(t, NULL, NULL);
    if (!sip_strans_is_final(t))
        sip_strans_refuse(t, code, NULL);
    mem_deref(t);
}

static void on_canceled(struct sip_strans *t, const struct sip_msg *cancel, void *arg)
{
    struct sip_invite *i = mem_ref(arg);
    bool is_first = i->state == INVITE_RINGING, is_quiet = i->is_quiet;

    invite_drop(i, 487);
    if (is_first) {
        invite_over(i);
        if (!is_quiet && i->h->canceled)
            i->h->canceled(i, cancel, i->arg);
    }
    mem_deref(i);
}

/* Our 2xx was never acknowledged (RFC 3261 s13.3.1.4), or the core is gone. */
static void on_ended(struct sip_strans *t, int err, void *arg)
{
    struct sip_invite *i = mem_ref(arg);
    bool was_waiting = i->wait_ack, is_quiet = i->is_quiet;

    invite_drop(i, 500);
    if (was_waiting) {
        invite_send_bye(i, slice_of(i->bye_headers));
        if (!is_quiet && i->h->closed)
            i->h->closed(i, SIP_CLOSE_NO_ACK, NULL, i->arg);
    }
    mem_deref(i);
}

/* RFC 3261 s17.2.1: 100 only when nothing else was said within 200 ms. */
static void on_trying_time(void *arg)
{
    struct sip_invite *i = arg;

    if (i->strans)
        sip_strans_refuse(i->strans, 100, NULL);
}

/* ---- answers ---- */

void invite_print_supported(struct buf *b, const struct sip_invite *i)
{
    const char *const tags[] = {i->rel100 ? "100rel" : "", i->se.use ? "timer" : "",
                                i->sip->supported};
    bool is_first = true;

    for (size_t n = 0; n < sizeof(tags) / sizeof(tags[0]); n++) {
        if (!tags[n][0])
            continue;
        buf_addz(b, is_first ? "Supported: " : ", ");
        buf_addz(b, tags[n]);
        is_first = false;
    }
    if (!is_first)
        buf_addz(b, "\r\n");
}

/* What 1xx and 2xx of a session carry besides the caller's wishes. */
static int print_headers(struct buf *b, struct sip_invite *i, const struct sip_answer *a,
                         struct slice more)
{
    /* Allow in an early dialog says whether UPDATE may be sent there (RFC 3311 s5.1). */
    if (a->code >= 200 || more.len)
        sip_headers_add(b, "Allow", slice_of(sip_allow(i->sip)));
    if (a->code >= 200) {
        invite_print_supported(b, i);
        invite_timer_print_2xx(b, invite_timer_offered(i, sip_strans_request(i->strans)));
    }
    buf_adds(b, more);
    if (i->headers)
        buf_addz(b, i->headers);
    return buf_adds(b, a->headers);
}

int invite_send_answer(struct sip_invite *i, const struct sip_answer *args, struct slice more)
{
    const struct sip_msg *req = sip_strans_request(i->strans);
    struct sip_answer a = *args;
    struct buf headers, contact;
    int err;

    buf_init(&headers, SIP_MESSAGE_MAX);
    buf_init(&contact, SIP_URI_MAX);
    a.copy_routes = true;
    err = sip_contact_print(&contact, &req->flow, slice_of(i->contact_user), req->request_uri);
    if (!err)
        err = print_headers(&headers, i, args, more);
    if (args->code / 100 != 3) /* a 3xx names the target alone */
        a.contact = buf_slice(&contact);
    a.headers = buf_slice(&headers);
    if (!err)
        err = sip_strans_answer(i->strans, &a);
    if (!err && a.body.len)
        i->has_said_sdp = true;
    buf_fini(&headers);
    buf_fini(&contact);
    return err;
}

static void on_resend(void *arg)
{
    struct sip_invite *i = arg;

    sip_strans_repeat(i->strans);
    i->resend_ms = i->resend_ms * 2 > SIP_T2_MS ? SIP_T2_MS : i->resend_ms * 2;
    timer_start(i->sip->loop, &i->resend, i->resend_ms, on_resend, i);
}

bool invite_is_open(const struct sip_invite *i)
{
    return i->strans && !sip_strans_is_final(i->strans);
}

/* RFC 3261 s13.3.1.1: proxies give up on what was not heard of for three minutes. */
static void on_progress_time(void *arg)
{
    struct sip_invite *i = arg;

    if (!invite_is_open(i))
        return;
    sip_strans_repeat(i->strans);
    timer_start(i->sip->loop, &i->resend, PROGRESS_MS, on_progress_time, i);
}

void invite_keep_ringing(struct sip_invite *i)
{
    timer_start(i->sip->loop, &i->resend, PROGRESS_MS, on_progress_time, i);
}

int sip_invite_progress(struct sip_invite *i, const struct sip_answer *a)
{
    if (!invite_is_open(i))
        return EALREADY;
    if (a->code < 101 || a->code > 199)
        return EINVAL;
    if (i->is_reliable && i->state == INVITE_RINGING)
        return invite_reliable_send(i, a);
    invite_keep_ringing(i);
    return invite_send_answer(i, a, SLICE_NONE);
}

int invite_send_2xx(struct sip_invite *i, const struct sip_answer *a)
{
    struct invite_interval agreed = invite_timer_offered(i, sip_strans_request(i->strans));
    int err = invite_send_answer(i, a, SLICE_NONE);

    if (!sip_strans_is_final(i->strans))
        return err;
    invite_reliable_stop(i);
    invite_timer_agree(i, agreed);
    /* It counts as sent even when the socket refused: it will be sent again. */
    i->state = INVITE_UP;
    i->wait_ack = true;
    i->resend_ms = i->sip->t1_ms;
    timer_start(i->sip->loop, &i->resend, i->resend_ms, on_resend, i);
    return 0;
}

int sip_invite_answer(struct sip_invite *i, const struct sip_answer *a)
{
    int err;

    if (!invite_is_open(i))
        return EALREADY;
    if (a->code < 200 || a->code > 299)
        return EINVAL;
    err = invite_reliable_hold(i, a);
    return err == EALREADY ? invite_send_2xx(i, a) : err;
}

int sip_invite_reject(struct sip_invite *i, const struct sip_answer *a)
{
    int err;

    if (!invite_is_open(i))
        return EALREADY;
    if (a->code < 300)
        return EINVAL;
    err = sip_strans_answer(i->strans, a);
    if (err == ENOMEM)
        return err;
    if (i->state == INVITE_RINGING)
        invite_over(i);
    else
        invite_drop(i, a->code);
    return err;
}

void invite_take_again(struct sip_invite *i, struct sip_strans *t, uint32_t cseq, bool wait_ack)
{
    i->strans = mem_ref(t);
    i->invite_cseq = cseq;
    sip_strans_set_handlers(t, &handlers, i);
    i->wait_ack = wait_ack;
    i->resend_ms = i->sip->t1_ms;
    if (wait_ack)
        timer_start(i->sip->loop, &i->resend, 0, on_resend, i);
}

/* ---- requests of the peer ---- */

void invite_on_ack(struct sip_invite *i, const struct sip_msg *ack)
{
    if (!i->wait_ack || ack->cseq.number != i->invite_cseq)
        return;
    i->is_confirmed = true;
    sip_strans_acked(i->strans);
    invite_drop(i, 500);
    if (i->want_bye) {
        invite_send_bye(i, slice_of(i->bye_headers));
        return;
    }
    if (!i->is_quiet && i->h->acked)
        i->h->acked(i, ack, i->arg);
}

/* Does Accept leave room for SDP? */
static bool takes_sdp(const struct sip_msg *req)
{
    static const char *const fitting[] = {"application/sdp", "application/*", "*/*"};
    struct slice value, rest;
    struct sip_values v;

    if (!sip_msg_has(req, SIP_H_ACCEPT))
        return true;
    sip_values_init(&v, req, SIP_H_ACCEPT);
    while (sip_values_next(&v, &value))
        for (size_t n = 0; n < sizeof(fitting) / sizeof(fitting[0]); n++)
            if (slice_caseeqz(slice_trim(slice_cut(value, ';', &rest)), fitting[n]))
                return true;
    return false;
}

/* A body that we cannot read, and must. */
static bool is_foreign(const struct sip_msg *req)
{
    struct slice rest, handling;

    if (!slice_is_set(req->body) || !sip_msg_has(req, SIP_H_CONTENT_TYPE) ||
        sip_msg_has_type(req, "application/sdp") ||
        slice_is_set(sip_msg_body(req, "application/sdp")))
        return false;
    slice_cut(sip_msg_find(req, SLICE("Content-Disposition"), 0), ';', &rest);
    return !slice_is_set(rest) || !sip_param(rest, "handling", &handling) ||
           !slice_caseeqz(handling, "optional");
}

/* Zipped, or the like: not even its type would help. */
static bool is_encoded(const struct sip_msg *req)
{
    struct slice encoding = sip_msg_get(req, SIP_H_CONTENT_ENCODING);

    return slice_is_set(req->body) && encoding.len && !slice_caseeqz(encoding, "identity");
}

/* RFC 3261 s8.2.3, s13.3.1: we describe sessions in SDP only. @return true when it was refused */
static bool refuse_content(struct sip_strans *t, const struct sip_msg *req)
{
    struct sip_answer a = {.headers = SLICE("Accept: application/sdp\r\n")};

    if (is_encoded(req))
        a = (struct sip_answer){.code = 415, .headers = SLICE("Accept-Encoding: identity\r\n")};
    else if (is_foreign(req))
        a.code = 415;
    else if (!takes_sdp(req))
        a.code = 406;
    if (a.code)
        sip_strans_answer(t, &a);
    return a.code != 0;
}

/* Extensions and session interval of an INVITE. @return true when it was refused */
static bool refuse_extension(struct sip_invite *i, struct sip_strans *t, const struct sip_msg *req,
                             const char *known)
{
    bool needs_100rel = i->rel100 == SIP_USE_REQUIRED && i->state == INVITE_RINGING;
    struct sip_answer a = {0};
    struct buf lines;

    buf_init(&lines, SIP_MESSAGE_MAX);
    if (sip_requires_unknown(i->sip, req, known, &lines)) {
        a.code = 420;
    } else if (needs_100rel && !i->is_reliable) {
        buf_addz(&lines, "Require: 100rel\r\n");
        a.code = 421;
    } else {
        a.code = invite_timer_check(i, req, &lines);
    }
    a.headers = buf_slice(&lines);
    if (a.code)
        sip_strans_answer(t, &a);
    buf_fini(&lines);
    return a.code != 0;
}

static const char *known_tags(const struct sip_invite *i)
{
    if (i->rel100 && i->se.use)
        return "100rel,timer";
    return i->rel100 ? "100rel" : i->se.use ? "timer" : "";
}

void invite_on_reinvite(struct sip_invite *i, struct sip_strans *t, const struct sip_msg *req)
{
    if (i->reinvite.is_under_way || (i->update.is_under_way && i->update.body)) {
        sip_strans_refuse(t, 491, NULL);
        return;
    }
    if (i->strans || i->state != INVITE_UP || i->their_update) {
        struct sip_answer a = {.code = 500, .headers = SLICE("Retry-After: 3\r\n")};

        sip_strans_answer(t, &a);
        return;
    }
    if (refuse_extension(i, t, req, "100rel,timer"))
        return;
    sip_dialog_refresh(i->dialog, req);
    invite_note_peer(i, req);
    invite_take(i, t);
    timer_start(i->sip->loop, &i->resend, TRYING_MS, on_trying_time, i);
    if (i->h->reinvite)
        i->h->reinvite(i, req, i->arg);
    else
        invite_drop(i, 488);
}

/* ---- birth ---- */

static int copy_args(struct sip_invite *i, const struct sip_invite_accept_args *args,
                     const struct sip_msg *req)
{
    int err;

    i->creds = args->creds;
    i->creds_arg = args->creds_arg;
    i->is_symmetric = args->is_symmetric;
    i->force_rport = args->force_rport;
    i->had_offer = slice_is_set(req->body);
    i->rel100 = args->rel100;
    i->is_reliable =
        sip_msg_has_token(req, SIP_H_REQUIRE, "100rel") ||
        (i->rel100 >= SIP_USE_PEER && sip_msg_has_token(req, SIP_H_SUPPORTED, "100rel"));
    invite_timer_init(i, &args->timer);
    invite_note_peer(i, req);
    err = invite_copy(&i->headers, args->headers);
    if (!err)
        err = invite_copy(&i->contact_user,
                          args->contact_user.len ? args->contact_user : req->uri.user);
    return err;
}

int sip_invite_accept(struct sip_invite **ip, struct sip_strans *t,
                      const struct sip_invite_accept_args *args)
{
    struct sip_msg *req = sip_strans_request(t);
    struct sip *sip = sip_strans_core(t);
    struct sip_invite *i = NULL;
    int err;

    if (!req || !sip || sip_strans_is_final(t) || req->method != SIP_INVITE)
        return EINVAL;
    if (args->force_rport)
        sip_strans_force_rport(t);
    err = invite_alloc(&i, sip, args->handlers, args->arg);
    if (err)
        return err;
    i->state = INVITE_RINGING;
    err = copy_args(i, args, req);
    if (!err && (refuse_content(t, req) || refuse_extension(i, t, req, known_tags(i))))
        err = EPROTO;
    if (!err)
        err = sip_dialog_accept(&i->dialog, sip, req, sip_strans_to_tag(t), args->is_symmetric,
                                invite_on_dialog, i);
    if (err) {
        invite_over(i);
        mem_deref(i);
        if (err == EINVAL)
            sip_strans_refuse(t, 400, "Contact Or Record-Route Not Usable");
        return err;
    }
    sip_dialog_guard(i->dialog, invite_may_move, invite_find_way);
    invite_take(i, t);
    timer_start(sip->loop, &i->resend, TRYING_MS, on_trying_time, i);
    *ip = i;
    return 0;
}
