/* query.c - reading rows without making the loop wait (store.h) */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/inner.h"

#define MOST_ROWS 10000
#define MOST_BYTES (4u << 20)
#define ABSENT UINT32_MAX

/* One question, in one block with its values and its text behind it. */
struct query {
    struct store *s;
    const char *sql;
    store_query_h *done;
    void *arg;
    int err;
    uint32_t columns, rows;
    bool is_cut;
    struct buf cells; /* u32 length (ABSENT: NULL) and bytes, cell after cell */
    size_t count;
    struct slice values[QUERY_VALUES];
    char text[];
};

static void query_free(struct query *q)
{
    buf_fini(&q->cells);
    mem_free(q);
}

/* ---- on the worker ---- */

static void add_cell(struct buf *out, struct slice v)
{
    const uint32_t len = slice_is_set(v) ? (uint32_t)v.len : ABSENT;

    buf_add(out, &len, sizeof(len));
    if (slice_is_set(v))
        buf_adds(out, v);
}

/* A row that does not fit any more is left out whole. */
static int add_row(struct query *q, struct stmt *st)
{
    const size_t before = q->cells.len;

    q->columns = (uint32_t)stmt_cols(st);
    for (int c = 0; c < stmt_cols(st); c++)
        add_cell(&q->cells, stmt_col(st, c));
    if (buf_err(&q->cells) == 0) {
        q->rows++;
        return 0;
    }
    if (buf_err(&q->cells) != ENOSPC)
        return buf_err(&q->cells);
    q->cells.len = before;
    q->cells.err = 0;
    q->is_cut = true;
    return 0;
}

static int ask(struct query *q)
{
    struct stmt *st;
    bool row = false;
    int err = db_stmt(&st, q->s->asker, q->sql);

    for (size_t i = 0; !err && i < q->count; i++)
        err = stmt_text(st, (int)i + 1, q->values[i]);
    while (!err && !q->is_cut) {
        err = stmt_step(st, &row);
        if (err || !row)
            break;
        q->is_cut = q->rows == MOST_ROWS;
        if (!q->is_cut)
            err = add_row(q, st);
    }
    if (!err && q->is_cut)
        stmt_reset(st);
    return err;
}

int asker_ready(struct store *s)
{
    if (s->asker && !db_is_in_place(s->asker))
        s->asker = mem_deref(s->asker);
    return s->asker ? 0 : db_open(&s->asker, s->where.text, DB_READ);
}

void asker_check(struct store *s, int err)
{
    if (err == EIO || err == EBADMSG)
        s->asker = mem_deref(s->asker);
}

static void run_query(void *arg)
{
    struct query *q = arg;

    q->err = asker_ready(q->s);
    if (!q->err)
        q->err = ask(q);
    asker_check(q->s, q->err);
}

/* ---- on the loop ---- */

static int list_cells(const struct query *q, struct slice *cells)
{
    const char *p = q->cells.p;

    for (size_t i = 0; i < (size_t)q->rows * q->columns; i++) {
        uint32_t len;

        memcpy(&len, p, sizeof(len));
        p += sizeof(len);
        cells[i] = len == ABSENT ? SLICE_NONE : slice_from(p, len);
        p += len == ABSENT ? 0 : len;
    }
    return 0;
}

static void query_done(void *arg)
{
    struct query *q = arg;
    const size_t count = (size_t)q->rows * q->columns;
    struct slice *cells = mem_zalloc((count + 1) * sizeof(*cells));
    struct store_rows rows = {
        .columns = q->columns, .count = q->rows, .is_cut = q->is_cut, .cells = cells};

    if (!cells)
        q->err = ENOMEM;
    else if (!q->err)
        list_cells(q, cells);
    if (q->done)
        q->done(q->err, q->err ? NULL : &rows, q->arg);
    mem_free(cells);
    query_free(q);
}

static struct query *query_make(const char *sql, const struct slice *values, size_t count)
{
    size_t bytes = strlen(sql) + 1, at = bytes;
    struct query *q;

    for (size_t i = 0; i < count; i++)
        bytes += values[i].len;
    q = mem_zalloc(sizeof(*q) + bytes);
    if (!q)
        return NULL;
    buf_init(&q->cells, MOST_BYTES);
    q->sql = memcpy(q->text, sql, at);
    q->count = count;
    for (size_t i = 0; i < count; i++) {
        if (!slice_is_set(values[i]))
            continue;
        memcpy(q->text + at, values[i].p, values[i].len);
        q->values[i] = slice_from(q->text + at, values[i].len);
        at += values[i].len;
    }
    return q;
}

int store_query(struct store *s, const char *sql, const struct slice *values, size_t count,
                store_query_h *done, void *arg)
{
    struct query *q;
    int err;

    if (count > QUERY_VALUES)
        return EINVAL;
    q = query_make(sql, values, count);
    if (!q)
        return ENOMEM;
    q->s = s;
    q->done = done;
    q->arg = arg;
    err = workers_submit(s->askers, run_query, query_done, q);
    if (err)
        query_free(q);
    return err;
}
