/* manager/act_db.c - actions on the small database of the routing (plan/astdb.h) */
#include <errno.h>

#include "manager/all.h"
#include "manager/inner.h"
#include "plan/astdb.h"

#define SHOWN .shown = "tests/unit/manager/test_admin.c"
#define FAMILY_PARAM                                                                               \
    {                                                                                              \
        "Family", {"Семейство.", "Family of the entry."}, true                                     \
    }
#define KEY_PARAM                                                                                  \
    {                                                                                              \
        "Key", {"Ключ.", "Key of the entry."}, true                                                \
    }

static const struct manager_param key_params[] = {MANAGER_PARAM_ID, FAMILY_PARAM, KEY_PARAM, {0}};

/* Asterisk ends the sentence with a full stop everywhere but in DBPut. */
static bool has_both(struct manager_request *q, const char *stop)
{
    if (!manager_arg(q, "Family").len)
        manager_error(q, "No family specified%s", stop);
    else if (!manager_arg(q, "Key").len)
        manager_error(q, "No key specified%s", stop);
    else
        return true;
    return false;
}

/* ---- DBGet, DBGetTree ---- */

static void run_get(struct manager_request *q)
{
    const struct slice family = manager_arg(q, "Family"), key = manager_arg(q, "Key");
    struct slice value;

    if (!has_both(q, "."))
        return;
    value = plan_astdb_get(manager_of(q)->args.plan, family, key);
    if (!slice_is_set(value)) {
        manager_error(q, "Database entry not found");
        return;
    }
    manager_list(q, "Result will follow");
    manager_item_bare(q, "DBGetResponse");
    ami_put(manager_out(q), "Family", family);
    ami_put(manager_out(q), "Key", key);
    ami_put(manager_out(q), "Val", value);
    manager_put_id(q);
    manager_end(q);
    manager_list_end(q, "DBGetComplete");
    manager_end(q);
}

const struct manager_action manager_action_dbget = {
    .name = "DBGet",
    .classes = CLASS_SYSTEM | CLASS_REPORTING,
    .params = key_params,
    .run = run_get,
    SHOWN,
    .synopsis = {"Прочесть запись DB.", "Get DB Entry."},
    .help = {"Значение приходит событием DBGetResponse.", ""}};

static bool put_entry(struct slice name, struct slice value, void *arg)
{
    struct manager_request *q = arg;
    struct buf *out;

    manager_item_bare(q, "DBGetTreeResponse");
    out = manager_out(q);
    buf_addz(out, "Key: /");
    ami_put_value(out, name);
    buf_addz(out, "\r\n");
    ami_put(out, "Val", value);
    manager_put_id(q);
    manager_end(q);
    return !buf_err(out);
}

static void run_get_tree(struct manager_request *q)
{
    const struct slice family = manager_arg(q, "Family"), key = manager_arg(q, "Key");
    struct buf prefix;
    int err;

    buf_init(&prefix, 2 * PLAN_ASTDB_KEY_MAX);
    buf_adds(&prefix, family);
    if (family.len && key.len)
        buf_printf(&prefix, "/%.*s", SLICE_ARG(key));
    manager_list(q, "Result will follow");
    err = buf_err(&prefix);
    if (!err)
        err = plan_astdb_each(manager_of(q)->args.plan, buf_slice(&prefix), put_entry, q);
    if (err == ENOMEM) /* half an answer is none: the session ends */
        manager_out(q)->err = err;
    manager_list_end(q, "DBGetTreeComplete");
    manager_end(q);
    buf_fini(&prefix);
}

static const struct manager_param tree_params[] = {
    MANAGER_PARAM_ID,
    {"Family", {"Семейство; нет - все.", "Family of the entries; all when absent."}},
    {"Key", {"Начало ключа.", "Part of the key that they begin with."}},
    {0}};

const struct manager_action manager_action_dbgettree = {
    .name = "DBGetTree",
    .classes = CLASS_SYSTEM | CLASS_REPORTING,
    .params = tree_params,
    .run = run_get_tree,
    SHOWN,
    .synopsis = {"Прочесть записи DB.", "Get DB entries, optionally at a particular family/key"},
    .help = {"Каждая запись - событие DBGetTreeResponse.", ""}};

/* ---- DBPut, DBDel, DBDelTree ---- */

static void run_put(struct manager_request *q)
{
    if (!has_both(q, ""))
        return;
    if (plan_astdb_put(manager_of(q)->args.plan, manager_arg(q, "Family"), manager_arg(q, "Key"),
                       manager_arg(q, "Val")))
        manager_error(q, "Failed to update entry");
    else
        manager_ack(q, "Updated database successfully");
}

static const struct manager_param put_params[] = {
    MANAGER_PARAM_ID, FAMILY_PARAM, KEY_PARAM, {"Val", {"Значение.", "Value of the entry."}}, {0}};

const struct manager_action manager_action_dbput = {
    .name = "DBPut",
    .classes = CLASS_SYSTEM,
    .params = put_params,
    .run = run_put,
    SHOWN,
    .synopsis = {"Задать запись DB.", "Put DB entry."},
    .help = {"Запись переживает перезапуск.", ""}};

static void run_del(struct manager_request *q)
{
    if (!has_both(q, "."))
        return;
    if (plan_astdb_put(manager_of(q)->args.plan, manager_arg(q, "Family"), manager_arg(q, "Key"),
                       SLICE_NONE))
        manager_error(q, "Database entry could not be deleted");
    else
        manager_ack(q, "Key deleted successfully");
}

const struct manager_action manager_action_dbdel = {
    .name = "DBDel",
    .classes = CLASS_SYSTEM,
    .params = key_params,
    .run = run_del,
    SHOWN,
    .synopsis = {"Удалить запись DB.", "Delete DB entry."},
    .help = {"", ""}};

static void run_del_tree(struct manager_request *q)
{
    const struct slice family = manager_arg(q, "Family"), key = manager_arg(q, "Key");

    if (!family.len)
        manager_error(q, "No family specified.");
    else if (!plan_astdb_deltree(manager_of(q)->args.plan, family, key.len ? key : SLICE_NONE))
        manager_error(q, "Database entry not found");
    else
        manager_ack(q, "Key tree deleted successfully");
}

static const struct manager_param del_tree_params[] = {
    MANAGER_PARAM_ID,
    FAMILY_PARAM,
    {"Key", {"Начало ключа; нет - всё семейство.", "Key tree; the whole family when absent."}},
    {0}};

const struct manager_action manager_action_dbdeltree = {
    .name = "DBDelTree",
    .classes = CLASS_SYSTEM,
    .params = del_tree_params,
    .run = run_del_tree,
    SHOWN,
    .synopsis = {"Удалить семейство DB.", "Delete DB Tree."},
    .help = {"", ""}};
