/* conn.c - streams: framing, pings, limits, one connection per peer address */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "sip/core.h"

#define STRANGER_MS 30000
#define PING_MS 90000
#define MAX_OUT (256 * 1024)

/* Accepted connections of one host. */
struct sip_source {
    struct hash_link link;
    struct addr host;
    uint32_t conns;
};

static uint32_t host_hash(const struct addr *a)
{
    struct addr host = *a;

    host.port = 0;
    return addr_hash(&host);
}

static struct sip_source *find_source(struct sip *sip, const struct addr *a)
{
    for (struct hash_link *k = hash_first(&sip->sources, host_hash(a)); k; k = hash_next(k)) {
        struct sip_source *s = CONTAINER_OF(k, struct sip_source, link);

        if (addr_eq_host(&s->host, a))
            return s;
    }
    return NULL;
}

static int join_source(struct sip_conn *c, struct sip *sip, uint32_t most)
{
    struct sip_source *s = find_source(sip, &c->remote);

    if (!s) {
        s = mem_zalloc(sizeof(*s));
        if (!s)
            return ENOMEM;
        s->host = c->remote;
        if (hash_add(&sip->sources, &s->link, host_hash(&s->host))) {
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

struct sip_conn *sip_conn_find(struct sip *sip, enum sip_transport t, const struct addr *remote)
{
    uint32_t hash = conn_hash(t, remote);

    for (struct hash_link *k = hash_first(&sip->conns, hash); k; k = hash_next(k)) {
        struct sip_conn *c = CONTAINER_OF(k, struct sip_conn, link);

        if (c->binding->transport == t && addr_eq(&c->remote, remote))
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

/* Out of the table, users told; the table's reference goes. */
static void drop(struct sip_conn *c, int err)
{
    struct sip *sip = c->sip;

    timer_stop(&c->timer);
    hash_del(&sip->conns, &c->link);
    c->binding->conns--;
    leave_source(c, sip);
    sip_ctrans_conn_closed(c, err);
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

static void on_ping_time(void *arg)
{
    struct sip_conn *c = arg;

    timer_start(c->sip->loop, &c->timer, PING_MS, on_ping_time, c);
    sip_conn_send(c, SLICE("\r\n\r\n"));
}

static void on_stranger_time(void *arg)
{
    struct sip_conn *c = arg;

    log_debug("sip connection cut, nobody was let in over it");
    sip_conn_close(c, ETIMEDOUT);
}

void sip_conn_keep(struct sip_conn *c)
{
    if (c->is_kept || !c->conn)
        return;
    c->is_kept = true;
    timer_start(c->sip->loop, &c->timer, PING_MS, on_ping_time, c);
}

/* ---- bytes ---- */

static void count_crlf(struct sip_conn *c, size_t skip)
{
    size_t n = c->crlf_bytes + skip;

    if (n >= 4)
        sip_conn_send(c, SLICE("\r\n"));
    c->crlf_bytes = (uint8_t)(n % 4);
}

/* A stream that cannot be followed any more is closed: nothing behind can be trusted. */
static void give_up(struct sip_conn *c, int err)
{
    c->sip->stats.garbage++;
    log_debug("sip stream cannot be followed error=%d", err);
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
            give_up(c, err);
            break;
        }
        used += skip;
        if (skip)
            count_crlf(c, skip);
        if (size == 0)
            break;
        c->crlf_bytes = 0;
        sip_receive(c->sip, &flow, slice_from(bytes.p + used, size), loop_now(c->sip->loop));
        used += size;
    }
    mem_deref(c);
    return used;
}

static const struct conn_handlers handlers = {
    .recv = on_bytes,
    .closed = on_closed,
    .max_in = SIP_MESSAGE_MAX + 4,
    .max_out = MAX_OUT,
};

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

    if (!err)
        c->binding->conns++;
    return err;
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
    sip_conn_keep(c);
    *cp = mem_ref(c);
    return 0;
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
    conn_set_handlers(net, &h);
    timer_start(b->sip->loop, &c->timer, STRANGER_MS, on_stranger_time, c);
}
