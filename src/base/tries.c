/* tries.c - see tries.h */
#include "base/tries.h"

#include <string.h>

#include "base/mem.h"

/* A user at an address. */
struct visitor {
    struct hash_link link;
    struct link age;
    struct addr host;
    char user[GUARD_KEY];
    uint32_t wrong; /* hash of the last wrong password */
};

static void visitors_init(struct tries_visitors *v)
{
    hash_init(&v->by_name);
    list_init(&v->ages);
}

static void visitor_free(struct tries_visitors *v, struct visitor *one)
{
    hash_del(&v->by_name, &one->link);
    list_unlink(&one->age);
    mem_free(one);
}

static void visitors_fini(struct tries_visitors *v)
{
    while (!list_is_empty(&v->ages))
        visitor_free(v, CONTAINER_OF(list_first(&v->ages), struct visitor, age));
    hash_fini(&v->by_name);
}

void tries_init(struct tries *t, uint32_t burst, uint32_t a_minute)
{
    guard_init(&t->sources, burst, a_minute);
    guard_init(&t->accounts, burst, a_minute);
    guard_init(&t->at_home, burst, a_minute);
    visitors_init(&t->homes);
    visitors_init(&t->wrongs);
}

void tries_fini(struct tries *t)
{
    visitors_fini(&t->homes);
    visitors_fini(&t->wrongs);
    guard_fini(&t->sources);
    guard_fini(&t->accounts);
    guard_fini(&t->at_home);
}

struct addr tries_host(const struct addr *peer)
{
    struct addr host = *peer;

    host.port = 0;
    if (host.family == AF_INET6) {
        host.scope = 0;
        memset(host.ip + 8, 0, 8);
    }
    return host;
}

/* ---- users at addresses ---- */

static struct slice name_of(struct slice user)
{
    return slice_from(user.p, user.len < GUARD_KEY ? user.len : GUARD_KEY - 1);
}

static uint32_t visitor_hash(const struct addr *host, struct slice user)
{
    return addr_hash(host) ^ hash_slice(user);
}

static struct visitor *find(const struct tries_visitors *v, const struct addr *host,
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

static struct visitor *add(struct tries_visitors *v, const struct addr *host, struct slice user)
{
    struct visitor *one;

    if (v->by_name.count >= TRIES_VISITORS)
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
static struct visitor *remember(struct tries_visitors *v, const struct addr *host,
                                struct slice user)
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

static bool is_at_home(const struct tries *t, const struct addr *host, struct slice user)
{
    return slice_is_set(user) && find(&t->homes, host, name_of(user));
}

bool tries_may(struct tries *t, const struct addr *peer, struct slice user, struct mono now)
{
    const struct addr host = tries_host(peer);
    char key[GUARD_KEY];

    if (is_at_home(t, &host, user))
        return guard_may_try_name(&t->at_home, pair_key(&host, name_of(user), key), now);
    return guard_may_try(&t->sources, peer, now) &&
           (!slice_is_set(user) || guard_may_try_name(&t->accounts, name_of(user), now));
}

uint32_t tries_wait_s(const struct tries *t, const struct addr *peer, struct slice user,
                      struct mono now)
{
    const struct addr host = tries_host(peer);
    char key[GUARD_KEY];
    int64_t ms, other = 0;

    if (is_at_home(t, &host, user)) {
        ms = guard_name_wait_ms(&t->at_home, pair_key(&host, name_of(user), key), now);
    } else {
        ms = guard_wait_ms(&t->sources, peer, now);
        if (slice_is_set(user))
            other = guard_name_wait_ms(&t->accounts, name_of(user), now);
    }
    ms = ms > other ? ms : other;
    return (uint32_t)((ms + 999) / 1000);
}

/* The same wrong password as the last time teaches nobody anything. */
static bool is_again(struct tries *t, const struct addr *host, struct slice user,
                     struct slice secret)
{
    struct visitor *v;
    uint32_t wrong, last;

    if (!slice_is_set(user) || !slice_is_set(secret))
        return false;
    v = remember(&t->wrongs, host, name_of(user));
    if (!v)
        return false;
    wrong = hash_slice(secret) | 1; /* 0: none yet */
    last = v->wrong;
    v->wrong = wrong;
    return last == wrong;
}

void tries_failed(struct tries *t, const struct addr *peer, struct slice user, struct slice secret,
                  struct mono now)
{
    const struct addr host = tries_host(peer);
    char key[GUARD_KEY];

    if (is_again(t, &host, user, secret))
        return;
    if (is_at_home(t, &host, user)) {
        guard_name_failed(&t->at_home, pair_key(&host, name_of(user), key), now);
        return;
    }
    guard_failed(&t->sources, peer, now);
    if (slice_is_set(user))
        guard_name_failed(&t->accounts, name_of(user), now);
}

void tries_take_back(struct tries *t, const struct addr *peer, struct slice user)
{
    const struct addr host = tries_host(peer);
    char key[GUARD_KEY];

    if (is_at_home(t, &host, user)) {
        guard_name_take_back(&t->at_home, pair_key(&host, name_of(user), key));
        return;
    }
    guard_take_back(&t->sources, peer);
    if (slice_is_set(user))
        guard_name_take_back(&t->accounts, name_of(user));
}

void tries_passed(struct tries *t, const struct addr *peer, struct slice user)
{
    const struct addr host = tries_host(peer);

    remember(&t->homes, &host, name_of(user));
}
