/*
 * dtmf.c - digits by INFO, both ways (session.h)
 *
 * application/dtmf-relay: "Signal=5\r\nDuration=160"; application/dtmf: the digit alone. Numbers 10
 * to 15 stand for * # A B C D, as in RFC 4733.
 */
#include <errno.h>
#include <stdio.h>

#include "call/journal.h"
#include "pjsip/session.h"

#define USUAL_MS 100
#define LONGEST_MS 10000

static int digit_of(struct slice text, char *digit)
{
    static const char by_number[] = "0123456789*#ABCD";
    uint32_t number;

    if (text.len == 1 && strchr("0123456789*#ABCD", text.p[0]) && text.p[0]) {
        *digit = text.p[0];
        return 0;
    }
    if (text.len == 1 && text.p[0] >= 'a' && text.p[0] <= 'd') {
        *digit = (char)(text.p[0] - 'a' + 'A');
        return 0;
    }
    if (slice_u32(text, &number) || number >= sizeof(by_number) - 1)
        return EINVAL;
    *digit = by_number[number];
    return 0;
}

static int parse_relay(struct slice body, char *digit, uint32_t *ms)
{
    int err = EINVAL;

    while (body.len) {
        struct slice value, line = slice_trim(slice_cut(body, '\n', &body));
        struct slice name = slice_trim(slice_cut(line, '=', &value));

        value = slice_trim(value);
        if (slice_caseeqz(name, "Signal"))
            err = digit_of(value, digit);
        else if (slice_caseeqz(name, "Duration") &&
                 (slice_u32(value, ms) || !*ms || *ms > LONGEST_MS))
            *ms = USUAL_MS;
    }
    return err;
}

int dtmf_info_parse(const struct sip_msg *m, char *digit, uint32_t *ms)
{
    *ms = USUAL_MS;
    if (sip_msg_has_type(m, "application/dtmf-relay"))
        return parse_relay(m->body, digit, ms);
    if (sip_msg_has_type(m, "application/dtmf"))
        return digit_of(slice_trim(m->body), digit);
    return ENOENT;
}

static void on_info(struct session *s, struct sip_strans *t, const struct sip_msg *req)
{
    uint32_t ms;
    char digit;

    switch (req->body.len ? dtmf_info_parse(req, &digit, &ms) : EAGAIN) {
    case 0:
        sip_strans_refuse(t, 200, NULL);
        channel_on_dtmf(s->ch, digit, ms);
        break;
    case EAGAIN: sip_strans_refuse(t, 200, NULL); break; /* a phone that asks whether we live */
    case EINVAL: sip_strans_refuse(t, 400, NULL); break;
    default: sip_strans_refuse(t, 415, NULL); break;
    }
}

void session_on_request(struct sip_invite *i, struct sip_strans *t, const struct sip_msg *req,
                        void *arg)
{
    struct session *s = arg;

    switch (req->method) {
    case SIP_INFO: on_info(s, t, req); break;
    case SIP_REFER: transfer_on_refer(s, t, req); break;
    case SIP_MESSAGE: transfer_on_text(s, t, req); break;
    case SIP_NOTIFY: transfer_on_notify(s, t, req); break;
    default: sip_strans_refuse(t, 405, NULL); break;
    }
}

static bool is_by_info(const struct session *s)
{
    if (s->dtmf_mode == MODEL_DTMF_INFO)
        return true;
    return s->dtmf_mode == MODEL_DTMF_AUTO_INFO && !s->agreed.dtmf_payload;
}

int session_send_dtmf(struct channel *ch, char digit, uint32_t ms)
{
    struct session *s = session_of(ch);
    char body[64];

    if (s->dtmf_mode == MODEL_DTMF_NONE)
        return 0;
    if (!is_by_info(s))
        return ENOTSUP;
    if (!s->invite)
        return ENOTCONN;
    call_journal_touch(ch);
    snprintf(body, sizeof(body), "Signal=%c\r\nDuration=%u\r\n", digit, ms ? ms : 250);
    return sip_invite_request(s->invite, SIP_INFO, SLICE_NONE, SLICE("application/dtmf-relay"),
                              slice_of(body), NULL, NULL);
}
