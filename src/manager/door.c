/* manager/door.c - see door.h */
#include "manager/door.h"

#include <string.h>

#include "manager/inner.h"

/* A user at an address. */
struct visitor {
    struct hash_link link;
    struct link age;
    struct addr host;
    char user[GUARD_KEY];
    uint32_t wrong; /* hash of the last wrong password */
};

static void visitors_init(struct door_visitors *v)
{
    hash_init(&v->by_name);
    list_init(&v->ages);
}

static void visitor_free(struct door_visitors *v, struct visitor *one)
{
    hash_del(&v->by_name, &one->link);
    list_unlink(&one->age);
    mem_free(one);
}

static void visitors_fini(struct door_visitors *v)
{
    while (!list_is_empty(&v->ages))
        visitor_free(v, CONTAINER_OF(list_first(&v->ages), struct visitor, age));
    hash_fini(&v->by_name);
}

void door_init(struct door *d)
{
    guard_init(&d->sources, DOOR_BURST, DOOR_A_MINUTE);
    guard_init(&d->accounts, DOOR_BURST, DOOR_A_MINUTE);
    guard_init(&d->at_home, DOOR_BURST, DOOR_A_MINUTE);
    visitors_init(&d->homes);
    visitors_init(&d->wrongs);
}

void door_fini(struct door *d)
{
    visitors_fini(&d->homes);
    visitors_fini(&d->wrongs);
    guard_fini(&d->sources);
    guard_fini(&d->accounts);
    guard_fini(&d->at_home);
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

/* ---- users at addresses ---- */

static uint32_t visitor_hash(const struct addr *host, struct slice user)
{
    return addr_hash(host) ^ hash_slice(user);
}

static struct slice name_of(const struct model_manager *user)
{
    const struct slice name = slice_of(user->name);

    return slice_from(name.p, name.len < GUARD_KEY ? name.len : GUARD_KEY - 1);
}

static struct visitor *find(const struct door_visitors *v, const struct addr *host,
                            struct slice user)
{
    for (struct hash_link *k = hash_first(&v->by_name, visitor_hash(host, user)); k;
         k = hash_next(k)) {
        struct visitor *one = CONTAINER_OF(k, struct visitor, link);

        if (addr_eq(&one->host, host) && slice_eqz(user, one->user))
            return one;
    }
    return NULL;
}

static struct visitor *add(struct door_visitors *v, const struct addr *host, struct slice user)
{
    struct visitor *one;

    if (v->by_name.count >= DOOR_VISITORS)
        visitor_free(v, CONTAINER_OF(list_first(&v->ages), struct visitor, age));
    one = mem_zalloc(sizeof(*one));
    if (!one)
        return NULL;
    one->host = *host;
    slice_copy(user, one->user, sizeof(one->user));
    if (hash_add(&v->by_name, &one->link, visitor_hash(host, user))) {
        mem_free(one);
        return NULL;
    }
    list_append(&v->ages, &one->age);
    return one;
}

/* Found or made, and the youngest now. NULL: no memory; nobody is remembered then. */
static struct visitor *remember(struct door_visitors *v, const struct addr *host, struct slice user)
{
    struct visitor *one = find(v, host, user);

    if (!one)
        return add(v, host, user);
    list_unlink(&one->age);
    list_append(&v->ages, &one->age);
    return one;
}

/* ---- tries ---- */

/* One key for a user at an address. */
static struct slice pair_key(const struct addr *host, struct slice user, char key[GUARD_KEY])
{
    const size_t most = GUARD_KEY - sizeof(host->ip);
    const size_t len = user.len < most ? user.len : most;

    memcpy(key, host->ip, sizeof(host->ip));
    memcpy(key + sizeof(host->ip), user.p, len);
    return slice_from(key, sizeof(host->ip) + len);
}

static bool is_at_home(const struct manager *m, const struct addr *host,
                       const struct model_manager *user)
{
    return user && find(&m->door.homes, host, name_of(user));
}

bool door_may_try(struct manager *m, const struct addr *peer, const struct model_manager *user)
{
    const struct addr host = host_of(peer);
    const struct mono now = loop_now(m->loop);
    char key[GUARD_KEY];

    if (is_at_home(m, &host, user))
        return guard_may_try_name(&m->door.at_home, pair_key(&host, name_of(user), key), now);
    return guard_may_try(&m->door.sources, peer, now) &&
           (!user || guard_may_try_name(&m->door.accounts, name_of(user), now));
}

/* The same wrong password as the last time teaches nobody anything. */
static bool is_again(struct manager *m, const struct addr *host, const struct model_manager *user,
                     struct slice secret)
{
    struct visitor *v;
    uint32_t wrong, last;

    if (!user || !slice_is_set(secret))
        return false;
    v = remember(&m->door.wrongs, host, name_of(user));
    if (!v)
        return false;
    wrong = hash_slice(secret) | 1; /* 0: none yet */
    last = v->wrong;
    v->wrong = wrong;
    return last == wrong;
}

void door_failed(struct manager *m, const struct addr *peer, const struct model_manager *user,
                 struct slice secret)
{
    const struct addr host = host_of(peer);
    const struct mono now = loop_now(m->loop);
    char key[GUARD_KEY];

    if (is_again(m, &host, user, secret))
        return;
    if (is_at_home(m, &host, user)) {
        guard_name_failed(&m->door.at_home, pair_key(&host, name_of(user), key), now);
        return;
    }
    guard_failed(&m->door.sources, peer, now);
    if (user)
        guard_name_failed(&m->door.accounts, name_of(user), now);
}

void door_passed(struct manager *m, const struct addr *peer, const struct model_manager *user)
{
    const struct addr host = host_of(peer);

    remember(&m->door.homes, &host, name_of(user));
}
