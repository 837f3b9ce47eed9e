/* manager/door.c - see door.h */
#include "manager/door.h"

#include "manager/inner.h"

void door_init(struct door *d)
{
    tries_init(&d->tries, DOOR_BURST, DOOR_A_MINUTE);
}

void door_fini(struct door *d)
{
    tries_fini(&d->tries);
}

/* ---- places ---- */

static bool is_from(const struct manager_session *s, const struct addr *host)
{
    const struct addr own = tries_host(&s->peer);

    return addr_eq(&own, host);
}

/* Of the strangers of one host (NULL: of all), the one who has been there longest. */
static struct manager_session *longest(const struct manager *m, const struct addr *host,
                                       uint32_t *count)
{
    struct manager_session *first = NULL;

    *count = 0;
    LIST_FOREACH(&m->sessions, k)
    {
        struct manager_session *s = CONTAINER_OF(k, struct manager_session, link);

        if (s->is_in || (host && !is_from(s, host)))
            continue;
        first = first ? first : s;
        ++*count;
    }
    return first;
}

bool door_has_room(struct manager *m, const struct addr *peer)
{
    const uint32_t most = (uint32_t)model_settings_of(m->snapshot)->manager_auth_limit;
    const struct addr host = tries_host(peer);
    struct manager_session *victim;
    uint32_t count;

    if (m->strangers < (most + 1) / 2)
        return true;
    victim = longest(m, &host, &count);
    if (count < (most + 1) / 2) {
        if (m->strangers < most)
            return true;
        victim = longest(m, NULL, &count);
    }
    if (!victim || mono_diff_ms(loop_now(m->loop), victim->came) < DOOR_PATIENCE_MS)
        return false;
    manager_session_end(victim);
    return true;
}

/* ---- tries ---- */

static struct slice name_of(const struct model_manager *user)
{
    return user ? slice_of(user->name) : SLICE_NONE;
}

bool door_may_try(struct manager *m, const struct addr *peer, const struct model_manager *user)
{
    return tries_may(&m->door.tries, peer, name_of(user), loop_now(m->loop));
}

void door_failed(struct manager *m, const struct addr *peer, const struct model_manager *user,
                 struct slice secret)
{
    tries_failed(&m->door.tries, peer, name_of(user), secret, loop_now(m->loop));
}

void door_passed(struct manager *m, const struct addr *peer, const struct model_manager *user)
{
    tries_passed(&m->door.tries, peer, name_of(user));
}
