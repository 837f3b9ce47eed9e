/*
 * base/list.h - doubly linked list whose links live inside the members
 *
 * Owns:    nothing. A link is in one list at most; list_unlink on a link in no list does nothing.
 * Cost:    every operation O(1).
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#define CONTAINER_OF(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

struct link {
    struct link *next, *prev; /* both NULL: in no list */
};

struct list {
    struct link ends; /* next = first, prev = last; points to itself when empty */
};

static inline void list_init(struct list *l)
{
    l->ends.next = l->ends.prev = &l->ends;
}

static inline bool list_is_empty(const struct list *l)
{
    return l->ends.next == &l->ends;
}

static inline bool link_is_in(const struct link *k)
{
    return k->next != NULL;
}

static inline void list_insert_before(struct link *at, struct link *k)
{
    k->next = at;
    k->prev = at->prev;
    at->prev->next = k;
    at->prev = k;
}

static inline void list_append(struct list *l, struct link *k)
{
    list_insert_before(&l->ends, k);
}

static inline void list_prepend(struct list *l, struct link *k)
{
    list_insert_before(l->ends.next, k);
}

static inline void list_unlink(struct link *k)
{
    if (!k->next)
        return;
    k->prev->next = k->next;
    k->next->prev = k->prev;
    k->next = k->prev = NULL;
}

/** First / last link, or NULL when empty. */
static inline struct link *list_first(const struct list *l)
{
    return list_is_empty(l) ? NULL : l->ends.next;
}

static inline struct link *list_last(const struct list *l)
{
    return list_is_empty(l) ? NULL : l->ends.prev;
}

/** The one after k, or NULL at the end. */
static inline struct link *list_next(const struct list *l, const struct link *k)
{
    return k->next == &l->ends ? NULL : k->next;
}

/** Move all members of from to the end of to. */
static inline void list_move_all(struct list *to, struct list *from)
{
    if (list_is_empty(from))
        return;
    from->ends.next->prev = to->ends.prev;
    to->ends.prev->next = from->ends.next;
    from->ends.prev->next = &to->ends;
    to->ends.prev = from->ends.prev;
    list_init(from);
}

/** Walk; the current link may be unlinked inside the body. */
#define LIST_FOREACH(l, k)                                                                         \
    for (struct link *k = (l)->ends.next, *k##_next = k->next; k != &(l)->ends;                    \
         k = k##_next, k##_next = k->next)
