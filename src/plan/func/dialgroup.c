/* func/dialgroup.c - DIALGROUP: lists of destinations for Dial, of the whole station */
#include <errno.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "plan/args.h"
#include "plan/core.h"
#include "plan/func/all.h"
#include "plan/kept.h"

#define MOST_MEMBERS 200
#define MOST_GROUPS 10000

struct member {
    struct link link;
    char *name;
};

struct group {
    struct hash_link link;
    char *name;
    struct list members;
    uint32_t count;
    uint32_t slot; /* of the journal (kept.h) */
};

static void member_free(struct group *g, struct member *m)
{
    list_unlink(&m->link);
    g->count--;
    mem_free(m->name);
    mem_free(m);
}

static void group_clear(struct group *g)
{
    LIST_FOREACH(&g->members, k)
    {
        member_free(g, CONTAINER_OF(k, struct member, link));
    }
}

static void group_free(struct plan_core *p, struct group *g)
{
    group_clear(g);
    hash_del(&p->dialgroups, &g->link);
    mem_free(g->name);
    mem_free(g);
}

void plan_dialgroups_free(struct plan_core *p)
{
    HASH_FOREACH(&p->dialgroups, k)
    {
        group_free(p, CONTAINER_OF(k, struct group, link));
    }
    hash_fini(&p->dialgroups);
}

static struct group *group_find(const struct plan_core *p, struct slice name)
{
    for (struct hash_link *k = hash_first(&p->dialgroups, hash_slice(name)); k; k = hash_next(k)) {
        struct group *g = CONTAINER_OF(k, struct group, link);

        if (slice_eqz(name, g->name))
            return g;
    }
    return NULL;
}

static int group_get(struct plan_core *p, struct slice name, struct group **gp)
{
    struct group *g = group_find(p, name);

    *gp = g;
    if (g)
        return 0;
    if (p->dialgroups.count >= MOST_GROUPS)
        return ENOSPC;
    g = mem_zalloc(sizeof(*g));
    if (!g)
        return ENOMEM;
    list_init(&g->members);
    g->name = slice_dup(name);
    if (!g->name || hash_add(&p->dialgroups, &g->link, hash_slice(name))) {
        group_free(p, g);
        return ENOMEM;
    }
    *gp = g;
    return 0;
}

static struct member *member_find(const struct group *g, struct slice name)
{
    LIST_FOREACH(&g->members, k)
    {
        struct member *m = CONTAINER_OF(k, struct member, link);

        if (slice_eqz(name, m->name))
            return m;
    }
    return NULL;
}

static int add(struct group *g, struct slice name)
{
    struct member *m;

    if (!name.len || member_find(g, name))
        return 0;
    if (g->count >= MOST_MEMBERS)
        return ENOSPC;
    m = mem_zalloc(sizeof(*m));
    if (!m)
        return ENOMEM;
    m->name = slice_dup(name);
    list_append(&g->members, &m->link);
    g->count++;
    if (m->name)
        return 0;
    member_free(g, m);
    return ENOMEM;
}

static int replace(struct group *g, struct slice list)
{
    int err = 0;

    group_clear(g);
    while (slice_is_set(list) && !err)
        err = add(g, slice_trim(slice_cut(list, '&', &list)));
    return err;
}

/* ---- over the engine's death ---- */

static void pack_group(struct pack *k, void *arg)
{
    struct group *g = arg;
    struct slice name = slice_of(g->name);
    uint32_t count = g->count;

    pack_slice(k, &name);
    pack_u32(k, &count);
    LIST_FOREACH(&g->members, l)
    {
        name = slice_of(CONTAINER_OF(l, struct member, link)->name);
        pack_slice(k, &name);
    }
}

int plan_dialgroup_kept(struct plan_core *p, uint32_t slot, struct pack *k)
{
    struct slice name = SLICE_NONE;
    struct group *g = NULL;
    uint32_t count = 0;
    int err;

    pack_slice(k, &name);
    pack_u32(k, &count);
    err = pack_err(k) || !slice_is_set(name) || group_find(p, name) ? EBADMSG
                                                                    : group_get(p, name, &g);
    for (; !err && count > 0; count--) {
        pack_slice(k, &name);
        err = pack_err(k) ? pack_err(k) : add(g, name);
    }
    if (g && err)
        group_free(p, g);
    else if (g)
        g->slot = slot;
    return err;
}

static int dialgroup_read(const struct plan_env *env, char *args, struct buf *out)
{
    const struct group *g = group_find(env->core, slice_of(args));
    bool has_one = false;

    if (!g) {
        if (plan_tell_once(env->core, "dialgroup", args))
            plan_func_warn(env, "no such dial group", args);
        return 0;
    }
    LIST_FOREACH(&g->members, k)
    {
        if (has_one)
            buf_addc(out, '&');
        buf_addz(out, CONTAINER_OF(k, struct member, link)->name);
        has_one = true;
    }
    return buf_err(out);
}

static int dialgroup_write(const struct plan_env *env, char *args, struct slice value)
{
    char *argv[2];
    struct group *g = NULL;
    struct member *m;
    int err;

    plan_args_split(args, ',', argv, 2);
    if (*argv[1] && strcasecmp(argv[1], "add") != 0 && strcasecmp(argv[1], "del") != 0) {
        plan_func_warn(env, "DIALGROUP knows add and del", argv[1]);
        return EINVAL;
    }
    err = group_get(env->core, slice_of(argv[0]), &g);
    if (!err && !*argv[1])
        err = replace(g, value);
    else if (!err && strcasecmp(argv[1], "add") == 0)
        err = add(g, slice_trim(value));
    else if (!err && (m = member_find(g, slice_trim(value))))
        member_free(g, m);
    if (g)
        call_journal_keep(env->core->journal, &g->slot, PLAN_KEPT_GROUP, pack_group, g);
    if (err == ENOSPC)
        plan_func_warn(env, "dial group not changed: 200 members and 10,000 groups at most",
                       argv[0]);
    return err;
}

const struct plan_func plan_func_dialgroup = {
    .name = "DIALGROUP",
    .syntax = "DIALGROUP(group[,add|del])",
    .help_ru =
        "Группа абонентов для группового вызова\nSet(DIALGROUP(group_100,add)=PJSIP/user-101-domain) "
        "добавляет (повтор ничего не меняет), del убирает, без второго аргумента задаётся весь список "
        "через &. Dial(${DIALGROUP(group_100)},60) звонит всем. Группа одна на всю станцию.",
    .help_en =
        "Group of destinations for a group call\nSet(DIALGROUP(group_100,add)=PJSIP/user-101-domain) adds "
        "(a second time changes nothing), del removes, without a second argument the whole list is "
        "set, joined by &. Dial(${DIALGROUP(group_100)},60) rings all. A group is one for the whole "
        "station.",
    .shown = "tests/scene/dialgroup.scene",
    .read = dialgroup_read,
    .write = dialgroup_write,
};
