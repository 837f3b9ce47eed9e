/* Counted objects and arenas. */
#include <string.h>

#include "base/mem.h"
#include "unit.h"

static int destroyed;

static void on_destroy(void *object)
{
    destroyed += *(int *)object;
}

static int the_last_reference_destroys(void)
{
    int *p = mem_alloc(sizeof(*p), on_destroy);

    CHECK(p);
    *p = 7;
    destroyed = 0;
    CHECK(mem_ref(p) == p && mem_refs(p) == 2);
    CHECK(mem_deref(p) == NULL && destroyed == 0);
    CHECK(mem_deref(p) == NULL && destroyed == 7);
    CHECK(mem_deref(NULL) == NULL && mem_ref(NULL) == NULL);
    return 0;
}

static int an_arena_has_a_ceiling(void)
{
    struct arena a;
    int err = 0;
    char *p, *q;

    arena_init(&a, 10000);
    p = arena_alloc(&a, 3);
    q = arena_strndup(&a, "text", 4);
    CHECK_TO(p && q && ((uintptr_t)q & 7) == 0 && strcmp(q, "text") == 0, out);
    CHECK_TO(arena_alloc(&a, 8000) == NULL, out);
    CHECK_TO(arena_alloc(&a, 5000) != NULL, out);
    CHECK_TO(arena_alloc(&a, SIZE_MAX) == NULL, out);
    arena_reset(&a);
    CHECK_TO(arena_alloc(&a, 4000) != NULL, out);
out:
    arena_fini(&a);
    return err;
}

static int absurd_sizes_are_no_memory(void)
{
    CHECK(mem_zalloc((size_t)2 << 30) == NULL);
    CHECK(mem_realloc(NULL, SIZE_MAX) == NULL);
    return 0;
}

UNIT_TESTS(UNIT(the_last_reference_destroys), UNIT(an_arena_has_a_ceiling),
           UNIT(absurd_sizes_are_no_memory))
