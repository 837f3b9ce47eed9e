/* manager/tcp.c - sessions over TCP and TLS; see manager.h */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "manager/inner.h"

/* One connection. It lives until the session closes it. */
struct tcp_port {
    struct conn *conn;
    struct manager_session *session; /* a reference; NULL once the connection is gone */
};

static int port_send(void *arg, struct slice bytes)
{
    struct tcp_port *p = arg;

    return p->conn ? conn_send(p->conn, bytes) : ENOTCONN;
}

static size_t port_waiting(void *arg)
{
    const struct tcp_port *p = arg;

    return p->conn ? conn_waiting(p->conn) : 0;
}

static void port_close(void *arg)
{
    struct tcp_port *p = arg;

    if (p->conn) {
        conn_close(p->conn);
        mem_deref(p->conn);
    }
    mem_deref(p->session);
    mem_free(p);
}

static const struct manager_port tcp_port = {
    .send = port_send, .waiting = port_waiting, .close = port_close};

static size_t conn_recv(struct conn *c, struct slice bytes, void *arg)
{
    struct tcp_port *p = arg;

    manager_session_recv(p->session, bytes);
    return bytes.len;
}

static void conn_closed(struct conn *c, int err, void *arg)
{
    struct tcp_port *p = arg;

    p->conn = mem_deref(p->conn);
    manager_session_end(p->session);
}

/* Any stranger can cause it, as often as it likes. */
static void log_refused(struct manager *m, const struct addr *from, int err)
{
    char text[ADDR_TEXT];

    if (log_gate_pass(&m->refusals, loop_now(m->loop)))
        log_warning("Manager: connection is refused from=%s err=\"%s\"", addr_text(from, text),
                    err == EAGAIN ? "too many sessions, see manager_sessions and manager_auth_limit"
                                  : "no memory");
}

static void accepted(struct conn *c, void *arg)
{
    struct manager *m = arg;
    const enum manager_kind kind = conn_is_tls(c) ? MANAGER_TLS : MANAGER_TCP;
    struct tcp_port *p = mem_zalloc(sizeof(*p));
    int err = p ? manager_session_alloc(&p->session, m, kind, &tcp_port, p, conn_peer(c),
                                        conn_local(c), NULL)
                : ENOMEM;

    if (err) {
        log_refused(m, conn_peer(c), err);
        conn_close(c);
        mem_deref(c);
        mem_free(p);
        return;
    }
    mem_ref(p->session);
    p->conn = c;
    conn_set_handlers(c, &(struct conn_handlers){.recv = conn_recv,
                                                 .closed = conn_closed,
                                                 .arg = p,
                                                 .max_in = AMI_MESSAGE_MAX,
                                                 .max_out = MANAGER_WAITING_MAX});
    manager_session_flush(p->session);
}

/* Of the settings in force. @return 0; EINVAL (said in the log); ENOMEM */
static int read_tls(struct manager *m, struct tls **tp)
{
    const char *file = model_settings_of(m->snapshot)->manager_tls_cert;
    char path[PATH_MAX];
    const char *why = "";
    int err;

    if (*file == '/' || !m->args.state_dir)
        snprintf(path, sizeof(path), "%s", file);
    else
        snprintf(path, sizeof(path), "%s/%s", m->args.state_dir, file);
    err = tls_alloc(tp, &(struct tls_args){.cert_file = path, .is_tls12_min = true}, &why);
    if (err)
        log_error("Manager: certificate cannot be used file=\"%s\" err=\"%s\"", path, why);
    return err;
}

static int make_tls(struct manager *m)
{
    return m->tls ? 0 : read_tls(m, &m->tls);
}

int manager_renew_tls(struct manager *m)
{
    struct tls *fresh = NULL;
    int err;

    if (!m->tls)
        return ENOENT;
    err = read_tls(m, &fresh);
    if (!err)
        tls_replace(m->tls, fresh); /* sockets and sessions go on */
    mem_deref(fresh);
    return err;
}

/* Clients that went away without a word (a firewall, a laptop) do not keep their places. */
static const struct net_tune tune = {
    .has_keepalive = true, .idle_s = 300, .gap_s = 30, .probes = 4};

/* Room for handshakes beside the sessions: who is one too many is told so in the log (is_full). */
static uint32_t most_conns(const struct manager *m)
{
    const struct model_settings *set = model_settings_of(m->snapshot);

    return (uint32_t)(set->manager_sessions + set->manager_auth_limit);
}

void manager_limit_conns(struct manager *m)
{
    if (m->plain)
        listener_set_max_conns(m->plain, most_conns(m));
    if (m->tls_listener)
        listener_set_max_conns(m->tls_listener, most_conns(m));
}

int manager_listen(struct manager *m, int fd, const struct addr *local, bool is_tls)
{
    struct listener **lp = is_tls ? &m->tls_listener : &m->plain;
    struct tls *tls = NULL;
    int err = is_tls ? make_tls(m) : 0;

    if (err) {
        if (fd >= 0)
            close(fd);
        return err;
    }
    if (is_tls)
        tls = m->tls;
    net_tune_fd(fd, &tune);
    *lp = mem_deref(*lp);
    return listener_open(lp, m->args.net, fd, local, tls, most_conns(m), accepted, m);
}

void manager_unlisten(struct manager *m)
{
    m->plain = mem_deref(m->plain);
    m->tls_listener = mem_deref(m->tls_listener);
    m->tls = mem_deref(m->tls);
}
