/* base/keep: entries are found again by the next process, whole or not at all */
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
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

/* ---- a kill at every instruction ---- */

#define SMALL KEEP_SMALLEST
#define LONG 2500

struct story {
    int fd;                          /* the memory of who is killed */
    uint32_t changed, dropped, made; /* slots; made: 0 until then */
    char long_text[LONG];
};

/* What who is killed does: a value of three blocks in place of a short one, an entry less, one more, one
   grown again. */
static void tell_story(struct story *s, struct keep *k)
{
    uint32_t made = 0;

    (void)keep_put(k, &s->changed, 2, slice_from(s->long_text, LONG));
    keep_drop(k, s->dropped);
    (void)keep_put(k, &made, 4, slice_from(s->long_text, 1500));
    (void)keep_put(k, &s->changed, 5, SLICE("the end"));
}

struct state {
    const struct story *story;
    unsigned changed, dropped, made, strange;
};

static bool is_text(const struct story *s, struct slice bytes, size_t len)
{
    return bytes.len == len && memcmp(bytes.p, s->long_text, len) == 0;
}

static void judge(uint32_t slot, uint8_t kind, struct slice bytes, void *arg)
{
    struct state *st = arg;
    const struct story *s = st->story;

    if (slot == s->changed)
        st->changed += (kind == 1 && slice_eqz(bytes, "old")) ||
                       (kind == 2 && is_text(s, bytes, LONG)) ||
                       (kind == 5 && slice_eqz(bytes, "the end"));
    else if (kind == 3 && slice_eqz(bytes, "short"))
        st->dropped++;
    else if (kind == 4 && is_text(s, bytes, 1500))
        st->made++;
    else if (kind == 6 && slice_eqz(bytes, "next"))
        ;
    else
        st->strange++;
}

static bool is_whole(struct keep *k, const struct story *s)
{
    struct state st = {.story = s};

    return keep_each(k, judge, &st) == 0 && st.changed == 1 && st.dropped + st.made <= 2 &&
           !st.strange;
}

/* The next process begins with this memory, and writes. */
static int check_memory(const struct story *s, const void *memory, int fd)
{
    struct keep *k = NULL;
    uint32_t slot = 0;
    bool is_new;
    int err;

    CHECK_TO(pwrite(fd, memory, SMALL, 0) == SMALL, out);
    CHECK_OK_TO(again(&k, fd, FORMAT, &is_new), out);
    CHECK_TO(!is_new && is_whole(k, s), out);
    CHECK_OK_TO(keep_put(k, &slot, 6, SLICE("next")), out);
    CHECK_TO(is_whole(k, s), out);
out:
    mem_deref(k);
    return err;
}

static void be_killed(struct story *s, struct keep *k)
{
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
        _exit(1);
    raise(SIGSTOP);
    tell_story(s, k);
    _exit(0);
}

/* @return 0; what a state of memory fails at; *states: how many there were */
static int watch(pid_t pid, const struct story *s, const char *now, char *before, unsigned *states)
{
    int status, err = 0, fd = memfd_create("copy", MFD_CLOEXEC);

    CHECK_TO(fd >= 0 && ftruncate(fd, SMALL) == 0, out);
    while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
        if (memcmp(before, now, SMALL) != 0) {
            memcpy(before, now, SMALL);
            ++*states;
            CHECK_OK_TO(check_memory(s, before, fd), out);
        }
        if (ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL))
            break;
    }
out:
    if (fd >= 0)
        close(fd);
    return err;
}

static int kill_at_every_instruction(void)
{
    struct story s = {.fd = memfd_create("keep", MFD_CLOEXEC)};
    char *now = MAP_FAILED, *before = mem_zalloc(SMALL);
    struct keep *k = NULL;
    unsigned states = 0;
    bool is_new;
    pid_t pid = 0;
    int err;

    for (size_t i = 0; i < LONG; i++)
        s.long_text[i] = (char)('a' + i % 23);
    CHECK_TO(before && s.fd >= 0 && ftruncate(s.fd, SMALL) == 0, out);
    CHECK_OK_TO(again(&k, s.fd, FORMAT, &is_new), out);
    CHECK_OK_TO(keep_put(k, &s.changed, 1, SLICE("old")), out);
    CHECK_OK_TO(keep_put(k, &s.dropped, 3, SLICE("short")), out);
    now = mmap(NULL, SMALL, PROT_READ, MAP_SHARED, s.fd, 0);
    CHECK_TO(now != MAP_FAILED, out);
    pid = fork();
    if (!pid)
        be_killed(&s, k);
    CHECK_OK_TO(watch(pid, &s, now, before, &states), out);
    CHECK_TO(states == 0 || states > 20, out); /* 0: nobody may be traced here */
out:
    if (pid > 0) {
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    if (now != MAP_FAILED)
        munmap(now, SMALL);
    mem_deref(k);
    mem_free(before);
    close(s.fd);
    return err;
}

UNIT_TESTS(UNIT(is_found_again), UNIT_ONCE(nothing_leaks_away),
           UNIT(full_is_told_and_keeps_the_old), UNIT_ONCE(spoiled_memory_is_told),
           UNIT_ONCE(kill_at_every_instruction))
