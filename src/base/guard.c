/* guard.c - buckets of tries, and gates for log lines (guard.h) */
#include "base/guard.h"

#include <string.h>

#include "base/log.h"
#include "base/mem.h"

#define WARN_MS 1000 /* between two warnings, whatever address they are about */

/* A bucket is the moment at which it will be full again: each wrong try moves it by try_ms. */
struct source {
    struct hash_link link; /* guard.sources */
    struct link age;       /* guard.ages */
    int64_t full_ms;
    bool is_warned;
    uint8_t len;
    char key[]; /* of an address: its host */
};

void guard_init(struct guard *g, uint32_t burst, uint32_t a_minute)
{
    hash_init(&g->sources);
    list_init(&g->ages);
    g->warned_ms = -WARN_MS;
    g->burst = burst;
    g->a_minute = a_minute;
}

static int64_t try_ms(const struct guard *g)
{
    return 60000 / g->a_minute;
}

static void forget(struct guard *g, struct source *s)
{
    hash_del(&g->sources, &s->link);
    list_unlink(&s->age);
    mem_free(s);
}

static struct source *oldest(const struct guard *g)
{
    struct link *k = list_first(&g->ages);

    return k ? CONTAINER_OF(k, struct source, age) : NULL;
}

void guard_fini(struct guard *g)
{
    while (!list_is_empty(&g->ages))
        forget(g, oldest(g));
    hash_fini(&g->sources);
}

/* Who has one IPv6 address has 2^64 of them. */
static struct slice key_of(const struct addr *from, char key[sizeof(from->ip)])
{
    const size_t len = from->family == AF_INET6 ? 8 : 4;

    memcpy(key, from->ip, len);
    return slice_from(key, len);
}

static struct slice name_key(struct slice name)
{
    return slice_from(name.p, name.len < GUARD_KEY ? name.len : GUARD_KEY);
}

static struct source *find(const struct guard *g, struct slice key)
{
    if (!g->sources.count)
        return NULL;
    for (struct hash_link *k = hash_first(&g->sources, hash_slice(key)); k; k = hash_next(k)) {
        struct source *s = CONTAINER_OF(k, struct source, link);

        if (slice_eq(slice_from(s->key, s->len), key))
            return s;
    }
    return NULL;
}

static void warn(struct guard *g, struct source *s, const struct addr *from, int64_t now_ms)
{
    char text[ADDR_TEXT];

    if (s->is_warned || now_ms - g->warned_ms < WARN_MS)
        return;
    s->is_warned = true;
    g->warned_ms = now_ms;
    log_warning("too many wrong passwords, requests with credentials are dropped address=%s "
                "allowed_a_minute=%u",
                addr_host(from, text), g->a_minute);
}

static bool is_empty(const struct guard *g, const struct source *s, int64_t now_ms)
{
    return s && s->full_ms - now_ms > (int64_t)(g->burst - 1) * try_ms(g);
}

bool guard_may_try(struct guard *g, const struct addr *from, struct mono now)
{
    char key[sizeof(from->ip)];
    struct source *s = find(g, key_of(from, key));

    if (!is_empty(g, s, now.us / 1000))
        return true;
    warn(g, s, from, now.us / 1000);
    return false;
}

bool guard_may_try_name(struct guard *g, struct slice name, struct mono now)
{
    return !is_empty(g, find(g, name_key(name)), now.us / 1000);
}

static struct source *add(struct guard *g, struct slice key, int64_t now_ms)
{
    struct source *s;

    while ((s = oldest(g)) && (s->full_ms <= now_ms || g->sources.count >= GUARD_SOURCES))
        forget(g, s);
    s = mem_zalloc(sizeof(*s) + key.len);
    if (!s)
        return NULL;
    s->len = (uint8_t)key.len;
    memcpy(s->key, key.p, key.len);
    if (hash_add(&g->sources, &s->link, hash_slice(key))) {
        mem_free(s);
        return NULL;
    }
    list_append(&g->ages, &s->age);
    return s;
}

static void failed(struct guard *g, struct slice key, int64_t now_ms)
{
    struct source *s = find(g, key);

    if (!s)
        s = add(g, key, now_ms);
    if (!s)
        return;
    if (s->full_ms <= now_ms) {
        s->full_ms = now_ms;
        s->is_warned = false;
    }
    s->full_ms += try_ms(g);
    list_unlink(&s->age);
    list_append(&g->ages, &s->age);
}

void guard_failed(struct guard *g, const struct addr *from, struct mono now)
{
    char key[sizeof(from->ip)];

    failed(g, key_of(from, key), now.us / 1000);
}

void guard_name_failed(struct guard *g, struct slice name, struct mono now)
{
    failed(g, name_key(name), now.us / 1000);
}

void guard_succeeded(struct guard *g, const struct addr *from)
{
    char key[sizeof(from->ip)];
    struct source *s = find(g, key_of(from, key));

    if (s)
        forget(g, s);
}

static void take_back(struct guard *g, struct slice key)
{
    struct source *s = find(g, key);

    if (s)
        s->full_ms -= try_ms(g);
}

void guard_take_back(struct guard *g, const struct addr *from)
{
    char key[sizeof(from->ip)];

    take_back(g, key_of(from, key));
}

void guard_name_take_back(struct guard *g, struct slice name)
{
    take_back(g, name_key(name));
}

static int64_t wait_ms(const struct guard *g, struct slice key, int64_t now_ms)
{
    const struct source *s = find(g, key);

    return is_empty(g, s, now_ms) ? s->full_ms - now_ms - (int64_t)(g->burst - 1) * try_ms(g) : 0;
}

int64_t guard_wait_ms(const struct guard *g, const struct addr *from, struct mono now)
{
    char key[sizeof(from->ip)];

    return wait_ms(g, key_of(from, key), now.us / 1000);
}

int64_t guard_name_wait_ms(const struct guard *g, struct slice name, struct mono now)
{
    return wait_ms(g, name_key(name), now.us / 1000);
}

bool log_gate_pass(struct log_gate *g, struct mono now)
{
    int64_t second = now.us / 1000000;

    if (second != g->second) {
        if (g->omitted)
            log_notice("more lines like the next one were left out count=%u", g->omitted);
        *g = (struct log_gate){.second = second};
    }
    if (g->lines++ < GUARD_LINES)
        return true;
    g->omitted++;
    return false;
}
