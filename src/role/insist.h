/*
 * role/insist.h - statements that have to get into the database, however long it is away
 *
 * Scope:   what is neither a call record (store_cdr_put has a spool) nor worth an answer to anybody: a locked or full
 *          database gives up a write after seconds, here it is given again until it is taken. In the order given, but
 *          for what was under way when the database came back: a statement must not depend on its neighbour.
 * Lost:    with the process, when the database was away: who insists must find out at the next start.
 * Owns:    copies of the values.
 * Thread:  the loop's.
 * Limits:  INSIST_MAX wait, then the newest is refused with a line in the log.
 */
#pragma once
#include "store/store.h"

enum { INSIST_MAX = 10000, INSIST_PAUSE_MS = 5000, INSIST_VALUES = 16 };

struct insist;

int insist_alloc(struct insist **ip, struct loop *loop, struct store *store);

/**
 * @param sql   a constant
 * @param done  0: committed; EINVAL, ERANGE, EDOM, EEXIST: it never will be. May be NULL
 * @return 0; ENOSPC (INSIST_MAX wait; said in the log); EINVAL; ENOMEM
 */
int insist_exec(struct insist *i, const char *sql, const struct slice *values, size_t count,
                store_done_h *done, void *arg);

/** What waits is given one last time, no handler comes any more. The store ends before its loop runs again; the
 *  caller derefs. */
void insist_close(struct insist *i);
