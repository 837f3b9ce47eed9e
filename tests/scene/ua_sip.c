/* ua_sip.c - how a scene's phone sends, sends again, and takes in messages (ua.h) */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sip/print.h"
#include "ua.h"

#define T1_MS 500
#define T2_MS 4000
#define GIVE_UP_MS 32000
#define SERVED_MAX 64

/* A request of ours that waits for its answer. */
struct trans {
    struct link link;
    struct ua *ua;
    char branch[64];
    enum sip_method method;
    struct buf bytes;
    struct timer timer;
    uint32_t gap_ms, spent_ms;
};

/* What we answered, for repeats of the same request. */
struct served {
    struct link link;
    char key[96];
    struct buf bytes;
};

static void say(const struct ua *u, const char *arrow, struct slice bytes)
{
    struct slice rest = bytes, line = slice_cut(rest, '\n', &rest);

    if (!u->scene->is_verbose)
        return;
    printf("%10.3f %s %s %.*s\n", (double)loop_now(u->scene->loop).us / 1e6 - 1000, u->name, arrow,
           SLICE_ARG(slice_trim(line)));
    if (slice_is_set(rest) && getenv("SCENE_FULL"))
        printf("%.*s\n", SLICE_ARG(rest));
}

int ua_send(struct ua *u, struct slice bytes, const struct addr *to)
{
    say(u, "->", bytes);
    if (!u->is_tcp)
        return udp_send(u->udp, to, bytes);
    if (!u->conn) {
        int err = ua_reconnect(u);

        if (err)
            return err;
    }
    return conn_send(u->conn, bytes);
}

/* ---- client transactions ---- */

static void trans_free(struct trans *t)
{
    timer_stop(&t->timer);
    list_unlink(&t->link);
    buf_fini(&t->bytes);
    mem_free(t);
}

static void again(void *arg)
{
    struct trans *t = arg;

    t->spent_ms += t->gap_ms;
    if (t->spent_ms >= GIVE_UP_MS) {
        trans_free(t);
        return;
    }
    ua_send(t->ua, buf_slice(&t->bytes), &t->ua->station);
    t->gap_ms *= 2;
    if (t->method != SIP_INVITE && t->gap_ms > T2_MS)
        t->gap_ms = T2_MS;
    timer_start(t->ua->scene->loop, &t->timer, t->gap_ms, again, t);
}

static struct trans *trans_find(struct ua *u, const struct sip_msg *m)
{
    LIST_FOREACH(&u->trans, k)
    {
        struct trans *t = CONTAINER_OF(k, struct trans, link);

        if (slice_eqz(m->via.branch, t->branch) && t->method == m->cseq.method)
            return t;
    }
    return NULL;
}

static int trans_start(struct ua *u, enum sip_method method, const char *branch, struct buf *bytes)
{
    struct trans *t = mem_zalloc(sizeof(*t));

    if (!t)
        return ENOMEM;
    t->ua = u;
    t->method = method;
    slice_copy(slice_of(branch), t->branch, sizeof(t->branch));
    buf_init(&t->bytes, 65536);
    buf_adds(&t->bytes, buf_slice(bytes));
    t->gap_ms = T1_MS;
    list_append(&u->trans, &t->link);
    if (!u->is_tcp)
        timer_start(u->scene->loop, &t->timer, t->gap_ms, again, t);
    return ua_send(u, buf_slice(bytes), &u->station);
}

static const char *via_of(const struct ua *u, const char *branch, char out[300])
{
    char text[ADDR_TEXT];

    snprintf(out, 300, "SIP/2.0/%s %s;rport;branch=%s", u->is_tcp ? "TCP" : "UDP",
             addr_text(&u->addr, text), branch);
    return out;
}

static const char *contact_of(const struct ua *u, char out[300])
{
    char text[ADDR_TEXT];

    snprintf(out, 300, "<sip:%s@%s%s>", u->user, addr_text(&u->addr, text),
             u->is_tcp ? ";transport=tcp" : "");
    return out;
}

int ua_request(struct ua *u, struct ua_call *c, enum sip_method method, struct slice headers,
               struct slice type, struct slice body)
{
    char branch[64], via[300], contact[300], self[200], id[100], to[100];
    struct sip_request_args r = {.method = method, .headers = headers, .body = body};
    struct buf b;
    int err;

    buf_init(&b, 65536);
    snprintf(branch, sizeof(branch), "z9hG4bK-%s-%u", u->name, ++u->next_branch);
    r.via = slice_of(via_of(u, branch, via));
    r.user_agent = "scene";
    r.content_type = type;
    if (c) {
        r.uri = slice_of(c->target ? c->target : c->uri);
        r.from = slice_of(c->local);
        r.to = slice_of(c->remote);
        r.call_id = slice_of(c->call_id);
        r.cseq = ++c->cseq;
        r.contact = slice_of(contact_of(u, contact));
        if (method == SIP_INVITE) {
            c->invite_cseq = c->cseq;
            memcpy(c->branch, branch, sizeof(c->branch));
        }
    } else {
        snprintf(self, sizeof(self), "<sip:%s@127.0.0.1>", u->user);
        snprintf(id, sizeof(id), "reg-%s", u->name);
        r.uri = SLICE("sip:127.0.0.1");
        snprintf(contact, sizeof(contact), "%.200s;tag=r%u", self, u->register_cseq);
        r.from = slice_of(contact);
        r.to = slice_of(self);
        r.call_id = slice_of(id);
        r.cseq = ++u->register_cseq;
        if (method == SIP_MESSAGE) {
            snprintf(to, sizeof(to), "<sip:%s@127.0.0.1>", u->text_to);
            r.to = slice_of(to);
            r.uri = slice_from(to + 1, strlen(to) - 2);
        }
    }
    err = sip_request_print(&b, &r);
    if (!err)
        err = trans_start(u, method, branch, &b);
    buf_fini(&b);
    return err;
}

int ua_cancel(struct ua_call *c)
{
    struct ua *u = c->ua;
    char via[300];
    struct sip_request_args r = {.method = SIP_CANCEL,
                                 .uri = slice_of(c->uri),
                                 .via = slice_of(via_of(u, c->branch, via)),
                                 .from = slice_of(c->local),
                                 .to = slice_of(c->remote),
                                 .call_id = slice_of(c->call_id),
                                 .cseq = c->invite_cseq};
    struct buf b;
    int err;

    buf_init(&b, 65536);
    err = sip_request_print(&b, &r);
    if (!err)
        err = trans_start(u, SIP_CANCEL, c->branch, &b);
    buf_fini(&b);
    c->is_canceled = true;
    return err;
}

/* To a 2xx: a request of its own, to the dialog's target; else with the INVITE's branch. */
int ua_ack(struct ua_call *c, const struct sip_msg *m)
{
    struct ua *u = c->ua;
    bool is_ok = m->status < 300;
    char via[300], branch[64];
    struct sip_request_args r = {.method = SIP_ACK, .call_id = slice_of(c->call_id)};
    struct buf b;
    int err;

    buf_init(&b, 65536);
    snprintf(branch, sizeof(branch), "z9hG4bK-%s-%u", u->name, ++u->next_branch);
    r.uri = slice_of(is_ok && c->target ? c->target : c->uri);
    r.via = slice_of(via_of(u, is_ok ? branch : c->branch, via));
    r.from = slice_of(c->local);
    r.to = sip_msg_get(m, SIP_H_TO);
    r.cseq = m->cseq.number;
    err = sip_request_print(&b, &r);
    if (!err)
        err = ua_send(u, buf_slice(&b), &u->station);
    buf_fini(&b);
    return err;
}

/* ---- answers ---- */

static void served_key(const struct sip_msg *m, char out[96])
{
    snprintf(out, 96, "%s %.*s", sip_method_name(m->method), SLICE_ARG(m->via.branch));
}

static struct served *served_find(struct ua *u, const struct sip_msg *m)
{
    char key[96];

    served_key(m, key);
    LIST_FOREACH(&u->served, k)
    {
        if (strcmp(CONTAINER_OF(k, struct served, link)->key, key) == 0)
            return CONTAINER_OF(k, struct served, link);
    }
    return NULL;
}

static void served_free(struct served *s)
{
    list_unlink(&s->link);
    buf_fini(&s->bytes);
    mem_free(s);
}

static struct served *served_new(struct ua *u, const struct sip_msg *m)
{
    struct served *s = mem_zalloc(sizeof(*s));

    if (!s)
        return NULL;
    served_key(m, s->key);
    buf_init(&s->bytes, 65536);
    list_prepend(&u->served, &s->link);
    if (++u->served_count > SERVED_MAX) {
        served_free(CONTAINER_OF(list_last(&u->served), struct served, link));
        u->served_count--;
    }
    return s;
}

static void final_again(void *arg)
{
    struct ua_call *c = arg;

    ua_send(c->ua, buf_slice(&c->ok), &c->ua->station);
    c->ok_gap_ms = c->ok_gap_ms * 2 > T2_MS ? T2_MS : c->ok_gap_ms * 2;
    timer_start(c->ua->scene->loop, &c->ok_timer, c->ok_gap_ms, final_again, c);
}

int ua_reply(struct ua *u, struct ua_call *c, struct sip_msg *req, uint16_t code, struct slice body)
{
    struct served *s = served_find(u, req);
    char contact[300], tag[64];
    struct sip_answer a = {.code = code, .body = body, .headers = u->reply_headers};
    int err;

    if (!s)
        s = served_new(u, req);
    if (!s)
        return ENOMEM;
    if (body.len)
        a.content_type = SLICE("application/sdp");
    if (code > 100 && !slice_is_set(req->to_tag) && c) {
        snprintf(tag, sizeof(tag), "%s-%u", u->name, u->next_call);
        a.to_tag = slice_of(c->local ? strstr(c->local, ";tag=") + 5 : tag);
    }
    if (req->method == SIP_INVITE && code / 100 != 3)
        a.contact = slice_of(contact_of(u, contact));
    buf_reset(&s->bytes);
    err = sip_answer_print(&s->bytes, req, &a, "scene");
    if (!err)
        err = ua_send(u, buf_slice(&s->bytes), &req->flow.remote);
    if (!err && c && req->method == SIP_INVITE && code >= 200 && !u->is_tcp) {
        buf_reset(&c->ok);
        buf_adds(&c->ok, buf_slice(&s->bytes));
        c->ok_gap_ms = T1_MS;
        timer_start(u->scene->loop, &c->ok_timer, T1_MS, final_again, c);
    }
    return err;
}

/* ---- what comes in ---- */

static void note(struct ua *u, struct sip_msg *m)
{
    struct ua_note *n = mem_zalloc(sizeof(*n));

    if (!n)
        return;
    n->msg = mem_ref(m);
    list_append(&u->inbox, &n->link);
}

static void on_response(struct ua *u, struct sip_msg *m)
{
    struct trans *t = trans_find(u, m);
    enum sip_method method = m->cseq.method;

    if (t && m->status < 200 && t->method == SIP_INVITE)
        timer_stop(&t->timer);
    else if (t && m->status >= 200)
        trans_free(t);
    ua_on_response(u, m, method);
}

static void on_request(struct ua *u, struct sip_msg *m)
{
    struct served *s = served_find(u, m);

    if (s && m->method != SIP_ACK) {
        if (s->bytes.len)
            ua_send(u, buf_slice(&s->bytes), &m->flow.remote);
        return;
    }
    if (m->method == SIP_INVITE && !served_new(u, m))
        return;
    ua_on_request(u, m);
}

static void on_bytes(struct ua *u, struct slice bytes, const struct addr *from)
{
    struct sip_msg *m = NULL;
    struct sip_why why = {0};

    if (slice_trim(bytes).len == 0)
        return;
    say(u, "<-", bytes);
    if (sip_msg_decode(&m, bytes, &why)) {
        scene_fail(u->scene, "the station sent %s something that is no good SIP (%s)", u->name,
                   why.text ? why.text : "?");
        mem_deref(m);
        return;
    }
    m->flow.remote = *from;
    note(u, m);
    if (!u->is_stranger && m->is_request)
        on_request(u, m);
    else if (!u->is_stranger)
        on_response(u, m);
    mem_deref(m);
}

static void on_datagrams(const struct datagram *d, size_t count, void *arg)
{
    for (size_t i = 0; i < count; i++)
        on_bytes(arg, d[i].bytes, &d[i].from);
}

static size_t on_stream(struct conn *c, struct slice bytes, void *arg)
{
    size_t scanned = 0, skip = 0, size = 0;

    if (sip_stream_frame(bytes, &scanned, &skip, &size))
        return bytes.len;
    if (!size)
        return skip;
    on_bytes(arg, slice_from(bytes.p + skip, size), conn_peer(c));
    return skip + size;
}

static void on_closed(struct conn *c, int err, void *arg)
{
    struct ua *u = arg;

    if (u->conn == c)
        u->conn = mem_deref(u->conn);
}

static void on_accept(struct conn *c, void *arg)
{
    struct ua *u = arg;

    if (u->conn) {
        conn_close(u->conn);
        mem_deref(u->conn);
    }
    u->conn = c;
    conn_set_handlers(
        c,
        &(struct conn_handlers){
            .recv = on_stream, .closed = on_closed, .arg = u, .max_in = 65536, .max_out = 1 << 20});
}

int ua_reconnect(struct ua *u)
{
    struct addr from = u->addr;

    if (u->conn) {
        conn_close(u->conn);
        u->conn = mem_deref(u->conn);
    }
    from.port = 0;
    return conn_open(
        &u->conn, u->scene->net, &u->station, &from, NULL, NULL,
        &(struct conn_handlers){
            .recv = on_stream, .closed = on_closed, .arg = u, .max_in = 65536, .max_out = 1 << 20});
}

int ua_open(struct ua *u)
{
    if (!u->is_tcp)
        return udp_open(&u->udp, u->scene->net, -1, &u->addr, on_datagrams, u);
    return listener_open(&u->listener, u->scene->net, -1, &u->addr, NULL, 10, on_accept, u);
}

void ua_sip_free(struct ua *u)
{
    ua_rule_drop(u, NULL);
    LIST_FOREACH(&u->trans, k)
    {
        trans_free(CONTAINER_OF(k, struct trans, link));
    }
    LIST_FOREACH(&u->served, k)
    {
        served_free(CONTAINER_OF(k, struct served, link));
    }
    LIST_FOREACH(&u->inbox, k)
    {
        struct ua_note *n = CONTAINER_OF(k, struct ua_note, link);

        list_unlink(k);
        mem_deref(n->msg);
        mem_free(n);
    }
    if (u->conn)
        conn_close(u->conn);
    mem_deref(u->conn);
    mem_deref(u->listener);
    mem_deref(u->udp);
}
