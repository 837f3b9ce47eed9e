/* func/feature.c - FEATURE, FEATUREMAP: features of talks of one channel */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/truth.h"
#include "model/snapshot.h"
#include "plan/feature.h"
#include "plan/func/all.h"
#include "plan/program.h"

#define FEATURE "FEATURE"
#define FEATUREMAP "FEATUREMAP"

/* Asterisk's options and their values there; those of transfers and pickup are kept for their subject. */
static const struct {
    const char *name, *value;
} options[] = {
    {"inherit", "0"},
    {"featuredigittimeout", NULL},
    {"courtesytone", NULL},
    {"recordingfailsound", NULL},
    {"transferdigittimeout", "3"},
    {"atxfernoanswertimeout", "15"},
    {"atxferdropcall", "0"},
    {"atxferloopdelay", "10"},
    {"atxfercallbackretries", "2"},
    {"xfersound", "beep"},
    {"xferfailsound", "beeperr"},
    {"atxferabort", "*1"},
    {"atxfercomplete", "*2"},
    {"atxferthreeway", "*3"},
    {"atxferswap", "*4"},
    {"pickupexten", "*8"},
    {"pickupsound", ""},
    {"pickupfailsound", ""},
    {"transferdialattempts", "3"},
    {"transferretrysound", "pbx-invalid"},
    {"transferinvalidsound", "privacy-incorrect"},
};

enum { OPTIONS = sizeof(options) / sizeof(options[0]) };

/* @return its number, or -1 */
static int find(const char *name)
{
    for (int i = 0; i < OPTIONS; i++)
        if (slice_caseeqz(slice_trim(slice_of(name)), options[i].name))
            return i;
    return -1;
}

static int put_setting(const struct plan_env *env, const char *name, struct buf *out)
{
    const struct model_settings *s = plan_settings(env->core);

    if (!s)
        return 0;
    if (strcmp(name, "featuredigittimeout") == 0)
        return buf_printf(out, "%d", (int)s->feature_digit_timeout);
    return buf_addz(out,
                    strcmp(name, "courtesytone") == 0 ? s->feature_sound : s->feature_fail_sound);
}

static int feature_read(const struct plan_env *env, char *args, struct buf *out)
{
    const int i = find(args);
    struct slice own;

    if (i < 0) {
        plan_func_warn(env, "FEATURE has no such option", args);
        return ENOENT;
    }
    own = plan_feature_kept(env->channel, FEATURE, options[i].name);
    if (slice_is_set(own))
        return buf_adds(out, own);
    return options[i].value ? buf_addz(out, options[i].value)
                            : put_setting(env, options[i].name, out);
}

/* What was set before goes to outgoing legs from now on, too, or no more. */
static int keep_anew(struct channel *ch)
{
    int err = 0;

    for (int i = 1; !err && i < OPTIONS; i++) {
        const struct slice own = plan_feature_kept(ch, FEATURE, options[i].name);

        if (slice_is_set(own))
            err = plan_feature_keep(ch, FEATURE, options[i].name, own);
    }
    for (const struct plan_builtin *b = plan_builtins; !err && b->name; b++) {
        const struct slice own = plan_feature_kept(ch, FEATUREMAP, b->name);

        if (slice_is_set(own))
            err = plan_feature_keep(ch, FEATUREMAP, b->name, own);
    }
    return err;
}

static int set_inherit(const struct plan_env *env, struct slice value)
{
    bool is_on;
    int err;

    if (truth_parse(slice_trim(value), &is_on)) {
        plan_func_warn(env, "FEATURE(inherit) takes yes or no", "inherit");
        return EINVAL;
    }
    /* Kept twice: the second time as what it says. */
    err = plan_feature_keep(env->channel, FEATURE, "inherit", is_on ? SLICE("1") : SLICE("0"));
    if (!err)
        err = plan_feature_keep(env->channel, FEATURE, "inherit", is_on ? SLICE("1") : SLICE("0"));
    return err ? err : keep_anew(env->channel);
}

static int feature_write(const struct plan_env *env, char *args, struct slice value)
{
    const int i = find(args);
    int64_t ms;

    if (!env->channel)
        return ENOENT;
    if (i < 0) {
        plan_func_warn(env, "FEATURE has no such option", args);
        return ENOENT;
    }
    if (i == 0)
        return set_inherit(env, value);
    if (strcmp(options[i].name, "featuredigittimeout") == 0 &&
        (slice_i64(slice_trim(value), &ms) || ms <= 0 || ms > 30000)) {
        plan_func_warn(env, "FEATURE(featuredigittimeout) takes milliseconds, up to 30000", args);
        return EINVAL;
    }
    return plan_feature_keep(env->channel, FEATURE, options[i].name, slice_trim(value));
}

static const struct plan_builtin *builtin_of(const struct plan_env *env, const char *name)
{
    const struct plan_builtin *b = plan_builtin_find(slice_trim(slice_of(name)));

    if (!b)
        plan_func_warn(env, "FEATUREMAP has no such feature", name);
    return b;
}

static int featuremap_read(const struct plan_env *env, char *args, struct buf *out)
{
    const struct plan_builtin *b = builtin_of(env, args);

    return b ? buf_addz(out, plan_builtin_code(env->core, env->channel, b)) : ENOENT;
}

static int featuremap_write(const struct plan_env *env, char *args, struct slice value)
{
    const struct plan_builtin *b = builtin_of(env, args);

    if (!env->channel || !b)
        return ENOENT;
    value = slice_trim(value);
    if (value.len && !model_is_code(value)) {
        plan_func_warn(env, "FEATUREMAP takes 1 to 11 of 0-9 * # A-D", args);
        return EINVAL;
    }
    return plan_feature_keep(env->channel, FEATUREMAP, b->name, value);
}

const struct plan_func plan_func_feature = {
    .name = FEATURE,
    .syntax = "FEATURE(option)",
    .help_ru =
        "Настройка функций в разговоре для одного канала\nfeaturedigittimeout - сколько миллисекунд ждать "
        "следующую клавишу кода; courtesytone - что слышат оба, когда код начал или закончил запись; "
        "recordingfailsound - что слышит нажавший, когда записи нет; inherit - достаются ли эти значения и "
        "FEATUREMAP вызываемым каналам (yes, no). Остальное (transferdigittimeout, atxfer..., xfersound, pickup..., "
        "transfer...) запоминается до появления переводов и перехвата. Без значения - настройка станции. "
        "Задаётся до Dial.",
    .help_en =
        "An option of features in talks, for one channel\nfeaturedigittimeout: milliseconds that the next key of a "
        "code is waited for; courtesytone: what both hear when a code began or ended a recording; "
        "recordingfailsound: what who pressed hears when nothing is recorded; inherit: do called channels get these "
        "and FEATUREMAP (yes, no)? The others (transferdigittimeout, atxfer..., xfersound, pickup..., transfer...) "
        "are kept until transfers and pickup come. Not set: the station's setting. Set it before Dial.",
    .shown = "tests/scene/feature-codes.scene",
    .read = feature_read,
    .write = feature_write,
};

const struct plan_func plan_func_featuremap = {
    .name = FEATUREMAP,
    .syntax = "FEATUREMAP(feature)",
    .help_ru =
        "Код функции в разговоре для одного канала\ndisconnect, automixmon, recordpause; blindxfer, atxfer, "
        "parkcall пока ничего не делают. Пустое значение - кода нет. Не задано - настройка станции. Задаётся до "
        "Dial.",
    .help_en =
        "The code of a feature in talks, for one channel\ndisconnect, automixmon, recordpause; blindxfer, atxfer, "
        "parkcall do nothing yet. An empty value: no code. Not set: the station's setting. Set it before Dial.",
    .shown = "tests/scene/feature-codes.scene",
    .read = featuremap_read,
    .write = featuremap_write,
};
