/* func/ami_client.c - AMI_CLIENT: who speaks to the Manager; its sessions are known to a higher rank */
#include <strings.h>

#include "plan/args.h"
#include "plan/core.h"
#include "plan/func/all.h"

static int ami_client_read(const struct plan_env *env, char *args, struct buf *out)
{
    const struct plan_core *p = env->core;
    int64_t count;
    char *argv[2];

    if (plan_args_split(args, ',', argv, 2) < 2 || !*argv[0] || strcasecmp(argv[1], "sessions")) {
        plan_func_warn(env, "AMI_CLIENT is AMI_CLIENT(user,sessions)", args);
        return 0;
    }
    count = p->ami_sessions ? p->ami_sessions(slice_of(argv[0]), p->ami_arg) : -1;
    if (count < 0) {
        plan_func_warn(env, "AMI_CLIENT: the Manager has no such user", argv[0]);
        return 0;
    }
    return buf_printf(out, "%lld", (long long)count);
}

const struct plan_func plan_func_ami_client = {
    .name = "AMI_CLIENT",
    .syntax = "AMI_CLIENT(loginname,field)",
    .help_ru =
        "Сколько сессий Manager у пользователя\nfield - sessions. Нет такого пользователя: пусто.",
    .help_en =
        "How many sessions of the Manager a user has\nfield: sessions. Empty when there is no such user.",
    .shown = "tests/unit/manager/test_session.c",
    .read = ami_client_read,
};
