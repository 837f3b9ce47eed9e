/* test_recorded.c - a program is told where a file really is, that the routing knows by a name of Asterisk's */
#include "plan/recorded.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "plan/core.h"
#include "unit.h"

static int names_become_real_where_they_stand_whole(void)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"--attachment=\"/tmp/17.5.wav\"", "--attachment=\"/s/recordings/tmp/17.5.wav\""},
        {"/tmp/17.5.wav", "/s/recordings/tmp/17.5.wav"},
        {"lame /tmp/17.5.wav /tmp/17.5.mp3", "lame /s/recordings/tmp/17.5.wav /tmp/17.5.mp3"},
        {"a;/tmp/17.5.wav|/var/spool/asterisk/monitor/x.wav",
         "a;/s/recordings/tmp/17.5.wav|/s/recordings/x.wav"},
        {"/home/tmp/17.5.wav", NULL},
        {"/tmp/17.5.wav.old", NULL},
        {"/tmp/17.5.wa", NULL},
        {"17.5.wav", NULL},
        {"", NULL},
    };
    struct plan_core p = {.recordings = (char *)(uintptr_t) "/s/recordings"};
    struct channel ch = {0};
    char *real = NULL;
    int err = 0;

    plan_recorded_note(&ch, SLICE("/tmp/17.5.wav"), SLICE("tmp/17.5.wav"));
    plan_recorded_note(&ch, SLICE("/var/spool/asterisk/monitor/x.wav"), SLICE("x.wav"));
    plan_recorded_note(&ch, SLICE("relative.wav"), SLICE("relative.wav"));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        real = plan_recorded_real(&p, &ch, cases[i].text);
        CHECK_TO(unit_is_rerun() || !real == !cases[i].want, out);
        CHECK_TO(!real || strcmp(real, cases[i].want) == 0 || unit_is_rerun(), out);
        mem_free(real);
        real = NULL;
    }
out:
    mem_free(real);
    mem_free(ch.recorded);
    return err;
}

static int the_oldest_go(void)
{
    struct plan_core p = {.recordings = (char *)(uintptr_t) "/r"};
    struct channel ch = {0};
    char name[64], *real = NULL;
    int err = 0;

    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof(name), "/tmp/a-name-of-some-length-%d.wav", i);
        plan_recorded_note(&ch, slice_of(name), slice_of(name + 1));
    }
    CHECK_TO(strlen(ch.recorded) <= RECORDED_MAX, out);
    CHECK_TO(!plan_recorded_real(&p, &ch, "/tmp/a-name-of-some-length-0.wav"), out);
    real = plan_recorded_real(&p, &ch, name);
    CHECK_TO(real && strcmp(real, "/r/tmp/a-name-of-some-length-299.wav") == 0, out);
out:
    mem_free(real);
    mem_free(ch.recorded);
    return err;
}

UNIT_TESTS(UNIT(names_become_real_where_they_stand_whole), UNIT_ONCE(the_oldest_go))
