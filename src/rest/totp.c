/* totp.c - see totp.h */
#include "rest/totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/rand.h"

enum { SECRET_MOST = 64 };

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

void totp_make(char secret[TOTP_SECRET])
{
    uint8_t raw[TOTP_SECRET - 1];

    rand_system(raw, sizeof(raw));
    for (size_t i = 0; i < sizeof(raw); i++)
        secret[i] = alphabet[raw[i] & 31];
    secret[sizeof(raw)] = '\0';
}

static int digit_of(char c)
{
    if (c >= 'a' && c <= 'z')
        return c - 'a';
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

/* @return bytes; 0: no base32 */
static size_t decode(struct slice text, uint8_t raw[SECRET_MOST])
{
    uint32_t bits = 0, have = 0;
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++) {
        const int d = digit_of(text.p[i]);

        if (d < 0 || n == SECRET_MOST)
            return 0;
        bits = bits << 5 | (uint32_t)d;
        have += 5;
        if (have >= 8) {
            have -= 8;
            raw[n++] = (uint8_t)(bits >> have);
        }
    }
    return n;
}

int totp_code(struct slice secret, int64_t step)
{
    uint8_t key[SECRET_MOST], text[8], mac[EVP_MAX_MD_SIZE];
    const size_t len = decode(secret, key);
    unsigned mac_len = 0;
    uint32_t v;

    for (int i = 0; i < 8; i++)
        text[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
    if (len == 0 || !HMAC(EVP_sha1(), key, (int)len, text, sizeof(text), mac, &mac_len))
        return -1;
    text[0] = mac[mac_len - 1] & 15;
    v = (uint32_t)(mac[text[0]] & 0x7F) << 24 | (uint32_t)mac[text[0] + 1] << 16 |
        (uint32_t)mac[text[0] + 2] << 8 | mac[text[0] + 3];
    return (int)(v % 1000000);
}

/* "123 456" is how some applications show it. */
static int read_code(struct slice text)
{
    int v = 0, digits = 0;

    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] == ' ')
            continue;
        if (text.p[i] < '0' || text.p[i] > '9' || ++digits > 6)
            return -1;
        v = v * 10 + (text.p[i] - '0');
    }
    return digits == 6 ? v : -1;
}

int64_t totp_check(struct slice secret, struct slice code, int64_t now_s, int64_t last)
{
    const int64_t now = now_s / TOTP_STEP_S;
    const int given = read_code(code);
    int64_t found = -1;

    for (int64_t step = now - 1; given >= 0 && step <= now + 1; step++)
        if (step > last && totp_code(secret, step) == given)
            found = step;
    return found;
}

static void put_escaped(struct buf *out, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t c = (uint8_t)text.p[i];
        const char lower = (char)(c | 32);

        if ((lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-')
            buf_addc(out, (char)c);
        else
            buf_printf(out, "%%%02X", c);
    }
}

int totp_uri(struct buf *out, struct slice secret, struct slice issuer, struct slice account)
{
    buf_addz(out, "otpauth://totp/");
    put_escaped(out, issuer);
    buf_addz(out, ":");
    put_escaped(out, account);
    buf_addz(out, "?secret=");
    put_escaped(out, secret);
    buf_addz(out, "&issuer=");
    put_escaped(out, issuer);
    return buf_err(out);
}
