/*
 * relay.c - relay SIP-PORT RTP-PORT STATION-PORT LOSS-PCT JITTER-MS: a bad line between one phone and the station
 *
 * The phone's outbound proxy. SIP goes through as it is, but for the ports: Contact of the station and the sound's
 * ports in SDP become the relay's (all of five digits, so no length changes; one call at a time). Of the sound, both
 * ways, LOSS-PCT of 100 packets are lost and each of the others is delayed by 0 to JITTER-MS, so that they change
 * places. A line a second on standard output: what went to the station and to the phone, what of it was lost.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WAITING_MAX 256

enum { SIP, TO_PHONE, TO_PHONE_RTCP, TO_STATION, TO_STATION_RTCP, SOCKETS };

struct waiting {
    double at; /* 0: free */
    int socket, to_port;
    size_t len;
    uint8_t data[1500];
};

static int fds[SOCKETS], sip_port, rtp_port, station_port, phone_port, jitter_ms;
static int phone_rtp, station_rtp; /* where each wants its sound */
static double loss;
static struct waiting queue[WAITING_MAX];
static long passed[2], lost[2]; /* to the station, to the phone */

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double chance(void)
{
    static uint64_t x = 88172645463325252u;

    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return (double)(x >> 11) / 9007199254740992.0;
}

static struct sockaddr_in address(int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

    inet_pton(AF_INET, "127.0.0.1", &a.sin_addr);
    return a;
}

static int bound(int port)
{
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    const struct sockaddr_in a = address(port);

    if (bind(fd, (const struct sockaddr *)&a, sizeof(a))) {
        perror("relay: bind");
        exit(1);
    }
    return fd;
}

static void pass(int fd, int port, const void *data, size_t len)
{
    const struct sockaddr_in a = address(port);

    (void)!sendto(fd, data, len, 0, (const struct sockaddr *)&a, sizeof(a));
}

/* ---- SIP ---- */

static void put_port(char *at, int port)
{
    char s[8];

    snprintf(s, sizeof(s), "%05d", port & 0xffff);
    memcpy(at, s, 5);
}

static void put_sound(char *text, int *theirs, int ours)
{
    char *m = strstr(text, "\r\nm=audio ");

    if (!m || atoi(m + 10) < 10000)
        return;
    *theirs = atoi(m + 10);
    put_port(m + 10, ours);
}

static void put_contact(char *text)
{
    char of_station[32];
    char *c = strstr(text, "\r\nContact: ");
    char *end = c ? strstr(c + 2, "\r\n") : NULL;
    char *p;

    snprintf(of_station, sizeof(of_station), "127.0.0.1:%d", station_port);
    p = c ? strstr(c, of_station) : NULL;
    if (p && p < end)
        put_port(p + 10, sip_port);
}

/* Routes that name the relay are none of the station's. */
static size_t drop_routes(char *text, size_t len)
{
    char *r, *end;

    while ((r = strstr(text, "\r\nRoute: ")) && (end = strstr(r + 2, "\r\n"))) {
        memmove(r, end, len - (size_t)(end - text) + 1);
        len -= (size_t)(end - r);
    }
    return len;
}

static void on_sip(void)
{
    static char text[65536];
    struct sockaddr_in from;
    socklen_t size = sizeof(from);
    ssize_t n;

    while ((n = recvfrom(fds[SIP], text, sizeof(text) - 1, 0, (struct sockaddr *)&from, &size)) >
           0) {
        size_t len = (size_t)n;

        text[len] = '\0';
        if (ntohs(from.sin_port) == station_port) {
            put_contact(text);
            put_sound(text, &station_rtp, rtp_port);
            pass(fds[SIP], phone_port, text, len);
        } else {
            phone_port = ntohs(from.sin_port);
            put_sound(text, &phone_rtp, rtp_port + 2);
            len = drop_routes(text, len);
            pass(fds[SIP], station_port, text, len);
        }
        size = sizeof(from);
    }
}

/* ---- sound ---- */

static void hold(int fd, int port, const uint8_t *data, size_t len)
{
    for (int i = 0; i < WAITING_MAX; i++) {
        struct waiting *w = &queue[i];

        if (w->at > 0)
            continue;
        w->at = now() + chance() * jitter_ms / 1e3;
        w->socket = fd;
        w->to_port = port;
        w->len = len;
        memcpy(w->data, data, len);
        return;
    }
}

static void on_sound(int from)
{
    const bool is_up = from == TO_PHONE || from == TO_PHONE_RTCP; /* the phone sends it */
    const bool is_rtcp = from == TO_PHONE_RTCP || from == TO_STATION_RTCP;
    const int to = (is_up ? TO_STATION : TO_PHONE) + is_rtcp;
    uint8_t data[1500];
    ssize_t n;

    while ((n = recv(fds[from], data, sizeof(data), 0)) > 0) {
        const int port = is_up ? station_rtp : phone_rtp;

        if (!port)
            continue;
        if (!is_rtcp)
            passed[!is_up]++;
        if (chance() * 100 >= loss)
            hold(fds[to], port + is_rtcp, data, (size_t)n);
        else if (!is_rtcp)
            lost[!is_up]++;
    }
}

/* @return ms until the next one */
static int let_go(void)
{
    const double t = now();
    double next = t + 1;

    for (int i = 0; i < WAITING_MAX; i++) {
        struct waiting *w = &queue[i];

        if (w->at > 0 && w->at <= t) {
            pass(w->socket, w->to_port, w->data, w->len);
            w->at = 0;
        } else if (w->at > 0 && w->at < next) {
            next = w->at;
        }
    }
    return (int)((next - t) * 1e3) + 1;
}

static void tell(void)
{
    static double last;

    if (now() - last < 1)
        return;
    last = now();
    printf("up=%ld up_lost=%ld down=%ld down_lost=%ld\n", passed[0], lost[0], passed[1], lost[1]);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    struct pollfd p[SOCKETS];

    if (argc != 6) {
        fprintf(stderr, "relay SIP-PORT RTP-PORT STATION-PORT LOSS-PCT JITTER-MS\n");
        return 2;
    }
    sip_port = atoi(argv[1]);
    rtp_port = atoi(argv[2]);
    station_port = atoi(argv[3]);
    loss = atof(argv[4]);
    jitter_ms = atoi(argv[5]);
    for (int i = 0; i < SOCKETS; i++) {
        fds[i] = bound(i == SIP ? sip_port : rtp_port + i - 1);
        p[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
    }
    for (;;) {
        if (poll(p, SOCKETS, let_go()) > 0)
            on_sip();
        for (int i = TO_PHONE; i < SOCKETS; i++)
            on_sound(i);
        tell();
    }
}
