/* invite_reliable.c - invite.h for the called side: reliable provisional answers (RFC 3262 s3) */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/rand.h"
#include "sip/invite_inner.h"
#include "sip/lex.h"

#define QUEUE_MAX 8

/* An answer that waits for the PRACK of the one before. */
struct waiting {
    struct link link;
    struct sip_answer a; /* slices into text */
    char text[];
};

struct invite_reliable {
    uint32_t rseq;   /* of the last one */
    bool is_unacked; /* its PRACK is not here yet */
    bool has_body;
    struct timer resend;
    uint32_t resend_ms, waited_ms;
    struct list queue; /* struct waiting */
    unsigned queued;
};

static void drop_queue(struct invite_reliable *r)
{
    struct link *k;

    while ((k = list_first(&r->queue)) != NULL) {
        list_unlink(k);
        mem_free(CONTAINER_OF(k, struct waiting, link));
    }
    r->queued = 0;
}

void invite_reliable_stop(struct sip_invite *i)
{
    if (!i->reliable)
        return;
    timer_stop(&i->reliable->resend);
    drop_queue(i->reliable);
}

void invite_reliable_free(struct sip_invite *i)
{
    invite_reliable_stop(i);
    mem_free(i->reliable);
    i->reliable = NULL;
}

static struct invite_reliable *state_of(struct sip_invite *i)
{
    if (i->reliable)
        return i->reliable;
    i->reliable = mem_zalloc(sizeof(*i->reliable));
    if (!i->reliable)
        return NULL;
    list_init(&i->reliable->queue);
    i->reliable->rseq = rand_u32() >> 2; /* room to count up (s3: 1 ... 2^31 - 1) */
    return i->reliable;
}

bool sip_invite_is_reliable(const struct sip_invite *i)
{
    return i->is_reliable;
}

/* ---- queue ---- */

static void take(char **p, struct slice *s)
{
    if (s->len)
        memcpy(*p, s->p, s->len);
    *s = slice_from(s->p ? *p : NULL, s->len);
    *p += s->len;
}

static int enqueue(struct invite_reliable *r, const struct sip_answer *a)
{
    struct waiting *w;
    char *p;

    if (r->queued == QUEUE_MAX)
        return EAGAIN;
    w = mem_zalloc(sizeof(*w) + a->headers.len + a->content_type.len + a->body.len);
    if (!w)
        return ENOMEM;
    w->a = *a; /* reason: the usual phrases live for ever, others may not */
    w->a.reason = NULL;
    p = w->text;
    take(&p, &w->a.headers);
    take(&p, &w->a.content_type);
    take(&p, &w->a.body);
    list_append(&r->queue, &w->link);
    r->queued++;
    return 0;
}

/* ---- sending ---- */

/* RFC 3262 s3: without a PRACK for 64*T1 the INVITE is refused. */
static void give_up(struct sip_invite *i)
{
    invite_reliable_stop(i);
    invite_drop(i, 504);
    invite_closed(i, SIP_CLOSE_NO_ACK, NULL);
}

static void on_resend(void *arg)
{
    struct sip_invite *i = mem_ref(arg);
    struct invite_reliable *r = i->reliable;

    r->waited_ms += r->resend_ms;
    r->resend_ms *= 2;
    if (r->waited_ms >= i->sip->timeout_ms) {
        give_up(i);
    } else {
        if (i->sip->timeout_ms - r->waited_ms < r->resend_ms)
            r->resend_ms = i->sip->timeout_ms - r->waited_ms;
        sip_strans_repeat(i->strans);
        timer_start(i->sip->loop, &r->resend, r->resend_ms, on_resend, i);
    }
    mem_deref(i);
}

static int send_now(struct sip_invite *i, const struct sip_answer *a)
{
    struct invite_reliable *r = i->reliable;
    char more[64];
    int n = snprintf(more, sizeof(more), "Require: 100rel\r\nRSeq: %u\r\n", r->rseq + 1);
    int err = invite_send_answer(i, a, slice_from(more, (size_t)n));

    if (err == ENOMEM || err == ENOSPC || err == EINVAL)
        return err;
    /* A socket that refused counts as a lost datagram. */
    r->rseq++;
    r->is_unacked = true;
    r->has_body = a->body.len > 0;
    r->waited_ms = 0;
    r->resend_ms = i->sip->t1_ms;
    timer_start(i->sip->loop, &r->resend, r->resend_ms, on_resend, i);
    return 0;
}

int invite_reliable_send(struct sip_invite *i, const struct sip_answer *a)
{
    struct invite_reliable *r = state_of(i);

    if (!r)
        return ENOMEM;
    timer_stop(&i->resend);
    return r->is_unacked ? enqueue(r, a) : send_now(i, a);
}

int invite_reliable_hold(struct sip_invite *i, const struct sip_answer *a)
{
    struct invite_reliable *r = i->reliable;

    if (!r || !r->is_unacked || !r->has_body)
        return EALREADY;
    return enqueue(r, a);
}

bool invite_reliable_is_offer(const struct sip_invite *i)
{
    const struct invite_reliable *r = i->reliable;

    return r && !i->had_offer && r->is_unacked && r->has_body;
}

static void send_next(struct sip_invite *i)
{
    struct invite_reliable *r = i->reliable;
    struct link *k = list_first(&r->queue);
    struct waiting *w;

    if (!invite_is_open(i))
        return;
    if (!k) {
        invite_keep_ringing(i);
        return;
    }
    w = CONTAINER_OF(k, struct waiting, link);
    list_unlink(k);
    r->queued--;
    if (w->a.code >= 200)
        invite_send_2xx(i, &w->a);
    else
        send_now(i, &w->a);
    mem_free(w);
}

/* ---- PRACK ---- */

/* "rseq cseq INVITE" */
static bool is_for(const struct sip_invite *i, const struct sip_msg *req)
{
    struct slice s = lex_trim(sip_msg_get(req, SIP_H_RACK)), rseq, cseq;
    uint32_t n, m;

    rseq = slice_cut(s, ' ', &s);
    s = lex_trim(s);
    cseq = slice_cut(s, ' ', &s);
    return i->reliable && i->reliable->is_unacked && !slice_u32(rseq, &n) && !slice_u32(cseq, &m) &&
           n == i->reliable->rseq && m == i->invite_cseq && slice_eqz(lex_trim(s), "INVITE");
}

void invite_on_prack(struct sip_invite *i, struct sip_strans *t, const struct sip_msg *req)
{
    /* Its body answers our offer; when the offer was theirs, it is a new one. */
    bool has_offer = slice_is_set(req->body) && i->had_offer;

    if (!is_for(i, req)) {
        sip_strans_refuse(t, 481, NULL);
        return;
    }
    timer_stop(&i->reliable->resend);
    i->reliable->is_unacked = false;
    if (slice_is_set(req->body) && !i->has_said_sdp)
        sip_strans_refuse(t, 488, NULL); /* their first offer, or ours, comes first (RFC 3262 s5) */
    else
        invite_ask(i, i->h->pracked, t, req, has_offer ? 488 : 200);
    if (i->reliable)
        send_next(i);
}
