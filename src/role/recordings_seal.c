/*
 * role/recordings_seal.c - what was kept is what is there: sums, chained by day and signed; recording verify
 *
 * Sums:    each file that is kept gets a line in table recording_sum, which is only added to. An hour after midnight
 *          the day before is sealed: SHA-256 over the seal before and the day's lines, signed by the station's key
 *          (tls/recordings.key). So a line that is changed, taken out or put in between shows in its day and all
 *          days behind it.
 * Thread:  the database's, where it says so; else the loop's.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "archive/seal.h"
#include "archive/sum.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "role/recordings_inner.h"
#include "role/role.h"

enum {
    DAYS_AT_ONCE = 31,
    DAY = 10,
    DAY_BYTES = 32 << 20,
    SAID_BYTES = 8 << 20,
    PAGE = 40, /* files that a child looks at */
    PAGE_BYTES = 6000
};

void recordings_note_sum(struct recordings *r, struct slice uuid, struct slice file,
                         struct slice bytes, struct slice sha256)
{
    /* A day that is sealed is closed, also to what waited for the database, and to a clock that was set back. */
    static const char sql[] =
        "INSERT INTO recording_sum (day, uuid, file, bytes, sha256) SELECT CASE WHEN ? > "
        "COALESCE(MAX(day), '') THEN ? ELSE date(MAX(day), '+1 day') END, ?, ?, ?, ? FROM "
        "recording_seal";
    char now[WALL_TEXT];
    const struct slice day = slice_from(wall_local(loop_wall(r->args.loop), now), DAY);
    const struct slice values[] = {day, day, uuid, file, bytes, sha256};

    (void)insist_exec(r->insist, sql, values, 6, NULL, NULL);
}

/* ---- a day's seal; on the database's thread ---- */

struct seal {
    char chain[SUM_TEXT];
    int64_t count;
};

/* Over the seal before and the day's lines. */
static int compute(struct db *d, struct slice day, const char *before, struct seal *out)
{
    static const char sql[] =
        "SELECT id, uuid, file, bytes, sha256 FROM recording_sum WHERE day = ? ORDER BY id";
    struct buf text;
    struct stmt *st;
    bool row = false;
    int err = db_stmt(&st, d, sql);

    buf_init(&text, DAY_BYTES);
    buf_printf(&text, "%s\n", before);
    out->count = 0;
    if (!err)
        err = stmt_text(st, 1, day);
    while (!err && !(err = stmt_step(st, &row)) && row) {
        for (int c = 0; c < 5; c++) {
            buf_adds(&text, stmt_col(st, c));
            buf_addc(&text, c < 4 ? '\t' : '\n');
        }
        out->count++;
    }
    if (!err)
        err = buf_err(&text);
    if (!err)
        err = sum_text(text.p, text.len, out->chain);
    buf_fini(&text);
    return err;
}

static void put_signed(struct buf *text, struct slice day, const struct seal *s)
{
    buf_printf(text, "station recordings %.*s %" PRId64 " %s", SLICE_ARG(day), s->count, s->chain);
}

struct sealing {
    struct recordings *r;
    char today[WALL_TEXT]; /* of an hour ago */
    char key[512];
    uint32_t days;
};

static int last_chain(struct db *d, char out[SUM_TEXT])
{
    struct stmt *st;
    bool row = false;
    int err = db_stmt(&st, d, "SELECT chain FROM recording_seal ORDER BY day DESC LIMIT 1");

    out[0] = '\0';
    if (!err)
        err = stmt_step(st, &row);
    if (!err && row)
        slice_copy(stmt_col(st, 0), out, SUM_TEXT);
    if (!err)
        stmt_reset(st);
    return err;
}

/* The first day that has no seal. */
static int next_day(struct db *d, const char *today, char out[DAY + 1])
{
    static const char sql[] = "SELECT MIN(day) FROM recording_sum WHERE day < ? AND day > (SELECT "
                              "COALESCE(MAX(day), '') FROM recording_seal)";
    struct stmt *st;
    bool row = false;
    int err = db_stmt(&st, d, sql);

    out[0] = '\0';
    if (!err)
        err = stmt_text(st, 1, slice_from(today, DAY));
    if (!err)
        err = stmt_step(st, &row);
    if (!err && row && slice_is_set(stmt_col(st, 0)))
        slice_copy(stmt_col(st, 0), out, DAY + 1);
    if (!err)
        stmt_reset(st);
    return err;
}

static int put_seal(struct db *d, const struct seal_key *key, const char *day, const char *before)
{
    static const char sql[] = "INSERT INTO recording_seal (day, files, previous, chain, signature) "
                              "VALUES (?, ?, ?, ?, ?)";
    char signature[SEAL_TEXT];
    struct seal s;
    struct buf text;
    struct stmt *st;
    int err = compute(d, slice_of(day), before, &s);

    buf_init(&text, 300);
    put_signed(&text, slice_of(day), &s);
    if (!err)
        err = seal_sign(key, buf_slice(&text), signature);
    if (!err)
        err = db_stmt(&st, d, sql);
    if (!err) {
        stmt_text(st, 1, slice_of(day));
        stmt_int(st, 2, s.count);
        stmt_text(st, 3, slice_of(before));
        stmt_text(st, 4, slice_of(s.chain));
        stmt_text(st, 5, slice_of(signature));
        err = stmt_run(st);
    }
    buf_fini(&text);
    return err;
}

static int seal_days(struct db *d, void *arg)
{
    struct sealing *s = arg;
    struct seal_key *key = NULL;
    char day[DAY + 1], before[SUM_TEXT];
    int err = 0;

    for (s->days = 0; !err && s->days < DAYS_AT_ONCE; s->days++) {
        err = next_day(d, s->today, day);
        if (err || !day[0])
            break;
        if (!key)
            err = seal_key_open(&key, s->key);
        if (!err)
            err = last_chain(d, before);
        if (!err)
            err = put_seal(d, key, day, before);
    }
    mem_deref(key);
    return err;
}

static void are_sealed(int err, void *arg)
{
    struct sealing *s = arg;

    if (err)
        log_error("recordings of a day are not sealed err=\"%s\"", strerror(err));
    else if (s->days)
        log_notice("recordings are sealed days=%u", s->days);
    mem_free(s);
}

void recordings_seal(struct recordings *r)
{
    struct sealing *s = mem_zalloc(sizeof(*s));
    struct wall then = loop_wall(r->args.loop);

    if (!s)
        return;
    s->r = r;
    then.us -= 3600ll * 1000000;
    wall_local(then, s->today);
    snprintf(s->key, sizeof(s->key), "%s", r->key);
    if (store_change(r->args.store, seal_days, are_sealed, s))
        mem_free(s);
}

/* ---- recording verify ---- */

struct verify {
    struct recordings *r;
    struct console *c;
    char key[512];
    struct buf said;  /* of seals, then of a page's rows, a line each */
    struct buf files; /* of a page: "file=NAME\nwant=SUM\n" ... */
    int64_t after, last;
    uint32_t in_page, wrong; /* said */
    uint32_t days, checked, all_wrong;
    int err;
};

static void verify_destroy(void *object)
{
    struct verify *v = object;

    if (v->c) {
        console_printf(v->c, "%s: %u, %s: %u, %s: %u\n", console_say(v->c, "Дней", "Days"), v->days,
                       console_say(v->c, "файлов", "files"), v->checked,
                       console_say(v->c, "нарушений", "wrong"), v->all_wrong);
        console_finish(v->c, v->err ? v->err : v->all_wrong ? EBADMSG : 0);
    }
    mem_deref(v->c);
    buf_fini(&v->said);
    buf_fini(&v->files);
    v->r->verifies--;
    mem_deref(v->r);
}

static void wrong(struct verify *v, const char *what, struct slice where)
{
    v->wrong++;
    buf_printf(&v->said, "%s %.*s\n", what, SLICE_ARG(where));
}

static int check_day(struct verify *v, struct db *d, const struct seal_key *key,
                     const struct slice cells[5], const char *before)
{
    struct seal s;
    struct buf text;
    int err = compute(d, cells[0], before, &s);

    if (err)
        return err;
    buf_init(&text, 300);
    put_signed(&text, cells[0], &s);
    if (!slice_eqz(cells[2], before) || !slice_eqz(cells[3], s.chain))
        wrong(v, "day-changed", cells[0]);
    else if (!seal_is_of(key, buf_slice(&text), cells[4]))
        wrong(v, "signature-wrong", cells[0]);
    buf_fini(&text);
    v->days++;
    return 0;
}

/* Texts of a row are its statement's: they are copied before another one is asked. */
static int check_days(struct verify *v, struct db *d, const struct seal_key *key)
{
    static const char sql[] =
        "SELECT day, files, previous, chain, signature FROM recording_seal WHERE "
        "day > ? ORDER BY day LIMIT 1";
    char texts[5][SEAL_TEXT] = {""}, before[SUM_TEXT] = "";
    int err = 0;

    while (!err) {
        struct slice cells[5];
        struct stmt *st;
        bool row = false;

        err = db_stmt(&st, d, sql);
        if (!err)
            err = stmt_text(st, 1, slice_of(texts[0]));
        if (!err)
            err = stmt_step(st, &row);
        if (err || !row)
            break;
        for (int c = 0; c < 5; c++) {
            char next[SEAL_TEXT] = "";

            slice_copy(stmt_col(st, c), next, sizeof(next));
            memcpy(texts[c], next, sizeof(next));
            cells[c] = slice_of(texts[c]);
        }
        stmt_reset(st);
        err = check_day(v, d, key, cells, before);
        snprintf(before, sizeof(before), "%.64s", texts[3]);
    }
    return err;
}

static int check(struct db *d, void *arg)
{
    struct verify *v = arg;
    struct seal_key *key = NULL;
    int err;

    v->days = v->wrong = 0;
    buf_reset(&v->said);
    err = seal_key_open(&key, v->key);
    if (!err)
        err = check_days(v, d, key);
    mem_deref(key);
    return err ? err : buf_err(&v->said);
}

/* ---- rows and files, a page after another ---- */

static void check_row(struct verify *v, struct stmt *st)
{
    const struct slice file = stmt_col(st, 1), sum = stmt_col(st, 2);

    if (!slice_is_set(stmt_col(st, 4))) {
        wrong(v, "row-missing", file);
        return;
    }
    if (slice_eqz(stmt_col(st, 5), "deleted"))
        return;
    if (!slice_eq(sum, stmt_col(st, 3)))
        wrong(v, "row-changed", stmt_col(st, 4));
    buf_printf(&v->files, "file=%.*s\nwant=%.*s\n", SLICE_ARG(file), SLICE_ARG(sum));
}

/* Of a recording, and of a file, the last sum counts: an MP3 takes the place of its WAV, and what another recording
 * went on in (option a) is that one's now. */
static int read_page(struct db *d, void *arg)
{
    static const char sql[] =
        "SELECT s.id, s.file, s.sha256, r.sha256, r.uniqueid, r.state FROM recording_sum s LEFT JOIN "
        "recording r ON r.uuid = s.uuid WHERE s.id > ? AND NOT EXISTS (SELECT 1 FROM recording_sum n "
        "WHERE n.uuid = s.uuid AND n.id > s.id) AND NOT EXISTS (SELECT 1 FROM recording_sum n WHERE "
        "n.file = s.file AND n.id > s.id) ORDER BY s.id LIMIT ?";
    struct verify *v = arg;
    struct stmt *st;
    bool row = false;
    int err = db_stmt(&st, d, sql);

    buf_reset(&v->said);
    buf_reset(&v->files);
    v->in_page = v->wrong = 0;
    v->last = v->after;
    if (!err)
        err = stmt_int(st, 1, v->after);
    if (!err)
        err = stmt_int(st, 2, PAGE);
    while (!err && !(err = stmt_step(st, &row)) && row) {
        v->in_page++;
        v->last = stmt_col_int(st, 0);
        check_row(v, st);
        if (v->files.len > PAGE_BYTES)
            break;
    }
    if (!err)
        stmt_reset(st);
    return err ? err : buf_err(&v->said) ? buf_err(&v->said) : buf_err(&v->files);
}

static void next_page(struct verify *v);

static void is_looked_at(const struct job_end *e, void *arg)
{
    struct verify *v = arg;
    struct slice rest = e->text;

    if (!e->is_done) {
        console_printf(v->c, "%.*s\n", SLICE_ARG(e->text));
        v->err = EIO;
    }
    while (e->is_done && slice_is_set(rest) && rest.len) {
        struct slice value = slice_cut(rest, '\n', &rest);
        const struct slice word = slice_cut(value, '=', &value);

        if (slice_eqz(word, "checked")) {
            v->checked++;
        } else {
            v->all_wrong++;
            console_printf(v->c, "file-%.*s %.*s\n", SLICE_ARG(word), SLICE_ARG(value));
        }
    }
    if (v->err)
        mem_deref(v);
    else
        next_page(v);
}

/* What the database's thread found so far. */
static void tell_found(struct verify *v, int err)
{
    v->err = err;
    v->all_wrong += err ? 0 : v->wrong;
    if (err)
        console_printf(v->c, "%s: %s\n", console_say(v->c, "Не проверено", "Not verified"),
                       strerror(err));
    else
        console_write(v->c, buf_slice(&v->said));
}

static void is_page_read(int err, void *arg)
{
    struct verify *v = arg;

    tell_found(v, err);
    if (err || !v->in_page || v->r->is_closed) {
        mem_deref(v);
        return;
    }
    v->after = v->last;
    if (!v->files.len) {
        next_page(v);
        return;
    }
    v->err = jobs_add(v->r->jobs, "verify", SLICE(""), buf_slice(&v->files), is_looked_at, v);
    if (v->err)
        mem_deref(v);
}

static void next_page(struct verify *v)
{
    v->err = v->r->is_closed ? ECANCELED : store_read(v->r->args.store, read_page, is_page_read, v);
    if (v->err)
        mem_deref(v);
}

static void are_days_checked(int err, void *arg)
{
    struct verify *v = arg;

    tell_found(v, err);
    if (err)
        mem_deref(v);
    else
        next_page(v);
}

int recordings_verify(struct recordings *r, struct console *c)
{
    struct verify *v = mem_alloc(sizeof(*v), verify_destroy);
    int err;

    if (!v)
        return ENOMEM;
    v->r = mem_ref(r);
    r->verifies++;
    snprintf(v->key, sizeof(v->key), "%s", r->key);
    buf_init(&v->said, SAID_BYTES);
    buf_init(&v->files, 2 * PAGE_BYTES);
    err = store_read(r->args.store, check, are_days_checked, v);
    if (err)
        mem_deref(v);
    else
        v->c = mem_ref(c);
    return err;
}
