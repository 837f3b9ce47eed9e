/* test_work.c - work on the database itself: changes that are one, reads that belong together */
#include "base/mem.h"
#include "loop/fake.h"
#include "tables.h"

struct desk {
    struct place p;
    struct loop *l;
    struct store *s;
};

struct job {
    const char *first, *second; /* statements; NULL: none */
    int err;                    /* what the work returns behind them */
    int64_t count;
    int done_err, done, runs;
};

static int desk_open(struct desk *k)
{
    struct store_args args = {.migrations = tables_migrations};
    int err = place_make(&k->p);

    if (!err)
        err = loop_alloc_fake(&k->l, (struct wall){1});
    args.loop = k->l;
    args.dir = k->p.dir;
    return err ? err : store_open(&k->s, &args, NULL);
}

static void desk_close(struct desk *k)
{
    mem_deref(k->s);
    mem_deref(k->l);
    place_clear(&k->p);
}

static int count_things(struct db *d, int64_t *count)
{
    struct stmt *st;
    bool row;
    int err = db_stmt(&st, d, "SELECT count(*) FROM thing");

    if (!err)
        err = stmt_step(st, &row);
    if (err)
        return err;
    *count = stmt_col_int(st, 0);
    stmt_reset(st);
    return 0;
}

static int work(struct db *d, void *arg)
{
    struct job *j = arg;
    int err = j->first ? db_run(d, j->first) : 0;

    j->runs++;
    if (!err && j->second)
        err = db_run(d, j->second);
    if (!err)
        err = count_things(d, &j->count);
    return err ? err : j->err;
}

static void done(int err, void *arg)
{
    struct job *j = arg;

    j->done_err = err;
    j->done++;
}

static int a_change_that_fails_takes_back_itself_only(void)
{
    static const char one[] = "INSERT INTO thing (value) VALUES ('a')";
    struct job good = {.first = one}, bad = {.first = one, .second = one, .err = EINVAL};
    struct job wrong = {.first = one, .second = "INSERT INTO nowhere VALUES (1)"}, last = {0};
    struct desk k = {0};
    int err;

    CHECK_OK_TO(desk_open(&k), out);
    CHECK_OK_TO(store_change(k.s, work, done, &good), out);
    CHECK_OK_TO(store_change(k.s, work, done, &bad), out);
    CHECK_OK_TO(store_change(k.s, work, done, &wrong), out);
    CHECK_OK_TO(store_change(k.s, work, done, &last), out);
    CHECK_TO(good.runs == 0, out);
    loop_fake_advance(k.l, 100);
    CHECK_TO(good.done == 1 && bad.done == 1 && wrong.done == 1 && last.done == 1, out);
    CHECK_TO(unit_is_rerun() || (good.done_err == 0 && good.count == 1), out);
    CHECK_TO(unit_is_rerun() || (bad.done_err == EINVAL && bad.count == 3), out);
    CHECK_TO(unit_is_rerun() || (wrong.done_err == EINVAL && last.count == 1), out);
out:
    desk_close(&k);
    return err;
}

static int a_read_sees_and_changes_nothing_else(void)
{
    struct job seen = {0}, writes = {.first = "INSERT INTO thing (value) VALUES ('a')"};
    struct desk k = {0};
    int err;

    CHECK_OK_TO(desk_open(&k), out);
    CHECK_OK_TO(store_read(k.s, work, done, &seen), out);
    CHECK_OK_TO(store_read(k.s, work, done, &writes), out);
    loop_fake_advance(k.l, 100);
    CHECK_TO(seen.done == 1 && writes.done == 1, out);
    CHECK_TO(unit_is_rerun() || (seen.done_err == 0 && seen.count == 0), out);
    CHECK_TO(writes.done_err != 0, out);
out:
    desk_close(&k);
    return err;
}

/* Whoever asked hears of it, so that what it holds is let go. */
static int what_waits_ends_with_the_store(void)
{
    struct job change = {.first = "INSERT INTO thing (value) VALUES ('a')"}, read = {0};
    struct desk k = {0};
    int err, left = 0;

    CHECK_OK_TO(desk_open(&k), out);
    left += store_change(k.s, work, done, &change) == 0;
    left += store_read(k.s, work, done, &read) == 0;
    k.s = mem_deref(k.s);
    CHECK_TO(change.done + read.done == left, out);
    CHECK_TO(unit_is_rerun() || (change.done_err == 0 && change.count == 1), out);
out:
    desk_close(&k);
    return err;
}

UNIT_TESTS(UNIT(a_change_that_fails_takes_back_itself_only),
           UNIT(a_read_sees_and_changes_nothing_else), UNIT(what_waits_ends_with_the_store))
