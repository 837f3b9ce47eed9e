/* spool.c - see spool.h */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/spool.h"

#define MAGIC "station cdr spool 1\n"
#define MAGIC_LEN (sizeof(MAGIC) - 1)
#define HEAD 8 /* length and sum */
#define MOST_RECORD (1u << 20)
#define MOST_FILE ((uint64_t)1 << 30)
#define CHUNK (256u << 10)

struct spool {
    int fd;
    char *path;
    uint64_t end;   /* where the next record goes */
    uint64_t taken; /* what stands before is in the database */
};

/* ---- one record ---- */

static uint32_t crc32_of(const char *p, size_t len)
{
    uint32_t c = 0xffffffffu;

    for (size_t i = 0; i < len; i++) {
        c ^= (uint8_t)p[i];
        for (int k = 0; k < 8; k++)
            c = c >> 1 ^ (0xedb88320u & -(c & 1));
    }
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

int spool_encode(struct buf *out, const struct store_cdr *record)
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

int spool_decode(struct slice s, struct store_cdr *c)
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

/* ---- the file ---- */

static void spool_destroy(void *object)
{
    struct spool *s = object;

    if (s->fd >= 0)
        close(s->fd);
    mem_free(s->path);
}

static int write_all(int fd, const char *p, size_t len, uint64_t at)
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

static int read_all(int fd, char *p, size_t len, uint64_t at, size_t *got)
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

/* Length with head of the record at p, or 0 when it is not whole and sound. */
static size_t whole_record(const char *p, size_t left)
{
    uint32_t len;

    if (left < HEAD)
        return 0;
    len = get_u32(p);
    if (len > MOST_RECORD || len > left - HEAD || crc32_of(p + HEAD, len) != get_u32(p + 4))
        return 0;
    return HEAD + (size_t)len;
}

/* Keep what cannot be read for a person to look at. */
static int set_aside(struct spool *s, const char *p, size_t len)
{
    char path[4096];
    int err, fd;

    if (snprintf(path, sizeof(path), "%s.torn", s->path) >= (int)sizeof(path))
        return ENAMETOOLONG;
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0660);
    if (fd < 0)
        return errno;
    err = write_all(fd, p, len, 0);
    close(fd);
    return err;
}

/* Find the end of what is sound, and cut the rest off. */
static int check_file(struct spool *s, uint64_t size)
{
    uint64_t at = MAGIC_LEN;
    char *p = mem_zalloc(MOST_RECORD + HEAD + CHUNK);
    size_t got, used;
    int err;

    if (!p)
        return ENOMEM;
    do {
        err = read_all(s->fd, p, MOST_RECORD + HEAD + CHUNK, at, &got);
        for (used = 0; !err && used < got;) {
            size_t n = whole_record(p + used, got - used);

            if (n == 0)
                break;
            used += n;
        }
        at += used;
    } while (!err && used > 0 && at < size);
    if (!err && at < size) {
        log_warning("call record spool has a torn end file=\"%s\" kept_bytes=%llu torn_bytes=%llu",
                    s->path, (unsigned long long)at, (unsigned long long)(size - at));
        (void)set_aside(s, p, got); /* used is 0 here: p holds the tail */
        err = ftruncate(s->fd, (off_t)at) == 0 ? 0 : errno;
    }
    s->end = at;
    mem_free(p);
    return err;
}

static int begin_file(struct spool *s)
{
    int err = ftruncate(s->fd, 0) == 0 ? 0 : errno;

    if (!err)
        err = write_all(s->fd, MAGIC, MAGIC_LEN, 0);
    if (!err && fdatasync(s->fd) != 0)
        err = errno;
    s->end = s->taken = MAGIC_LEN;
    return err;
}

static int open_file(struct spool *s)
{
    char magic[MAGIC_LEN];
    struct stat st;
    size_t got;
    int err;

    s->fd = open(s->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0660);
    if (s->fd < 0)
        return errno;
    if (fstat(s->fd, &st) != 0)
        return errno;
    err = read_all(s->fd, magic, MAGIC_LEN, 0, &got);
    if (err)
        return err;
    s->taken = MAGIC_LEN;
    if (got == MAGIC_LEN && memcmp(magic, MAGIC, MAGIC_LEN) == 0)
        return check_file(s, (uint64_t)st.st_size);
    if (memcmp(magic, MAGIC, got) != 0)
        return EBADMSG; /* somebody else's file: leave it alone */
    return begin_file(s);
}

static int make_dir(const char *dir, const char *below, char *out, size_t size)
{
    if (snprintf(out, size, "%s/%s", dir, below) >= (int)size)
        return ENAMETOOLONG;
    return mkdir(out, 02770) == 0 || errno == EEXIST ? 0 : errno;
}

int spool_open(struct spool **sp, const char *dir)
{
    char path[4096];
    struct spool *s;
    int err;

    s = mem_alloc(sizeof(*s), spool_destroy);
    if (!s)
        return ENOMEM;
    s->fd = -1;
    err = make_dir(dir, "spool", path, sizeof(path));
    if (!err)
        err = make_dir(dir, "spool/cdr", path, sizeof(path));
    if (!err && snprintf(path, sizeof(path), "%s/spool/cdr/cdr.spool", dir) >= (int)sizeof(path))
        err = ENAMETOOLONG;
    if (err)
        goto out;
    s->path = mem_strdup(path);
    err = s->path ? open_file(s) : ENOMEM;
out:
    if (err)
        mem_deref(s);
    else
        *sp = s;
    return err;
}

uint64_t spool_bytes(const struct spool *s)
{
    return s->end - s->taken;
}

static int add_record(struct buf *all, struct buf *one, const struct store_cdr *c)
{
    int err;

    buf_reset(one);
    err = spool_encode(one, c);
    if (err)
        return err;
    put_u32(all, (uint32_t)one->len);
    put_u32(all, crc32_of(one->p, one->len));
    return buf_adds(all, buf_slice(one));
}

int spool_append(struct spool *s, const struct store_cdr *records, size_t count)
{
    struct buf all, one;
    int err = 0;

    buf_init(&all, 256u << 20);
    buf_init(&one, MOST_RECORD);
    for (size_t i = 0; i < count && !err; i++)
        err = add_record(&all, &one, &records[i]);
    if (!err && all.len > MOST_FILE - s->end)
        err = ENOSPC;
    if (err)
        goto out;
    err = write_all(s->fd, all.p, all.len, s->end);
    if (!err && fdatasync(s->fd) != 0)
        err = errno;
    if (err) /* half a batch would come back later although it was reported as not safe */
        (void)!ftruncate(s->fd, (off_t)s->end);
    else
        s->end += all.len;
out:
    buf_fini(&all);
    buf_fini(&one);
    return err;
}

/* Insert up to most records that stand in p. */
static int insert_some(struct db *d, const char *p, size_t got, uint32_t most, size_t *used,
                       uint32_t *moved)
{
    int err = 0;

    for (*used = 0, *moved = 0; !err && *moved < most;) {
        size_t n = whole_record(p + *used, got - *used);
        struct store_cdr c;

        if (n == 0)
            break;
        err = spool_decode(slice_from(p + *used + HEAD, n - HEAD), &c);
        if (err == EBADMSG) { /* a sum that fits around nonsense: an older or newer station's */
            log_error("call record in the spool cannot be read bytes=%zu", n);
            err = 0;
        } else if (!err) {
            err = store_cdr_insert(d, &c, true);
        }
        *used += n;
        ++*moved;
    }
    return err;
}

int spool_drain(struct spool *s, struct db *d, uint32_t most, uint32_t *moved)
{
    char *p = NULL;
    size_t got, used = 0;
    int err;

    *moved = 0;
    if (spool_bytes(s) == 0)
        return 0;
    p = mem_zalloc(MOST_RECORD + HEAD + CHUNK);
    if (!p)
        return ENOMEM;
    err = read_all(s->fd, p, MOST_RECORD + HEAD + CHUNK, s->taken, &got);
    if (!err)
        err = db_begin(d);
    if (!err)
        err = insert_some(d, p, got, most, &used, moved);
    if (!err)
        err = db_commit(d);
    if (err)
        goto out;
    s->taken += used;
    if (used == 0) { /* damaged under our feet: what is left is set aside */
        log_error("call record spool is damaged file=\"%s\" bytes=%zu", s->path, got);
        (void)set_aside(s, p, got);
        s->taken = s->end;
    }
    if (s->taken >= s->end)
        err = begin_file(s);
out:
    if (err) {
        db_rollback(d);
        *moved = 0;
    }
    mem_free(p);
    return err;
}
