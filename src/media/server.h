/*
 * media/server.h - the media role's control: the engine's commands in, events out
 *
 * Scope:   one engine at a time (a newer connection replaces the older); streams by id; which lane
 *          each lives on; ports. When the engine's connection dies, streams that talk to each other
 *          go on until one has been silent for orphan_ms (not held), an hour at most; all others
 *          end. The same engine instance finds its streams again.
 * Owns:    legs, ports, cache, workers, lanes, the connection.
 * Thread:  the control loop's.
 * Limits:  20,000 streams.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/media.h"
#include "loop/loop.h"

struct media_server;

struct media_server_args {
    int listen_fd;               /* listening seqpacket socket (taken), or -1 */
    int64_t peer_uid;            /* who may connect besides root and our own user; -1: anybody */
    uint16_t rtp_start, rtp_end; /* 0: 10000, 20000 */
    uint32_t orphan_ms;          /* 0: 30,000 */
    unsigned lanes;              /* 0: one a core less one, at least one */
    const char *const *sounds;   /* sound directories, most important first (copied) */
    size_t sound_count;
    const char *recordings; /* folder (copied); NULL: nothing is recorded */
    uint64_t cache_bytes;   /* 0: 48 MiB */
    int keep_fd;            /* memory that outlives us (taken; keep.h), or -1 */
};

/** @return 0; ENOMEM; EINVAL (ports); errno */
int media_server_alloc(struct media_server **sp, struct loop *l,
                       const struct media_server_args *args);

/** Take this connection as the engine's (tests). */
void media_server_attach(struct media_server *s, struct ipc *c);

uint32_t media_server_streams(const struct media_server *s);
