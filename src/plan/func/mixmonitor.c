/* func/mixmonitor.c - MIXMONITOR: what is known of a recording of the channel */
#include "plan/args.h"
#include "plan/func/all.h"
#include "plan/recorder.h"

static int mixmonitor_read(const struct plan_env *env, char *args, struct buf *out)
{
    const struct recording *r;
    char *argv[2];

    if (!env->channel)
        return 0;
    plan_args_split(args, ',', argv, 2);
    if (!*argv[0] || !*argv[1]) {
        plan_func_warn(env, "MIXMONITOR needs an id and a key", args);
        return 0;
    }
    r = recording_find(env->channel, slice_of(argv[0]));
    if (!r)
        plan_func_warn(env, "no recording of that id on this channel", argv[0]);
    else if (slice_caseeqz(slice_of(argv[1]), "filename"))
        plan_recorder_put_name(r->mixed, out);
    else
        plan_func_warn(env, "MIXMONITOR knows the key filename", argv[1]);
    return buf_err(out);
}

const struct plan_func plan_func_mixmonitor = {
    .name = "MIXMONITOR",
    .syntax = "MIXMONITOR(id,key)",
    .help_ru =
        "Что известно о записи канала\nid - её номер (опция i приложения MixMonitor), key - filename: имя "
        "файла.",
    .help_en =
        "What is known of a recording of the channel\nid: its number (option i of MixMonitor), key: filename.",
    .shown = "tests/scene/mixmonitor.scene",
    .read = mixmonitor_read,
};
