/* server_transaction.c - server side of transaction.h */
#include <errno.h>
#include <string.h>

#include "base/bug.h"
#include "base/mem.h"
#include "base/rand.h"
#include "sip/save_inner.h"

enum state { TRYING, PROCEEDING, COMPLETED, CONFIRMED, ACCEPTED, TERMINATED };

#define TAG_LEN 16

/* Finished ones that wait for repeats; beyond either ceiling the oldest goes. At 3,000 a second
 * both are reached after the 32 s that they wait. */
#define LINGER_MAX 100000
#define LINGER_MAX_BYTES (64 * 1024 * 1024)

/*
 * What a request is matched by (RFC 3261 s17.2.3): branch, sent-by host and port; or, when the
 * branch lacks the magic cookie, Call-ID, From tag, the whole Via and CSeq.
 */
struct key {
    struct slice a, b, c;
    uint32_t n;
};

struct sip_strans {
    struct hash_link link;  /* sip->strans */
    struct hash_link merge; /* sip->merges, INVITE only */
    struct sip_wait wait;
    struct sip *sip; /* NULL: the core is gone */
    struct sip_msg *req;
    char *answer; /* printed, NULL before the first */
    uint32_t answer_len;
    struct sip_flow flow;
    uint16_t sent_by_port; /* where to connect when the stream broke */
    struct timer resend;   /* timer G */
    uint32_t resend_ms;
    const struct sip_strans_handlers *handlers;
    void *arg;
    enum sip_method method;
    enum state state;
    bool is_pending; /* counted in stats.pending */
    bool is_rport_forced;
    bool is_kept;      /* the table holds a reference */
    bool is_lingering; /* counted in sip->lingering */
    char tag[TAG_LEN + 1];
    struct key key; /* slices into text */
    char text[];
};

static bool has_cookie(struct slice branch)
{
    return branch.len > 7 && slice_casestarts(branch, SLICE("z9hG4bK"));
}

static void key_of(struct key *k, const struct sip_msg *m)
{
    if (has_cookie(m->via.branch)) {
        k->a = m->via.branch;
        k->b = m->via.host;
        k->c = SLICE("");
        k->n = m->via.port;
    } else {
        k->a = m->call_id;
        k->b = m->from_tag;
        k->c = m->via.text;
        k->n = m->cseq.number;
    }
}

/* All parts: whoever sends one branch under many names shall not make one long chain. */
static uint32_t key_hash(const struct key *k, enum sip_method method)
{
    uint32_t h = hash_slice(k->a) * 31 + hash_lower(k->b);

    if (k->c.len)
        h = h * 31 + hash_slice(k->c);
    return h * 31 + k->n * 17 + (uint32_t)method;
}

static bool key_eq(const struct key *a, const struct key *b)
{
    return a->n == b->n && slice_eq(a->a, b->a) && slice_caseeq(a->b, b->b) && slice_eq(a->c, b->c);
}

struct sip_strans *sip_strans_find(struct sip *sip, const struct sip_msg *req,
                                   enum sip_method method)
{
    struct key key;
    uint32_t hash;

    key_of(&key, req);
    hash = key_hash(&key, method);
    for (struct hash_link *k = hash_first(&sip->strans, hash); k; k = hash_next(k)) {
        struct sip_strans *t = CONTAINER_OF(k, struct sip_strans, link);

        if (t->method == method && key_eq(&t->key, &key))
            return t;
    }
    return NULL;
}

static uint32_t merge_hash(const struct sip_msg *req)
{
    return (hash_slice(req->call_id) * 31 + hash_slice(req->from_tag)) * 31 + req->cseq.number;
}

bool sip_strans_is_merged(struct sip *sip, const struct sip_msg *req)
{
    uint32_t hash = merge_hash(req);

    for (struct hash_link *k = hash_first(&sip->merges, hash); k; k = hash_next(k)) {
        const struct sip_msg *m = CONTAINER_OF(k, struct sip_strans, merge)->req;

        if (m && slice_eq(m->call_id, req->call_id) && slice_eq(m->from_tag, req->from_tag) &&
            m->cseq.number == req->cseq.number)
            return true;
    }
    return false;
}

/* ---- life ---- */

static size_t size_of(const struct sip_strans *t)
{
    return sizeof(*t) + t->key.a.len + t->key.b.len + t->key.c.len + t->answer_len;
}

/* Out of the tables and counters; safe again and again. */
static void leave(struct sip_strans *t)
{
    struct sip *sip = t->sip;

    sip_queue_del(&t->wait);
    timer_stop(&t->resend);
    if (!sip)
        return;
    if (t->is_lingering) {
        sip->lingering--;
        sip->lingering_bytes -= size_of(t);
        t->is_lingering = false;
    }
    if (t->is_pending)
        sip->stats.pending--;
    t->is_pending = false;
    hash_del(&sip->merges, &t->merge);
    if (t->link.pprev)
        sip->stats.server_transactions--;
    hash_del(&sip->strans, &t->link);
}

static void destroy(void *object)
{
    struct sip_strans *t = object;

    leave(t);
    mem_deref(t->req);
    mem_free(t->answer);
    sip_flow_clear(&t->flow);
}

static void copy_key(struct sip_strans *t, const struct key *from)
{
    char *p = t->text;

    t->key.n = from->n;
    memcpy(p, from->a.p, from->a.len);
    t->key.a = slice_from(p, from->a.len);
    p += from->a.len;
    if (from->b.len)
        memcpy(p, from->b.p, from->b.len);
    t->key.b = slice_from(p, from->b.len);
    p += from->b.len;
    if (from->c.len)
        memcpy(p, from->c.p, from->c.len);
    t->key.c = slice_from(p, from->c.len);
}

static int enter(struct sip_strans *t, const struct sip_msg *req)
{
    struct sip *sip = t->sip;
    int err = hash_add(&sip->strans, &t->link, key_hash(&t->key, t->method));

    if (err)
        return err;
    sip->stats.server_transactions++;
    sip->stats.pending++;
    t->is_pending = true;
    if (t->method == SIP_INVITE && !slice_is_set(req->to_tag))
        err = hash_add(&sip->merges, &t->merge, merge_hash(req));
    return err;
}

int sip_strans_alloc(struct sip_strans **tp, struct sip *sip, struct sip_msg *req)
{
    struct key key;
    struct sip_strans *t;
    int err;

    key_of(&key, req);
    t = mem_alloc(sizeof(*t) + key.a.len + key.b.len + key.c.len, destroy);
    if (!t)
        return ENOMEM;
    t->sip = sip;
    t->method = req->method;
    t->req = mem_ref(req);
    t->sent_by_port = req->via.port;
    copy_key(t, &key);
    sip_reply_flow(&t->flow, req, false);
    if (slice_is_set(req->to_tag) && req->to_tag.len <= TAG_LEN)
        slice_copy(req->to_tag, t->tag, sizeof(t->tag));
    else
        rand_text(t->tag, TAG_LEN);
    err = enter(t, req);
    if (err)
        t = mem_deref(t);
    else
        *tp = t;
    return err;
}

/* The end: tell the owner, then let go of the table's reference. */
static void terminate(struct sip_strans *t, int err)
{
    const struct sip_strans_handlers *h = t->handlers;

    mem_ref(t);
    t->state = TERMINATED;
    leave(t);
    t->handlers = NULL;
    if (h && h->ended)
        h->ended(t, err, t->arg);
    if (t->is_kept) {
        t->is_kept = false;
        mem_deref(t);
    }
    mem_deref(t);
}

void sip_strans_over(struct sip_wait *w)
{
    struct sip_strans *t = CONTAINER_OF(w, struct sip_strans, wait);

    terminate(t, t->state == COMPLETED && t->method == SIP_INVITE ? ETIMEDOUT : 0);
}

void sip_strans_fini(struct sip *sip)
{
    HASH_FOREACH(&sip->strans, k)
    {
        struct sip_strans *t = CONTAINER_OF(k, struct sip_strans, link);
        bool is_kept = t->is_kept;

        leave(t);
        t->sip = NULL;
        t->handlers = NULL;
        t->is_kept = false;
        if (is_kept)
            mem_deref(t);
    }
}

/* ---- sending ---- */

static int transmit(struct sip_strans *t, struct slice bytes)
{
    if (t->flow.conn && !t->flow.conn->conn) {
        /* The stream broke: a new one goes to where Via says the sender listens. */
        t->flow.conn = mem_deref(t->flow.conn);
        t->flow.remote.port = t->sent_by_port                         ? t->sent_by_port
                              : t->flow.binding->transport == SIP_TLS ? 5061
                                                                      : 5060;
    }
    return sip_flow_send(t->sip, &t->flow, bytes);
}

int sip_strans_repeat(struct sip_strans *t)
{
    if (!t->answer || !t->sip)
        return ENOTCONN;
    t->sip->stats.retransmitted++;
    return transmit(t, slice_from(t->answer, t->answer_len));
}

void sip_strans_acked(struct sip_strans *t)
{
    mem_free(t->answer);
    t->answer = NULL;
    t->answer_len = 0;
}

static void on_resend(void *arg)
{
    struct sip_strans *t = arg;

    sip_strans_repeat(t);
    t->resend_ms = t->resend_ms * 2 > SIP_T2_MS ? SIP_T2_MS : t->resend_ms * 2;
    timer_start(t->sip->loop, &t->resend, t->resend_ms, on_resend, t);
}

static int store(struct sip_strans *t, struct slice bytes)
{
    char *copy = mem_zalloc(bytes.len);

    if (!copy)
        return ENOMEM;
    memcpy(copy, bytes.p, bytes.len);
    mem_free(t->answer);
    t->answer = copy;
    t->answer_len = (uint32_t)bytes.len;
    return 0;
}

static void keep(struct sip_strans *t, struct sip_queue *q)
{
    if (!t->is_kept) {
        t->is_kept = true;
        mem_ref(t);
    }
    sip_queue_add(q, &t->wait);
}

/* Nobody waits for an ACK here: the answer may be forgotten when there are too many of them. */
static void linger(struct sip_strans *t)
{
    struct sip *sip = t->sip;
    struct link *oldest;

    keep(t, &sip->strans_32s);
    t->is_lingering = true;
    sip->lingering++;
    sip->lingering_bytes += size_of(t);
    while ((sip->lingering > LINGER_MAX || sip->lingering_bytes > LINGER_MAX_BYTES) &&
           (oldest = list_first(&sip->strans_32s.waiting)) != NULL && oldest != &t->wait.link)
        terminate(CONTAINER_OF(oldest, struct sip_strans, wait.link), 0);
}

/*
 * A challenge is answered and forgotten (RFC 3261 s26.3.2.4): asking costs the asker more than us.
 * Its repeat is challenged anew, with the same To tag; the ACK belongs to no dialog and is absorbed.
 */
static bool is_forgotten(const struct sip_strans *t, uint16_t code)
{
    return (code == 401 || code == 407) && t->state == TRYING && !slice_is_set(t->req->to_tag);
}

/* The final answer is out: drop the request, and wait for repeats (timers H, J, L). */
static void finish(struct sip_strans *t, uint16_t code)
{
    struct sip *sip = t->sip;
    bool is_reliable = sip_flow_is_reliable(&t->flow);
    bool is_over = is_forgotten(t, code);

    sip->stats.pending -= t->is_pending;
    t->is_pending = false;
    hash_del(&sip->merges, &t->merge);
    t->req = mem_deref(t->req);
    if (is_over || (t->method != SIP_INVITE && is_reliable)) {
        terminate(t, 0);
        return;
    }
    t->state = t->method == SIP_INVITE && code < 300 ? ACCEPTED : COMPLETED;
    if (t->state == ACCEPTED)
        keep(t, &sip->strans_2xx);
    else
        linger(t);
    if (t->method == SIP_INVITE && code >= 300 && !is_reliable) {
        t->resend_ms = sip->t1_ms;
        timer_start(sip->loop, &t->resend, t->resend_ms, on_resend, t);
    }
}

/* Somebody was let in: the connection is no stranger's any more. */
static void note_success(struct sip_strans *t, uint16_t code)
{
    if (t->flow.conn && code > 100 && code < 300 && t->method != SIP_OPTIONS)
        sip_conn_keep(t->flow.conn);
}

static int send_answer(struct sip_strans *t, const struct sip_answer *a)
{
    struct sip *sip = t->sip;
    struct sip_answer own = *a;
    bool is_stateless = is_forgotten(t, a->code);
    int err;

    if (is_stateless)
        sip_stateless_tag(sip, t->req, t->tag);
    if (!slice_is_set(own.to_tag))
        own.to_tag = slice_of(t->tag);
    err = sip_out_answer(sip, t->req, &own);
    if (!err && !is_stateless)
        err = store(t, buf_slice(&sip->out));
    if (err)
        return err;
    note_success(t, a->code);
    return transmit(t, buf_slice(&sip->out));
}

int sip_strans_answer(struct sip_strans *t, const struct sip_answer *a)
{
    int err;

    if (a->code < 100 || a->code > 699)
        return EINVAL;
    if (!t->sip)
        return ENOTCONN;
    if (t->state > PROCEEDING)
        return EALREADY;
    err = send_answer(t, a);
    if (err == ENOMEM || err == ENOSPC || err == EINVAL)
        return err; /* nothing left us: it may be tried again, or dropped */
    if (a->code < 200) {
        t->state = PROCEEDING;
        return err;
    }
    mem_ref(t);
    finish(t, a->code);
    mem_deref(t);
    return err;
}

int sip_strans_refuse(struct sip_strans *t, uint16_t code, const char *reason)
{
    return sip_strans_answer(t, &(struct sip_answer){.code = code, .reason = reason});
}

/* ---- receiving ---- */

static void confirm(struct sip_strans *t)
{
    timer_stop(&t->resend);
    t->state = CONFIRMED;
    if (sip_flow_is_reliable(&t->flow))
        terminate(t, 0);
    else
        sip_queue_add(&t->sip->strans_5s, &t->wait);
}

bool sip_strans_again(struct sip_strans *t, const struct sip_msg *req)
{
    if (req->method == SIP_ACK) {
        if (t->state == ACCEPTED)
            return false;
        if (t->state == COMPLETED)
            confirm(t);
        return true;
    }
    t->sip->stats.repeated++;
    if (t->state == PROCEEDING || t->state == COMPLETED)
        sip_strans_repeat(t);
    return true;
}

void sip_strans_cancel(struct sip_strans *t, const struct sip_msg *cancel)
{
    if (t->state > PROCEEDING)
        return;
    mem_ref(t);
    if (t->handlers && t->handlers->canceled)
        t->handlers->canceled(t, cancel, t->arg);
    else
        sip_strans_refuse(t, 487, NULL);
    mem_deref(t);
}

/* ---- handed from one process to the next ---- */

struct slice sip_strans_bytes(const struct sip_strans *t)
{
    return slice_from(t->answer, t->answer_len);
}

int sip_strans_restore(struct sip_strans **tp, struct sip *sip, struct sip_msg *req,
                       struct slice tag, struct slice answer)
{
    struct sip_strans *t = NULL;
    int err = sip_strans_alloc(&t, sip, req);

    if (err)
        return err;
    if (!slice_is_set(req->to_tag))
        (void)slice_copy(tag, t->tag, sizeof(t->tag));
    if (slice_is_set(answer)) {
        err = store(t, answer);
        if (!err)
            finish(t, 200);
    } else {
        t->state = PROCEEDING;
    }
    if (err)
        t = mem_deref(t);
    else
        *tp = t;
    return err;
}

/* ---- getters ---- */

struct sip_msg *sip_strans_request(const struct sip_strans *t)
{
    return t->req;
}

struct slice sip_strans_to_tag(const struct sip_strans *t)
{
    if (t->req && slice_is_set(t->req->to_tag))
        return t->req->to_tag;
    return slice_of(t->tag);
}

bool sip_strans_is_final(const struct sip_strans *t)
{
    return t->state > PROCEEDING;
}

void sip_strans_force_rport(struct sip_strans *t)
{
    if (!t->req || sip_flow_is_reliable(&t->flow))
        return;
    t->flow.remote.port = t->req->flow.remote.port;
    t->is_rport_forced = true;
}

bool sip_strans_is_rport_forced(const struct sip_strans *t)
{
    return t->is_rport_forced;
}

void sip_strans_set_handlers(struct sip_strans *t, const struct sip_strans_handlers *h, void *arg)
{
    t->handlers = h;
    t->arg = arg;
}

struct sip *sip_strans_core(const struct sip_strans *t)
{
    return t->sip;
}
