/* func/cdr.c - CDR: fields of the call record */
#include <errno.h>
#include <string.h>

#include "base/truth.h"
#include "call/cdr.h"
#include "plan/args.h"
#include "plan/func/all.h"

static int cdr_read(const struct plan_env *env, char *args, struct buf *out)
{
    int err;

    if (!env->channel)
        return 0;
    err = cdr_get(env->channel, slice_of(args), out); /* cuts the options off by itself */
    return err == ENOENT ? 0 : err;
}

static int cdr_write(const struct plan_env *env, char *args, struct slice value)
{
    char *argv[2];
    int err;

    plan_args_split(args, ',', argv, 2);
    if (!env->channel)
        return ENOENT;
    err = cdr_set(env->channel, slice_of(argv[0]), value);
    if (err && err != ENOMEM)
        plan_func_warn(env, "this field of the call record cannot be set", argv[0]);
    return err;
}

const struct plan_func plan_func_cdr = {
    .name = "CDR",
    .syntax = "CDR(field[,options])",
    .help_ru =
        "Поле записи о вызове\nЧитаются clid src dst dcontext channel dstchannel lastapp lastdata start "
        "answer end duration billsec disposition amaflags accountcode uniqueid linkedid userfield "
        "sequence; записываются accountcode, userfield, amaflags, peeraccount и свои имена.",
    .help_en =
        "Field of the call record\nRead: clid src dst dcontext channel dstchannel lastapp lastdata start "
        "answer end duration billsec disposition amaflags accountcode uniqueid linkedid userfield "
        "sequence; write: accountcode, userfield, amaflags, peeraccount and names of your own.",
    .shown = "tests/scene/cdr-function.scene",
    .read = cdr_read,
    .write = cdr_write,
};

/* disable=1: the call gives no record. party_a is Asterisk's, who else can be party A is fixed here. */
static int cdr_prop_write(const struct plan_env *env, char *args, struct slice value)
{
    bool is_off = false;

    if (!env->channel)
        return ENOENT;
    if (strcasecmp(args, "disable") != 0) {
        plan_func_warn(env, "CDR_PROP knows only disable", args);
        return EINVAL;
    }
    (void)truth_parse(slice_trim(value), &is_off); /* another word is no "yes": records are kept */
    cdr_set_off(env->channel, is_off);
    return 0;
}

const struct plan_func plan_func_cdr_prop = {
    .name = "CDR_PROP",
    .syntax = "CDR_PROP(disable)",
    .help_ru = "Свойства записи о звонке\nSet(CDR_PROP(disable)=1) - записи не будет; 0 - будет.",
    .help_en =
        "Properties of the call record\nSet(CDR_PROP(disable)=1): the call gives none; 0: it does.",
    .shown = "tests/unit/plan/test_channels.c",
    .write = cdr_prop_write,
};
