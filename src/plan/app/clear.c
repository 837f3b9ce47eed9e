/* app/clear.c - ClearHash, HangupCauseClear: groups of hidden variables are forgotten */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "plan/app/all.h"

/* Forget each variable whose name begins with prefix. */
static void forget(struct channel *ch, struct slice prefix)
{
    LIST_FOREACH(&ch->vars, k)
    {
        const struct variable *v = CONTAINER_OF(k, struct variable, link);

        if (slice_starts(slice_of(v->name), prefix))
            channel_var_set(ch, slice_of(v->name), SLICE_NONE);
    }
}

static int clearhash_exec(struct plan_run *run, char *data)
{
    struct buf prefix;

    if (!*data)
        return PLAN_NEXT;
    buf_init(&prefix, 1000);
    buf_printf(&prefix, "~HASH~%s~", data); /* as func/hash.c names them */
    if (!buf_err(&prefix))
        forget(run->channel, buf_slice(&prefix));
    buf_fini(&prefix);
    return PLAN_NEXT;
}

static int hangupcauseclear_exec(struct plan_run *run, char *data)
{
    forget(run->channel, SLICE("~HANGUPCAUSE~"));
    return PLAN_NEXT;
}

const struct plan_app plan_app_clearhash = {
    .name = "ClearHash",
    .syntax = "ClearHash(name)",
    .help_ru = "Забывает все ключи HASH(name)",
    .help_en = "Forget all keys of HASH(name)",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = clearhash_exec,
};

const struct plan_app plan_app_hangupcauseclear = {
    .name = "HangupCauseClear",
    .syntax = "HangupCauseClear()",
    .help_ru = "Забывает, чем кончились вызванные каналы (HANGUPCAUSE)",
    .help_en = "Forget how called channels ended (HANGUPCAUSE)",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = hangupcauseclear_exec,
};
