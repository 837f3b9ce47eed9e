/* sqlread.c - bytes, words and values of a dump (sqldump_inner.h) */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/utf8.h"
#include "import/sqldump_inner.h"
#include "import/text.h"

#define PROGRESS_BYTES ((uint64_t)4 << 20)

/* ---- bytes ---- */

static bool refill(struct sqldump *r)
{
    ssize_t n;

    if (r->fd < 0 || r->err)
        return false;
    n = read(r->fd, r->chunk, SQLDUMP_CHUNK);
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
int sqldump_peek(struct sqldump *r)
{
    if (r->held)
        return r->held;
    return r->text.len || refill(r) ? (unsigned char)*r->text.p : -1;
}

int sqldump_take(struct sqldump *r)
{
    int c = sqldump_peek(r);

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

bool sqldump_take_if(struct sqldump *r, int c)
{
    if (sqldump_peek(r) != c)
        return false;
    sqldump_take(r);
    return true;
}

void sqldump_complain(struct sqldump *r, struct slice what, bool is_wrong, const char *ru,
                      const char *en)
{
    if (r->args->trouble)
        r->args->trouble(r->at, what, is_wrong, ru, en, r->args->arg);
}

/* ---- space and comments ---- */

void sqldump_skip_line(struct sqldump *r)
{
    int c;

    do
        c = sqldump_take(r);
    while (c >= 0 && c != '\n');
}

/* In a comment of conditions: "SET NAMES utf8". */
static void note_charset(struct sqldump *r, struct slice text)
{
    static const char words[] = "SET NAMES ";

    for (; text.len >= sizeof(words) - 1; text = slice_skip(text, 1))
        if (slice_casestarts(text, slice_of(words))) {
            text = slice_trim(slice_skip(text, sizeof(words) - 1));
            r->is_cp1251 = slice_casestarts(text, SLICE("cp1251"));
            return;
        }
}

/* "!50001 VIEW ...": the only thing of interest that mysqldump writes as a comment. */
static void note_view(struct sqldump *r, struct slice text)
{
    if (!slice_starts(text, SLICE("!")))
        return;
    text = slice_skip(text, 1);
    while (text.len && isdigit((unsigned char)*text.p))
        text = slice_skip(text, 1);
    r->at = r->line;
    if (slice_casestarts(text, SLICE(" VIEW ")))
        sqldump_complain(r, slice_trim(text), false, "представления (VIEW) не переносятся",
                         "views are not taken");
}

/* Behind the opening slash and star, up to the closing ones. */
static void skip_comment(struct sqldump *r)
{
    struct buf head;
    int c = sqldump_take(r), last = 0;

    buf_init(&head, 200);
    while (c >= 0 && !(last == '*' && c == '/')) {
        if (!buf_err(&head))
            buf_addc(&head, (char)c);
        last = c;
        c = sqldump_take(r);
    }
    note_charset(r, buf_slice(&head));
    note_view(r, buf_slice(&head));
    buf_fini(&head);
}

/* To the next byte that says something. @return it, or -1 */
int sqldump_skip_space(struct sqldump *r)
{
    for (;;) {
        int c = sqldump_peek(r);

        if (c == '#') {
            sqldump_skip_line(r);
        } else if (c == '-' || c == '/') {
            sqldump_take(r);
            if (!sqldump_take_if(r, c == '-' ? '-' : '*')) {
                r->held = c;
                return c;
            }
            if (c == '-')
                sqldump_skip_line(r);
            else
                skip_comment(r);
        } else if (c >= 0 && (isspace(c) || c == '\0')) {
            sqldump_take(r);
        } else {
            return c;
        }
    }
}

void sqldump_skip_quoted(struct sqldump *r, int quote)
{
    int c;

    while ((c = sqldump_take(r)) >= 0 && c != quote)
        if (c == '\\' && quote != '`')
            sqldump_take(r);
}

/* To behind the ; of this statement. */
void sqldump_skip_statement(struct sqldump *r)
{
    for (int c = sqldump_skip_space(r); c >= 0; c = sqldump_skip_space(r)) {
        sqldump_take(r);
        if (c == '\'' || c == '"' || c == '`')
            sqldump_skip_quoted(r, c);
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
bool sqldump_take_word(struct sqldump *r)
{
    int quote = sqldump_skip_space(r);
    size_t len = 0;

    if (quote != '`' && quote != '"')
        quote = 0;
    else
        sqldump_take(r);
    while (quote ? sqldump_peek(r) >= 0 && sqldump_peek(r) != quote
                 : is_word_byte(sqldump_peek(r))) {
        int c = sqldump_take(r);

        if (len == SQLDUMP_MOST_NAME || c == 0)
            return false;
        r->word[len++] = (char)c;
    }
    r->word[len] = '\0';
    if (quote && !sqldump_take_if(r, quote))
        return false;
    return len > 0;
}

bool sqldump_word_is(const struct sqldump *r, const char *text)
{
    return slice_caseeqz(slice_of(r->word), text);
}

/* A table's name, without the database's in front of it. */
bool sqldump_take_table_name(struct sqldump *r)
{
    bool is_there = sqldump_take_word(r);

    while (is_there && sqldump_skip_space(r) == '.') {
        sqldump_take(r);
        is_there = sqldump_take_word(r);
    }
    return is_there;
}

/* ---- values ---- */

static int take_escape(struct sqldump *r)
{
    int c = sqldump_take(r);

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
static int take_string(struct sqldump *r, int quote)
{
    for (;;) {
        int c = sqldump_take(r);

        if (c == quote && !sqldump_take_if(r, quote))
            return 0;
        if (c == '\\')
            c = take_escape(r);
        if (c < 0)
            return EINVAL;
        buf_addc(&r->one, (char)c);
    }
}

static int add_hex(struct sqldump *r, struct slice digits)
{
    if (digits.len % 2)
        return EINVAL;
    for (size_t i = 0; i < digits.len; i += 2) {
        const int byte = hex_byte(slice_skip(digits, i));

        if (byte < 0)
            return EINVAL;
        buf_addc(&r->one, (char)byte);
    }
    return 0;
}

/* 0x...: digits of any number. */
static int take_hex(struct sqldump *r)
{
    while (isxdigit(sqldump_peek(r))) {
        char pair[2] = {(char)sqldump_take(r), 0};

        if (!isxdigit(sqldump_peek(r)))
            return EINVAL;
        pair[1] = (char)sqldump_take(r);
        add_hex(r, slice_from(pair, 2));
    }
    return 0;
}

/* x'0aff' */
static int take_hex_string(struct sqldump *r)
{
    struct buf digits;
    int err;

    sqldump_take(r);
    err = take_string(r, '\'');
    digits = r->one;
    buf_init(&r->one, SQLDUMP_MOST_ROW);
    if (!err)
        err = add_hex(r, buf_slice(&digits));
    buf_fini(&digits);
    return err;
}

/* b'101': bits are a number. */
static int take_bits(struct sqldump *r)
{
    unsigned long long bits = 0;
    int c, count = 0;

    sqldump_take(r);
    while ((c = sqldump_take(r)) == '0' || c == '1') {
        bits = bits << 1 | (unsigned)(c - '0');
        if (++count > 64)
            return EINVAL;
    }
    return c == '\'' ? buf_addu(&r->one, bits) : EINVAL;
}

/* A bare word: NULL, TRUE, FALSE, a number, or what stands before a string.
   @return 0; EINVAL */
static int take_bare(struct sqldump *r, bool *is_null)
{
    size_t len = 0;

    while (is_word_byte(sqldump_peek(r)) || sqldump_peek(r) == '.' || sqldump_peek(r) == '-' ||
           sqldump_peek(r) == '+') {
        if (len == SQLDUMP_MOST_NAME)
            return EINVAL;
        r->word[len++] = (char)sqldump_take(r);
        if (len == 2 && r->word[0] == '0' && (r->word[1] | 32) == 'x') {
            r->is_binary = true;
            return take_hex(r);
        }
    }
    r->word[len] = '\0';
    if (sqldump_word_is(r, "NULL"))
        *is_null = true;
    else if (sqldump_word_is(r, "TRUE") || sqldump_word_is(r, "FALSE"))
        buf_addc(&r->one, (r->word[0] | 32) == 't' ? '1' : '0');
    else if (sqldump_word_is(r, "x") && sqldump_peek(r) == '\'') {
        r->is_binary = true;
        return take_hex_string(r);
    } else if (sqldump_word_is(r, "b") && sqldump_peek(r) == '\'') {
        return take_bits(r);
    } else if (r->word[0] == '_' && sqldump_skip_space(r) == '\'') {
        r->is_binary = sqldump_word_is(r, "_binary");
        sqldump_take(r);
        return take_string(r, '\'');
    } else if (len && strspn(r->word, "0123456789.eE+-") == len)
        buf_add(&r->one, r->word, len);
    else
        return EINVAL;
    return 0;
}

static int keep_value(struct sqldump *r, bool is_null, bool is_text)
{
    int err = buf_err(&r->one);

    r->begins[r->count] = r->row.len;
    if (!err && is_text && !r->is_binary && (r->is_cp1251 || !utf8_is_valid(buf_slice(&r->one)))) {
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

static int take_value(struct sqldump *r)
{
    int c = sqldump_skip_space(r), err;
    bool is_null = false;

    if (r->count == SQLDUMP_MOST_COLUMNS)
        return EINVAL;
    buf_reset(&r->one);
    r->is_binary = false;
    if (c == '\'' || c == '"') {
        sqldump_take(r);
        err = take_string(r, c);
    } else {
        err = take_bare(r, &is_null);
    }
    return err ? err : keep_value(r, is_null, !is_null);
}

/* Behind the opening bracket. @return 0; EINVAL; ENOSPC (too long); ENOMEM */
int sqldump_take_row(struct sqldump *r)
{
    int err = 0, c = ',';

    buf_reset(&r->row);
    r->count = 0;
    r->is_translated = false;
    while (!err && c == ',') {
        err = take_value(r);
        if (err)
            break;
        c = sqldump_skip_space(r);
        if (c != ',' && c != ')')
            return EINVAL;
        sqldump_take(r);
    }
    return err;
}
