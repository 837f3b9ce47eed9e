/* receive.c - every message comes through here: refused, shed, or handed on */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "sip/core.h"

#define LOG_GAP_MS 1000
#define GRACE_MS 5000
#define SHED_MS 32000 /* 64 T1: as long as an INVITE is repeated */

/* ---- answers without a transaction ---- */

void sip_reply_flow(struct sip_flow *flow, const struct sip_msg *req, bool force_rport)
{
    sip_flow_copy(flow, &req->flow);
    if (flow->binding->transport == SIP_UDP && !req->via.has_rport && !force_rport)
        flow->remote.port = req->via.port ? req->via.port : 5060;
}

/* The same for a request and its repeats. The secret comes first, so that nobody learns from tags how our
   tables hash what he sends. */
static uint32_t mark_of(const struct sip *sip, const struct sip_msg *req, uint32_t kind)
{
    struct {
        unsigned char secret[16];
        uint32_t branch, call_id, from_tag, kind;
    } of = {.branch = hash_slice(req->via.branch),
            .call_id = hash_slice(req->call_id),
            .from_tag = hash_slice(req->from_tag),
            .kind = kind};

    memcpy(of.secret, sip->secret, sizeof(of.secret));
    return hash_bytes(&of, sizeof(of));
}

void sip_stateless_tag(const struct sip *sip, const struct sip_msg *req, char out[SIP_TAG])
{
    snprintf(out, SIP_TAG, "%08x%08x", mark_of(sip, req, 0), mark_of(sip, req, 1));
}

void sip_refuse_stateless(struct sip *sip, const struct sip_msg *req, uint16_t code,
                          const char *reason, struct slice headers)
{
    struct sip_flow flow = {0};
    char tag[SIP_TAG];
    struct sip_answer a = {.code = code, .reason = reason, .headers = headers};

    sip_stateless_tag(sip, req, tag);
    a.to_tag = slice_of(tag);
    if (sip_out_answer(sip, req, &a))
        return;
    sip_reply_flow(&flow, req, false);
    sip_flow_send(sip, &flow, buf_slice(&sip->out));
    sip_flow_clear(&flow);
}

static void refuse_with(struct sip *sip, const struct sip_msg *req, uint16_t code, const char *name,
                        struct slice value)
{
    struct buf lines;

    buf_init(&lines, SIP_MESSAGE_MAX);
    sip_headers_add(&lines, name, value);
    sip_refuse_stateless(sip, req, code, NULL, buf_slice(&lines));
    buf_fini(&lines);
}

/* ---- checks of RFC 3261 s8.2 ---- */

static bool is_listed(const char *list, struct slice tag)
{
    struct slice rest = slice_of(list), known;

    while (sip_value_next(&rest, &known))
        if (slice_caseeq(known, tag))
            return true;
    return false;
}

bool sip_requires_unknown(const struct sip *sip, const struct sip_msg *req, const char *also,
                          struct buf *lines)
{
    size_t before = lines->len;
    struct sip_values v;
    struct slice tag;

    sip_values_init(&v, req, SIP_H_REQUIRE);
    while (sip_values_next(&v, &tag))
        if (tag.len && !is_listed(sip->supported, tag) && !is_listed(also, tag))
            sip_headers_add(lines, "Unsupported", tag);
    return lines->len > before;
}

/* 420 with Unsupported; a session decides itself about its own. @return true when refused */
static bool refuse_require(struct sip *sip, const struct sip_msg *req)
{
    const char *also = req->method == SIP_INVITE ? "100rel,timer" : "";
    struct buf lines;
    bool is_refused;

    if (!sip_msg_has(req, SIP_H_REQUIRE))
        return false;
    buf_init(&lines, SIP_MESSAGE_MAX);
    is_refused = sip_requires_unknown(sip, req, also, &lines);
    if (is_refused)
        sip_refuse_stateless(sip, req, 420, NULL, buf_slice(&lines));
    buf_fini(&lines);
    return is_refused;
}

static bool has_more_vias(const struct sip_msg *m)
{
    return m->headers[m->first[SIP_H_VIA]].next != 255 ||
           m->via.text.len != sip_msg_get(m, SIP_H_VIA).len;
}

/* One of our own requests that somebody sent back: our branch stands in an older Via. */
static bool is_looped(struct sip *sip, const struct sip_msg *req)
{
    struct sip_values v;
    struct slice value;
    struct sip_via via;
    bool is_top = true;

    if (!has_more_vias(req))
        return false;
    sip_values_init(&v, req, SIP_H_VIA);
    while (sip_values_next(&v, &value)) {
        if (!is_top && !sip_via_parse(&via, value) && slice_is_set(via.branch) &&
            sip_ctrans_has_branch(sip, via.branch))
            return true;
        is_top = false;
    }
    return false;
}

/* Means nothing outside one. */
static bool is_of_dialog(enum sip_method m)
{
    return m == SIP_BYE || m == SIP_INFO || m == SIP_UPDATE || m == SIP_PRACK;
}

/* A request that starts something. @return true when it was refused here */
static bool refuse_new(struct sip *sip, const struct sip_msg *req)
{
    if (is_of_dialog(req->method)) {
        sip_refuse_stateless(sip, req, 481, NULL, SLICE_NONE);
        return true;
    }
    if (!sip->methods[req->method].h && req->method != SIP_OPTIONS) {
        refuse_with(sip, req, req->method == SIP_METHOD_OTHER ? 501 : 405, "Allow",
                    slice_of(sip_allow(sip)));
        return true;
    }
    if (req->uri.scheme == SIP_SCHEME_OTHER) {
        sip_refuse_stateless(sip, req, 416, NULL, SLICE_NONE);
        return true;
    }
    if (req->max_forwards == 0 && req->method != SIP_OPTIONS) {
        sip_refuse_stateless(sip, req, 483, NULL, SLICE_NONE);
        return true;
    }
    if ((req->method == SIP_INVITE && sip_strans_is_merged(sip, req)) || is_looped(sip, req)) {
        sip_refuse_stateless(sip, req, 482, NULL, SLICE_NONE);
        return true;
    }
    return refuse_require(sip, req);
}

/* ---- overload ---- */

/* Too much waits, or this one waited too long already: the caller has given up or will repeat. */
static bool is_overloaded(struct sip *sip, const struct sip_msg *req)
{
    int64_t age_ms;

    if (sip->is_closing && req->method == SIP_INVITE)
        return true;
    if (sip->stats.pending >= sip->max_pending)
        return true;
    /* What waited while the station was away is served: it asks no more than what comes anyway. */
    if (mono_diff_ms(loop_now(sip->loop), sip->born) < GRACE_MS)
        return false;
    age_ms = mono_diff_ms(loop_now_exact(sip->loop), req->at);
    return age_ms > (int64_t)sip->max_age_ms;
}

/* An INVITE that got 503 may have been repeated before that came: its caller has gone, the repeat must not make
   a call. What is remembered is overwritten by others, so memory is the same however many there are. */
static bool was_shed(const struct sip *sip, const struct sip_msg *req)
{
    const int64_t now = loop_now(sip->loop).us / 1000;
    const struct sip_shed *s;
    uint32_t mark;

    if (req->method != SIP_INVITE || !sip->stats.shed || now - sip->shed_last_ms > SHED_MS)
        return false;
    mark = mark_of(sip, req, 2);
    s = &sip->shed[mark % SIP_SHED];
    return s->at_ms && s->mark == mark && now - s->at_ms <= SHED_MS;
}

static void remember_shed(struct sip *sip, const struct sip_msg *req, int64_t now_ms)
{
    const uint32_t mark = mark_of(sip, req, 2);

    sip->shed[mark % SIP_SHED] = (struct sip_shed){.mark = mark, .at_ms = now_ms};
    sip->shed_last_ms = now_ms;
}

static void shed(struct sip *sip, const struct sip_msg *req)
{
    int64_t now = loop_now(sip->loop).us / 1000;
    char seconds[12];

    sip->stats.shed++;
    if (req->method == SIP_INVITE)
        remember_shed(sip, req, now);
    if (now - sip->shed_logged_ms >= LOG_GAP_MS) {
        sip->shed_logged_ms = now;
        log_warning("sip overload, requests are put off method=%.*s pending=%u shed=%llu",
                    SLICE_ARG(req->method_text), sip->stats.pending,
                    (unsigned long long)sip->stats.shed);
    }
    snprintf(seconds, sizeof(seconds), "%u", sip->retry_after_s);
    refuse_with(sip, req, 503, "Retry-After", slice_of(seconds));
}

/* ---- requests ---- */

static void on_cancel(struct sip *sip, const struct sip_msg *req)
{
    struct sip_strans *t = sip_strans_find(sip, req, SIP_INVITE);
    struct sip_answer a = {.code = 200};
    struct sip_flow flow = {0};

    if (!t) {
        sip_refuse_stateless(sip, req, 481, NULL, SLICE_NONE);
        return;
    }
    mem_ref(t);
    a.to_tag = sip_strans_to_tag(t);
    sip_reply_flow(&flow, req, sip_strans_is_rport_forced(t));
    if (!sip_out_answer(sip, req, &a))
        sip_flow_send(sip, &flow, buf_slice(&sip->out));
    sip_flow_clear(&flow);
    sip_strans_cancel(t, req);
    mem_deref(t);
}

void sip_answer_options(struct sip *sip, struct sip_strans *t)
{
    struct sip_answer a = {.code = 200};
    struct buf lines;

    buf_init(&lines, 1024);
    sip_headers_add(&lines, "Allow", slice_of(sip_allow(sip)));
    sip_headers_add(&lines, "Accept", SLICE("application/sdp"));
    if (sip->supported[0])
        sip_headers_add(&lines, "Supported", slice_of(sip->supported));
    a.headers = buf_slice(&lines);
    sip_strans_answer(t, &a);
    buf_fini(&lines);
}

static void dispatch(struct sip *sip, struct sip_strans *t, struct sip_msg *req)
{
    const struct sip_handler *h = &sip->methods[req->method];

    if (slice_is_set(req->to_tag) && req->method != SIP_REGISTER)
        sip_dialog_receive(sip, t, req);
    else if (h->h)
        h->h(t, req, h->arg);
    else
        sip_answer_options(sip, t);
    /* Nobody took it: never leave a request without an answer. */
    if (mem_refs(t) == 1 && !sip_strans_is_final(t))
        sip_strans_refuse(t, 500, NULL);
}

static void on_request(struct sip *sip, struct sip_msg *req)
{
    bool is_new = !slice_is_set(req->to_tag) || req->method == SIP_REGISTER;
    struct sip_strans *t =
        sip_strans_find(sip, req, req->method == SIP_ACK ? SIP_INVITE : req->method);

    if (t && sip_strans_again(t, req))
        return;
    if (req->method == SIP_ACK) {
        sip_dialog_receive(sip, NULL, req);
        return;
    }
    if (req->method == SIP_CANCEL) {
        on_cancel(sip, req);
        return;
    }
    if (is_new && refuse_new(sip, req)) {
        sip->stats.refused++;
        return;
    }
    if (is_new && (is_overloaded(sip, req) || was_shed(sip, req))) {
        shed(sip, req);
        return;
    }
    if (sip_strans_alloc(&t, sip, req)) {
        shed(sip, req);
        return;
    }
    dispatch(sip, t, req);
    mem_deref(t);
}

/* ---- entry ---- */

static void note_garbage(struct sip *sip, const struct sip_flow *flow, const char *why)
{
    int64_t now = loop_now(sip->loop).us / 1000;
    char from[ADDR_TEXT];

    sip->stats.garbage++;
    if (!log_is_on(LOG_DEBUG) || now - sip->garbage_logged_ms < LOG_GAP_MS)
        return;
    sip->garbage_logged_ms = now;
    log_debug("sip message dropped from=%s why=\"%s\" dropped=%llu", addr_text(&flow->remote, from),
              why, (unsigned long long)sip->stats.garbage);
}

static void set_origin(struct sip_msg *m, const struct sip_flow *flow, struct mono at)
{
    m->flow = *flow;
    mem_ref(m->flow.binding);
    mem_ref(m->flow.conn);
    m->at = at;
}

void sip_receive_broken(struct sip *sip, const struct sip_flow *flow, struct slice bytes)
{
    struct sip_msg *m = NULL;
    struct sip_why why;
    int err;

    if (sip->trace)
        sip_trace_message(sip, false, flow, bytes);
    err = sip_msg_decode(&m, bytes, &why);
    if (m)
        set_origin(m, flow, loop_now(sip->loop));
    if (m && m->is_request && m->method != SIP_ACK) {
        sip->stats.refused++;
        sip_refuse_stateless(sip, m, 400, err ? why.text : "Missing Content-Length", SLICE_NONE);
    }
    mem_deref(m);
}

static bool is_ping(struct slice bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        if (bytes.p[i] != '\r' && bytes.p[i] != '\n' && bytes.p[i] != '\0')
            return false;
    return true;
}

void sip_receive(struct sip *sip, const struct sip_flow *flow, struct slice bytes, struct mono at)
{
    struct sip_msg *m = NULL;
    struct sip_why why;
    int err;

    if (is_ping(bytes))
        return;
    sip->stats.messages_in++;
    if (sip->trace)
        sip_trace_message(sip, false, flow, bytes);
    mem_ref(sip);
    err = sip_msg_decode(&m, bytes, &why);
    if (m)
        set_origin(m, flow, at);
    if (err && m) {
        sip->stats.refused++;
        log_debug("sip message refused code=%u why=\"%s\"", why.code, why.text);
        sip_refuse_stateless(sip, m, why.code, why.text, SLICE_NONE);
    } else if (err) {
        note_garbage(sip, flow, err == ENOMEM ? "no memory" : why.text);
    } else if (m->is_request) {
        on_request(sip, m);
    } else if (has_more_vias(m)) {
        note_garbage(sip, flow, "response for somebody else"); /* RFC 3261 s8.1.3.3 */
    } else {
        sip_ctrans_receive(sip, m);
    }
    mem_deref(m);
    mem_deref(sip);
}
