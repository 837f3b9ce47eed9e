/* test_server.c - the engine's connection to the media role */
#include <sys/resource.h>

#include "phone.h"

#define SOCKET "/tmp/media-test.sock"

static int open_listening(struct bench *b)
{
    struct media_server_args args = {
        .peer_uid = -1, .rtp_start = 32600, .rtp_end = 32699, .lanes = 1};
    int err;

    memset(b, 0, sizeof(*b));
    err = loop_alloc(&b->loop);
    if (!err)
        err = ipc_listen(&args.listen_fd, SOCKET);
    return err ? err : media_server_alloc(&b->server, b->loop, &args);
}

/* @return how often the loop turned in ms */
static int count_rounds(struct bench *b, int ms)
{
    int64_t end = loop_now_exact(b->loop).us + ms * 1000;
    int n = 0;

    for (; loop_now_exact(b->loop).us < end; n++)
        (void)loop_round(b->loop, ms);
    return n;
}

static int without_descriptors_it_waits_and_does_not_spin(void)
{
    struct media_create create = {.id = 1};
    struct rlimit before, none;
    struct bench b;
    int err, fd = -1, rounds;

    CHECK_OK_TO(open_listening(&b), out);
    CHECK_OK_TO(ipc_connect(&fd, SOCKET), out);
    CHECK_OK_TO(
        ipc_alloc(&b.engine, b.loop, fd, &media_protocol, bench_on_message, bench_on_closed, &b),
        out);
    getrlimit(RLIMIT_NOFILE, &before);
    none = before;
    fd = dup(0);
    none.rlim_cur = (rlim_t)fd;
    close(fd);
    setrlimit(RLIMIT_NOFILE, &none);
    rounds = count_rounds(&b, 350);
    setrlimit(RLIMIT_NOFILE, &before);
    CHECK_TO(rounds < 20, out);
    addr_parse_host(&create.local, SLICE("127.0.0.1"), 0);
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_HELLO, &(struct media_hello){1}), out);
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_CREATE, &create), out);
    run_for(&b, 300);
    CHECK_TO(addr_is_set(&b.local[1]), out);
out:
    bench_close(&b);
    unlink(SOCKET);
    return err;
}

UNIT_TESTS(UNIT_ONCE(without_descriptors_it_waits_and_does_not_spin))
