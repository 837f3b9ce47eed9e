/* features.c - features.conf: codes in a talk, as settings and rows of table features (import.h) */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "import/inner.h"
#include "model/config.h"
#include "model/field.h"
#include "model/snapshot.h"

#define TEXT_MAX 4096

/* ---- [featuremap] ---- */

static int take_code(struct import *im, const struct conf_item *item)
{
    const struct model_field *f;
    char name[80];

    snprintf(name, sizeof(name), "feature_%s", item->name);
    f = model_field_find(model_type_find(SLICE("settings")), slice_of(name));
    if (!f || strcasecmp(item->name, "digit_timeout") == 0) {
        import_say_item(im, item, IMPORT_UNSUPPORTED,
                        "такой функции в разговоре у станции нет (запись - automixmon)",
                        "the station has no such feature (automixmon records)");
        return 0;
    }
    if (*item->value && !model_is_code(slice_of(item->value))) {
        import_say_item(im, item, IMPORT_WRONG, "код - до 11 клавиш из 0-9 * # A-D",
                        "a code is up to 11 of 0-9 * # A-D");
        return 0;
    }
    if (f->state == MODEL_LATER)
        import_say_item(im, item, IMPORT_LATER, "записано; появится с переводами и парковкой",
                        "written; comes with transfers and parking");
    else
        import_say_item(im, item, IMPORT_TAKEN, "", "");
    return import_setting(im, f->column, item->value);
}

/* An earlier import's codes go. */
static int forget(struct import *im)
{
    int err = import_settings_forget(im);

    for (const struct model_field *f = model_type_find(SLICE("settings"))->fields;
         !err && f->column; f++)
        if (strncmp(f->column, "feature_", 8) == 0 && f->option)
            err = model_setting_write(im->args->db, f->column, SLICE_NONE);
    return err ? err : db_run(im->args->db, "DELETE FROM features");
}

/* ---- [applicationmap] ---- */

/* Up to the next comma outside of quotes and parentheses; quotes around it go. */
static struct slice next_part(struct slice *rest)
{
    size_t i = 0, depth = 0;
    bool is_quoted = false;
    struct slice part;

    for (; i < rest->len && (rest->p[i] != ',' || depth || is_quoted); i++) {
        if (rest->p[i] == '"')
            is_quoted = !is_quoted;
        else if (rest->p[i] == '(')
            depth++;
        else if (rest->p[i] == ')' && depth)
            depth--;
    }
    part = slice_trim(slice_from(rest->p, i));
    *rest = i < rest->len ? slice_skip(*rest, i + 1) : SLICE("");
    if (part.len >= 2 && part.p[0] == '"' && part.p[part.len - 1] == '"')
        part = slice_from(part.p + 1, part.len - 2);
    return part;
}

struct app {
    struct slice code, on, by, name, data, music;
};

/* "#9,peer/caller,Playback,tt-monkeys,default"; "#9,peer,Playback(tt-monkeys),default" */
static bool parse_app(struct app *a, struct slice text)
{
    struct slice side;
    const char *open;

    a->code = next_part(&text);
    side = next_part(&text);
    a->on = slice_trim(slice_cut(side, '/', &a->by));
    a->by = slice_is_set(a->by) ? slice_trim(a->by) : SLICE("both");
    a->name = next_part(&text);
    open = a->name.len ? memchr(a->name.p, '(', a->name.len) : NULL;
    if (open && a->name.p[a->name.len - 1] == ')') {
        const size_t at = (size_t)(open - a->name.p);

        a->data = slice_from(open + 1, a->name.len - at - 2);
        a->name = slice_trim(slice_from(a->name.p, at));
    } else {
        a->data = next_part(&text);
    }
    a->music = next_part(&text);
    return model_is_code(a->code) && a->name.len &&
           (slice_caseeqz(a->on, "self") || slice_caseeqz(a->on, "peer")) &&
           (slice_caseeqz(a->by, "both") || slice_caseeqz(a->by, "caller") ||
            slice_caseeqz(a->by, "callee"));
}

static int write_app(struct import *im, const char *name, const struct app *a)
{
    const bool is_peer = slice_caseeqz(a->on, "peer");
    const char *by = slice_caseeqz(a->by, "caller")   ? "caller"
                     : slice_caseeqz(a->by, "callee") ? "callee"
                                                      : "both";
    const struct slice values[] = {slice_of(name), a->code, slice_of(is_peer ? "peer" : "self"),
                                   slice_of(by),   a->name, a->data,
                                   a->music};
    struct stmt *st;
    int err = db_stmt(&st, im->args->db,
                      "INSERT INTO features (name, code, activate_on, activated_by, application, "
                      "data, music_class) VALUES (?, ?, ?, ?, ?, ?, ?)");

    for (int i = 0; !err && i < 7; i++)
        err = stmt_text(st, i + 1, values[i]);
    return err ? err : stmt_run(st);
}

static int take_app(struct import *im, const struct conf_item *item)
{
    struct app a = {.code = SLICE_NONE};
    int err;

    if (!parse_app(&a, slice_of(item->value))) {
        import_say_item(im, item, IMPORT_WRONG,
                        "нужно: код,self|peer[/caller|callee|both],приложение",
                        "it takes: code,self|peer[/caller|callee|both],application");
        return 0;
    }
    err = write_app(im, item->name, &a);
    if (err == EEXIST) {
        import_say_item(im, item, IMPORT_WRONG, "вторая функция с этим именем; взята первая",
                        "a second feature of this name; the first is taken");
        return 0;
    }
    import_say_item(im, item, IMPORT_TAKEN, "", "");
    return err;
}

/* ---- [group] ---- */

static int take_member(struct import *im, const char *group, const struct conf_item *item)
{
    struct stmt *st;
    struct buf text;
    int err;

    if (*item->value && !model_is_code(slice_of(item->value))) {
        import_say_item(im, item, IMPORT_WRONG, "код - до 11 клавиш из 0-9 * # A-D",
                        "a code is up to 11 of 0-9 * # A-D");
        return 0;
    }
    buf_init(&text, TEXT_MAX);
    buf_printf(&text, "%s%s%s", group, *item->value ? "=" : "", item->value);
    err = buf_err(&text);
    if (!err)
        err = db_stmt(
            &st, im->args->db,
            "UPDATE features SET feature_groups = CASE WHEN feature_groups IS NULL OR "
            "feature_groups = '' THEN ? ELSE feature_groups || ',' || ? END WHERE name = ?");
    if (!err)
        err = stmt_text(st, 1, buf_slice(&text));
    if (!err)
        err = stmt_text(st, 2, buf_slice(&text));
    if (!err)
        err = stmt_text(st, 3, slice_of(item->name));
    if (!err)
        err = stmt_run(st);
    buf_fini(&text);
    import_say_item(im, item, IMPORT_TAKEN, "", "");
    return err;
}

static bool is_named(const struct conf_section *s, const char *name)
{
    return strcasecmp(s->name, name) == 0;
}

/* Groups name what the map has: they come behind it, wherever they stand. */
static int take_groups(struct import *im, const struct conf *conf)
{
    int err = 0;

    for (const struct conf_section *s = conf_first(conf); !err && s; s = s->next) {
        if (s->is_template || is_named(s, "general") || is_named(s, "featuremap") ||
            is_named(s, "applicationmap"))
            continue;
        for (uint32_t i = 0; !err && i < s->count; i++)
            err = take_member(im, s->name, &s->items[i]);
    }
    return err;
}

int import_features(struct import *im, const struct conf *conf)
{
    int err = forget(im);

    for (const struct conf_section *s = conf_first(conf); !err && s; s = s->next) {
        import_unused(im, s);
        if (s->is_template)
            continue;
        if (is_named(s, "general"))
            err = import_settings(im, s);
        for (uint32_t i = 0; !err && is_named(s, "featuremap") && i < s->count; i++)
            err = take_code(im, &s->items[i]);
        for (uint32_t i = 0; !err && is_named(s, "applicationmap") && i < s->count; i++)
            err = take_app(im, &s->items[i]);
    }
    return err ? err : take_groups(im, conf);
}
