/*
 * rest/rest.h - what the web role answers beside the Manager: the interface's REST, the station's HTTP API
 *
 * Scope:   a request whose path has a route becomes a call: a task that answers it. What has none is 404.
 * Owns:    the pool of the database, the calls under way.
 * Thread:  the loop's.
 * Limits:  REST_CALLS_MAX calls at once, more are 503; a body of REST_BODY_MAX where the route says no other.
 * Source:  docs/web.md.
 */
#pragma once
#include "http/server.h"
#include "web/station.h"

enum { REST_CALLS_MAX = 512, REST_BODY_MAX = 1 << 20 };

struct rest;
struct jout;
struct db;

/** A routing being edited, and where what is known of it goes (plan/draft.h). */
struct rest_draft_step {
    const char *exten, *label, *app, *data;
    int priority;
};

struct rest_draft {
    const char *context, *state; /* "": a new one; the state directory */
    const struct rest_draft_step *steps;
    uint32_t count;
    bool is_ru;
    /** @param to  a step, or below 0: elsewhere, nowhere, unknown */
    void (*edge)(uint32_t from, int32_t to, const char *kind, const char *when,
                 const struct slice place[3], void *arg);
    void (*doubt)(uint32_t step, const char *member, const char *text, void *arg);
    void *arg;
};

/** What the editor of routings is told by the routing's own tables (plan/guide.h); any thread. */
struct rest_guide {
    void (*print)(bool is_ru, struct jout *j);
    int (*check)(const struct rest_draft *d,
                 struct db *db); /* on the database's thread. @return errno */
};

struct rest_args {
    struct loop *loop;              /* borrowed, as all of these */
    const char *state;              /* the state directory */
    const char *version;            /* of the station */
    struct web_link *link;          /* the engine's Manager; NULL: none (tests) */
    const struct rest_guide *guide; /* NULL: none (tests) */
};

/** @return 0; ENOENT (no database), EINVAL; ENOMEM */
int rest_alloc(struct rest **rp, const struct rest_args *args);

/* http/server.h's handlers, with a struct rest as arg */
uint64_t rest_room(const struct http_request *r, void *arg);
void rest_request(struct http_request *r, void *arg);
void rest_refuse(struct http_request *r, int status, void *arg);

struct control;

/** The supervisor, whom services are asked of; borrowed. */
void rest_set_control(struct rest *r, struct control *control);

/** End all streams of events: a role that ends does so first. */
void rest_end_streams(struct rest *r);

/** Calls under way: a role that ends waits until there are none. */
uint32_t rest_busy(const struct rest *r);
