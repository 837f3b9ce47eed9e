/* digest.c - parse digest parameters, compute responses */
#include <errno.h>
#include <string.h>
#include <openssl/evp.h>

#include "base/hex.h"
#include "sip/digest.h"
#include "sip/lex.h"

#define PIECES(...)                                                                                \
    (struct slice[]){__VA_ARGS__}, sizeof((struct slice[]){__VA_ARGS__}) / sizeof(struct slice)

static const char *const names[] = {
    [SIP_DIGEST_UNKNOWN] = "?",
    [SIP_DIGEST_MD5] = "MD5",
    [SIP_DIGEST_MD5_SESS] = "MD5-sess",
    [SIP_DIGEST_SHA256] = "SHA-256",
    [SIP_DIGEST_SHA256_SESS] = "SHA-256-sess",
    [SIP_DIGEST_SHA512] = "SHA-512-256",
    [SIP_DIGEST_SHA512_SESS] = "SHA-512-256-sess",
};

/* Fetching a hash costs more than using it: once per thread. */
static _Thread_local EVP_MD *md5, *sha256, *sha512;
static _Thread_local EVP_MD_CTX *context;

const char *digest_name(enum sip_digest_algorithm a)
{
    return names[a];
}

size_t digest_hex_len(enum sip_digest_algorithm a)
{
    switch (a) {
    case SIP_DIGEST_MD5:
    case SIP_DIGEST_MD5_SESS: return 32;
    case SIP_DIGEST_SHA256:
    case SIP_DIGEST_SHA256_SESS:
    case SIP_DIGEST_SHA512:
    case SIP_DIGEST_SHA512_SESS: return 64;
    default: return 0;
    }
}

static const EVP_MD *hash_of(enum sip_digest_algorithm a)
{
    if (!context) {
        md5 = EVP_MD_fetch(NULL, "MD5", NULL);
        sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
        sha512 = EVP_MD_fetch(NULL, "SHA512-256", NULL);
        context = EVP_MD_CTX_new();
    }
    if (digest_hex_len(a) == 32)
        return md5;
    return a >= SIP_DIGEST_SHA512 ? sha512 : sha256;
}

const char *digest_ready(const struct sip_credential *c, enum sip_digest_algorithm a)
{
    if (digest_hex_len(a) == 32)
        return c->ha1_md5;
    return a >= SIP_DIGEST_SHA512 ? c->ha1_sha512 : c->ha1_sha256;
}

int digest_hash(enum sip_digest_algorithm a, const struct slice *pieces, size_t count, char out[65])
{
    const EVP_MD *md = hash_of(a);
    unsigned char raw[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    bool is_ok = md && context && EVP_DigestInit_ex2(context, md, NULL) == 1;

    for (size_t i = 0; is_ok && i < count; i++) {
        if (i)
            is_ok = EVP_DigestUpdate(context, ":", 1) == 1;
        if (is_ok && pieces[i].len)
            is_ok = EVP_DigestUpdate(context, pieces[i].p, pieces[i].len) == 1;
    }
    if (!is_ok || EVP_DigestFinal_ex(context, raw, &len) != 1)
        return EIO;
    hex_print(raw, len, out);
    return 0;
}

/* ---- parse ---- */

static enum sip_digest_algorithm parse_algorithm(struct slice s)
{
    for (int a = SIP_DIGEST_MD5; a <= SIP_DIGEST_SHA512_SESS; a++)
        if (slice_caseeqz(s, names[a]))
            return (enum sip_digest_algorithm)a;
    return SIP_DIGEST_UNKNOWN;
}

static struct slice *field_of(struct sip_digest *d, struct slice name)
{
    static const struct {
        const char *name;
        size_t at;
    } fields[] = {
        {"username", offsetof(struct sip_digest, username)},
        {"realm", offsetof(struct sip_digest, realm)},
        {"nonce", offsetof(struct sip_digest, nonce)},
        {"uri", offsetof(struct sip_digest, uri)},
        {"response", offsetof(struct sip_digest, response)},
        {"cnonce", offsetof(struct sip_digest, cnonce)},
        {"nc", offsetof(struct sip_digest, nc)},
        {"qop", offsetof(struct sip_digest, qop)},
        {"opaque", offsetof(struct sip_digest, opaque)},
    };

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (slice_caseeqz(name, fields[i].name))
            return (struct slice *)(void *)((char *)d + fields[i].at);
    return NULL;
}

/* The value behind '=': a quoted string (given without quotes) or a token. */
static int cut_value(struct slice *s, struct slice *value)
{
    size_t n = 0;

    *s = lex_trim(*s);
    if (s->len && s->p[0] == '"') {
        n = lex_quoted(*s);
        if (n == 0)
            return EINVAL;
        *value = slice_from(s->p + 1, n - 2);
    } else {
        while (n < s->len && s->p[n] != ',' && !lex_is(s->p[n], LEX_WS))
            n++;
        *value = slice_from(s->p, n);
    }
    *s = lex_trim(slice_skip(*s, n));
    if (s->len == 0)
        return 0;
    if (s->p[0] != ',')
        return EINVAL;
    *s = slice_skip(*s, 1);
    return 0;
}

static int set_field(struct sip_digest *d, struct slice name, struct slice value)
{
    struct slice *field = field_of(d, name);

    if (field) {
        if (slice_is_set(*field))
            return EINVAL;
        *field = value;
    } else if (slice_caseeqz(name, "algorithm")) {
        d->algorithm = parse_algorithm(value);
    } else if (slice_caseeqz(name, "stale")) {
        d->is_stale = slice_caseeqz(value, "true");
    }
    return 0;
}

int sip_digest_parse(struct sip_digest *d, struct slice value)
{
    struct slice s = lex_trim(value), name, v;

    memset(d, 0, sizeof(*d));
    d->algorithm = SIP_DIGEST_MD5;
    if (s.len < 7 || !slice_casestarts(s, SLICE("Digest")) || !lex_is(s.p[6], LEX_WS))
        return EINVAL;
    s = slice_skip(s, 7);
    while (s = lex_trim(s), s.len) {
        ptrdiff_t eq;

        if (s.p[0] == ',') {
            s = slice_skip(s, 1);
            continue;
        }
        eq = slice_chr(s, '=');
        if (eq <= 0)
            return EINVAL;
        name = lex_trim(slice_from(s.p, (size_t)eq));
        s = slice_skip(s, (size_t)eq + 1);
        if (!lex_all(name, LEX_TOKEN) || cut_value(&s, &v) || set_field(d, name, v))
            return EINVAL;
    }
    return 0;
}

/* ---- compute ---- */

static int hash_secret(const struct sip_digest *d, const struct sip_credential *c, char out[65])
{
    size_t len = digest_hex_len(d->algorithm);
    const char *ready = digest_ready(c, d->algorithm);

    if (c->password)
        return digest_hash(d->algorithm, PIECES(slice_of(c->user), d->realm, slice_of(c->password)),
                           out);
    if (!ready || strlen(ready) != len)
        return EINVAL;
    for (size_t i = 0; i <= len; i++)
        out[i] = ready[i] >= 'A' && ready[i] <= 'F' ? (char)(ready[i] | 0x20) : ready[i];
    return 0;
}

static bool is_sess(enum sip_digest_algorithm a)
{
    return a == SIP_DIGEST_MD5_SESS || a == SIP_DIGEST_SHA256_SESS || a == SIP_DIGEST_SHA512_SESS;
}

int sip_digest_response(const struct sip_digest *d, const struct sip_credential *c,
                        struct slice method, struct slice body, char out[65])
{
    char a1[65], a2[65];
    int err;

    if (digest_hex_len(d->algorithm) == 0)
        return EINVAL;
    err = hash_secret(d, c, a1);
    if (!err && is_sess(d->algorithm))
        err = digest_hash(d->algorithm, PIECES(slice_of(a1), d->nonce, d->cnonce), a1);
    if (err)
        return err;
    if (slice_caseeqz(d->qop, "auth-int")) {
        err = digest_hash(d->algorithm, PIECES(body), a2);
        if (!err)
            err = digest_hash(d->algorithm, PIECES(method, d->uri, slice_of(a2)), a2);
    } else {
        err = digest_hash(d->algorithm, PIECES(method, d->uri), a2);
    }
    if (err)
        return err;
    if (d->qop.len == 0)
        return digest_hash(d->algorithm, PIECES(slice_of(a1), d->nonce, slice_of(a2)), out);
    return digest_hash(d->algorithm,
                       PIECES(slice_of(a1), d->nonce, d->nc, d->cnonce, d->qop, slice_of(a2)), out);
}
