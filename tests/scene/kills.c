/*
 * kills.c - a story played again and again, with the engine killed a little later each time
 *
 * What the story wants to see is looked at in the first play only, without a kill. In the others
 * its people do what they do, as far as they can, and at the end must hold: the station knows of
 * every call that a phone is in and of no other; every call can be ended; every record came once.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "call/calls.h"
#include "call/channel.h"
#include "call/recording.h"
#include "far_media.h"
#include "far_tape.h"
#include "scene.h"
#include "ua.h"

static bool is_time(const struct scene *s, uint64_t ms)
{
    return s->kill_at && s->passed < s->kill_at && s->passed + ms >= s->kill_at;
}

void scene_pass(struct scene *s, uint64_t ms)
{
    uint64_t before = is_time(s, ms) ? s->kill_at - s->passed : ms;

    loop_fake_advance(s->loop, before);
    if (is_time(s, ms) && (scene_kill(s) || scene_take_over(s)))
        s->is_broken = true;
    if (ms > before)
        loop_fake_advance(s->loop, ms - before);
    s->passed += ms;
}

static unsigned calls_in(struct ua *u, bool is_up_only)
{
    unsigned n = 0;

    LIST_FOREACH(&u->calls, k)
    {
        const struct ua_call *c = CONTAINER_OF(k, struct ua_call, link);

        n += is_up_only ? c->state == UA_UP : c->state != UA_OVER;
    }
    return n;
}

static unsigned all_calls(struct scene *s, bool is_up_only)
{
    unsigned n = 0;

    LIST_FOREACH(&s->uas, k)
    {
        n += calls_in(CONTAINER_OF(k, struct ua, link), is_up_only);
    }
    return n;
}

static void hang_up_all(struct scene *s)
{
    LIST_FOREACH(&s->uas, k)
    {
        struct ua *u = CONTAINER_OF(k, struct ua, link);

        if (calls_in(u, false))
            (void)ua_hangup(u, false);
    }
}

static long number(struct scene *s, const char *sql)
{
    struct buf b;
    long n;

    buf_init(&b, 64);
    office_value(s, sql, &b);
    n = atol(buf_z(&b));
    buf_fini(&b);
    return n;
}

static int check_records(struct scene *s, long most)
{
    const long all = number(s, "SELECT count(*) FROM cdr");

    if (number(s, "SELECT count(*) FROM (SELECT DISTINCT uniqueid, sequence FROM cdr)") != all)
        return scene_fail(s, "a record came twice");
    if (all > most)
        return scene_fail(s, "%ld records instead of %ld", all, most);
    /* who was rung has a record */
    if (!all && s->rung)
        return scene_fail(s, "the record is lost");
    return 0;
}

static int check_recordings(struct scene *s)
{
    if (!list_is_empty(calls_recordings(engine_calls(s->engine))))
        return scene_fail(s, "the station still records");
    if (far_tapes_open(far_media_tapes(s->media)))
        return scene_fail(s, "a file is still written");
    return 0;
}

int scene_check_end(struct scene *s, long records)
{
    unsigned up;

    if (s->is_broken)
        return scene_fail(s, "the next engine does not start: %s", s->why);
    s->why[0] = '\0';
    scene_pass(s, 3000);
    up = all_calls(s, true);
    if (all_calls(s, false) != up || calls_active(engine_calls(s->engine)) != up)
        return scene_fail(s, "phones are in %u calls, up %u, the station has %u channels",
                          all_calls(s, false), up, calls_active(engine_calls(s->engine)));
    hang_up_all(s);
    scene_pass(s, 3000);
    if (all_calls(s, false) || calls_active(engine_calls(s->engine)))
        return scene_fail(s, "not over: phones are in %u calls, the station has %u channels",
                          all_calls(s, false), calls_active(engine_calls(s->engine)));
    scene_pass(s, 40000);
    return check_recordings(s) ? EINVAL : check_records(s, records);
}
