/* Where a step may lead, by its text. */
#include <errno.h>
#include <stdio.h>

#include "base/buf.h"
#include "plan/link.h"
#include "unit.h"

static void put(struct buf *out, struct slice s)
{
    buf_printf(out, "/%.*s", SLICE_ARG(s));
}

static void note(const struct plan_link *l, void *arg)
{
    static const char *const kinds[] = {"go", "sub", "digits", "sound"};
    struct buf *out = arg;

    buf_printf(out, "%s%s%s", kinds[l->kind], *l->when ? ":" : "", l->when);
    if (l->kind == PLAN_LINK_SOUND) {
        put(out, l->sound);
    } else {
        put(out, l->context);
        put(out, l->exten);
        put(out, l->priority);
    }
    buf_addz(out, l->is_open ? "?;" : ";");
}

static const struct {
    const char *app, *data, *links;
    bool goes_on;
} cases[] = {
    {"Goto", "5", "go///5;", false},
    {"goto", "ivr,s,begin", "go/ivr/s/begin;", false},
    {"Goto", " 101 , 1 ", "go//101/1;", false},
    {"Goto", "out,${EXTEN},1", "go/out/${EXTEN}/1?;", false},
    {"Goto", "", "", false},
    {"GotoIf", "$[\"${A}\"=\"a?b:c\"]?yes:other,no,1", "go:yes///yes;go:no/other/no/1;", false},
    {"GotoIf", "$[${N}>3]?busy", "go:yes///busy;", true},
    {"GotoIf", "${X}?:away", "go:no///away;", true},
    {"GotoIf", "no question", "", true},
    {"GotoIfTime", "09:00-18:00,mon-fri,*,*?open,s,1:closed,s,1",
     "go:yes/open/s/1;go:no/closed/s/1;", false},
    {"Gosub", "sub,s,1(${EXTEN},2)", "sub/sub/s/1;", true},
    {"GosubIf", "${X}?a,s,1(x:y):b,s,1", "sub:yes/a/s/1;sub:no/b/s/1;", true},
    {"Macro", "dial,101", "sub/macro-dial/s/1;", true},
    {"MacroIf", "${X}?one,a:two", "sub:yes/macro-one/s/1;sub:no/macro-two/s/1;", true},
    {"ExecIf", "${X}?Goto(a,s,1):Gosub(b,s,1)", "go/a/s/1;sub/b/s/1;", true},
    {"ExecIf", "${X}?Goto(a,s,1):Goto(b,s,1)", "go/a/s/1;go/b/s/1;", false},
    {"ExecIf", "${X}?Hangup()", "", true},
    {"Exec", "${APP}(x)", "", true},
    {"TryExec", "Goto(a,1)", "go//a/1;", false},
    {"Dial", "PJSIP/1&PJSIP/2,20,tG(a^s^1)U(greet^x)b(pre^s^1(y))M(m^z)F(after,s,1)",
     "go:G/a/s/1;sub:U/greet/s/1;sub:b/pre/s/1;sub:M/macro-m/s/1;go:F/after/s/1;", true},
    {"Dial", "PJSIP/1,,${OPTIONS}", "", true},
    {"Background", "menu&press-1,,ru,ivr", "sound/menu;sound/press-1;digits/ivr//;", true},
    {"Playback", "hello&${FILE},noanswer", "sound/hello;sound/${FILE}?;", true},
    {"Read", "DIGITS,enter,4", "sound/enter;", true},
    {"WaitExten", "5", "digits///;", true},
    {"Hangup", "16", "", false},
    {"Return", "", "", false},
    {"NoOp", "Goto(1)", "", true},
    {"Nonsense", "(((", "", true},
    {"Goto", "((", "", false},
    {"ExecIf", "1?ExecIf(1?ExecIf(1?ExecIf(1?Goto(deep))))", "", true},
};

static int links_are_read(void)
{
    struct buf out;
    int err = 0;

    buf_init(&out, 1000);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]) && !err; i++) {
        bool goes_on = false;

        buf_reset(&out);
        err = plan_link_step(slice_of(cases[i].app), cases[i].data, note, &out, &goes_on);
        if (!err)
            err = buf_err(&out);
        if (!err && (!slice_eqz(buf_slice(&out), cases[i].links) || goes_on != cases[i].goes_on)) {
            fprintf(stderr, "%s(%s): %s %d\n", cases[i].app, cases[i].data, buf_z(&out), goes_on);
            err = unit_failed(__FILE__, __LINE__, cases[i].data);
        }
    }
    buf_fini(&out);
    return err;
}

static int only_some_are_instant(void)
{
    CHECK(plan_link_is_instant(SLICE("GOTOIF")) && plan_link_is_instant(SLICE("Set")));
    CHECK(!plan_link_is_instant(SLICE("Dial")) && !plan_link_is_instant(SLICE("Wait")) &&
          !plan_link_is_instant(SLICE("")));
    return 0;
}

UNIT_TESTS(UNIT(links_are_read), UNIT(only_some_are_instant))
