/*
 * writer.c - waiting writes to transactions, and call records to the spool while the database is
 * away
 *
 * One batch is under way at a time: everything that waited when the worker became free. The loop
 * fills a batch and takes its results; in between it belongs to the worker alone.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/bug.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/inner.h"

#define MOST_WAITING 10000
#define MOST_BATCH 2000
#define DRAIN_AT_ONCE 500
#define WRITER_BUSY_MS 400 /* shorter than GIVE_UP_MS: several tries fit */
#define GIVE_UP_MS 5000
#define RETRY_MS 200
/* Nobody waits for a record's commit: records gather so long, or until so many are there. One
   synced transaction costs as much CPU as the whole signalling of a call. */
#define GATHER_MS 200
#define GATHER_MOST 500

/* ---- on the worker ---- */

/* The whole transaction is at fault, not this one statement. */
static bool is_away(int err)
{
    return err && err != EEXIST && err != EINVAL && err != ERANGE && err != EDOM;
}

static void note_error(struct store *s, int err)
{
    s->batch.err = err;
    snprintf(s->batch.why, sizeof(s->batch.why), "%s",
             s->writer && *db_why(s->writer) ? db_why(s->writer)
             : *db_open_why()                ? db_open_why()
                                             : strerror(err));
}

/* A file that was removed or replaced takes writes that nobody will ever read: open the one in
 * place. */
static int open_again(struct store *s)
{
    int err;

    if (s->writer && db_is_in_place(s->writer))
        return 0;
    s->writer = mem_deref(s->writer);
    err = db_open(&s->writer, s->where.text, DB_WRITE);
    if (!err)
        db_set_busy_ms(s->writer, WRITER_BUSY_MS);
    return err;
}

static int run_exec(struct db *d, const struct item *it)
{
    struct stmt *st;
    int err = db_stmt(&st, d, it->exec.sql);

    for (size_t i = 0; i < it->exec.count && !err; i++)
        err = stmt_text(st, (int)i + 1, it->exec.values[i]);
    return err ? err : stmt_run(st);
}

/* What it did goes when it fails; the others of the batch stay. */
static int run_work(struct db *d, const struct item *it)
{
    int err = db_run(d, "SAVEPOINT work"), back;

    if (err)
        return err;
    err = it->work(d, it->arg);
    if (is_away(err))
        return err; /* the whole batch goes back */
    back = err ? db_run(d, "ROLLBACK TO SAVEPOINT work") : 0;
    if (!back)
        back = db_run(d, "RELEASE SAVEPOINT work");
    return back ? EIO : err;
}

static int apply(struct db *d, struct item *it)
{
    switch (it->kind) {
    case ITEM_CONTACT_PUT: return store_contact_upsert(d, &it->contact);
    case ITEM_CONTACT_DELETE: return store_contact_remove(d, it->contact.id);
    case ITEM_CDR: return store_cdr_insert(d, &it->cdr, it->is_once);
    case ITEM_EXEC: return run_exec(d, it);
    case ITEM_WORK: return run_work(d, it);
    case ITEM_FLUSH: return 0;
    }
    return EINVAL;
}

static int write_items(struct store *s)
{
    int err = open_again(s);

    if (!err)
        err = db_begin(s->writer);
    if (err)
        return err;
    LIST_FOREACH(&s->batch.items, k)
    {
        struct item *it = CONTAINER_OF(k, struct item, link);

        it->err = apply(s->writer, it);
        if (is_away(it->err))
            return it->err;
    }
    return db_commit(s->writer);
}

static void all_done(struct store *s)
{
    LIST_FOREACH(&s->batch.items, k)
    {
        struct item *it = CONTAINER_OF(k, struct item, link);

        it->state = ITEM_DONE;
        if (it->kind != ITEM_FLUSH && it->err == 0)
            s->batch.committed++;
    }
}

static void spool_records(struct store *s)
{
    struct store_cdr *records;
    size_t n = 0;

    LIST_FOREACH(&s->batch.items, k)
    n += CONTAINER_OF(k, struct item, link)->kind == ITEM_CDR;
    if (n == 0)
        return;
    records = mem_zalloc(n * sizeof(*records));
    if (!records)
        return; /* they go on waiting */
    n = 0;
    LIST_FOREACH(&s->batch.items, k)
    {
        struct item *it = CONTAINER_OF(k, struct item, link);

        if (it->kind == ITEM_CDR)
            records[n++] = it->cdr;
    }
    if (spool_append(s->spool, records, n) == 0) {
        s->batch.spooled = (uint32_t)n;
        LIST_FOREACH(&s->batch.items, k)
        {
            struct item *it = CONTAINER_OF(k, struct item, link);

            if (it->kind == ITEM_CDR)
                it->state = ITEM_DONE;
        }
    }
    mem_free(records);
}

/* A flush is through when all before it are; they stand in order. */
static void settle_flushes(struct store *s)
{
    LIST_FOREACH(&s->batch.items, k)
    {
        struct item *it = CONTAINER_OF(k, struct item, link);

        if (it->kind == ITEM_FLUSH)
            it->state = ITEM_DONE;
        if (it->state == ITEM_WAITS)
            return;
    }
}

static void run_batch(void *arg)
{
    struct store *s = arg;
    int err = write_items(s);

    if (err) {
        note_error(s, err);
        if (s->writer)
            db_rollback(s->writer);
        LIST_FOREACH(&s->batch.items, k)
        CONTAINER_OF(k, struct item, link)->err = 0;
        spool_records(s);
        settle_flushes(s);
        if (err == EIO || err == EBADMSG)
            s->writer = mem_deref(s->writer); /* the file may be another one by now */
    } else {
        all_done(s);
        err = spool_drain(s->spool, s->writer, DRAIN_AT_ONCE, &s->batch.drained);
        if (err)
            note_error(s, err);
    }
    s->batch.spool_bytes = spool_bytes(s->spool);
}

/* ---- on the loop ---- */

static void tell_health(struct store *s)
{
    int err = s->batch.err;

    if (err && !s->is_away)
        log_error("database cannot be written file=\"%s\" error=\"%s\" records=spool",
                  s->where.shown, s->batch.why);
    if (!err && s->is_away)
        log_notice("database can be written again file=\"%s\"", s->where.shown);
    s->is_away = err != 0;
    s->stats.last_err = err;
}

static void count_batch(struct store *s)
{
    s->stats.committed += s->batch.committed;
    s->stats.spooled += s->batch.spooled;
    s->stats.drained += s->batch.drained;
    s->stats.spool_bytes = s->batch.spool_bytes;
    s->stats.transactions += s->batch.err == 0;
    if (s->batch.drained && !s->batch.spool_bytes)
        log_notice("call record spool is empty again drained=%llu",
                   (unsigned long long)s->stats.drained);
}

static bool is_too_old(const struct store *s, const struct item *it)
{
    return it->kind != ITEM_CDR && mono_diff_ms(loop_now(s->loop), it->since) >= GIVE_UP_MS;
}

/* A record that is neither committed nor in the spool (a store that closes) stays in the journal.
 */
static void finish_record(struct store *s, struct item *it)
{
    if (it->state == ITEM_WAITS)
        store_cdr_log(&it->cdr, strerror(s->batch.err));
    else
        journal_done(s->journal, it->journal);
    if (it->err)
        store_cdr_log(&it->cdr, "refused by the database");
}

static void finish(struct store *s, struct item *it)
{
    list_unlink(&it->link);
    s->count--;
    if (it->kind == ITEM_CDR)
        finish_record(s, it);
    if (it->kind == ITEM_WORK)
        it->done(it->state == ITEM_WAITS ? s->batch.err : it->err, it->arg);
    else if (it->done && !s->is_closing)
        it->done(it->err, it->arg);
    mem_free(it);
}

static void keep_waiting(struct store *s, struct list *left)
{
    list_move_all(left, &s->waiting);
    list_init(&s->waiting);
    list_move_all(&s->waiting, left);
}

static void retry(void *arg)
{
    writer_kick(arg);
}

/* Take out of items what is through; what waits stays, in order. */
static void split_done(struct store *s, struct list *items, struct list *done)
{
    list_init(done);
    LIST_FOREACH(items, k)
    {
        struct item *it = CONTAINER_OF(k, struct item, link);

        if (it->state == ITEM_WAITS && is_too_old(s, it)) {
            it->state = ITEM_DONE;
            it->err = s->batch.err;
        }
        if (it->state == ITEM_DONE) {
            list_unlink(k);
            list_append(done, k);
        }
    }
}

/* Somebody waits for a commit, or enough has gathered: now. Else a little later. */
static void write_soon(struct store *s)
{
    if (s->is_urgent || s->count >= GATHER_MOST)
        writer_kick(s);
    else if (!timer_is_on(&s->gather))
        timer_start(s->loop, &s->gather, GATHER_MS, retry, s);
}

static void go_on(struct store *s)
{
    if (s->is_closing)
        return;
    if (s->batch.err || s->batch.spool_bytes)
        timer_start(s->loop, &s->retry, s->batch.err ? RETRY_MS : 0, retry, s);
    else if (!list_is_empty(&s->waiting))
        write_soon(s);
}

static void batch_done(void *arg)
{
    struct store *s = arg;
    struct list done;

    mem_ref(s); /* a handler may give the store up */
    s->is_writing = false;
    tell_health(s);
    count_batch(s);
    split_done(s, &s->batch.items, &done);
    /* what goes on waiting stands before what the handlers add now */
    keep_waiting(s, &s->batch.items);
    go_on(s);
    while (list_first(&done))
        finish(s, CONTAINER_OF(list_first(&done), struct item, link));
    mem_deref(s);
}

static void fill_batch(struct store *s)
{
    uint32_t n = 0;

    memset(&s->batch, 0, sizeof(s->batch));
    list_init(&s->batch.items);
    LIST_FOREACH(&s->waiting, k)
    {
        if (n++ == MOST_BATCH)
            break;
        list_unlink(k);
        list_append(&s->batch.items, k);
    }
    s->is_urgent = s->is_urgent && !list_is_empty(&s->waiting);
}

static void submit(void *arg)
{
    struct store *s = arg;

    if (s->is_writing || s->is_closing)
        return;
    timer_stop(&s->retry);
    timer_stop(&s->gather);
    fill_batch(s);
    s->is_writing = workers_submit(s->writers, run_batch, batch_done, s) == 0;
    if (!s->is_writing) {
        keep_waiting(s, &s->batch.items);
        timer_start(s->loop, &s->retry, RETRY_MS, retry, s);
    }
}

/* At the end of the round: everything that this round brings is one transaction. */
void writer_kick(struct store *s)
{
    if (!s->is_writing && !s->is_closing)
        loop_flush(s->loop, &s->kick, submit, s);
}

/* The worker has ended: write what waits here and now, records at least into the spool. */
void writer_close(struct store *s)
{
    while (!list_is_empty(&s->waiting)) {
        fill_batch(s);
        run_batch(s);
        while (list_first(&s->batch.items))
            finish(s, CONTAINER_OF(list_first(&s->batch.items), struct item, link));
    }
}

/* ---- giving writes in ---- */

static struct slice keep(struct item *it, struct slice v)
{
    char *p = it->fill;

    if (!slice_is_set(v))
        return v;
    if (v.len)
        memcpy(p, v.p, v.len);
    it->fill += v.len;
    return slice_from(p, v.len);
}

static size_t length_of(struct slice *const *v, size_t n)
{
    size_t len = 0;

    for (size_t i = 0; i < n; i++)
        len += v[i]->len;
    return len;
}

/* Make the item; the texts that v points to are copied behind it once item_texts is called. */
static int item_alloc(struct item **ip, struct store *s, enum item_kind kind, size_t text_len,
                      store_done_h *done, void *arg)
{
    struct item *it;

    if (s->count >= MOST_WAITING)
        return EAGAIN;
    it = mem_zalloc(sizeof(*it) + text_len);
    if (!it)
        return ENOMEM;
    it->kind = kind;
    it->since = loop_now(s->loop);
    it->done = done;
    it->arg = arg;
    it->fill = it->text;
    *ip = it;
    return 0;
}

static void item_add(struct store *s, struct item *it)
{
    list_append(&s->waiting, &it->link);
    s->count++;
    s->is_urgent = s->is_urgent || it->done || it->kind == ITEM_FLUSH;
    if (!s->is_writing && (!s->is_away || !timer_is_on(&s->retry)))
        write_soon(s);
}

#define CONTACT_TEXTS 10
static void contact_texts(struct store_contact *c, struct slice *v[CONTACT_TEXTS])
{
    struct slice *all[CONTACT_TEXTS] = {
        &c->id,       &c->aor,     &c->uri,      &c->user_agent, &c->path,
        &c->via_addr, &c->call_id, &c->endpoint, &c->transport,  &c->outbound_proxy};

    memcpy(v, all, sizeof(all));
}

int store_contact_put(struct store *s, const struct store_contact *c, store_done_h *done, void *arg)
{
    struct slice *v[CONTACT_TEXTS];
    struct store_contact copy = *c;
    struct item *it;
    int err;

    contact_texts(&copy, v);
    err = item_alloc(&it, s, ITEM_CONTACT_PUT, length_of(v, CONTACT_TEXTS), done, arg);
    if (err)
        return err;
    it->contact = *c;
    contact_texts(&it->contact, v);
    for (int i = 0; i < CONTACT_TEXTS; i++)
        *v[i] = keep(it, *v[i]);
    item_add(s, it);
    return 0;
}

int store_contact_delete(struct store *s, struct slice id, store_done_h *done, void *arg)
{
    struct item *it;
    int err = item_alloc(&it, s, ITEM_CONTACT_DELETE, id.len, done, arg);

    if (err)
        return err;
    it->contact.id = keep(it, id);
    item_add(s, it);
    return 0;
}

static int put_record(struct store *s, const struct store_cdr *c, bool is_once)
{
    struct slice *v[STORE_CDR_TEXTS];
    struct store_cdr copy = *c;
    struct item *it;
    int err;

    store_cdr_texts(&copy, v);
    err = item_alloc(&it, s, ITEM_CDR, length_of(v, STORE_CDR_TEXTS), NULL, NULL);
    if (err) {
        store_cdr_log(c, strerror(err));
        return err;
    }
    it->cdr = *c;
    it->is_once = is_once;
    it->journal = journal_add(s->journal, c);
    store_cdr_texts(&it->cdr, v);
    for (int i = 0; i < STORE_CDR_TEXTS; i++)
        *v[i] = keep(it, *v[i]);
    item_add(s, it);
    return 0;
}

int store_cdr_put(struct store *s, const struct store_cdr *c)
{
    return put_record(s, c, false);
}

int store_cdr_put_once(struct store *s, const struct store_cdr *c)
{
    return put_record(s, c, true);
}

int store_exec(struct store *s, const char *sql, const struct slice *values, size_t count,
               store_done_h *done, void *arg)
{
    const struct slice text = slice_from(sql, strlen(sql) + 1);
    struct item *it;
    size_t len = text.len;
    int err;

    if (count > EXEC_VALUES)
        return EINVAL;
    for (size_t i = 0; i < count; i++)
        len += values[i].len;
    err = item_alloc(&it, s, ITEM_EXEC, len, done, arg);
    if (err)
        return err;
    it->exec.sql = keep(it, text).p;
    it->exec.count = count;
    for (size_t i = 0; i < count; i++)
        it->exec.values[i] = keep(it, values[i]);
    item_add(s, it);
    return 0;
}

int store_change(struct store *s, store_work_h *work, store_done_h *done, void *arg)
{
    struct item *it;
    int err = item_alloc(&it, s, ITEM_WORK, 0, done, arg);

    if (err)
        return err;
    it->work = work;
    item_add(s, it);
    return 0;
}

int store_flush(struct store *s, store_done_h *done, void *arg)
{
    struct item *it;
    int err = item_alloc(&it, s, ITEM_FLUSH, 0, done, arg);

    if (err)
        return err;
    item_add(s, it);
    return 0;
}
