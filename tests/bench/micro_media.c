/*
 * micro_media.c - what a relayed and a played call costs the media role, without SIP
 *
 *   meson setup /tmp/b-rel . --buildtype=release && ninja -C /tmp/b-rel libstation_media.a
 *   cc -O2 -D_GNU_SOURCE -Isrc -o /tmp/micro_media tests/bench/micro_media.c -Wl,--start-group
 * /tmp/b-rel/libstation_*.a \ -Wl,--end-group -lsndfile -lsrtp2 -lm -lssl -lcrypto -lcares -lpthread
 *   /tmp/micro_media relay|record|srtp|play|bare|bare-srtp|setup CALLS SECONDS [LANES]
 *   /tmp/micro_media srtp-own SUITE PACKETS [STREAMS]
 *
 * srtp relays between protected phones (SUITE=n in the environment, enum srtp_suite; 1 unless said). The
 * library's own work in that rhythm, with caches as cold, is bare-srtp less bare; srtp-own is its
 * unprotect and protect back to back.
 *
 * record is relay with each call recorded, both voices in one stereo WAV file, into $RECORDINGS
 * (/tmp/micro-media; one second is left to the disk worker before all are stopped).
 *
 * A child is the media role; this process is the engine and all phones (one socket a phone). Prints
 * CPU seconds of the child per call-minute, loss, and added delay (send time in the payload;
 * kernel's receive time).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "ipc/media.h"
#include "media/server.h"
#include "rtp/packet.h"
#include "media/srtp.h"

struct leg {
    int fd;
    struct sockaddr_in to, at;
    bool is_made;
    uint32_t seq, sent, got;
    struct media_srtp srtp; /* what the phone sends with */
    struct media_roc roc;
};

static uint8_t suite; /* 0: plain */

static struct slice secret(uint8_t salt)
{
    static const uint8_t lens[SRTP_SUITES] = {0, 30, 30, 38, 38, 46, 46, 28, 44};
    static char bytes[2][MEDIA_SECRET_MAX];
    char *p = bytes[salt & 1];

    p[0] = (char)suite;
    memset(p + 1, salt + 1, SRTP_KEY_MAX);
    return slice_from(p, suite ? 1u + lens[suite] : 0);
}

static double own_cpu(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return (double)u.ru_utime.tv_sec + (double)u.ru_utime.tv_usec / 1e6;
}

/* One direction of a call, as a relay has it, and the phone that talks. */
struct trio {
    struct media_srtp phone, rx, tx;
    struct media_roc a, b, c;
};

/* What a relay asks of the library: each packet taken with one key and sent with another, by turns of
 * as many streams as the relay has (their sessions are not in the cache either). */
static int library_alone(int count, int streams)
{
    struct trio *t = calloc((size_t)streams, sizeof(*t));
    uint8_t(*p)[256] = aligned_alloc(256, (size_t)streams * 256);
    size_t *len = calloc((size_t)streams, sizeof(*len));
    double cost = 0, before;

    if (!t || !p || !len || media_srtp_library_open())
        return 1;
    for (int k = 0; k < streams; k++) {
        if (media_srtp_set(&t[k].phone, secret(1), true, 1, &t[k].a) ||
            media_srtp_set(&t[k].rx, secret(1), false, 0, &t[k].b) ||
            media_srtp_set(&t[k].tx, secret(0), true, 1, &t[k].c))
            return 1;
    }
    for (int i = 0; i < count / streams; i++) {
        for (int k = 0; k < streams; k++) {
            memset(p[k], 0, sizeof(p[k]));
            p[k][0] = 0x80;
            p[k][2] = (uint8_t)(i >> 8);
            p[k][3] = (uint8_t)i;
            p[k][11] = 1;
            len[k] = 172;
            media_srtp_protect(&t[k].phone, p[k], &len[k]);
        }
        before = own_cpu();
        for (int k = 0; k < streams; k++) {
            if (!media_srtp_unprotect(&t[k].rx, p[k], &len[k]) ||
                !media_srtp_protect(&t[k].tx, p[k], &len[k]))
                return 1;
        }
        cost += own_cpu() - before;
    }
    printf("srtp-own suite=%u streams=%d cpu_us_per_packet=%.3f\n", suite, streams,
           cost * 1e6 / (count / streams * streams));
    return 0;
}

static const char *recordings = "/tmp/micro-media";
static struct leg *legs;
static int leg_count, made;
static uint32_t tapes_begun, tapes_ended, tapes_failed;
static uint64_t tapes_packets, tapes_lost, tapes_ms;
static uint32_t *delays, delay_count;
#define DELAYS 2000000

static int64_t wall_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

static void on_message(struct ipc *c, uint16_t id, const void *msg, int fd, void *arg)
{
    const struct media_created *m = msg;
    const struct media_tape_ended *e = msg;

    if (id == MEDIA_TAPE_BEGUN)
        tapes_begun += ((const struct media_tape_begun *)msg)->err == 0;
    if (id == MEDIA_TAPE_ENDED) {
        tapes_ended++;
        tapes_failed += e->err != 0;
        tapes_packets += e->rx_packets + e->tx_packets;
        tapes_lost += e->lost;
        tapes_ms += e->ms;
    }
    if (id != MEDIA_CREATED)
        return;
    legs[m->id - 1].to.sin_family = AF_INET;
    legs[m->id - 1].to.sin_port = htons(m->local.port);
    legs[m->id - 1].to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    made += m->err == 0;
}

static void on_closed(struct ipc *c, int err, void *arg)
{
    fprintf(stderr, "closed: %s\n", strerror(err));
    exit(1);
}

static void child(int fd, unsigned lanes)
{
    static const char *const sounds[] = {"/tmp/media-test-sounds", "/usr/share/asterisk/sounds"};
    struct media_server_args args = {.listen_fd = -1,
                                     .peer_uid = -1,
                                     .lanes = lanes,
                                     .keep_fd = -1,
                                     .rtp_start = 30000,
                                     .rtp_end = 40000,
                                     .recordings = recordings,
                                     .sounds = sounds,
                                     .sound_count = 2};
    struct media_server *s;
    struct loop *l;
    struct ipc *c;

    if (loop_alloc(&l) || media_server_alloc(&s, l, &args) ||
        ipc_alloc(&c, l, fd, &media_protocol, NULL, NULL, NULL))
        exit(1);
    media_server_attach(s, c);
    loop_run(l);
}

/* The floor: epoll, recvfrom, sendto, nothing else but the library's two calls when there are keys. */
static void bare_child(void)
{
    int ep = epoll_create1(0), *fds = calloc((size_t)leg_count, sizeof(int));
    struct trio *t = calloc((size_t)leg_count, sizeof(*t));
    struct epoll_event ev = {.events = EPOLLIN}, evs[256];
    _Alignas(8) uint8_t p[2000];

    for (int i = 0; i < leg_count; i++) {
        if (suite &&
            (media_srtp_library_open() || media_srtp_set(&t[i].rx, secret(1), false, 0, &t[i].b) ||
             media_srtp_set(&t[i].tx, secret(0), true, 0x01000000, &t[i].c)))
            exit(4);
        fds[i] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
        if (bind(fds[i], (struct sockaddr *)&legs[i].to, sizeof(legs[i].to)))
            exit(3);
        ev.data.u32 = (uint32_t)i;
        epoll_ctl(ep, EPOLL_CTL_ADD, fds[i], &ev);
    }
    for (;;) {
        int n = epoll_wait(ep, evs, 256, -1);

        for (int i = 0; i < n; i++) {
            int k = (int)evs[i].data.u32;
            struct sockaddr_in from;
            socklen_t len = sizeof(from);
            ssize_t got = recvfrom(fds[k], p, sizeof(p), 0, (struct sockaddr *)&from, &len);
            size_t size = got > 0 ? (size_t)got : 0;

            if (suite && size &&
                (!media_srtp_unprotect(&t[k].rx, p, &size) ||
                 !media_srtp_protect(&t[k ^ 1].tx, p, &size)))
                exit(5);
            if (size)
                sendto(fds[k ^ 1], p, size, 0, (struct sockaddr *)&legs[k ^ 1].at, sizeof(from));
        }
    }
}

static double child_cpu(pid_t pid)
{
    unsigned long u = 0, k = 0;
    char path[64], line[1024], *p;
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    f = fopen(path, "r");
    if (f && fgets(line, sizeof(line), f) && (p = strrchr(line, ')')))
        sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &u, &k);
    if (f)
        fclose(f);
    return (double)(u + k) / (double)sysconf(_SC_CLK_TCK);
}

static long child_rss(pid_t pid)
{
    char path[64], line[256];
    long kib = 0;
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%d/status", pid);
    f = fopen(path, "r");
    while (f && fgets(line, sizeof(line), f))
        sscanf(line, "VmRSS: %ld", &kib);
    if (f)
        fclose(f);
    return kib;
}

static void open_leg(struct leg *g, int ep, int i)
{
    struct epoll_event ev = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
    socklen_t len = sizeof(g->at);
    int on = 1;

    g->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    g->at.sin_family = AF_INET;
    g->at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(g->fd, (struct sockaddr *)&g->at, len))
        exit(2);
    getsockname(g->fd, (struct sockaddr *)&g->at, &len);
    setsockopt(g->fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
    epoll_ctl(ep, EPOLL_CTL_ADD, g->fd, &ev);
}

static void send_one(struct leg *g)
{
    _Alignas(8) uint8_t p[172 + MEDIA_TAIL_BYTES] = {0x80, 0};
    int64_t now = wall_ns();
    size_t len = 172;

    p[2] = (uint8_t)(g->seq >> 8);
    p[3] = (uint8_t)g->seq;
    rtp_put32(p + 4, 160u * g->seq++);
    p[8] = 1;
    memcpy(p + 12, &now, 8);
    g->sent++;
    if (suite && !media_srtp_protect(&g->srtp, p, &len))
        exit(4);
    if (sendto(g->fd, p, len, 0, (struct sockaddr *)&g->to, sizeof(g->to)) < 0)
        perror("sendto");
}

static void receive(struct leg *g, bool has_time)
{
    char control[128];
    uint8_t p[2000];
    struct iovec v = {p, sizeof(p)};
    struct msghdr m = {
        .msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
    struct cmsghdr *c;
    struct timespec ts;
    int64_t sent;

    if (recvmsg(g->fd, &m, MSG_DONTWAIT) < 20)
        return;
    g->got++;
    c = CMSG_FIRSTHDR(&m);
    if (!has_time || !c || delay_count >= DELAYS)
        return;
    memcpy(&ts, CMSG_DATA(c), sizeof(ts));
    memcpy(&sent, p + 12, 8);
    delays[delay_count++] = (uint32_t)((ts.tv_sec * 1000000000ll + ts.tv_nsec - sent) / 1000);
}

static void pump(int ep, int64_t until_ns, bool is_relay, double seconds)
{
    int64_t start = wall_ns(), step = 20000000 / leg_count, next = start;
    struct epoll_event ev[256];
    int who = 0;

    while (wall_ns() < until_ns) {
        int64_t now = wall_ns();

        while (next <= now) {
            send_one(&legs[who]);
            who = (who + 1) % leg_count;
            next += step;
        }
        struct timespec ts = {0, next - now > 0 ? next - now : 0};
        int n = epoll_pwait2(ep, ev, 256, &ts, NULL);

        for (int i = 0; i < n; i++)
            receive(&legs[ev[i].data.u32], is_relay);
    }
}

/* Streams made and ended, `count` of them, ten at a time: what a short call costs. */
static void setup(struct loop *l, struct ipc *c, pid_t pid, int count)
{
    double cpu0 = child_cpu(pid);
    uint32_t id = 1;

    for (int i = 0; i < count / 10; i++) {
        for (int k = 0; k < 10; k++, id++) {
            struct media_create m = {.id = (id - 1) % 20 + 1};
            struct media_remote r = {
                .id = m.id, .can_send = true, .can_recv = true, .formats = {"\0\0", 2}};

            addr_parse_host(&m.local, SLICE("127.0.0.1"), 0);
            addr_parse_host(&r.rtp, SLICE("127.0.0.1"), 9);
            ipc_send(c, MEDIA_CREATE, &m);
            ipc_send(c, MEDIA_REMOTE, &r);
        }
        for (int want = made + 10, n = 0; made < want && n < 100; n++)
            loop_round(l, 10);
        for (int k = 0; k < 10; k++)
            ipc_send(c, MEDIA_FREE, &(struct media_free){(uint32_t)(i * 10 + k) % 20 + 1});
        loop_round(l, 0);
    }
    loop_round(l, 10);
    printf("setup streams=%d made=%d cpu_us_per_stream=%.1f\n", count, made,
           (child_cpu(pid) - cpu0) * 1e6 / count);
}

static void record(struct ipc *c, int i)
{
    struct media_tape m = {.id = (uint32_t)i + 1, .tape = (uint32_t)i + 1, .is_stereo = true};
    char name[32];

    snprintf(name, sizeof(name), "%d/%d.wav", i % 10, i);
    m.mixed = (struct slice){name, strlen(name)};
    ipc_send(c, MEDIA_TAPE, &m);
}

static void stop_tapes(struct loop *l, struct ipc *c)
{
    for (int i = 1; i < leg_count; i += 2)
        ipc_send(c, MEDIA_TAPE_STOP, &(struct media_tape_stop){.tape = (uint32_t)i + 1});
    for (int n = 0; n < 3000 && tapes_ended < tapes_begun; n++)
        loop_round(l, 10);
    printf("record begun=%u ended=%u failed=%u packets=%llu lost=%llu seconds=%.1f\n", tapes_begun,
           tapes_ended, tapes_failed, (unsigned long long)tapes_packets,
           (unsigned long long)tapes_lost, (double)tapes_ms / 1000 / (tapes_ended ? tapes_ended : 1));
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
    bool is_bare = argc > 1 && !strncmp(argv[1], "bare", 4);
    bool is_srtp = argc > 1 && (!strcmp(argv[1], "srtp") || !strcmp(argv[1], "bare-srtp"));
    bool is_record = argc > 1 && !strcmp(argv[1], "record");
    bool is_relay = is_bare || is_srtp || is_record || (argc > 1 && !strcmp(argv[1], "relay"));
    int calls = argc > 2 ? atoi(argv[2]) : 200, ep = epoll_create1(0), fds[2];
    double seconds = argc > 3 ? atof(argv[3]) : 10, cpu0, cpu1;
    unsigned lanes = argc > 4 ? (unsigned)atoi(argv[4]) : 1;
    uint64_t sent = 0, got = 0;
    struct loop *l;
    struct ipc *c;
    pid_t pid;

    signal(SIGPIPE, SIG_IGN);
    if (getenv("RECORDINGS"))
        recordings = getenv("RECORDINGS");
    if (argc > 3 && !strcmp(argv[1], "srtp-own")) {
        suite = (uint8_t)atoi(argv[2]);
        return library_alone(atoi(argv[3]), argc > 4 ? atoi(argv[4]) : 100);
    }
    if (is_srtp)
        suite = (uint8_t)(getenv("SUITE") ? atoi(getenv("SUITE")) : 1);
    leg_count = is_relay ? 2 * calls : calls;
    legs = calloc((size_t)leg_count, sizeof(*legs));
    delays = calloc(DELAYS, sizeof(*delays));
    for (int i = 0; i < leg_count; i++) {
        if (!strcmp(argv[1], "setup"))
            break;
        open_leg(&legs[i], ep, i);
        legs[i].to = legs[i].at;
        legs[i].to.sin_port = htons((uint16_t)(30000 + 2 * i));
    }
    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds);
    pid = fork();
    if (!pid && is_bare)
        bare_child();
    if (!pid)
        child(fds[1], lanes);
    if (loop_alloc(&l) || ipc_alloc(&c, l, fds[0], &media_protocol, on_message, on_closed, NULL))
        return 1;
    ipc_send(c, MEDIA_HELLO, &(struct media_hello){1});
    if (argc > 1 && !strcmp(argv[1], "setup")) {
        setup(l, c, pid, calls);
        kill(pid, SIGKILL);
        return 0;
    }
    for (int i = 0; !is_bare && i < leg_count; i++) {
        struct media_create m = {.id = (uint32_t)i + 1,
                                 .near = is_relay && i & 1 ? (uint32_t)i : 0};

        addr_parse_host(&m.local, SLICE("127.0.0.1"), 0);
        ipc_send(c, MEDIA_CREATE, &m);
        if (i % 100 == 99)
            loop_round(l, 1);
    }
    for (int i = 0; !is_bare && made < leg_count && i < 1000; i++)
        loop_round(l, 10);
    for (int i = 0; !is_bare && i < leg_count; i++) {
        struct media_remote m = {.id = (uint32_t)i + 1,
                                 .is_symmetric = true,
                                 .can_send = true,
                                 .can_recv = true,
                                 .formats = {"\0\0", 2}};

        addr_from_sockaddr(&m.rtp, (struct sockaddr *)&legs[i].at);
        m.rtcp = m.rtp;
        m.rtcp.port++;
        m.signal = m.rtp;
        m.secret_tx = secret(0);
        m.secret_rx = secret(1);
        ipc_send(c, MEDIA_REMOTE, &m);
        if (is_relay && i & 1)
            ipc_send(c, MEDIA_CONNECT, &(struct media_connect){(uint32_t)i, (uint32_t)i + 1});
        if (is_record && i & 1)
            record(c, i);
        if (!is_relay)
            ipc_send(
                c, MEDIA_PLAY,
                &(struct media_play){
                    .id = (uint32_t)i + 1, .play_id = 1, .names = SLICE("long"), .language = "en"});
        if (i % 100 == 99)
            loop_round(l, 1);
    }
    for (int i = 0; i < 20; i++)
        loop_round(l, 5);
    for (int i = 0; suite && i < leg_count; i++) {
        if (media_srtp_library_open() ||
            media_srtp_set(&legs[i].srtp, secret(1), true, 0x01000000, &legs[i].roc))
            return 1;
    }
    pump(ep, wall_ns() + 2000000000ll, is_relay, 2);
    for (int i = 0; i < leg_count; i++)
        legs[i].sent = legs[i].got = 0;
    delay_count = 0;
    cpu0 = child_cpu(pid);
    pump(ep, wall_ns() + (int64_t)(seconds * 1e9), is_relay, seconds);
    cpu1 = child_cpu(pid);
    usleep(50000);
    if (is_record)
        stop_tapes(l, c);
    printf("rss_kib=%ld cpu_us_per_packet=%.3f\n", child_rss(pid),
           (cpu1 - cpu0) * 1e6 / (seconds * 50 * leg_count));
    for (int i = 0; i < leg_count; i++) {
        receive(&legs[i], false);
        receive(&legs[i], false);
        sent += legs[i].sent;
        got += legs[i].got;
    }
    qsort(delays, delay_count, sizeof(*delays), compare);
    printf(
        "%s calls=%d made=%d cpu_per_callmin=%.4f core=%.1f%% sent=%llu got=%llu loss=%.3f%% p50=%u p99=%u\n",
        argv[1], calls, made, (cpu1 - cpu0) / seconds * 60 / calls, (cpu1 - cpu0) / seconds * 100,
        (unsigned long long)sent, (unsigned long long)got,
        100.0 * (1.0 - (double)got / (double)sent), delay_count ? delays[delay_count / 2] : 0,
        delay_count ? delays[(uint64_t)delay_count * 99 / 100] : 0);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    return 0;
}
