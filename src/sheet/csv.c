/* sheet/csv.c - see csv.h */
#include "sheet/csv.h"

#include <errno.h>
#include <string.h>

static bool is_phone(struct slice text)
{
    for (size_t i = 1; i < text.len; i++)
        if ((text.p[i] < '0' || text.p[i] > '9') && text.p[i] != '.')
            return false;
    return text.len > 1;
}

bool csv_is_formula(struct slice text)
{
    if (!text.len || !text.p[0] || !strchr("=+-@\t\r\n", text.p[0]))
        return false;
    return (text.p[0] != '+' && text.p[0] != '-') || !is_phone(text);
}

static bool is_quoted(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.p[i] && strchr(",;\t\"\r\n", text.p[i]))
            return true;
    return text.len && (text.p[0] == ' ' || text.p[text.len - 1] == ' ');
}

int csv_put(struct buf *out, char separator, bool is_first, struct slice text)
{
    const bool quoted = is_quoted(text);

    if (!is_first)
        buf_addc(out, separator);
    if (quoted)
        buf_addc(out, '"');
    if (csv_is_formula(text))
        buf_addc(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] == '"')
            buf_addc(out, '"');
        buf_addc(out, text.p[i]);
    }
    if (quoted)
        buf_addc(out, '"');
    return buf_err(out);
}

int csv_end(struct buf *out)
{
    return buf_addz(out, "\r\n");
}

/* ---- reading ---- */

static char separator_of(struct slice text)
{
    static const char all[] = ";,\t";
    size_t counts[3] = {0}, best = 0;

    for (size_t i = 0; i < text.len && text.p[i] != '\n'; i++)
        for (size_t k = 0; k < 3; k++)
            counts[k] += text.p[i] == all[k];
    for (size_t k = 1; k < 3; k++)
        if (counts[k] > counts[best])
            best = k;
    return all[best];
}

void csv_begin(struct csv_reader *r, struct slice text)
{
    if (slice_starts(text, SLICE(CSV_BOM)))
        text = slice_skip(text, sizeof(CSV_BOM) - 1);
    *r = (struct csv_reader){.rest = text, .separator = separator_of(text), .line = 1};
}

static int take_quoted(struct csv_reader *r, struct buf *cell)
{
    size_t i = 1;

    for (; i < r->rest.len; i++) {
        if (r->rest.p[i] == '"' && (i + 1 == r->rest.len || r->rest.p[i + 1] != '"'))
            break;
        i += r->rest.p[i] == '"';
        r->line += r->rest.p[i] == '\n';
        buf_addc(cell, r->rest.p[i]);
    }
    if (i >= r->rest.len)
        return EINVAL;
    r->rest = slice_skip(r->rest, i + 1);
    return buf_err(cell);
}

static int take_plain(struct csv_reader *r, struct buf *cell)
{
    size_t i = 0;

    while (i < r->rest.len && r->rest.p[i] != r->separator && r->rest.p[i] != '\n' &&
           r->rest.p[i] != '\r')
        i++;
    buf_add(cell, r->rest.p, i);
    r->rest = slice_skip(r->rest, i);
    return buf_err(cell);
}

/* What csv_put has put before a formula. */
static void take_guard(struct buf *cell)
{
    if (cell->len > 1 && cell->p[0] == '\'' &&
        csv_is_formula(slice_from(cell->p + 1, cell->len - 1))) {
        memmove(cell->p, cell->p + 1, cell->len - 1);
        cell->len--;
    }
}

static bool is_at_end(const struct csv_reader *r)
{
    return r->rest.len == 0 || r->rest.p[0] == '\n' || r->rest.p[0] == '\r';
}

static void end_line(struct csv_reader *r)
{
    size_t n = r->rest.len && r->rest.p[0] == '\r';

    n += r->rest.len > n && r->rest.p[n] == '\n';
    r->rest = slice_skip(r->rest, n);
    r->line++;
    r->is_line_open = false;
}

int csv_next(struct csv_reader *r, struct buf *cell, enum csv_what *what)
{
    int err;

    buf_reset(cell);
    *what = CSV_CELL;
    if (r->is_line_open && is_at_end(r)) {
        *what = CSV_LINE;
        end_line(r);
        return 0;
    }
    if (!r->is_line_open && r->rest.len == 0) {
        *what = CSV_OVER;
        return 0;
    }
    if (r->is_line_open && r->rest.p[0] == r->separator)
        r->rest = slice_skip(r->rest, 1);
    r->is_line_open = true;
    err = r->rest.len && r->rest.p[0] == '"' ? take_quoted(r, cell) : take_plain(r, cell);
    if (err)
        return err;
    if (!is_at_end(r) && r->rest.p[0] != r->separator)
        return EINVAL;
    take_guard(cell);
    return cell->len > CSV_CELL_MAX ? ENOSPC : 0;
}
