/* rest/password.h, totp.h, token.h, base/tries.h: what stands by itself */
#include "rest/password.h"

#include <string.h>

#include "base/tries.h"
#include "rest/token.h"
#include "rest/totp.h"
#include "unit.h"

static int bad_passwords_are_refused(void)
{
    static const char *const bad[] = {
        "",         "short", "1234567",      "password",    "PASSWORD", "12345678", "Qwerty123",
        "йцукенгш", "ЙЦУ",   "aaaaaaaaaaaa", "abcdefghijk", "87654321", "ivanov-1", "IVANOV-1",
    };
    static const char *const good[] = {"tea and biscuits", "чай и печенье", "k7m2p-x9d4h-qw3ny",
                                       "Tr0ub4dor&3"};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CHECK(password_fault(slice_of(bad[i]), SLICE("ivanov-1")) != NULL);
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        CHECK(password_fault(slice_of(good[i]), SLICE("ivanov-1")) == NULL);
    return 0;
}

static int a_password_is_known_by_its_hash(void)
{
    char hash[PASSWORD_HASH], other[PASSWORD_HASH];

    CHECK_OK(password_hash(SLICE("tea and biscuits"), hash));
    CHECK_OK(password_hash(SLICE("tea and biscuits"), other));
    CHECK(strncmp(hash, "$argon2id$v=19$m=19456,t=2,p=1$", 31) == 0 && strcmp(hash, other) != 0);
    CHECK(password_is(SLICE("tea and biscuits"), hash));
    CHECK(!password_is(SLICE("tea and biscuit"), hash));
    CHECK(!password_is(SLICE(""), hash) && !password_is(SLICE(""), ""));
    CHECK(!password_is(SLICE("tea and biscuits"), NULL));
    CHECK(!password_is(SLICE("tea and biscuits"), "plain text"));
    return 0;
}

static int passwords_that_are_made_are_good_and_never_the_same(void)
{
    char one[PASSWORD_MADE], other[PASSWORD_MADE];

    password_make(one);
    password_make(other);
    CHECK(strlen(one) == 17 && one[5] == '-' && one[11] == '-' && strcmp(one, other) != 0);
    CHECK(password_fault(slice_of(one), SLICE("ivanov")) == NULL);
    return 0;
}

/* RFC 6238, appendix B: the last six of the eight digits */
static int codes_are_those_of_the_rfc(void)
{
    static const struct {
        int64_t at;
        int code;
    } cases[] = {{59, 287082},       {1111111109, 81804},  {1111111111, 50471},
                 {1234567890, 5924}, {2000000000, 279037}, {20000000000, 353130}};
    const struct slice secret = SLICE("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CHECK(totp_code(secret, cases[i].at / TOTP_STEP_S) == cases[i].code);
    CHECK(totp_code(SLICE("no base 32!"), 1) == -1 && totp_code(SLICE(""), 1) == -1);
    return 0;
}

static int a_code_is_good_for_a_while_and_once(void)
{
    const struct slice secret = SLICE("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    const int64_t step = 1111111109 / TOTP_STEP_S;

    CHECK(totp_check(secret, SLICE("081804"), 1111111109, 0) == step);
    CHECK(totp_check(secret, SLICE("081 804"), 1111111109, 0) == step);
    CHECK(totp_check(secret, SLICE("081804"), 1111111109 + 30, 0) == step);
    CHECK(totp_check(secret, SLICE("081804"), 1111111109 - 30, 0) == step);
    CHECK(totp_check(secret, SLICE("081804"), 1111111109 + 90, 0) == -1);
    CHECK(totp_check(secret, SLICE("081804"), 1111111109, step) == -1);
    CHECK(totp_check(secret, SLICE("81804"), 1111111109, 0) == -1);
    CHECK(totp_check(secret, SLICE("0818040"), 1111111109, 0) == -1);
    CHECK(totp_check(secret, SLICE("08180x"), 1111111109, 0) == -1);
    CHECK(totp_check(secret, SLICE_NONE, 1111111109, 0) == -1);
    CHECK(totp_check(SLICE("!"), SLICE("-00001"), 1111111109, 0) == -1);
    return 0;
}

static int a_secret_is_shown_as_applications_take_it(void)
{
    char secret[TOTP_SECRET];
    struct buf b;
    int err;

    buf_init(&b, 1000);
    totp_make(secret);
    CHECK_TO(strlen(secret) == 32 && totp_code(slice_of(secret), 1) >= 0, out);
    CHECK_OK_TO(totp_uri(&b, SLICE("ABCD"), SLICE("Station"), SLICE("Иван&x=1")), out);
    CHECK_TO(strcmp(buf_z(&b), "otpauth://totp/Station:%D0%98%D0%B2%D0%B0%D0%BD%26x%3D1?secret=ABCD"
                               "&issuer=Station") == 0,
             out);
out:
    buf_fini(&b);
    return err;
}

static int tokens_lead_nowhere_from_what_is_kept(void)
{
    char token[TOKEN_TEXT], hash[TOKEN_TEXT], csrf[TOKEN_TEXT];

    token_make(token);
    token_hash(slice_of(token), hash);
    token_csrf(slice_of(token), csrf);
    CHECK(strlen(token) == 64 && strlen(hash) == 64 && strlen(csrf) == 64);
    CHECK(strcmp(hash, csrf) != 0 && strcmp(token, hash) != 0);
    token_hash(SLICE("abc"), hash); /* FIPS 180-2, B.1 */
    CHECK(strcmp(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad") == 0);
    CHECK(token_is(SLICE("abc"), "abc") && !token_is(SLICE("abd"), "abc"));
    CHECK(!token_is(SLICE("ab"), "abc") && !token_is(SLICE(""), "") && !token_is(SLICE_NONE, ""));
    return 0;
}

/* ---- base/tries.h ---- */

static struct addr from(const char *text)
{
    struct addr a;

    addr_parse_host(&a, slice_of(text), 0);
    return a;
}

static int tries_run_out_and_come_back(void)
{
    const struct addr here = from("192.0.2.1"), there = from("192.0.2.2");
    const struct slice user = SLICE("ivanov");
    struct tries t;
    struct mono now = {.us = 1000000};
    int err = 0;

    tries_init(&t, 5, 5);
    for (int i = 0; i < 5; i++) {
        CHECK_TO(tries_may(&t, &here, user, now) && tries_wait_s(&t, &here, user, now) == 0, out);
        tries_failed(&t, &here, user, SLICE_NONE, now);
    }
    if (unit_is_rerun() && tries_may(&t, &here, user, now))
        err = ENOMEM; /* not counted without memory, as tries.h says of guards */
    if (err)
        goto out;
    CHECK_TO(!tries_may(&t, &here, user, now) && tries_wait_s(&t, &here, user, now) == 12, out);
    CHECK_TO(!tries_may(&t, &there, user, now) && tries_may(&t, &there, SLICE("other"), now), out);
    now.us += 11 * 1000000;
    CHECK_TO(tries_wait_s(&t, &here, user, now) == 1, out);
    now.us += 1000000;
    CHECK_TO(tries_may(&t, &here, user, now), out);
    tries_failed(&t, &here, user, SLICE_NONE, now);
    CHECK_TO(!tries_may(&t, &here, user, now), out);
    tries_take_back(&t, &here, user);
    CHECK_TO(tries_may(&t, &here, user, now), out);
out:
    tries_fini(&t);
    return err;
}

UNIT_TESTS(UNIT(bad_passwords_are_refused), UNIT_ONCE(a_password_is_known_by_its_hash),
           UNIT(passwords_that_are_made_are_good_and_never_the_same),
           UNIT(codes_are_those_of_the_rfc), UNIT(a_code_is_good_for_a_while_and_once),
           UNIT(a_secret_is_shown_as_applications_take_it),
           UNIT(tokens_lead_nowhere_from_what_is_kept), UNIT(tries_run_out_and_come_back))
