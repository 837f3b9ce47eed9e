/*
 * transfer.c - a call sent elsewhere by us (302, REFER), texts inside a call, and REFER of the peer
 * (session.h)
 */
#include <errno.h>

#include "base/log.h"
#include "call/bridge.h"
#include "pjsip/session.h"
#include "sip/print.h"
#include "sip/refer.h"

/* "sip:..." as it is; "user" or "user@host" becomes a URI at our own host. */
static int print_target(const struct session *s, struct slice to, struct buf *out)
{
    struct sip_uri uri;

    if (!sip_uri_parse(&uri, to) && uri.scheme != SIP_SCHEME_OTHER)
        return buf_adds(out, to);
    buf_addz(out, "sip:");
    if (slice_chr(to, '@') >= 0)
        return buf_adds(out, to);
    sip_escape_user(out, to);
    buf_addc(out, '@');
    return identity_add_host(s, out);
}

static int add_line(struct buf *headers, const char *name, struct slice uri)
{
    struct buf value;
    int err;

    buf_init(&value, SIP_URI_MAX + 16);
    err = sip_name_addr_print(&value, SLICE_NONE, uri);
    if (!err)
        err = sip_headers_add(headers, name, buf_slice(&value));
    buf_fini(&value);
    return err;
}

/* @param code  of the far end's call to there, or its answer to REFER; 0: none */
static void transferred(struct session *s, uint16_t code)
{
    bool is_done = code >= 200 && code < 300;

    if (!s->is_referring)
        return;
    s->is_referring = false;
    if (!is_done)
        log_notice("the far end does not transfer call=%s channel=\"%s\" status=%u",
                   s->ch->linkedid, s->ch->name, code);
    channel_on_transfer(s->ch, is_done ? 0 : ECONNREFUSED, code);
}

/* Taken: how its call goes it says by NOTIFY; then it ends this one by itself. */
static void on_referred(int err, const struct sip_msg *response, void *arg)
{
    if (err || response->status >= 300)
        transferred(arg, response ? response->status : 0);
}

/* "terminated": nothing more will be said. */
static bool is_last(const struct sip_msg *notify)
{
    struct slice rest, state = sip_msg_find(notify, SLICE("Subscription-State"), 0);

    return slice_caseeqz(slice_trim(slice_cut(state, ';', &rest)), "terminated");
}

void transfer_on_notify(struct session *s, struct sip_strans *t, const struct sip_msg *req)
{
    uint16_t code = 0;

    sip_strans_refuse(t, 200, NULL);
    if ((!sip_sipfrag_parse(req, &code) && code >= 200) || is_last(req))
        transferred(s, code);
}

static int send_refer(struct session *s, struct slice target)
{
    struct sip_name_addr local;
    struct buf headers;
    int err;

    buf_init(&headers, SIP_MESSAGE_MAX);
    err = add_line(&headers, "Refer-To", target);
    if (!err && !sip_name_addr_parse(&local, sip_dialog_local(sip_invite_dialog(s->invite))))
        err = add_line(&headers, "Referred-By", local.uri);
    if (!err)
        err = sip_invite_request(s->invite, SIP_REFER, buf_slice(&headers), SLICE_NONE, SLICE_NONE,
                                 on_referred, s);
    buf_fini(&headers);
    s->is_referring = !err;
    return err ? err : EINPROGRESS;
}

static int send_302(struct session *s, struct slice target)
{
    struct buf headers;
    int err;

    buf_init(&headers, SIP_MESSAGE_MAX);
    err = add_line(&headers, "Contact", target);
    if (!err)
        err = diversion_add(s, &headers);
    if (!err)
        err = sip_invite_reject(s->invite,
                                &(struct sip_answer){.code = 302, .headers = buf_slice(&headers)});
    buf_fini(&headers);
    if (!err)
        session_gone(s, CAUSE_NORMAL, 302);
    return err;
}

int transfer_call(struct channel *ch, struct slice destination)
{
    struct session *s = session_of(ch);
    struct buf target;
    int err;

    if (!s->invite || !destination.len)
        return EINVAL;
    if (s->is_referring)
        return EBUSY;
    buf_init(&target, SIP_URI_MAX);
    err = print_target(s, destination, &target);
    if (!err && sip_invite_is_up(s->invite))
        err = send_refer(s, buf_slice(&target));
    else if (!err)
        err = ch->is_outgoing ? ENOTSUP : send_302(s, buf_slice(&target));
    buf_fini(&target);
    return err;
}

int transfer_send_text(struct channel *ch, struct slice content_type, struct slice text)
{
    struct session *s = session_of(ch);

    if (!s->invite || !sip_invite_is_up(s->invite))
        return ENOTCONN;
    return sip_invite_request(s->invite, SIP_MESSAGE, SLICE_NONE,
                              content_type.len ? content_type : SLICE("text/plain"), text, NULL,
                              NULL);
}

void transfer_on_refer(struct session *s, struct sip_strans *t, const struct sip_msg *req)
{
    uint16_t code = s->options.allow_transfer ? 501 : 603;

    log_notice("REFER refused call=%s channel=\"%s\" status=%u", s->ch->linkedid, s->ch->name,
               code);
    sip_strans_refuse(t, code, NULL);
}

/* A text goes on to the leg that it talks with. */
void transfer_on_text(struct session *s, struct sip_strans *t, const struct sip_msg *req)
{
    struct channel *peer = bridge_peer(s->ch);
    int err = ENOTSUP;

    if (peer && peer->tech->send_text)
        err = peer->tech->send_text(peer, sip_msg_get(req, SIP_H_CONTENT_TYPE), req->body);
    sip_strans_refuse(t, err ? 488 : 200, NULL);
}
