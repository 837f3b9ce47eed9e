/* notify.c - PJSIPNotify and PJSIPHangup (table.h), any NOTIFY (notify.h) */
#include <ctype.h>
#include <errno.h>

#include "base/log.h"
#include "pjsip/cause.h"
#include "pjsip/contact.h"
#include "pjsip/message.h"
#include "pjsip/notify.h"
#include "pjsip/pjsip.h"
#include "pjsip/session.h"
#include "pjsip/table.h"
#include "plan/args.h"
#include "sip/print.h"

#define CONTENT_MAX 16384

/* ---- PJSIPHangup ---- */

/* "BUSY_HERE" for "Busy Here": the status line's words with other characters between them. */
static bool is_reason(const char *name, const char *reason)
{
    for (; *name && *reason; name++, reason++) {
        if (toupper((unsigned char)*name) == toupper((unsigned char)*reason))
            continue;
        if (*name != '_' || isalnum((unsigned char)*reason))
            return false;
    }
    return !*name && !*reason;
}

/* @return 0: no such status that refuses */
static uint16_t status_of(const char *text)
{
    uint32_t code;

    if (!slice_u32(slice_of(text), &code))
        return code >= 400 && code < 700 ? (uint16_t)code : 0;
    for (code = 400; code < 700; code++)
        if (is_reason(text, sip_reason((uint16_t)code)))
            return (uint16_t)code;
    return 0;
}

int pjsip_refuse(struct channel *ch, const char *status, const char *who)
{
    const uint16_t code = status_of(status);

    if (ch->tech != &pjsip_tech || !ch->pvt || ch->is_outgoing || ch->state == CHANNEL_UP || !code)
        return EINVAL;
    session_of(ch)->refusal = code;
    ch->cause = pjsip_cause_of_status(code);
    channel_end(ch, ch->cause, who);
    return 0;
}

static int hangup_exec(struct plan_run *run, char *data)
{
    struct channel *ch = run->channel;

    if (pjsip_refuse(ch, plan_strip(data), "routing")) {
        log_warning(
            "PJSIPHangup refuses an incoming PJSIP call that is not answered, with a status of "
            "400 to 699 or its name channel=\"%s\" status=\"%s\"",
            ch->name, data);
        return PLAN_NEXT;
    }
    return PLAN_END;
}

const struct plan_app pjsip_hangup_app = {
    .name = "PJSIPHangup",
    .syntax = "PJSIPHangup(status)",
    .help_ru =
        "Отклоняет входящий вызов PJSIP с этим ответом SIP\nstatus: число от 400 до 699 или его имя "
        "(NOT_FOUND, BUSY_HERE ...). Отвеченному вызову ничего не делает.",
    .help_en =
        "Refuse an incoming PJSIP call with this SIP status\nstatus: a number from 400 to 699, or "
        "its name (NOT_FOUND, BUSY_HERE ...). Does nothing to a call that is answered.",
    .shown = "tests/scene/pjsip-hangup.scene",
    .exec = hangup_exec,
};

/* ---- a NOTIFY (notify.h) ---- */

void notice_init(struct notice *n)
{
    buf_init(&n->headers, CONTENT_MAX);
    buf_init(&n->body, CONTENT_MAX);
    buf_init(&n->content_type, 200);
    n->has_state = false;
}

void notice_fini(struct notice *n)
{
    buf_fini(&n->headers);
    buf_fini(&n->body);
    buf_fini(&n->content_type);
}

/* Several Content make lines of one body. */
static int add_content(struct notice *n, struct slice value)
{
    if (n->body.len)
        buf_addz(&n->body, "\r\n");
    return buf_adds(&n->body, value);
}

int notice_add(struct notice *n, char *item)
{
    struct slice value, name = slice_trim(slice_cut(slice_of(item), '=', &value));

    value = slice_trim(value);
    if (value.len >= 2 && value.p[0] == '"' && value.p[value.len - 1] == '"')
        value = slice_from(value.p + 1, value.len - 2);
    if (!name.len)
        return 0;
    if (slice_caseeqz(name, "Content"))
        return add_content(n, value);
    if (slice_caseeqz(name, "Content-Type")) {
        buf_reset(&n->content_type);
        return buf_adds(&n->content_type, value);
    }
    if (header_is_ours_alone(name)) {
        log_warning("PJSIPNotify: this header belongs to the request and is left out name=\"%.*s\"",
                    SLICE_ARG(name));
        return 0;
    }
    n->has_state |= slice_caseeqz(name, "Subscription-State");
    item[name.p + name.len - item] = '\0';
    return sip_headers_add(&n->headers, name.p, value);
}

int notice_end(struct notice *n)
{
    int err =
        n->has_state ? 0 : sip_headers_add(&n->headers, "Subscription-State", SLICE("terminated"));

    if (!err)
        err = buf_err(&n->body);
    return err ? err : buf_err(&n->content_type);
}

/* "&Event=x&X=y": each pair a line. */
static int read_content(struct notice *n, char *text)
{
    int err = 0;

    while (text && *text && !err) {
        char *next = strchr(text, '&');

        if (next)
            *next++ = '\0';
        err = notice_add(n, text);
        text = next;
    }
    return err ? err : notice_end(n);
}

int notice_send_inside(struct channel *ch, const struct notice *n)
{
    struct session *s = ch->tech == &pjsip_tech && ch->pvt ? session_of(ch) : NULL;

    if (!s || !s->invite || !sip_invite_is_up(s->invite))
        return ENOTCONN;
    return sip_invite_request(s->invite, SIP_NOTIFY, buf_slice(&n->headers),
                              buf_slice(&n->content_type), buf_slice(&n->body), NULL, NULL);
}

static struct message_args args_of(const struct notice *n)
{
    return (struct message_args){.is_notify = true,
                                 .headers = buf_slice(&n->headers),
                                 .content_type = buf_slice(&n->content_type),
                                 .body = buf_slice(&n->body)};
}

int notice_send(struct pjsip *p, struct slice to, const struct notice *n)
{
    struct message_args a = args_of(n);
    struct sip_name_addr target;

    a.to = sip_name_addr_parse(&target, to) ? to : target.uri;
    return message_send(p, &a);
}

int notice_send_all(struct pjsip *p, const struct model_endpoint *e, const struct notice *n)
{
    struct message_args a = args_of(n);
    int err = 0;

    a.to = slice_of(e->name);
    for (const struct model_aor *const *m = e->aors; *m; m++) {
        struct aor *aor = aor_find(p, slice_of((*m)->name));

        if (!aor)
            continue;
        LIST_FOREACH(&aor->contacts, k)
        {
            int one;

            a.contact = contact_of_link(k);
            one = message_send(p, &a);
            err = one ? one : err;
        }
    }
    return err;
}

/* ---- PJSIPNotify ---- */

static int send_outside(struct channel *ch, const char *to, const struct notice *n)
{
    void *p = NULL;

    calls_tech_find(ch->calls, SLICE("PJSIP"), &p);
    return p ? notice_send(p, slice_of(to), n) : ENOENT;
}

static int notify_exec(struct plan_run *run, char *data)
{
    struct notice n;
    char *argv[2];
    char *to;
    int err;

    plan_args_split_raw(data, ',', argv, 2);
    to = plan_strip(argv[0]);
    notice_init(&n);
    err = strchr(argv[1], '=') ? read_content(&n, argv[1]) : EINVAL;
    if (!err)
        err = *to ? send_outside(run->channel, to, &n) : notice_send_inside(run->channel, &n);
    notice_fini(&n);
    if (err)
        log_warning("PJSIPNotify: not sent channel=\"%s\" to=\"%s\" err=\"%s\"", run->channel->name,
                    to, err == EINVAL ? "content must be &Name=value&..." : strerror(err));
    return PLAN_NEXT;
}

const struct plan_app pjsip_notify_app = {
    .name = "PJSIPNotify",
    .syntax = "PJSIPNotify([to],&Name=value[&Name=value...])",
    .help_ru =
        "Отправляет NOTIFY\nto: sip:uri (через default_outbound_endpoint) или имя конечной точки; без него - "
        "внутри вызова этого канала. Пары - заголовки (Event=...), Content-Type и строки тела "
        "(Content=...). Без Subscription-State ставится terminated.",
    .help_en =
        "Send a NOTIFY\nto: sip:uri (by default_outbound_endpoint) or an endpoint's name; without it inside "
        "this channel's call. The pairs are headers (Event=...), Content-Type and lines of the body "
        "(Content=...). Without Subscription-State it is terminated.",
    .shown = "tests/scene/pjsip-notify.scene",
    .exec = notify_exec,
};
