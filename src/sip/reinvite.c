/* reinvite.c - invite.h: our own INVITE inside a session */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "base/rand.h"
#include "sip/invite_inner.h"

void invite_reinvite_forget(struct sip_invite *i)
{
    sip_dialog_request_forget(i->reinvite);
    i->reinvite = mem_deref(i->reinvite);
    i->is_reinviting = false;
}

static void forget_copies(struct sip_invite *i)
{
    invite_copy(&i->re_type, SLICE_NONE);
    invite_copy(&i->re_body, SLICE_NONE);
    invite_copy(&i->re_headers, SLICE_NONE);
}

static void report(struct sip_invite *i, int err, const struct sip_msg *r)
{
    i->is_reinviting = false;
    forget_copies(i);
    if (!i->is_quiet && i->h->reinvited)
        i->h->reinvited(i, err, r, i->arg);
}

static void acknowledge(struct sip_invite *i, const struct sip_msg *r)
{
    struct sip_dialog_send_args a = {.method = SIP_ACK, .cseq = r->cseq.number};

    if (i->is_reinviting)
        sip_dialog_refresh(i->dialog, r);
    sip_dialog_send(NULL, i->dialog, &a, NULL, NULL);
}

static void on_response(int err, const struct sip_msg *r, void *arg);

static int launch(struct sip_invite *i)
{
    struct sip_dialog_send_args a = {
        .method = SIP_INVITE,
        .has_contact = true,
        .contact_user = slice_of(i->contact_user),
        .headers = slice_of(i->re_headers),
        .content_type = slice_of(i->re_type),
        .body = slice_of(i->re_body),
    };
    int err;

    invite_reinvite_forget(i);
    err = sip_dialog_request(&i->reinvite, i->dialog, &a, i->creds, i->creds_arg, on_response, i);
    i->is_reinviting = err == 0;
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

/* RFC 3261 s14.1: who owns the Call-ID waits 2.1-4 s, the other 0-2 s. */
static bool retry_after_glare(struct sip_invite *i)
{
    uint32_t ms = i->is_caller ? 2100 + rand_u32() % 1900 : rand_u32() % 2000;

    if (i->is_retried || i->is_quiet)
        return false;
    i->is_retried = true;
    timer_start(i->sip->loop, &i->timer, ms, on_glare_over, i);
    return true;
}

/* The peer does not know the session any more: say BYE for those in between, and tell. */
static void gone(struct sip_invite *i, const struct sip_msg *r)
{
    bool is_quiet = i->is_quiet;

    invite_send_bye(i, SLICE_NONE);
    if (!is_quiet && i->h->closed)
        i->h->closed(i, SIP_CLOSE_GONE, r, i->arg);
}

static void on_response(int err, const struct sip_msg *r, void *arg)
{
    struct sip_invite *i = mem_ref(arg);

    if (r && r->status < 200)
        goto out;
    if (r && r->status < 300) {
        acknowledge(i, r);
        if (i->is_reinviting)
            report(i, 0, r);
    } else if (!i->is_reinviting || i->state != INVITE_UP) {
        goto out;
    } else if (!r || r->status == 408 || r->status == 481) {
        gone(i, r);
    } else if (r->status != 491 || !retry_after_glare(i)) {
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
    if (i->is_reinviting || timer_is_on(&i->timer) || i->strans || (i->is_caller && !i->is_acked))
        return EBUSY;
    i->is_retried = false;
    err = invite_copy(&i->re_type, content_type);
    if (!err)
        err = invite_copy(&i->re_body, body);
    if (!err)
        err = invite_copy(&i->re_headers, headers);
    return err ? err : launch(i);
}
