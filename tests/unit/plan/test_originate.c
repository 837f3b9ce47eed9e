/* Calls that the station makes by itself (plan/originate.h). */
#include "fixture.h"
#include "plan/originate.h"

static void note_reason(enum plan_originate_reason reason, struct channel *ch, void *arg)
{
    buf_printf(&((struct world *)arg)->notes, "reason=%d%s;", (int)reason, ch ? " ch" : "");
}

static const char routing[] =
    "[out]\n20,1,Note(${CALLERID(num)} ${CALLERID(name)} ${V} ${CHANNEL(accountcode)} ${EXTEN})\n"
    "h,1,Note(h)\n"
    "[sad]\nfailed,1,Note(sad ${REASON} ${V} ${CALLERID(num)} ${EXTEN})\n";

/* One call to where, ms of time, and what was noted. */
static int originate(struct plan_originate_args *a, uint64_t ms, const char *notes)
{
    struct world w;
    int err;

    CHECK_OK(world_init(&w));
    CHECK_OK_TO(world_route(&w, routing), out);
    a->done = note_reason;
    a->arg = &w;
    CHECK_OK_TO(plan_originate(NULL, w.core, a), out);
    loop_fake_advance(w.loop, ms);
    CHECK_TO(world_saw(&w, notes), out);
    CHECK_TO(calls_active(w.calls) == 0, out);
out:
    world_fini(&w);
    return err;
}

static int an_extension_runs_when_it_is_answered(void)
{
    static const struct plan_originate_var vars[] = {{"V", "7"}};

    return originate(&(struct plan_originate_args){.where = "Test/answer",
                                                   .caller_number = "555",
                                                   .caller_name = "Robot",
                                                   .account = "acc",
                                                   .vars = vars,
                                                   .var_count = 1,
                                                   .context = "out",
                                                   .exten = "20"},
                     2000, "reason=4 ch;555 Robot 7 acc 20;h;answer=16;");
}

static int extension_failed_runs_when_nobody_answers(void)
{
    struct world w;
    int err;

    CHECK_OK(world_init(&w));
    CHECK_OK_TO(
        world_route(&w, "[out]\nfailed,1,Note(failed ${REASON} ${V} ${EXTEN})\nh,1,Note(h)\n"),
        out);
    CHECK_OK_TO(
        plan_originate(NULL, w.core,
                       &(struct plan_originate_args){.where = "Test/busy",
                                                     .vars = &(struct plan_originate_var){"V", "7"},
                                                     .var_count = 1,
                                                     .context = "out",
                                                     .exten = "20",
                                                     .runs_failed = true}),
        out);
    loop_fake_advance(w.loop, 2000);
    CHECK_TO(world_saw(&w, "failed 0 7 failed;h;"), out);
    CHECK_TO(calls_active(w.calls) == 0 && !w.records, out);
out:
    world_fini(&w);
    return err;
}

static int who_goes_into_the_routing_is_processed(void)
{
    struct world w;
    int err;

    CHECK_OK(world_init(&w));
    CHECK_OK_TO(world_route(&w, routing), out);
    CHECK_OK_TO(plan_originate(NULL, w.core,
                               &(struct plan_originate_args){
                                   .where = "Test/answer", .context = "out", .exten = "20"}),
                out);
    CHECK_OK_TO(plan_originate(NULL, w.core,
                               &(struct plan_originate_args){
                                   .where = "Test/answer", .app = "Note", .app_data = "x"}),
                out);
    loop_fake_advance(w.loop, 2000);
    CHECK_TO(calls_processed(w.calls) == 1 && calls_peak(w.calls) == 2, out);
out:
    world_fini(&w);
    return err;
}

static int an_application_runs_without_extension_h(void)
{
    return originate(
        &(struct plan_originate_args){
            .where = "Test/answer", .app = "Note", .app_data = "hello", .context = "out"},
        2000, "reason=4 ch;hello;answer=16;");
}

static int early_media_is_enough_when_asked_for(void)
{
    return originate(
        &(struct plan_originate_args){
            .where = "Test/early", .app = "Note", .app_data = "early", .with_early_media = true},
        500, "reason=4 ch;early;early=16;");
}

static int why_it_failed_is_told(void)
{
    static const struct {
        const char *where, *notes;
    } cases[] = {
        {"Test/busy", "reason=0;"},         {"Test/cong", "reason=0;"},
        {"Test/ring", "reason=3;ring=19;"}, {"Test/none", "reason=0;"},
        {"Nosuch/x", "reason=0;"},          {"Test/dead", "reason=0;dead=16;"},
        {"Test/reject", "reason=0;"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CHECK_OK(originate(&(struct plan_originate_args){.where = cases[i].where,
                                                         .app = "Note",
                                                         .timeout_ms = 1000},
                           1500, cases[i].notes));
    return 0;
}

static int without_an_answer_extension_failed_runs(void)
{
    static const struct plan_originate_var vars[] = {{"V", "7"}};
    struct plan_originate_args a = {.where = "Test/busy",
                                    .caller_number = "555",
                                    .vars = vars,
                                    .var_count = 1,
                                    .context = "sad",
                                    .exten = "20",
                                    .runs_failed = true};

    CHECK_OK(originate(&a, 2000, "reason=0;sad 0 7 555 failed;"));
    a.context = "out"; /* which has none */
    CHECK_OK(originate(&a, 2000, "reason=0;"));
    a.context = "sad";
    a.app = "Note";
    return originate(&a, 2000, "reason=0;");
}

static int nonsense_is_refused_and_a_cancel_is_silent(void)
{
    struct plan_originate *o = NULL;
    struct world w;
    int err = 0;

    CHECK_OK(world_init(&w));
    CHECK_TO(plan_originate(NULL, w.core,
                            &(struct plan_originate_args){.where = "x", .app = "Note"}) == EINVAL,
             out);
    CHECK_TO(plan_originate(NULL, w.core, &(struct plan_originate_args){.where = "Test/ring"}) ==
                 EINVAL,
             out);
    CHECK_OK_TO(
        plan_originate(&o, w.core,
                       &(struct plan_originate_args){
                           .where = "Test/ring", .app = "Note", .done = note_reason, .arg = &w}),
        out);
    loop_fake_advance(w.loop, 500);
    plan_originate_cancel(o);
    loop_fake_advance(w.loop, 10);
    CHECK_TO(world_saw(&w, "ring=16;") && calls_active(w.calls) == 0, out);
out:
    mem_deref(o);
    world_fini(&w);
    return err;
}

UNIT_TESTS(UNIT(extension_failed_runs_when_nobody_answers),
           UNIT(an_extension_runs_when_it_is_answered),
           UNIT_ONCE(who_goes_into_the_routing_is_processed),
           UNIT_ONCE(an_application_runs_without_extension_h),
           UNIT_ONCE(early_media_is_enough_when_asked_for), UNIT_ONCE(why_it_failed_is_told),
           UNIT_ONCE(without_an_answer_extension_failed_runs),
           UNIT_ONCE(nonsense_is_refused_and_a_cancel_is_silent))
