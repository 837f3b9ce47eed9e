/* The small database: in memory, each change told to the keeper; DBdel and DBdeltree. */
#include "fixture.h"
#include "plan/astdb.h"

static void keep(struct slice name, struct slice value, void *arg)
{
    struct world *w = arg;

    if (slice_is_set(value))
        buf_printf(&w->notes, "%.*s=%.*s;", SLICE_ARG(name), SLICE_ARG(value));
    else
        buf_printf(&w->notes, "-%.*s;", SLICE_ARG(name));
}

static bool list(struct slice name, struct slice value, void *arg)
{
    return buf_printf(arg, "%.*s:%.*s;", SLICE_ARG(name), SLICE_ARG(value)) == 0;
}

static int entries_are_set_read_and_deleted(void)
{
    struct world w;
    struct buf all;
    int err;

    buf_init(&all, 1000);
    CHECK_OK(world_init(&w));
    CHECK_OK_TO(plan_astdb_load(w.core, SLICE("f/old"), SLICE("0")), out);
    plan_astdb_keeper(w.core, keep, &w);
    CHECK_OK_TO(plan_astdb_put(w.core, SLICE("f"), SLICE("b"), SLICE("2")), out);
    CHECK_OK_TO(plan_astdb_put(w.core, SLICE("f"), SLICE("a/x"), SLICE("1")), out);
    CHECK_OK_TO(plan_astdb_put(w.core, SLICE("fam"), SLICE("k"), SLICE("3")), out);
    CHECK_OK_TO(plan_astdb_put(w.core, SLICE("f"), SLICE("b"), SLICE("22")), out);
    CHECK_TO(slice_eqz(plan_astdb_get(w.core, SLICE("f"), SLICE("b")), "22"), out);
    CHECK_TO(!slice_is_set(plan_astdb_get(w.core, SLICE("F"), SLICE("b"))), out);
    CHECK_TO(plan_astdb_put(w.core, SLICE("f"), SLICE("c"), SLICE_NONE) == ENOENT, out);
    CHECK_TO(plan_astdb_put(w.core, SLICE(""), SLICE("c"), SLICE("1")) == EINVAL, out);
    CHECK_OK_TO(plan_astdb_load(w.core, SLICE("f/b"), SLICE("older")), out);
    CHECK_OK_TO(plan_astdb_each(w.core, SLICE("f"), list, &all), out);
    CHECK_OK_TO(buf_err(&all), out);
    CHECK_TO(!strcmp(buf_z(&all), "f/a/x:1;f/b:22;f/old:0;"), out);
    CHECK_TO(plan_astdb_deltree(w.core, SLICE("f"), SLICE("a")) == 1, out);
    CHECK_TO(plan_astdb_deltree(w.core, SLICE("nosuch"), SLICE("")) == 0, out);
    CHECK_TO(world_saw(&w, "f/b=2;f/a/x=1;fam/k=3;f/b=22;-f/a/x;"), out);
out:
    buf_fini(&all);
    world_fini(&w);
    return err;
}

static int applications_delete_entries(void)
{
    struct world w;
    int err;

    CHECK_OK(world_init(&w));
    CHECK_OK_TO(plan_astdb_put(w.core, SLICE("f"), SLICE("a"), SLICE("1")), out);
    CHECK_OK_TO(plan_astdb_put(w.core, SLICE("f"), SLICE("t/b"), SLICE("1")), out);
    CHECK_OK_TO(plan_astdb_put(w.core, SLICE("f"), SLICE("c"), SLICE("1")), out);
    plan_astdb_keeper(w.core, keep, &w);
    CHECK_OK_TO(world_route(&w, "[main]\n10,1,DBdel(f/a)\n10,2,DBdel(f/a)\n10,3,DBdel(f)\n"
                                "10,4,DBdeltree(f/t)\n10,5,DBdeltree()\n10,6,DBdeltree(f)\n"),
                out);
    CHECK_OK_TO(world_dial(&w, "10", NULL), out);
    loop_fake_advance(w.loop, 100);
    CHECK_TO(world_saw(&w, "-f/a;-f/t/b;-f/c;end=16;"), out);
out:
    world_fini(&w);
    return err;
}

UNIT_TESTS(UNIT(entries_are_set_read_and_deleted), UNIT(applications_delete_entries))
