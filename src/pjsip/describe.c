/* describe.c - a session's descriptions: what we offer and answer, what media do then (session.h) */
#include <errno.h>

#include "base/hash.h"
#include "base/log.h"
#include "call/journal.h"
#include "pjsip/session.h"

static bool has_their_order(const struct model_call_options *o)
{
    return o->incoming_offer_pref == MODEL_OFFER_REMOTE ||
           o->incoming_offer_pref == MODEL_OFFER_REMOTE_FIRST ||
           o->incoming_offer_pref == MODEL_OFFER_REMOTE_MERGE;
}

static bool is_first_only(const struct model_call_options *o)
{
    return o->incoming_offer_pref == MODEL_OFFER_LOCAL_FIRST ||
           o->incoming_offer_pref == MODEL_OFFER_REMOTE_FIRST;
}

static enum sdp_security security_of(const struct model_call_options *o)
{
    if (o->media_encryption == MODEL_ENCRYPTION_NO)
        return SDP_PLAIN;
    return o->is_encryption_optimistic ? SDP_OPTIMISTIC : SDP_SECURE;
}

void session_local(const struct session *s, struct sdp_local *l)
{
    const struct model_call_options *o = &s->options;

    *l = (struct sdp_local){
        .rtp = s->said,
        .codecs = s->codecs,
        .is_dtmf = s->dtmf_mode == MODEL_DTMF_RFC4733 || s->dtmf_mode == MODEL_DTMF_AUTO ||
                   s->dtmf_mode == MODEL_DTMF_AUTO_INFO,
        .dir = s->is_holding ? SDP_SENDONLY : SDP_SENDRECV,
        .order = has_their_order(o) ? SDP_THEIRS : SDP_OURS,
        .is_first_only = o->preferred_codec_only || is_first_only(o),
        .security = (uint8_t)security_of(o),
        .takes_any = o->force_avp || o->is_encryption_optimistic,
        .is_avpf = o->use_avpf,
        .is_tag_32 = o->srtp_tag_32,
        .is_rtcp_mux = o->rtcp_mux,
        .use_ptime = o->use_ptime,
        .owner = s->sdp_owner,
        .name = s->sdp_name,
    };
    if (addr_is_set(&s->direct)) {
        l->rtp = s->direct;
        l->codecs = (struct codec_list){.count = 1, .id = {s->agreed.formats[0].codec}};
    } else if (s->ch && s->ch->stream) {
        l->rtp.port = media_stream_local(s->ch->stream)->port;
    }
}

int session_apply(struct session *s, bool is_answered)
{
    bool is_timed = is_answered && !addr_is_set(&s->direct); /* direct media do not pass here */
    const struct media_remote_args args = {
        .agreed = &s->agreed,
        .signal = s->signal,
        .is_symmetric = s->is_rtp_symmetric,
        .timeout_ms = is_timed ? s->rtp_timeout_ms : 0,
        .timeout_hold_ms = is_timed ? s->rtp_timeout_hold_ms : 0,
        .keepalive_ms = s->rtp_keepalive_ms,
        .is_inband = s->dtmf_mode == MODEL_DTMF_INBAND ||
                     (s->dtmf_mode == MODEL_DTMF_AUTO && !s->agreed.dtmf_payload),
        .tos = s->tos,
        .cos = (uint8_t)s->options.cos_audio,
        .is_codec_free = s->options.asymmetric_rtp_codec,
    };

    call_journal_touch(s->ch);
    if (!s->has_agreed || !s->ch->stream)
        return 0;
    return media_stream_set_remote(s->ch->stream, &args);
}

int session_parse(struct sdp **sp, const struct sip_msg *m)
{
    struct slice body = sip_msg_body(m, "application/sdp");
    struct sdp_error why = {0};
    int err;

    *sp = NULL;
    if (!body.len)
        return 0;
    err = sdp_parse(sp, body, &why);
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

static uint32_t tag_of(const struct sip_msg *m)
{
    struct slice tag = SLICE_NONE;

    sip_param(m->to.params, "tag", &tag);
    return hash_slice(tag);
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
        s->answer_tag = tag_of(m);
        s->sdp.is_offering = false;
    }
    mem_deref(answer);
    return err;
}

/* One answer counts for a branch, unless accept_multiple_sdp_answers; another branch's early one only
   with follow_early_media_fork; that of the branch which answers always. */
bool session_counts(const struct session *s, const struct sip_msg *response)
{
    bool is_same = s->answer_tag == tag_of(response);

    if (!s->has_agreed)
        return true;
    if (is_same)
        return s->options.accept_multiple_sdp_answers;
    return response->status >= 200 || s->options.follow_early_media_fork;
}

int session_headers(const struct session *s, struct buf *out)
{
    int err = buf_adds(out, buf_slice(&s->headers));

    if (!err)
        err = identity_add(s, out);
    return err == ENOMEM ? err : 0;
}

/* suppress_moh_on_sendonly: a peer that still sends brings its own music. */
bool session_is_held(const struct session *s)
{
    bool it_sends = s->agreed.dir == SDP_RECVONLY;

    return s->agreed.is_held && !(s->options.suppress_moh_on_sendonly && it_sends);
}
