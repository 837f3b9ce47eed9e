/* migrate.c - see migrate.h */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "store/driver.h"
#include "store/migrate.h"

static const char make_table[] =
    "CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, name VARCHAR(128) NOT NULL "
    "DEFAULT '', applied DATETIME NOT NULL DEFAULT (datetime('now','localtime')))";

int store_version(struct db *d, int64_t *version)
{
    struct stmt *s;
    bool row;
    int err;

    err = db_stmt(&s, d, "SELECT coalesce(max(version), 0) FROM migrations");
    if (err)
        return err;
    err = stmt_step(s, &row);
    if (err)
        return err;
    *version = stmt_col_int(s, 0);
    stmt_reset(s);
    return 0;
}

static int note(struct db *d, const struct store_migration *m)
{
    struct stmt *s;
    int err = db_stmt(&s, d, "INSERT INTO migrations (version, name) VALUES (?, ?)");

    if (err)
        return err;
    stmt_int(s, 1, m->version);
    stmt_text(s, 2, slice_of(m->name));
    return stmt_run(s);
}

static int step(struct db *d, const struct store_migration *m)
{
    int64_t done = 0;
    int err = db_begin(d);

    if (err)
        return err;
    /* again inside the transaction: another process may have been faster */
    err = store_version(d, &done);
    if (!err && done < m->version) {
        err = m->up(d);
        if (!err)
            err = note(d, m);
    }
    if (!err)
        err = db_commit(d);
    if (err)
        db_rollback(d);
    return err;
}

int64_t store_newest(const struct store_migration *steps)
{
    int64_t newest = 0;

    for (; steps && steps->version; steps++)
        newest = steps->version;
    return newest;
}

static int refuse(struct db *d, int64_t done, int64_t newest)
{
    snprintf(d->why, sizeof(d->why),
             "a newer station has brought it to schema %" PRId64 ", this one knows %" PRId64
             ": run that station, or take the copy made before the upgrade",
             done, newest);
    return ENOTSUP;
}

int store_migrate(struct db *d, const struct store_migration *steps)
{
    const int64_t newest = store_newest(steps);
    int64_t done = 0;
    int err = 0;

    /* a current database is only read: nothing to write, nothing to wait for */
    if (store_version(d, &done) != 0) {
        err = db_make_ready(d);
        if (!err)
            err = db_run(d, make_table);
    }
    if (newest && done > newest)
        return refuse(d, done, newest);
    for (; !err && steps && steps->version; steps++)
        if (steps->version > done)
            err = step(d, steps);
    return err;
}
