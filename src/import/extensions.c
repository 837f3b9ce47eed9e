/* extensions.c - extensions.conf into realtime_extensions and static_extensions (import.h) */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/truth.h"
#include "import/inner.h"
#include "model/exten.h"
#include "plan/names.h"
#include "plan/scan.h"

#define MOST_GLOBAL_DEPTH 10

struct dialplan {
    struct import *im;
    const struct conf *conf; /* for its globals */
    const struct conf_section *section;
    int category, row;
    struct slice exten; /* of the last `exten =>` */
    char *made;         /* its text, where it was made of globals; owned */
    int priority;
};

static int keep_line(struct dialplan *d, const char *name, const char *value)
{
    return import_static(d->im, "static_extensions", "extensions.conf", d->category, d->row++,
                         d->section->name, name, value);
}

/* ---- ${GLOBAL} in names of extensions and includes: put in now, as Asterisk does at its load ---- */

static const char *global_value(const struct conf *conf, struct slice name)
{
    const char *value = NULL;

    for (const struct conf_section *s = conf_first(conf); s; s = s->next)
        for (uint32_t i = 0; strcmp(s->name, "globals") == 0 && i < s->count; i++)
            if (slice_eqz(name, s->items[i].name))
                value = s->items[i].value;
    return value;
}

/* @return 0; EINVAL: not only globals that there are; ENOSPC; ENOMEM */
static int put_globals(const struct conf *conf, struct slice text, unsigned depth, struct buf *out)
{
    int err = depth > MOST_GLOBAL_DEPTH ? EINVAL : 0;

    while (!err && text.len) {
        ptrdiff_t dollar = slice_chr(text, '$');
        size_t plain = dollar < 0 ? text.len : (size_t)dollar;
        struct slice name;
        const char *value;

        buf_add(out, text.p, plain);
        text = slice_skip(text, plain);
        if (!text.len)
            break;
        if (!slice_starts(text, SLICE("${")) || slice_chr(text, '}') < 0)
            return EINVAL;
        name = slice_cut(slice_skip(text, 2), '}', &text);
        value = global_value(conf, name);
        err = value ? put_globals(conf, slice_of(value), depth + 1, out) : EINVAL;
    }
    return err ? err : buf_err(out);
}

/* Say that a name was made of globals, or that it cannot be. @return 0; EINVAL (said); ENOMEM */
static int put_name(struct dialplan *d, const struct conf_item *item, struct slice name,
                    struct buf *out)
{
    int err = put_globals(d->conf, name, 0, out);

    if (err == EINVAL || err == ENOSPC) {
        import_say_item(d->im, item, IMPORT_UNSUPPORTED,
                        "в имени могут стоять только глобальные переменные; строка не взята",
                        "only global variables can stand in a name; the line is not taken");
        return EINVAL;
    }
    return err;
}

/* ---- steps ---- */

static int insert_step(struct dialplan *d, const struct model_exten_line *l)
{
    struct stmt *st;
    int err =
        db_stmt(&st, d->im->args->db,
                "INSERT INTO realtime_extensions (context, exten, priority, label, app, appdata) "
                "VALUES (?, ?, ?, ?, ?, ?)");

    if (!err)
        err = stmt_text(st, 1, slice_of(d->section->name));
    if (!err)
        err = stmt_text(st, 2, d->exten);
    if (!err)
        err = stmt_int(st, 3, d->priority);
    if (!err)
        err = stmt_text(st, 4, slice_is_set(l->label) ? l->label : SLICE(""));
    if (!err)
        err = stmt_text(st, 5, l->app);
    if (!err)
        err = stmt_text(st, 6, slice_is_set(l->appdata) ? l->appdata : SLICE(""));
    if (!err)
        d->im->totals->extensions++;
    return err ? err : stmt_run(st);
}

/* What a step asks for that nobody does: the worst kind, and all of that kind. */
struct lacks {
    enum plan_lack worst; /* PLAN_LACKS: nothing */
    struct buf what;
};

static void on_lack(enum plan_lack lack, struct slice what, void *arg)
{
    struct lacks *l = arg;

    if (lack > l->worst)
        return;
    if (lack < l->worst)
        buf_reset(&l->what);
    l->worst = lack;
    if (l->what.len)
        buf_addz(&l->what, " ");
    buf_adds(&l->what, what);
}

static const struct {
    enum import_verdict verdict;
    const char *ru, *en;
} lack_texts[PLAN_LACKS] = {
    [PLAN_LACK_FUNCTION] = {IMPORT_UNSUPPORTED,
                            "шаг взят, но таких функций у станции нет, на их месте будет пусто",
                            "the step is taken, but the station has no such functions, their "
                            "place stays empty"},
    [PLAN_LACK_TECH] = {IMPORT_UNSUPPORTED, "шаг взят, но станция звонит только через PJSIP",
                        "the step is taken, but the station calls by PJSIP only"},
    [PLAN_LACK_OPTION] = {IMPORT_UNSUPPORTED, "шаг взят, но эти буквы у Dial ничего не делают",
                          "the step is taken, but these letters of Dial have no effect"},
    [PLAN_LACK_OPTION_LATER] = {IMPORT_LATER, "шаг взят, эти буквы у Dial пока не действуют",
                                "the step is taken, these letters of Dial have no effect yet"},
};

static int say_lacks(struct dialplan *d, const struct conf_item *item, const struct lacks *l)
{
    struct buf ru, en;
    int err;

    buf_init(&ru, 16384);
    buf_init(&en, 16384);
    buf_printf(&ru, "%s: %s", lack_texts[l->worst].ru, buf_z(&l->what));
    buf_printf(&en, "%s: %s", lack_texts[l->worst].en, buf_z(&l->what));
    err = buf_err(&ru) ? buf_err(&ru) : buf_err(&en);
    if (!err)
        import_say_item(d->im, item, lack_texts[l->worst].verdict, buf_z(&ru), buf_z(&en));
    buf_fini(&ru);
    buf_fini(&en);
    return err;
}

/* The verdict on a step whose application is here. */
static int judge_data(struct dialplan *d, const struct conf_item *item,
                      const struct model_exten_line *l, bool is_moved)
{
    struct lacks lacks = {.worst = PLAN_LACKS};
    char *data = mem_strndup(l->appdata.p, l->appdata.len);
    int err;

    if (!data)
        return ENOMEM;
    buf_init(&lacks.what, 16384);
    err = plan_scan_step(NULL, l->app, data, on_lack, &lacks);
    if (err)
        goto out;
    if (lacks.worst != PLAN_LACKS)
        err = say_lacks(d, item, &lacks);
    else if (slice_caseeqz(l->app, "Dial") &&
             (slice_casestarts(l->appdata, SLICE("SIP/")) || strcasestr(data, "&SIP/")))
        import_say_item(d->im, item, IMPORT_TRANSLATED, "SIP/ работает как PJSIP/",
                        "SIP/ works as PJSIP/");
    else if (is_moved)
        import_say_item(d->im, item, IMPORT_TRANSLATED,
                        "каталог Asterisk убран: станция ищет файл в своём",
                        "Asterisk's folder was taken off: the station looks in its own");
    else
        import_say_item(d->im, item, IMPORT_TAKEN, "", "");
out:
    buf_fini(&lacks.what);
    mem_free(data);
    return err;
}

/* The verdict on a step whose application is not here. */
static int say_app(struct dialplan *d, const struct conf_item *item, struct slice app)
{
    const bool is_later = plan_name_state(NULL, PLAN_NAME_APP, app) == PLAN_NAME_LATER;
    struct buf ru, en;
    int err;

    buf_init(&ru, 1000);
    buf_init(&en, 1000);
    if (is_later) {
        buf_printf(&ru, "шаг взят; приложение %s, до того шаг пропускается",
                   plan_name_why(PLAN_NAME_APP, app, "ru"));
        buf_printf(&en, "the step is taken; the application %s, until then the step is passed over",
                   plan_name_why(PLAN_NAME_APP, app, "en"));
    } else {
        const char *why_ru = plan_name_why(PLAN_NAME_APP, app, "ru");
        const char *why_en = plan_name_why(PLAN_NAME_APP, app, "en");

        buf_printf(&ru, "шаг взят, но вызов на нём закончится: %s",
                   *why_ru ? why_ru : "такого приложения у станции нет");
        buf_printf(&en, "the step is taken, but a call ends there: %s",
                   *why_en ? why_en : "the station has no such application");
    }
    err = buf_err(&ru) ? buf_err(&ru) : buf_err(&en);
    if (!err)
        import_say_item(d->im, item, is_later ? IMPORT_LATER : IMPORT_UNSUPPORTED, buf_z(&ru),
                        buf_z(&en));
    buf_fini(&ru);
    buf_fini(&en);
    return err;
}

int import_step(struct import *im, const struct conf_item *item, const struct model_exten_line *l,
                struct buf *data)
{
    struct dialplan d = {.im = im};
    bool is_moved;
    int err = import_dirs_off(im, l->app, l->appdata, &is_moved, data);

    if (err)
        return err;
    if (plan_name_state(NULL, PLAN_NAME_APP, l->app) != PLAN_NAME_WORKS)
        return say_app(&d, item, l->app);
    return judge_data(&d, item, l, is_moved);
}

static int take_step(struct dialplan *d, const struct conf_item *item,
                     const struct model_exten_line *l)
{
    struct model_exten_line ours = *l;
    struct buf data;
    int err;

    buf_init(&data, 65536);
    err = import_step(d->im, item, l, &data);
    ours.appdata = buf_slice(&data);
    if (!err)
        err = insert_step(d, &ours);
    buf_fini(&data);
    return err;
}

/* Is there a step of this extension and priority already? As in Asterisk the first one stays. */
static int is_double(struct dialplan *d, bool *answer)
{
    struct stmt *st;
    int err = db_stmt(&st, d->im->args->db,
                      "SELECT 1 FROM realtime_extensions WHERE context = ? AND exten = ? "
                      "AND priority = ?");

    if (!err)
        err = stmt_text(st, 1, slice_of(d->section->name));
    if (!err)
        err = stmt_text(st, 2, d->exten);
    if (!err)
        err = stmt_int(st, 3, d->priority);
    if (!err)
        err = stmt_step(st, answer);
    if (!err && *answer)
        stmt_reset(st);
    return err;
}

/* A line that could be read, at d->exten and d->priority. */
static int take_place(struct dialplan *d, const struct conf_item *item,
                      const struct model_exten_line *l)
{
    bool stands = false;
    int err;

    if (l->kind == MODEL_PRIO_NUMBER)
        d->priority = l->number;
    else
        d->priority += l->number;
    err = is_double(d, &stands);
    if (err || !stands)
        return err ? err : take_step(d, item, l);
    import_say_item(d->im, item, IMPORT_WRONG,
                    "у расширения уже есть шаг с этим приоритетом; строка не взята",
                    "the extension has a step of this priority already; the line is not taken");
    return 0;
}

/* The extension that a line begins: kept for the lines behind it. @return 0; EINVAL (said) */
static int begin_exten(struct dialplan *d, const struct conf_item *item, struct slice exten)
{
    struct buf name;
    int err;

    if (slice_chr(exten, '$') < 0) {
        d->exten = exten;
        return 0;
    }
    buf_init(&name, 1024);
    d->exten = SLICE_NONE; /* lines behind one that is not taken are not taken either */
    err = put_name(d, item, exten, &name);
    if (!err) {
        mem_free(d->made);
        d->made = slice_dup(buf_slice(&name));
        d->exten = d->made ? slice_of(d->made) : SLICE_NONE;
        err = d->made ? 0 : ENOMEM;
    }
    buf_fini(&name);
    return err;
}

/* "100/101": the row's extension says for which caller it is. */
static int add_caller(struct dialplan *d, struct slice cid)
{
    struct buf whole;
    char *text;

    buf_init(&whole, 1024);
    buf_printf(&whole, "%.*s/%.*s", SLICE_ARG(d->exten), SLICE_ARG(cid));
    text = buf_take(&whole);
    buf_fini(&whole);
    if (!text)
        return ENOMEM;
    mem_free(d->made);
    d->made = text;
    d->exten = slice_of(text);
    return 0;
}

static int take_exten(struct dialplan *d, const struct conf_item *item, bool is_same)
{
    struct model_exten_line l;
    struct model_words why = {"", ""};
    int err = 0;

    if (model_exten_parse(&l, slice_of(item->value), is_same, &why)) {
        import_say_item(d->im, item, IMPORT_WRONG, why.ru, why.en);
        return 0;
    }
    if (!is_same)
        err = begin_exten(d, item, l.exten);
    if (!err && slice_is_set(l.cid))
        err = add_caller(d, l.cid);
    if (err)
        return err == EINVAL ? 0 : err;
    /* n after another extension counts on, as in Asterisk */
    if (!d->exten.len ||
        (l.kind != MODEL_PRIO_NUMBER && l.kind != MODEL_PRIO_HINT && !d->priority)) {
        import_say_item(d->im, item, IMPORT_WRONG, "нет расширения или первого приоритета перед n",
                        "no extension, or no first priority before n");
        return 0;
    }
    if (l.kind == MODEL_PRIO_HINT) {
        import_say_item(d->im, item, IMPORT_TAKEN, "", "");
        return keep_line(d, item->name, item->value);
    }
    return take_place(d, item, &l);
}

static int take_include(struct dialplan *d, const struct conf_item *item)
{
    const size_t len = strcspn(item->value, ",|"); /* behind it a time: plan/when.h */
    struct buf name;
    int err;

    buf_init(&name, 1024);
    err = put_name(d, item, slice_from(item->value, len), &name);
    if (!err)
        err = buf_addz(&name, item->value + len);
    if (!err) {
        if (strchr(item->value, '$'))
            import_say_item(d->im, item, IMPORT_TRANSLATED, "глобальные переменные подставлены",
                            "global variables were put in");
        else
            import_say_item(d->im, item, IMPORT_TAKEN, "", "");
        err = keep_line(d, item->name, buf_z(&name));
    }
    buf_fini(&name);
    return err == EINVAL ? 0 : err;
}

static int take_autohints(struct dialplan *d, const struct conf_item *item)
{
    bool is_on;

    if (truth_parse(slice_of(item->value), &is_on)) {
        import_say_item(d->im, item, IMPORT_WRONG, "не yes и не no", "neither yes nor no");
        return 0;
    }
    import_say_item(d->im, item, IMPORT_TAKEN, "", "");
    return keep_line(d, item->name, item->value);
}

static int take_line(struct dialplan *d, const struct conf_item *item)
{
    struct slice name = slice_of(item->name);
    const bool is_switch = slice_caseeqz(name, "switch") || slice_caseeqz(name, "eswitch") ||
                           slice_caseeqz(name, "lswitch");

    if (slice_caseeqz(name, "exten"))
        return take_exten(d, item, false);
    if (slice_caseeqz(name, "same"))
        return take_exten(d, item, true);
    if (slice_caseeqz(name, "include"))
        return take_include(d, item);
    if (slice_caseeqz(name, "ignorepat")) {
        import_say_item(d->im, item, IMPORT_NOT_NEEDED, "гудок даёт сам телефон",
                        "the phone gives the dial tone itself");
        return keep_line(d, item->name, item->value);
    }
    if (slice_caseeqz(name, "autohints")) {
        return take_autohints(d, item);
    }
    if (slice_caseeqz(name, "switch") &&
        slice_casestarts(slice_of(item->value), SLICE("Realtime"))) {
        import_say_item(d->im, item, IMPORT_NOT_NEEDED, "маршрутизация и так в базе данных",
                        "the routing is in the database anyway");
        return keep_line(d, item->name, item->value);
    }
    if (is_switch && slice_casestarts(slice_of(item->value), SLICE("Loopback/"))) {
        import_say_item(d->im, item, IMPORT_TAKEN, "", "");
        return keep_line(d, item->name, item->value);
    }
    if (is_switch)
        import_say_item(d->im, item, IMPORT_UNSUPPORTED,
                        "станция ищет только в своих таблицах; строка не взята, замените её на "
                        "include или Goto",
                        "the station looks in its own tables only; the line is not taken, put an "
                        "include or a Goto in its place");
    else
        import_say_item(d->im, item, IMPORT_WRONG, "неизвестная строка маршрутизации",
                        "unknown line of a routing");
    return 0;
}

static int take_context(struct import *im, const struct conf *conf, const struct conf_section *s,
                        int category)
{
    struct dialplan d = {.im = im, .conf = conf, .section = s, .category = category};
    struct stmt *st;
    int err = db_stmt(&st, im->args->db, "INSERT OR IGNORE INTO context (name) VALUES (?)");

    if (!err)
        err = stmt_text(st, 1, slice_of(s->name));
    if (!err)
        err = stmt_run(st);
    for (uint32_t i = 0; !err && i < s->count; i++)
        err = take_line(&d, &s->items[i]);
    mem_free(d.made);
    return err;
}

static int take_globals(struct import *im, const struct conf_section *s, int category)
{
    int err = 0;

    for (uint32_t i = 0; !err && i < s->count; i++) {
        import_say_item(im, &s->items[i], IMPORT_TAKEN, "", "");
        err = import_static(im, "static_extensions", "extensions.conf", category, (int)i, "globals",
                            s->items[i].name, s->items[i].value);
    }
    return err;
}

static void skip_general(struct import *im, const struct conf_section *s)
{
    for (uint32_t i = 0; i < s->count; i++)
        import_say_item(im, &s->items[i], IMPORT_NOT_NEEDED, "маршрутизация хранится в базе данных",
                        "the routing lives in the database");
}

int import_extensions_begin(struct import *im)
{
    const bool is_empty = im->is_plan_empty;

    im->is_plan_empty = true;
    return is_empty ? 0
                    : db_run(im->args->db, "DELETE FROM realtime_extensions; "
                                           "DELETE FROM static_extensions; "
                                           "DELETE FROM context");
}

int import_extensions(struct import *im, const struct conf *conf)
{
    int category = 0, err = import_extensions_begin(im);

    for (const struct conf_section *s = conf_first(conf); !err && s; s = s->next, category++) {
        if (s->is_template)
            import_template(im, s);
        else if (strcmp(s->name, "general") == 0)
            skip_general(im, s);
        else if (strcmp(s->name, "globals") == 0)
            err = take_globals(im, s, category);
        else
            err = take_context(im, conf, s, category);
    }
    return err;
}
