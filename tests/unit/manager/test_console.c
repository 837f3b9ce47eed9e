/* `manager show ...` as Asterisk's console shows it; every row says what it does in two languages */
#include "desk.h"

/* Only consoles of the engine complete words (role/console.c). */
void console_offer(struct console_words *w, const char *word)
{
}

struct output {
    struct buf text;
    int err;
    bool is_done;
};

static void on_text(struct slice text, void *arg)
{
    buf_adds(&((struct output *)arg)->text, text);
}

static const struct console_command *row_of(const char *words)
{
    for (size_t i = 0; i < manager_console_command_count; i++)
        if (strcmp(manager_console_commands[i].words, words) == 0)
            return &manager_console_commands[i];
    return NULL;
}

/* @return what the command returned; its output stands in o */
static int show(struct desk *d, struct output *o, const char *words, const char *word,
                bool is_russian)
{
    struct console *c = NULL;
    char text[64], *argv[2] = {text, NULL};
    int err = console_alloc(&c, d->loop, is_russian, on_text, NULL, o);

    if (err)
        return err;
    snprintf(text, sizeof(text), "%s", word ? word : "");
    buf_reset(&o->text);
    err = row_of(words)->run(c, word ? 1 : 0, argv, d->manager);
    loop_fake_settle(d->loop);
    console_close(c);
    mem_deref(c);
    return err;
}

static bool has(const struct output *o, const char *text)
{
    if (strstr(buf_z(&o->text), text))
        return true;
    if (!unit_is_rerun())
        fprintf(stderr, "\"%s\" has no \"%s\"\n", buf_z(&o->text), text);
    return unit_is_rerun();
}

/* The manual's own example. */
static int shows_an_action(void)
{
    static const char page[] =
        "\n  -= Info about Manager Command 'WaitEvent' =- \n\n[Synopsis]\nWait for an event to "
        "occur. \n\n[Provided By]\nbuiltin\n\n[Since]\n1.4.0\n\n[Description]\nThis action will "
        "elicit a 'Success' response. Whenever a manager event is\nqueued. Once WaitEvent has been "
        "called on an HTTP manager session, events will\nbe generated and queued.\n\n[Syntax]\n"
        "Action: WaitEvent\n[ActionID:] <value>\nTimeout: <value>\n\n[Arguments]\n\nActionID\n    "
        "ActionID for this transaction. Will be returned.\n\nTimeout\n    Maximum time (in seconds) "
        "to wait for events, '-1' means forever.\n\n[Privilege]\n<none>\n\n[See Also]\nNot "
        "available\n\n[List Responses]\nNone\n\n[End List Responses]\n\n[Final "
        "Response]\nNone\n\n[End Final Response]\n\n";
    struct output o = {0};
    struct desk d;
    int err = desk_init(&d);

    if (err)
        return err;
    buf_init(&o.text, 1 << 20);
    CHECK_OK_TO(show(&d, &o, "manager show command", "waitevent", false), out);
    CHECK_TO(unit_is_rerun() || strcmp(buf_z(&o.text), page) == 0, out);
    CHECK_OK_TO(show(&d, &o, "manager show command", "DeviceStateList", false), out);
    CHECK_TO(has(&o, "[List Responses]\nEvent: DeviceStateChange\n") &&
                 has(&o, "[Final Response]\nEvent: DeviceStateListComplete\n") &&
                 has(&o, "[Provided By]\nres_manager_devicestate\n"),
             out);
    CHECK_OK_TO(show(&d, &o, "manager show command", "QueueAdd", true), out);
    CHECK_TO(has(&o, "[Назначение]\nДобавить участника.\n") &&
                 has(&o, "[Заработает вместе с]\nочередями\n"),
             out);
    CHECK_TO(show(&d, &o, "manager show command", "nosuch", false) == ENOENT, out);
    CHECK_TO(show(&d, &o, "manager show command", NULL, false) == EINVAL, out);
    CHECK_OK_TO(show(&d, &o, "manager show commands", NULL, false), out);
    CHECK_TO(has(&o, "  Ping   ") && has(&o, "  Keepalive command. \n") &&
                 has(&o, "  Record a call and mix the audio d"),
             out);
out:
    buf_fini(&o.text);
    desk_fini(&d);
    return err;
}

static int shows_events(void)
{
    struct output o = {0};
    struct desk d;
    int err = desk_init(&d);

    if (err)
        return err;
    buf_init(&o.text, 1 << 20);
    CHECK_OK_TO(show(&d, &o, "manager show events", NULL, false), out);
    CHECK_TO(has(&o, "Events:\n  -----") && has(&o, " Shutdown ") &&
                 has(&o, " events registered.\n"),
             out);
    CHECK_OK_TO(show(&d, &o, "manager show event", "fullybooted", false), out);
    CHECK_TO(has(&o, "Event: FullyBooted\n\n  -= Info about Manager Event 'FullyBooted' =- \n\n"
                     "[Synopsis]\n"),
             out);
    CHECK_TO(
        has(&o,
            "[Syntax]\nEvent: FullyBooted\nUptime: <value>\nLastReload: <value>\nStatus: <value>\n\n"),
        out);
    CHECK_OK_TO(show(&d, &o, "manager show event", "dialend", false), out);
    CHECK_TO(has(&o, "Event: DialEnd\n[Channel:] <value>\n[ChannelState:] <value>\n") &&
                 has(&o, "[Linkedid:] <value>\nDestChannel: <value>\n") &&
                 has(&o, "DestLinkedid: <value>\nDialStatus: <value>\n\n"),
             out);
    CHECK_TO(show(&d, &o, "manager show event", "nosuch", false) == ENOENT, out);
    CHECK_TO(has(&o, "Could not find event 'nosuch'\n"), out);
out:
    buf_fini(&o.text);
    desk_fini(&d);
    return err;
}

static int shows_users(void)
{
    struct desk_client c = {0};
    struct output o = {0};
    struct desk d;
    int err = desk_init(&d);

    if (err)
        return err;
    buf_init(&o.text, 1 << 20);
    err = desk_enter(&c, &d, MANAGER_TCP, "admin", "on");
    if (err)
        goto out;
    CHECK_OK_TO(show(&d, &o, "manager show users", NULL, false), out);
    CHECK_TO(has(&o, "\nusername\n--------\n") && has(&o, "\nadmin\n") &&
                 has(&o, "-------------------\n8 manager users configured.\n"),
             out);
    CHECK_OK_TO(show(&d, &o, "manager show user", "lowly", false), out);
    CHECK_TO(has(&o, "\n          username: lowly\n            secret: <Set>\n               ACL: "
                     "no\n         read perm: call,all\n        write perm: call,all\n   "
                     "displayconnects: yes\nallowmultiplelogin: yes\n         Variables: \n"),
             out);
    CHECK_TO(show(&d, &o, "manager show user", "nosuch", false) == ENOENT, out);
    CHECK_TO(has(&o, "There is no manager called nosuch\n"), out);
    CHECK_OK_TO(show(&d, &o, "manager show connected", NULL, false), out);
    CHECK_TO(
        has(&o, "  Username         IP Address  ") && has(&o, "  admin            192.0.2.7  ") &&
            has(&o, "1700000000  0           0         0         2147483647  2147483647\n1 users "
                    "connected.\n"),
        out);
    CHECK_OK_TO(show(&d, &o, "manager show settings", NULL, false), out);
    CHECK_TO(has(&o,
                 "\nGlobal Settings:\n----------------\n  Manager (AMI):             Yes         "
                 "   \n") &&
                 has(&o, "  TCP Bindaddress:           192.0.2.1:5038 \n"),
             out);
    CHECK_OK_TO(show(&d, &o, "manager show eventq", NULL, false), out);
out:
    desk_leave(&c);
    buf_fini(&o.text);
    desk_fini(&d);
    return err;
}

UNIT_TESTS(UNIT(shows_an_action), UNIT(shows_events), UNIT(shows_users))
