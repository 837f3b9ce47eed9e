/* keep.c - see keep.h */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "media/keep.h"

#define MAGIC 0x6b656570u

struct region {
    uint32_t magic, slot_bytes; /* of the program that wrote it: another one's is not understood */
    uint64_t instance;
    uint32_t high; /* slots from here on were never used */
    struct media_kept slots[MEDIA_KEEP_SLOTS];
};

_Static_assert(sizeof(struct region) <= MEDIA_KEEP_BYTES, "room for all slots");

/* What this process knows of a slot; the region itself holds nothing that a crash could leave torn. */
struct entry {
    struct hash_link by_id; /* found ones */
    struct link free;
};

struct media_keep {
    struct region *region;
    struct hash found;
    struct list free;
    struct entry *entries;
};

static uint32_t hash_id(uint32_t id)
{
    return id * 2654435761u;
}

static void put_free(struct media_keep *k, struct media_kept *slot)
{
    memset(slot, 0, sizeof(*slot));
    list_prepend(&k->free, &k->entries[slot - k->region->slots].free);
}

static void forget(struct media_keep *k, struct media_kept *slot)
{
    hash_del(&k->found, &k->entries[slot - k->region->slots].by_id);
    put_free(k, slot);
}

/* Low slots first, so that few pages are used. */
static void read_slots(struct media_keep *k)
{
    struct region *r = k->region;

    if (r->magic != MAGIC || r->slot_bytes != sizeof(r->slots[0]) || r->high > MEDIA_KEEP_SLOTS)
        r->instance = r->high = 0;
    r->magic = MAGIC;
    r->slot_bytes = sizeof(r->slots[0]);
    for (uint32_t i = r->high; i-- > 0;) {
        struct media_kept *slot = &r->slots[i];

        slot->is_found = slot->id && !hash_add(&k->found, &k->entries[i].by_id, hash_id(slot->id));
        if (!slot->is_found)
            put_free(k, slot);
    }
}

static void keep_destroy(void *arg)
{
    struct media_keep *k = arg;

    for (uint32_t i = 0; k->region && k->entries && i < k->region->high; i++) {
        if (k->region->slots[i].is_found)
            hash_del(&k->found, &k->entries[i].by_id);
    }
    hash_fini(&k->found);
    if (k->region)
        (void)munmap(k->region, sizeof(*k->region));
    mem_free(k->entries);
}

static int map_region(struct media_keep *k, int fd)
{
    const int flags = fd >= 0 ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void *p = mmap(NULL, sizeof(struct region), PROT_READ | PROT_WRITE, flags, fd, 0);

    if (p == MAP_FAILED)
        return errno;
    k->region = p;
    return 0;
}

/* A descriptor that holds less (/dev/null of a role started by hand) is as good as none. */
static bool is_enough(int fd)
{
    return fd >= 0 && lseek(fd, 0, SEEK_END) >= (off_t)sizeof(struct region);
}

int media_keep_alloc(struct media_keep **kp, int fd)
{
    struct media_keep *k = mem_alloc(sizeof(*k), keep_destroy);
    int err = ENOMEM;

    if (!k)
        goto out;
    list_init(&k->free);
    hash_init(&k->found);
    k->entries = mem_zalloc(MEDIA_KEEP_SLOTS * sizeof(*k->entries));
    if (k->entries)
        err = map_region(k, is_enough(fd) ? fd : -1);
    if (!err)
        read_slots(k);
    if (err)
        mem_deref(k);
    else
        *kp = k;
out:
    if (fd >= 0)
        close(fd);
    return err;
}

void media_keep_set_instance(struct media_keep *k, uint64_t instance)
{
    if (k->region->instance == instance)
        return;
    media_keep_sweep(k);
    k->region->instance = instance;
}

static struct media_kept *find(struct media_keep *k, uint32_t id)
{
    for (struct hash_link *l = hash_first(&k->found, hash_id(id)); l; l = hash_next(l)) {
        struct entry *e = CONTAINER_OF(l, struct entry, by_id);

        if (k->region->slots[e - k->entries].id == id)
            return &k->region->slots[e - k->entries];
    }
    return NULL;
}

static struct media_kept *take_new(struct media_keep *k)
{
    struct link *l = list_first(&k->free);

    if (!l)
        return k->region->high < MEDIA_KEEP_SLOTS ? &k->region->slots[k->region->high++] : NULL;
    list_unlink(l);
    return &k->region->slots[CONTAINER_OF(l, struct entry, free) - k->entries];
}

struct media_kept *media_keep_take(struct media_keep *k, uint32_t id)
{
    struct media_kept *slot = find(k, id);

    if (slot) {
        hash_del(&k->found, &k->entries[slot - k->region->slots].by_id);
        slot->is_found = false;
        return slot;
    }
    slot = take_new(k);
    if (slot) {
        memset(slot, 0, sizeof(*slot));
        slot->id = id;
    }
    return slot;
}

void media_keep_give(struct media_keep *k, struct media_kept *slot)
{
    if (slot)
        put_free(k, slot);
}

void media_keep_sweep(struct media_keep *k)
{
    for (uint32_t i = 0; i < k->region->high; i++) {
        if (k->region->slots[i].is_found)
            forget(k, &k->region->slots[i]);
    }
}
