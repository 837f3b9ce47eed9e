/* ami-load.c - AMI ping round trips over TCP.   cc -O2 -o ami-load ami-load.c
 * ami-load HOST PORT USER SECRET CONNECTIONS SECONDS [DEPTH]
 * Each connection keeps DEPTH pings outstanding (default 1: pure round trips). Counts replies by the
 * blank line that ends a message; Events: off. Prints: conns, depth, replies, replies/s, p50/p99 of the
 * round trip (depth 1 only). */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}
static int cmp(const void *a, const void *b)
{
    double x = *(double *)a, y = *(double *)b;
    return x < y ? -1 : x > y;
}
struct c {
    int fd, nl;
    double sent;
} c[512];
static const char ping[] = "Action: Ping\r\n\r\n";
/* number of message ends (\r\n\r\n) in the bytes; state carried in nl */
static int ends(struct c *k, const char *b, int n)
{
    int e = 0;
    for (int i = 0; i < n; i++) {
        if (b[i] == '\n') {
            if (++k->nl == 2) {
                e++;
                k->nl = 0;
            }
        } else if (b[i] != '\r')
            k->nl = 0;
    }
    return e;
}
int main(int ac, char **av)
{
    if (ac < 7) {
        fprintf(stderr, "usage: ami-load HOST PORT USER SECRET CONNS SECONDS [DEPTH]\n");
        return 2;
    }
    int n = atoi(av[5]), depth = ac > 7 ? atoi(av[7]) : 1;
    double secs = atof(av[6]);
    if (n < 1 || n > 512 || depth < 1 || depth > 1000)
        return 2;
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(atoi(av[2]))};
    inet_pton(AF_INET, av[1], &a.sin_addr);
    struct pollfd *p = calloc(n, sizeof *p);
    char buf[65536];
    for (int i = 0; i < n; i++) {
        c[i].fd = socket(AF_INET, SOCK_STREAM, 0);
        int one = 1;
        if (connect(c[i].fd, (void *)&a, sizeof a)) {
            perror("connect");
            return 1;
        }
        setsockopt(c[i].fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        int l = snprintf(buf, sizeof buf,
                         "Action: Login\r\nUsername: %s\r\nSecret: %s\r\nEvents: off\r\n\r\n",
                         av[3], av[4]);
        if (write(c[i].fd, buf, l) != l)
            return 1;
        int got =
            0; /* the greeting line has no blank line after it: one message end is the login's answer */
        buf[0] = 0;
        while (!(got && strstr(buf, "\r\n\r\n"))) {
            int r = read(c[i].fd, buf + got, sizeof buf - 1 - got);
            if (r <= 0) {
                fprintf(stderr, "login: closed\n");
                return 1;
            }
            got += r;
            buf[got] = 0;
        }
        if (!strstr(buf, "Success")) {
            fprintf(stderr, "login failed: %s", buf);
            return 1;
        }
        p[i] = (struct pollfd){c[i].fd, POLLIN, 0};
    }
    usleep(300000); /* let a FullyBooted event pass, then drain it */
    for (int i = 0; i < n; i++)
        while (recv(c[i].fd, buf, sizeof buf, MSG_DONTWAIT) > 0)
            ;
    char *out = malloc(depth * sizeof ping);
    int ol = 0;
    for (int d = 0; d < depth; d++) {
        memcpy(out + ol, ping, sizeof ping - 1);
        ol += sizeof ping - 1;
    }
    double t0 = now(), end = t0 + secs;
    long replies = 0, cap = 1 << 20, nr = 0;
    double *rt = malloc(cap * sizeof *rt);
    for (int i = 0; i < n; i++) {
        c[i].sent = now();
        if (write(c[i].fd, out, ol) != ol)
            return 1;
    }
    double t = t0;
    while (t < end) {
        if (poll(p, n, 1000) <= 0) {
            t = now();
            continue;
        }
        t = now();
        for (int i = 0; i < n; i++)
            if (p[i].revents) {
                int r = recv(c[i].fd, buf, sizeof buf, MSG_DONTWAIT);
                if (r <= 0) {
                    if (r < 0 && errno == EAGAIN)
                        continue;
                    fprintf(stderr, "closed by server\n");
                    return 1;
                }
                int e = ends(&c[i], buf, r);
                replies += e;
                if (depth == 1 && e && nr < cap)
                    rt[nr++] = t - c[i].sent;
                if (e) {
                    c[i].sent = now();
                    int l = e * (sizeof ping - 1);
                    if (l > ol)
                        l = ol;
                    if (write(c[i].fd, out, l) != l) {
                        fprintf(stderr, "short write\n");
                        return 1;
                    }
                }
            }
    }
    double el = now() - t0;
    qsort(rt, nr, sizeof *rt, cmp);
    printf("conns=%d depth=%d replies=%ld per_s=%.0f", n, depth, replies, replies / el);
    if (nr)
        printf(" p50_us=%.0f p99_us=%.0f", rt[nr / 2] * 1e6, rt[nr * 99 / 100] * 1e6);
    printf("\n");
    for (int i = 0; i < n; i++) {
        (void)!write(c[i].fd, "Action: Logoff\r\n\r\n", 18);
        close(c[i].fd);
    }
    return 0;
}
