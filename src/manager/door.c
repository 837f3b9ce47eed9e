/* manager/door.c - see door.h */
#include "manager/door.h"

#include <string.h>

#include "manager/inner.h"

/* A user has got in from there. */
struct home {
    struct hash_link link;
    struct link age;
    struct addr host; /* port 0 */
    char user[GUARD_KEY];
};

void door_init(struct door *d)
{
    guard_init(&d->sources, DOOR_BURST, DOOR_A_MINUTE);
    guard_init(&d->accounts, DOOR_BURST, DOOR_A_MINUTE);
    hash_init(&d->homes);
    list_init(&d->home_ages);
}

static void home_free(struct door *d, struct home *h)
{
    hash_del(&d->homes, &h->link);
    list_unlink(&h->age);
    mem_free(h);
}

void door_fini(struct door *d)
{
    while (!list_is_empty(&d->home_ages))
        home_free(d, CONTAINER_OF(list_first(&d->home_ages), struct home, age));
    hash_fini(&d->homes);
    guard_fini(&d->sources);
    guard_fini(&d->accounts);
}

/* ---- places ---- */

/* Who has one IPv6 address has its /64. */
static struct addr host_of(const struct addr *peer)
{
    struct addr host = *peer;

    host.port = 0;
    if (host.family == AF_INET6) {
        host.scope = 0;
        memset(host.ip + 8, 0, 8);
    }
    return host;
}

static bool is_from(const struct manager_session *s, const struct addr *host)
{
    const struct addr own = host_of(&s->peer);

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
    const struct addr host = host_of(peer);
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

static uint32_t home_hash(const struct addr *host, struct slice user)
{
    return addr_hash(host) ^ hash_slice(user);
}

static struct slice name_of(const struct model_manager *user)
{
    const struct slice name = slice_of(user->name);

    return slice_from(name.p, name.len < GUARD_KEY ? name.len : GUARD_KEY - 1);
}

static struct home *find_home(const struct door *d, const struct addr *host, struct slice user)
{
    for (struct hash_link *k = hash_first(&d->homes, home_hash(host, user)); k; k = hash_next(k)) {
        struct home *h = CONTAINER_OF(k, struct home, link);

        if (addr_eq(&h->host, host) && slice_eqz(user, h->user))
            return h;
    }
    return NULL;
}

bool door_may_try(struct manager *m, const struct addr *peer, const struct model_manager *user)
{
    const struct addr host = host_of(peer);
    const struct mono now = loop_now(m->loop);

    if (!guard_may_try(&m->door.sources, peer, now))
        return false;
    return !user || guard_may_try_name(&m->door.accounts, name_of(user), now) ||
           find_home(&m->door, &host, name_of(user));
}

void door_failed(struct manager *m, const struct addr *peer, const struct model_manager *user)
{
    const struct mono now = loop_now(m->loop);

    guard_failed(&m->door.sources, peer, now);
    if (user)
        guard_name_failed(&m->door.accounts, name_of(user), now);
}

/* Without memory this address stays one like others. */
static void add_home(struct door *d, const struct addr *host, struct slice user)
{
    struct home *h;

    if (d->homes.count >= DOOR_HOMES)
        home_free(d, CONTAINER_OF(list_first(&d->home_ages), struct home, age));
    h = mem_zalloc(sizeof(*h));
    if (!h)
        return;
    h->host = *host;
    slice_copy(user, h->user, sizeof(h->user));
    if (hash_add(&d->homes, &h->link, home_hash(host, user)))
        mem_free(h);
    else
        list_append(&d->home_ages, &h->age);
}

void door_passed(struct manager *m, const struct addr *peer, const struct model_manager *user)
{
    const struct addr host = host_of(peer);
    struct home *h = find_home(&m->door, &host, name_of(user));

    if (!h) {
        add_home(&m->door, &host, name_of(user));
        return;
    }
    list_unlink(&h->age);
    list_append(&m->door.home_ages, &h->age);
}
