/* rest/settings.c - see settings.h */
#include "rest/settings.h"

#include <errno.h>
#include <string.h>

#include "model/config.h"

static int take(struct stmt *s, struct arena *a, struct object_row *row)
{
    const struct model_field *f = rest_type_model(row->type)->fields;
    const struct slice value = stmt_col(s, 1);
    char *copy;

    for (size_t i = 0; f[i].column; i++) {
        if (!slice_eqz(stmt_col(s, 0), f[i].column) || !value.len)
            continue;
        copy = arena_strndup(a, value.p, value.len);
        if (!copy)
            return ENOMEM;
        row->v[i] = slice_from(copy, value.len);
    }
    return 0;
}

int settings_read(struct db *d, struct arena *a, struct object_row *row)
{
    struct stmt *s;
    bool there = true;
    int err = db_stmt(&s, d, "SELECT name, value FROM settings");

    *row = (struct object_row){.type = rest_type_find(SLICE("settings"))};
    if (err)
        return err;
    while (!err && there) {
        err = stmt_step(s, &there);
        if (!err && there)
            err = take(s, a, row);
    }
    stmt_reset(s);
    return err;
}

int settings_write(struct db *d, const struct object_row *before, const struct object_row *after)
{
    const struct model_field *f = rest_type_model(before->type)->fields;
    int err = 0;

    for (size_t i = 0; f[i].column && !err; i++)
        if (!slice_eq(before->v[i], after->v[i]))
            err = model_setting_write(d, f[i].column, after->v[i]);
    return err;
}
