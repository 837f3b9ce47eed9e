/* schema.c - see schema.h */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/rows.h"
#include "model/schema.h"

#define MOST_SQL (256u << 10)

static const char *sql_of(const struct model_field *f)
{
    if (f->sql)
        return f->sql;
    switch (f->kind) {
    case MODEL_BOOL: return "VARCHAR(5) DEFAULT NULL";
    case MODEL_INT: return "INTEGER DEFAULT NULL";
    case MODEL_SECONDS: return "VARCHAR(20) DEFAULT NULL";
    case MODEL_ENUM:
    case MODEL_GROUPS: return "VARCHAR(40) DEFAULT NULL";
    case MODEL_NETS:
    case MODEL_HOSTS:
    case MODEL_VARS:
    case MODEL_URIS:
    case MODEL_RULES: return "TEXT DEFAULT NULL";
    default: return "VARCHAR(255) DEFAULT NULL";
    }
}

/* A table of settings has columns of its own; its fields are its rows. */
static const char pairs_sql[] = "uuid " SQL_UUID_PLAIN ", "
                                "name VARCHAR(128) NOT NULL PRIMARY KEY, "
                                "description VARCHAR(128) NOT NULL DEFAULT '', "
                                "group_uuid VARCHAR(36) DEFAULT NULL, "
                                "value TEXT NOT NULL DEFAULT ''";

/* "a,b;c": table_index over a and b, table_index2 over c. */
static void put_indices(const struct model_type *t, struct buf *out)
{
    struct slice rest = t->index ? slice_of(t->index) : SLICE_NONE;

    for (int n = 1; slice_is_set(rest) && rest.len; n++) {
        const struct slice columns = slice_cut(rest, ';', &rest);
        char number[12] = "";

        if (n > 1)
            snprintf(number, sizeof(number), "%d", n);
        buf_printf(out, "CREATE INDEX IF NOT EXISTS \"%s_index%s\" ON \"%s\" (%.*s);\n", t->table,
                   number, t->table, SLICE_ARG(columns));
    }
}

int model_schema_sql(const struct model_type *t, struct buf *out)
{
    const char *gap = "";

    buf_printf(out, "CREATE TABLE IF NOT EXISTS \"%s\" (", t->table);
    if (t->shape == MODEL_PAIRS)
        buf_addz(out, pairs_sql);
    for (const struct model_field *f = t->fields; t->shape != MODEL_PAIRS && f->column; f++) {
        buf_printf(out, "%s\n  \"%s\" %s", gap, f->column, sql_of(f));
        gap = ",";
    }
    buf_printf(out, ")%s;\n", t->tail ? t->tail : "");
    put_indices(t, out);
    return buf_err(out);
}

/* A server's CREATE ends a transaction: a step that was cut short runs again over what it made.
 * Rows of config_version move when a watched table does: one row per table. */
static void add_watch(const struct model_type *t, struct buf *out)
{
    static const char *const when[] = {"INSERT", "UPDATE", "DELETE"};

    buf_printf(out,
               "INSERT INTO config_version (name) SELECT '%s' FROM (SELECT 1 AS one) AS one "
               "WHERE NOT EXISTS (SELECT 1 FROM config_version WHERE name = '%s');\n",
               t->table, t->table);
    for (int i = 0; i < 3; i++)
        buf_printf(
            out,
            "CREATE TRIGGER IF NOT EXISTS \"%s_%s\" AFTER %s ON \"%s\" FOR EACH ROW BEGIN UPDATE config_version SET "
            "version = version + 1 WHERE name = '%s'; END;\n",
            t->table, when[i], when[i], t->table, t->table);
}

/* What is read from tables and what from static_pjsip, as the manual's recipe expects to find it:
 * the transport's row is there, commented out. */
static const char sources_sql[] =
    "DELETE FROM static_sorcery;"
    "INSERT INTO static_sorcery (cat_metric,var_metric,commented,filename,category,var_name,var_val) "
    "VALUES (0,0,0,'sorcery.conf','res_pjsip','endpoint','realtime,ps_endpoints'),"
    "(0,1,0,'sorcery.conf','res_pjsip','auth','realtime,ps_auths'),"
    "(0,2,0,'sorcery.conf','res_pjsip','aor','realtime,ps_aors'),"
    "(0,3,0,'sorcery.conf','res_pjsip','contact','realtime,ps_contacts'),"
    "(0,4,1,'sorcery.conf','res_pjsip','transport','realtime,ps_transports'),"
    "(0,5,1,'sorcery.conf','res_pjsip','global','realtime,ps_globals'),"
    "(0,6,1,'sorcery.conf','res_pjsip','system','realtime,ps_systems'),"
    "(1,0,0,'sorcery.conf','res_pjsip_endpoint_identifier_ip','identify','realtime,ps_endpoint_id_ips'),"
    "(2,0,0,'sorcery.conf','res_pjsip_outbound_registration','registration','realtime,ps_registrations');";

static int make_tables(struct db *d)
{
    struct buf sql;
    int err;

    buf_init(&sql, MOST_SQL);
    buf_addz(&sql,
             "CREATE TABLE IF NOT EXISTS config_version (name VARCHAR(128) NOT NULL PRIMARY KEY, "
             "version INTEGER NOT NULL DEFAULT 1);\n");
    for (const struct model_type *t = model_types; t->name; t++) {
        model_schema_sql(t, &sql);
        if (t->is_watched)
            add_watch(t, &sql);
    }
    buf_addz(&sql, sources_sql);
    err = buf_err(&sql);
    if (!err)
        err = db_run(d, buf_z(&sql));
    buf_fini(&sql);
    return err;
}

/* ---- tables and columns that came after a database was made ---- */

static bool has_column(const struct buf *columns, const char *name)
{
    char wanted[80];

    snprintf(wanted, sizeof(wanted), ",%s,", name);
    return strstr(buf_z(columns), wanted) != NULL;
}

/* SQL for what t lacks in a database with these columns of it. */
static void add_lacking(const struct model_type *t, const struct buf *columns, struct buf *sql)
{
    if (columns->len == 0) {
        model_schema_sql(t, sql);
        if (t->is_watched)
            add_watch(t, sql);
        return;
    }
    for (const struct model_field *f = t->fields; t->shape != MODEL_PAIRS && f->column; f++)
        if (!has_column(columns, f->column))
            buf_printf(sql, "ALTER TABLE \"%s\" ADD COLUMN \"%s\" %s;\n", t->table, f->column,
                       sql_of(f));
    put_indices(t, sql);
}

static int add_missing(struct db *d)
{
    struct buf columns, sql;
    int err = 0;

    buf_init(&columns, MOST_SQL);
    buf_init(&sql, MOST_SQL);
    for (const struct model_type *t = model_types; !err && t->name; t++) {
        buf_reset(&columns);
        err = db_columns(d, t->table, &columns);
        if (!err)
            add_lacking(t, &columns, &sql);
    }
    if (!err)
        err = buf_err(&sql);
    if (!err && sql.len)
        err = db_run(d, buf_z(&sql));
    buf_fini(&columns);
    buf_fini(&sql);
    return err;
}

static int add_domain_aliases(struct db *d)
{
    int err = add_missing(d);

    return err ? err
               : db_run(d, "INSERT INTO static_sorcery (cat_metric,var_metric,commented,filename,"
                           "category,var_name,var_val) VALUES (0,7,0,'sorcery.conf','res_pjsip',"
                           "'domain_alias','realtime,ps_domain_aliases');");
}

/* Steps are never changed once released. New tables and columns are rows of the field tables and one
 * more step that runs add_missing: an older database gets what it lacks, a new one has it already. */
const struct store_migration model_migrations[] = {
    {.version = 20261123060000, .name = "make_tables", .up = make_tables},
    {.version = 20261123100000, .name = "add_call_story", .up = add_missing},
    {.version = 20261123110000, .name = "add_astdb", .up = add_missing},
    {.version = 20261123121500, .name = "add_tones", .up = add_missing},
    {.version = 20261123122000, .name = "add_domain_aliases", .up = add_domain_aliases},
    {.version = 20261123150000, .name = "add_manager", .up = add_missing},
    {.version = 20261123193000, .name = "add_recordings", .up = add_missing},
    {.version = 20261123200000, .name = "add_recordings_kept", .up = add_missing},
    {.version = 20261123201000, .name = "add_recording_seals", .up = add_missing},
    {.version = 20261123220000, .name = "add_access", .up = add_missing},
    {.version = 20261123221500, .name = "add_indices_of_recordings", .up = add_missing},
    {.version = 20261123223000, .name = "add_sounds", .up = add_missing},
    {.version = 20261123224500, .name = "add_features", .up = add_missing},
    {.version = 20261123230000, .name = "add_session_tag", .up = add_missing},
    {.version = 20261123234000, .name = "add_indices_of_statistics", .up = add_missing},
    {.version = 20261123234500, .name = "add_webhooks", .up = add_missing},
    {0}};
