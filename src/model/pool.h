/*
 * model/pool.h - memory of one snapshot: blocks that die together, equal texts kept once
 *
 * Owns:    everything it hands out, until model_pool_fini.
 * Limits:  1 GiB.
 */
#pragma once
#include "base/hash.h"
#include "base/mem.h"
#include "base/slice.h"

struct model_pool {
    struct arena keep;
    struct arena links; /* of the table of texts; only while loading */
    struct hash texts;
};

void model_pool_init(struct model_pool *p);
void model_pool_fini(struct model_pool *p);

/** No more texts will come: forget what is only needed to find equal ones. */
void model_pool_seal(struct model_pool *p);

/** Zeroed; NULL without memory. */
void *model_pool_alloc(struct model_pool *p, size_t size);

/** The text, terminated; "" for an empty or absent one; NULL without memory. */
const char *model_pool_text(struct model_pool *p, struct slice s);
