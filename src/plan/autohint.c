/* autohint.c - see autohint.h */
#include <errno.h>
#include <stdlib.h>

#include "base/mem.h"
#include "plan/autohint.h"

#define DEVICE "PJSIP/"

/* Names that need no hint any more, to look in by halves. */
struct taken {
    struct slice *names;
    uint32_t count;
};

uint32_t plan_autohint_most(const struct model_snapshot *s, const struct model_context *c)
{
    return c->has_autohints ? model_endpoint_count(s) : 0;
}

static int by_name(const void *a, const void *b)
{
    return slice_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

static uint32_t count_devices(const char *app)
{
    uint32_t n = 1;

    for (; *app; app++)
        n += *app == '&';
    return n;
}

/* "PJSIP/100&Custom:x,presence(Name)" */
static void take_devices(struct taken *t, const char *app)
{
    struct slice rest = slice_cut(slice_of(app), ',', &(struct slice){0});

    rest = slice_cut(rest, '(', &(struct slice){0});
    while (slice_is_set(rest)) {
        struct slice one = slice_trim(slice_cut(rest, '&', &rest));

        if (slice_casestarts(one, SLICE(DEVICE)))
            t->names[t->count++] = slice_skip(one, strlen(DEVICE));
    }
}

/* The extensions and the devices of the hints that are written. */
static int take_hints(struct taken *t, const struct model_context *c)
{
    uint32_t most = 0;

    for (uint32_t i = 0; i < c->hint_count; i++)
        most += 1 + count_devices(c->hints[i].app);
    t->names = mem_zalloc((most + 1) * sizeof(*t->names));
    if (!t->names)
        return ENOMEM;
    for (uint32_t i = 0; i < c->hint_count; i++) {
        t->names[t->count++] = slice_of(c->hints[i].exten);
        take_devices(t, c->hints[i].app);
    }
    qsort(t->names, t->count, sizeof(*t->names), by_name);
    return 0;
}

static bool is_taken(const struct taken *t, struct slice name)
{
    return t->count && bsearch(&name, t->names, t->count, sizeof(*t->names), by_name);
}

int plan_autohint_add(const struct model_snapshot *s, const struct model_context *c,
                      struct plan_row *rows, uint32_t *count)
{
    struct taken t = {0};
    int err;

    if (!c->has_autohints)
        return 0;
    err = take_hints(&t, c);
    for (uint32_t i = 0; !err && i < model_endpoint_count(s); i++) {
        const char *name = model_endpoint_at(s, i)->name;

        if (name[0] != '_' && !is_taken(&t, slice_of(name))) /* _ begins a pattern */
            rows[(*count)++] = (struct plan_row){.context = c->name,
                                                 .exten = name,
                                                 .priority = PLAN_HINT,
                                                 .app = DEVICE "${EXTEN}",
                                                 .data = ""};
    }
    mem_free(t.names);
    return err;
}
