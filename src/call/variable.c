/* variable.c - a channel's variables (channel.h) */
#include <errno.h>
#include <stdio.h>

#include "base/mem.h"
#include "call/inner.h"
#include "call/secret.h"

#define MOST_VARIABLES 2000
#define MOST_VALUE 65536

static struct variable *find(const struct channel *ch, struct slice name)
{
    LIST_FOREACH(&ch->vars, k)
    {
        struct variable *v = CONTAINER_OF(k, struct variable, link);

        if (slice_eq(name, slice_from(v->name, v->name_len)))
            return v;
    }
    return NULL;
}

static void variable_free(struct variable *v)
{
    if (!v)
        return;
    mem_free(v->value);
    mem_free(v);
}

/* @return the variable, out of the channel; NULL: there was none */
static struct variable *take(struct channel *ch, struct slice name)
{
    struct variable *v = find(ch, name);

    if (v) {
        list_unlink(&v->link);
        ch->var_count--;
    }
    return v;
}

static int add(struct channel *ch, struct slice name, char *value, uint8_t inherit)
{
    struct variable *v = NULL;

    if (ch->var_count < MOST_VARIABLES)
        v = mem_zalloc(sizeof(*v) + name.len + 1);
    if (!v) {
        mem_free(value);
        return ch->var_count < MOST_VARIABLES ? ENOMEM : ENOSPC;
    }
    memcpy(v->name, name.p, name.len);
    v->name_len = (uint32_t)name.len;
    v->value = value;
    v->inherit = inherit;
    list_append(&ch->vars, &v->link);
    ch->var_count++;
    return 0;
}

static int set(struct channel *ch, struct slice name, struct slice value, uint8_t inherit)
{
    struct variable *v = find(ch, name);
    char *fresh;

    if (value.len > MOST_VALUE)
        return ENOSPC;
    fresh = slice_dup(value);
    if (!fresh)
        return ENOMEM;
    if (!v)
        return add(ch, name, fresh, inherit);
    mem_free(v->value);
    v->value = fresh;
    v->inherit = inherit;
    return 0;
}

int channel_var_restore(struct channel *ch, struct slice name, struct slice value, uint8_t inherit)
{
    return set(ch, name, value, inherit);
}

static void tell(struct channel *ch, struct slice name, struct slice value)
{
    bool is_lost;
    char *masked = secret_masked(ch, value, &is_lost);

    if (masked)
        value = slice_of(masked);
    if (!is_lost)
        calls_tell(ch->calls,
                   &(struct call_fact){
                       .type = CALL_VARIABLE, .channel = ch, .name = name, .value = value});
    mem_free(masked);
}

static uint8_t inherit_of(struct slice name)
{
    return slice_starts(name, SLICE("__")) ? 2 : slice_starts(name, SLICE("_")) ? 1 : 0;
}

int channel_var_set(struct channel *ch, struct slice name, struct slice value)
{
    return channel_var_set_as(ch, name, value, name);
}

int channel_var_set_as(struct channel *ch, struct slice name, struct slice value,
                       struct slice shown)
{
    const uint8_t inherit = inherit_of(name);
    struct variable *gone = NULL;
    int err = 0;

    name = slice_skip(name, inherit);
    if (name.len == 0)
        return EINVAL;
    if (slice_is_set(value))
        err = set(ch, name, value, inherit);
    else
        gone = take(ch, name);
    if (!err && slice_is_set(value))
        secret_note(ch, value);
    if (!err) /* the value as it is kept: the caller's may have been the former one */
        tell(ch, shown, gone || !slice_is_set(value) ? SLICE_NONE : channel_var_get(ch, name));
    variable_free(gone); /* name may be its own */
    return err;
}

int channel_var_keep(struct channel *ch, struct slice name, struct slice value)
{
    const uint8_t inherit = inherit_of(name);
    int err;

    name = slice_skip(name, inherit);
    err = set(ch, name, value, inherit);
    if (!err)
        find(ch, name)->is_quiet = true;
    return err;
}

void channel_vars_tell(struct channel *ch, struct slice but)
{
    char name[128];

    for (const struct link *k = ch->vars.ends.prev; k != &ch->vars.ends; k = k->prev) {
        const struct variable *v = CONTAINER_OF(k, const struct variable, link);

        if (v->is_quiet || slice_eqz(but, v->name))
            continue;
        snprintf(name, sizeof(name), "%.*s%s", v->inherit, "__", v->name);
        tell(ch, slice_of(name), slice_of(v->value));
    }
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
        find(to, slice_of(v->name))->is_quiet = v->is_quiet;
    }
    return 0;
}

void channel_vars_free(struct channel *ch)
{
    LIST_FOREACH(&ch->vars, k)
    {
        list_unlink(k);
        variable_free(CONTAINER_OF(k, struct variable, link));
    }
    ch->var_count = 0;
}
