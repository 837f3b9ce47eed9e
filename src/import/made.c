/* made.c - see made.h */
#include "import/made.h"

#include <errno.h>
#include <string.h>

void made_init(struct made *m, const struct conf_section *from, const char *type, const char *name)
{
    *m = (struct made){0};
    arena_init(&m->arena, 64u << 10);
    m->section = *from;
    m->section.items = m->items;
    m->section.count = 0;
    m->section.name = arena_strndup(&m->arena, name, strlen(name));
    m->err = m->section.name ? 0 : ENOMEM;
    made_add(m, NULL, "type", type);
}

void made_add(struct made *m, const struct conf_item *item, const char *name, const char *value)
{
    struct conf_item *to = &m->items[m->section.count];

    if (m->err)
        return;
    if (m->section.count == MADE_MOST) {
        m->err = ENOSPC;
        return;
    }
    *to = item ? *item
               : (struct conf_item){
                     .file = m->section.file, .line = m->section.line, .is_inherited = true};
    to->name = name;
    to->value = arena_strndup(&m->arena, value, strlen(value));
    m->err = to->value ? 0 : ENOMEM;
    m->section.count++;
}

int made_take(struct made *m, struct import *im)
{
    int err = m->err ? m->err : import_pjsip_section(im, &m->section);

    arena_fini(&m->arena);
    return err;
}
