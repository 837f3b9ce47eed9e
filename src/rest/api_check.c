/* rest/api_check.c - GET check: the key's user, a routing and a recording that it may use */
#include <errno.h>

#include "rest/api.h"

struct check {
    struct rest_call *call;
    struct slice context, uniqueid, key;
};

static void put_columns(struct jout *j, struct stmt *s, const char *const *names)
{
    for (int i = 0; names[i]; i++)
        jout_put_text(j, names[i], stmt_col(s, i));
}

static int step(struct stmt *s, const struct slice *values, int count, bool *row)
{
    int err = 0;

    for (int i = 0; i < count && !err; i++)
        err = stmt_text(s, i + 1, values[i]);
    return err ? err : stmt_step(s, row);
}

static int put_user(struct db *d, struct check *k)
{
    static const char *const names[] = {"uuid", "name", "description", "enable", NULL};
    struct jout *j = &k->call->json;
    const struct slice uuid = slice_of(k->call->who.uuid);
    struct stmt *s;
    bool row = false;
    int err = db_stmt(
        &s, d, "SELECT uuid, name, description, enable, group_uuid FROM api_user WHERE uuid = ?");

    if (!err)
        err = step(s, &uuid, 1, &row);
    if (err || !row)
        return err ? err : EACCES;
    jout_key(j, "api_user");
    jout_open(j, '{');
    put_columns(j, s, names);
    jout_put_text(j, "api_key", k->key);
    jout_put_text(j, "group_uuid", stmt_col(s, 4));
    jout_close(j, '}');
    stmt_reset(s);
    return 0;
}

static int put_routing(struct db *d, struct check *k)
{
    static const char *const names[] = {"uuid", "name", "description", "group_uuid", NULL};
    const char *group = api_group(k->call);
    const struct slice values[] = {k->context, slice_of(group ? group : "")};
    struct jout *j = &k->call->json;
    struct stmt *s;
    bool row = false;
    int err =
        db_stmt(&s, d,
                group ? "SELECT uuid, name, description, group_uuid FROM context WHERE name = ? "
                        "AND group_uuid = ?"
                      : "SELECT uuid, name, description, group_uuid FROM context WHERE name = ?");

    if (!err)
        err = step(s, values, group ? 2 : 1, &row);
    if (err || !row)
        return err;
    jout_key(j, "access");
    jout_open(j, '{');
    put_columns(j, s, names);
    jout_close(j, '}');
    stmt_reset(s);
    return 0;
}

static int put_file(struct db *d, struct check *k)
{
    const char *group = api_group(k->call);
    const struct slice values[] = {k->uniqueid, slice_of(group ? group : "")};
    struct stmt *s;
    bool row = false;
    int err = db_stmt(
        &s, d,
        group
            ? "SELECT 1 FROM recording WHERE uniqueid = ? AND group_uuid = ? AND state IN ('kept', 'cut') "
              "AND (mp3 <> '' OR mixed <> '' OR rx <> '') LIMIT 1"
            : "SELECT 1 FROM recording WHERE uniqueid = ? AND state IN ('kept', 'cut') "
              "AND (mp3 <> '' OR mixed <> '' OR rx <> '') LIMIT 1");

    if (!err)
        err = step(s, values, group ? 2 : 1, &row);
    if (err)
        return err;
    stmt_reset(s);
    jout_put_bool(&k->call->json, "file", row);
    return 0;
}

static int read_all(struct db *d, void *arg)
{
    struct check *k = arg;
    int err = put_user(d, k);

    if (!err && k->context.len)
        err = put_routing(d, k);
    if (!err && k->uniqueid.len)
        err = put_file(d, k);
    return err;
}

/* As it was sent: the database has its hash only. */
static struct slice key_of(const struct rest_call *c)
{
    const struct slice header = slice_trim(http_request_header(c->request, "X-API-Key"));
    const struct slice bearer = http_request_header(c->request, "Authorization");

    if (header.len)
        return header;
    return slice_casestarts(bearer, SLICE("Bearer ")) ? slice_trim(slice_skip(bearer, 7))
                                                      : rest_query(c, "api_key");
}

int api_check(struct rest_call *c)
{
    struct check k = {.call = c,
                      .context = slice_trim(rest_query(c, "context")),
                      .uniqueid = slice_trim(rest_query(c, "uniqueid")),
                      .key = key_of(c)};
    int err;

    jout_open(&c->json, '{');
    jout_key(&c->json, "data");
    jout_open(&c->json, '{');
    err = rest_read(c, read_all, &k);
    if (err)
        return err;
    jout_close(&c->json, '}');
    jout_close(&c->json, '}');
    return rest_reply(c, 200);
}
