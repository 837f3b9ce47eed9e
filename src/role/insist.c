/* role/insist.c - see insist.h */
#include "role/insist.h"

#include <errno.h>
#include <string.h>

#include "base/list.h"
#include "base/log.h"
#include "base/mem.h"

struct insist {
    struct loop *loop;
    struct store *store;
    struct list waiting, flying; /* flying: the store has them */
    uint32_t count;              /* that wait */
    struct timer again;
    bool is_closed, was_said;
};

struct item {
    struct link link;
    struct insist *i;
    const char *sql;
    size_t count;
    struct slice values[INSIST_VALUES];
    char *texts; /* that they point into */
    store_done_h *done;
    void *arg;
};

static void item_destroy(void *object)
{
    struct item *t = object;

    if (link_is_in(&t->link))
        list_unlink(&t->link);
    mem_free(t->texts);
}

static bool is_final(int err)
{
    return err == 0 || err == EINVAL || err == ERANGE || err == EDOM || err == EEXIST;
}

static void give_all(void *arg);

static void wait_for_it(struct item *t, int err)
{
    struct insist *i = t->i;

    if (!i->was_said)
        log_warning("the database takes no rows, they wait: it is tried every %d s err=\"%s\"",
                    INSIST_PAUSE_MS / 1000, strerror(err));
    i->was_said = true;
    list_append(&i->waiting, &t->link);
    i->count++;
    if (!timer_is_on(&i->again))
        timer_start(i->loop, &i->again, INSIST_PAUSE_MS, give_all, i);
}

static void on_done(int err, void *arg)
{
    struct item *t = arg;

    list_unlink(&t->link);
    if (!is_final(err)) {
        wait_for_it(t, err);
        return;
    }
    if (err)
        log_error("a row was not kept sql=\"%.60s\" first=\"%.*s\" err=\"%s\"", t->sql,
                  SLICE_ARG(t->count ? t->values[0] : SLICE_NONE), strerror(err));
    if (t->done)
        t->done(err, t->arg);
    mem_deref(t);
}

static void give(struct item *t)
{
    int err = store_exec(t->i->store, t->sql, t->values, t->count, on_done, t);

    if (!err)
        list_append(&t->i->flying, &t->link);
    else if (!t->i->is_closed)
        wait_for_it(t, err);
    else
        mem_deref(t);
}

/* Those that come back while we walk are behind the ones that we began with. */
static void give_all(void *arg)
{
    struct insist *i = arg;

    i->was_said = i->was_said && i->count;
    for (uint32_t n = i->count; n; n--) {
        struct item *t = CONTAINER_OF(list_first(&i->waiting), struct item, link);

        list_unlink(&t->link);
        i->count--;
        give(t);
    }
}

static int copy_values(struct item *t, const struct slice *values, size_t count)
{
    size_t len = 0;
    char *p;

    for (size_t k = 0; k < count; k++)
        len += values[k].len;
    p = t->texts = mem_zalloc(len + 1);
    if (!p)
        return ENOMEM;
    for (size_t k = 0; k < count; k++) {
        t->values[k] = values[k];
        if (!values[k].p)
            continue;
        memcpy(p, values[k].p, values[k].len);
        t->values[k].p = p;
        p += values[k].len;
    }
    t->count = count;
    return 0;
}

int insist_exec(struct insist *i, const char *sql, const struct slice *values, size_t count,
                store_done_h *done, void *arg)
{
    struct item *t;
    int err;

    if (count > INSIST_VALUES)
        return EINVAL;
    if (i->count >= INSIST_MAX) {
        log_error("a row is lost, too many wait for the database sql=\"%.60s\" first=\"%.*s\"", sql,
                  SLICE_ARG(count ? values[0] : SLICE_NONE));
        return ENOSPC;
    }
    t = mem_alloc(sizeof(*t), item_destroy);
    if (!t)
        return ENOMEM;
    t->i = i;
    t->sql = sql;
    t->done = done;
    t->arg = arg;
    err = copy_values(t, values, count);
    if (err)
        mem_deref(t);
    else if (i->count)
        wait_for_it(t, EBUSY);
    else
        give(t);
    return err;
}

static void insist_destroy(void *object)
{
    insist_close(object);
}

int insist_alloc(struct insist **ip, struct loop *loop, struct store *store)
{
    struct insist *i = mem_alloc(sizeof(*i), insist_destroy);

    if (!i)
        return ENOMEM;
    i->loop = loop;
    i->store = store;
    list_init(&i->waiting);
    list_init(&i->flying);
    *ip = i;
    return 0;
}

void insist_close(struct insist *i)
{
    if (!i || i->is_closed)
        return;
    i->is_closed = true;
    timer_stop(&i->again);
    give_all(i);
    while (!list_is_empty(&i->flying))
        mem_deref(CONTAINER_OF(list_first(&i->flying), struct item, link));
}
