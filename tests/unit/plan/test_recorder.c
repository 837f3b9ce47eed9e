/* test_recorder.c - names of files to be recorded: nothing leads out of the folder of recordings */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "fixture.h"
#include "plan/recorder.h"

static int names_stay_below_the_folder(void)
{
    static const struct {
        const char *given, *name;
        int err;
    } cases[] = {
        {"a.wav", "a.wav", 0},
        {"a", "a.wav", 0},
        {"a.", "a.wav", 0},
        {"a.wav49", "a.WAV", 0},
        {"a.WAV49", "a.WAV", 0},
        {"a.b/c", "a.b/c.wav", 0},
        {" sub/a.gsm ", "sub/a.gsm", 0},
        {"./a.wav", "a.wav", 0},
        {"././a.wav", "a.wav", 0},
        {"..a.wav", "..a.wav", 0},
        {"a..wav", "a..wav", 0},
        {"%2e%2e%2fa.wav", "%2e%2e%2fa.wav", 0},
        {"/var/spool/asterisk/monitor/1711279935.60.wav", "1711279935.60.wav", 0},
        {"/var/spool/asterisk/monitor/2024/a.wav", "2024/a.wav", 0},
        {"/var/spool/asterisk/monitors/x.wav", "monitors/x.wav", 0},
        {"/var/lib/asterisk/sounds/x.wav", "x.wav", 0},
        {"/tmp/x.wav", "tmp/x.wav", 0},
        {"/tmp/../x.wav", NULL, EACCES},
        {"/tmp", NULL, EACCES},
        {"", NULL, EINVAL},
        {" ", NULL, EINVAL},
        {"a/", NULL, EINVAL},
        {"a//b.wav", NULL, EINVAL},
        {"a\nb.wav", NULL, EINVAL},
        {"a\x7f.wav", NULL, EINVAL},
        {"..", NULL, EACCES},
        {"../a.wav", NULL, EACCES},
        {"./../a.wav", NULL, EACCES},
        {"a/../b.wav", NULL, EACCES},
        {"a/..", NULL, EACCES},
        {"/etc/passwd", NULL, EACCES},
        {"/", NULL, EACCES},
        {"/var/spool/asterisk/monitor/", NULL, EINVAL},
        {"/var/spool/asterisk/monitor//etc/passwd", NULL, EACCES},
        {"/var/spool/asterisk/monitor/../x.wav", NULL, EACCES},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf out;
        int err;

        buf_init(&out, MEDIA_PATH_MAX + 1);
        err = plan_recorder_name(slice_of(cases[i].given), &out);
        if (err == ENOMEM && unit_is_rerun()) {
            buf_fini(&out);
            return ENOMEM;
        }
        if (err != cases[i].err || (!err && strcmp(buf_z(&out), cases[i].name) != 0)) {
            unit_failed(__FILE__, __LINE__, cases[i].given);
            buf_fini(&out);
            return EINVAL;
        }
        buf_fini(&out);
    }
    return 0;
}

static int long_names_are_refused(void)
{
    char name[MEDIA_PATH_MAX + 2];
    struct buf out;
    int err;

    memset(name, 'a', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    buf_init(&out, MEDIA_PATH_MAX + 1);
    CHECK_TO(plan_recorder_name(slice_of(name), &out) == ENAMETOOLONG, out);
    name[MEDIA_PATH_MAX - 4] = '\0';
    CHECK_OK_TO(plan_recorder_name(slice_of(name), &out), out);
    CHECK_TO(out.len == MEDIA_PATH_MAX, out);
out:
    buf_fini(&out);
    return err;
}

/* What memory is missing for is not recorded; the call goes on, and nothing is left behind. */
static int a_call_is_recorded(void)
{
    struct channel *ch = NULL;
    struct world w;
    int err;

    CHECK_OK(world_init(&w));
    CHECK_OK_TO(
        world_route(&w, "[main]\n10,1,Answer()\n"
                        "10,2,MixMonitor(a,r(b.gsm)t(c.wav)i(ID)B(5)s(1)v(2),run ^{ID} ^{EXTEN})\n"
                        "10,3,Note(${MIXMONITOR_FILENAME} ${LEN(${ID})})\n"
                        "10,4,Note(${MIXMONITOR(${ID},filename)})\n"
                        "10,5,MixMonitor(../x)\n10,6,Wait(1)\n10,7,StopMixMonitor(${ID})\n"
                        "10,8,Note(over)\n"),
        out);
    CHECK_OK_TO(world_dial(&w, "10", &ch), out);
    loop_fake_advance(w.loop, 500);
    CHECK_TO(unit_is_rerun() || (ch->recording_count == 1 && ch->media_users == 1), out);
    loop_fake_advance(w.loop, 2000);
    CHECK_TO(unit_is_rerun() ||
                 world_saw(&w, "200;/var/spool/asterisk/monitor/a.wav 18;"
                               "/var/spool/asterisk/monitor/a.wav;tape=b.gsm;over;end=16;cut=0;"),
             out);
    CHECK_TO(ch->recording_count == 0 && ch->media_users == 0, out);
out:
    mem_deref(ch);
    world_fini(&w);
    return err;
}

/* What a caller's name may hold: the file is called as its row in the database can say. */
static int bytes_that_are_no_text_do_not_come_into_a_name(void)
{
    struct world w;
    int err;

    CHECK_OK(world_init(&w));
    CHECK_OK_TO(world_route(&w, "[main]\n10,1,Answer()\n10,2,MixMonitor(a\xff\xd0.wav)\n"
                                "10,3,Note(${MIXMONITOR_FILENAME})\n"),
                out);
    CHECK_OK_TO(world_dial(&w, "10", NULL), out);
    loop_fake_advance(w.loop, 500);
    CHECK_TO(unit_is_rerun() || strstr(buf_z(&w.notes), "monitor/a\xef\xbf\xbd\xef\xbf\xbd.wav;"),
             out);
out:
    world_fini(&w);
    return err;
}

UNIT_TESTS(UNIT(a_call_is_recorded), UNIT(bytes_that_are_no_text_do_not_come_into_a_name),
           UNIT(names_stay_below_the_folder), UNIT(long_names_are_refused))
