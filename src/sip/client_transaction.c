/* client_transaction.c - client side of transaction.h */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "sip/save_inner.h"

enum state { CALLING, PROCEEDING, COMPLETED, ACCEPTED, TERMINATED };

struct sip_ctrans {
    struct hash_link link; /* sip->ctrans; the table holds a reference */
    struct link conn_link; /* flow.conn->users */
    struct sip_wait wait;
    struct sip *sip;
    struct sip_flow flow;
    struct timer resend; /* timers A, E */
    uint32_t resend_ms;
    sip_response_h *h; /* NULL: nobody listens */
    void *arg;
    enum sip_method method;
    enum state state;
    bool is_given_up;  /* CANCEL is under way */
    bool may_go_twice; /* it goes over a connection that was open before */
    char *bytes;       /* the request: INVITE always, others while it may be sent again */
    uint32_t len;
    uint16_t branch_len;
    char branch[];
};

static uint32_t branch_hash(struct slice branch, enum sip_method method)
{
    return hash_slice(branch) + (uint32_t)method;
}

static struct sip_ctrans *find(struct sip *sip, struct slice branch, enum sip_method method)
{
    uint32_t hash = branch_hash(branch, method);

    for (struct hash_link *k = hash_first(&sip->ctrans, hash); k; k = hash_next(k)) {
        struct sip_ctrans *t = CONTAINER_OF(k, struct sip_ctrans, link);

        if (t->method == method && slice_eq(slice_from(t->branch, t->branch_len), branch))
            return t;
    }
    return NULL;
}

bool sip_ctrans_has_branch(struct sip *sip, struct slice branch)
{
    return find(sip, branch, SIP_INVITE) != NULL;
}

/* ---- life ---- */

static void leave(struct sip_ctrans *t)
{
    sip_queue_del(&t->wait);
    timer_stop(&t->resend);
    list_unlink(&t->conn_link);
    if (t->link.pprev)
        t->sip->stats.client_transactions--;
    hash_del(&t->sip->ctrans, &t->link);
}

static void destroy(void *object)
{
    struct sip_ctrans *t = object;

    mem_free(t->bytes);
    sip_flow_clear(&t->flow);
}

/* Out of the table; the table's reference goes. */
static void terminate(struct sip_ctrans *t)
{
    if (t->state == TERMINATED)
        return;
    t->state = TERMINATED;
    leave(t);
    mem_deref(t);
}

/* Over without an answer: terminate first, so that the handler may start the next one. */
static void fail(struct sip_ctrans *t, int err)
{
    sip_response_h *h = t->h;
    void *arg = t->arg;

    t->h = NULL;
    mem_ref(t);
    terminate(t);
    if (h)
        h(err, NULL, arg);
    mem_deref(t);
}

void sip_ctrans_over(struct sip_wait *w)
{
    struct sip_ctrans *t = CONTAINER_OF(w, struct sip_ctrans, wait);

    if (t->state > PROCEEDING) {
        terminate(t);
        return;
    }
    t->sip->stats.timeouts++;
    fail(t, ETIMEDOUT);
}

void sip_ctrans_fini(struct sip *sip)
{
    HASH_FOREACH(&sip->ctrans, k)
    {
        struct sip_ctrans *t = CONTAINER_OF(k, struct sip_ctrans, link);

        t->h = NULL;
        terminate(t);
    }
}

void sip_ctrans_forget(struct sip_ctrans *t)
{
    if (t)
        t->h = NULL;
}

/* The connection was dying already when the request went into it: once more, over a fresh one. */
static bool send_again(struct sip_ctrans *t, const char *server_name)
{
    int err;

    if (!t->may_go_twice || t->state != CALLING)
        return false;
    t->may_go_twice = false;
    t->flow.conn = mem_deref(t->flow.conn);
    t->flow.server_name = server_name;
    err = sip_flow_send(t->sip, &t->flow, slice_from(t->bytes, t->len));
    t->flow.server_name = NULL;
    if (err || !t->flow.conn)
        return false;
    t->sip->stats.retransmitted++;
    list_append(&t->flow.conn->users, &t->conn_link);
    return true;
}

void sip_ctrans_conn_closed(struct sip_conn *c, int err)
{
    struct link *first;

    /* A handler may start new transactions, but not on this connection: it is closed. */
    while ((first = list_first(&c->users)) != NULL) {
        struct sip_ctrans *t = CONTAINER_OF(first, struct sip_ctrans, conn_link);

        list_unlink(first);
        if (send_again(t, c->server_name))
            continue;
        /* A phone that rings will answer over another one (RFC 3261 s18.2.2). */
        if (t->state == CALLING || (t->state == PROCEEDING && t->method != SIP_INVITE))
            fail(t, err ? err : ECONNRESET);
    }
}

/* ---- sending ---- */

static void on_resend(void *arg)
{
    struct sip_ctrans *t = arg;

    t->sip->stats.retransmitted++;
    sip_flow_send(t->sip, &t->flow, slice_from(t->bytes, t->len));
    t->resend_ms *= 2;
    if (t->method != SIP_INVITE && t->resend_ms > SIP_T2_MS)
        t->resend_ms = SIP_T2_MS;
    timer_start(t->sip->loop, &t->resend, t->resend_ms, on_resend, t);
}

static int launch(struct sip_ctrans *t, struct slice bytes)
{
    struct sip *sip = t->sip;
    bool is_reliable = sip_flow_is_reliable(&t->flow);
    int err;

    if (!is_reliable || t->method == SIP_INVITE || t->may_go_twice) {
        t->bytes = mem_strndup(bytes.p, bytes.len);
        t->len = (uint32_t)bytes.len;
        if (!t->bytes)
            return ENOMEM;
    }
    err = sip_flow_send(sip, &t->flow, bytes);
    if (err)
        return err;
    err = hash_add(&sip->ctrans, &t->link,
                   branch_hash(slice_from(t->branch, t->branch_len), t->method));
    if (err)
        return err;
    sip->stats.client_transactions++;
    if (t->flow.conn)
        list_append(&t->flow.conn->users, &t->conn_link);
    sip_queue_add(&sip->ctrans_32s, &t->wait);
    t->resend_ms = sip->t1_ms;
    if (!is_reliable)
        timer_start(sip->loop, &t->resend, t->resend_ms, on_resend, t);
    return 0;
}

static int start(struct sip_ctrans **tp, struct sip *sip, enum sip_method method,
                 const struct sip_flow *flow, struct slice branch, struct slice bytes,
                 bool may_go_twice, sip_response_h *h, void *arg)
{
    struct sip_ctrans *t = mem_alloc(sizeof(*t) + branch.len, destroy);
    int err;

    if (!t)
        return ENOMEM;
    t->sip = sip;
    t->method = method;
    t->h = h;
    t->arg = arg;
    t->branch_len = (uint16_t)branch.len;
    memcpy(t->branch, branch.p, branch.len);
    sip_flow_copy(&t->flow, flow);
    t->may_go_twice = may_go_twice && sip_flow_is_reliable(flow) && sip_flow_is_open(flow);
    err = launch(t, bytes);
    t->flow.server_name = NULL; /* the caller's */
    if (err) {
        mem_deref(t);
        return err;
    }
    if (tp)
        *tp = mem_ref(t);
    return 0;
}

int sip_ctrans_start(struct sip_ctrans **tp, struct sip *sip, enum sip_method method,
                     const struct sip_flow *flow, struct slice branch, struct slice bytes,
                     sip_response_h *h, void *arg)
{
    return start(tp, sip, method, flow, branch, bytes, false, h, arg);
}

int sip_ctrans_start_inside(struct sip_ctrans **tp, struct sip *sip, enum sip_method method,
                            const struct sip_flow *flow, struct slice branch, struct slice bytes,
                            sip_response_h *h, void *arg)
{
    return start(tp, sip, method, flow, branch, bytes, true, h, arg);
}

/* ---- handed from one process to the next ---- */

struct slice sip_ctrans_bytes(const struct sip_ctrans *t)
{
    return slice_from(t->bytes, t->len);
}

/* Its resends are over, and a CANCEL may leave: whoever got it has had time for a 100. */
static int go_on(struct sip_ctrans *t, struct slice bytes)
{
    struct sip *sip = t->sip;
    int err;

    t->bytes = mem_strndup(bytes.p, bytes.len);
    t->len = (uint32_t)bytes.len;
    if (!t->bytes)
        return ENOMEM;
    err = hash_add(&sip->ctrans, &t->link,
                   branch_hash(slice_from(t->branch, t->branch_len), t->method));
    if (err)
        return err;
    sip->stats.client_transactions++;
    t->state = PROCEEDING;
    sip_queue_add(&sip->ctrans_32s, &t->wait);
    return 0;
}

int sip_ctrans_restore(struct sip_ctrans **tp, struct sip *sip, const struct sip_flow *flow,
                       struct slice bytes, sip_response_h *h, void *arg)
{
    struct sip_ctrans *t = NULL;
    struct sip_msg *own = NULL;
    struct sip_why why;
    int err = sip_msg_decode(&own, bytes, &why);

    if (err || !own->is_request || own->method != SIP_INVITE || !own->via.branch.len) {
        mem_deref(own);
        return err == ENOMEM ? ENOMEM : EBADMSG;
    }
    t = mem_alloc(sizeof(*t) + own->via.branch.len, destroy);
    if (!t) {
        mem_deref(own);
        return ENOMEM;
    }
    t->sip = sip;
    t->method = SIP_INVITE;
    t->h = h;
    t->arg = arg;
    t->branch_len = (uint16_t)own->via.branch.len;
    memcpy(t->branch, own->via.branch.p, own->via.branch.len);
    mem_deref(own);
    sip_flow_copy(&t->flow, flow);
    err = go_on(t, bytes);
    if (err)
        mem_deref(t);
    else
        *tp = mem_ref(t);
    return err;
}

/* The request that ACK (of a refusal) and CANCEL take their headers from: our own INVITE. */
static int own_request(struct sip_ctrans *t, struct sip_msg **mp)
{
    struct sip_why why;

    if (!t->bytes)
        return ENOENT;
    return sip_msg_decode(mp, slice_from(t->bytes, t->len), &why) ? ENOMEM : 0;
}

/* Print ACK or CANCEL into sip->out: same URI, Via, Route, From, Call-ID and CSeq number. */
static int print_sibling(struct sip_ctrans *t, const struct sip_msg *own, enum sip_method method,
                         struct slice to, struct slice headers)
{
    struct sip *sip = t->sip;
    struct sip_request_args a = {
        .method = method,
        .uri = own->request_uri,
        .via = own->via.text,
        .from = sip_msg_get(own, SIP_H_FROM),
        .to = to,
        .call_id = own->call_id,
        .cseq = own->cseq.number,
        .headers = headers,
        .user_agent = sip->user_agent,
    };
    struct buf routes;
    int err;

    buf_init(&routes, SIP_MESSAGE_MAX);
    for (unsigned i = own->first[SIP_H_ROUTE]; i != 255; i = own->headers[i].next)
        sip_headers_add(&routes, "Route", sip_msg_header_value(own, i));
    a.routes = buf_slice(&routes);
    err = buf_err(&routes);
    if (!err)
        err = sip_out_request(sip, &a);
    buf_fini(&routes);
    return err;
}

static int acknowledge(struct sip_ctrans *t, const struct sip_msg *response)
{
    struct sip_msg *own = NULL;
    int err = own_request(t, &own);

    if (err)
        return err;
    err = print_sibling(t, own, SIP_ACK, sip_msg_get(response, SIP_H_TO), SLICE_NONE);
    if (!err)
        err = sip_flow_send(t->sip, &t->flow, buf_slice(&t->sip->out));
    mem_deref(own);
    return err;
}

int sip_ctrans_cancel(struct sip_ctrans *t, struct slice headers)
{
    struct sip_msg *own = NULL;
    int err;

    if (t->state != PROCEEDING)
        return EALREADY;
    t->is_given_up = true;
    err = own_request(t, &own);
    if (err)
        return err;
    err = print_sibling(t, own, SIP_CANCEL, sip_msg_get(own, SIP_H_TO), headers);
    if (!err)
        err = sip_ctrans_start(NULL, t->sip, SIP_CANCEL, &t->flow,
                               slice_from(t->branch, t->branch_len), buf_slice(&t->sip->out), NULL,
                               NULL);
    mem_deref(own);
    /* RFC 3261 s9.1: no final answer within 64*T1 of the CANCEL, and it counts as over. */
    sip_queue_add(&t->sip->ctrans_32s, &t->wait);
    return err;
}

/* ---- receiving ---- */

static void on_provisional(struct sip_ctrans *t)
{
    if (t->state != CALLING)
        return;
    t->state = PROCEEDING;
    if (t->method == SIP_INVITE) {
        timer_stop(&t->resend);
        sip_queue_del(&t->wait); /* it may ring as long as its caller wants: timer C is a proxy's */
    } else if (timer_is_on(&t->resend)) {
        t->resend_ms = SIP_T2_MS;
        timer_start(t->sip->loop, &t->resend, SIP_T2_MS, on_resend, t);
    }
}

/* @return whether the owner shall hear of it */
static bool on_final(struct sip_ctrans *t, const struct sip_msg *r)
{
    struct sip *sip = t->sip;
    bool is_first = t->state <= PROCEEDING, is_reliable = sip_flow_is_reliable(&t->flow);

    timer_stop(&t->resend);
    if (t->method == SIP_INVITE && r->status < 300) {
        if (is_first) {
            t->state = ACCEPTED;
            sip_queue_add(&sip->ctrans_32s, &t->wait); /* timer M */
            mem_free(t->bytes);
            t->bytes = NULL;
        }
        return t->state == ACCEPTED;
    }
    if (t->state == ACCEPTED)
        return false;
    if (t->method == SIP_INVITE)
        acknowledge(t, r);
    if (!is_first)
        return false;
    t->state = COMPLETED;
    if (is_reliable)
        terminate(t);
    else
        sip_queue_add(t->method == SIP_INVITE ? &sip->ctrans_32s : &sip->ctrans_5s, &t->wait);
    if (t->method != SIP_INVITE) {
        mem_free(t->bytes);
        t->bytes = NULL;
    }
    return true;
}

void sip_ctrans_receive(struct sip *sip, const struct sip_msg *r)
{
    struct sip_ctrans *t = find(sip, r->via.branch, r->cseq.method);
    bool is_news = true;

    if (!t) {
        if (!sip_dialog_stray(sip, r))
            sip->stats.garbage++;
        return;
    }
    mem_ref(t);
    if (r->status < 200) {
        is_news = t->state <= PROCEEDING;
        on_provisional(t);
    } else {
        is_news = on_final(t, r);
    }
    if (is_news && t->h)
        t->h(0, r, t->arg);
    mem_deref(t);
}
