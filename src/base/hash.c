/* hash.c - see hash.h. SipHash as its authors describe it (Aumasson, Bernstein 2012). */
#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/rand.h"

static uint64_t key[2];
static pthread_once_t key_once = PTHREAD_ONCE_INIT;

static void make_key(void)
{
    rand_system(key, sizeof(key));
}

static uint64_t rotl(uint64_t x, int b)
{
    return (x << b) | (x >> (64 - b));
}

static void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotl(v[1], 13) ^ v[0];
    v[3] = rotl(v[3], 16) ^ v[2];
    v[0] = rotl(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = rotl(v[1], 17) ^ v[2];
    v[3] = rotl(v[3], 21) ^ v[0];
    v[2] = rotl(v[2], 32);
}

static void absorb(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    sip_round(v);
    v[0] ^= word;
}

static uint64_t load_word(const unsigned char *p, size_t n, bool lower)
{
    uint64_t w = 0;

    for (size_t i = 0; i < n; i++)
        w |= (uint64_t)(lower ? (unsigned char)tolower(p[i]) : p[i]) << (8 * i);
    return w;
}

static uint32_t siphash(const unsigned char *p, size_t len, bool lower)
{
    uint64_t v[4], r;
    size_t i;

    pthread_once(&key_once, make_key);
    if (!len) /* of nothing there may be no address */
        p = (const unsigned char *)"";
    v[0] = key[0] ^ 0x736f6d6570736575u;
    v[1] = key[1] ^ 0x646f72616e646f6du;
    v[2] = key[0] ^ 0x6c7967656e657261u;
    v[3] = key[1] ^ 0x7465646279746573u;
    for (i = 0; i + 8 <= len; i += 8) {
        uint64_t w;

        if (lower)
            w = load_word(p + i, 8, true);
        else
            memcpy(&w, p + i, 8);
        absorb(v, w);
    }
    absorb(v, ((uint64_t)len << 56) | load_word(p + i, len - i, lower));
    v[2] ^= 0xff;
    for (int n = 0; n < 3; n++)
        sip_round(v);
    r = v[0] ^ v[1] ^ v[2] ^ v[3];
    return (uint32_t)(r ^ (r >> 32));
}

uint32_t hash_bytes(const void *p, size_t len)
{
    return siphash(p, len, false);
}

uint32_t hash_slice(struct slice s)
{
    return siphash((const unsigned char *)s.p, s.len, false);
}

uint32_t hash_lower(struct slice s)
{
    return siphash((const unsigned char *)s.p, s.len, true);
}

void hash_init(struct hash *h)
{
    memset(h, 0, sizeof(*h));
}

void hash_fini(struct hash *h)
{
    mem_free(h->buckets);
    hash_init(h);
}

static void put(struct hash *h, struct hash_link *k)
{
    struct hash_link **b = &h->buckets[k->hash & h->mask];

    k->next = *b;
    k->pprev = b;
    if (*b)
        (*b)->pprev = &k->next;
    *b = k;
}

static int grow(struct hash *h)
{
    uint32_t n = h->buckets ? (h->mask + 1) * 2 : 16;
    struct hash_link **old = h->buckets, **fresh = mem_zalloc(n * sizeof(struct hash_link *));
    uint32_t old_n = old ? h->mask + 1 : 0;

    if (!fresh)
        return ENOMEM;
    h->buckets = fresh;
    h->mask = n - 1;
    for (uint32_t i = 0; i < old_n; i++)
        for (struct hash_link *k = old[i], *next; k; k = next) {
            next = k->next;
            put(h, k);
        }
    mem_free(old);
    return 0;
}

int hash_add(struct hash *h, struct hash_link *k, uint32_t hash)
{
    if ((!h->buckets || h->count > h->mask) && grow(h) && !h->buckets)
        return ENOMEM;
    k->hash = hash;
    put(h, k);
    h->count++;
    return 0;
}

void hash_del(struct hash *h, struct hash_link *k)
{
    if (!k->pprev)
        return;
    *k->pprev = k->next;
    if (k->next)
        k->next->pprev = k->pprev;
    k->next = NULL;
    k->pprev = NULL;
    h->count--;
}

static struct hash_link *same(struct hash_link *k, uint32_t hash)
{
    while (k && k->hash != hash)
        k = k->next;
    return k;
}

struct hash_link *hash_first(const struct hash *h, uint32_t hash)
{
    return h->buckets ? same(h->buckets[hash & h->mask], hash) : NULL;
}

struct hash_link *hash_next(const struct hash_link *k)
{
    return same(k->next, k->hash);
}
