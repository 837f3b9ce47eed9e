/* Rounds: descriptors, their order against timers, deferred calls and flushes; wakes. */
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "loop/loop.h"
#include "unit.h"

static char text[64];
static size_t len;
static struct loop *loop;
static char names[] = "abcdefghijklmnopqrstuvwxyz";

#define NAME(letter) (&names[(letter) - 'a'])

static bool logged(const char *want)
{
    bool is_same = len == strlen(want) && memcmp(text, want, len) == 0;

    len = 0;
    return is_same;
}

static void note(void *arg)
{
    if (len < sizeof(text))
        text[len++] = *(const char *)arg;
}

static struct deferred more;

static void note_and_defer(void *arg)
{
    note(arg);
    loop_defer(loop, &more, note, NAME('m'));
}

struct end {
    struct loop_fd w;
    int fds[2];
    struct end *other; /* stopped and closed by this one's handler */
    const char *name;
};

static int end_open(struct end *e, const char *name)
{
    memset(e, 0, sizeof(*e));
    e->name = name;
    return pipe(e->fds) ? errno : 0;
}

static void end_close(struct end *e)
{
    loop_fd_stop(&e->w);
    if (e->fds[0]) {
        close(e->fds[0]);
        close(e->fds[1]);
    }
    memset(e, 0x5a, sizeof(*e)); /* as if freed */
    memset(&e->fds, 0, sizeof(e->fds));
    e->w.loop = NULL;
}

static void readable(int events, void *arg)
{
    struct end *e = arg;
    char c;

    (void)events;
    (void)!read(e->w.fd, &c, 1);
    note((void *)(uintptr_t)e->name);
    if (e->other)
        end_close(e->other);
}

static int deferred_come_after_timers_and_flushes_last(void)
{
    struct deferred d = {0}, f = {0}, stopped = {0};
    struct timer t = {0};
    int err = 0;

    len = 0;
    CHECK_OK(loop_alloc_fake(&loop, (struct wall){5}));
    loop_flush(loop, &f, note, NAME('f'));
    loop_defer(loop, &d, note_and_defer, NAME('d'));
    loop_defer(loop, &d, note, NAME('x')); /* pending already: nothing happens */
    loop_defer(loop, &stopped, note, NAME('s'));
    loop_defer_stop(&stopped);
    timer_start(loop, &t, 0, note, NAME('t'));
    loop_round(loop, 0);
    CHECK_TO(logged("tdmf"), out);
    loop_fake_advance(loop, 1500);
    CHECK_TO(loop_wall(loop).us == 1500005 && loop_now(loop).us == 1001500000, out);
out:
    mem_deref(loop);
    return err;
}

static int a_descriptor_stopped_in_its_round_is_not_called(void)
{
    struct end a, b;
    int err = 0;

    len = 0;
    CHECK_OK(loop_alloc(&loop));
    CHECK(!end_open(&a, "a") && !end_open(&b, "b"));
    a.other = &b;
    b.other = &a;
    CHECK_OK_TO(loop_fd_start(loop, &a.w, a.fds[0], LOOP_READ, readable, &a), out);
    CHECK_OK_TO(loop_fd_start(loop, &b.w, b.fds[0], LOOP_READ, readable, &b), out);
    CHECK_TO(write(a.fds[1], "1", 1) == 1 && write(b.fds[1], "1", 1) == 1, out);
    loop_round(loop, 100);
    CHECK_TO(len == 1, out); /* one of them, whichever came first */
out:
    end_close(&a);
    end_close(&b);
    mem_deref(loop);
    return err;
}

static int a_descriptor_number_used_again_in_the_same_round_is_another_one(void)
{
    struct end a, b, c = {0};
    int err = 0, old;

    len = 0;
    CHECK_OK(loop_alloc(&loop));
    CHECK(!end_open(&a, "a") && !end_open(&b, "b"));
    CHECK_OK_TO(loop_fd_start(loop, &b.w, b.fds[0], LOOP_READ, readable, &b), out);
    old = b.fds[0];
    CHECK_TO(write(b.fds[1], "1", 1) == 1, out);
    end_close(&b);
    CHECK_TO(!end_open(&c, "c"), out);
    CHECK_TO(c.fds[0] == old, out);
    CHECK_OK_TO(loop_fd_start(loop, &c.w, c.fds[0], LOOP_READ, readable, &c), out);
    loop_round(loop, 0);
    CHECK_TO(logged(""), out);
    CHECK_TO(write(c.fds[1], "1", 1) == 1, out);
    loop_round(loop, 100);
    CHECK_TO(logged("c"), out);
out:
    end_close(&a);
    end_close(&b);
    end_close(&c);
    mem_deref(loop);
    return err;
}

static int real_timers_are_never_early_and_hardly_late(void)
{
    struct timer t = {0};
    struct mono start;
    int64_t us;

    len = 0;
    CHECK_OK(loop_alloc(&loop));
    loop_round(loop, 0);
    start = loop_now(loop);
    timer_start(loop, &t, 20, note, NAME('t'));
    while (!len)
        CHECK_OK(loop_round(loop, -1));
    us = mono_diff_us(loop_now_exact(loop), start);
    mem_deref(loop);
    CHECK(us >= 20000 && us < 200000);
    return 0;
}

static void stop_loop(void *arg)
{
    note(arg);
    loop_stop(loop);
}

static void *wake_from_outside(void *arg)
{
    usleep(20000);
    loop_wake(arg);
    loop_wake(arg);
    return NULL;
}

static int another_thread_ends_the_wait(void)
{
    pthread_t thread;

    len = 0;
    CHECK_OK(loop_alloc(&loop));
    loop_on_wake(loop, stop_loop, NAME('w'));
    CHECK(!pthread_create(&thread, NULL, wake_from_outside, loop));
    CHECK_OK(loop_run(loop));
    CHECK(len == 1);
    pthread_join(thread, NULL);
    mem_deref(loop);
    return 0;
}

static int an_idle_loop_waits_for_its_far_timer_without_turning(void)
{
    struct timer t = {0};
    struct mono start;
    int rounds = 0;

    CHECK_OK(loop_alloc(&loop));
    len = 0;
    start = loop_now(loop);
    timer_start(loop, &t, 300, note, NAME('t'));
    for (; !len; rounds++)
        CHECK_OK(loop_round(loop, -1));
    CHECK(rounds <= 4 && mono_diff_ms(loop_now(loop), start) >= 300);
    mem_deref(loop);
    return 0;
}

UNIT_TESTS(UNIT(deferred_come_after_timers_and_flushes_last),
           UNIT(a_descriptor_stopped_in_its_round_is_not_called),
           UNIT(a_descriptor_number_used_again_in_the_same_round_is_another_one),
           UNIT_ONCE(real_timers_are_never_early_and_hardly_late),
           UNIT_ONCE(another_thread_ends_the_wait),
           UNIT_ONCE(an_idle_loop_waits_for_its_far_timer_without_turning))
