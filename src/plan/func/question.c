/* func/question.c - see question.h */
#include "plan/func/question.h"

#include <errno.h>

#include "base/mem.h"
#include "loop/task.h"
#include "plan/core.h"
#include "plan/wait.h"

#define WAIT_MS 5000

/* One under way; whoever comes last, the answer or the call that gave up, frees it. */
struct question {
    struct waiter waiter;
    func_rows_h *rows;
    void *arg;
    int err;
    bool is_over, is_left;
};

static void over(struct question *q, int err)
{
    q->err = err;
    q->is_over = true;
    waiter_wake(&q->waiter);
}

static void on_answer(int err, const struct store_rows *rows, void *arg)
{
    struct question *q = arg;

    if (q->is_left)
        mem_free(q);
    else
        over(q, err ? err : q->rows(rows, q->arg));
}

static void on_done(int err, void *arg)
{
    struct question *q = arg;

    if (q->is_left)
        mem_free(q);
    else
        over(q, err);
}

/* @return 0; ENOMEM; EPERM: not in a task, or no database */
static int question_new(const struct plan_env *env, struct question **qp)
{
    if (!env->core->store || !task_self())
        return EPERM;
    *qp = mem_zalloc(sizeof(**qp));
    return *qp ? 0 : ENOMEM;
}

/* @param err  of the asking: nothing will come then */
static int wait_answer(const struct plan_env *env, struct question *q, int err)
{
    if (err) {
        mem_free(q);
        return err;
    }
    err = plan_wait_answer(env->core, &q->waiter, WAIT_MS);
    if (!q->is_over) {
        q->is_left = true;
        return err;
    }
    err = q->err;
    mem_free(q);
    return err;
}

int func_question_ask(const struct plan_env *env, const char *sql, const struct slice *values,
                      size_t count, func_rows_h *rows, void *arg)
{
    struct question *q = NULL;
    int err = question_new(env, &q);

    if (err)
        return err;
    q->rows = rows;
    q->arg = arg;
    err = store_query(env->core->store, sql, values, count, on_answer, q);
    return wait_answer(env, q, err);
}

int func_question_tell(const struct plan_env *env, const char *sql, const struct slice *values,
                       size_t count)
{
    struct question *q = NULL;
    int err = question_new(env, &q);

    if (err)
        return err;
    err = store_exec(env->core->store, sql, values, count, on_done, q);
    return wait_answer(env, q, err);
}
