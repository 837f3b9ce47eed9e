/* test_schema.c - an older database gets the tables and columns that it lacks */
#include "database.h"

static int count(struct db *d, const char *sql, const char *expected)
{
    struct stmt *s;
    bool row;
    int err = db_stmt(&s, d, sql);

    if (!err)
        err = stmt_step(s, &row);
    if (!err)
        CHECK(row && slice_eqz(stmt_col(s, 0), expected));
    if (!err)
        err = stmt_step(s, &row); /* to its end: the statement locks the table no longer */
    return err;
}

static int an_older_database_gets_what_it_lacks(void)
{
    struct db *d = NULL;
    int err;

    CHECK_OK_TO(database_make(&d, "DROP TABLE call_story; DROP TABLE ps_aors;"
                                  "ALTER TABLE ps_auths DROP COLUMN realm;"
                                  "INSERT INTO ps_auths (id, username) VALUES ('kept', 'x');"
                                  "DELETE FROM config_version WHERE name = 'ps_aors';"
                                  "DELETE FROM migrations WHERE version > 20261123060000;"),
                out);
    CHECK_OK_TO(store_migrate(d, model_migrations), out);
    CHECK_OK_TO(count(d, "SELECT count(*) FROM call_story", "0"), out);
    CHECK_OK_TO(count(d, "SELECT count(*) FROM ps_auths WHERE realm IS NULL AND id = 'kept'", "1"),
                out);
    CHECK_OK_TO(db_run(d, "INSERT INTO ps_aors (id) VALUES ('a')"), out);
    CHECK_OK_TO(count(d, "SELECT version FROM config_version WHERE name = 'ps_aors'", "2"), out);
out:
    mem_deref(d);
    return err;
}

static int a_present_database_stays_as_it_is(void)
{
    struct db *d = NULL;
    int err;

    CHECK_OK_TO(database_make(&d, "DELETE FROM migrations WHERE version > 20261123060000;"), out);
    CHECK_OK_TO(store_migrate(d, model_migrations), out);
    CHECK_OK_TO(count(d, "SELECT count(*) FROM sqlite_master WHERE name = 'call_story'", "1"), out);
out:
    mem_deref(d);
    return err;
}

UNIT_TESTS(UNIT(an_older_database_gets_what_it_lacks), UNIT(a_present_database_stays_as_it_is))
