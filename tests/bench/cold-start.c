/*
 * cold-start.c - cold-start HOST:PORT EXT COMMAND...: milliseconds from starting COMMAND to the
 * first answered INVITE
 *
 * Starts the command, sends a fresh INVITE every 5 ms until one is answered with 200, hangs that
 * call up, prints the milliseconds and the command's process number, and leaves it running.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define GIVE_UP_MS 60000

static int fd, own_port;
static const char *host, *ext;
static int port;

static double now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void send_text(const char *text)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};

    inet_pton(AF_INET, host, &to.sin_addr);
    sendto(fd, text, strlen(text), 0, (struct sockaddr *)&to, sizeof(to));
}

static void request(const char *method, int call, int cseq, const char *to_tag, const char *uri)
{
    static const char sdp[] = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\n"
                              "t=0 0\r\nm=audio 9998 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n";
    int has_body = strcmp(method, "INVITE") == 0;
    char text[2000];

    snprintf(text, sizeof(text),
             "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bK-cold-%d-%d-%s\r\n"
             "Max-Forwards: 70\r\nFrom: <sip:load@127.0.0.1>;tag=c%d\r\nTo: <sip:%s@%s>%s\r\n"
             "Call-ID: cold-%d-%d\r\nCSeq: %d %s\r\nContact: <sip:load@127.0.0.1:%d>\r\n"
             "%sContent-Length: %zu\r\n\r\n%s",
             method, uri, own_port, call, cseq, method, call, ext, host, to_tag, (int)getpid(),
             call, cseq, method, own_port, has_body ? "Content-Type: application/sdp\r\n" : "",
             has_body ? strlen(sdp) : 0, has_body ? sdp : "");
    send_text(text);
}

/* Copies what stands behind name in a header of text. */
static void header(const char *text, const char *name, char *out, size_t size)
{
    const char *p = strstr(text, name);
    size_t n = p ? strcspn(p + strlen(name), "\r\n>;") : 0;

    snprintf(out, size, "%.*s", (int)n, p ? p + strlen(name) : "");
}

static int hang_up(const char *answer)
{
    char tag[100], full[120], uri[200], call[40];
    const char *to = strstr(answer, "\r\nTo:");

    header(to ? to : answer, ";tag=", tag, sizeof(tag));
    header(answer, "\r\nContact: <", uri, sizeof(uri));
    header(answer, "Call-ID: cold-", call, sizeof(call));
    snprintf(full, sizeof(full), ";tag=%s", tag);
    request("ACK", atoi(strchr(call, '-') + 1), 1, full, uri);
    request("BYE", atoi(strchr(call, '-') + 1), 2, full, uri);
    return 0;
}

/* One look at the socket. @return 1 when a call was answered */
static int answered(void)
{
    char in[4000];
    struct pollfd p = {.fd = fd, .events = POLLIN};
    ssize_t n;

    if (poll(&p, 1, 5) <= 0)
        return 0;
    n = recv(fd, in, sizeof(in) - 1, 0);
    if (n <= 0)
        return 0;
    in[n] = '\0';
    if (strncmp(in, "SIP/2.0 200", 11) != 0 || !strstr(in, "INVITE"))
        return 0;
    hang_up(in);
    return 1;
}

static pid_t start(char **argv)
{
    pid_t pid = fork();

    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);

        dup2(null, 0);
        dup2(null, 1);
        execvp(argv[0], argv);
        _exit(127);
    }
    return pid;
}

int main(int argc, char **argv)
{
    struct sockaddr_in me = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(me);
    double begin;
    pid_t pid;
    char *colon;
    char uri[200];

    if (argc < 4 || !(colon = strchr(argv[1], ':'))) {
        fprintf(stderr, "cold-start HOST:PORT EXT COMMAND...\n");
        return 2;
    }
    *colon = '\0';
    host = argv[1];
    port = atoi(colon + 1);
    ext = argv[2];
    fd = socket(AF_INET, SOCK_DGRAM, 0);
    bind(fd, (struct sockaddr *)&me, sizeof(me));
    getsockname(fd, (struct sockaddr *)&me, &len);
    own_port = ntohs(me.sin_port);
    snprintf(uri, sizeof(uri), "sip:%s@%s:%d", ext, host, port);
    begin = now_ms();
    pid = start(argv + 3);
    for (int call = 1; now_ms() - begin < GIVE_UP_MS; call++) {
        request("INVITE", call, 1, "", uri);
        if (answered()) {
            printf("ms=%.0f pid=%d\n", now_ms() - begin, (int)pid);
            return 0;
        }
    }
    fprintf(stderr, "no answer within %d s\n", GIVE_UP_MS / 1000);
    return 1;
}
