/* archive/seal.c - see seal.h */
#include "archive/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/mem.h"

enum { SIGNATURE = 64 };

struct seal_key {
    EVP_PKEY *key;
};

static void key_destroy(void *object)
{
    EVP_PKEY_free(((struct seal_key *)object)->key);
}

/* Under its name only when it is whole: a second one would make all signatures of before worthless. */
static int make(struct seal_key *k, const char *path)
{
    char temporary[600];
    FILE *f;
    int fd, err = 0;

    if ((size_t)snprintf(temporary, sizeof(temporary), "%s.part", path) >= sizeof(temporary))
        return ENAMETOOLONG;
    k->key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    if (!k->key)
        return ENOMEM;
    fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return errno;
    f = fdopen(fd, "w");
    if (!f) {
        close(fd);
        return ENOMEM;
    }
    if (!PEM_write_PrivateKey(f, k->key, NULL, NULL, 0, NULL, NULL) || fflush(f) || fsync(fd))
        err = EIO;
    fclose(f);
    if (!err && rename(temporary, path))
        err = errno;
    return err;
}

static int load(struct seal_key *k, const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    FILE *f;

    if (fd < 0)
        return errno;
    f = fdopen(fd, "r");
    if (!f) {
        close(fd);
        return ENOMEM;
    }
    k->key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
    fclose(f);
    return k->key && EVP_PKEY_is_a(k->key, "ED25519") ? 0 : EBADMSG;
}

int seal_key_open(struct seal_key **kp, const char *path)
{
    struct seal_key *k = mem_alloc(sizeof(*k), key_destroy);
    int err;

    if (!k)
        return ENOMEM;
    err = load(k, path);
    if (err == ENOENT)
        err = make(k, path);
    if (err)
        mem_deref(k);
    else
        *kp = k;
    return err;
}

int seal_sign(const struct seal_key *k, struct slice text, char out[SEAL_TEXT])
{
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    unsigned char raw[SIGNATURE];
    size_t len = sizeof(raw);
    const bool is_ok = c && EVP_DigestSignInit(c, NULL, NULL, NULL, k->key) == 1 &&
                       EVP_DigestSign(c, raw, &len, (const unsigned char *)text.p, text.len) == 1 &&
                       len == SIGNATURE;

    EVP_MD_CTX_free(c);
    if (!is_ok)
        return ENOMEM;
    hex_print(raw, len, out);
    return 0;
}

bool seal_is_of(const struct seal_key *k, struct slice text, struct slice signature)
{
    unsigned char raw[SIGNATURE];
    EVP_MD_CTX *c;
    bool is_ok;

    if (signature.len != 2 * SIGNATURE)
        return false;
    for (size_t i = 0; i < SIGNATURE; i++) {
        const int byte = hex_byte(slice_skip(signature, 2 * i));

        if (byte < 0)
            return false;
        raw[i] = (unsigned char)byte;
    }
    c = EVP_MD_CTX_new();
    is_ok = c && EVP_DigestVerifyInit(c, NULL, NULL, NULL, k->key) == 1 &&
            EVP_DigestVerify(c, raw, SIGNATURE, (const unsigned char *)text.p, text.len) == 1;
    EVP_MD_CTX_free(c);
    return is_ok;
}
