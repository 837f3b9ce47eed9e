/*
 * direct.c - media of two bridged legs past the station (session.h)
 *
 * Both legs are told each other's address by re-INVITE or UPDATE, when both endpoints allow it and
 * nothing here needs the sound: plain RTP, a common codec, the same numbers of telephone-event, nobody
 * on hold, nobody listening (channel.media_users), no volume of its own. Taken back when the bridge ends or one of these
 * changes. Asterisk's direct_media of chan_pjsip with bridge_native_rtp.
 */
#include "base/log.h"
#include "call/bridge.h"
#include "pjsip/session.h"

#define TRIES_MAX 8 /* of one call: two stations that both change media must come to an end */

static bool is_on(const struct session *s)
{
    return addr_is_set(&s->direct);
}

/* Behind NAT: its signalling comes from elsewhere than it wants its sound. */
static bool is_natted(const struct session *s)
{
    return !addr_eq_host(&s->signal, &s->agreed.rtp);
}

/* Louder, quieter or mute: that happens in the media role. */
static bool is_treated(const struct channel *ch)
{
    const struct media_gain *g = ch->stream ? media_stream_gain(ch->stream) : NULL;

    return g && (g->rx_db || g->tx_db || g->is_rx_muted || g->is_tx_muted);
}

static bool is_fit(const struct session *s)
{
    const struct sdp_agreed *a = &s->agreed;

    return s->options.direct_media && s->has_agreed && s->invite && sip_invite_is_up(s->invite) &&
           !s->ch->is_hungup && !s->ch->media_users && !is_treated(s->ch) && !s->is_holding &&
           !a->is_held && a->dir == SDP_SENDRECV && addr_is_set(&a->rtp) &&
           a->srtp_tx.suite == SRTP_NONE && s->direct_tries < TRIES_MAX &&
           !(s->options.disable_direct_media_on_nat && is_natted(s));
}

static bool is_pair(const struct session *a, const struct session *b)
{
    const struct sdp_agreed *x = &a->agreed, *y = &b->agreed;

    return x->rtp.family == y->rtp.family && x->formats[0].codec == y->formats[0].codec &&
           x->formats[0].payload == y->formats[0].payload && a->dtmf_mode == b->dtmf_mode &&
           x->dtmf_payload == y->dtmf_payload && x->dtmf_local == y->dtmf_local &&
           x->dtmf_payload == x->dtmf_local;
}

static struct session *other_of(const struct session *s)
{
    struct channel *peer = bridge_peer(s->ch);

    return peer && peer->tech == &pjsip_tech ? session_of(peer) : NULL;
}

/* direct_media_glare_mitigation: one side lets the first try go by. */
static bool is_mitigated(struct session *s)
{
    uint8_t glare = s->options.direct_media_glare;

    if (s->is_glare_past)
        return false;
    s->is_glare_past = true;
    return (glare == MODEL_GLARE_OUTGOING && s->ch->is_outgoing) ||
           (glare == MODEL_GLARE_INCOMING && !s->ch->is_outgoing);
}

/* Tell the peer where its sound goes: to, or to us when that is not set. */
static void point(struct session *s, const struct addr *to)
{
    struct addr before = s->direct;
    int err;

    s->direct = *to;
    err = session_refresh(s, s->options.direct_media_method, true);
    if (!err)
        return;
    s->direct = before;
    log_info("direct media not changed call=%s channel=\"%s\" err=\"%s\"", s->ch->linkedid,
             s->ch->name, strerror(err));
}

static void point_if(struct session *s, const struct addr *to)
{
    if (addr_eq(&s->direct, to) || is_mitigated(s))
        return;
    s->direct_tries++;
    point(s, to);
}

static void take_back(struct session *s)
{
    struct addr ours = {0};

    if (!is_on(s))
        return;
    if (s->ch->is_hungup || !s->invite || !sip_invite_is_up(s->invite))
        s->direct = ours;
    else
        point(s, &ours);
}

void direct_bridged(struct channel *ch, struct channel *peer)
{
    struct session *s = session_of(ch), *other;

    if (!s)
        return;
    other = peer && peer->tech == &pjsip_tech ? session_of(peer) : NULL;
    if (other && is_fit(s) && is_fit(other) && is_pair(s, other)) {
        struct addr to_other = other->agreed.rtp, to_us = s->agreed.rtp;

        point_if(s, &to_other);
        point_if(other, &to_us);
        return;
    }
    take_back(s);
    if (other)
        take_back(other);
}

/* The peer wants its sound where it was, both ways, and takes the codec that the two share. */
static bool is_kept(const struct session *s, const struct sdp *offer)
{
    const struct sdp_media *m = offer ? sdp_audio(offer) : NULL;
    struct sdp_local l;

    session_local(s, &l);
    return m && m->dir == SDP_SENDRECV && addr_eq(&m->conn, &s->agreed.rtp) &&
           !sdp_offer_check(offer, &l);
}

void direct_on_offer(struct session *s, const struct sdp *offer)
{
    struct session *other = other_of(s);

    if (!is_on(s) || is_kept(s, offer))
        return;
    s->direct = (struct addr){0}; /* our answer says it */
    if (other)
        take_back(other);
}

void direct_refused(struct session *s)
{
    struct session *other = other_of(s);

    if (!is_on(s))
        return;
    s->direct = (struct addr){0};
    s->direct_tries = TRIES_MAX;
    if (other)
        take_back(other);
}
