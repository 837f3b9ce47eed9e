#include <signal.h>
#include <sys/resource.h>

#include "base/mem.h"
#include "tables.h"

struct site {
    struct place p;
    struct loop *l;
    struct store *s;
    struct db *other; /* somebody else's connection */
};

static int site_open(struct site *t)
{
    struct store_args args = {.dir = t->p.dir, .migrations = tables_migrations};
    int err = place_make(&t->p);

    if (!err)
        err = loop_alloc_fake(&t->l, (struct wall){1730267955000000});
    args.loop = t->l;
    if (!err)
        err = store_open(&t->s, &args, NULL);
    if (!err)
        err = db_open(&t->other, t->p.db, DB_WRITE);
    return err;
}

static int site_reopen(struct site *t)
{
    struct store_args args = {.loop = t->l, .dir = t->p.dir, .migrations = tables_migrations};

    t->s = mem_deref(t->s);
    return store_open(&t->s, &args, NULL);
}

static void site_close(struct site *t)
{
    mem_deref(t->s);
    mem_deref(t->other);
    mem_deref(t->l);
    place_clear(&t->p);
}

struct result {
    int calls, err;
};

static void note(int err, void *arg)
{
    struct result *r = arg;

    r->calls++;
    r->err = err;
}

static int a_contact_is_done_once_committed(void)
{
    struct store_contact c = {
        .id = SLICE("101;@1"), .aor = SLICE("101"), .uri = SLICE("sip:101@10.0.0.7"), .expires = 5};
    struct site t = {0};
    struct result r = {0};
    int err;

    CHECK_OK_TO(site_open(&t), out);
    CHECK_OK_TO(store_contact_put(t.s, &c, note, &r), out);
    CHECK_TO(r.calls == 0, out);
    loop_fake_settle(t.l);
    loop_fake_advance(t.l, 6000);
    if (unit_is_rerun() && r.err)
        goto out;
    CHECK_TO(r.calls == 1 && r.err == 0, out);
    CHECK_TO(place_ask(&t.p, "SELECT expiration_time FROM ps_contacts WHERE id='101;@1'") == 5,
             out);
    c.expires = 77; /* the same phone again */
    CHECK_OK_TO(store_contact_put(t.s, &c, note, &r), out);
    loop_fake_advance(t.l, 6000);
    if (unit_is_rerun() && r.err)
        goto out;
    CHECK_TO(place_ask(&t.p, "SELECT sum(expiration_time) FROM ps_contacts") == 77, out);
    CHECK_OK_TO(store_contact_delete(t.s, c.id, note, &r), out);
    loop_fake_advance(t.l, 6000);
    if (unit_is_rerun() && r.err)
        goto out;
    CHECK_TO(r.calls == 3 && place_ask(&t.p, "SELECT count(*) FROM ps_contacts") == 0, out);
out:
    site_close(&t);
    return err;
}

static int many_writes_are_few_transactions(void)
{
    struct site t = {0};
    struct store_stats st;
    int err;

    CHECK_OK_TO(site_open(&t), out);
    for (int i = 0; i < 1000; i++) {
        struct store_cdr c = some_cdr(i);

        CHECK_OK_TO(store_cdr_put(t.s, &c), out);
    }
    loop_fake_advance(t.l, 100);
    store_stats_get(t.s, &st);
    CHECK_TO(st.committed == 1000 && st.transactions <= 2 && st.waiting == 0, out);
    CHECK_TO(place_ask(&t.p, "SELECT count(*) FROM cdr") == 1000, out);
out:
    site_close(&t);
    return err;
}

static int a_locked_database_loses_no_record(void)
{
    struct site t = {0};
    struct result r = {0};
    struct store_stats st;
    int err;

    CHECK_OK_TO(site_open(&t), out);
    CHECK_OK_TO(place_lock(t.other), out);
    for (int i = 0; i < 5; i++) {
        struct store_cdr c = some_cdr(i);

        CHECK_OK_TO(store_cdr_put(t.s, &c), out);
        loop_fake_advance(t.l, 300);
    }
    store_stats_get(t.s, &st);
    CHECK_TO(st.spooled == 5 && st.waiting == 0 && st.last_err == EBUSY, out);
    CHECK_OK_TO(store_flush(t.s, note, &r), out);
    loop_fake_advance(t.l, 300);
    CHECK_TO(r.calls == 1 && r.err == 0, out); /* in the spool is safe */
    place_unlock(t.other);
    CHECK_OK_TO(store_flush(t.s, note, &r), out);
    loop_fake_advance(t.l, 1000);
    store_stats_get(t.s, &st);
    CHECK_TO(st.spool_bytes == 0 && st.drained == 5 && st.last_err == 0, out);
    CHECK_TO(place_ask(&t.p, "SELECT count(DISTINCT sequence) FROM cdr") == 5, out);
    CHECK_TO(place_ask(&t.p, "SELECT count(*) FROM cdr") == 5, out);
out:
    site_close(&t);
    return err;
}

static int a_contact_gives_up_after_five_seconds(void)
{
    struct store_contact c = {.id = SLICE("101;@1"), .uri = SLICE("sip:101@10.0.0.7")};
    struct site t = {0};
    struct result r = {0};
    int err;

    CHECK_OK_TO(site_open(&t), out);
    CHECK_OK_TO(place_lock(t.other), out);
    CHECK_OK_TO(store_contact_put(t.s, &c, note, &r), out);
    loop_fake_advance(t.l, 4500);
    CHECK_TO(r.calls == 0, out);
    loop_fake_advance(t.l, 1000);
    CHECK_TO(r.calls == 1 && r.err == EBUSY, out);
    place_unlock(t.other);
    CHECK_OK_TO(store_contact_put(t.s, &c, note, &r), out);
    loop_fake_advance(t.l, 1000);
    CHECK_TO(r.calls == 2 && r.err == 0, out);
out:
    site_close(&t);
    return err;
}

static int the_spool_is_taken_up_at_the_next_start(void)
{
    struct store_cdr c = some_cdr(7);
    struct site t = {0};
    int err;

    CHECK_OK_TO(site_open(&t), out);
    CHECK_OK_TO(place_lock(t.other), out);
    CHECK_OK_TO(store_cdr_put(t.s, &c), out);
    loop_fake_advance(t.l, 100);
    t.s = mem_deref(t.s);
    place_unlock(t.other);
    CHECK_OK_TO(site_reopen(&t), out);
    loop_fake_advance(t.l, 100);
    CHECK_TO(place_ask(&t.p, "SELECT count(*) FROM cdr WHERE sequence=7") == 1, out);
out:
    site_close(&t);
    return err;
}

static int copy_file(const char *from, const char *to)
{
    char bytes[65536];
    FILE *in = fopen(from, "re"), *out = fopen(to, "we");
    size_t n = in ? fread(bytes, 1, sizeof(bytes), in) : 0;
    int err = in && out && fwrite(bytes, 1, n, out) == n && n > 0 ? 0 : EIO;

    if (in)
        fclose(in);
    if (out)
        fclose(out);
    return err;
}

/* A kill right after the record was given in, and one right after its commit: the journal as it was
 * then. */
static int a_killed_engine_loses_no_record(void)
{
    struct store_cdr c = some_cdr(11);
    char journal[128], was[128];
    struct site t = {0};
    int err;

    CHECK_OK_TO(site_open(&t), out);
    snprintf(journal, sizeof(journal), "%s/spool/cdr/journal.0", t.p.dir);
    snprintf(was, sizeof(was), "%s/old.db", t.p.dir);
    for (int committed = 0; committed < 2; committed++) {
        CHECK_OK_TO(store_cdr_put(t.s, &c), out);
        loop_fake_advance(t.l, 1);
        CHECK_OK_TO(copy_file(journal, was), out);
        loop_fake_advance(t.l, 1000);
        CHECK_TO(copy_file(journal, journal) != 0, out); /* empty after the commit */
        t.s = mem_deref(t.s);
        if (!committed)
            CHECK_OK_TO(db_run(t.other, "DELETE FROM cdr"), out);
        CHECK_OK_TO(copy_file(was, journal), out);
        CHECK_OK_TO(site_reopen(&t), out);
        loop_fake_advance(t.l, 1000);
        CHECK_TO(place_ask(&t.p, "SELECT count(*) FROM cdr WHERE sequence=11") == 1, out);
        CHECK_OK_TO(db_run(t.other, "DELETE FROM cdr"), out);
    }
out:
    site_close(&t);
    return err;
}

static int closing_writes_what_still_waits(void)
{
    struct store_cdr c = some_cdr(8);
    struct site t = {0};
    int err;

    CHECK_OK_TO(site_open(&t), out);
    CHECK_OK_TO(store_cdr_put(t.s, &c), out);
    t.s = mem_deref(t.s);
    CHECK_TO(place_ask(&t.p, "SELECT count(*) FROM cdr WHERE sequence=8") == 1, out);
out:
    site_close(&t);
    return err;
}

static int closing_spools_what_a_lock_keeps_out(void)
{
    struct store_cdr c = some_cdr(9);
    struct site t = {0};
    int err;

    CHECK_OK_TO(site_open(&t), out);
    CHECK_OK_TO(place_lock(t.other), out);
    CHECK_OK_TO(store_cdr_put(t.s, &c), out);
    t.s = mem_deref(t.s);
    place_unlock(t.other);
    CHECK_OK_TO(site_reopen(&t), out);
    loop_fake_advance(t.l, 100);
    CHECK_TO(place_ask(&t.p, "SELECT count(*) FROM cdr WHERE sequence=9") == 1, out);
out:
    site_close(&t);
    return err;
}

static int records_gather_into_one_transaction(void)
{
    struct site t = {0};
    struct store_stats st;
    uint64_t before;
    int err;

    CHECK_OK_TO(site_open(&t), out);
    store_stats_get(t.s, &st);
    before = st.transactions;
    for (int i = 0; i < 10; i++) {
        struct store_cdr c = some_cdr(i);

        CHECK_OK_TO(store_cdr_put(t.s, &c), out);
        loop_fake_advance(t.l, 15);
    }
    store_stats_get(t.s, &st);
    CHECK_TO(st.transactions == before && st.waiting == 10, out);
    loop_fake_advance(t.l, 100);
    store_stats_get(t.s, &st);
    CHECK_TO(st.transactions == before + 1 && st.waiting == 0, out);
    CHECK_TO(place_ask(&t.p, "SELECT count(*) FROM cdr") == 10, out);
out:
    site_close(&t);
    return err;
}

static int a_removed_database_keeps_records_in_the_spool(void)
{
    struct site t = {0};
    struct store_cdr a = some_cdr(1), b = some_cdr(2);
    struct store_stats st;
    char away[128];
    int err;

    if (place_skips("a_removed_database_keeps_records_in_the_spool"))
        return 0;
    CHECK_OK_TO(site_open(&t), out);
    CHECK_OK_TO(store_cdr_put(t.s, &a), out);
    loop_fake_advance(t.l, 300); /* records gather for 200 ms */
    CHECK_OK_TO(db_run(t.other, "PRAGMA wal_checkpoint(TRUNCATE)"), out);
    t.other = mem_deref(t.other);
    snprintf(away, sizeof(away), "%s/old.db", t.p.dir);
    CHECK_TO(rename(t.p.db, away) == 0, out);
    CHECK_OK_TO(store_cdr_put(t.s, &b), out);
    loop_fake_advance(t.l, 1000);
    store_stats_get(t.s, &st);
    CHECK_TO(st.spooled == 1 && st.last_err == ENOENT, out);
    CHECK_TO(rename(away, t.p.db) == 0, out);
    loop_fake_advance(t.l, 1000);
    CHECK_TO(place_ask(&t.p, "SELECT count(*) FROM cdr") == 2, out);
out:
    site_close(&t);
    return err;
}

static int one_wrong_write_does_not_harm_the_others(void)
{
    struct site t = {0};
    struct result bad = {0}, good = {0};
    struct slice v = SLICE("x");
    int err;

    CHECK_OK_TO(site_open(&t), out);
    CHECK_OK_TO(store_exec(t.s, "INSERT INTO thing (value) VALUES (?1)", &v, 1, note, &good), out);
    CHECK_OK_TO(store_exec(t.s, "INSERT INTO no_such_table VALUES (?1)", &v, 1, note, &bad), out);
    CHECK_OK_TO(store_exec(t.s, "INSERT INTO thing (value) VALUES (?1)", &v, 1, note, &good), out);
    loop_fake_advance(t.l, 100);
    CHECK_TO(good.calls == 2 && good.err == 0 && bad.calls == 1 && bad.err == EINVAL, out);
    CHECK_TO(place_ask(&t.p, "SELECT count(*) FROM thing") == 2, out);
out:
    site_close(&t);
    return err;
}

/* An administrator at work on the table: what is written meanwhile is not lost. */
static int a_table_that_is_away_loses_no_record(void)
{
    struct site t = {0};
    struct store_cdr a = some_cdr(1), b = some_cdr(2);
    struct store_stats st;
    int err;

    CHECK_OK_TO(site_open(&t), out);
    CHECK_OK_TO(store_cdr_put(t.s, &a), out);
    loop_fake_advance(t.l, 300);
    CHECK_OK_TO(db_run(t.other, "ALTER TABLE cdr RENAME TO cdr_before"), out);
    CHECK_OK_TO(store_cdr_put(t.s, &b), out);
    loop_fake_advance(t.l, 1000);
    store_stats_get(t.s, &st);
    CHECK_TO(st.spooled == 1 && st.last_err == EBADMSG, out);
    CHECK_OK_TO(db_run(t.other, "ALTER TABLE cdr_before RENAME TO cdr"), out);
    loop_fake_advance(t.l, 1000);
    CHECK_TO(place_ask(&t.p, "SELECT count(*) FROM cdr") == 2, out);
out:
    site_close(&t);
    return err;
}

/* Phones send names in cp1251; a server takes UTF-8 only. */
static int texts_that_are_no_utf8_are_kept(void)
{
    struct store_contact c = {.id = SLICE("101;@1"),
                              .uri = SLICE("sip:101@10.0.0.7"),
                              .user_agent = SLICE("phone \xc8\xe2\xe0\xed")};
    struct store_cdr r = some_cdr(1);
    struct result answer = {0};
    struct site t = {0};
    int err;

    r.clid = SLICE("\xc8\xe2\xe0\xed <101>");
    CHECK_OK_TO(site_open(&t), out);
    CHECK_OK_TO(store_cdr_put(t.s, &r), out);
    CHECK_OK_TO(store_contact_put(t.s, &c, note, &answer), out);
    loop_fake_advance(t.l, 1000);
    if (unit_is_rerun() && answer.err)
        goto out;
    CHECK_TO(answer.calls == 1 && answer.err == 0, out);
    CHECK_TO(place_ask(&t.p, "SELECT count(*) FROM cdr WHERE clid LIKE '% <101>'") == 1, out);
    CHECK_TO(place_ask(&t.p, "SELECT count(*) FROM ps_contacts") == 1, out);
out:
    site_close(&t);
    return err;
}

static int the_ceiling_refuses(void)
{
    struct store_contact c = {.id = SLICE("x")};
    struct site t = {0};
    int n = 0, err;

    CHECK_OK_TO(site_open(&t), out);
    while (n < 20000 && store_contact_put(t.s, &c, NULL, NULL) == 0)
        n++;
    CHECK_TO(n == 10000 && store_contact_put(t.s, &c, NULL, NULL) == EAGAIN, out);
out:
    site_close(&t);
    return err;
}

static int a_full_disk_loses_no_record(void)
{
    struct rlimit old, small = {.rlim_cur = 200 << 10};
    struct site t = {0};
    struct store_stats st;
    int i, err;

    if (place_skips("a_full_disk_loses_no_record"))
        return 0;
    /* files of this process cannot grow beyond 200 KiB: the database fails first, then the spool */
    getrlimit(RLIMIT_FSIZE, &old);
    small.rlim_max = old.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    CHECK_OK_TO(site_open(&t), out);
    setrlimit(RLIMIT_FSIZE, &small);
    for (i = 0; i < 2000; i++) {
        struct store_cdr c = some_cdr(i);

        CHECK_OK_TO(store_cdr_put(t.s, &c), out);
        loop_fake_advance(t.l, 5);
    }
    store_stats_get(t.s, &st);
    CHECK_TO(st.last_err != 0 && st.spooled > 0 && st.waiting > 0, out);
    setrlimit(RLIMIT_FSIZE, &old);
    loop_fake_advance(t.l, 5000);
    store_stats_get(t.s, &st);
    CHECK_TO(st.last_err == 0 && st.waiting == 0 && st.spool_bytes == 0, out);
    CHECK_TO(place_ask(&t.p, "SELECT count(DISTINCT sequence) FROM cdr") == 2000, out);
    CHECK_TO(place_ask(&t.p, "SELECT count(*) FROM cdr") == 2000, out);
out:
    setrlimit(RLIMIT_FSIZE, &old);
    site_close(&t);
    return err;
}

static int stop_loop(void *arg)
{
    loop_stop(arg);
    return 0;
}

static void stop_when_done(int err, void *arg)
{
    (void)err;
    stop_loop(arg);
}

static int it_works_on_real_threads(void)
{
    struct store_args args = {.migrations = tables_migrations};
    struct place p;
    struct loop *l = NULL;
    struct store *s = NULL;
    int err;

    CHECK_OK_TO(place_make(&p), out);
    CHECK_OK_TO(loop_alloc(&l), out);
    args.loop = l;
    args.dir = p.dir;
    CHECK_OK_TO(store_open(&s, &args, NULL), out);
    for (int i = 0; i < 500; i++) {
        struct store_cdr c = some_cdr(i);

        CHECK_OK_TO(store_cdr_put(s, &c), out);
        if (i % 50 == 0)
            loop_round(l, 0);
    }
    CHECK_OK_TO(store_flush(s, stop_when_done, l), out);
    CHECK_OK_TO(loop_run(l), out);
    CHECK_TO(place_ask(&p, "SELECT count(*) FROM cdr") == 500, out);
out:
    mem_deref(s);
    mem_deref(l);
    place_clear(&p);
    return err;
}

UNIT_TESTS(UNIT_ONCE(a_table_that_is_away_loses_no_record), UNIT(texts_that_are_no_utf8_are_kept),
           UNIT(a_contact_is_done_once_committed), UNIT_ONCE(many_writes_are_few_transactions),
           UNIT_ONCE(a_locked_database_loses_no_record),
           UNIT_ONCE(a_contact_gives_up_after_five_seconds),
           UNIT_ONCE(the_spool_is_taken_up_at_the_next_start),
           UNIT_ONCE(closing_writes_what_still_waits), UNIT_ONCE(a_killed_engine_loses_no_record),
           UNIT_ONCE(closing_spools_what_a_lock_keeps_out),
           UNIT_ONCE(records_gather_into_one_transaction),
           UNIT_ONCE(a_removed_database_keeps_records_in_the_spool),
           UNIT_ONCE(one_wrong_write_does_not_harm_the_others), UNIT_ONCE(the_ceiling_refuses),
           UNIT_ONCE(a_full_disk_loses_no_record), UNIT_ONCE(it_works_on_real_threads))
