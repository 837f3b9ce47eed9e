/* rest/route_sheet.c - a list as a file for spreadsheets: page by page, and no page before the last one was taken */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "http/server.h"
#include "rest/all.h"
#include "rest/object.h"
#include "sheet/csv.h"

enum { PAGE_ROWS = 500, PATIENCE_MS = 60000 };
#define PAGE_MAX (16u << 20)

struct sheet {
    struct rest_call *call;
    struct filter filter;
    const char *columns; /* NULL: all */
    char separator;
    struct buf page;
    bool is_more, is_gone;
    struct waiter room; /* not the call's: that one is the database's */
};

/* Never a secret, not even as asterisks: what comes back would be one. */
static bool is_in(const struct sheet *s, const struct model_field *f)
{
    return rest_field_is_shown(f) && !model_field_is_secret(f) &&
           (!s->columns || rest_is_listed(s->columns, slice_of(f->column)));
}

static int put_row(struct stmt *row, void *arg)
{
    struct sheet *s = arg;
    const struct model_field *f = s->filter.model->fields;
    bool is_first = true;

    for (int i = 0; f[i].column; i++)
        if (is_in(s, &f[i])) {
            csv_put(&s->page, s->separator, is_first, stmt_col(row, i));
            is_first = false;
        }
    return csv_end(&s->page);
}

/* Names of columns: the same for every reader, and an import knows them. */
static void put_head(struct sheet *s)
{
    bool is_first = true;

    buf_addz(&s->page, CSV_BOM);
    for (const struct model_field *f = s->filter.model->fields; f->column; f++)
        if (is_in(s, f)) {
            csv_put(&s->page, s->separator, is_first, slice_of(f->column));
            is_first = false;
        }
    csv_end(&s->page);
}

static int read_page(struct db *d, void *arg)
{
    struct sheet *s = arg;

    return object_page(d, &s->filter, put_row, s, &s->call->arena, &s->is_more);
}

/* ---- sending ---- */

static void drained(struct http_request *r, void *arg)
{
    struct sheet *s = arg;

    waiter_wake(&s->room);
}

static void gone(struct http_request *r, void *arg)
{
    struct sheet *s = arg;

    s->is_gone = true;
    waiter_wake(&s->room);
}

/* As much as fits, then wait until it was taken. Who takes nothing for a minute is left. */
static int send_page(struct sheet *s)
{
    struct slice rest = buf_slice(&s->page);
    int err = 0;

    while (!err && rest.len && !s->is_gone) {
        const size_t room = http_stream_room(s->call->request);
        const size_t n = rest.len < room ? rest.len : room;

        if (n)
            err = http_stream_send(s->call->request, slice_from(rest.p, n));
        rest = slice_skip(rest, n);
        if (!err && rest.len && !s->is_gone)
            err = waiter_wait(&s->room, PATIENCE_MS);
    }
    buf_reset(&s->page);
    return s->is_gone ? ENOTCONN : err;
}

/* The head has been sent: what fails now can be told in the table alone. */
static void send_pages(struct sheet *s)
{
    int err = send_page(s);

    while (!err && s->is_more) {
        err = rest_read(s->call, read_page, s);
        if (!err)
            err = send_page(s);
    }
    if (err && !s->is_gone) {
        log_warning("an export was cut short err=\"%s\"", strerror(err));
        buf_addz(&s->page, "\r\n*** not all: the export was cut short ***\r\n");
        (void)http_stream_send(s->call->request, buf_slice(&s->page));
    }
    if (!s->is_gone)
        http_stream_close(s->call->request);
}

static int stream(struct sheet *s)
{
    const struct http_stream_handlers h = {.drained = drained, .gone = gone, .arg = s};
    struct rest_call *c = s->call;
    char name[120];
    int err;

    snprintf(name, sizeof(name), "attachment; filename=\"%s.csv\"", s->filter.type->name);
    rest_field(c, "Content-Disposition", name);
    rest_field(c, "Cache-Control", "no-store");
    err = http_stream_open(c->request, 200, "text/csv; charset=utf-8", c->fields, &h);
    if (err)
        return err == ENOTCONN || err == EALREADY ? 0 : err;
    send_pages(s);
    return 0;
}

/* ---- what is asked for ---- */

static void drop(struct form *q, const char *name)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < q->count; i++)
        if (!slice_caseeqz(q->fields[i].name, name))
            q->fields[kept++] = q->fields[i];
    q->count = kept;
}

static int read_format(struct rest_call *c)
{
    static const struct model_words unknown = {"format: бывает csv.",
                                               "format: csv is what there is."};
    const struct slice format = rest_query(c, "format");

    if (slice_is_set(format) && !slice_eqz(format, "csv"))
        return rest_say(c, REST_MALFORMED, &unknown);
    drop(&c->query, "format");
    drop(&c->query, "limit");
    return 0;
}

/* Columns of the type, secret ones too: those are left out. */
static bool are_columns(const struct rest_type *t, struct slice list)
{
    while (slice_is_set(list) && list.len) {
        const struct slice name = slice_trim(slice_cut(list, ',', &list));
        const struct model_field *f = rest_type_model(t)->fields;

        while (f->column && !slice_eqz(name, f->column))
            f++;
        if (!f->column)
            return false;
    }
    return true;
}

static int read_query(struct rest_call *c, struct sheet *s)
{
    static const struct model_words no_parameter = {"Непонятный параметр запроса.",
                                                    "A parameter is not understood."};
    const struct rest_type *t = rest_type_find(c->params[0]);
    const struct slice fields = rest_query(c, "fields");
    struct slice wrong;
    int err;

    if (!t || !(c->who.role & t->reads) || t->is_single)
        return REST_NOT_FOUND;
    err = read_format(c);
    if (!err)
        err = filter_read(&s->filter, t, &c->query, &c->arena, &wrong);
    if (err == EINVAL || err == E2BIG)
        return rest_say(c, REST_MALFORMED, &no_parameter);
    if (err)
        return err;
    if (!are_columns(t, fields))
        return rest_say(c, REST_MALFORMED, &no_parameter);
    if (fields.len && !(s->columns = arena_strndup(&c->arena, fields.p, fields.len)))
        return ENOMEM;
    filter_groups(&s->filter, c->who.groups, c->who.group_count, c->who.has_all);
    s->filter.limit = PAGE_ROWS;
    s->separator = c->is_ru ? ';' : ','; /* as spreadsheets of that language want it */
    return 0;
}

static int export(struct rest_call *c)
{
    struct sheet *s = arena_alloc(&c->arena, sizeof(*s));
    int err;

    if (!s)
        return ENOMEM;
    *s = (struct sheet){.call = c};
    err = read_query(c, s);
    if (err)
        return err;
    buf_init(&s->page, PAGE_MAX);
    put_head(s);
    err = rest_read(c, read_page, s);
    if (!err)
        err = stream(s);
    buf_fini(&s->page);
    return err;
}

const struct rest_route rest_routes_sheet[] = {
    REST_ROUTE("GET", REST_BASE "/{type}/export", REST_EVERY_USER, export,
               "Список записей файлом CSV", "List of objects as a CSV file", .query = "*"),
    {0}};
