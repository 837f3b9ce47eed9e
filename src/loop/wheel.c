/* wheel.c - see wheel.h */
#include <string.h>

#include "loop/wheel.h"

#define SLOT_MASK (WHEEL_SLOTS - 1)
#define FARTHEST_MS ((uint64_t)1 << (WHEEL_BITS * WHEEL_LEVELS - 2))

void wheel_init(struct wheel *w, uint64_t now_ms)
{
    memset(w, 0, sizeof(*w));
    w->now_ms = now_ms;
    list_init(&w->soon);
    for (int i = 0; i < WHEEL_LEVELS; i++)
        for (int k = 0; k < WHEEL_SLOTS; k++)
            list_init(&w->slots[i][k]);
}

void wheel_add(struct wheel *w, struct timer *t)
{
    unsigned level, slot;

    if (t->due_ms > w->now_ms + FARTHEST_MS)
        t->due_ms = w->now_ms + FARTHEST_MS;
    if (t->due_ms <= w->now_ms) {
        list_append(&w->soon, &t->link);
        return;
    }
    level = (63u - (unsigned)__builtin_clzll(t->due_ms ^ w->now_ms)) / WHEEL_BITS;
    if (level >=
        WHEEL_LEVELS) /* the clock crosses a boundary of the whole wheel: once in 139 years */
        level = WHEEL_LEVELS - 1;
    slot = (unsigned)(t->due_ms >> (level * WHEEL_BITS)) & SLOT_MASK;
    list_append(&w->slots[level][slot], &t->link);
    w->used[level] |= (uint64_t)1 << slot;
}

void wheel_del(struct wheel *w, struct timer *t)
{
    struct link *head = t->link.next;
    bool was_alone = head == t->link.prev;
    uintptr_t first = (uintptr_t)&w->slots[0][0], at = (uintptr_t)head;

    list_unlink(&t->link);
    /* The last one of a slot clears the slot's bit; the due and soon lists have none. */
    if (was_alone && at >= first && at < first + sizeof(w->slots)) {
        size_t n = (at - first) / sizeof(struct list);

        w->used[n / WHEEL_SLOTS] &= ~((uint64_t)1 << (n % WHEEL_SLOTS));
    }
}

/* First occupied slot, and the time at which it begins. */
static bool first_slot(const struct wheel *w, unsigned *level, unsigned *slot, uint64_t *at_ms)
{
    for (unsigned i = 0; i < WHEEL_LEVELS; i++) {
        unsigned shift = i * WHEEL_BITS;

        if (!w->used[i])
            continue;
        *level = i;
        *slot = (unsigned)__builtin_ctzll(w->used[i]);
        *at_ms = ((w->now_ms >> shift & ~(uint64_t)SLOT_MASK) | *slot) << shift;
        return true;
    }
    return false;
}

static void spread(struct wheel *w, struct list *slot, struct list *due)
{
    LIST_FOREACH(slot, k)
    {
        struct timer *t = CONTAINER_OF(k, struct timer, link);

        list_unlink(k);
        if (t->due_ms <= w->now_ms)
            list_append(due, k);
        else
            wheel_add(w, t);
    }
}

void wheel_advance(struct wheel *w, uint64_t now_ms, struct list *due)
{
    unsigned level, slot;
    uint64_t at_ms;

    list_move_all(due, &w->soon);
    while (first_slot(w, &level, &slot, &at_ms) && at_ms <= now_ms) {
        w->now_ms = at_ms;
        w->used[level] &= ~((uint64_t)1 << slot);
        if (level == 0)
            list_move_all(due, &w->slots[0][slot]);
        else
            spread(w, &w->slots[level][slot], due);
    }
    if (w->now_ms < now_ms)
        w->now_ms = now_ms;
}

bool wheel_next(const struct wheel *w, uint64_t *at_ms)
{
    unsigned level, slot;

    *at_ms = w->now_ms;
    return !list_is_empty(&w->soon) || first_slot(w, &level, &slot, at_ms);
}

bool wheel_first(const struct wheel *w, uint64_t *at_ms)
{
    unsigned level, slot;

    *at_ms = w->now_ms;
    if (!list_is_empty(&w->soon))
        return true;
    if (!first_slot(w, &level, &slot, at_ms))
        return false;
    *at_ms = UINT64_MAX;
    LIST_FOREACH(&w->slots[level][slot], k)
    {
        const struct timer *t = CONTAINER_OF(k, struct timer, link);

        if (t->due_ms < *at_ms)
            *at_ms = t->due_ms;
    }
    return true;
}
