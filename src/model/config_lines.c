/* config_lines.c - static_ tables, settings and tones as categories (config.h) */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dsp/tone.h"
#include "model/config_inner.h"
#include "model/files.h"

/* ---- static_ tables ---- */

static const struct model_type *type_in(const struct model_config_category *cat)
{
    const char *type = model_config_value(cat, "type");

    return type ? model_type_find(slice_of(type)) : NULL;
}

/* Which of its lines are secrets is known with the type. */
static void hide_secrets(struct model_config_category *cat)
{
    const struct model_type *t = type_in(cat);

    LIST_FOREACH(&cat->lines, k)
    {
        struct model_config_line *l = CONTAINER_OF(k, struct model_config_line, link);
        const struct model_field *f = t ? model_field_find(t, slice_of(l->name)) : NULL;

        if (f && model_field_is_secret(f) && *l->value) {
            l->secret = l->value;
            l->value = MODEL_CONFIG_HIDDEN;
        }
    }
}

static bool begins_another(const struct model_config_category *cat, struct stmt *st)
{
    return !cat || cat->metric != stmt_col_int(st, 0) || !slice_eqz(stmt_col(st, 1), cat->key);
}

static int put_line(struct model_config *c, const struct model_config_part *part,
                    struct model_config_category **cat, struct stmt *st)
{
    if (begins_another(*cat, st)) {
        if (*cat)
            hide_secrets(*cat);
        *cat = config_put(c, part, stmt_col(st, 1));
        if (!*cat)
            return ENOMEM;
        (*cat)->metric = stmt_col_int(st, 0);
    }
    return config_put_line(c, *cat, config_keep(c, stmt_col(st, 2)), stmt_col(st, 3)) ? 0 : ENOMEM;
}

int config_read_lines(struct model_config *c, struct db *d, const struct model_config_part *part,
                      struct slice name)
{
    struct model_config_category *cat = NULL;
    struct stmt *st;
    bool row = true;
    int err = config_stmt(&st, d,
                          "SELECT cat_metric, category, var_name, var_val FROM \"%s\" WHERE "
                          "commented = 0 AND filename = ?%s ORDER BY cat_metric, category, "
                          "var_metric, id",
                          part->type, slice_is_set(name) ? " AND lower(category) = lower(?)" : "");

    if (!err)
        err = stmt_text(st, 1, slice_of(c->file->name));
    if (!err && slice_is_set(name))
        err = stmt_text(st, 2, name);
    while (!err && row) {
        err = stmt_step(st, &row);
        if (!err && row)
            err = put_line(c, part, &cat, st);
        if (err && row)
            stmt_reset(st);
    }
    if (!err && cat)
        hide_secrets(cat);
    return err;
}

int config_lines_forget(struct db *d, const char *table, const char *file,
                        const struct model_config_category *cat)
{
    struct stmt *st;
    int err =
        config_stmt(&st, d,
                    "DELETE FROM \"%s\" WHERE commented = 0 AND filename = ? AND category = ? "
                    "AND cat_metric = ?",
                    table);

    if (!err)
        err = stmt_text(st, 1, slice_of(file));
    if (!err)
        err = stmt_text(st, 2, slice_of(cat->key));
    if (!err)
        err = stmt_int(st, 3, cat->metric);
    return err ? err : stmt_run(st);
}

int config_lines_metric(struct db *d, const char *table, struct model_config_category *cat)
{
    struct stmt *st;
    bool row;
    int err;

    if (cat->metric >= 0)
        return 0;
    err = config_stmt(&st, d, "SELECT coalesce(max(cat_metric), -1) + 1 FROM \"%s\"", table);
    if (!err)
        err = stmt_step(st, &row);
    if (err)
        return err;
    cat->metric = stmt_col_int(st, 0);
    stmt_reset(st);
    return 0;
}

int config_line_insert(struct db *d, const char *table, const char *file,
                       const struct model_config_category *cat, int var,
                       const struct model_config_line *line)
{
    const bool is_kept = line->secret && strcmp(line->value, MODEL_CONFIG_HIDDEN) == 0;
    const struct slice texts[] = {slice_of(file), slice_of(cat->name), slice_of(line->name),
                                  slice_of(is_kept ? line->secret : line->value)};
    struct stmt *st;
    int err = config_stmt(&st, d,
                          "INSERT INTO \"%s\" (cat_metric, var_metric, commented, filename, "
                          "category, var_name, var_val) VALUES (?, ?, 0, ?, ?, ?, ?)",
                          table);

    if (!err)
        err = stmt_int(st, 1, cat->metric);
    if (!err)
        err = stmt_int(st, 2, var);
    for (int i = 0; !err && i < 4; i++)
        err = stmt_text(st, i + 3, texts[i]);
    return err ? err : stmt_run(st);
}

/* A line that somebody wrote now; what stood there already stays. */
static int check_line(const struct model_config_category *cat, const struct model_config_line *l,
                      struct buf *why)
{
    const struct model_type *t = type_in(cat);
    const struct model_field *f = t ? model_field_find(t, slice_of(l->name)) : NULL;
    struct buf allowed;
    int err;

    if (!t || !l->is_changed || strcasecmp(l->name, "type") == 0)
        return 0;
    if (!f || f->state == MODEL_INNER)
        return config_refuse(why, cat, l, "there is no such option");
    if (model_field_is_secret(f) && !l->secret && strcmp(l->value, MODEL_CONFIG_HIDDEN) == 0)
        return config_refuse(why, cat, l, "stands for a secret that is there already");
    if (!*l->value || model_field_set(f, NULL, slice_of(l->value), NULL) == 0)
        return 0;
    buf_init(&allowed, 2000);
    model_field_allowed(f, "en", &allowed);
    err = buf_err(&allowed) == ENOMEM ? ENOMEM : config_refuse(why, cat, l, buf_z(&allowed));
    buf_fini(&allowed);
    return err;
}

int config_write_lines(struct model_config *c, struct db *d, const struct model_config_part *part,
                       struct model_config_category *cat, bool is_removed, struct buf *why)
{
    int var = 0, err = cat->key ? config_lines_forget(d, part->type, c->file->name, cat) : 0;

    if (err || is_removed)
        return err;
    err = config_lines_metric(d, part->type, cat);
    LIST_FOREACH(&cat->lines, k)
    {
        struct model_config_line *l = CONTAINER_OF(k, struct model_config_line, link);

        if (!err)
            err = check_line(cat, l, why);
        if (!err)
            err = config_line_insert(d, part->type, c->file->name, cat, var++, l);
    }
    return err;
}

/* ---- settings ---- */

int model_setting_read(struct db *d, const char *name, struct buf *present)
{
    struct stmt *st;
    bool row = false;
    int err = db_stmt(&st, d, "SELECT value FROM settings WHERE name = ?");

    buf_reset(present);
    if (!err)
        err = stmt_text(st, 1, slice_of(name));
    if (!err)
        err = stmt_step(st, &row);
    if (!err && row) {
        err = buf_adds(present, stmt_col(st, 0));
        stmt_reset(st);
    }
    return err;
}

int model_setting_write(struct db *d, const char *name, struct slice value)
{
    struct stmt *st;
    int err;

    if (!value.len)
        return config_exec(d, "DELETE FROM settings WHERE name = ?", name, NULL);
    err = db_stmt(&st, d,
                  "INSERT INTO settings (name, value) VALUES (?, ?) "
                  "ON CONFLICT (name) DO UPDATE SET value = excluded.value");
    if (!err)
        err = stmt_text(st, 1, slice_of(name));
    if (!err)
        err = stmt_text(st, 2, value);
    return err ? err : stmt_run(st);
}

static int put_setting(struct model_config *c, struct db *d, struct model_config_category *cat,
                       const struct model_setting_option *o)
{
    struct buf present, value;
    int err;

    buf_init(&present, MOST_CONFIG_LINE);
    buf_init(&value, MOST_CONFIG_LINE);
    err = model_setting_read(d, o->setting, &present);
    /* a wrong one that somebody wrote by hand stands as it is */
    if (!err && present.len && model_setting_cut(o, buf_slice(&present), &value) == EINVAL)
        err = buf_adds(&value, buf_slice(&present));
    if (!err)
        err = buf_err(&value);
    if (!err && value.len && !config_put_line(c, cat, o->option, buf_slice(&value)))
        err = ENOMEM;
    buf_fini(&present);
    buf_fini(&value);
    return err;
}

int config_read_settings(struct model_config *c, struct db *d, const struct model_config_part *part,
                         struct slice name)
{
    struct model_config_category *cat = NULL;
    int err = 0;

    for (const struct model_setting_option *o = model_setting_options; !err && o->file; o++) {
        if (strcmp(o->file, c->file->name) != 0 ||
            (slice_is_set(name) && !slice_caseeqz(name, o->category)))
            continue;
        if (!cat)
            cat = config_put(c, part, slice_of(o->category));
        err = cat ? put_setting(c, d, cat, o) : ENOMEM;
    }
    return err;
}

/* What the lines make of one setting; nothing said of it: nothing. */
static int join_setting(const struct model_config *c, const struct model_config_category *cat,
                        const char *setting, struct buf *joined, struct buf *why)
{
    struct buf next;
    int err = 0;

    buf_init(&next, MOST_CONFIG_LINE);
    LIST_FOREACH(&cat->lines, k)
    {
        const struct model_config_line *l = CONTAINER_OF(k, struct model_config_line, link);
        const struct model_setting_option *o = model_setting_option_find(
            slice_of(c->file->name), slice_of(cat->name), slice_of(l->name));
        struct buf allowed;

        if (err || !o || strcmp(o->setting, setting) != 0)
            continue;
        buf_reset(&next);
        err = model_setting_join(o, buf_slice(joined), slice_of(l->value), &next);
        buf_reset(joined);
        if (!err)
            err = buf_adds(joined, buf_slice(&next));
        if (err != EINVAL)
            continue;
        buf_init(&allowed, 2000);
        model_field_allowed(model_setting_field(o), "en", &allowed);
        err = config_refuse(why, cat, l, buf_z(&allowed));
        buf_fini(&allowed);
    }
    buf_fini(&next);
    return err;
}

static int write_if_changed(struct model_config *c, struct db *d,
                            const struct model_config_category *cat, const char *setting,
                            bool is_removed, struct buf *why)
{
    struct buf joined, present;
    int err = 0;

    buf_init(&joined, MOST_CONFIG_LINE);
    buf_init(&present, MOST_CONFIG_LINE);
    if (!is_removed)
        err = join_setting(c, cat, setting, &joined, why);
    if (!err)
        err = model_setting_read(d, setting, &present);
    if (!err && !slice_eq(buf_slice(&joined), buf_slice(&present)))
        err = model_setting_write(d, setting, buf_slice(&joined));
    buf_fini(&joined);
    buf_fini(&present);
    return err;
}

static int check_options(const struct model_config *c, const struct model_config_category *cat,
                         struct buf *why)
{
    bool is_known = false;

    for (const struct model_setting_option *o = model_setting_options; o->file; o++)
        is_known |= strcmp(o->file, c->file->name) == 0 && strcasecmp(o->category, cat->name) == 0;
    if (!is_known)
        return config_refuse(why, cat, NULL, "the file has no such category");
    LIST_FOREACH(&cat->lines, k)
    {
        const struct model_config_line *l = CONTAINER_OF(k, struct model_config_line, link);

        if (!model_setting_option_find(slice_of(c->file->name), slice_of(cat->name),
                                       slice_of(l->name)))
            return config_refuse(why, cat, l, "there is no such option");
    }
    return 0;
}

int config_write_settings(struct model_config *c, struct db *d,
                          const struct model_config_part *part, struct model_config_category *cat,
                          bool is_removed, struct buf *why)
{
    const char *last = "";
    int err = is_removed ? 0 : check_options(c, cat, why);

    for (const struct model_setting_option *o = model_setting_options; !err && o->file; o++) {
        if (strcmp(o->file, c->file->name) != 0 || strcmp(o->setting, last) == 0)
            continue; /* the halves of one stand together */
        last = o->setting;
        err = write_if_changed(c, d, cat, o->setting, is_removed, why);
    }
    return err;
}

/* ---- tones ---- */

static int put_tone(struct model_config *c, const struct model_config_part *part,
                    struct slice wanted, struct model_config_category **cat, struct stmt *st)
{
    struct slice tone, country = slice_cut(stmt_col(st, 0), '/', &tone);

    if (!slice_is_set(tone) || (slice_is_set(wanted) && !slice_caseeq(wanted, country)))
        return 0;
    if (!*cat || !slice_eqz(country, (*cat)->key))
        *cat = config_put(c, part, country);
    return *cat && config_put_line(c, *cat, config_keep(c, tone), stmt_col(st, 1)) ? 0 : ENOMEM;
}

int config_read_tones(struct model_config *c, struct db *d, const struct model_config_part *part,
                      struct slice name)
{
    struct model_config_category *cat = NULL;
    struct stmt *st;
    bool row = true;
    int err = db_stmt(&st, d, "SELECT name, list FROM tones ORDER BY name");

    while (!err && row) {
        err = stmt_step(st, &row);
        if (!err && row)
            err = put_tone(c, part, name, &cat, st);
        if (err && row)
            stmt_reset(st);
    }
    return err;
}

static int forget_tones(struct db *d, const char *country)
{
    char begin[130];

    snprintf(begin, sizeof(begin), "%.127s/", country);
    return config_exec(d, "DELETE FROM tones WHERE substr(name, 1, length(?)) = ?", begin, begin,
                       NULL);
}

static int write_tone(struct db *d, const struct model_config_category *cat,
                      const struct model_config_line *l, struct buf *why)
{
    char name[260];
    struct tone read;

    if (tone_parse(&read, slice_of(l->value)))
        return config_refuse(why, cat, l, "no list of frequencies, as 425/500,0/500");
    snprintf(name, sizeof(name), "%.100s/%.100s", cat->name, l->name);
    return config_exec(d, "INSERT INTO tones (name, list) VALUES (?, ?)", name, l->value, NULL);
}

int config_write_tones(struct model_config *c, struct db *d, const struct model_config_part *part,
                       struct model_config_category *cat, bool is_removed, struct buf *why)
{
    int err = cat->key ? forget_tones(d, cat->key) : 0;

    if (err || is_removed)
        return err;
    LIST_FOREACH(&cat->lines, k)
    {
        if (!err)
            err = write_tone(d, cat, CONTAINER_OF(k, struct model_config_line, link), why);
    }
    return err;
}
