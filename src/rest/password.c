/* password.c - see password.h */
#include "rest/password.h"

#include <errno.h>
#include <sodium.h>

#include "base/rand.h"

#define MEMORY (19u << 20)
#define PASSES 2

/* Of lists that leaked, those of eight signs and more; and what a Russian keyboard makes of them. */
static const char *const worst[] = {
    "password",   "password1",    "password12", "password123", "passw0rd",   "p@ssw0rd",
    "p@ssword",   "12345678",     "123456789",  "1234567890",  "0123456789", "987654321",
    "9876543210", "87654321",     "11111111",   "00000000",    "88888888",   "99999999",
    "12341234",   "11223344",     "12121212",   "123123123",   "1q2w3e4r",   "1q2w3e4r5t",
    "1qaz2wsx",   "1qazxsw2",     "qwertyui",   "qwertyuiop",  "qwerty123",  "qwerty12",
    "qwerty1234", "asdfghjk",     "asdfghjkl",  "zxcvbnm1",    "q1w2e3r4",   "q1w2e3r4t5",
    "iloveyou",   "sunshine",     "princess",   "football",    "baseball",   "superman",
    "trustno1",   "starwars",     "whatever",   "computer",    "internet",   "samsung1",
    "letmein1",   "welcome1",     "welcome123", "admin123",    "admin1234",  "administrator",
    "changeme",   "asterisk",     "station1",   "freepbx1",    "telephone",  "voicemail",
    "qazwsxedc",  "aaaaaaaa",     "abcd1234",   "abcdefgh",    "a1b2c3d4",   "abc12345",
    "йцукенгш",   "йцукенгшщ",    "йцукенгшщз", "йцукен123",   "пароль123",  "парольпароль",
    "фывапролд",  "qwertyqwerty", "marina12",   "natasha1",    "nastya12",   "russia12",
};

static bool is_one_of_the_worst(struct slice password)
{
    for (size_t i = 0; i < sizeof(worst) / sizeof(worst[0]); i++)
        if (slice_caseeqz(password, worst[i]))
            return true;
    return false;
}

/* One byte over and over, or each the next one: "aaaaaaaaaa", "23456789". */
static bool is_a_row(struct slice s)
{
    const int step = s.len > 1 ? s.p[1] - s.p[0] : 0;

    if (step < -1 || step > 1)
        return false;
    for (size_t i = 2; i < s.len; i++)
        if (s.p[i] - s.p[i - 1] != step)
            return false;
    return true;
}

static size_t signs(struct slice s)
{
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++)
        n += (s.p[i] & 0xC0) != 0x80; /* first bytes of UTF-8 */
    return n;
}

const struct model_words *password_fault(struct slice password, struct slice name)
{
    static const struct model_words is_short = {"Пароль короче 8 знаков.",
                                                "The password has less than 8 characters."};
    static const struct model_words is_long = {"Пароль длиннее 256 байт.",
                                               "The password has more than 256 bytes."};
    static const struct model_words is_name = {"Пароль совпадает с логином.",
                                               "The password is the name."};
    static const struct model_words is_bad = {
        "Такой пароль подбирают первым: придумайте другой.",
        "Such a password is tried first by those who guess: choose another one."};

    if (signs(password) < PASSWORD_LEAST)
        return &is_short;
    if (password.len > PASSWORD_MOST)
        return &is_long;
    if (name.len && slice_caseeq(password, name))
        return &is_name;
    return is_one_of_the_worst(password) || is_a_row(password) ? &is_bad : NULL;
}

int password_hash(struct slice password, char hash[PASSWORD_HASH])
{
    _Static_assert(PASSWORD_HASH >= crypto_pwhash_STRBYTES, "room for libsodium's");

    return sodium_init() < 0 || crypto_pwhash_str_alg(hash, password.p, password.len, PASSES,
                                                      MEMORY, crypto_pwhash_ALG_ARGON2ID13) != 0
               ? ENOMEM
               : 0;
}

bool password_is(struct slice password, const char *hash)
{
    /* of random bytes that nobody has kept */
    static const char nobody[] = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
                                 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    const bool is_somebody = hash && *hash;

    if (sodium_init() < 0 || password.len > PASSWORD_MOST)
        return false;
    return crypto_pwhash_str_verify(is_somebody ? hash : nobody, password.p, password.len) == 0 &&
           is_somebody;
}

void password_make(char password[PASSWORD_MADE])
{
    /* without those that look alike: 31 signs, 15 of them */
    static const char signs_of[] = "abcdefghjkmnpqrstuvwxyz23456789";
    size_t at = 0;

    while (at < PASSWORD_MADE - 1) {
        uint8_t byte;

        if (at == 5 || at == 11) {
            password[at++] = '-';
            continue;
        }
        rand_system(&byte, 1);
        if (byte < 248) /* 8 * 31: none is likelier */
            password[at++] = signs_of[byte % 31];
    }
    password[at] = '\0';
}
