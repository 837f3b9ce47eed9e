/* PJSIPShow..., PJSIPQualify, PJSIPRegister, PJSIPUnregister as a real Asterisk answers them, and the events
   of contacts, endpoints, extensions, devices and registrations */
#include "driver.h"
#include "transcript.h"

/* As the Asterisk was when it answered: two phones are there, one of them answers OPTIONS; one carrier
   has no answer. */
static int fill(struct driver *o, struct far phones[2])
{
    int err = far_open(&phones[0], o->d.net, "127.0.0.1:5071");

    if (!err)
        err = far_open(&phones[1], o->d.net, "127.0.0.1:5072");
    if (err)
        return err;
    loop_fake_advance(o->d.loop, 33000); /* the first request to "mute" has no answer */
    if (far_register(&phones[0], o->d.loop, "u00001", 60) != 200 ||
        far_register(&phones[1], o->d.loop, "u00002", 60) != 200)
        return unit_is_rerun() ? ENOMEM : EINVAL;
    loop_fake_advance(o->d.loop, 6000);
    return 0;
}

static int answers_as_the_original(void)
{
    struct far phones[2] = {{NULL}, {NULL}};
    struct driver o;
    int err = driver_init(&o, "off");

    if (err)
        return err;
    CHECK_OK_TO(fill(&o, phones), out);
    CHECK_TO(transcript_replay("tests/golden/manager/pjsip.txt", &o.c, o.d.loop) == 0, out);
out:
    far_close(&phones[0]);
    far_close(&phones[1]);
    driver_fini(&o);
    return err;
}

UNIT_TESTS(UNIT_ONCE(answers_as_the_original))
