/* mem.c - see mem.h */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/bug.h"

#define MEM_MAX ((size_t)1 << 30)
#define ARENA_BLOCK 4096
#define CLEARED_MAX 16384 /* what role/spawn.c lets a thread keep free */

/* Kept before each counted object: 16 bytes, so that the object keeps malloc's alignment. */
struct counted {
    mem_destroy_h *destroy;
    uint32_t refs;
    uint32_t magic;
};
#define COUNTED_MAGIC 0x53544e31u

struct arena_block {
    struct arena_block *next;
    size_t size;
    _Alignas(16) char bytes[];
};

static atomic_uint_fast64_t alive;
static _Thread_local uint64_t fail_in; /* 0 = off */
static _Thread_local bool failing;
static _Thread_local bool failed;

static bool may_alloc(size_t size)
{
    if (size > MEM_MAX)
        return false;
    if (fail_in && --fail_in == 0)
        failing = true;
    if (failing)
        failed = true;
    return !failing;
}

/* Before glibc 2.41 calloc never takes from the thread's list of free blocks, so every object would
 * come by the slow path, and the list would be full of what only calloc could use. Large ones it may
 * get as zero pages that nobody has to clear. Volatile, as compilers make calloc of malloc and memset. */
static void *(*volatile const plain_alloc)(size_t) = malloc;

static void *zeroed(size_t size)
{
    void *p;

    if (size > CLEARED_MAX)
        return calloc(1, size);
    p = plain_alloc(size);
    return p ? memset(p, 0, size) : NULL;
}

void *mem_zalloc(size_t size)
{
    void *p;

    if (!may_alloc(size))
        return NULL;
    p = zeroed(size ? size : 1);
    if (p)
        atomic_fetch_add_explicit(&alive, 1, memory_order_relaxed);
    return p;
}

void *mem_realloc(void *p, size_t size)
{
    void *n;

    if (!may_alloc(size))
        return NULL;
    n = realloc(p, size ? size : 1);
    if (n && !p)
        atomic_fetch_add_explicit(&alive, 1, memory_order_relaxed);
    return n;
}

void mem_free(void *p)
{
    if (!p)
        return;
    atomic_fetch_sub_explicit(&alive, 1, memory_order_relaxed);
    free(p);
}

char *mem_strndup(const char *s, size_t len)
{
    char *p = mem_zalloc(len + 1);

    if (p && len)
        memcpy(p, s, len);
    return p;
}

char *mem_strdup(const char *s)
{
    return s ? mem_strndup(s, strlen(s)) : NULL;
}

static struct counted *counted_of(const void *object)
{
    struct counted *c = (struct counted *)object - 1;

    BUG_IF(c->magic != COUNTED_MAGIC || c->refs == 0);
    return c;
}

void *mem_alloc(size_t size, mem_destroy_h *destroy)
{
    struct counted *c = mem_zalloc(sizeof(*c) + size);

    if (!c)
        return NULL;
    c->destroy = destroy;
    c->refs = 1;
    c->magic = COUNTED_MAGIC;
    return c + 1;
}

void *mem_ref(void *object)
{
    if (object)
        counted_of(object)->refs++;
    return object;
}

void *mem_deref(void *object)
{
    struct counted *c;

    if (!object)
        return NULL;
    c = counted_of(object);
    if (c->refs > 1) {
        c->refs--;
        return NULL;
    }
    /* The count stays 1 while the destructor runs: it may pass the object to functions that borrow
     * it. */
    if (c->destroy)
        c->destroy(object);
    c->magic = 0;
    mem_free(c);
    return NULL;
}

uint32_t mem_refs(const void *object)
{
    return object ? counted_of(object)->refs : 0;
}

void arena_init(struct arena *a, size_t limit)
{
    memset(a, 0, sizeof(*a));
    a->limit = limit;
}

static bool arena_grow(struct arena *a, size_t size)
{
    size_t want = size > ARENA_BLOCK ? size : ARENA_BLOCK;
    struct arena_block *b;

    if (want > a->limit - a->total)
        want = size;
    if (want > a->limit - a->total)
        return false;
    b = mem_zalloc(sizeof(*b) + want);
    if (!b)
        return false;
    b->size = want;
    b->next = a->head;
    a->head = b;
    a->used = 0;
    a->total += want;
    return true;
}

void *arena_alloc(struct arena *a, size_t size)
{
    size_t need = (size + 7) & ~(size_t)7;
    void *p;

    if (need < size)
        return NULL;
    if ((!a->head || need > a->head->size - a->used) && !arena_grow(a, need))
        return NULL;
    p = a->head->bytes + a->used;
    a->used += need;
    return p;
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
    char *p = len < MEM_MAX ? arena_alloc(a, len + 1) : NULL;

    if (p && len)
        memcpy(p, s, len);
    return p;
}

static void free_blocks(struct arena_block *b)
{
    while (b) {
        struct arena_block *next = b->next;

        mem_free(b);
        b = next;
    }
}

void arena_reset(struct arena *a)
{
    if (!a->head)
        return;
    free_blocks(a->head->next);
    a->head->next = NULL;
    a->total = a->head->size;
    memset(a->head->bytes, 0, a->head->size);
    a->used = 0;
}

void arena_fini(struct arena *a)
{
    free_blocks(a->head);
    arena_init(a, a->limit);
}

void mem_fail_at(uint64_t n)
{
    fail_in = n;
    failing = false;
    failed = false;
}

bool mem_has_failed(void)
{
    bool was = failed;

    failed = false;
    return was;
}

uint64_t mem_count(void)
{
    return atomic_load_explicit(&alive, memory_order_relaxed);
}
