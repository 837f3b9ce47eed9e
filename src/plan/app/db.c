/* app/db.c - DBdel, DBdeltree: entries of DB() are deleted */
#include "base/log.h"
#include "plan/app/all.h"
#include "plan/astdb.h"

/* "family/key": at the first slash. */
static struct slice family_of(const char *data, struct slice *key)
{
    return slice_cut(slice_of(data), '/', key);
}

static int dbdel_exec(struct plan_run *run, char *data)
{
    struct slice key, family = family_of(data, &key);

    if (plan_astdb_put(run->core, family, key, SLICE_NONE))
        log_info("DBdel: no such entry call=%s name=\"%s\"", run->channel->linkedid, data);
    return PLAN_NEXT;
}

static int dbdeltree_exec(struct plan_run *run, char *data)
{
    struct slice key, family = family_of(data, &key);
    const uint32_t count = plan_astdb_deltree(run->core, family, key);

    log_info("DBdeltree call=%s name=\"%s\" deleted=%u", run->channel->linkedid, data, count);
    return PLAN_NEXT;
}

const struct plan_app plan_app_dbdel = {
    .name = "DBdel",
    .syntax = "DBdel(family/key)",
    .help_ru = "Удаляет запись DB(family/key)",
    .help_en = "Delete the entry DB(family/key)",
    .shown = "tests/unit/plan/test_astdb.c",
    .exec = dbdel_exec,
};

const struct plan_app plan_app_dbdeltree = {
    .name = "DBdeltree",
    .syntax = "DBdeltree(family[/key])",
    .help_ru = "Удаляет семейство DB или всё, что лежит под family/key",
    .help_en = "Delete a family of DB, or all that lies below family/key",
    .shown = "tests/unit/plan/test_astdb.c",
    .exec = dbdeltree_exec,
};
