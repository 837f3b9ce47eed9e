/* archive/sum.c - see sum.h */
#include "archive/sum.h"

#include <errno.h>
#include <openssl/evp.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/mem.h"

enum { PART = 65536, RAW = 32 };

static int add_file(EVP_MD_CTX *c, int fd, uint64_t *bytes)
{
    unsigned char *part = mem_alloc(PART, NULL);
    ssize_t n = 0;
    int err = 0;

    if (!part)
        return ENOMEM;
    *bytes = 0;
    while (!err && (n = pread(fd, part, PART, (off_t)*bytes)) > 0) {
        *bytes += (uint64_t)n;
        if (!EVP_DigestUpdate(c, part, (size_t)n))
            err = ENOMEM;
    }
    if (!err && n < 0)
        err = errno;
    mem_deref(part);
    return err;
}

int sum_file(int fd, char out[SUM_TEXT], uint64_t *bytes)
{
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    unsigned char raw[RAW];
    int err = c && EVP_DigestInit_ex(c, EVP_sha256(), NULL) ? 0 : ENOMEM;

    if (!err)
        err = add_file(c, fd, bytes);
    if (!err && !EVP_DigestFinal_ex(c, raw, NULL))
        err = ENOMEM;
    if (!err)
        hex_print(raw, RAW, out);
    EVP_MD_CTX_free(c);
    return err;
}

int sum_text(const void *p, uint64_t len, char out[SUM_TEXT])
{
    unsigned char raw[RAW];

    if (!EVP_Digest(p, len, raw, NULL, EVP_sha256(), NULL))
        return ENOMEM;
    hex_print(raw, RAW, out);
    return 0;
}
