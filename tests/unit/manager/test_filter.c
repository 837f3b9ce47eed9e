/* Filter and eventfilter: what they let through. The answers and the tables are what Asterisk 22 said to the same. */
#include "desk.h"

#include <errno.h>

#include "manager/filter.h"

static const char *const bad =
    "Response: Error\nMessage: Filter was formatted incorrectly.  Check the syntax of "
    "the filter given.\n\n";
static const char *const fine = "Response: Success\nMessage: Success\n\n";

static int answers_as_asterisk(void)
{
    const struct {
        const char *headers;
        const char *answer;
    } cases[] = {
        {"", "Response: Error\nMessage: Unknown operation\n\n"},
        {"Operation: Del\n", "Response: Error\nMessage: Unknown operation\n\n"},
        {"Operation: Add\n", bad},
        {"Operation: Add\nFilter: (\n",
         "Response: Error\nMessage: Filter did not compile.  Check the syntax of the filter given.\n\n"},
        {"Operation: Add\nFilter: Event: Newchannel\n", fine},
        {"Operation: add\nFilter: y\n", fine},
        {"Operation: Add\nFilter: !\n", bad},
        {"Operation: Add\nMatchCriteria: name(Newchannel),header(Channel),method(contains)\nFilter: PJSIP\n",
         fine},
        {"Operation: Add\nMatchCriteria: bogus(x)\nFilter: PJSIP\n", bad},
        {"Operation: Add\nMatchCriteria: action(exclude),name(X)\n", fine},
        {"Operation: Add\nMatchCriteria: action(exclude) name(X)\n", fine},
        {"Operation: Add\nMatchCriteria: name(X)\nFilter: foo\n", bad},
        {"Operation: Add\nMatchCriteria: NAME(X)\nFilter: foo\n", bad},
        {"Operation: Add\nMatchCriteria: method(none)\nFilter:\n", bad},
        {"Operation: Add\nMatchCriteria: method(none),header(A)\n", fine},
        {"Operation: Add\nMatchCriteria: method(exact)\nFilter: a\n", fine},
        {"Operation: Add\nMatchCriteria: method(zzz)\nFilter: a\n", bad},
        {"Operation: Add\nMatchCriteria: method(regex),name(X)\n", bad},
        {"Operation: Add\nMatchCriteria: action(zz)\nFilter: b\n", bad},
        {"Operation: Add\nMatchCriteria: name\nFilter: b\n", bad}, /* ends an Asterisk */
    };
    struct desk_client c = {0};
    struct desk d;
    int err = desk_init(&d);

    if (err)
        return err;
    err = desk_enter(&c, &d, MANAGER_TCP, "admin", "off");
    for (size_t i = 0; !err && i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[300];

        snprintf(text, sizeof(text), "Action: Filter\n%s\n", cases[i].headers);
        desk_ask(&c, text);
        if (c.is_closed && unit_is_rerun())
            break;
        CHECK_TO(unit_is_rerun() || strcmp(desk_got(&c), cases[i].answer) == 0, out);
    }
out:
    desk_leave(&c);
    desk_fini(&d);
    return err;
}

/* Events A, B and C as letters in *seen. */
static void send_events(struct desk *d, struct desk_client *c, char seen[4])
{
    static const char *const names[] = {"UserEvent: A\n", "UserEvent: B\n", "UserEvent: C\n"};
    size_t n = 0;

    desk_ask(c, "Action: UserEvent\nUserEvent: A\nChannel: PJSIP/1\nFoo: bar\n\n"
                "Action: UserEvent\nUserEvent: B\nFoo: barbar\n\n"
                "Action: UserEvent\nUserEvent: C\nchannel: x\nFoo: b\nFoo: bar\n\n");
    loop_fake_advance(d->loop, 10);
    for (int i = 0; i < 3; i++)
        if (desk_has(c, names[i]))
            seen[n++] = (char)('A' + i);
    seen[n] = '\0';
}

/* Headers of a filter, or of two parted by "|", and which of the events above come through. */
static const struct {
    const char *filters, *seen;
} passing[] = {
    {"Filter: Foo: bar", "ABC"},
    {"Filter: !Foo: bar", ""},
    {"Filter: ^Event", "ABC"},
    {"Filter: Foo: bar$", ""},
    {"Filter: Event.*Foo", "ABC"},
    {"MatchCriteria: header(Foo),method(exact)\nFilter: bar", "AC"},
    {"MatchCriteria: header(foo),method(exact)\nFilter: bar", ""},
    {"MatchCriteria: header(Foo),method(starts_with)\nFilter: ba", "ABC"},
    {"MatchCriteria: header(Foo),method(ends_with)\nFilter: rbar", "B"},
    {"MatchCriteria: header(Foo),method(contains)\nFilter: rb", "B"},
    {"MatchCriteria: header(Channel)", "A"},
    {"MatchCriteria: name(userevent)", ""},
    {"MatchCriteria: name(UserEvent)", "ABC"},
    {"MatchCriteria: action(exclude),header(Channel)", "BC"},
    {"MatchCriteria: action(exclude),method(contains)\nFilter: PJSIP", "BC"},
    {"MatchCriteria: method(starts_with)\nFilter: Event: UserEvent", "ABC"},
    {"MatchCriteria: method(ends_with)\nFilter: Foo: bar", ""},
    {"Filter: UserEvent: A|Filter: UserEvent: B", "AB"},
    {"Filter: UserEvent|Filter: !UserEvent: B", "AC"},
    {"Filter: UserEvent: [AC]|Filter: !barbar", "AC"},
    {"MatchCriteria: name(UserEvent),header(Foo),method(regex)\nFilter: ^b$", "C"},
};

static int lets_through(struct desk *d, const char *filters, const char *expected)
{
    struct slice rest = slice_of(filters);
    struct desk_client c = {0};
    char text[300], seen[4];
    int err = desk_enter(&c, d, MANAGER_TCP, "admin", "user");

    while (!err && slice_is_set(rest)) {
        const struct slice one = slice_cut(rest, '|', &rest);

        snprintf(text, sizeof(text), "Action: Filter\nOperation: Add\n%.*s\n\n", SLICE_ARG(one));
        desk_ask(&c, text);
        CHECK_TO(unit_is_rerun() || desk_has(&c, "Success"), out);
    }
    if (err)
        goto out;
    send_events(d, &c, seen);
    if (strcmp(seen, expected) != 0 && !unit_is_rerun())
        fprintf(stderr, "%s: saw '%s', not '%s'\n", filters, seen, expected);
    CHECK_TO(unit_is_rerun() || strcmp(seen, expected) == 0, out);
out:
    desk_leave(&c);
    return err;
}

static int filters_as_asterisk(void)
{
    struct desk d;
    int err = desk_init(&d);

    for (size_t i = 0; !err && i < sizeof(passing) / sizeof(passing[0]); i++)
        err = lets_through(&d, passing[i].filters, passing[i].seen);
    desk_fini(&d);
    return err;
}

/* `picky` of desk.h sees UserEvents only, and none with Secret in it. */
static int users_have_filters(void)
{
    struct desk_client c = {0};
    struct desk d;
    int err = desk_init(&d);

    if (err)
        return err;
    err = desk_enter(&c, &d, MANAGER_TCP, "picky", "on");
    if (err)
        goto out;
    desk_ask(&c, "Action: UserEvent\nUserEvent: Open\n\nAction: UserEvent\nUserEvent: Secret\n\n");
    manager_reloaded(d.manager);
    loop_fake_advance(d.loop, 10);
    CHECK_TO(unit_is_rerun() || (desk_has(&c, "UserEvent: Open\n") && !desk_has(&c, "Secret") &&
                                 !desk_has(&c, "Reload")),
             out);
out:
    desk_leave(&c);
    desk_fini(&d);
    return err;
}

static int reads_the_lines_of_manager_conf(void)
{
    static const struct {
        const char *line;
        int err;
        bool passes;
    } lines[] = {
        {"Event: Hangup", 0, true},
        {"!Event: Hangup", 0, false},
        {"eventfilter(action(exclude),name(Hangup),header(Channel),method(contains))=SIP/1", 0,
         false},
        {"eventfilter(name(Hangup),header(Channel),method(starts_with)) = PJSIP/2", 0, false},
        {"EventFilter(name(Hangup)) =", 0, true},
        {"eventfilter(name(Hangup)", EINVAL, false},
        {"eventfilter(name(Hangup))", EINVAL, false},
        {"[", EINVAL, false},
    };
    const struct slice event =
        SLICE("Event: Hangup\r\nPrivilege: call,all\r\nChannel: PJSIP/1-00000001\r\n\r\n");

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct list filters;
        const char *why;
        int err;

        list_init(&filters);
        err = filter_add_line(&filters, slice_of(lines[i].line), &why);
        CHECK(err == lines[i].err || (unit_is_rerun() && err == ENOMEM));
        if (!err)
            CHECK(filters_pass(&filters, event) == lines[i].passes);
        filters_free(&filters);
    }
    return 0;
}

static int there_is_an_end_to_them(void)
{
    struct list filters;
    const char *why;
    int err = 0;

    list_init(&filters);
    for (int i = 0; !err && i < FILTERS_MAX; i++)
        err = filter_add(&filters, SLICE_NONE, SLICE("a.*b"), &why);
    if (!err)
        CHECK(filter_add(&filters, SLICE_NONE, SLICE("a"), &why) == ENOSPC);
    filters_free(&filters);
    return err;
}

UNIT_TESTS(UNIT(answers_as_asterisk), UNIT_ONCE(filters_as_asterisk), UNIT(users_have_filters),
           UNIT(reads_the_lines_of_manager_conf), UNIT_ONCE(there_is_an_end_to_them))
