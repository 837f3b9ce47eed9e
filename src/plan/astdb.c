/* astdb.c - see astdb.h */
#include "plan/astdb.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "plan/core.h"

#define MOST_ENTRIES 100000
#define MOST_BYTES ((size_t)64 << 20)
#define MOST_VALUE 65536

struct entry {
    struct hash_link link;
    char *name, *value;
    size_t bytes;
};

struct name {
    char text[PLAN_ASTDB_KEY_MAX + 1];
};

/* "family/key". @return 0; EINVAL */
static int join(struct name *n, struct slice family, struct slice key)
{
    const size_t len = family.len + 1 + key.len;

    if (!family.len || !key.len || len > PLAN_ASTDB_KEY_MAX)
        return EINVAL;
    memcpy(n->text, family.p, family.len);
    n->text[family.len] = '/';
    memcpy(n->text + family.len + 1, key.p, key.len);
    n->text[len] = '\0';
    return 0;
}

static struct entry *find(const struct plan_core *p, struct slice name)
{
    for (struct hash_link *k = hash_first(&p->astdb, hash_slice(name)); k; k = hash_next(k)) {
        struct entry *e = CONTAINER_OF(k, struct entry, link);

        if (slice_eqz(name, e->name))
            return e;
    }
    return NULL;
}

static void drop(struct plan_core *p, struct entry *e)
{
    p->astdb_bytes -= e->bytes;
    hash_del(&p->astdb, &e->link);
    mem_free(e->name);
    mem_free(e->value);
    mem_free(e);
}

void plan_astdb_free(struct plan_core *p)
{
    HASH_FOREACH(&p->astdb, k)
    {
        drop(p, CONTAINER_OF(k, struct entry, link));
    }
    hash_fini(&p->astdb);
}

struct slice plan_astdb_get(const struct plan_core *p, struct slice family, struct slice key)
{
    struct name n;
    const struct entry *e = join(&n, family, key) ? NULL : find(p, slice_of(n.text));

    return e ? slice_of(e->value) : SLICE_NONE;
}

static int add(struct plan_core *p, struct slice name, struct slice value)
{
    struct entry *e = mem_zalloc(sizeof(*e));
    int err = ENOMEM;

    if (!e)
        return ENOMEM;
    e->name = slice_dup(name);
    e->value = slice_dup(value);
    if (e->name && e->value)
        err = hash_add(&p->astdb, &e->link, hash_slice(name));
    if (err) {
        mem_free(e->name);
        mem_free(e->value);
        mem_free(e);
        return err;
    }
    e->bytes = name.len + value.len;
    p->astdb_bytes += e->bytes;
    return 0;
}

static int replace(struct plan_core *p, struct entry *e, struct slice value)
{
    char *fresh = slice_dup(value);

    if (!fresh)
        return ENOMEM;
    mem_free(e->value);
    e->value = fresh;
    p->astdb_bytes -= e->bytes;
    e->bytes = strlen(e->name) + value.len;
    p->astdb_bytes += e->bytes;
    return 0;
}

static bool is_full(struct plan_core *p, const struct entry *old, struct slice value)
{
    const size_t bytes = p->astdb_bytes - (old ? old->bytes : 0) + value.len;

    if ((old || p->astdb.count < MOST_ENTRIES) && bytes <= MOST_BYTES && value.len <= MOST_VALUE)
        return false;
    if (plan_tell_once(p, "astdb", ""))
        log_warning("DB takes no more: %d entries, %zu bytes in all, %d bytes a value",
                    MOST_ENTRIES, MOST_BYTES, MOST_VALUE);
    return true;
}

static int put(struct plan_core *p, struct slice name, struct slice value)
{
    struct entry *e = find(p, name);

    if (is_full(p, e, value))
        return ENOSPC;
    return e ? replace(p, e, value) : add(p, name, value);
}

static void keep(const struct plan_core *p, struct slice name, struct slice value)
{
    if (p->astdb_keep)
        p->astdb_keep(name, value, p->astdb_arg);
}

static void remove_kept(struct plan_core *p, struct entry *e)
{
    keep(p, slice_of(e->name), SLICE_NONE);
    drop(p, e);
}

int plan_astdb_put(struct plan_core *p, struct slice family, struct slice key, struct slice value)
{
    struct name n;
    struct entry *e;
    int err = join(&n, family, key);

    if (err)
        return err;
    if (slice_is_set(value)) {
        err = put(p, slice_of(n.text), value);
        if (!err)
            keep(p, slice_of(n.text), value);
        return err;
    }
    e = find(p, slice_of(n.text));
    if (!e)
        return ENOENT;
    remove_kept(p, e);
    return 0;
}

/* Does name begin with prefix as whole parts? */
static bool is_below(const char *name, struct slice prefix)
{
    return !prefix.len || (slice_starts(slice_of(name), prefix) &&
                           (name[prefix.len] == '/' || name[prefix.len] == '\0'));
}

uint32_t plan_astdb_deltree(struct plan_core *p, struct slice family, struct slice key)
{
    struct slice prefix = family;
    struct name n;
    uint32_t count = 0;

    if (!family.len)
        return 0;
    if (key.len) {
        if (join(&n, family, key))
            return 0;
        prefix = slice_of(n.text);
    }
    HASH_FOREACH(&p->astdb, k)
    {
        struct entry *e = CONTAINER_OF(k, struct entry, link);

        if (is_below(e->name, prefix)) {
            remove_kept(p, e);
            count++;
        }
    }
    return count;
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(struct entry *const *)a)->name, (*(struct entry *const *)b)->name);
}

int plan_astdb_each(const struct plan_core *p, struct slice prefix, plan_astdb_h *h, void *arg)
{
    const struct entry **all = mem_zalloc((p->astdb.count + 1) * sizeof(*all));
    uint32_t count = 0;

    if (!all)
        return ENOMEM;
    HASH_FOREACH(&p->astdb, k)
    {
        const struct entry *e = CONTAINER_OF(k, struct entry, link);

        if (is_below(e->name, prefix))
            all[count++] = e;
    }
    qsort(all, count, sizeof(*all), by_name);
    for (uint32_t i = 0; i < count; i++)
        if (!h(slice_of(all[i]->name), slice_of(all[i]->value), arg))
            break;
    mem_free(all);
    return 0;
}

void plan_astdb_keeper(struct plan_core *p, plan_astdb_keep_h *h, void *arg)
{
    p->astdb_keep = h;
    p->astdb_arg = arg;
}

int plan_astdb_load(struct plan_core *p, struct slice name, struct slice value)
{
    if (!name.len || name.len > PLAN_ASTDB_KEY_MAX || slice_chr(name, '/') <= 0)
        return EINVAL;
    return find(p, name) ? 0 : put(p, name, value);
}
