/* Every action of Asterisk 22 is here with its name, synopsis and rights, but for those that are named. */
#include "transcript.h"

/* What a channel cannot do (MF, flash), and what is newer than the manual. */
static const char *const absent[] = {"PJSIPSetMaintenance", "PJSIPShowMaintenance", "PlayMF",
                                     "SendFlash", NULL};

static bool is_absent(struct slice name)
{
    for (size_t i = 0; absent[i]; i++)
        if (slice_eqz(name, absent[i]))
            return true;
    return false;
}

static void print_line(const struct manager_action *a, struct buf *out)
{
    buf_printf(out, "%s: %s  (Priv: ", a->name, a->synopsis.en);
    class_print(a->classes, out);
    buf_addz(out, ")");
}

static bool is_as_there(struct slice line)
{
    const struct manager_action *a;
    struct slice rest, name = slice_cut(line, ':', &rest);
    struct buf ours;
    bool is_same;

    a = manager_action_find(name);
    if (!a) {
        if (!is_absent(name))
            fprintf(stderr, "no action %.*s\n", SLICE_ARG(name));
        return is_absent(name);
    }
    buf_init(&ours, 2000);
    print_line(a, &ours);
    is_same = slice_eq(buf_slice(&ours), line);
    if (!is_same)
        fprintf(stderr, "ours  %s\nthere %.*s\n", buf_z(&ours), SLICE_ARG(line));
    buf_fini(&ours);
    return is_same;
}

static int actions_are_those_of_asterisk(void)
{
    unsigned count = 0, wrong = 0, ours = 0;
    struct slice rest, line;
    struct buf text;

    buf_init(&text, 1u << 20);
    CHECK_OK(file_read("tests/golden/manager/tcp/listcommands.resp", &text));
    rest = buf_slice(&text);
    slice_cut(rest, '\n', &rest); /* Response: Success */
    while (slice_is_set(rest)) {
        line = slice_cut(rest, '\n', &rest);
        while (line.len && line.p[line.len - 1] == '\r')
            line.len--;
        if (!line.len)
            continue;
        count++;
        wrong += !is_as_there(line);
    }
    for (const struct manager_action *const *a = manager_actions; *a; a++)
        ours += strncmp((*a)->name, "Station", 7) != 0; /* our own, beside them */
    buf_fini(&text);
    CHECK(count == 130 && wrong == 0);
    CHECK(ours <= count);
    return 0;
}

/* What is told to others is documented: each event says its headers, no name twice. */
static int events_say_their_headers(void)
{
    for (const struct manager_event *const *t = manager_events; *t; t++)
        for (const struct manager_event *e = *t; e->name; e++) {
            struct manager_header_name h, other;
            uint32_t n = 0;

            CHECK(e->headers && *e->headers);
            for (; manager_event_header(e, n, &h); n++)
                for (uint32_t i = 0; i < n && manager_event_header(e, i, &other); i++)
                    CHECK(strcmp(h.text, other.text) != 0);
            CHECK(n >= 2);
        }
    return 0;
}

UNIT_TESTS(UNIT_ONCE(actions_are_those_of_asterisk), UNIT_ONCE(events_say_their_headers))
