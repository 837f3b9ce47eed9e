/* rest/route_bulk.c - the same done to several objects: a patch, or their removal; all or none, one group of revisions */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "rest/access.h"
#include "rest/all.h"
#include "rest/object.h"
#include "rest/reference.h"
#include "rest/revision.h"
#include "rest/user.h"

enum { BULK_MAX = 1000 };

struct errand {
    struct rest_call *call;
    const struct rest_type *type;
    const json_t *uuids, *patch;
    bool is_removal, is_dry, is_forced;
    struct reference_list references;
    struct object_row before, after;
    uint32_t wrong;
};

static const struct model_words no_uuids = {"Нужен список от 1 до 1000 записей.",
                                            "A list of 1 to 1000 objects is wanted."};
static const struct model_words no_patch = {"Нужно либо patch, либо \"remove\": true.",
                                            "Either patch or \"remove\": true is wanted."};
static const struct model_words not_there = {"Такой записи нет.", "There is no such object."};
static const struct model_words in_use = {"На запись ссылаются другие.", "Others refer to it."};
static const struct model_words not_yours = {"Это не ваша группа.", "This is not your group."};

static int read_body(struct rest_call *c, struct errand *e)
{
    int err = rest_only(c, "uuids,patch,remove,dry,force");

    *e = (struct errand){.call = c,
                         .type = rest_type_find(c->params[0]),
                         .uuids = json_object_get(c->body, "uuids"),
                         .patch = json_object_get(c->body, "patch"),
                         .is_removal = json_is_true(json_object_get(c->body, "remove")),
                         .is_dry = json_is_true(json_object_get(c->body, "dry")),
                         .is_forced = json_is_true(json_object_get(c->body, "force"))};
    if (!e->type || e->type->is_single || !(c->who.role & e->type->reads))
        return REST_NOT_FOUND;
    if (!(c->who.role & e->type->writes))
        return e->type->writes ? REST_FORBIDDEN : REST_METHOD;
    if (!json_is_array(e->uuids) || json_array_size(e->uuids) == 0 ||
        json_array_size(e->uuids) > BULK_MAX)
        err = rest_wrong(c, "/uuids", &no_uuids);
    if (e->is_removal == json_is_object(e->patch))
        err = rest_wrong(c, "/patch", &no_patch);
    if (json_object_get(e->patch, "password") && strcmp(e->type->name, "users") == 0)
        err = rest_wrong(c, "/patch", &no_patch); /* each has his own */
    return err;
}

static int tell(struct errand *e, size_t i, const struct model_words *w)
{
    char pointer[40];

    snprintf(pointer, sizeof(pointer), "/uuids/%zu", i);
    e->wrong++;
    return rest_wrong(e->call, pointer, w);
}

static int remove_one(struct db *d, struct errand *e, size_t i)
{
    int err = e->is_forced ? 0 : reference_read(d, &e->before, &e->call->arena, &e->references);

    if (!err && !e->is_forced && e->references.count)
        return tell(e, i, &in_use);
    if (!err)
        err = object_remove(d, &e->before);
    return err;
}

static int change_one(struct db *d, struct errand *e, size_t i)
{
    int err;

    e->after = e->before;
    err = object_patch(e->call, &e->after, e->patch, false);
    if (!err && !object_is_for(&e->after, &e->call->who))
        return tell(e, i, &not_yours);
    return err ? err : object_update(d, &e->before, &e->after);
}

static int do_one(struct db *d, struct errand *e, size_t i)
{
    const char *uuid = json_string_value(json_array_get(e->uuids, i));
    int64_t id = 0;
    int err = object_read(d, e->type, slice_of(uuid ? uuid : ""), &e->call->arena, &e->before);

    if (err == ENOENT || (!err && !object_is_for(&e->before, &e->call->who)))
        return tell(e, i, &not_there);
    if (!err)
        err = e->is_removal ? remove_one(d, e, i) : change_one(d, e, i);
    if (!err)
        err = revision_add(d, e->call, e->is_removal ? "remove" : "change", &e->before,
                           e->is_removal ? NULL : &e->after, &id);
    if (!e->call->part_of)
        e->call->part_of = id;
    return err;
}

/* What is wrong with any of them takes all back; a dry run, too. */
static int do_all(struct db *d, void *arg)
{
    struct errand *e = arg;
    int err = 0, one;

    for (size_t i = 0; i < json_array_size(e->uuids); i++) {
        one = do_one(d, e, i);
        if (one && one != REST_INVALID)
            return one;
        err = one ? one : err;
    }
    if (!err && strcmp(e->type->name, "users") == 0)
        err = user_check_admins(d) ? REST_IN_USE : 0;
    return err ? err : e->is_dry ? ECANCELED : 0;
}

static int bulk(struct rest_call *c)
{
    struct errand *e = arena_alloc(&c->arena, sizeof(*e));
    int err = e ? read_body(c, e) : ENOMEM;

    if (!err)
        err = rest_change(c, do_all, e);
    if (err && !(e && e->is_dry && err == ECANCELED))
        return err;
    if (strcmp(e->type->section, "access") == 0)
        access_forget(c->rest);
    jout_open(&c->json, '{');
    jout_put_int(&c->json, "count", (int64_t)json_array_size(e->uuids));
    jout_key(&c->json, "revision");
    if (e->is_dry)
        jout_null(&c->json);
    else
        jout_int(&c->json, c->part_of);
    jout_key(&c->json, "errors");
    jout_raw(&c->json, SLICE("[]"));
    jout_close(&c->json, '}');
    return rest_reply(c, 200);
}

const struct rest_route rest_routes_bulk[] = {
    REST_ROUTE("POST", REST_BASE "/{type}/bulk", REST_WRITERS, bulk,
               "Изменить или удалить несколько записей", "Change or remove several objects",
               .body = "{\"uuids\":[\"...\"],\"patch\":{\"context\":\"local\"},\"dry\":true}"),
    {0}};
