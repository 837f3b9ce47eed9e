/*
 * base/mem.h - memory: plain blocks, shared (counted) blocks, arenas
 *
 * Scope:   every allocation of the station goes through here, so that a test can make the n-th
 *          one fail (mem_fail_at) and so that leaks can be counted (mem_count).
 * Owns:    nothing; blocks belong to whoever holds a reference.
 * Thread:  plain blocks from any thread; a shared block's count is not atomic: its holders live
 *          on one thread, or one side only frees after the other has let go.
 * Limits:  one block at most 1 GiB: more is ENOMEM, as a wild size never is meant.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Zeroed block of size bytes; NULL when there is no memory. Free with mem_free. */
void *mem_zalloc(size_t size);

/** Resize (p may be NULL); NULL when there is no memory, and p stays valid. New bytes are not
 * zeroed. */
void *mem_realloc(void *p, size_t size);

/** Free a plain block; NULL is fine. */
void mem_free(void *p);

/** Copy of len bytes plus a terminating NUL; NULL when there is no memory. */
char *mem_strndup(const char *s, size_t len);

/** Copy of a C string; NULL when s is NULL or there is no memory. */
char *mem_strdup(const char *s);

/** What runs when the last reference goes: frees members, stops timers, never sends. */
typedef void(mem_destroy_h)(void *object);

/**
 * Zeroed counted object with one reference.
 *
 * @param size     bytes
 * @param destroy  called when the count falls to 0, before the block is freed; may be NULL
 * @return the object, or NULL when there is no memory
 */
void *mem_alloc(size_t size, mem_destroy_h *destroy);

/** One reference more; NULL gives NULL. */
void *mem_ref(void *object);

/** One reference less; always gives NULL, so `p = mem_deref(p)` forgets it. NULL is fine. */
void *mem_deref(void *object);

/** References held on a counted object (tests and asserts). */
uint32_t mem_refs(const void *object);

/* ---- arena: many small blocks that die together (one message, one request) ---- */

struct arena_block;
struct arena {
    struct arena_block *head; /* newest block */
    size_t used;              /* bytes handed out from head */
    size_t total;             /* bytes held in all blocks */
    size_t limit;             /* ceiling of total; beyond it arena_alloc gives NULL */
};

/** Empty arena that may hold at most limit bytes. Allocates nothing yet. */
void arena_init(struct arena *a, size_t limit);

/** Zeroed, 8-byte aligned; NULL at the ceiling or without memory. Lives until
 * arena_fini/arena_reset. */
void *arena_alloc(struct arena *a, size_t size);

/** NUL-terminated copy inside the arena, or NULL. */
char *arena_strndup(struct arena *a, const char *s, size_t len);

/** Forget everything; the first block is kept for the next use. */
void arena_reset(struct arena *a);

/** Free everything. The arena may be used again. */
void arena_fini(struct arena *a);

/* ---- for tests ---- */

/** Make the n-th allocation from now (1 = the next) and all later ones fail; 0 switches it off.
 * This thread only. */
void mem_fail_at(uint64_t n);

/** True when an allocation failed because of mem_fail_at since it was last called. */
bool mem_has_failed(void);

/** Blocks alive now, in all threads: equal before and after means no leak. */
uint64_t mem_count(void);
