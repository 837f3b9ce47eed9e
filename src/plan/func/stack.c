/* func/stack.c - STACK_PEEK, LOCAL_PEEK, EVAL_EXTEN, EVAL_SUB: places and texts of subroutines */
#include <errno.h>

#include "loop/task.h"
#include "plan/core.h"
#include "plan/frame.h"
#include "plan/func/row.h"
#include "plan/sub.h"

static struct plan_run *run_of(const struct plan_env *env)
{
    return env->channel ? plan_run_of(env->channel) : NULL;
}

static int stack_peek_read(const struct plan_env *env, char *args, struct buf *out)
{
    const struct plan_run *run = run_of(env);
    const char *context, *exten;
    uint32_t n = 0;
    char *argv[3];
    int priority;

    plan_args_split(args, ',', argv, 3);
    if (slice_u32(slice_of(argv[0]), &n) || n < 1 || !*argv[1]) {
        plan_func_warn(env, "STACK_PEEK needs a number from 1 and c, e, p or l", argv[0]);
        return 0;
    }
    if (!run || plan_frame_place(run, n, &context, &exten, &priority)) {
        if (!plan_is_true(argv[2]))
            plan_func_warn(env, "STACK_PEEK: there are not so many subroutines", argv[0]);
        return 0;
    }
    switch (*argv[1]) {
    case 'c': return buf_addz(out, context);
    case 'e': return buf_addz(out, exten);
    case 'p': return buf_printf(out, "%d", priority);
    case 'l': return buf_printf(out, "%s,%s,%d", context, exten, priority);
    default: plan_func_warn(env, "STACK_PEEK knows c, e, p and l", argv[1]); return 0;
    }
}

static int local_peek_read(const struct plan_env *env, char *args, struct buf *out)
{
    const struct plan_run *run = run_of(env);
    struct slice value = SLICE_NONE;
    uint32_t n = 0;
    char *argv[2];

    if (plan_args_split_raw(args, ',', argv, 2) < 2 || slice_u32(slice_of(argv[0]), &n)) {
        plan_func_warn(env, "LOCAL_PEEK needs a number and a variable", argv[0]);
        return 0;
    }
    if (n == 0)
        return func_value(env, argv[1], out);
    if (run)
        value = plan_frame_hidden(run, n, slice_of(argv[1]));
    return slice_is_set(value) ? buf_adds(out, value) : 0;
}

/* The step's data, substituted as if the channel stood there. */
static int eval_at(const struct plan_env *env, struct slice context, struct slice exten,
                   int priority, struct buf *out)
{
    const struct plan_ask ask = plan_ask_for(env->core, env->channel, context, exten);
    struct channel *ch = env->channel;
    char *was_context = ch->context, *was_exten = ch->exten;
    const int was_priority = ch->priority;
    struct plan_routing *routing;
    struct plan_found found;
    int err = ENOMEM;

    if (!env->core->routing || plan_routing_find(env->core->routing, &ask, priority, &found))
        return 0;
    ch->context = slice_dup(context);
    ch->exten = slice_dup(exten);
    ch->priority = priority;
    routing = mem_ref(env->core->routing); /* another one may come while functions wait */
    if (ch->context && ch->exten)
        err = plan_subst(env, slice_of(found.step->data), out);
    mem_deref(routing);
    mem_free(ch->context);
    mem_free(ch->exten);
    ch->context = was_context;
    ch->exten = was_exten;
    ch->priority = was_priority;
    return err;
}

static int eval_exten_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct plan_run *run = run_of(env);
    struct slice context, exten;
    int priority, err;

    if (!run || plan_run_parse_goto(run, args, &context, &exten, &priority))
        return 0;
    if (!slice_is_set(context))
        context = slice_of(run->channel->context);
    if (!slice_is_set(exten))
        exten = slice_of(run->channel->exten);
    err = eval_at(env, context, exten, priority, out);
    return err == ENOMEM || err == ENOSPC ? err : 0;
}

static int eval_sub_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct slice value;
    int err;

    if (!run_of(env) || !task_self() || !*args) {
        plan_func_warn(env, "EVAL_SUB needs context,extension,priority and a call", args);
        return 0;
    }
    err = channel_var_set(env->channel, SLICE("GOSUB_RETVAL"), SLICE_NONE);
    if (!err)
        err = plan_sub(env->core, env->channel, args);
    value = channel_var_get(env->channel, SLICE("GOSUB_RETVAL"));
    if (!err && slice_is_set(value))
        buf_adds(out, value);
    return err == ENOMEM ? ENOMEM : buf_err(out);
}

FUNC_READ(
    stack_peek, "STACK_PEEK", "STACK_PEEK(n,c|e|p|l[,quiet])",
    "Откуда вызвана подпрограмма\nn - 1 нынешняя, 2 та, что вызвала её; c - маршрутизация, e - "
    "расширение, p - приоритет, l - всё.",
    "From where a subroutine was called\nn: 1 this one, 2 the one that called it; c: context, e: "
    "extension, p: priority, l: all.");
FUNC_READ(local_peek, "LOCAL_PEEK", "LOCAL_PEEK(n,variable)",
          "Значение, которое скрыто за LOCAL\nn - на сколько подпрограмм назад; 0 - нынешнее.",
          "The value that LOCAL hides\nn: how many subroutines back; 0: the present one.");
FUNC_READ(eval_exten, "EVAL_EXTEN", "EVAL_EXTEN([[context,]extension,]priority)",
          "Данные шага маршрутизации, с подстановкой\nДля таблиц значений в маршрутизации.",
          "The data of a step of the routing, substituted\nFor tables of values in the routing.");
FUNC_READ(eval_sub, "EVAL_SUB", "EVAL_SUB([[context,]extension,]priority)",
          "Выполняет подпрограмму и даёт то, что она вернула (Return)",
          "Run a subroutine and give what it returned (Return)");
