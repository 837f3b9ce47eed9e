/* test_sqldump.c - what mysqldump writes, read row by row */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../unit.h"
#include "base/buf.h"
#include "base/mem.h"
#include "import/sqldump.h"

struct seen {
    struct buf rows; /* "table:column=value column=NULL;" */
    unsigned count, troubles, wrong;
    int answer;
    uint64_t bytes;
};

static int on_row(const struct sqldump_row *row, void *arg)
{
    struct seen *s = arg;

    s->count++;
    if (buf_err(&s->rows) == 0 && s->rows.len < 4096) {
        buf_printf(&s->rows, "%s:", row->table);
        for (unsigned i = 0; row->columns[i]; i++)
            buf_printf(&s->rows, "%s=%.*s|", row->columns[i],
                       row->values[i].p ? (int)row->values[i].len : 4,
                       row->values[i].p ? row->values[i].p : "NULL");
    }
    return s->answer;
}

static void on_trouble(uint32_t line, struct slice what, bool is_wrong, const char *ru,
                       const char *en, void *arg)
{
    struct seen *s = arg;

    s->troubles++;
    s->wrong += is_wrong;
}

static void on_progress(uint64_t bytes, void *arg)
{
    ((struct seen *)arg)->bytes = bytes;
}

static int read_text(struct seen *s, struct slice text)
{
    const struct sqldump_args args = {
        .row = on_row, .trouble = on_trouble, .progress = on_progress, .arg = s};
    int err;

    *s = (struct seen){.answer = s->answer};
    buf_init(&s->rows, 1u << 20);
    err = sqldump_parse(text, &args);
    return err ? err : buf_err(&s->rows);
}

static int rows_are_read_with_their_columns(void)
{
    static const struct {
        const char *text, *rows;
        unsigned wrong;
    } cases[] = {
        {"CREATE TABLE `t` (`a` int, b varchar(3) DEFAULT 'x,)', PRIMARY KEY (`a`,`b`));"
         "INSERT INTO `t` VALUES (1,'x'),(NULL,'');",
         "t:a=1|b=x|t:a=NULL|b=|", 0},
        {"insert into d.t (a, `b c`) values (-1.5e3, 'it''s');", "t:a=-1.5e3|b c=it's|", 0},
        {"REPLACE INTO t (a) VALUE ('\\'\\\"\\\\\\n\\t\\Z\\%');", "t:a='\"\\\n\t\x1a%|", 0},
        {"INSERT IGNORE INTO t (a,b,c) VALUES (0x4142,x'43',_utf8'd');", "t:a=AB|b=C|c=d|", 0},
        {"INSERT INTO t (a) VALUES (TRUE),(false)", "t:a=1|t:a=0|", 0},
        {"/* ; */ -- ;\n# ;\nINSERT/*!40000 x */INTO t (a) VALUES (1 /* 2 */);", "t:a=1|", 0},
        {"CREATE TABLE IF NOT EXISTS t (`key` int, KEY k (`key`)); INSERT INTO t VALUES (1);",
         "t:key=1|", 0},
        {"SET NAMES cp1251; INSERT INTO t (a) VALUES ('\xcf\xf0\xe8');", "t:a=При|", 0},
        {"/*!40101 SET NAMES utf8 */; INSERT INTO t (a) VALUES ('\xc8\xe2');", "t:a=Ив|", 0},
        {"INSERT INTO t (a) VALUES (1),(f(2)),(3); INSERT INTO t (a) VALUES (4);", "t:a=1|t:a=4|",
         1},
        {"INSERT INTO t (a,b) VALUES (1);", "", 1},
        {"INSERT INTO t VALUES (1);", "", 1},
        {"INSERT INTO t (a) VALUES ('no end", "", 1},
        {"INSERT INTO t (a) VALUES (0x4);", "", 1},
        {"CREATE TABLE t (", "", 1},
        {"INSERT INTO t (a,b,c) VALUES (b'101',B'0',_binary '\\\\x');", "t:a=5|b=0|c=\\x|", 0},
        {"INSERT INTO t (a) VALUES (b'2');", "", 1},
        {"INSERT INTO t (a) VALUES\r\n('1'),\r\n('2');\r\n", "t:a=1|t:a=2|", 0},
        {"UPDATE t SET a=1; DROP TABLE t; LOCK TABLES t WRITE;", "", 0},
    };
    struct seen s = {.answer = 0};
    int err = 0;

    for (size_t i = 0; !err && i < sizeof(cases) / sizeof(cases[0]); i++) {
        CHECK_OK_TO(read_text(&s, slice_of(cases[i].text)), out);
        if (strcmp(buf_z(&s.rows), cases[i].rows) != 0 && !unit_is_rerun())
            fprintf(stderr, "case %zu: %s\n", i, buf_z(&s.rows));
        CHECK_TO(strcmp(buf_z(&s.rows), cases[i].rows) == 0, out);
        CHECK_TO(s.wrong == cases[i].wrong, out);
        buf_fini(&s.rows);
    }
out:
    buf_fini(&s.rows);
    return err;
}

/* What mysqldump writes in comments and between delimiters is not there without a word. */
static int views_and_triggers_are_named(void)
{
    static const char text[] =
        "/*!50001 CREATE VIEW `v` AS SELECT 1 AS `a`*/;\n"
        "/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013 DEFINER=`r`@`h` SQL SECURITY DEFINER */\n"
        "/*!50001 VIEW `v` AS select 1 AS `a` */;\n"
        "DELIMITER ;;\r\n/*!50003 CREATE*/ /*!50003 TRIGGER t BEFORE INSERT ON a FOR EACH ROW "
        "BEGIN INSERT INTO a VALUES (1); END */;;\r\nDELIMITER ;\r\n"
        "INSERT INTO t (a) VALUES (1);";
    struct seen s = {.answer = 0};
    int err;

    CHECK_OK_TO(read_text(&s, slice_of(text)), out);
    CHECK_TO(s.troubles == 2 && s.wrong == 0 && s.count == 1, out);
out:
    buf_fini(&s.rows);
    return err;
}

static int what_a_handler_says_ends_the_reading(void)
{
    struct seen s = {.answer = ENOSPC};
    int err =
        read_text(&s, SLICE("INSERT INTO t (a) VALUES (1),(2); INSERT INTO t (a) VALUES (3);"));

    buf_fini(&s.rows);
    if (err == ENOMEM)
        return err;
    CHECK(err == ENOSPC && s.count == 1 && s.troubles == 0);
    return 0;
}

/* Lines of any length: mysqldump writes a table's rows into one. */
static int a_long_dump_needs_little_memory(void)
{
    const struct sqldump_args args = {.row = on_row, .progress = on_progress, .arg = NULL};
    struct sqldump_args with = args;
    struct seen s = {.answer = 0};
    char path[] = "/tmp/station-dump-XXXXXX";
    int fd = mkstemp(path), err = fd < 0 ? errno : 0;
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w+e");

    buf_init(&s.rows, 1u << 20);
    CHECK_TO(f && unlink(path) == 0, out);
    fputs("INSERT INTO t (a,b) VALUES (0,'')", f);
    for (int i = 1; i < 300000; i++)
        fprintf(f, ",(%d,'some text of a row that is not short')", i);
    fputs(";\n", f);
    CHECK_TO(fflush(f) == 0 && lseek(fd, 0, SEEK_SET) == 0, out);
    with.arg = &s;
    CHECK_OK_TO(sqldump_read(fd, &with), out);
    CHECK_TO(s.count == 300000 && s.bytes > (8u << 20), out);
out:
    if (f)
        fclose(f);
    buf_fini(&s.rows);
    return err;
}

static int a_row_has_a_ceiling(void)
{
    struct seen s = {.answer = 0};
    struct buf text;
    int err;

    buf_init(&text, 40u << 20);
    buf_addz(&text, "INSERT INTO t (a) VALUES ('");
    for (int i = 0; i < (17 << 20) / 64; i++)
        buf_addz(&text, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
    buf_addz(&text, "'),('x');INSERT INTO t (a) VALUES ('y');");
    CHECK_OK_TO(buf_err(&text), out);
    CHECK_OK_TO(read_text(&s, buf_slice(&text)), out);
    CHECK_TO(s.wrong == 1 && s.count == 1 && strcmp(buf_z(&s.rows), "t:a=y|") == 0, out);
out:
    buf_fini(&s.rows);
    buf_fini(&text);
    return err;
}

UNIT_TESTS(UNIT(views_and_triggers_are_named), UNIT(rows_are_read_with_their_columns),
           UNIT(what_a_handler_says_ends_the_reading), UNIT_ONCE(a_long_dump_needs_little_memory),
           UNIT_ONCE(a_row_has_a_ceiling))
