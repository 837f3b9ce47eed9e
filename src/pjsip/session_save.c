/* session_save.c - a channel's SIP side handed to the next engine (call/journal.h, sip/save.h) */
#include <errno.h>

#include "base/log.h"
#include "base/mem.h"
#include "call/journal.h"
#include "pjsip/session.h"
#include "sip/save.h"

static void pack_codecs(struct codec_list *l, struct pack *k)
{
    struct codec_list read = {0};

    pack_u8(k, &l->count);
    for (unsigned i = 0; i < l->count && !pack_err(k); i++) {
        uint8_t c = i < CODEC_LIST_MAX ? l->id[i] : CODEC_COUNT;

        pack_u8(k, &c);
        if (c >= CODEC_COUNT || i >= CODEC_LIST_MAX)
            pack_fail(k, EBADMSG);
        else
            codec_list_add(&read, c);
    }
    if (k->is_reading)
        *l = read;
}

static void pack_key(struct srtp_key *key, struct pack *k)
{
    key->suite = (uint8_t)pack_enum(k, key->suite, SRTP_SUITES - 1);
    pack_u8(k, &key->len);
    if (key->len > SRTP_KEY_MAX) {
        pack_fail(k, EBADMSG);
        key->len = 0;
    }
    pack_bytes(k, key->key, key->len);
}

/* The keys of our offers stay for the whole dialog. */
static void pack_offered_keys(struct sdp_session *s, struct pack *k)
{
    pack_bool(k, &s->is_savp);
    pack_u8(k, &s->key_count);
    if (s->key_count > SDP_KEYS_MAX) {
        pack_fail(k, EBADMSG);
        s->key_count = 0;
    }
    for (unsigned i = 0; i < s->key_count; i++)
        pack_key(&s->keys[i], k);
}

static void pack_description(struct sdp_session *s, struct pack *k)
{
    pack_u64(k, &s->id);
    pack_u64(k, &s->version);
    pack_u32(k, &s->last_hash);
    pack_u8(k, &s->media_count);
    pack_u8(k, &s->audio_index);
    pack_u8(k, &s->local_dtmf);
    pack_u8(k, &s->offered_dir);
    if (pack_err(k) || s->media_count > SDP_MAX_MEDIA || s->audio_index >= SDP_MAX_MEDIA ||
        s->offered_dir > SDP_SENDRECV) {
        pack_fail(k, EBADMSG);
        s->media_count = s->audio_index = 0;
        return;
    }
    for (unsigned i = 0; i < s->media_count; i++)
        pack_chars(k, s->kinds[i], sizeof(s->kinds[i]));
    pack_offered_keys(s, k);
}

static void pack_agreed(struct sdp_agreed *a, struct pack *k)
{
    pack_addr(k, &a->rtp);
    pack_addr(k, &a->rtcp);
    pack_u8(k, &a->count);
    if (a->count > CODEC_LIST_MAX) {
        pack_fail(k, EBADMSG);
        a->count = 0;
    }
    for (unsigned i = 0; i < a->count; i++) {
        a->formats[i].codec = (uint8_t)pack_enum(k, a->formats[i].codec, CODEC_COUNT - 1);
        pack_u8(k, &a->formats[i].payload);
    }
    pack_u8(k, &a->dtmf_payload);
    pack_u8(k, &a->dtmf_local);
    a->dir = (enum sdp_dir)pack_enum(k, a->dir, SDP_SENDRECV);
    pack_bool(k, &a->is_held);
    pack_u16(k, &a->ptime_ms);
    pack_key(&a->srtp_tx, k);
    pack_key(&a->srtp_rx, k);
    pack_bool(k, &a->is_rtcp_mux);
}

static void pack_values(struct session *s, struct pack *k)
{
    pack_codecs(&s->codecs, k);
    pack_u32(k, &s->rtp_timeout_ms);
    pack_u32(k, &s->rtp_timeout_hold_ms);
    pack_u8(k, &s->dtmf_mode);
    pack_bool(k, &s->is_rtp_symmetric);
    pack_bool(k, &s->is_symmetric);
    pack_bool(k, &s->force_rport);
    pack_bool(k, &s->has_inband_progress);
    pack_description(&s->sdp, k);
    pack_bool(k, &s->has_agreed);
    pack_agreed(&s->agreed, k);
    pack_addr(k, &s->said);
    pack_addr(k, &s->signal);
    pack_bool(k, &s->is_offer_ours);
    pack_bool(k, &s->is_running);
    pack_addr(k, &s->direct);
    pack_u8(k, &s->direct_tries);
    pack_bool(k, &s->is_glare_past);
    pack_bool(k, &s->is_holding);
}

static void pack_headers(struct session *s, struct pack *k)
{
    struct slice headers = buf_slice(&s->headers);

    pack_slice(k, &headers);
    if (k->is_reading && !pack_err(k))
        pack_fail(k, buf_adds(&s->headers, headers));
}

void session_save(const struct channel *ch, struct pack *k, bool is_lean)
{
    struct session *s = session_of(ch);
    struct pack part;

    pack_string(k, &s->endpoint);
    pack_values(s, k);
    pack_headers(s, k);
    sip_request_pack(&s->request, s->p->sip, k, is_lean);
    pack_begin(k, &part);
    if (s->invite)
        sip_invite_pack(s->invite, &part);
    else
        pack_fail(&part, ENOENT); /* its INVITE has not left: nobody knows of it */
    pack_end(k, &part);
}

static int restore_invite(struct session *s, bool is_outgoing, struct pack *k)
{
    const struct sip_invite_unpack_args args = {
        .request = s->request,
        .creds = s->creds ? pjsip_creds_find : NULL,
        .creds_arg = s->creds,
        .handlers = is_outgoing ? &pjsip_outgoing_handlers : &pjsip_incoming_handlers,
        .arg = s,
    };

    if (!k->size)
        return ENOENT;
    return sip_invite_unpack(&s->invite, s->p->sip, k, &args);
}

static int alloc_named(struct session **sp, struct pjsip *p, struct slice name)
{
    const struct model_endpoint *e = model_endpoint_find(p->snap, name);

    return e ? session_alloc(sp, p, e) : ENOENT;
}

int session_restore(struct channel *ch, void *tech_arg, struct pack *k)
{
    struct slice name = SLICE_NONE;
    struct session *s = NULL;
    struct pack part;
    int err;

    pack_slice(k, &name);
    err = pack_err(k) ? pack_err(k) : alloc_named(&s, tech_arg, name);
    if (err)
        return err;
    s->ch = ch;
    pack_values(s, k);
    sdp_session_withdraw(&s->sdp); /* an offer under way is forgotten */
    pack_headers(s, k);
    sip_request_pack(&s->request, s->p->sip, k, false);
    pack_begin(k, &part);
    err = pack_err(k) ? pack_err(k) : restore_invite(s, ch->is_outgoing, &part);
    if (err) {
        session_free(s);
        return err;
    }
    ch->tech = &pjsip_tech;
    ch->pvt = s;
    return 0;
}

void session_on_changed(struct sip_invite *i, void *arg)
{
    const struct session *s = arg;

    call_journal_touch(s->ch);
}

/* ---- goodbyes ---- */

struct goodbye {
    struct call_journal *journal; /* outlives the SIP core */
    uint32_t slot;
};

static void is_said(void *arg)
{
    struct goodbye *g = arg;

    call_journal_said(g->journal, g->slot);
    mem_free(g);
}

static int watch(struct sip_invite *i, struct call_journal *j, uint32_t slot)
{
    struct goodbye *g = mem_zalloc(sizeof(*g));

    if (!g)
        return ENOMEM;
    g->journal = j;
    g->slot = slot;
    if (sip_invite_on_over(i, is_said, g))
        return 0;
    mem_free(g);
    return ENOTCONN;
}

bool session_save_goodbye(struct channel *ch, struct pack *k)
{
    struct session *s = session_of(ch);
    bool is_lean = ch->is_outgoing;
    struct pack part;

    if (!s || !s->invite || ch->is_gone)
        return false;
    pack_string(k, &s->endpoint);
    pack_bool(k, &ch->is_outgoing);
    sip_request_pack(&s->request, s->p->sip, k, is_lean);
    pack_begin(k, &part);
    sip_invite_pack(s->invite, &part);
    pack_end(k, &part);
    return !pack_err(&part) && !pack_err(k);
}

void session_goodbye_kept(struct channel *ch, uint32_t slot)
{
    struct call_journal *j = calls_journal(ch->calls);

    if (watch(session_of(ch)->invite, j, slot))
        call_journal_said(j, slot);
}

int session_restore_goodbye(void *tech_arg, struct pack *k, uint32_t slot)
{
    struct pjsip *p = tech_arg;
    struct slice name = SLICE_NONE;
    bool is_outgoing = false;
    struct session *s = NULL;
    struct pack part;
    int err;

    pack_slice(k, &name);
    pack_bool(k, &is_outgoing);
    err = pack_err(k) ? pack_err(k) : alloc_named(&s, p, name);
    if (err)
        return err;
    sip_request_pack(&s->request, p->sip, k, false);
    pack_begin(k, &part);
    err = pack_err(k) ? pack_err(k) : restore_invite(s, is_outgoing, &part);
    if (!err) {
        sip_invite_end(s->invite, 0, SLICE_NONE);
        err = watch(s->invite, calls_journal(p->calls), slot);
    }
    session_free(s);
    return err;
}
