/*
 * identity.c - who calls whom, in the words of SIP (session.h)
 *
 * In:  P-Asserted-Identity, else Remote-Party-ID, where trust_id_inbound lets the peer say it; else
 *      the endpoint's own caller id, else From.
 * Out: From of the first INVITE; P-Asserted-Identity (send_pai) and Remote-Party-ID (send_rpid) of
 *      requests and answers, where the number may be shown to the peer (trust_id_outbound).
 * Asterisk's res_pjsip_caller_id; RFC 3325, RFC 3323, draft-ietf-sip-privacy-04 (RPID).
 */
#include <errno.h>
#include <stdio.h>

#include "base/log.h"
#include "pjsip/session.h"
#include "sip/print.h"

#define NAME_MAX_BYTES 160

/* A name goes to screens and files: control bytes stay behind. */
static void drop_controls(char *text)
{
    char *to = text;

    for (const char *from = text; *from; from++)
        if ((unsigned char)*from >= ' ' && *from != 0x7f)
            *to++ = *from;
    *to = '\0';
}

struct said {
    char number[NAME_MAX_BYTES], name[NAME_MAX_BYTES];
    int presentation;
};

/* @return 0; EINVAL (no SIP or tel URI with a user) */
static int read_party(struct said *w, const struct sip_name_addr *n)
{
    struct sip_uri uri;

    sip_display_copy(n, w->name, sizeof(w->name));
    drop_controls(w->name);
    if (sip_uri_parse(&uri, n->uri) || sip_unescape(uri.user, w->number, sizeof(w->number)) ||
        !w->number[0])
        return EINVAL;
    return 0;
}

static int read_value(struct said *w, const struct sip_msg *m, enum sip_header_id id,
                      struct sip_name_addr *n)
{
    struct sip_values values;
    struct slice value;

    sip_values_init(&values, m, id);
    while (sip_values_next(&values, &value))
        if (!sip_name_addr_parse(n, value) && !read_party(w, n))
            return 0;
    return ENOENT;
}

static int read_pai(struct said *w, const struct sip_msg *m)
{
    struct slice privacy = sip_msg_get(m, SIP_H_PRIVACY), part;
    struct sip_name_addr n;
    int err = read_value(w, m, SIP_H_P_ASSERTED_IDENTITY, &n);

    w->presentation = PRES_ALLOWED;
    while (privacy.len) {
        part = slice_trim(slice_cut(privacy, ';', &privacy));
        if (slice_caseeqz(part, "id") || slice_caseeqz(part, "user"))
            w->presentation = PRES_PROHIBITED;
    }
    return err;
}

static int read_rpid(struct said *w, const struct sip_msg *m)
{
    struct sip_name_addr n;
    struct slice value;
    int err = read_value(w, m, SIP_H_REMOTE_PARTY_ID, &n);

    if (err)
        return err;
    w->presentation = PRES_ALLOWED;
    if (sip_param(n.params, "privacy", &value) && !slice_caseeqz(value, "off"))
        w->presentation = PRES_PROHIBITED;
    if (sip_param(n.params, "screen", &value) && slice_caseeqz(value, "yes"))
        w->presentation |= PRES_ALLOWED_PASSED;
    return 0;
}

static int read_asserted(struct said *w, const struct sip_msg *m)
{
    return read_pai(w, m) ? read_rpid(w, m) : 0;
}

/* ---- in ---- */

static int presentation_of(const struct session *s)
{
    static const uint8_t of[] = {
        [MODEL_PRIVACY_ALLOWED_NOT_SCREENED] = PRES_ALLOWED,
        [MODEL_PRIVACY_ALLOWED_PASSED] = PRES_ALLOWED_PASSED,
        [MODEL_PRIVACY_ALLOWED_FAILED] = PRES_ALLOWED_FAILED,
        [MODEL_PRIVACY_ALLOWED] = PRES_ALLOWED_NETWORK,
        [MODEL_PRIVACY_PROHIB_NOT_SCREENED] = PRES_PROHIBITED,
        [MODEL_PRIVACY_PROHIB_PASSED] = PRES_PROHIBITED_PASSED,
        [MODEL_PRIVACY_PROHIB_FAILED] = PRES_PROHIBITED_FAILED,
        [MODEL_PRIVACY_PROHIB] = PRES_PROHIBITED_NETWORK,
        [MODEL_PRIVACY_UNAVAILABLE] = PRES_UNAVAILABLE,
    };

    return of[s->options.callerid_privacy];
}

/* Of the endpoint, else of From. */
static void read_usual(const struct session *s, struct said *w, const struct model_endpoint *e,
                       const struct sip_msg *req)
{
    struct said from = {0};

    snprintf(w->number, sizeof(w->number), "%s", e->callerid.number);
    snprintf(w->name, sizeof(w->name), "%s", e->callerid.name);
    w->presentation = presentation_of(s);
    if (w->number[0])
        return;
    (void)read_party(&from, &req->from); /* a name alone is something, too */
    memcpy(w->number, from.number, sizeof(w->number));
    if (!w->name[0])
        memcpy(w->name, from.name, sizeof(w->name));
    if (slice_caseeqz(slice_of(w->number), "anonymous"))
        w->presentation = PRES_PROHIBITED;
}

int identity_from_invite(struct session *s, const struct model_endpoint *e,
                         const struct sip_msg *req)
{
    struct channel *ch = s->ch;
    struct said w = {0};
    int err;

    if (!s->options.trust_id_inbound || read_asserted(&w, req))
        read_usual(s, &w, e, req);
    err = party_set(&ch->caller, slice_of(w.number), slice_of(w.name));
    party_set_presentation(&ch->caller, w.presentation);
    if (!err && e->callerid_tag[0])
        err = channel_set(&ch->caller.tag, slice_of(e->callerid_tag));
    return err ? err : channel_set(&ch->ani.number, slice_of(w.number));
}

void identity_on_message(struct session *s, const struct sip_msg *m)
{
    struct party *caller = &s->ch->caller;
    struct said w = {0};

    if (!s->options.trust_connected_line || !s->options.trust_id_inbound || read_asserted(&w, m))
        return;
    if (caller->number && slice_eqz(slice_of(w.number), caller->number) &&
        (!w.name[0] || (caller->name && slice_eqz(slice_of(w.name), caller->name))) &&
        caller->number_pres == w.presentation)
        return;
    if (party_set(caller, slice_of(w.number),
                  w.name[0] ? slice_of(w.name) : slice_of(caller->name)))
        log_warning(
            "who the far end is now is not kept call=%s channel=\"%s\" err=\"out of memory\"",
            s->ch->linkedid, s->ch->name);
    party_set_presentation(caller, w.presentation);
    channel_on_connected(s->ch);
}

/* ---- out ---- */

static bool may_show(const struct session *s)
{
    return s->options.trust_id_outbound || !party_is_private(&s->ch->connected);
}

/* A number that a telephone exchange would know: RFC 3261 s19.1.1, user=phone. */
static bool is_phone_number(struct slice user)
{
    if (user.len && user.p[0] == '+')
        user = slice_skip(user, 1);
    for (size_t i = 0; i < user.len; i++)
        if (!strchr("0123456789*#-.()", user.p[i]) || !user.p[i])
            return false;
    return user.len > 0;
}

int identity_add_phone(const struct session *s, struct buf *uri, struct slice user)
{
    return s->options.user_eq_phone && is_phone_number(user) ? buf_addz(uri, ";user=phone") : 0;
}

/* Our side's domain: as the dialog says it, else as the peer named us, else the way out. */
int identity_add_host(const struct session *s, struct buf *out)
{
    const struct sip_dialog *d = s->invite ? sip_invite_dialog(s->invite) : NULL;
    struct slice domain = outgoing_from_domain(s);
    struct sip_name_addr n;
    struct sip_uri uri;
    struct sip_self self;

    if (domain.len)
        return buf_adds(out, domain);
    if (d && !sip_name_addr_parse(&n, sip_dialog_local(d)) && !sip_uri_parse(&uri, n.uri))
        return buf_adds(out, uri.host);
    if (s->request && !sip_uri_parse(&uri, s->request->to.uri))
        return buf_adds(out, uri.host);
    if (outgoing_flow(s) && !sip_flow_self(outgoing_flow(s), &self)) {
        char text[ADDR_TEXT];

        if (self.addr.family == AF_INET6)
            return buf_printf(out, "[%s]", addr_host(&self.addr, text));
        return buf_addz(out, addr_host(&self.addr, text));
    }
    return buf_addz(out, "anonymous.invalid");
}

static int add_name_addr(const struct session *s, const struct party *who, struct buf *out)
{
    struct buf uri;
    int err;

    buf_init(&uri, SIP_URI_MAX);
    buf_addz(&uri, "sip:");
    sip_escape_user(&uri, slice_of(who->number));
    buf_addc(&uri, '@');
    identity_add_host(s, &uri);
    err = identity_add_phone(s, &uri, slice_of(who->number));
    if (!err)
        err = buf_err(&uri);
    if (!err)
        err = sip_name_addr_print(out, slice_of(who->name), buf_slice(&uri));
    buf_fini(&uri);
    return err;
}

static int add_rpid(const struct session *s, const struct party *who, struct buf *headers)
{
    bool is_screened = (who->number_pres & PRES_ALLOWED_NETWORK) == PRES_ALLOWED_PASSED;
    struct buf value;
    int err;

    buf_init(&value, SIP_URI_MAX);
    err = add_name_addr(s, who, &value);
    buf_printf(&value, ";party=%s;privacy=%s;screen=%s", s->ch->is_outgoing ? "calling" : "called",
               party_is_private(who) ? "full" : "off", is_screened ? "yes" : "no");
    if (!err)
        err = buf_err(&value);
    if (!err)
        err = sip_headers_add(headers, "Remote-Party-ID", buf_slice(&value));
    buf_fini(&value);
    return err;
}

static int add_pai(const struct session *s, const struct party *who, struct buf *headers)
{
    struct buf value;
    int err;

    buf_init(&value, SIP_URI_MAX);
    err = add_name_addr(s, who, &value);
    if (!err)
        err = sip_headers_add(headers, "P-Asserted-Identity", buf_slice(&value));
    if (!err && party_is_private(who))
        err = sip_headers_add(headers, "Privacy", SLICE("id"));
    buf_fini(&value);
    return err;
}

int identity_add(const struct session *s, struct buf *headers)
{
    const struct party *who = &s->ch->connected;
    int err = 0;

    if (!who->number || !who->number[0] || !may_show(s))
        return 0;
    if (s->options.send_pai)
        err = add_pai(s, who, headers);
    if (!err && s->options.send_rpid)
        err = add_rpid(s, who, headers);
    return err == ENOMEM ? err : 0; /* a name that fits nowhere: the call goes on without */
}

bool identity_may_update(const struct session *s)
{
    const struct model_call_options *o = &s->options;

    return o->send_connected_line && (o->send_pai || o->send_rpid) && s->ch->connected.number &&
           may_show(s);
}

void identity_fill_from(const struct session *s, struct sip_invite_args *a)
{
    const struct party *caller = &s->ch->connected;
    const char *standard = model_global_of(s->p->snap)->default_from_user;

    a->from_display = slice_of(caller->name);
    a->from_user = slice_of(caller->number);
    if (!may_show(s)) {
        a->from_display = SLICE("Anonymous");
        a->from_user = SLICE("anonymous");
        a->from_domain = SLICE("anonymous.invalid");
    }
    if (!a->from_user.len)
        a->from_user = standard[0] ? slice_of(standard) : SLICE("asterisk");
}
