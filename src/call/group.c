/* group.c - see group.h */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/pack.h"
#include "call/group.h"
#include "call/inner.h"

#define MOST_CATEGORIES 16
#define NAME_MAX_BYTES 80

/* One group of the engine, as long as somebody is in it. */
struct group {
    struct hash_link link; /* calls.groups, by both names in small letters */
    uint32_t count;
    char name[NAME_MAX_BYTES + 1], category[NAME_MAX_BYTES + 1];
};

/* A channel's place in one. */
struct membership {
    struct link link; /* channel.groups */
    struct group *group;
};

static struct slice cut(struct slice s)
{
    return slice_from(s.p, s.len > NAME_MAX_BYTES ? NAME_MAX_BYTES : s.len);
}

static uint32_t hash_of(struct slice category, struct slice name)
{
    return hash_lower(cut(category)) * 31 + hash_lower(cut(name));
}

static struct group *find(const struct calls *c, struct slice category, struct slice name)
{
    for (struct hash_link *k = hash_first(&c->groups, hash_of(category, name)); k;
         k = hash_next(k)) {
        struct group *g = CONTAINER_OF(k, struct group, link);

        if (slice_caseeqz(cut(category), g->category) && slice_caseeqz(cut(name), g->name))
            return g;
    }
    return NULL;
}

static struct group *get(struct calls *c, struct slice category, struct slice name)
{
    struct group *g = find(c, category, name);

    if (g)
        return g;
    g = mem_zalloc(sizeof(*g));
    if (!g)
        return NULL;
    (void)slice_copy(cut(category), g->category, sizeof(g->category));
    (void)slice_copy(cut(name), g->name, sizeof(g->name));
    if (hash_add(&c->groups, &g->link, hash_of(category, name))) {
        mem_free(g);
        return NULL;
    }
    return g;
}

static void leave(struct channel *ch, struct membership *m)
{
    if (--m->group->count == 0) {
        hash_del(&ch->calls->groups, &m->group->link);
        mem_free(m->group);
    }
    list_unlink(&m->link);
    mem_free(m);
}

static struct membership *membership_in(const struct channel *ch, struct slice category,
                                        uint32_t *count)
{
    *count = 0;
    LIST_FOREACH(&ch->groups, k)
    {
        struct membership *m = CONTAINER_OF(k, struct membership, link);

        ++*count;
        if (slice_caseeqz(cut(category), m->group->category))
            return m;
    }
    return NULL;
}

int channel_group_set(struct channel *ch, struct slice category, struct slice group)
{
    uint32_t count;
    struct membership *former = membership_in(ch, category, &count), *m;

    if (ch->is_ended)
        return 0;
    if (!group.len) {
        if (former)
            leave(ch, former);
        return 0;
    }
    if (!former && count >= MOST_CATEGORIES)
        return ENOSPC;
    m = mem_zalloc(sizeof(*m));
    if (m)
        m->group = get(ch->calls, category, group);
    if (!m || !m->group) {
        mem_free(m);
        return ENOMEM;
    }
    m->group->count++;
    list_append(&ch->groups, &m->link);
    if (former)
        leave(ch, former);
    return 0;
}

const char *channel_group_get(const struct channel *ch, struct slice category)
{
    uint32_t count;
    const struct membership *m = membership_in(ch, category, &count);

    return m ? m->group->name : NULL;
}

int channel_group_list(const struct channel *ch, struct buf *out)
{
    const char *blank = "";

    LIST_FOREACH(&ch->groups, k)
    {
        const struct group *g = CONTAINER_OF(k, struct membership, link)->group;

        if (g->category[0])
            buf_printf(out, "%s%s@%s", blank, g->name, g->category);
        else
            buf_printf(out, "%s%s", blank, g->name);
        blank = " ";
    }
    return buf_err(out);
}

uint32_t calls_group_count(const struct calls *c, struct slice category, struct slice group)
{
    const struct group *g = find(c, category, group);

    return g ? g->count : 0;
}

void calls_groups_each(const struct calls *c, calls_group_h *h, void *arg)
{
    HASH_FOREACH(&c->groups, k)
    {
        const struct group *g = CONTAINER_OF(k, struct group, link);

        h(g->category, g->name, g->count, arg);
    }
}

static void write_groups(struct channel *ch, struct pack *k)
{
    LIST_FOREACH(&ch->groups, l)
    {
        struct group *g = CONTAINER_OF(l, struct membership, link)->group;

        pack_chars(k, g->category, sizeof(g->category));
        pack_chars(k, g->name, sizeof(g->name));
    }
}

void channel_groups_pack(struct channel *ch, struct pack *k)
{
    struct slice category = SLICE_NONE, name = SLICE_NONE;
    uint8_t count = 0;

    LIST_FOREACH(&ch->groups, l)
    {
        count++; /* MOST_CATEGORIES at most */
    }
    pack_u8(k, &count);
    if (!k->is_reading) {
        write_groups(ch, k);
        return;
    }
    for (; count > 0 && !pack_err(k); count--) {
        pack_slice(k, &category);
        pack_slice(k, &name);
        if (!pack_err(k))
            pack_fail(k, channel_group_set(ch, category, name));
    }
}

void channel_groups_leave(struct channel *ch)
{
    LIST_FOREACH(&ch->groups, k)
    {
        leave(ch, CONTAINER_OF(k, struct membership, link));
    }
}
