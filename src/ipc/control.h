/*
 * ipc/control.h - a role and its supervisor: ready, stop, listening sockets, the list of roles
 *
 * Scope:   every role has one control connection (descriptor 3) from birth. Only the engine may
 *          bind and shut down; it and the web role (for administrators) list and restart.
 *          The supervisor answers the same list, restart and shutdown questions on
 *          state/run/control.sock, to root and to the user it runs as, for the time when the
 *          engine is down.
 * Owns:    struct control owns the connection and its unanswered questions.
 * Thread:  the loop's.
 * Limits:  64 questions unanswered at once; 64 sockets bound.
 * Life:    when the supervisor is gone the role hangs up, writes its records and ends within 1 s.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/log.h"
#include "ipc/ipc.h"
#include "loop/loop.h"

/* ---- messages (both directions in one table) ---- */

enum control_id {
    CONTROL_READY = 1, /* role: start is over */
    CONTROL_STOP,      /* supervisor: end in order */
    CONTROL_BIND,      /* engine: a socket, please */
    CONTROL_BOUND,     /* supervisor: here, with the descriptor; or the error */
    CONTROL_RELEASE,  /* engine: this address is no longer wanted; the supervisor closes its copy */
    CONTROL_LIST,     /* who runs? */
    CONTROL_ROLE,     /* one row of the answer */
    CONTROL_RESULT,   /* end of an answer */
    CONTROL_RESTART,  /* start this role anew */
    CONTROL_SHUTDOWN, /* stop the station */
    CONTROL_HTTP,     /* engine: HTTP is set so; the supervisor tells the roles that want to know */
    CONTROL_LEVEL,    /* both ways: log from this level on; the supervisor tells all roles */
};

enum control_kind { CONTROL_UDP = 1, CONTROL_TCP };

enum { CONTROL_NAME = 16 }; /* bytes of a role's name with its NUL */

struct control_bind {
    uint32_t question;
    uint8_t kind; /* enum control_kind */
    struct addr local;
};

struct control_bound {
    uint32_t question;
    int32_t err;
    struct addr local; /* as bound: the port is known now */
};

/** One role as the supervisor sees it. */
struct control_role {
    uint32_t question;
    char name[CONTROL_NAME];
    int32_t pid;           /* 0: not running now */
    int64_t start_wall_us; /* of the present process */
    uint32_t restarts;     /* since the supervisor started */
    bool is_ready;
};

struct control_name {
    uint32_t question;
    char name[CONTROL_NAME];
};

struct control_result {
    uint32_t question;
    int32_t err;
};

struct control_level {
    uint32_t question;
    uint8_t level; /* enum log_level */
};

enum { CONTROL_HOST = 254 };

/** How the interface is served. */
struct control_web {
    bool is_enabled, redirects;
    struct addr bind;        /* port 0: the front chooses */
    uint16_t port_plain;     /* 0: the front chooses */
    char name[CONTROL_HOST]; /* host name, or "" */
    uint32_t upload_mib;
    uint32_t rate;        /* requests a second of an address */
    uint32_t connections; /* requests at once of an address */
};

/** The settings of HTTP, which the engine reads and other roles obey. */
struct control_http {
    bool is_enabled;
    struct addr bind;
    uint32_t timeout_s;   /* http_session_timeout */
    uint32_t rate;        /* requests a second of an address */
    uint32_t connections; /* at once of an address */
    struct control_web web;
};

struct control_empty {
    uint32_t question; /* 0 where nothing is answered */
};

extern const struct ipc_protocol control_protocol;

/* ---- a role's side ---- */

struct control;

struct control_handlers {
    /** End in order, quickly. Also called (once) when the supervisor is gone: is_orphan. */
    void (*stop)(bool is_orphan, void *arg);
    /** HTTP is set so (only to roles that want to know); may be NULL. */
    void (*http)(const struct control_http *http, void *arg);
    void *arg;
};

/**
 * @param fd  the control connection (taken, even on error)
 * @param h   borrowed during the call
 * @return 0; EINVAL; ENOMEM; errno
 */
int control_alloc(struct control **cp, struct loop *loop, int fd, const struct control_handlers *h);

/** Over a connection that exists already (tests: one end of ipc_pair; taken). */
int control_alloc_ipc(struct control **cp, struct ipc *ipc, const struct control_handlers *h);

/** Tell the supervisor that the start is over. @return 0; errno of ipc_send */
int control_ready(struct control *c);

/** err 0: fd is taken by the handler, local is the bound address. Else EADDRINUSE, EACCES,
 *  EADDRNOTAVAIL, EPERM, EMFILE (64 sockets), ECANCELED (the supervisor is gone); fd is -1. */
typedef void(control_bound_h)(int err, int fd, const struct addr *local, void *arg);

/**
 * Ask for a bound UDP socket or a listening TCP socket. The same kind and address again, also
 * from an engine that was started anew, gives the very same socket with what waits in it. Sockets
 * that a new engine has not asked for when it says ready are closed.
 * @param local  port 0: any free port (then a new engine gets it by asking for that port)
 * @return 0 (the answer comes to h, never before return); EAGAIN (64 unanswered); ENOMEM; errno
 */
int control_bind(struct control *c, enum control_kind kind, const struct addr *local,
                 control_bound_h *h, void *arg);

/** No longer wanted: the supervisor closes its copy too. */
int control_release(struct control *c, enum control_kind kind, const struct addr *local);

/** Called for each role (role set), then once with role NULL and the result. */
typedef void(control_role_h)(int err, const struct control_role *role, void *arg);
int control_list(struct control *c, control_role_h *h, void *arg);

/** err 0; ENOENT (no such role); EPERM; ECANCELED */
typedef void(control_result_h)(int err, void *arg);

/** Start the role name anew (its process is told to stop, after 1 s killed). */
int control_restart(struct control *c, const char *name, control_result_h *h, void *arg);

/** Stop the whole station. */
int control_shutdown(struct control *c, control_result_h *h, void *arg);

/** The engine: tell how HTTP is set. @return 0; errno of ipc_send */
int control_tell_http(struct control *c, const struct control_http *http);

/** Least important level logged, in all roles. */
int control_set_level(struct control *c, enum log_level level, control_result_h *h, void *arg);
