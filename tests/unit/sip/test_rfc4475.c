/*
 * The 49 torture messages of RFC 4475 and the 12 of RFC 5118 (tests/torture/), told to a core with a small driver
 * over UDP, over TCP in one piece, and over TCP byte by byte. Afterwards the core must answer an OPTIONS.
 * tests/e2e/torture.sh tells the same ones to a whole station.
 */
#include "tester.h"
#include "torture.h"

static const struct {
    const char *word;
    int want;
} words[] = {{"silence", SILENCE}, {"waits", WAITS}, {"closes", CLOSES}, {"taken", TAKEN}};

static int want_of(const char *word)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(word, words[i].word) == 0)
            return words[i].want;
    return atoi(word);
}

/* One line of the index: RFC, section, name, what the core shall do, what a station shall do. */
static int tell_one(const char *line, unsigned rfc, size_t at_once, unsigned *told)
{
    static char bytes[SIP_MESSAGE_MAX];
    char section[16], name[64], core[16];
    struct row r = {.section = section, .name = name};
    unsigned of;

    if (line[0] == '#' || line[0] == '\n')
        return 0;
    CHECK(sscanf(line, "%u %15s %63s %15s", &of, section, name, core) == 4);
    if (of != rfc)
        return 0;
    ++*told;
    CHECK_OK(torture_read(name, bytes, sizeof(bytes), &r.text));
    r.want = want_of(core);
    return run(&r, rfc == 5118, at_once);
}

/* All of one RFC; at_once: 0 for UDP, else the bytes that a stream carries at once. */
static int tell_all(unsigned rfc, unsigned count, size_t at_once)
{
    FILE *index = fopen(TORTURE "index", "re");
    unsigned told = 0;
    char line[256];
    int bad = 0;

    CHECK(index);
    while (fgets(line, sizeof(line), index))
        bad += tell_one(line, rfc, at_once, &told) != 0;
    fclose(index);
    CHECK(told == count && bad == 0);
    return 0;
}

static int all_49_over_udp(void)
{
    return tell_all(4475, 49, 0);
}

static int all_49_over_tcp_in_one_piece(void)
{
    return tell_all(4475, 49, SIP_MESSAGE_MAX);
}

static int all_49_over_tcp_byte_by_byte(void)
{
    return tell_all(4475, 49, 1);
}

static int all_12_of_ipv6_over_udp(void)
{
    return tell_all(5118, 12, 0);
}

static int all_12_of_ipv6_over_tcp_in_one_piece(void)
{
    return tell_all(5118, 12, SIP_MESSAGE_MAX);
}

static int all_12_of_ipv6_over_tcp_byte_by_byte(void)
{
    return tell_all(5118, 12, 1);
}

/* dblreq: in a datagram the second request is nothing; in a stream it is the next message. */
static int datagram_ends_with_its_message(void)
{
    char bytes[2000];
    struct slice two;
    struct tester t = {0};
    int err;

    CHECK_OK(torture_read("dblreq", bytes, sizeof(bytes), &two));
    CHECK_OK_TO(open_tester(&t, false), out);
    CHECK_OK_TO(say_udp(&t, two), out);
    CHECK_TO(strstr(t.in, "dblreq.1") && !strstr(t.in, "dblreq.2"), out);
    close_tester(&t);
    memset(&t, 0, sizeof(t));
    CHECK_OK_TO(open_tester(&t, false), out);
    CHECK_OK_TO(say_tcp(&t, two, SIP_MESSAGE_MAX), out);
    CHECK_TO(strstr(t.s.in, "dblreq.1") && strstr(t.s.in, "dblreq.2"), out);
out:
    close_tester(&t);
    return err;
}

UNIT_TESTS(UNIT_ONCE(all_49_over_udp), UNIT_ONCE(all_49_over_tcp_in_one_piece),
           UNIT_ONCE(all_49_over_tcp_byte_by_byte), UNIT_ONCE(all_12_of_ipv6_over_udp),
           UNIT_ONCE(all_12_of_ipv6_over_tcp_in_one_piece),
           UNIT_ONCE(all_12_of_ipv6_over_tcp_byte_by_byte),
           UNIT_ONCE(datagram_ends_with_its_message))
