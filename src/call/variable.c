/* variable.c - a channel's variables (channel.h) */
#include <errno.h>

#include "base/mem.h"
#include "call/inner.h"

#define MOST_VARIABLES 2000
#define MOST_VALUE 65536

static struct variable *find(const struct channel *ch, struct slice name)
{
    LIST_FOREACH(&ch->vars, k)
    {
        struct variable *v = CONTAINER_OF(k, struct variable, link);

        if (slice_eqz(name, v->name))
            return v;
    }
    return NULL;
}

static void drop(struct channel *ch, struct variable *v)
{
    list_unlink(&v->link);
    ch->var_count--;
    mem_free(v->name);
    mem_free(v->value);
    mem_free(v);
}

static int add(struct channel *ch, struct slice name, struct slice value, uint8_t inherit)
{
    struct variable *v;

    if (ch->var_count >= MOST_VARIABLES)
        return ENOSPC;
    v = mem_zalloc(sizeof(*v));
    if (!v)
        return ENOMEM;
    v->name = slice_dup(name);
    v->value = slice_dup(value);
    v->inherit = inherit;
    list_append(&ch->vars, &v->link);
    ch->var_count++;
    if (v->name && v->value)
        return 0;
    drop(ch, v);
    return ENOMEM;
}

static int set(struct channel *ch, struct slice name, struct slice value, uint8_t inherit)
{
    struct variable *v = find(ch, name);
    char *fresh;

    if (!slice_is_set(value)) {
        if (v)
            drop(ch, v);
        return 0;
    }
    if (value.len > MOST_VALUE)
        return ENOSPC;
    if (!v)
        return add(ch, name, value, inherit);
    fresh = slice_dup(value);
    if (!fresh)
        return ENOMEM;
    mem_free(v->value);
    v->value = fresh;
    v->inherit = inherit;
    return 0;
}

int channel_var_restore(struct channel *ch, struct slice name, struct slice value, uint8_t inherit)
{
    return set(ch, name, value, inherit);
}

int channel_var_set(struct channel *ch, struct slice name, struct slice value)
{
    uint8_t inherit = slice_starts(name, SLICE("__")) ? 2 : slice_starts(name, SLICE("_")) ? 1 : 0;
    int err;

    name = slice_skip(name, inherit);
    if (name.len == 0)
        return EINVAL;
    err = set(ch, name, value, inherit);
    if (!err)
        calls_tell(ch->calls,
                   &(struct call_fact){
                       .type = CALL_VARIABLE, .channel = ch, .name = name, .value = value});
    return err;
}

struct slice channel_var_get(const struct channel *ch, struct slice name)
{
    struct variable *v = find(ch, name);

    return v ? slice_of(v->value) : SLICE_NONE;
}

int channel_var_inherit(struct channel *to, const struct channel *from)
{
    LIST_FOREACH(&from->vars, k)
    {
        struct variable *v = CONTAINER_OF(k, struct variable, link);
        int err;

        if (!v->inherit)
            continue;
        err = set(to, slice_of(v->name), slice_of(v->value), v->inherit == 2 ? 2 : 0);
        if (err)
            return err;
    }
    return 0;
}

void channel_vars_free(struct channel *ch)
{
    LIST_FOREACH(&ch->vars, k)
    {
        drop(ch, CONTAINER_OF(k, struct variable, link));
    }
}
