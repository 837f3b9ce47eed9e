/* test_query.c - questions to the database bring their rows later, and never stop the loop */
#include "base/mem.h"
#include "tables.h"

struct answer {
    int err, times;
    uint32_t columns, count;
    bool is_cut;
    char first[32];
    bool is_second_null;
};

static void take(int err, const struct store_rows *rows, void *arg)
{
    struct answer *a = arg;

    a->err = err;
    a->times++;
    if (!rows)
        return;
    a->columns = rows->columns;
    a->count = rows->count;
    a->is_cut = rows->is_cut;
    if (rows->count) {
        slice_copy(rows->cells[0], a->first, sizeof(a->first));
        a->is_second_null = rows->columns > 1 && !slice_is_set(rows->cells[1]);
    }
}

struct desk {
    struct place p;
    struct loop *l;
    struct store *s;
};

static int desk_open(struct desk *k, const char *sql)
{
    struct store_args args = {.migrations = tables_migrations};
    struct db *d = NULL;
    int err = place_make(&k->p);

    if (!err)
        err = loop_alloc_fake(&k->l, (struct wall){1});
    args.loop = k->l;
    args.dir = k->p.dir;
    if (!err)
        err = store_open(&k->s, &args, NULL);
    if (!err)
        err = db_open(&d, k->p.db, DB_WRITE);
    if (!err)
        err = db_run(d, sql);
    mem_deref(d);
    return err;
}

static void desk_close(struct desk *k)
{
    mem_deref(k->s);
    mem_deref(k->l);
    place_clear(&k->p);
}

static int rows_come_with_their_nulls(void)
{
    struct answer a = {0};
    struct desk k = {0};
    struct slice value = SLICE("b'; DROP TABLE thing; --");
    int err;

    CHECK_OK_TO(
        desk_open(&k, "INSERT INTO thing (value) VALUES ('a'), ('b''; DROP TABLE thing; --')"),
        out);
    CHECK_OK_TO(
        store_query(k.s, "SELECT value, NULL FROM thing WHERE value = ?", &value, 1, take, &a),
        out);
    CHECK_TO(a.times == 0, out);
    loop_fake_advance(k.l, 100);
    CHECK_TO(a.times == 1, out);
    err = a.err;
    if (!err)
        CHECK_TO(a.count == 1 && a.columns == 2 && a.is_second_null &&
                     strcmp(a.first, "b'; DROP TABLE thing; --") == 0,
                 out);
out:
    desk_close(&k);
    return err;
}

static int too_many_rows_are_cut_and_it_says_so(void)
{
    struct answer a = {0};
    struct desk k = {0};
    int err;

    CHECK_OK_TO(
        desk_open(&k,
                  "INSERT INTO thing (value) WITH d AS (SELECT 0 AS i UNION ALL SELECT 1 UNION "
                  "ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION "
                  "ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9) "
                  "SELECT a.i FROM d AS a, d AS b, d AS c, d AS e, (SELECT 1 UNION SELECT 2) AS f"),
        out);
    CHECK_OK_TO(store_query(k.s, "SELECT value FROM thing", NULL, 0, take, &a), out);
    loop_fake_advance(k.l, 100);
    CHECK_TO(a.err == 0 && a.is_cut && a.count == 10000, out);
out:
    desk_close(&k);
    return err;
}

static int wrong_sql_and_too_many_values_are_errors(void)
{
    struct slice values[17] = {SLICE_NONE};
    struct answer a = {0};
    struct desk k = {0};
    int err;

    CHECK_OK_TO(desk_open(&k, "DELETE FROM thing"), out);
    CHECK_TO(store_query(k.s, "SELECT 1", values, 17, take, &a) == EINVAL, out);
    CHECK_OK_TO(store_query(k.s, "SELECT nothing FROM nowhere", NULL, 0, take, &a), out);
    loop_fake_advance(k.l, 100);
    CHECK_TO(a.times == 1 && (a.err == EINVAL || a.err == ENOMEM), out);
    CHECK_OK_TO(store_query(k.s, "SELECT count(*) FROM thing", NULL, 0, take, &a), out);
    loop_fake_advance(k.l, 100);
    CHECK_TO(a.times == 2, out);
    if (!unit_is_rerun())
        CHECK_TO(a.err == 0 && strcmp(a.first, "0") == 0, out);
out:
    desk_close(&k);
    return err;
}

UNIT_TESTS(UNIT(rows_come_with_their_nulls), UNIT_ONCE(too_many_rows_are_cut_and_it_says_so),
           UNIT(wrong_sql_and_too_many_values_are_errors))
