/*
 * web/link.h - the web role's sessions with the engine's Manager, over one connection
 *
 * Scope:   ipc/manager.h from the role's side: open, ask, digest, leave. Whose session the engine ends, or
 *          whose engine dies, hears it once; the connection comes back by itself.
 * Owns:    the connection; a session is counted, the link holds one reference while the engine knows it.
 * Order:   LINK_ASKS questions at a time, answered in their order, and WaitEvent beside them (LINK_AWAIT); a second
 *          one (LINK_AWAIT_NEXT) ends the first.
 * Thread:  the loop's.
 * Limits:  an answer of LINK_ANSWER_MAX bytes: beyond it the session is left.
 */
#pragma once
#include "base/addr.h"
#include "base/buf.h"
#include "loop/loop.h"

#define LINK_ANSWER_MAX (16u << 20)

struct web_link;
struct web_session;

#define LINK_ASKS 8

/** 0 to LINK_ASKS - 1: questions. */
enum link_slot { LINK_AWAIT = LINK_ASKS, LINK_AWAIT_NEXT, LINK_SLOTS };

/** The answer to one question; text is the handler's to take. err: ECONNRESET (the engine has gone, or
 *  ended the session before it answered), EMSGSIZE. */
typedef void(web_answer_h)(int err, struct buf *text, void *arg);

/** err 0: in; EACCES: not, and headers are the lines of a challenge; ECONNRESET. */
typedef void(web_verdict_h)(int err, struct slice headers, void *arg);

/** The engine does not know the session any more; what was asked has heard it before. Last call. */
typedef void(web_left_h)(void *arg);

/** @param path  of manager.sock; borrowed, outlives the link. @return 0; ENOMEM */
int web_link_alloc(struct web_link **lp, struct loop *loop, const char *path);

/** A session of HTTP. @return 0; ENOTCONN; ENOMEM */
int web_session_open(struct web_session **sp, struct web_link *l, const struct addr *peer,
                     const struct addr *local, web_left_h *left, void *arg);

/** Text of events as it comes: parts of messages. */
typedef void(web_text_h)(struct slice text, void *arg);

/** The web role's own session (ipc/manager.h: MANAGER_SESSION_ROLE): events come to `events`. @return as web_session_open */
int web_session_open_own(struct web_session **sp, struct web_link *l, web_text_h *events,
                         web_left_h *left, void *arg);

/** Ask (text: a whole message of the Manager). The slot must be free. @return 0; ENOTCONN; EBUSY; ENOBUFS */
int web_session_ask(struct web_session *s, unsigned slot, struct slice text, web_answer_h *h,
                    void *arg);

/** Who is this? @return as web_session_ask; EMSGSIZE */
int web_session_digest(struct web_session *s, unsigned slot, struct slice method, struct slice uri,
                       struct slice authorization, web_verdict_h *h, void *arg);

bool web_session_is_free(const struct web_session *s, unsigned slot);

/** No question is on its way (WaitEvent may be). */
bool web_session_is_idle(const struct web_session *s);

/** A slot for a question that is free, or LINK_ASKS. */
unsigned web_session_free_slot(const struct web_session *s);

/** Not wanted any more: no handler is called from here on. */
void web_session_leave(struct web_session *s);
