/* cdr.c - CDR() */
#include <errno.h>

#include "base/log.h"
#include "call/cdr.h"
#include "plan/args.h"
#include "plan/func.h"

static int cdr_read(const struct plan_env *env, char *args, struct buf *out)
{
    char *argv[2];

    if (!env->channel)
        return ENOENT;
    plan_args_split(args, ',', argv, 2);
    return cdr_get(env->channel, slice_of(argv[0]), out);
}

static int cdr_write(const struct plan_env *env, char *args, struct slice value)
{
    char *argv[2];
    int err;

    if (!env->channel)
        return ENOENT;
    plan_args_split(args, ',', argv, 2);
    err = cdr_set(env->channel, slice_of(argv[0]), value);
    if (err == EACCES)
        log_warning("CDR field is read only call=%s field=\"%s\"", env->channel->linkedid, argv[0]);
    return err;
}

const struct plan_func plan_func_cdr = {
    .name = "CDR",
    .syntax = "CDR(name[,options])",
    .help_ru = "Поле записи о вызове.\nЧитаются все 25 полей; менять можно accountcode, userfield, "
               "amaflags, peeraccount и свои переменные: Set(CDR(userfield)=текст).",
    .help_en = "A field of the call record.\nAll 25 fields can be read; accountcode, userfield, "
               "amaflags, peeraccount and own variables can be set: Set(CDR(userfield)=text).",
    .read = cdr_read,
    .write = cdr_write,
};
