/* rest/route_object.c - lists and rows of every object type */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/rand.h"
#include "rest/access.h"
#include "rest/all.h"
#include "rest/object.h"
#include "rest/reference.h"
#include "rest/revision.h"
#include "rest/schema.h"
#include "rest/secret.h"
#include "rest/settings.h"
#include "rest/state.h"
#include "rest/user.h"

/* What a call does with one type, on the loop and on the worker. */
struct errand {
    struct rest_call *call;
    const struct rest_type *type;
    struct filter filter;
    const char *columns;
    struct object_row before, after;
    struct slice key;
    int64_t revision;
    bool is_forced;
    char made[SECRET_KEY]; /* a key that is shown this once */
    struct reference_list references;
};

static bool may(const struct rest_call *c, unsigned who)
{
    return (c->who.role & who) != 0;
}

/* A type that somebody may not read does not exist for him. */
static int begin(struct rest_call *c, struct errand *e, bool is_write)
{
    *e = (struct errand){.call = c, .type = rest_type_find(c->params[0]), .key = c->params[1]};
    if (!e->type || !may(c, e->type->reads) || e->type->is_single)
        return REST_NOT_FOUND;
    if (is_write && !e->type->writes)
        return REST_METHOD;
    return is_write && !may(c, e->type->writes) ? REST_FORBIDDEN : 0;
}

static struct errand *errand_of(struct rest_call *c)
{
    return arena_alloc(&c->arena, sizeof(struct errand));
}

/* ---- lists ---- */

static const char *columns_of(struct rest_call *c, const struct rest_type *t)
{
    const struct slice fields = rest_query(c, "fields");

    return fields.len ? arena_strndup(&c->arena, fields.p, fields.len) : t->listed;
}

static int read_list(struct db *d, void *arg)
{
    struct errand *e = arg;

    return object_list(d, &e->filter, e->columns, &e->call->json);
}

static int tell_parameter(struct rest_call *c, struct slice name)
{
    char text[200];

    snprintf(text, sizeof(text),
             c->is_ru ? "Непонятный параметр запроса: %.*s" : "A parameter is not understood: %.*s",
             name.len > 60 ? 60 : (int)name.len, name.p);
    c->detail = arena_strndup(&c->arena, text, strlen(text));
    return REST_MALFORMED;
}

static int list(struct rest_call *c)
{
    struct errand *e = errand_of(c);
    struct slice wrong = SLICE_NONE;
    int err = e ? begin(c, e, false) : ENOMEM;

    if (!err)
        err = filter_read(&e->filter, e->type, &c->query, &c->arena, &wrong);
    if (err == EINVAL || err == E2BIG)
        return tell_parameter(c, wrong);
    if (err)
        return err;
    filter_groups(&e->filter, c->who.groups, c->who.group_count, c->who.has_all);
    e->columns = columns_of(c, e->type);
    err = e->columns ? rest_read(c, read_list, e) : ENOMEM;
    if (!err)
        err = state_add(c, e->type);
    return err ? err : rest_reply(c, 200);
}

/* ---- one ---- */

/* On the worker: there, and this user's. */
static int find(struct db *d, struct errand *e)
{
    int err = object_read(d, e->type, e->key, &e->call->arena, &e->before);

    return !err && !object_is_for(&e->before, &e->call->who) ? ENOENT : err;
}

static int read_one(struct db *d, void *arg)
{
    return find(d, arg);
}

static int reply_row(struct rest_call *c, const struct object_row *row, int status)
{
    char tag[OBJECT_TAG], quoted[OBJECT_TAG + 2];
    int err;

    object_tag(row, tag);
    snprintf(quoted, sizeof(quoted), "\"%s\"", tag);
    rest_field(c, "ETag", quoted);
    object_put(&c->json, row, NULL);
    err = strcmp(c->route->method, "GET") == 0 ? state_add(c, row->type) : 0;
    return err ? err : rest_reply(c, status);
}

static int show(struct rest_call *c)
{
    struct errand *e = errand_of(c);
    int err = e ? begin(c, e, false) : ENOMEM;

    if (!err)
        err = rest_read(c, read_one, e);
    return err ? err : reply_row(c, &e->before, 200);
}

/* ---- changing ---- */

/* A manager's rows stay in his groups; the first of them is what he need not say. */
static int check_group(struct errand *e)
{
    static const struct model_words not_yours = {"Это не ваша группа.", "This is not your group."};
    struct rest_call *c = e->call;
    const struct model_field *f = rest_type_model(e->type)->fields;

    if (object_is_for(&e->after, &c->who))
        return 0;
    for (size_t i = 0; f[i].column; i++)
        if (strcmp(f[i].column, "group_uuid") == 0 && !e->after.v[i].len && c->who.group_count) {
            e->after.v[i] = slice_of(c->who.groups[0]);
            return 0;
        }
    return rest_wrong(c, "/group_uuid", &not_yours);
}

/* Nobody shuts himself and all others out. */
static int check_users(struct db *d, const struct errand *e)
{
    static const struct model_words last = {"Это последний администратор, который может войти.",
                                            "This is the last administrator who can log in."};
    const int err = strcmp(e->type->name, "users") == 0 ? user_check_admins(d) : 0;

    return err == EPERM ? rest_say(e->call, REST_IN_USE, &last) : err;
}

/* Who asks next is looked at anew. */
static int changed(const struct errand *e, int err)
{
    if (!err && e->type && strcmp(e->type->section, "access") == 0)
        access_forget(e->call->rest);
    return err;
}

/* The key is made here: so the row can be found again. */
static int make_key(struct errand *e)
{
    const struct model_field *f = rest_type_model(e->type)->fields;
    char *uuid = arena_alloc(&e->call->arena, 37);

    if (!uuid)
        return ENOMEM;
    rand_uuid(uuid);
    e->key = slice_of(uuid);
    for (size_t i = 0; f[i].column; i++)
        if (strcmp(f[i].column, "uuid") == 0)
            e->after.v[i] = e->key;
    return 0;
}

static int do_create(struct db *d, void *arg)
{
    struct errand *e = arg;
    int err = object_patch(e->call, &e->after, e->call->body, true);

    if (!err)
        err = check_group(e);
    if (!err)
        err = make_key(e);
    if (!err)
        err = object_insert(d, &e->after);
    if (!err)
        err = object_read(d, e->type, e->key, &e->call->arena, &e->after);
    return err ? err : revision_add(d, e->call, "create", NULL, &e->after, &e->revision);
}

/* The one answer that has the key: behind the object's members. */
static int reply_made(struct rest_call *c, const struct errand *e)
{
    object_put(&c->json, &e->after, NULL);
    if (buf_err(&c->text) || c->text.len == 0)
        return ENOMEM;
    c->text.p[--c->text.len] = '\0'; /* the bracket */
    c->json.has_one = true;
    jout_put_textz(&c->json, "made_key", e->made);
    jout_close(&c->json, '}');
    return rest_reply(c, 201);
}

static int create(struct rest_call *c)
{
    struct errand *e = errand_of(c);
    char where[200];
    int err = e ? begin(c, e, true) : ENOMEM;

    if (err)
        return err;
    e->after.type = e->type;
    err = secret_prepare(c, rest_type_model(e->type), c->body, true, e->made);
    if (!err)
        err = changed(e, rest_change(c, do_create, e));
    if (err)
        return err;
    snprintf(where, sizeof(where), REST_BASE "/%s/%.*s", e->type->name, SLICE_ARG(e->key));
    rest_field(c, "Location", where);
    return e->made[0] ? reply_made(c, e) : reply_row(c, &e->after, 201);
}

static int do_change(struct db *d, void *arg)
{
    struct errand *e = arg;
    int err = find(d, e);

    if (!err && !object_is_expected(&e->before, e->call->request))
        err = REST_CHANGED;
    if (err)
        return err;
    e->after = e->before;
    err = object_patch(e->call, &e->after, e->call->body, false);
    if (!err)
        err = check_group(e);
    if (!err)
        err = object_update(d, &e->before, &e->after);
    if (!err)
        err = check_users(d, e);
    return err ? err : revision_add(d, e->call, "change", &e->before, &e->after, &e->revision);
}

static int change(struct rest_call *c)
{
    struct errand *e = errand_of(c);
    int err = e ? begin(c, e, true) : ENOMEM;

    if (!err)
        err = secret_prepare(c, rest_type_model(e->type), c->body, false, e->made);
    if (!err)
        err = changed(e, rest_change(c, do_change, e));
    return err ? err : reply_row(c, &e->after, 200);
}

static int do_remove(struct db *d, void *arg)
{
    struct errand *e = arg;
    static const struct model_words used = {
        "На неё ссылаются другие записи; ?force=1 удаляет всё равно.",
        "Other objects refer to it; ?force=1 removes it all the same."};
    int err = find(d, e);

    if (!err && !slice_eqz(rest_query(e->call, "force"), "1"))
        err = reference_read(d, &e->before, &e->call->arena, &e->references);
    if (!err && e->references.count)
        return rest_say(e->call, REST_IN_USE, &used);
    if (!err)
        err = object_remove(d, &e->before);
    if (!err)
        err = check_users(d, e);
    return err ? err : revision_add(d, e->call, "remove", &e->before, NULL, &e->revision);
}

static int read_references(struct db *d, void *arg)
{
    struct errand *e = arg;
    int err = find(d, e);

    return err ? err : reference_read(d, &e->before, &e->call->arena, &e->references);
}

static int show_references(struct rest_call *c)
{
    struct errand *e = errand_of(c);
    int err = e ? begin(c, e, false) : ENOMEM;

    if (!err)
        err = rest_read(c, read_references, e);
    if (err)
        return err;
    reference_put(&c->json, &e->references, &c->who);
    return rest_reply(c, 200);
}

static int take_away(struct rest_call *c)
{
    struct errand *e = errand_of(c);
    int err = e ? begin(c, e, true) : ENOMEM;

    if (!err)
        err = changed(e, rest_change(c, do_remove, e));
    if (err)
        return err;
    jout_open(&c->json, '{');
    jout_put_int(&c->json, "revision", e->revision);
    jout_close(&c->json, '}');
    return rest_reply(c, 200);
}

/* ---- history ---- */

enum { REVISIONS = 50 };

static int64_t before_of(struct rest_call *c)
{
    int64_t before = 0;

    slice_i64(rest_query(c, "before"), &before);
    return before;
}

static int read_revisions(struct db *d, void *arg)
{
    struct errand *e = arg;

    return revision_list(d, e->type ? slice_of(e->type->name) : SLICE_NONE, e->key,
                         before_of(e->call), REVISIONS, &e->call->json);
}

static int history(struct rest_call *c)
{
    struct errand *e = errand_of(c);
    int err = e ? begin(c, e, false) : ENOMEM;

    /* of a removed row, too: who sees all, else it must be there */
    if (!err && !c->who.has_all)
        err = rest_read(c, read_one, e);
    if (!err)
        err = rest_read(c, read_revisions, e);
    return err ? err : rest_reply(c, 200);
}

static int all_history(struct rest_call *c)
{
    struct errand *e = errand_of(c);
    int err = e ? 0 : ENOMEM;

    if (e)
        e->call = c;
    if (!err)
        err = rest_read(c, read_revisions, e);
    return err ? err : rest_reply(c, 200);
}

static int write_back(struct db *d, struct errand *e, bool had)
{
    struct object_row now;
    int err;

    if (e->type->is_single)
        return settings_write(d, &e->after, &e->before);
    err = object_read(d, e->type, e->key, &e->call->arena, &now);
    if (err && err != ENOENT)
        return err;
    if (!had)
        return err == ENOENT ? 0 : object_remove(d, &now);
    return err == ENOENT ? object_insert(d, &e->before) : object_update(d, &now, &e->before);
}

/* What is there now need not be what that revision left. */
static int undo_one(struct db *d, struct errand *e, int64_t id)
{
    struct rest_call *c = e->call;
    bool had, has;
    int err = revision_read(d, id, &c->arena, &e->before, &had, &e->after, &has);

    if (err)
        return err;
    if (!had && !has)
        return ENOENT; /* a login or the like: nothing was changed */
    e->type = e->before.type;
    e->key = object_value(had ? &e->before : &e->after, e->type->key);
    if (!may(c, e->type->writes))
        return REST_FORBIDDEN;
    if ((had && !object_is_for(&e->before, &c->who)) || (has && !object_is_for(&e->after, &c->who)))
        return ENOENT;
    err = write_back(d, e, had);
    if (!err)
        err = check_users(d, e);
    e->is_forced = had;
    if (!err)
        err = revision_add(d, c, "restore", has ? &e->after : NULL, had ? &e->before : NULL,
                           &e->revision);
    if (!err && !c->part_of)
        c->part_of = e->revision;
    return err;
}

enum { UNDO_MAX = 4096 };

/* A change, and those that were made with it: the last one first. */
static int do_undo(struct db *d, void *arg)
{
    struct errand *e = arg;
    int64_t *ids = arena_alloc(&e->call->arena, UNDO_MAX * sizeof(*ids)), id = 0;
    uint32_t count = 0;
    int err = !ids ? ENOMEM : slice_i64(e->call->params[0], &id) ? ENOENT : 0;

    if (!err)
        err = revision_group(d, id, ids, UNDO_MAX, &count);
    for (uint32_t i = 0; !err && i < count; i++)
        err = undo_one(d, e, ids[i]);
    return err;
}

static int undo(struct rest_call *c)
{
    struct errand *e = errand_of(c);
    int err = e ? 0 : ENOMEM;

    if (e)
        e->call = c;
    if (!err)
        err = changed(e, rest_change(c, do_undo, e));
    if (err)
        return err;
    return e->is_forced ? reply_row(c, &e->before, 200) : rest_reply(c, 204);
}

/* ---- what there is ---- */

static const char *language_of(const struct rest_call *c)
{
    return c->is_ru ? "ru" : "en";
}

static int show_types(struct rest_call *c)
{
    schema_put_list(&c->json, c->who.role, language_of(c));
    return rest_reply(c, 200);
}

static int show_schema(struct rest_call *c)
{
    const struct rest_type *t = rest_type_find(c->params[0]);

    if (!t || !may(c, t->reads))
        return REST_NOT_FOUND;
    schema_put(&c->json, t, c->who.role, language_of(c));
    return rest_reply(c, 200);
}

const struct rest_route rest_routes_object[] = {
    REST_ROUTE("GET", REST_BASE "/schema", REST_EVERY_USER, show_types, "Виды записей",
               "Types of objects"),
    REST_ROUTE("GET", REST_BASE "/schema/{type}", REST_EVERY_USER, show_schema, "Поля вида записей",
               "Fields of a type"),
    REST_ROUTE("GET", REST_BASE "/revision", REST_ADMIN | REST_AUDITOR, all_history,
               "Журнал изменений", "Journal of changes", .query = "before"),
    REST_ROUTE("POST", REST_BASE "/revision/{id}/undo", REST_WRITERS, undo, "Вернуть как было",
               "Take a change back"),
    REST_ROUTE("GET", REST_BASE "/{type}", REST_EVERY_USER, list, "Список записей",
               "List of objects", .query = "*"),
    REST_ROUTE("POST", REST_BASE "/{type}", REST_WRITERS, create, "Новая запись", "A new object"),
    REST_ROUTE("GET", REST_BASE "/{type}/{uuid}", REST_EVERY_USER, show, "Одна запись",
               "One object"),
    REST_ROUTE("PATCH", REST_BASE "/{type}/{uuid}", REST_WRITERS, change, "Изменить запись",
               "Change an object"),
    REST_ROUTE("DELETE", REST_BASE "/{type}/{uuid}", REST_WRITERS, take_away, "Удалить запись",
               "Remove an object", .query = "force"),
    REST_ROUTE("GET", REST_BASE "/{type}/{uuid}/references", REST_EVERY_USER, show_references,
               "Кто ссылается на запись", "Who refers to an object"),
    REST_ROUTE("GET", REST_BASE "/{type}/{uuid}/revisions", REST_EVERY_USER, history,
               "История записи", "History of an object", .query = "before"),
    {0}};
