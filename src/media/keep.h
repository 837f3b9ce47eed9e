/*
 * media/keep.h - what of a stream outlives the process that carries it
 *
 * Scope:   the numbers that a phone would hear a break in: our SSRC, sequence and clock, where its
 *          packets come from, its own sequence, rollover counters, a digit under way. They lie in
 *          shared memory from the start and are used there, so keeping them costs no copy; no keys
 *          among them (the engine tells those again). After a death the next process finds them by
 *          the stream's id, if the same engine asks for it.
 * Owns:    the mapping; which slots are used. A slot out belongs to its leg.
 * Thread:  taking and giving: the control loop's; a slot's content: its leg's lane.
 * Limits:  MEDIA_KEEP_SLOTS; used pages alone cost memory.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "media/out.h"
#include "media/source.h"
#include "media/srtp.h"
#include "rtp/dtmf.h"
#include "rtp/receiver.h"

#define MEDIA_KEEP_SLOTS 20480
#define MEDIA_KEEP_BYTES (16u << 20) /* of the shared memory */

struct media_kept {
    uint32_t id;   /* of the stream; 0: free */
    bool is_found; /* of a process before us, and not claimed by anybody since */
    struct media_out out;
    struct rtp_receiver in;
    struct media_source source;
    struct dtmf_decoder dtmf_in;
    struct media_roc tx, rx;
    int64_t rx_us; /* last accepted packet */
    uint64_t rx_bytes;
    uint32_t foreign;
};

struct media_keep;

/**
 * @param fd  memory of MEDIA_KEEP_BYTES that outlives us (taken), or -1: private memory
 * @return 0; ENOMEM; errno of mmap
 */
int media_keep_alloc(struct media_keep **kp, int fd);

/** Streams of this engine are kept from now on; what is there of another's is forgotten. */
void media_keep_set_instance(struct media_keep *k, uint64_t instance);

/** The slot of stream id: as it was left, else empty. NULL: none is free. */
struct media_kept *media_keep_take(struct media_keep *k, uint32_t id);

/** The stream has ended (NULL is fine). */
void media_keep_give(struct media_keep *k, struct media_kept *slot);

/** Forget what nobody has asked for. */
void media_keep_sweep(struct media_keep *k);
