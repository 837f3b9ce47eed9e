/* rest/reference.c - see reference.h */
#include "rest/reference.h"

#include <errno.h>
#include <string.h>

#include "rest/value.h"

#define SQL_MAX 2000

static bool is_by_uuid(const struct model_field *f)
{
    return strcmp(f->column, "group_uuid") == 0;
}

/* Names stand alone or in a list; signs of LIKE in them are escaped. */
static void put_sql(const struct rest_type *t, const struct model_field *f, struct buf *sql)
{
    const struct model_type *m = rest_type_model(t);
    const bool has_group = model_field_find(m, SLICE("group_uuid")) != NULL;

    buf_printf(sql, "SELECT \"%s\", \"%s\", %s FROM \"%s\" WHERE \"%s\" = ?1", t->key, m->id,
               has_group ? "group_uuid" : "NULL", m->table, f->column);
    if (rest_value_is_list(f))
        buf_printf(sql, " OR (',' || REPLACE(\"%s\", ' ', '') || ',') LIKE ?2 ESCAPE '!'",
                   f->column);
    buf_printf(sql, " LIMIT %d", REFERENCES_MAX);
}

static void put_pattern(struct slice name, struct buf *out)
{
    buf_addz(out, "%,");
    for (size_t i = 0; i < name.len; i++) {
        if (strchr("!%_", name.p[i]))
            buf_addc(out, '!');
        buf_addc(out, name.p[i]);
    }
    buf_addz(out, ",%");
}

static int keep(struct arena *a, struct slice v, struct slice *out)
{
    char *copy = arena_strndup(a, v.len ? v.p : "", v.len);

    *out = copy ? slice_from(copy, v.len) : SLICE_NONE;
    return copy ? 0 : ENOMEM;
}

static int take(struct stmt *s, const struct rest_type *t, const struct model_field *f,
                struct arena *a, struct reference_list *l)
{
    struct reference *r = &l->items[l->count];
    int err = keep(a, stmt_col(s, 0), &r->key);

    r->type = t;
    r->field = f->column;
    if (!err)
        err = keep(a, stmt_col(s, 1), &r->name);
    if (!err)
        err = keep(a, stmt_col(s, 2), &r->group);
    if (!err)
        l->count++;
    return err;
}

static int look(struct db *d, const struct rest_type *t, const struct model_field *f,
                struct slice name, struct arena *a, struct reference_list *l)
{
    struct stmt *s = NULL;
    struct buf sql, pattern;
    bool row = true;
    int err;

    buf_init(&sql, SQL_MAX);
    buf_init(&pattern, 2 * name.len + 8);
    put_sql(t, f, &sql);
    put_pattern(name, &pattern);
    err = buf_err(&sql) ? buf_err(&sql) : buf_err(&pattern);
    if (!err)
        err = db_stmt(&s, d, buf_z(&sql));
    if (!err)
        err = stmt_text(s, 1, name);
    if (!err && rest_value_is_list(f))
        err = stmt_text(s, 2, buf_slice(&pattern));
    while (!err && row && l->count < REFERENCES_MAX) {
        err = stmt_step(s, &row);
        if (!err && row)
            err = take(s, t, f, a, l);
    }
    if (s)
        stmt_reset(s);
    buf_fini(&sql);
    buf_fini(&pattern);
    return err;
}

int reference_read(struct db *d, const struct object_row *row, struct arena *a,
                   struct reference_list *l)
{
    const struct model_type *m = rest_type_model(row->type);
    int err = 0;

    l->count = 0;
    for (const struct rest_type *t = rest_types; t->name; t++)
        for (const struct model_field *f = rest_type_model(t)->fields; f->column && !err; f++) {
            struct slice name = object_value(row, is_by_uuid(f) ? "uuid" : m->id);

            if (t->writes && !t->is_single && f->refers && strcmp(f->refers, m->name) == 0 &&
                name.len)
                err = look(d, t, f, name, a, l);
        }
    return err;
}

static bool is_for(const struct reference *r, const struct rest_user *who)
{
    if (!(r->type->reads & who->role))
        return false;
    if (who->has_all || r->type->is_common)
        return true;
    for (uint32_t i = 0; i < who->group_count; i++)
        if (slice_eqz(r->group, who->groups[i]))
            return true;
    return false;
}

void reference_put(struct jout *j, const struct reference_list *l, const struct rest_user *who)
{
    jout_open(j, '{');
    jout_key(j, "items");
    jout_open(j, '[');
    for (uint32_t i = 0; i < l->count; i++) {
        const struct reference *r = &l->items[i];

        if (!is_for(r, who))
            continue;
        jout_open(j, '{');
        jout_put_textz(j, "type", r->type->name);
        jout_put_text(j, "uuid", r->key);
        jout_put_text(j, "name", r->name);
        jout_put_textz(j, "field", r->field);
        jout_close(j, '}');
    }
    jout_close(j, ']');
    jout_close(j, '}');
}
