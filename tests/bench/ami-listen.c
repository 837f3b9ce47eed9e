/* ami-listen.c - N subscribers of all events of the Manager, in one thread
 *
 *   cc -O2 -o ami-listen ami-listen.c      (no libraries)
 *   ami-listen [options] HOST:PORT USER SECRET
 *
 *   -n N      subscribers that read all (default 200)
 *   -s N      more that log in and never read (default 0)
 *   -r N      more that read for a while and come again, by turns, all the time (default 0)
 *   -d S      seconds (default 30); SIGTERM ends it earlier
 *   -D        beside it: do not compare, only count bytes (a long run)
 *
 * "ready" on a line of its own says that all are in. What the first to get an event got is what
 * all others must get: the streams are compared byte by byte between two events UserEvent, "begin" and
 * "end", and that stream is read once: each Newchannel must have its one Hangup.
 * Lag: from the first subscriber that has a byte to the last one.
 *
 * Last line of output: key=value pairs for scripts; exit status 1 when somebody lost something.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LOG_MAX (4ull << 30) /* address space only, until it is written */
#define STAMPS (1 << 20)
#define HEAD 65536

enum kind { READS, STOPS, COMES_AGAIN, ASKS };
enum state { AWAY, LOGS_IN, IN, CUT };

struct client {
    enum kind kind;
    enum state state;
    int fd;
    double until;    /* of COMES_AGAIN */
    char head[HEAD]; /* before "begin": it may come in pieces */
    size_t head_len;
    uint64_t at; /* place in the log; from "begin" on */
    int is_begun, is_wrong;
    uint64_t bytes, comings;
};

static int n = 200, stopped, again, is_long;
static double seconds = 30;
static const char *user, *secret;
static struct sockaddr_in server;
static struct client *clients, asker;
static int count, ep;
static volatile sig_atomic_t is_over;

static char *all; /* what the first one got */
static uint64_t all_len;
static struct {
    uint64_t at;
    double when;
} stamps[STAMPS];
static int stamp_count;
static double longest_lag;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static void die(const char *why)
{
    fprintf(stderr, "ami-listen: %s: %s\n", why, strerror(errno));
    exit(2);
}

/* ---- getting in ---- */

static void say(struct client *c, const char *text)
{
    const size_t len = strlen(text);

    if (write(c->fd, text, len) != (ssize_t)len)
        die("write");
}

static void enter(struct client *c)
{
    char text[512];
    int one = 1, small = 4096;

    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (c->fd < 0)
        die("socket");
    if (c->kind == STOPS)
        setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    if (connect(c->fd, (void *)&server, sizeof server))
        die("connect");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    snprintf(text, sizeof text, "Action: Login\r\nUsername: %s\r\nSecret: %s\r\nEvents: %s\r\n\r\n",
             user, secret, c->kind == ASKS ? "off" : "on");
    say(c, text);
    c->state = LOGS_IN;
    c->comings++;
}

/* Those at the door are few at a time: each waits for its answer. */
static void enter_and_wait(struct client *c)
{
    char *head = c->head;
    size_t len = 0;
    ssize_t got;

    enter(c);
    do {
        got = recv(c->fd, head + len, HEAD - 1 - len, 0);
        if (got <= 0)
            die("login: closed");
        len += got;
        head[len] = 0;
        if (strstr(head, "Response: Error")) {
            fprintf(stderr, "ami-listen: %s", head);
            exit(2);
        }
    } while (!strstr(head, "Authentication accepted\r\n\r\n"));
    c->head_len = len;
    c->state = IN;
}

static void watch(struct client *c)
{
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};

    if (epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &e))
        die("epoll_ctl");
}

static void leave(struct client *c)
{
    close(c->fd);
    c->fd = -1;
    c->state = AWAY;
}

/* ---- the stream that all must get ---- */

static void grow(const char *p, size_t len, double t)
{
    if (all_len + len > LOG_MAX)
        die("too much for one run; see -D");
    memcpy(all + all_len, p, len);
    all_len += len;
    if (stamp_count < STAMPS) {
        stamps[stamp_count].at = all_len;
        stamps[stamp_count++].when = t;
    }
}

static double when_was(uint64_t at)
{
    int low = 0, high = stamp_count - 1;

    while (low < high) {
        const int mid = (low + high) / 2;

        if (stamps[mid].at < at)
            low = mid + 1;
        else
            high = mid;
    }
    return stamp_count ? stamps[low].when : 0;
}

static void compare(struct client *c, const char *p, size_t len, double t)
{
    size_t known = all_len - c->at;

    if (is_long)
        return;
    if (known > len)
        known = len;
    if (known && memcmp(all + c->at, p, known) && !c->is_wrong) {
        c->is_wrong = 1;
        fprintf(stderr, "subscriber %d got something else at byte %llu\n", (int)(c - clients),
                (unsigned long long)c->at);
    }
    c->at += known;
    if (known && t - when_was(c->at) > longest_lag)
        longest_lag = t - when_was(c->at);
    if (known < len && !c->is_wrong) {
        grow(p + known, len - known, t);
        c->at = all_len;
    }
}

/* What comes before "begin" is not the same for all. */
static void before_begin(struct client *c, const char *p, size_t len, double t)
{
    const char *mark, *end;

    if (c->head_len + len > HEAD) {
        memmove(c->head, c->head + HEAD / 2, c->head_len - HEAD / 2);
        c->head_len -= HEAD / 2;
    }
    memcpy(c->head + c->head_len, p, len);
    c->head_len += len;
    mark = memmem(c->head, c->head_len, "UserEvent: begin\r\n", 18);
    end = mark ? memmem(mark, c->head + c->head_len - mark, "\r\n\r\n", 4) : NULL;
    if (!end)
        return;
    c->is_begun = 1;
    compare(c, end + 4, c->head + c->head_len - end - 4, t);
}

static void gone(struct client *c, double t)
{
    leave(c);
    if (c->kind == COMES_AGAIN) {
        c->until = t;
        return;
    }
    c->state = CUT;
    printf("subscriber %d%s was cut off after %llu bytes\n", (int)(c - clients),
           c->kind == STOPS ? " (who does not read)" : "", (unsigned long long)c->bytes);
    fflush(stdout);
}

static void on_bytes(struct client *c, double t)
{
    static char buf[1 << 18];
    const ssize_t got = recv(c->fd, buf, c->is_begun ? sizeof buf : HEAD / 2, MSG_DONTWAIT);

    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0) {
        gone(c, t);
        return;
    }
    c->bytes += got;
    if (c->kind != READS)
        return;
    if (c->is_begun)
        compare(c, buf, got, t);
    else
        before_begin(c, buf, got, t);
}

/* ---- those who come again ---- */

static void come_again(double t)
{
    for (int i = n + stopped; i < count; i++) {
        struct client *c = &clients[i];

        if (t < c->until)
            continue;
        if (c->fd >= 0)
            leave(c);
        enter(c);
        watch(c);
        c->until = t + 0.2 + 0.1 * (i % 8);
    }
}

/* ---- the run ---- */

static void round_of(int ms)
{
    struct epoll_event e[256];
    const int k = epoll_wait(ep, e, 256, ms);
    const double t = now();

    for (int i = 0; i < k; i++)
        if (((struct client *)e[i].data.ptr)->fd >= 0)
            on_bytes(e[i].data.ptr, t);
    if (again)
        come_again(t);
}

/* The stopped ones are looked at by what a write to them says. */
static void look_at_stopped(void)
{
    for (int i = n; i < n + stopped; i++) {
        int err = 0;
        socklen_t len = sizeof err;

        if (clients[i].state != IN)
            continue;
        if (send(clients[i].fd, "\r\n", 2, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno != EAGAIN)
            gone(&clients[i], now());
        else if (!getsockopt(clients[i].fd, SOL_SOCKET, SO_ERROR, &err, &len) && err)
            gone(&clients[i], now());
    }
}

static int have_all(void)
{
    if (is_long)
        return 0;
    if (!all_len || !memmem(all + (all_len > HEAD ? all_len - HEAD : 0),
                            all_len > HEAD ? HEAD : all_len, "UserEvent: end\r\n", 16))
        return 0;
    for (int i = 0; i < n; i++)
        if (clients[i].state == IN && clients[i].at < all_len)
            return 0;
    return 1;
}

static int have_begun(void)
{
    for (int i = 0; i < n; i++)
        if (!clients[i].is_begun)
            return 0;
    return 1;
}

static void run(void)
{
    double end, next = now(), last;

    say(&asker, "Action: UserEvent\r\nUserEvent: begin\r\n\r\n");
    for (last = now() + 10; now() < last && !have_begun();)
        round_of(100);
    puts("ready");
    fflush(stdout);
    end = now() + seconds;
    while (!is_over && now() < end) {
        round_of(100);
        if (now() > next) {
            look_at_stopped();
            next = now() + 0.5;
        }
    }
    again = 0;
    say(&asker, "Action: UserEvent\r\nUserEvent: end\r\n\r\n");
    for (last = now() + 5; now() < last && !have_all();)
        round_of(100);
    look_at_stopped();
}

/* ---- what was in it ---- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

struct ids {
    char **v;
    size_t count, room;
};

static void keep_id(struct ids *k, const char *message, const char *end)
{
    const char *id = memmem(message, end - message, "\r\nUniqueid: ", 12);

    if (!id)
        return;
    if (k->count == k->room) {
        k->room = k->room ? 2 * k->room : 1024;
        k->v = realloc(k->v, k->room * sizeof *k->v);
    }
    k->v[k->count++] =
        strndup(id + 12, (const char *)memmem(id + 12, end - id, "\r\n", 2) - id - 12);
}

static size_t doubled(struct ids *k)
{
    size_t d = 0;

    qsort(k->v, k->count, sizeof *k->v, by_text);
    for (size_t i = 1; i < k->count; i++)
        d += !strcmp(k->v[i], k->v[i - 1]);
    return d;
}

static size_t unlike(const struct ids *a, const struct ids *b)
{
    size_t i = 0, k = 0, d = 0;

    while (i < a->count || k < b->count) {
        const int c = i == a->count ? 1 : k == b->count ? -1 : strcmp(a->v[i], b->v[k]);

        d += c != 0;
        i += c <= 0;
        k += c >= 0;
    }
    return d;
}

static int report(void)
{
    struct ids new = {0}, hung = {0};
    uint64_t events = 0;
    int lost = 0, cut = 0, stopped_cut = 0;
    uint64_t comings = 0, bytes = 0;

    for (char *p = all, *e; p < all + all_len; p = e + 4) {
        e = memmem(p, all + all_len - p, "\r\n\r\n", 4);
        if (!e)
            break;
        events++;
        if (!strncmp(p, "Event: Newchannel\r\n", 19))
            keep_id(&new, p, e + 2);
        else if (!strncmp(p, "Event: Hangup\r\n", 15))
            keep_id(&hung, p, e + 2);
    }
    for (int i = 0; i < count; i++) {
        const struct client *c = &clients[i];

        bytes += c->bytes;
        if (c->kind == READS) {
            lost += c->state != IN || c->is_wrong || (!is_long && c->at != all_len);
            cut += c->state == CUT;
        } else if (c->kind == STOPS)
            stopped_cut += c->state == CUT;
        else
            comings += c->comings;
    }
    const size_t twice = doubled(&new) + doubled(&hung), open = unlike(&new, &hung);
    printf("subscribers=%d events=%llu newchannel=%zu hangup=%zu unpaired=%zu doubled=%zu "
           "subscribers_that_lost=%d cut_off=%d stopped_cut_off=%d/%d comings=%llu "
           "stream_mb=%.1f sent_mb=%.0f longest_lag_ms=%.1f\n",
           n, (unsigned long long)events, new.count, hung.count, open, twice, lost, cut,
           stopped_cut, stopped, (unsigned long long)comings, all_len / 1e6, bytes / 1e6,
           longest_lag * 1e3);
    return lost || twice || open;
}

static void over(int sig)
{
    is_over = 1;
}

static void arguments(int ac, char **av)
{
    char host[64];
    int o, port;

    while ((o = getopt(ac, av, "n:s:r:d:D")) > 0) {
        switch (o) {
        case 'n': n = atoi(optarg); break;
        case 's': stopped = atoi(optarg); break;
        case 'r': again = atoi(optarg); break;
        case 'd': seconds = atof(optarg); break;
        case 'D': is_long = 1; break;
        default: exit(2);
        }
    }
    if (ac - optind != 3 || sscanf(av[optind], "%63[^:]:%d", host, &port) != 2) {
        fprintf(stderr,
                "usage: ami-listen [-n N] [-s N] [-r N] [-d S] [-D] HOST:PORT USER SECRET\n");
        exit(2);
    }
    server = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
    inet_pton(AF_INET, host, &server.sin_addr);
    user = av[optind + 1];
    secret = av[optind + 2];
}

int main(int ac, char **av)
{
    arguments(ac, av);
    signal(SIGTERM, over);
    signal(SIGINT, over);
    signal(SIGPIPE, SIG_IGN);
    all = mmap(NULL, LOG_MAX, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
               -1, 0);
    if (all == MAP_FAILED)
        die("mmap");
    count = n + stopped + again;
    clients = calloc(count ? count : 1, sizeof *clients);
    ep = epoll_create1(0);
    for (int i = 0; i < count; i++) {
        struct client *c = &clients[i];

        c->kind = i < n ? READS : i < n + stopped ? STOPS : COMES_AGAIN;
        c->fd = -1;
        if (c->kind == COMES_AGAIN)
            continue;
        enter_and_wait(c);
        if (c->kind == READS)
            watch(c);
    }
    asker.kind = ASKS;
    enter_and_wait(&asker);
    watch(&asker);
    run();
    return report();
}
