/* base/keep: entries are found again by the next process, whole or not at all */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/keep.h"
#include "base/mem.h"
#include "unit.h"

#define SIZE (256 << 10)
#define FORMAT 7

struct seen {
    unsigned count, spoiled;
    uint32_t slot;
    uint8_t kind;
    size_t len;
    char first;
};

static void look(uint32_t slot, uint8_t kind, struct slice bytes, void *arg)
{
    struct seen *s = arg;

    s->count++;
    s->spoiled += !slice_is_set(bytes);
    s->slot = slot;
    s->kind = kind;
    s->len = bytes.len;
    s->first = bytes.len ? bytes.p[0] : '\0';
}

static int memory(void)
{
    int fd = memfd_create("keep", MFD_CLOEXEC);

    return fd >= 0 && ftruncate(fd, SIZE) == 0 ? fd : -1;
}

/* The next process: the same memory, mapped anew. */
static int again(struct keep **kp, int fd, uint64_t format, bool *is_new)
{
    return keep_open(kp, dup(fd), 0, format, is_new);
}

static int is_found_again(void)
{
    char text[5000];
    struct seen s = {0};
    struct keep *k = NULL;
    uint32_t small = 0, big = 0, gone = 0;
    int fd = memory(), err;
    bool is_new;

    memset(text, 'a', sizeof(text));
    CHECK_OK_TO(again(&k, fd, FORMAT, &is_new), out);
    CHECK_TO(is_new && keep_count(k) == 0, out);
    memcpy(keep_area(k), "area", 5);
    CHECK_OK_TO(keep_put(k, &gone, 1, SLICE("gone")), out);
    CHECK_OK_TO(keep_put(k, &small, 2, SLICE("small")), out);
    CHECK_OK_TO(keep_put(k, &big, 3, slice_from(text, sizeof(text))), out);
    CHECK_OK_TO(keep_put(k, &small, 4, SLICE("other")), out);
    keep_drop(k, gone);
    k = mem_deref(k);
    CHECK_OK_TO(again(&k, fd, FORMAT, &is_new), out);
    CHECK_TO(!is_new && keep_count(k) == 2 && strcmp(keep_area(k), "area") == 0, out);
    keep_drop(k, big);
    CHECK_OK_TO(keep_each(k, look, &s), out);
    CHECK_TO(s.count == 1 && s.slot == small && s.kind == 4 && s.len == 5 && s.first == 'o', out);
    k = mem_deref(k);
    CHECK_OK_TO(again(&k, fd, FORMAT + 1, &is_new), out);
    CHECK_TO(is_new && keep_count(k) == 0 && *(char *)keep_area(k) == '\0', out);
out:
    mem_deref(k);
    close(fd);
    return err;
}

/* Room is given back: many times the memory's size goes through it. */
static int nothing_leaks_away(void)
{
    char text[9000];
    struct keep *k = NULL;
    uint32_t slots[8] = {0};
    bool is_new;
    int err;

    memset(text, 'b', sizeof(text));
    CHECK_OK_TO(keep_open(&k, -1, SIZE, FORMAT, &is_new), out);
    for (size_t i = 0; i < 2000; i++) {
        uint32_t *slot = &slots[i % 8];

        CHECK_OK_TO(keep_put(k, slot, 1, slice_from(text, i % sizeof(text))), out);
        if (i % 3)
            continue;
        keep_drop(k, *slot);
        *slot = 0;
    }
    keep_clear(k);
    CHECK_TO(keep_count(k) == 0, out);
out:
    mem_deref(k);
    return err;
}

static int full_is_told_and_keeps_the_old(void)
{
    static char text[200 << 10];
    struct seen s = {0};
    struct keep *k = NULL;
    uint32_t slot = 0, other = 0;
    bool is_new;
    int err;

    memset(text, 'c', sizeof(text));
    CHECK_OK_TO(keep_open(&k, -1, SIZE, FORMAT, &is_new), out);
    CHECK_OK_TO(keep_put(k, &slot, 1, SLICE("old")), out);
    CHECK_OK_TO(keep_put(k, &other, 1, slice_from(text, sizeof(text))), out);
    CHECK_TO(keep_put(k, &slot, 1, slice_from(text, sizeof(text))) == ENOSPC, out);
    CHECK_TO(keep_put(k, &slot, 1, slice_from(text, KEEP_MOST + 1)) == EMSGSIZE, out);
    keep_drop(k, other);
    CHECK_OK_TO(keep_each(k, look, &s), out);
    CHECK_TO(s.count == 1 && s.len == 3, out);
    for (unsigned i = 0; i < SIZE / 8192 - 1; i++) {
        other = 0;
        CHECK_OK_TO(keep_put(k, &other, 1, SLICE("x")), out);
    }
    other = 0;
    CHECK_TO(keep_put(k, &other, 1, SLICE("x")) == ENOSPC && !other, out);
out:
    mem_deref(k);
    return err;
}

/* Any byte of the memory wrong: nothing crashes, and mostly the other entries are found. */
static int spoiled_memory_is_told(void)
{
    static char whole[16 << 10];
    struct keep *k = NULL;
    char *p = MAP_FAILED;
    unsigned intact = 0, tries = 0;
    uint32_t a = 0, b = 0;
    int fd = memory(), err;
    bool is_new;

    CHECK_OK_TO(again(&k, fd, FORMAT, &is_new), out);
    CHECK_OK_TO(keep_put(k, &a, 1, SLICE("first")), out);
    CHECK_OK_TO(keep_put(k, &b, 1, SLICE("second")), out);
    k = mem_deref(k);
    p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK_TO(p != MAP_FAILED, out);
    memcpy(whole, p, sizeof(whole));
    for (size_t i = 2048; i < 4096 + 40 * 44 + 1100; i += 3) {
        struct seen s = {0};

        tries++;
        p[i] = (char)(p[i] ^ 0x5a);
        CHECK_OK_TO(again(&k, fd, FORMAT, &is_new), out);
        CHECK_OK_TO(keep_each(k, look, &s), out);
        CHECK_TO(s.count <= SIZE / 8192 && s.spoiled <= s.count, out);
        intact += s.count - s.spoiled;
        k = mem_deref(k);
        memcpy(p, whole, sizeof(whole));
    }
    CHECK_TO(intact > tries, out);
out:
    if (p != MAP_FAILED)
        munmap(p, SIZE);
    mem_deref(k);
    close(fd);
    return err;
}

UNIT_TESTS(UNIT(is_found_again), UNIT_ONCE(nothing_leaks_away),
           UNIT(full_is_told_and_keeps_the_old), UNIT_ONCE(spoiled_memory_is_told))
