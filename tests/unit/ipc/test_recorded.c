/* Names of recordings, as routings written for Asterisk have them. */
#include "ipc/recorded.h"
#include "unit.h"

static int absolute_names_are_below_the_folder_of_recordings(void)
{
    static const struct {
        const char *name, *below; /* NULL: elsewhere */
    } cases[] = {
        {"x", "x"},
        {"a/x", "a/x"},
        {"", ""},
        {"/tmp/x", "tmp/x"},
        {"/var/tmp/a/x", "tmp/a/x"},
        {"/var/spool/asterisk/monitor/x", "x"},
        {"/var/spool/asterisk/voicemail/x", "voicemail/x"},
        {"/var/lib/asterisk/sounds/custom/x", "custom/x"},
        {"/tmp/../x", "tmp/../x"}, /* looked at by who opens it */
        {"/tmp", NULL},
        {"/etc/x", NULL},
        {"//tmp/x", NULL},
        {"/", NULL},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct slice below = recorded_below(slice_of(cases[i].name));

        CHECK(slice_is_set(below) == (cases[i].below != NULL));
        CHECK(!cases[i].below || slice_eqz(below, cases[i].below));
    }
    return 0;
}

UNIT_TESTS(UNIT(absolute_names_are_below_the_folder_of_recordings))
