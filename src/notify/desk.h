/*
 * notify/desk.h - the two queues in the database: outbox (mails), webhook_queue
 *
 * Scope:   one turn: what came of what was sent, events that are new, what is due now. A row is "sending" while it is
 *          in this process; those of a process that died wait again, so a message may be sent twice and none is lost.
 * Owns:    its connection, opened again when it broke.
 * Thread:  one worker's; no logging.
 * Limits:  DESK_TAKEN rows a turn; DESK_QUEUE webhooks wait, more are counted and dropped; given up after
 *          DESK_AGE_S; rows that are over go after DESK_KEPT_S.
 */
#pragma once
#include <stdint.h>

#include "base/list.h"
#include "notify/post.h"

enum {
    DESK_TAKEN = 16,
    DESK_QUEUE = 10000,
    DESK_AGE_S = 3 * 86400,
    DESK_KEPT_S = 7 * 86400,
    DESK_PAUSE_MOST_S = 3600
};

/** A row of one of the queues, with all that sending it needs. */
struct desk_item {
    struct link link;
    bool is_mail;
    int64_t id, attempts, created;
    char *to, *subject, *text;                       /* mail; text is a webhook's body too */
    char *url, *secret, *headers, *event, *delivery; /* webhook */
    struct notify_answer answer;
};

/** Something has happened. */
struct desk_event {
    struct link link;
    const char *event; /* "call.end", a constant */
    int64_t at;
    char delivery[37];
    char endpoints[2][128]; /* whose it is, for webhooks of a group; may be empty */
    char *data;             /* JSON object */
};

struct desk_turn {
    int64_t now;             /* seconds since 1970 */
    uint32_t room;           /* how many more may be taken, at most DESK_TAKEN */
    struct list finished;    /* in: struct desk_item; freed when err is 0 */
    struct list events;      /* in: struct desk_event; freed when err is 0 */
    struct list taken;       /* out: struct desk_item */
    struct notify_smtp smtp; /* out: the settings */
    char allow[1024];        /* out */
    uint32_t dropped;        /* out: the queue was full */
};

struct desk;

/** @param state  the station's folder; borrowed. @return 0; ENOMEM */
int desk_alloc(struct desk **dp, const char *state);

/** @return 0; errno of store/db.h: nothing was changed, finished and events are as they were, taken is empty */
int desk_turn(struct desk *d, struct desk_turn *t);

void desk_item_free(struct desk_item *i);
void desk_event_free(struct desk_event *e);
