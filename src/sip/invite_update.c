/* invite_update.c - invite.h: UPDATE, either side (RFC 3311) */
#include <errno.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/rand.h"
#include "sip/invite_inner.h"

/* ---- theirs ---- */

static void refuse_later(struct sip_strans *t)
{
    char line[32];
    int n = snprintf(line, sizeof(line), "Retry-After: %u\r\n", rand_u32() % 11);

    sip_strans_answer(t, &(struct sip_answer){.code = 500, .headers = slice_from(line, (size_t)n)});
}

/* Is an offer of ours without its answer? */
static bool has_offered(struct sip_invite *i, const struct sip_dialog *d)
{
    const struct invite_leg *l = i->state == INVITE_CALLING ? invite_leg_of_dialog(i, d) : NULL;

    return i->reinvite.is_under_way || (i->update.is_under_way && i->update.body) ||
           invite_reliable_is_offer(i) || (l && i->had_offer && !l->has_sdp);
}

/* Is an offer of theirs without our answer? */
static bool is_offered(const struct sip_invite *i)
{
    bool is_reinvited = i->state == INVITE_UP && invite_is_open(i);

    return is_reinvited || i->their_update ||
           (i->state == INVITE_RINGING && i->had_offer && !i->has_said_sdp);
}

static void forget_their_update(struct sip_invite *i)
{
    i->their_update = mem_deref(i->their_update);
}

/* @return true when it was refused */
static bool refuse_interval(struct sip_invite *i, struct sip_strans *t, const struct sip_msg *req)
{
    struct sip_answer a = {0};
    struct buf lines;

    buf_init(&lines, SIP_MESSAGE_MAX);
    if (sip_requires_unknown(i->sip, req, "timer,100rel", &lines))
        a.code = 420;
    else
        a.code = invite_timer_check(i, req, &lines);
    a.headers = buf_slice(&lines);
    if (a.code)
        sip_strans_answer(t, &a);
    buf_fini(&lines);
    return a.code != 0;
}

void invite_on_update(struct sip_invite *i, struct sip_dialog *d, struct sip_strans *t,
                      const struct sip_msg *req)
{
    bool has_body = slice_is_set(req->body);

    if (i->their_update && sip_strans_is_final(i->their_update))
        forget_their_update(i);
    if (has_body && has_offered(i, d)) {
        sip_strans_refuse(t, 491, NULL);
        return;
    }
    if (i->their_update || (has_body && is_offered(i))) {
        refuse_later(t);
        return;
    }
    if (refuse_interval(i, t, req))
        return;
    sip_dialog_refresh(d, req);
    invite_note_peer(i, req);
    if (has_body)
        i->their_update = mem_ref(t);
    invite_ask(i, i->h->update, t, req, has_body ? 488 : 200);
    if (i->their_update && sip_strans_is_final(i->their_update))
        forget_their_update(i);
}

int sip_invite_respond(struct sip_invite *i, struct sip_strans *t, const struct sip_answer *args)
{
    const struct sip_msg *req = sip_strans_request(t);
    struct sip_answer a = *args;
    bool is_update = req && req->method == SIP_UPDATE;
    struct invite_interval agreed;
    struct buf contact, headers;
    int err = 0;

    if (!req || a.code >= 300)
        return sip_strans_answer(t, &a);
    agreed = invite_timer_offered(i, req);
    buf_init(&contact, SIP_URI_MAX);
    buf_init(&headers, SIP_MESSAGE_MAX);
    if (is_update) {
        err = sip_contact_print(&contact, &req->flow, slice_of(i->contact_user), req->request_uri);
        a.contact = buf_slice(&contact);
        sip_headers_add(&headers, "Allow", slice_of(sip_allow(i->sip)));
        invite_print_supported(&headers, i);
        invite_timer_print_2xx(&headers, agreed);
    }
    buf_adds(&headers, args->headers);
    a.headers = buf_slice(&headers);
    if (!err)
        err = sip_strans_answer(t, &a);
    if (!err && is_update && a.code >= 200 && i->state == INVITE_UP && sip_strans_is_final(t))
        invite_timer_agree(i, agreed);
    buf_fini(&contact);
    buf_fini(&headers);
    return err;
}

/* ---- ours ---- */

void invite_update_forget(struct sip_invite *i)
{
    sip_dialog_request_forget(i->update.request);
    i->update.request = mem_deref(i->update.request);
    i->update.is_under_way = false;
    timer_stop(&i->update.timer);
    forget_their_update(i);
}

static void report(struct sip_invite *i, int err, const struct sip_msg *r)
{
    bool is_refresh = i->update.is_refresh;

    i->update.is_under_way = false;
    invite_own_free(&i->update);
    if (is_refresh)
        invite_changed(i);
    else if (!i->is_quiet && i->h->updated)
        i->h->updated(i, err, r, i->arg);
}

/* The dialog that an UPDATE of ours goes through may be gone, or confirmed, by now. */
static struct sip_dialog *dialog_of(struct sip_invite *i)
{
    if (i->dialog)
        return i->dialog;
    return invite_leg_of_dialog(i, i->update.dialog) ? i->update.dialog : NULL;
}

static void on_response(int err, const struct sip_msg *r, void *arg);

static int launch(struct sip_invite *i)
{
    struct sip_dialog_send_args a = {
        .method = SIP_UPDATE,
        .has_contact = true,
        .contact_user = slice_of(i->contact_user),
        .content_type = slice_of(i->update.type),
        .body = slice_of(i->update.body),
    };
    struct sip_dialog *d = dialog_of(i);
    struct buf headers;
    int err;

    if (!d)
        return ENOTCONN;
    sip_dialog_request_forget(i->update.request);
    i->update.request = mem_deref(i->update.request);
    buf_init(&headers, SIP_MESSAGE_MAX);
    invite_print_supported(&headers, i);
    if (i->state == INVITE_UP)
        invite_timer_print_request(&headers, i);
    err = buf_adds(&headers, slice_of(i->update.headers));
    a.headers = buf_slice(&headers);
    if (!err)
        err = sip_dialog_request(&i->update.request, d, &a, i->creds, i->creds_arg, on_response, i);
    buf_fini(&headers);
    i->update.is_under_way = err == 0;
    return err;
}

static void launch_again(void *arg)
{
    struct sip_invite *i = mem_ref(arg);
    int err = launch(i);

    if (err)
        report(i, err, NULL);
    mem_deref(i);
}

/* 491: a glare; 500 with Retry-After: they are busy with an offer of ours or theirs. */
static bool retry(struct sip_invite *i, const struct sip_msg *r)
{
    uint32_t s = 0, ms;

    if (invite_timer_raise(i, r) && !i->update.is_raised) {
        i->update.is_raised = true;
        return launch(i) == 0;
    }
    if (i->update.is_retried || (r->status != 491 && r->status != 500))
        return false;
    if (r->status == 500 && (sip_msg_u32(r, SIP_H_RETRY_AFTER, &s) || s > 32))
        return false;
    ms = r->status == 491 ? invite_glare_ms(i) : s * 1000;
    i->update.is_retried = true;
    timer_start(i->sip->loop, &i->update.timer, ms, launch_again, i);
    return true;
}

static void on_2xx(struct sip_invite *i, const struct sip_msg *r)
{
    struct sip_dialog *d = dialog_of(i);

    if (d)
        sip_dialog_refresh(d, r);
    invite_note_peer(i, r);
    if (i->state == INVITE_UP)
        invite_timer_on_2xx(i, r);
    report(i, 0, r);
}

static void on_response(int err, const struct sip_msg *r, void *arg)
{
    struct sip_invite *i = mem_ref(arg);

    if ((r && r->status < 200) || !i->update.is_under_way)
        goto out;
    if (r && r->status < 300)
        on_2xx(i, r);
    else if (i->state == INVITE_UP && (!r || r->status == 408 || r->status == 481))
        invite_gone(i, SIP_CLOSE_GONE, r, SLICE_NONE);
    else if (!r || !retry(i, r))
        report(i, err, r);
out:
    mem_deref(i);
}

static int start(struct sip_invite *i, struct sip_dialog *d, bool is_refresh,
                 struct slice content_type, struct slice body, struct slice headers)
{
    int err;

    if (!sip_invite_peer_allows(i, SIP_UPDATE))
        return ENOTSUP;
    if (i->update.is_under_way || (body.len && (has_offered(i, d) || is_offered(i))))
        return EBUSY;
    err = invite_own_copy(&i->update, content_type, body, headers);
    if (err)
        return err;
    i->update.dialog = d;
    i->update.is_refresh = is_refresh;
    i->update.is_retried = i->update.is_raised = false;
    return launch(i);
}

int sip_invite_update(struct sip_invite *i, unsigned leg, struct slice content_type,
                      struct slice body, struct slice headers)
{
    struct sip_dialog *d = i->dialog;

    if (i->state > INVITE_UP)
        return ENOTCONN;
    if (i->state == INVITE_CALLING)
        d = leg && leg <= i->leg_count ? i->legs[leg - 1].dialog : invite_leg_last(i);
    return d ? start(i, d, false, content_type, body, headers) : ENOTCONN;
}

int invite_update_refresh(struct sip_invite *i)
{
    return start(i, i->dialog, true, SLICE_NONE, SLICE_NONE, SLICE_NONE);
}

/* ---- what the peer can do ---- */

void invite_note_peer(struct sip_invite *i, const struct sip_msg *m)
{
    if (!sip_msg_has(m, SIP_H_ALLOW))
        return;
    i->peer_methods = 0;
    for (unsigned n = m->first[SIP_H_ALLOW]; n != 255; n = m->headers[n].next) {
        struct slice rest = sip_msg_header_value(m, n); /* tokens only: no quotes to mind */

        while (slice_is_set(rest)) {
            struct slice name = slice_trim(slice_cut(rest, ',', &rest));

            i->peer_methods |= 1u << sip_method_parse(name);
        }
    }
}

bool sip_invite_peer_allows(const struct sip_invite *i, enum sip_method m)
{
    return i->peer_methods >> m & 1;
}
