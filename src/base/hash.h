/*
 * base/hash.h - hash table whose links live inside the members
 *
 * Shape:   chained, doubles when fuller than one per bucket; SipHash-1-3 with a key from the
 *          kernel, so outsiders cannot aim at one bucket.
 * Owns:    its buckets only.
 * Limits:  without memory it does not grow, and stays correct.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "base/slice.h"

struct hash_link {
    struct hash_link *next;
    struct hash_link **pprev; /* NULL: in no table */
    uint32_t hash;
};

struct hash {
    struct hash_link **buckets; /* NULL until the first add */
    uint32_t mask;              /* buckets - 1 */
    uint32_t count;             /* members */
};

/** Hash of bytes, keyed once per process. hash_lower: ASCII case does not matter. */
uint32_t hash_bytes(const void *p, size_t len);
uint32_t hash_slice(struct slice s);
uint32_t hash_lower(struct slice s);

void hash_init(struct hash *h);

/** Free the buckets; members are left alone (unlink them first, or never use them again). */
void hash_fini(struct hash *h);

/** Put k in under hash. @return 0, or ENOMEM (only when the table is brand new). */
int hash_add(struct hash *h, struct hash_link *k, uint32_t hash);

/** Take k out; nothing happens when it is in no table. */
void hash_del(struct hash *h, struct hash_link *k);

/** First member whose hash is equal, or NULL; then the next one. Compare the keys yourself. */
struct hash_link *hash_first(const struct hash *h, uint32_t hash);
struct hash_link *hash_next(const struct hash_link *k);

/** Walk all members; the current one may be taken out inside the body. */
#define HASH_FOREACH(h, k)                                                                         \
    for (uint32_t k##_b = 0; (h)->buckets && k##_b <= (h)->mask; k##_b++)                          \
        for (struct hash_link *k = (h)->buckets[k##_b], *k##_n = NULL;                             \
             k && (k##_n = k->next, true); k = k##_n)
