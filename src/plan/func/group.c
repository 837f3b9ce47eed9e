/* func/group.c - GROUP, GROUP_COUNT, GROUP_MATCH_COUNT, GROUP_LIST: how many calls of a kind there are */
#include <errno.h>

#include "call/group.h"
#include "plan/core.h"
#include "plan/expr.h"
#include "plan/func/all.h"
#include "plan/plan.h"

/* "group@category" */
static struct slice cut_category(const char *args, struct slice *category)
{
    struct slice group = slice_cut(slice_trim(slice_of(args)), '@', category);

    if (!slice_is_set(*category))
        *category = SLICE("");
    return slice_is_set(group) ? group : SLICE("");
}

static int group_read(const struct plan_env *env, char *args, struct buf *out)
{
    const char *group =
        env->channel ? channel_group_get(env->channel, slice_trim(slice_of(args))) : NULL;

    return group ? buf_addz(out, group) : 0;
}

/* GROUP(category)=group, also GROUP()=group@category */
static int group_write(const struct plan_env *env, char *args, struct slice value)
{
    struct slice category = slice_trim(slice_of(args)), own;
    struct slice group = slice_cut(slice_trim(value), '@', &own);
    int err;

    if (!env->channel)
        return ENOENT;
    if (!category.len && slice_is_set(own))
        category = own;
    err = channel_group_set(env->channel, category, slice_is_set(group) ? group : SLICE(""));
    if (err == ENOSPC)
        plan_func_warn(env, "a channel is in at most 16 categories of groups", args);
    return err;
}

static int count_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct slice category, group = cut_category(args, &category);

    if (!group.len && env->channel)
        group = slice_of(channel_group_get(env->channel, category));
    return buf_printf(out, "%u",
                      group.len ? calls_group_count(plan_calls(env->core), category, group) : 0);
}

struct match {
    struct slice pattern, category;
    uint32_t count;
    bool is_bad;
};

static bool matches(struct match *m, struct slice pattern, const char *text)
{
    const char *why;
    const int rc = plan_regex(pattern, slice_of(text), false, NULL, NULL, NULL, &why);

    m->is_bad |= rc == REGEX_BAD;
    return rc == REGEX_YES;
}

static void count_group(const char *category, const char *group, uint32_t count, void *arg)
{
    struct match *m = arg;

    if (matches(m, m->pattern, group) && (!m->category.len || matches(m, m->category, category)))
        m->count += count;
}

static int match_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct match m = {0};

    m.pattern = cut_category(args, &m.category);
    calls_groups_each(plan_calls(env->core), count_group, &m);
    if (m.is_bad)
        plan_func_warn(env, "GROUP_MATCH_COUNT needs a regular expression", args);
    return buf_printf(out, "%u", m.count);
}

static int list_read(const struct plan_env *env, char *args, struct buf *out)
{
    return env->channel ? channel_group_list(env->channel, out) : 0;
}

const struct plan_func plan_func_group = {
    .name = "GROUP",
    .syntax = "GROUP([category])",
    .help_ru =
        "Группа, к которой отнесён вызов\nЗапись относит вызов к группе (в каждой категории к одной); "
        "пустое значение убирает. С концом вызова группа покидается.",
    .help_en =
        "The group that the call counts for\nSetting it puts the call into a group (one in each "
        "category); an empty value takes it out. The end of the call leaves all groups.",
    .shown = "tests/unit/plan/test_party.c",
    .read = group_read,
    .write = group_write,
};

const struct plan_func plan_func_group_count = {
    .name = "GROUP_COUNT",
    .syntax = "GROUP_COUNT([group][@category])",
    .help_ru = "Сколько вызовов в группе (без имени - в группе этого вызова)",
    .help_en = "How many calls are in a group (without a name: in this call's group)",
    .shown = "tests/unit/plan/test_party.c",
    .read = count_read,
};

const struct plan_func plan_func_group_list = {
    .name = "GROUP_LIST",
    .syntax = "GROUP_LIST()",
    .help_ru = "Группы этого вызова через пробел, как группа@категория",
    .help_en = "Groups of this call with blanks between, as group@category",
    .shown = "tests/unit/plan/test_party.c",
    .read = list_read,
};

const struct plan_func plan_func_group_match_count = {
    .name = "GROUP_MATCH_COUNT",
    .syntax = "GROUP_MATCH_COUNT(expression[@category])",
    .help_ru = "Сколько вызовов в группах, имя которых подходит под регулярное выражение",
    .help_en = "How many calls are in groups whose name matches a regular expression",
    .shown = "tests/unit/plan/test_party.c",
    .read = match_read,
};
