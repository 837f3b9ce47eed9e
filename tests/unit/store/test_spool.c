#include <fcntl.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/record.h"
#include "store/spool.h"
#include "tables.h"

static bool same(struct slice a, struct slice b)
{
    return slice_is_set(a) == slice_is_set(b) && slice_eq(a, b);
}

static int a_record_survives_encoding(void)
{
    struct store_cdr in = some_cdr(1923), back;
    struct buf b;
    int err;

    buf_init(&b, 10000);
    CHECK_OK_TO(record_encode(&b, &in), out);
    CHECK_OK_TO(record_decode(buf_slice(&b), &back), out);
    CHECK_TO(same(in.clid, back.clid) && same(in.accountcode, back.accountcode), out);
    CHECK_TO(same(in.lastdata, back.lastdata) && same(in.uniqueid, back.uniqueid), out);
    CHECK_TO(back.start.us == in.start.us && back.answer.us == 0 && back.sequence == 1923, out);
    for (size_t cut = 0; cut < b.len; cut++)
        CHECK_TO(record_decode(slice_from(b.p, cut), &back) == EBADMSG, out);
out:
    buf_fini(&b);
    return err;
}

static int drain_all(struct spool *s, struct db *d, uint32_t *total)
{
    uint32_t moved = 1;
    int err = 0;

    for (*total = 0; !err && moved; *total += moved)
        err = spool_drain(s, d, 3, &moved);
    return err;
}

static int spooled_records_reach_the_database_once(void)
{
    struct store_cdr c[10];
    struct place p;
    struct spool *s = NULL;
    struct db *d = NULL;
    uint32_t total;
    int err;

    for (int i = 0; i < 10; i++)
        c[i] = some_cdr(i);
    CHECK_OK_TO(place_make(&p), out);
    CHECK_OK_TO(db_open(&d, p.db, DB_WRITE), out);
    CHECK_OK_TO(spool_open(&s, p.dir), out);
    CHECK_OK_TO(spool_append(s, c, 4), out);
    CHECK_OK_TO(spool_append(s, c + 4, 6), out);
    s = mem_deref(s); /* the process ends and another takes it up */
    CHECK_OK_TO(spool_open(&s, p.dir), out);
    CHECK_OK_TO(drain_all(s, d, &total), out);
    CHECK_TO(total == 10 && spool_bytes(s) == 0, out);
    CHECK_TO(place_ask(&p, "SELECT count(DISTINCT sequence) FROM cdr") == 10, out);
    CHECK_TO(place_ask(&p, "SELECT count(*) FROM cdr WHERE src='101' AND answer IS NULL") == 10,
             out);
out:
    mem_deref(s);
    mem_deref(d);
    place_clear(&p);
    return err;
}

/* What a cut between COMMIT and emptying the file leaves: the file as it was before. */
static int copy_file(const char *from, const char *to)
{
    char bytes[65536];
    int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ssize_t n = in >= 0 ? read(in, bytes, sizeof(bytes)) : -1;
    int err = out >= 0 && n >= 0 && write(out, bytes, (size_t)n) == n ? 0 : EIO;

    close(in);
    close(out);
    return err;
}

static int records_that_come_again_are_not_doubled(void)
{
    struct store_cdr c[5];
    struct place p;
    struct spool *s = NULL;
    struct db *d = NULL;
    char before[128] = "";
    uint32_t total;
    int err;

    for (int i = 0; i < 5; i++)
        c[i] = some_cdr(i);
    CHECK_OK_TO(place_make(&p), out);
    snprintf(before, sizeof(before), "%s/before", p.dir);
    CHECK_OK_TO(db_open(&d, p.db, DB_WRITE), out);
    CHECK_OK_TO(spool_open(&s, p.dir), out);
    CHECK_OK_TO(spool_append(s, c, 5), out);
    CHECK_OK_TO(copy_file(p.spool, before), out);
    CHECK_OK_TO(drain_all(s, d, &total), out);
    s = mem_deref(s);
    CHECK_OK_TO(copy_file(before, p.spool), out);
    CHECK_OK_TO(spool_open(&s, p.dir), out);
    CHECK_OK_TO(drain_all(s, d, &total), out);
    CHECK_TO(total == 5 && place_ask(&p, "SELECT count(*) FROM cdr") == 5, out);
out:
    mem_deref(s);
    mem_deref(d);
    unlink(before);
    place_clear(&p);
    return err;
}

/* Power cuts at every byte of the second append: the first two records always stay. */
static int a_torn_tail_costs_only_the_torn_record(void)
{
    struct store_cdr c[3] = {some_cdr(1), some_cdr(2), some_cdr(3)};
    struct place p;
    struct spool *s = NULL;
    struct db *d = NULL;
    struct stat two, three;
    int err;

    CHECK_OK_TO(place_make(&p), out);
    CHECK_OK_TO(spool_open(&s, p.dir), out);
    CHECK_OK_TO(spool_append(s, c, 2), out);
    CHECK_TO(stat(p.spool, &two) == 0, out);
    CHECK_OK_TO(spool_append(s, c + 2, 1), out);
    CHECK_TO(stat(p.spool, &three) == 0, out);
    for (off_t cut = three.st_size - 1; cut >= two.st_size; cut -= 7) {
        s = mem_deref(s);
        CHECK_TO(truncate(p.spool, cut) == 0, out);
        CHECK_OK_TO(spool_open(&s, p.dir), out);
        CHECK_TO(spool_bytes(s) == (uint64_t)two.st_size - 20, out);
        CHECK_OK_TO(spool_append(s, c + 2, 1), out);
        CHECK_TO(spool_bytes(s) == (uint64_t)three.st_size - 20, out);
    }
out:
    mem_deref(s);
    mem_deref(d);
    place_clear(&p);
    return err;
}

static int a_flipped_byte_is_noticed_and_set_aside(void)
{
    struct store_cdr c[2] = {some_cdr(1), some_cdr(2)};
    struct place p;
    struct spool *s = NULL;
    struct stat st;
    char torn[160];
    int fd = -1, err;

    CHECK_OK_TO(place_make(&p), out);
    CHECK_OK_TO(spool_open(&s, p.dir), out);
    CHECK_OK_TO(spool_append(s, c, 2), out);
    s = mem_deref(s);
    CHECK_TO(stat(p.spool, &st) == 0, out);
    fd = open(p.spool, O_WRONLY);
    CHECK_TO(fd >= 0 && pwrite(fd, "!", 1, st.st_size - 3) == 1, out);
    CHECK_OK_TO(spool_open(&s, p.dir), out);
    CHECK_TO(spool_bytes(s) == ((uint64_t)st.st_size - 20) / 2, out);
    snprintf(torn, sizeof(torn), "%s.torn", p.spool);
    CHECK_TO(access(torn, F_OK) == 0, out);
out:
    if (fd >= 0)
        close(fd);
    mem_deref(s);
    place_clear(&p);
    return err;
}

static int a_foreign_file_is_left_alone(void)
{
    struct place p;
    struct spool *s = NULL;
    int fd = -1, err;

    CHECK_OK_TO(place_make(&p), out);
    CHECK_OK_TO(spool_open(&s, p.dir), out);
    s = mem_deref(s);
    fd = open(p.spool, O_WRONLY | O_TRUNC);
    CHECK_TO(fd >= 0 && write(fd, "something else entirely", 23) == 23, out);
    err = spool_open(&s, p.dir);
    CHECK_TO(err == EBADMSG || err == ENOMEM, out);
    err = err == ENOMEM ? err : 0;
out:
    if (fd >= 0)
        close(fd);
    mem_deref(s);
    place_clear(&p);
    return err;
}

/* A record that the table refuses for ever does not hold up those behind it. */
static int a_record_that_is_refused_lets_others_by(void)
{
    struct store_cdr c[3] = {some_cdr(1), some_cdr(2), some_cdr(3)};
    struct place p;
    struct spool *s = NULL;
    struct db *d = NULL;
    uint32_t total;
    int err;

    c[0].uniqueid = c[1].uniqueid = SLICE("same");
    c[2].uniqueid = SLICE("other");
    CHECK_OK_TO(place_make(&p), out);
    CHECK_OK_TO(db_open(&d, p.db, DB_WRITE), out);
    CHECK_OK_TO(db_run(d, "CREATE UNIQUE INDEX one ON cdr (uniqueid)"), out);
    CHECK_OK_TO(spool_open(&s, p.dir), out);
    CHECK_OK_TO(spool_append(s, c, 3), out);
    CHECK_OK_TO(drain_all(s, d, &total), out);
    CHECK_TO(total == 3 && place_ask(&p, "SELECT count(*) FROM cdr") == 2, out);
out:
    mem_deref(s);
    mem_deref(d);
    place_clear(&p);
    return err;
}

/* What an administrator adds to the table and breaks every record: repaired, all of them are there. */
static int kept_until_repaired(const char *breaks, const char *repairs)
{
    struct store_cdr c[2] = {some_cdr(1), some_cdr(2)};
    struct place p;
    struct spool *s = NULL;
    struct db *d = NULL;
    uint32_t total;
    int err;

    CHECK_OK_TO(place_make(&p), out);
    CHECK_OK_TO(db_open(&d, p.db, DB_WRITE), out);
    CHECK_OK_TO(db_run(d, breaks), out);
    CHECK_OK_TO(spool_open(&s, p.dir), out);
    CHECK_OK_TO(spool_append(s, c, 2), out);
    CHECK_TO(drain_all(s, d, &total) == EBADMSG && spool_bytes(s) > 0, out);
    CHECK_TO(place_ask(&p, "SELECT count(*) FROM cdr") == 0, out);
    CHECK_OK_TO(db_run(d, repairs), out);
    CHECK_OK_TO(drain_all(s, d, &total), out);
    CHECK_TO(total == 2 && place_ask(&p, "SELECT count(*) FROM cdr") == 2, out);
out:
    mem_deref(s);
    mem_deref(d);
    place_clear(&p);
    return err;
}

#define GUARD "CREATE TRIGGER guard BEFORE INSERT ON cdr FOR EACH ROW "

static int a_table_that_refuses_every_record_loses_none(void)
{
    const char *raise = place_server() ? GUARD "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'"
                                       : GUARD "BEGIN SELECT RAISE(ABORT, 'no'); END";
    const char *broken = place_server() ? GUARD "INSERT INTO nowhere VALUES (1)"
                                        : GUARD "BEGIN INSERT INTO nowhere VALUES (1); END";

    CHECK_OK(kept_until_repaired(raise, "DROP TRIGGER guard"));
    CHECK_OK(kept_until_repaired(broken, "DROP TRIGGER guard"));
    CHECK_OK(kept_until_repaired(
        "CREATE UNIQUE INDEX own ON cdr (sequence); ALTER TABLE cdr RENAME COLUMN dst TO "
        "dst_before",
        "ALTER TABLE cdr RENAME COLUMN dst_before TO dst"));
    if (place_server())
        CHECK_OK(kept_until_repaired("ALTER TABLE cdr ADD COLUMN own INTEGER NOT NULL",
                                     "ALTER TABLE cdr DROP COLUMN own"));
    else
        CHECK_OK(kept_until_repaired("ALTER TABLE cdr ADD COLUMN own CHECK (own IS NOT NULL)",
                                     "ALTER TABLE cdr DROP COLUMN own"));
    return 0;
}

/* A value too long for a column that the administrator made narrow is this record's own. */
static int a_value_that_does_not_fit_lets_others_by(void)
{
    struct store_cdr c[2] = {some_cdr(1), some_cdr(2)};
    struct place p;
    struct spool *s = NULL;
    struct db *d = NULL;
    uint32_t total;
    int err;

    if (!place_server())
        return 0; /* a file takes any length */
    c[0].dst = SLICE("12345678901");
    CHECK_OK_TO(place_make(&p), out);
    CHECK_OK_TO(db_open(&d, p.db, DB_WRITE), out);
    CHECK_OK_TO(db_run(d, "ALTER TABLE cdr MODIFY dst VARCHAR(10)"), out);
    CHECK_OK_TO(spool_open(&s, p.dir), out);
    CHECK_OK_TO(spool_append(s, c, 2), out);
    CHECK_OK_TO(drain_all(s, d, &total), out);
    CHECK_TO(total == 2 && place_ask(&p, "SELECT count(*) FROM cdr") == 1, out);
out:
    mem_deref(s);
    mem_deref(d);
    place_clear(&p);
    return err;
}

static char logged[8192];

static void keep_line(enum log_level level, const char *line, void *arg)
{
    size_t len = strlen(logged);

    snprintf(logged + len, sizeof(logged) - len, "%s\n", line);
}

static int a_record_goes_whole_into_the_log(void)
{
    static const char *const parts[] = {" accountcode=\"shop \\x22a\\x22\"",
                                        " userfield=\"u\"",
                                        " peeraccount=\"p\"",
                                        " lastapp=\"Dial\"",
                                        " amaflags=\"DOCUMENTATION\"",
                                        " sequence=\"7\"",
                                        " answer=\"20",
                                        " end=\"20",
                                        " group_uuid=\"g\"",
                                        " direction=\"in\"",
                                        " clid=\"\\x22\xd0\xa1",
                                        " part=1 ",
                                        " part=2 "};
    struct store_cdr c = some_cdr(7);
    char big[1801];
    size_t xs = 0;

    memset(big, '~', sizeof(big) - 1);
    big[sizeof(big) - 1] = '\0';
    c.lastdata = slice_of(big);
    c.accountcode = SLICE("shop \"a\"");
    c.userfield = SLICE("u");
    c.peeraccount = SLICE("p");
    c.answer = c.start;
    c.direction = SLICE("in");
    c.group_uuid = SLICE("g");
    logged[0] = '\0';
    log_set_sink(keep_line, NULL);
    store_cdr_log(&c, "a test");
    log_set_sink(NULL, NULL);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        CHECK(strstr(logged, parts[i]));
    for (const char *q = logged; *q; q++)
        xs += *q == '~';
    CHECK(xs == sizeof(big) - 1 && !strstr(logged, "..."));
    return 0;
}

UNIT_TESTS(UNIT_ONCE(a_table_that_refuses_every_record_loses_none),
           UNIT_ONCE(a_value_that_does_not_fit_lets_others_by),
           UNIT(a_record_goes_whole_into_the_log),
           UNIT_ONCE(a_record_that_is_refused_lets_others_by), UNIT(a_record_survives_encoding),
           UNIT(spooled_records_reach_the_database_once),
           UNIT_ONCE(records_that_come_again_are_not_doubled),
           UNIT_ONCE(a_torn_tail_costs_only_the_torn_record),
           UNIT(a_flipped_byte_is_noticed_and_set_aside), UNIT(a_foreign_file_is_left_alone))
