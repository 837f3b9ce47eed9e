/* session.c - birth of a channel's SIP side, and its descriptions (session.h) */
#include "pjsip/session.h"
#include "plan/func.h"

#include <errno.h>

#include "base/log.h"
#include "base/rand.h"
#include "call/cdr.h"
#include "pjsip/cause.h"
#include "pjsip/host.h"
#include "pjsip/transport.h"

static void take_codecs(struct codec_list *to, const struct model_codecs *from)
{
    for (unsigned i = 0; i < from->count; i++) {
        enum codec c;

        if (!codec_find(&c, slice_of(model_codec_name(from->id[i]))))
            codec_list_add(to, c);
    }
}

static int dup_unusual(char **to, const char *from, const char *usual)
{
    if (from[0] && strcmp(from, usual) != 0)
        *to = mem_strdup(from);
    return from[0] && strcmp(from, usual) != 0 && !*to ? ENOMEM : 0;
}

static void only(struct codec_list *l, const struct codec_list *of)
{
    struct codec_list kept = {0};

    for (uint8_t i = 0; i < l->count; i++)
        if (codec_list_has(of, l->id[i]))
            codec_list_add(&kept, l->id[i]);
    if (kept.count)
        *l = kept;
}

void session_prefer(struct codec_list *own, const struct codec_list *theirs, uint8_t pref)
{
    struct codec_list ordered = *theirs;

    if (!theirs->count)
        return;
    switch (pref) {
    case MODEL_OFFER_LOCAL:
    case MODEL_OFFER_LOCAL_FIRST: only(own, theirs); break;
    case MODEL_OFFER_REMOTE:
    case MODEL_OFFER_REMOTE_FIRST:
    case MODEL_OFFER_REMOTE_MERGE:
        only(&ordered, own);
        for (uint8_t i = 0; i < own->count && pref == MODEL_OFFER_REMOTE_MERGE; i++)
            codec_list_add(&ordered, own->id[i]);
        only(&ordered, own); /* nothing in common: ours */
        if (codec_list_has(own, ordered.id[0]))
            *own = ordered;
        break;
    default: break;
    }
    if (own->count && (pref == MODEL_OFFER_LOCAL_FIRST || pref == MODEL_OFFER_REMOTE_FIRST))
        own->count = 1;
}

int session_alloc(struct session **sp, struct pjsip *p, const struct model_endpoint *e)
{
    struct session *s = mem_zalloc(sizeof(*s));

    if (!s)
        return ENOMEM;
    s->endpoint = mem_strdup(e->name);
    if (!s->endpoint || pjsip_creds_get(&s->creds, p, e) ||
        dup_unusual(&s->sdp_owner, e->sdp_owner, "-") ||
        dup_unusual(&s->sdp_name, e->sdp_session, "station")) {
        mem_free(s->endpoint);
        mem_free(s->sdp_owner);
        mem_free(s);
        return ENOMEM;
    }
    s->p = p;
    s->options = e->call;
    s->options.follow_early_media_fork &= model_system_of(p->snap)->follow_early_media_fork;
    s->options.accept_multiple_sdp_answers &= model_system_of(p->snap)->accept_multiple_sdp_answers;
    if (e->call.max_audio_streams)
        take_codecs(&s->codecs, &e->codecs);
    s->dtmf_mode = e->dtmf_mode;
    s->is_rtp_symmetric = e->rtp_symmetric;
    s->is_symmetric = e->rewrite_contact;
    s->force_rport = e->force_rport;
    s->has_inband_progress = e->inband_progress;
    s->rtp_timeout_ms = (uint32_t)e->rtp_timeout * 1000;
    s->rtp_timeout_hold_ms = (uint32_t)e->rtp_timeout_hold * 1000;
    s->rtp_keepalive_ms = (uint32_t)e->rtp_keepalive * 1000;
    s->tos = e->tos;
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
    mem_deref(s->response);
    mem_deref(s->offer);
    outgoing_free(s->out);
    mem_free(s->endpoint);
    mem_free(s->sdp_owner);
    mem_free(s->sdp_name);
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
    if (!err && e->moh_suggest[0] &&
        strcmp(e->moh_suggest, "default") != 0) /* taken without a word */
        err = channel_set(&ch->musicclass, slice_of(e->moh_suggest));
    if (!err && e->accountcode[0])
        err = channel_set(&ch->accountcode, slice_of(e->accountcode));
    if (!err && e->tone_zone[0])
        err = channel_set(&ch->tonezone, slice_of(e->tone_zone));
    ch->callgroup = e->call_group;
    ch->pickupgroup = e->pickup_group;
    if (!err)
        err = cdr_leg(ch, is_trunk(e), slice_of(e->group_uuid));
    return err ? err : set_variables(ch, &e->set_var);
}

/* media_address is said; sound is bound to it only when asked, else to any of its family. */
static void use_media_address(struct session *s, struct addr *bind)
{
    s->said = s->options.media_address;
    s->said.port = 0;
    if (s->options.bind_rtp_to_media_address)
        *bind = s->said;
    else if (bind->family != s->said.family)
        *bind = (struct addr){.family = s->said.family};
}

/* Behind a name is what DNS said last; until it said anything, our own address. */
static void find_media_address(struct session *s, int family)
{
    const struct model_endpoint *e;
    const struct addr *found;

    if (addr_is_set(&s->options.media_address))
        return;
    e = model_endpoint_find(s->p->snap, slice_of(s->endpoint));
    found = e && e->media_host[0] ? hosts_find(s->p, slice_of(e->media_host), family) : NULL;
    if (found)
        s->options.media_address = *found;
}

/* Sound over IPv6 although SIP goes over IPv4: our offers say so, an answer has its offer's family. */
static void use_ipv6(struct session *s, const struct addr *theirs, struct addr *bind)
{
    struct addr own;

    if (theirs->family == AF_INET || s->said.family == AF_INET6 ||
        transport_ipv6_addr(s->p, theirs, &own))
        return;
    s->said = own;
    *bind = (struct addr){.family = AF_INET6};
}

int session_open_stream(struct session *s, const struct sip_flow *flow, struct media_stream *near,
                        channel_ready_h *ready)
{
    const struct sdp_media *audio = s->offer ? sdp_audio(s->offer) : NULL;
    const struct addr theirs = audio ? audio->conn : (struct addr){.family = AF_UNSPEC};
    struct media_stream_args args = {.near = near};
    int err = transport_media_addr(s->p, flow, &s->said, &args.local);

    if (err)
        return err;
    if (s->options.rtp_ipv6)
        use_ipv6(s, &theirs, &args.local);
    find_media_address(s, s->said.family);
    if (addr_is_set(&s->options.media_address))
        use_media_address(s, &args.local);
    s->signal = flow->remote;
    return channel_open_stream(s->ch, &args, ready, s);
}

void session_gone(struct session *s, int cause, int status)
{
    struct channel *ch = s->ch;
    bool is_orphan = !ch->is_outgoing && !s->is_running;

    channel_on_hangup(ch, cause, status);
    if (is_orphan)
        channel_hangup(ch, cause); /* no routing has it: s is gone after this */
}

struct session *session_for(const struct plan_env *env, const char *what)
{
    if (env->channel && env->channel->tech == &pjsip_tech && env->channel->pvt)
        return session_of(env->channel);
    log_warning("%s works on PJSIP channels only channel=\"%s\"", what,
                env->channel ? env->channel->name : "");
    return NULL;
}
