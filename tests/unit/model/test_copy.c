/* test_copy.c - all rows of one database in another */
#include "database.h"

#include "base/buf.h"
#include "model/copy.h"
#include "model/field.h"

static const char rows[] =
    "INSERT INTO ps_endpoints (id, context, allow) VALUES ('101', 'office', 'alaw'), ('102', NULL, '');"
    "INSERT INTO ps_contacts (id, uri, via_port) VALUES ('101;@x', 'sip:101@10.0.0.7', 5060);"
    "INSERT INTO realtime_extensions (context, exten, priority, app, appdata) VALUES "
    "('office', '1', 1, 'Verbose', 'Привет; ''quoted'' \"too\"');"
    "INSERT INTO settings (name, value) VALUES ('language', 'en');"
    "INSERT INTO static_pjsip (cat_metric, filename, category, var_name, var_val) VALUES "
    "(7, 'pjsip.conf', 'udp', 'type', 'transport');"
    "INSERT INTO astdb (name, value) VALUES ('family/key', 'v');"
    "INSERT INTO call_story (linkedid, start, story) VALUES ('1.1', '2026-01-05 12:00:00', 'text');"
    "INSERT INTO tones (name, list) VALUES ('fr/busy', '440/500,0/500');"
    "UPDATE static_sorcery SET commented = 0 WHERE var_name = 'transport'";

/* Every value of every table, as one text. */
static int dump(struct db *d, struct buf *out)
{
    int err = 0;

    for (const struct model_type *t = model_types; !err && t->name; t++) {
        struct stmt *st;
        bool row = true;
        char sql[200];

        snprintf(sql, sizeof(sql), "SELECT * FROM \"%s\"", t->table);
        err = db_stmt(&st, d, sql);
        while (!err && row) {
            err = stmt_step(st, &row);
            for (int i = 0; !err && row && i < stmt_cols(st); i++)
                buf_printf(out, "%s|", slice_is_set(stmt_col(st, i)) ? "=" : "NULL"),
                    buf_adds(out, stmt_col(st, i));
        }
        buf_printf(out, "\n%s\n", t->table);
    }
    return err ? err : buf_err(out);
}

static void count(const char *table, uint64_t n, bool is_done, void *arg)
{
    *(uint64_t *)arg += is_done ? n : 0;
}

static int everything_is_copied(void)
{
    struct db *a = NULL, *b = NULL;
    const char *table;
    struct buf was, is;
    uint64_t sum = 0;
    int err;

    buf_init(&was, 1u << 20);
    buf_init(&is, 1u << 20);
    CHECK_OK_TO(database_make(&a, rows), out);
    CHECK_OK_TO(database_make(&b, ""), out);
    CHECK_OK_TO(model_copy(a, b, count, &sum, &table), out);
    CHECK_OK_TO(dump(a, &was), out);
    CHECK_OK_TO(dump(b, &is), out);
    if (!slice_eq(buf_slice(&was), buf_slice(&is)))
        fprintf(stderr, "--- was\n%s\n--- is\n%s\n", buf_z(&was), buf_z(&is));
    CHECK_TO(slice_eq(buf_slice(&was), buf_slice(&is)) && sum == 9 + 10, out);
    CHECK_TO(!db_is_in_transaction(a) && !db_is_in_transaction(b), out);
out:
    buf_fini(&was);
    buf_fini(&is);
    mem_deref(a);
    mem_deref(b);
    return err;
}

static int a_target_with_rows_is_refused(void)
{
    struct db *a = NULL, *b = NULL;
    const char *table = "";
    struct buf was, is;
    int err;

    buf_init(&was, 1u << 20);
    buf_init(&is, 1u << 20);
    CHECK_OK_TO(database_make(&a, rows), out);
    CHECK_OK_TO(database_make(&b, "INSERT INTO ps_aors (id) VALUES ('mine')"), out);
    CHECK_OK_TO(dump(b, &was), out);
    err = model_copy(a, b, NULL, NULL, &table);
    CHECK_TO(err == EEXIST || err == ENOMEM, out);
    CHECK_TO(err == ENOMEM || strcmp(table, "ps_aors") == 0, out);
    CHECK_OK_TO(dump(b, &is), out);
    CHECK_TO(slice_eq(buf_slice(&was), buf_slice(&is)), out);
out:
    buf_fini(&was);
    buf_fini(&is);
    mem_deref(a);
    mem_deref(b);
    return err;
}

static int a_failure_in_the_middle_copies_nothing(void)
{
    struct db *a = NULL, *b = NULL;
    const char *table = "";
    int err;

    CHECK_OK_TO(database_make(&a, rows), out);
    CHECK_OK_TO(database_make(&b,
                              "CREATE TRIGGER no BEFORE INSERT ON tones FOR EACH ROW BEGIN SELECT "
                              "RAISE(ABORT, 'no'); END"),
                out);
    err = model_copy(a, b, NULL, NULL, &table);
    CHECK_TO(err && (err == ENOMEM || strcmp(table, "tones") == 0), out);
    CHECK_OK_TO(db_run(b, "DROP TRIGGER no"), out);
    CHECK_OK_TO(model_copy(a, b, NULL, NULL, &table), out); /* it is as empty as it was */
out:
    mem_deref(a);
    mem_deref(b);
    return err;
}

UNIT_TESTS(UNIT_ONCE(everything_is_copied), UNIT_ONCE(a_target_with_rows_is_refused),
           UNIT_ONCE(a_failure_in_the_middle_copies_nothing))
