/*
 * rest/door.h - tries at passwords, codes, links and keys over HTTP
 *
 * Scope:   base/tries.h for calls. A try is counted before it is looked at, and taken back when it was right: who
 *          sends many at once has no more of them.
 * Thread:  the loop's.
 * Limits:  DOOR_A_MINUTE + DOOR_BURST wrong tries of an address, and of a name, in any minute: then 429 with
 *          Retry-After. Names that nobody has count like others.
 */
#pragma once
#include "base/tries.h"
#include "rest/call.h"

struct rest_door {
    struct tries logins; /* passwords, codes */
    struct tries mails;  /* wishes for a link */
    struct tries keys;   /* of the HTTP API; links and the first start's code */
    struct log_gate gate;
};

void rest_door_init(struct rest_door *d);
void rest_door_fini(struct rest_door *d);

/** May this be tried? It is counted. @param name  of the account; absent: none. @return 0; REST_TOO_MANY */
int rest_door_try(struct rest_call *c, struct tries *t, struct slice name);

/** Retry-After. @return REST_TOO_MANY */
int rest_door_wait(struct rest_call *c, const struct tries *t, struct slice name);

/** It was right, or nobody has guessed: not counted. */
void rest_door_take_back(struct rest_call *c, struct tries *t, struct slice name);

/** A line of the log, in the form of call/security.h: programs read it (docs/manager.md). */
void rest_door_log(struct rest_call *c, struct slice name, const char *what);

/** It was wrong: a line of the log, and one of the journal. */
void rest_door_wrong(struct rest_call *c, struct slice name, const char *what);
