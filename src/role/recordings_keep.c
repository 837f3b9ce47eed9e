/*
 * role/recordings_keep.c - how long recordings stay, and room for them (recordings.h)
 *
 * Sweep:   every ten minutes, or when it is asked for: rows beyond their age or their group's room say "deleted" first,
 *          then a job removes the files; one that was cut off between is found at the next start.
 * Clock:   one that is wrong by weeks must not take everything: see look_for_leap. Who asks by hand knows the date.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "role/recordings_inner.h"

enum { SWEEP_MOST = 500, SCOPES_MOST = 1000, VICTIM_BYTES = 8 << 20 };
#define DAY_US (86400ll * 1000000)
#define VICTIM "uniqueid, uuid, mixed, rx, tx, mp3, peaks, begun"

/* Whose recordings are kept by the same rule: a group with a rule of its own, or all others. */
struct scope {
    char group[37]; /* "": all others */
    int64_t days, mib;
};

struct sweep {
    struct recordings *r;
    struct console *c; /* NULL: nobody waits */
    struct wall now;
    struct scope *scopes;
    uint32_t count, victims;
    bool is_held;     /* what is too old stays: the clock may be wrong */
    struct buf found; /* lines: cells with 0x1f between, the reason first */
};

static void sweep_destroy(void *object)
{
    struct sweep *s = object;

    buf_fini(&s->found);
    mem_free(s->scopes);
    mem_deref(s->c);
    mem_deref(s->r);
}

/* ---- on the database's thread ---- */

static int read_scopes(struct sweep *s, struct db *d)
{
    static const char sql[] = "SELECT uuid, recording_days, recording_mib FROM \"groups\" WHERE "
                              "recording_days IS NOT NULL OR recording_mib IS NOT NULL";
    struct stmt *st;
    bool row = false;
    int err = db_stmt(&st, d, sql);

    while (!err && !(err = stmt_step(st, &row)) && row && s->count < SCOPES_MOST) {
        struct scope *k = &s->scopes[s->count++];

        slice_copy(stmt_col(st, 0), k->group, sizeof(k->group));
        k->days = slice_is_set(stmt_col(st, 1)) ? stmt_col_int(st, 1) : s->scopes[0].days;
        k->mib = slice_is_set(stmt_col(st, 2)) ? stmt_col_int(st, 2) : s->scopes[0].mib;
    }
    if (!err)
        stmt_reset(st);
    return err;
}

/* A later recording goes on in a file of it, or took its name: that one's age counts. */
static int look_for_heir(struct db *d, struct stmt *victim, bool *has_heir)
{
    /* CASE, so that nobody looks for states or times first: files are few. No name is NULL, else all without one are
     * looked at. */
    static const char sql[] =
        "SELECT uuid FROM recording WHERE (mixed = NULLIF(?, '') OR rx = NULLIF(?, '') OR mp3 = "
        "NULLIF(?, '')) AND CASE WHEN state IN ('open', 'kept', 'cut') AND (begun > ? OR (begun = ? AND "
        "uuid > ?)) THEN 1 ELSE 0 END = 1 LIMIT 1";
    static const int columns[] = {2, 3, 5, 7, 7, 1};
    struct stmt *st;
    int err = db_stmt(&st, d, sql);

    for (int i = 0; !err && i < 6; i++)
        err = stmt_text(st, i + 1, stmt_col(victim, columns[i]));
    if (!err)
        err = stmt_step(st, has_heir);
    if (!err)
        stmt_reset(st);
    return err;
}

static int put_victim(struct sweep *s, struct db *d, struct stmt *st, const char *why)
{
    bool has_heir = false;
    int err = look_for_heir(d, st, &has_heir);

    if (err)
        return err;
    buf_addz(&s->found, why);
    for (int c = 0; c < (has_heir ? 2 : 7); c++) {
        buf_addc(&s->found, '\x1f');
        buf_adds(&s->found, stmt_col(st, c));
    }
    buf_addc(&s->found, '\n');
    s->victims++;
    return 0;
}

#define OF_SCOPE                                                                                   \
    "state IN ('kept', 'cut') AND (group_uuid = ? OR (? = '' AND (group_uuid IS NULL OR "          \
    "group_uuid NOT IN (SELECT uuid FROM \"groups\" WHERE recording_days IS NOT NULL OR "          \
    "recording_mib IS NOT NULL))))"

/* What a job still works on is let alone: its MP3 would be nobody's. */
#define MAY_GO                                                                                     \
    OF_SCOPE " AND NOT EXISTS (SELECT 1 FROM job WHERE job.subject = recording.uniqueid AND "      \
             "job.state IN ('waiting', 'running'))"

static int open_stmt(struct stmt **st, struct db *d, const char *sql, const struct scope *k)
{
    int err = db_stmt(st, d, sql);

    if (!err)
        err = stmt_text(*st, 1, slice_of(k->group));
    return err ? err : stmt_text(*st, 2, slice_of(k->group));
}

/* Day by day the oldest go. Where one is left that should have gone before yesterday, and no recording ever was made in the
 * day between, the clock has leapt, or the station was off: nobody can tell. */
static int look_for_leap(struct sweep *s, struct db *d, const struct scope *k, bool *has_leapt)
{
    static const char sql[] =
        "SELECT uuid FROM recording WHERE " OF_SCOPE " AND begun < ? AND NOT EXISTS (SELECT 1 FROM "
        "recording AS later WHERE later.begun >= ? AND later.begun < ?) LIMIT 1";
    const struct wall limit = {s->now.us - k->days * DAY_US}, before = {limit.us - DAY_US};
    char when[WALL_TEXT], from[WALL_TEXT];
    struct stmt *st;
    int err = open_stmt(&st, d, sql, k);

    wall_local(before, from);
    if (!err)
        err = stmt_text(st, 3, slice_of(from));
    if (!err)
        err = stmt_text(st, 4, slice_of(from));
    if (!err)
        err = stmt_text(st, 5, slice_of(wall_local(limit, when)));
    if (!err)
        err = stmt_step(st, has_leapt);
    if (!err)
        stmt_reset(st);
    return err;
}

static int find_old(struct sweep *s, struct db *d, const struct scope *k)
{
    static const char sql[] =
        "SELECT " VICTIM " FROM recording WHERE " MAY_GO " AND begun < ? ORDER BY begun LIMIT 500";
    const struct wall limit = {s->now.us - k->days * DAY_US};
    char when[WALL_TEXT];
    struct stmt *st;
    bool row = false;
    int err = open_stmt(&st, d, sql, k);

    if (!err)
        err = stmt_text(st, 3, slice_of(wall_local(limit, when)));
    while (!err && !(err = stmt_step(st, &row)) && row && s->victims < SWEEP_MOST)
        err = put_victim(s, d, st, "older than recording_days");
    if (!err)
        stmt_reset(st);
    return err;
}

static int sum_bytes(struct db *d, const struct scope *k, int64_t *bytes)
{
    static const char sql[] = "SELECT SUM(bytes) FROM recording WHERE " OF_SCOPE;
    struct stmt *st;
    bool row = false;
    int err = open_stmt(&st, d, sql, k);

    if (!err)
        err = stmt_step(st, &row);
    if (!err && row)
        *bytes = stmt_col_int(st, 0);
    if (!err)
        stmt_reset(st);
    return err;
}

static int find_beyond(struct sweep *s, struct db *d, const struct scope *k)
{
    static const char sql[] =
        "SELECT " VICTIM ", bytes FROM recording WHERE " MAY_GO " ORDER BY begun LIMIT 500";
    int64_t over = 0;
    struct stmt *st;
    bool row = false;
    int err = sum_bytes(d, k, &over);

    over -= k->mib << 20;
    if (err || over <= 0)
        return err;
    err = open_stmt(&st, d, sql, k);
    while (!err && over > 0 && !(err = stmt_step(st, &row)) && row && s->victims < SWEEP_MOST) {
        over -= stmt_col_int(st, 8);
        err = put_victim(s, d, st, "no room for more, see recording_mib");
    }
    if (!err)
        stmt_reset(st);
    return err;
}

static int find_old_with_care(struct sweep *s, struct db *d, const struct scope *k)
{
    bool has_leapt = false;
    int err = s->c ? 0 : look_for_leap(s, d, k, &has_leapt);

    s->is_held = s->is_held || has_leapt;
    return err || has_leapt ? err : find_old(s, d, k);
}

static int find(struct db *d, void *arg)
{
    struct sweep *s = arg;
    int err;

    s->count = 1;
    s->victims = 0;
    s->is_held = false;
    buf_reset(&s->found);
    err = read_scopes(s, d);
    for (uint32_t i = 0; !err && i < s->count; i++) {
        const uint32_t before = s->victims;

        if (s->scopes[i].days)
            err = find_old_with_care(s, d, &s->scopes[i]);
        /* Else the same ones twice: when the old ones are gone there may be room. */
        if (!err && s->scopes[i].mib && s->victims == before)
            err = find_beyond(s, d, &s->scopes[i]);
    }
    return err ? err : buf_err(&s->found);
}

/* ---- on the loop's ---- */

static void remove_one(struct recordings *r, struct slice line)
{
    static const char sql[] =
        "UPDATE recording SET state = 'deleted', error = ? WHERE uuid = ? AND "
        "state IN ('kept', 'cut')";
    const struct slice why = slice_cut(line, '\x1f', &line), id = slice_cut(line, '\x1f', &line),
                       uuid = slice_cut(line, '\x1f', &line);
    const struct slice values[] = {why, uuid};
    struct buf words;

    buf_init(&words, JOBS_WORDS_MAX);
    buf_addz(&words, "uuid=");
    buf_adds(&words, uuid);
    buf_addc(&words, '\n');
    while (slice_is_set(line)) {
        const struct slice file = slice_cut(line, '\x1f', &line);

        if (file.len) {
            buf_addz(&words, "file=");
            buf_adds(&words, file);
            buf_addc(&words, '\n');
        }
    }
    if (insist_exec(r->insist, sql, values, 2, NULL, NULL) == 0)
        (void)jobs_add(r->jobs, "expire", id, buf_slice(&words), NULL, NULL);
    buf_fini(&words);
}

static void tell_held(struct recordings *r, bool is_held)
{
    if (is_held && !r->is_held)
        log_warning(
            "recordings that seem too old are kept: none was made when they should have gone, so the clock may "
            "be wrong next=\"look at the date; when it is right: station recording retain\"");
    r->is_held = is_held;
}

static void is_found(int err, void *arg)
{
    struct sweep *s = arg;
    struct slice rest = buf_slice(&s->found);

    if (err)
        log_error("recordings beyond their time are not found err=\"%s\"", strerror(err));
    while (!err && !s->r->is_closed && rest.len && slice_is_set(rest))
        remove_one(s->r, slice_cut(rest, '\n', &rest));
    if (!err)
        tell_held(s->r, s->is_held);
    s->r->sweeps_again = s->r->sweeps_again || (!err && s->victims);
    if (!err && s->victims)
        log_notice("recordings are removed for their age or for room count=%u", s->victims);
    if (s->c) {
        console_printf(s->c, "%s: %u\n", console_say(s->c, "Удаляется записей", "Removed"),
                       s->victims);
        console_finish(s->c, err);
    }
    mem_deref(s);
}

int recordings_sweep(struct recordings *r, struct console *c)
{
    struct sweep *s = mem_alloc(sizeof(*s), sweep_destroy);
    int err = ENOMEM;

    if (!s)
        return ENOMEM;
    buf_init(&s->found, VICTIM_BYTES);
    s->r = mem_ref(r);
    s->now = loop_wall(r->args.loop);
    s->scopes = mem_zalloc((SCOPES_MOST + 1) * sizeof(*s->scopes));
    if (s->scopes) {
        s->scopes[0] = (struct scope){.days = r->days, .mib = r->mib};
        s->c = mem_ref(c);
        err = store_read(r->args.store, find, is_found, s);
    }
    if (err)
        mem_deref(s);
    return err;
}

/* ---- room on the disk ---- */

static void tell_room(struct recordings *r, uint64_t free_mib)
{
    char value[100];

    log_warning("little room for recordings free_mib=%" PRIu64
                " folder=\"%s\" next=\"remove files, add room, or "
                "set recording_days or recording_mib\"",
                free_mib, r->folder);
    snprintf(value, sizeof(value), "FreeMiB: %" PRIu64 "\n", free_mib);
    calls_tell(r->calls, &(struct call_fact){.type = CALL_USER_EVENT,
                                             .name = SLICE("RecordingSpaceLow"),
                                             .value = slice_of(value)});
}

void recordings_look_at_room(struct recordings *r)
{
    struct statvfs v;
    uint64_t mib;

    if (!r->free_mib || statvfs(r->folder, &v))
        return;
    mib = (uint64_t)v.f_bavail * v.f_frsize >> 20;
    if (mib < r->free_mib && !r->is_room_low)
        tell_room(r, mib);
    if (mib >= r->free_mib && r->is_room_low)
        log_notice("room for recordings again free_mib=%" PRIu64, mib);
    r->is_room_low = mib < r->free_mib;
}
