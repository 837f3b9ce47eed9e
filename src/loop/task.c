/* task.c - see task.h */
#include <errno.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/bug.h"
#include "base/mem.h"
#include "loop/inner.h"
#include "loop/switch.h"
#include "loop/task.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#if __has_feature(thread_sanitizer) && !defined(__SANITIZE_THREAD__)
#define __SANITIZE_THREAD__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#endif

#define MOST_TASKS 20000
#define MOST_IDLE 256
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) /* their frames are bigger */
#define STACK_BYTES (256 * 1024)
#else
#define STACK_BYTES (64 * 1024)
#endif
#define KEPT_BYTES 8192 /* of an idle stack */
#define HOT_STACKS 32   /* idle ones that keep all their pages: they are the next to be used */
#define TRIM_MARGIN_BYTES 1024
#define PROBE_BYTES 512 /* where a stack that went deeper has left something */

struct task_pool {
    char *idle[MOST_IDLE]; /* the last one in is the first out: its pages are warm */
    uint32_t idle_count;
    uint32_t live_count;
};

struct task {
    struct loop *loop;
    struct switch_point here; /* where the task stopped */
    struct switch_point back; /* where the loop stopped to run it */
    char *stack;
    task_main_h *main;
    void *arg;
    struct deferred resume;
    struct timer timer;
    bool is_waiting;
    bool is_canceled;
    bool has_ended;
#ifdef __SANITIZE_ADDRESS__
    void *fake_stack;
    const void *loop_bottom;
    size_t loop_size;
#endif
#ifdef __SANITIZE_THREAD__
    void *fiber, *loop_fiber;
#endif
};

static _Thread_local struct task *current;

/* ---- what the sanitizers must know ---- */

static void announce_enter(struct task *t, void **loop_fake)
{
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_start_switch_fiber(loop_fake, t->stack, STACK_BYTES);
#endif
#ifdef __SANITIZE_THREAD__
    t->loop_fiber = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(t->fiber, 0);
#endif
    (void)t;
    (void)loop_fake;
}

static void announce_entered(struct task *t)
{
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_finish_switch_fiber(t->fake_stack, &t->loop_bottom, &t->loop_size);
#endif
    (void)t;
}

static void announce_leave(struct task *t)
{
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_start_switch_fiber(t->has_ended ? NULL : &t->fake_stack, t->loop_bottom,
                                   t->loop_size);
#endif
#ifdef __SANITIZE_THREAD__
    __tsan_switch_to_fiber(t->loop_fiber, 0);
#endif
    (void)t;
}

static void announce_left(void *loop_fake)
{
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_finish_switch_fiber(loop_fake, NULL, NULL);
#endif
    (void)loop_fake;
}

/* ---- stacks ---- */

static size_t guard_bytes(void)
{
    static atomic_size_t page;
    size_t n = atomic_load_explicit(&page, memory_order_relaxed);

    if (!n) {
        n = (size_t)sysconf(_SC_PAGESIZE);
        atomic_store_explicit(&page, n, memory_order_relaxed);
    }
    return n;
}

static char *stack_map(void)
{
    size_t guard = guard_bytes();
    char *p = mmap(NULL, guard + STACK_BYTES, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);

    if (p == MAP_FAILED)
        return NULL;
    if (mprotect(p, guard, PROT_NONE)) {
        munmap(p, guard + STACK_BYTES);
        return NULL;
    }
    return p + guard;
}

static void stack_unmap(char *stack)
{
    munmap(stack - guard_bytes(), guard_bytes() + STACK_BYTES);
}

static char *stack_get(struct task_pool *p)
{
    return p->idle_count ? p->idle[--p->idle_count] : stack_map();
}

/* Was more than KEPT_BYTES used? Frames leave non-zero words; pages given back read as zero. */
static bool stack_was_deep(const char *stack)
{
    const uint64_t *w = (const void *)(stack + STACK_BYTES - KEPT_BYTES - PROBE_BYTES);

    for (size_t i = 0; i < PROBE_BYTES / sizeof(*w); i++)
        if (w[i])
            return true;
    return false;
}

static void stack_put(struct task_pool *p, char *stack)
{
#ifdef __SANITIZE_ADDRESS__
    /* The frames that were left for good are still poisoned. */
    __asan_unpoison_memory_region(stack, STACK_BYTES);
#endif
    if (p->idle_count == MOST_IDLE) {
        stack_unmap(stack);
        return;
    }
    if (p->idle_count >= HOT_STACKS && stack_was_deep(stack))
        madvise(stack, STACK_BYTES - KEPT_BYTES, MADV_DONTNEED);
    p->idle[p->idle_count++] = stack;
}

void task_pool_free(struct task_pool *p)
{
    if (!p)
        return;
    while (p->idle_count)
        stack_unmap(p->idle[--p->idle_count]);
    mem_free(p);
}

/* ---- switching ---- */

static void task_leave(struct task *t)
{
    announce_leave(t);
    switch_to(&t->here, &t->back);
    announce_entered(t);
}

static void task_entry(void *arg)
{
    struct task *t = arg;

    announce_entered(t);
    t->main(t->arg);
    t->has_ended = true;
    task_leave(t);
    BUG_IF(true);
}

static void task_bury(struct task *t)
{
    stack_put(t->loop->tasks, t->stack);
    t->stack = NULL;
    t->loop->tasks->live_count--;
#ifdef __SANITIZE_THREAD__
    __tsan_destroy_fiber(t->fiber);
#endif
    mem_deref(t);
}

/* Runs on the loop's stack, deferred: tasks never nest. */
static void task_resume(void *arg)
{
    struct task *t = arg;
    void *loop_fake = NULL;

    BUG_IF(current);
    current = t;
    announce_enter(t, &loop_fake);
    switch_to(&t->back, &t->here);
    announce_left(loop_fake);
    current = NULL;
    if (t->has_ended)
        task_bury(t);
}

static int pool_get(struct task_pool **pp, struct loop *l)
{
    if (!l->tasks)
        l->tasks = mem_zalloc(sizeof(*l->tasks));
    *pp = l->tasks;
    if (!l->tasks)
        return ENOMEM;
    return l->tasks->live_count < MOST_TASKS ? 0 : EAGAIN;
}

int task_start(struct task **tp, struct loop *l, task_main_h *main, void *arg)
{
    struct task_pool *pool;
    struct task *t;
    int err = pool_get(&pool, l);

    if (err)
        return err;
    t = mem_alloc(sizeof(*t), NULL);
    if (!t)
        return ENOMEM;
    t->stack = stack_get(pool);
    if (!t->stack) {
        mem_deref(t);
        return ENOMEM;
    }
    t->loop = l;
    t->main = main;
    t->arg = arg;
    switch_init(&t->here, t->stack, STACK_BYTES, task_entry, t);
#ifdef __SANITIZE_THREAD__
    t->fiber = __tsan_create_fiber(0);
#endif
    pool->live_count++;
    loop_defer(l, &t->resume, task_resume, t);
    if (tp)
        *tp = mem_ref(t);
    return 0;
}

struct task *task_self(void)
{
    return current;
}

uint32_t task_count(const struct loop *l)
{
    return l->tasks ? l->tasks->live_count : 0;
}

bool task_is_canceled(const struct task *t)
{
    return t->is_canceled;
}

bool task_has_ended(const struct task *t)
{
    return t->has_ended;
}

/* Never inlined: the frame of a caller that took it in could be longer than the margin. */
__attribute__((noinline)) void task_trim(void)
{
    uintptr_t page = guard_bytes(), top;

    BUG_IF(!current);
    /* A margin for this frame, the red zone and the system call's wrapper. */
    top = ((uintptr_t)__builtin_frame_address(0) - TRIM_MARGIN_BYTES) & ~(page - 1);
    if (top > (uintptr_t)current->stack && top < (uintptr_t)current->stack + STACK_BYTES)
        madvise(current->stack, top - (uintptr_t)current->stack, MADV_DONTNEED);
}

/* ---- waiting ---- */

static void go_on(struct task *t)
{
    if (t->is_waiting)
        loop_defer(t->loop, &t->resume, task_resume, t);
}

void task_cancel(struct task *t)
{
    t->is_canceled = true;
    go_on(t);
}

static void time_is_over(void *arg)
{
    go_on(arg);
}

static void wait_at(struct waiter *w, struct task *t, int64_t ms)
{
    w->task = t;
    t->is_waiting = true;
    if (ms > 0)
        timer_start(t->loop, &t->timer, (uint64_t)ms, time_is_over, t);
    task_leave(t);
    timer_stop(&t->timer);
    t->is_waiting = false;
    w->task = NULL;
}

int waiter_wait(struct waiter *w, int64_t ms)
{
    struct task *t = current;

    BUG_IF(!t || w->task);
    if (!t->is_canceled && !w->pending && ms != 0)
        wait_at(w, t, ms);
    if (t->is_canceled)
        return ECANCELED;
    if (!w->pending)
        return ETIMEDOUT;
    w->pending = false;
    return 0;
}

void waiter_wake(struct waiter *w)
{
    w->pending = true;
    if (w->task)
        go_on(w->task);
}

int task_sleep(int64_t ms)
{
    struct waiter w = {0};

    return waiter_wait(&w, ms);
}
