/*
 * manager/manager.h - the Manager API of an engine: who may connect, what they may do, what they see
 *
 * Scope:   one `struct manager` per engine. Sessions come over TCP, TLS, or from the station's own roles
 *          (ipc/manager.h: role web brings those of HTTP). An action is a row of manager/action.h, an
 *          event a row of manager/event.h.
 * Owns:    its listeners, sessions and events, one reference to the current snapshot. Counted;
 *          mem_deref before the parts it is given.
 * Thread:  the loop's.
 * Limits:  settings manager_sessions, manager_auth_limit, manager_auth_timeout; 8 MiB of events wait for
 *          one who does not read: then it is cut off, and nobody else notices.
 * Source:  Asterisk 22's Manager, docs/manager.md ("Not as Asterisk").
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "ipc/console.h"
#include "ipc/ipc.h"
#include "loop/net.h"
#include "model/snapshot.h"

struct calls;
struct manager;
struct outgoing;
struct pjsip;
struct plan_core;
struct store;

/** A sound that was uploaded; texts are borrowed during the call. */
struct manager_sound {
    struct slice upload, name, folder, original, description, group;
    bool replaces;
};

/** A piece of music on hold; upload absent: it is removed. Texts are borrowed during the call. */
struct manager_music {
    struct slice upload, directory, name, original;
};

/** What has come of an order: 0 and a uuid (""), or why not, in one word. Called once. */
typedef void(manager_order_h)(int err, const char *uuid, const char *why, void *arg);

/** What it stands on, all borrowed: they outlive it. */
struct manager_args {
    struct net *net;
    struct calls *calls;
    struct plan_core *plan;
    struct pjsip *pjsip; /* NULL (unit tests): its actions answer that there is nothing */
    struct store *store; /* NULL (unit tests): configuration actions fail */
    /** Run a line of the console (Command): output and end go to c. */
    void (*command)(struct console *c, struct slice line, void *arg);
    /** Reload, as `core reload` does; NULL: there is nothing to reload. */
    void (*reload)(void *arg);
    /** Orders of the web role: an MP3 of a recording, a sound of an upload; done tells that they are queued. NULL:
     *  not here. @return 0 (done follows); errno */
    int (*convert)(struct slice recording, manager_order_h *done, void *done_arg, void *arg);
    int (*sound)(const struct manager_sound *s, manager_order_h *done, void *done_arg, void *arg);
    /** Remove one: done tells that its files are gone, or why not ("in-use": a routing plays it). */
    int (*sound_remove)(struct slice uuid, bool is_forced, manager_order_h *done, void *done_arg,
                        void *arg);
    /** Make or remove a piece of music on hold: done tells when that is over. */
    int (*music)(const struct manager_music *m, manager_order_h *done, void *done_arg, void *arg);
    void *arg;
    const char *state_dir; /* relative certificate files stand in it */
};

/** @param snapshot  shared. @return 0; ENOMEM */
int manager_alloc(struct manager **mp, const struct manager_args *args,
                  struct model_snapshot *snapshot);

/** Another configuration (shared): who is in stays in, unless the user is gone or has another secret. */
void manager_set_snapshot(struct manager *m, struct model_snapshot *snapshot);

/** Serve a listening socket (taken, even on error). @param is_tls  with the certificate of the settings.
 *  @return 0; EINVAL (certificate, said in the log); ENOMEM; errno */
int manager_listen(struct manager *m, int fd, const struct addr *local, bool is_tls);

/** Another certificate stands in the settings: those who come by TLS from now on are shown it. Without success
 *  the old one goes on. @return 0; ENOENT (none is in use: listen); EINVAL (said in the log); ENOMEM */
int manager_renew_tls(struct manager *m);

/** Stop serving all of these. */
void manager_unlisten(struct manager *m);

/** Serve a role that has connected (taken; ipc/manager.h). @return 0; ENOMEM */
int manager_serve(struct manager *m, struct ipc *role);

/** The same for the role that faces strangers: its own session has neither system nor command nor config. */
int manager_serve_web(struct manager *m, struct ipc *web);

/** Listen for roles on a seqpacket socket (taken). @param uids  who may come, besides root and our own
 *  user. @return 0; errno */
int manager_serve_roles(struct manager *m, int listen_fd, const uint32_t uids[2]);

/** The engine goes down: event Shutdown, then the sessions end. */
void manager_shutdown(struct manager *m);

/** The engine works: event FullyBooted. */
void manager_booted(struct manager *m);

/** Configuration was loaded anew: event Reload. */
void manager_reloaded(struct manager *m);

/** Rows of the console (`manager show ...`); their arg is the struct manager. */
extern const struct console_command manager_console_commands[];
extern const size_t manager_console_command_count;
