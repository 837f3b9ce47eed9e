/*
 * phone.h - a media role with its engine's connection, and phones with real sockets, for tests
 *
 * The loop is real; wait_for runs it until a condition or 3 s have passed.
 */
#pragma once
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "ipc/media.h"
#include "loop/loop.h"
#include "media/server.h"
#include "rtp/packet.h"
#include "unit.h"

#define STREAMS 8

/* Kept memory for the next bench_open (taken), or -1. */
static int bench_keep_fd = -1;

/* Where the next bench records, and where its sounds are; or NULL. */
static const char *bench_recordings, *bench_sounds;

/* What the engine was told. */
struct bench {
    struct loop *loop;
    struct media_server *server;
    struct ipc *engine, *other;
    struct addr local[STREAMS]; /* by id */
    int created_err[STREAMS];
    char digits[64];
    uint32_t play_done, play_err, timeouts, dtmf_done;
    uint32_t play_id, position_ms;
    uint32_t positions, at_ms; /* MEDIA_POSITION */
    bool is_paused;
    uint32_t talks, silences; /* MEDIA_TALK */
    char missing[128];
    struct media_stats stats[STREAMS];
    uint32_t last_stats;
    uint32_t begun, ended; /* MEDIA_TAPE_BEGUN, MEDIA_TAPE_ENDED, and the last of each */
    struct media_tape_begun tape_begun;
    struct media_tape_ended tape_ended;
};

static inline void bench_on_message(struct ipc *c, uint16_t id, const void *msg, int fd, void *arg)
{
    struct bench *b = arg;
    uint32_t n = *(const uint32_t *)msg % STREAMS;
    size_t len = strlen(b->digits);

    switch (id) {
    case MEDIA_CREATED:
        b->local[n] = ((const struct media_created *)msg)->local;
        b->created_err[n] = ((const struct media_created *)msg)->err;
        break;
    case MEDIA_DTMF: b->digits[len] = (char)((const struct media_dtmf *)msg)->digit; break;
    case MEDIA_PLAY_DONE:
        b->play_done++;
        b->play_err = (uint32_t)((const struct media_play_done *)msg)->err;
        b->play_id = ((const struct media_play_done *)msg)->play_id;
        b->position_ms = ((const struct media_play_done *)msg)->position_ms;
        strcpy(b->missing, ((const struct media_play_done *)msg)->missing);
        break;
    case MEDIA_POSITION:
        b->positions++;
        b->at_ms = ((const struct media_position *)msg)->ms;
        b->is_paused = ((const struct media_position *)msg)->is_paused;
        break;
    case MEDIA_TALK:
        if (((const struct media_talk *)msg)->is_talking)
            b->talks++;
        else
            b->silences++;
        break;
    case MEDIA_TIMEOUT: b->timeouts++; break;
    case MEDIA_DTMF_DONE: b->dtmf_done++; break;
    case MEDIA_STATS:
        b->stats[n] = *(const struct media_stats *)msg;
        b->last_stats += b->stats[n].is_last;
        break;
    case MEDIA_TAPE_BEGUN:
        b->begun++;
        b->tape_begun = *(const struct media_tape_begun *)msg;
        break;
    case MEDIA_TAPE_ENDED:
        b->ended++;
        b->tape_ended = *(const struct media_tape_ended *)msg;
        break;
    default: break;
    }
}

static inline void bench_on_closed(struct ipc *c, int err, void *arg)
{
}

/* A new engine connects. */
static inline int bench_connect(struct bench *b, uint64_t instance)
{
    struct media_hello hello = {instance};
    struct ipc *theirs;
    int fds[2], err;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds))
        return errno;
    err = ipc_alloc(&b->engine, b->loop, fds[0], &media_protocol, bench_on_message, bench_on_closed,
                    b);
    if (err) {
        close(fds[1]);
        return err;
    }
    err = ipc_alloc(&theirs, b->loop, fds[1], &media_protocol, NULL, NULL, NULL);
    if (err)
        return err;
    media_server_attach(b->server, theirs);
    return ipc_send(b->engine, MEDIA_HELLO, &hello);
}

static inline int bench_open(struct bench *b, unsigned lanes)
{
    const char *sounds[] = {bench_sounds ? bench_sounds : "/nowhere"};
    struct media_server_args args = {
        .listen_fd = -1,
        .keep_fd = bench_keep_fd,
        .peer_uid = -1,
        .rtp_start = 31000,
        .rtp_end = 31999,
        .lanes = lanes,
        .orphan_ms = 1000,
        .sounds = sounds,
        .sound_count = 1,
        .recordings = bench_recordings,
    };
    int err;

    bench_keep_fd = -1;
    memset(b, 0, sizeof(*b));
    err = loop_alloc(&b->loop);
    if (!err)
        err = media_server_alloc(&b->server, b->loop, &args);
    return err ? err : bench_connect(b, 1);
}

static inline void bench_close(struct bench *b)
{
    if (b->engine)
        ipc_close(b->engine);
    mem_deref(b->engine);
    mem_deref(b->server);
    mem_deref(b->loop);
}

/* Run the loop for ms, or until *what is at least `least`. */
static inline bool wait_for(struct bench *b, const uint32_t *what, uint32_t least, int ms)
{
    int64_t end = loop_now_exact(b->loop).us + ms * 1000;

    do {
        if (what && *what >= least)
            return true;
        (void)loop_round(b->loop, 2);
    } while (loop_now_exact(b->loop).us < end);
    return what && *what >= least;
}

static inline void run_for(struct bench *b, int ms)
{
    (void)wait_for(b, NULL, 0, ms);
}

/* ---- phones ---- */

struct phone {
    int fd;
    struct addr addr;
    uint16_t seq;
    uint32_t ts, ssrc;
};

static inline int phone_open(struct phone *p, const char *host)
{
    struct sockaddr_storage ss;
    socklen_t len = sizeof(ss);

    memset(p, 0, sizeof(*p));
    if (addr_parse_host(&p->addr, slice_of(host), 0))
        return EINVAL;
    p->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (p->fd < 0)
        return errno;
    len = addr_to_sockaddr(&p->addr, &ss);
    if (bind(p->fd, (struct sockaddr *)&ss, len))
        return errno;
    len = sizeof(ss);
    getsockname(p->fd, (struct sockaddr *)&ss, &len);
    addr_from_sockaddr(&p->addr, (struct sockaddr *)&ss);
    p->ssrc = (uint32_t)p->addr.port;
    p->seq = 100;
    return 0;
}

/* One packet of 20 ms. */
static inline void phone_say(struct phone *p, const struct addr *to, uint8_t payload_type,
                             const uint8_t sound[160])
{
    struct rtp_header h = {
        .payload_type = payload_type, .seq = p->seq++, .timestamp = p->ts, .ssrc = p->ssrc};
    struct sockaddr_storage ss;
    struct addr dest = *to;
    uint8_t bytes[172];
    socklen_t len;

    addr_parse_host(&dest, SLICE("127.0.0.1"), to->port);
    p->ts += 160;
    rtp_print(bytes, &h);
    memcpy(bytes + 12, sound, 160);
    len = addr_to_sockaddr(&dest, &ss);
    (void)sendto(p->fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&ss, len);
}

/* One packet of 20 ms filled with `byte`. */
static inline void phone_send(struct phone *p, const struct addr *to, uint8_t payload_type,
                              uint8_t byte)
{
    uint8_t sound[160];

    memset(sound, byte, sizeof(sound));
    phone_say(p, to, payload_type, sound);
}

struct got {
    struct rtp_header h;
    uint8_t byte; /* first of the payload */
    uint8_t bytes[200];
};

static inline bool phone_recv(struct phone *p, struct got *g)
{
    uint8_t bytes[2000];
    ssize_t n = recv(p->fd, bytes, sizeof(bytes), 0);

    if (n < 0 || rtp_parse(&g->h, bytes, (size_t)n))
        return false;
    g->byte = g->h.bytes ? bytes[g->h.at] : 0;
    memcpy(g->bytes, bytes + g->h.at, g->h.bytes < 200 ? g->h.bytes : 200);
    return true;
}

static inline uint32_t phone_drain(struct phone *p)
{
    struct got g;
    uint32_t n = 0;

    while (phone_recv(p, &g))
        n++;
    return n;
}

/* Create stream id for the phone, with one codec, and tell it the phone's address. */
static inline int bench_stream(struct bench *b, uint32_t id, const struct phone *p,
                               const char *formats, uint8_t dtmf)
{
    struct media_create create = {.id = id};
    struct media_remote remote = {
        .id = id,
        .rtp = p->addr,
        .rtcp = p->addr,
        .signal = p->addr,
        .is_symmetric = true,
        .can_send = true,
        .can_recv = true,
        .formats = slice_from(formats, 2),
        .dtmf_payload = dtmf,
        .dtmf_local = dtmf,
    };
    int64_t end = loop_now_exact(b->loop).us + 2000000;
    int err;

    remote.rtcp.port++;
    addr_parse_host(&create.local, SLICE("127.0.0.1"), 0);
    memset(&b->local[id], 0, sizeof(b->local[id]));
    err = ipc_send(b->engine, MEDIA_CREATE, &create);
    if (!err)
        err = ipc_send(b->engine, MEDIA_REMOTE, &remote);
    while (!err && !addr_is_set(&b->local[id]) && loop_now_exact(b->loop).us < end)
        (void)loop_round(b->loop, 2);
    if (!err && !addr_is_set(&b->local[id]))
        return ETIMEDOUT;
    run_for(b, 3);
    return err;
}

#define ULAW_ONLY "\0\0"
#define ALAW_ONLY "\1\10"

/* Two phones, two streams (1 and 2), connected. */
static inline int bench_call(struct bench *b, struct phone *x, struct phone *y, const char *fx,
                             const char *fy)
{
    int err = phone_open(x, "127.0.0.2");

    if (!err)
        err = phone_open(y, "127.0.0.3");
    if (!err)
        err = bench_stream(b, 1, x, fx, 101);
    if (!err)
        err = bench_stream(b, 2, y, fy, 96);
    if (!err)
        err = ipc_send(b->engine, MEDIA_CONNECT, &(struct media_connect){1, 2});
    run_for(b, 10);
    return err;
}
