/* session.c - offer and answer; see sdp.h */
#include <errno.h>

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

static void print_formats(const struct our_formats *f, struct buf *b)
{
    for (uint8_t i = 0; i < f->count; i++)
        buf_printf(b, " %u", f->formats[i].payload);
    if (f->dtmf)
        buf_printf(b, " %u", f->dtmf);
    buf_addz(b, "\r\n");
    for (uint8_t i = 0; i < f->count; i++) {
        const struct codec_info *c = codec_get(f->formats[i].codec);

        buf_printf(b, "a=rtpmap:%u %s/%u\r\n", f->formats[i].payload, c->encoding, c->clock_hz);
    }
    if (f->dtmf)
        buf_printf(b, "a=rtpmap:%u telephone-event/%d\r\na=fmtp:%u 0-16\r\n", f->dtmf,
                   DTMF_CLOCK_HZ, f->dtmf);
}

static void print_audio(const struct sdp_local *l, const struct our_formats *f, enum sdp_dir dir,
                        struct buf *b)
{
    buf_printf(b, "m=audio %u RTP/AVP", l->rtp.port);
    print_formats(f, b);
    buf_printf(b, "a=ptime:%u\r\na=maxptime:60\r\na=%s\r\n",
               l->ptime_ms ? l->ptime_ms : DEFAULT_PTIME_MS, sdp_dir_name(dir));
}

/* Everything but the o= line goes through body, so that a change of it raises the version. */
static int print_whole(struct sdp_session *s, const struct sdp_local *l, const struct buf *body,
                       struct buf *out)
{
    char host[ADDR_TEXT];
    const char *name = l->name ? l->name : "station";
    const char *family = l->rtp.family == AF_INET6 ? "IP6" : "IP4";
    uint32_t hash;

    if (buf_err(body))
        return buf_err(body);
    addr_host(&l->rtp, host);
    hash = hash_slice(buf_slice(body)) ^ addr_hash(&l->rtp);
    if (s->last_hash != hash)
        s->version++;
    s->last_hash = hash;
    buf_printf(out, "v=0\r\no=%s %llu %llu IN %s %s\r\ns=%s\r\nc=IN %s %s\r\nt=0 0\r\n", name,
               (unsigned long long)s->id, (unsigned long long)s->version, family, host, name,
               family, host);
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

int sdp_session_offer(struct sdp_session *s, const struct sdp_local *l, struct buf *out)
{
    struct our_formats f;
    struct buf body;
    int err;

    if (!l->codecs.count || !addr_is_set(&l->rtp))
        return EINVAL;
    if (!s->media_count)
        s->media_count = 1;
    all_formats(s, l, &f);
    buf_init(&body, SDP_MAX_TEXT);
    for (uint8_t i = 0; i < s->media_count; i++) {
        struct slice proto, kind = slice_cut(slice_of(s->kinds[i]), ' ', &proto);

        if (i == s->audio_index)
            print_audio(l, &f, l->dir, &body);
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

/* Addresses, packet time and direction that m asks of us; want is our own wish. */
static void agree_on_transport(struct sdp_agreed *a, const struct sdp_media *m, enum sdp_dir want)
{
    bool is_nowhere = addr_is_set(&m->conn) && addr_is_any(&m->conn);

    a->ptime_ms = m->ptime_ms ? m->ptime_ms : DEFAULT_PTIME_MS;
    a->dir = (enum sdp_dir)(sdp_dir_reverse(m->dir) & want);
    if (is_nowhere)
        a->dir = (enum sdp_dir)(a->dir & ~SDP_SENDONLY);
    a->is_held = is_nowhere || m->dir == SDP_SENDONLY || m->dir == SDP_INACTIVE;
    if (!is_nowhere && addr_is_set(&m->conn)) {
        a->rtp = m->conn;
        a->rtcp = m->rtcp;
    }
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
    struct our_formats f = {.count = a->count, .dtmf = a->dtmf_payload};

    for (uint8_t i = 0; i < a->count; i++) {
        f.formats[i].codec = a->formats[i].codec;
        f.formats[i].payload = a->formats[i].payload;
    }
    for (uint8_t i = 0; i < offer->media_count; i++) {
        if (i == audio)
            print_audio(l, &f, a->dir, body);
        else
            print_refused(&offer->media[i], body);
    }
}

int sdp_session_answer(struct sdp_session *s, const struct sdp *offer, const struct sdp_local *l,
                       struct sdp_agreed *agreed, struct buf *out)
{
    const struct sdp_media *m = sdp_audio(offer);
    struct sdp_agreed a = {0};
    struct buf body;
    uint8_t audio;
    int err;

    if (!m)
        return ENOTSUP;
    audio = (uint8_t)(m - offer->media);
    agree_in_our_order(&a, m, &l->codecs);
    if (!a.count)
        return ENOTSUP;
    a.dtmf_payload = a.dtmf_local = l->is_dtmf ? find_dtmf(m) : 0;
    agree_on_transport(&a, m, l->dir);
    remember_media(s, offer, audio);
    if (a.dtmf_local)
        s->local_dtmf = a.dtmf_local;
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
    if (!slice_eqz(m->kind, "audio") || !m->port)
        return ENOTSUP;
    agree_in_their_order(&a, m, &l->codecs);
    if (!a.count)
        return ENOTSUP;
    a.dtmf_payload = l->is_dtmf ? find_dtmf(m) : 0;
    a.dtmf_local = a.dtmf_payload ? s->local_dtmf : 0;
    agree_on_transport(&a, m, (enum sdp_dir)s->offered_dir);
    *agreed = a;
    return 0;
}

void sdp_session_withdraw(struct sdp_session *s)
{
    s->is_offering = false;
}
