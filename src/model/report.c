/* report.c - see report.h */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "model/report.h"

#define MOST 500
#define MOST_TEXT 1500

void model_report_init(struct model_report *r)
{
    *r = (struct model_report){0};
    arena_init(&r->arena, 4u << 20);
    r->last = &r->first;
}

void model_report_fini(struct model_report *r)
{
    arena_fini(&r->arena);
    model_report_init(r);
}

int model_report_add(struct model_report *r, enum log_level level, const char *fmt, ...)
{
    struct model_message *m;
    char text[MOST_TEXT];
    va_list ap;
    int n;

    if (r->count >= MOST) {
        r->omitted++;
        return 0;
    }
    va_start(ap, fmt);
    n = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (n < 0)
        return EINVAL;
    m = arena_alloc(&r->arena, sizeof(*m));
    if (!m)
        return ENOMEM;
    m->level = level;
    m->text =
        arena_strndup(&r->arena, text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
    if (!m->text)
        return ENOMEM;
    *r->last = m;
    r->last = &m->next;
    r->count++;
    return 0;
}

static bool has(const struct model_report *r, const char *text)
{
    for (const struct model_message *m = r ? r->first : NULL; m; m = m->next)
        if (strcmp(m->text, text) == 0)
            return true;
    return false;
}

void model_report_log(const struct model_report *r, const struct model_report *before)
{
    for (const struct model_message *m = r->first; m; m = m->next)
        if (!has(before, m->text))
            log_line(m->level, "%s", m->text);
    if (r->omitted && (!before || before->omitted != r->omitted))
        log_warning("more messages about the configuration are left out count=%u", r->omitted);
}
