/* database.h - a database with the station's tables, for the tests of model/ and of what stands on it */
#pragma once
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "model/schema.h"
#include "model/snapshot.h"
#include "unit.h"

/* Fresh tables, then the rows of sql; texts may stand in double quotes, as the manual writes them.
 * In memory: the rerun under a failing allocator makes it thousands of times. */
static inline int database_make(struct db **d, const char *sql)
{
    char path[] = "/dev/shm/station-model-XXXXXX";
    int fd = mkstemp(path), err;

    if (fd < 0)
        return errno;
    close(fd);
    err = db_open(d, path, DB_WRITE);
    if (!err)
        err = db_run(*d, "PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY");
    unlink(path);
    if (!err)
        err = store_migrate(*d, model_migrations);
    if (!err) {
        db_allow_double_quoted(*d, true);
        err = db_run(*d, sql);
        if (err)
            fprintf(stderr, "%s\n", db_why(*d));
    }
    return err;
}

/* For one that all tests of a program share, before main, so that it counts as nobody's leak: rows, and the
 * statements of a snapshot, which stay prepared. Ends the program when it cannot. */
static inline void database_fill(struct db *d, const char *sql)
{
    struct model_snapshot *first = NULL;

    if (db_run(d, sql) || model_snapshot_load(&first, d)) {
        fprintf(stderr, "database: %s\n", db_why(d));
        _exit(1);
    }
    mem_deref(first);
}

static inline void database_share(struct db **d, const char *sql)
{
    if (database_make(d, "")) {
        fprintf(stderr, "no database\n");
        _exit(1);
    }
    database_fill(*d, sql);
}

/* Is there a message that has all these words? NULL ends them. */
static inline bool report_has(const struct model_snapshot *s, const char *a, const char *b,
                              const char *c)
{
    const struct model_report *r = model_snapshot_report(s);

    for (const struct model_message *m = r->first; m; m = m->next)
        if (strstr(m->text, a) && (!b || strstr(m->text, b)) && (!c || strstr(m->text, c)))
            return true;
    return false;
}

static inline void report_print(const struct model_snapshot *s)
{
    for (const struct model_message *m = model_snapshot_report(s)->first; m; m = m->next)
        fprintf(stderr, "  %s\n", m->text);
}
