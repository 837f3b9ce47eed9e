/* pool.c - see pool.h */
#include "model/pool.h"

#define MOST ((size_t)1 << 30)

struct text {
    struct hash_link link;
    const char *z;
};

void model_pool_init(struct model_pool *p)
{
    arena_init(&p->keep, MOST);
    arena_init(&p->links, MOST);
    hash_init(&p->texts);
}

void model_pool_seal(struct model_pool *p)
{
    hash_fini(&p->texts);
    hash_init(&p->texts);
    arena_fini(&p->links);
}

void model_pool_fini(struct model_pool *p)
{
    model_pool_seal(p);
    arena_fini(&p->keep);
}

void *model_pool_alloc(struct model_pool *p, size_t size)
{
    return arena_alloc(&p->keep, size);
}

const char *model_pool_text(struct model_pool *p, struct slice s)
{
    struct text *t;
    uint32_t hash;

    if (s.len == 0)
        return "";
    hash = hash_slice(s);
    for (struct hash_link *k = hash_first(&p->texts, hash); k; k = hash_next(k)) {
        t = CONTAINER_OF(k, struct text, link);
        if (slice_eqz(s, t->z))
            return t->z;
    }
    t = arena_alloc(&p->links, sizeof(*t));
    if (!t)
        return NULL;
    t->z = arena_strndup(&p->keep, s.p, s.len);
    if (!t->z || hash_add(&p->texts, &t->link, hash) != 0)
        return NULL;
    return t->z;
}
