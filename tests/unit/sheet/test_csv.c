/* sheet/csv.h: nothing that a spreadsheet would run, and back again */
#include "sheet/csv.h"

#include <errno.h>
#include <string.h>

#include "unit.h"

static int cells_are_quoted_and_guarded(void)
{
    static const struct {
        const char *text, *cell;
    } cases[] = {{"101", "101"},
                 {"a;b", "\"a;b\""},
                 {"say \"hi\"", "\"say \"\"hi\"\"\""},
                 {"=1+1", "'=1+1"},
                 {"@SUM(A1)", "'@SUM(A1)"},
                 {"+74951234567", "+74951234567"},
                 {"-5", "-5"},
                 {"-1+2", "'-1+2"},
                 {"+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"},
                 {"\t=1", "\"'\t=1\""},
                 {"", ""}};
    struct buf out;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        buf_init(&out, 1000);
        if (csv_put(&out, ';', true, slice_of(cases[i].text)) == ENOMEM) {
            buf_fini(&out);
            return ENOMEM;
        }
        CHECK(slice_eqz(buf_slice(&out), cases[i].cell));
        buf_fini(&out);
    }
    return 0;
}

/* Cells in brackets, lines with a bar; "?" an error. */
static int read_all(const char *text, struct buf *out)
{
    struct csv_reader r;
    struct buf cell;
    enum csv_what what = CSV_LINE;
    int err = 0;

    buf_init(&cell, CSV_CELL_MAX + 1);
    csv_begin(&r, slice_of(text));
    while (!err && what != CSV_OVER) {
        err = csv_next(&r, &cell, &what);
        if (!err && what == CSV_CELL)
            buf_printf(out, "[%.*s]", SLICE_ARG(buf_slice(&cell)));
        else if (!err && what == CSV_LINE)
            buf_addc(out, '|');
    }
    buf_fini(&cell);
    if (err == EINVAL || err == ENOSPC)
        buf_addc(out, '?');
    return err == ENOMEM ? err : buf_err(out);
}

static int lines_are_read(void)
{
    static const struct {
        const char *text, *cells;
    } cases[] = {{"a;b\r\nc,d;\r\n", "[a][b]|[c,d][]|"},
                 {CSV_BOM "a,b\n\"x,\"\"y\"\"\",2", "[a][b]|[x,\"y\"][2]|"},
                 {"a\tb\n\n", "[a][b]|[]|"},
                 {"'=1;'x", "[=1]['x]|"},
                 {"\"a", "?"},
                 {"\"a\"b", "?"},
                 {";;", "[][][]|"},
                 {"", ""}};
    struct buf out;
    int err;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        buf_init(&out, 1000);
        err = read_all(cases[i].text, &out);
        if (!err)
            CHECK(slice_eqz(buf_slice(&out), cases[i].cells));
        buf_fini(&out);
        if (err)
            return err;
    }
    return 0;
}

UNIT_TESTS(UNIT(cells_are_quoted_and_guarded), UNIT(lines_are_read))
