/* extensions.c - extensions.conf into realtime_extensions and static_extensions (import.h) */
#include <errno.h>
#include <string.h>

#include "import/inner.h"
#include "model/exten.h"
#include "plan/app/all.h"

struct dialplan {
    struct import *im;
    const struct conf_section *section;
    int category, row;
    struct slice exten; /* of the last `exten =>` */
    int priority;
};

static bool is_here(struct slice name)
{
    for (size_t i = 0; plan_apps[i]; i++)
        if (slice_caseeqz(name, plan_apps[i]->name))
            return !plan_app_is_later(plan_apps[i]);
    return false;
}

static bool is_later(struct slice name)
{
    for (size_t i = 0; i < plan_apps_later_count; i++)
        if (slice_caseeqz(name, plan_apps_later[i].name))
            return true;
    return false;
}

static int keep_line(struct dialplan *d, const struct conf_item *item)
{
    return import_static(d->im, "static_extensions", "extensions.conf", d->category, d->row++,
                         d->section->name, item->name, item->value);
}

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

static int take_step(struct dialplan *d, const struct conf_item *item,
                     const struct model_exten_line *l)
{
    if (is_later(l->app))
        import_say_item(
            d->im, item, IMPORT_LATER,
            "шаг взят; приложение появится в следующей версии, до того шаг пропускается",
            "the step is taken; the application comes with a later version, until then "
            "the step is passed over");
    else if (!is_here(l->app))
        import_say_item(
            d->im, item, IMPORT_UNSUPPORTED,
            "шаг взят, но такого приложения у станции нет: вызов на нём закончится",
            "the step is taken, but the station has no such application: a call ends there");
    else if (slice_casestarts(l->appdata, SLICE("SIP/")))
        import_say_item(d->im, item, IMPORT_TRANSLATED, "SIP/ работает как PJSIP/",
                        "SIP/ works as PJSIP/");
    else
        import_say_item(d->im, item, IMPORT_TAKEN, "", "");
    return insert_step(d, l);
}

static int take_exten(struct dialplan *d, const struct conf_item *item, bool is_same)
{
    struct model_exten_line l;
    const char *why = "";

    if (model_exten_parse(&l, slice_of(item->value), is_same, &why)) {
        import_say_item(d->im, item, IMPORT_WRONG, why, why);
        return 0;
    }
    if (!is_same && !slice_eq(d->exten, l.exten)) {
        d->exten = l.exten;
        d->priority = 0;
    }
    if (!d->exten.len || (l.kind == MODEL_PRIO_NEXT && !d->priority)) {
        import_say_item(d->im, item, IMPORT_WRONG, "нет расширения или первого приоритета перед n",
                        "no extension, or no first priority before n");
        return 0;
    }
    if (slice_is_set(l.cid)) {
        import_say_item(d->im, item, IMPORT_UNSUPPORTED,
                        "выбор по номеру звонящего появится позже; строка не взята",
                        "matching by caller id comes later; the line is not taken");
        return 0;
    }
    if (l.kind == MODEL_PRIO_HINT) {
        import_say_item(d->im, item, IMPORT_LATER, "сохранено: индикация появится позже",
                        "kept: hints come later");
        return keep_line(d, item);
    }
    if (l.kind == MODEL_PRIO_NUMBER)
        d->priority = l.number;
    else if (l.kind == MODEL_PRIO_NEXT)
        d->priority += l.number;
    else
        d->priority += l.number - 1;
    return take_step(d, item, &l);
}

static int take_line(struct dialplan *d, const struct conf_item *item)
{
    struct slice name = slice_of(item->name);

    if (slice_caseeqz(name, "exten"))
        return take_exten(d, item, false);
    if (slice_caseeqz(name, "same"))
        return take_exten(d, item, true);
    if (slice_caseeqz(name, "include") && !strchr(item->value, ',') && !strchr(item->value, '|')) {
        import_say_item(d->im, item, IMPORT_TAKEN, "", "");
        return keep_line(d, item);
    }
    if (slice_caseeqz(name, "include"))
        import_say_item(d->im, item, IMPORT_UNSUPPORTED,
                        "включение по времени появится позже; строка не взята",
                        "includes by time come later; the line is not taken");
    else if (slice_caseeqz(name, "ignorepat")) {
        import_say_item(d->im, item, IMPORT_NOT_NEEDED, "гудок даёт сам телефон",
                        "the phone gives the dial tone itself");
        return keep_line(d, item);
    } else if (slice_caseeqz(name, "switch") &&
               slice_casestarts(slice_of(item->value), SLICE("Realtime")))
        import_say_item(d->im, item, IMPORT_NOT_NEEDED, "маршрутизация и так в базе данных",
                        "the routing is in the database anyway");
    else if (slice_caseeqz(name, "switch") || slice_caseeqz(name, "eswitch") ||
             slice_caseeqz(name, "lswitch"))
        import_say_item(d->im, item, IMPORT_UNSUPPORTED, "switch появится позже; строка не взята",
                        "switch comes later; the line is not taken");
    else
        import_say_item(d->im, item, IMPORT_WRONG, "неизвестная строка маршрутизации",
                        "unknown line of a routing");
    return 0;
}

static int take_context(struct import *im, const struct conf_section *s, int category)
{
    struct dialplan d = {.im = im, .section = s, .category = category};
    struct stmt *st;
    int err = db_stmt(&st, im->args->db, "INSERT OR IGNORE INTO context (name) VALUES (?)");

    if (!err)
        err = stmt_text(st, 1, slice_of(s->name));
    if (!err)
        err = stmt_run(st);
    for (uint32_t i = 0; !err && i < s->count; i++)
        err = take_line(&d, &s->items[i]);
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

int import_extensions(struct import *im, const struct conf *conf)
{
    int category = 0, err = db_run(im->args->db, "DELETE FROM realtime_extensions; "
                                                 "DELETE FROM static_extensions; "
                                                 "DELETE FROM context");

    for (const struct conf_section *s = conf_first(conf); !err && s; s = s->next, category++) {
        if (s->is_template)
            import_template(im, s);
        else if (strcmp(s->name, "general") == 0)
            skip_general(im, s);
        else if (strcmp(s->name, "globals") == 0)
            err = take_globals(im, s, category);
        else
            err = take_context(im, s, category);
    }
    return err;
}
