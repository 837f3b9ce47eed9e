/*
 * rest/inner.h - inner: what the files of rest/ know of a rest
 */
#pragma once
#include "base/list.h"
#include "ipc/control.h"
#include "loop/worker.h"
#include "rest/access.h"
#include "rest/call.h"
#include "rest/door.h"
#include "rest/feed.h"

#define REST_TARGET_MAX 8192
#define REST_ANSWER_MAX (16u << 20)

struct rest {
    struct rest_args args;
    struct pool *pool;
    struct workers *thinkers;    /* passwords: two at once */
    struct web_station *station; /* the engine; NULL: none (tests) */
    struct access *access;
    struct rest_door door;
    struct workers *disk;    /* uploads */
    struct list originating; /* api_originate.c: who waits for the end of a call's ringing */
    struct live *live;
    struct owners *owners;
    struct control *control; /* the supervisor; NULL: none (tests) */
    uint32_t busy;
    uint64_t served;
};

/* rest.c */

/** May who asks? Before the body comes; in a task of its own. A problem is answered, then judged is called in any
 *  case. @return 0; else it was answered, and nothing is called */
int rest_judge_early(struct rest *r, struct http_request *request,
                     void (*judged)(struct rest_call *c, int kind));

/* call.c */
void rest_call_problem(struct rest_call *c, int kind);
