#include "base/mem.h"
#include "store/driver.h"
#include "tables.h"

static int a_missing_file_is_refused_and_not_made(void)
{
    struct db *d = NULL;
    int err = db_open(&d, "/tmp/station-test-there-is-none.db", DB_WRITE);

    CHECK(err == ENOENT || err == ENOMEM);
    CHECK(access("/tmp/station-test-there-is-none.db", F_OK) != 0);
    return err == ENOMEM ? ENOMEM : 0;
}

static int values_come_back_as_bound(void)
{
    struct place p;
    struct db *d = NULL;
    struct stmt *s;
    bool row;
    int err;

    CHECK_OK_TO(place_make(&p), out);
    CHECK_OK_TO(db_open(&d, p.db, DB_WRITE), out);
    CHECK_OK_TO(db_stmt(&s, d, "INSERT INTO thing (value) VALUES (?)"), out);
    CHECK_OK_TO(stmt_text(s, 1, SLICE("'; DROP TABLE thing; --")), out);
    CHECK_OK_TO(stmt_run(s), out);
    CHECK_OK_TO(db_stmt(&s, d, "SELECT value, NULL FROM thing"), out);
    CHECK_OK_TO(stmt_step(s, &row), out);
    CHECK_TO(row && slice_eqz(stmt_col(s, 0), "'; DROP TABLE thing; --"), out);
    CHECK_TO(!slice_is_set(stmt_col(s, 1)), out);
    CHECK_OK_TO(stmt_step(s, &row), out);
    CHECK_TO(!row, out);
out:
    mem_deref(d);
    place_clear(&p);
    return err;
}

static int write_one(struct db *d)
{
    int err = db_begin(d);

    if (!err)
        err = db_run(d, "INSERT INTO thing (value) VALUES ('a')");
    db_rollback(d);
    return err;
}

static int a_lock_of_another_is_ebusy(void)
{
    struct place p;
    struct db *a = NULL, *b = NULL;
    int err;

    CHECK_OK_TO(place_make(&p), out);
    CHECK_OK_TO(db_open(&a, p.db, DB_WRITE), out);
    CHECK_OK_TO(db_open(&b, p.db, DB_WRITE), out);
    db_set_busy_ms(b, 10);
    CHECK_OK_TO(place_lock(a), out);
    err = write_one(b);
    CHECK_TO(err == EBUSY || (err == ENOMEM && unit_is_rerun()), out);
    if (err == EBUSY)
        CHECK_TO(*db_why(b), out);
    place_unlock(a);
    err = write_one(b);
out:
    mem_deref(a);
    mem_deref(b);
    place_clear(&p);
    return err;
}

static int a_reader_cannot_write(void)
{
    struct place p;
    struct db *d = NULL;
    int err;

    CHECK_OK_TO(place_make(&p), out);
    CHECK_OK_TO(db_open(&d, p.db, DB_READ), out);
    err = db_run(d, "DELETE FROM thing");
    CHECK_TO(err == EROFS || err == ENOMEM, out);
    err = err == ENOMEM ? err : 0;
out:
    mem_deref(d);
    place_clear(&p);
    return err;
}

static int what_is_no_database_is_named_so(void)
{
    struct place p;
    struct db *d = NULL;
    FILE *f;
    int err;

    if (place_skips("what_is_no_database_is_named_so"))
        return 0;
    CHECK_OK_TO(place_make(&p), out);
    f = fopen(p.db, "w");
    CHECK_TO(f, out);
    for (int i = 0; i < 5000; i++)
        fputs("no database", f);
    fclose(f);
    err = db_open(&d, p.db, DB_WRITE);
    CHECK_TO(err == EBADMSG || err == ENOMEM, out);
    err = err == ENOMEM ? err : 0;
out:
    mem_deref(d);
    place_clear(&p);
    return err;
}

static int a_replaced_file_is_noticed(void)
{
    struct place p;
    struct db *d = NULL;
    char old[96];
    int err;

    if (place_skips("a_replaced_file_is_noticed"))
        return 0;
    CHECK_OK_TO(place_make(&p), out);
    CHECK_OK_TO(db_open(&d, p.db, DB_WRITE), out);
    CHECK_TO(db_is_in_place(d), out);
    snprintf(old, sizeof(old), "%s/old.db", p.dir);
    CHECK_TO(rename(p.db, old) == 0 && !db_is_in_place(d), out);
out:
    mem_deref(d);
    place_clear(&p);
    return err;
}

static int first_column(struct stmt *s, void *arg)
{
    *(int64_t *)arg += stmt_col_int(s, 0);
    return 0;
}

static int recipes_with_double_quotes_and_backticks_run(void)
{
    struct slice sql = SLICE("insert into `thing` (value) values (\"a;b\"); -- note\n"
                             "SELECT count(*) FROM `thing` WHERE `value` = \"a;b\";");
    struct place p;
    struct db *d = NULL;
    int64_t sum = 0;
    int err;

    CHECK_OK_TO(place_make(&p), out);
    CHECK_OK_TO(db_open(&d, p.db, DB_WRITE), out);
    db_allow_double_quoted(d, true);
    while (sql.len)
        CHECK_OK_TO(db_each(d, &sql, first_column, &sum), out);
    CHECK_TO(sum == 1, out);
out:
    mem_deref(d);
    place_clear(&p);
    return err;
}

static int failing_step(struct db *d)
{
    int err = db_run(d, "CREATE TABLE half (a TEXT)");

    return err ? err : EINVAL;
}

static int nothing_to_do(struct db *d)
{
    return 0;
}

static int a_failing_migration_leaves_nothing_behind(void)
{
    static const struct store_migration steps[] = {
        {.version = 20260101000000, .name = "tables", .up = tables_make},
        {.version = 20260102000000, .name = "fails", .up = failing_step},
        {0}};
    struct place p;
    struct db *d = NULL;
    int64_t version = 0;
    int err;

    CHECK_OK_TO(place_make(&p), out);
    CHECK_OK_TO(db_open(&d, p.db, DB_WRITE), out);
    err = store_migrate(d, steps);
    CHECK_TO(err == EINVAL || err == ENOMEM, out);
    err = 0;
    CHECK_OK_TO(store_version(d, &version), out);
    CHECK_TO(version == 20260101000000, out);
    if (!place_server()) /* there a CREATE ends the transaction: steps must stand being run again */
        CHECK_TO(db_run(d, "SELECT * FROM half") == EINVAL, out);
out:
    mem_deref(d);
    place_clear(&p);
    return err;
}

/* What its steps have changed this station does not know: nothing is touched, and the sentence says it. */
static int a_newer_database_is_refused(void)
{
    static const struct store_migration one[] = {
        {.version = 20260101000000, .name = "tables", .up = tables_make}, {0}};
    static const struct store_migration two[] = {
        {.version = 20260101000000, .name = "tables", .up = tables_make},
        {.version = 20260102000000, .name = "later", .up = nothing_to_do},
        {0}};
    struct place p;
    struct db *d = NULL;
    int64_t version = 0;
    int err;

    CHECK_OK_TO(place_make(&p), out);
    CHECK_OK_TO(db_open(&d, p.db, DB_WRITE), out);
    CHECK_OK_TO(store_migrate(d, two), out);
    err = store_migrate(d, one);
    CHECK_TO(err == ENOTSUP || err == ENOMEM, out);
    CHECK_TO(err == ENOMEM || strstr(db_why(d), "newer station"), out);
    err = 0;
    CHECK_OK_TO(store_version(d, &version), out);
    CHECK_TO(version == 20260102000000, out);
out:
    mem_deref(d);
    place_clear(&p);
    return err;
}

/* A routing makes up new texts all the time: the statements of old ones are given back. */
/* Once: hundreds of statements for each allocation that could fail take minutes on a server. */
static int statements_are_given_back(void)
{
    struct place p;
    struct db *d = NULL;
    struct stmt *first, *held, *s;
    bool row = false;
    int err;

    CHECK_OK_TO(place_make(&p), out);
    CHECK_OK_TO(db_open(&d, p.db, DB_WRITE), out);
    CHECK_OK_TO(db_stmt(&first, d, "SELECT 1"), out);
    CHECK_OK_TO(db_stmt(&held, d, "SELECT 2 UNION SELECT 3 ORDER BY 1"), out);
    CHECK_OK_TO(stmt_step(held, &row), out);
    for (int i = 0; i < 3 * DB_STMTS; i++) {
        char text[40];

        snprintf(text, sizeof(text), "SELECT %d", 1000 + i);
        CHECK_OK_TO(db_stmt(&s, d, text), out);
        CHECK_OK_TO(stmt_step(s, &row), out);
        CHECK_TO(row && stmt_col_int(s, 0) == 1000 + i, out);
        stmt_reset(s);
    }
    CHECK_TO(d->stmts.count <= DB_STMTS, out);
    CHECK_OK_TO(stmt_step(held, &row), out);
    CHECK_TO(row && stmt_col_int(held, 0) == 3, out);
out:
    mem_deref(d);
    place_clear(&p);
    return err;
}

UNIT_TESTS(UNIT(a_missing_file_is_refused_and_not_made), UNIT(values_come_back_as_bound),
           UNIT(a_lock_of_another_is_ebusy), UNIT(a_reader_cannot_write),
           UNIT(what_is_no_database_is_named_so), UNIT(a_replaced_file_is_noticed),
           UNIT(recipes_with_double_quotes_and_backticks_run),
           UNIT(a_failing_migration_leaves_nothing_behind), UNIT(a_newer_database_is_refused),
           UNIT_ONCE(statements_are_given_back))
