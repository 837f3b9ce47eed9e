/* func/warn.c - one shape for the warnings of functions (all.h) */
#include "base/log.h"
#include "plan/func/all.h"

void plan_func_warn(const struct plan_env *env, const char *what, const char *about)
{
    const struct channel *ch = env->channel;

    log_warning("%s call=%s at=\"%s,%s,%d\" given=\"%.200s\"", what, ch ? ch->linkedid : "",
                ch && ch->context ? ch->context : "", ch && ch->exten ? ch->exten : "",
                ch ? ch->priority : 0, about);
}
