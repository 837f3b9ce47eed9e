/* rest/route_settings.c - the station's settings, as one object */
#include <errno.h>
#include <stdio.h>

#include "rest/all.h"
#include "rest/revision.h"
#include "rest/settings.h"

struct errand {
    struct rest_call *call;
    struct object_row before, after;
};

static int reply(struct rest_call *c, const struct object_row *row)
{
    char tag[OBJECT_TAG], quoted[OBJECT_TAG + 2];

    object_tag(row, tag);
    snprintf(quoted, sizeof(quoted), "\"%s\"", tag);
    rest_field(c, "ETag", quoted);
    object_put(&c->json, row, NULL);
    return rest_reply(c, 200);
}

static int read_all(struct db *d, void *arg)
{
    struct errand *e = arg;

    return settings_read(d, &e->call->arena, &e->before);
}

static int show(struct rest_call *c)
{
    struct errand *e = arena_alloc(&c->arena, sizeof(*e));
    int err = e ? 0 : ENOMEM;

    if (e)
        e->call = c;
    if (!err)
        err = rest_read(c, read_all, e);
    return err ? err : reply(c, &e->before);
}

static int write_all(struct db *d, void *arg)
{
    struct errand *e = arg;
    int err = read_all(d, e);

    if (!err && !object_is_expected(&e->before, e->call->request))
        err = REST_CHANGED;
    e->after = e->before;
    if (!err)
        err = object_patch(e->call, &e->after, e->call->body, false);
    if (!err)
        err = settings_write(d, &e->before, &e->after);
    return err ? err : revision_add(d, e->call, "change", &e->before, &e->after, NULL);
}

static int change(struct rest_call *c)
{
    struct errand *e = arena_alloc(&c->arena, sizeof(*e));
    int err = e ? 0 : ENOMEM;

    if (e)
        e->call = c;
    if (!err)
        err = rest_change(c, write_all, e);
    return err ? err : reply(c, &e->after);
}

const struct rest_route rest_routes_settings[] = {
    REST_ROUTE("GET", REST_BASE "/settings", REST_ADMIN | REST_AUDITOR, show, "Настройки станции",
               "Settings of the station"),
    REST_ROUTE("PATCH", REST_BASE "/settings", REST_ADMIN, change, "Изменить настройки",
               "Change settings", .body = "{\"language\":\"ru\"}"),
    {0}};
