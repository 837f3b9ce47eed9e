/* Hangup, PJSIPHangup, AbsoluteTimeout, Getvar, Setvar, PlayDTMF, ControlPlayback; danger.h */
#include "manager/danger.h"
#include "office.h"

static const char routing[] =
    "[main]\n"
    "20,1,Answer()\n20,2,Wait(1000)\n"
    "21,1,Answer()\n21,2,Playback(long)\n21,3,Note(after)\n21,4,Wait(1000)\n"
    "22,1,Answer()\n22,2,WaitExten(100)\n5,1,Note(five)\n5,2,Wait(100)\n";

struct case_of {
    const char *question, *answer;
};

static int all_say(struct office *o, const struct case_of *cases, size_t count)
{
    int err = 0;

    for (size_t i = 0; i < count; i++)
        CHECK_TO(office_says(o, cases[i].question, 1, cases[i].answer), out);
out:
    return err;
}

static int begin(struct office *o, const char *exten, struct channel **chp)
{
    int err = office_init(o, routing, "admin", "off");

    if (!err)
        err = world_dial(&o->w, exten, chp);
    if (!err)
        loop_fake_advance(o->w.loop, 500);
    return err;
}

static int hangs_up(void)
{
    static const struct case_of cases[] = {
        {"Action: Hangup\n\n", ERROR("No channel specified")},
        {"Action: Hangup\nChannel: x\n\n", ERROR("No such channel")},
        {"Action: Hangup\nChannel: /\n\n",
         ERROR("Regex format invalid, Channel param should be /regex/")},
        {"Action: Hangup\nChannel: /[/\n\n", ERROR("Regex compile failed on: /[/")},
        {"Action: Hangup\nChannel: /^None/\nActionID: z\n\n",
         "Response: Success\nActionID: z\nEventList: start\nMessage: Channels hung up will "
         "follow\n\nEvent: ChannelsHungupListComplete\nActionID: z\nEventList: Complete\n"
         "ListItems: 0\n\n"},
        {"Action: PJSIPHangup\nChannel: Test/in-00000000\nCause: 486\n\n",
         SUCCESS("Channel Hungup")},
    };
    struct channel *a = NULL, *b = NULL;
    struct office o;
    int err = begin(&o, "20", &a);

    if (!err)
        err = world_dial(&o.w, "20", &b);
    if (!err)
        err = all_say(&o, cases, sizeof(cases) / sizeof(cases[0]));
    if (err)
        goto out;
    CHECK_TO(!a->is_hungup, out); /* PJSIPHangup is for calls of PJSIP */
    CHECK_TO(office_says(&o, "Action: Hangup\nChannel: Test/in-00000000\nCause: 17\n\n", 10,
                         SUCCESS("Channel Hungup")),
             out);
    CHECK_TO(a->is_ended && a->cause == 17 && !b->is_hungup, out);
    CHECK_TO(office_says(&o, "Action: Hangup\nChannel: /^Test\\/in-.*$/\nActionID: hr\n\n", 10,
                         "Response: Success\nActionID: hr\nEventList: start\nMessage: Channels "
                         "hung up will follow\n\nEvent: ChannelHungup\nChannel: Test/in-00000001\n"
                         "ActionID: hr\n\nEvent: ChannelsHungupListComplete\nActionID: hr\n"
                         "EventList: Complete\nListItems: 1\n\n"),
             out);
    CHECK_TO(b->is_ended, out);
out:
    mem_deref(a);
    mem_deref(b);
    office_fini(&o);
    return err;
}

static int limits_a_call(void)
{
    static const struct case_of cases[] = {
        {"Action: AbsoluteTimeout\n\n", ERROR("No channel specified")},
        {"Action: AbsoluteTimeout\nChannel: x\n\n", ERROR("No timeout specified")},
        {"Action: AbsoluteTimeout\nChannel: x\nTimeout: -5\n\n", ERROR("No timeout specified")},
        {"Action: AbsoluteTimeout\nChannel: x\nTimeout: 5\n\n", ERROR("No such channel")},
        {"Action: AbsoluteTimeout\nChannel: Test/in-00000000\nTimeout: 5\n\n",
         SUCCESS("Timeout Set")},
    };
    struct channel *ch = NULL;
    struct office o;
    int err = begin(&o, "20", &ch);

    if (!err)
        err = all_say(&o, cases, sizeof(cases) / sizeof(cases[0]));
    if (err)
        goto out;
    loop_fake_advance(o.w.loop, 4900);
    CHECK_TO(!ch->is_hungup, out);
    loop_fake_advance(o.w.loop, 200);
    CHECK_TO(ch->is_ended, out);
out:
    mem_deref(ch);
    office_fini(&o);
    return err;
}

static int reads_and_sets_variables(void)
{
    static const struct case_of cases[] = {
        {"Action: Getvar\n\n", ERROR("No variable specified")},
        {"Action: Getvar\nVariable: A\nChannel: x\n\n", ERROR("No such channel")},
        {"Action: Getvar\nVariable: EPOCH\n\n",
         "Response: Success\nVariable: EPOCH\nValue: 1700000000\n\n"},
        {"Action: Getvar\nVariable: LEN(abc)\nActionID: 1\n\n",
         "Response: Success\nActionID: 1\nVariable: LEN(abc)\nValue: 3\n\n"},
        {"Action: Getvar\nVariable: LEN(${X})\n\n",
         "Response: Success\nVariable: LEN(${X})\nValue: 4\n\n"}, /* nothing is substituted */
        {"Action: Getvar\nVariable: NOSUCH\n\n",
         "Response: Success\nVariable: NOSUCH\nValue: \n\n"},
        {"Action: Setvar\n\n", ERROR("No variable specified")},
        {"Action: Setvar\nVariable: A\nValue: 1\nChannel: x\n\n", ERROR("No such channel")},
        {"Action: Setvar\nVariable: A\nValue: ${EPOCH}\n\n", SUCCESS("Variable Set")},
        {"Action: Getvar\nVariable: A\n\n", "Response: Success\nVariable: A\nValue: ${EPOCH}\n\n"},
        {"Action: Setvar\nVariable: NOFUNC(x)\nValue: 1\n\n", ERROR("Variable not set")},
        {"Action: Setvar\nVariable: CALLERID(num)\nValue: 555\nChannel: Test/in-00000000\n\n",
         SUCCESS("Variable Set")},
        {"Action: Getvar\nVariable: CALLERID(all)\nChannel: Test/in-00000000\n\n",
         "Response: Success\nVariable: CALLERID(all)\nValue: \"\" <555>\n\n"},
        {"Action: Getvar\nVariable: EXTEN\nChannel: 1700000000.0\n\n",
         "Response: Success\nVariable: EXTEN\nValue: 20\n\n"},
    };
    struct channel *ch = NULL;
    struct office o;
    int err = begin(&o, "20", &ch);

    if (!err)
        err = all_say(&o, cases, sizeof(cases) / sizeof(cases[0]));
    mem_deref(ch);
    office_fini(&o);
    return err;
}

/* With and without a channel: what a client may name must not end the engine. */
static int survives_every_function(void)
{
    struct channel *ch = NULL;
    struct office o;
    char text[300];
    int err = begin(&o, "20", &ch);

    for (const struct plan_func *f = err ? NULL : plan_func_next(o.w.core, NULL); f;
         f = plan_func_next(o.w.core, f->name)) {
        static const char *const args[] = {"", "x", "a,b,c", "num", "1,2"};

        for (size_t i = 0; i < 20; i++) {
            snprintf(text, sizeof(text), "Action: %s\nVariable: %s(%s)\n%s%s\n",
                     i % 2 ? "Getvar" : "Setvar\nValue: 1", f->name, args[i / 4],
                     i % 4 < 2 ? "" : "Channel: Test/in-00000000", i % 4 < 2 ? "" : "\n");
            desk_ask(&o.c, text);
            loop_fake_advance(o.w.loop, 20000);
            CHECK_TO(desk_has(&o.c, "Response: "), out);
        }
    }
out:
    mem_deref(ch);
    office_fini(&o);
    return err;
}

static int refuses_without_system(void)
{
    static const struct case_of cases[] = {
        {"Action: Getvar\nVariable: SHELL(ls)\n\n", ERROR("GetVar Access Forbidden: Variable")},
        {"Action: Getvar\nVariable: IF(1?shell (ls):)\n\n",
         ERROR("GetVar Access Forbidden: Variable")},
        {"Action: Setvar\nVariable: FILE(/tmp/x)\nValue: 1\n\n",
         ERROR("SetVar Access Forbidden: Variable")},
        {"Action: Setvar\nVariable: EXPORT(x,FILE(/tmp/x))\nValue: 1\n\n",
         ERROR("SetVar Access Forbidden: Variable")},
        {"Action: Setvar\nVariable: GLOBAL(X)\nValue: 1\n\n", SUCCESS("Variable Set")},
    };
    struct office o;
    int err = office_init(&o, routing, "lowly", "off");

    if (!err)
        err = all_say(&o, cases, sizeof(cases) / sizeof(cases[0]));
    office_fini(&o);
    return err;
}

static int knows_what_is_dangerous(void)
{
    CHECK(danger_is_app(SLICE(" trysystem")) && danger_is_app(SLICE("AGI")));
    CHECK(!danger_is_app(SLICE("Dial")) && !danger_is_app(SLICE("SHELL")));
    CHECK(danger_is_in(SLICE("a${MD5(${shell\t(x)})}"), DANGER_READ));
    CHECK(!danger_is_in(SLICE("SHELL"), DANGER_READ) && !danger_is_in(SLICE("MYFILE(x)"), 7));
    CHECK(danger_is_in(SLICE("DB(a/b)"), DANGER_WRITE) &&
          !danger_is_in(SLICE("DB(a)"), DANGER_READ));
    CHECK(!danger_is_in(SLICE("(System(x)"), 7));
    return 0;
}

static int plays_digits(void)
{
    static const struct case_of cases[] = {
        {"Action: PlayDTMF\nChannel: x\nDigit: 1\n\n", ERROR("Channel not found")},
        {"Action: PlayDTMF\nChannel: Test/in-00000000\n\n", ERROR("No digit specified")},
        {"Action: PlayDTMF\nChannel: Test/in-00000000\nDigit: 1\nDuration: a\n\n",
         ERROR("Could not convert Duration parameter")},
        {"Action: PlayDTMF\nChannel: Test/in-00000000\nDigit: x\n\n",
         SUCCESS("DTMF successfully queued")},
        {"Action: PlayDTMF\nChannel: Test/in-00000000\nDigit: 7\nDuration: 200\n\n",
         SUCCESS("DTMF successfully queued")},
        {"Action: PlayDTMF\nChannel: Test/in-00000000\nDigit: 5\nReceive: yes\n\n",
         SUCCESS("DTMF successfully queued")},
    };
    struct channel *ch = NULL;
    struct office o;
    int err = begin(&o, "22", &ch);

    if (!err)
        err = all_say(&o, cases, sizeof(cases) / sizeof(cases[0]));
    if (err)
        goto out;
    manager_session_recv(o.c.session, /* a NUL is no digit */
                         SLICE("Action: PlayDTMF\nChannel: Test/in-00000000\nDigit: \0\n\n"));
    loop_fake_advance(o.w.loop, 6000);
    CHECK_TO(world_saw(&o.w, "200;digits=7;five;"), out);
out:
    mem_deref(ch);
    office_fini(&o);
    return err;
}

static int controls_what_plays(void)
{
    static const struct case_of cases[] = {
        {"Action: ControlPlayback\n\n", ERROR("Channel not specified")},
        {"Action: ControlPlayback\nChannel: x\n\n", ERROR("Control not specified")},
        {"Action: ControlPlayback\nChannel: x\nControl: y\n\n", ERROR("Unknown control type")},
        {"Action: ControlPlayback\nChannel: x\nControl: stop\n\n", ERROR("No such channel")},
        {"Action: ControlPlayback\nChannel: Test/in-00000000\nControl: forward\n\n",
         "Response: Success\n\n"},
        {"Action: ControlPlayback\nChannel: Test/in-00000000\nControl: pause\n\n",
         "Response: Success\n\n"},
    };
    struct channel *ch = NULL;
    struct office o;
    int err = begin(&o, "21", &ch);

    if (!err)
        err = all_say(&o, cases, sizeof(cases) / sizeof(cases[0]));
    if (err)
        goto out;
    CHECK_TO(world_saw(&o.w, "200;"), out);
    CHECK_TO(office_says(&o,
                         "Action: ControlPlayback\nChannel: Test/in-00000000\nControl: stop\n\n",
                         10, "Response: Success\n\n"),
             out);
    CHECK_TO(world_saw(&o.w, "200;after;"), out); /* the routing goes on at once */
out:
    mem_deref(ch);
    office_fini(&o);
    return err;
}

static int mutes_a_leg(void)
{
#define MUTE "Action: MuteAudio\nChannel: Test/in-00000000\n"
    static const struct case_of cases[] = {
        {"Action: MuteAudio\n\n", ERROR("Channel not specified")},
        {"Action: MuteAudio\nChannel: x\n\n", ERROR("State not specified")},
        {"Action: MuteAudio\nChannel: x\nState: on\n\n", ERROR("No such channel")},
        {MUTE "State: on\n\n", ERROR("Failed to mute/unmute stream")},
        {MUTE "State: on\nDirection: up\n\n", ERROR("Failed to mute/unmute stream")},
        {MUTE "State: on\nDirection: in\n\n", "Response: Success\n\n"},
    };
    const struct media_gain *now;
    struct channel *ch = NULL;
    struct office o;
    int err = begin(&o, "21", &ch);

    if (!err)
        err = all_say(&o, cases, sizeof(cases) / sizeof(cases[0]));
    if (err)
        goto out;
    CHECK_TO(unit_is_rerun() || ch->stream, out);
    if (!ch->stream) /* it did not fit into memory */
        goto out;
    now = media_stream_gain(ch->stream);
    CHECK_TO(now->is_rx_muted && !now->is_tx_muted, out);
    CHECK_TO(office_says(&o, MUTE "State: on\nDirection: OUT\n\n", 10, "Response: Success\n\n"),
             out);
    CHECK_TO(now->is_rx_muted && now->is_tx_muted, out);
    CHECK_TO(office_says(&o, MUTE "State: off\nDirection: all\n\n", 10, "Response: Success\n\n"),
             out);
    CHECK_TO(!now->is_rx_muted && !now->is_tx_muted, out);
out:
    mem_deref(ch);
    office_fini(&o);
    return err;
}

UNIT_TESTS(UNIT(hangs_up), UNIT(limits_a_call), UNIT(reads_and_sets_variables),
           UNIT_ONCE(survives_every_function), UNIT(refuses_without_system),
           UNIT(knows_what_is_dangerous), UNIT(plays_digits), UNIT(controls_what_plays),
           UNIT(mutes_a_leg))
