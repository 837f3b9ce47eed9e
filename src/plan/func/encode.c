/* func/encode.c - BASE64_*, URIENCODE, URIDECODE, MD5, SHA1, AES_*, ICONV: texts in other clothes */
#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <openssl/evp.h>

#include "base/hex.h"
#include "plan/func/row.h"

static int put_base64(const unsigned char *p, size_t len, struct buf *out)
{
    char *text = mem_zalloc(len / 3 * 4 + 5);

    if (!text)
        return ENOMEM;
    EVP_EncodeBlock((unsigned char *)text, p, (int)len);
    buf_addz(out, text);
    mem_free(text);
    return buf_err(out);
}

static int base64_encode_read(const struct plan_env *env, char *args, struct buf *out)
{
    if (!*args) {
        plan_func_warn(env, "BASE64_ENCODE needs a text", args);
        return 0;
    }
    return put_base64((unsigned char *)args, strlen(args), out);
}

static int sextet(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(digits, c) : NULL;

    return at ? (int)(at - digits) : -1;
}

/* In place; ends at the first byte that is none. @return how many bytes */
static size_t decode_base64(char *text)
{
    unsigned bits = 0;
    size_t len = 0;
    int have = 0;

    for (const char *s = text; sextet(*s) >= 0; s++) {
        bits = bits << 6 | (unsigned)sextet(*s);
        have += 6;
        if (have >= 8) {
            have -= 8;
            text[len++] = (char)(bits >> have);
        }
    }
    return len;
}

static int base64_decode_read(const struct plan_env *env, char *args, struct buf *out)
{
    const size_t len = decode_base64(args);

    return buf_add(out, args, strnlen(args, len)); /* variables hold no NUL */
}

static int uriencode_read(const struct plan_env *env, char *args, struct buf *out)
{
    for (const char *s = args; *s; s++) {
        const unsigned char c = (unsigned char)*s;

        if (c < 128 && (isalnum(c) || strchr("-_.~!*'()", c)))
            buf_addc(out, *s);
        else
            buf_printf(out, "%%%02X", c);
    }
    return buf_err(out);
}

static int uridecode_read(const struct plan_env *env, char *args, struct buf *out)
{
    for (const char *s = args; *s; s++) {
        const int code = *s == '%' ? hex_byte(slice_from(s + 1, strnlen(s + 1, 2))) : -1;
        const char byte = code >= 0 ? (char)code : *s;

        if (byte) /* variables hold no NUL */
            buf_addc(out, byte);
        s += code >= 0 ? 2 : 0;
    }
    return buf_err(out);
}

static int put_digest(const struct plan_env *env, const char *text, const EVP_MD *md,
                      struct buf *out)
{
    unsigned char raw[EVP_MAX_MD_SIZE];
    char digits[2 * EVP_MAX_MD_SIZE + 1];
    unsigned len = 0;

    if (!*text) {
        plan_func_warn(env, "MD5 and SHA1 need a text", text);
        return 0;
    }
    if (EVP_Digest(text, strlen(text), raw, &len, md, NULL) != 1)
        return ENOMEM;
    hex_print(raw, len, digits);
    return buf_addz(out, digits);
}

static int md5_read(const struct plan_env *env, char *args, struct buf *out)
{
    return put_digest(env, args, EVP_md5(), out);
}

static int sha1_read(const struct plan_env *env, char *args, struct buf *out)
{
    return put_digest(env, args, EVP_sha1(), out);
}

/* AES-128 block after block, as Asterisk does: whole blocks in, whole blocks out. */
static int cipher(const char *key, bool encrypt, const unsigned char *in, size_t len,
                  unsigned char *to)
{
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    int n = 0;
    bool is_ok = c && EVP_CipherInit_ex(c, EVP_aes_128_ecb(), NULL, (const unsigned char *)key,
                                        NULL, encrypt) == 1;

    if (is_ok)
        EVP_CIPHER_CTX_set_padding(c, 0);
    is_ok = is_ok && EVP_CipherUpdate(c, to, &n, in, (int)len) == 1;
    EVP_CIPHER_CTX_free(c);
    return is_ok ? 0 : ENOMEM;
}

static bool aes_args(const struct plan_env *env, char *args, char **argv)
{
    plan_args_split_raw(args, ',', argv, 2);
    if (strlen(argv[0]) == 16 && *argv[1])
        return true;
    plan_func_warn(env, "AES_ENCRYPT and AES_DECRYPT need a key of 16 characters and a text",
                   "***");
    return false;
}

static int aes_encrypt_read(const struct plan_env *env, char *args, struct buf *out)
{
    unsigned char *block;
    char *argv[2];
    size_t len;
    int err;

    if (!aes_args(env, args, argv))
        return 0;
    len = (strlen(argv[1]) + 15) / 16 * 16;
    block = mem_zalloc(2 * len);
    if (!block)
        return ENOMEM;
    memcpy(block, argv[1], strlen(argv[1]));
    err = cipher(argv[0], true, block, len, block + len);
    if (!err)
        err = put_base64(block + len, len, out);
    mem_free(block);
    return err;
}

static int aes_decrypt_read(const struct plan_env *env, char *args, struct buf *out)
{
    unsigned char *plain;
    char *argv[2];
    size_t len;
    int err;

    if (!aes_args(env, args, argv))
        return 0;
    len = decode_base64(argv[1]) / 16 * 16;
    plain = mem_zalloc(len + 1);
    if (!plain)
        return ENOMEM;
    err = cipher(argv[0], false, (unsigned char *)argv[1], len, plain);
    if (!err)
        err = buf_addz(out, (char *)plain);
    mem_free(plain);
    return err;
}

#define CHUNK 512

static int convert(iconv_t cd, char *from, struct buf *out)
{
    size_t left = strlen(from);
    bool goes_on = true;

    while (left && goes_on) {
        char chunk[CHUNK], *to = chunk;
        size_t room = sizeof(chunk);

        goes_on = iconv(cd, &from, &left, &to, &room) != (size_t)-1 || errno == E2BIG;
        buf_add(out, chunk, strnlen(chunk, sizeof(chunk) - room));
    }
    return buf_err(out);
}

static int iconv_read(const struct plan_env *env, char *args, struct buf *out)
{
    char *argv[3];
    iconv_t cd;
    int err;

    if (plan_args_split_raw(args, ',', argv, 3) < 3) {
        plan_func_warn(env, "ICONV needs from,to,text", args);
        return 0;
    }
    cd = iconv_open(argv[1], argv[0]);
    if (cd == (iconv_t)-1) { // NOLINT: how iconv says it
        plan_func_warn(env, "ICONV: no such conversion; names: iconv -l", args);
        return errno == ENOMEM ? ENOMEM : 0;
    }
    err = convert(cd, argv[2], out);
    iconv_close(cd);
    return err;
}

FUNC_READ(base64_encode, "BASE64_ENCODE", "BASE64_ENCODE(text)", "Текст в base64",
          "A text in base64");
FUNC_READ(base64_decode, "BASE64_DECODE", "BASE64_DECODE(text)", "Текст из base64",
          "A text out of base64");
FUNC_READ(uriencode, "URIENCODE", "URIENCODE(text)", "Текст для URI: %20 вместо пробела и т. п.",
          "A text for a URI: %20 for a blank and so on");
FUNC_READ(uridecode, "URIDECODE", "URIDECODE(text)", "Текст из URI: пробел вместо %20 и т. п.",
          "A text out of a URI: a blank for %20 and so on");
FUNC_READ(md5, "MD5", "MD5(text)", "Сумма MD5, 32 знака", "MD5 sum, 32 characters");
FUNC_READ(sha1, "SHA1", "SHA1(text)", "Сумма SHA1, 40 знаков", "SHA1 sum, 40 characters");
FUNC_READ(aes_encrypt, "AES_ENCRYPT", "AES_ENCRYPT(key,text)",
          "Шифрует AES-128 и кодирует base64\nkey - ровно 16 знаков.",
          "Encrypt by AES-128, then base64\nkey: exactly 16 characters.");
FUNC_READ(aes_decrypt, "AES_DECRYPT", "AES_DECRYPT(key,text)",
          "Расшифровывает то, что дала AES_ENCRYPT\nkey - ровно 16 знаков.",
          "Decrypt what AES_ENCRYPT gave\nkey: exactly 16 characters.");
FUNC_READ(
    iconv, "ICONV", "ICONV(from,to,text)",
    "Текст в другой кодировке\nНапример, ICONV(utf-8,cp1251,Привет); до первого знака, которого в ней нет.",
    "A text in another character set\nE.g. ICONV(utf-8,cp1251,text); up to the first character that it has not.");
