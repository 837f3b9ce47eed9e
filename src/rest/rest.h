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

/** What the editor of routings is told by the routing's own tables (plan/guide.h); any thread. */
struct rest_guide {
    void (*print)(bool is_ru, struct jout *j);
    int (*check)(struct slice app, const char *data, bool is_ru,
                 void (*doubt)(const char *member, const char *text, void *arg), void *arg);
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
