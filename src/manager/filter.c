/* manager/filter.c - which events a session wants besides its classes; see filter.h */
#include "manager/filter.h"

#include <errno.h>
#include <string.h>

#include "base/list.h"
#include "base/mem.h"
#include "base/regex.h"

enum method {
    METHOD_NONE,
    METHOD_REGEX,
    METHOD_EXACT,
    METHOD_STARTS,
    METHOD_ENDS,
    METHOD_CONTAINS
};

struct manager_filter {
    struct link link;
    bool is_exclude;
    enum method method;
    char *name;   /* of the event; NULL: any */
    char *header; /* looked at; NULL: the whole text */
    char *text;
    size_t text_len;
    struct regex *regex;
};

static void filter_free(struct manager_filter *f)
{
    if (link_is_in(&f->link))
        list_unlink(&f->link);
    mem_free(f->name);
    mem_free(f->header);
    mem_free(f->text);
    mem_deref(f->regex);
    mem_free(f);
}

void filters_free(struct list *filters)
{
    while (!list_is_empty(filters))
        filter_free(CONTAINER_OF(list_first(filters), struct manager_filter, link));
}

/* ---- what was asked for ---- */

static const struct {
    const char *name;
    enum method method;
} methods[] = {{"none", METHOD_NONE},         {"regex", METHOD_REGEX},
               {"exact", METHOD_EXACT},       {"starts_with", METHOD_STARTS},
               {"startsWith", METHOD_STARTS}, {"ends_with", METHOD_ENDS},
               {"endsWith", METHOD_ENDS},     {"contains", METHOD_CONTAINS}};

static int take_method(struct manager_filter *f, struct slice value)
{
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
        if (slice_eqz(value, methods[i].name)) {
            f->method = methods[i].method;
            return 0;
        }
    return EINVAL;
}

static int take_word(char **word, struct slice value)
{
    if (*word || !value.len)
        return EINVAL;
    *word = slice_dup(value);
    return *word ? 0 : ENOMEM;
}

static int take_option(struct manager_filter *f, struct slice name, struct slice value)
{
    if (slice_eqz(name, "action")) {
        f->is_exclude = slice_eqz(value, "exclude");
        return f->is_exclude || slice_eqz(value, "include") ? 0 : EINVAL;
    }
    if (slice_eqz(name, "name"))
        return take_word(&f->name, value);
    if (slice_eqz(name, "header"))
        return take_word(&f->header, value);
    return slice_eqz(name, "method") ? take_method(f, value) : EINVAL;
}

/* "action(exclude),name(Newchannel)" */
static int take_criteria(struct manager_filter *f, struct slice rest)
{
    int err = 0;

    rest = slice_trim(rest);
    while (rest.len && !err) {
        const ptrdiff_t open = slice_chr(rest, '('), close = slice_chr(rest, ')');

        if (open < 0 || close < open)
            return EINVAL;
        err = take_option(f, slice_trim(slice_from(rest.p, (size_t)open)),
                          slice_trim(slice_from(rest.p + open + 1, (size_t)(close - open - 1))));
        rest = slice_trim(slice_skip(rest, (size_t)close + 1));
        while (rest.len && rest.p[0] == ',')
            rest = slice_trim(slice_skip(rest, 1));
    }
    return err;
}

static int take_text(struct manager_filter *f, struct slice text, const char **why)
{
    if ((f->method == METHOD_NONE) != !text.len || (!text.len && !f->name && !f->header))
        return EINVAL;
    if (f->method == METHOD_REGEX)
        return regex_alloc(&f->regex, text, why);
    f->text = slice_dup(text);
    f->text_len = text.len;
    return f->text ? 0 : ENOMEM;
}

static uint32_t count_of(const struct list *filters)
{
    uint32_t n = 0;

    LIST_FOREACH(filters, k) n++;
    return n;
}

int filter_add(struct list *filters, struct slice criteria, struct slice text, const char **why)
{
    struct manager_filter *f;
    int err = 0;

    *why = NULL;
    if (count_of(filters) >= FILTERS_MAX)
        return ENOSPC;
    f = mem_zalloc(sizeof(*f));
    if (!f)
        return ENOMEM;
    if (criteria.len) {
        err = take_criteria(f, criteria);
    } else {
        f->method = METHOD_REGEX;
        f->is_exclude = text.len && text.p[0] == '!';
        text = slice_skip(text, f->is_exclude);
    }
    if (!err)
        err = take_text(f, text, why);
    if (err)
        filter_free(f);
    else
        list_append(filters, &f->link);
    return err;
}

int filter_add_line(struct list *filters, struct slice line, const char **why)
{
    const struct slice word = SLICE("eventfilter(");
    struct slice rest;
    const char *end;

    line = slice_trim(line);
    if (!slice_casestarts(line, word))
        return filter_add(filters, SLICE_NONE, line, why);
    *why = NULL;
    rest = slice_skip(line, word.len);
    end = memmem(rest.p, rest.len, "))", 2); /* the last option's and our own */
    if (!end)
        return EINVAL;
    line = slice_trim(slice_skip(rest, (size_t)(end - rest.p) + 2));
    if (!line.len || line.p[0] != '=')
        return EINVAL;
    return filter_add(filters, slice_from(rest.p, (size_t)(end - rest.p) + 1),
                      slice_trim(slice_skip(line, 1)), why);
}

/* ---- events ---- */

static bool fits(const struct manager_filter *f, struct slice value)
{
    const struct slice text = slice_from(f->text, f->text_len);

    switch (f->method) {
    case METHOD_REGEX:
        return regex_search(f->regex,
                            slice_from(value.p, value.len < FILTER_TEXT ? value.len : FILTER_TEXT));
    case METHOD_EXACT: return slice_eq(value, text);
    case METHOD_STARTS: return slice_starts(value, text);
    case METHOD_ENDS:
        return value.len >= text.len && slice_eq(slice_skip(value, value.len - text.len), text);
    case METHOD_CONTAINS: return value.len && memmem(value.p, value.len, text.p, text.len);
    default: return true;
    }
}

/* Any line of that name. */
static bool fits_header(const struct manager_filter *f, struct slice event)
{
    const size_t len = strlen(f->header);

    while (event.len) {
        struct slice line = slice_cut(event, '\n', &event);

        if (line.len > len && line.p[len] == ':' && memcmp(line.p, f->header, len) == 0 &&
            fits(f, slice_trim(slice_skip(line, len + 1))))
            return true;
    }
    return false;
}

static bool matches(const struct manager_filter *f, struct slice name, struct slice event)
{
    if (f->name && !slice_eqz(name, f->name))
        return false;
    return f->header ? fits_header(f, event) : fits(f, event);
}

bool filters_pass(const struct list *filters, struct slice event)
{
    struct slice rest;
    const struct slice first = slice_cut(event, '\n', &rest);
    const struct slice name = slice_trim(slice_skip(first, strlen("Event:")));
    bool is_asked = false, is_included = false;

    LIST_FOREACH(filters, k)
    {
        const struct manager_filter *f = CONTAINER_OF(k, struct manager_filter, link);

        is_asked |= !f->is_exclude;
        if ((f->is_exclude || !is_included) && matches(f, name, event)) {
            if (f->is_exclude)
                return false;
            is_included = true;
        }
    }
    return is_included || !is_asked;
}
