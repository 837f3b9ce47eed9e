/* Dry runs: the steps told are the steps a call takes, and nothing is done. */
#include "fixture.h"
#include "call/observe.h"
#include "plan/dry.h"

struct told {
    struct buf lines, steps;
    bool is_done;
};

static void on_line(const char *text, void *arg)
{
    struct told *t = arg;

    buf_printf(&t->lines, "%s\n", text);
    if (*text == '[')
        buf_printf(&t->steps, "%s\n", text);
}

static void on_done(const char *text, void *arg)
{
    ((struct told *)arg)->is_done = true;
}

static int dry(struct world *w, struct told *t, const char *exten, const char *caller,
               const char *outcome, int64_t at)
{
    int err;

    buf_fini(&t->lines);
    buf_fini(&t->steps);
    buf_init(&t->lines, 1 << 20);
    buf_init(&t->steps, 1 << 20);
    t->is_done = false;
    err = plan_dry_start(w->core, &(struct plan_dry_args){.context = SLICE("main"),
                                                          .exten = slice_of(exten),
                                                          .caller = slice_of(caller),
                                                          .outcome = outcome,
                                                          .at = {at * 1000000},
                                                          .line = on_line,
                                                          .done = on_done,
                                                          .arg = t});
    if (!err)
        loop_fake_advance(w->loop, 1);
    return err;
}

static void on_fact(const struct call_fact *f, void *arg)
{
    if (f->type == CALL_STEP)
        buf_printf(arg, "[%s,%s,%d] %.*s(%.*s)\n", f->channel->context, f->channel->exten,
                   f->channel->priority, SLICE_ARG(f->name), SLICE_ARG(f->value));
}

static const char routing[] =
    "[main]\n"
    "10,1,Set(X=1)\n10,2,GotoIf($[${X}=1]?yes)\n10,3,NoOp(no)\n10,4(yes),Gosub(sub,s,1(a,b))\n"
    "10,5,Set(GLOBAL(G)=5)\n10,6,NoOp(${G} ${GOSUB_RETVAL} ${ARG1})\n10,7,Dial(Test/busy,20)\n"
    "10,8,NoOp(${DIALSTATUS})\n10,9,Goto(nosuch,1)\n"
    "_1X!,1,NoOp(pattern)\n"
    "20,1,Dial(Test/answer,,g)\n20,2,NoOp(after)\n"
    "30,1,Goto(30,1)\n"
    "40,1,Set(CHANNEL(hangup_handler_push)=sub,s,1(z))\n40,2,Hangup(21)\n"
    "50/101,1,NoOp(for 101)\n50,1,NoOp(for all)\ninclude day,9:00-18:00,*,*,*,UTC\n"
    "70,1,GotoIfTime(9:00-18:00,*,*,*,UTC?20,2)\n70,2,NoOp(night ${EPOCH()})\n"
    "80,1,NoOp([${NOSUCH(1)}])\n80,2,Queue(x)\n80,3,NoSuchApp(x)\n"
    "i,1,NoOp(i ${INVALID_EXTEN})\ni,2,Busy(5)\nh,1,NoOp(h ${HANGUPCAUSE})\n"
    "[sub]\ns,1,Set(LOCAL(v)=${ARG1}${ARG2})\ns,2,Return(${v})\n"
    "[day]\n60,1,NoOp(day)\n60,2,GotoIfTime(9:00-18:00,*,*,*,UTC?4)\n60,3,NoOp(jumped not)\n60,4,NoOp(jumped)\n"
    "60,5,ExecIfTime(9:00-18:00,*,*,*,UTC?NoOp(open):NoOp(closed))\n";

static bool is_same(const char *dry_steps, const char *steps)
{
    if (strcmp(dry_steps, steps) == 0)
        return true;
    if (!unit_is_rerun())
        fprintf(stderr, "dry run:\n%sreal call:\n%s", dry_steps, steps);
    return false;
}

/* A real call, then a dry one to the same extension: both took the same steps. */
static int compare(const char *exten, const char *outcome)
{
    struct call_observer o = {.h = on_fact};
    struct told t = {0};
    struct world w;
    struct buf real;
    int err;

    buf_init(&real, 1 << 20);
    o.arg = &real;
    CHECK_OK(world_init(&w));
    CHECK_OK_TO(world_route(&w, routing), out);
    calls_observe(w.calls, &o);
    CHECK_OK_TO(world_dial(&w, exten, NULL), out);
    loop_fake_advance(w.loop, 40000);
    plan_global_set(w.core, SLICE("G"), SLICE_NONE);
    CHECK_OK_TO(dry(&w, &t, exten, "", outcome, 0), out);
    CHECK_TO(t.is_done, out);
    if (!unit_is_rerun())
        CHECK_TO(is_same(buf_z(&t.steps), buf_z(&real)), out);
out:
    call_observer_remove(&o);
    world_fini(&w);
    buf_fini(&real);
    buf_fini(&t.lines);
    buf_fini(&t.steps);
    return err;
}

static int steps_are_those_of_a_call(void)
{
    return compare("10", "BUSY");
}

static int an_answered_dial_goes_on_with_g(void)
{
    struct told t = {0};
    struct world w;
    int err;

    CHECK_OK(world_init(&w));
    CHECK_OK_TO(world_route(&w, routing), out);
    CHECK_OK_TO(dry(&w, &t, "20", "", "ANSWER", 0), out);
    CHECK_TO(strstr(buf_z(&t.lines), "[main,20,2] NoOp(after)"), out);
out:
    world_fini(&w);
    buf_fini(&t.lines);
    buf_fini(&t.steps);
    return err;
}

static int handlers_and_h_are_steps_too(void)
{
    return compare("40", NULL);
}

static int nothing_is_done(void)
{
    struct told t = {0};
    struct world w;
    int err;

    CHECK_OK(world_init(&w));
    CHECK_OK_TO(world_route(&w, routing), out);
    CHECK_OK_TO(dry(&w, &t, "10", "", NULL, 0), out);
    CHECK_TO(world_saw(&w, ""), out); /* no leg, no answer, no end */
    CHECK_TO(!slice_is_set(plan_global_get(w.core, SLICE("G"))), out);
    CHECK_TO(w.records == 0 && calls_processed(w.calls) == 0 && calls_active(w.calls) == 0, out);
    CHECK_TO(strstr(buf_z(&t.lines), "not set: GLOBAL(G)=5"), out);
    CHECK_TO(strstr(buf_z(&t.lines), "DIALSTATUS=NOANSWER"), out);
    CHECK_TO(strstr(buf_z(&t.lines), "end of the call, cause 17"), out);
out:
    world_fini(&w);
    buf_fini(&t.lines);
    buf_fini(&t.steps);
    return err;
}

static int circles_end(void)
{
    struct told t = {0};
    struct world w;
    int err;

    CHECK_OK(world_init(&w));
    CHECK_OK_TO(world_route(&w, routing), out);
    CHECK_OK_TO(dry(&w, &t, "30", "", NULL, 0), out);
    CHECK_TO(t.is_done && strstr(buf_z(&t.lines), "more than 1000 steps"), out);
out:
    world_fini(&w);
    buf_fini(&t.lines);
    buf_fini(&t.steps);
    return err;
}

static int caller_and_time_count(void)
{
    struct told t = {0};
    struct world w;
    int err;

    CHECK_OK(world_init(&w));
    CHECK_OK_TO(world_route(&w, routing), out);
    CHECK_OK_TO(dry(&w, &t, "50", "101", NULL, 0), out);
    CHECK_TO(strstr(buf_z(&t.lines), "for 101"), out);
    CHECK_OK_TO(dry(&w, &t, "50", "102", NULL, 0), out);
    CHECK_TO(strstr(buf_z(&t.lines), "for all"), out);
    CHECK_OK_TO(dry(&w, &t, "60", "", NULL, 1715731200 + 12 * 3600), out);
    CHECK_TO(strstr(buf_z(&t.lines), "NoOp(day)"), out);
    CHECK_TO(!strstr(buf_z(&t.lines), "jumped not") && strstr(buf_z(&t.lines), "open"), out);
    CHECK_OK_TO(dry(&w, &t, "60", "", NULL, 1715731200), out);
    CHECK_TO(!strstr(buf_z(&t.lines), "NoOp(day)"), out);
    CHECK_OK_TO(dry(&w, &t, "70", "", NULL, 1715731200), out);
    CHECK_TO(strstr(buf_z(&t.lines), "NoOp(night 1715731200)"), out);
    CHECK_OK_TO(dry(&w, &t, "70", "", NULL, 1715731200 + 12 * 3600), out);
    CHECK_TO(strstr(buf_z(&t.lines), "NoOp(after)"), out);
out:
    world_fini(&w);
    buf_fini(&t.lines);
    buf_fini(&t.steps);
    return err;
}

static int what_is_missing_is_told(void)
{
    struct told t = {0};
    struct world w;
    int err;

    CHECK_OK(world_init(&w));
    CHECK_OK_TO(world_route(&w, routing), out);
    CHECK_OK_TO(dry(&w, &t, "80", "", NULL, 0), out);
    CHECK_TO(strstr(buf_z(&t.lines), "80,1] NoOp([])\n       no function NOSUCH"), out);
    CHECK_TO(strstr(buf_z(&t.lines), "80,2] Queue()\n       this application is not here yet"),
             out);
    CHECK_TO(strstr(buf_z(&t.lines), "80,3] NoSuchApp()\n       there is no such application"),
             out);
    CHECK_OK_TO(dry(&w, &t, "99", "", NULL, 0), out);
    CHECK_TO(strstr(buf_z(&t.lines), "there is no such extension here"), out);
out:
    world_fini(&w);
    buf_fini(&t.lines);
    buf_fini(&t.steps);
    return err;
}

static int times_are_read(void)
{
    const struct wall now = {1700000000000000};
    struct wall at;

    setenv("TZ", "UTC", 1);
    CHECK_OK(plan_dry_parse_time(&at, "2024-05-15 09:30", now));
    CHECK(at.us == (INT64_C(1715731200) + 9 * 3600 + 1800) * 1000000);
    CHECK_OK(plan_dry_parse_time(&at, "2024-05-15", now));
    CHECK(at.us == (INT64_C(1715731200) + 12 * 3600) * 1000000);
    CHECK_OK(plan_dry_parse_time(&at, "00:00", now));
    CHECK(at.us == INT64_C(1699920000) * 1000000);
    CHECK(plan_dry_parse_time(&at, "25:00", now) == EINVAL);
    CHECK(plan_dry_parse_time(&at, "noon", now) == EINVAL);
    CHECK(plan_dry_parse_time(&at, "2024-13-01", now) == EINVAL);
    return 0;
}

UNIT_TESTS(UNIT(what_is_missing_is_told), UNIT(steps_are_those_of_a_call),
           UNIT(an_answered_dial_goes_on_with_g), UNIT(handlers_and_h_are_steps_too),
           UNIT(nothing_is_done), UNIT_ONCE(circles_end), UNIT(caller_and_time_count),
           UNIT_ONCE(times_are_read))
