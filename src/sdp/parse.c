/* parse.c - reading descriptions; see sdp.h */
#include <errno.h>

#include "base/mem.h"
#include "sdp/sdp.h"

#define MAX_LINES 2000

struct reader {
    struct sdp *sdp;
    struct sdp_media *media; /* the section being read; NULL: the session's */
    struct addr conn;        /* the session's c= */
    enum sdp_dir dir;        /* the session's direction */
    bool has_dir;
    struct {
        bool has_dir, has_rtcp;
    } seen; /* in this media section */
    const char *why;
};

static const char *const dir_names[] = {"inactive", "sendonly", "recvonly", "sendrecv"};

const char *sdp_dir_name(enum sdp_dir dir)
{
    return dir_names[dir & 3];
}

enum sdp_dir sdp_dir_reverse(enum sdp_dir dir)
{
    return (enum sdp_dir)((dir & 1) << 1 | (dir >> 1 & 1));
}

static void sdp_destroy(void *arg)
{
    struct sdp *s = arg;

    for (uint8_t i = 0; i < s->media_count; i++) {
        mem_free(s->media[i].formats);
        mem_free(s->media[i].crypto);
    }
    mem_free(s->text);
}

static int refuse(struct reader *r, const char *why)
{
    r->why = why;
    return EINVAL;
}

/* Next word of a line; absent when there is none. */
static struct slice next_word(struct slice *rest)
{
    struct slice w;

    do {
        w = slice_cut(*rest, ' ', rest);
    } while (slice_is_set(w) && !w.len && slice_is_set(*rest));
    return w.len ? w : SLICE_NONE;
}

static void read_origin(struct reader *r, struct slice v)
{
    next_word(&v);
    /* Not numbers, or too long ones, are harmless: only equality would matter. */
    if (slice_u64(next_word(&v), &r->sdp->session_id))
        r->sdp->session_id = 0;
    if (slice_u64(next_word(&v), &r->sdp->version))
        r->sdp->version = 0;
}

/* "IN IP4 192.0.2.1/127"; a name gives AF_UNSPEC, as nobody waits for DNS here. */
static int read_connection(struct reader *r, struct slice v, struct addr *a)
{
    struct slice net = next_word(&v), kind = next_word(&v), host = next_word(&v);

    if (!slice_caseeqz(net, "IN") || !host.len)
        return refuse(r, "c= is not IN IP4 or IN IP6 with an address");
    if (!slice_caseeqz(kind, "IP4") && !slice_caseeqz(kind, "IP6"))
        return refuse(r, "c= has an unknown address type");
    host = slice_cut(host, '/', &v);
    if (addr_parse_host(a, host, 0))
        *a = (struct addr){0};
    return 0;
}

static bool is_rtp(struct slice proto)
{
    return slice_starts(proto, SLICE("RTP/")) || slice_starts(proto, SLICE("UDP/TLS/RTP/"));
}

static struct sdp_format *find_format(struct sdp_media *m, uint32_t payload)
{
    for (uint8_t i = 0; i < m->format_count; i++) {
        if (m->formats[i].payload == payload)
            return &m->formats[i];
    }
    return NULL;
}

static void fill_static(struct sdp_format *f)
{
    for (unsigned c = 0; c < CODEC_COUNT; c++) {
        const struct codec_info *info = codec_get((enum codec)c);

        if (info->payload == f->payload) {
            f->encoding = slice_of(info->encoding);
            f->clock_hz = info->clock_hz;
        }
    }
}

static unsigned count_words(struct slice v)
{
    unsigned n = 0;

    while (slice_is_set(next_word(&v)))
        n++;
    return n;
}

static int read_formats(struct reader *r, struct sdp_media *m)
{
    struct slice rest = m->raw_formats;
    unsigned count = count_words(rest);
    uint32_t payload;

    if (!count)
        return refuse(r, "m= has no formats");
    if (count > SDP_MAX_FORMATS)
        return refuse(r, "m= has more than 64 formats");
    m->formats = mem_zalloc(count * sizeof(m->formats[0]));
    if (!m->formats)
        return ENOMEM;
    while (count--) {
        if (slice_u32(next_word(&rest), &payload) || payload > 127)
            return refuse(r, "a payload number of m= is not 0 to 127");
        if (find_format(m, payload))
            continue;
        m->formats[m->format_count].payload = (uint8_t)payload;
        fill_static(&m->formats[m->format_count++]);
    }
    return 0;
}

static uint16_t next_port(uint16_t port)
{
    return (uint16_t)(port && port < 65535 ? port + 1 : 0);
}

/* Inherit from the session what the section before did not say itself. */
static void end_media(struct reader *r)
{
    struct sdp_media *m = r->media;

    if (!m)
        return;
    m->conn.port = m->port;
    if (!r->seen.has_dir)
        m->dir = r->dir;
    if (!r->seen.has_rtcp) {
        m->rtcp = m->conn;
        m->rtcp.port = next_port(m->port);
    } else if (!addr_is_set(&m->rtcp)) {
        uint16_t port = m->rtcp.port;

        m->rtcp = m->conn;
        m->rtcp.port = port;
    }
    /* Where RTCP goes when rtcp-mux is not agreed on (RFC 5761 s5.1.1). */
    if (m->is_rtcp_mux && addr_eq(&m->rtcp, &m->conn))
        m->rtcp.port = next_port(m->port);
}

/* "audio 49170/2 RTP/AVP 0 8" */
static int read_media(struct reader *r, struct slice v)
{
    struct slice kind = next_word(&v), port = next_word(&v), proto = next_word(&v), n;
    struct sdp_media *m;
    uint32_t number;

    end_media(r);
    if (r->sdp->media_count == SDP_MAX_MEDIA)
        return refuse(r, "more than 16 m= lines");
    port = slice_cut(port, '/', &n);
    if (!proto.len || slice_u32(port, &number) || number > 65535)
        return refuse(r, "m= is not kind, port, protocol, formats");
    m = r->media = &r->sdp->media[r->sdp->media_count++];
    *m =
        (struct sdp_media){.kind = kind, .proto = proto, .port = (uint16_t)number, .conn = r->conn};
    m->raw_formats = slice_trim(v);
    r->seen.has_dir = r->seen.has_rtcp = false;
    return is_rtp(proto) ? read_formats(r, m) : 0;
}

/* "101 telephone-event/8000/1" */
static int read_rtpmap(struct reader *r, struct slice v)
{
    struct slice number = next_word(&v), map = next_word(&v), clock, more;
    struct sdp_format *f;
    uint32_t payload;

    if (slice_u32(number, &payload) || payload > 127 || !map.len)
        return refuse(r, "a=rtpmap is not a payload number and a name");
    f = find_format(r->media, payload);
    if (!f)
        return 0;
    f->encoding = slice_cut(map, '/', &clock);
    clock = slice_cut(clock, '/', &more);
    if (slice_u32(clock, &f->clock_hz))
        return refuse(r, "a=rtpmap has no clock rate");
    return 0;
}

static void read_fmtp(struct reader *r, struct slice v)
{
    struct sdp_format *f;
    uint32_t payload;

    if (slice_u32(next_word(&v), &payload))
        return;
    f = find_format(r->media, payload);
    if (f)
        f->fmtp = slice_trim(v);
}

/* "53020 IN IP6 2001:db8::1", address optional */
static int read_rtcp(struct reader *r, struct slice v)
{
    struct slice number = next_word(&v);
    struct addr a = {0};
    uint32_t port;
    int err = 0;

    if (slice_u32(number, &port) || port > 65535)
        return refuse(r, "a=rtcp has no port");
    if (slice_trim(v).len)
        err = read_connection(r, v, &a);
    a.port = (uint16_t)port;
    r->media->rtcp = a;
    r->seen.has_rtcp = true;
    return err;
}

/* A line that we cannot obey does not count; what is left decides (RFC 4568 s7.1.2). */
static int read_crypto(struct sdp_media *m, struct slice v)
{
    struct sdp_crypto c;

    if (m->crypto_count == SDP_CRYPTO_MAX || sdp_crypto_parse(&c, v))
        return 0;
    if (!m->crypto)
        m->crypto = mem_zalloc(SDP_CRYPTO_MAX * sizeof(*m->crypto));
    if (!m->crypto)
        return ENOMEM;
    m->crypto[m->crypto_count++] = c;
    return 0;
}

static bool read_direction(struct reader *r, struct slice name)
{
    for (int d = 0; d < 4; d++) {
        if (!slice_eqz(name, dir_names[d]))
            continue;
        if (r->media) {
            r->media->dir = (enum sdp_dir)d;
            r->seen.has_dir = true;
        } else {
            r->dir = (enum sdp_dir)d;
        }
        return true;
    }
    return false;
}

static int read_attribute(struct reader *r, struct slice v)
{
    struct slice value, name = slice_cut(v, ':', &value);
    uint32_t ms;

    if (read_direction(r, name) || !r->media)
        return 0;
    if (slice_eqz(name, "crypto"))
        return read_crypto(r->media, value);
    if (slice_eqz(name, "rtpmap"))
        return read_rtpmap(r, value);
    if (slice_eqz(name, "fmtp"))
        read_fmtp(r, value);
    else if (slice_eqz(name, "rtcp"))
        return read_rtcp(r, value);
    else if (slice_eqz(name, "rtcp-mux"))
        r->media->is_rtcp_mux = true;
    else if (slice_eqz(name, "ptime") && !slice_u32(slice_trim(value), &ms) && ms <= 1000)
        r->media->ptime_ms = (uint16_t)ms;
    return 0;
}

static int read_line(struct reader *r, struct slice line)
{
    struct slice v = slice_skip(line, 2);

    if (line.len < 2 || line.p[1] != '=')
        return refuse(r, "a line is not letter, =, value");
    switch (line.p[0]) {
    case 'o': read_origin(r, v); return 0;
    case 'c': return read_connection(r, v, r->media ? &r->media->conn : &r->conn);
    case 'm': return read_media(r, v);
    case 'a': return read_attribute(r, v);
    default: return 0;
    }
}

static int read_lines(struct reader *r, struct slice text, uint32_t *line_number)
{
    struct slice line;
    int err = 0;

    while (!err && text.len) {
        line = slice_cut(text, '\n', &text);
        if (line.len && line.p[line.len - 1] == '\r')
            line.len--;
        if (++*line_number > MAX_LINES)
            return refuse(r, "more than 2,000 lines");
        if (*line_number == 1) {
            if (!slice_eqz(line, "v=0"))
                return refuse(r, "the first line is not v=0");
        } else if (line.len) {
            err = read_line(r, line);
        }
    }
    if (!err && !*line_number)
        return refuse(r, "empty");
    return err;
}

int sdp_parse(struct sdp **sp, struct slice text, struct sdp_error *why)
{
    struct reader r = {.dir = SDP_SENDRECV, .why = "longer than 65,535 bytes, or with a zero byte"};
    uint32_t line_number = 0;
    int err = EINVAL;

    if (text.len > SDP_MAX_TEXT || (text.len && memchr(text.p, '\0', text.len)))
        goto out;
    err = ENOMEM;
    r.sdp = mem_alloc(sizeof(*r.sdp), sdp_destroy);
    if (!r.sdp)
        goto out;
    r.sdp->text = mem_strndup(text.p ? text.p : "", text.len);
    if (!r.sdp->text)
        goto out;
    err = read_lines(&r, slice_from(r.sdp->text, text.len), &line_number);
    if (err)
        goto out;
    end_media(&r);
    *sp = r.sdp;
    r.sdp = NULL;
out:
    if (err == EINVAL && why)
        *why = (struct sdp_error){.line = line_number ? line_number : 1, .why = r.why};
    mem_deref(r.sdp);
    return err;
}

const struct sdp_media *sdp_audio(const struct sdp *s)
{
    for (uint8_t i = 0; i < s->media_count; i++) {
        const struct sdp_media *m = &s->media[i];

        if (slice_eqz(m->kind, "audio") && slice_starts(m->proto, SLICE("RTP/")) && m->port &&
            m->format_count)
            return m;
    }
    return NULL;
}
