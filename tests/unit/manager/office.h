/*
 * tests/unit/manager/office.h - a Manager (desk.h) at a station with a routing and legs (plan/fixture.h)
 */
#pragma once
#include "desk.h"
#include "plan/fixture.h"

struct office {
    struct world w;
    struct desk d;
    struct desk_client c; /* one who is in */
};

static inline void office_fini(struct office *o)
{
    desk_leave(&o->c);
    o->d.manager = mem_deref(o->d.manager);
    o->d.snap = mem_deref(o->d.snap);
    if (o->w.loop)
        loop_fake_settle(o->w.loop);
    world_fini(&o->w);
}

/** @param user  of desk_sql; events: word of its Login */
static inline int office_init(struct office *o, const char *routing, const char *user,
                              const char *events)
{
    int err;

    memset(o, 0, sizeof(*o));
    err = world_init(&o->w);
    if (!err)
        err = world_route(&o->w, routing);
    o->d.loop = o->w.loop;
    o->d.calls = o->w.calls;
    o->d.plan = o->w.core;
    if (!err)
        err = model_snapshot_load(&o->d.snap, desk_db);
    if (!err)
        err = desk_manager(&o->d);
    if (!err)
        err = desk_enter(&o->c, &o->d, MANAGER_TCP, user, events);
    return err;
}

/** Ask, let ms pass, and compare all that came (without CR) with text. */
static inline bool office_says(struct office *o, const char *question, uint64_t ms,
                               const char *text)
{
    desk_ask(&o->c, question);
    loop_fake_advance(o->w.loop, ms);
    return desk_judge(&o->c, question, text, strcmp(desk_got(&o->c), text) == 0);
}

/** The same, but text need only be somewhere in it. */
static inline bool office_tells(struct office *o, const char *question, uint64_t ms,
                                const char *text)
{
    desk_ask(&o->c, question);
    loop_fake_advance(o->w.loop, ms);
    return desk_judge(&o->c, question, text, desk_has(&o->c, text));
}
