/*
 * role/binds.h - the listening sockets that the supervisor keeps for the engine
 *
 * Scope:   opened at the engine's wish, kept over its death: what arrives meanwhile waits in them.
 * Owns:    its descriptors.
 * Thread:  the supervisor's one.
 * Limits:  64 sockets; receive and send buffers of 8 MiB (SO_RCVBUFFORCE, else what is allowed).
 */
#pragma once
#include <stdbool.h>

#include "base/addr.h"
#include "ipc/control.h"

enum { BINDS_MAX = 64 };

struct bind_row {
    enum control_kind kind;
    struct addr local; /* as bound */
    int fd;
    bool is_wanted; /* asked for by the present engine */
};

struct binds {
    struct bind_row rows[BINDS_MAX];
    size_t count;
};

/**
 * The socket of this kind and address: the one that is kept, or a new one.
 * @param row  out, borrowed until the next call
 * @return 0; EINVAL (kind, family); EMFILE (64); errno of socket, bind, listen
 */
int binds_get(struct binds *b, enum control_kind kind, const struct addr *local,
              const struct bind_row **row);

/** Close one; unknown ones are ignored. */
void binds_release(struct binds *b, enum control_kind kind, const struct addr *local);

/** A new engine begins: nothing is asked for yet. */
void binds_begin(struct binds *b);

/** It is ready: close what it has not asked for. */
void binds_end(struct binds *b);

void binds_fini(struct binds *b);
