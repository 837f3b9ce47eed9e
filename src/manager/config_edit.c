/* manager/config_edit.c - see config_edit.h */
#include "manager/config_edit.h"

#include <errno.h>
#include <string.h>

#include "base/regex.h"

#define MOST_PAIRS 16

/* ---- filters ---- */

struct config_filter {
    struct regex *name[MOST_PAIRS], *value[MOST_PAIRS]; /* found anywhere in a text */
    uint32_t count;
    bool fits_none;
};

static void filter_destroy(void *object)
{
    struct config_filter *f = object;

    for (uint32_t i = 0; i < f->count; i++) {
        mem_deref(f->name[i]);
        mem_deref(f->value[i]);
    }
}

/* There are no templates: asking for nothing else fits none. */
static int add_pair(struct config_filter *f, struct slice one)
{
    struct slice value, name = slice_trim(slice_cut(one, '=', &value));
    const char *why;
    int err;

    if (!slice_is_set(value) || f->count == MOST_PAIRS)
        return EINVAL;
    value = slice_trim(value);
    if (slice_eqz(name, "TEMPLATES"))
        return slice_eqz(value, "restrict") ? EINVAL : 0;
    f->count++;
    err = regex_alloc(&f->name[f->count - 1], name, &why);
    return err ? err : regex_alloc(&f->value[f->count - 1], value, &why);
}

int config_filter_alloc(struct config_filter **fp, struct slice text)
{
    struct config_filter *f;
    int err = 0;

    *fp = NULL;
    if (!slice_is_set(text))
        return 0;
    f = mem_alloc(sizeof(*f), filter_destroy);
    if (!f)
        return ENOMEM;
    while (!err && slice_is_set(text))
        err = add_pair(f, slice_trim(slice_cut(text, ',', &text)));
    f->fits_none = err != 0; /* not all expressions are there, then */
    if (err == ENOMEM)
        mem_deref(f);
    else
        *fp = f;
    return err == ENOMEM ? ENOMEM : 0;
}

static bool has_line(const struct model_config_category *cat, struct regex *name,
                     struct regex *value)
{
    LIST_FOREACH(&cat->lines, k)
    {
        const struct model_config_line *l = CONTAINER_OF(k, struct model_config_line, link);

        if (regex_search(name, slice_of(l->name)) && regex_search(value, slice_of(l->value)))
            return true;
    }
    return false;
}

bool config_filter_fits(const struct config_filter *f, const struct model_config_category *cat)
{
    if (f && f->fits_none)
        return false;
    for (uint32_t i = 0; f && i < f->count; i++)
        if (!has_line(cat, f->name[i], f->value[i]))
            return false;
    return true;
}

/* ---- operations ---- */

static const char NO_MEMORY[] = "";
static const char NO_CATEGORY[] = "Given category does not exist";
static const char BAD_ARGUMENT[] = "Problem with category, value, or line (if required)";
static const char NOT_UPDATED[] = "Update did not complete successfully";
static const char NOT_CREATED[] = "Create category did not complete successfully";

struct options {
    bool allows_doubles, is_template, ignores_errors;
    struct slice inherits, filter_text;
    struct config_filter *filter;
};

static struct slice without_quotes(struct slice s)
{
    s = slice_trim(s);
    if (s.len >= 2 && s.p[0] == '"' && s.p[s.len - 1] == '"')
        s = slice_from(s.p + 1, s.len - 2);
    return s;
}

/* Cut at the first comma outside of quotes. */
static struct slice next_option(struct slice *rest)
{
    struct slice one = *rest;
    bool is_quoted = false;

    for (size_t i = 0; i < one.len; i++) {
        if (one.p[i] == '"')
            is_quoted = !is_quoted;
        if (one.p[i] == ',' && !is_quoted) {
            *rest = slice_skip(one, i + 1);
            return slice_trim(slice_from(one.p, i));
        }
    }
    *rest = SLICE_NONE;
    return slice_trim(one);
}

static struct options options_parse(const char *text)
{
    struct options o = {.inherits = SLICE_NONE, .filter_text = SLICE_NONE};
    struct slice rest = slice_of(text);

    while (slice_is_set(rest)) {
        struct slice value, one = next_option(&rest);
        const struct slice name = slice_trim(slice_cut(one, '=', &value));

        if (slice_caseeqz(name, "allowdups"))
            o.allows_doubles = true;
        else if (slice_caseeqz(name, "template"))
            o.is_template = true;
        else if (slice_caseeqz(name, "ignoreerror"))
            o.ignores_errors = true;
        else if (slice_caseeqz(name, "inherit") && slice_is_set(value))
            o.inherits = without_quotes(value);
        else if (slice_caseeqz(name, "catfilter") && slice_is_set(value))
            o.filter_text = without_quotes(value);
    }
    return o;
}

/* The next category that the operation is meant for. */
static struct model_config_category *next(const struct model_config *c,
                                          const struct model_config_category *after,
                                          const struct config_op *op, const struct options *o)
{
    struct model_config_category *cat = model_config_next(c, after, slice_of(op->cat));

    while (cat && !config_filter_fits(o->filter, cat))
        cat = model_config_next(c, cat, slice_of(op->cat));
    return cat;
}

static const char *new_category(struct model_config *c, const struct config_op *op,
                                const struct options *o)
{
    struct model_config_category *before = NULL;

    if (!o->allows_doubles && model_config_next(c, NULL, slice_of(op->cat)))
        return o->ignores_errors ? NULL : NOT_CREATED;
    if (o->inherits.len)
        return "Template category not found";
    if (o->is_template) /* a row is no template */
        return NOT_CREATED;
    if (*op->match) {
        before = model_config_next(c, NULL, slice_of(op->match));
        if (!before)
            return NOT_CREATED;
    }
    return model_config_add(c, slice_of(op->cat), before) ? NO_MEMORY : NULL;
}

static const char *rename_category(struct model_config *c, const struct config_op *op,
                                   const struct options *o)
{
    struct model_config_category *cat = next(c, NULL, op, o), *after;

    if (!*op->value)
        return BAD_ARGUMENT;
    if (!cat)
        return NO_CATEGORY;
    for (; cat; cat = after) {
        after = next(c, cat, op, o);
        if (model_config_rename(c, cat, slice_of(op->value)))
            return NO_MEMORY;
    }
    return NULL;
}

static const char *delete_category(struct model_config *c, const struct config_op *op,
                                   const struct options *o)
{
    struct model_config_category *cat = next(c, NULL, op, o), *after;

    if (!cat)
        return o->ignores_errors ? NULL : NO_CATEGORY;
    for (; cat; cat = after) {
        after = next(c, cat, op, o);
        model_config_remove(c, cat);
    }
    return NULL;
}

static const char *empty_category(struct model_config *c, const struct config_op *op,
                                  const struct options *o)
{
    struct model_config_category *cat = next(c, NULL, op, o), *after;

    if (!cat)
        return NO_CATEGORY;
    for (; cat; cat = after) {
        after = next(c, cat, op, o);
        LIST_FOREACH(&cat->lines, k)
        model_config_line_remove(cat, CONTAINER_OF(k, struct model_config_line, link));
        cat->is_changed = true;
    }
    return NULL;
}

static bool is_meant(const struct model_config_line *l, const struct config_op *op)
{
    return strcasecmp(l->name, op->var) == 0 &&
           (!*op->match || strcasecmp(l->value, op->match) == 0);
}

/* ">text" was an object (=>) in a file; in a table both are the same. */
static struct slice value_of(const struct config_op *op)
{
    return slice_of(op->value + (*op->value == '>'));
}

/* The first line that fits gets the value. @return whether there was one; -1 without memory */
static int update_line(struct model_config *c, struct model_config_category *cat,
                       const struct config_op *op)
{
    LIST_FOREACH(&cat->lines, k)
    {
        struct model_config_line *l = CONTAINER_OF(k, struct model_config_line, link);

        if (is_meant(l, op))
            return model_config_line_set(c, cat, l, slice_of(op->var), value_of(op)) ? -1 : 1;
    }
    return 0;
}

static const char *update(struct model_config *c, const struct config_op *op,
                          const struct options *o)
{
    struct model_config_category *cat = next(c, NULL, op, o);
    bool is_done = false;

    if (!*op->var)
        return BAD_ARGUMENT;
    if (!cat)
        return NO_CATEGORY;
    for (; cat; cat = next(c, cat, op, o)) {
        const int n = update_line(c, cat, op);

        if (n < 0)
            return NO_MEMORY;
        is_done |= n > 0;
    }
    return is_done ? NULL : NOT_UPDATED;
}

static bool delete_lines(struct model_config_category *cat, const struct config_op *op,
                         const uint32_t *line)
{
    bool is_done = false;
    uint32_t n = 0;

    LIST_FOREACH(&cat->lines, k)
    {
        struct model_config_line *l = CONTAINER_OF(k, struct model_config_line, link);

        if (line ? n++ == *line : is_meant(l, op)) {
            model_config_line_remove(cat, l);
            is_done = true;
        }
    }
    return is_done;
}

static const char *delete (struct model_config *c, const struct config_op *op,
                           const struct options *o)
{
    struct model_config_category *cat = next(c, NULL, op, o);
    const bool has_line = slice_u32(slice_of(op->line), &(uint32_t){0}) == 0;
    bool is_done = false;
    uint32_t line = 0;

    slice_u32(slice_of(op->line), &line);
    if (!*op->var && !has_line)
        return BAD_ARGUMENT;
    if (!cat)
        return NO_CATEGORY;
    for (; cat; cat = next(c, cat, op, o))
        is_done |= delete_lines(cat, op, has_line ? &line : NULL);
    return is_done || o->ignores_errors ? NULL : NOT_UPDATED;
}

static struct model_config_line *line_at(const struct model_config_category *cat, uint32_t n)
{
    LIST_FOREACH(&cat->lines, k)
    {
        if (n-- == 0)
            return CONTAINER_OF(k, struct model_config_line, link);
    }
    return NULL;
}

/* At a line, or behind the last one. */
static const char *insert(struct model_config *c, const struct config_op *op,
                          const struct options *o, const uint32_t *line)
{
    struct model_config_category *cat = next(c, NULL, op, o);

    if (!*op->var)
        return BAD_ARGUMENT;
    if (!cat)
        return NO_CATEGORY;
    for (; cat; cat = next(c, cat, op, o))
        if (model_config_line_add(c, cat, line ? line_at(cat, *line) : NULL, slice_of(op->var),
                                  value_of(op)))
            return NO_MEMORY;
    return NULL;
}

static const char *edit(struct model_config *c, const struct config_op *op, const struct options *o)
{
    uint32_t line;

    if (strcasecmp(op->action, "newcat") == 0)
        return new_category(c, op, o);
    if (strcasecmp(op->action, "renamecat") == 0)
        return rename_category(c, op, o);
    if (strcasecmp(op->action, "delcat") == 0)
        return delete_category(c, op, o);
    if (strcasecmp(op->action, "emptycat") == 0)
        return empty_category(c, op, o);
    if (strcasecmp(op->action, "update") == 0)
        return update(c, op, o);
    if (strcasecmp(op->action, "delete") == 0)
        return delete (c, op, o);
    if (strcasecmp(op->action, "append") == 0)
        return insert(c, op, o, NULL);
    if (strcasecmp(op->action, "insert") == 0)
        return slice_u32(slice_of(op->line), &line) ? BAD_ARGUMENT : insert(c, op, o, &line);
    return "Unknown action command";
}

const char *config_edit(struct model_config *c, const struct config_op *op)
{
    struct options o = options_parse(op->options);
    const char *why;

    if (!*op->cat)
        return "Category not specified";
    if (config_filter_alloc(&o.filter, o.filter_text))
        return NO_MEMORY;
    why = edit(c, op, &o);
    mem_deref(o.filter);
    return why;
}
