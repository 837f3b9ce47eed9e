/* What a step asks for and nobody does. */
#include "base/log.h"
#include "fixture.h"
#include "plan/scan.h"

static void note(enum plan_lack lack, struct slice what, void *arg)
{
    static const char *const words[PLAN_LACKS] = {"func", "tech", "option", "later"};

    buf_printf(arg, "%s %.*s;", words[lack], SLICE_ARG(what));
}

static const struct {
    const char *app, *data, *lacks;
} cases[] = {
    {"NoOp", "${EXTEN} ${CALLERID(num)} ${PJSIP_HEADER(read,X)} plain(text)", ""},
    {"NoOp", "${SPEECH(a/b)}${LEN(${SPEECH_TEXT(x)})}", "func SPEECH;func SPEECH_TEXT;"},
    {"Set", "SPEECH(a/b)=1", "func SPEECH;"},
    {"Set", "GLOBAL(a)=f(x)", ""},
    {"Set", "X=$[SIN(1)]", ""},
    {"Dial", "PJSIP/101&sip/102,20,gG(a^b)m(x)r", ""},
    {"Dial", "PJSIP/101&Local/5@x&DAHDI/g1/5,20,tTU(sub)Y(sub)",
     "tech DAHDI;later t;later T;option Y;"},
    {"Dial", "${TRUNK}/${EXTEN},,${OPTIONS}", ""},
    {"Dial", "PJSIP/${IF(1?a/b,c)},,Y", "option Y;"},
    {"Playback", "Local/5,,W", ""},
};

static int what_is_missing_is_found(void)
{
    struct buf out;
    int err = 0;

    buf_init(&out, 1000);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]) && !err; i++) {
        buf_reset(&out);
        err = plan_scan_step(NULL, slice_of(cases[i].app), cases[i].data, note, &out);
        if (!err)
            err = buf_err(&out);
        if (!err && !slice_eqz(buf_slice(&out), cases[i].lacks))
            err = unit_failed(__FILE__, __LINE__, cases[i].data);
    }
    buf_fini(&out);
    return err;
}

static struct buf log_text;

static void keep(enum log_level level, const char *line, void *arg)
{
    buf_printf(&log_text, "%d %s\n", (int)level, line);
}

static uint32_t times(const char *text)
{
    uint32_t n = 0;

    for (const char *s = buf_z(&log_text); (s = strstr(s, text)); s++)
        n++;
    return n;
}

static int a_routing_is_told_with_the_first_place(void)
{
    struct world w;
    int err;

    buf_init(&log_text, 100000);
    CHECK_OK(world_init(&w));
    log_set_sink(keep, NULL);
    err = world_route(&w, "[main]\n10,1,Dial(Test/a,,tY(x))\n10,2,Dial(Test/a,,Y(y))\n"
                          "11,1,Note(${NOSUCH(1)})\n11,2,Note(${NOSUCH(2)}${LEN(x)})\n");
    log_set_sink(NULL, NULL);
    CHECK_OK_TO(err, out);
    CHECK_TO(times("option of Dial") == 2, out);
    CHECK_TO(times("no effect at=\"main,10,1\" application=Dial what=\"Y\"") == 1, out);
    CHECK_TO(times("not obeyed yet at=\"main,10,1\" application=Dial what=\"t\"") == 1, out);
    CHECK_TO(times("no such function") == 1, out);
    CHECK_TO(times("at=\"main,11,1\" application=Note what=\"NOSUCH\"") == 1, out);
out:
    if (err)
        fprintf(stderr, "%s", buf_z(&log_text));
    buf_fini(&log_text);
    world_fini(&w);
    return err;
}

/* A change of something else later on is no reason to say it again. */
static int what_was_lacking_already_is_not_told_again(void)
{
    static const char *const routings[] = {
        "[main]\n10,1,Note(${NOSUCH(1)})\n10,2,NoApp()\n",
        "[main]\n9,1,Note(x)\n10,1,Note(${NOSUCH(1)})\n10,2,NoApp()\n", "[main]\n10,1,Note(y)\n",
        "[main]\n10,1,Note(${NOSUCH(1)})\n10,2,NoApp()\n"};
    static const uint32_t told[] = {1, 1, 1, 2};
    struct world w;
    int err;

    buf_init(&log_text, 100000);
    CHECK_OK(world_init(&w));
    for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
        log_set_sink(keep, NULL);
        err = world_route(&w, routings[i]);
        log_set_sink(NULL, NULL);
        CHECK_OK_TO(err, out);
        CHECK_TO(times("no such function") == told[i], out);
        CHECK_TO(times("no such application") == told[i], out);
        loop_fake_advance(w.loop, 120000);
    }
out:
    buf_fini(&log_text);
    world_fini(&w);
    return err;
}

UNIT_TESTS(UNIT(what_is_missing_is_found), UNIT_ONCE(a_routing_is_told_with_the_first_place),
           UNIT_ONCE(what_was_lacking_already_is_not_told_again))
