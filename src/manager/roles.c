/* manager/roles.c - sessions that the station's own roles bring; see ipc/manager.h */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "ipc/manager.h"
#include "manager/inner.h"
#include "manager/roles.h"

static void port_free(struct role_port *p)
{
    if (p->role)
        hash_del(&p->role->ports, &p->link);
    mem_deref(p->session);
    buf_fini(&p->asked);
    mem_free(p);
}

static int send_part(struct role_port *p, uint32_t request, bool is_last, struct slice text)
{
    return p->role ? ipc_send(p->role->ipc, MANAGER_ANSWER,
                              &(struct manager_answer){.session = p->number,
                                                       .request = request,
                                                       .is_last = is_last,
                                                       .text = text})
                   : ENOTCONN;
}

/* A long answer waits here while the role takes it; what is beyond ends that session, and no other. */
#define ROLE_ROOM (64u << 20)
#define ROLE_SPARE (1u << 20) /* heads of the parts, and all else that is said */

/* Events of a role's own session come between requests; those of HTTP only within answers. */
static int port_send(void *arg, struct slice bytes)
{
    struct role_port *p = arg;
    int err = 0;

    if (p->role && ipc_waiting(p->role->ipc) + bytes.len > ROLE_ROOM - ROLE_SPARE)
        return ENOBUFS;
    while (bytes.len && !err) {
        const size_t n = bytes.len < MANAGER_TEXT_MAX ? bytes.len : MANAGER_TEXT_MAX;

        err = send_part(p, p->request, false, slice_from(bytes.p, n));
        bytes = slice_skip(bytes, n);
    }
    return err;
}

static void take_next(struct role_port *p)
{
    p->request = p->next_count ? p->next[0] : 0;
    if (p->next_count)
        memmove(p->next, p->next + 1, --p->next_count * sizeof(p->next[0]));
}

static void port_answered(void *arg)
{
    struct role_port *p = arg;
    const uint32_t request = p->request;

    take_next(p);
    send_part(p, request, true, SLICE(""));
}

static void port_turn(void *arg)
{
    struct role_port *p = arg;
    const uint32_t request = p->request;

    p->request = p->awaiting;
    p->awaiting = request;
    if (!p->request)
        take_next(p);
}

static void port_close(void *arg)
{
    struct role_port *p = arg;

    if (p->role)
        ipc_send(p->role->ipc, MANAGER_LEFT, &(struct manager_leave){p->number});
    port_free(p);
}

static const struct manager_port role_port = {
    .send = port_send, .answered = port_answered, .turn = port_turn, .close = port_close};

struct role_port *role_port_find(const struct role_link *r, uint32_t number)
{
    for (struct hash_link *k = hash_first(&r->ports, number); k; k = hash_next(k)) {
        struct role_port *p = CONTAINER_OF(k, struct role_port, link);

        if (p->number == number)
            return p;
    }
    return NULL;
}

/* Whoever takes the web role over runs no programs and no commands, changes no configuration by it; of
   class system it hears only: phones that come and go, registrations, reloads. */
#define WEB_CLASSES                                                                                \
    (CLASS_CALL | CLASS_REPORTING | CLASS_CDR | CLASS_DIALPLAN | CLASS_ORIGINATE | CLASS_USER |    \
     CLASS_DTMF | CLASS_SECURITY | CLASS_AGENT)

static int open_session(struct role_link *r, const struct manager_open *o)
{
    const bool is_role = o->kind == MANAGER_SESSION_ROLE;
    struct role_port *p = mem_zalloc(sizeof(*p));
    int err;

    if (!p)
        return ENOMEM;
    p->number = o->session;
    buf_init(&p->asked, AMI_MESSAGE_MAX);
    err = hash_add(&r->ports, &p->link, p->number);
    if (err) {
        mem_free(p);
        return err;
    }
    p->role = r;
    err = manager_session_alloc(&p->session, r->manager, is_role ? MANAGER_ROLE : MANAGER_HTTP,
                                &role_port, p, &o->peer, &o->local, is_role ? "station" : NULL);
    if (err) {
        port_free(p);
        return err;
    }
    mem_ref(p->session);
    if (is_role && r->is_web)
        manager_session_limit(p->session, WEB_CLASSES | CLASS_SYSTEM, WEB_CLASSES);
    return 0;
}

static void ask(struct role_port *p, const struct manager_ask *a)
{
    struct buf asked;

    if (buf_adds(&p->asked, a->text) || p->next_count == ROLE_REQUESTS_MAX) {
        manager_session_end(p->session);
        return;
    }
    if (!a->is_last)
        return;
    if (p->request)
        p->next[p->next_count++] = a->request;
    else
        p->request = a->request;
    asked = p->asked; /* the port goes with its session, what was asked must not */
    buf_init(&p->asked, AMI_MESSAGE_MAX);
    manager_session_recv(p->session, buf_slice(&asked));
    buf_fini(&asked);
}

/* The session, and p with it, may end meanwhile. */
static void digest(struct ipc *c, struct role_port *p, const struct manager_digest *q)
{
    struct manager_verdict v = {.session = p->number, .request = q->request};
    struct buf headers;

    buf_init(&headers, MANAGER_HEADER_MAX);
    v.err = manager_digest(p->session, q, &headers);
    v.headers = buf_slice(&headers);
    ipc_send(c, MANAGER_VERDICT, &v);
    buf_fini(&headers);
}

static void came(struct ipc *c, uint16_t id, const void *message, int fd, void *arg)
{
    const struct manager_open *o = message; /* each begins with the session's number */
    struct role_link *r = arg;
    struct role_port *p = role_port_find(r, o->session);

    if (fd >= 0)
        close(fd);
    if (id == MANAGER_OPEN && !p) {
        if (open_session(r, o))
            ipc_send(c, MANAGER_LEFT, &(struct manager_leave){o->session});
    } else if (!p) {
        ipc_send(c, MANAGER_LEFT, &(struct manager_leave){o->session});
    } else if (id == MANAGER_ASK) {
        ask(p, message);
    } else if (id == MANAGER_DIGEST) {
        digest(c, p, message);
    } else if (id == MANAGER_LEAVE) {
        manager_session_end(p->session);
    }
}

static void link_free(struct role_link *r)
{
    list_unlink(&r->link);
    HASH_FOREACH(&r->ports, k)
    {
        struct role_port *p = CONTAINER_OF(k, struct role_port, link);

        hash_del(&r->ports, k);
        p->role = NULL;
        manager_session_end(p->session);
    }
    hash_fini(&r->ports);
    ipc_close(r->ipc);
    mem_deref(r->ipc);
    mem_free(r);
}

static void gone(struct ipc *c, int err, void *arg)
{
    link_free(arg);
}

static int serve(struct manager *m, struct ipc *role, bool is_web)
{
    struct role_link *r = mem_zalloc(sizeof(*r));

    if (!r) {
        mem_deref(role);
        return ENOMEM;
    }
    r->manager = m;
    r->ipc = role;
    ipc_set_room(role, ROLE_ROOM);
    r->is_web = is_web;
    hash_init(&r->ports);
    list_append(&m->roles, &r->link);
    ipc_set_handlers(role, came, gone, r);
    return 0;
}

int manager_serve(struct manager *m, struct ipc *role)
{
    return serve(m, role, false);
}

int manager_serve_web(struct manager *m, struct ipc *web)
{
    return serve(m, web, true);
}

/* ---- run/manager.sock ---- */

/* Other roles share the group that may open the socket. */
static bool may_come(const struct manager *m, uint32_t uid)
{
    return uid == 0 || uid == geteuid() || uid == m->roles_uid[0] || uid == m->roles_uid[1];
}

static void came_in(int fd, void *arg)
{
    struct manager *m = arg;
    struct ipc *c;
    uint32_t uid;
    int32_t pid;

    if (ipc_alloc(&c, m->loop, fd, &manager_protocol, NULL, NULL, NULL))
        return;
    if (ipc_peer(c, &uid, &pid) == 0 && may_come(m, uid)) {
        serve(m, c, uid != 0 && uid != geteuid());
    } else {
        ipc_close(c);
        mem_deref(c);
    }
}

int manager_serve_roles(struct manager *m, int listen_fd, const uint32_t uids[2])
{
    m->roles_uid[0] = uids[0];
    m->roles_uid[1] = uids[1];
    m->roles_fd = listen_fd;
    return acceptor_start(&m->acceptor, m->loop, listen_fd, came_in, m);
}

void roles_stop(struct manager *m)
{
    acceptor_stop(&m->acceptor);
    if (m->roles_fd >= 0)
        close(m->roles_fd);
    m->roles_fd = -1;
    LIST_FOREACH(&m->roles, k) link_free(CONTAINER_OF(k, struct role_link, link));
}
