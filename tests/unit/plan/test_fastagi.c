/* AGI to a server (agi://), on a fake network: who is asked, what he hears, how it ends; agi_hosts */
#include "fixture.h"
#include "loop/fake.h"
#include "model/snapshot.h"

/* The server: what it heard last, on one connection. */
struct server {
    struct world w;
    struct net *net;
    struct dns *dns;
    struct listener *listener;
    struct conn *conn;
    struct buf said;
    bool is_closed;
};

static size_t on_said(struct conn *c, struct slice bytes, void *arg)
{
    struct server *s = arg;

    buf_adds(&s->said, bytes);
    return bytes.len;
}

static void on_gone(struct conn *c, int err, void *arg)
{
    struct server *s = arg;

    s->is_closed = true;
    s->conn = mem_deref(s->conn);
}

static void on_call(struct conn *c, void *arg)
{
    struct server *s = arg;
    const struct conn_handlers h = {
        .recv = on_said, .closed = on_gone, .arg = s, .max_in = 65536, .max_out = 262144};

    s->conn = c;
    conn_set_handlers(c, &h);
}

static void server_fini(struct server *s)
{
    if (s->conn)
        conn_close(s->conn);
    mem_deref(s->conn);
    mem_deref(s->listener);
    world_fini(&s->w);
    mem_deref(s->dns);
    mem_deref(s->net);
    buf_fini(&s->said);
}

/* A server at 127.0.0.1:port that is also agi.example; and a call to 10 with this address in AGI. */
static int server_init(struct server *s, const char *port, const char *url)
{
    struct addr at;
    char text[512];
    int err;

    memset(s, 0, sizeof(*s));
    buf_init(&s->said, 65536);
    err = world_init(&s->w);
    if (err)
        return err;
    snprintf(text, sizeof(text), "127.0.0.1:%s", port);
    addr_parse(&at, slice_of(text), 0);
    err = net_fake_alloc(&s->net, s->w.loop);
    if (!err)
        err = dns_fake_alloc(&s->dns, s->w.loop);
    if (!err)
        err = dns_fake_add_addr(s->dns, "agi.example", &at);
    if (!err)
        err = listener_open(&s->listener, s->net, -1, &at, NULL, 10, on_call, s);
    s->w.core->net = s->net;
    s->w.core->dns = s->dns;
    snprintf(text, sizeof(text),
             "[main]\n10,1,Set(X=1)\n10,2,AGI(%s,one,b c)\n10,3,Note(${AGISTATUS} ${X})\n"
             "10,4,Wait(100)\n",
             url);
    return err ? err : world_route(&s->w, text);
}

static bool heard(struct server *s, const char *text)
{
    loop_fake_advance(s->w.loop, 50);
    if (strstr(buf_z(&s->said), text))
        return true;
    if (!unit_is_rerun())
        fprintf(stderr, "the server heard \"%s\", not \"%s\"\n", buf_z(&s->said), text);
    return false;
}

static int says(struct server *s, const char *text)
{
    buf_reset(&s->said);
    return s->conn ? conn_send(s->conn, slice_of(text)) : ENOTCONN;
}

static int leaves(struct server *s)
{
    if (!s->conn)
        return ENOTCONN;
    conn_close(s->conn);
    s->conn = mem_deref(s->conn);
    loop_fake_advance(s->w.loop, 50);
    return 0;
}

static int a_server_is_asked_and_steers_the_call(void)
{
    struct server s;
    int err;

    CHECK_OK_TO(server_init(&s, "4573", "agi://127.0.0.1/menu/main.agi"), out);
    CHECK_OK_TO(world_dial(&s.w, "10", NULL), out);
    CHECK_TO(heard(&s, "agi_arg_1: one\nagi_arg_2: b c\n\n"), out);
    CHECK_TO(slice_starts(buf_slice(&s.said),
                          SLICE("agi_network: yes\nagi_network_script: menu/main.agi\n"
                                "agi_request: agi://127.0.0.1/menu/main.agi\n")),
             out);
    CHECK_OK_TO(says(&s, "SET VARIABLE X \"from afar\"\nGET VARIABLE EXTEN\n"), out);
    CHECK_TO(heard(&s, "200 result=1\n200 result=1 (10)\n"), out);
    CHECK_OK_TO(leaves(&s), out);
    CHECK_TO(world_saw(&s.w, "SUCCESS from afar;"), out);
out:
    server_fini(&s);
    return err;
}

static int a_name_and_a_port_are_found(void)
{
    struct server s;
    int err;

    CHECK_OK_TO(server_init(&s, "5000", "agi://agi.example:5000"), out);
    CHECK_OK_TO(world_dial(&s.w, "10", NULL), out);
    CHECK_TO(heard(&s, "agi_network: yes\nagi_request: agi://agi.example:5000\n"), out);
    CHECK_OK_TO(leaves(&s), out);
    CHECK_TO(world_saw(&s.w, "SUCCESS 1;"), out);
out:
    server_fini(&s);
    return err;
}

static int a_hangup_is_told_by_a_line(void)
{
    struct channel *ch = NULL;
    struct server s;
    int err;

    CHECK_OK_TO(server_init(&s, "4573", "agi://127.0.0.1"), out);
    CHECK_OK_TO(world_dial(&s.w, "10", &ch), out);
    CHECK_TO(heard(&s, "\n\n"), out);
    channel_on_hangup(ch, CAUSE_NORMAL, 0);
    CHECK_TO(heard(&s, "\n\nHANGUP\n"), out);
    CHECK_OK_TO(says(&s, "ANSWER\nGET VARIABLE EXTEN\n"), out);
    CHECK_TO(
        heard(
            &s,
            "511 Command Not Permitted on a dead channel or intercept routine\n200 result=1 (10)"),
        out);
    CHECK_TO(!ch->is_ended, out);
    CHECK_OK_TO(leaves(&s), out);
    CHECK_TO(slice_eqz(channel_var_get(ch, SLICE("AGISTATUS")), "HANGUP"), out);
    CHECK_TO(ch->is_ended, out);
out:
    mem_deref(ch);
    server_fini(&s);
    return err;
}

static int agiexitonhangup_ends_it_at_once(void)
{
    struct channel *ch = NULL;
    struct server s;
    int err;

    CHECK_OK_TO(server_init(&s, "4573", "agi://127.0.0.1"), out);
    CHECK_OK_TO(world_dial(&s.w, "10", &ch), out);
    CHECK_TO(heard(&s, "\n\n"), out);
    CHECK_OK_TO(channel_var_set(ch, SLICE("AGIEXITONHANGUP"), SLICE("yes")), out);
    channel_on_hangup(ch, CAUSE_NORMAL, 0);
    loop_fake_advance(s.w.loop, 50);
    CHECK_TO(ch->is_ended && s.is_closed, out);
out:
    mem_deref(ch);
    server_fini(&s);
    return err;
}

static int files_are_streamed_from_a_sample_on(void)
{
    static const struct {
        const char *line, *answer;
    } cases[] = {
        {"STREAM FILE hello 5\n", "200 result=0 endpos=8000\n"},
        {"STREAM FILE hello 5 4000\n", "200 result=0 endpos=8000\n"},
        {"STREAM FILE nosuch 5 800\n", "200 result=-1 endpos=800\n"},
        {"GET OPTION nosuch 5 10\n", "200 result=-1 endpos=0\n"},
        {"CONTROL STREAM FILE hello 5\n", "200 result=0 endpos=-1\n"},
    };
    struct channel *ch = NULL;
    struct server s;
    int err;

    CHECK_OK_TO(server_init(&s, "4573", "agi://127.0.0.1"), out);
    CHECK_OK_TO(world_dial(&s.w, "10", &ch), out);
    CHECK_TO(heard(&s, "\n\n"), out);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CHECK_OK_TO(says(&s, cases[i].line), out);
        loop_fake_advance(s.w.loop, 1500);
        CHECK_TO(heard(&s, cases[i].answer), out);
    }
    CHECK_TO(strstr(buf_z(&s.w.notes), "seek=500;"), out);
    CHECK_OK_TO(says(&s, "STREAM FILE hello 5\n"), out);
    loop_fake_advance(s.w.loop, 200);
    channel_on_dtmf(ch, '5', 100);
    CHECK_TO(heard(&s, "200 result=53 endpos=2400\n"), out);
out:
    mem_deref(ch);
    server_fini(&s);
    return err;
}

/* Nobody there, nobody of that name, not allowed, not understood: each ends with FAILURE soon. */
static int who_cannot_be_asked_is_a_failure(void)
{
    static const struct {
        const char *url;
        uint64_t ms;
    } cases[] = {
        {"agi://127.0.0.1:9", 50},
        {"agi://nosuch.example", 50},
        {"agi://192.0.2.1", 50},
        {"agi://[2001:db8::1]:4573/x", 50},
        {"hagi://agi.example", 50},
        {"http://agi.example/x", 50},
        {"agi://", 50},
        {"agi://127.0.0.1:99999", 50},
        {"agi://127.0.0.1:x", 50},
        {"agi://[::1", 50},
    };
    struct server s;
    int err = 0;

    for (size_t i = 0; !err && i < sizeof(cases) / sizeof(cases[0]); i++) {
        CHECK_OK_TO(server_init(&s, "4573", cases[i].url), out);
        CHECK_OK_TO(world_dial(&s.w, "10", NULL), out);
        loop_fake_advance(s.w.loop, cases[i].ms);
        CHECK_TO(world_saw(&s.w, "FAILURE 1;"), out);
        CHECK_TO(!s.conn, out);
    out:
        server_fini(&s);
    }
    return err;
}

static int a_server_that_does_not_answer_is_given_up_after_two_seconds(void)
{
    struct addr at;
    struct server s;
    int err;

    CHECK_OK_TO(server_init(&s, "4573", "agi://127.0.0.1"), out);
    addr_parse_host(&at, SLICE("127.0.0.1"), 0);
    net_fake_cut(s.net, &at, true);
    CHECK_OK_TO(world_dial(&s.w, "10", NULL), out);
    loop_fake_advance(s.w.loop, 1900);
    CHECK_TO(world_saw(&s.w, ""), out);
    loop_fake_advance(s.w.loop, 200);
    CHECK_TO(world_saw(&s.w, "FAILURE 1;"), out);
out:
    server_fini(&s);
    return err;
}

static int a_server_that_talks_without_end_is_cut(void)
{
    static char line[60001];
    struct server s;
    int err;

    memset(line, 'x', sizeof(line) - 1);
    CHECK_OK_TO(server_init(&s, "4573", "agi://127.0.0.1"), out);
    CHECK_OK_TO(world_dial(&s.w, "10", NULL), out);
    CHECK_TO(heard(&s, "\n\n"), out);
    CHECK_OK_TO(says(&s, line), out);
    loop_fake_advance(s.w.loop, 50);
    CHECK_TO(s.is_closed, out);
    CHECK_TO(world_saw(&s.w, "SUCCESS 1;"), out);
out:
    server_fini(&s);
    return err;
}

/* Whatever is short, the call ends and nothing is lost. */
static int no_memory_ends_the_call_in_order(void)
{
    struct server s;
    int err;

    CHECK_OK_TO(server_init(&s, "4573", "agi://agi.example/x"), out);
    CHECK_OK_TO(world_dial(&s.w, "10", NULL), out);
    loop_fake_advance(s.w.loop, 100);
    (void)says(&s, "SET VARIABLE X 2\nGET VARIABLE X\n");
    loop_fake_advance(s.w.loop, 100);
    (void)leaves(&s);
    loop_fake_advance(s.w.loop, 100000);
    CHECK_TO(calls_active(s.w.calls) == 0, out);
out:
    server_fini(&s);
    return err;
}

UNIT_TESTS(UNIT_ONCE(a_server_is_asked_and_steers_the_call), UNIT_ONCE(a_name_and_a_port_are_found),
           UNIT_ONCE(a_hangup_is_told_by_a_line), UNIT_ONCE(agiexitonhangup_ends_it_at_once),
           UNIT_ONCE(files_are_streamed_from_a_sample_on),
           UNIT_ONCE(who_cannot_be_asked_is_a_failure),
           UNIT_ONCE(a_server_that_does_not_answer_is_given_up_after_two_seconds),
           UNIT_ONCE(a_server_that_talks_without_end_is_cut),
           UNIT(no_memory_ends_the_call_in_order))
