/*
 * remote.c - remote PORT LOG: a hand on a baresip phone (its module ctrl_tcp)
 *
 * Lines of standard input, "COMMAND PARAMETERS", go to the phone; every event and answer is
 * appended to LOG as one line of JSON. Ends with standard input or with the phone.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int reach(int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};

    inet_pton(AF_INET, "127.0.0.1", &a.sin_addr);
    for (int i = 0; i < 200; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);

        if (connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
            return fd;
        close(fd);
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    }
    return -1;
}

static void command(int fd, char *line)
{
    static int token;
    char json[1200], out[1400];
    char *rest = line;
    char *word = strsep(&rest, " ");
    int n = snprintf(json, sizeof(json), "{\"command\":\"%s\",\"params\":\"%s\",\"token\":\"%d\"}",
                     word, rest ? rest : "", ++token);
    int len = snprintf(out, sizeof(out), "%d:%s,", n, json);

    if (write(fd, out, (size_t)len) != len)
        exit(1);
}

/* Netstrings: 12:{"event":...}, */
static size_t take(char *buf, size_t len, FILE *log)
{
    size_t used = 0;

    for (;;) {
        char *colon = memchr(buf + used, ':', len - used);
        size_t n, head;

        if (!colon)
            return used;
        n = strtoul(buf + used, NULL, 10);
        head = (size_t)(colon + 1 - buf);
        if (head + n + 1 > len)
            return used;
        fprintf(log, "%.*s\n", (int)n, buf + head);
        fflush(log);
        used = head + n + 1;
    }
}

int main(int argc, char **argv)
{
    static char in[65536], text[4096];
    size_t in_len = 0, text_len = 0;
    int fd = argc == 3 ? reach(atoi(argv[1])) : -1;
    FILE *log = argc == 3 ? fopen(argv[2], "a") : NULL;

    if (fd < 0 || !log) {
        fprintf(stderr, "remote: no phone at port %s\n", argc > 1 ? argv[1] : "?");
        return 1;
    }
    for (;;) {
        struct pollfd p[2] = {{.fd = 0, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
        char *end;
        ssize_t n;

        if (poll(p, 2, -1) < 0 && errno != EINTR)
            return 1;
        if (p[1].revents) {
            n = read(fd, in + in_len, sizeof(in) - in_len);
            if (n <= 0)
                return 0;
            in_len += (size_t)n;
            n = (ssize_t)take(in, in_len, log);
            in_len -= (size_t)n;
            memmove(in, in + n, in_len);
        }
        if (p[0].revents) {
            n = read(0, text + text_len, sizeof(text) - 1 - text_len);
            if (n <= 0)
                return 0;
            text_len += (size_t)n;
            text[text_len] = '\0';
            while ((end = strchr(text, '\n'))) {
                *end = '\0';
                command(fd, text);
                text_len -= (size_t)(end + 1 - text);
                memmove(text, end + 1, text_len + 1);
            }
        }
    }
}
