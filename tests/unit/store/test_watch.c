#include "base/mem.h"
#include "tables.h"

/* What is watched: the number of rows of table thing. */
struct count {
    int64_t rows;
};

static int count_rows(struct db *d, void **object, void *arg)
{
    struct count *c = mem_alloc(sizeof(*c), NULL);
    struct stmt *s;
    bool row;
    int err;

    (void)arg;
    if (!c)
        return ENOMEM;
    err = db_stmt(&s, d, "SELECT count(*) FROM thing");
    if (!err)
        err = stmt_step(s, &row);
    if (err) {
        mem_deref(c);
        return err;
    }
    c->rows = stmt_col_int(s, 0);
    stmt_reset(s);
    *object = c;
    return 0;
}

struct seen {
    int64_t rows;
    int times;
};

static void see(void *object, void *arg)
{
    struct count *c = object;
    struct seen *s = arg;

    s->rows = c->rows;
    s->times++;
    mem_deref(c);
}

static int a_change_by_another_process_is_seen_within_a_second(void)
{
    struct store_args args = {.migrations = tables_migrations};
    struct seen seen = {0};
    struct place p;
    struct loop *l = NULL;
    struct store *s = NULL;
    struct db *admin = NULL;
    int err;

    CHECK_OK_TO(place_make(&p), out);
    CHECK_OK_TO(loop_alloc_fake(&l, (struct wall){1}), out);
    args.loop = l;
    args.dir = p.dir;
    CHECK_OK_TO(store_open(&s, &args, NULL), out);
    CHECK_OK_TO(store_watch(s, count_rows, see, &seen), out);
    CHECK_TO(seen.times == 1 && seen.rows == 0, out);
    loop_fake_advance(l, 3000);
    CHECK_TO(seen.times == 1, out); /* nothing changed, nothing loaded */
    CHECK_OK_TO(db_open(&admin, p.db, DB_WRITE), out);
    CHECK_OK_TO(db_run(admin, "INSERT INTO thing (value) VALUES ('a'), ('b')"), out);
    loop_fake_advance(l, 1000);
    if (!unit_is_rerun())
        CHECK_TO(seen.times == 2 && seen.rows == 2, out);
    CHECK_OK_TO(db_run(admin, "INSERT INTO cdr (src) VALUES ('1')"), out);
    loop_fake_advance(l, 3000);
    if (!unit_is_rerun())
        CHECK_TO(seen.times == 2, out); /* records are no configuration */
out:
    mem_deref(s);
    mem_deref(admin);
    mem_deref(l);
    place_clear(&p);
    return err;
}

static int a_restored_database_is_loaded_again(void)
{
    struct store_args args = {.migrations = tables_migrations};
    struct seen seen = {0};
    struct place p, q = {0};
    struct loop *l = NULL;
    struct store *s = NULL;
    struct db *d = NULL;
    int err;

    if (place_skips("a_restored_database_is_loaded_again"))
        return 0;
    CHECK_OK_TO(place_make(&p), out);
    CHECK_OK_TO(place_make(&q), out);
    CHECK_OK_TO(db_open(&d, q.db, DB_WRITE), out);
    CHECK_OK_TO(db_run(d, "INSERT INTO thing (value) VALUES ('a')"), out);
    d = mem_deref(d);
    CHECK_OK_TO(loop_alloc_fake(&l, (struct wall){1}), out);
    args.loop = l;
    args.dir = p.dir;
    CHECK_OK_TO(store_open(&s, &args, NULL), out);
    CHECK_OK_TO(store_watch(s, count_rows, see, &seen), out);
    CHECK_TO(rename(q.db, p.db) == 0, out);
    loop_fake_advance(l, 1500);
    CHECK_TO(seen.times == 2 && seen.rows == 1, out);
out:
    mem_deref(s);
    mem_deref(d);
    mem_deref(l);
    place_clear(&p);
    place_clear(&q);
    return err;
}

static int a_poke_looks_at_once(void)
{
    struct store_args args = {.migrations = tables_migrations};
    struct seen seen = {0};
    struct place p;
    struct loop *l = NULL;
    struct store *s = NULL;
    struct db *admin = NULL;
    int err;

    CHECK_OK_TO(place_make(&p), out);
    CHECK_OK_TO(loop_alloc_fake(&l, (struct wall){1}), out);
    args.loop = l;
    args.dir = p.dir;
    CHECK_OK_TO(store_open(&s, &args, NULL), out);
    CHECK_OK_TO(store_watch(s, count_rows, see, &seen), out);
    CHECK_OK_TO(db_open(&admin, p.db, DB_WRITE), out);
    CHECK_OK_TO(db_run(admin, "INSERT INTO thing (value) VALUES ('a')"), out);
    store_watch_poke(s);
    loop_fake_advance(l, 2);
    CHECK_TO(seen.times == 2, out);
out:
    mem_deref(s);
    mem_deref(admin);
    mem_deref(l);
    place_clear(&p);
    return err;
}

UNIT_TESTS(UNIT(a_change_by_another_process_is_seen_within_a_second),
           UNIT_ONCE(a_restored_database_is_loaded_again), UNIT_ONCE(a_poke_looks_at_once))
