/* Tasks: waiting, waking, cancelling, many at once. */
#include <string.h>

#include "base/mem.h"
#include "loop/task.h"
#include "unit.h"

struct scene {
    struct loop *loop;
    struct waiter door;
    int result;
    int64_t wait_ms;
    uint32_t steps;
};

static void wait_at_the_door(void *arg)
{
    struct scene *s = arg;

    s->steps++;
    s->result = waiter_wait(&s->door, s->wait_ms);
    s->steps++;
}

static int wait_scene(struct scene *s, struct task **tp, int64_t wait_ms)
{
    int err;

    memset(s, 0, sizeof(*s));
    s->result = -1;
    s->wait_ms = wait_ms;
    err = loop_alloc_fake(&s->loop, (struct wall){0});
    if (!err)
        err = task_start(tp, s->loop, wait_at_the_door, s);
    return err;
}

static void end_scene(struct scene *s)
{
    if (s->loop)
        loop_fake_advance(s->loop, 100000);
    mem_deref(s->loop);
}

static int it_first_runs_after_start_has_returned(void)
{
    struct scene s;
    struct task *t = NULL;
    int err = 0;

    CHECK_OK_TO(wait_scene(&s, &t, 0), out);
    CHECK_TO(s.steps == 0 && !task_has_ended(t) && task_count(s.loop) == 1, out);
    loop_fake_settle(s.loop);
    CHECK_TO(s.steps == 2 && s.result == ETIMEDOUT && task_has_ended(t), out);
    CHECK_TO(task_count(s.loop) == 0 && task_self() == NULL, out);
out:
    mem_deref(t);
    end_scene(&s);
    return err;
}

static int a_wake_ends_the_wait_and_is_used_up(void)
{
    struct scene s;
    int err = 0;

    CHECK_OK_TO(wait_scene(&s, NULL, 1000), out);
    loop_fake_advance(s.loop, 999);
    CHECK_TO(s.steps == 1, out);
    waiter_wake(&s.door);
    waiter_wake(&s.door);
    CHECK_TO(s.steps == 1, out); /* not from inside the waker */
    loop_fake_settle(s.loop);
    CHECK_TO(s.steps == 2 && s.result == 0 && !s.door.pending && !s.door.task, out);
out:
    end_scene(&s);
    return err;
}

static int a_wake_is_remembered_while_nobody_waits(void)
{
    struct scene s;
    int err = 0;

    CHECK_OK_TO(wait_scene(&s, NULL, -1), out);
    waiter_wake(&s.door);
    loop_fake_settle(s.loop);
    CHECK_TO(s.steps == 2 && s.result == 0 && !s.door.pending, out);
out:
    end_scene(&s);
    return err;
}

static int the_time_runs_out(void)
{
    struct scene s;
    int err = 0;

    CHECK_OK_TO(wait_scene(&s, NULL, 250), out);
    loop_fake_advance(s.loop, 249);
    CHECK_TO(s.steps == 1, out);
    loop_fake_advance(s.loop, 1);
    CHECK_TO(s.steps == 2 && s.result == ETIMEDOUT && !s.door.task, out);
out:
    end_scene(&s);
    return err;
}

static void sleep_twice(void *arg)
{
    struct scene *s = arg;

    s->result = task_sleep(-1);
    s->steps = (uint32_t)task_sleep(60000);
}

static int canceling_ends_this_wait_and_all_later_ones(void)
{
    struct scene s;
    struct task *t = NULL, *early = NULL;
    int err = 0;

    CHECK_OK_TO(wait_scene(&s, &early, -1), out);
    task_cancel(early); /* before its first step */
    loop_fake_settle(s.loop);
    CHECK_TO(s.steps == 2 && s.result == ECANCELED && task_has_ended(early), out);
    CHECK_OK_TO(task_start(&t, s.loop, sleep_twice, &s), out);
    loop_fake_advance(s.loop, 5);
    task_cancel(t);
    task_cancel(t);
    CHECK_TO(!task_has_ended(t) && task_is_canceled(t), out);
    loop_fake_settle(s.loop);
    CHECK_TO(s.result == ECANCELED && s.steps == ECANCELED && task_has_ended(t), out);
    task_cancel(t);
    loop_fake_settle(s.loop);
out:
    mem_deref(t);
    mem_deref(early);
    end_scene(&s);
    return err;
}

static void cancel_itself(void *arg)
{
    struct scene *s = arg;

    task_cancel(task_self());
    s->result = waiter_wait(&s->door, -1);
    s->steps = (uint32_t)waiter_wait(&s->door, 0);
}

static int a_task_may_cancel_itself(void)
{
    struct scene s = {0};
    int err = 0;

    CHECK_OK_TO(loop_alloc_fake(&s.loop, (struct wall){0}), out);
    CHECK_OK_TO(task_start(NULL, s.loop, cancel_itself, &s), out);
    loop_fake_settle(s.loop);
    CHECK_TO(s.result == ECANCELED && s.steps == ECANCELED, out);
out:
    end_scene(&s);
    return err;
}

static void look_at_the_stack(void *arg)
{
    *(uintptr_t *)arg = (uintptr_t)__builtin_frame_address(0) % 16;
}

static int the_stack_is_aligned_as_vector_code_wants(void)
{
    struct scene s = {0};
    uintptr_t off_by = 99;
    int err = 0;

    CHECK_OK_TO(loop_alloc_fake(&s.loop, (struct wall){0}), out);
    CHECK_OK_TO(task_start(NULL, s.loop, look_at_the_stack, &off_by), out);
    loop_fake_settle(s.loop);
    CHECK_TO(off_by == 0, out);
out:
    end_scene(&s);
    return err;
}

/* ---- two that talk ---- */

struct talk {
    struct waiter ping, pong;
    uint32_t count;
};

static void say_ping(void *arg)
{
    struct talk *k = arg;

    for (int i = 0; i < 1000; i++) {
        waiter_wake(&k->pong);
        if (waiter_wait(&k->ping, 100))
            return;
        k->count++;
    }
}

static void say_pong(void *arg)
{
    struct talk *k = arg;

    for (int i = 0; i < 1000; i++) {
        if (waiter_wait(&k->pong, 100))
            return;
        waiter_wake(&k->ping);
    }
}

static int two_tasks_wake_each_other(void)
{
    struct talk k = {0};
    struct scene s = {0};
    int err = 0;

    CHECK_OK_TO(loop_alloc_fake(&s.loop, (struct wall){0}), out);
    CHECK_OK_TO(task_start(NULL, s.loop, say_ping, &k), out);
    CHECK_OK_TO(task_start(NULL, s.loop, say_pong, &k), out);
    loop_fake_settle(s.loop);
    CHECK_TO(k.count == 1000, out);
out:
    end_scene(&s);
    return err;
}

/* ---- many ---- */

static uint32_t depth_sum;

static uint32_t go_deep(uint32_t n)
{
    volatile char frame[512];

    memset((char *)frame, (int)n, sizeof(frame));
    if (n == 0)
        return task_sleep(10) ? 1 : 0;
    return go_deep(n - 1) + (uint32_t)frame[0] - n % 128;
}

static void deep_and_trimmed(void *arg)
{
    uint32_t here = 7;

    depth_sum += go_deep(30);
    task_trim();
    depth_sum += go_deep(3) + here - 7;
    (void)arg;
}

static int ten_thousand_wait_at_once(void)
{
    struct scene s = {0};
    int err = 0;

    CHECK_OK_TO(loop_alloc_fake(&s.loop, (struct wall){0}), out);
    for (int turn = 0; turn < 2; turn++) { /* the second on used stacks */
        depth_sum = 0;
        for (int i = 0; i < 10000; i++)
            CHECK_OK_TO(task_start(NULL, s.loop, deep_and_trimmed, NULL), out);
        loop_fake_settle(s.loop);
        CHECK_TO(task_count(s.loop) == 10000, out);
        loop_fake_advance(s.loop, 100);
        CHECK_TO(task_count(s.loop) == 0 && depth_sum == 20000, out);
    }
out:
    end_scene(&s);
    return err;
}

static int too_many_are_refused(void)
{
    struct scene s = {0};
    int err = 0, n = 0;

    CHECK_OK_TO(loop_alloc_fake(&s.loop, (struct wall){0}), out);
    while (!(err = task_start(NULL, s.loop, deep_and_trimmed, NULL)))
        n++;
    CHECK_TO(err == EAGAIN && n == 20000, out);
    err = 0;
out:
    end_scene(&s);
    return err;
}

static void add_up(void *arg)
{
    double sum = 0;

    for (int i = 1; i <= 100; i++) {
        sum += 1.0 / i;
        if (i % 10 == 0)
            task_sleep(1);
    }
    *(double *)arg = sum;
}

static int floating_point_survives_a_switch(void)
{
    struct scene s = {0};
    double a = 0, b = 0;
    int err = 0;

    CHECK_OK_TO(loop_alloc_fake(&s.loop, (struct wall){0}), out);
    CHECK_OK_TO(task_start(NULL, s.loop, add_up, &a), out);
    CHECK_OK_TO(task_start(NULL, s.loop, add_up, &b), out);
    loop_fake_advance(s.loop, 100);
    CHECK_TO(a > 5.18737 && a < 5.18738 && a <= b && b <= a, out);
out:
    end_scene(&s);
    return err;
}

UNIT_TESTS(UNIT(it_first_runs_after_start_has_returned), UNIT(a_wake_ends_the_wait_and_is_used_up),
           UNIT(a_wake_is_remembered_while_nobody_waits), UNIT(the_time_runs_out),
           UNIT(canceling_ends_this_wait_and_all_later_ones), UNIT(a_task_may_cancel_itself),
           UNIT(the_stack_is_aligned_as_vector_code_wants), UNIT(two_tasks_wake_each_other),
           UNIT(floating_point_survives_a_switch), UNIT_ONCE(ten_thousand_wait_at_once),
           UNIT_ONCE(too_many_are_refused))
