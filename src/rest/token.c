/* token.c - see token.h */
#include "rest/token.h"

#include <sodium.h>

#include "base/hex.h"
#include "base/rand.h"

void token_make(char token[TOKEN_TEXT])
{
    uint8_t raw[TOKEN_BYTES];

    rand_system(raw, sizeof(raw));
    hex_print(raw, sizeof(raw), token);
    sodium_memzero(raw, sizeof(raw));
}

void token_hash(struct slice token, char hash[TOKEN_TEXT])
{
    uint8_t raw[crypto_hash_sha256_BYTES];

    crypto_hash_sha256(raw, (const uint8_t *)(token.p ? token.p : ""), token.len);
    hex_print(raw, sizeof(raw), hash);
}

/* Keyed with the token itself: its hash, which the database has, does not do. */
void token_csrf(struct slice token, char csrf[TOKEN_TEXT])
{
    static const char what[] = "station csrf";
    uint8_t raw[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state s;

    crypto_auth_hmacsha256_init(&s, (const uint8_t *)token.p, token.len);
    crypto_auth_hmacsha256_update(&s, (const uint8_t *)what, sizeof(what) - 1);
    crypto_auth_hmacsha256_final(&s, raw);
    hex_print(raw, sizeof(raw), csrf);
}

bool token_is(struct slice a, const char *b)
{
    const size_t len = strlen(b);

    return len && a.len == len && sodium_memcmp(a.p, b, len) == 0;
}
