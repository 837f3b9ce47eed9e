/*
 * http/server_inner.h - what server.c and the kinds of answers share
 */
#pragma once
#include <microhttpd.h>

#include "base/list.h"
#include "http/guard.h"
#include "http/server.h"

struct http_server {
    struct http_server_args args;
    struct loop *loop;
    struct MHD_Daemon *daemon;
    struct loop_fd watch; /* the daemon's own epoll */
    struct timer timer;
    struct deferred again;
    struct list suspended; /* requests whose answer comes later */
};

struct http_request {
    struct link link; /* server->suspended */
    struct http_server *server;
    struct MHD_Connection *conn; /* NULL: the client has gone */
    struct MHD_Response *response;
    struct timer deadline; /* to be whole */
    struct http_guard guard;
    char *target, *method;
    uint64_t body_max;
    struct buf body;
    int status;
    bool is_begun, is_whole, is_replied, is_refused;
    bool is_held;        /* by the sink's owner */
    http_chunk_h *chunk; /* the sink, or NULL */
    void *chunk_arg;
    struct http_stream *stream; /* stream.c; NULL: none */
    void *own;
    void (*own_free)(void *own);
};

/** The present answer has these fields. @return false: no memory */
bool http_put_fields(struct http_request *r, const char *type, const struct http_field *fields);

/** The library does not look at the connection until http_wake; harmless when it sleeps already. */
void http_sleep(struct http_request *r);
void http_wake(struct http_request *r);

/** The library has no call for it: it reads an end. */
void http_cut(struct http_request *r);

/* stream.c */

/** The connection has gone, or is about to: nothing of it is used any more. */
void http_stream_ended(struct http_request *r);
void http_stream_free(struct http_request *r);
