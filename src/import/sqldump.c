/* sqldump.c - see sqldump.h */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "import/sqldump.h"
#include "import/text.h"

#define CHUNK (64u << 10)
#define MOST_ROW (16u << 20)
#define MOST_NAME 128
#define MOST_TABLES 4096u
#define MOST_ARENA (64u << 20)
#define MOST_WHAT 100u
#define PROGRESS_BYTES ((uint64_t)4 << 20)

/* A table that the dump made. */
struct table {
    struct hash_link link;
    const char *name;
    const char *columns[]; /* NULL-terminated */
};

struct reader {
    const struct sqldump_args *args;
    int fd; /* -1: all is in text */
    char *chunk;
    struct slice text; /* what is left of it */
    int held;          /* a byte given back; 0: none */
    uint64_t bytes, told;
    uint32_t line;
    int err; /* of read or a handler; sticks, and ends the text */

    struct arena arena;
    struct hash tables;
    uint32_t table_count;
    bool is_cp1251;

    /* of the statement under way */
    char word[MOST_NAME + 1];
    const char *list[SQLDUMP_MOST_COLUMNS + 1];
    const char *const *columns;
    struct arena names;
    uint32_t at;
    /* of the row under way */
    struct buf row, one;
    size_t begins[SQLDUMP_MOST_COLUMNS], ends[SQLDUMP_MOST_COLUMNS]; /* begin > end: NULL */
    struct slice values[SQLDUMP_MOST_COLUMNS];
    unsigned count;
    bool is_translated, is_binary;
};

/* ---- bytes ---- */

static bool refill(struct reader *r)
{
    ssize_t n;

    if (r->fd < 0 || r->err)
        return false;
    n = read(r->fd, r->chunk, CHUNK);
    if (n < 0)
        r->err = errno;
    if (n <= 0)
        return false;
    r->text = slice_from(r->chunk, (size_t)n);
    r->bytes += (size_t)n;
    if (r->args->progress && r->bytes - r->told >= PROGRESS_BYTES) {
        r->told = r->bytes;
        r->args->progress(r->bytes, r->args->arg);
    }
    return true;
}

/* The next byte without taking it; -1 at the end. */
static int peek(struct reader *r)
{
    if (r->held)
        return r->held;
    return r->text.len || refill(r) ? (unsigned char)*r->text.p : -1;
}

static int take(struct reader *r)
{
    int c = peek(r);

    if (c < 0)
        return -1;
    if (r->held) {
        r->held = 0;
        return c;
    }
    r->text = slice_skip(r->text, 1);
    r->line += c == '\n';
    return c;
}

static bool take_if(struct reader *r, int c)
{
    if (peek(r) != c)
        return false;
    take(r);
    return true;
}

static void complain(struct reader *r, struct slice what, bool is_wrong, const char *ru,
                     const char *en)
{
    if (r->args->trouble)
        r->args->trouble(r->at, what, is_wrong, ru, en, r->args->arg);
}

/* ---- space and comments ---- */

static void skip_line(struct reader *r)
{
    int c;

    do
        c = take(r);
    while (c >= 0 && c != '\n');
}

/* In a comment of conditions: "SET NAMES utf8". */
static void note_charset(struct reader *r, struct slice text)
{
    static const char words[] = "SET NAMES ";

    for (; text.len >= sizeof(words) - 1; text = slice_skip(text, 1))
        if (slice_casestarts(text, slice_of(words))) {
            text = slice_trim(slice_skip(text, sizeof(words) - 1));
            r->is_cp1251 = slice_casestarts(text, SLICE("cp1251"));
            return;
        }
}

/* Behind the opening slash and star, up to the closing ones. */
static void skip_comment(struct reader *r)
{
    struct buf head;
    int c = take(r), last = 0;

    buf_init(&head, 200);
    while (c >= 0 && !(last == '*' && c == '/')) {
        if (!buf_err(&head))
            buf_addc(&head, (char)c);
        last = c;
        c = take(r);
    }
    note_charset(r, buf_slice(&head));
    buf_fini(&head);
}

/* To the next byte that says something. @return it, or -1 */
static int skip_space(struct reader *r)
{
    for (;;) {
        int c = peek(r);

        if (c == '#') {
            skip_line(r);
        } else if (c == '-' || c == '/') {
            take(r);
            if (!take_if(r, c == '-' ? '-' : '*')) {
                r->held = c;
                return c;
            }
            if (c == '-')
                skip_line(r);
            else
                skip_comment(r);
        } else if (c >= 0 && (isspace(c) || c == '\0')) {
            take(r);
        } else {
            return c;
        }
    }
}

static void skip_quoted(struct reader *r, int quote)
{
    int c;

    while ((c = take(r)) >= 0 && c != quote)
        if (c == '\\' && quote != '`')
            take(r);
}

/* To behind the ; of this statement. */
static void skip_statement(struct reader *r)
{
    for (int c = skip_space(r); c >= 0; c = skip_space(r)) {
        take(r);
        if (c == '\'' || c == '"' || c == '`')
            skip_quoted(r, c);
        else if (c == ';')
            return;
    }
}

/* ---- words ---- */

static bool is_word_byte(int c)
{
    return c >= 0 && (isalnum(c) || c == '_' || c == '$' || c >= 0x80);
}

/* A word, or a name in backquotes, into r->word. @return false: there is none, or it is too long */
static bool take_word(struct reader *r)
{
    int quote = skip_space(r);
    size_t len = 0;

    if (quote != '`' && quote != '"')
        quote = 0;
    else
        take(r);
    while (quote ? peek(r) >= 0 && peek(r) != quote : is_word_byte(peek(r))) {
        int c = take(r);

        if (len == MOST_NAME || c == 0)
            return false;
        r->word[len++] = (char)c;
    }
    r->word[len] = '\0';
    if (quote && !take_if(r, quote))
        return false;
    return len > 0;
}

static bool word_is(const struct reader *r, const char *text)
{
    return slice_caseeqz(slice_of(r->word), text);
}

/* A table's name, without the database's in front of it. */
static bool take_table_name(struct reader *r)
{
    bool is_there = take_word(r);

    while (is_there && skip_space(r) == '.') {
        take(r);
        is_there = take_word(r);
    }
    return is_there;
}

/* ---- CREATE TABLE ---- */

static struct table *find_table(const struct reader *r, const char *name)
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
static int keep_table(struct reader *r, const char *name, unsigned count)
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
static int skip_definition(struct reader *r)
{
    int depth = 0;

    for (int c = skip_space(r); c >= 0 && c != ';'; c = skip_space(r)) {
        take(r);
        if (c == '\'' || c == '"' || c == '`')
            skip_quoted(r, c);
        else if (c == '(')
            depth++;
        else if (depth == 0 && (c == ',' || c == ')'))
            return c;
        else if (c == ')')
            depth--;
    }
    return -1;
}

static bool is_key_word(const struct reader *r)
{
    static const char *const words[] = {"PRIMARY", "UNIQUE",     "KEY",     "INDEX", "FULLTEXT",
                                        "SPATIAL", "CONSTRAINT", "FOREIGN", "CHECK", "PERIOD"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (word_is(r, words[i]))
            return true;
    return false;
}

static int add_name(struct reader *r, unsigned *count)
{
    r->list[*count] = arena_strndup(&r->names, r->word, strlen(r->word));
    if (!r->list[*count])
        return ENOMEM;
    r->list[++*count] = NULL;
    return 0;
}

/* @return 0; EINVAL (not understood); ENOMEM */
static int take_definitions(struct reader *r, unsigned *count)
{
    int c = ',', err = 0;

    if (skip_space(r) != '(')
        return EINVAL;
    take(r);
    while (!err && c == ',') {
        const bool is_quoted = skip_space(r) == '`';

        if (!take_word(r) || *count == SQLDUMP_MOST_COLUMNS)
            return EINVAL;
        if (is_quoted || !is_key_word(r))
            err = add_name(r, count);
        c = skip_definition(r);
    }
    return err ? err : c == ')' ? 0 : EINVAL;
}

static int tell_table(struct reader *r, const char *name)
{
    r->err = r->args->table ? r->args->table(name, r->at, r->args->arg) : 0;
    return r->err;
}

static int create_table(struct reader *r)
{
    char name[MOST_NAME + 1];
    unsigned count = 0;
    int err;

    if (!take_table_name(r))
        return EINVAL;
    if (word_is(r, "IF") && (!take_word(r) || !take_word(r) || !take_table_name(r)))
        return EINVAL; /* IF NOT EXISTS name */
    strcpy(name, r->word);
    err = take_definitions(r, &count);
    if (!err)
        err = keep_table(r, name, count);
    return err ? err : tell_table(r, name);
}

/* ---- values ---- */

static int take_escape(struct reader *r)
{
    int c = take(r);

    switch (c) {
    case '0': return 0;
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'b': return '\b';
    case 'Z': return 26;
    default: return c;
    }
}

/* Behind the opening quote. @return 0; EINVAL (the dump ends inside) */
static int take_string(struct reader *r, int quote)
{
    for (;;) {
        int c = take(r);

        if (c == quote && !take_if(r, quote))
            return 0;
        if (c == '\\')
            c = take_escape(r);
        if (c < 0)
            return EINVAL;
        buf_addc(&r->one, (char)c);
    }
}

static int hex_of(int c)
{
    return c >= '0' && c <= '9' ? c - '0' : isxdigit(c) ? (c | 32) - 'a' + 10 : -1;
}

static int add_hex(struct reader *r, struct slice digits)
{
    if (digits.len % 2)
        return EINVAL;
    for (size_t i = 0; i < digits.len; i += 2) {
        int high = hex_of((unsigned char)digits.p[i]), low = hex_of((unsigned char)digits.p[i + 1]);

        if (high < 0 || low < 0)
            return EINVAL;
        buf_addc(&r->one, (char)(high * 16 + low));
    }
    return 0;
}

/* 0x...: digits of any number. */
static int take_hex(struct reader *r)
{
    while (isxdigit(peek(r))) {
        char pair[2] = {(char)take(r), 0};

        if (!isxdigit(peek(r)))
            return EINVAL;
        pair[1] = (char)take(r);
        add_hex(r, slice_from(pair, 2));
    }
    return 0;
}

/* x'0aff' */
static int take_hex_string(struct reader *r)
{
    struct buf digits;
    int err;

    take(r);
    err = take_string(r, '\'');
    digits = r->one;
    buf_init(&r->one, MOST_ROW);
    if (!err)
        err = add_hex(r, buf_slice(&digits));
    buf_fini(&digits);
    return err;
}

/* A bare word: NULL, TRUE, FALSE, a number, or what stands before a string.
   @return 0; EINVAL */
static int take_bare(struct reader *r, bool *is_null)
{
    size_t len = 0;

    while (is_word_byte(peek(r)) || peek(r) == '.' || peek(r) == '-' || peek(r) == '+') {
        if (len == MOST_NAME)
            return EINVAL;
        r->word[len++] = (char)take(r);
        if (len == 2 && r->word[0] == '0' && (r->word[1] | 32) == 'x') {
            r->is_binary = true;
            return take_hex(r);
        }
    }
    r->word[len] = '\0';
    if (word_is(r, "NULL"))
        *is_null = true;
    else if (word_is(r, "TRUE") || word_is(r, "FALSE"))
        buf_addc(&r->one, (r->word[0] | 32) == 't' ? '1' : '0');
    else if (word_is(r, "x") && peek(r) == '\'') {
        r->is_binary = true;
        return take_hex_string(r);
    } else if (r->word[0] == '_' && skip_space(r) == '\'') {
        r->is_binary = word_is(r, "_binary");
        take(r);
        return take_string(r, '\'');
    } else if (len && strspn(r->word, "0123456789.eE+-") == len)
        buf_add(&r->one, r->word, len);
    else
        return EINVAL;
    return 0;
}

static int keep_value(struct reader *r, bool is_null, bool is_text)
{
    int err = buf_err(&r->one);

    r->begins[r->count] = r->row.len;
    if (!err && is_text && !r->is_binary &&
        (r->is_cp1251 || !import_text_is_utf8(buf_slice(&r->one)))) {
        r->is_translated = true;
        import_text_cp1251(buf_slice(&r->one), &r->row);
    } else {
        buf_add(&r->row, buf_z(&r->one), r->one.len);
    }
    r->ends[r->count] = r->row.len;
    if (is_null) {
        r->begins[r->count] = 1;
        r->ends[r->count] = 0;
    }
    r->count++;
    return err ? err : buf_err(&r->row);
}

static int take_value(struct reader *r)
{
    int c = skip_space(r), err;
    bool is_null = false;

    if (r->count == SQLDUMP_MOST_COLUMNS)
        return EINVAL;
    buf_reset(&r->one);
    r->is_binary = false;
    if (c == '\'' || c == '"') {
        take(r);
        err = take_string(r, c);
    } else {
        err = take_bare(r, &is_null);
    }
    return err ? err : keep_value(r, is_null, !is_null);
}

/* ---- INSERT ---- */

/* Behind the opening bracket. @return 0; EINVAL; ENOSPC (too long); ENOMEM */
static int take_row(struct reader *r)
{
    int err = 0, c = ',';

    buf_reset(&r->row);
    r->count = 0;
    r->is_translated = false;
    while (!err && c == ',') {
        err = take_value(r);
        if (err)
            break;
        c = skip_space(r);
        if (c != ',' && c != ')')
            return EINVAL;
        take(r);
    }
    return err;
}

static int hand_row(struct reader *r, const char *table)
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
static int take_columns(struct reader *r)
{
    unsigned count = 0;
    int err = 0, c = ',';

    take(r);
    while (!err && c == ',') {
        if (count == SQLDUMP_MOST_COLUMNS || !take_word(r))
            return EINVAL;
        err = add_name(r, &count);
        c = skip_space(r);
        take(r);
    }
    r->columns = r->list;
    return err ? err : c == ')' ? 0 : EINVAL;
}

static int take_rows(struct reader *r, const char *table)
{
    int err = 0, c = ',';

    while (!err && c == ',') {
        if (skip_space(r) != '(')
            return EINVAL;
        r->at = r->line;
        take(r);
        err = take_row(r);
        if (!err)
            err = hand_row(r, table);
        if (err)
            break;
        c = skip_space(r);
        take(r);
    }
    return err ? err : c == ';' || c < 0 ? 0 : EINVAL;
}

static int insert(struct reader *r)
{
    char name[MOST_NAME + 1];
    struct table *t;
    int err = 0;

    do
        if (!take_word(r))
            return EINVAL;
    while (word_is(r, "LOW_PRIORITY") || word_is(r, "DELAYED") || word_is(r, "IGNORE"));
    if (!word_is(r, "INTO") || !take_table_name(r))
        return EINVAL;
    strcpy(name, r->word);
    t = find_table(r, name);
    r->columns = t ? t->columns : NULL;
    if (skip_space(r) == '(')
        err = take_columns(r);
    if (!err && (!take_word(r) || (!word_is(r, "VALUES") && !word_is(r, "VALUE"))))
        err = EINVAL;
    if (!err && !r->columns)
        err = ENOENT;
    if (!err)
        err = tell_table(r, name);
    return err ? err : take_rows(r, name);
}

/* ---- statements ---- */

/* What mysqldump writes around the rows. */
static bool is_machinery(const struct reader *r)
{
    static const char *const words[] = {"DROP", "LOCK",   "UNLOCK", "SET",      "ALTER",
                                        "USE",  "COMMIT", "START",  "DATABASE", "SCHEMA"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (word_is(r, words[i]))
            return true;
    return false;
}

/* DELIMITER ;; ... DELIMITER ;: bodies of procedures and triggers. */
static void skip_programs(struct reader *r)
{
    char line[12];

    complain(r, SLICE("DELIMITER"), false, "процедуры и триггеры не переносятся",
             "procedures and triggers are not taken");
    skip_line(r);
    for (int c = peek(r); c >= 0; c = peek(r)) {
        size_t len = 0;

        while (len < sizeof(line) - 1 && c >= 0 && c != '\n') {
            line[len++] = (char)take(r);
            c = peek(r);
        }
        line[len] = '\0';
        skip_line(r);
        if (slice_caseeqz(slice_trim(slice_of(line)), "DELIMITER ;"))
            return;
    }
}

/* A row that cannot be read ends its statement: where the next one begins is not known. */
static int give_up(struct reader *r, const char *what, int err)
{
    if (r->err)
        return r->err;
    if (err == EINVAL)
        complain(r, slice_of(what), true, "запись не разобрана; остаток этой команды не взят",
                 "the row cannot be read; the rest of this statement is not taken");
    else if (err == ENOENT)
        complain(r, slice_of(what), true, "столбцы таблицы неизвестны: нет CREATE TABLE",
                 "the table's columns are not known: there is no CREATE TABLE");
    else if (err == ENOSPC)
        complain(r, slice_of(what), true, "запись длиннее 16 МиБ; остаток этой команды не взят",
                 "a row longer than 16 MiB; the rest of this statement is not taken");
    else
        return err;
    return 0;
}

static int take_create(struct reader *r)
{
    int err = EINVAL;

    if (take_word(r) && word_is(r, "TEMPORARY"))
        take_word(r);
    if (word_is(r, "TABLE"))
        err = give_up(r, "CREATE TABLE", create_table(r));
    else if (is_machinery(r))
        err = 0;
    else
        err = give_up(r, r->word, EINVAL);
    skip_statement(r);
    return err;
}

static int take_statement(struct reader *r)
{
    int err = 0;

    arena_fini(&r->names);
    arena_init(&r->names, MOST_ARENA);
    if (skip_space(r) == ';') {
        take(r);
        return 0;
    }
    r->at = r->line;
    if (!take_word(r)) {
        complain(r, SLICE(""), true, "это не SQL", "this is not SQL");
        skip_statement(r);
        return 0;
    }
    if (word_is(r, "CREATE"))
        return take_create(r);
    if (word_is(r, "DELIMITER")) {
        skip_programs(r);
        return 0;
    }
    if (word_is(r, "INSERT") || word_is(r, "REPLACE")) {
        err = insert(r);
        if (err)
            skip_statement(r);
        return give_up(r, "INSERT", err);
    }
    if (word_is(r, "SET"))
        take_word(r); /* SET NAMES without a comment around it */
    if (word_is(r, "NAMES") && take_word(r))
        r->is_cp1251 = word_is(r, "cp1251");
    else if (!is_machinery(r) && r->word[0] && !word_is(r, "NAMES"))
        complain(r, slice_of(r->word), false, "команда SQL не выполняется",
                 "the SQL statement is not run");
    skip_statement(r);
    return 0;
}

static int read_all(struct reader *r)
{
    int err = 0;

    r->line = 1;
    arena_init(&r->arena, MOST_ARENA);
    arena_init(&r->names, MOST_ARENA);
    hash_init(&r->tables);
    buf_init(&r->row, MOST_ROW);
    buf_init(&r->one, MOST_ROW);
    if (peek(r) == 0xef) /* a mark of UTF-8 */
        for (int i = 0; i < 3; i++)
            take(r);
    while (!err && skip_space(r) >= 0)
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
    struct reader *r = mem_zalloc(sizeof(*r));
    int err = ENOMEM;

    if (!r)
        return ENOMEM;
    r->chunk = mem_zalloc(CHUNK);
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
    struct reader *r = mem_zalloc(sizeof(*r));
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
