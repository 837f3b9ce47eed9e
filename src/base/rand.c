/* rand.c - see rand.h */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "base/bug.h"
#include "base/rand.h"

#define POOL 4096

static _Thread_local unsigned char pool[POOL];
static _Thread_local size_t left;
static _Thread_local uint64_t seeded; /* 0 = the kernel's */

void rand_system(void *p, size_t len)
{
    unsigned char *at = p;

    while (len) {
        ssize_t n = getrandom(at, len, 0);

        BUG_IF(n < 0 && errno != EINTR);
        if (n > 0) {
            at += n;
            len -= (size_t)n;
        }
    }
}

/* splitmix64: only for repeatable tests */
static uint64_t next_seeded(void)
{
    uint64_t z = (seeded += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static void refill(void)
{
    if (seeded)
        for (size_t i = 0; i < POOL; i += 8) {
            uint64_t w = next_seeded();

            memcpy(pool + i, &w, 8);
        }
    else
        rand_system(pool, POOL);
    left = POOL;
}

void rand_bytes(void *p, size_t len)
{
    unsigned char *out = p;

    while (len) {
        size_t n;

        if (!left)
            refill();
        n = len < left ? len : left;
        memcpy(out, pool + POOL - left, n);
        memset(pool + POOL - left, 0, n); /* given out once, kept nowhere */
        left -= n;
        out += n;
        len -= n;
    }
}

uint32_t rand_u32(void)
{
    uint32_t v;

    rand_bytes(&v, sizeof(v));
    return v;
}

void rand_text(char *out, size_t len)
{
    static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    unsigned char some[32];
    size_t at = 0, count = 0;

    for (size_t i = 0; i < len;) {
        unsigned char b;

        if (at == count) {
            count = len - i < sizeof(some) ? len - i : sizeof(some);
            rand_bytes(some, count);
            at = 0;
        }
        b = some[at++] & 63;
        if (b < 62) /* the other two would make some letters likelier */
            out[i++] = alphabet[b];
    }
    out[len] = '\0';
}

void rand_uuid(char out[37])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char b[16];
    char *p = out;

    rand_bytes(b, sizeof(b));
    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;
    for (unsigned i = 0; i < sizeof(b); i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *p++ = '-';
        *p++ = digits[b[i] >> 4];
        *p++ = digits[b[i] & 15];
    }
    *p = '\0';
}

void rand_seed(uint64_t seed)
{
    seeded = seed;
    left = 0;
}
