/*
 * notify/notify.h - mails and webhooks on their way: what is due is sent, again after a growing pause
 *
 * Scope:   the queues are notify/desk.h, sending is notify/post.h; here they are brought together.
 * Owns:    its threads, events until they are in the database, messages while they are sent.
 * Thread:  the loop's.
 * Limits:  NOTIFY_AT_ONCE messages are sent at once; NOTIFY_EVENTS events wait while the database is away: then the
 *          newest is dropped, with a line in the log.
 */
#pragma once
#include "base/slice.h"
#include "loop/loop.h"

enum { NOTIFY_AT_ONCE = 8, NOTIFY_EVENTS = 1000 };

struct notify;

/** @param state  the station's folder; borrowed. @return 0; ENOMEM; errno of threads */
int notify_alloc(struct notify **np, struct loop *loop, const char *state);

/**
 * Something has happened.
 * @param event   "call.end", a constant
 * @param of, to  endpoints that it is about, for webhooks of a group; may be empty
 * @param data    a JSON object; copied
 */
void notify_event(struct notify *n, const char *event, struct slice of, struct slice to,
                  struct slice data);
