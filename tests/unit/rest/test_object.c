/* rest/object.h, filter.h: every type's rows are made, listed, changed and removed by its field table */
#include "rest/object.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/schema.h"
#include "rest/schema.h"
#include "rest/value.h"
#include "unit.h"

struct desk {
    char path[64];
    struct db *db;
    struct arena arena;
    struct form query;
    struct buf text;
    struct jout json;
};

static int desk_open(struct desk *k)
{
    const struct store_migration *m = model_migrations;
    int err;

    *k = (struct desk){.path = "/tmp/unit-object-XXXXXX"};
    close(mkstemp(k->path));
    arena_init(&k->arena, 8 << 20);
    form_init(&k->query);
    buf_init(&k->text, 4 << 20);
    jout_init(&k->json, &k->text);
    err = db_open(&k->db, k->path, DB_CREATE);
    return err ? err : store_migrate(k->db, m);
}

static void desk_close(struct desk *k)
{
    char path[80];

    mem_deref(k->db);
    unlink(k->path);
    snprintf(path, sizeof(path), "%s-wal", k->path);
    unlink(path);
    snprintf(path, sizeof(path), "%s-shm", k->path);
    unlink(path);
    form_fini(&k->query);
    arena_fini(&k->arena);
    buf_fini(&k->text);
}

static int set(struct object_row *row, const char *column, const char *value)
{
    const struct model_field *f = rest_type_model(row->type)->fields;

    for (size_t i = 0; f[i].column; i++)
        if (strcmp(f[i].column, column) == 0)
            row->v[i] = slice_of(value);
    return 0;
}

static int add(struct desk *k, const char *type, const char *uuid, const char *id,
               const char *column, const char *value)
{
    struct object_row row = {.type = rest_type_find(slice_of(type))};

    set(&row, "uuid", uuid);
    set(&row, rest_type_model(row.type)->id, id);
    set(&row, column, value);
    return object_insert(k->db, &row);
}

/* @return the ids of a list, in order, with blanks; "error" */
static const char *ids(struct desk *k, const char *type, const char *query)
{
    static char out[2000];
    struct filter f;
    struct slice wrong;
    json_t *list, *item;
    size_t i, n = 0;

    form_fini(&k->query);
    form_init(&k->query);
    buf_reset(&k->text);
    jout_init(&k->json, &k->text);
    if (form_add(&k->query, slice_of(query)) ||
        filter_read(&f, rest_type_find(slice_of(type)), &k->query, &k->arena, &wrong) ||
        object_list(k->db, &f, f.type->listed, &k->json))
        return "error";
    list = json_loadb(k->text.p, k->text.len, 0, NULL);
    out[0] = '\0';
    json_array_foreach(json_object_get(list, "items"), i, item) n +=
        (size_t)snprintf(out + n, sizeof(out) - n, "%s%s", i ? " " : "",
                         json_string_value(json_object_get(item, rest_type_model(f.type)->id)));
    json_decref(list);
    return out;
}

#define CHECK_IDS(query, wanted) CHECK_TO(strcmp(ids(&k, "endpoint", query), wanted) == 0, out)

static int lists_are_filtered_sorted_and_paged(void)
{
    struct desk k;
    int err = desk_open(&k);

    CHECK_TO(!err, out);
    for (int i = 0; i < 6; i++) {
        char uuid[37], id[20];

        snprintf(uuid, sizeof(uuid), "u-%d", (i * 5) % 6);
        snprintf(id, sizeof(id), "user-%d", 100 + i);
        CHECK_TO(add(&k, "endpoint", uuid, id, "context", i % 2 ? "local_x" : "out%") == 0, out);
    }
    CHECK_IDS("sort=id", "user-100 user-101 user-102 user-103 user-104 user-105");
    CHECK_IDS("sort=-id&limit=2", "user-105 user-104");
    CHECK_IDS("sort=id&context=out%25", "user-100 user-102 user-104");
    CHECK_IDS("sort=id&context=*_x", "user-101 user-103 user-105");
    CHECK_IDS("sort=id&context=*%25*", "user-100 user-102 user-104");
    CHECK_IDS("sort=id&context=*oca*&id=!user-103", "user-101 user-105");
    CHECK_IDS("sort=id&id=user-101,user-104", "user-101 user-104");
    CHECK_IDS("sort=id&id=user-102..user-103", "user-102 user-103");
    CHECK_IDS("sort=id&callerid=&id=..user-100", "user-100");
    CHECK_IDS("q=R-105", "user-105");
    CHECK_IDS("sort=id&q=%25", "user-100 user-102 user-104");
    CHECK_IDS("sort=id;drop table ps_endpoints", "error");
    CHECK_IDS("sort=password", "error");
    CHECK_IDS("nothing=1", "error");
    CHECK_IDS("limit=0", "error");
    CHECK_IDS("limit=501", "error");
    CHECK_IDS("after=zz", "error");
    CHECK_IDS("id=' OR 1=1 --", "");
out:
    desk_close(&k);
    return err;
}

static int pages_follow_each_other(const char *sort)
{
    struct desk k;
    char query[9000], seen[200] = "";
    const char *next = "";
    json_t *list = NULL;
    int err = desk_open(&k), pages = 0;

    CHECK_TO(!err, out);
    for (int i = 0; i < 7; i++) {
        char uuid[37], id[20];

        snprintf(uuid, sizeof(uuid), "u-%d", i);
        snprintf(id, sizeof(id), "e%d", i);
        CHECK_TO(add(&k, "endpoint", uuid, id, "context", i < 4 ? "same" : NULL) == 0, out);
    }
    do {
        snprintf(query, sizeof(query), "limit=2&sort=%s%s%s", sort, next[0] ? "&after=" : "", next);
        snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), "%s ",
                 ids(&k, "endpoint", query));
        json_decref(list);
        list = json_loadb(k.text.p, k.text.len, 0, NULL);
        CHECK_TO(json_integer_value(json_object_get(list, "total")) == 7, out);
        next = json_string_value(json_object_get(list, "next"));
    } while (next && ++pages < 10);
    CHECK_TO(pages == 3, out);
    for (int i = 0; i < 7; i++) {
        char id[4];

        snprintf(id, sizeof(id), "e%d", i);
        CHECK_TO(strstr(seen, id), out);
    }
    CHECK_TO(strlen(seen) == 7 * 3, out);
out:
    json_decref(list);
    desk_close(&k);
    return err;
}

static int pages_show_each_row_once(void)
{
    int err = pages_follow_each_other("context");

    if (!err)
        err = pages_follow_each_other("-context");
    if (!err)
        err = pages_follow_each_other("id");
    return err ? err : pages_follow_each_other("-uuid");
}

/* What JSON gives of a value that a field takes, the field takes again. */
static int values_go_out_and_come_in(void)
{
    for (const struct rest_type *t = rest_types; t->name; t++)
        for (const struct model_field *f = rest_type_model(t)->fields; f->column; f++) {
            struct buf json, text;
            struct jout j;
            json_t *v;
            int err;

            if (!f->def || model_field_is_secret(f) || !f->def[0])
                continue;
            buf_init(&json, 4000);
            buf_init(&text, 4000);
            jout_init(&j, &json);
            rest_value_put(&j, f, slice_of(f->def));
            v = json_loadb(json.p ? json.p : "", json.len, JSON_DECODE_ANY, NULL);
            err = v ? rest_value_text(f, v, &text) : ENOMEM;
            if (!err && model_field_set(f, NULL, buf_slice(&text), NULL))
                err = unit_failed(__FILE__, __LINE__, f->column);
            json_decref(v);
            buf_fini(&json);
            buf_fini(&text);
            if (err)
                return err;
        }
    return 0;
}

/* A list's columns, a form's and what is wanted are columns of that type; a reference is a type. */
static int tables_name_what_there_is(void)
{
    for (const struct rest_type *t = rest_types; t->name; t++) {
        const struct model_type *m = rest_type_model(t);
        const char *const lists[] = {t->listed, t->basic, t->required, t->key};

        CHECK(m && t->reads && t->listed[0]);
        for (size_t i = 0; i < 4; i++) {
            struct slice rest = slice_of(lists[i]);

            while (slice_is_set(rest) && lists[i][0]) {
                const struct slice one = slice_cut(rest, ',', &rest);
                const struct model_field *f = model_field_find(m, one);

                if (!f || !slice_eqz(one, f->column) || !rest_field_is_shown(f)) {
                    fprintf(stderr, "%s: no column %.*s\n", t->name, SLICE_ARG(one));
                    return unit_failed(__FILE__, __LINE__, t->name);
                }
            }
        }
        for (const struct model_field *f = m->fields; f->column; f++)
            CHECK(!f->refers || model_type_find(slice_of(f->refers)));
    }
    return 0;
}

static int schemas_are_json(void)
{
    for (const struct rest_type *t = rest_types; t->name; t++) {
        struct buf text;
        struct jout j;
        json_t *v;

        buf_init(&text, 1 << 20);
        jout_init(&j, &text);
        schema_put(&j, t, REST_ADMIN, "ru");
        v = buf_err(&text) ? NULL : json_loadb(text.p, text.len, JSON_REJECT_DUPLICATES, NULL);
        if (buf_err(&text) == ENOMEM) {
            buf_fini(&text);
            return ENOMEM;
        }
        buf_fini(&text);
        CHECK(v);
        json_decref(v);
    }
    return 0;
}

UNIT_TESTS(UNIT_ONCE(lists_are_filtered_sorted_and_paged), UNIT_ONCE(pages_show_each_row_once),
           UNIT(values_go_out_and_come_in), UNIT(tables_name_what_there_is),
           UNIT_ONCE(schemas_are_json))
