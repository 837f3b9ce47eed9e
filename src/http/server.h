/*
 * http/server.h - an HTTP/1.1 server on a local socket: libmicrohttpd in our words, on our loop
 *
 * Scope:   requests that the front (nginx) has read from the network come in, whole, to one handler; it
 *          answers when it likes. Plain HTTP only.
 * Owns:    the listening socket, connections, requests; a request is counted: the server holds one
 *          reference until it is answered and sent, who answers later holds another.
 * Thread:  the loop's.
 * Limits:  HTTP_CONNECTIONS_MAX connections, HTTP_HEAD_MAX bytes for the head and what is made of it, http_guard's; a body of what
 *          the route allows; 10 s from the request line to the last byte of the body; 120 s idle.
 * Source:  libmicrohttpd(3) with external epoll; docs/manager.md.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"
#include "loop/loop.h"

#define HTTP_CONNECTIONS_MAX 4096
#define HTTP_HEAD_MAX 24576
#define HTTP_READ_MS 10000
#define HTTP_IDLE_S 120
#define HTTP_TARGET_FIELD                                                                          \
    "X-Station-Target" /* the front's: path and query as they were asked for */

struct http_server;
struct http_request;

/** A head has come: how long may its body be? The path is http_request_path's. */
typedef uint64_t(http_room_h)(const struct http_request *r, void *arg);

/** A request is whole. Answer now, or keep a reference and answer later; each exactly once. */
typedef void(http_request_h)(struct http_request *r, void *arg);

/** A request that is refused before it is whole: the status is given, the handler answers. */
typedef void(http_refuse_h)(struct http_request *r, int status, void *arg);

struct http_server_args {
    struct loop *loop; /* borrowed */
    int listen_fd;     /* listening, non-blocking; taken, even on error */
    http_room_h *room;
    http_request_h *request;
    http_refuse_h *refuse;
    void *arg;
};

/** @return 0; ENOMEM; EIO (the library) */
int http_server_alloc(struct http_server **sp, const struct http_server_args *args);

/* ---- a request: borrowed, as long as it is held ---- */

struct slice http_request_method(const struct http_request *r);
/** As it was sent: path and query (HTTP_TARGET_FIELD's, when the front gives one). */
struct slice http_request_target(const struct http_request *r);
/** Before the question mark, not decoded. */
struct slice http_request_path(const struct http_request *r);
/** After it; absent: there is none. */
struct slice http_request_query(const struct http_request *r);
/** The first field of that name (any case); absent: there is none. */
struct slice http_request_header(const struct http_request *r, const char *name);
struct slice http_request_body(const struct http_request *r);

/** For who asks: one pointer that goes with the request; free is called at its end. */
void http_request_set(struct http_request *r, void *own, void (*free)(void *own));
void *http_request_own(const struct http_request *r);

/* ---- its answer ---- */

struct http_field {
    const char *name; /* NULL ends the list */
    const char *value;
};

/**
 * Answer. The body is taken (empty afterwards). HEAD gets the same without a body. Harmless when the client
 * has gone. After http_refuse_h the connection ends.
 * @param type    "text/plain", or NULL
 * @param fields  more fields, borrowed; may be NULL
 * @return 0; ENOMEM: the connection is closed
 */
int http_reply(struct http_request *r, int status, const char *type,
               const struct http_field *fields, struct buf *body);

/** Is it answered already? */
bool http_is_replied(const struct http_request *r);
