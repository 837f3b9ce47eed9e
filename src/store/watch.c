/* watch.c - noticing that the configuration changed, and loading it again */
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/inner.h"

#define POLL_MS 500

/* ---- on the reader's worker (the first time on the caller's thread) ---- */

static int read_version(struct db *d, int64_t *version)
{
    struct stmt *st;
    bool row;
    int err = db_stmt(&st, d, "SELECT coalesce(sum(version), 0) FROM config_version");

    if (!err)
        err = stmt_step(st, &row);
    if (err)
        return err;
    *version = stmt_col_int(st, 0);
    stmt_reset(st);
    return 0;
}

/* One transaction: the version and what is loaded belong together. */
static int load(struct store *s)
{
    int64_t version;
    int err = db_run(s->reader, "BEGIN");

    if (!err)
        err = read_version(s->reader, &version);
    if (!err)
        err = s->load(s->reader, &s->look.object, s->watch_arg);
    if (!err)
        s->look.version = version;
    s->look.is_changed = !err;
    if (db_is_in_transaction(s->reader))
        db_rollback(s->reader);
    db_trim(s->reader); /* the pages are not wanted again before the next change */
    return err;
}

static int look(struct store *s)
{
    int64_t version = 0;
    int err = 0;

    if (s->reader && !db_is_in_place(s->reader)) {
        s->reader = mem_deref(s->reader);
        s->look.version = -1; /* another file: all is new */
    }
    if (!s->reader)
        err = db_open(&s->reader, s->where.text, DB_READ);
    if (!err)
        err = read_version(s->reader, &version);
    if (!err && version != s->look.version)
        err = load(s);
    if (err)
        snprintf(s->look.why, sizeof(s->look.why), "%s",
                 s->reader && *db_why(s->reader) ? db_why(s->reader)
                 : *db_open_why()                ? db_open_why()
                                                 : strerror(err));
    if (err == EIO || err == EBADMSG)
        s->reader = mem_deref(s->reader);
    return err;
}

static void run_look(void *arg)
{
    struct store *s = arg;

    /* The object before is gone by now, most likely: 10,000 phones are 9 MB in small blocks, which
     * the allocator would keep. */
    if (s->look.is_changed)
        malloc_trim(0);
    s->look.is_changed = false;
    s->look.err = look(s);
}

/* ---- on the loop ---- */

static void poll(void *arg);

static void tell(struct store *s)
{
    if (s->look.err && !s->is_look_failed)
        log_error("configuration cannot be read, the old one stays in use file=\"%s\" error=\"%s\"",
                  s->where.shown, s->look.why);
    if (!s->look.err && s->is_look_failed)
        log_notice("configuration can be read again file=\"%s\"", s->where.shown);
    s->is_look_failed = s->look.err != 0;
}

static void look_done(void *arg)
{
    struct store *s = arg;
    void *object = s->look.object;

    s->is_looking = false;
    if (s->is_closing)
        return;
    s->look.object = NULL;
    mem_ref(s); /* the handler may give the store up */
    tell(s);
    timer_start(s->loop, &s->poll, s->is_poked ? 0 : POLL_MS, poll, s);
    s->is_poked = false;
    if (object) {
        s->stats.reloads++;
        s->apply(object, s->watch_arg);
    }
    mem_deref(s);
}

static void poll(void *arg)
{
    struct store *s = arg;

    s->is_looking = workers_submit(s->readers, run_look, look_done, s) == 0;
    if (!s->is_looking)
        timer_start(s->loop, &s->poll, POLL_MS, poll, s);
}

int store_watch(struct store *s, store_load_h *load_h, store_apply_h *apply, void *arg)
{
    void *object;
    int err;

    if (s->load || !load_h || !apply)
        return EINVAL;
    s->load = load_h;
    s->apply = apply;
    s->watch_arg = arg;
    err = load(s);
    if (err) {
        s->load = NULL;
        return err;
    }
    object = s->look.object;
    s->look.object = NULL;
    timer_start(s->loop, &s->poll, POLL_MS, poll, s);
    apply(object, arg);
    return 0;
}

void store_watch_poke(struct store *s)
{
    if (!s->load)
        return;
    s->is_poked = s->is_looking;
    if (!s->is_looking)
        timer_start(s->loop, &s->poll, 0, poll, s);
}

void watch_close(struct store *s)
{
    timer_stop(&s->poll);
}
