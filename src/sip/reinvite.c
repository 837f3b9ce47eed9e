/* reinvite.c - invite.h: our own INVITE inside a session */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "base/rand.h"
#include "sip/invite_inner.h"

void invite_own_free(struct invite_own *o)
{
    invite_copy(&o->type, SLICE_NONE);
    invite_copy(&o->body, SLICE_NONE);
    invite_copy(&o->headers, SLICE_NONE);
}

int invite_own_copy(struct invite_own *o, struct slice type, struct slice body,
                    struct slice headers)
{
    int err = invite_copy(&o->type, type);

    if (!err)
        err = invite_copy(&o->body, body);
    return err ? err : invite_copy(&o->headers, headers);
}

uint32_t invite_glare_ms(const struct sip_invite *i)
{
    return i->is_caller ? 2100 + rand_u32() % 1900 : rand_u32() % 2000;
}

static void forget_request(struct sip_invite *i)
{
    sip_dialog_request_forget(i->reinvite.request);
    i->reinvite.request = mem_deref(i->reinvite.request);
    i->reinvite.is_under_way = false;
    i->wait_ack_cseq = 0;
}

void invite_reinvite_forget(struct sip_invite *i)
{
    forget_request(i);
    timer_stop(&i->reinvite.timer);
}

static void report(struct sip_invite *i, int err, const struct sip_msg *r)
{
    i->reinvite.is_under_way = false;
    invite_own_free(&i->reinvite);
    if (r && r->status < 300)
        invite_changed(i); /* the session timer, the peer's Contact */
    if (!i->is_quiet && i->h->reinvited)
        i->h->reinvited(i, err, r, i->arg);
}

static void acknowledge(struct sip_invite *i, const struct sip_msg *r)
{
    struct sip_dialog_send_args a = {.method = SIP_ACK, .cseq = r->cseq.number};

    if (i->reinvite.is_under_way) {
        sip_dialog_refresh(i->dialog, r);
        invite_note_peer(i, r);
        invite_timer_on_2xx(i, r);
        if (!i->reinvite.body && slice_is_set(r->body))
            i->wait_ack_cseq = r->cseq.number; /* their offer: the driver answers it in the ACK */
    }
    if (i->wait_ack_cseq == r->cseq.number)
        return;
    if (i->ack_body && i->ack_cseq == r->cseq.number) {
        a.content_type = slice_of(i->ack_type);
        a.body = slice_of(i->ack_body);
    }
    sip_dialog_send(NULL, i->dialog, &a, NULL, NULL);
}

static void on_response(int err, const struct sip_msg *r, void *arg);

static int launch(struct sip_invite *i)
{
    struct sip_dialog_send_args a = {
        .method = SIP_INVITE,
        .has_contact = true,
        .contact_user = slice_of(i->contact_user),
        .content_type = slice_of(i->reinvite.type),
        .body = slice_of(i->reinvite.body),
    };
    struct buf headers;
    int err;

    forget_request(i);
    buf_init(&headers, SIP_MESSAGE_MAX);
    sip_headers_add(&headers, "Allow", slice_of(sip_allow(i->sip)));
    invite_print_supported(&headers, i);
    invite_timer_print_request(&headers, i);
    err = buf_adds(&headers, slice_of(i->reinvite.headers));
    a.headers = buf_slice(&headers);
    if (!err)
        err = sip_dialog_request(&i->reinvite.request, i->dialog, &a, i->creds, i->creds_arg,
                                 on_response, i);
    buf_fini(&headers);
    i->reinvite.is_under_way = err == 0;
    return err;
}

static void on_glare_over(void *arg)
{
    struct sip_invite *i = mem_ref(arg);
    int err = i->state == INVITE_UP ? launch(i) : ENOTCONN;

    if (err)
        report(i, err, NULL);
    mem_deref(i);
}

/* After a glare, and with a longer session interval. */
static bool retry(struct sip_invite *i, const struct sip_msg *r)
{
    if (i->is_quiet)
        return false;
    if (invite_timer_raise(i, r) && !i->reinvite.is_raised) {
        i->reinvite.is_raised = true;
        return launch(i) == 0;
    }
    if (r->status != 491 || i->reinvite.is_retried)
        return false;
    i->reinvite.is_retried = true;
    timer_start(i->sip->loop, &i->reinvite.timer, invite_glare_ms(i), on_glare_over, i);
    return true;
}

static void on_response(int err, const struct sip_msg *r, void *arg)
{
    struct sip_invite *i = mem_ref(arg);

    if (r && r->status < 200)
        goto out;
    if (r && r->status < 300) {
        acknowledge(i, r);
        if (i->reinvite.is_under_way)
            report(i, 0, r);
    } else if (!i->reinvite.is_under_way || i->state != INVITE_UP) {
        goto out;
    } else if (!r || r->status == 408 || r->status == 481) {
        invite_gone(i, SIP_CLOSE_GONE, r, SLICE_NONE);
    } else if (!retry(i, r)) {
        report(i, err, r);
    }
out:
    mem_deref(i);
}

int sip_invite_reinvite(struct sip_invite *i, struct slice content_type, struct slice body,
                        struct slice headers)
{
    int err;

    if (i->state != INVITE_UP)
        return ENOTCONN;
    if (i->reinvite.is_under_way || timer_is_on(&i->reinvite.timer) || i->strans ||
        i->wait_ack_cseq || i->update.is_under_way || i->their_update ||
        (i->is_caller && !i->is_acked))
        return EBUSY;
    i->reinvite.is_retried = i->reinvite.is_raised = false;
    err = invite_own_copy(&i->reinvite, content_type, body, headers);
    return err ? err : launch(i);
}
