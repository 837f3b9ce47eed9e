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
#include "store/record.h"
#include "store/spool.h"

#define MAGIC "station cdr spool 1\n"
#define MAGIC_LEN (sizeof(MAGIC) - 1)
#define MOST_FILE ((uint64_t)1 << 30)
#define CHUNK (256u << 10)

struct spool {
    int fd;
    char *path;
    uint64_t end;   /* where the next record goes */
    uint64_t taken; /* what stands before is in the database */
};

/* ---- the file ---- */

static void spool_destroy(void *object)
{
    struct spool *s = object;

    if (s->fd >= 0)
        close(s->fd);
    mem_free(s->path);
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
    err = record_write(fd, p, len, 0);
    close(fd);
    return err;
}

/* Find the end of what is sound, and cut the rest off. */
static int check_file(struct spool *s, uint64_t size)
{
    uint64_t at = MAGIC_LEN;
    char *p = mem_zalloc(RECORD_MOST + RECORD_HEAD + CHUNK);
    size_t got, used;
    int err;

    if (!p)
        return ENOMEM;
    do {
        err = record_read(s->fd, p, RECORD_MOST + RECORD_HEAD + CHUNK, at, &got);
        for (used = 0; !err && used < got;) {
            size_t n = record_whole(p + used, got - used);

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
        err = record_write(s->fd, MAGIC, MAGIC_LEN, 0);
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

    if (fstat(s->fd, &st) != 0)
        return errno;
    err = record_read(s->fd, magic, MAGIC_LEN, 0, &got);
    if (err)
        return err;
    s->taken = MAGIC_LEN;
    if (got == MAGIC_LEN && memcmp(magic, MAGIC, MAGIC_LEN) == 0)
        return check_file(s, (uint64_t)st.st_size);
    if (memcmp(magic, MAGIC, got) != 0)
        return EBADMSG; /* somebody else's file: leave it alone */
    return begin_file(s);
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
    err = record_open(&s->fd, path, sizeof(path), dir, "cdr.spool");
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

int spool_append(struct spool *s, const struct store_cdr *records, size_t count)
{
    struct buf all, one;
    int err = 0;

    buf_init(&all, 256u << 20);
    buf_init(&one, RECORD_MOST);
    for (size_t i = 0; i < count && !err; i++)
        err = record_add(&all, &one, &records[i]);
    if (!err && all.len > MOST_FILE - s->end)
        err = ENOSPC;
    if (err)
        goto out;
    err = record_write(s->fd, all.p, all.len, s->end);
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
        size_t n = record_whole(p + *used, got - *used);
        struct store_cdr c;

        if (n == 0)
            break;
        err = record_decode(slice_from(p + *used + RECORD_HEAD, n - RECORD_HEAD), &c);
        if (err == EBADMSG) { /* a sum that fits around nonsense: an older or newer station's */
            log_error("call record in the spool cannot be read bytes=%zu", n);
            err = 0;
        } else if (!err) {
            err = store_cdr_insert(d, &c, true);
            if (err == ERANGE ||
                err == EEXIST) { /* one that never fits must not hold up the others */
                store_cdr_log(&c, "refused by the database");
                err = 0;
            }
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
    p = mem_zalloc(RECORD_MOST + RECORD_HEAD + CHUNK);
    if (!p)
        return ENOMEM;
    err = record_read(s->fd, p, RECORD_MOST + RECORD_HEAD + CHUNK, s->taken, &got);
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
