/*
 * micro_loop.c - what a task switch, a timer, a deferred call and a datagram cost. By hand:
 *
 *   gcc -std=c17 -D_GNU_SOURCE -O2 -Isrc tests/bench/micro_loop.c src/base/[a-z]*.c
 * src/loop/[a-z]*.c \ -lssl -lcrypto -lcares -lpthread -o /tmp/micro_loop && /tmp/micro_loop
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "base/rand.h"
#include "loop/net.h"
#include "loop/task.h"

static double cpu_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static void report(const char *what, double start_ns, double count)
{
    printf("%-44s %8.1f ns\n", what, (cpu_ns() - start_ns) / count);
}

static void nothing(void *arg)
{
    (void)arg;
}

static struct waiter ping, pong;
enum { TURNS = 1000000 };

static void say_ping(void *arg)
{
    for (int i = 0; i < TURNS; i++) {
        waiter_wake(&pong);
        waiter_wait(&ping, -1);
    }
    (void)arg;
}

static void say_pong(void *arg)
{
    for (int i = 0; i < TURNS; i++) {
        waiter_wait(&pong, -1);
        waiter_wake(&ping);
    }
    (void)arg;
}

static void bench_tasks(struct loop *l)
{
    double start = cpu_ns();

    task_start(NULL, l, say_ping, NULL);
    task_start(NULL, l, say_pong, NULL);
    while (task_count(l))
        loop_round(l, 0);
    report("task: wake, switch in, wait, switch out", start, 2.0 * TURNS);
    start = cpu_ns();
    for (int i = 0; i < TURNS; i++) {
        task_start(NULL, l, nothing, NULL);
        if (i % 100 == 99)
            loop_round(l, 0);
    }
    report("task: start, run, end (pooled stack)", start, TURNS);
}

static void bench_timers(struct loop *l)
{
    static const char *const names[] = {"timer: start 32 s and stop, 0 others",
                                        "timer: start 32 s and stop, 100,000 others"};
    enum { OTHERS = 100000 };
    struct timer *others = calloc(OTHERS, sizeof(*others)), t = {0};

    for (int k = 0; k < 2; k++) {
        double start = cpu_ns();

        for (int i = 0; i < TURNS; i++) {
            timer_start(l, &t, 32000, nothing, NULL);
            timer_stop(&t);
        }
        report(names[k], start, TURNS);
        for (int i = 0; i < OTHERS; i++)
            timer_start(l, &others[i], rand_u32() % 60000, nothing, NULL);
    }
    for (int i = 0; i < OTHERS; i++)
        timer_stop(&others[i]);
    free(others);
}

static void bench_fired(void)
{
    struct timer *timers = calloc(TURNS, sizeof(*timers));
    struct loop *l;
    double start;

    if (!timers || loop_alloc_fake(&l, (struct wall){0}))
        abort();
    start = cpu_ns();
    for (int i = 0; i < TURNS; i++)
        timer_start(l, &timers[i], rand_u32() % 32000 + 1, nothing, NULL);
    loop_fake_advance(l, 32000);
    report("timer: start at random within 32 s and fire", start, TURNS);
    mem_deref(l);
    free(timers);
}

static uint32_t got;

static void on_datagram(const struct datagram *d, size_t count, void *arg)
{
    (void)d;
    (void)arg;
    got += (uint32_t)count;
}

static void bench_udp(struct loop *l, uint32_t at_once)
{
    static char bytes[900];
    struct addr local;
    struct udp *a, *b;
    struct net *n;
    char what[64];
    double start;

    addr_parse(&local, SLICE("127.0.0.1:0"), 0);
    if (net_alloc(&n, l) || udp_open(&a, n, -1, &local, on_datagram, NULL) ||
        udp_open(&b, n, -1, &local, on_datagram, NULL))
        abort();
    got = 0;
    start = cpu_ns();
    for (uint32_t sent = 0; sent < 200000; sent += at_once) {
        for (uint32_t i = 0; i < at_once; i++)
            udp_send(a, udp_local(b), slice_from(bytes, sizeof(bytes)));
        while (got < sent + at_once)
            loop_round(l, 100);
    }
    snprintf(what, sizeof(what), "udp: 900 bytes sent and received, %u a round", at_once);
    report(what, start, 200000);
    mem_deref(a);
    mem_deref(b);
    mem_deref(n);
}

int main(void)
{
    struct loop *l;

    if (loop_alloc(&l))
        abort();
    bench_tasks(l);
    bench_timers(l);
    bench_fired();
    bench_udp(l, 1);
    bench_udp(l, 8);
    bench_udp(l, 64);
    mem_deref(l);
    return 0;
}
