/* config_routing.c - extensions.conf: static_extensions, realtime_extensions and context together
   (config.h); which category of any file is written where */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/config_inner.h"
#include "model/exten.h"
#include "model/load.h"

#define TABLE "static_extensions"

/* ---- where a category goes ---- */

static const struct model_config_part *part_find(const struct model_config *c,
                                                 enum model_config_kind kind, const char *type)
{
    for (const struct model_config_part *p = c->file->parts; p->kind; p++)
        if (p->kind == kind && (!type || strcmp(p->type, type) == 0))
            return p;
    return NULL;
}

/* Of pjsip.conf: type= says which object, static_sorcery where those are. */
static const struct model_config_part *part_of_object(const struct model_config *c, struct db *d,
                                                      const struct model_config_category *cat,
                                                      struct buf *why)
{
    const char *type = model_config_value(cat, "type");
    const struct model_type *t = type ? model_type_find(slice_of(type)) : NULL;
    const struct model_config_part *rows;
    bool is_realtime;

    if (!type) {
        config_refuse(why, cat, NULL, "no type= says what it is");
        return NULL;
    }
    rows = t ? part_find(c, MODEL_CONFIG_ROWS, t->name) : NULL;
    if (!rows) {
        config_refuse(why, cat, NULL, "the station has no objects of this type");
        return NULL;
    }
    if (cat->part && (cat->part->kind == MODEL_CONFIG_LINES || cat->part == rows))
        return cat->part;
    if (load_is_realtime(d, t, &is_realtime)) {
        config_refuse(why, cat, NULL, "static_sorcery cannot be read");
        return NULL;
    }
    return is_realtime ? rows : part_find(c, MODEL_CONFIG_LINES, NULL);
}

const struct model_config_part *config_part_of(const struct model_config *c, struct db *d,
                                               const struct model_config_category *cat,
                                               struct buf *why)
{
    const struct model_config_part *first = c->file->parts;

    if (part_find(c, MODEL_CONFIG_LINES, "static_pjsip"))
        return part_of_object(c, d, cat, why);
    if (first->kind == MODEL_CONFIG_SETTINGS && first[1].kind &&
        strcasecmp(cat->name, "general") != 0)
        return first + 1;
    return first;
}

/* ---- reading steps ---- */

static struct model_config_category *category_of(struct model_config *c,
                                                 const struct model_config_part *part,
                                                 struct model_config_category *last,
                                                 struct slice name)
{
    if (last && slice_eqz(name, last->key))
        return last;
    LIST_FOREACH(&c->categories, k)
    {
        struct model_config_category *cat = CONTAINER_OF(k, struct model_config_category, link);

        if (slice_eqz(name, cat->key))
            return cat;
    }
    return config_put(c, part, name);
}

struct step {
    struct slice exten, label, app, appdata;
    int64_t row;
    int32_t priority;
};

/* "601,1,Answer()" for the first of an extension, "n(again),Playback(load/tone)" for one that follows. */
static int put_step(struct model_config *c, struct model_config_category *cat, const struct step *s,
                    const struct model_config_line *before)
{
    const bool is_same = before && before->exten && slice_eqz(s->exten, before->exten);
    struct model_config_line *l = NULL;
    struct buf text;

    buf_init(&text, MOST_CONFIG_LINE);
    if (!is_same)
        buf_printf(&text, "%.*s,", SLICE_ARG(s->exten));
    if (is_same && s->priority == before->priority + 1)
        buf_addz(&text, "n");
    else
        buf_printf(&text, "%d", s->priority);
    if (s->label.len)
        buf_printf(&text, "(%.*s)", SLICE_ARG(s->label));
    buf_printf(&text, ",%.*s(%.*s)", SLICE_ARG(s->app), SLICE_ARG(s->appdata));
    if (!buf_err(&text))
        l = config_put_line(c, cat, is_same ? "same" : "exten", buf_slice(&text));
    buf_fini(&text);
    if (!l)
        return ENOMEM;
    l->exten = is_same ? before->exten : config_keep(c, s->exten);
    l->row = s->row;
    l->priority = s->priority;
    return l->exten ? 0 : ENOMEM;
}

static const struct model_config_line *last_of(const struct model_config_category *cat)
{
    const struct link *k = list_last(&cat->lines);

    return k ? CONTAINER_OF((struct link *)k, struct model_config_line, link) : NULL;
}

static int read_step(struct model_config *c, const struct model_config_part *part,
                     struct model_config_category **cat, struct stmt *st)
{
    const struct step s = {.row = stmt_col_int(st, 0),
                           .exten = slice_trim(stmt_col(st, 2)),
                           .priority = (int32_t)stmt_col_int(st, 3),
                           .label = slice_trim(stmt_col(st, 4)),
                           .app = slice_trim(stmt_col(st, 5)),
                           .appdata = stmt_col(st, 6)};

    *cat = category_of(c, part, *cat, slice_trim(stmt_col(st, 1)));
    return *cat ? put_step(c, *cat, &s, last_of(*cat)) : ENOMEM;
}

/* Contexts and extensions in the order in which they were written. */
static int read_steps(struct model_config *c, struct db *d, const struct model_config_part *part,
                      struct slice name)
{
    struct model_config_category *cat = NULL;
    struct stmt *st;
    bool row = true;
    int err = config_stmt(
        &st, d,
        "SELECT s.id, s.context, s.exten, s.priority, s.label, s.app, s.appdata "
        "FROM realtime_extensions s JOIN (SELECT context, exten, min(id) AS first FROM "
        "realtime_extensions GROUP BY context, exten) e ON e.context = s.context AND e.exten = s.exten "
        "JOIN (SELECT context, min(id) AS first FROM realtime_extensions GROUP BY context) c ON "
        "c.context = s.context%s ORDER BY c.first, e.first, s.priority, s.id",
        slice_is_set(name) ? " WHERE lower(s.context) = lower(?)" : "");

    if (!err && slice_is_set(name))
        err = stmt_text(st, 1, name);
    while (!err && row) {
        err = stmt_step(st, &row);
        if (!err && row)
            err = read_step(c, part, &cat, st);
        if (err && row)
            stmt_reset(st);
    }
    return err;
}

/* Those without a line. */
static int read_contexts(struct model_config *c, struct db *d, const struct model_config_part *part,
                         struct slice name)
{
    struct stmt *st;
    bool row = true;
    int err = config_stmt(&st, d, "SELECT name FROM context%s ORDER BY name",
                          slice_is_set(name) ? " WHERE lower(name) = lower(?)" : "");

    if (!err && slice_is_set(name))
        err = stmt_text(st, 1, name);
    while (!err && row) {
        err = stmt_step(st, &row);
        if (!err && row && !category_of(c, part, NULL, stmt_col(st, 0)))
            err = ENOMEM;
        if (err && row)
            stmt_reset(st);
    }
    return err;
}

int config_read_routing(struct model_config *c, struct db *d, const struct model_config_part *part,
                        struct slice name)
{
    int err = config_read_lines(c, d, part, name);

    if (!err)
        err = read_steps(c, d, part, name);
    return err ? err : read_contexts(c, d, part, name);
}

/* ---- writing ---- */

/* A context on its way into its tables. */
struct writing {
    struct model_config *c;
    struct db *d;
    struct model_config_category *cat;
    struct buf *why;
    struct buf exten; /* with "/caller" when it has one; "": none yet */
    int32_t priority;
    int var;
};

static int run_ids(struct db *d, const char *sql, int64_t row)
{
    struct stmt *st;
    int err = db_stmt(&st, d, sql);

    if (!err)
        err = stmt_int(st, 1, row);
    return err ? err : stmt_run(st);
}

static int delete_row(struct db *d, int64_t row)
{
    return run_ids(d, "DELETE FROM realtime_extensions WHERE id = ?", row);
}

static int keep_line(struct writing *w, struct model_config_line *l)
{
    int err = l->row ? delete_row(w->d, l->row) : 0;

    if (!err)
        err = config_lines_metric(w->d, TABLE, w->cat);
    return err ? err : config_line_insert(w->d, TABLE, w->c->file->name, w->cat, w->var++, l);
}

static int write_step(struct writing *w, const struct model_config_line *l,
                      const struct model_exten_line *e)
{
    const struct slice texts[] = {slice_of(w->cat->name), buf_slice(&w->exten),
                                  e->label.p ? e->label : SLICE(""), e->app,
                                  e->appdata.p ? e->appdata : SLICE("")};
    struct stmt *st;
    int err = db_stmt(&st, w->d,
                      l->row ? "UPDATE realtime_extensions SET context = ?, exten = ?, label = ?, "
                               "app = ?, appdata = ?, priority = ? WHERE id = ?"
                             : "INSERT INTO realtime_extensions (context, exten, label, app, "
                               "appdata, priority) VALUES (?, ?, ?, ?, ?, ?)");

    for (int i = 0; !err && i < 5; i++)
        err = stmt_text(st, i + 1, texts[i]);
    if (!err)
        err = stmt_int(st, 6, w->priority);
    if (!err && l->row)
        err = stmt_int(st, 7, l->row);
    return err ? err : stmt_run(st);
}

static bool stands(const struct writing *w, const struct model_config_line *l)
{
    return l->row && !l->is_changed && l->priority == w->priority &&
           slice_eqz(buf_slice(&w->exten), l->exten) && w->cat->key &&
           strcmp(w->cat->key, w->cat->name) == 0;
}

static int begin_exten(struct writing *w, const struct model_exten_line *e)
{
    buf_reset(&w->exten);
    buf_adds(&w->exten, e->exten);
    if (slice_is_set(e->cid))
        buf_printf(&w->exten, "/%.*s", SLICE_ARG(e->cid));
    return buf_err(&w->exten);
}

/* A row that was wrong before stays as it is; those behind it count on from it. */
static int pass_over(struct writing *w, const struct model_config_line *l)
{
    w->priority = l->priority;
    buf_reset(&w->exten);
    return buf_addz(&w->exten, l->exten);
}

static int write_exten(struct writing *w, struct model_config_line *l, bool is_same)
{
    struct model_words words = {"", ""};
    struct model_exten_line e;
    int err = model_exten_parse(&e, slice_of(l->value), is_same, &words);

    if (err && l->row && !l->is_changed)
        return pass_over(w, l);
    if (err)
        return config_refuse(w->why, w->cat, l, words.en);
    if (!is_same)
        err = begin_exten(w, &e);
    if (err)
        return err;
    if (!w->exten.len || (e.kind != MODEL_PRIO_NUMBER && e.kind != MODEL_PRIO_HINT && !w->priority))
        return config_refuse(w->why, w->cat, l, "no extension, or no first priority before n");
    if (e.kind == MODEL_PRIO_HINT)
        return keep_line(w, l);
    w->priority = e.kind == MODEL_PRIO_NUMBER ? e.number : w->priority + e.number;
    return stands(w, l) ? 0 : write_step(w, l, &e);
}

static bool is_word(const char *name)
{
    static const char *const words[] = {"include", "ignorepat", "switch", "lswitch", "eswitch"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcasecmp(name, words[i]) == 0)
            return true;
    return false;
}

static bool is_context(const char *name)
{
    return strcmp(name, "globals") != 0 && strcmp(name, "general") != 0;
}

static int write_line(struct writing *w, struct model_config_line *l)
{
    if (!is_context(w->cat->name))
        return keep_line(w, l);
    if (strcasecmp(l->name, "exten") == 0)
        return write_exten(w, l, false);
    if (strcasecmp(l->name, "same") == 0)
        return write_exten(w, l, true);
    if (l->is_changed && !is_word(l->name))
        return config_refuse(w->why, w->cat, l, "no line of a routing");
    return keep_line(w, l);
}

static int write_context(struct db *d, const struct model_config_category *cat)
{
    int err = 0;

    if (cat->key && strcmp(cat->key, cat->name) != 0)
        err =
            config_exec(d, "UPDATE context SET name = ? WHERE name = ?", cat->name, cat->key, NULL);
    if (!err && is_context(cat->name))
        err = config_exec(d, "INSERT OR IGNORE INTO context (name) VALUES (?)", cat->name, NULL);
    return err;
}

static int take_out(struct db *d, const struct model_config_category *cat)
{
    int err = config_exec(d, "DELETE FROM realtime_extensions WHERE context = ?", cat->key, NULL);

    return err ? err : config_exec(d, "DELETE FROM context WHERE name = ?", cat->key, NULL);
}

int config_write_routing(struct model_config *c, struct db *d, const struct model_config_part *part,
                         struct model_config_category *cat, bool is_removed, struct buf *why)
{
    struct writing w = {.c = c, .d = d, .cat = cat, .why = why};
    int err = cat->metric >= 0 ? config_lines_forget(d, TABLE, c->file->name, cat) : 0;

    if (err || is_removed)
        return err ? err : take_out(d, cat);
    buf_init(&w.exten, 1024);
    err = write_context(d, cat);
    LIST_FOREACH(&cat->gone, k)
    {
        if (!err)
            err = delete_row(d, CONTAINER_OF(k, struct model_config_line, link)->row);
    }
    LIST_FOREACH(&cat->lines, k)
    {
        if (!err)
            err = write_line(&w, CONTAINER_OF(k, struct model_config_line, link));
    }
    buf_fini(&w.exten);
    return err;
}
