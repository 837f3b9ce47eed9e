/* invite.c - see invite.h: what both sides share; the end */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "sip/invite_inner.h"

/* A request of the driver inside the dialog (INFO ...). */
struct invite_request {
    struct link link; /* invite->requests */
    struct sip_invite *invite;
    struct sip_dialog_request *request;
    sip_response_h *h;
    void *arg;
    bool is_minor; /* 481 to it does not end the session (RFC 5057) */
};

static void destroy(void *object)
{
    struct sip_invite *i = object;

    mem_free(i->headers);
    mem_free(i->contact_user);
    mem_free(i->bye_headers);
    mem_free(i->ack_type);
    mem_free(i->ack_body);
    invite_own_free(&i->reinvite);
    invite_own_free(&i->update);
    invite_reliable_free(i);
    mem_deref(i->attempt);
    mem_deref(i->dialog);
}

int invite_alloc(struct sip_invite **ip, struct sip *sip, const struct sip_invite_handlers *h,
                 void *arg)
{
    struct sip_invite *i = mem_alloc(sizeof(*i), destroy);

    if (!i)
        return ENOMEM;
    i->sip = sip;
    i->h = h;
    i->arg = arg;
    list_init(&i->requests);
    list_append(&sip->invites, &i->link);
    sip->invite_count++;
    *ip = mem_ref(i);
    return 0;
}

int invite_copy(char **out, struct slice s)
{
    char *copy = NULL;

    if (s.len) {
        copy = slice_dup(s);
        if (!copy)
            return ENOMEM;
    }
    mem_free(*out);
    *out = copy;
    return 0;
}

static void free_request(struct invite_request *r)
{
    list_unlink(&r->link);
    sip_dialog_request_forget(r->request);
    mem_deref(r->request);
    mem_free(r);
}

static void drop_requests(struct sip_invite *i)
{
    struct link *k;

    while ((k = list_first(&i->requests)) != NULL)
        free_request(CONTAINER_OF(k, struct invite_request, link));
}

/* A BYE of theirs may cross ours: then nobody waits for the answer any more. */
static void forget_bye(struct sip_invite *i)
{
    sip_dialog_request_forget(i->bye);
    i->bye = mem_deref(i->bye);
}

void invite_over(struct sip_invite *i)
{
    if (i->state == INVITE_OVER)
        return;
    i->state = INVITE_OVER;
    i->is_quiet = true;
    timer_stop(&i->resend);
    timer_stop(&i->timer);
    invite_timer_stop(i);
    invite_reliable_stop(i);
    invite_drop(i, 487);
    sip_attempt_forget(i->attempt);
    invite_reinvite_forget(i);
    invite_update_forget(i);
    forget_bye(i);
    drop_requests(i);
    invite_legs_close(i);
    if (i->dialog)
        sip_dialog_close(i->dialog);
    list_unlink(&i->link);
    i->sip->invite_count--;
    if (i->over)
        i->over(i->over_arg);
    i->over = NULL;
    mem_deref(i);
}

void invite_changed(struct sip_invite *i)
{
    if (!i->is_quiet && i->h->changed)
        i->h->changed(i, i->arg);
}

void sip_invite_fini(struct sip *sip)
{
    struct link *k;

    while ((k = list_first(&sip->invites)) != NULL)
        invite_over(CONTAINER_OF(k, struct sip_invite, link));
}

void invite_closed(struct sip_invite *i, enum sip_invite_close why, const struct sip_msg *m)
{
    bool is_quiet = i->is_quiet;

    mem_ref(i);
    invite_over(i);
    if (!is_quiet && i->h->closed)
        i->h->closed(i, why, m, i->arg);
    mem_deref(i);
}

/* ---- BYE ---- */

static void on_bye_answer(int err, const struct sip_msg *response, void *arg)
{
    if (!response || response->status >= 200)
        invite_over(arg);
}

void invite_send_bye(struct sip_invite *i, struct slice headers)
{
    struct sip_dialog_send_args a = {.method = SIP_BYE, .headers = headers};

    i->state = INVITE_ENDING;
    i->is_quiet = true;
    invite_timer_stop(i);
    invite_reinvite_forget(i);
    invite_update_forget(i);
    drop_requests(i);
    if (sip_dialog_request(&i->bye, i->dialog, &a, i->creds, i->creds_arg, on_bye_answer, i))
        invite_over(i);
}

static void on_bye(struct sip_invite *i, struct sip_strans *t, const struct sip_msg *req)
{
    bool is_ringing = i->state == INVITE_RINGING, is_quiet = i->is_quiet;

    sip_strans_refuse(t, 200, NULL);
    if (!is_ringing) {
        invite_closed(i, SIP_CLOSE_BYE, req);
        return;
    }
    invite_over(i); /* answers the INVITE 487 */
    if (!is_quiet && i->h->canceled)
        i->h->canceled(i, req, i->arg);
}

void invite_gone(struct sip_invite *i, enum sip_invite_close why, const struct sip_msg *r,
                 struct slice headers)
{
    bool is_quiet = i->is_quiet;

    if (i->is_caller)
        invite_ensure_ack(i);
    if (i->strans)
        invite_drop(i, 487);
    invite_send_bye(i, headers);
    if (!is_quiet && i->h->closed)
        i->h->closed(i, why, r, i->arg);
}

void invite_ask(struct sip_invite *i, invite_handler_h *h, struct sip_strans *t,
                const struct sip_msg *req, uint16_t code)
{
    struct sip_answer a = {.code = code};
    uint32_t refs = mem_refs(t);

    if (h && !i->is_quiet)
        h(i, t, req, i->arg);
    if (!sip_strans_is_final(t) && mem_refs(t) <= refs)
        sip_invite_respond(i, t, &a);
}

/* @return true when it was refused */
static bool refuse_require(struct sip_invite *i, struct sip_strans *t, const struct sip_msg *req)
{
    struct sip_answer a = {.code = 420};
    struct buf lines;
    bool is_refused;

    if (!sip_msg_has(req, SIP_H_REQUIRE))
        return false;
    buf_init(&lines, SIP_MESSAGE_MAX);
    is_refused = sip_requires_unknown(i->sip, req, "100rel,timer,norefersub", &lines);
    a.headers = buf_slice(&lines);
    if (is_refused)
        sip_strans_answer(t, &a);
    buf_fini(&lines);
    return is_refused;
}

static void on_other(struct sip_invite *i, struct sip_strans *t, const struct sip_msg *req)
{
    if (refuse_require(i, t, req))
        return;
    if (req->method == SIP_OPTIONS)
        sip_answer_options(i->sip, t);
    else if (req->method == SIP_METHOD_OTHER)
        sip_strans_refuse(t, 501, NULL);
    else if (i->h->request)
        i->h->request(i, t, req, i->arg);
    else
        sip_strans_refuse(t, req->method == SIP_INFO ? 200 : 405, NULL);
}

bool invite_may_move(const struct addr *to, void *arg)
{
    struct sip_invite *i = arg;

    return i->is_quiet || !i->h->may_move || i->h->may_move(i, to, i->arg);
}

bool invite_find_way(struct slice target, struct sip_flow *to, void *arg)
{
    struct sip_invite *i = arg;

    return !i->is_quiet && i->h->find_way && i->h->find_way(i, target, to, i->arg);
}

void invite_on_dialog(struct sip_dialog *d, struct sip_strans *t, struct sip_msg *req, void *arg)
{
    struct sip_invite *i = mem_ref(arg);

    if (t && i->force_rport)
        sip_strans_force_rport(t);
    if (!t)
        invite_on_ack(i, req);
    else if (req->method == SIP_BYE && i->state == INVITE_CALLING)
        sip_strans_refuse(t, 481, NULL); /* RFC 3261 s15: a callee may not, before its 2xx */
    else if (req->method == SIP_BYE)
        on_bye(i, t, req);
    else if (i->is_quiet || i->state == INVITE_ENDING)
        sip_strans_refuse(t, 481, NULL);
    else if (req->method == SIP_INVITE)
        invite_on_reinvite(i, t, req);
    else if (req->method == SIP_UPDATE)
        invite_on_update(i, d, t, req);
    else if (req->method == SIP_PRACK)
        invite_on_prack(i, t, req);
    else
        on_other(i, t, req);
    invite_changed(i);
    mem_deref(i);
}

/* ---- the public face ---- */

static void end_up(struct sip_invite *i, struct slice headers)
{
    if (i->is_caller)
        invite_ensure_ack(i);
    if (!i->wait_ack || i->is_caller || i->is_confirmed) {
        if (i->wait_ack)
            invite_drop(i, 487); /* a re-INVITE's 2xx need not be repeated any more */
        invite_send_bye(i, headers);
        return;
    }
    /* RFC 3261 s15: a callee says BYE only after the first ACK, or when it never comes. */
    i->state = INVITE_ENDING;
    i->want_bye = true;
    invite_copy(&i->bye_headers, headers);
}

void sip_invite_end(struct sip_invite *i, uint16_t code, struct slice headers)
{
    struct sip_answer a = {.code = code >= 300 ? code : 480, .headers = headers};

    if (i->state == INVITE_UP)
        sip_dialog_find_way(i->dialog);
    i->is_quiet = true;
    switch (i->state) {
    case INVITE_RINGING:
        sip_strans_answer(i->strans, &a);
        invite_over(i);
        break;
    case INVITE_CALLING:
        i->state = INVITE_ENDING;
        timer_stop(&i->timer);
        sip_attempt_cancel(i->attempt, headers);
        break;
    case INVITE_UP: end_up(i, headers); break;
    case INVITE_ENDING:
    case INVITE_OVER: break;
    }
}

void sip_invite_forget(struct sip_invite *i)
{
    i->is_quiet = true;
    drop_requests(i);
}

bool sip_invite_on_over(struct sip_invite *i, sip_invite_over_h *h, void *arg)
{
    if (i->state == INVITE_OVER)
        return false;
    i->over = h;
    i->over_arg = arg;
    return true;
}

static void on_request_answer(int err, const struct sip_msg *response, void *arg)
{
    struct invite_request *r = arg;
    struct sip_invite *i = r->invite;
    bool is_gone = !response || response->status == 481 || response->status == 408;
    bool is_minor = r->is_minor;

    if (response && response->status < 200)
        return;
    mem_ref(i);
    if (r->h)
        r->h(err, response, r->arg);
    /* The handler may have ended the session, which freed r. */
    LIST_FOREACH(&i->requests, k)
    {
        if (CONTAINER_OF(k, struct invite_request, link) == r)
            free_request(r);
    }
    if (is_gone && !is_minor && i->state == INVITE_UP && !i->is_quiet)
        invite_gone(i, SIP_CLOSE_GONE, response, SLICE_NONE);
    mem_deref(i);
}

int invite_request_in(struct sip_invite *i, struct sip_dialog *d,
                      const struct sip_dialog_send_args *a, bool is_minor, sip_response_h *h,
                      void *arg)
{
    struct invite_request *r = mem_zalloc(sizeof(*r));
    int err;

    if (!r)
        return ENOMEM;
    r->invite = i;
    r->is_minor = is_minor;
    r->h = h;
    r->arg = arg;
    err = sip_dialog_request(&r->request, d, a, i->creds, i->creds_arg, on_request_answer, r);
    if (err)
        mem_free(r);
    else
        list_append(&i->requests, &r->link);
    return err;
}

/* RFC 3515 s2.4.4, RFC 6665: these must say where their answers go. */
static bool has_contact(enum sip_method m)
{
    return m == SIP_REFER || m == SIP_NOTIFY || m == SIP_SUBSCRIBE;
}

int sip_invite_request(struct sip_invite *i, enum sip_method method, struct slice headers,
                       struct slice content_type, struct slice body, sip_response_h *h, void *arg)
{
    struct sip_dialog_send_args a = {.method = method,
                                     .has_contact = has_contact(method),
                                     .contact_user = slice_of(i->contact_user),
                                     .headers = headers,
                                     .content_type = content_type,
                                     .body = body};
    struct sip_dialog *d = i->dialog ? i->dialog : invite_leg_last(i);

    if (i->state > INVITE_UP || !d)
        return ENOTCONN;
    return invite_request_in(i, d, &a, method == SIP_NOTIFY, h, arg);
}

const struct sip_dialog *sip_invite_dialog(const struct sip_invite *i)
{
    return i->dialog;
}

struct slice sip_invite_call_id(const struct sip_invite *i)
{
    return i->attempt ? sip_attempt_call_id(i->attempt) : sip_dialog_call_id(i->dialog);
}

const struct sip_flow *sip_invite_flow(const struct sip_invite *i)
{
    return i->dialog ? sip_dialog_flow(i->dialog) : sip_attempt_flow(i->attempt);
}

bool sip_invite_is_up(const struct sip_invite *i)
{
    return i->state == INVITE_UP;
}

bool sip_invite_is_over(const struct sip_invite *i)
{
    return i->state == INVITE_OVER;
}

bool sip_invite_is_caller(const struct sip_invite *i)
{
    return i->is_caller;
}

uint32_t sip_invite_count(const struct sip *sip)
{
    return sip->invite_count;
}
