/* archive/repair.c - see repair.h */
#include "archive/repair.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/folder.h"

enum { HEAD = 4096, RIFF = 12, CHUNK = 8 };

struct head {
    unsigned char p[HEAD];
    uint32_t len;
    uint32_t rate_bytes, block; /* of "fmt " */
    uint32_t data;              /* where the sound begins; 0: no such chunk */
};

static uint32_t get32(const unsigned char *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static bool put32(int fd, uint32_t at, uint32_t value)
{
    const unsigned char p[4] = {(unsigned char)value, (unsigned char)(value >> 8),
                                (unsigned char)(value >> 16), (unsigned char)(value >> 24)};

    return pwrite(fd, p, sizeof(p), at) == (ssize_t)sizeof(p);
}

/* Chunks one after another, until that of the sound, which is the last. */
static void find_data(struct head *h)
{
    uint32_t at = RIFF;

    while (at + CHUNK <= h->len) {
        const unsigned char *c = h->p + at;
        const uint32_t size = get32(c + 4);

        if (memcmp(c, "data", 4) == 0) {
            h->data = at + CHUNK;
            return;
        }
        if (memcmp(c, "fmt ", 4) == 0 && size >= 16 && at + CHUNK + 16 <= h->len) {
            h->rate_bytes = get32(c + CHUNK + 8);
            h->block = (uint32_t)c[CHUNK + 12] | (uint32_t)c[CHUNK + 13] << 8;
        }
        if (size > HEAD)
            return;
        at += CHUNK + size + (size & 1);
    }
}

static int fix(int fd, const struct head *h, struct repair_result *out)
{
    const uint64_t sound = (out->bytes - h->data) / h->block * h->block;
    const uint64_t whole = h->data + sound;

    if (whole > UINT32_MAX)
        return EFBIG;
    out->ms = (uint32_t)(sound * 1000 / h->rate_bytes);
    /* Also where other chunks follow the sound: whoever wrote that came to the end. */
    if (get32(h->p + h->data - 4) <= sound && get32(h->p + 4) == out->bytes - 8)
        return 0;
    out->is_fixed = true;
    if (!put32(fd, 4, (uint32_t)whole - 8) || !put32(fd, h->data - 4, (uint32_t)sound) ||
        ftruncate(fd, (off_t)whole) || fsync(fd))
        return errno ? errno : EIO;
    out->bytes = whole;
    return 0;
}

static int repair(int fd, struct repair_result *out)
{
    struct head h = {0};
    struct stat st;
    const ssize_t n = pread(fd, h.p, sizeof(h.p), 0);

    if (n < 0 || fstat(fd, &st))
        return errno;
    out->bytes = (uint64_t)st.st_size;
    h.len = (uint32_t)n;
    if (n < RIFF || memcmp(h.p, "RIFF", 4) != 0 || memcmp(h.p + 8, "WAVE", 4) != 0)
        return 0;
    find_data(&h);
    if (!h.data || !h.block || !h.rate_bytes)
        return EBADMSG;
    return fix(fd, &h, out);
}

int repair_file(int folder, const char *name, struct repair_result *out)
{
    int fd = -1;
    int err = folder_file_change(&fd, folder, name);

    *out = (struct repair_result){0};
    if (err)
        return err;
    err = repair(fd, out);
    close(fd);
    return err;
}
