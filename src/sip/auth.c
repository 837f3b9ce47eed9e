/* auth.c - server side of auth.h */
#include <errno.h>
#include <string.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "base/hash.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/rand.h"
#include "loop/loop.h"
#include "sip/digest.h"
#include "sip/lex.h"

#define NONCE_LIFE_S 300
#define SLOTS 65536
#define WAYS 16      /* places that a nonce may be in: 10,000 logins in a second all find one */
#define STAMP_LEN 24 /* 8 hex digits of seconds, 16 of a random part */
#define MAC_LEN 32   /* hex digits kept of the HMAC */
#define NONCE_LEN (STAMP_LEN + MAC_LEN)
_Static_assert(SIP_AUTH_NONCE == NONCE_LEN + 1, "what callers have room for");

/* The highest nonce count seen with a nonce. */
struct slot {
    uint64_t random; /* 0: free */
    uint32_t second;
    uint32_t nc;
};

struct sip_auth {
    struct loop *loop;
    uint32_t life_s;
    EVP_MAC *mac;
    EVP_MAC_CTX *hmac; /* keyed */
    struct slot *slots;
    char opaque[17];
};

static void destroy(void *object)
{
    struct sip_auth *a = object;

    EVP_MAC_CTX_free(a->hmac);
    EVP_MAC_free(a->mac);
    mem_free(a->slots);
}

static int make_key(struct sip_auth *a)
{
    char name[] = "SHA256";
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                           OSSL_PARAM_construct_end()};
    unsigned char key[32];
    int is_ok;

    rand_bytes(key, sizeof(key));
    a->mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    a->hmac = a->mac ? EVP_MAC_CTX_new(a->mac) : NULL;
    is_ok = a->hmac && EVP_MAC_init(a->hmac, key, sizeof(key), params);
    OPENSSL_cleanse(key, sizeof(key));
    return is_ok ? 0 : EIO;
}

int sip_auth_alloc(struct sip_auth **ap, const struct sip_auth_args *args)
{
    struct sip_auth *a = mem_alloc(sizeof(*a), destroy);
    int err;

    if (!a)
        return ENOMEM;
    a->loop = args->loop;
    a->life_s = args->nonce_life_s ? args->nonce_life_s : NONCE_LIFE_S;
    rand_text(a->opaque, sizeof(a->opaque) - 1);
    a->slots = mem_zalloc(SLOTS * sizeof(struct slot));
    err = a->slots ? make_key(a) : ENOMEM;
    if (err)
        mem_deref(a);
    else
        *ap = a;
    return err;
}

static uint32_t now_s(const struct sip_auth *a)
{
    return (uint32_t)(loop_now(a->loop).us / 1000000);
}

/* HMAC over stamp and realm, in hex. */
static int sign(struct sip_auth *a, struct slice stamp, struct slice realm, char out[MAC_LEN + 1])
{
    unsigned char raw[32];
    size_t len = 0;

    if (!EVP_MAC_init(a->hmac, NULL, 0, NULL) ||
        !EVP_MAC_update(a->hmac, (const unsigned char *)stamp.p, stamp.len) ||
        !EVP_MAC_update(a->hmac, (const unsigned char *)realm.p, realm.len) ||
        !EVP_MAC_final(a->hmac, raw, &len, sizeof(raw)))
        return EIO;
    hex_print(raw, MAC_LEN / 2, out);
    return 0;
}

int sip_auth_nonce(struct sip_auth *a, const char *realm, char out[SIP_AUTH_NONCE])
{
    unsigned char stamp[STAMP_LEN / 2];
    uint32_t second = now_s(a);

    for (int i = 0; i < 4; i++)
        stamp[i] = (unsigned char)(second >> (24 - 8 * i));
    rand_bytes(stamp + 4, sizeof(stamp) - 4);
    stamp[4] |= 1; /* 0 would be a free slot */
    hex_print(stamp, sizeof(stamp), out);
    return sign(a, slice_from(out, STAMP_LEN), slice_of(realm), out + STAMP_LEN);
}

static void add_quoted(struct buf *b, const char *text)
{
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            buf_addc(b, '\\');
        if ((unsigned char)*text >= ' ')
            buf_addc(b, *text);
    }
}

static void add_challenge(struct sip_auth *a, struct buf *b, const char *realm, const char *nonce,
                          enum sip_digest_algorithm algorithm, bool is_stale, bool is_proxy)
{
    buf_addz(b, is_proxy ? "Proxy-Authenticate: Digest realm=\""
                         : "WWW-Authenticate: Digest realm=\"");
    add_quoted(b, realm);
    buf_addz(b, "\",nonce=\"");
    buf_addz(b, nonce);
    buf_addz(b, "\",opaque=\"");
    buf_addz(b, a->opaque);
    buf_addz(b, "\",algorithm=");
    buf_addz(b, digest_name(algorithm));
    buf_addz(b, is_stale ? ",qop=\"auth\",stale=true\r\n" : ",qop=\"auth\"\r\n");
}

int sip_auth_challenge(struct sip_auth *a, struct buf *headers, const char *realm, uint8_t offered,
                       bool is_stale, bool is_proxy)
{
    static const enum sip_digest_algorithm all[] = {SIP_DIGEST_SHA512, SIP_DIGEST_SHA256,
                                                    SIP_DIGEST_MD5};
    char nonce[SIP_AUTH_NONCE];
    int err = sip_auth_nonce(a, realm, nonce);

    if (err)
        return err;
    /* The client takes the first it knows (RFC 7616 s3.7). */
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (offered >> all[i] & 1)
            add_challenge(a, headers, realm, nonce, all[i], is_stale, is_proxy);
    return buf_err(headers);
}

/* ---- check ---- */

static int find_in(const struct sip_msg *req, enum sip_header_id id, const char *realm,
                   struct sip_digest *d)
{
    int err = ENOENT;

    for (unsigned i = req->first[id]; i != 255; i = req->headers[i].next) {
        struct slice value = sip_msg_header_value(req, i);

        if (!slice_casestarts(value, SLICE("Digest")))
            continue;
        if (sip_digest_parse(d, value))
            err = EINVAL;
        else if (slice_eqz(d->realm, realm))
            return 0;
    }
    return err;
}

int sip_auth_find(const struct sip_msg *req, const char *realm, struct sip_digest *d)
{
    int err = find_in(req, SIP_H_AUTHORIZATION, realm, d);

    return err ? find_in(req, SIP_H_PROXY_AUTHORIZATION, realm, d) : 0;
}

static int parse_hex(struct slice s, uint64_t *out)
{
    uint64_t v = 0;

    if (s.len == 0 || s.len > 16)
        return EINVAL;
    for (size_t i = 0; i < s.len; i++) {
        int digit = hex_digit(s.p[i]);

        if (digit < 0)
            return EINVAL;
        v = v << 4 | (uint64_t)digit;
    }
    *out = v;
    return 0;
}

static int check_nonce(struct sip_auth *a, struct slice nonce, const char *realm, uint32_t *second,
                       uint64_t *random)
{
    char mac[MAC_LEN + 1];
    uint64_t s;

    if (nonce.len != NONCE_LEN)
        return EINVAL;
    if (sign(a, slice_from(nonce.p, STAMP_LEN), slice_of(realm), mac) ||
        CRYPTO_memcmp(mac, nonce.p + STAMP_LEN, MAC_LEN) != 0)
        return EINVAL;
    if (parse_hex(slice_from(nonce.p, 8), &s) || parse_hex(slice_from(nonce.p + 8, 16), random))
        return EINVAL;
    *second = (uint32_t)s;
    return 0;
}

/* Only what we offered, and complete. */
static bool is_acceptable(uint8_t offered, const struct sip_digest *d)
{
    if (!(offered >> d->algorithm & 1))
        return false;
    if (d->response.len != digest_hex_len(d->algorithm) || d->username.len == 0 || d->uri.len == 0)
        return false;
    if (d->qop.len == 0)
        return true;
    return slice_caseeqz(d->qop, "auth") && d->cnonce.len && d->nc.len == 8;
}

/* Where a nonce is watched; NULL: newer ones fill its places, and it cannot be. */
static struct slot *slot_for(struct sip_auth *a, uint32_t second, uint64_t random)
{
    struct slot *row = &a->slots[random % (SLOTS / WAYS) * WAYS], *best = NULL;

    for (struct slot *s = row; s < row + WAYS; s++) {
        if (s->random == random)
            return s;
        if ((!s->random || s->second < second) && (!best || s->second < best->second))
            best = s;
    }
    return best;
}

/* @return 0, or ESTALE for a count that was used already */
static int check_count(struct sip_auth *a, const struct sip_digest *d, uint32_t second,
                       uint64_t random)
{
    struct slot *s = slot_for(a, second, random);
    uint64_t nc = 1; /* without qop there is no count: such a nonce is good for once */

    if (d->qop.len && (parse_hex(d->nc, &nc) || nc == 0))
        return ESTALE;
    if (!s || (s->random == random && nc <= s->nc))
        return ESTALE;
    *s = (struct slot){.random = random, .second = second, .nc = (uint32_t)nc};
    return 0;
}

static bool is_right(struct slice method, const struct sip_digest *d,
                     const struct sip_credential *c)
{
    static const struct sip_credential nobody = {.user = "nobody", .password = "nothing"};
    char want[65], got[65];
    bool is_known = c && c->user && slice_eqz(d->username, c->user);
    size_t len = digest_hex_len(d->algorithm);

    /* A stranger costs the same time as a wrong password. */
    if (sip_digest_response(d, is_known ? c : &nobody, method, SLICE_NONE, want))
        return false;
    for (size_t i = 0; i < len; i++)
        got[i] = d->response.p[i] >= 'A' && d->response.p[i] <= 'F'
                     ? (char)(d->response.p[i] | 0x20)
                     : d->response.p[i];
    return CRYPTO_memcmp(want, got, len) == 0 && is_known;
}

/* Credentials for one number must not be good for another, dearer one. */
static bool is_for_this(const struct sip_msg *req, const struct sip_digest *d)
{
    struct sip_uri uri;

    return req->method != SIP_INVITE || sip_uri_parse(&uri, d->uri) || !slice_is_set(uri.user) ||
           sip_user_eq(uri.user, req->uri.user);
}

int sip_auth_check_text(struct sip_auth *a, struct slice method, const struct sip_digest *d,
                        const char *realm, uint8_t offered, const struct sip_credential *c)
{
    uint32_t second;
    uint64_t random;

    if (!is_acceptable(offered, d) || !slice_eqz(d->realm, realm) ||
        check_nonce(a, d->nonce, realm, &second, &random))
        return EINVAL;
    if (!is_right(method, d, c))
        return EACCES;
    if (now_s(a) - second > (c->nonce_life_s ? c->nonce_life_s : a->life_s))
        return ESTALE;
    return check_count(a, d, second, random);
}

int sip_auth_check(struct sip_auth *a, const struct sip_msg *req, const struct sip_digest *d,
                   const char *realm, uint8_t offered, const struct sip_credential *c)
{
    return is_for_this(req, d) ? sip_auth_check_text(a, req->method_text, d, realm, offered, c)
                               : EINVAL;
}
