/*
 * manager/inner.h - inner: what the files of manager/ know of a manager
 */
#pragma once
#include "base/hash.h"
#include "base/mem.h"
#include "call/calls.h"
#include "call/device_state.h"
#include "call/observe.h"
#include "call/security.h"
#include "loop/accept.h"
#include "loop/loop.h"
#include "loop/tls.h"
#include "manager/door.h"
#include "manager/session.h"
#include "pjsip/watch.h"
#include "plan/plan.h"

#define MANAGER_BATCH_MS 10
#define MANAGER_EVENT_MAX 65536
#define MANAGER_WAITING_MAX (8u << 20)       /* bytes of events that wait for one session */
#define MANAGER_ALL_WAITING_MAX (256u << 20) /* of all sessions together */
#define MANAGER_VERSION "11.0.0"             /* of the protocol, as Asterisk 22 says it */

struct manager {
    struct manager_args args;
    struct loop *loop;
    struct model_snapshot *snapshot;
    struct wall start, reloaded;
    struct list sessions;
    uint32_t session_count, strangers; /* strangers: not logged in yet */
    uint64_t next_session;
    struct door door;
    struct log_gate refusals; /* lines about connections that find no place */
    struct security_watch security;
    struct listener *plain, *tls_listener;
    struct tls *tls;
    struct list roles; /* struct role_link (roles.c) */
    int roles_fd;
    uint32_t roles_uid[2];
    struct acceptor acceptor;

    uint32_t wanted;                  /* classes that some session may see now */
    struct buf event;                 /* the open one, or empty */
    const struct manager_event *open; /* its kind */
    struct manager_session *open_for; /* it alone, or NULL: all */
    struct manager_batch *batch;      /* gathering, or NULL */
    struct timer batch_timer;

    struct list originating;    /* act_originate.c */
    uint32_t suspended_bridges; /* act_bridge.c: bits of technologies */
    struct call_observer observer;
    uint64_t optimizations; /* ids of LocalOptimizationBegin */
    struct hash cel_calls;  /* ev_cel.c: calls by their linkedid */
    struct device_watch devices;
    struct pjsip_watch driver;
    struct hash hints; /* hints.c */
    bool watches_states;
    struct sip_auth *digest; /* NULL until somebody needs it */
    bool is_booted, is_down;
    struct ami_message message; /* being parsed: too big for a task's stack */
};

/* event.c */
struct batch_entry {
    uint32_t at, len, classes;
};
struct manager_batch {
    struct buf text;
    struct batch_entry *entries;
    uint32_t count, room;
    uint32_t classes; /* of all together */
};
/** Masks have changed: count again what is wanted. */
void events_count(struct manager *m);
/** Send what gathered now. */
void events_flush(struct manager *m);
void events_fini(struct manager *m);

/* ev_*.c: begin to watch what they tell of. @return 0; ENOMEM */
int ev_calls_start(struct manager *m);
void ev_calls_stop(struct manager *m);
int ev_states_start(struct manager *m);
void ev_states_stop(struct manager *m);
/** Somebody may want them now: devices and hints are watched from the first one on. */
void ev_states_want(struct manager *m);
/** State of an extension that has a hint (hints.c). */
void ev_extension(struct manager *m, struct slice context, struct slice exten, int state);

/* hints.c: all hints of the routing, whichever is in force. @return 0; ENOMEM (what there is memory for) */
int hints_start(struct manager *m);
void hints_stop(struct manager *m);

/* ev_station.c */
void ev_booted_for(struct manager_session *s);
void ev_shutdown(struct manager *m);
/** Event Reload; module "" is All. Numbers as Asterisk's. */
enum reload_status { RELOAD_DONE = 0, RELOAD_NOT_FOUND = 2 };
void ev_reload(struct manager *m, struct slice module, enum reload_status status);

/* ev_security.c: tell what happened at a session; account and request ("Action: Ping") may be absent.
 * tell_challenge: what was asked and answered of a digest, too. */
void ev_security_start(struct manager *m);
void ev_security_stop(struct manager *m);
void security_tell(struct manager_session *s, enum security_event e, struct slice account,
                   struct slice request);
void security_tell_digest(struct manager_session *s, struct slice account, struct slice challenge,
                          struct slice answer);

/* act_originate.c: calls under way are not told of any more. */
void originating_stop(struct manager *m);

struct manager_digest;

/** digest.c: whose are these credentials? The session is that user's then.
 *  @return 0; EACCES: headers are those of a challenge; ENOMEM and others */
int manager_digest(struct manager_session *s, const struct manager_digest *q, struct buf *headers);

/** login.c: is somebody in as that user? */
bool manager_is_in_use(const struct manager *m, struct slice user);

/* tcp.c: the settings have changed. */
void manager_limit_conns(struct manager *m);

/* roles.c */
void roles_stop(struct manager *m);
