/* notify/guard.c - see guard.h */
#include "notify/guard.h"

#include <string.h>

#include "base/addr.h"
#include "base/slice.h"

static const struct {
    uint32_t net;
    int bits;
} special[] = {
    {0x00000000, 8},  {0x0a000000, 8},  {0x64400000, 10}, {0x7f000000, 8},  {0xa9fe0000, 16},
    {0xac100000, 12}, {0xc0000000, 24}, {0xc0000200, 24}, {0xc0a80000, 16}, {0xc6120000, 15},
    {0xc6336400, 24}, {0xcb007100, 24}, {0xe0000000, 4},  {0xf0000000, 4},
};

static bool is_v4_public(uint32_t v4)
{
    for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
        if ((v4 ^ special[i].net) >> (32 - special[i].bits) == 0)
            return false;
    return true;
}

static uint32_t v4_at(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Only 2000::/3 is of the world; within it 6to4 leads to an IPv4 address, Teredo and documentation nowhere. */
static bool is_v6_public(const uint8_t *a)
{
    static const uint8_t nat64[12] = {0, 0x64, 0xff, 0x9b};

    if (memcmp(a, nat64, sizeof(nat64)) == 0)
        return is_v4_public(v4_at(a + 12));
    if (a[0] >> 5 != 1)
        return false;
    if (a[0] == 0x20 && a[1] == 0x02)
        return is_v4_public(v4_at(a + 2));
    return !(a[0] == 0x20 && a[1] == 0x01 &&
             ((a[2] == 0 && a[3] == 0) || (a[2] == 0x0d && a[3] == 0xb8)));
}

static bool is_listed(const char *allow, const struct addr *a)
{
    struct slice rest = slice_of(allow);

    while (slice_is_set(rest)) {
        struct addr_net net;

        if (addr_net_parse(&net, slice_trim(slice_cut(rest, ',', &rest))) == 0 &&
            addr_net_has(&net, a))
            return true;
    }
    return false;
}

bool notify_address_is_allowed(const char *allow, const struct sockaddr *sa)
{
    struct addr a = {.family = AF_UNSPEC};

    if (sa->sa_family != AF_INET && sa->sa_family != AF_INET6)
        return false;
    addr_from_sockaddr(&a, sa); /* an IPv4 address within an IPv6 one is looked at as what it is */
    if (a.family == AF_INET ? is_v4_public(v4_at(a.ip)) : is_v6_public(a.ip))
        return true;
    return is_listed(allow, &a);
}
