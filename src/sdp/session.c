/* session.c - offer and answer; see sdp.h */
#include <errno.h>

#include <string.h>

#include "base/hash.h"
#include "sdp/sdp.h"

#define DTMF_PAYLOAD 101
#define DTMF_CLOCK_HZ 8000
#define DEFAULT_PTIME_MS 20

void sdp_session_init(struct sdp_session *s, uint64_t id)
{
    *s = (struct sdp_session){
        .id = id & INT64_MAX, .version = id & INT64_MAX, .local_dtmf = DTMF_PAYLOAD};
}

/* ---- printing ---- */

struct our_formats {
    uint8_t count;
    struct {
        uint8_t codec, payload;
    } formats[CODEC_LIST_MAX];
    uint8_t dtmf; /* 0: none */
};

static void add_number(struct buf *b, const char *before, unsigned v)
{
    buf_addz(b, before);
    buf_addu(b, v);
}

static void print_formats(const struct our_formats *f, struct buf *b)
{
    for (uint8_t i = 0; i < f->count; i++)
        add_number(b, " ", f->formats[i].payload);
    if (f->dtmf)
        add_number(b, " ", f->dtmf);
    buf_addz(b, "\r\n");
    for (uint8_t i = 0; i < f->count; i++) {
        const struct codec_info *c = codec_get(f->formats[i].codec);

        add_number(b, "a=rtpmap:", f->formats[i].payload);
        buf_addc(b, ' ');
        buf_addz(b, c->encoding);
        add_number(b, "/", c->clock_hz);
        buf_addz(b, "\r\n");
    }
    if (f->dtmf)
        buf_printf(b, "a=rtpmap:%u telephone-event/%d\r\na=fmtp:%u 0-16\r\n", f->dtmf,
                   DTMF_CLOCK_HZ, f->dtmf);
}

/* What the m= line of the audio says besides formats. */
struct our_line {
    struct slice proto;
    const struct sdp_crypto *crypto;
    uint8_t crypto_count;
    bool is_rtcp_mux;
    enum sdp_dir dir;
};

static void print_audio(const struct sdp_local *l, const struct our_formats *f,
                        const struct our_line *line, struct buf *b)
{
    add_number(b, "m=audio ", l->rtp.port);
    buf_addc(b, ' ');
    buf_adds(b, line->proto);
    print_formats(f, b);
    for (uint8_t i = 0; i < line->crypto_count; i++)
        sdp_crypto_print(&line->crypto[i], b);
    if (line->is_rtcp_mux)
        buf_addz(b, "a=rtcp-mux\r\n");
    add_number(b, "a=ptime:", l->ptime_ms ? l->ptime_ms : DEFAULT_PTIME_MS);
    buf_addz(b, "\r\na=maxptime:60\r\na=");
    buf_addz(b, sdp_dir_name(line->dir));
    buf_addz(b, "\r\n");
}

/* Everything but the o= line goes through body, so that a change of it raises the version. */
static void add_place(struct buf *b, const struct addr *a, const char *before)
{
    char host[ADDR_TEXT];

    buf_addz(b, before);
    buf_addz(b, a->family == AF_INET6 ? "IP6 " : "IP4 ");
    buf_addz(b, addr_host(a, host));
}

static int print_whole(struct sdp_session *s, const struct sdp_local *l, const struct buf *body,
                       struct buf *out)
{
    const char *name = l->name && l->name[0] ? l->name : "station";
    const char *owner = l->owner && l->owner[0] ? l->owner : "-";
    uint32_t hash;

    if (buf_err(body))
        return buf_err(body);
    hash = hash_slice(buf_slice(body)) ^ addr_hash(&l->rtp);
    if (s->last_hash != hash)
        s->version++;
    s->last_hash = hash;
    buf_addz(out, "v=0\r\no=");
    buf_addz(out, owner);
    buf_addc(out, ' ');
    buf_addu(out, s->id);
    buf_addc(out, ' ');
    buf_addu(out, s->version);
    add_place(out, &l->rtp, " IN ");
    buf_addz(out, "\r\ns=");
    buf_addz(out, name);
    add_place(out, &l->rtp, "\r\nc=IN ");
    buf_addz(out, "\r\nt=0 0\r\n");
    return buf_adds(out, buf_slice(body));
}

static void all_formats(const struct sdp_session *s, const struct sdp_local *l,
                        struct our_formats *f)
{
    *f = (struct our_formats){.dtmf = l->is_dtmf ? s->local_dtmf : 0};
    for (uint8_t i = 0; i < l->codecs.count; i++) {
        f->formats[f->count].codec = l->codecs.id[i];
        f->formats[f->count++].payload = codec_get(l->codecs.id[i])->payload;
    }
}

/* Strong and widely known first. The keys stay for the whole dialog: a peer that sees them again
   goes on as it was. */
static void make_keys(struct sdp_session *s, const struct sdp_local *l)
{
    static const uint8_t order[SDP_KEYS_MAX] = {SRTP_AES_CM_128_HMAC_SHA1_80, SRTP_AEAD_AES_256_GCM,
                                                SRTP_AEAD_AES_128_GCM, SRTP_AES_256_CM_HMAC_SHA1_80,
                                                SRTP_AES_CM_128_HMAC_SHA1_32};
    uint8_t last = SDP_KEYS_MAX - 1;

    if (s->key_count)
        return;
    if (l->is_tag_32)
        srtp_key_make(&s->keys[s->key_count++], order[last]);
    for (uint8_t i = 0; i < last; i++)
        srtp_key_make(&s->keys[s->key_count++], order[i]);
}

/* Optimistic keys stand under the plain profile, until a peer has answered with the secure one. */
static struct slice profile_of(const struct sdp_session *s, const struct sdp_local *l)
{
    bool is_savp = l->security == SDP_SECURE || s->is_savp;

    if (l->is_avpf)
        return is_savp ? SLICE("RTP/SAVPF") : SLICE("RTP/AVPF");
    return is_savp ? SLICE("RTP/SAVP") : SLICE("RTP/AVP");
}

static void print_offered_audio(struct sdp_session *s, const struct sdp_local *l, struct buf *body)
{
    struct sdp_crypto crypto[SDP_KEYS_MAX];
    struct our_line line = {
        .proto = profile_of(s, l), .crypto = crypto, .is_rtcp_mux = l->is_rtcp_mux, .dir = l->dir};
    struct our_formats f;

    all_formats(s, l, &f);
    if (l->security != SDP_PLAIN)
        make_keys(s, l);
    if (l->security != SDP_PLAIN || s->is_savp)
        line.crypto_count = s->key_count;
    for (uint8_t i = 0; i < s->key_count; i++)
        crypto[i] = (struct sdp_crypto){.tag = i + 1U, .key = s->keys[i]};
    print_audio(l, &f, &line, body);
}

int sdp_session_offer(struct sdp_session *s, const struct sdp_local *l, struct buf *out)
{
    struct buf body;
    int err;

    if (!l->codecs.count || !addr_is_set(&l->rtp))
        return EINVAL;
    if (!s->media_count)
        s->media_count = 1;
    buf_init(&body, SDP_MAX_TEXT);
    for (uint8_t i = 0; i < s->media_count; i++) {
        struct slice proto, kind = slice_cut(slice_of(s->kinds[i]), ' ', &proto);

        if (i == s->audio_index)
            print_offered_audio(s, l, &body);
        else
            buf_printf(&body, "m=%.*s 0 %.*s 0\r\n", SLICE_ARG(kind), SLICE_ARG(proto));
    }
    err = print_whole(s, l, &body, out);
    buf_fini(&body);
    if (err)
        return err;
    s->offered_dir = (uint8_t)l->dir;
    s->is_offering = true;
    return 0;
}

/* ---- what both sides want ---- */

static const struct sdp_format *find_codec(const struct sdp_media *m, enum codec c)
{
    for (uint8_t i = 0; i < m->format_count; i++) {
        enum codec found;

        if (!codec_find_encoding(&found, m->formats[i].encoding, m->formats[i].clock_hz) &&
            found == c)
            return &m->formats[i];
    }
    return NULL;
}

static uint8_t find_dtmf(const struct sdp_media *m)
{
    for (uint8_t i = 0; i < m->format_count; i++) {
        if (slice_caseeqz(m->formats[i].encoding, "telephone-event") &&
            m->formats[i].clock_hz == DTMF_CLOCK_HZ)
            return m->formats[i].payload;
    }
    return 0;
}

static void agree_on(struct sdp_agreed *a, uint8_t codec, uint8_t payload)
{
    for (uint8_t i = 0; i < a->count; i++) {
        if (a->formats[i].codec == codec)
            return;
    }
    if (a->count == CODEC_LIST_MAX)
        return;
    a->formats[a->count].codec = codec;
    a->formats[a->count++].payload = payload;
}

/* Ours among those offered, in our order. */
static void agree_in_our_order(struct sdp_agreed *a, const struct sdp_media *m,
                               const struct codec_list *ours)
{
    for (uint8_t i = 0; i < ours->count; i++) {
        const struct sdp_format *f = find_codec(m, ours->id[i]);

        if (f)
            agree_on(a, ours->id[i], f->payload);
    }
}

/* An answer is in the order in which its writer wants to receive. */
static void agree_in_their_order(struct sdp_agreed *a, const struct sdp_media *m,
                                 const struct codec_list *ours)
{
    for (uint8_t i = 0; i < m->format_count; i++) {
        enum codec c;

        if (!codec_find_encoding(&c, m->formats[i].encoding, m->formats[i].clock_hz) &&
            codec_list_has(ours, c))
            agree_on(a, (uint8_t)c, m->formats[i].payload);
    }
}

static uint16_t ptime_of(const struct sdp_media *m, const struct sdp_local *l)
{
    if (l->use_ptime && m->ptime_ms)
        return m->ptime_ms;
    return l->ptime_ms ? l->ptime_ms : DEFAULT_PTIME_MS;
}

/* Addresses, packet time and direction that m asks of us; want is our own wish. */
static void agree_on_transport(struct sdp_agreed *a, const struct sdp_media *m,
                               const struct sdp_local *l, enum sdp_dir want)
{
    bool is_nowhere = addr_is_set(&m->conn) && addr_is_any(&m->conn);

    a->ptime_ms = ptime_of(m, l);
    a->is_rtcp_mux = l->is_rtcp_mux && m->is_rtcp_mux;
    a->dir = (enum sdp_dir)(sdp_dir_reverse(m->dir) & want);
    if (is_nowhere)
        a->dir = (enum sdp_dir)(a->dir & ~SDP_SENDONLY);
    a->is_held = is_nowhere || m->dir == SDP_SENDONLY || m->dir == SDP_INACTIVE;
    if (!is_nowhere && addr_is_set(&m->conn)) {
        a->rtp = m->conn;
        a->rtcp = a->is_rtcp_mux ? m->conn : m->rtcp;
    }
}

/* ---- profiles and keys ---- */

static bool is_savp(const struct sdp_media *m)
{
    return slice_starts(m->proto, SLICE("RTP/SAVP"));
}

/* Which lines of an offer we take, as Asterisk decides it. @param has_keys  out: with keys */
static bool is_profile_fit(const struct sdp_media *m, const struct sdp_local *l, bool *has_keys)
{
    bool is_avpf = m->proto.len && m->proto.p[m->proto.len - 1] == 'F';
    bool want = l->security != SDP_PLAIN;

    *has_keys = m->crypto_count > 0;
    if (is_avpf != l->is_avpf || (is_savp(m) && !*has_keys))
        return false;
    if (*has_keys == want || l->takes_any || l->security == SDP_OPTIMISTIC)
        return true;
    if (want || is_savp(m))
        return false;
    *has_keys = false; /* keys that were offered optimistically, and we want none */
    return true;
}

/* The first line of an offer that we can use, or NULL. */
static const struct sdp_media *find_audio(const struct sdp *offer, const struct sdp_local *l,
                                          bool *has_keys)
{
    for (uint8_t i = 0; i < offer->media_count; i++) {
        const struct sdp_media *m = &offer->media[i];

        if (slice_eqz(m->kind, "audio") && slice_starts(m->proto, SLICE("RTP/")) && m->port &&
            m->format_count && is_profile_fit(m, l, has_keys))
            return m;
    }
    return NULL;
}

/* The offerer's first suite; the key that we send with stays while its suite does. */
static void answer_keys(struct sdp_session *s, const struct sdp_media *m, struct sdp_agreed *a)
{
    const struct sdp_crypto *c = &m->crypto[0];
    const struct srtp_key *old = NULL;

    for (uint8_t i = 0; i < s->key_count; i++)
        if (s->keys[i].suite == c->key.suite)
            old = &s->keys[i];
    if (old)
        a->srtp_tx = *old;
    else
        srtp_key_make(&a->srtp_tx, c->key.suite);
    s->keys[0] = a->srtp_tx;
    s->key_count = 1;
    a->srtp_rx = c->key;
}

/* @return 0; ENOTSUP: the answer has none of our keys, where it must */
static int accept_keys(const struct sdp_session *s, const struct sdp_media *m,
                       const struct sdp_local *l, struct sdp_agreed *a)
{
    for (uint8_t i = 0; i < m->crypto_count && s->key_count; i++) {
        uint32_t tag = m->crypto[i].tag;

        if (tag > s->key_count || s->keys[tag - 1].suite != m->crypto[i].key.suite)
            continue;
        a->srtp_tx = s->keys[tag - 1];
        a->srtp_rx = m->crypto[i].key;
        return 0;
    }
    return l->security == SDP_SECURE || is_savp(m) ? ENOTSUP : 0;
}

/* ---- answering ---- */

/* Remember the lines, so that a later offer of ours keeps them in place. */
static void remember_media(struct sdp_session *s, const struct sdp *offer, uint8_t audio)
{
    s->media_count = offer->media_count;
    s->audio_index = audio;
    for (uint8_t i = 0; i < offer->media_count; i++) {
        const struct sdp_media *m = &offer->media[i];
        size_t kind = m->kind.len, proto = m->proto.len;

        /* Longer words than any real ones: an odd line, which comes back as an odd refused line. */
        if (kind + proto + 2 > sizeof(s->kinds[i])) {
            memcpy(s->kinds[i], "x x", 4);
            continue;
        }
        memcpy(s->kinds[i], m->kind.p, kind);
        s->kinds[i][kind] = ' ';
        memcpy(s->kinds[i] + kind + 1, m->proto.p, proto);
        s->kinds[i][kind + 1 + proto] = '\0';
    }
}

static void print_refused(const struct sdp_media *m, struct buf *b)
{
    buf_printf(b, "m=%.*s 0 %.*s", SLICE_ARG(m->kind), SLICE_ARG(m->proto));
    if (m->raw_formats.len)
        buf_printf(b, " %.*s", SLICE_ARG(m->raw_formats));
    buf_addz(b, "\r\n");
}

static void print_answer(const struct sdp *offer, uint8_t audio, const struct sdp_local *l,
                         const struct sdp_agreed *a, struct buf *body)
{
    const struct sdp_media *m = &offer->media[audio];
    struct our_formats f = {.count = a->count, .dtmf = a->dtmf_payload};
    struct sdp_crypto crypto = {.key = a->srtp_tx};
    struct our_line line = {.proto = m->proto,
                            .crypto = &crypto,
                            .crypto_count = a->srtp_tx.suite != SRTP_NONE,
                            .is_rtcp_mux = a->is_rtcp_mux,
                            .dir = a->dir};

    if (line.crypto_count)
        crypto.tag = m->crypto[0].tag;

    for (uint8_t i = 0; i < a->count; i++) {
        f.formats[i].codec = a->formats[i].codec;
        f.formats[i].payload = a->formats[i].payload;
    }
    for (uint8_t i = 0; i < offer->media_count; i++) {
        if (i == audio)
            print_audio(l, &f, &line, body);
        else
            print_refused(&offer->media[i], body);
    }
}

/* @return the line of the offer that we take, a filled with its codecs; NULL: none */
static const struct sdp_media *agree(struct sdp_agreed *a, const struct sdp *offer,
                                     const struct sdp_local *l, bool *has_keys)
{
    const struct sdp_media *m = find_audio(offer, l, has_keys);

    *a = (struct sdp_agreed){0};
    if (!m)
        return NULL;
    if (l->order == SDP_THEIRS)
        agree_in_their_order(a, m, &l->codecs);
    else
        agree_in_our_order(a, m, &l->codecs);
    if (l->is_first_only && a->count > 1)
        a->count = 1;
    return a->count ? m : NULL;
}

int sdp_offer_check(const struct sdp *offer, const struct sdp_local *l)
{
    struct sdp_agreed a;
    bool has_keys;

    return agree(&a, offer, l, &has_keys) ? 0 : ENOTSUP;
}

int sdp_session_answer(struct sdp_session *s, const struct sdp *offer, const struct sdp_local *l,
                       struct sdp_agreed *agreed, struct buf *out)
{
    struct sdp_agreed a;
    bool has_keys;
    const struct sdp_media *m = agree(&a, offer, l, &has_keys);
    struct buf body;
    uint8_t audio;
    int err;

    if (!m)
        return ENOTSUP;
    audio = (uint8_t)(m - offer->media);
    a.dtmf_payload = a.dtmf_local = l->is_dtmf ? find_dtmf(m) : 0;
    agree_on_transport(&a, m, l, l->dir);
    remember_media(s, offer, audio);
    if (a.dtmf_local)
        s->local_dtmf = a.dtmf_local;
    if (has_keys)
        answer_keys(s, m, &a);
    s->is_savp = is_savp(m);
    buf_init(&body, SDP_MAX_TEXT);
    print_answer(offer, audio, l, &a, &body);
    err = print_whole(s, l, &body, out);
    buf_fini(&body);
    if (err)
        return err;
    s->is_offering = false;
    *agreed = a;
    return 0;
}

int sdp_session_accept(struct sdp_session *s, const struct sdp *answer, const struct sdp_local *l,
                       struct sdp_agreed *agreed)
{
    struct sdp_agreed a = {0};
    const struct sdp_media *m;

    if (!s->is_offering)
        return EPROTO;
    if (answer->media_count <= s->audio_index)
        return ENOTSUP;
    m = &answer->media[s->audio_index];
    if (!slice_eqz(m->kind, "audio") || !m->port || accept_keys(s, m, l, &a))
        return ENOTSUP;
    agree_in_their_order(&a, m, &l->codecs);
    if (!a.count)
        return ENOTSUP;
    a.dtmf_payload = l->is_dtmf ? find_dtmf(m) : 0;
    a.dtmf_local = a.dtmf_payload ? s->local_dtmf : 0;
    agree_on_transport(&a, m, l, (enum sdp_dir)s->offered_dir);
    s->is_savp = is_savp(m);
    *agreed = a;
    return 0;
}

void sdp_session_withdraw(struct sdp_session *s)
{
    s->is_offering = false;
}
