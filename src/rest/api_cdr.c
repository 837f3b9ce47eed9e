/* rest/api_cdr.c - get_log_cdr: call records of a period, page by page, however many there are */
#include <errno.h>
#include <string.h>

#include "loop/loop.h"
#include "rest/api.h"
#include "rest/inner.h"

enum { PAGE_ROWS = 100, PATIENCE_MS = 60000 };
#define PAGE_MAX (4u << 20)

/* Column of the table, name in the answer: in this order; what "" means, NULL or an empty text. */
static const struct column {
    const char *name;
    bool is_null;
} columns[] = {
    {"accountcode", true}, {"src", false},      {"dst", false},         {"dcontext", false},
    {"clid", false},       {"channel", false},  {"dstchannel", false},  {"lastapp", false},
    {"lastdata", false},   {"start", true},     {"answer", true},       {"end", true},
    {"duration", false},   {"billsec", false},  {"disposition", false}, {"amaflags", false},
    {"userfield", true},   {"uniqueid", false}, {"linkedid", false},    {"peeraccount", true},
    {"sequence", false},   {"source", true},    {"destination", true},  {"direction", true},
    {"group_uuid", true},
};

enum { COLUMNS = sizeof(columns) / sizeof(columns[0]), START = 9, UNIQUEID = 17, SEQUENCE = 20 };

/* Behind the last row of the page before: start, uniqueid, sequence. */
#define SELECT                                                                                                       \
    "SELECT accountcode, src, dst, dcontext, clid, channel, dstchannel, lastapp, lastdata, start, answer, \"end\", " \
    "duration, billsec, disposition, amaflags, userfield, uniqueid, linkedid, peeraccount, sequence, source, "       \
    "destination, direction, group_uuid FROM cdr WHERE start >= ? AND start <= ? AND (start > ? OR uniqueid > ? OR " \
    "(uniqueid = ? AND sequence > ?))"
#define ORDER " ORDER BY start, uniqueid, sequence LIMIT 100"

struct log_cdr {
    struct rest_call *call;
    char from[API_DATE], to[API_DATE];
    const char *group; /* NULL: all */
    /* where the next page begins */
    char start[40], uniqueid[160];
    int64_t sequence;
    struct buf page; /* objects, with commas between */
    struct jout json;
    uint32_t rows; /* of the page */
    /* the stream */
    struct waiter drained;
    bool is_gone;
};

/* ---- a page, on a worker ---- */

static void put_row(struct log_cdr *g, struct stmt *s)
{
    jout_open(&g->json, '{');
    for (int i = 0; i < COLUMNS; i++) {
        const struct slice v = stmt_col(s, i);

        jout_put_text(&g->json, columns[i].name, columns[i].is_null && !v.len ? SLICE_NONE : v);
    }
    jout_close(&g->json, '}');
    slice_copy(stmt_col(s, START), g->start, sizeof(g->start));
    slice_copy(stmt_col(s, UNIQUEID), g->uniqueid, sizeof(g->uniqueid));
    g->sequence = stmt_col_int(s, SEQUENCE);
    g->rows++;
}

/* g->start is the lower end: rows before it need not be looked at. */
static int bind_all(struct log_cdr *g, struct stmt *s)
{
    const struct slice start = slice_of(g->start), uniqueid = slice_of(g->uniqueid);
    const struct slice values[] = {start, slice_of(g->to), start, uniqueid, uniqueid};
    int err = 0;

    for (int i = 0; i < 5 && !err; i++)
        err = stmt_text(s, i + 1, values[i]);
    if (!err)
        err = stmt_int(s, 6, g->sequence);
    return !err && g->group ? stmt_text(s, 7, slice_of(g->group)) : err;
}

static int read_page(struct db *d, void *arg)
{
    struct log_cdr *g = arg;
    struct stmt *s;
    bool row = false;
    int err = db_stmt(&s, d, g->group ? SELECT " AND group_uuid = ?" ORDER : SELECT ORDER);

    g->rows = 0;
    buf_reset(&g->page);
    jout_init(&g->json, &g->page);
    if (!err)
        err = bind_all(g, s);
    while (!err && !(err = stmt_step(s, &row)) && row)
        put_row(g, s);
    return err ? err : buf_err(&g->page);
}

/* ---- the stream ---- */

static void drained(struct http_request *r, void *arg)
{
    struct log_cdr *g = arg;

    waiter_wake(&g->drained);
}

static void gone(struct http_request *r, void *arg)
{
    struct log_cdr *g = arg;

    g->is_gone = true;
    waiter_wake(&g->drained);
}

static int push(struct log_cdr *g, struct slice text)
{
    struct http_request *r = g->call->request;

    while (text.len && !g->is_gone) {
        const size_t room = http_stream_room(r), n = text.len < room ? text.len : room;

        if (!n) {
            if (waiter_wait(&g->drained, PATIENCE_MS))
                return ETIMEDOUT;
            continue;
        }
        if (http_stream_send(r, slice_from(text.p, n)))
            return ENOTCONN;
        text = slice_skip(text, n);
    }
    return g->is_gone ? ENOTCONN : 0;
}

/* What fails from here on cuts the answer off: half of one is no JSON. */
static int stream(struct log_cdr *g)
{
    static const struct http_field fields[] = {{"Cache-Control", "no-store"}, {NULL, NULL}};
    const struct http_stream_handlers h = {drained, gone, g};
    int err =
        http_stream_open(g->call->request, 200, "application/json; charset=utf-8", fields, &h);

    if (err)
        return 0; /* the client has gone, or is cut off */
    err = push(g, SLICE("{\"data\":["));
    while (!err && g->rows) {
        const bool is_last = g->rows < PAGE_ROWS;

        err = push(g, buf_slice(&g->page));
        if (err || is_last)
            break;
        err = rest_read(g->call, read_page, g);
        if (!err && g->rows)
            err = push(g, SLICE(","));
    }
    if (!err)
        err = push(g, SLICE("]}"));
    if (!g->is_gone)
        http_stream_close(g->call->request);
    return 0;
}

static int reply(struct log_cdr *g)
{
    struct rest_call *c = g->call;

    buf_addz(&c->text, "{\"data\":[");
    buf_adds(&c->text, buf_slice(&g->page));
    buf_addz(&c->text, "]}");
    return rest_reply(c, 200);
}

/* ---- what is asked ---- */

static int take_date(struct log_cdr *g, struct api_ask *a, const char *name, bool is_end,
                     char out[API_DATE])
{
    static const struct model_words wrong = {
        "Параметр %s: дата вида 2024-10-30, 2024-10-30 09:59:15 или 30.10.2024 09:59.",
        "Parameter %s: a date as 2024-10-30, 2024-10-30 09:59:15 or 30.10.2024 09:59."};
    const struct slice given = slice_trim(api_get(a, name));
    char now[WALL_TEXT];

    if (given.len)
        return api_date(given, is_end, out) ? api_wrong(g->call, REST_INVALID, name, &wrong) : 0;
    wall_local((struct wall){g->call->at * 1000000}, now);
    return api_date(slice_from(now, 10), is_end, out) ? EIO : 0;
}

static int take_period(struct log_cdr *g)
{
    static const struct model_words turned = {"start позже, чем end.", "start is later than end."};
    struct api_ask a;
    int err = api_ask_init(&a, g->call);

    if (!err)
        err = take_date(g, &a, "start", false, g->from);
    if (!err)
        err = take_date(g, &a, "end", true, g->to);
    if (!err && strcmp(g->from, g->to) > 0)
        err = rest_say(g->call, REST_INVALID, &turned);
    api_ask_fini(&a);
    return err;
}

int api_get_log_cdr(struct rest_call *c)
{
    struct log_cdr *g = arena_alloc(&c->arena, sizeof(*g));
    int err;

    if (!g)
        return ENOMEM;
    memset(g, 0, sizeof(*g));
    g->call = c;
    g->group = api_group(c);
    g->sequence = -1;
    buf_init(&g->page, PAGE_MAX);
    err = take_period(g);
    slice_copy(slice_of(g->from), g->start, sizeof(g->start));
    if (!err)
        err = rest_read(c, read_page, g);
    if (!err)
        err = g->rows < PAGE_ROWS ? reply(g) : stream(g);
    buf_fini(&g->page);
    return err;
}
