/*
 * manager/action.h - an action of the Manager: one row of data, and its code
 *
 * Scope:   what an action gets and how it answers. Name, classes, parameters and help are data:
 *          ListCommands, `manager show command`, docs and tests come from the row. A file per family
 *          (manager/act_*.c); table.c joins them.
 * Runs:    on the loop, and must not wait; a row with in_task runs inside a task of its own and may
 *          (loop/task.h): the session takes no other request meanwhile.
 * Answers: exactly one response, and a list after it where the action has one. A request that is
 *          answered later is held (manager_hold) and ended (manager_done).
 * Source:  Asterisk 22's manager.c, its answers in reference/manager.
 */
#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "ami/message.h"
#include "ami/writer.h"
#include "base/buf.h"
#include "base/slice.h"
#include "manager/class.h"

struct manager;
struct manager_session;

/** One request being answered. Counted; the text of its headers lives as long as it does. */
struct manager_request;

struct manager_words {
    const char *ru, *en;
};

struct manager_param {
    const char *name; /* NULL ends the list */
    struct manager_words help;
    bool is_required; /* for the help; the code answers "... not specified" in Asterisk's words */
};

/** The parameter that every action has. */
#define MANAGER_PARAM_ID                                                                           \
    {                                                                                              \
        "ActionID",                                                                                \
        {                                                                                          \
            "Возвращается в ответе.", "ActionID for this transaction. Will be returned."           \
        }                                                                                          \
    }

struct manager_action {
    const char *name;
    uint32_t classes;    /* any of these; CLASS_NONE: everybody who is in */
    bool before_login;   /* Login, Challenge */
    bool in_task;        /* run may wait */
    const char *subject; /* NULL: complete; else what it is connected with later ("queues") */
    struct manager_words synopsis; /* one line, as in ListCommands */
    struct manager_words help;     /* lines; may be empty */
    const struct manager_param *params;
    const char *shown; /* the test that shows it, as plan/app.h's */
    void (*run)(struct manager_request *q);
};

/** All, in the order of their names; the last row is NULL. */
extern const struct manager_action *const manager_actions[];
const struct manager_action *manager_action_find(struct slice name);

/* ---- what was asked ---- */

struct manager *manager_of(const struct manager_request *q);
struct manager_session *manager_session_of(const struct manager_request *q);
const struct ami_message *manager_message_of(const struct manager_request *q);

/** Value of a header, "" when it is absent. */
struct slice manager_arg(const struct manager_request *q, const char *name);
/** The n-th of that name; absent when there are fewer. */
struct slice manager_arg_nth(const struct manager_request *q, const char *name, uint32_t n);
/** "yes", "true", "on", "1"; `usual` when it is absent or anything else. */
bool manager_arg_bool(const struct manager_request *q, const char *name, bool usual);

/** Has the user this class among those of write? ("system" for what could run programs.) */
bool manager_may(const struct manager_request *q, uint32_t classes);

/* ---- answering ---- */

/** "Response: Success", Message: of 511 bytes, the rest is cut. */
void manager_ack(struct manager_request *q, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/** "Response: Error", Message. */
void manager_error(struct manager_request *q, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/** Where the answer is being written, for ami_put and its like, between begin and end. */
struct buf *manager_out(struct manager_request *q);

/** "Response: WORD" and ActionID; put headers with ami_put(manager_out(q)); then manager_end. */
void manager_begin(struct manager_request *q, const char *word);
void manager_end(struct manager_request *q);

/** A list: "Response: Success", "EventList: start", Message. */
void manager_list(struct manager_request *q, const char *message);
/** One event of it: "Event: NAME", ActionID; headers; manager_end. It counts. */
void manager_item(struct manager_request *q, const char *event);
/** The same without ActionID, for one that has it elsewhere (manager_put_id). */
void manager_item_bare(struct manager_request *q, const char *event);
/** The end: "Event: NAME", "EventList: Complete", "ListItems: N"; more headers; manager_end. */
void manager_list_end(struct manager_request *q, const char *event);
/** Items so far. */
uint32_t manager_items(const struct manager_request *q);

/** ActionID alone, where an answer has another shape; nothing when none was given. */
void manager_put_id(struct manager_request *q);

/** Answer later: keeps the session's other requests waiting. @return q, one reference */
struct manager_request *manager_hold(struct manager_request *q);
/** The answer is complete; takes the reference. Harmless when the session has gone meanwhile. */
void manager_done(struct manager_request *q);
/** Has the session gone? Nobody reads the answer then. */
bool manager_is_gone(const struct manager_request *q);

/** End the session once the answer is sent (Logoff, failed Login). */
void manager_close_after(struct manager_request *q);
