/*
 * rest/call.h - one request being answered
 *
 * Scope:   what a handler of a route sees and does. It runs as a task: rest_read and rest_change wait for the
 *          database, rest_ask for the engine; meanwhile other calls go on.
 * Owns:    request, query, body, the answer's text. A call lives as long as its handler runs.
 * Thread:  the loop's; 64 KiB of stack: big things come from the arena.
 */
#pragma once
#include <jansson.h>

#include "base/addr.h"
#include "base/jout.h"
#include "base/mem.h"
#include "http/form.h"
#include "loop/task.h"
#include "rest/problem.h"
#include "rest/rest.h"
#include "rest/route.h"
#include "store/pool.h"

enum { REST_ERRORS_MAX = 100, REST_GROUPS_MAX = 64 };

/** Who asks; a user's role as its one bit, 0: nobody. Texts are the call's. */
struct rest_user {
    unsigned role;
    char uuid[37];
    const char *name, *full_name, *language;
    const char *groups[REST_GROUPS_MAX]; /* uuids */
    uint32_t group_count;
    bool has_all;     /* sees what every group has */
    bool must_change; /* his password, before anything else */
};

struct rest_call {
    struct rest *rest;
    struct http_request *request; /* a reference */
    const struct rest_route *route;
    struct slice params[REST_PARAMS]; /* decoded; texts of the arena */
    struct form query;
    json_t *body; /* an object, or NULL: none */
    struct arena arena;
    struct rest_user who;
    char session[65]; /* the session's hash, in hex; "" : none */
    char csrf[65];    /* what X-CSRF-Token must be */
    struct addr from; /* the client's address, without port */
    char peer[64];    /* the same as text */
    int64_t at;       /* when it came, seconds since 1970 */
    bool is_ru;
    int64_t part_of; /* the first revision of several that this call makes; 0: each is alone */
    /* the answer */
    struct buf text;
    struct jout json;  /* into text */
    struct buf errors; /* members of "errors" of a problem */
    struct jout error_list;
    uint32_t error_count;
    char within[64]; /* the pointer of what is looked at: "/extensions/0/steps/2"; "": the body */
    const char *detail; /* of the problem that will be answered; NULL: none */
    struct http_field fields[8];
    uint32_t field_count;
    struct waiter waiter;
    /* rest_judge_early: no more than that */
    void (*judged)(struct rest_call *c, int kind);
};

/* ---- what was asked ---- */

/** A parameter of the query; absent: none. */
struct slice rest_query(const struct rest_call *c, const char *name);
/** A member of the body that is a text; NULL: none (another type adds an error and is NULL). */
const char *rest_text(struct rest_call *c, const char *member);
/** Refuse members that are not among these (comma separated). @return 0; REST_INVALID */
int rest_only(struct rest_call *c, const char *members);
const char *rest_words(const struct rest_call *c, const struct model_words *w);

/* ---- waiting ---- */

/** Work on a worker of the database (store/pool.h), waited for. @return what work returned; EAGAIN; ENOMEM */
int rest_read(struct rest_call *c, store_work_h *work, void *arg);
int rest_change(struct rest_call *c, store_work_h *work, void *arg);
/** Work on a thread of its own kind: passwords. @return 0; EAGAIN */
int rest_work(struct rest_call *c, void (*work)(void *arg), void *arg);

/**
 * Ask the engine, as the station itself (ipc/manager.h: no class system, command, config).
 * @param text    lines of ami_ask, ended by ami_end
 * @param answer  init'ed; out: all messages of the answer
 * @return 0 (the first message may be an error of the Manager's); REST_NO_ENGINE; EAGAIN; ENOMEM
 */
int rest_ask(struct rest_call *c, struct slice text, struct buf *answer);

/* ---- answering: once ---- */

/** A field of the answer; name is a literal, value is copied. */
void rest_field(struct rest_call *c, const char *name, const char *value);
/** c->json as JSON. @return 0 */
int rest_reply(struct rest_call *c, int status);
/** @return 0 */
int rest_reply_text(struct rest_call *c, int status, const char *type, struct buf *text);

/** One more wrong member (pointer "/callerid"), in words. @return REST_INVALID */
int rest_wrong(struct rest_call *c, const char *pointer, const struct model_words *w);
int rest_wrong_text(struct rest_call *c, const char *pointer, const char *detail);
/** What the problem is about, beside its title. @return kind */
int rest_say(struct rest_call *c, int kind, const struct model_words *detail);
