/* func/presence.c - PRESENCE_STATE: what somebody says of himself, kept in the small database */
#include <errno.h>

#include "plan/astdb.h"
#include "plan/core.h"
#include "plan/func/row.h"

#define FAMILY "CustomPresence"

static const char *const states[] = {"not_set", "unavailable", "available", "away",
                                     "xa",      "chat",        "dnd"};

static bool is_state(struct slice text)
{
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
        if (slice_caseeqz(text, states[i]))
            return true;
    return false;
}

static bool has_e(struct slice options)
{
    return slice_is_set(options) && slice_chr(options, 'e') >= 0;
}

/* "CustomPresence:boss". @return its name; absent: another provider's */
static struct slice custom_name(struct slice provider)
{
    struct slice name, kind = slice_cut(provider, ':', &name);

    return slice_caseeqz(kind, FAMILY) && slice_is_set(name) && name.len ? name : SLICE_NONE;
}

/* The n-th part (0: the state) of "away,subtype,message,e" as it is kept. */
static struct slice part_of(struct slice kept, int n)
{
    struct slice part = SLICE("");

    for (; n >= 0 && slice_is_set(kept); n--)
        part = slice_trim(slice_cut(kept, ',', &kept));
    return n < 0 ? part : SLICE("");
}

/* Kept in base64 and wanted plain, or the other way round. */
static int add_text(const struct plan_env *env, struct slice text, bool is_coded, bool wants_coded,
                    struct buf *out)
{
    char *copy;
    int err;

    if (is_coded == wants_coded || !text.len)
        return buf_adds(out, text);
    copy = slice_dup(text);
    if (!copy)
        return ENOMEM;
    err = (is_coded ? plan_func_base64_decode : plan_func_base64_encode).read(env, copy, out);
    mem_free(copy);
    return err;
}

static int presence_state_read(const struct plan_env *env, char *args, struct buf *out)
{
    char *argv[3];
    struct slice name, kept;
    int part;

    plan_args_split(args, ',', argv, 3);
    name = custom_name(slice_of(argv[0]));
    part = strcasecmp(argv[1], "value") == 0     ? 0
           : strcasecmp(argv[1], "subtype") == 0 ? 1
           : strcasecmp(argv[1], "message") == 0 ? 2
                                                 : -1;
    if (part < 0) {
        plan_func_warn(env, "PRESENCE_STATE needs value, subtype or message", argv[1]);
        return 0;
    }
    if (!slice_is_set(name))
        return 0;
    kept = plan_astdb_get(env->core, SLICE(FAMILY), name);
    if (!slice_is_set(kept))
        return part ? 0 : buf_addz(out, states[0]);
    if (!part)
        return buf_adds(out, part_of(kept, 0));
    return add_text(env, part_of(kept, part), has_e(part_of(kept, 3)), has_e(slice_of(argv[2])),
                    out);
}

static int presence_state_write(const struct plan_env *env, char *args, struct slice value)
{
    const struct slice name = custom_name(slice_of(args));
    int err;

    if (!slice_is_set(name)) {
        plan_func_warn(env, "only the presence of CustomPresence: can be set", args);
        return EINVAL;
    }
    if (!is_state(part_of(value, 0))) {
        plan_func_warn(env, "PRESENCE_STATE knows no such state", args);
        return EINVAL;
    }
    err = plan_astdb_put(env->core, SLICE(FAMILY), name, value);
    if (err)
        plan_func_warn(env, "presence not kept", args);
    return err;
}

const struct plan_func plan_func_presence_state = {
    .name = "PRESENCE_STATE",
    .syntax = "PRESENCE_STATE(CustomPresence:name,field[,e])",
    .help_ru =
        "Присутствие, о котором сказано самим\nПоля: value (not_set, unavailable, available, away, xa, "
        "chat, dnd), subtype, message; с e - в base64. Записывается PRESENCE_STATE(CustomPresence:имя)="
        "value,subtype,message[,e] и переживает перезапуск. Телефонам его пока не сообщают.",
    .help_en =
        "Presence as somebody has said it\nFields: value (not_set, unavailable, available, away, xa, "
        "chat, dnd), subtype, message; with e in base64. Set as PRESENCE_STATE(CustomPresence:name)="
        "value,subtype,message[,e]; it outlives a restart. Phones are not told yet.",
    .shown = "tests/unit/plan/test_language.c",
    .read = presence_state_read,
    .write = presence_state_write,
};
