/* session_timer.c - invite.h: session timers (RFC 4028), one timer a session */
#include <errno.h>

#include "base/mem.h"
#include "base/pack.h"
#include "sip/invite_inner.h"

#define EXPIRES_S 1800
#define MIN_SE_S 90 /* less is never agreed (s4) */

static uint32_t most(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

void invite_timer_init(struct sip_invite *i, const struct sip_session_timer *args)
{
    struct invite_timer *t = &i->se;

    t->use = args->use;
    t->min_se_s = most(args->min_se_s, MIN_SE_S);
    t->want_s = most(args->expires_s ? args->expires_s : EXPIRES_S, t->min_se_s);
}

static uint32_t seconds(const struct sip_msg *m, enum sip_header_id id)
{
    uint32_t s;

    return sip_msg_u32(m, id, &s) ? 0 : s;
}

/* ";refresher=uac": the side that sent the request. */
static bool has_refresher(const struct sip_msg *m, const char *who)
{
    struct slice rest, value;

    slice_cut(sip_msg_get(m, SIP_H_SESSION_EXPIRES), ';', &rest);
    return slice_is_set(rest) && sip_param(rest, "refresher", &value) && slice_caseeqz(value, who);
}

static bool knows_timer(const struct sip_msg *m)
{
    return sip_msg_has_token(m, SIP_H_SUPPORTED, "timer") ||
           sip_msg_has_token(m, SIP_H_REQUIRE, "timer");
}

/* ---- agreeing ---- */

static void refuse_interval(const struct sip_invite *i, struct buf *lines)
{
    buf_printf(lines, "Min-SE: %u\r\n", i->se.min_se_s);
}

/* RFC 4028 s9. */
uint16_t invite_timer_check(const struct sip_invite *i, const struct sip_msg *req,
                            struct buf *lines)
{
    const struct invite_timer *t = &i->se;
    uint32_t theirs;
    bool is_known;

    if (t->use == SIP_USE_NO)
        return 0;
    theirs = seconds(req, SIP_H_SESSION_EXPIRES);
    is_known = knows_timer(req);
    if (t->use == SIP_USE_REQUIRED && !is_known) {
        buf_addz(lines, "Require: timer\r\n");
        return 421;
    }
    if (is_known && theirs && theirs < t->min_se_s) {
        refuse_interval(i, lines);
        return 422;
    }
    return 0;
}

struct invite_interval invite_timer_offered(const struct sip_invite *i, const struct sip_msg *req)
{
    const struct invite_timer *t = &i->se;
    struct invite_interval none = {0}, offered;
    uint32_t theirs, least;
    bool is_known;

    if (t->use == SIP_USE_NO)
        return none;
    theirs = seconds(req, SIP_H_SESSION_EXPIRES);
    least = most(t->min_se_s, seconds(req, SIP_H_MIN_SE));
    is_known = knows_timer(req);
    if ((!theirs && t->use == SIP_USE_YES) || (!is_known && t->use != SIP_USE_ALWAYS))
        return none;
    offered.s = most(theirs && theirs < t->want_s ? theirs : t->want_s, least);
    offered.is_ours = !is_known || has_refresher(req, "uas");
    return offered;
}

/* RFC 4028 s7.2. */
void invite_timer_on_2xx(struct sip_invite *i, const struct sip_msg *r)
{
    struct invite_timer *t = &i->se;
    uint32_t theirs;

    if (t->use == SIP_USE_NO)
        return;
    theirs = seconds(r, SIP_H_SESSION_EXPIRES);
    t->now.s = theirs ? most(theirs, MIN_SE_S) : t->use == SIP_USE_ALWAYS ? t->want_s : 0;
    t->now.is_ours = !theirs || !has_refresher(r, "uas");
    invite_timer_restart(i);
}

void invite_timer_print_2xx(struct buf *b, struct invite_interval agreed)
{
    if (!agreed.s)
        return;
    buf_printf(b, "Session-Expires: %u;refresher=%s\r\n", agreed.s, agreed.is_ours ? "uas" : "uac");
    if (!agreed.is_ours)
        buf_addz(b, "Require: timer\r\n");
}

void invite_timer_print_request(struct buf *b, const struct sip_invite *i)
{
    const struct invite_timer *t = &i->se;

    if (t->use == SIP_USE_NO)
        return;
    if (t->now.s)
        buf_printf(b, "Session-Expires: %u;refresher=%s\r\n", t->now.s,
                   t->now.is_ours ? "uac" : "uas");
    buf_printf(b, "Min-SE: %u\r\n", t->min_se_s);
}

bool invite_timer_raise(struct sip_invite *i, const struct sip_msg *r)
{
    struct invite_timer *t = &i->se;
    uint32_t least = seconds(r, SIP_H_MIN_SE);

    if (r->status != 422 || t->use == SIP_USE_NO || least <= t->now.s)
        return false;
    t->now.s = least;
    t->want_s = most(t->want_s, least);
    return true;
}

/* ---- time ---- */

static void on_time(void *arg);

static void wait(struct sip_invite *i, uint32_t s)
{
    timer_start(i->sip->loop, &i->se.timer, (uint64_t)(s ? s : 1) * 1000, on_time, i);
}

/* RFC 4028 s10: a little before the end, so that the BYE still finds a session. */
static uint32_t end_s(uint32_t interval_s)
{
    return interval_s - (interval_s / 3 < 32 ? interval_s / 3 : 32);
}

static void refresh(struct sip_invite *i)
{
    struct slice body = SLICE_NONE;
    int err = invite_update_refresh(i);

    if (err != ENOTSUP)
        return; /* under way, or what is under way refreshes as well */
    if (i->h->refresh && !i->is_quiet)
        body = i->h->refresh(i, i->arg);
    if (body.len)
        sip_invite_reinvite(i, SLICE("application/sdp"), body, SLICE_NONE);
}

static void on_time(void *arg)
{
    struct sip_invite *i = mem_ref(arg);
    struct invite_timer *t = &i->se;

    if (i->state != INVITE_UP)
        goto out;
    if (t->now.is_ours && !t->is_asked) {
        t->is_asked = true;
        wait(i, end_s(t->now.s) - t->now.s / 2);
        refresh(i);
    } else {
        invite_gone(i, SIP_CLOSE_EXPIRED, NULL,
                    SLICE("Reason: SIP;cause=408;text=\"Session expired\"\r\n"));
    }
out:
    mem_deref(i);
}

void invite_timer_agree(struct sip_invite *i, struct invite_interval agreed)
{
    i->se.now = agreed;
    invite_timer_restart(i);
}

void invite_timer_restart(struct sip_invite *i)
{
    struct invite_timer *t = &i->se;

    t->is_asked = false;
    if (t->now.s)
        wait(i, t->now.is_ours ? t->now.s / 2 : end_s(t->now.s));
    else
        timer_stop(&t->timer);
}

void invite_timer_stop(struct sip_invite *i)
{
    timer_stop(&i->se.timer);
}

/* ---- left to the next process ---- */

static void wait_until(struct sip_invite *i, uint64_t due_ms)
{
    uint64_t now_ms = (uint64_t)(loop_now(i->sip->loop).us / 1000);

    timer_start(i->sip->loop, &i->se.timer, due_ms > now_ms ? due_ms - now_ms : 0, on_time, i);
}

void invite_timer_pack(struct sip_invite *i, struct pack *k)
{
    struct invite_timer *t = &i->se;
    uint64_t due_ms = timer_is_on(&t->timer) ? t->timer.due_ms : 0;

    i->rel100 = (enum sip_use)pack_enum(k, (int)i->rel100, SIP_USE_ALWAYS);
    pack_u32(k, &i->peer_methods);
    t->use = (enum sip_use)pack_enum(k, (int)t->use, SIP_USE_ALWAYS);
    pack_u32(k, &t->want_s);
    pack_u32(k, &t->min_se_s);
    pack_u32(k, &t->now.s);
    pack_bool(k, &t->now.is_ours);
    pack_u64(k, &due_ms);
    if (k->is_reading && !pack_err(k) && t->now.s && due_ms)
        wait_until(i, due_ms); /* a refresh that was under way is made again */
}

uint32_t sip_invite_session_s(const struct sip_invite *i)
{
    return i->se.now.s;
}

bool sip_invite_is_refresher(const struct sip_invite *i)
{
    return i->se.now.s && i->se.now.is_ours;
}
