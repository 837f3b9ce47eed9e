/* Variables of a channel and what the next leg inherits. */
#include <stdio.h>

#include "call/observe.h"
#include "fixture.h"

static int set_get_and_remove(void)
{
    struct fixture f;
    struct channel *ch = NULL;
    int err = 0;

    CHECK_OK(fixture_init(&f, 10));
    CHECK_OK_TO(fixture_channel(&ch, &f, NULL), out);
    CHECK_OK_TO(channel_var_set(ch, SLICE("A"), SLICE("1")), out);
    CHECK_OK_TO(channel_var_set(ch, SLICE("A"), SLICE("two")), out);
    CHECK_TO(slice_eqz(channel_var_get(ch, SLICE("A")), "two") && ch->var_count == 1, out);
    CHECK_TO(!slice_is_set(channel_var_get(ch, SLICE("a"))), out);
    CHECK_OK_TO(channel_var_set(ch, SLICE("A"), SLICE_NONE), out);
    CHECK_TO(!slice_is_set(channel_var_get(ch, SLICE("A"))) && ch->var_count == 0, out);
    CHECK_TO(channel_var_set(ch, SLICE("__"), SLICE("x")) == EINVAL, out);
out:
    if (ch)
        channel_hangup(ch, CAUSE_NORMAL);
    mem_deref(ch);
    fixture_fini(&f);
    return err;
}

struct told {
    struct call_observer observer;
    char name[16], value[16];
};

static void on_fact(const struct call_fact *f, void *arg)
{
    struct told *t = arg;

    if (f->type != CALL_VARIABLE)
        return;
    snprintf(t->name, sizeof(t->name), "%.*s", SLICE_ARG(f->name));
    snprintf(t->value, sizeof(t->value), "%.*s", SLICE_ARG(f->value));
}

/* The name, or the value, may be the channel's own text: ClearHash, Set(A=${A}). */
static int its_own_words_name_it(void)
{
    struct told t = {.observer = {.h = on_fact, .arg = &t}};
    struct channel *ch = NULL;
    struct variable *v;
    struct fixture f;
    int err = 0;

    CHECK_OK(fixture_init(&f, 10));
    calls_observe(f.calls, &t.observer);
    CHECK_OK_TO(fixture_channel(&ch, &f, NULL), out);
    CHECK_OK_TO(channel_var_set(ch, SLICE("A"), SLICE("one")), out);
    v = CONTAINER_OF(list_first(&ch->vars), struct variable, link);
    CHECK_OK_TO(channel_var_set(ch, SLICE("A"), slice_of(v->value)), out);
    CHECK_TO(strcmp(t.name, "A") == 0 && strcmp(t.value, "one") == 0, out);
    CHECK_OK_TO(channel_var_set(ch, slice_of(v->name), SLICE_NONE), out);
    CHECK_TO(strcmp(t.name, "A") == 0 && strcmp(t.value, "") == 0, out);
out:
    call_observer_remove(&t.observer);
    if (ch)
        channel_hangup(ch, CAUSE_NORMAL);
    mem_deref(ch);
    fixture_fini(&f);
    return err;
}

static int underscores_say_how_far_they_reach(void)
{
    struct fixture f;
    struct channel *a = NULL, *b = NULL, *c = NULL;
    int err = 0;

    CHECK_OK(fixture_init(&f, 10));
    CHECK_OK_TO(fixture_channel(&a, &f, NULL), out);
    CHECK_OK_TO(channel_var_set(a, SLICE("own"), SLICE("1")), out);
    CHECK_OK_TO(channel_var_set(a, SLICE("_next"), SLICE("2")), out);
    CHECK_OK_TO(channel_var_set(a, SLICE("__all"), SLICE("3")), out);
    CHECK_OK_TO(fixture_channel(&b, &f, a), out);
    CHECK_OK_TO(fixture_channel(&c, &f, b), out);
    CHECK_TO(!slice_is_set(channel_var_get(b, SLICE("own"))), out);
    CHECK_TO(slice_eqz(channel_var_get(b, SLICE("next")), "2"), out);
    CHECK_TO(slice_eqz(channel_var_get(b, SLICE("all")), "3"), out);
    CHECK_TO(!slice_is_set(channel_var_get(c, SLICE("next"))), out);
    CHECK_TO(slice_eqz(channel_var_get(c, SLICE("all")), "3"), out);
out:
    fixture_fini(&f);
    mem_deref(a);
    mem_deref(b);
    mem_deref(c);
    return err;
}

static int the_ceilings_hold(void)
{
    struct fixture f;
    struct channel *ch = NULL;
    char name[16];
    int err = 0;

    CHECK_OK(fixture_init(&f, 10));
    CHECK_OK_TO(fixture_channel(&ch, &f, NULL), out);
    for (int i = 0; i < 2000; i++) {
        snprintf(name, sizeof(name), "v%d", i);
        CHECK_OK_TO(channel_var_set(ch, slice_of(name), SLICE("")), out);
    }
    CHECK_TO(channel_var_set(ch, SLICE("more"), SLICE("")) == ENOSPC, out);
    CHECK_TO(channel_var_set(ch, SLICE("v1"), slice_from(name, 65537)) == ENOSPC, out);
out:
    fixture_fini(&f);
    mem_deref(ch);
    return err;
}

UNIT_TESTS(UNIT(set_get_and_remove), UNIT(its_own_words_name_it),
           UNIT(underscores_say_how_far_they_reach), UNIT_ONCE(the_ceilings_hold))
