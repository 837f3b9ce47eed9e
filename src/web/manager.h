/*
 * web/manager.h - the Manager over HTTP: /rawman, /mxml, /manager with a cookie, /arawman, /amxml, /amanager
 *          with digest, each below /asterisk too; /httpstatus
 *
 * Scope:   a request becomes a message of the Manager, its answer a page. Who is who is decided by the
 *          engine; here are only sessions: a cookie of 128 random bits, or the nonce of a digest, and a
 *          session of the engine behind it.
 * Owns:    link, sessions. The server is somebody else's (role/web.c), who hands it what is the Manager's.
 * Thread:  the loop's.
 * Limits:  16 requests of a session wait; a body of 64 KiB; a session that never had a success ends with
 *          its answer, another one `timeout_s` after its last.
 * Source:  Asterisk 22's main/manager.c (generic_http_callback, auth_http_callback), docs/manager.md.
 */
#pragma once
#include "base/addr.h"
#include "http/server.h"
#include "loop/loop.h"

/* By the front: "ADDRESS PORT LOCAL_ADDRESS LOCAL_PORT"; and the client's Cookie, which libmicrohttpd
   would refuse in its own words when it is broken or huge. */
#define WEB_PEER_HEADER "X-Station-Peer"
#define WEB_COOKIE_HEADER "X-Station-Cookie"

struct web_manager;
struct web_link;

/** @param link_path  of manager.sock; borrowed, outlives the object. @return 0; ENOMEM */
int web_manager_alloc(struct web_manager **mp, struct loop *loop, const char *link_path);

/** Its connection to the engine; borrowed, for others who open sessions of their own. */
struct web_link *web_manager_link(const struct web_manager *m);

/** The server's handlers (http/server.h), for what is asked of the Manager. Requests that are under way
 *  when the last reference goes are answered with 503 then: before the server ends. */
uint64_t web_manager_room(const struct http_request *r, struct web_manager *m);
void web_manager_request(struct http_request *r, struct web_manager *m);
void web_manager_refuse(struct http_request *r, int status, struct web_manager *m);

/** Seconds that a session lives without a request (http_session_timeout); 60 until it is said. */
void web_manager_set_timeout(struct web_manager *m, uint32_t timeout_s);
