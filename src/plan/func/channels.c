/* func/channels.c - CHANNELS, IMPORT, MASTER_CHANNEL, MAX_FORWARDS, SHARED: what other channels hold */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "plan/args.h"
#include "plan/expr.h"
#include "plan/func/all.h"
#include "plan/plan.h"
#include "plan/subst.h"

#define NAME_MAX_BYTES 200

static int channels_read(const struct plan_env *env, char *args, struct buf *out)
{
    const char *blank = "", *why;

    LIST_FOREACH(calls_channels(plan_calls(env->core)), k)
    {
        const struct channel *ch = channel_of_link(k);
        int rc = *args
                     ? plan_regex(slice_of(args), slice_of(ch->name), true, NULL, NULL, NULL, &why)
                     : REGEX_YES;

        if (rc == REGEX_BAD) {
            plan_func_warn(env, why, args);
            return 0;
        }
        if (rc != REGEX_YES)
            continue;
        if (buf_printf(out, "%s%s", blank, ch->name))
            break;
        blank = " ";
    }
    return buf_err(out) == ENOMEM ? ENOMEM : 0;
}

/* A variable, or a function, as another channel has it. */
static int read_of(const struct plan_env *env, struct channel *ch, const char *name,
                   struct buf *out)
{
    const struct plan_env other = {.core = env->core, .channel = ch, .depth = env->depth + 1};
    struct buf text;
    int err;

    buf_init(&text, 1024);
    err = buf_printf(&text, "${%s}", name);
    if (!err)
        err = plan_subst(&other, buf_slice(&text), out);
    buf_fini(&text);
    return err;
}

static int import_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct channel *ch;
    char *argv[2];

    plan_args_split_raw(args, ',', argv, 2);
    ch = calls_channel_find(plan_calls(env->core), slice_of(argv[0]));
    return ch && *argv[1] ? read_of(env, ch, argv[1], out) : 0;
}

/* The channel that this call began with, while it is there. */
static struct channel *master_of(const struct plan_env *env)
{
    return env->channel
               ? calls_channel_find(plan_calls(env->core), slice_of(env->channel->linkedid))
               : NULL;
}

static int master_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct channel *ch = master_of(env);

    return ch ? read_of(env, ch, args, out) : 0;
}

static int master_write(const struct plan_env *env, char *args, struct slice value)
{
    struct channel *ch = master_of(env);

    return ch ? channel_var_set(ch, slice_of(args), value) : ENOENT;
}

static int forwards_read(const struct plan_env *env, char *args, struct buf *out)
{
    return env->channel ? buf_printf(out, "%d", env->channel->max_forwards) : 0;
}

static int forwards_write(const struct plan_env *env, char *args, struct slice value)
{
    uint32_t n;

    if (!env->channel)
        return ENOENT;
    if (slice_u32(slice_trim(value), &n) || n < 1 || n > 1000) {
        plan_func_warn(env, "MAX_FORWARDS is a number from 1 to 1000", args);
        return EINVAL;
    }
    env->channel->max_forwards = (int)n;
    return 0;
}

/* SHARED(name[,channel]) lives on the channel as a variable of that whole name, which no Set()
   without the function can reach. */
static struct channel *shared(const struct plan_env *env, char *args, char *name)
{
    char *argv[2];

    plan_args_split(args, ',', argv, 2);
    snprintf(name, NAME_MAX_BYTES, "SHARED(%s)", argv[0]);
    return *argv[1] ? calls_channel_find(plan_calls(env->core), slice_of(argv[1])) : env->channel;
}

static int shared_read(const struct plan_env *env, char *args, struct buf *out)
{
    char name[NAME_MAX_BYTES];
    struct channel *ch = shared(env, args, name);
    struct slice value = ch ? channel_var_get(ch, slice_of(name)) : SLICE_NONE;

    return slice_is_set(value) ? buf_adds(out, value) : 0;
}

static int shared_write(const struct plan_env *env, char *args, struct slice value)
{
    char name[NAME_MAX_BYTES];
    struct channel *ch = shared(env, args, name);

    if (!ch) {
        plan_func_warn(env, "SHARED: no such channel", args);
        return ENOENT;
    }
    return channel_var_set(ch, slice_of(name), value);
}

const struct plan_func plan_func_channels = {
    .name = "CHANNELS",
    .syntax = "CHANNELS([expression])",
    .help_ru =
        "Имена каналов через пробел\nexpression - регулярное выражение, под которое подходит имя.",
    .help_en =
        "Names of channels with blanks between\nexpression: a regular expression that the name matches.",
    .shown = "tests/unit/plan/test_party.c",
    .read = channels_read,
};

const struct plan_func plan_func_import = {
    .name = "IMPORT",
    .syntax = "IMPORT(channel,variable)",
    .help_ru = "Переменная другого канала",
    .help_en = "A variable of another channel",
    .shown = "tests/unit/plan/test_party.c",
    .read = import_read,
};

const struct plan_func plan_func_master_channel = {
    .name = "MASTER_CHANNEL",
    .syntax = "MASTER_CHANNEL(variable)",
    .help_ru = "Переменная канала, с которого начался вызов",
    .help_en = "A variable of the channel that the call began with",
    .shown = "tests/unit/plan/test_party.c",
    .read = master_read,
    .write = master_write,
};

const struct plan_func plan_func_max_forwards = {
    .name = "MAX_FORWARDS",
    .syntax = "MAX_FORWARDS()",
    .help_ru = "Сколько ещё раз этот вызов может быть послан дальше\nСначала 20; каждый Dial даёт "
               "вызываемому на один меньше. При 0 Dial отказывает: маршрутизация ходит по кругу.",
    .help_en =
        "How often this call may still be sent on\n20 at first; each Dial gives the called leg one "
        "less. At 0 Dial refuses: the routing leads in circles.",
    .shown = "tests/unit/plan/test_party.c",
    .read = forwards_read,
    .write = forwards_write,
};

const struct plan_func plan_func_shared = {
    .name = "SHARED",
    .syntax = "SHARED(variable[,channel])",
    .help_ru =
        "Переменная, которую видят и другие каналы\nchannel - имя или номер канала; без него - этот.",
    .help_en =
        "A variable that other channels see\nchannel: name or unique id; without it: this one.",
    .shown = "tests/unit/plan/test_party.c",
    .read = shared_read,
    .write = shared_write,
};
