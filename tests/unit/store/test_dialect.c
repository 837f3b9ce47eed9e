/* test_dialect.c - our SQL in MariaDB's words, and the line that names a server */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/dialect.h"
#include "store/where.h"
#include "unit.h"

static int each_difference_is_translated(void)
{
    static const struct {
        const char *ours, *theirs, *values;
    } cases[] = {
        {"SELECT 1", "SELECT 1", ""},
        {"a=? AND b=?", "a=? AND b=?", "12"},
        {"(?1,?1,?2)", "(?,?,?)", "112"},
        {"a IS ?3 AND b=?1", "a <=> ? AND b=?", "31"},
        {"a IS NULL", "a IS NULL", ""},
        {"'?1 IS ?' || \"?2\" -- ?\n?1", "'?1 IS ?' || \"?2\" -- ?\n?", "1"},
        {"VALUES (datetime('now', 'localtime'))", "VALUES (now())", ""},
        {"id INTEGER PRIMARY KEY AUTOINCREMENT", "id BIGINT PRIMARY KEY AUTO_INCREMENT", ""},
        {"id VARCHAR(255) NOT NULL UNIQUE", "id VARCHAR(255) NOT NULL UNIQUE", ""},
        {"a VARCHAR(40) DEFAULT NULL, b", "a TEXT DEFAULT NULL, b", ""},
        {"a VARCHAR(80) NOT NULL DEFAULT ''", "a VARCHAR(80) NOT NULL DEFAULT ''", ""},
        {"file VARCHAR(512) NOT NULL DEFAULT ''", "file VARCHAR(512) NOT NULL DEFAULT ''",
         ""}, /* indexed */
        {"group_uuid VARCHAR(36) DEFAULT NULL, b", "group_uuid VARCHAR(36) DEFAULT NULL, b", ""},
        {"DEFAULT (lower(hex(randomblob(4))||')')), x", "DEFAULT (uuid()), x", ""},
        {"INSERT OR IGNORE INTO t", "INSERT IGNORE INTO t", ""},
        {"x ON CONFLICT (id) DO UPDATE SET a=?2", "x ON DUPLICATE KEY UPDATE a=?", "2"},
    };
    int err = 0;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]) && !err; i++) {
        struct dialect to;
        char values[DIALECT_VALUES + 1] = "";

        buf_init(&to.sql, 1000);
        err = dialect_translate(&to, cases[i].ours);
        for (unsigned k = 0; !err && k < to.count; k++)
            values[k] = (char)('0' + to.value[k]);
        if (!err)
            CHECK_TO(strcmp(buf_z(&to.sql), cases[i].theirs) == 0 &&
                         strcmp(values, cases[i].values) == 0,
                     out);
    out:
        buf_fini(&to.sql);
    }
    return err;
}

static int too_many_values_are_refused(void)
{
    struct dialect to;
    char sql[2 * DIALECT_VALUES + 3];
    int err;

    for (size_t i = 0; i < sizeof(sql) - 1; i++)
        sql[i] = i % 2 ? ',' : '?';
    sql[sizeof(sql) - 1] = '\0';
    buf_init(&to.sql, 1000);
    err = dialect_translate(&to, sql);
    buf_fini(&to.sql);
    CHECK(err == EINVAL || err == ENOMEM);
    return err == ENOMEM ? err : 0;
}

static int statements_are_cut_at_their_ends(void)
{
    struct slice all = SLICE(" a \";\" '; '';' `;` -- ;\n /* ; */ b; c ;");
    struct slice one = dialect_cut(all, &all);

    CHECK(slice_eqz(one, "a \";\" '; '';' `;` -- ;\n /* ; */ b"));
    CHECK(slice_eqz(dialect_cut(all, &all), "c"));
    CHECK(slice_eqz(dialect_cut(all, &all), "") && all.len == 0);
    all = SLICE("never ' closed ;");
    CHECK(slice_eqz(dialect_cut(all, &all), "never ' closed ;") && all.len == 0);
    return 0;
}

static int a_server_s_line_is_read(void)
{
    struct db_server s;
    struct db_where w = {.text = "mysql://st%40r:p%2Fw:x@10.0.0.7:3307/pbx?tls=no"};

    CHECK(db_server_parse(&s, w.text) == 0);
    CHECK(strcmp(s.user, "st@r") == 0 && strcmp(s.password, "p/w:x") == 0);
    CHECK(strcmp(s.host, "10.0.0.7") == 0 && s.port == 3307 && strcmp(s.name, "pbx") == 0);
    CHECK(!s.is_tls && !*s.socket);
    CHECK(db_where_check(&w) == 0 && w.is_server && !strstr(w.shown, "p/w"));
    CHECK(db_server_parse(&s, "mysql://u@[::1]/d") == 0 && strcmp(s.host, "::1") == 0 && !s.is_tls);
    CHECK(db_server_parse(&s, "mysql://u@db.office.ru/d") == 0 && s.is_tls);
    CHECK(db_server_parse(&s, "mysql://u@localhost/d?socket=/run/x") == 0);
    CHECK(strcmp(s.socket, "/run/x") == 0 && !s.is_tls);
    CHECK(db_server_parse(&s, "mysql://u@127.0.0.1/d?ca=/etc/ca.pem") == 0 && s.is_tls);
    return 0;
}

static int a_wrong_line_is_refused(void)
{
    static const char *const lines[] = {"",
                                        "mysql://",
                                        "mysql://host/d",
                                        "mysql://u@h",
                                        "mysql://u@h/",
                                        "http://u@h/d",
                                        "mysql://u@h:0/d",
                                        "mysql://u@h:99999/d",
                                        "mysql://u@h/d?x=1",
                                        "mysql://u@h/d?tls=maybe",
                                        "mysql://%zz@h/d",
                                        "mysql://u@h/a`b",
                                        "mysql://u%0a@h/d",
                                        "mysql://u@[::1]x3306/d"};
    struct db_server s;

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        CHECK(db_server_parse(&s, lines[i]) == EINVAL);
    return 0;
}

UNIT_TESTS(UNIT(each_difference_is_translated), UNIT(too_many_values_are_refused),
           UNIT_ONCE(statements_are_cut_at_their_ends), UNIT_ONCE(a_server_s_line_is_read),
           UNIT_ONCE(a_wrong_line_is_refused))
