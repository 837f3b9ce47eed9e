/* sqldump.c - the statements of a dump (sqldump.h) */
#include <errno.h>
#include <string.h>

#include "import/sqldump_inner.h"

#define MOST_TABLES 4096u
#define MOST_ARENA (64u << 20)

/* ---- CREATE TABLE ---- */

static struct table *find_table(const struct sqldump *r, const char *name)
{
    for (struct hash_link *k = hash_first(&r->tables, hash_slice(slice_of(name))); k;
         k = hash_next(k)) {
        struct table *t = CONTAINER_OF(k, struct table, link);

        if (strcmp(t->name, name) == 0)
            return t;
    }
    return NULL;
}

/* r->list becomes the columns of a table. @return 0; ENOMEM */
static int keep_table(struct sqldump *r, const char *name, unsigned count)
{
    struct table *t;

    if (r->table_count == MOST_TABLES || find_table(r, name))
        return 0; /* rows of the 4,097th are refused for want of columns */
    t = arena_alloc(&r->arena, sizeof(*t) + (count + 1) * sizeof(*t->columns));
    if (!t)
        return ENOMEM;
    t->name = arena_strndup(&r->arena, name, strlen(name));
    for (unsigned i = 0; i < count; i++)
        if (!(t->columns[i] = arena_strndup(&r->arena, r->list[i], strlen(r->list[i]))))
            return ENOMEM;
    t->columns[count] = NULL;
    r->table_count++;
    return t->name ? hash_add(&r->tables, &t->link, hash_slice(slice_of(t->name))) : ENOMEM;
}

/* The rest of one definition. @return the byte that ended it: ',' or ')' (taken), or -1 */
static int skip_definition(struct sqldump *r)
{
    int depth = 0;

    for (int c = sqldump_skip_space(r); c >= 0 && c != ';'; c = sqldump_skip_space(r)) {
        sqldump_take(r);
        if (c == '\'' || c == '"' || c == '`')
            sqldump_skip_quoted(r, c);
        else if (c == '(')
            depth++;
        else if (depth == 0 && (c == ',' || c == ')'))
            return c;
        else if (c == ')')
            depth--;
    }
    return -1;
}

static bool is_key_word(const struct sqldump *r)
{
    static const char *const words[] = {"PRIMARY", "UNIQUE",     "KEY",     "INDEX", "FULLTEXT",
                                        "SPATIAL", "CONSTRAINT", "FOREIGN", "CHECK", "PERIOD"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (sqldump_word_is(r, words[i]))
            return true;
    return false;
}

static int add_name(struct sqldump *r, unsigned *count)
{
    r->list[*count] = arena_strndup(&r->names, r->word, strlen(r->word));
    if (!r->list[*count])
        return ENOMEM;
    r->list[++*count] = NULL;
    return 0;
}

/* @return 0; EINVAL (not understood); ENOMEM */
static int take_definitions(struct sqldump *r, unsigned *count)
{
    int c = ',', err = 0;

    if (sqldump_skip_space(r) != '(')
        return EINVAL;
    sqldump_take(r);
    while (!err && c == ',') {
        const bool is_quoted = sqldump_skip_space(r) == '`';

        if (!sqldump_take_word(r) || *count == SQLDUMP_MOST_COLUMNS)
            return EINVAL;
        if (is_quoted || !is_key_word(r))
            err = add_name(r, count);
        c = skip_definition(r);
    }
    return err ? err : c == ')' ? 0 : EINVAL;
}

static int tell_table(struct sqldump *r, const char *name)
{
    r->err = r->args->table ? r->args->table(name, r->at, r->args->arg) : 0;
    return r->err;
}

static int create_table(struct sqldump *r)
{
    char name[SQLDUMP_MOST_NAME + 1];
    unsigned count = 0;
    int err;

    if (!sqldump_take_table_name(r))
        return EINVAL;
    if (sqldump_word_is(r, "IF") &&
        (!sqldump_take_word(r) || !sqldump_take_word(r) || !sqldump_take_table_name(r)))
        return EINVAL; /* IF NOT EXISTS name */
    strcpy(name, r->word);
    err = take_definitions(r, &count);
    if (!err)
        err = keep_table(r, name, count);
    return err ? err : tell_table(r, name);
}

/* ---- INSERT ---- */

static int hand_row(struct sqldump *r, const char *table)
{
    struct sqldump_row row = {.table = table, .columns = r->columns, .values = r->values};
    unsigned known = 0;

    while (r->columns[known])
        known++;
    if (known != r->count)
        return EINVAL;
    for (unsigned i = 0; i < r->count; i++)
        r->values[i] = r->begins[i] > r->ends[i]
                           ? SLICE_NONE
                           : slice_from(buf_z(&r->row) + r->begins[i], r->ends[i] - r->begins[i]);
    row.line = r->at;
    row.is_translated = r->is_translated;
    r->err = r->args->row(&row, r->args->arg);
    return r->err;
}

/* "(a,b)" behind the table's name. @return 0; EINVAL; ENOMEM */
static int take_columns(struct sqldump *r)
{
    unsigned count = 0;
    int err = 0, c = ',';

    sqldump_take(r);
    while (!err && c == ',') {
        if (count == SQLDUMP_MOST_COLUMNS || !sqldump_take_word(r))
            return EINVAL;
        err = add_name(r, &count);
        c = sqldump_skip_space(r);
        sqldump_take(r);
    }
    r->columns = r->list;
    return err ? err : c == ')' ? 0 : EINVAL;
}

static int take_rows(struct sqldump *r, const char *table)
{
    int err = 0, c = ',';

    while (!err && c == ',') {
        if (sqldump_skip_space(r) != '(')
            return EINVAL;
        r->at = r->line;
        sqldump_take(r);
        err = sqldump_take_row(r);
        if (!err)
            err = hand_row(r, table);
        if (err)
            break;
        c = sqldump_skip_space(r);
        sqldump_take(r);
    }
    return err ? err : c == ';' || c < 0 ? 0 : EINVAL;
}

static int insert(struct sqldump *r)
{
    char name[SQLDUMP_MOST_NAME + 1];
    struct table *t;
    int err = 0;

    do
        if (!sqldump_take_word(r))
            return EINVAL;
    while (sqldump_word_is(r, "LOW_PRIORITY") || sqldump_word_is(r, "DELAYED") ||
           sqldump_word_is(r, "IGNORE"));
    if (!sqldump_word_is(r, "INTO") || !sqldump_take_table_name(r))
        return EINVAL;
    strcpy(name, r->word);
    t = find_table(r, name);
    r->columns = t ? t->columns : NULL;
    if (sqldump_skip_space(r) == '(')
        err = take_columns(r);
    if (!err &&
        (!sqldump_take_word(r) || (!sqldump_word_is(r, "VALUES") && !sqldump_word_is(r, "VALUE"))))
        err = EINVAL;
    if (!err && !r->columns)
        err = ENOENT;
    if (!err)
        err = tell_table(r, name);
    return err ? err : take_rows(r, name);
}

/* ---- statements ---- */

/* What mysqldump writes around the rows. */
static bool is_machinery(const struct sqldump *r)
{
    static const char *const words[] = {"DROP", "LOCK",   "UNLOCK", "SET",      "ALTER",
                                        "USE",  "COMMIT", "START",  "DATABASE", "SCHEMA"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (sqldump_word_is(r, words[i]))
            return true;
    return false;
}

/* DELIMITER ;; ... DELIMITER ;: bodies of procedures and triggers. */
static void skip_programs(struct sqldump *r)
{
    char line[12];

    sqldump_complain(r, SLICE("DELIMITER"), false, "процедуры и триггеры не переносятся",
                     "procedures and triggers are not taken");
    sqldump_skip_line(r);
    for (int c = sqldump_peek(r); c >= 0; c = sqldump_peek(r)) {
        size_t len = 0;

        while (len < sizeof(line) - 1 && c >= 0 && c != '\n') {
            line[len++] = (char)sqldump_take(r);
            c = sqldump_peek(r);
        }
        line[len] = '\0';
        sqldump_skip_line(r);
        if (slice_caseeqz(slice_trim(slice_of(line)), "DELIMITER ;"))
            return;
    }
}

/* A row that cannot be read ends its statement: where the next one begins is not known. */
static int give_up(struct sqldump *r, const char *what, int err)
{
    if (r->err)
        return r->err;
    if (err == EINVAL)
        sqldump_complain(r, slice_of(what), true,
                         "запись не разобрана; остаток этой команды не взят",
                         "the row cannot be read; the rest of this statement is not taken");
    else if (err == ENOENT)
        sqldump_complain(r, slice_of(what), true, "столбцы таблицы неизвестны: нет CREATE TABLE",
                         "the table's columns are not known: there is no CREATE TABLE");
    else if (err == ENOSPC)
        sqldump_complain(r, slice_of(what), true,
                         "запись длиннее 16 МиБ; остаток этой команды не взят",
                         "a row longer than 16 MiB; the rest of this statement is not taken");
    else
        return err;
    return 0;
}

static int take_create(struct sqldump *r)
{
    int err = EINVAL;

    if (sqldump_take_word(r) && sqldump_word_is(r, "TEMPORARY"))
        sqldump_take_word(r);
    if (sqldump_word_is(r, "TABLE"))
        err = give_up(r, "CREATE TABLE", create_table(r));
    else if (is_machinery(r))
        err = 0;
    else
        err = give_up(r, r->word, EINVAL);
    sqldump_skip_statement(r);
    return err;
}

static int take_statement(struct sqldump *r)
{
    int err = 0;

    arena_fini(&r->names);
    arena_init(&r->names, MOST_ARENA);
    if (sqldump_skip_space(r) == ';') {
        sqldump_take(r);
        return 0;
    }
    r->at = r->line;
    if (!sqldump_take_word(r)) {
        sqldump_complain(r, SLICE(""), true, "это не SQL", "this is not SQL");
        sqldump_skip_statement(r);
        return 0;
    }
    if (sqldump_word_is(r, "CREATE"))
        return take_create(r);
    if (sqldump_word_is(r, "DELIMITER")) {
        skip_programs(r);
        return 0;
    }
    if (sqldump_word_is(r, "INSERT") || sqldump_word_is(r, "REPLACE")) {
        err = insert(r);
        if (err)
            sqldump_skip_statement(r);
        return give_up(r, "INSERT", err);
    }
    if (sqldump_word_is(r, "SET"))
        sqldump_take_word(r); /* SET NAMES without a comment around it */
    if (sqldump_word_is(r, "NAMES") && sqldump_take_word(r))
        r->is_cp1251 = sqldump_word_is(r, "cp1251");
    else if (!is_machinery(r) && r->word[0] && !sqldump_word_is(r, "NAMES"))
        sqldump_complain(r, slice_of(r->word), false, "команда SQL не выполняется",
                         "the SQL statement is not run");
    sqldump_skip_statement(r);
    return 0;
}

static int read_all(struct sqldump *r)
{
    int err = 0;

    r->line = 1;
    arena_init(&r->arena, MOST_ARENA);
    arena_init(&r->names, MOST_ARENA);
    hash_init(&r->tables);
    buf_init(&r->row, SQLDUMP_MOST_ROW);
    buf_init(&r->one, SQLDUMP_MOST_ROW);
    if (sqldump_peek(r) == 0xef) /* a mark of UTF-8 */
        for (int i = 0; i < 3; i++)
            sqldump_take(r);
    while (!err && sqldump_skip_space(r) >= 0)
        err = take_statement(r);
    if (!err)
        err = r->err;
    buf_fini(&r->row);
    buf_fini(&r->one);
    hash_fini(&r->tables);
    arena_fini(&r->names);
    arena_fini(&r->arena);
    return err;
}

int sqldump_read(int fd, const struct sqldump_args *args)
{
    struct sqldump *r = mem_zalloc(sizeof(*r));
    int err = ENOMEM;

    if (!r)
        return ENOMEM;
    r->chunk = mem_zalloc(SQLDUMP_CHUNK);
    r->args = args;
    r->fd = fd;
    if (r->chunk)
        err = read_all(r);
    mem_free(r->chunk);
    mem_free(r);
    return err;
}

int sqldump_parse(struct slice text, const struct sqldump_args *args)
{
    struct sqldump *r = mem_zalloc(sizeof(*r));
    int err;

    if (!r)
        return ENOMEM;
    r->args = args;
    r->fd = -1;
    r->text = text;
    err = read_all(r);
    mem_free(r);
    return err;
}
