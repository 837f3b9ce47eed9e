/*
 * role/supervisor_inner.h - the supervisor's parts, shared by supervisor.c (roles) and run.c
 * (start, clients)
 */
#pragma once
#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/log.h"
#include "ipc/control.h"
#include "loop/accept.h"
#include "loop/loop.h"
#include "role/binds.h"
#include "role/role.h"

enum { SUPERVISOR_ROLES = 8, SUPERVISOR_CLIENTS = 8 };

struct supervisor;

struct child {
    struct supervisor *sv;
    const struct role_spec *spec;
    pid_t pid;           /* 0: not running */
    struct ipc *control; /* NULL: not running, or it has closed it */
    int listen_fd;
    int second_fd; /* -1: it has no other socket */
    int keep_fd;   /* its memory (spec->keep_bytes), handed to each process in turn; -1: none */
    struct mono started;
    struct wall started_wall;
    struct timer timer; /* start anew, or kill */
    unsigned deaths;    /* in a row */
    uint32_t restarts;
    bool is_ready;
    bool is_stopping; /* told to stop */
};

struct client { /* of control.sock */
    struct supervisor *sv;
    struct ipc *ipc; /* NULL: free */
};

struct supervisor {
    struct loop *loop;
    struct role_users users;
    char state[PATH_MAX];
    enum log_level level;
    uint16_t rtp_start, rtp_end;
    bool has_sandbox;
    int exe_fd, lock_fd, signal_fd, control_fd;
    struct loop_fd signal_watch;
    struct acceptor acceptor;
    struct child children[SUPERVISOR_ROLES];
    size_t count;
    struct client clients[SUPERVISOR_CLIENTS];
    struct binds binds;
    bool is_stopping;
    struct control_http http; /* as the engine said it last */
    bool has_http;
    bool was_ready; /* all roles, once */
    bool is_told;   /* systemd: the engine is ready */
};

/** Start the role of a struct child (a timer's handler). */
void supervisor_start_child(void *arg);

/** End all roles in order, then the loop. */
void supervisor_stop(struct supervisor *sv);

/** Take notice of dead roles (SIGCHLD). */
void supervisor_reap(struct supervisor *sv);

/** Close the supervisor's end of a role's control connection. */
void supervisor_forget(struct child *ch);

/** Questions that the engine and local administrators may ask. @return false: not one of them */
bool supervisor_answer(struct supervisor *sv, struct ipc *from, uint16_t id, const void *message);
