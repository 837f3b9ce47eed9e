/* Messages between roles: encoding, order, ceilings, descriptors, the end of a connection. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "ipc/codec.h"
#include "unit.h"

struct all {
    uint8_t small;
    bool flag;
    uint16_t port;
    uint32_t id;
    int32_t delta;
    uint64_t big;
    int64_t far;
    char name[8];
    char password[16];
    struct slice payload;
    struct addr at;
};

static const struct ipc_field all_fields[] = {
    IPC_FIELD(IPC_U8, struct all, small),      IPC_FIELD(IPC_BOOL, struct all, flag),
    IPC_FIELD(IPC_U16, struct all, port),      IPC_FIELD(IPC_U32, struct all, id),
    IPC_FIELD(IPC_I32, struct all, delta),     IPC_FIELD(IPC_U64, struct all, big),
    IPC_FIELD(IPC_I64, struct all, far),       IPC_FIELD(IPC_TEXT, struct all, name),
    IPC_FIELD(IPC_TEXT, struct all, password), IPC_BYTES_FIELD(struct all, payload, 40000),
    IPC_FIELD(IPC_ADDR, struct all, at),       {.kind = IPC_END},
};

struct tick {
    uint32_t n;
};

static const struct ipc_field tick_fields[] = {
    IPC_FIELD(IPC_U32, struct tick, n),
    {.kind = IPC_END},
};

enum { ALL = 1, TICK = 7 };

static const struct ipc_type types[] = {
    {ALL, "all", sizeof(struct all), all_fields},
    {TICK, "tick", sizeof(struct tick), tick_fields},
    {0, NULL, 0, NULL},
};
static const struct ipc_protocol proto = {"test", types};

static struct all example(void)
{
    struct all m = {.small = 200,
                    .flag = true,
                    .port = 5060,
                    .id = 0xfffffffe,
                    .delta = -5,
                    .big = 0x0123456789abcdef,
                    .far = -1234567890123,
                    .name = "phone\n1",
                    .password = "hunter2",
                    .payload = SLICE("some\0bytes")};

    addr_parse(&m.at, SLICE("[2001:db8::1]:5061"), 0);
    return m;
}

static bool is_example(const struct all *m)
{
    struct all want = example();

    return m->small == 200 && m->flag && m->port == 5060 && m->id == 0xfffffffe && m->delta == -5 &&
           m->big == want.big && m->far == want.far && strcmp(m->name, want.name) == 0 &&
           strcmp(m->password, "hunter2") == 0 && slice_eq(m->payload, want.payload) &&
           addr_eq(&m->at, &want.at);
}

/* ---- codec ---- */

static int every_kind_comes_out_as_it_went_in(void)
{
    struct all m = example(), got;
    const struct ipc_type *type;
    uint8_t bytes[256];
    size_t len = 0;
    struct slice packet;

    CHECK(!ipc_encode(&types[0], &m, bytes, sizeof(bytes), &len));
    packet = slice_from((char *)bytes, len);
    CHECK(!ipc_decode(&proto, &packet, &type, &got, sizeof(got)));
    CHECK(type == &types[0] && packet.len == 0 && is_example(&got));
    return 0;
}

static int no_shortened_or_lengthened_message_is_taken(void)
{
    struct all m = example(), got;
    const struct ipc_type *type;
    uint8_t bytes[256];
    size_t len = 0;

    CHECK(!ipc_encode(&types[0], &m, bytes, sizeof(bytes) - 1, &len));
    for (size_t cut = 0; cut < len; cut++) {
        struct slice packet = slice_from((char *)bytes, cut);

        CHECK(ipc_decode(&proto, &packet, &type, &got, sizeof(got)) == EBADMSG);
        /* The same with a length that fits. */
        if (cut < IPC_HEAD_BYTES)
            continue;
        bytes[2] = (uint8_t)(cut - IPC_HEAD_BYTES);
        packet = slice_from((char *)bytes, cut);
        CHECK(ipc_decode(&proto, &packet, &type, &got, sizeof(got)) == EBADMSG);
        bytes[2] = (uint8_t)(len - IPC_HEAD_BYTES);
    }
    bytes[2]++;
    CHECK(ipc_decode(&proto, &(struct slice){(char *)bytes, len + 1}, &type, &got, sizeof(got)) ==
          EBADMSG);
    return 0;
}

static int values_out_of_bounds_are_refused(void)
{
    static const struct {
        size_t at;
        uint8_t byte;
    } cases[] = {
        {0, 2},  /* no such type */
        {5, 2},  /* a bool of 2 */
        {34, 0}, /* a NUL in a text */
        {32, 8}, /* a text as long as its array */
        {62, 5}, /* no such family */
    };
    struct all m = example(), got;
    const struct ipc_type *type;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t bytes[256];
        size_t len = 0;
        struct slice packet;

        CHECK(!ipc_encode(&types[0], &m, bytes, sizeof(bytes), &len));
        CHECK(bytes[5] == 1 && bytes[32] == 7 && bytes[34] == 'p' && bytes[62] == 6);
        bytes[cases[i].at] = cases[i].byte;
        packet = slice_from((char *)bytes, len);
        CHECK(ipc_decode(&proto, &packet, &type, &got, sizeof(got)) == EBADMSG);
    }
    return 0;
}

static int what_cannot_be_said_is_not_encoded(void)
{
    struct all m = example();
    static uint8_t bytes[65536];
    static char big[50000];
    size_t len = 0;

    memset(m.name, 'x', sizeof(m.name));
    CHECK(ipc_encode(&types[0], &m, bytes, sizeof(bytes), &len) == EINVAL && len == 0);
    m = example();
    m.payload = slice_from(big, 40001);
    CHECK(ipc_encode(&types[0], &m, bytes, sizeof(bytes), &len) == EINVAL && len == 0);
    m.payload = slice_from(big, 40000);
    CHECK(ipc_encode(&types[0], &m, bytes, 40000, &len) == ENOSPC && len == 0);
    CHECK(ipc_encode(&types[0], &m, bytes, sizeof(bytes), &len) == 0);
    return 0;
}

static int the_print_hides_secrets_and_escapes(void)
{
    struct all m = example();
    char text[512];

    CHECK_OK(ipc_print(&proto, ALL, &m, text, sizeof(text)));
    CHECK(strcmp(text, "all small=200 flag=1 port=5060 id=4294967294 delta=-5 "
                       "big=81985529216486895 far=-1234567890123 name=\"phone\\x0a1\" "
                       "password=*** payload=(10 bytes) at=[2001:db8::1]:5061") == 0);
    CHECK(ipc_print(&proto, 99, &m, text, sizeof(text)) == EINVAL);
    return 0;
}

/* ---- connections ---- */

struct end {
    struct ipc *ipc;
    uint32_t ticks, alls, wrong, closes;
    int err, fd;
    uint32_t close_at;
};

static void on_recv(struct ipc *c, uint16_t id, const void *message, int fd, void *arg)
{
    struct end *e = arg;

    if (fd >= 0)
        e->fd = fd;
    if (id == TICK && ((const struct tick *)message)->n != e->ticks++)
        e->wrong++;
    if (id == ALL) {
        e->alls++;
        e->wrong += !is_example(message);
    }
    if (e->close_at && e->ticks == e->close_at)
        ipc_close(c);
}

static void on_closed(struct ipc *c, int err, void *arg)
{
    struct end *e = arg;

    e->closes++;
    e->err = err;
    (void)c;
}

struct link_up {
    struct loop *loop;
    struct end a, b;
    int raw; /* instead of a */
};

static int open_sockets(struct link_up *u, bool is_raw)
{
    int fds[2], err;

    memset(u, 0, sizeof(*u));
    u->raw = u->a.fd = u->b.fd = -1;
    err = loop_alloc(&u->loop);
    if (err)
        return err;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds))
        return errno;
    u->raw = is_raw ? fds[0] : -1;
    if (!is_raw)
        err = ipc_alloc(&u->a.ipc, u->loop, fds[0], &proto, on_recv, on_closed, &u->a);
    if (err)
        close(fds[1]);
    else
        err = ipc_alloc(&u->b.ipc, u->loop, fds[1], &proto, on_recv, on_closed, &u->b);
    return err;
}

static int open_pair(struct link_up *u)
{
    int err;

    memset(u, 0, sizeof(*u));
    u->raw = u->a.fd = u->b.fd = -1;
    err = loop_alloc_fake(&u->loop, (struct wall){0});
    if (!err)
        err = ipc_pair(&u->a.ipc, &u->b.ipc, u->loop, &proto);
    if (err)
        return err;
    ipc_set_handlers(u->a.ipc, on_recv, on_closed, &u->a);
    ipc_set_handlers(u->b.ipc, on_recv, on_closed, &u->b);
    return 0;
}

static void link_down(struct link_up *u)
{
    mem_deref(u->a.ipc);
    mem_deref(u->b.ipc);
    if (u->raw >= 0)
        close(u->raw);
    if (u->b.fd >= 0)
        close(u->b.fd);
    mem_deref(u->loop);
}

static int send_ticks(struct ipc *c, uint32_t from, uint32_t count)
{
    int err = 0;

    for (uint32_t i = from; i < from + count && !err; i++)
        err = ipc_send(c, TICK, &(struct tick){i});
    return err;
}

static void turn(struct loop *l, int rounds)
{
    for (int i = 0; i < rounds; i++)
        loop_round(l, 0);
}

static int messages_arrive_in_order(void)
{
    struct all m = example();
    struct link_up u;
    int err = 0;

    CHECK_OK_TO(open_sockets(&u, false), out);
    CHECK_OK_TO(send_ticks(u.a.ipc, 0, 20000), out); /* more than a packet */
    CHECK_OK_TO(ipc_send(u.a.ipc, ALL, &m), out);
    CHECK_OK_TO(send_ticks(u.a.ipc, 20000, 1), out);
    turn(u.loop, 20);
    CHECK_TO(u.b.ticks == 20001 && u.b.alls == 1 && u.b.wrong == 0, out);
    CHECK_TO(ipc_send(u.a.ipc, 99, &m) == EINVAL, out);
out:
    link_down(&u);
    return err;
}

static int a_descriptor_comes_along(void)
{
    struct link_up u;
    int err = 0, fds[2];
    char c = 0;

    CHECK_OK_TO(open_sockets(&u, false), out);
    CHECK_TO(!pipe(fds), out);
    err = send_ticks(u.a.ipc, 0, 1);
    if (!err)
        err = ipc_send_fd(u.a.ipc, TICK, &(struct tick){1}, fds[0]);
    close(fds[0]);
    CHECK_OK_TO(err, close_out);
    CHECK_OK_TO(send_ticks(u.a.ipc, 2, 1), close_out);
    turn(u.loop, 4);
    CHECK_TO(u.b.ticks == 3 && u.b.wrong == 0 && u.b.fd >= 0, close_out);
    CHECK_TO(write(fds[1], "x", 1) == 1 && read(u.b.fd, &c, 1) == 1 && c == 'x', close_out);
close_out:
    close(fds[1]);
out:
    link_down(&u);
    return err;
}

static int what_was_said_before_the_end_is_heard(void)
{
    struct link_up u;
    int err = 0;

    CHECK_OK_TO(open_sockets(&u, false), out);
    CHECK_OK_TO(send_ticks(u.a.ipc, 0, 10), out);
    ipc_close(u.a.ipc);
    CHECK_OK_TO(send_ticks(u.b.ipc, 0, 1), out); /* into nothing */
    turn(u.loop, 4);
    CHECK_TO(u.b.ticks == 10 && u.b.closes == 1 && u.b.err == 0 && u.a.closes == 0, out);
    CHECK_TO(send_ticks(u.b.ipc, 0, 1) == ENOTCONN, out);
out:
    link_down(&u);
    return err;
}

static int a_handler_may_close_amid_a_packet(void)
{
    struct link_up u;
    int err = 0;

    CHECK_OK_TO(open_sockets(&u, false), out);
    u.b.close_at = 3;
    CHECK_OK_TO(send_ticks(u.a.ipc, 0, 10), out);
    turn(u.loop, 4);
    CHECK_TO(u.b.ticks == 3 && u.b.closes == 0 && u.a.closes == 1, out);
out:
    link_down(&u);
    return err;
}

static int room_may_be_made_for_long_messages(void)
{
    static char big[30000];
    struct all m = example();
    struct link_up u;
    int err;

    CHECK_OK_TO(open_sockets(&u, true), out); /* nobody reads at raw */
    ipc_set_room(u.b.ipc, 8u << 20);
    m.payload = slice_from(big, sizeof(big));
    for (int i = 0; i < 6000000 / 30000; i++)
        CHECK_OK_TO(ipc_send(u.b.ipc, ALL, &m), out);
    turn(u.loop, 2);
    CHECK_TO(ipc_waiting(u.b.ipc) > 5000000 && u.b.closes == 0, out);
out:
    link_down(&u);
    return err;
}

static int one_that_does_not_read_is_given_up(void)
{
    static char big[30000];
    struct all m = example();
    struct link_up u;
    size_t sent = 0;
    int err = 0;

    CHECK_OK_TO(open_sockets(&u, true), out); /* nobody reads at raw */
    m.payload = slice_from(big, sizeof(big));
    while (!(err = ipc_send(u.b.ipc, ALL, &m)) && sent < 1000) {
        sent++;
        turn(u.loop, 1);
    }
    CHECK_TO(err == ENOBUFS && sent > 4000000 / 30100 && u.b.closes == 0, out);
    err = 0;
    turn(u.loop, 2);
    CHECK_TO(u.b.closes == 1 && u.b.err == ENOBUFS, out);
out:
    link_down(&u);
    return err;
}

static int nonsense_ends_the_connection(void)
{
    static const char *const packets[] = {"x", "\x07\x00\x04\x00\x01\x00\x00",
                                          "\x07\x00\x00\x00....",
                                          "\x63\x00\x04\x00\x01\x00\x00\x00"};
    struct link_up u;
    int err = 0;

    for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
        CHECK_OK_TO(open_sockets(&u, true), out);
        CHECK_TO(send(u.raw, packets[i], i == 0 ? 1 : i == 1 ? 7 : 8, 0) > 0, out);
        turn(u.loop, 2);
        CHECK_TO(u.b.closes == 1 && u.b.err == EBADMSG && u.b.ticks == 0, out);
        link_down(&u);
    }
    return 0;
out:
    link_down(&u);
    return err;
}

static int a_pair_inside_one_process_does_the_same(void)
{
    struct all m = example();
    struct link_up u;
    int err = 0;

    CHECK_OK_TO(open_pair(&u), out);
    CHECK_OK_TO(send_ticks(u.a.ipc, 0, 100), out);
    CHECK_OK_TO(ipc_send(u.b.ipc, ALL, &m), out);
    CHECK_OK_TO(ipc_send_fd(u.a.ipc, TICK, &(struct tick){100}, 0), out);
    CHECK_TO(u.b.ticks == 0 && u.a.alls == 0, out);
    loop_fake_settle(u.loop);
    CHECK_TO(u.b.ticks == 101 && u.a.alls == 1 && u.a.wrong + u.b.wrong == 0 && u.b.fd > 0, out);
    CHECK_OK_TO(send_ticks(u.a.ipc, 101, 1), out);
    ipc_close(u.a.ipc);
    CHECK_TO(send_ticks(u.b.ipc, 0, 1) == ENOTCONN, out);
    loop_fake_settle(u.loop);
    CHECK_TO(u.b.ticks == 102 && u.b.closes == 1 && u.b.err == 0 && u.a.closes == 0, out);
out:
    link_down(&u);
    return err;
}

static int a_path_left_behind_is_taken_over(void)
{
    char path[64];
    int first = -1, second = -1, third = -1, err = 0;

    snprintf(path, sizeof(path), "/tmp/station-ipc-test-%d.sock", (int)getpid());
    CHECK_OK_TO(ipc_listen(&first, path), out);
    CHECK_TO(ipc_listen(&second, path) == EADDRINUSE, out);
    CHECK_OK_TO(ipc_connect(&third, path), out);
    close(first);
    first = -1;
    CHECK_TO(ipc_connect(&second, path) == ECONNREFUSED, out);
    CHECK_OK_TO(ipc_listen(&first, path), out);
out:
    unlink(path);
    if (first >= 0)
        close(first);
    if (third >= 0)
        close(third);
    return err;
}

UNIT_TESTS(UNIT(every_kind_comes_out_as_it_went_in),
           UNIT(no_shortened_or_lengthened_message_is_taken),
           UNIT(values_out_of_bounds_are_refused), UNIT(what_cannot_be_said_is_not_encoded),
           UNIT(the_print_hides_secrets_and_escapes), UNIT(messages_arrive_in_order),
           UNIT(a_descriptor_comes_along), UNIT(what_was_said_before_the_end_is_heard),
           UNIT(a_handler_may_close_amid_a_packet), UNIT_ONCE(one_that_does_not_read_is_given_up),
           UNIT_ONCE(room_may_be_made_for_long_messages), UNIT_ONCE(nonsense_ends_the_connection),
           UNIT(a_pair_inside_one_process_does_the_same),
           UNIT_ONCE(a_path_left_behind_is_taken_over))
