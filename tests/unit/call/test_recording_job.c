/* test_recording_job.c - the manual's scripts behind a recording are jobs of the station */
#include "call/recording_job.h"

#include "unit.h"

static int commands_are_told_apart(void)
{
    static const struct {
        const char *command, *uniqueid;
        bool is_ours;
        int mode;
    } cases[] = {
        {"/var/lib/asterisk/scripts/wavtompeg/script.php --uniqueid=\"17.5\"", "17.5", true,
         RECORDING_JOB_MONO},
        {"/var/lib/asterisk/scripts/wavtostereompeg/script.php --uniqueid=\"17.5\"", "17.5", true,
         RECORDING_JOB_STEREO},
        {"wavtompeg/script.php --uniqueid=17.5", "17.5", true, RECORDING_JOB_MONO},
        {"/usr/bin/php /opt/wavtostereompeg/script.php --uniqueid '17.5'", "17.5", true,
         RECORDING_JOB_STEREO},
        {"wavtompeg/script.php", NULL, true, RECORDING_JOB_MONO},
        {"station recording convert --uniqueid=1 --stereo", "1", true, RECORDING_JOB_STEREO},
        {"/usr/local/bin/station recording convert --uniqueid=1", "1", true, RECORDING_JOB_AS_IS},
        {"xwavtompeg/script.php --uniqueid=1", NULL, false, 0},
        {"/bin/echo wavtompeg/script.php", NULL, false, 0},
        {"station recording list", NULL, false, 0},
        {"", NULL, false, 0},
    };
    struct recording_job job;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CHECK(recording_job_parse(slice_of(cases[i].command), &job) == cases[i].is_ours);
        if (!cases[i].is_ours)
            continue;
        CHECK((int)job.mode == cases[i].mode);
        CHECK(cases[i].uniqueid ? slice_eqz(job.uniqueid, cases[i].uniqueid)
                                : !slice_is_set(job.uniqueid));
    }
    return 0;
}

UNIT_TESTS(UNIT(commands_are_told_apart))
