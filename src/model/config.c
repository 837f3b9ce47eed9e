/* config.c - see config.h: the files, and a file as a document */
#include "model/config_inner.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#define MOST_BYTES (256u << 20)
#define HOME "/etc/asterisk/"

/* clang-format off */
const struct model_config_file model_config_files[] = {
    {"acl.conf", {{MODEL_CONFIG_ROWS, "acl"}}},
    {"asterisk.conf", {{MODEL_CONFIG_SETTINGS, NULL}}},
    {"cdr.conf", {{MODEL_CONFIG_SETTINGS, NULL}}},
    {"extensions.conf", {{MODEL_CONFIG_ROUTING, "static_extensions"}}},
    {"features.conf", {{MODEL_CONFIG_SETTINGS, NULL}}},
    {"http.conf", {{MODEL_CONFIG_SETTINGS, NULL}}},
    {"indications.conf", {{MODEL_CONFIG_SETTINGS, NULL}, {MODEL_CONFIG_TONES, NULL}}},
    {"manager.conf", {{MODEL_CONFIG_SETTINGS, NULL}, {MODEL_CONFIG_ROWS, "manager"}}},
    {"musiconhold.conf", {{MODEL_CONFIG_ROWS, "musiconhold"}}},
    {"pjsip.conf",
     {{MODEL_CONFIG_LINES, "static_pjsip"},
      {MODEL_CONFIG_ROWS, "system"},
      {MODEL_CONFIG_ROWS, "global"},
      {MODEL_CONFIG_ROWS, "transport"},
      {MODEL_CONFIG_ROWS, "domain_alias"},
      {MODEL_CONFIG_ROWS, "registration"},
      {MODEL_CONFIG_ROWS, "endpoint"},
      {MODEL_CONFIG_ROWS, "auth"},
      {MODEL_CONFIG_ROWS, "aor"},
      {MODEL_CONFIG_ROWS, "identify"}}},
    {"rtp.conf", {{MODEL_CONFIG_SETTINGS, NULL}}},
    {"sorcery.conf", {{MODEL_CONFIG_LINES, "static_sorcery"}}},
    {0}};
/* clang-format on */

const struct model_config_file *model_config_file_find(struct slice name)
{
    name = slice_trim(name);
    if (slice_starts(name, SLICE(HOME)))
        name = slice_skip(name, strlen(HOME));
    else if (slice_starts(name, SLICE("./")))
        name = slice_skip(name, 2);
    for (const struct model_config_file *f = model_config_files; f->name; f++)
        if (slice_eqz(name, f->name))
            return f;
    return NULL;
}

/* ---- a document ---- */

static void destroy(void *object)
{
    struct model_config *c = object;

    arena_fini(&c->texts);
}

int model_config_alloc(struct model_config **cp, const struct model_config_file *file)
{
    struct model_config *c = mem_alloc(sizeof(*c), destroy);

    if (!c)
        return ENOMEM;
    arena_init(&c->texts, MOST_BYTES);
    c->file = file;
    list_init(&c->categories);
    list_init(&c->removed);
    *cp = c;
    return 0;
}

const char *config_keep(struct model_config *c, struct slice text)
{
    return arena_strndup(&c->texts, text.len ? text.p : "", text.len);
}

static struct model_config_category *make(struct model_config *c, struct slice name)
{
    struct model_config_category *cat = arena_alloc(&c->texts, sizeof(*cat));

    if (!cat)
        return NULL;
    cat->name = config_keep(c, name);
    cat->metric = -1;
    list_init(&cat->lines);
    list_init(&cat->gone);
    return cat->name ? cat : NULL;
}

struct model_config_category *config_put(struct model_config *c,
                                         const struct model_config_part *part, struct slice key)
{
    struct model_config_category *cat = make(c, key);

    if (!cat)
        return NULL;
    cat->part = part;
    cat->key = cat->name;
    list_append(&c->categories, &cat->link);
    return cat;
}

struct model_config_line *config_put_line(struct model_config *c, struct model_config_category *cat,
                                          const char *name, struct slice value)
{
    struct model_config_line *l = arena_alloc(&c->texts, sizeof(*l));

    if (!l || !name)
        return NULL;
    l->name = name;
    l->value = config_keep(c, value);
    list_append(&cat->lines, &l->link);
    return l->value ? l : NULL;
}

struct model_config_category *model_config_next(const struct model_config *c,
                                                const struct model_config_category *after,
                                                struct slice name)
{
    const struct link *k = after ? after->link.next : c->categories.ends.next;

    for (; k != &c->categories.ends; k = k->next) {
        struct model_config_category *cat =
            CONTAINER_OF((struct link *)k, struct model_config_category, link);

        if (!slice_is_set(name) || slice_caseeqz(name, cat->name))
            return cat;
    }
    return NULL;
}

int model_config_add(struct model_config *c, struct slice name,
                     struct model_config_category *before)
{
    struct model_config_category *cat = make(c, name);

    if (!cat)
        return ENOMEM;
    cat->is_changed = true;
    list_insert_before(before ? &before->link : &c->categories.ends, &cat->link);
    return 0;
}

void model_config_remove(struct model_config *c, struct model_config_category *cat)
{
    list_unlink(&cat->link);
    if (cat->key)
        list_append(&c->removed, &cat->link);
}

int model_config_rename(struct model_config *c, struct model_config_category *cat,
                        struct slice name)
{
    const char *text = config_keep(c, name);

    if (!text)
        return ENOMEM;
    cat->name = text;
    cat->is_changed = true;
    return 0;
}

int model_config_line_add(struct model_config *c, struct model_config_category *cat,
                          struct model_config_line *before, struct slice name, struct slice value)
{
    struct model_config_line *l = arena_alloc(&c->texts, sizeof(*l));

    if (!l)
        return ENOMEM;
    list_insert_before(before ? &before->link : &cat->lines.ends, &l->link);
    return model_config_line_set(c, cat, l, name, value);
}

void model_config_line_remove(struct model_config_category *cat, struct model_config_line *line)
{
    list_unlink(&line->link);
    if (line->row)
        list_append(&cat->gone, &line->link);
    cat->is_changed = true;
}

int model_config_line_set(struct model_config *c, struct model_config_category *cat,
                          struct model_config_line *line, struct slice name, struct slice value)
{
    line->name = config_keep(c, name);
    line->value = config_keep(c, value);
    line->is_changed = cat->is_changed = true;
    return line->name && line->value ? 0 : ENOMEM;
}

const char *model_config_value(const struct model_config_category *cat, const char *name)
{
    const char *value = NULL;

    LIST_FOREACH(&cat->lines, k)
    {
        const struct model_config_line *l = CONTAINER_OF(k, struct model_config_line, link);

        if (strcasecmp(l->name, name) == 0)
            value = l->value;
    }
    return value;
}

/* ---- reading ---- */

static int read_part(struct model_config *c, struct db *d, const struct model_config_part *part,
                     struct slice name)
{
    switch (part->kind) {
    case MODEL_CONFIG_SETTINGS: return config_read_settings(c, d, part, name);
    case MODEL_CONFIG_LINES: return config_read_lines(c, d, part, name);
    case MODEL_CONFIG_ROWS: return config_read_rows(c, d, part, name);
    case MODEL_CONFIG_ROUTING: return config_read_routing(c, d, part, name);
    case MODEL_CONFIG_TONES: return config_read_tones(c, d, part, name);
    case MODEL_CONFIG_END: break;
    }
    return 0;
}

int model_config_read(struct model_config *c, struct db *d, struct slice name)
{
    int err = 0;

    for (const struct model_config_part *p = c->file->parts; !err && p->kind; p++)
        err = read_part(c, d, p, name);
    return err;
}

/* ---- writing ---- */

int config_stmt(struct stmt **st, struct db *d, const char *fmt, ...)
{
    struct buf sql;
    va_list ap;
    int err;

    buf_init(&sql, 32768);
    va_start(ap, fmt);
    err = buf_vprintf(&sql, fmt, ap);
    va_end(ap);
    if (!err)
        err = db_stmt(st, d, buf_z(&sql));
    buf_fini(&sql);
    return err;
}

int config_exec(struct db *d, const char *sql, ...)
{
    const char *value;
    struct stmt *st;
    va_list ap;
    int err = db_stmt(&st, d, sql), i = 0;

    va_start(ap, sql);
    while (!err && (value = va_arg(ap, const char *)))
        err = stmt_text(st, ++i, slice_of(value));
    va_end(ap);
    return err ? err : stmt_run(st);
}

int config_refuse(struct buf *why, const struct model_config_category *cat,
                  const struct model_config_line *line, const char *en)
{
    buf_reset(why);
    if (line)
        buf_printf(why, "[%s] %s=%s: %s", cat->name, line->name, line->value, en);
    else
        buf_printf(why, "[%s] %s", cat->name, en);
    return buf_err(why) == ENOMEM ? ENOMEM : EINVAL;
}

static int write_one(struct model_config *c, struct db *d, struct model_config_category *cat,
                     bool is_removed, struct buf *why)
{
    static config_write_h *const by_kind[] = {[MODEL_CONFIG_SETTINGS] = config_write_settings,
                                              [MODEL_CONFIG_LINES] = config_write_lines,
                                              [MODEL_CONFIG_ROWS] = config_write_rows,
                                              [MODEL_CONFIG_ROUTING] = config_write_routing,
                                              [MODEL_CONFIG_TONES] = config_write_tones};
    const struct model_config_part *part = is_removed ? cat->part : config_part_of(c, d, cat, why);
    int err = 0;

    if (!part)
        return EINVAL;
    if (cat->part && cat->part != part) { /* another type: another table */
        err = by_kind[cat->part->kind](c, d, cat->part, cat, true, why);
        cat->key = NULL;
    }
    return err ? err : by_kind[part->kind](c, d, part, cat, is_removed, why);
}

int model_config_write(struct model_config *c, struct db *d, struct buf *why)
{
    int err = 0;

    for (struct link *k = c->removed.ends.next; !err && k != &c->removed.ends; k = k->next)
        err = write_one(c, d, CONTAINER_OF(k, struct model_config_category, link), true, why);
    for (struct model_config_category *cat = model_config_next(c, NULL, SLICE_NONE); !err && cat;
         cat = model_config_next(c, cat, SLICE_NONE))
        if (cat->is_changed)
            err = write_one(c, d, cat, false, why);
    return err;
}
