/*
 * call/security.h - who tried to get in, and what was refused: told once, by whoever saw it
 *
 * Scope:   the Manager and the channel driver tell; the log gets a line for everything that was refused, in one form
 *          for all (programs read it: docs/manager.md), and whoever watches gets the fact (events of the Manager).
 * Owns:    nothing. A watch is embedded in its owner, who removes it before it goes.
 * Thread:  the loop's.
 * Limits:  GUARD_LINES lines a second in the log, SECURITY_FACTS refusals and challenges a second for who watches;
 *          what was left out is counted in the log.
 * Source:  Asterisk 22's security_events.h.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/list.h"
#include "base/slice.h"
#include "base/when.h"

#define SECURITY_FACTS 500

struct calls;

enum security_event {
    SECURITY_FAILED_ACL,
    SECURITY_INVALID_ACCOUNT,
    SECURITY_SESSION_LIMIT,
    SECURITY_REQUEST_NOT_ALLOWED,
    SECURITY_REQUEST_BAD_FORMAT,
    SECURITY_SUCCESSFUL_AUTH,
    SECURITY_CHALLENGE_FAILED,
    SECURITY_INVALID_PASSWORD,
    SECURITY_CHALLENGE_SENT,
    SECURITY_EVENTS /* how many */
};

/** Asterisk's name: "InvalidPassword". */
const char *security_event_name(enum security_event e);

/** Is it one that the log gets? */
bool security_event_is_refusal(enum security_event e);

/** All borrowed during the call; slices that do not belong to the event are absent or empty. */
struct security_fact {
    enum security_event event;
    const char *service;   /* "AMI", "PJSIP" */
    const char *transport; /* "UDP", "TCP", "TLS" */
    struct slice account;  /* as it was given: a stranger's words */
    struct slice session;  /* "0x2a", a Call-ID */
    const struct addr *local, *remote;
    struct slice request;           /* "Action: Ping" */
    struct slice acl;               /* name of the list that refused */
    struct slice challenge, answer; /* of a digest */
    bool used_password, has_session_time;
    struct wall session_time;
};

typedef void(security_h)(const struct security_fact *f, void *arg);

struct security_watch {
    struct link link;
    security_h *h;
    void *arg;
};

/** Watch from now on. w->h and w->arg are set; removing twice is harmless. */
void calls_watch_security(struct calls *c, struct security_watch *w);
void security_watch_stop(struct security_watch *w);

/** Tell. c may be NULL (a part tested alone): nobody hears it, and the log gets nothing. */
void calls_tell_security(struct calls *c, const struct security_fact *f);
