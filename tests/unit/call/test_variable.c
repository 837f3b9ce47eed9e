/* Variables of a channel and what the next leg inherits. */
#include <stdio.h>

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

UNIT_TESTS(UNIT(set_get_and_remove), UNIT(underscores_say_how_far_they_reach),
           UNIT_ONCE(the_ceilings_hold))
