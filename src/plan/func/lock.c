/* func/lock.c - LOCK, TRYLOCK, UNLOCK: one call at a time in a part of the routing */
#include <errno.h>

#include "loop/task.h"
#include "plan/core.h"
#include "plan/func/row.h"
#include "plan/kept.h"

#define MOST_LOCKS 10000
#define WAIT_MS 3000
#define LOOK_MS 50 /* while it waits: the owner may just have hung up */

/* Held by a channel; one whose channel is gone counts as free. */
struct named_lock {
    struct hash_link link;
    char *name, *owner; /* unique id */
    uint32_t count;
    uint32_t slot; /* of the journal (kept.h) */
};

static struct named_lock *lock_find(const struct plan_core *p, struct slice name)
{
    for (struct hash_link *k = hash_first(&p->locks, hash_slice(name)); k; k = hash_next(k)) {
        struct named_lock *l = CONTAINER_OF(k, struct named_lock, link);

        if (slice_eqz(name, l->name))
            return l;
    }
    return NULL;
}

static void lock_free(struct plan_core *p, struct named_lock *l)
{
    hash_del(&p->locks, &l->link);
    call_journal_unkeep(p->journal, &l->slot);
    mem_free(l->name);
    mem_free(l->owner);
    mem_free(l);
}

void plan_locks_free(struct plan_core *p)
{
    HASH_FOREACH(&p->locks, k)
    {
        lock_free(p, CONTAINER_OF(k, struct named_lock, link));
    }
    hash_fini(&p->locks);
}

/* Those whose channels are gone are thrown out, when there are many. */
static void sweep(struct plan_core *p)
{
    HASH_FOREACH(&p->locks, k)
    {
        struct named_lock *l = CONTAINER_OF(k, struct named_lock, link);

        if (!calls_channel_find(p->calls, slice_of(l->owner)))
            lock_free(p, l);
    }
}

static void pack_lock(struct pack *k, void *arg)
{
    struct named_lock *l = arg;

    pack_string(k, &l->name);
    pack_string(k, &l->owner);
    pack_u32(k, &l->count);
}

static void keep(struct plan_core *p, struct named_lock *l)
{
    call_journal_keep(p->journal, &l->slot, PLAN_KEPT_LOCK, pack_lock, l);
}

/* Of a channel that has ended with the engine: it counts as free. */
int plan_lock_kept(struct plan_core *p, uint32_t slot, struct pack *k)
{
    struct named_lock *l = mem_zalloc(sizeof(*l));
    int err;

    if (!l)
        return ENOMEM;
    pack_lock(k, l);
    err = pack_err(k);
    if (!err && (!l->name || !l->owner || !l->count || lock_find(p, slice_of(l->name)) ||
                 p->locks.count >= MOST_LOCKS))
        err = EBADMSG;
    if (!err)
        err = hash_add(&p->locks, &l->link, hash_slice(slice_of(l->name)));
    if (err)
        lock_free(p, l);
    else
        l->slot = slot;
    return err;
}

static int lock_add(struct plan_core *p, const struct channel *ch, struct slice name)
{
    struct named_lock *l;

    if (p->locks.count >= MOST_LOCKS)
        sweep(p);
    if (p->locks.count >= MOST_LOCKS)
        return ENOSPC;
    l = mem_zalloc(sizeof(*l));
    if (!l)
        return ENOMEM;
    l->name = slice_dup(name);
    l->owner = mem_strdup(ch->uniqueid);
    l->count = 1;
    if (l->name && l->owner && hash_add(&p->locks, &l->link, hash_slice(name)) == 0) {
        keep(p, l);
        return 0;
    }
    lock_free(p, l);
    return ENOMEM;
}

/* @return 0; EBUSY; ENOMEM; ENOSPC */
static int take(struct plan_core *p, const struct channel *ch, struct slice name)
{
    struct named_lock *l = lock_find(p, name);

    if (l && strcmp(l->owner, ch->uniqueid) == 0) {
        l->count++;
        keep(p, l);
        return 0;
    }
    if (l && calls_channel_find(p->calls, slice_of(l->owner)))
        return EBUSY;
    if (l)
        lock_free(p, l);
    return lock_add(p, ch, name);
}

static int put_result(int err, struct buf *out)
{
    return err == ENOMEM ? ENOMEM : buf_addc(out, err ? '0' : '1');
}

static int trylock_read(const struct plan_env *env, char *args, struct buf *out)
{
    return put_result(env->channel ? take(env->core, env->channel, slice_of(args)) : ENOENT, out);
}

static int lock_read(const struct plan_env *env, char *args, struct buf *out)
{
    int err = env->channel ? take(env->core, env->channel, slice_of(args)) : ENOENT;

    for (int ms = 0; err == EBUSY && task_self() && ms < WAIT_MS; ms += LOOK_MS) {
        if (task_sleep(LOOK_MS) == ECANCELED || env->channel->is_hungup)
            break;
        err = take(env->core, env->channel, slice_of(args));
    }
    if (err == EBUSY)
        plan_func_warn(env, "LOCK: another call holds it for 3 seconds", args);
    return put_result(err, out);
}

static int unlock_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct named_lock *l = env->channel ? lock_find(env->core, slice_of(args)) : NULL;
    const bool is_mine = l && strcmp(l->owner, env->channel->uniqueid) == 0;

    if (is_mine && --l->count == 0)
        lock_free(env->core, l);
    else if (is_mine)
        keep(env->core, l);
    return put_result(is_mine ? 0 : ENOENT, out);
}

FUNC_READ(
    lock, "LOCK", "LOCK(name)",
    "Ждёт до 3 секунд, пока замок свободен, и берёт его\n1 - взят, 0 - нет. Отпускает UNLOCK или "
    "конец вызова.",
    "Wait up to 3 seconds until the lock is free, and take it\n1: taken; 0: not. UNLOCK or the end of "
    "the call lets it go.");
FUNC_READ(trylock, "TRYLOCK", "TRYLOCK(name)", "Берёт замок, не ожидая\n1 - взят, 0 - занят.",
          "Take a lock without waiting\n1: taken; 0: another call has it.");
FUNC_READ(unlock, "UNLOCK", "UNLOCK(name)", "Отпускает замок\n1 - отпущен, 0 - не был взят.",
          "Let a lock go\n1: it is; 0: it was not held.");
