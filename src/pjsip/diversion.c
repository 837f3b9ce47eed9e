/*
 * diversion.c - who sent a call elsewhere, and why (session.h)
 *
 * In:  Diversion of an INVITE, a 181 or a 3xx fills channel.redirecting: the top value says who sent
 *      it last, the bottom one who was called at first.
 * Out: Diversion of INVITE, 181 and 302 (send_diversion), History-Info (send_history_info).
 * Asterisk's res_pjsip_diversion; RFC 5806, RFC 7044, RFC 4458 (cause).
 */
#include <errno.h>
#include <stdio.h>

#include "base/log.h"
#include "pjsip/session.h"
#include "sip/print.h"

#define NAME_MAX_BYTES 160

static const struct {
    const char *word; /* of Diversion's reason */
    uint16_t cause;   /* of History-Info */
} reasons[] = {
    [REDIRECT_UNKNOWN] = {"unknown", 404},
    [REDIRECT_BUSY] = {"user-busy", 486},
    [REDIRECT_NO_ANSWER] = {"no-answer", 408},
    [REDIRECT_UNAVAILABLE] = {"unavailable", 503},
    [REDIRECT_UNCONDITIONAL] = {"unconditional", 302},
    [REDIRECT_TIME_OF_DAY] = {"time-of-day", 404},
    [REDIRECT_DO_NOT_DISTURB] = {"do-not-disturb", 404},
    [REDIRECT_DEFLECTION] = {"deflection", 480},
    [REDIRECT_FOLLOW_ME] = {"follow-me", 404},
    [REDIRECT_OUT_OF_ORDER] = {"out-of-service", 404},
    [REDIRECT_AWAY] = {"away", 404},
    [REDIRECT_CALL_FWD_DTE] = {"cf_dte", 404},
    [REDIRECT_SEND_TO_VM] = {"send_to_vm", 404},
};

/* ---- in ---- */

static enum redirect_reason reason_of(struct slice params, char **text)
{
    struct slice word;
    int known;

    if (!sip_param(params, "reason", &word))
        return REDIRECT_UNKNOWN;
    for (unsigned i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
        if (slice_caseeqz(word, reasons[i].word))
            return (enum redirect_reason)i;
    known = redirect_reason_parse(word);
    if (known >= 0)
        return (enum redirect_reason)known;
    channel_set(text, word);
    return REDIRECT_UNKNOWN;
}

static int read_party(struct party *to, const struct sip_name_addr *n)
{
    char number[NAME_MAX_BYTES], name[NAME_MAX_BYTES];
    struct slice value;
    struct sip_uri uri;
    int err;

    if (sip_uri_parse(&uri, n->uri) || sip_unescape(uri.user, number, sizeof(number)) || !number[0])
        return EINVAL;
    sip_display_copy(n, name, sizeof(name));
    err = party_set(to, slice_of(number), slice_of(name));
    if (sip_param(n->params, "privacy", &value) && !slice_caseeqz(value, "off"))
        party_set_presentation(to, PRES_PROHIBITED);
    return err;
}

/* All Diversion values: the first is the last redirection. @return ENOENT when there is none */
static int read_values(struct redirecting *r, const struct sip_msg *m)
{
    struct sip_name_addr n, last = {.uri = SLICE_NONE};
    struct sip_values values;
    struct slice value, number;
    uint32_t more;
    int count = 0, err = 0;

    sip_values_init(&values, m, SIP_H_DIVERSION);
    while (!err && sip_values_next(&values, &value)) {
        if (sip_name_addr_parse(&n, value))
            continue;
        if (!count) {
            err = read_party(&r->from, &n);
            r->reason = reason_of(n.params, &r->reason_text);
        }
        if (sip_param(n.params, "counter", &number) && !slice_u32(number, &more) && more < 100)
            count += (int)more;
        else
            count++;
        last = n;
    }
    if (err || !count)
        return err ? err : ENOENT;
    r->count = count;
    r->orig_reason = reason_of(last.params, &r->orig_reason_text);
    return read_party(&r->orig, &last);
}

int diversion_from_invite(struct session *s, const struct sip_msg *req)
{
    struct redirecting *r = &s->ch->redirecting;
    struct redirecting fresh = {0};
    int err = read_values(&fresh, req);

    if (!err)
        err = channel_set(&fresh.to.number, slice_of(s->ch->dnid));
    if (!err)
        err = redirecting_copy(r, &fresh);
    redirecting_fini(&fresh);
    return err == ENOMEM ? err : 0;
}

void diversion_from_response(struct session *s, const struct sip_msg *response,
                             struct slice to_number)
{
    struct redirecting *r = &s->ch->redirecting;
    struct redirecting fresh = {0};
    int before = r->count, err = read_values(&fresh, response);

    if (err == ENOENT) { /* the phone that we called sent it on */
        fresh.reason = REDIRECT_UNCONDITIONAL;
        err = read_party(&fresh.from, &response->to);
    }
    if (!err && to_number.len)
        err = channel_set(&fresh.to.number, to_number);
    if (!err && r->orig.number)
        err = party_copy(&fresh.orig, &r->orig);
    fresh.count = before + 1;
    if (!err)
        err = redirecting_copy(r, &fresh);
    redirecting_fini(&fresh);
}

/* ---- out ---- */

static int add_uri(const struct session *s, const struct party *who, struct buf *out)
{
    buf_addz(out, "sip:");
    sip_escape_user(out, slice_of(who->number));
    buf_addc(out, '@');
    return identity_add_host(s, out);
}

static int add_diversion(const struct session *s, const struct redirecting *r, struct buf *headers)
{
    struct buf uri, value;
    int err;

    buf_init(&uri, SIP_URI_MAX);
    buf_init(&value, SIP_URI_MAX + NAME_MAX_BYTES);
    err = add_uri(s, &r->from, &uri);
    if (!err)
        err = sip_name_addr_print(&value, slice_of(r->from.name), buf_slice(&uri));
    if (r->reason_text)
        buf_printf(&value, ";reason=\"%s\"", r->reason_text);
    else
        buf_printf(&value, ";reason=%s", reasons[r->reason].word);
    if (party_is_private(&r->from))
        buf_addz(&value, ";privacy=full");
    if (!err)
        err = buf_err(&value);
    if (!err)
        err = sip_headers_add(headers, "Diversion", buf_slice(&value));
    buf_fini(&uri);
    buf_fini(&value);
    return err;
}

static int add_history(const struct session *s, const struct redirecting *r, struct buf *headers)
{
    const struct party *first = r->orig.number ? &r->orig : &r->from;
    struct buf value;
    int err;

    buf_init(&value, 3 * SIP_URI_MAX);
    buf_addc(&value, '<');
    add_uri(s, first, &value);
    buf_addz(&value, ">;index=1");
    if (r->to.number) {
        buf_addz(&value, ", <");
        add_uri(s, &r->to, &value);
        buf_printf(&value, ";cause=%u>;index=1.1", reasons[r->reason].cause);
    }
    err = buf_err(&value);
    if (!err)
        err = sip_headers_add(headers, "History-Info", buf_slice(&value));
    buf_fini(&value);
    return err;
}

int diversion_add(const struct session *s, struct buf *headers)
{
    const struct redirecting *r = &s->ch->redirecting;
    int err = 0;

    if (!r->count || !r->from.number)
        return 0;
    if (s->options.send_diversion)
        err = add_diversion(s, r, headers);
    if (!err && s->options.send_history_info)
        err = add_history(s, r, headers);
    return err == ENOMEM ? err : 0;
}
