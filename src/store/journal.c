/* journal.c - see journal.h */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/journal.h"
#include "store/record.h"

#define MOST_FILE ((uint64_t)64 << 20)

struct file {
    int fd;
    uint64_t end;
    uint32_t waiting; /* records in it that are not done */
};

struct journal {
    struct file files[2];
    uint8_t now; /* where records go */
    struct loop *loop;
    struct deferred flush;
    struct buf text, one; /* of this round; kept, so that a record costs no allocation */
};

static void journal_destroy(void *object)
{
    struct journal *j = object;

    loop_defer_stop(&j->flush);
    for (int i = 0; i < 2; i++)
        if (j->files[i].fd >= 0)
            close(j->files[i].fd);
    buf_fini(&j->text);
    buf_fini(&j->one);
}

static void empty(struct file *f)
{
    if (ftruncate(f->fd, 0) == 0)
        f->end = 0;
}

/* Records up to the first that is torn: the kill came while it was written. */
static int move_records(struct slice bytes, struct spool *spool, uint32_t *count)
{
    int err = 0;

    while (!err && bytes.len) {
        size_t n = record_whole(bytes.p, bytes.len);
        struct store_cdr c;

        if (n == 0)
            break;
        if (record_decode(slice_from(bytes.p + RECORD_HEAD, n - RECORD_HEAD), &c) == 0) {
            err = spool_append(spool, &c, 1);
            ++*count;
        }
        bytes = slice_skip(bytes, n);
    }
    return err;
}

static int recover(struct file *f, struct spool *spool)
{
    uint32_t count = 0;
    struct stat st;
    char *p = NULL;
    size_t got;
    int err;

    if (fstat(f->fd, &st) != 0)
        return errno;
    if (st.st_size == 0)
        return 0;
    if ((uint64_t)st.st_size > MOST_FILE + RECORD_MOST)
        return EFBIG;
    p = mem_zalloc((size_t)st.st_size);
    if (!p)
        return ENOMEM;
    err = record_read(f->fd, p, (size_t)st.st_size, 0, &got);
    if (!err)
        err = move_records(slice_from(p, got), spool, &count);
    mem_free(p);
    if (err)
        return err;
    log_notice("call records of an engine that was killed are taken over records=%u", count);
    empty(f);
    return 0;
}

int journal_open(struct journal **jp, struct loop *l, const char *dir, struct spool *spool)
{
    static const char *const names[2] = {"journal.0", "journal.1"};
    struct journal *j = mem_alloc(sizeof(*j), journal_destroy);
    char path[4096];
    int err = 0;

    if (!j)
        return ENOMEM;
    j->loop = l;
    buf_init(&j->text, 4 * RECORD_MOST);
    buf_init(&j->one, RECORD_MOST);
    j->files[0].fd = j->files[1].fd = -1;
    for (int i = 0; i < 2 && !err; i++) {
        err = record_open(&j->files[i].fd, path, sizeof(path), dir, names[i]);
        if (!err)
            err = recover(&j->files[i], spool);
    }
    if (err)
        mem_deref(j);
    else
        *jp = j;
    return err;
}

static void flush(void *arg)
{
    struct journal *j = arg;
    struct file *f = &j->files[j->now];

    if (!buf_err(&j->text) && j->text.len && f->end < MOST_FILE &&
        record_write(f->fd, j->text.p, j->text.len, f->end) == 0)
        f->end += j->text.len;
    buf_reset(&j->text);
}

/* The file in use never runs dry on a busy station: turn to the other one as soon as that is empty.
 */
static void turn(struct journal *j)
{
    if (j->files[j->now].waiting < 500 || j->files[!j->now].waiting > 0)
        return;
    flush(j);
    j->now = !j->now;
}

uint8_t journal_add(struct journal *j, const struct store_cdr *c)
{
    turn(j);
    j->files[j->now].waiting++;
    if (record_add(&j->text, &j->one, c) == 0)
        loop_flush(j->loop, &j->flush, flush, j);
    return j->now;
}

void journal_done(struct journal *j, uint8_t which)
{
    struct file *f = &j->files[which];

    if (--f->waiting > 0)
        return;
    if (which == j->now)
        buf_reset(&j->text);
    if (f->end)
        empty(f);
}
