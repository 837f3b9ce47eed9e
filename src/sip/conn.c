/* conn.c - streams: framing, pings, limits, one connection per peer address */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/mem.h"
#include "sip/core.h"

#define STRANGER_MS 30000
#define IDLE_LOOK_MS 90000 /* no pings wanted: has that changed? */
#define PONG_MS 10000      /* RFC 5626 s4.4.1 */
#define PONGS_SURE 2       /* one may be a keep-alive that came just then */
#define HALF_MS 3000       /* between the two segments of one ping */
#define MAX_OUT (256 * 1024)

/* What those may take of us who showed no password yet. */
#define STRANGERS_MAX 2000
#define STRANGER_MAX_IN (16 * 1024)

/* Accepted connections of one host; who has one IPv6 address has its whole /64. */
struct sip_source {
    struct hash_link link;
    struct addr host;
    uint32_t conns;
};

static struct addr source_of(const struct addr *a)
{
    struct addr host = *a;

    host.port = 0;
    if (host.family == AF_INET6)
        memset(host.ip + 8, 0, 8);
    return host;
}

static struct sip_source *find_source(struct sip *sip, const struct addr *host)
{
    for (struct hash_link *k = hash_first(&sip->sources, addr_hash(host)); k; k = hash_next(k)) {
        struct sip_source *s = CONTAINER_OF(k, struct sip_source, link);

        if (addr_eq_host(&s->host, host))
            return s;
    }
    return NULL;
}

static int join_source(struct sip_conn *c, struct sip *sip, uint32_t most)
{
    struct addr host = source_of(&c->remote);
    struct sip_source *s = find_source(sip, &host);

    if (!s) {
        s = mem_zalloc(sizeof(*s));
        if (!s)
            return ENOMEM;
        s->host = host;
        if (hash_add(&sip->sources, &s->link, addr_hash(&host))) {
            mem_free(s);
            return ENOMEM;
        }
    }
    if (s->conns >= most)
        return EAGAIN;
    s->conns++;
    c->source = s;
    return 0;
}

static void leave_source(struct sip_conn *c, struct sip *sip)
{
    if (!c->source)
        return;
    if (--c->source->conns == 0) {
        hash_del(&sip->sources, &c->source->link);
        mem_free(c->source);
    }
    c->source = NULL;
}

static uint32_t conn_hash(enum sip_transport t, const struct addr *remote)
{
    return addr_hash(remote) + (uint32_t)t;
}

/* Who proved to be one host has not proved to be another that DNS puts at the same address. */
static bool is_of(const struct sip_conn *c, const char *server_name)
{
    return !server_name || (c->server_name && strcasecmp(c->server_name, server_name) == 0);
}

struct sip_conn *sip_conn_find(struct sip *sip, enum sip_transport t, const struct addr *remote,
                               const char *server_name)
{
    uint32_t hash = conn_hash(t, remote);

    for (struct hash_link *k = hash_first(&sip->conns, hash); k; k = hash_next(k)) {
        struct sip_conn *c = CONTAINER_OF(k, struct sip_conn, link);

        if (c->is_kept && c->binding->transport == t && addr_eq(&c->remote, remote) &&
            is_of(c, server_name))
            return c;
    }
    return NULL;
}

static void destroy(void *object)
{
    struct sip_conn *c = object;

    timer_stop(&c->timer);
    mem_deref(c->conn);
    mem_deref(c->binding);
    mem_free(c->server_name);
}

static void leave_strangers(struct sip_conn *c)
{
    if (!link_is_in(&c->among_strangers))
        return;
    list_unlink(&c->among_strangers);
    c->sip->stranger_count--;
}

void sip_conn_watch(struct sip_conn *c, struct sip_conn_watch *w, sip_conn_gone_h *gone, void *arg)
{
    sip_conn_unwatch(w);
    w->gone = gone;
    w->arg = arg;
    if (c->conn)
        list_append(&c->watches, &w->link);
}

void sip_conn_unwatch(struct sip_conn_watch *w)
{
    if (link_is_in(&w->link))
        list_unlink(&w->link);
}

static void tell_watches(struct sip_conn *c)
{
    struct link *k;

    while ((k = list_first(&c->watches))) {
        struct sip_conn_watch *w = CONTAINER_OF(k, struct sip_conn_watch, link);

        list_unlink(k);
        w->gone(w->arg);
    }
}

/* Out of the table, users told; the table's reference goes. */
static void drop(struct sip_conn *c, int err)
{
    struct sip *sip = c->sip;

    timer_stop(&c->timer);
    hash_del(&sip->conns, &c->link);
    list_unlink(&c->of_binding);
    leave_strangers(c);
    c->binding->conns--;
    leave_source(c, sip);
    sip_ctrans_conn_closed(c, err);
    tell_watches(c);
    mem_deref(c);
}

void sip_conn_close(struct sip_conn *c, int err)
{
    struct conn *net = c->conn;

    if (!net)
        return;
    c->conn = NULL;
    conn_close(net);
    mem_deref(net);
    drop(c, err);
}

static void on_closed(struct conn *net, int err, void *arg)
{
    struct sip_conn *c = arg;

    if (!c->conn)
        return;
    c->conn = NULL;
    mem_deref(net);
    drop(c, err);
}

/* ---- time ---- */

static void on_ping_time(void *arg);

static int64_t now_ms(const struct sip_conn *c)
{
    return loop_now(c->sip->loop).us / 1000;
}

static void wait_to_ping(struct sip_conn *c)
{
    uint32_t ms = c->sip->ping_ms;

    timer_start(c->sip->loop, &c->timer, ms ? ms : IDLE_LOOK_MS, on_ping_time, c);
}

/* The CRLF that came last is no half of a ping: the pong to ours, or a keep-alive. */
static void judge_crlf(struct sip_conn *c)
{
    bool is_alone = c->crlf_bytes >= 2;

    c->crlf_bytes = 0;
    if (!is_alone)
        return;
    if (!c->is_pinged || c->crlf_ms - c->pinged_ms > PONG_MS) {
        c->says_crlf = true;
        return;
    }
    c->is_pinged = false;
    if (c->pongs < PONGS_SURE)
        c->pongs++;
}

static void judge_old_crlf(struct sip_conn *c)
{
    if (now_ms(c) - c->crlf_ms > HALF_MS)
        judge_crlf(c);
}

static void on_pong_missing(void *arg)
{
    struct sip_conn *c = arg;

    log_info("sip connection cut, no pong came");
    sip_conn_close(c, ETIMEDOUT);
}

static void on_ping_time(void *arg)
{
    struct sip_conn *c = arg;

    wait_to_ping(c);
    if (!c->sip->ping_ms)
        return;
    judge_old_crlf(c);
    if (c->is_pinged)
        c->pongs = 0;
    c->is_pinged = true;
    c->pinged_ms = now_ms(c);
    /* Only those who know pongs can be missed by them; a phone behind a connection of its own may sleep. */
    if (c->is_ours && c->pongs == PONGS_SURE && !c->says_crlf)
        timer_start(c->sip->loop, &c->timer, PONG_MS, on_pong_missing, c);
    sip_conn_send(c, SLICE("\r\n\r\n"));
}

static void on_stranger_time(void *arg)
{
    struct sip_conn *c = arg;

    log_debug("sip connection cut, nobody was let in over it");
    sip_conn_close(c, ETIMEDOUT);
}

static conn_recv_h on_bytes;

static const struct conn_handlers handlers = {
    .recv = on_bytes,
    .closed = on_closed,
    .max_in = SIP_MESSAGE_MAX + 4,
    .max_out = MAX_OUT,
};

void sip_conn_keep(struct sip_conn *c)
{
    struct conn_handlers h = handlers;

    if (c->is_kept || !c->conn)
        return;
    c->is_kept = true;
    leave_strangers(c);
    h.arg = c;
    conn_set_handlers(c->conn, &h);
    wait_to_ping(c);
}

/* ---- bytes ---- */

/* Two CRLFs are a ping, in two segments too; one is the pong to ours, or a keep-alive. Whichever, its
   sender is there; what it says of him is judged when no other half can follow. */
static void count_crlf(struct sip_conn *c, size_t skip)
{
    size_t n;

    judge_old_crlf(c);
    c->crlf_ms = now_ms(c);
    n = c->crlf_bytes + skip;
    c->crlf_bytes = (uint8_t)(n % 4);
    if (c->is_pinged && c->crlf_ms - c->pinged_ms <= PONG_MS)
        wait_to_ping(c);
    if (n >= 4)
        sip_conn_send(c, SLICE("\r\n"));
}

/* A stream that cannot be followed any more is closed: nothing behind can be trusted. */
static void give_up(struct sip_conn *c, int err, const struct sip_flow *flow, struct slice bytes)
{
    c->sip->stats.garbage++;
    log_debug("sip stream cannot be followed error=%d", err);
    if (err == EBADMSG)
        sip_receive_broken(c->sip, flow, bytes);
    sip_conn_close(c, err);
}

static size_t on_bytes(struct conn *net, struct slice bytes, void *arg)
{
    struct sip_conn *c = mem_ref(arg);
    struct sip_flow flow = {
        .binding = c->binding, .conn = c, .remote = c->remote, .local = c->local};
    size_t used = 0, skip, size;
    int err = 0;

    while (c->conn == net && used < bytes.len) {
        err = sip_stream_frame(slice_skip(bytes, used), &c->scanned, &skip, &size);
        if (err) {
            give_up(c, err, &flow, slice_skip(bytes, used + skip));
            break;
        }
        used += skip;
        if (skip)
            count_crlf(c, skip);
        if (size == 0)
            break;
        judge_crlf(c);
        sip_receive(c->sip, &flow, slice_from(bytes.p + used, size), loop_now(c->sip->loop));
        used += size;
    }
    mem_deref(c);
    return used;
}

int sip_conn_send(struct sip_conn *c, struct slice bytes)
{
    if (!c->conn)
        return ENOTCONN;
    return conn_send(c->conn, bytes);
}

/* ---- birth ---- */

static int enter(struct sip_conn *c, struct sip *sip)
{
    int err = hash_add(&sip->conns, &c->link, conn_hash(c->binding->transport, &c->remote));

    if (err)
        return err;
    c->binding->conns++;
    list_append(&c->binding->open, &c->of_binding);
    return 0;
}

static struct sip_conn *make(struct sip_binding *b, const struct addr *remote)
{
    struct sip_conn *c = mem_alloc(sizeof(*c), destroy);

    if (!c)
        return NULL;
    c->sip = b->sip;
    c->binding = mem_ref(b);
    c->remote = *remote;
    c->local = b->local;
    list_init(&c->users);
    list_init(&c->watches);
    return c;
}

int sip_conn_open(struct sip_conn **cp, struct sip_binding *b, const struct addr *remote,
                  const char *server_name)
{
    struct sip_conn *c = make(b, remote);
    struct conn_handlers h = handlers;
    struct addr from = b->local;
    char host[ADDR_TEXT];
    int err;

    if (!c)
        return ENOMEM;
    h.arg = c;
    from.port = 0;
    c->server_name = mem_strdup(server_name);
    err = server_name && !c->server_name ? ENOMEM : 0;
    if (!err)
        err = conn_open(&c->conn, b->sip->net, remote, addr_is_any(&from) ? NULL : &from, b->tls,
                        server_name ? server_name : addr_host(remote, host), &h);
    if (!err)
        err = enter(c, b->sip);
    if (err) {
        if (c->conn)
            conn_close(c->conn);
        mem_deref(c);
        return err;
    }
    /* We called them: no stranger. */
    c->is_ours = true;
    sip_conn_keep(c);
    *cp = mem_ref(c);
    return 0;
}

/* Too many at once: the one that had the longest time goes. */
static void join_strangers(struct sip_conn *c)
{
    struct sip *sip = c->sip;

    while (sip->stranger_count >= STRANGERS_MAX) {
        struct link *oldest = list_first(&sip->strangers);

        sip_conn_close(CONTAINER_OF(oldest, struct sip_conn, among_strangers), EAGAIN);
    }
    list_append(&sip->strangers, &c->among_strangers);
    sip->stranger_count++;
}

void sip_conn_accepted(struct conn *net, void *arg)
{
    struct sip_binding *b = arg;
    struct sip_conn *c = b->sip ? make(b, conn_peer(net)) : NULL;
    struct conn_handlers h = handlers;
    int err = c ? join_source(c, b->sip, b->max_per_source) : ENOMEM;

    if (!err)
        err = enter(c, b->sip);
    if (err) {
        if (c)
            leave_source(c, b->sip);
        mem_deref(c);
        conn_close(net);
        mem_deref(net);
        return;
    }
    c->conn = net;
    c->local = *conn_local(net);
    h.arg = c;
    h.max_in = STRANGER_MAX_IN;
    conn_set_handlers(net, &h);
    join_strangers(c);
    timer_start(b->sip->loop, &c->timer, STRANGER_MS, on_stranger_time, c);
}
