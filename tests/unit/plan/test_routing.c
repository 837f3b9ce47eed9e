/* Routing: rows compiled, places found, changes taken over. */
#include "fixture.h"

static int find(const struct world *w, const char *context, const char *exten, int priority,
                struct plan_found *found)
{
    const struct plan_ask ask = plan_ask_for(w->core, NULL, slice_of(context), slice_of(exten));

    return plan_routing_find(w->core->routing, &ask, priority, found);
}

static const char *data_at(const struct world *w, const char *context, const char *exten,
                           int priority)
{
    struct plan_found found;

    return find(w, context, exten, priority, &found) ? "none" : found.step->data;
}

static int with_routing(const char *text, int (*run)(struct world *w))
{
    struct world w;
    int err;

    CHECK_OK(world_init(&w));
    CHECK_OK_TO(world_route(&w, text), out);
    err = run(&w);
out:
    world_fini(&w);
    return err;
}

static int places(struct world *w)
{
    CHECK(strcmp(data_at(w, "main", "100", 1), "exact") == 0);
    CHECK(strcmp(data_at(w, "main", "101", 1), "1XX") == 0);
    CHECK(strcmp(data_at(w, "main", "200", 1), "X.") == 0);
    CHECK(strcmp(data_at(w, "main", "100", 2), "X. 2") == 0); /* where 100 has no second step */
    CHECK(strcmp(data_at(w, "main", "100", 3), "none") == 0);
    CHECK(strcmp(data_at(w, "main", "s", 1), "from a") == 0);
    CHECK(strcmp(data_at(w, "main", "t", 1), "from b") == 0);
    CHECK(strcmp(data_at(w, "b", "s", 1), "b s") == 0);
    CHECK(strcmp(data_at(w, "nosuch", "s", 1), "none") == 0);
    CHECK(strcmp(data_at(w, "main", "", 1), "none") == 0);
    CHECK(strcmp(data_at(w, "main", "100", 0), "none") == 0);
    return 0;
}

static int places_are_found_in_order(void)
{
    return with_routing(
        "[main]\n_X.,2,Note(X. 2)\n100,1,Note(exact)\n_1XX,1,Note(1XX)\n_X.,1,Note(X.)\n"
        "include a\n[a]\ns,1,Note(from a)\ninclude b\n[b]\ns,1,Note(b s)\nt,1,Note(from "
        "b)\ninclude main\n",
        places);
}

static int label_at(const struct world *w, const char *label)
{
    const struct plan_ask ask = plan_ask_for(w->core, NULL, SLICE("main"), SLICE("100"));
    int priority = 0;

    plan_routing_label(w->core->routing, &ask, slice_of(label), &priority);
    return priority;
}

static int labels(struct world *w)
{
    CHECK(label_at(w, "two") == 2);
    CHECK(label_at(w, "pat") == 7);
    CHECK(label_at(w, "no") == 0);
    CHECK(label_at(w, "") == 0);
    return 0;
}

static int labels_are_found(void)
{
    return with_routing("[main]\n100,1,Note(a)\n100,2(two),Note(b)\n_1XX,7(pat),Note(c)\n", labels);
}

static int more_digits(struct world *w)
{
    const struct plan_core *p = w->core;

    CHECK(plan_may_match_more(p, SLICE("main"), SLICE("")));
    CHECK(plan_may_match_more(p, SLICE("main"), SLICE("1")));
    CHECK(!plan_may_match_more(p, SLICE("main"), SLICE("100")));
    CHECK(!plan_may_match_more(p, SLICE("main"), SLICE("5"))); /* a '!' decides */
    CHECK(plan_may_match_more(p, SLICE("main"), SLICE("7")));  /* in the included one */
    CHECK(!plan_may_match_more(p, SLICE("main"), SLICE("8"))); /* priority 2 only */
    CHECK(plan_has_exten(p, SLICE("main"), SLICE("100")));
    CHECK(plan_has_exten(p, SLICE("main"), SLICE("5123")));
    CHECK(!plan_has_exten(p, SLICE("main"), SLICE("81")));
    CHECK(!plan_has_exten(p, SLICE("main"), SLICE("7")));
    return 0;
}

static int what_more_digits_could_make(void)
{
    return with_routing("[main]\n100,1,Note(a)\n_5!,1,Note(b)\n_8X,2,Note(c)\ninclude o\n[o]\n"
                        "_7XX,1,Note(d)\n_5XX,1,Note(e)\n",
                        more_digits);
}

static int bad_rows(struct world *w)
{
    CHECK(strcmp(data_at(w, "main", "100", 1), "first") == 0);
    CHECK(strcmp(data_at(w, "main", "1", 1), "5 5") == 0);
    CHECK(strcmp(data_at(w, "main", "300", 1), "none") == 0);
    CHECK(strcmp(data_at(w, "main", "5", 1), "5 5") == 0);
    CHECK(strcmp(data_at(w, "main", "5", 2), "spelt otherwise") == 0);
    return 0;
}

static int bad_rows_are_left_out(void)
{
    return with_routing(
        "[main]\n100,1,Note(first)\n100,1,Note(second)\n_[1,1,Note(bad)\n300,0,Note(bad)\n"
        "300/101,1,Note(cid)\n_X,1,Note(5 5)\n_[0-9],2,Note(spelt otherwise)\n",
        bad_rows);
}

static int globals_change_by_difference(void)
{
    static const struct plan_global first[] = {{"A", "1"}, {"B", "1"}, {"C", "1"}},
                                    second[] = {{"A", "1"}, {"B", "2"}};
    struct plan_routing *r = NULL;
    struct world w;
    int err;

    CHECK_OK(world_init(&w));
    CHECK_OK_TO(
        plan_routing_alloc(&r, &(struct plan_routing_args){.globals = first, .global_count = 3}),
        out);
    CHECK_OK_TO(plan_set_routing(w.core, r), out);
    r = mem_deref(r);
    CHECK_OK_TO(plan_global_set(w.core, SLICE("A"), SLICE("mine")), out);
    CHECK_OK_TO(plan_global_set(w.core, SLICE("D"), SLICE("mine")), out);
    CHECK_OK_TO(
        plan_routing_alloc(&r, &(struct plan_routing_args){.globals = second, .global_count = 2}),
        out);
    CHECK_OK_TO(plan_set_routing(w.core, r), out);
    CHECK_TO(slice_eqz(plan_global_get(w.core, SLICE("A")), "mine"), out);
    CHECK_TO(slice_eqz(plan_global_get(w.core, SLICE("B")), "2"), out);
    CHECK_TO(!slice_is_set(plan_global_get(w.core, SLICE("C"))), out);
    CHECK_TO(slice_eqz(plan_global_get(w.core, SLICE("D")), "mine"), out);
out:
    mem_deref(r);
    world_fini(&w);
    return err;
}

static int set_globals(struct world *w, const struct plan_global *rows, uint32_t count)
{
    struct plan_routing *r = NULL;
    int err =
        plan_routing_alloc(&r, &(struct plan_routing_args){.globals = rows, .global_count = count});

    if (!err)
        err = plan_set_routing(w->core, r);
    mem_deref(r);
    return err;
}

static int globals_are_made_of_those_above(void)
{
    static const struct plan_global first[] = {{"TRK", "PJSIP/a"},
                                               {"OUT", "${TRK}/7$[1+1]"},
                                               {"IN", "[${LATER}]"},
                                               {"LATER", "x"}},
                                    second[] = {{"TRK", "PJSIP/b"}, {"OUT", "${TRK}/7$[1+1]"}};
    struct world w;
    int err;

    CHECK_OK(world_init(&w));
    CHECK_OK_TO(set_globals(&w, first, 4), out);
    CHECK_TO(slice_eqz(plan_global_get(w.core, SLICE("OUT")), "PJSIP/a/72"), out);
    CHECK_TO(slice_eqz(plan_global_get(w.core, SLICE("IN")), "[]"), out);
    CHECK_OK_TO(set_globals(&w, second, 2), out);
    CHECK_TO(slice_eqz(plan_global_get(w.core, SLICE("OUT")), "PJSIP/b/72"), out);
out:
    world_fini(&w);
    return err;
}

static int globals_have_a_ceiling(void)
{
    static char big[1u << 20];
    struct world w;
    char name[16];
    int err, i;

    memset(big, 'x', sizeof(big));
    CHECK_OK(world_init(&w));
    for (i = 0; i < 10000; i++) {
        snprintf(name, sizeof(name), "G%d", i);
        CHECK_OK_TO(plan_global_set(w.core, slice_of(name), SLICE("1")), out);
    }
    CHECK_TO(plan_global_set(w.core, SLICE("MORE"), SLICE("1")) == ENOSPC, out);
    CHECK_OK_TO(plan_global_set(w.core, SLICE("G1"), SLICE("2")), out);
    CHECK_OK_TO(plan_global_set(w.core, SLICE("G2"), SLICE_NONE), out);
    CHECK_OK_TO(plan_global_set(w.core, SLICE("MORE"), SLICE("1")), out);
    for (i = 0; i < 15; i++) {
        snprintf(name, sizeof(name), "G%d", 100 + i);
        CHECK_OK_TO(plan_global_set(w.core, slice_of(name), slice_from(big, sizeof(big))), out);
    }
    CHECK_TO(plan_global_set(w.core, SLICE("G1"), slice_from(big, sizeof(big))) == ENOSPC, out);
    CHECK_TO(slice_eqz(plan_global_get(w.core, SLICE("G1")), "2"), out);
    CHECK_OK_TO(plan_global_set(w.core, SLICE("G100"), SLICE("1")), out);
    CHECK_OK_TO(plan_global_set(w.core, SLICE("G1"), slice_from(big, sizeof(big))), out);
out:
    world_fini(&w);
    return err;
}

/* ---- size ---- */

static int many_extensions_are_found_quickly(void)
{
    enum { COUNT = 20000 };
    struct plan_row *rows = mem_zalloc(COUNT * sizeof(*rows));
    char(*names)[16] = mem_zalloc(COUNT * 16);
    struct plan_routing *r = NULL;
    struct plan_ask ask = {.context = SLICE("main")};
    struct plan_found found;
    int err = rows && names ? 0 : ENOMEM;

    for (int i = 0; i < COUNT && !err; i++) {
        snprintf(names[i], 16, i % 2 ? "_%dX" : "%d", 100000 + i);
        rows[i] = (struct plan_row){"main", names[i], 1, NULL, "NoOp", names[i]};
    }
    if (!err)
        err = plan_routing_alloc(&r, &(struct plan_routing_args){.rows = rows, .row_count = COUNT});
    for (int n = 0; n < 100000 && !err; n++) {
        char dialled[16];

        snprintf(dialled, sizeof(dialled), "%d", 100000 + n % COUNT);
        if (n % 2)
            strcat(dialled, "7");
        ask.exten = slice_of(dialled);
        if (plan_routing_find(r, &ask, 1, &found) ||
            strcmp(found.step->data, names[n % COUNT]) != 0)
            err = unit_failed(__FILE__, __LINE__, dialled);
    }
    mem_deref(r);
    mem_free(names);
    mem_free(rows);
    return err;
}

UNIT_TESTS(UNIT(places_are_found_in_order), UNIT(labels_are_found),
           UNIT_ONCE(what_more_digits_could_make), UNIT_ONCE(bad_rows_are_left_out),
           UNIT(globals_change_by_difference), UNIT(globals_are_made_of_those_above),
           UNIT_ONCE(globals_have_a_ceiling), UNIT_ONCE(many_extensions_are_found_quickly))
