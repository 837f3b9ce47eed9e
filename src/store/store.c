/* store.c - see store.h; the writes are in writer.c, the watch over the configuration in watch.c */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "store/inner.h"

#define MOST_QUESTIONS 64

static char why_text[2048]; /* of the last store_open; one thread opens stores */

/* path and detail stand in buffers of others */
static void explain(const char *what, const char *path, int err, const char *detail)
{
    snprintf(why_text, sizeof(why_text), "%s %s: %s", what, path,
             detail && *detail ? detail : strerror(err));
}

static void store_destroy(void *object)
{
    struct store *s = object;

    s->is_closing = true;
    timer_stop(&s->retry);
    timer_stop(&s->gather);
    loop_defer_stop(&s->kick);
    watch_close(s);
    s->readers = mem_deref(s->readers);
    s->askers = mem_deref(s->askers);   /* its questions are answered first */
    s->writers = mem_deref(s->writers); /* waits for the batch under way */
    if (s->journal)
        writer_close(s);
    mem_deref(s->writer);
    mem_deref(s->reader);
    mem_deref(s->asker);
    mem_deref(s->journal);
    mem_deref(s->spool);
    mem_deref(s->look.object);
    explicit_bzero(&s->where, sizeof(s->where));
    mem_free(s->dir);
}

static int open_one(struct store *s, struct db **dp, enum db_mode mode)
{
    int err = db_open(dp, s->where.text, mode);

    if (err)
        explain("cannot open the database", s->where.shown, err,
                err == ENOENT ? "it does not exist: run `station init` first" : db_open_why());
    return err;
}

static int open_files(struct store *s, const struct store_migration *migrations)
{
    int err = open_one(s, &s->writer, DB_WRITE);

    if (err)
        return err;
    db_set_busy_ms(s->writer,
                   5000); /* at start a short lock of somebody else is worth waiting for */
    err = store_migrate(s->writer, migrations);
    if (err) {
        explain("cannot bring the database to the present schema", s->where.shown, err,
                db_why(s->writer));
        return err;
    }
    db_set_busy_ms(s->writer, 400);
    err = open_one(s, &s->reader, DB_READ);
    if (err)
        return err;
    err = spool_open(&s->spool, s->dir);
    if (!err)
        err = journal_open(&s->journal, s->loop, s->dir, s->spool);
    if (err)
        explain("cannot open the spool of call records below", s->dir, err, NULL);
    return err;
}

int store_open(struct store **sp, const struct store_args *args, const char **why)
{
    struct store *s;
    int err = ENOMEM;

    if (why)
        *why = why_text;
    explain("cannot open the database below", args->dir, ENOMEM, NULL);
    s = mem_alloc(sizeof(*s), store_destroy);
    if (!s)
        return ENOMEM;
    list_init(&s->waiting);
    list_init(&s->batch.items);
    s->loop = args->loop;
    s->dir = mem_strdup(args->dir);
    if (!s->dir)
        goto out;
    err = db_where_read(&s->where, s->dir);
    if (err)
        explain("cannot tell the database from", s->where.shown, err,
                err == EINVAL ? "it must be one line: mysql://USER:PASSWORD@HOST/NAME" : NULL);
    if (err)
        goto out;
    err = open_files(s, args->migrations);
    if (!err)
        err = workers_alloc(&s->writers, s->loop, 1, 4);
    if (!err)
        err = workers_alloc(&s->readers, s->loop, 1, 4);
    if (!err)
        err = workers_alloc(&s->askers, s->loop, 1, MOST_QUESTIONS);
    if (err)
        goto out;
    s->stats.spool_bytes = spool_bytes(s->spool);
    if (s->stats.spool_bytes)
        writer_kick(s);
out:
    if (err)
        mem_deref(s);
    else
        *sp = s;
    return err;
}

int store_contacts_now(struct store *s, store_contact_h *each, void *arg)
{
    if (s->is_looking)
        return EBUSY;
    return store_contacts_each(s->reader, each, arg);
}

void store_stats_get(const struct store *s, struct store_stats *out)
{
    *out = s->stats;
    out->waiting = s->count;
}
