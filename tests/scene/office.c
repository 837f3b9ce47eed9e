/* office.c - the database of a scene: schema, transports, phones, trunks, routing */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/schema.h"
#include "store/db.h"
#include "ua.h"

#define TRANSPORTS                                                                                 \
    "INSERT INTO static_pjsip (cat_metric,var_metric,filename,category,var_name,var_val) VALUES "  \
    "(0,0,'pjsip.conf','transport-udp','type','transport'),"                                       \
    "(0,1,'pjsip.conf','transport-udp','protocol','udp'),"                                         \
    "(0,2,'pjsip.conf','transport-udp','bind','127.0.0.1:5060'),"                                  \
    "(1,0,'pjsip.conf','transport-tcp','type','transport'),"                                       \
    "(1,1,'pjsip.conf','transport-tcp','protocol','tcp'),"                                         \
    "(1,2,'pjsip.conf','transport-tcp','bind','127.0.0.1:5060')"

static int db(struct scene *s, struct db **dp, enum db_mode mode)
{
    char path[128];

    snprintf(path, sizeof(path), "%s/station.db", s->state);
    return db_open(dp, path, mode);
}

int office_sql(struct scene *s, const char *sql)
{
    struct db *d = NULL;
    int err = db(s, &d, DB_WRITE);

    if (!err) {
        db_allow_double_quoted(d, true);
        err = db_run(d, sql);
    }
    if (err)
        scene_fail(s, "SQL failed: %s", d ? db_why(d) : strerror(err));
    mem_deref(d);
    return err ? 1 : 0;
}

int office_value(struct scene *s, const char *sql, struct buf *out)
{
    struct db *d = NULL;
    struct stmt *st;
    bool row = false;
    int err = db(s, &d, DB_READ);

    if (!err)
        err = db_stmt(&st, d, sql);
    if (!err)
        err = stmt_step(st, &row);
    if (!err && row)
        buf_adds(out, stmt_col(st, 0));
    if (!err)
        stmt_reset(st);
    mem_deref(d);
    return err;
}

int office_open(struct scene *s)
{
    struct db *d = NULL;
    int err;

    snprintf(s->state, sizeof(s->state), "/tmp/scene-XXXXXX");
    if (!mkdtemp(s->state))
        return scene_fail(s, "no temporary directory");
    err = db(s, &d, DB_CREATE);
    if (!err)
        err = store_migrate(d, model_migrations);
    mem_deref(d);
    if (err)
        return scene_fail(s, "no database: %s", strerror(err));
    return office_sql(s, TRANSPORTS);
}

void office_close(struct scene *s)
{
    char line[128];

    s->locker = mem_deref(s->locker);
    snprintf(line, sizeof(line), "rm -rf %s", s->state);
    if (s->state[0] && system(line))
        fprintf(stderr, "%s is left over\n", s->state);
}

/* ---- [phones] and [trunks] ---- */

/* Next "key=value" of a line; the value may be quoted. */
static bool next_pair(char **line, char **key, char **value)
{
    char *p = *line, *end;

    while (*p == ' ')
        p++;
    *key = p;
    p = strchr(p, '=');
    if (!p)
        return false;
    *p++ = '\0';
    *value = p;
    if (*p == '"') {
        *value = ++p;
        end = strchr(p, '"');
    } else {
        end = strchr(p, ' ');
    }
    if (end)
        *end = '\0';
    *line = end ? end + 1 : p + strlen(p);
    return true;
}

static void column(struct buf *sql, const char *table, const char *name, const char *id,
                   const char *value)
{
    buf_printf(sql, "UPDATE %s SET \"%s\"='%s' WHERE id='%s';", table, name, value, id);
}

static void own_key(struct ua *u, const char *key, const char *value, struct buf *sql)
{
    if (strcmp(key, "user") == 0) {
        slice_copy(slice_of(value), u->user, sizeof(u->user));
        slice_copy(slice_of(value), u->shown, sizeof(u->shown));
        snprintf(u->password, sizeof(u->password), "pw-%s", value);
        buf_reset(sql); /* the station knows it already */
    } else if (strcmp(key, "password") == 0)
        slice_copy(slice_of(value), u->password, sizeof(u->password));
    else if (strcmp(key, "codecs") == 0)
        slice_copy(slice_of(value), u->codecs, sizeof(u->codecs));
    else if (strcmp(key, "dtmf") == 0)
        u->is_info = strcmp(value, "info") == 0;
    else if (strcmp(key, "profile") == 0)
        slice_copy(slice_of(value), u->profile, sizeof(u->profile));
    else if (strcmp(key, "sdp") == 0)
        slice_copy(slice_of(value), u->sdp_lines, sizeof(u->sdp_lines));
    else if (strcmp(key, "transport") == 0)
        u->is_tcp = strcmp(value, "tcp") == 0;
    else if (strncmp(key, "aor.", 4) == 0)
        column(sql, "ps_aors", key + 4, u->name, value);
    else if (strncmp(key, "auth.", 5) == 0)
        column(sql, "ps_auths", key + 5, u->name, value);
    else
        column(sql, "ps_endpoints", key, u->name, value);
}

static void phone_rows(const struct ua *u, struct buf *sql)
{
    const char *n = u->name;

    buf_printf(
        sql,
        "INSERT INTO ps_aors (id,max_contacts,remove_existing) VALUES ('%s',1,'yes');"
        "INSERT INTO ps_auths (id,auth_type,username,password) "
        "VALUES ('%s','userpass','%s','pw-%s');"
        "INSERT INTO ps_endpoints (id,aors,auth,context,disallow,allow,callerid,direct_media) "
        "VALUES ('%s','%s','%s','office','all','alaw,ulaw','<%s>','no');",
        n, n, n, n, n, n, n, n);
}

static void trunk_rows(const struct ua *u, struct buf *sql)
{
    char text[ADDR_TEXT], host[ADDR_TEXT];

    addr_text(&u->addr, text);
    addr_host(&u->addr, host);
    buf_printf(sql,
               "INSERT INTO ps_aors (id,contact) VALUES ('%s','sip:%s');"
               "INSERT INTO ps_auths (id,auth_type,username) VALUES ('%s','userpass','%s');"
               "INSERT INTO ps_endpoints (id,aors,context,disallow,allow,direct_media) "
               "VALUES ('%s','%s','from-trunk','all','alaw,ulaw','no');"
               "INSERT INTO ps_endpoint_id_ips (id,endpoint,match) VALUES ('%s','%s','%s');",
               u->name, text, u->name, u->name, u->name, u->name, u->name, u->name, host);
}

int office_phone(struct scene *s, char *line, bool is_trunk)
{
    char *rest = line, *name = strsep(&rest, " "), *key, *value, text[32];
    struct addr a;
    struct buf sql;
    struct ua *u;
    int err;

    snprintf(text, sizeof(text), "127.0.%d.%u", is_trunk ? 2 : 1,
             is_trunk ? ++s->trunks : ++s->phones);
    addr_parse_host(&a, slice_of(text), 5060);
    if (ua_alloc(&u, s, name, is_trunk, &a))
        return scene_fail(s, "no memory");
    if (!is_trunk)
        snprintf(u->password, sizeof(u->password), "pw-%s", name);
    buf_init(&sql, 16384);
    (is_trunk ? trunk_rows : phone_rows)(u, &sql);
    while (rest && next_pair(&rest, &key, &value))
        own_key(u, key, value, &sql);
    err = office_sql(s, buf_z(&sql));
    buf_fini(&sql);
    return err;
}

/* ---- [routing] ---- */

static void quote(struct buf *sql, struct slice text)
{
    buf_addc(sql, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] == '\'')
            buf_addc(sql, '\'');
        buf_addc(sql, text.p[i]);
    }
    buf_addc(sql, '\'');
}

/* "exten => 1,1,X", "same => n,X", "include => c", "NAME=value" as rows of static_extensions. */
int office_routing(struct scene *s, char *line)
{
    static char context[80];
    static int section, row;
    struct slice text = slice_trim(slice_of(line)), rest, name;
    struct buf sql;
    int err;

    if (slice_starts(text, SLICE("[["))) {
        slice_copy(slice_from(text.p + 2, text.len - 4), context, sizeof(context));
        section++;
        return 0;
    }
    name = slice_trim(slice_cut(text, '=', &rest));
    if (slice_starts(rest, SLICE(">")))
        rest = slice_skip(rest, 1);
    rest = slice_trim(rest);
    buf_init(&sql, 16384);
    buf_printf(&sql,
               "INSERT INTO static_extensions (cat_metric,var_metric,filename,category,var_name,"
               "var_val) VALUES (%d,%d,'extensions.conf','%s',",
               section, row++, context);
    quote(&sql, name);
    buf_addc(&sql, ',');
    quote(&sql, rest);
    buf_addc(&sql, ')');
    err = office_sql(s, buf_z(&sql));
    buf_fini(&sql);
    return err;
}
