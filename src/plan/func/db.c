/* func/db.c - DB, DB_EXISTS, DB_DELETE, DB_KEYS, DB_KEYCOUNT, BLACKLIST: the routing's small database */
#include <errno.h>

#include "plan/astdb.h"
#include "plan/core.h"
#include "plan/func/row.h"

static int set_result(const struct plan_env *env, struct slice value)
{
    return env->channel ? channel_var_set(env->channel, SLICE("DB_RESULT"), value) : 0;
}

/* "family/key" at the first slash. @return absent: there is none, or the name is none */
static struct slice value_of(const struct plan_env *env, const char *what, const char *name)
{
    struct slice key, family = slice_cut(slice_of(name), '/', &key);

    if (!family.len || !slice_is_set(key) || !key.len) {
        plan_func_warn(env, what, name);
        return SLICE_NONE;
    }
    return plan_astdb_get(env->core, family, key);
}

static int db_read(const struct plan_env *env, char *args, struct buf *out)
{
    const struct slice value = value_of(env, "DB needs family/key", args);

    if (!slice_is_set(value))
        return 0;
    buf_adds(out, value);
    return set_result(env, value);
}

static int db_write(const struct plan_env *env, char *args, struct slice value)
{
    struct slice key, family = slice_cut(slice_of(args), '/', &key);
    int err = plan_astdb_put(env->core, family, slice_is_set(key) ? key : SLICE(""),
                             slice_is_set(value) ? value : SLICE(""));

    if (err == EINVAL)
        plan_func_warn(env, "DB is set as DB(family/key), up to 255 bytes", args);
    return err;
}

static int db_exists_read(const struct plan_env *env, char *args, struct buf *out)
{
    const struct slice value = value_of(env, "DB_EXISTS needs family/key", args);

    buf_addc(out, slice_is_set(value) ? '1' : '0');
    return slice_is_set(value) ? set_result(env, value) : 0;
}

static int db_delete_read(const struct plan_env *env, char *args, struct buf *out)
{
    const struct slice value = value_of(env, "DB_DELETE needs family/key", args);
    struct slice key, family = slice_cut(slice_of(args), '/', &key);
    int err;

    if (!slice_is_set(value))
        return set_result(env, SLICE(""));
    buf_adds(out, value);
    err = set_result(env, value);
    if (!err)
        err = plan_astdb_put(env->core, family, key, SLICE_NONE);
    return err == ENOMEM ? ENOMEM : buf_err(out);
}

static int db_delete_write(const struct plan_env *env, char *args, struct slice value)
{
    struct buf none;
    int err;

    buf_init(&none, PLAN_TEXT_MAX);
    err = db_delete_read(env, args, &none);
    buf_fini(&none);
    return err;
}

/* The next part of each name below a place, each once: names come in their order. */
struct keys {
    struct buf *out;
    struct slice below;
    char *last;
    uint32_t count;
    bool no_memory;
};

static bool on_name(struct slice name, struct slice value, void *arg)
{
    struct keys *k = arg;
    struct slice rest, part = slice_skip(name, k->below.len ? k->below.len + 1 : 0);

    part = slice_cut(part, '/', &rest);
    if (!part.len || (k->last && slice_eqz(part, k->last)))
        return true;
    mem_free(k->last);
    k->last = slice_dup(part);
    k->no_memory = !k->last;
    if (k->out && k->count)
        buf_addc(k->out, ',');
    if (k->out)
        buf_adds(k->out, part);
    k->count++;
    return !k->no_memory;
}

static int db_keys_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct keys k = {.out = out, .below = slice_of(args)};
    int err = plan_astdb_each(env->core, k.below, on_name, &k);

    mem_free(k.last);
    return err || k.no_memory ? ENOMEM : buf_err(out);
}

static bool on_any(struct slice name, struct slice value, void *arg)
{
    ++*(uint32_t *)arg;
    return true;
}

static int db_keycount_read(const struct plan_env *env, char *args, struct buf *out)
{
    uint32_t count = 0;
    int err = plan_astdb_each(env->core, slice_of(args), on_any, &count);

    return err ? err : buf_addu(out, count);
}

static int blacklist_read(const struct plan_env *env, char *args, struct buf *out)
{
    const char *number =
        env->channel && env->channel->caller.number ? env->channel->caller.number : "";
    const char *name = env->channel && env->channel->caller.name ? env->channel->caller.name : "";
    const bool is_in =
        slice_is_set(plan_astdb_get(env->core, SLICE("blacklist"), slice_of(number))) ||
        slice_is_set(plan_astdb_get(env->core, SLICE("blacklist"), slice_of(name)));

    return buf_addc(out, is_in ? '1' : '0');
}

FUNC_BOTH(
    db, "DB", "DB(family/key)",
    "Запись базы маршрутизации\nПереживает перезапуск; прочитанное - и в DB_RESULT. Смотреть: `database show`.",
    "An entry of the routing's database\nOutlives a restart; what was read is in DB_RESULT, too. To look: "
    "`database show`.");
FUNC_READ(db_exists, "DB_EXISTS", "DB_EXISTS(family/key)",
          "1, если такая запись есть, иначе 0\nЗначение - в DB_RESULT.",
          "1 when there is such an entry, else 0\nThe value is in DB_RESULT.");
FUNC_BOTH(db_delete, "DB_DELETE", "DB_DELETE(family/key)", "Удаляет запись и даёт её значение",
          "Delete an entry and give its value");
FUNC_READ(db_keys, "DB_KEYS", "DB_KEYS([family[/key]])",
          "Ключи под этим местом через запятую\nБез аргумента - семейства.",
          "Keys below this place with commas\nWithout argument: families.");
FUNC_READ(db_keycount, "DB_KEYCOUNT", "DB_KEYCOUNT(family[/key])",
          "Сколько записей под этим местом", "How many entries there are below this place");
FUNC_READ(blacklist, "BLACKLIST", "BLACKLIST()",
          "1, если номер или имя звонящего есть в семействе blacklist, иначе 0",
          "1 when the caller's number or name is in family blacklist, else 0");
