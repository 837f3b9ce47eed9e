/*
 * rest/route.h - the routes: method, path, who may, what for
 *
 * Scope:   tables from which requests are dispatched, OpenAPI is printed, and the test of every route with
 *          every role comes. A route is written with REST_ROUTE, which wants to know who may: without it
 *          nothing compiles.
 * Thread:  any; constant.
 */
#pragma once
#include <stdint.h>

#include "base/slice.h"
#include "model/field.h"

/** Who may: bits. A role's bit means users of that role. */
enum rest_who {
    REST_ANYBODY = 1,
    REST_API_KEY = 2, /* of the station's HTTP API */
    REST_ADMIN = 4,
    REST_MANAGER = 8,
    REST_SUPERVISOR = 16,
    REST_USER = 32,
    REST_AUDITOR = 64,
    REST_EVERY_USER = REST_ADMIN | REST_MANAGER | REST_SUPERVISOR | REST_USER | REST_AUDITOR,
    REST_READERS = REST_ADMIN | REST_MANAGER | REST_SUPERVISOR | REST_AUDITOR,
    REST_WRITERS = REST_ADMIN | REST_MANAGER,
};

#define REST_BASE "/pbx/api/v1"
enum { REST_PARAMS = 3 };

struct rest_call;

/** Answers, with rest_reply and its like. @return 0; an errno or problem: rest_problem answers for it */
typedef int(rest_h)(struct rest_call *c);

struct rest_route {
    const char *method; /* NULL ends a table; GET answers HEAD, too */
    const char *path;   /* "/pbx/api/v1/schema/{type}": a part in braces is a parameter */
    unsigned who;
    rest_h *handle;
    struct model_words says;
    const char *query;   /* names that the query may have, comma separated; "*": any */
    uint64_t body_max;   /* 0: REST_BODY_MAX of JSON */
    const char *body;    /* example of the JSON body, for OpenAPI; NULL: none */
    bool is_unprotected; /* no CSRF token is wanted: nobody is logged in, or a key stands for it */
    bool is_raw;         /* the body is no JSON */
    bool has_upload;     /* the body is a form with a file: upload.h */
};

/* A route that is nobody's does not compile either: no array has -1 elements. */
#define REST_WHO(who_) ((unsigned)((who_) + 0 * sizeof(char[(who_) ? 1 : -1])))

#define REST_ROUTE(method_, path_, who_, handle_, ru_, en_, ...)                                   \
    {                                                                                              \
        .method = method_, .path = path_, .who = REST_WHO(who_), .handle = handle_,                \
        .says = {ru_, en_}, __VA_ARGS__                                                            \
    }

/** All tables; the list ends with NULL. */
extern const struct rest_route *const rest_tables[];

/**
 * The route of a request. A fixed part is preferred to a parameter.
 * @param params    out: REST_PARAMS, what stood in the braces, borrowed from path, not decoded
 * @param is_known  out: the path has a route, with whatever method
 * @return NULL: none
 */
const struct rest_route *rest_route_find(struct slice method, struct slice path,
                                         struct slice params[REST_PARAMS], bool *is_known);
