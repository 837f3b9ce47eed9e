/* sql.c - `station sql`: run what an administrator types, as the manual's recipes are written */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "role/command.h"
#include "role/role.h"
#include "store/db.h"

#define MOST_SQL (64u << 20)

/* A row a line, columns apart by tabs; tabs and line ends inside a value are escaped, NULL is NULL.
 */
static int print_row(struct stmt *s, void *arg)
{
    for (int c = 0; c < stmt_cols(s); c++) {
        struct slice v = stmt_col(s, c);

        if (c > 0)
            putchar('\t');
        if (!slice_is_set(v))
            fputs("NULL", stdout);
        for (size_t i = 0; i < v.len; i++) {
            switch (v.p[i]) {
            case '\t': fputs("\\t", stdout); break;
            case '\n': fputs("\\n", stdout); break;
            case '\\': fputs("\\\\", stdout); break;
            default: putchar(v.p[i]);
            }
        }
    }
    putchar('\n');
    return 0;
}

static int run(struct db *d, struct slice sql)
{
    int err = 0;

    while (!err && slice_trim(sql).len)
        err = db_each(d, &sql, print_row, NULL);
    if (err)
        return command_fail("%s", *db_why(d) ? db_why(d) : strerror(err));
    return fflush(stdout) == 0 ? 0 : command_fail("%s", strerror(errno));
}

static int read_input(struct buf *b)
{
    char part[4096];
    size_t n;

    while ((n = fread(part, 1, sizeof(part), stdin)) > 0)
        buf_add(b, part, n);
    return buf_err(b);
}

int cmd_sql(int argc, char **argv)
{
    const char *state = STATION_STATE_DIR, *query = NULL;
    struct db *d = NULL;
    struct buf input;
    int code;

    for (int i = 1; i < argc; i++) {
        const char *value = NULL;

        if (command_option(argc, argv, &i, "state", &value) && value)
            state = value;
        else if (strncmp(argv[i], "--", 2) != 0 && !query)
            query = argv[i];
        else
            return command_usage("sql");
    }
    buf_init(&input, MOST_SQL);
    code = command_database(&d, state);
    if (!code)
        db_allow_double_quoted(d, true);
    if (!code && !query && read_input(&input) != 0)
        code = command_fail("%s", strerror(buf_err(&input)));
    if (!code)
        code = run(d, query ? slice_of(query) : buf_slice(&input));
    mem_deref(d);
    buf_fini(&input);
    return code;
}
