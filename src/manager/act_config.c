/* manager/act_config.c - GetConfig, GetConfigJSON, ListCategories, CreateConfig: the tables as if they were
   files (model/config.h). What is asked is read on a worker of the store, never by the loop, and no name
   opens a file. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "manager/all.h"
#include "manager/config_edit.h"
#include "manager/inner.h"
#include "store/store.h"

#define MOST_ANSWER (MANAGER_WAITING_MAX - 65536) /* what a connection may have waiting */
#define FILE_PARAM                                                                                 \
    {                                                                                              \
        "Filename", {"Имя файла: pjsip.conf.", "Configuration filename (e.g. foo.conf)."}, true    \
    }
#define CATEGORY_PARAM                                                                             \
    {                                                                                              \
        "Category",                                                                                \
        {                                                                                          \
            "Секция файла.", "Category in configuration file."                                     \
        }                                                                                          \
    }
#define FILTER_PARAM                                                                                          \
    {                                                                                                         \
        "Filter",                                                                                             \
        {                                                                                                     \
            "Выражения имя=значение через запятую: только секции, где каждому отвечает какая-нибудь строка.", \
                "A comma separated list of name_regex=value_regex expressions which will cause\n"             \
                "only categories whose variables match all expressions to be considered. There\n"             \
                "are no templates here: TEMPLATES=restrict finds nothing."                                    \
        }                                                                                                     \
    }
#define SHOWN .shown = "tests/unit/manager/test_config.c"

/* ---- which file ---- */

/* A path of any kind is answered alike, whatever lies there. */
static bool is_path(struct slice name)
{
    return slice_chr(name, '/') >= 0 || slice_chr(name, '%') >= 0 || slice_chr(name, '\0') >= 0 ||
           slice_starts(name, SLICE(".."));
}

const struct model_config_file *config_file_of(struct manager_request *q, const char *header,
                                               bool tells_missing)
{
    const struct slice name = manager_arg(q, header);
    const struct model_config_file *f = model_config_file_find(name);

    if (f && manager_of(q)->args.store)
        return f;
    if (!name.len)
        manager_error(q, "Filename not specified");
    else if (tells_missing && !is_path(name))
        manager_error(q, "Config file not found");
    else
        manager_error(q, "File requires escalated privileges");
    return NULL;
}

/* ---- reading, on the store's worker ---- */

enum shape { AS_LINES, AS_JSON, AS_NAMES };

/* One question: its texts and its answer. */
struct reading {
    struct manager_request *q;
    const struct model_config_file *file;
    enum shape shape;
    char *category, *filter; /* NULL: any */
    uint32_t count;
    struct buf out;
};

static void reading_free(struct reading *r)
{
    mem_free(r->category);
    mem_free(r->filter);
    buf_fini(&r->out);
    mem_free(r);
}

static void put_lines(struct reading *r, const struct model_config_category *cat)
{
    char name[40];
    uint32_t n = 0;

    LIST_FOREACH(&cat->lines, k)
    {
        const struct model_config_line *l = CONTAINER_OF(k, struct model_config_line, link);
        struct buf text;

        buf_init(&text, 2 * 65536);
        buf_printf(&text, "%s=%s", l->name, l->value);
        snprintf(name, sizeof(name), "Line-%06u-%06u", r->count, n++);
        ami_put(&r->out, name, buf_slice(&text));
        buf_fini(&text);
    }
}

static void put_json(struct reading *r, const struct model_config_category *cat)
{
    const char *comma = "";

    buf_addz(&r->out, r->count ? "," : "");
    utf8_json(slice_of(cat->name), &r->out);
    buf_addz(&r->out, ":{");
    LIST_FOREACH(&cat->lines, k)
    {
        const struct model_config_line *l = CONTAINER_OF(k, struct model_config_line, link);

        buf_addz(&r->out, comma);
        utf8_json(slice_of(l->name), &r->out);
        buf_addc(&r->out, ':');
        utf8_json(slice_of(l->value), &r->out);
        comma = ",";
    }
    buf_addc(&r->out, '}');
}

static void put_category(struct reading *r, const struct model_config_category *cat)
{
    char name[40];

    if (r->shape == AS_JSON) {
        put_json(r, cat);
    } else {
        snprintf(name, sizeof(name), "Category-%06u", r->count);
        ami_putz(&r->out, name, cat->name);
    }
    if (r->shape == AS_LINES)
        put_lines(r, cat);
    r->count++;
}

static void put_all(struct reading *r, const struct model_config *c,
                    const struct config_filter *filter)
{
    if (r->shape == AS_JSON)
        buf_addz(&r->out, "JSON: {");
    for (struct model_config_category *cat = model_config_next(c, NULL, SLICE_NONE);
         cat && !buf_err(&r->out); cat = model_config_next(c, cat, SLICE_NONE))
        if (config_filter_fits(filter, cat))
            put_category(r, cat);
    if (r->shape == AS_JSON)
        buf_addz(&r->out, "}\r\n");
    else if (r->shape == AS_NAMES && !r->count)
        buf_addz(&r->out, "Error: no categories found\r\n");
    else if (r->category && !r->count)
        buf_addz(&r->out, "No categories found\r\n");
}

static int read_config(struct db *d, void *arg)
{
    struct config_filter *filter = NULL;
    struct model_config *c = NULL;
    struct reading *r = arg;
    int err = model_config_alloc(&c, r->file);

    if (!err)
        err = config_filter_alloc(&filter, slice_of(r->filter));
    if (!err)
        err = model_config_read(c, d, slice_of(r->category));
    if (!err)
        put_all(r, c, filter);
    mem_deref(filter);
    mem_deref(c);
    return err ? err : buf_err(&r->out);
}

static void read_done(int err, void *arg)
{
    struct reading *r = arg;
    struct manager_request *q = r->q;

    if (!manager_is_gone(q)) {
        if (err == ENOSPC) {
            manager_error(q, "Config file is too long, name a Category");
        } else if (err) {
            manager_error(q, "Config file cannot be read: %s", strerror(err));
        } else {
            manager_begin(q, "Success");
            buf_adds(manager_out(q), buf_slice(&r->out));
            manager_end(q);
        }
    }
    reading_free(r);
    manager_done(q);
}

static int text_of(char **to, struct slice from)
{
    if (!from.len)
        return 0;
    *to = slice_dup(from);
    return *to ? 0 : ENOMEM;
}

static int reading_alloc(struct reading **rp, struct manager_request *q,
                         const struct model_config_file *file, enum shape shape)
{
    struct reading *r = mem_zalloc(sizeof(*r));
    int err;

    if (!r)
        return ENOMEM;
    r->file = file;
    r->shape = shape;
    buf_init(&r->out, MOST_ANSWER);
    err = shape == AS_NAMES ? 0 : text_of(&r->category, manager_arg(q, "Category"));
    if (!err && shape != AS_NAMES)
        err = text_of(&r->filter, manager_arg(q, "Filter"));
    if (err)
        reading_free(r);
    else
        *rp = r;
    return err;
}

static void ask(struct manager_request *q, enum shape shape)
{
    const struct model_config_file *file = config_file_of(q, "Filename", shape != AS_JSON);
    struct reading *r;
    int err;

    if (!file)
        return;
    err = reading_alloc(&r, q, file, shape);
    if (err) {
        manager_error(q, "%s", strerror(err));
        return;
    }
    r->q = manager_hold(q);
    err = store_read(manager_of(q)->args.store, read_config, read_done, r);
    if (err)
        read_done(err, r);
}

static void run_getconfig(struct manager_request *q)
{
    ask(q, AS_LINES);
}

static const struct manager_param get_params[] = {
    MANAGER_PARAM_ID, FILE_PARAM, CATEGORY_PARAM, FILTER_PARAM, {0}};

const struct manager_action manager_action_getconfig = {
    .name = "GetConfig",
    .classes = CLASS_SYSTEM | CLASS_CONFIG,
    .params = get_params,
    .run = run_getconfig,
    SHOWN,
    .synopsis = {"Показать конфигурацию.", "Retrieve configuration."},
    .help = {
        "Показывает таблицы станции так, как их показал бы файл: секции и строки. Пароли - ***.",
        "This action will dump the contents of a configuration file by category and\n"
        "contents or optionally by specified category only. The files are the tables of\n"
        "the station; secrets are shown as ***. In the case where a category name is\n"
        "non-unique, a filter may be specified to match only categories with matching\n"
        "variable values."}};

static void run_getconfigjson(struct manager_request *q)
{
    ask(q, AS_JSON);
}

const struct manager_action manager_action_getconfigjson = {
    .name = "GetConfigJSON",
    .classes = CLASS_SYSTEM | CLASS_CONFIG,
    .params = get_params,
    .run = run_getconfigjson,
    SHOWN,
    .synopsis = {"Показать конфигурацию (JSON).", "Retrieve configuration (JSON format)."},
    .help = {"То же, что GetConfig, одной строкой JSON.",
             "This action will dump the contents of a configuration file by category and\n"
             "contents in JSON format or optionally by specified category only. This only\n"
             "makes sense to be used using rawman over the HTTP interface."}};

static void run_listcategories(struct manager_request *q)
{
    ask(q, AS_NAMES);
}

static const struct manager_param file_params[] = {MANAGER_PARAM_ID, FILE_PARAM, {0}};

const struct manager_action manager_action_listcategories = {
    .name = "ListCategories",
    .classes = CLASS_CONFIG,
    .params = file_params,
    .run = run_listcategories,
    SHOWN,
    .synopsis = {"Показать секции файла.", "List categories in configuration file."},
    .help = {"Показывает имена секций файла.",
             "This action will dump the categories in a given file."}};

/* ---- CreateConfig ---- */

/* All files that there are stand already, and another has no place. */
static void run_createconfig(struct manager_request *q)
{
    const struct slice name = manager_arg(q, "Filename");

    if (!name.len)
        manager_error(q, "Filename not specified");
    else if (model_config_file_find(name))
        manager_error(q, "%s", strerror(EEXIST));
    else if (is_path(name))
        manager_error(q, "File requires escalated privileges");
    else
        manager_error(q, "%s", strerror(EACCES));
}

const struct manager_action manager_action_createconfig = {
    .name = "CreateConfig",
    .classes = CLASS_CONFIG,
    .params = file_params,
    .run = run_createconfig,
    SHOWN,
    .synopsis = {"Создать пустой файл конфигурации.",
                 "Creates an empty file in the configuration directory."},
    .help = {"Файлы станции - её таблицы: они есть всегда, а других не бывает.",
             "This action is intended to be used before an UpdateConfig action. The station's\n"
             "files are its tables: they are always there, and no other can be made."}};
