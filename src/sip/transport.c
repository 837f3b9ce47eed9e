/* transport.c - see transport.h: bindings and the way out */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "sip/core.h"
#include "sip/lex.h"

#define MAX_CONNS 20000
#define MAX_PER_SOURCE 1000
#define SWITCH_BYTES 1300

static const char *const names[] = {
    [SIP_TRANSPORT_NONE] = "?", [SIP_UDP] = "UDP", [SIP_TCP] = "TCP", [SIP_TLS] = "TLS"};

const char *sip_transport_name(enum sip_transport t)
{
    return names[t];
}

enum sip_transport sip_transport_parse(struct slice name)
{
    for (int t = SIP_UDP; t <= SIP_TLS; t++)
        if (slice_caseeqz(name, names[t]))
            return (enum sip_transport)t;
    return SIP_TRANSPORT_NONE;
}

/* ---- bindings ---- */

static void destroy(void *object)
{
    struct sip_binding *b = object;

    mem_deref(b->udp);
    mem_deref(b->listener);
    mem_deref(b->tls);
    mem_free(b->local_nets);
    mem_free(b->external_host);
    mem_free(b->name);
}

static void on_datagrams(const struct datagram *d, size_t count, void *arg)
{
    struct sip_binding *b = arg;
    struct sip_flow flow = {.binding = mem_ref(b), .local = b->local};

    for (size_t i = 0; i < count && b->sip; i++) {
        flow.remote = d[i].from;
        sip_receive(b->sip, &flow, d[i].bytes, d[i].at);
    }
    mem_deref(b);
}

int sip_binding_set_external(struct sip_binding *b, const struct sip_binding_args *args)
{
    size_t size = args->local_net_count * sizeof(struct addr_net);
    struct addr_net *nets = size ? mem_zalloc(size) : NULL;
    char *host = mem_strdup(args->external_host);

    if ((size && !nets) || (args->external_host && !host)) {
        mem_free(nets);
        mem_free(host);
        return ENOMEM;
    }
    if (size)
        memcpy(nets, args->local_nets, size);
    mem_free(b->local_nets);
    mem_free(b->external_host);
    b->local_nets = nets;
    b->local_net_count = args->local_net_count;
    b->external_host = host;
    b->external_port = args->external_port;
    return 0;
}

static int open_socket(struct sip_binding *b, struct sip *sip, const struct sip_binding_args *args)
{
    uint32_t max = args->max_conns ? args->max_conns : MAX_CONNS;
    int err;

    if (b->transport == SIP_UDP) {
        err = udp_open(&b->udp, sip->net, args->fd, &args->local, on_datagrams, b);
        if (!err)
            b->local = *udp_local(b->udp);
        return err;
    }
    err = listener_open(&b->listener, sip->net, args->fd, &args->local, b->tls, max,
                        sip_conn_accepted, b);
    if (!err)
        b->local = *listener_local(b->listener);
    return err;
}

int sip_binding_open(struct sip_binding **bp, struct sip *sip, const struct sip_binding_args *args)
{
    struct sip_binding *b = NULL;
    bool is_fd_taken = false;
    int err;

    if (!args->name || args->transport == SIP_TRANSPORT_NONE ||
        (args->transport == SIP_TLS && !args->tls))
        err = EINVAL;
    else if (sip_binding_find(sip, args->name))
        err = EEXIST;
    else
        err = (b = mem_alloc(sizeof(*b), destroy)) ? 0 : ENOMEM;
    if (err)
        goto out;
    list_init(&b->open);
    b->transport = args->transport;
    b->tls = mem_ref(args->tls);
    b->max_per_source = args->max_conns_per_source ? args->max_conns_per_source : MAX_PER_SOURCE;
    b->name = mem_strdup(args->name);
    err = b->name ? sip_binding_set_external(b, args) : ENOMEM;
    if (err)
        goto out;
    is_fd_taken = true; /* also when it fails */
    err = open_socket(b, sip, args);
    if (err)
        goto out;
    b->sip = sip;
    list_append(&sip->bindings, &b->link);
    if (bp)
        *bp = b;
out:
    if (err)
        mem_deref(b);
    if (err && !is_fd_taken && args->fd >= 0)
        close(args->fd);
    return err;
}

void sip_binding_close(struct sip_binding *b)
{
    struct link *first;

    if (!b->sip)
        return;
    b->sip = NULL;
    list_unlink(&b->link);
    b->udp = mem_deref(b->udp);
    b->listener = mem_deref(b->listener);
    /* Closing one tells its users, who may close others. */
    while ((first = list_first(&b->open)) != NULL)
        sip_conn_close(CONTAINER_OF(first, struct sip_conn, of_binding), ECONNABORTED);
    mem_deref(b);
}

struct sip_binding *sip_binding_find(struct sip *sip, const char *name)
{
    LIST_FOREACH(&sip->bindings, k)
    {
        struct sip_binding *b = CONTAINER_OF(k, struct sip_binding, link);

        if (name && strcmp(b->name, name) == 0)
            return b;
    }
    return NULL;
}

struct sip_binding *sip_binding_pick(struct sip *sip, enum sip_transport t, uint16_t family)
{
    LIST_FOREACH(&sip->bindings, k)
    {
        struct sip_binding *b = CONTAINER_OF(k, struct sip_binding, link);

        if ((t == SIP_TRANSPORT_NONE || b->transport == t) &&
            (family == AF_UNSPEC || b->local.family == family))
            return b;
    }
    return NULL;
}

struct sip_binding *sip_binding_next(struct sip *sip, struct sip_binding *b)
{
    struct link *k = b ? list_next(&sip->bindings, &b->link) : list_first(&sip->bindings);

    return k ? CONTAINER_OF(k, struct sip_binding, link) : NULL;
}

const char *sip_binding_name(const struct sip_binding *b)
{
    return b->name;
}

enum sip_transport sip_binding_transport(const struct sip_binding *b)
{
    return b->transport;
}

const struct addr *sip_binding_local(const struct sip_binding *b)
{
    return &b->local;
}

bool sip_binding_is_local(const struct sip_binding *b, const struct addr *peer)
{
    for (size_t i = 0; i < b->local_net_count; i++)
        if (addr_net_has(&b->local_nets[i], peer))
            return true;
    return false;
}

uint32_t sip_binding_conns(const struct sip_binding *b)
{
    return b->conns;
}

void sip_transport_fini(struct sip *sip)
{
    struct link *k;

    while ((k = list_first(&sip->bindings)) != NULL)
        sip_binding_close(CONTAINER_OF(k, struct sip_binding, link));
    hash_fini(&sip->conns);
    hash_fini(&sip->sources);
}

/* ---- flows ---- */

void sip_flow_copy(struct sip_flow *to, const struct sip_flow *from)
{
    struct sip_flow old = *to;

    *to = *from;
    mem_ref(to->binding);
    mem_ref(to->conn);
    sip_flow_clear(&old);
}

void sip_flow_hold(struct sip_flow *flow)
{
    mem_ref(flow->binding);
    mem_ref(flow->conn);
}

void sip_flow_clear(struct sip_flow *flow)
{
    flow->binding = mem_deref(flow->binding);
    flow->conn = mem_deref(flow->conn);
}

void sip_flow_to(struct sip_flow *flow, struct sip_binding *b, const struct addr *remote)
{
    memset(flow, 0, sizeof(*flow));
    flow->binding = b;
    flow->remote = *remote;
    flow->local = b->local;
}

bool sip_flow_switch(struct sip_flow *tcp, const struct sip *sip, const struct sip_flow *flow,
                     size_t bytes)
{
    struct sip_binding *b;

    if (!sip->tcp_switch || bytes <= SWITCH_BYTES || flow->binding->transport != SIP_UDP)
        return false;
    b = sip_binding_pick((struct sip *)sip, SIP_TCP, flow->remote.family);
    if (!b)
        return false;
    sip_flow_to(tcp, b, &flow->remote);
    return true;
}

bool sip_flow_is_open(const struct sip_flow *flow)
{
    const struct sip_binding *b = flow->binding;

    if (!b || !b->sip)
        return false;
    if (flow->conn)
        return flow->conn->conn != NULL;
    return b->transport == SIP_UDP ||
           sip_conn_find(b->sip, b->transport, &flow->remote, flow->server_name);
}

const char *sip_server_name(const struct sip_flow *flow, struct slice uri, char out[256])
{
    struct sip_uri u;
    struct addr literal;

    if (flow->binding->transport != SIP_TLS || sip_uri_parse(&u, uri) ||
        !addr_parse_host(&literal, u.host, 0) || slice_copy(u.host, out, 256))
        return NULL;
    return out;
}

/* ---- trace ---- */

void sip_set_trace(struct sip *sip, sip_trace_h *h, void *arg)
{
    sip->trace = h;
    sip->trace_arg = arg;
}

static bool has_text(struct slice s, const char *lower)
{
    size_t n = strlen(lower);

    for (; s.len >= n; s = slice_skip(s, 1))
        if (slice_caseeq(slice_from(s.p, n), slice_from(lower, n)))
            return true;
    return false;
}

/* Parameters of Digest, but the response; whatever cannot be told apart is not shown at all. */
static void mask(struct buf *b, struct slice value)
{
    struct slice part, rest, ignored;
    size_t start = b->len;

    value = lex_trim(value);
    rest = slice_skip(value, 6);
    if (!slice_casestarts(value, SLICE("Digest")) || !slice_is_set(rest)) {
        buf_addz(b, " ***\r\n");
        return;
    }
    buf_addz(b, " Digest");
    for (bool is_first = true; sip_value_next(&rest, &part); is_first = false) {
        bool is_secret = slice_caseeqz(lex_trim(slice_cut(part, '=', &ignored)), "response");

        buf_addz(b, is_first ? " " : ", ");
        if (!is_secret && has_text(part, "response")) {
            b->len = start; /* hidden behind a broken quote */
            buf_addz(b, " ***");
            break;
        }
        buf_adds(b, is_secret ? SLICE("response=\"***\"") : part);
    }
    buf_addz(b, "\r\n");
}

/* A header line with those that continue it. */
static struct slice cut_folded(struct slice *rest)
{
    const char *start = rest->p;
    struct slice line = slice_cut(*rest, '\n', rest);

    while (rest->len && (rest->p[0] == ' ' || rest->p[0] == '\t'))
        line = slice_cut(*rest, '\n', rest);
    return slice_from(start, (size_t)(line.p + line.len - start));
}

static bool is_credentials(struct slice line, struct slice *value)
{
    enum sip_header_id id = sip_header_parse(lex_trim(slice_cut(line, ':', value)));

    return slice_is_set(*value) && (id == SIP_H_AUTHORIZATION || id == SIP_H_PROXY_AUTHORIZATION);
}

void sip_trace_message(struct sip *sip, bool is_out, const struct sip_flow *flow,
                       struct slice bytes)
{
    struct slice line, value, rest = bytes;
    struct buf b;

    if (!has_text(bytes, "authorization")) {
        sip->trace(is_out, flow, bytes, sip->trace_arg);
        return;
    }
    buf_init(&b, SIP_MESSAGE_MAX * 2);
    while (slice_is_set(rest)) {
        line = cut_folded(&rest);
        if (is_credentials(line, &value)) {
            buf_adds(&b, slice_from(line.p, (size_t)(value.p - line.p)));
            mask(&b, value);
            continue;
        }
        buf_adds(&b, line);
        if (slice_is_set(rest))
            buf_addc(&b, '\n');
    }
    if (!buf_err(&b))
        sip->trace(is_out, flow, buf_slice(&b), sip->trace_arg);
    buf_fini(&b);
}

/* ---- sending ---- */

static int send_stream(struct sip *sip, struct sip_flow *flow, struct slice bytes)
{
    struct sip_conn *c = flow->conn;
    int err;

    if (!c || !c->conn) {
        c = sip_conn_find(sip, flow->binding->transport, &flow->remote, flow->server_name);
        mem_deref(flow->conn);
        flow->conn = mem_ref(c);
    }
    if (!c) {
        err = sip_conn_open(&flow->conn, flow->binding, &flow->remote, flow->server_name);
        if (err)
            return err;
        c = flow->conn;
    }
    return sip_conn_send(c, bytes);
}

/* sip->out with short names; it stays as it is when there is no memory for that. */
static void compact(struct sip *sip)
{
    struct buf full = sip->out;

    buf_reset(&sip->compact);
    if (!sip->is_compact || sip_compact_print(&sip->compact, buf_slice(&sip->out)))
        return;
    sip->out = sip->compact;
    sip->compact = full;
}

int sip_out_request(struct sip *sip, const struct sip_request_args *a)
{
    int err;

    buf_reset(&sip->out);
    err = sip_request_print(&sip->out, a);
    if (!err)
        compact(sip);
    return err;
}

int sip_out_answer(struct sip *sip, const struct sip_msg *req, const struct sip_answer *a)
{
    int err;

    buf_reset(&sip->out);
    err = sip_answer_print(&sip->out, req, a, sip->user_agent);
    if (!err)
        compact(sip);
    return err;
}

int sip_flow_send(struct sip *sip, struct sip_flow *flow, struct slice bytes)
{
    int err;

    if (!flow->binding || !flow->binding->sip)
        return ENOTCONN;
    if (sip->trace)
        sip_trace_message(sip, true, flow, bytes);
    if (flow->binding->transport == SIP_UDP)
        err = udp_send(flow->binding->udp, &flow->remote, bytes);
    else
        err = send_stream(sip, flow, bytes);
    sip->stats.messages_out++;
    if (err)
        sip->stats.send_errors++;
    return err;
}
