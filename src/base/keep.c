/* keep.c - see keep.h */
#include "base/keep.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

#define MAGIC 0x5354415445313032u
#define HEAD_BYTES 4096
#define BYTES_A_SLOT 8192
#define NOTHING UINT32_MAX

enum { BLOCK_BYTES = 1024, BLOCK_DATA = BLOCK_BYTES - 4 };

struct half {
    _Atomic uint32_t generation;
    uint32_t first, len, sum;
    uint32_t kind; /* 0: free */
};

struct slot {
    struct half half[2];
    uint32_t next_free;
};

struct block {
    uint32_t next;
    char data[BLOCK_DATA];
};

struct head {
    uint64_t magic, format, size;
    char area[KEEP_AREA];
};

struct keep {
    int fd;
    size_t size;
    struct head *head;
    struct slot *slots;
    struct block *blocks;
    uint32_t slot_count, block_count, count;
    uint32_t slot_high, block_high; /* from here on never used */
    uint32_t free_slot, free_block; /* NOTHING: none below */
    uint32_t free_blocks;           /* in that list */
};

static void keep_destroy(void *object)
{
    struct keep *k = object;

    if (k->head)
        munmap(k->head, k->size);
    if (k->fd >= 0)
        close(k->fd);
}

/* ---- values ---- */

/* Which half counts: the newer one. Generations are far apart when one has wrapped around. */
static unsigned current(const struct slot *s)
{
    const uint32_t a = s->half[0].generation, b = s->half[1].generation;

    return (int32_t)(b - a) > 0;
}

static inline uint64_t mix(uint64_t h, const char *p)
{
    uint64_t word;

    memcpy(&word, p, sizeof(word));
    h = (h ^ word) * UINT64_C(0xff51afd7ed558ccd);
    return h ^ h >> 32;
}

/* Four sums side by side: one multiplication need not wait for the other. */
static uint32_t sum_of(uint32_t seed, const char *p, size_t len)
{
    uint64_t a = seed * UINT64_C(0x9e3779b97f4a7c15) + len, b = a + 1, c = a + 2, d = a + 3;
    char rest[8] = {0};

    for (; len >= 32; p += 32, len -= 32) {
        a = mix(a, p);
        b = mix(b, p + 8);
        c = mix(c, p + 16);
        d = mix(d, p + 24);
    }
    for (; len >= 8; p += 8, len -= 8)
        a = mix(a, p);
    if (len)
        memcpy(rest, p, len);
    a = mix(a, rest);
    a = (a ^ b * 3 ^ c * 5 ^ d * 7) * UINT64_C(0xc4ceb9fe1a85ec53);
    return (uint32_t)(a >> 32) ^ (uint32_t)a;
}

static uint32_t blocks_of(size_t len)
{
    return len ? (uint32_t)((len + BLOCK_DATA - 1) / BLOCK_DATA) : 1;
}

static void release(struct keep *k, uint32_t block)
{
    k->blocks[block].next = k->free_block;
    k->free_block = block;
    k->free_blocks++;
}

static void release_chain(struct keep *k, const struct half *h)
{
    uint32_t at = h->first;

    for (uint32_t n = blocks_of(h->len); n > 0 && at < k->block_count; n--) {
        const uint32_t next = k->blocks[at].next;

        release(k, at);
        at = next;
    }
}

static uint32_t take_block(struct keep *k)
{
    uint32_t at = k->free_block;

    if (at == NOTHING)
        return k->block_high++;
    k->free_block = k->blocks[at].next;
    k->free_blocks--;
    return at;
}

/* There is room: blocks were counted. @return the first block */
static uint32_t write_chain(struct keep *k, struct slice bytes)
{
    uint32_t first = take_block(k), at = first;

    for (uint32_t n = blocks_of(bytes.len); n > 0; n--) {
        struct block *b = &k->blocks[at];
        const size_t part = bytes.len < BLOCK_DATA ? bytes.len : BLOCK_DATA;

        if (part)
            memcpy(b->data, bytes.p, part);
        bytes = slice_skip(bytes, part);
        b->next = at = n > 1 ? take_block(k) : NOTHING;
    }
    return first;
}

/* The new value counts from the moment that its generation is there. */
static void commit(struct slot *s, uint32_t first, uint8_t kind, struct slice bytes)
{
    const struct half *old = &s->half[current(s)];
    struct half *fresh = &s->half[!current(s)];
    const uint32_t generation = old->generation + 1;

    fresh->first = first;
    fresh->len = (uint32_t)bytes.len;
    fresh->kind = kind;
    fresh->sum = sum_of(generation, bytes.p, bytes.len);
    atomic_store_explicit(&fresh->generation, generation, memory_order_release);
}

/* ---- slots ---- */

static int take_slot(struct keep *k, uint32_t *at)
{
    if (k->free_slot != NOTHING) {
        *at = k->free_slot;
        k->free_slot = k->slots[*at].next_free;
    } else if (k->slot_high < k->slot_count) {
        *at = k->slot_high++;
    } else {
        return ENOSPC;
    }
    k->count++;
    return 0;
}

static void give_slot(struct keep *k, uint32_t at)
{
    k->slots[at].next_free = k->free_slot;
    k->free_slot = at;
}

int keep_put(struct keep *k, uint32_t *slot, uint8_t kind, struct slice bytes)
{
    uint32_t at = *slot - 1;
    struct half old;
    int err = 0;

    if (bytes.len > KEEP_MOST)
        return EMSGSIZE;
    if (k->free_blocks + (k->block_count - k->block_high) < blocks_of(bytes.len))
        return ENOSPC;
    if (!*slot)
        err = take_slot(k, &at);
    if (err)
        return err;
    old = k->slots[at].half[current(&k->slots[at])];
    commit(&k->slots[at], write_chain(k, bytes), kind, bytes);
    if (old.kind)
        release_chain(k, &old);
    *slot = at + 1;
    return 0;
}

void keep_drop(struct keep *k, uint32_t slot)
{
    struct slot *s = slot ? &k->slots[slot - 1] : NULL;
    struct half old;

    if (!s)
        return;
    old = s->half[current(s)];
    if (!old.kind)
        return;
    commit(s, NOTHING, 0, SLICE(""));
    release_chain(k, &old);
    give_slot(k, slot - 1);
    k->count--;
}

/* ---- opening ---- */

/* Mark the chain's blocks. @return false: it cannot be one (its blocks stay unmarked) */
static bool claim(const struct keep *k, const struct half *h, uint8_t *used)
{
    uint32_t at = h->first, done = 0;
    const uint32_t count = blocks_of(h->len);

    if (h->len > KEEP_MOST)
        return false;
    while (done < count && at < k->block_count && !used[at]) {
        used[at] = 1;
        at = k->blocks[at].next;
        done++;
    }
    if (done == count)
        return true;
    for (at = h->first; done > 0; done--) {
        used[at] = 0;
        at = k->blocks[at].next;
    }
    return false;
}

/* What is free follows from what is used. Slots with chains that cannot be stay, for keep_each to
   tell of. */
static void find_free(struct keep *k, uint8_t *used)
{
    for (uint32_t i = 0; i < k->slot_count; i++) {
        struct half *h = &k->slots[i].half[current(&k->slots[i])];

        if (!h->kind)
            continue;
        if (!claim(k, h, used))
            h->first = NOTHING;
        k->count++;
        k->slot_high = i + 1;
    }
    for (uint32_t i = k->slot_high; i-- > 0;) {
        if (!k->slots[i].half[current(&k->slots[i])].kind)
            give_slot(k, i);
    }
    for (uint32_t i = 0; i < k->block_count; i++) {
        if (used[i])
            k->block_high = i + 1;
    }
    for (uint32_t i = k->block_high; i-- > 0;) {
        if (!used[i])
            release(k, i);
    }
}

static void lay_out(struct keep *k, void *p)
{
    char *at = p;

    k->head = p;
    k->slot_count = (uint32_t)(k->size / BYTES_A_SLOT);
    k->slots = (struct slot *)(void *)(at + HEAD_BYTES);
    at = (char *)(k->slots + k->slot_count);
    k->blocks = (struct block *)(void *)at;
    k->block_count = (uint32_t)((k->size - (size_t)(at - (char *)p)) / BLOCK_BYTES);
    k->free_slot = k->free_block = NOTHING;
}

static int map(struct keep *k)
{
    const int flags = k->fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
    struct stat st;
    void *p;

    if (k->fd >= 0) {
        if (fstat(k->fd, &st))
            return errno;
        k->size = st.st_size > 0 ? (size_t)st.st_size : 0;
    }
    if (k->size < KEEP_SMALLEST)
        return EINVAL;
    p = mmap(NULL, k->size, PROT_READ | PROT_WRITE, flags, k->fd, 0);
    if (p == MAP_FAILED)
        return errno;
    lay_out(k, p);
    return 0;
}

/* Whole pages of a shared file go back to the kernel; without that they are written over. */
static void wipe(struct keep *k)
{
    if (k->fd < 0 || ftruncate(k->fd, 0) || ftruncate(k->fd, (off_t)k->size))
        memset(k->head, 0, HEAD_BYTES + k->slot_count * sizeof(struct slot));
}

void keep_clear(struct keep *k)
{
    const uint64_t format = k->head->format;

    wipe(k);
    lay_out(k, k->head);
    k->count = k->slot_high = k->block_high = k->free_blocks = 0;
    *k->head = (struct head){.magic = MAGIC, .format = format, .size = k->size};
}

int keep_open(struct keep **kp, int fd, size_t size, uint64_t format, bool *is_new)
{
    struct keep *k = mem_alloc(sizeof(*k), keep_destroy);
    uint8_t *used = NULL;
    int err = ENOMEM;

    if (!k) {
        if (fd >= 0)
            close(fd);
        return ENOMEM;
    }
    k->fd = fd;
    k->size = size;
    err = map(k);
    if (err)
        goto out;
    *is_new = k->head->magic != MAGIC || k->head->format != format || k->head->size != k->size;
    if (*is_new) {
        if (k->head->magic)
            wipe(k);
        *k->head = (struct head){.magic = MAGIC, .format = format, .size = k->size};
    } else {
        used = mem_zalloc(k->block_count);
        if (!used)
            err = ENOMEM;
        else
            find_free(k, used);
    }
    if (!err) {
        *kp = k;
        k = NULL;
    }
out:
    mem_free(used);
    mem_deref(k);
    return err;
}

void *keep_area(struct keep *k)
{
    return k->head->area;
}

uint32_t keep_most(const struct keep *k)
{
    return k->slot_count;
}

uint32_t keep_count(const struct keep *k)
{
    return k->count;
}

/* ---- reading ---- */

/* @return the value in room; absent when it is spoiled */
static struct slice read_chain(const struct keep *k, const struct half *h, char *room)
{
    uint32_t at = h->first, left = h->len;
    char *p = room;

    while (left && at < k->block_count) {
        const uint32_t part = left < BLOCK_DATA ? left : BLOCK_DATA;

        memcpy(p, k->blocks[at].data, part);
        p += part;
        left -= part;
        at = k->blocks[at].next;
    }
    if (left || h->first >= k->block_count || sum_of(h->generation, room, h->len) != h->sum)
        return SLICE_NONE;
    return slice_from(room, h->len);
}

int keep_each(struct keep *k, keep_each_h *h, void *arg)
{
    const uint32_t count = k->slot_high;
    char *room = mem_zalloc(KEEP_MOST);

    if (!room)
        return ENOMEM;
    for (uint32_t i = 0; i < count; i++) {
        const struct half *half = &k->slots[i].half[current(&k->slots[i])];

        if (half->kind)
            h(i + 1, (uint8_t)half->kind,
              half->len <= KEEP_MOST ? read_chain(k, half, room) : SLICE_NONE, arg);
    }
    mem_free(room);
    return 0;
}
