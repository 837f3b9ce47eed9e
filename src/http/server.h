/*
 * http/server.h - an HTTP/1.1 server on a local socket: libmicrohttpd in our words, on our loop
 *
 * Scope:   requests that the front (nginx) has read from the network come in, whole, to one handler; it
 *          answers when it likes. Plain HTTP only.
 * Owns:    the listening socket, connections, requests; a request is counted: the server holds one
 *          reference until it is answered and sent, who answers later holds another.
 * Thread:  the loop's.
 * Limits:  HTTP_CONNECTIONS_MAX connections, HTTP_HEAD_MAX bytes for the head and what is made of it, http_guard's; a body of what
 *          the route allows; 10 s from the request line to the last byte of the body, or between two pieces of one
 *          that goes to a sink; 120 s idle; HTTP_STREAM_MAX bytes that a client of a stream has not read.
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
#define HTTP_FACE_FIELD                                                                            \
    "X-Station-Face" /* the front's: "manager" or "pbx", the port it came in on */

struct http_server;
struct http_request;

/** A head has come: how long may its body be? The path is http_request_path's. */
typedef uint64_t(http_room_h)(const struct http_request *r, void *arg);

/** A request is whole. Answer now, or keep a reference and answer later; each exactly once. */
typedef void(http_request_h)(struct http_request *r, void *arg);

/** A request that is refused before it is whole: the status is given, the handler answers. */
typedef void(http_refuse_h)(struct http_request *r, int status, void *arg);

/** A head has come and is believed. What comes of the body may be given a sink (http_sink_set); who answers
 *  here (401, say) hears no more of the request: its body is read and thrown away. */
typedef void(http_head_h)(struct http_request *r, void *arg);

struct http_server_args {
    struct loop *loop; /* borrowed */
    int listen_fd;     /* listening, non-blocking; taken, even on error */
    http_room_h *room;
    http_head_h *head; /* may be NULL */
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

/* ---- a body that is not kept: piece by piece into a sink ---- */

/** A piece, borrowed for the call. Then http_request_h is called as ever, with an empty body; a client that
 *  goes before is heard of by the end of what http_request_set gave. */
typedef void(http_chunk_h)(struct http_request *r, struct slice bytes, void *arg);

/** In http_head_h only. */
void http_sink_set(struct http_request *r, http_chunk_h *h, void *arg);

/** In http_chunk_h only: no more, and no http_request_h either, until http_go_on (or an answer). Time does not
 *  run meanwhile. Who holds a request keeps a reference. */
void http_hold(struct http_request *r);
void http_go_on(struct http_request *r);

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

/* ---- an answer that is a file of the state directory: the front sends it ---- */

struct http_file {
    const char
        *path; /* below the state directory, in a folder that the front has: "recordings/a/b.wav" */
    const char *type; /* "audio/wav" */
    const char *name; /* to save it under, UTF-8; NULL: nothing is said about that */
    bool is_inline;   /* to be shown or played, not saved */
};

/** Answer with a file: ranges, dates and sizes are the front's work. A file that is not there is its 404.
 *  @return 0; EINVAL (a path that leads elsewhere, a name of more than 255 bytes: nothing was answered); ENOMEM, as http_reply */
int http_reply_file(struct http_request *r, const struct http_file *f,
                    const struct http_field *fields);

/* ---- an answer that goes on: events, long tables ---- */

#define HTTP_STREAM_MAX (256u << 10)

struct http_stream_handlers {
    /** All that was sent has been taken: room for HTTP_STREAM_MAX bytes. May be NULL. */
    void (*drained)(struct http_request *r, void *arg);
    /** The client has gone, or was sent away for not reading. Never after http_stream_close. Last call; what
     *  the request's reference was held for is over. */
    void (*gone)(struct http_request *r, void *arg);
    void *arg;
};

/**
 * Answer with a head now and bytes later. While it is silent a stream costs no time. The caller holds a
 * reference until it closes, or gone is called.
 * @param h  copied
 * @return 0; ENOTCONN (the client has gone); EALREADY (answered); ENOMEM: the connection is closed
 */
int http_stream_open(struct http_request *r, int status, const char *type,
                     const struct http_field *fields, const struct http_stream_handlers *h);

/** @return 0; ENOTCONN; ENOBUFS (who does not read is closed: gone will be called); ENOMEM */
int http_stream_send(struct http_request *r, struct slice bytes);

/** Bytes that may still be sent before ENOBUFS. */
size_t http_stream_room(const struct http_request *r);

/** No more is to come: what was sent is still delivered. */
void http_stream_close(struct http_request *r);
