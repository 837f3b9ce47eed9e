/* Changes of the routing: by hand, by the database, a hundred times, wrong ones, under a call. */
#include "fixture.h"
#include "model/database.h"
#include "plan/change.h"

#define STEP(id, value)                                                                                     \
    "INSERT INTO static_extensions (filename, cat_metric, var_metric, category, var_name, var_val) VALUES " \
    "('extensions.conf', 1, " #id ", 'main', 'exten', '" value "');"

static const char rows[] = STEP(1, "10,1,Note(a)") STEP(2, "10,2,Wait(100)")
    STEP(3, "10,3,Note(base)") STEP(4, "20,1,Note(twenty)") STEP(5, "20/101,1,Note(caller)");

static int load(struct world *w, struct db *d)
{
    struct model_snapshot *s = NULL;
    int err = model_snapshot_load(&s, d);

    if (!err)
        err = plan_set_snapshot(w->core, s);
    mem_deref(s);
    return err;
}

static int changing_init(struct world *w, struct db **d)
{
    int err = world_init(w);

    if (err)
        return err;
    err = database_make(d, rows);
    if (!err)
        err = load(w, *d);
    if (err) {
        *d = mem_deref(*d);
        world_fini(w);
    }
    return err;
}

struct result {
    int err;
    unsigned count;
};

static void on_changed(int err, void *arg)
{
    struct result *r = arg;

    r->err = err;
    r->count++;
}

static struct plan_row row(const char *exten, int priority, const char *data)
{
    return (struct plan_row){
        .context = "main", .exten = exten, .priority = priority, .app = "Note", .data = data};
}

static const char *data_of(const struct world *w, const char *exten, int priority,
                           const char *caller)
{
    struct plan_ask ask = plan_ask_for(w->core, NULL, SLICE("main"), slice_of(exten));
    struct plan_found found;

    ask.caller = slice_of(caller);
    return plan_routing_find(w->core->routing, &ask, priority, &found) ? "none" : found.step->data;
}

static int steps_come_and_go(void)
{
    struct plan_row new = row("30", 1, "new"), mine = row("10", 3, "mine"), all = row("20", 0, ""),
                    own = row("20", 1, "");
    struct db *d = NULL;
    struct result r = {0};
    struct world w;
    int err;

    own.cid = "101";
    CHECK_OK(changing_init(&w, &d));
    CHECK_OK_TO(plan_change_add(w.core, &new, false, on_changed, &r), out);
    CHECK_TO(plan_change_add(w.core, &new, false, on_changed, &r) == EEXIST, out);
    CHECK_TO(plan_change_add(w.core, &mine, false, on_changed, &r) == EEXIST, out);
    CHECK_OK_TO(plan_change_add(w.core, &mine, true, on_changed, &r), out);
    loop_fake_advance(w.loop, 5);
    CHECK_TO(r.count == 2, out);
    CHECK_OK_TO(r.err, out);
    CHECK_TO(strcmp(data_of(&w, "30", 1, ""), "new") == 0, out);
    CHECK_TO(strcmp(data_of(&w, "10", 3, ""), "mine") == 0, out);
    CHECK_OK_TO(plan_change_remove(w.core, &own, on_changed, &r), out);
    CHECK_OK_TO(plan_change_remove(w.core, &new, on_changed, &r), out);
    loop_fake_advance(w.loop, 5);
    CHECK_OK_TO(r.err, out);
    CHECK_TO(strcmp(data_of(&w, "20", 1, "101"), "twenty") == 0, out);
    CHECK_TO(strcmp(data_of(&w, "30", 1, ""), "none") == 0, out);
    CHECK_TO(plan_change_remove(w.core, &new, on_changed, &r) == ENOENT, out);
    CHECK_OK_TO(plan_change_remove(w.core, &all, on_changed, &r), out);
    loop_fake_advance(w.loop, 5);
    CHECK_OK_TO(r.err, out);
    CHECK_TO(strcmp(data_of(&w, "20", 1, ""), "none") == 0, out);
    CHECK_OK_TO(plan_change_forget(w.core, on_changed, &r), out);
    loop_fake_advance(w.loop, 5);
    CHECK_OK_TO(r.err, out);
    CHECK_TO(strcmp(data_of(&w, "20", 1, "101"), "caller") == 0, out);
    CHECK_TO(strcmp(data_of(&w, "10", 3, ""), "base") == 0, out);
out:
    mem_deref(d);
    world_fini(&w);
    return err;
}

/* No moment in which a call would miss the step. */
static int changes_stay_while_the_database_changes(void)
{
    struct plan_row new = row("30", 1, "new");
    struct db *d = NULL;
    struct result r = {0};
    struct world w;
    int err;

    CHECK_OK(changing_init(&w, &d));
    CHECK_OK_TO(plan_change_add(w.core, &new, false, on_changed, &r), out);
    loop_fake_advance(w.loop, 5);
    CHECK_TO(r.count == 1, out);
    CHECK_OK_TO(
        db_run(d, "UPDATE static_extensions SET var_val = '10,1,Note(b)' WHERE var_metric = 1"),
        out);
    CHECK_OK_TO(load(&w, d), out);
    CHECK_TO(strcmp(data_of(&w, "30", 1, ""), "new") == 0, out);
    loop_fake_advance(w.loop, 5);
    CHECK_TO(strcmp(data_of(&w, "30", 1, ""), "new") == 0, out);
    CHECK_TO(strcmp(data_of(&w, "10", 1, ""), "b") == 0, out);
out:
    mem_deref(d);
    world_fini(&w);
    return err;
}

static int bad_changes_are_refused(void)
{
    struct plan_row bad[] = {row("", 1, ""), row("_[1", 1, ""), row("30", 0, ""),
                             row("30", -5, "")};
    struct db *d = NULL;
    struct world w;
    int err = 0;

    CHECK_OK(changing_init(&w, &d));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CHECK_TO(plan_change_add(w.core, &bad[i], false, NULL, NULL) == EINVAL, out);
    bad[0] = row("30", 1, "");
    bad[0].app = "";
    CHECK_TO(plan_change_add(w.core, &bad[0], false, NULL, NULL) == EINVAL, out);
out:
    mem_deref(d);
    world_fini(&w);
    return err;
}

static int includes_come_and_go(void)
{
    const struct plan_include in = {"main", "more,*,*,*,*"}, out_again = {"main", "more"};
    struct plan_row more = row("40", 1, "more");
    struct db *d = NULL;
    struct result r = {0};
    struct world w;
    int err;

    more.context = "more";
    CHECK_OK(changing_init(&w, &d));
    CHECK_OK_TO(plan_change_add(w.core, &more, false, NULL, NULL), out);
    CHECK_OK_TO(plan_change_include(w.core, &in, false, on_changed, &r), out);
    loop_fake_advance(w.loop, 5);
    CHECK_OK_TO(r.err, out);
    CHECK_TO(strcmp(data_of(&w, "40", 1, ""), "more") == 0, out);
    CHECK_TO(plan_change_include(w.core, &out_again, false, NULL, NULL) == EEXIST, out);
    CHECK_OK_TO(plan_change_include(w.core, &out_again, true, on_changed, &r), out);
    loop_fake_advance(w.loop, 5);
    CHECK_OK_TO(r.err, out);
    CHECK_TO(strcmp(data_of(&w, "40", 1, ""), "none") == 0, out);
    CHECK_TO(plan_change_include(w.core, &out_again, true, NULL, NULL) == ENOENT, out);
out:
    mem_deref(d);
    world_fini(&w);
    return err;
}

/* Changes by hand outlive a change of the database. */
static int the_database_leaves_what_was_added(void)
{
    struct plan_row new = row("30", 1, "new");
    struct db *d = NULL;
    struct world w;
    int err;

    CHECK_OK(changing_init(&w, &d));
    CHECK_OK_TO(plan_change_add(w.core, &new, false, NULL, NULL), out);
    CHECK_OK_TO(db_run(d, STEP(9, "50,1,Note(fifty)")), out);
    CHECK_OK_TO(load(&w, d), out);
    loop_fake_advance(w.loop, 5);
    CHECK_TO(strcmp(data_of(&w, "50", 1, ""), "fifty") == 0, out);
    CHECK_TO(unit_is_rerun() || strcmp(data_of(&w, "30", 1, ""), "new") == 0, out);
out:
    mem_deref(d);
    world_fini(&w);
    return err;
}

/* The end of the core while a change is being compiled. */
static int the_end_may_come_at_any_time(void)
{
    struct plan_row new = row("30", 1, "new");
    struct db *d = NULL;
    struct result r = {0};
    struct world w;
    int err;

    CHECK_OK(changing_init(&w, &d));
    CHECK_OK_TO(plan_change_add(w.core, &new, false, on_changed, &r), out);
    new.priority = 2;
    CHECK_OK_TO(plan_change_add(w.core, &new, false, on_changed, &r), out);
    w.core = mem_deref(w.core);
    CHECK_TO(r.count == 2, out);
out:
    mem_deref(d);
    world_fini(&w);
    return err;
}

/* A hundred reloads (tests/e2e/reload.sh: a thousand), every other one with nonsense in it, under a call that waits in the routing. */
static int a_hundred_reloads_drop_no_call(void)
{
    struct channel *ch = NULL;
    struct db *d = NULL;
    struct world w;
    char sql[256];
    int err;

    CHECK_OK(changing_init(&w, &d));
    CHECK_OK_TO(world_dial(&w, "10", &ch), out);
    loop_fake_advance(w.loop, 10);
    for (int i = 0; i < 100; i++) {
        snprintf(
            sql, sizeof(sql),
            "DELETE FROM static_extensions WHERE var_metric > 100;"
            "INSERT INTO static_extensions (filename, cat_metric, var_metric, category, var_name, "
            "var_val) VALUES ('extensions.conf', 1, 101, 'main', '%s', '%s%d')",
            i % 2 ? "exten" : "include", i % 2 ? "_[1,nonsense(((" : "60,1,Note", i);
        CHECK_OK_TO(db_run(d, sql), out);
        CHECK_OK_TO(load(&w, d), out);
        loop_fake_advance(w.loop, 10);
        CHECK_TO(!ch->is_hungup && ch->priority == 2, out);
    }
    loop_fake_advance(w.loop, 100000);
    CHECK_TO(world_saw(&w, "a;base;end=16;"), out);
out:
    mem_deref(ch);
    mem_deref(d);
    world_fini(&w);
    return err;
}

/* Without memory, without a table: the old routing stays. */
static int a_configuration_that_cannot_be_read_leaves_the_old_one(void)
{
    struct db *d = NULL;
    struct world w;
    int err;

    CHECK_OK(changing_init(&w, &d));
    for (int i = 0; i < 100; i++) {
        CHECK_OK_TO(db_run(d, "ALTER TABLE static_extensions RENAME TO gone"), out);
        CHECK_TO(load(&w, d) != 0, out);
        CHECK_TO(strcmp(data_of(&w, "20", 1, ""), "twenty") == 0, out);
        CHECK_OK_TO(db_run(d, "ALTER TABLE gone RENAME TO static_extensions"), out);
    }
    CHECK_OK_TO(load(&w, d), out);
out:
    mem_deref(d);
    world_fini(&w);
    return err;
}

UNIT_TESTS(UNIT_ONCE(steps_come_and_go), UNIT_ONCE(changes_stay_while_the_database_changes),
           UNIT_ONCE(bad_changes_are_refused), UNIT_ONCE(includes_come_and_go),
           UNIT_ONCE(the_database_leaves_what_was_added), UNIT_ONCE(the_end_may_come_at_any_time),
           UNIT_ONCE(a_hundred_reloads_drop_no_call),
           UNIT_ONCE(a_configuration_that_cannot_be_read_leaves_the_old_one))
