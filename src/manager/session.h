/*
 * manager/session.h - inner: one who speaks to the Manager, from the first byte to the last
 *
 * Scope:   bytes in, requests one after another, answers and events out. What carries the bytes is a
 *          struct manager_port: a TCP or TLS connection (tcp.c), a session of a role (roles.c).
 * Owns:    its unread bytes, its waiting events, the request that is being answered. Counted: the list of
 *          the manager holds one reference, a held request another.
 * Order:   events that came before an answer leave before it.
 * Thread:  the loop's.
 */
#pragma once
#include "base/addr.h"
#include "base/list.h"
#include "manager/action.h"
#include "manager/event.h"
#include "manager/manager.h"

struct manager_session;
struct manager_batch;

/** How bytes leave. Each may be called from anywhere on the loop; closed by the session at its end. */
struct manager_port {
    /** A copy, in order. @return 0; ENOBUFS and others: the session ends */
    int (*send)(void *arg, struct slice bytes);
    /** Bytes that were sent and wait, as the other end does not read; may be NULL. */
    size_t (*waiting)(void *arg);
    /** The answer to the present request is complete (roles know where it ends); may be NULL. */
    void (*answered)(void *arg);
    /** The present request and the one that waits for events change places: others are answered while
     *  WaitEvent waits. NULL: they wait with it. */
    void (*turn)(void *arg);
    /** What was sent leaves, then the connection ends. Last call. */
    void (*close)(void *arg);
};

enum manager_kind { MANAGER_TCP, MANAGER_TLS, MANAGER_HTTP, MANAGER_ROLE };

struct manager_session {
    struct link link; /* manager->sessions */
    struct manager *manager;
    enum manager_kind kind;
    const struct manager_port *port;
    void *port_arg;
    struct addr peer, local;
    uint64_t id; /* SessionID of the security events */
    struct mono came;
    struct wall since, entered; /* entered: 0 before login */
    char user[80];              /* "" before login */
    uint32_t read, write;       /* classes; 0 before login */
    uint32_t mask;              /* classes of events that it wants */
    bool is_in, is_over;
    bool is_closing; /* ends when the present answer is sent */
    bool is_announced;
    char challenge[16];
    struct list filters;   /* struct manager_filter */
    struct timer deadline; /* to log in; of a delayed refusal */
    struct buf in;         /* bytes of messages to come */
    size_t looked_at;      /* bytes of in that hold no end of a message */
    uint8_t refused_before_login;
    struct buf out;                  /* answers of this round */
    struct manager_request *busy;    /* held: its answer comes later (borrowed) */
    struct deferred resume;          /* go on after a held one */
    bool is_polled;                  /* HTTP: events wait for WaitEvent */
    struct manager_request *refused; /* Login: its refusal waits for deadline */
    struct manager_request *waiting; /* WaitEvent */
    struct timer wait;
    struct list events; /* struct session_event: batches that wait (polled, or waiting) */
    size_t event_bytes;
};

/** @param user  for a role's own session: it is in, with every class; NULL: it must log in
 *  @return 0; EAGAIN (a ceiling of the settings); ENOMEM */
int manager_session_alloc(struct manager_session **sp, struct manager *m, enum manager_kind kind,
                          const struct manager_port *port, void *port_arg, const struct addr *peer,
                          const struct addr *local, const char *user);

/** No other classes than these, for a role's own session: to see events of, to act by. */
void manager_session_limit(struct manager_session *s, uint32_t read, uint32_t write);

/** Bytes came. All are taken. */
void manager_session_recv(struct manager_session *s, struct slice bytes);

/** When too much waits in all of them together, those for whom most waits are cut off. */
void manager_sessions_relieve(struct manager *m);

/** The other end has gone, or is to go: what was written leaves; takes the list's reference. */
void manager_session_end(struct manager_session *s);

/** The user is in: rights, mask and filters of its row. */
void manager_session_enter(struct manager_session *s, const struct model_manager *user);

/** Write what gathered in out. */
void manager_session_flush(struct manager_session *s);

/** Run whatever requests are whole, until one is held. */
void manager_session_go_on(struct manager_session *s);

/** Events of a batch that it may see: sent, or kept for WaitEvent. */
void manager_session_deliver(struct manager_session *s, struct manager_batch *b);

/** WaitEvent: answer now with what waits, or when something comes, or after s seconds (-1: never). */
void manager_session_wait(struct manager_session *s, struct manager_request *q, int64_t seconds);

/** May it see an event of these classes with this text? (mask, rights, filters) */
bool manager_session_sees(const struct manager_session *s, uint32_t classes, struct slice text);

/* ---- requests (request.c) ---- */

/** Answer one message. */
void request_run(struct manager_session *s, const struct ami_message *message);
