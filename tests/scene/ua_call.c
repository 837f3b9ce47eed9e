/* ua_call.c - what a scene's phone does with calls and registrations (ua.h) */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "sdp/sdp.h"
#include "sip/print.h"
#include "ua.h"

/* ---- calls ---- */

struct ua_call *ua_call_newest(struct ua *u)
{
    struct link *k = list_first(&u->calls);

    return k ? CONTAINER_OF(k, struct ua_call, link) : NULL;
}

struct ua_call *ua_call_in(struct ua *u, enum ua_state state)
{
    LIST_FOREACH(&u->calls, k)
    {
        if (CONTAINER_OF(k, struct ua_call, link)->state == state)
            return CONTAINER_OF(k, struct ua_call, link);
    }
    return NULL;
}

struct ua_call *ua_call_by_id(struct ua *u, struct slice call_id)
{
    LIST_FOREACH(&u->calls, k)
    {
        struct ua_call *c = CONTAINER_OF(k, struct ua_call, link);

        if (slice_eqz(call_id, c->call_id))
            return c;
    }
    return NULL;
}

static struct ua_call *call_new(struct ua *u)
{
    struct ua_call *c = mem_zalloc(sizeof(*c));

    if (!c)
        return NULL;
    c->ua = u;
    c->rtp_port = (uint16_t)(4000 + 2 * ++u->next_call);
    buf_init(&c->ok, 65536);
    list_prepend(&u->calls, &c->link);
    return c;
}

void ua_call_free(struct ua_call *c)
{
    list_unlink(&c->link);
    timer_stop(&c->ok_timer);
    buf_fini(&c->ok);
    mem_deref(c->invite);
    char *texts[] = {c->call_id, c->local,  c->remote, c->target,
                     c->uri,     c->dialed, c->shown,  c->extra};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        mem_free(texts[i]);
    mem_free(c);
}

static void set(char **field, struct slice value)
{
    mem_free(*field);
    *field = slice_dup(value);
}

static char *print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static char *print(const char *fmt, ...)
{
    struct buf b;
    va_list ap;

    buf_init(&b, 4096);
    va_start(ap, fmt);
    buf_vprintf(&b, fmt, ap);
    va_end(ap);
    return buf_take(&b);
}

/* ---- media descriptions ---- */

static void print_lines(const char *lines, struct buf *out)
{
    struct slice rest = slice_of(lines);

    while (rest.len) {
        struct slice line = slice_cut(rest, '^', &rest);

        buf_printf(out, "%.*s\r\n", SLICE_ARG(line));
    }
}

void ua_print_sdp(struct ua_call *c, const char *direction, struct buf *out)
{
    static const struct {
        const char *name;
        int payload;
        const char *map;
    } codecs[] = {{"ulaw", 0, "PCMU"}, {"alaw", 8, "PCMA"}, {"g722", 9, "G722"}};
    struct buf list, maps;
    struct slice rest = slice_of(c->ua->codecs);
    char host[ADDR_TEXT];

    buf_init(&list, 200);
    buf_init(&maps, 400);
    while (rest.len) {
        struct slice one = slice_cut(rest, ',', &rest);

        for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
            if (!slice_eqz(one, codecs[i].name))
                continue;
            buf_printf(&list, " %d", codecs[i].payload);
            buf_printf(&maps, "a=rtpmap:%d %s/8000\r\n", codecs[i].payload, codecs[i].map);
        }
    }
    if (!c->ua->is_info) {
        buf_addz(&list, " 101");
        buf_addz(&maps, "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n");
    }
    addr_host(&c->ua->addr, host);
    buf_printf(out,
               "v=0\r\no=%s 1 %u IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\n"
               "m=audio %u %s%s\r\n%sa=%s\r\n",
               c->ua->name, ++c->sdp_version, host, host, c->rtp_port,
               c->ua->profile[0] ? c->ua->profile : "RTP/AVP", buf_z(&list), buf_z(&maps),
               direction);
    print_lines(c->ua->sdp_lines, out);
    buf_fini(&list);
    buf_fini(&maps);
}

void ua_read_sdp(struct ua_call *c, const struct sip_msg *m)
{
    struct sdp_error why;
    struct sdp *sdp = NULL;
    const struct sdp_media *audio;

    if (!m->body.len || !sip_msg_has_type(m, "application/sdp"))
        return;
    if (sdp_parse(&sdp, m->body, &why)) {
        scene_fail(c->ua->scene, "the station sent %s a bad SDP: line %u %s", c->ua->name, why.line,
                   why.why);
        return;
    }
    audio = sdp_audio(sdp);
    if (audio) {
        c->peer_rtp = audio->conn;
        c->is_held = audio->dir == SDP_SENDONLY || audio->dir == SDP_INACTIVE;
    }
    mem_deref(sdp);
}

/* ---- registering ---- */

bool ua_creds(struct slice realm, struct sip_credential *cred, void *arg)
{
    struct ua *u = arg;

    *cred = (struct sip_credential){.user = u->user, .password = u->password};
    return u->password[0] != '\0';
}

static int send_register(struct ua *u, struct slice auth)
{
    char text[ADDR_TEXT], line[200];
    struct buf b;
    int err;

    buf_init(&b, 4096);
    snprintf(line, sizeof(line), "<sip:%s@%s%s>;expires=%u", u->user, addr_text(&u->addr, text),
             u->is_tcp ? ";transport=tcp" : "", u->expires);
    sip_headers_add(&b, "Contact", slice_of(line));
    buf_adds(&b, auth);
    buf_addz(&b, u->own_headers);
    err = ua_request(u, NULL, SIP_REGISTER, buf_slice(&b), SLICE_NONE, SLICE_NONE);
    buf_fini(&b);
    return err;
}

int ua_register(struct ua *u, uint32_t expires)
{
    u->expires = expires;
    u->register_status = 0;
    u->register_tries = 0;
    return send_register(u, SLICE_NONE);
}

static void register_answered(struct ua *u, struct sip_msg *m)
{
    struct buf auth;

    if (m->status < 200)
        return;
    buf_init(&auth, 4096);
    if ((m->status == 401 || m->status == 407) && u->register_tries++ == 0 &&
        sip_auth_answer(&auth, m, SIP_REGISTER, SLICE("sip:127.0.0.1"), SLICE_NONE, ua_creds, u) ==
            0)
        send_register(u, buf_slice(&auth));
    else
        u->register_status = m->status;
    buf_fini(&auth);
}

/* ---- calling ---- */

int ua_invite(struct ua_call *c, struct slice auth)
{
    struct buf headers, sdp;
    int err;

    buf_init(&headers, 8192);
    buf_init(&sdp, 8192);
    ua_print_sdp(c, c->is_holding ? "sendonly" : "sendrecv", &sdp);
    buf_addz(&headers, c->extra ? c->extra : "");
    buf_adds(&headers, auth);
    err = ua_request(c->ua, c, SIP_INVITE, buf_slice(&headers), SLICE("application/sdp"),
                     buf_slice(&sdp));
    buf_fini(&headers);
    buf_fini(&sdp);
    return err;
}

int ua_dial(struct ua *u, const char *number, const char *shown, const char *header)
{
    char uri[300];

    snprintf(uri, sizeof(uri), "sip:%.250s@127.0.0.1", number);
    return ua_dial_uri(u, uri, shown, header);
}

int ua_dial_uri(struct ua *u, const char *uri, const char *shown, const char *header)
{
    struct ua_call *c = call_new(u);

    if (!c)
        return ENOMEM;
    c->state = UA_CALLING;
    c->uri = print("%s", uri);
    c->call_id = print("call-%s-%u", u->name, u->next_call);
    c->local = print("<sip:%s@127.0.0.1>;tag=%s-%u", shown, u->name, u->next_call);
    c->remote = print("<%s>", c->uri);
    if (header && *header)
        c->extra = print("%s\r\n", header);
    return c->local && c->remote && c->call_id ? ua_invite(c, SLICE_NONE) : ENOMEM;
}

static void take_dialog(struct ua_call *c, const struct sip_msg *m)
{
    struct sip_name_addr contact;

    set(&c->remote, sip_msg_get(m, SIP_H_TO));
    if (sip_msg_contact(m, 0, &contact) == 0)
        set(&c->target, contact.uri);
}

static void over(struct ua_call *c)
{
    c->state = UA_OVER;
}

static void invite_ok(struct ua_call *c, struct sip_msg *m)
{
    take_dialog(c, m);
    ua_read_sdp(c, m);
    ua_ack(c, m);
    c->is_reinviting = false;
    if (c->state == UA_OVER)
        return;
    c->state = UA_UP;
    if (c->is_canceled) /* the answer was faster than our CANCEL */
        ua_hangup(c->ua, false);
}

static void invite_failed(struct ua_call *c, struct sip_msg *m)
{
    struct buf auth;

    ua_ack(c, m);
    if (c->is_reinviting) {
        c->is_reinviting = false;
        return;
    }
    buf_init(&auth, 4096);
    if ((m->status == 401 || m->status == 407) && !c->is_canceled && c->tries++ == 0 &&
        sip_auth_answer(&auth, m, SIP_INVITE, slice_of(c->uri), SLICE_NONE, ua_creds, c->ua) == 0) {
        ua_invite(c, buf_slice(&auth));
    } else {
        c->status = m->status;
        over(c);
    }
    buf_fini(&auth);
}

static void invite_answered(struct ua_call *c, struct sip_msg *m)
{
    if (m->cseq.number != c->invite_cseq)
        return;
    if (m->status >= 300) {
        invite_failed(c, m);
    } else if (m->status >= 200) {
        invite_ok(c, m);
    } else {
        c->has_provisional = true;
        ua_read_sdp(c, m);
        if (c->wants_cancel) {
            c->wants_cancel = false;
            ua_cancel(c);
        }
    }
}

void ua_on_response(struct ua *u, struct sip_msg *m, enum sip_method method)
{
    struct ua_call *c = ua_call_by_id(u, m->call_id);

    if (method == SIP_MESSAGE)
        ua_text_answered(u, m);
    if (method == SIP_REGISTER)
        register_answered(u, m);
    else if (method == SIP_INVITE && c)
        invite_answered(c, m);
}

/* ---- being called ---- */

static void called(struct ua *u, struct sip_msg *m)
{
    struct ua_call *c;
    struct sip_name_addr contact;
    struct sip_uri from;

    if (u->mode == UA_DEAF)
        return;
    c = call_new(u);
    if (!c)
        return;
    c->is_incoming = true;
    u->scene->rung = true;
    c->state = UA_RINGING;
    c->invite = mem_ref(m);
    set(&c->call_id, m->call_id);
    c->local = print("%.*s;tag=%s-%u", SLICE_ARG(sip_msg_get(m, SIP_H_TO)), u->name, u->next_call);
    set(&c->remote, sip_msg_get(m, SIP_H_FROM));
    if (sip_msg_contact(m, 0, &contact) == 0)
        set(&c->target, contact.uri);
    c->dialed = slice_dup(m->uri.user);
    if (sip_uri_parse(&from, m->from.uri) == 0)
        c->shown = slice_dup(from.user);
    ua_read_sdp(c, m);
    if (u->mode == UA_BUSY) {
        ua_reply(u, c, m, 486, SLICE_NONE);
        over(c);
    } else {
        ua_reply(u, c, m, u->is_trunk ? 100 : 180, SLICE_NONE);
    }
}

static void reinvited(struct ua_call *c, struct sip_msg *m)
{
    struct buf sdp;

    ua_read_sdp(c, m);
    buf_init(&sdp, 8192);
    ua_print_sdp(c, c->is_held ? "recvonly" : "sendrecv", &sdp);
    ua_reply(c->ua, c, m, 200, buf_slice(&sdp));
    buf_fini(&sdp);
}

static void take_info(struct ua *u, const struct sip_msg *m)
{
    const char *at = m->body.len ? memmem(m->body.p, m->body.len, "Signal=", 7) : NULL;
    size_t n = strlen(u->digits);

    if (at && at + 7 < m->body.p + m->body.len && n + 1 < sizeof(u->digits))
        u->digits[n] = at[7];
}

static void canceled(struct ua *u, struct ua_call *c, struct sip_msg *m)
{
    ua_reply(u, c, m, c ? 200 : 481, SLICE_NONE);
    if (!c || c->state != UA_RINGING)
        return;
    ua_reply(u, c, c->invite, 487, SLICE_NONE);
    c->is_canceled = true;
    over(c);
}

/* RFC 3261 s12.2.2: numbers inside a call only rise; 500 for others. */
static bool is_out_of_order(struct ua_call *c, const struct sip_msg *m)
{
    if (!c || m->method == SIP_ACK || m->method == SIP_CANCEL)
        return false;
    if (m->cseq.number < c->their_cseq)
        return true;
    c->their_cseq = m->cseq.number;
    return false;
}

void ua_on_request(struct ua *u, struct sip_msg *m)
{
    struct ua_call *c = ua_call_by_id(u, m->call_id);

    if (ua_rule_apply(u, m))
        return;
    if (is_out_of_order(c, m)) {
        ua_reply(u, c, m, 500, SLICE_NONE);
        return;
    }
    switch (m->method) {
    case SIP_INVITE:
        if (c)
            reinvited(c, m);
        else
            called(u, m);
        break;
    case SIP_ACK:
        if (c)
            timer_stop(&c->ok_timer);
        break;
    case SIP_CANCEL: canceled(u, c, m); break;
    case SIP_BYE:
        ua_reply(u, c, m, c && c->state == UA_UP ? 200 : 481, SLICE_NONE);
        if (c)
            over(c);
        break;
    case SIP_INFO:
        take_info(u, m);
        ua_reply(u, c, m, c ? 200 : 481, SLICE_NONE);
        break;
    case SIP_UPDATE:
        if (c && m->body.len)
            reinvited(c, m);
        else
            ua_reply(u, c, m, c ? 200 : 481, SLICE_NONE);
        break;
    case SIP_REFER: ua_reply(u, c, m, c ? 202 : 481, SLICE_NONE); break;
    case SIP_MESSAGE:
    case SIP_OPTIONS: ua_reply(u, c, m, 200, SLICE_NONE); break;
    default: ua_reply(u, c, m, 405, SLICE_NONE); break;
    }
}

/* The line that the next answer carries. */
static void set_reply_line(struct ua *u, const char *header, char out[1000])
{
    snprintf(out, 1000, "%s\r\n", header);
    u->reply_headers = *header ? slice_of(out) : SLICE_NONE;
}

int ua_answer(struct ua *u, const char *header)
{
    struct ua_call *c = ua_call_in(u, UA_RINGING);
    struct buf sdp;
    char line[1000];
    int err;

    if (!c)
        return ENOENT;
    buf_init(&sdp, 8192);
    ua_print_sdp(c, "sendrecv", &sdp);
    set_reply_line(u, header, line);
    err = ua_reply(u, c, c->invite, 200, buf_slice(&sdp));
    u->reply_headers = SLICE_NONE;
    buf_fini(&sdp);
    c->state = UA_UP;
    return err;
}

int ua_ask(struct ua *u, const char *method, const char *header, const char *type, const char *body)
{
    struct ua_call *c = ua_call_in(u, UA_UP);
    struct buf headers, sdp;
    int err;

    if (!c)
        c = ua_call_in(u, UA_RINGING);
    if (!c)
        return ENOENT;
    buf_init(&headers, 2000);
    buf_init(&sdp, 8192);
    if (*header)
        buf_printf(&headers, "%s\r\n", header);
    if (strcmp(body, "sdp") == 0)
        ua_print_sdp(c, c->is_holding ? "sendonly" : "sendrecv", &sdp);
    else
        buf_addz(&sdp, body);
    err = ua_request(u, c, sip_method_parse(slice_of(method)), buf_slice(&headers), slice_of(type),
                     buf_slice(&sdp));
    buf_fini(&headers);
    buf_fini(&sdp);
    return err;
}

int ua_respond(struct ua *u, unsigned code, const char *header)
{
    char line[1000];
    struct ua_call *c = ua_call_in(u, UA_RINGING);
    struct buf sdp;
    int err;

    if (!c)
        return ENOENT;
    buf_init(&sdp, 8192);
    if (code == 183 && strcmp(header, "no sdp") != 0)
        ua_print_sdp(c, "sendrecv", &sdp);
    set_reply_line(u, strcmp(header, "no sdp") == 0 ? "" : header, line);
    err = ua_reply(u, c, c->invite, (uint16_t)code, buf_slice(&sdp));
    u->reply_headers = SLICE_NONE;
    buf_fini(&sdp);
    if (code >= 300)
        over(c);
    return err;
}

int ua_hangup(struct ua *u, bool is_hasty)
{
    struct ua_call *c = ua_call_newest(u);

    if (!c || c->state == UA_OVER)
        return ENOENT;
    if (c->state == UA_RINGING)
        return ua_respond(u, 603, "");
    if (c->state == UA_CALLING) {
        if (c->has_provisional || is_hasty)
            return ua_cancel(c);
        c->wants_cancel = true;
        return 0;
    }
    over(c);
    return ua_request(u, c, SIP_BYE, SLICE_NONE, SLICE_NONE, SLICE_NONE);
}

int ua_hold(struct ua *u, bool is_on)
{
    struct ua_call *c = ua_call_in(u, UA_UP);

    if (!c)
        return ENOENT;
    c->is_holding = is_on;
    c->is_reinviting = true;
    return ua_invite(c, SLICE_NONE);
}

int ua_info(struct ua *u, char digit)
{
    struct ua_call *c = ua_call_in(u, UA_UP);
    char body[64];

    if (!c)
        return ENOENT;
    snprintf(body, sizeof(body), "Signal=%c\r\nDuration=100\r\n", digit);
    return ua_request(u, c, SIP_INFO, SLICE_NONE, SLICE("application/dtmf-relay"), slice_of(body));
}

/* ---- life ---- */

int ua_alloc(struct ua **up, struct scene *s, const char *name, bool is_trunk, const struct addr *a)
{
    struct ua *u = mem_zalloc(sizeof(*u));

    if (!u)
        return ENOMEM;
    u->scene = s;
    u->is_trunk = is_trunk;
    u->addr = *a;
    slice_copy(slice_of(name), u->name, sizeof(u->name));
    slice_copy(slice_of(name), u->user, sizeof(u->user));
    slice_copy(slice_of(name), u->shown, sizeof(u->shown));
    slice_copy(SLICE("alaw,ulaw"), u->codecs, sizeof(u->codecs));
    addr_parse(&u->station, SLICE("127.0.0.1:5060"), 5060);
    list_init(&u->calls);
    list_init(&u->trans);
    list_init(&u->served);
    list_init(&u->rules);
    list_init(&u->inbox);
    list_append(&s->uas, &u->link);
    *up = u;
    return 0;
}

struct ua *ua_find(struct scene *s, const char *name)
{
    LIST_FOREACH(&s->uas, k)
    {
        if (strcmp(CONTAINER_OF(k, struct ua, link)->name, name) == 0)
            return CONTAINER_OF(k, struct ua, link);
    }
    return NULL;
}

void ua_free_all(struct scene *s)
{
    LIST_FOREACH(&s->uas, k)
    {
        struct ua *u = CONTAINER_OF(k, struct ua, link);

        LIST_FOREACH(&u->calls, c)
        {
            ua_call_free(CONTAINER_OF(c, struct ua_call, link));
        }
        ua_sip_free(u);
        list_unlink(k);
        mem_free(u);
    }
}
