/*
 * base/keep.h - entries in memory that outlives the process
 *
 * Scope:   a table of numbered entries of any length in a mapped descriptor (a memfd that another
 *          process holds). After a kill -9 the next process of the same program finds each entry as
 *          it was after its last whole keep_put.
 * Shape:   a head, slots, blocks of 1 KiB. An entry is a chain of blocks; a slot names the chain
 *          twice. A new value goes into free blocks, then into the older of the two names, and last
 *          that name gets the higher generation: a kill at any instruction leaves one whole value.
 *          A sum tells a value that something else has written over.
 * Owns:    its mapping and the descriptor.
 * Cost:    a put copies its bytes; no system call, no allocation, no lock.
 * Limits:  as the size of the descriptor says: a slot for every 8 KiB of it; KEEP_MOST an entry.
 * Thread:  one.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

#define KEEP_MOST (256u << 10) /* bytes of an entry */
#define KEEP_AREA 1024         /* bytes of plain values beside the entries */
#define KEEP_SMALLEST (64u << 10)

struct keep;

/**
 * Map it. What is there is kept when it was written with the same format, else it is emptied.
 * @param fd      taken, also on an error; -1: memory of this process alone
 * @param size    of that memory; with fd its own size counts
 * @param format  number of the entries' format: another one empties
 * @param is_new  out: it was empty, or has been emptied
 * @return 0; EINVAL (too small); ENOMEM; errno of fstat, mmap
 */
int keep_open(struct keep **kp, int fd, size_t size, uint64_t format, bool *is_new);

/** Plain values of the caller, zero when new. */
void *keep_area(struct keep *k);

/**
 * Set an entry.
 * @param slot   in: 0 makes a new one; out: its number
 * @param kind   1 ... 255, the caller's
 * @param bytes  borrowed
 * @return 0; EMSGSIZE; ENOSPC (no slot or no blocks): the former value stays
 */
int keep_put(struct keep *k, uint32_t *slot, uint8_t kind, struct slice bytes);

/** Remove an entry; 0 is none. */
void keep_drop(struct keep *k, uint32_t slot);

/** An entry: bytes are borrowed during the call; absent: they are spoiled. The handler may put and
 * drop that very entry. */
typedef void(keep_each_h)(uint32_t slot, uint8_t kind, struct slice bytes, void *arg);

/** Walk all entries in the order of their slots. @return 0; ENOMEM (some were not shown) */
int keep_each(struct keep *k, keep_each_h *h, void *arg);

/** Forget all entries and the area. */
void keep_clear(struct keep *k);

uint32_t keep_count(const struct keep *k);
/** Entries that there can be. */
uint32_t keep_most(const struct keep *k);
