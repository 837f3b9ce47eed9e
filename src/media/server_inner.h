/*
 * media/server_inner.h - what server.c (connection, events, commands) and server_streams.c share
 */
#pragma once
#include "base/hash.h"
#include "loop/accept.h"
#include "media/cache.h"
#include "media/crew.h"
#include "media/keep.h"
#include "media/order.h"
#include "media/ports.h"
#include "media/server.h"
#include "media/tape.h"

struct media_server {
    struct loop *loop;
    int64_t peer_uid;
    int listen_fd;
    struct acceptor acceptor;
    struct ipc *engine;
    uint64_t instance; /* of the engine whose streams are in by_id; 0: none yet */
    uint32_t orphan_ms;
    struct media_ports ports;
    struct media_keep *keep;
    struct workers *workers;
    struct media_orders orders;
    struct hash by_id;
    struct list legs;
    uint32_t leg_count;
    struct deck *deck;
    struct hash tapes_by_number;
    struct list tapes;
    bool is_closing;
};

/** The stream that the engine calls so, or NULL. */
struct media_leg *media_server_find(const struct media_server *s, uint32_t id);

/** A message to the engine, if there is one. */
void media_server_tell(struct media_server *s, uint16_t type, const void *msg);

/** A command without more to a leg's lane. @return as media_crew_post */
int media_server_post(struct media_server *s, struct media_leg *leg, enum media_command_type type);

/** End a leg, which may be gone at return; is_told: the engine gets its statistics. */
void media_server_end(struct media_server *s, struct media_leg *leg, bool is_told);

/** Its lane has let it go. */
void media_server_stopped(struct media_server *s, struct media_leg *leg);

/** It leaves its partner. */
void media_server_part(struct media_server *s, struct media_leg *leg);

/** The leg's, made when it has none; NULL without memory. */
struct media_ear *media_server_ear(struct media_leg *leg);

/* the messages of the same names */
void media_server_create(struct media_server *s, const struct media_create *m);
void media_server_pair(struct media_server *s, const struct media_twins *m);
void media_server_remote(struct media_server *s, const struct media_remote *m);
void media_server_connect(struct media_server *s, uint32_t a_id, uint32_t b_id);
void media_server_detect(struct media_server *s, struct media_leg *leg,
                         const struct media_detect *m);
void media_server_gain(struct media_server *s, struct media_leg *leg, const struct media_gain *m);
void media_server_echo(struct media_server *s, const struct media_echo *m);
void media_server_tape(struct media_server *s, const struct media_tape *m);
void media_server_tape_set(struct media_server *s, const struct media_tape_set *m);
void media_server_tape_stop(struct media_server *s, const struct media_tape_stop *m);

/* recordings (server_tapes.c) */

/** The deck's news of one; owner is the tape. */
void media_server_on_tape(void *owner, const struct media_tape_begun *begun,
                          const struct media_tape_ended *ended, void *arg);

/** The leg ends: they go on in silence, or end when their engine is gone. */
void media_server_leave_tapes(struct media_leg *leg);

/** The engine is gone / another one has come / it has named all that it knows. */
void media_server_tapes_orphaned(struct media_server *s);
void media_server_tapes_of_stranger(struct media_server *s);
void media_server_tapes_swept(struct media_server *s);

/** All end; no leg is left. */
void media_server_free_tapes(struct media_server *s);
