/* item.c - CHANNEL(pjsip,...), CHANNEL(rtp,...), CHANNEL(rtcp,...): one row an item (session.h) */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "pjsip/session.h"

typedef int(item_h)(const struct session *s, struct buf *out);

static const struct sip_dialog *dialog_of(const struct session *s)
{
    return s->invite ? sip_invite_dialog(s->invite) : NULL;
}

/* The URI of `"name" <uri>;params`. */
static int add_uri(struct buf *out, struct slice name_addr)
{
    struct sip_name_addr n;

    return sip_name_addr_parse(&n, name_addr) ? 0 : buf_adds(out, n.uri);
}

static int get_call_id(const struct session *s, struct buf *out)
{
    return s->invite ? buf_adds(out, sip_invite_call_id(s->invite)) : 0;
}

static int get_secure(const struct session *s, struct buf *out)
{
    const struct sip_flow *f = s->invite ? sip_invite_flow(s->invite) : NULL;

    return buf_addz(out,
                    f && f->binding && sip_binding_transport(f->binding) == SIP_TLS ? "1" : "0");
}

static int get_target_uri(const struct session *s, struct buf *out)
{
    return dialog_of(s) ? buf_adds(out, sip_dialog_target(dialog_of(s))) : 0;
}

static int get_local_uri(const struct session *s, struct buf *out)
{
    return dialog_of(s) ? add_uri(out, sip_dialog_local(dialog_of(s))) : 0;
}

static int get_remote_uri(const struct session *s, struct buf *out)
{
    return dialog_of(s) ? add_uri(out, sip_dialog_remote(dialog_of(s))) : 0;
}

static int get_local_tag(const struct session *s, struct buf *out)
{
    return dialog_of(s) ? buf_adds(out, sip_dialog_local_tag(dialog_of(s))) : 0;
}

static int get_remote_tag(const struct session *s, struct buf *out)
{
    return dialog_of(s) ? buf_adds(out, sip_dialog_remote_tag(dialog_of(s))) : 0;
}

static int get_request_uri(const struct session *s, struct buf *out)
{
    return s->request ? buf_adds(out, s->request->request_uri) : 0;
}

static int get_t38(const struct session *s, struct buf *out)
{
    return buf_addz(out, "DISABLED");
}

static int add_addr(struct buf *out, const struct addr *a)
{
    char text[ADDR_TEXT];

    return addr_is_set(a) ? buf_addz(out, addr_text(a, text)) : 0;
}

static int get_local_addr(const struct session *s, struct buf *out)
{
    const struct sip_flow *f = s->invite ? sip_invite_flow(s->invite) : NULL;
    struct sip_self self;

    if (!f || !f->binding || sip_flow_self(f, &self))
        return 0;
    return add_addr(out, &self.addr);
}

static int get_remote_addr(const struct session *s, struct buf *out)
{
    return add_addr(out, &s->signal);
}

static int get_endpoint(const struct session *s, struct buf *out)
{
    return buf_addz(out, s->endpoint);
}

static int get_rtp_src(const struct session *s, struct buf *out)
{
    struct addr a = s->said;

    if (!s->ch->stream)
        return 0;
    a.port = media_stream_local(s->ch->stream)->port;
    return add_addr(out, &a);
}

static int get_rtp_dest(const struct session *s, struct buf *out)
{
    return s->has_agreed ? add_addr(out, &s->agreed.rtp) : 0;
}

static int get_rtp_hold(const struct session *s, struct buf *out)
{
    return buf_addz(out, s->has_agreed && s->agreed.is_held ? "1" : "0");
}

static int get_rtp_secure(const struct session *s, struct buf *out)
{
    return buf_addz(out, s->has_agreed && s->agreed.srtp_tx.suite ? "1" : "0");
}

static int get_rtp_direct(const struct session *s, struct buf *out)
{
    return addr_is_set(&s->direct) ? add_addr(out, &s->direct) : buf_addz(out, "(null)");
}

/* Both sides have said what they speak: what is agreed with a caller it has not been told yet. */
static bool is_settled(const struct session *s)
{
    return s->has_agreed && s->agreed.count &&
           (s->ch->is_outgoing || s->has_progressed || s->ch->state == CHANNEL_UP);
}

/* As Asterisk prints a set of formats: once the two have agreed it is the one in use. */
static int get_native_formats(const struct session *s, struct buf *out)
{
    const char *separator = "(";

    if (is_settled(s))
        return buf_printf(out, "(%s)", codec_get((enum codec)s->agreed.formats[0].codec)->name);

    for (uint8_t i = 0; i < s->codecs.count; i++, separator = "|")
        buf_printf(out, "%s%s", separator, codec_get((enum codec)s->codecs.id[i])->name);
    return buf_addz(out, s->codecs.count ? ")" : "(nothing)");
}

static int get_no_format(const struct session *s, struct buf *out)
{
    return buf_addz(out, "(nothing)");
}

/* The sound is coded in the media role; to the routing the channel speaks what was agreed on. */
static int get_format(const struct session *s, struct buf *out)
{
    return s->has_agreed && s->agreed.count
               ? buf_addz(out, codec_get((enum codec)s->agreed.formats[0].codec)->name)
               : 0;
}

static int get_tenantid(const struct session *s, struct buf *out)
{
    const struct model_endpoint *e = model_endpoint_find(s->p->snap, slice_of(s->endpoint));

    return e ? buf_addz(out, e->tenantid) : 0;
}

static const struct item {
    const char *group, *name;
    item_h *get;
} items[] = {
    {"pjsip", "call-id", get_call_id},
    {"pjsip", "secure", get_secure},
    {"pjsip", "target_uri", get_target_uri},
    {"pjsip", "local_uri", get_local_uri},
    {"pjsip", "remote_uri", get_remote_uri},
    {"pjsip", "request_uri", get_request_uri},
    {"pjsip", "local_tag", get_local_tag},
    {"pjsip", "remote_tag", get_remote_tag},
    {"pjsip", "t38state", get_t38},
    {"pjsip", "local_addr", get_local_addr},
    {"pjsip", "remote_addr", get_remote_addr},
    {"endpoint", "", get_endpoint},
    {"tenantid", "", get_tenantid},
    {"audionativeformat", "", get_native_formats},
    {"audioreadformat", "", get_format},
    {"audiowriteformat", "", get_format},
    {"rawreadformat", "", get_format},
    {"rawwriteformat", "", get_format},
    {"videonativeformat", "", get_no_format},
    {"rtp", "src", get_rtp_src},
    {"rtp", "dest", get_rtp_dest},
    {"rtp", "hold", get_rtp_hold},
    {"rtp", "secure", get_rtp_secure},
    {"rtp", "direct", get_rtp_direct},
};

/* ---- CHANNEL(rtcp,...): asked of the media role ---- */

enum unit { COUNT, SECONDS };

static const struct number {
    const char *name;
    enum unit unit;
    size_t offset; /* of a uint32_t in struct media_stats: packets, microseconds */
} numbers[] = {
    {"rxcount", COUNT, offsetof(struct media_stats, rx_packets)},
    {"txcount", COUNT, offsetof(struct media_stats, tx_packets)},
    {"rxploss", COUNT, offsetof(struct media_stats, rx_lost)},
    {"txploss", COUNT, offsetof(struct media_stats, tx_lost)},
    {"rxjitter", SECONDS, offsetof(struct media_stats, rx_jitter_us)},
    {"txjitter", SECONDS, offsetof(struct media_stats, tx_jitter_us)},
    {"rtt", SECONDS, offsetof(struct media_stats, rtt_us)},
    {"maxrtt", SECONDS, offsetof(struct media_stats, rtt_max_us)},
};

/* As Asterisk writes them in one; the sources of the packets are the media role's secret. */
static int add_all(struct buf *out, const struct media_stats *st)
{
    return buf_printf(out,
                      "ssrc=0;themssrc=0;lp=%u;rxjitter=%f;rxcount=%u;txjitter=%f;txcount=%u;"
                      "rlp=%u;rtt=%f",
                      st->rx_lost, st->rx_jitter_us / 1e6, st->rx_packets, st->tx_jitter_us / 1e6,
                      st->tx_packets, st->tx_lost, st->rtt_us / 1e6);
}

static int get_rtcp(struct channel *ch, struct slice name, struct buf *out)
{
    struct media_stats st = {0};
    const struct number *n = NULL;
    bool is_all = slice_caseeqz(name, "all");
    uint32_t value;

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        if (slice_caseeqz(name, numbers[i].name))
            n = &numbers[i];
    if (!n && !is_all)
        return ENOENT;
    if (channel_stats(ch, &st))
        return 0; /* nothing is known */
    if (is_all)
        return add_all(out, &st);
    memcpy(&value, (const char *)&st + n->offset, sizeof(value));
    return n->unit == COUNT ? buf_printf(out, "%u", value) : buf_printf(out, "%f", value / 1e6);
}

int session_get(struct channel *ch, struct slice item, struct buf *out)
{
    struct slice rest, group = slice_trim(slice_cut(item, ',', &rest));
    struct slice name = slice_trim(slice_cut(rest, ',', &rest));

    if (slice_caseeqz(group, "rtcp"))
        return get_rtcp(ch, name, out);
    for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++)
        if (slice_caseeqz(group, items[i].group) && slice_caseeqz(name, items[i].name))
            return items[i].get(session_of(ch), out);
    return ENOENT;
}
