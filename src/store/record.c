/* record.c - see record.h */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/record.h"

static uint32_t table[256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_table(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;

        for (int k = 0; k < 8; k++)
            c = c >> 1 ^ (0xedb88320u & -(c & 1));
        table[i] = c;
    }
}

static uint32_t crc32_of(const char *p, size_t len)
{
    uint32_t c = 0xffffffffu;

    pthread_once(&once, make_table);
    for (size_t i = 0; i < len; i++)
        c = table[(c ^ (uint8_t)p[i]) & 0xff] ^ c >> 8;
    return ~c;
}

static void put_u32(struct buf *b, uint32_t v)
{
    const uint8_t p[4] = {(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24)};

    buf_add(b, p, sizeof(p));
}

static void put_i64(struct buf *b, int64_t v)
{
    put_u32(b, (uint32_t)(uint64_t)v);
    put_u32(b, (uint32_t)((uint64_t)v >> 32));
}

static uint32_t get_u32(const char *q)
{
    const uint8_t *p = (const uint8_t *)q;

    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static int take_i64(struct slice *s, int64_t *out)
{
    if (s->len < 8)
        return EBADMSG;
    *out = (int64_t)(get_u32(s->p) | (uint64_t)get_u32(s->p + 4) << 32);
    *s = slice_skip(*s, 8);
    return 0;
}

static void numbers_of(struct store_cdr *c, int64_t *n[6])
{
    int64_t *all[6] = {&c->start.us, &c->answer.us, &c->end.us,
                       &c->duration, &c->billsec,   &c->sequence};

    memcpy(n, all, sizeof(all));
}

int record_encode(struct buf *out, const struct store_cdr *record)
{
    struct store_cdr c = *record;
    struct slice *t[STORE_CDR_TEXTS];
    int64_t *n[6];

    store_cdr_texts(&c, t);
    numbers_of(&c, n);
    for (int i = 0; i < 6; i++)
        put_i64(out, *n[i]);
    for (int i = 0; i < STORE_CDR_TEXTS; i++) {
        put_u32(out, slice_is_set(*t[i]) ? (uint32_t)t[i]->len + 1 : 0);
        buf_adds(out, *t[i]);
    }
    return buf_err(out);
}

int record_decode(struct slice s, struct store_cdr *c)
{
    struct slice *t[STORE_CDR_TEXTS];
    int64_t *n[6];

    memset(c, 0, sizeof(*c));
    store_cdr_texts(c, t);
    numbers_of(c, n);
    for (int i = 0; i < 6; i++)
        if (take_i64(&s, n[i]) != 0)
            return EBADMSG;
    for (int i = 0; i < STORE_CDR_TEXTS; i++) {
        uint32_t len;

        if (s.len < 4)
            return EBADMSG;
        len = get_u32(s.p);
        s = slice_skip(s, 4);
        if (len == 0)
            continue;
        if (--len > s.len)
            return EBADMSG;
        *t[i] = slice_from(s.p, len);
        s = slice_skip(s, len);
    }
    return s.len == 0 ? 0 : EBADMSG;
}

int record_add(struct buf *all, struct buf *one, const struct store_cdr *c)
{
    int err;

    buf_reset(one);
    err = record_encode(one, c);
    if (err)
        return err;
    put_u32(all, (uint32_t)one->len);
    put_u32(all, crc32_of(one->p, one->len));
    return buf_adds(all, buf_slice(one));
}

size_t record_whole(const char *p, size_t left)
{
    uint32_t len;

    if (left < RECORD_HEAD)
        return 0;
    len = get_u32(p);
    if (len > RECORD_MOST || len > left - RECORD_HEAD ||
        crc32_of(p + RECORD_HEAD, len) != get_u32(p + 4))
        return 0;
    return RECORD_HEAD + (size_t)len;
}

int record_write(int fd, const char *p, size_t len, uint64_t at)
{
    while (len > 0) {
        ssize_t n = pwrite(fd, p, len, (off_t)at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? errno : ENOSPC;
        p += n;
        len -= (size_t)n;
        at += (uint64_t)n;
    }
    return 0;
}

int record_read(int fd, char *p, size_t len, uint64_t at, size_t *got)
{
    *got = 0;
    while (*got < len) {
        ssize_t n = pread(fd, p + *got, len - *got, (off_t)(at + *got));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno;
        if (n == 0)
            break;
        *got += (size_t)n;
    }
    return 0;
}

static int make_dir(const char *dir, const char *below, char *out, size_t size)
{
    if (snprintf(out, size, "%s/%s", dir, below) >= (int)size)
        return ENAMETOOLONG;
    return mkdir(out, 02770) == 0 || errno == EEXIST ? 0 : errno;
}

int record_open(int *fd, char *path, size_t size, const char *dir, const char *name)
{
    int err = make_dir(dir, "spool", path, size);

    if (!err)
        err = make_dir(dir, "spool/cdr", path, size);
    if (!err && snprintf(path, size, "%s/spool/cdr/%s", dir, name) >= (int)size)
        err = ENAMETOOLONG;
    if (err)
        return err;
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0660);
    return *fd < 0 ? errno : 0;
}
