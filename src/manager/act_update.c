/* manager/act_update.c - UpdateConfig: operations on a file become one transaction on its tables. They are
   done on the store's writing worker, where nothing else changes the rows between reading and writing;
   what is wrong leaves all as it was. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/truth.h"
#include "manager/all.h"
#include "manager/config_edit.h"
#include "manager/inner.h"
#include "store/store.h"

#define MOST_OPS (AMI_HEADERS_MAX / 2) /* an operation has an action and a category at least */
#define MOST_WHY 480

struct update {
    struct manager_request *q;
    const struct model_config_file *file;
    struct arena texts;
    struct config_op ops[MOST_OPS];
    uint32_t count;
    bool is_reload;
    char why[MOST_WHY]; /* of a refusal, said by the worker */
};

static void update_free(struct update *u)
{
    arena_fini(&u->texts);
    mem_free(u);
}

/* ---- on the worker ---- */

/* Only what the operations name is read; each once. */
static bool was_read(const struct update *u, uint32_t n, const char *name)
{
    for (uint32_t i = 0; i < n; i++)
        if (strcasecmp(u->ops[i].cat, name) == 0 || strcasecmp(u->ops[i].match, name) == 0)
            return true;
    return !*name;
}

static int read_named(const struct update *u, struct model_config *c, struct db *d)
{
    int err = 0;

    for (uint32_t i = 0; !err && i < u->count; i++) {
        const struct config_op *op = &u->ops[i];

        if (!was_read(u, i, op->cat))
            err = model_config_read(c, d, slice_of(op->cat));
        if (!err && strcasecmp(op->cat, op->match) != 0 && !was_read(u, i, op->match))
            err = model_config_read(c, d, slice_of(op->match));
    }
    return err;
}

static int edit_all(struct update *u, struct model_config *c)
{
    for (uint32_t i = 0; i < u->count; i++) {
        const char *why = config_edit(c, &u->ops[i]);

        if (why) {
            snprintf(u->why, sizeof(u->why), "%s", why);
            return *why ? EINVAL : ENOMEM;
        }
    }
    return 0;
}

static int write_all(struct update *u, struct model_config *c, struct db *d)
{
    struct buf why;
    int err;

    buf_init(&why, 4096);
    err = model_config_write(c, d, &why);
    if (err == EINVAL && why.len)
        snprintf(u->why, sizeof(u->why), "Save of config failed: %s", buf_z(&why));
    else if (err == EEXIST)
        snprintf(u->why, sizeof(u->why),
                 "Save of config failed: one of this name is there already");
    else if (err == EINVAL || err == ERANGE || err == EDOM)
        snprintf(u->why, sizeof(u->why), "Save of config failed: %s", db_why(d));
    buf_fini(&why);
    return err;
}

static int update_config(struct db *d, void *arg)
{
    struct model_config *c = NULL;
    struct update *u = arg;
    int err = model_config_alloc(&c, u->file);

    u->why[0] = '\0'; /* it may be a second try */
    if (!err)
        err = read_named(u, c, d);
    if (!err)
        err = edit_all(u, c);
    if (!err)
        err = write_all(u, c, d);
    mem_deref(c);
    return err;
}

/* ---- on the loop ---- */

static void update_done(int err, void *arg)
{
    struct update *u = arg;
    struct manager_request *q = u->q;

    if (!manager_is_gone(q)) {
        const struct manager_args *args = &manager_of(q)->args;

        if (err && u->why[0]) {
            manager_error(q, "%s", u->why);
        } else if (err) {
            manager_error(q, "Save of config failed: %s", strerror(err));
        } else {
            manager_begin(q, "Success");
            manager_end(q);
            if (u->is_reload && args->reload)
                args->reload(args->arg);
        }
    }
    update_free(u);
    manager_done(q);
}

static int take(struct update *u, const char *what, uint32_t n, const char **to)
{
    struct slice value;
    char name[24];

    snprintf(name, sizeof(name), "%s-%06u", what, n);
    value = manager_arg(u->q, name);
    if (memchr(value.p, '\0', value.len))
        return EINVAL;
    *to = arena_strndup(&u->texts, value.p, value.len);
    return *to ? 0 : ENOMEM;
}

/* The first number without an action ends them. */
static int take_ops(struct update *u)
{
    int err = 0;

    for (uint32_t n = 0; !err && n < MOST_OPS; n++) {
        struct config_op *op = &u->ops[n];

        err = take(u, "Action", n, &op->action);
        if (err || !*op->action)
            break;
        err = take(u, "Cat", n, &op->cat);
        if (!err)
            err = take(u, "Var", n, &op->var);
        if (!err)
            err = take(u, "Value", n, &op->value);
        if (!err)
            err = take(u, "Match", n, &op->match);
        if (!err)
            err = take(u, "Line", n, &op->line);
        if (!err)
            err = take(u, "Options", n, &op->options);
        u->count++;
    }
    return err;
}

/* "yes", or the name of a module: there is one configuration to reload. */
static bool wants_reload(struct slice word)
{
    bool is_on;

    return word.len && (truth_parse(word, &is_on) || is_on);
}

static int update_alloc(struct update **up, struct manager_request *q,
                        const struct model_config_file *file)
{
    struct update *u = mem_zalloc(sizeof(*u));
    int err;

    if (!u)
        return ENOMEM;
    arena_init(&u->texts, 4u << 20);
    u->q = q;
    u->file = file;
    u->is_reload = wants_reload(manager_arg(q, "Reload"));
    err = take_ops(u);
    if (err)
        update_free(u);
    else
        *up = u;
    return err;
}

static void run_updateconfig(struct manager_request *q)
{
    const struct model_config_file *from, *to;
    struct update *u;
    int err;

    if (!manager_arg(q, "SrcFilename").len || !manager_arg(q, "DstFilename").len) {
        manager_error(q, "Filename not specified");
        return;
    }
    from = config_file_of(q, "SrcFilename", false);
    to = from ? config_file_of(q, "DstFilename", false) : NULL;
    if (!to)
        return;
    if (from != to) {
        manager_error(q, "Save of config failed: each file has tables of its own, "
                         "DstFilename must be SrcFilename");
        return;
    }
    err = update_alloc(&u, q, to);
    if (err) {
        manager_error(q, "%s", strerror(err));
        return;
    }
    u->q = manager_hold(q);
    err = store_change(manager_of(q)->args.store, update_config, update_done, u);
    if (err)
        update_done(err, u);
}

static const struct manager_param update_params[] = {
    MANAGER_PARAM_ID,
    {"SrcFilename",
     {"Имя файла: pjsip.conf.", "Configuration filename to read (e.g. foo.conf)."},
     true},
    {"DstFilename", {"То же имя.", "Configuration filename to write: the same."}, true},
    {"Reload",
     {"Загрузить ли сразу; без этого станция увидит изменение за секунду.",
      "Whether or not a reload should take place (or name of specific module)."}},
    {"PreserveEffectiveContext",
     {"Шаблонов у станции нет; принимается.",
      "Whether the effective category contents should be preserved on template change."}},
    {"Action-000000",
     {"NewCat, RenameCat, DelCat, EmptyCat, Update, Delete, Append, Insert; номер из 6 цифр, с 000000.",
      "Action to take: NewCat, RenameCat, DelCat, EmptyCat, Update, Delete, Append,\n"
      "Insert. 0's represent 6 digit number beginning with 000000."}},
    {"Cat-000000", {"Секция.", "Category to operate on."}},
    {"Var-000000", {"Имя строки.", "Variable to work on."}},
    {"Value-000000", {"Значение; у RenameCat - новое имя секции.", "Value to work on."}},
    {"Match-000000",
     {"Только строка с этим значением; у NewCat - секция, перед которой.",
      "Extra match required to match line."}},
    {"Line-000000",
     {"Номер строки секции, с 0 (Delete, Insert).",
      "Line in category to operate on (used with delete and insert actions)."}},
    {"Options-000000",
     {"allowdups, ignoreerror, catfilter=\"имя=значение\".",
      "A comma separated list of action-specific options: allowdups (NewCat),\n"
      "ignoreerror, catfilter=\"<expression>[,...]\" (all but NewCat)."}},
    {0}};

const struct manager_action manager_action_updateconfig = {
    .name = "UpdateConfig",
    .classes = CLASS_CONFIG,
    .params = update_params,
    .run = run_updateconfig,
    .shown = "tests/unit/manager/test_config.c",
    .synopsis = {"Изменить конфигурацию.", "Update basic configuration."},
    .help = {
        "Изменяет таблицы станции как файлы: всё сразу или ничего. Недопустимое значение не записывается; "
        "*** вместо пароля оставляет его как есть.",
        "This action will modify, create, or delete configuration elements in Asterisk\n"
        "configuration files: the tables of the station. All operations together are one\n"
        "change; a value that is not allowed leaves everything as it was. *** in place of\n"
        "a secret leaves it as it is."}};
