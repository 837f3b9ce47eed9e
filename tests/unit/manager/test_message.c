/* SendText, MessageSend (what leaves by SIP: tests/scene) */
#include "office.h"

static const char routing[] = "[main]\n30,1,Answer()\n30,2,Wait(1000)\n";

static int says_what_is_wrong(void)
{
    static const struct {
        const char *question, *answer;
    } cases[] = {
        {"Action: SendText\n\n", ERROR("No channel specified")},
        {"Action: SendText\nChannel: x\n\n", ERROR("No Message specified")},
        {"Action: SendText\nChannel: x\nMessage: hi\n\n", ERROR("No such channel")},
        {"Action: SendText\nChannel: Test/in-00000000\nMessage: hi\n\n", ERROR("Failure")},
        {"Action: MessageSend\n\n", ERROR("No 'To' address specified.")},
        {"Action: MessageSend\nTo: x\n\n", ERROR("Message technology not found.")},
        {"Action: MessageSend\nDestination: foo:x\nTo: pjsip:101\nBody: hi\n\n",
         ERROR("Message technology not found.")},
        {"Action: MessageSend\nTo: pjsip:nosuch\nBase64Body: aGkK\n\n",
         ERROR("Message failed to send.")},
    };
    struct office o;
    int err = office_init(&o, routing, "admin", "off");

    if (!err)
        err = world_dial(&o.w, "30", NULL);
    if (!err)
        loop_fake_advance(o.w.loop, 100);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]) && !err; i++)
        CHECK_TO(office_says(&o, cases[i].question, 1, cases[i].answer), out);
out:
    office_fini(&o);
    return err;
}

static int texts_to_a_local_channel_pass(void)
{
    struct office o;
    int err = office_init(&o, routing, "admin", "off");

    if (err)
        goto out;
    desk_ask(&o.c, "Action: Originate\nChannel: Local/30@main/n\nApplication: Wait\nData: 100\n\n");
    loop_fake_advance(o.w.loop, 1000);
    CHECK_TO(office_says(&o, "Action: SendText\nChannel: Local/30@main-00000000;1\nMessage: hi\n\n",
                         1, SUCCESS("Success")),
             out);
out:
    office_fini(&o);
    return err;
}

UNIT_TESTS(UNIT(says_what_is_wrong), UNIT(texts_to_a_local_channel_pass))
