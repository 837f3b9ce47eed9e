/*
 * rest/answer.h - asking the engine, and reading what it answered
 *
 * Scope:   messages of the Manager in an answer's text, one after another; refusals of the Manager as problems.
 * Thread:  the loop's, in a call's task.
 */
#pragma once
#include "ami/message.h"
#include "rest/call.h"

/** Ask action with more lines of ami_ask (NULL: none). @return as answer_order */
int answer_ask(struct rest_call *c, const char *action, const struct buf *lines,
               struct buf *answer);

/** Ask a whole message. @return 0 (Response: Success); REST_INVALID with the Manager's words (Error);
 *  REST_NO_ENGINE; REST_BUSY; ENOMEM */
int answer_order(struct rest_call *c, struct slice text, struct buf *answer);

/** Each message of it, the first one too; m is borrowed. Nothing without memory. */
typedef void(answer_message_h)(const struct ami_message *m, void *arg);
void answer_each(struct slice answer, answer_message_h *h, void *arg);

/** At least as many as it has messages. */
uint32_t answer_count(struct slice answer);

/** A header that is a number; 0: none. */
int64_t answer_int(const struct ami_message *m, const char *name);

/** Seconds since 1970 as a date with offset; 0: null. */
void answer_put_date(struct jout *j, const char *name, int64_t s);
