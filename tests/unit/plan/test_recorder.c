/* test_recorder.c - names of files to be recorded: nothing leads out of the folder of recordings */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "plan/recorder.h"
#include "unit.h"

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
        {"/var/spool/asterisk/monitor", NULL, EACCES},
        {"/var/spool/asterisk/monitor/", NULL, EINVAL},
        {"/var/spool/asterisk/monitor//etc/passwd", NULL, EACCES},
        {"/var/spool/asterisk/monitor/../x.wav", NULL, EACCES},
        {"/var/spool/asterisk/monitors/x.wav", NULL, EACCES},
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

UNIT_TESTS(UNIT(names_stay_below_the_folder), UNIT(long_names_are_refused))
