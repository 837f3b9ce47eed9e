/*
 * role/engine.h - the engine put together: store, calls, routing, SIP, driver, console
 *
 * Scope:   one object that the role `engine` runs on the real loop and network, and scene tests on
 *          fake ones. It joins the parts; what a part does stands in its own folder.
 * Owns:    all parts but those given in the args.
 * Thread:  the loop's.
 * Limits:  settings max_channels; a stop takes at most 900 ms.
 */
#pragma once
#include "base/addr.h"
#include "ipc/console.h"
#include "loop/dns.h"
#include "loop/net.h"

struct engine;
struct ipc;

/** A socket for a binding: fd is taken by who asked; err as in ipc/control.h. */
typedef void(engine_bound_h)(int err, int fd, const struct addr *local, void *arg);

struct engine_args {
    struct loop *loop; /* these four are borrowed and outlive the engine */
    struct net *net;
    struct dns *dns;
    struct control *control;     /* NULL (tests): the engine binds by itself on net, console without
                                    `core restart` */
    const char *state;           /* state directory; holds station.db. Borrowed for ever */
    const char *media_path;      /* of media.sock; NULL: media_ipc */
    struct ipc *media_ipc;       /* connection to a (fake) media role; taken */
    const char *runner_path;     /* of runner.sock; NULL: runner_ipc, or no runner at all */
    struct ipc *runner_ipc;      /* taken */
    uint16_t rtp_start, rtp_end; /* 0: the database's settings */
    int journal_fd; /* memory that outlives the engine (call/journal.h), taken; -1: calls do not */
};

/**
 * Open the database, load the configuration, be ready for calls. Bindings come up on the loop.
 * @param why  out: one sentence on what is wrong and where; borrowed until the next call
 * @return 0; errno of store_open or of a part; ENOMEM
 */
int engine_alloc(struct engine **ep, const struct engine_args *args, const char **why);

/** Serve `station ctl` and the Manager's sessions of role web on listening sockets (taken).
 *  @param uids  who may come to the latter, besides root and our own user. @return 0; errno */
int engine_serve(struct engine *e, int console_fd, int manager_fd, const uint32_t uids[2]);

/** Run a console line (tests): output and end go to c. */
void engine_run_command(struct engine *e, struct console *c, struct slice line);

/** Refuse new calls, hang up the others, write every record; then done(arg). */
void engine_stop(struct engine *e, timer_h *done, void *arg);

/** For tests: as if it had been killed, as far as database and journal can tell; what is left is
 * taken away by engine_stop and mem_deref, unheard by a network that is cut off. */
void engine_play_dead(struct engine *e);

/** All bindings have been tried (scenes wait for it). */
bool engine_is_ready(const struct engine *e);

struct calls *engine_calls(const struct engine *e);
struct store *engine_store(const struct engine *e);
struct sip *engine_sip(const struct engine *e);
