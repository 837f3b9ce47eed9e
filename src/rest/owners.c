/* rest/owners.c - see owners.h */
#include "rest/owners.h"

#include <errno.h>
#include <string.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"

struct owner {
    struct hash_link link;
    char group[37];
    char name[];
};

struct table {
    struct hash by_name;
};

struct owners {
    struct pool *pool;
    struct table now, next; /* next: the worker's while is_busy */
    bool is_busy, is_stale;
};

/* ---- a table ---- */

static void table_clear(struct table *t)
{
    HASH_FOREACH(&t->by_name, k)
    {
        hash_del(&t->by_name, k);
        mem_free(CONTAINER_OF(k, struct owner, link));
    }
    hash_fini(&t->by_name);
    hash_init(&t->by_name);
}

static int table_add(struct table *t, struct slice name, struct slice group)
{
    struct owner *w = mem_zalloc(sizeof(*w) + name.len + 1);
    int err;

    if (!w)
        return ENOMEM;
    slice_copy(group, w->group, sizeof(w->group));
    memcpy(w->name, name.p, name.len);
    err = hash_add(&t->by_name, &w->link, hash_slice(name));
    if (err)
        mem_free(w);
    return err;
}

/* ---- reading ---- */

static int read_all(struct db *d, void *arg)
{
    static const char sql[] = "SELECT id, group_uuid FROM ps_endpoints WHERE group_uuid <> ''";
    struct owners *o = arg;
    struct stmt *s = NULL;
    bool row = true;
    int err = db_stmt(&s, d, sql);

    while (!err && o->next.by_name.count < OWNERS_MAX) {
        err = stmt_step(s, &row);
        if (err || !row)
            break;
        err = table_add(&o->next, stmt_col(s, 0), stmt_col(s, 1));
    }
    if (s)
        stmt_reset(s);
    return err;
}

static void was_read(int err, void *arg)
{
    struct owners *o = arg;

    o->is_busy = false;
    if (err) {
        log_warning("groups of endpoints are not read, events go by the old ones error=\"%s\"",
                    strerror(err));
    } else {
        table_clear(&o->now);
        o->now = o->next;
        hash_init(&o->next.by_name);
    }
    table_clear(&o->next);
    if (o->is_stale)
        owners_read(o);
    mem_deref(o);
}

void owners_read(struct owners *o)
{
    o->is_stale = o->is_busy;
    if (o->is_busy || !o->pool)
        return;
    o->is_busy = pool_read(o->pool, read_all, was_read, mem_ref(o)) == 0;
    if (!o->is_busy)
        mem_deref(o);
}

/* ---- asking ---- */

const char *owners_of(const struct owners *o, struct slice endpoint)
{
    for (struct hash_link *k = hash_first(&o->now.by_name, hash_slice(endpoint)); k;
         k = hash_next(k)) {
        const struct owner *w = CONTAINER_OF(k, struct owner, link);

        if (slice_eqz(endpoint, w->name))
            return w->group;
    }
    return "";
}

struct slice owners_endpoint(struct slice channel, bool has_number)
{
    size_t n;

    if (!slice_starts(channel, SLICE("PJSIP/")))
        return SLICE_NONE;
    channel = slice_skip(channel, 6);
    for (n = channel.len; has_number && n && channel.p[n - 1] != '-'; n--)
        ;
    return has_number && n ? slice_from(channel.p, n - 1) : channel;
}

int owners_add(struct owners *o, struct slice endpoint, struct slice group)
{
    return table_add(&o->now, endpoint, group);
}

static void owners_destroy(void *object)
{
    struct owners *o = object;

    table_clear(&o->now);
    table_clear(&o->next);
}

int owners_alloc(struct owners **op, struct pool *pool)
{
    struct owners *o = mem_alloc(sizeof(*o), owners_destroy);

    if (!o)
        return ENOMEM;
    hash_init(&o->now.by_name);
    hash_init(&o->next.by_name);
    o->pool = pool;
    *op = o;
    return 0;
}
