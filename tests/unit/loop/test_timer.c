/* The wheel of timers: order, exact times, stops. */
#include <string.h>

#include "base/mem.h"
#include "base/rand.h"
#include "loop/loop.h"
#include "unit.h"

struct log {
    struct loop *loop;
    char text[64];
    size_t len;
};

struct item {
    struct timer timer;
    struct log *log;
    struct item *victim; /* stopped by this one's handler */
    uint64_t want_ms;
    uint64_t again_ms; /* started again by its own handler */
    char name;
};

static void note(void *arg)
{
    struct item *i = arg;

    i->log->text[i->log->len++] = i->name;
    if (i->victim)
        timer_stop(&i->victim->timer);
    if (i->again_ms)
        timer_start(i->log->loop, &i->timer, i->again_ms, note, i);
}

static void start(struct log *log, struct item *i, char name, uint64_t ms)
{
    i->log = log;
    i->name = name;
    timer_start(log->loop, &i->timer, ms, note, i);
}

static bool logged(struct log *log, const char *want)
{
    bool is_same = log->len == strlen(want) && memcmp(log->text, want, log->len) == 0;

    log->len = 0;
    return is_same;
}

static int timers_fire_in_order_of_time_then_of_start(void)
{
    struct item a = {0}, b = {0}, c = {0}, d = {0}, e = {0};
    struct log log = {0};
    int err = 0;

    CHECK_OK(loop_alloc_fake(&log.loop, (struct wall){0}));
    start(&log, &a, 'a', 70000);
    start(&log, &b, 'b', 5);
    start(&log, &c, 'c', 0);
    loop_fake_advance(log.loop, 4);
    CHECK_TO(logged(&log, "c"), out);
    start(&log, &d, 'd', 1);
    start(&log, &e, 'e', 69996);
    loop_fake_advance(log.loop, 69995);
    CHECK_TO(logged(&log, "bd"), out);
    CHECK_TO(timer_left_ms(&a.timer) == 1 && timer_left_ms(&b.timer) == 0, out);
    loop_fake_advance(log.loop, 1);
    CHECK_TO(logged(&log, "ae"), out);
out:
    mem_deref(log.loop);
    return err;
}

static int a_handler_may_stop_others_and_start_itself(void)
{
    struct item a = {0}, b = {0}, c = {0};
    struct log log = {0};
    struct mono next;
    int err = 0;

    CHECK_OK(loop_alloc_fake(&log.loop, (struct wall){0}));
    a.victim = &b;
    a.again_ms = 10;
    start(&log, &a, 'a', 5);
    start(&log, &b, 'b', 5);
    start(&log, &c, 'c', 5);
    loop_fake_advance(log.loop, 5);
    CHECK_TO(logged(&log, "ac") && !timer_is_on(&b.timer), out);
    loop_fake_advance(log.loop, 30);
    CHECK_TO(logged(&log, "aaa"), out);
    timer_stop(&a.timer);
    timer_stop(&a.timer);
    CHECK_TO(!loop_fake_next(log.loop, &next), out);
out:
    mem_deref(log.loop);
    return err;
}

static int a_started_timer_is_moved_by_a_second_start(void)
{
    struct item a = {0};
    struct log log = {0};
    int err = 0;

    CHECK_OK(loop_alloc_fake(&log.loop, (struct wall){0}));
    start(&log, &a, 'a', 5);
    start(&log, &a, 'A', 5000);
    loop_fake_advance(log.loop, 4999);
    CHECK_TO(logged(&log, ""), out);
    loop_fake_advance(log.loop, 1);
    CHECK_TO(logged(&log, "A"), out);
    start(&log, &a, 'x', UINT64_MAX); /* about for ever, and nothing overflows */
    loop_fake_advance(log.loop, 3600 * 1000);
    CHECK_TO(logged(&log, "") && timer_is_on(&a.timer), out);
out:
    timer_stop(&a.timer);
    mem_deref(log.loop);
    return err;
}

static void restart_at_once(void *arg)
{
    struct item *i = arg;

    if (++i->want_ms < 10)
        timer_start(i->log->loop, &i->timer, 0, restart_at_once, i);
}

static int zero_means_the_next_round(void)
{
    struct log log = {0};
    struct item a = {.log = &log};
    int err = 0;

    CHECK_OK(loop_alloc_fake(&log.loop, (struct wall){0}));
    timer_start(log.loop, &a.timer, 0, restart_at_once, &a);
    loop_round(log.loop, 0);
    CHECK_TO(a.want_ms == 1, out);
    loop_round(log.loop, 0);
    CHECK_TO(a.want_ms == 2, out);
    loop_fake_settle(log.loop);
    CHECK_TO(a.want_ms == 10, out);
out:
    mem_deref(log.loop);
    return err;
}

/* ---- a million ---- */

static uint64_t fired, late, last_ms;

static void count(void *arg)
{
    struct item *i = arg;
    uint64_t now_ms = (uint64_t)loop_now(i->log->loop).us / 1000;

    fired++;
    if (now_ms != i->want_ms || now_ms < last_ms)
        late++;
    last_ms = now_ms;
}

static int a_million_fire_exactly_when_they_should(void)
{
    enum { N = 1000000 };
    struct item *items = mem_zalloc(N * sizeof(*items));
    struct log log = {0};
    uint64_t stopped = 0;
    int err = 0;

    CHECK_TO(items, out);
    CHECK_OK_TO(loop_alloc_fake(&log.loop, (struct wall){0}), out);
    rand_seed(7);
    fired = late = last_ms = 0;
    for (uint32_t i = 0; i < N; i++) {
        /* Mostly within a minute, some days away; time moves on now and then. */
        uint64_t ms = rand_u32() % (i % 10 ? 60000 : 200000000) + 1;

        items[i].log = &log;
        items[i].want_ms = (uint64_t)loop_now(log.loop).us / 1000 + ms;
        timer_start(log.loop, &items[i].timer, ms, count, &items[i]);
        if (i % 1000 == 0)
            loop_fake_advance(log.loop, rand_u32() % 50);
    }
    for (uint32_t i = 0; i < N; i += 3) {
        stopped += timer_is_on(&items[i].timer);
        timer_stop(&items[i].timer);
    }
    loop_run(log.loop);
    CHECK_TO(late == 0 && fired + stopped == N && stopped > N / 10, out);
out:
    rand_seed(0);
    mem_deref(log.loop);
    mem_free(items);
    return err;
}

static int the_next_timer_is_told_exactly(void)
{
    struct item items[100] = {0};
    struct log log = {0};
    struct mono next;
    int err = 0;

    CHECK_OK(loop_alloc_fake(&log.loop, (struct wall){0}));
    rand_seed(3);
    for (int i = 0; i < 100; i++) {
        items[i].log = &log;
        items[i].want_ms = 1000000 + rand_u32() % 1000000 + 1;
        timer_start(log.loop, &items[i].timer, items[i].want_ms - 1000000, count, &items[i]);
    }
    for (int n = 0; n < 100; n++) {
        uint64_t least = UINT64_MAX;

        for (int i = 0; i < 100; i++)
            if (timer_is_on(&items[i].timer) && items[i].want_ms < least)
                least = items[i].want_ms;
        if (least == UINT64_MAX)
            break;
        CHECK_TO(loop_fake_next(log.loop, &next) && next.us == (int64_t)least * 1000, out);
        loop_round(log.loop, -1);
        CHECK_TO(loop_now(log.loop).us == next.us, out);
    }
out:
    rand_seed(0);
    mem_deref(log.loop);
    return err;
}

UNIT_TESTS(UNIT(timers_fire_in_order_of_time_then_of_start),
           UNIT(a_handler_may_stop_others_and_start_itself),
           UNIT(a_started_timer_is_moved_by_a_second_start), UNIT(zero_means_the_next_round),
           UNIT(the_next_timer_is_told_exactly), UNIT_ONCE(a_million_fire_exactly_when_they_should))
