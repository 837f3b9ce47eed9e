/* func/place.c - DIALPLAN_EXISTS, VALID_EXTEN: is there such a place? EXCEPTION: how the call came to e */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan/args.h"
#include "plan/core.h"
#include "plan/func/all.h"

/* A number, or a label of that extension. @return 0: neither */
static int priority_of(const struct plan_env *env, const struct plan_ask *ask, const char *text)
{
    char *end;
    long n = strtol(text, &end, 10);
    int priority = 0;

    if (end != text && n > 0 && n < 1000000)
        return (int)n;
    plan_routing_label(env->core->routing, ask, slice_of(text), &priority);
    return priority;
}

static bool has_place(const struct plan_env *env, const char *context, const char *exten,
                      const char *priority)
{
    const struct plan_ask ask =
        plan_ask_for(env->core, env->channel, slice_of(context), slice_of(exten));
    struct plan_found found;
    int n = *priority ? priority_of(env, &ask, priority) : 1;

    return n > 0 && plan_routing_find(env->core->routing, &ask, n, &found) == 0;
}

static int exists_read(const struct plan_env *env, char *args, struct buf *out)
{
    char *argv[3];
    int count = plan_args_split(args, ',', argv, 3);
    bool is_there = false;

    if (env->core->routing && count == 1)
        is_there = plan_routing_has_context(env->core->routing, slice_of(argv[0]));
    else if (env->core->routing && count > 1)
        is_there = has_place(env, argv[0], argv[1], argv[2]);
    return buf_addc(out, is_there ? '1' : '0');
}

static int valid_read(const struct plan_env *env, char *args, struct buf *out)
{
    const struct channel *ch = env->channel;
    char *argv[3];
    const char *context;

    plan_args_split(args, ',', argv, 3);
    if (!*argv[1]) {
        plan_func_warn(env, "VALID_EXTEN needs context and extension", args);
        return 0;
    }
    context = *argv[0] || !ch || !ch->context ? argv[0] : ch->context;
    return buf_addc(out,
                    env->core->routing && has_place(env, context, argv[1], argv[2]) ? '1' : '0');
}

static int exception_read(const struct plan_env *env, char *args, struct buf *out)
{
    const struct plan_run *run = env->channel ? plan_run_of(env->channel) : NULL;
    const struct plan_exception *e = run ? &run->exception : NULL;

    if (!e || !e->reason)
        return 0;
    if (strcasecmp(args, "REASON") == 0)
        return buf_addz(out, e->reason);
    if (strcasecmp(args, "CONTEXT") == 0)
        return buf_addz(out, e->context);
    if (strncasecmp(args, "EXTEN", 5) == 0)
        return buf_addz(out, e->exten);
    if (strcasecmp(args, "PRIORITY") == 0)
        return buf_printf(out, "%d", e->priority);
    plan_func_warn(env, "EXCEPTION is reason, context, exten or priority", args);
    return 0;
}

const struct plan_func plan_func_dialplan_exists = {
    .name = "DIALPLAN_EXISTS",
    .syntax = "DIALPLAN_EXISTS(context[,extension[,priority]])",
    .help_ru =
        "Есть ли такое место в маршрутизации\n1 или 0. priority - число или метка, без неё 1.",
    .help_en =
        "Is there such a place in the routing\n1 or 0. priority: a number or a label; 1 without it.",
    .shown = "tests/unit/plan/test_language.c",
    .read = exists_read,
};

const struct plan_func plan_func_valid_exten = {
    .name = "VALID_EXTEN",
    .syntax = "VALID_EXTEN([context],extension[,priority])",
    .help_ru = "Есть ли такое расширение\n1 или 0. Без context - нынешняя маршрутизация.",
    .help_en = "Is there such an extension\n1 or 0. Without context: the present one.",
    .shown = "tests/unit/plan/test_language.c",
    .read = valid_read,
};

const struct plan_func plan_func_exception = {
    .name = "EXCEPTION",
    .syntax = "EXCEPTION(reason|context|exten|priority)",
    .help_ru =
        "Почему вызов попал в расширение e\nreason: ERROR, INVALID, RESPONSETIMEOUT, "
        "ABSOLUTETIMEOUT или текст RaiseException; context, exten, priority - где это случилось.",
    .help_en =
        "Why the call came to extension e\nreason: ERROR, INVALID, RESPONSETIMEOUT, ABSOLUTETIMEOUT or "
        "RaiseException's text; context, exten, priority: where it happened.",
    .shown = "tests/unit/plan/test_language.c",
    .read = exception_read,
};
