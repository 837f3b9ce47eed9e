/* func/hash.c - HASH, HASHKEYS, ARRAY: several values by one name */
#include <errno.h>
#include <stdio.h>

#include "plan/func/row.h"

#define NAME_MOST 256
#define MOST_FIELDS 256

/* A key lives in the channel's variable ~HASH~name~key~ (ClearHash looks for the same). */
static bool key_name(const char *hash, const char *key, char *name)
{
    return snprintf(name, NAME_MOST, "~HASH~%s~%s~", hash, key) < NAME_MOST;
}

/* Keys or values, the newest first. */
static int put_all(const struct plan_env *env, const char *hash, bool keys, struct buf *out)
{
    char prefix[NAME_MOST];
    size_t len = (size_t)snprintf(prefix, sizeof(prefix), "~HASH~%s~", hash);
    bool has_one = false;

    if (len >= sizeof(prefix))
        return 0;
    for (struct link *k = env->channel->vars.ends.prev; k != &env->channel->vars.ends;
         k = k->prev) {
        const struct variable *v = CONTAINER_OF(k, struct variable, link);
        const size_t name = strlen(v->name);

        if (strncmp(v->name, prefix, len) != 0 || name <= len || v->name[name - 1] != '~')
            continue;
        if (has_one)
            buf_addc(out, ',');
        has_one = true;
        if (keys)
            buf_add(out, v->name + len, name - len - 1);
        else
            buf_addz(out, v->value);
    }
    return buf_err(out);
}

static int hash_read(const struct plan_env *env, char *args, struct buf *out)
{
    char *argv[2], name[NAME_MOST];
    struct slice value;

    if (!env->channel)
        return 0;
    plan_args_split(args, ',', argv, 2);
    if (!*argv[1])
        return put_all(env, argv[0], false, out);
    if (!key_name(argv[0], argv[1], name))
        return 0;
    value = channel_var_get(env->channel, slice_of(name));
    return slice_is_set(value) ? buf_adds(out, value) : 0;
}

static int key_set(const struct plan_env *env, const char *hash, const char *key, const char *value)
{
    char name[NAME_MOST];

    if (!*key || !key_name(hash, key, name))
        return 0;
    return channel_var_set(env->channel, slice_of(name), slice_of(value));
}

/* HASH(name)=values: the keys are what CURL or REALTIME_HASH told last. */
static int set_all(const struct plan_env *env, const char *hash, struct slice value)
{
    char **keys = mem_zalloc(2 * MOST_FIELDS * sizeof(*keys)), *text = slice_dup(value);
    char *names = slice_dup(channel_var_get(env->channel, SLICE(FUNC_FIELDS)));
    char **values = keys ? keys + MOST_FIELDS : NULL;
    int err = keys && text ? 0 : ENOMEM, count = 0;

    if (!err && names) {
        count = plan_args_split(names, ',', keys, MOST_FIELDS);
        plan_args_split(text, ',', values, MOST_FIELDS);
    }
    for (int i = 0; i < count && !err; i++)
        err = key_set(env, hash, keys[i], values[i]);
    mem_free(names);
    mem_free(text);
    mem_free(keys);
    return err;
}

static int hash_write(const struct plan_env *env, char *args, struct slice value)
{
    char *argv[2], name[NAME_MOST];
    const int count = plan_args_split(args, ',', argv, 2);

    if (env->channel && count == 1 &&
        slice_is_set(channel_var_get(env->channel, SLICE(FUNC_FIELDS))))
        return set_all(env, argv[0], value);
    if (!env->channel || !*argv[1] || !key_name(argv[0], argv[1], name)) {
        plan_func_warn(env, "HASH is set as HASH(name,key), up to 240 bytes", argv[0]);
        return EINVAL;
    }
    return channel_var_set(env->channel, slice_of(name), value);
}

static int hashkeys_read(const struct plan_env *env, char *args, struct buf *out)
{
    return env->channel ? put_all(env, args, true, out) : 0;
}

static int array_write(const struct plan_env *env, char *args, struct slice value)
{
    char **names = mem_zalloc(2 * MOST_FIELDS * sizeof(*names)), *text = slice_dup(value);
    char **values = names ? names + MOST_FIELDS : NULL;
    int err = names && text ? 0 : ENOMEM, count = 0;

    if (!err) {
        count = plan_args_split(args, ',', names, MOST_FIELDS);
        plan_args_split(text, ',', values, MOST_FIELDS);
    }
    for (int i = 0; i < count && !err; i++)
        if (*names[i])
            err = plan_var_set(env, slice_of(names[i]), slice_of(values[i]));
    mem_free(text);
    mem_free(names);
    return err;
}

FUNC_BOTH(hash, "HASH", "HASH(name[,key])",
          "Значение по имени и ключу\nБез key - все значения через запятую, новые первыми.",
          "A value by name and key\nWithout key: all values with commas, newest first.");
FUNC_READ(hashkeys, "HASHKEYS", "HASHKEYS(name)", "Ключи HASH через запятую, новые первыми",
          "Keys of a HASH with commas, newest first");
FUNC_WRITE(array, "ARRAY", "ARRAY(variable[,variable...])=value[,value...]",
           "Задаёт несколько переменных сразу\nЛишним переменным достаётся пустое.",
           "Set several variables at once\nThose without a value become empty.");
