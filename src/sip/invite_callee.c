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

/* What 1xx and 2xx of a session carry besides the caller's wishes. */
static int print_headers(struct buf *b, struct sip_invite *i, const struct sip_answer *a)
{
    if (a->code >= 200 && a->code < 300) {
        sip_headers_add(b, "Allow", slice_of(sip_allow(i->sip)));
        if (i->sip->supported[0])
            sip_headers_add(b, "Supported", slice_of(i->sip->supported));
    }
    if (i->headers)
        buf_addz(b, i->headers);
    return buf_adds(b, a->headers);
}

static int send_answer(struct sip_invite *i, const struct sip_answer *args)
{
    struct sip_answer a = *args;
    struct buf headers, contact;
    int err;

    buf_init(&headers, SIP_MESSAGE_MAX);
    buf_init(&contact, SIP_URI_MAX);
    a.copy_routes = true;
    err = sip_contact_print(&contact, &sip_strans_request(i->strans)->flow,
                            slice_of(i->contact_user));
    if (!err)
        err = print_headers(&headers, i, args);
    a.contact = buf_slice(&contact);
    a.headers = buf_slice(&headers);
    if (!err)
        err = sip_strans_answer(i->strans, &a);
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

static bool has_open_invite(const struct sip_invite *i)
{
    return i->strans && !sip_strans_is_final(i->strans);
}

/* RFC 3261 s13.3.1.1: proxies give up on what was not heard of for three minutes. */
static void on_progress_time(void *arg)
{
    struct sip_invite *i = arg;

    if (!has_open_invite(i))
        return;
    sip_strans_repeat(i->strans);
    timer_start(i->sip->loop, &i->resend, PROGRESS_MS, on_progress_time, i);
}

int sip_invite_progress(struct sip_invite *i, const struct sip_answer *a)
{
    if (!has_open_invite(i))
        return EALREADY;
    if (a->code < 101 || a->code > 199)
        return EINVAL;
    timer_start(i->sip->loop, &i->resend, PROGRESS_MS, on_progress_time, i);
    return send_answer(i, a);
}

int sip_invite_answer(struct sip_invite *i, const struct sip_answer *a)
{
    int err;

    if (!has_open_invite(i))
        return EALREADY;
    if (a->code < 200 || a->code > 299)
        return EINVAL;
    err = send_answer(i, a);
    if (!sip_strans_is_final(i->strans))
        return err;
    /* It counts as sent even when the socket refused: it will be sent again. */
    i->state = INVITE_UP;
    i->wait_ack = true;
    i->resend_ms = SIP_T1_MS;
    timer_start(i->sip->loop, &i->resend, i->resend_ms, on_resend, i);
    return 0;
}

int sip_invite_reject(struct sip_invite *i, const struct sip_answer *a)
{
    int err;

    if (!has_open_invite(i))
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

void invite_on_reinvite(struct sip_invite *i, struct sip_strans *t, const struct sip_msg *req)
{
    if (i->is_reinviting) {
        sip_strans_refuse(t, 491, NULL);
        return;
    }
    if (i->strans || i->state != INVITE_UP) {
        struct sip_answer a = {.code = 500, .headers = SLICE("Retry-After: 3\r\n")};

        sip_strans_answer(t, &a);
        return;
    }
    sip_dialog_refresh(i->dialog, req);
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
    sip_dialog_guard(i->dialog, invite_may_move);
    invite_take(i, t);
    timer_start(sip->loop, &i->resend, TRYING_MS, on_trying_time, i);
    *ip = i;
    return 0;
}
