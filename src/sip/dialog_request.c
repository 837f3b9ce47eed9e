/* dialog_request.c - a request inside a dialog that answers one digest challenge */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "sip/core.h"

#define MAX_TRIES 2 /* with credentials, the second only for a stale nonce (CVE-2020-28242) */

/* T4 of the threats: credentials go out only when the owner of the dialog gave some for it. */
struct sip_dialog_request {
    struct link link; /* sip->requests while running */
    struct sip_dialog *dialog;
    struct sip_ctrans *ctrans;
    sip_creds_h *creds;
    void *creds_arg;
    sip_response_h *h;
    void *arg;
    enum sip_method method;
    uint32_t cseq;
    bool has_contact, has_provisional;
    uint8_t tries;   /* with credentials */
    bool is_running; /* holds a reference to itself */
    char *contact_user, *headers, *type, *body;
    size_t body_len;
};

static void destroy(void *object)
{
    struct sip_dialog_request *r = object;

    sip_ctrans_forget(r->ctrans);
    mem_deref(r->ctrans);
    mem_deref(r->dialog);
    mem_free(r->contact_user);
    mem_free(r->headers);
    mem_free(r->type);
    mem_free(r->body);
}

static int copy(char **out, struct slice s)
{
    if (s.len == 0)
        return 0;
    *out = slice_dup(s);
    return *out ? 0 : ENOMEM;
}

static int copy_args(struct sip_dialog_request *r, const struct sip_dialog_send_args *a)
{
    int err = copy(&r->contact_user, a->contact_user);

    r->has_contact = a->has_contact;
    r->method = a->method;
    r->body_len = a->body.len;
    if (!err)
        err = copy(&r->headers, a->headers);
    if (!err)
        err = copy(&r->type, a->content_type);
    if (!err)
        err = copy(&r->body, a->body);
    return err;
}

static void on_response(int err, const struct sip_msg *response, void *arg);

static int launch(struct sip_dialog_request *r, struct slice auth)
{
    struct sip_dialog_send_args a = {
        .method = r->method,
        .contact_user = slice_of(r->contact_user),
        .has_contact = r->has_contact,
        .headers = slice_of(r->headers),
        .auth = auth,
        .content_type = slice_of(r->type),
        .body = slice_from(r->body, r->body_len),
    };
    int err;

    sip_ctrans_forget(r->ctrans);
    r->ctrans = mem_deref(r->ctrans);
    err = sip_dialog_send(&r->ctrans, r->dialog, &a, on_response, r);
    r->cseq = sip_dialog_cseq(r->dialog);
    return err;
}

/* @return 0 when the request is on its way again */
static int retry(struct sip_dialog_request *r, const struct sip_msg *response)
{
    struct buf auth;
    int err;

    if (!r->creds || (response->status != 401 && response->status != 407) ||
        r->tries == MAX_TRIES || (r->tries && !sip_auth_is_stale(response)))
        return ENOENT;
    r->tries++;
    buf_init(&auth, 4096);
    err = sip_auth_answer(&auth, response, r->method, sip_dialog_target(r->dialog),
                          slice_from(r->body, r->body_len), r->creds, r->creds_arg);
    if (!err)
        err = launch(r, buf_slice(&auth));
    buf_fini(&auth);
    return err;
}

/* Nobody is there, or nobody who can: the next target may be. */
static bool is_lost(const struct sip_dialog_request *r, const struct sip_msg *response)
{
    return r->h && !r->has_provisional && (!response || response->status == 503);
}

static void on_response(int err, const struct sip_msg *response, void *arg)
{
    struct sip_dialog_request *r = arg;
    bool is_final = !response || response->status >= 200;

    if (response && !is_final)
        r->has_provisional = true;
    if (is_lost(r, response) && sip_dialog_next_target(r->dialog) && !launch(r, SLICE_NONE))
        return;
    if (!response && r->h && sip_dialog_switch_back(r->dialog) && !launch(r, SLICE_NONE))
        return;
    if (response && is_final && !retry(r, response))
        return;
    mem_ref(r);
    if (r->h)
        r->h(err, response, r->arg);
    /* An INVITE's 2xx may come again: the transaction keeps the request as long as it lives. */
    if (is_final && !(r->method == SIP_INVITE && response && response->status < 300))
        sip_dialog_request_forget(r);
    mem_deref(r);
}

/* The request holds itself until it is over: the owner may let go at any time. */
void sip_dialog_request_forget(struct sip_dialog_request *r)
{
    if (!r)
        return;
    r->h = NULL;
    sip_ctrans_forget(r->ctrans);
    r->ctrans = mem_deref(r->ctrans);
    if (!r->is_running)
        return;
    r->is_running = false;
    list_unlink(&r->link);
    mem_deref(r);
}

void sip_dialog_request_fini(struct sip *sip)
{
    struct link *k;

    while ((k = list_first(&sip->requests)) != NULL)
        sip_dialog_request_forget(CONTAINER_OF(k, struct sip_dialog_request, link));
}

int sip_dialog_request(struct sip_dialog_request **rp, struct sip_dialog *d,
                       const struct sip_dialog_send_args *a, sip_creds_h *creds, void *creds_arg,
                       sip_response_h *h, void *arg)
{
    struct sip_dialog_request *r = mem_alloc(sizeof(*r), destroy);
    int err;

    if (!r)
        return ENOMEM;
    r->dialog = mem_ref(d);
    r->creds = creds;
    r->creds_arg = creds_arg;
    r->h = h;
    r->arg = arg;
    err = copy_args(r, a);
    if (!err)
        err = launch(r, SLICE_NONE);
    if (err) {
        mem_deref(r);
        return err;
    }
    r->is_running = true;
    list_append(sip_dialog_requests(d), &r->link);
    if (rp)
        *rp = mem_ref(r);
    return 0;
}

uint32_t sip_dialog_request_cseq(const struct sip_dialog_request *r)
{
    return r->cseq;
}
