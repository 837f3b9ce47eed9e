/* http/form.c - see form.h */
#include "http/form.h"

#include <errno.h>

#include "base/hex.h"

void form_init(struct form *f)
{
    *f = (struct form){0};
    arena_init(&f->text, FORM_TEXT_MAX);
}

void form_fini(struct form *f)
{
    arena_fini(&f->text);
    mem_free(f->fields);
    form_init(f);
}

size_t form_decode(struct slice s, char *out)
{
    size_t to = 0;

    for (size_t i = 0; i < s.len; i++) {
        const int byte = s.p[i] == '%' ? hex_byte(slice_skip(s, i + 1)) : -1;

        if (byte >= 0) {
            out[to++] = (char)byte;
            i += 2;
        } else {
            out[to++] = s.p[i] == '+' ? ' ' : s.p[i];
        }
    }
    return to;
}

static int make_room(struct form *f)
{
    const uint32_t room = f->room ? 2 * f->room : 8;
    struct form_field *v;

    if (f->count < f->room)
        return 0;
    v = mem_realloc(f->fields, room * sizeof(*v));
    if (!v)
        return ENOMEM;
    f->fields = v;
    f->room = room;
    return 0;
}

static int decode_part(struct form *f, struct slice s, struct slice *out)
{
    char *p = arena_alloc(&f->text, s.len + 1);

    if (!p)
        return ENOMEM;
    *out = slice_from(p, form_decode(s, p));
    return 0;
}

static int add_field(struct form *f, struct slice field)
{
    struct slice value;
    const struct slice name = slice_cut(field, '=', &value);
    struct form_field *to;
    int err;

    if (f->count == FORM_FIELDS_MAX) {
        f->has_too_many = true;
        return 0;
    }
    err = make_room(f);
    if (err)
        return err;
    to = &f->fields[f->count];
    err = decode_part(f, name, &to->name);
    if (!err)
        err = decode_part(f, slice_is_set(value) ? value : SLICE(""), &to->value);
    if (!err)
        f->count++;
    return err;
}

int form_add(struct form *f, struct slice text)
{
    int err = 0;

    while (slice_is_set(text) && !err) {
        const struct slice field = slice_cut(text, '&', &text);

        if (field.len)
            err = add_field(f, field);
    }
    return err;
}

struct slice form_get(const struct form *f, const char *name)
{
    for (uint32_t i = 0; i < f->count; i++)
        if (slice_caseeqz(f->fields[i].name, name))
            return f->fields[i].value;
    return SLICE_NONE;
}
