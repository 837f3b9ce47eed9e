/* invite_caller.c - invite.h for the calling side: forks, ACK, CANCEL races */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "sip/invite_inner.h"

/* ---- ACK ---- */

static int send_ack(struct sip_invite *i, struct sip_dialog *d, uint32_t cseq)
{
    struct sip_dialog_send_args a = {.method = SIP_ACK, .cseq = cseq};

    if (d == i->dialog && i->ack_body && cseq == i->ack_cseq) {
        a.content_type = slice_of(i->ack_type);
        a.body = slice_of(i->ack_body);
    }
    return sip_dialog_send(NULL, d, &a, NULL, NULL);
}

void invite_ensure_ack(struct sip_invite *i)
{
    if (i->is_acked)
        return;
    i->is_acked = true;
    send_ack(i, i->dialog, sip_attempt_cseq(i->attempt));
}

int sip_invite_ack(struct sip_invite *i, struct slice content_type, struct slice body)
{
    bool is_first = i->is_caller && !i->is_acked;
    uint32_t cseq = is_first ? sip_attempt_cseq(i->attempt) : i->wait_ack_cseq;
    int err;

    if (i->state != INVITE_UP || !cseq)
        return EALREADY;
    err = invite_copy(&i->ack_type, content_type);
    if (!err)
        err = invite_copy(&i->ack_body, body);
    if (err)
        return err;
    i->ack_cseq = cseq;
    if (is_first)
        i->is_acked = true;
    else
        i->wait_ack_cseq = 0;
    return send_ack(i, i->dialog, cseq);
}

/* ---- 2xx ---- */

/* Another fork answered as well: ACK, then BYE, and nobody needs to know (RFC 3261 s13.2.2.4). */
static void refuse_fork(struct sip_invite *i, const struct sip_msg *r)
{
    struct sip_dialog_send_args bye = {.method = SIP_BYE};
    struct sip_dialog *d = NULL;

    if (invite_make_dialog(i, &d, r))
        return;
    if (!send_ack(i, d, r->cseq.number))
        invite_request_in(i, d, &bye, true, NULL, NULL);
    sip_dialog_silence(d);
    mem_deref(d);
}

/* A 2xx after the first: a repeat of the one that won, or another fork's. */
static void on_further_2xx(struct sip_invite *i, const struct sip_msg *r)
{
    if (!slice_eq(r->to_tag, sip_dialog_remote_tag(i->dialog)))
        refuse_fork(i, r);
    else if (i->is_acked)
        send_ack(i, i->dialog, r->cseq.number);
}

static void report_answer(struct sip_invite *i, const struct sip_msg *r)
{
    bool want_ack = !i->had_offer && slice_is_set(r->body);

    if (i->h->answered)
        i->h->answered(i, r, want_ack, i->arg);
    if (i->state == INVITE_UP && !want_ack)
        invite_ensure_ack(i);
}

static void fail(struct sip_invite *i, uint16_t code, const struct sip_msg *r)
{
    bool is_quiet = i->is_quiet;

    invite_over(i);
    if (!is_quiet && i->h->failed)
        i->h->failed(i, code, r, i->arg);
}

static void on_first_2xx(struct sip_invite *i, const struct sip_msg *r)
{
    bool is_wanted = i->state == INVITE_CALLING, is_quiet;

    timer_stop(&i->timer);
    if (invite_leg_win(i, r)) {
        fail(i, 500, NULL);
        return;
    }
    sip_attempt_shrink(i->attempt);
    i->state = INVITE_UP;
    invite_note_peer(i, r);
    invite_timer_on_2xx(i, r);
    if (is_wanted && !sip_dialog_is_unusable(i->dialog)) {
        report_answer(i, r);
        return;
    }
    /* It was answered while our CANCEL was on its way, or nobody can be reached at that. */
    is_quiet = i->is_quiet;
    invite_ensure_ack(i);
    invite_send_bye(i, SLICE_NONE);
    if (is_wanted && !is_quiet && i->h->failed)
        i->h->failed(i, 502, NULL, i->arg);
}

/* ---- other answers ---- */

static void on_provisional(struct sip_invite *i, const struct sip_msg *r)
{
    unsigned leg;

    if (r->status == 100 || i->state != INVITE_CALLING)
        return;
    leg = invite_leg_of(i, r);
    if (!invite_leg_is_news(i, leg, r))
        return;
    invite_note_peer(i, r);
    if (!i->is_quiet && i->h->progress)
        i->h->progress(i, r, leg, i->arg);
    invite_leg_told(i, leg, r);
}

static uint16_t code_of(int err)
{
    switch (err) {
    case ETIMEDOUT: return 408;
    case ECANCELED: return 487;
    case ENOMEM: return 500;
    default: return 503;
    }
}

void invite_on_response(int err, const struct sip_msg *r, void *arg)
{
    struct sip_invite *i = mem_ref(arg);

    if (!r) {
        fail(i, code_of(err), NULL);
    } else if (r->status < 200) {
        on_provisional(i, r);
    } else if (r->status >= 300) {
        fail(i, r->status, r);
    } else if (i->dialog) {
        on_further_2xx(i, r);
    } else {
        on_first_2xx(i, r);
    }
    mem_deref(i);
}

static void on_time_limit(void *arg)
{
    struct sip_invite *i = mem_ref(arg);
    bool is_quiet = i->is_quiet;

    sip_invite_end(i, 0, SLICE_NONE);
    if (!is_quiet && i->h->failed)
        i->h->failed(i, 408, NULL, i->arg);
    mem_deref(i);
}

/* ---- birth ---- */

static struct sip_attempt_args attempt_args(const struct sip_invite_args *a)
{
    return (struct sip_attempt_args){
        .method = SIP_INVITE,
        .uri = a->uri,
        .proxy = a->proxy,
        .routes = a->routes,
        .binding = a->binding,
        .targets = a->targets,
        .target_count = a->targets ? a->target_count : 0,
        .from = a->from,
        .from_display = a->from_display,
        .from_user = a->from_user,
        .from_domain = a->from_domain,
        .to = a->to,
        .has_contact = true,
        .contact_user = a->contact_user,
        .max_forwards = a->max_forwards,
        .headers = a->headers,
        .content_type = a->content_type,
        .body = a->body,
        .creds = a->creds,
        .creds_arg = a->creds_arg,
    };
}

/* The INVITE's own lines: ours first, then the driver's. */
static int print_headers(struct buf *b, const struct sip_invite *i, struct slice extra)
{
    bool needs_rel = i->rel100 == SIP_USE_REQUIRED, needs_timer = i->se.use == SIP_USE_REQUIRED;

    sip_headers_add(b, "Allow", slice_of(sip_allow(i->sip)));
    invite_print_supported(b, i);
    if (needs_rel || needs_timer)
        buf_printf(b, "Require: %s%s%s\r\n", needs_rel ? "100rel" : "",
                   needs_rel && needs_timer ? ", " : "", needs_timer ? "timer" : "");
    return buf_adds(b, extra);
}

int sip_invite_send(struct sip_invite **ip, struct sip *sip, const struct sip_invite_args *args)
{
    struct sip_attempt_args a = attempt_args(args);
    struct sip_invite *i = NULL;
    struct buf headers;
    int err = invite_alloc(&i, sip, args->handlers, args->arg);

    if (err)
        return err;
    buf_init(&headers, SIP_MESSAGE_MAX);
    i->state = INVITE_CALLING;
    i->is_caller = true;
    i->is_symmetric = args->is_symmetric;
    i->force_rport = args->force_rport;
    i->had_offer = args->body.len > 0;
    i->creds = args->creds;
    i->creds_arg = args->creds_arg;
    i->rel100 = args->rel100;
    invite_timer_init(i, &args->timer);
    if (i->se.use) {
        a.session_s = i->se.want_s;
        a.min_se_s = i->se.min_se_s;
    }
    err = print_headers(&headers, i, args->headers);
    a.headers = buf_slice(&headers);
    if (!err)
        err = invite_copy(&i->contact_user,
                          args->contact_user.len ? args->contact_user : args->from_user);
    if (!err)
        err = sip_attempt_start(&i->attempt, sip, &a, invite_on_response, i);
    buf_fini(&headers);
    if (err) {
        invite_over(i);
        mem_deref(i);
        return err;
    }
    if (args->timeout_ms)
        timer_start(sip->loop, &i->timer, args->timeout_ms, on_time_limit, i);
    *ip = i;
    return 0;
}
