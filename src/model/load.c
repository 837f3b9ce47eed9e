/* load.c - rows of tables and sections of static_pjsip to objects; see load.h */
#include <errno.h>
#include <string.h>

#include "model/load.h"
#include "model/value.h"

#define MOST_FIELDS 192
#define MOST_PAIRS 200

/* One type being read. */
struct reading {
    struct model_snapshot *s;
    const struct model_type *t;
    void *prototype; /* the defaults */
    uint32_t
        later[MOST_FIELDS]; /* objects that set a field nothing obeys, by number of the field */
    uint32_t objects;
};

/* One object being made. */
struct making {
    struct reading *r;
    const char *id;
    const char *where; /* table it is read from */
    void *object;
    bool is_refused;
};

static const char *allowed_text(const struct model_field *f, struct buf *b)
{
    buf_reset(b);
    model_field_allowed(f, "en", b);
    return buf_z(b);
}

static int refuse(struct making *m, const struct model_field *f, struct slice value)
{
    struct buf allowed;
    int err;

    m->is_refused = true;
    buf_init(&allowed, 2000);
    if (model_field_is_secret(f))
        value = SLICE("***");
    if (f->state == MODEL_REFUSED && model_field_set(f, NULL, value, NULL) == 0)
        err = model_report_add(
            &m->r->s->report, LOG_ERROR,
            "%s is not loaded: nothing obeys this restriction yet table=%s id=\"%s\" "
            "column=%s value=\"%.*s\" allowed=\"%s\"",
            m->r->t->name, m->where, m->id, f->column, SLICE_ARG(value),
            f->def ? f->def : "not set");
    else
        err = model_report_add(&m->r->s->report, LOG_ERROR,
                               "%s is not loaded: wrong value table=%s id=\"%s\" column=%s "
                               "value=\"%.*s\" allowed=\"%s\"",
                               m->r->t->name, m->where, m->id, f->column, SLICE_ARG(value),
                               allowed_text(f, &allowed));
    if (!err)
        err = buf_err(&allowed) == ENOMEM ? ENOMEM : 0;
    buf_fini(&allowed);
    return err;
}

/* @return ENOMEM, or 0: a wrong value is reported and leaves the object out */
static int give(struct making *m, const struct model_field *f, struct slice value)
{
    int err;

    if (m->is_refused || value.len == 0 || f->state == MODEL_INNER)
        return f->state == MODEL_INNER && f->offset != MODEL_NOWHERE && m->object
                   ? model_field_set(f, m->object, value, &m->r->s->pool)
                   : 0;
    err = model_field_set(f, m->object, value, &m->r->s->pool);
    if (err == EINVAL)
        return refuse(m, f, value);
    if (err || model_field_is_obeyed(f, value))
        return err;
    if (f->state == MODEL_REFUSED)
        return refuse(m, f, value);
    m->r->later[f - m->r->t->fields]++;
    return 0;
}

static int begin(struct making *m, struct reading *r, const char *where, struct slice id,
                 const struct shelf_kind *k)
{
    *m = (struct making){.r = r, .where = where};
    m->id = model_pool_text(&r->s->pool, id);
    if (!m->id)
        return ENOMEM;
    r->objects++;
    if (id.len == 0) {
        m->is_refused = true;
        return model_report_add(&r->s->report, LOG_ERROR,
                                "%s is not loaded: it has no name table=%s column=%s", r->t->name,
                                where, r->t->id);
    }
    if (r->t->size == 0)
        return 0;
    m->object = model_pool_alloc(&r->s->pool, r->t->size);
    if (!m->object)
        return ENOMEM;
    memcpy(m->object, r->prototype, r->t->size);
    memcpy((char *)m->object + k->name_at, &m->id, sizeof(m->id));
    return 0;
}

static int end(struct making *m, const struct shelf_kind *k, struct shelf *to)
{
    int err;

    if (m->is_refused || !m->object)
        return 0;
    err = shelf_add(to, k, m->object);
    if (err == EEXIST)
        err = model_report_add(&m->r->s->report, LOG_ERROR,
                               "%s is not loaded: the name is taken table=%s id=\"%s\"",
                               m->r->t->name, m->where, m->id);
    return err;
}

/* ---- rows of a table ---- */

/* Which field a column of the result is; columns that an administrator added are none of ours. */
static void map_columns(struct stmt *st, const struct model_type *t,
                        const struct model_field *map[MOST_FIELDS], int *n, int *id)
{
    *id = -1;
    *n = stmt_cols(st) < MOST_FIELDS ? stmt_cols(st) : MOST_FIELDS;
    for (int c = 0; c < *n; c++) {
        struct slice name = slice_of(stmt_col_name(st, c));

        map[c] = model_field_find(t, name);
        if (slice_eqz(name, t->id))
            *id = c;
        /* the name of what is known by its name is set at birth; nothing wants these two */
        if (slice_eqz(name, t->id) ||
            (map[c] && map[c]->state == MODEL_INNER && map[c]->offset == MODEL_NOWHERE))
            map[c] = NULL;
    }
}

static int load_row(struct reading *r, struct stmt *st, const struct model_field *const *map, int n,
                    int id, const struct shelf_kind *k, struct shelf *to)
{
    struct making m;
    int err = begin(&m, r, r->t->table, stmt_col(st, id), k);

    for (int c = 0; c < n && !err; c++)
        if (map[c])
            err = give(&m, map[c], stmt_col(st, c));
    return err ? err : end(&m, k, to);
}

static int select_all(struct stmt **st, struct db *d, const char *table)
{
    struct buf sql;
    int err;

    buf_init(&sql, 200);
    buf_printf(&sql, "SELECT * FROM \"%s\"", table); /* a constant of our own */
    err = buf_err(&sql);
    if (!err)
        err = db_stmt(st, d, buf_z(&sql));
    buf_fini(&sql);
    return err;
}

static int load_rows(struct reading *r, struct db *d, const struct shelf_kind *k, struct shelf *to)
{
    const struct model_field *map[MOST_FIELDS];
    struct stmt *st;
    bool row = true;
    int n, id;
    int err = select_all(&st, d, r->t->table);

    if (err)
        return err;
    map_columns(st, r->t, map, &n, &id);
    if (id < 0)
        return model_report_add(&r->s->report, LOG_ERROR,
                                "table has no column for names table=%s column=%s", r->t->table,
                                r->t->id);
    while (!err && row) {
        err = stmt_step(st, &row);
        if (!err && row)
            err = load_row(r, st, map, n, id, k, to);
    }
    stmt_reset(st);
    return err;
}

/* ---- sections of static_pjsip ---- */

struct section {
    struct arena a; /* texts of this section */
    int64_t metric;
    const char *name;
    const char *type;
    struct slice names[MOST_PAIRS], values[MOST_PAIRS];
    uint32_t count;
};

static struct slice *find_pair(struct section *sec, const char *name)
{
    for (uint32_t i = 0; i < sec->count; i++)
        if (slice_caseeqz(sec->names[i], name))
            return &sec->values[i];
    return NULL;
}

static int join(struct section *sec, struct slice *old, char gap, struct slice add)
{
    char *p = arena_alloc(&sec->a, old->len + add.len + 2);

    if (!p)
        return ENOMEM;
    if (old->len)
        memcpy(p, old->p, old->len);
    p[old->len] = gap;
    memcpy(p + old->len + 1, add.p, add.len);
    *old = slice_from(p, old->len + 1 + add.len);
    return 0;
}

/* A line again: lists grow, single values are replaced, as Asterisk reads them. */
static int merge(struct section *sec, const struct model_field *f, struct slice *old,
                 struct slice v)
{
    switch (f ? f->kind : MODEL_TEXT) {
    case MODEL_NAMES:
    case MODEL_ENUMS:
    case MODEL_ALLOW:
    case MODEL_DISALLOW:
    case MODEL_NETS:
    case MODEL_HOSTS:
    case MODEL_URIS:
    case MODEL_GROUPS: return join(sec, old, ',', v);
    case MODEL_VARS:
    case MODEL_RULES: return join(sec, old, '\n', v);
    default: *old = v; return 0;
    }
}

static int add_pair(struct section *sec, const struct model_type *t, struct slice name,
                    struct slice value)
{
    const struct model_field *f = model_field_find(t, name);
    struct slice *old;
    char *n = arena_strndup(&sec->a, f ? f->column : name.p, f ? strlen(f->column) : name.len);
    char *v = arena_strndup(&sec->a, value.len ? value.p : "", value.len);

    if (!n || !v)
        return ENOMEM;
    if (slice_caseeqz(name, "type")) {
        sec->type = v;
        return 0;
    }
    old = find_pair(sec, n);
    if (old)
        return merge(sec, f, old, slice_of(v));
    if (sec->count == MOST_PAIRS)
        return 0;
    sec->names[sec->count] = slice_of(n);
    sec->values[sec->count++] = slice_of(v);
    return 0;
}

static int make_section(struct reading *r, struct section *sec, const struct shelf_kind *k,
                        struct shelf *to)
{
    struct making m;
    int err;

    if (!sec->name || !sec->type || strcmp(sec->type, r->t->name) != 0)
        return 0;
    err = begin(&m, r, "static_pjsip", slice_of(sec->name), k);
    for (uint32_t i = 0; i < sec->count && !err; i++) {
        const struct model_field *f = model_field_find(r->t, sec->names[i]);

        if (f && !slice_eqz(sec->names[i], r->t->id))
            err = give(&m, f, sec->values[i]);
        else if (!f)
            err =
                model_report_add(&r->s->report, LOG_WARNING,
                                 "unknown option has no effect table=static_pjsip category=\"%s\" "
                                 "var_name=\"%.*s\" type=%s",
                                 sec->name, SLICE_ARG(sec->names[i]), r->t->name);
    }
    return err ? err : end(&m, k, to);
}

static int next_section(struct section *sec, struct stmt *st)
{
    struct slice name = stmt_col(st, 1);

    arena_reset(&sec->a);
    sec->count = 0;
    sec->type = NULL;
    sec->metric = stmt_col_int(st, 0);
    sec->name = arena_strndup(&sec->a, name.len ? name.p : "", name.len);
    return sec->name ? 0 : ENOMEM;
}

static int load_sections(struct reading *r, struct db *d, const struct shelf_kind *k,
                         struct shelf *to)
{
    struct section *sec = mem_zalloc(sizeof(*sec));
    struct stmt *st = NULL;
    bool row = true;
    int err;

    if (!sec)
        return ENOMEM;
    arena_init(&sec->a, 16u << 20);
    err = db_stmt(&st, d,
                  "SELECT cat_metric, category, var_name, var_val FROM static_pjsip WHERE "
                  "commented = 0 AND filename = 'pjsip.conf' ORDER BY cat_metric, category, "
                  "var_metric, id");
    while (!err && row) {
        err = stmt_step(st, &row);
        if (err || !row)
            break;
        if (!sec->name || sec->metric != stmt_col_int(st, 0) ||
            !slice_eqz(stmt_col(st, 1), sec->name)) {
            err = make_section(r, sec, k, to);
            if (!err)
                err = next_section(sec, st);
        }
        if (!err)
            err = add_pair(sec, r->t, slice_trim(stmt_col(st, 2)), slice_trim(stmt_col(st, 3)));
    }
    if (!err)
        err = make_section(r, sec, k, to);
    else if (st)
        stmt_reset(st);
    arena_fini(&sec->a);
    mem_free(sec);
    return err;
}

/* ---- one type ---- */

/* From the tables when an uncommented row of static_sorcery says so; the type's own word is enough.
 */
int load_is_realtime(struct db *d, const struct model_type *t, bool *answer)
{
    struct stmt *st;
    bool row;
    int err =
        db_stmt(&st, d,
                "SELECT 1 FROM static_sorcery WHERE commented = 0 AND filename = 'sorcery.conf' "
                "AND var_name = ?1 AND var_val LIKE 'realtime%' LIMIT 1");

    if (!err)
        err = stmt_text(st, 1, slice_of(t->name));
    if (!err)
        err = stmt_step(st, &row);
    if (err)
        return err;
    *answer = row;
    stmt_reset(st);
    return 0;
}

static int note_later(struct reading *r)
{
    struct buf *out = &r->s->later;

    if (r->t->is_later) {
        if (r->objects)
            buf_printf(out, "%s%s(%u)", out->len ? ", " : "", r->t->table, r->objects);
        return buf_err(out) == ENOMEM ? ENOMEM : 0;
    }
    for (int i = 0; i < MOST_FIELDS; i++)
        if (r->later[i])
            buf_printf(out, "%s%s.%s(%u)", out->len ? ", " : "", r->t->table,
                       r->t->fields[i].column, r->later[i]);
    return buf_err(out) == ENOMEM ? ENOMEM : 0;
}

static bool is_of_driver(const struct model_type *t)
{
    return slice_starts(slice_of(t->table), SLICE("ps_"));
}

int load_type(struct model_snapshot *s, struct db *d, const struct shelf_kind *k, struct shelf *to)
{
    const struct model_type *t = model_type_find(slice_of(k->type));
    bool from_tables = true;
    struct reading *r;
    int err = 0;

    r = mem_zalloc(sizeof(*r));
    if (!r)
        return ENOMEM;
    *r = (struct reading){.s = s, .t = t};
    r->prototype = mem_zalloc(t->size);
    if (!r->prototype)
        err = ENOMEM;
    if (!err && t->size)
        err = model_defaults_set(t, r->prototype, &s->pool);
    if (!err && is_of_driver(t))
        err = load_is_realtime(d, t, &from_tables);
    if (!err)
        err = from_tables ? load_rows(r, d, k, to) : load_sections(r, d, k, to);
    if (!err)
        err = note_later(r);
    mem_free(r->prototype);
    mem_free(r);
    return err;
}

int load_single(struct model_snapshot *s, struct db *d, const char *type, void *object)
{
    const struct shelf_kind k = {
        .type = type, .name_at = offsetof(struct model_global, name), .link_at = MODEL_NOWHERE};
    const struct model_type *t = model_type_find(slice_of(type));
    struct shelf one = {0};
    int err;

    hash_init(&one.by_name);
    err = object && t->size ? model_defaults_set(t, object, &s->pool) : 0;
    if (!err)
        err = load_type(s, d, &k, &one);
    for (uint32_t i = 1; !err && object && i < one.count; i++)
        err = model_report_add(&s->report, LOG_WARNING,
                               "there is one object of this type, a second one has no effect: put "
                               "its options into the first type=%s name=\"%s\"",
                               type, *(const char **)((char *)one.v[i] + k.name_at));
    if (!err && one.count && object)
        memcpy(object, one.v[0], t->size);
    shelf_fini(&one);
    return err;
}

/* ---- table settings: a row is a field ---- */

static int load_setting(struct making *m, struct stmt *st)
{
    struct slice name = stmt_col(st, 0), value = stmt_col(st, 1);
    const struct model_field *f = model_field_find(m->r->t, name);

    if (!f)
        return model_report_add(&m->r->s->report, LOG_WARNING,
                                "unknown setting has no effect table=settings name=\"%.*s\"",
                                SLICE_ARG(name));
    m->is_refused = false; /* a wrong setting keeps its default; the others are taken */
    return give(m, f, value);
}

int load_settings(struct model_snapshot *s, struct db *d)
{
    const struct model_type *t = model_type_find(SLICE("settings"));
    struct making m = {.id = "settings", .where = "settings", .object = &s->settings};
    struct reading *r = mem_zalloc(sizeof(*r));
    struct stmt *st;
    bool row = true;
    int err;

    if (!r)
        return ENOMEM;
    *r = (struct reading){.s = s, .t = t};
    m.r = r;
    err = model_defaults_set(t, &s->settings, &s->pool);
    if (!err)
        err = db_stmt(&st, d, "SELECT name, value FROM settings ORDER BY name");
    while (!err && row) {
        err = stmt_step(st, &row);
        if (!err && row)
            err = load_setting(&m, st);
    }
    if (!err)
        err = note_later(r);
    mem_free(r);
    return err;
}
