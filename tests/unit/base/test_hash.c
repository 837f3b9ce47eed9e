/* Hash tables and lists. */
#include "base/hash.h"
#include "base/mem.h"
#include "unit.h"

struct item {
    struct hash_link link;
    uint32_t n;
};

static struct item *find(const struct hash *h, uint32_t n)
{
    for (struct hash_link *k = hash_first(h, hash_bytes(&n, 4)); k; k = hash_next(k))
        if (CONTAINER_OF(k, struct item, link)->n == n)
            return CONTAINER_OF(k, struct item, link);
    return NULL;
}

static int thousands_are_found_and_removed(void)
{
    enum { N = 5000 };
    struct item *items = mem_zalloc(N * sizeof(*items));
    struct hash h;
    uint32_t seen = 0;
    int err = items ? 0 : ENOMEM;

    hash_init(&h);
    for (uint32_t i = 0; !err && i < N; i++) {
        items[i].n = i;
        CHECK_OK_TO(hash_add(&h, &items[i].link, hash_bytes(&i, 4)), out);
    }
    for (uint32_t i = 0; !err && i < N; i++)
        CHECK_TO(find(&h, i) == &items[i], out);
    CHECK_TO(err || !find(&h, N), out);
    HASH_FOREACH(&h, k)
    {
        seen++;
        if (CONTAINER_OF(k, struct item, link)->n % 2)
            hash_del(&h, k);
    }
    CHECK_TO(err || (seen == N && h.count == N / 2 && !find(&h, 1) && find(&h, 2)), out);
out:
    hash_fini(&h);
    mem_free(items);
    return err;
}

static int case_folds_only_where_asked(void)
{
    CHECK(hash_lower(SLICE("AlIcE@Example.com")) == hash_lower(SLICE("alice@exaMple.COM")));
    CHECK(hash_slice(SLICE("Alice")) != hash_slice(SLICE("alice")));
    CHECK(hash_slice(SLICE("alice")) == hash_lower(SLICE("ALICE")));
    return 0;
}

struct node {
    struct link link;
    int n;
};

static int lists_keep_order(void)
{
    struct node a = {.n = 1}, b = {.n = 2}, c = {.n = 3};
    struct list l, m;
    int sum = 0;

    list_init(&l);
    list_init(&m);
    CHECK(list_is_empty(&l) && !list_first(&l) && !list_last(&l));
    list_append(&l, &b.link);
    list_append(&m, &c.link);
    list_prepend(&l, &a.link);
    list_move_all(&l, &m);
    CHECK(list_is_empty(&m));
    LIST_FOREACH(&l, k)
    {
        struct node *n = CONTAINER_OF(k, struct node, link);

        sum = sum * 10 + n->n;
        list_unlink(k);
    }
    CHECK(sum == 123 && list_is_empty(&l) && !link_is_in(&a.link));
    list_unlink(&a.link);
    return 0;
}

UNIT_TESTS(UNIT(thousands_are_found_and_removed), UNIT(case_folds_only_where_asked),
           UNIT(lists_keep_order))
