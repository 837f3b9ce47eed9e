/* guard.c - buckets of tries, and gates for log lines (guard.h) */
#include "pjsip/guard.h"

#include <string.h>

#include "base/log.h"
#include "base/mem.h"

#define TRY_MS (60000 / GUARD_A_MINUTE)
#define WARN_MS 1000 /* between two warnings, whatever address they are about */

/* A bucket is the moment at which it will be full again: each wrong try moves it by TRY_MS. */
struct source {
    struct hash_link link; /* guard.sources */
    struct link age;       /* guard.ages */
    struct addr host;      /* port 0; IPv6: its first 64 bits */
    int64_t full_ms;
    bool is_warned;
};

void guard_init(struct guard *g)
{
    hash_init(&g->sources);
    list_init(&g->ages);
    g->warned_ms = -WARN_MS;
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
static struct addr host_of(const struct addr *from)
{
    struct addr host = *from;

    host.port = 0;
    if (host.family == AF_INET6) {
        host.scope = 0;
        memset(host.ip + 8, 0, 8);
    }
    return host;
}

static struct source *find(const struct guard *g, const struct addr *host)
{
    if (!g->sources.count)
        return NULL;
    for (struct hash_link *k = hash_first(&g->sources, addr_hash(host)); k; k = hash_next(k)) {
        struct source *s = CONTAINER_OF(k, struct source, link);

        if (addr_eq(&s->host, host))
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
                "allowed_a_minute=%d",
                addr_host(from, text), GUARD_A_MINUTE);
}

bool guard_may_try(struct guard *g, const struct addr *from, struct mono now)
{
    int64_t now_ms = now.us / 1000;
    struct addr host = host_of(from);
    struct source *s = find(g, &host);

    if (!s || s->full_ms - now_ms <= (GUARD_BURST - 1) * TRY_MS)
        return true;
    warn(g, s, from, now_ms);
    return false;
}

static struct source *add(struct guard *g, const struct addr *host, int64_t now_ms)
{
    struct source *s;

    while ((s = oldest(g)) && (s->full_ms <= now_ms || g->sources.count >= GUARD_SOURCES))
        forget(g, s);
    s = mem_zalloc(sizeof(*s));
    if (!s)
        return NULL;
    s->host = *host;
    if (hash_add(&g->sources, &s->link, addr_hash(host))) {
        mem_free(s);
        return NULL;
    }
    list_append(&g->ages, &s->age);
    return s;
}

void guard_failed(struct guard *g, const struct addr *from, struct mono now)
{
    int64_t now_ms = now.us / 1000;
    struct addr host = host_of(from);
    struct source *s = find(g, &host);

    if (!s)
        s = add(g, &host, now_ms);
    if (!s)
        return;
    if (s->full_ms <= now_ms) {
        s->full_ms = now_ms;
        s->is_warned = false;
    }
    s->full_ms += TRY_MS;
    list_unlink(&s->age);
    list_append(&g->ages, &s->age);
}

void guard_succeeded(struct guard *g, const struct addr *from)
{
    struct addr host = host_of(from);
    struct source *s = find(g, &host);

    if (s)
        forget(g, s);
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
