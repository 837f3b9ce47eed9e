/*
 * store/migrate.h - bringing a database to the present schema, step by step
 *
 * Scope:   forward only: a database that a newer station has been at is refused (its steps may have changed
 *          what this one relies on), and db_why says so.
 * Shape:   a step has a version YYYYMMDDHHMMSS; steps done are rows of table `migrations` (version,
 *          name, applied). Each step is one transaction; steps go forward only, and in order. A server's
 *          CREATE and ALTER end a transaction: a step must stand being run again over its own half.
 * Source:  the manual's migrations (F8, F9, F640).
 */
#pragma once
#include <stdint.h>

#include "store/db.h"

struct store_migration {
    int64_t version; /* 0 ends a table */
    const char *name;
    int (*up)(struct db *d);
};

/** Run the steps that are missing. @return 0; ENOTSUP (a newer station has been here: nothing is changed);
 *  what a step or the database returned (that step undone). */
int store_migrate(struct db *d, const struct store_migration *steps);

/** Version of the last step of a table, 0 for none. */
int64_t store_newest(const struct store_migration *steps);

/** Version of the newest step done, 0 for none. */
int store_version(struct db *d, int64_t *version);
