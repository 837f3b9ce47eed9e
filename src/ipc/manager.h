/*
 * ipc/manager.h - the messages between the engine's Manager and the station's own roles
 *
 * Scope:   one seqpacket connection a role (state/run/manager.sock). Over it go many sessions, each with
 *          a number that the role chooses (never 0): its own one (MANAGER_ROLE: it is in, with every
 *          class; events come as they happen), or one of HTTP (MANAGER_HTTP: a stranger until Login;
 *          events wait in the engine for WaitEvent).
 * Shape:   requests, answers and events are the Manager's own text (ami/): the frames of a request are
 *          written by ami_ask, those of the engine by ami_put. Long texts come in several messages.
 * Order:   one request of a session at a time; the next is given after is_last of the answer.
 * Source:  docs/manager.md.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "ipc/ipc.h"

#define MANAGER_TEXT_MAX 24000 /* bytes of text in a message */
#define MANAGER_HEADER_MAX 4000
#define MANAGER_URI_MAX 20000

enum manager_msg {
    /* role -> engine */
    MANAGER_OPEN = 1, /* a session */
    MANAGER_ASK,      /* (a part of) a request */
    MANAGER_DIGEST,   /* who is this? (RFC 7616, for /arawman and its like) */
    MANAGER_LEAVE,    /* the session is not wanted any more */
    /* engine -> role */
    MANAGER_ANSWER = 64, /* (a part of) the answer, or (request 0) of events */
    MANAGER_VERDICT,     /* to MANAGER_DIGEST */
    MANAGER_LEFT,        /* the engine ended the session: logged off, cut off, or never taken */
};

enum manager_session_kind { MANAGER_SESSION_HTTP = 1, MANAGER_SESSION_ROLE };

struct manager_open {
    uint32_t session;
    uint8_t kind; /* enum manager_session_kind */
    struct addr peer, local;
};

struct manager_ask {
    uint32_t session;
    uint32_t request; /* never 0; told back */
    bool is_last;
    struct slice text;
};

/** A session of kind HTTP; after a verdict of 0 it is in as that user, for one request or more. */
struct manager_digest {
    uint32_t session;
    uint32_t request;
    char method[16];
    struct slice uri;           /* as it was asked for */
    struct slice authorization; /* the header's value; empty: none was sent */
};

struct manager_leave {
    uint32_t session;
};

struct manager_answer {
    uint32_t session;
    uint32_t request; /* 0: events */
    bool is_last;
    struct slice text;
};

/** err 0: it is in; EACCES: challenge (a header block "WWW-Authenticate: ..." for the answer 401) */
struct manager_verdict {
    uint32_t session;
    uint32_t request;
    int32_t err;
    struct slice headers;
};

extern const struct ipc_protocol manager_protocol;
