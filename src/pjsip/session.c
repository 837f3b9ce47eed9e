/* session.c - birth of a channel's SIP side, and its descriptions (session.h) */
#include "pjsip/session.h"

#include <errno.h>

#include "base/log.h"
#include "base/rand.h"
#include "call/cdr.h"
#include "call/journal.h"
#include "pjsip/cause.h"
#include "pjsip/transport.h"

static void take_codecs(struct codec_list *to, const struct model_codecs *from)
{
    for (unsigned i = 0; i < from->count; i++) {
        enum codec c;

        if (!codec_find(&c, slice_of(model_codec_name(from->id[i]))))
            codec_list_add(to, c);
    }
}

int session_alloc(struct session **sp, struct pjsip *p, const struct model_endpoint *e)
{
    struct session *s = mem_zalloc(sizeof(*s));

    if (!s)
        return ENOMEM;
    s->endpoint = mem_strdup(e->name);
    if (!s->endpoint || pjsip_creds_get(&s->creds, p, e)) {
        mem_free(s->endpoint);
        mem_free(s);
        return ENOMEM;
    }
    s->p = p;
    take_codecs(&s->codecs, &e->codecs);
    s->dtmf_mode = e->dtmf_mode;
    s->is_rtp_symmetric = e->rtp_symmetric;
    s->is_symmetric = e->rewrite_contact;
    s->force_rport = e->force_rport;
    s->has_inband_progress = e->inband_progress;
    s->rtp_timeout_ms = (uint32_t)e->rtp_timeout * 1000;
    s->rtp_timeout_hold_ms = (uint32_t)e->rtp_timeout_hold * 1000;
    buf_init(&s->description, SDP_MAX_TEXT);
    buf_init(&s->headers, SESSION_HEADERS_MAX);
    sdp_session_init(&s->sdp, rand_u32());
    *sp = s;
    return 0;
}

void session_free(struct session *s)
{
    if (!s)
        return;
    if (s->invite)
        sip_invite_forget(s->invite);
    mem_deref(s->invite);
    mem_deref(s->request);
    mem_deref(s->offer);
    outgoing_free(s->out);
    mem_free(s->endpoint);
    buf_fini(&s->description);
    buf_fini(&s->headers);
    mem_free(s);
}

static int set_variables(struct channel *ch, const struct model_vars *vars)
{
    int err = 0;

    for (uint32_t i = 0; i < vars->count && !err; i++)
        err = channel_var_set(ch, slice_of(vars->v[i].name), slice_of(vars->v[i].value));
    return err == ENOMEM ? err : 0;
}

/* Another station rather than a phone: its address is known, or it cannot register (records say in
   or out by it). */
static bool is_trunk(const struct model_endpoint *e)
{
    for (const struct model_aor *const *a = e->aors; *a; a++) {
        if ((*a)->contacts.count)
            return true;
    }
    return !e->aors[0];
}

int session_dress(struct session *s, const struct model_endpoint *e)
{
    struct channel *ch = s->ch;
    int err = 0;

    if (e->language[0])
        err = channel_set(&ch->language, slice_of(e->language));
    if (!err && e->moh_suggest[0])
        err = channel_set(&ch->musicclass, slice_of(e->moh_suggest));
    if (!err && e->accountcode[0])
        err = channel_set(&ch->accountcode, slice_of(e->accountcode));
    ch->callgroup = e->call_group;
    ch->pickupgroup = e->pickup_group;
    if (!err)
        err = cdr_leg(ch, is_trunk(e), slice_of(e->group_uuid));
    return err ? err : set_variables(ch, &e->set_var);
}

int session_open_stream(struct session *s, const struct sip_flow *flow, struct media_stream *near,
                        channel_ready_h *ready)
{
    struct media_stream_args args = {.near = near};
    int err = transport_media_addr(s->p, flow, &s->said, &args.local);

    if (err)
        return err;
    s->signal = flow->remote;
    return channel_open_stream(s->ch, &args, ready, s);
}

void session_local(const struct session *s, struct sdp_local *l)
{
    *l = (struct sdp_local){
        .rtp = s->said,
        .codecs = s->codecs,
        .is_dtmf = s->dtmf_mode == MODEL_DTMF_RFC4733 || s->dtmf_mode == MODEL_DTMF_AUTO ||
                   s->dtmf_mode == MODEL_DTMF_AUTO_INFO,
        .dir = SDP_SENDRECV,
    };
    if (s->ch->stream)
        l->rtp.port = media_stream_local(s->ch->stream)->port;
}

int session_apply(struct session *s, bool is_answered)
{
    const struct media_remote_args args = {
        .agreed = &s->agreed,
        .signal = s->signal,
        .is_symmetric = s->is_rtp_symmetric,
        .timeout_ms = is_answered ? s->rtp_timeout_ms : 0,
        .timeout_hold_ms = is_answered ? s->rtp_timeout_hold_ms : 0,
    };

    call_journal_touch(s->ch);
    if (!s->has_agreed || !s->ch->stream)
        return 0;
    return media_stream_set_remote(s->ch->stream, &args);
}

int session_parse(struct sdp **sp, const struct sip_msg *m)
{
    struct sdp_error why = {0};
    int err;

    *sp = NULL;
    if (!m->body.len || !sip_msg_has_type(m, "application/sdp"))
        return 0;
    err = sdp_parse(sp, m->body, &why);
    if (err == EINVAL)
        log_info("description refused from=\"%.*s\" line=%u why=\"%s\"", SLICE_ARG(m->from.uri),
                 why.line, why.why ? why.why : "");
    return err;
}

int session_describe(struct session *s, const struct sdp *offer, struct buf *out)
{
    struct sdp_agreed agreed;
    struct sdp_local l;
    int err;

    session_local(s, &l);
    if (!offer)
        return sdp_session_offer(&s->sdp, &l, out);
    err = sdp_session_answer(&s->sdp, offer, &l, &agreed, out);
    if (!err) {
        s->agreed = agreed;
        s->has_agreed = true;
    }
    return err;
}

int session_take_answer(struct session *s, const struct sip_msg *m)
{
    struct sdp_agreed agreed;
    struct sdp_local l;
    struct sdp *answer = NULL;
    int err = session_parse(&answer, m);

    if (!err && !answer)
        err = ENOENT;
    session_local(s, &l);
    if (!err)
        err = sdp_session_accept(&s->sdp, answer, &l, &agreed);
    if (!err) {
        s->agreed = agreed;
        s->has_agreed = true;
    }
    mem_deref(answer);
    return err;
}

void session_gone(struct session *s, int cause, int status)
{
    struct channel *ch = s->ch;
    bool is_orphan = !ch->is_outgoing && !s->is_running;

    channel_on_hangup(ch, cause, status);
    if (is_orphan)
        channel_hangup(ch, cause); /* no routing has it: s is gone after this */
}
