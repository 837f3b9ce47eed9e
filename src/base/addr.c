/* addr.c - see addr.h */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/hash.h"

static void unmap(struct addr *a)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

    if (a->family != AF_INET6 || memcmp(a->ip, mapped, 12) != 0)
        return;
    memmove(a->ip, a->ip + 12, 4);
    memset(a->ip + 4, 0, 12);
    a->family = AF_INET;
}

void addr_from_sockaddr(struct addr *a, const struct sockaddr *sa)
{
    memset(a, 0, sizeof(*a));
    if (sa->sa_family == AF_INET) {
        const struct sockaddr_in *s = (const struct sockaddr_in *)(const void *)sa;

        a->family = AF_INET;
        a->port = ntohs(s->sin_port);
        memcpy(a->ip, &s->sin_addr, 4);
    } else if (sa->sa_family == AF_INET6) {
        const struct sockaddr_in6 *s = (const struct sockaddr_in6 *)(const void *)sa;

        a->family = AF_INET6;
        a->port = ntohs(s->sin6_port);
        a->scope = s->sin6_scope_id;
        memcpy(a->ip, &s->sin6_addr, 16);
        unmap(a);
    }
}

socklen_t addr_to_sockaddr(const struct addr *a, struct sockaddr_storage *ss)
{
    memset(ss, 0, sizeof(struct sockaddr_in6));
    if (a->family == AF_INET) {
        struct sockaddr_in *s = (struct sockaddr_in *)(void *)ss;

        s->sin_family = AF_INET;
        s->sin_port = htons(a->port);
        memcpy(&s->sin_addr, a->ip, 4);
        return sizeof(*s);
    }
    if (a->family == AF_INET6) {
        struct sockaddr_in6 *s = (struct sockaddr_in6 *)(void *)ss;

        s->sin6_family = AF_INET6;
        s->sin6_port = htons(a->port);
        s->sin6_scope_id = a->scope;
        memcpy(&s->sin6_addr, a->ip, 16);
        return sizeof(*s);
    }
    return 0;
}

int addr_parse_host(struct addr *a, struct slice host, uint16_t port)
{
    char text[INET6_ADDRSTRLEN + 1], *three;
    bool is_reference = false;

    memset(a, 0, sizeof(*a));
    if (host.len >= 2 && host.p[0] == '[' && host.p[host.len - 1] == ']') {
        host = slice_from(host.p + 1, host.len - 2);
        if (slice_chr(host, ':') < 0)
            return EINVAL;
        is_reference = true;
    }
    if (host.len == 0 || memchr(host.p, '\0', host.len) || slice_copy(host, text, sizeof(text)))
        return EINVAL;
    /* The grammar of RFC 3261 asks for ":::" before an embedded IPv4 address (RFC 5118 s4.10). */
    three = is_reference ? strstr(text, ":::") : NULL;
    if (three && strchr(three, '.'))
        memmove(three, three + 1, strlen(three));
    if (inet_pton(AF_INET, text, a->ip) == 1)
        a->family = AF_INET;
    else if (inet_pton(AF_INET6, text, a->ip) == 1)
        a->family = AF_INET6;
    else
        return EINVAL;
    a->port = port;
    unmap(a);
    return 0;
}

int addr_parse(struct addr *a, struct slice text, uint16_t default_port)
{
    struct slice port = SLICE_NONE, host = text;
    uint32_t n = default_port;
    ptrdiff_t end;

    if (text.len && text.p[0] == '[') {
        end = slice_chr(text, ']');
        if (end < 0)
            return EINVAL;
        host = slice_from(text.p, (size_t)end + 1);
        port = slice_skip(text, (size_t)end + 1);
        if (port.len && port.p[0] != ':')
            return EINVAL;
        port = port.len ? slice_skip(port, 1) : SLICE_NONE;
    } else if ((end = slice_chr(text, ':')) >= 0 &&
               slice_chr(slice_skip(text, (size_t)end + 1), ':') < 0) {
        host = slice_cut(text, ':', &port);
    }
    if (slice_is_set(port) && (slice_u32(port, &n) || n > 65535))
        return EINVAL;
    return addr_parse_host(a, host, (uint16_t)n);
}

/* inet_ntop is slow, and this runs for every answer. */
static void ipv4_text(const uint8_t ip[4], char *out)
{
    for (int i = 0; i < 4; i++) {
        const unsigned v = ip[i];

        if (v >= 100)
            *out++ = (char)('0' + v / 100);
        if (v >= 10)
            *out++ = (char)('0' + v / 10 % 10);
        *out++ = (char)('0' + v % 10);
        *out++ = i < 3 ? '.' : '\0';
    }
}

const char *addr_host(const struct addr *a, char out[ADDR_TEXT])
{
    if (a->family == AF_INET)
        ipv4_text(a->ip, out);
    else if (!addr_is_set(a) || !inet_ntop(a->family, a->ip, out, ADDR_TEXT))
        snprintf(out, ADDR_TEXT, "none");
    return out;
}

static void port_text(uint16_t port, char *out)
{
    char digits[6];
    size_t n = sizeof(digits);

    digits[--n] = '\0';
    do
        digits[--n] = (char)('0' + port % 10);
    while (port /= 10);
    memcpy(out, digits + n, sizeof(digits) - n);
}

const char *addr_text(const struct addr *a, char out[ADDR_TEXT])
{
    char host[ADDR_TEXT];
    size_t len;

    if (a->family == AF_INET) {
        ipv4_text(a->ip, out);
        len = strlen(out);
        out[len++] = ':';
        port_text(a->port, out + len);
        return out;
    }
    addr_host(a, host);
    snprintf(out, ADDR_TEXT, a->family == AF_INET6 ? "[%.46s]:%u" : "%.46s:%u", host, a->port);
    return out;
}

bool addr_eq_host(const struct addr *a, const struct addr *b)
{
    return a->family == b->family && memcmp(a->ip, b->ip, 16) == 0;
}

bool addr_eq(const struct addr *a, const struct addr *b)
{
    return a->port == b->port && addr_eq_host(a, b);
}

bool addr_is_any(const struct addr *a)
{
    static const uint8_t zero[16];

    return memcmp(a->ip, zero, 16) == 0;
}

uint32_t addr_hash(const struct addr *a)
{
    uint8_t b[20];

    memcpy(b, a->ip, 16);
    memcpy(b + 16, &a->family, 2);
    memcpy(b + 18, &a->port, 2);
    return hash_bytes(b, sizeof(b));
}

static int mask_bits(struct slice text, const struct addr *base, uint8_t *bits)
{
    uint32_t n, most = base->family == AF_INET ? 32 : 128;
    struct addr mask;
    uint32_t m = 0;

    if (!slice_u32(text, &n)) {
        *bits = (uint8_t)n;
        return n <= most ? 0 : EINVAL;
    }
    if (base->family != AF_INET || addr_parse_host(&mask, text, 0) || mask.family != AF_INET)
        return EINVAL;
    for (int i = 0; i < 4; i++)
        m = m << 8 | mask.ip[i];
    n = m ? 32 - (uint32_t)__builtin_ctz(m) : 0;
    if (m && (~m & (~m + 1)) != 0) /* holes in the mask */
        return EINVAL;
    *bits = (uint8_t)n;
    return 0;
}

int addr_net_parse(struct addr_net *n, struct slice text)
{
    struct slice mask;
    struct slice host = slice_cut(text, '/', &mask);

    if (addr_parse_host(&n->base, host, 0))
        return EINVAL;
    n->bits = n->base.family == AF_INET ? 32 : 128;
    return slice_is_set(mask) ? mask_bits(mask, &n->base, &n->bits) : 0;
}

bool addr_net_has(const struct addr_net *n, const struct addr *a)
{
    uint32_t whole = n->bits / 8, rest = n->bits % 8;

    if (n->base.family != a->family || memcmp(n->base.ip, a->ip, whole) != 0)
        return false;
    return !rest || ((n->base.ip[whole] ^ a->ip[whole]) >> (8 - rest)) == 0;
}
