/*
 * manager/roles.h - inner: a role that is connected, and its sessions
 */
#pragma once
#include "base/hash.h"
#include "base/list.h"
#include "manager/session.h"

/* Of one session, behind the one that is being answered. */
#define ROLE_REQUESTS_MAX 16

struct role_link {
    struct link link; /* manager->roles */
    struct manager *manager;
    struct ipc *ipc;
    bool is_web;       /* it faces strangers: its own session may less */
    struct hash ports; /* struct role_port by number */
};

/** Carries one session; freed when the session closes it. */
struct role_port {
    struct hash_link link;
    struct role_link *role;          /* NULL: it is gone */
    struct manager_session *session; /* a reference */
    uint32_t number, request;        /* request: being answered, or 0 */
    uint32_t awaiting;               /* WaitEvent, or 0 */
    uint32_t
        next[ROLE_REQUESTS_MAX]; /* asked meanwhile, in this order: the session keeps their text */
    uint32_t next_count;
    struct buf asked; /* parts of a request */
};

struct role_port *role_port_find(const struct role_link *r, uint32_t number);
