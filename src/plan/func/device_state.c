/* func/device_state.c - DEVICE_STATE, EXTENSION_STATE, HINT */
#include <errno.h>
#include <string.h>

#include "call/device_state.h"
#include "plan/core.h"
#include "plan/func/all.h"
#include "plan/hint.h"

static int device_read(const struct plan_env *env, char *args, struct buf *out)
{
    return buf_addz(out, device_state_name(device_state_get(env->core->calls, slice_of(args))));
}

static int device_write(const struct plan_env *env, char *args, struct slice value)
{
    struct slice name = slice_of(args), rest;
    enum device_state state;
    int err;

    if (!slice_caseeqz(slice_cut(name, ':', &rest), "Custom") || !rest.len) {
        plan_func_warn(env, "only Custom: devices can be set", args);
        return EINVAL;
    }
    if (device_state_parse(&state, value)) {
        plan_func_warn(env, "DEVICE_STATE knows no such state", args);
        return EINVAL;
    }
    err = device_custom_set(env->core->calls, rest, state);
    if (err)
        plan_func_warn(env, "custom device state not kept", args);
    return err;
}

/* "100@office" or "100" in context default. */
static void split_place(struct slice text, struct slice *exten, struct slice *context)
{
    *exten = slice_trim(slice_cut(text, '@', context));
    if (!slice_is_set(*context) || !context->len)
        *context = SLICE("default");
}

static int exten_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct slice exten, context;

    split_place(slice_of(args), &exten, &context);
    return buf_addz(out, plan_exten_state_name(plan_hint_state(env->core, context, exten)));
}

static int hint_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct slice options, place = slice_cut(slice_of(args), ',', &options), exten, context;
    struct plan_hint hint;
    int err;

    split_place(place, &exten, &context);
    err = plan_hint_get(env->core, context, exten, &hint);
    if (err)
        return err == ENOMEM ? ENOMEM : 0;
    if (slice_is_set(options) && slice_chr(options, 'n') >= 0) {
        buf_adds(out, buf_slice(&hint.name));
    } else {
        buf_adds(out, buf_slice(&hint.devices));
        if (buf_slice(&hint.presence).len)
            buf_printf(out, ",%s", buf_z(&hint.presence));
    }
    plan_hint_fini(&hint);
    return buf_err(out);
}

const struct plan_func plan_func_device_state = {
    .name = "DEVICE_STATE",
    .syntax = "DEVICE_STATE(device)",
    .help_ru =
        "Состояние устройства\nPJSIP/101, Custom:имя: UNKNOWN, NOT_INUSE, INUSE, BUSY, INVALID, "
        "UNAVAILABLE, RINGING, RINGINUSE, ONHOLD. Записываются только устройства Custom:, их состояние "
        "переживает перезапуск.",
    .help_en =
        "State of a device\nPJSIP/101, Custom:name: UNKNOWN, NOT_INUSE, INUSE, BUSY, INVALID, "
        "UNAVAILABLE, RINGING, RINGINUSE, ONHOLD. Only Custom: devices can be set; their state "
        "outlives a restart.",
    .shown = "tests/unit/plan/test_hint.c",
    .read = device_read,
    .write = device_write,
};

const struct plan_func plan_func_extension_state = {
    .name = "EXTENSION_STATE",
    .syntax = "EXTENSION_STATE(extension[@context])",
    .help_ru =
        "Состояние расширения по его подсказке (hint)\nUNKNOWN (подсказки нет), NOT_INUSE, INUSE, BUSY, "
        "UNAVAILABLE, RINGING, RINGINUSE, ONHOLD. Без context - маршрутизация default.",
    .help_en =
        "State of an extension by its hint\nUNKNOWN (there is no hint), NOT_INUSE, INUSE, BUSY, UNAVAILABLE, "
        "RINGING, RINGINUSE, ONHOLD. Without context: default.",
    .shown = "tests/unit/plan/test_hint.c",
    .read = exten_read,
};

const struct plan_func plan_func_hint = {
    .name = "HINT",
    .syntax = "HINT(extension[@context][,n])",
    .help_ru =
        "Подсказка (hint) расширения\nЕго устройства, с n - имя. Без context - маршрутизация default.",
    .help_en = "Hint of an extension\nIts devices; with n its name. Without context: default.",
    .shown = "tests/unit/plan/test_hint.c",
    .read = hint_read,
};
