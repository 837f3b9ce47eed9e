/* media-load.c - N G.711 calls with 20 ms RTP both ways through a SIP PBX, in one thread.
 *
 *   cc -O2 -o media-load media-load.c      (no libraries)
 *   media-load [options] HOST:PORT         HOST:PORT is the PBX's SIP/UDP address
 *
 *   -n N      calls (default 50)
 *   -e EXT    number dialled; X's are replaced by digits of the call's index (default 7XXX)
 *   -A        no trunk leg: the PBX itself plays (Playback); only what it sends is counted
 *   -Q        with -A: send no RTP towards the PBX
 *   -d S      measured seconds (default 20)      -w S   warm-up seconds before that (default 3)
 *   -r CPS    call set-up rate (default 50)
 *   -P PIDS   the server's process ids, comma separated: CPU (utime+stime of /proc/PID/stat) and
 * memory (Pss) -l IP     own address (default 127.0.0.1)    -s PORT own SIP port (5061)   -t PORT
 * trunk port (5090) -b PORT   first own RTP port (10000, even ports upwards; keep below the PBX's
 * 20000) -k K      RTP streams that share one own port (default 4; 1 = a port for each leg).
 *             Streams are told apart by the PBX's source port.
 *   -u USER   From user (default load)           -v     SIP trace on stderr
 *   -R PRIO   run under SCHED_RR (a thread-per-call server with hundreds of runnable threads
 * starves a generator of equal priority, and a starved generator measures itself) -H MS signalling
 * only: no RTP; every call is hung up MS after its answer; -n calls (at most 20000) at -r calls/s,
 * open loop; post-dial delay (INVITE to the first 180..200) in microseconds
 *
 * Every packet carries (sender, sequence, send time, window flag) in its G.711 payload, so a
 * relay's loss and delay are exact: delay = kernel receive time stamp - send time. A PBX that
 * recodes the payload still gets loss from RTP sequence gaps. Aimed at its own trunk port
 * (HOST:5090) it calls itself with no PBX between: the generator's own floor (use -k 1 there).
 *
 * Last line of output: key=value pairs for scripts.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SLOTS 20
#define MAGIC 0x4d4c4f44u
static int N = 50, noTrunk, quiet, verbose, share = 4, sipPort = 5061, trunkPort = 5090,
           rtpBase = 10000;
static double dur = 20, warm = 3, cps = 50;
static const char *ext = "7XXX", *me = "127.0.0.1", *user = "load";
static char host[64];
static int port;
static int pids[64], npids;
static struct sockaddr_in pbx;

enum { IDLE, INVITED, UP, BYING, DONE, FAILED };
struct stream { /* one RTP direction pair of one leg */
    struct sockaddr_in to;
    int on, sock, slot;
    uint16_t seq;
    uint32_t ts, ssrc, n;
    uint8_t pkt[172];
    int have;
    uint16_t lastseq;
    uint32_t lastts;
    int64_t lastrx;
    double jit; /* receive side */
    uint32_t baseseq, maxseq, rxn;
};
struct call { /* UAC leg i, and UAS leg i in a second array */
    int st;
    double t, next, rto, start;
    int cseq;
    char id[128], tag[64], totag[128], contact[256], route[512];
    char inv[2048];
    int invlen;
    struct sockaddr_in peer;
    char rsp[2400];
    int rsplen;
    int acked;
    struct stream *s;
    double pdd;
};
static struct call *uac, *uas;
static int nuas;
static struct stream *st;
static int nst;
static int *rsock, nsock, sipfd, trunkfd, epfd;
static int byport[65536]; /* PBX's RTP port -> stream */
static uint32_t runid;
static double holdms = -1; /* >= 0: signalling only */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}
static int64_t rt(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}
static void die(const char *m)
{
    perror(m);
    exit(1);
}

/* ---- figures ---- */
#define HB 400000 /* 1 us bins */
static uint32_t hist[HB + 1];
static uint64_t nlat;
static int64_t maxlat;
static uint64_t txw, rxw, rxall, txall, qdrop, reord, foreign;
static int inwin;
static uint64_t late5;
static double maxlate;
static int counting;
static uint64_t rxcount;
static double pct(double q)
{
    uint64_t w = nlat * q, a = 0;
    for (int i = 0; i <= HB; i++)
        if ((a += hist[i]) > w)
            return i;
    return HB;
}
static double cpu(int per_pid_kids)
{
    double s = 0;
    long hz = sysconf(_SC_CLK_TCK);
    (void)per_pid_kids;
    for (int i = 0; i < npids; i++) {
        char f[64], b[1024];
        snprintf(f, sizeof f, "/proc/%d/stat", pids[i]);
        FILE *h = fopen(f, "r");
        if (!h)
            continue;
        size_t l = fread(b, 1, sizeof b - 1, h);
        fclose(h);
        b[l] = 0;
        char *p = strrchr(b, ')');
        unsigned long u = 0, k = 0;
        if (p)
            sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &u, &k);
        s += (double)(u + k) / hz;
    }
    return s;
}
static long rss(void)
{
    long s = 0;
    for (int i = 0; i < npids; i++) {
        char f[64], b[256];
        snprintf(f, sizeof f, "/proc/%d/smaps_rollup", pids[i]);
        FILE *h = fopen(f, "r");
        if (!h)
            continue;
        long v;
        while (fgets(b, sizeof b, h))
            if (sscanf(b, "Pss: %ld", &v) == 1)
                s += v;
        fclose(h);
    }
    return s;
}
static double load1(void)
{
    double v = 0;
    FILE *h = fopen("/proc/loadavg", "r");
    if (h) {
        if (fscanf(h, "%lf", &v) != 1)
            v = 0;
        fclose(h);
    }
    return v;
}

/* ---- SIP, just enough ---- */
static const char *hdr(const char *m, const char *name, const char *shrt, char *out, int cap,
                       int nth)
{
    int nl = strlen(name);
    const char *p = m;
    out[0] = 0;
    while ((p = strstr(p, "\r\n"))) {
        p += 2;
        if (*p == '\r')
            break;
        int l = 0;
        if (!strncasecmp(p, name, nl) && (p[nl] == ':' || p[nl] == ' '))
            l = nl;
        else if (shrt && !strncasecmp(p, shrt, 1) && (p[1] == ':' || p[1] == ' '))
            l = 1;
        if (!l)
            continue;
        const char *v = strchr(p + l, ':');
        if (!v)
            continue;
        if (nth-- > 0)
            continue;
        for (v++; *v == ' '; v++)
            ;
        const char *e = strstr(v, "\r\n");
        int n = e ? e - v : (int)strlen(v);
        if (n >= cap)
            n = cap - 1;
        memcpy(out, v, n);
        out[n] = 0;
        return out;
    }
    return NULL;
}
static void send_to(int fd, const char *b, int l, const struct sockaddr_in *a)
{
    if (verbose)
        fprintf(stderr, ">>> %s:%d\n%.*s\n", inet_ntoa(a->sin_addr), ntohs(a->sin_port), l, b);
    if (sendto(fd, b, l, 0, (void *)a, sizeof *a) < 0 && verbose)
        perror("sendto");
}
static int sdp(char *b, int cap, struct stream *s, uint32_t v)
{
    int p = rtpBase + 2 * s->sock;
    return snprintf(
        b, cap,
        "v=0\r\no=- %u 1 IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\nm=audio %d RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=ptime:20\r\na=sendrecv\r\n",
        v, me, me, p);
}
static int media(const char *m, struct stream *s)
{
    const char *b = strstr(m, "\r\n\r\n"), *a;
    if (!b)
        return 0;
    int p = 0;
    char ip[64] = "";
    if ((a = strstr(b, "m=audio ")))
        p = atoi(a + 8);
    if ((a = strstr(b, "c=IN IP4 ")))
        sscanf(a + 9, "%63[0-9.]", ip);
    if (!p || !ip[0])
        return 0;
    s->to.sin_family = AF_INET;
    s->to.sin_port = htons(p);
    inet_pton(AF_INET, ip, &s->to.sin_addr);
    if (holdms >= 0)
        return 1;
    if (byport[p] == -1 || !s->on)
        byport[p] = s - st;
    s->on = 1;
    return 1;
}
static void number(char *o, int i)
{ /* X's of ext from the right */
    strcpy(o, ext);
    for (int k = strlen(o) - 1; k >= 0; k--)
        if (o[k] == 'X') {
            o[k] = '0' + i % 10;
            i /= 10;
        }
}
static void invite(int i)
{
    struct call *c = &uac[i];
    char body[512], num[64];
    int bl = sdp(body, sizeof body, c->s, 1000 + i);
    number(num, i);
    snprintf(c->id, sizeof c->id, "ml%08x-%d@%s", runid, i, me);
    snprintf(c->tag, sizeof c->tag, "a%08x%d", runid, i);
    c->cseq = 1;
    c->invlen = snprintf(
        c->inv, sizeof c->inv,
        "INVITE sip:%s@%s:%d SIP/2.0\r\nVia: SIP/2.0/UDP %s:%d;branch=z9hG4bK%08x.%d.i;rport\r\nMax-Forwards: 70\r\n"
        "From: <sip:%s@%s:%d>;tag=%s\r\nTo: <sip:%s@%s:%d>\r\nCall-ID: %s\r\nCSeq: 1 INVITE\r\nContact: <sip:%s@%s:%d>\r\n"
        "Allow: INVITE,ACK,BYE,CANCEL,OPTIONS,UPDATE\r\nContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s",
        num, host, port, me, sipPort, runid, i, user, host, port, c->tag, num, host, port, c->id,
        user, me, sipPort, bl, body);
    c->st = INVITED;
    c->start = c->t = now();
    c->rto = 0.5;
    c->next = c->t + c->rto;
    send_to(sipfd, c->inv, c->invlen, &pbx);
}
static void indialog(struct call *c, int i, const char *method, int cseq)
{
    char b[2048], num[64];
    number(num, i);
    int l = snprintf(
        b, sizeof b,
        "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP %s:%d;branch=z9hG4bK%08x.%d.%s%d;rport\r\nMax-Forwards: 70\r\n%s"
        "From: <sip:%s@%s:%d>;tag=%s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %d %s\r\nContent-Length: 0\r\n\r\n",
        method, c->contact, me, sipPort, runid, i, method, cseq, c->route, user, host, port, c->tag,
        c->totag, c->id, cseq, method);
    send_to(sipfd, b, l, &pbx);
}
static void uri_of(const char *v, char *o, int cap)
{
    const char *a = strchr(v, '<'), *e;
    if (a) {
        a++;
        e = strchr(a, '>');
    } else {
        a = v;
        e = strpbrk(v, "; \r");
    }
    int n = e ? e - a : (int)strlen(a);
    if (n >= cap)
        n = cap - 1;
    memcpy(o, a, n);
    o[n] = 0;
}
/* a response built from a request: all Via and Record-Route headers copied */
static int reply(char *o, int cap, const char *m, int code, const char *why, const char *tag,
                 int lport, const char *body)
{
    int l = snprintf(o, cap, "SIP/2.0 %d %s\r\n", code, why);
    char v[1024];
    for (int k = 0; k < 8 && hdr(m, "Via", "v", v, sizeof v, k); k++)
        l += snprintf(o + l, cap - l, "Via: %s\r\n", v);
    for (int k = 0; k < 8 && hdr(m, "Record-Route", NULL, v, sizeof v, k); k++)
        l += snprintf(o + l, cap - l, "Record-Route: %s\r\n", v);
    if (hdr(m, "From", "f", v, sizeof v, 0))
        l += snprintf(o + l, cap - l, "From: %s\r\n", v);
    if (hdr(m, "To", "t", v, sizeof v, 0))
        l += snprintf(o + l, cap - l, "To: %s%s%s\r\n", v,
                      strstr(v, "tag=") ? "" : ";tag=", strstr(v, "tag=") ? "" : tag);
    if (hdr(m, "Call-ID", "i", v, sizeof v, 0))
        l += snprintf(o + l, cap - l, "Call-ID: %s\r\n", v);
    if (hdr(m, "CSeq", NULL, v, sizeof v, 0))
        l += snprintf(o + l, cap - l, "CSeq: %s\r\n", v);
    l += snprintf(o + l, cap - l, "Contact: <sip:ml@%s:%d>\r\n", me, lport);
    if (body)
        l += snprintf(o + l, cap - l, "Content-Type: application/sdp\r\n");
    l += snprintf(o + l, cap - l, "Content-Length: %d\r\n\r\n%s", body ? (int)strlen(body) : 0,
                  body ? body : "");
    return l;
}
static int hash[1 << 16];
static struct call *uas_find(const char *id, int make)
{
    uint32_t h = 2166136261u;
    for (const char *p = id; *p; p++)
        h = (h ^ (uint8_t)*p) * 16777619u;
    for (h &= 0xffff;; h = (h + 1) & 0xffff) {
        if (!hash[h]) {
            if (!make || nuas >= N)
                return NULL;
            struct call *c = &uas[nuas];
            hash[h] = ++nuas;
            snprintf(c->id, sizeof c->id, "%.*s", (int)sizeof c->id - 1, id);
            return c;
        }
        if (!strcmp(uas[hash[h] - 1].id, id))
            return &uas[hash[h] - 1];
    }
}
static void sip_in(int fd, char *m, struct sockaddr_in *from)
{
    char v[1024], cs[64], body[512], o[3000];
    int l;
    if (verbose)
        fprintf(stderr, "<<< %s:%d\n%s\n", inet_ntoa(from->sin_addr), ntohs(from->sin_port), m);
    if (!hdr(m, "CSeq", NULL, cs, sizeof cs, 0))
        return;
    int lport = fd == sipfd ? sipPort : trunkPort;
    if (!strncmp(m, "SIP/2.0 ", 8)) { /* a response to our UAC */
        int code = atoi(m + 8), i;
        uint32_t r;
        if (!hdr(m, "Call-ID", "i", v, sizeof v, 0) || sscanf(v, "ml%x-%d@", &r, &i) != 2 ||
            r != runid || i < 0 || i >= N)
            return;
        struct call *c = &uac[i];
        if (strstr(cs, "INVITE")) {
            if (code < 200) {
                c->next = 1e18;
                if (code >= 180 && !c->pdd)
                    c->pdd = now() - c->start;
                return;
            }
            if (code < 300) {
                if (c->st == INVITED) {
                    if (!c->pdd)
                        c->pdd = now() - c->start;
                    hdr(m, "To", "t", c->totag, sizeof c->totag, 0);
                    if (hdr(m, "Contact", "m", v, sizeof v, 0))
                        uri_of(v, c->contact, sizeof c->contact);
                    c->route[0] = 0;
                    int k = 0;
                    while (hdr(m, "Record-Route", NULL, v, sizeof v, k))
                        k++;
                    for (int q = k - 1; q >= 0; q--) {
                        hdr(m, "Record-Route", NULL, v, sizeof v, q);
                        l = strlen(c->route);
                        snprintf(c->route + l, sizeof c->route - l, "Route: %s\r\n", v);
                    }
                    c->st = media(m, c->s) ? UP : FAILED;
                    c->t = now();
                }
                indialog(c, i, "ACK", c->cseq);
                return;
            }
            hdr(m, "To", "t", c->totag, sizeof c->totag,
                0); /* a final failure: ACK on the INVITE's branch */
            char num[64];
            number(num, i);
            l = snprintf(
                o, sizeof o,
                "ACK sip:%s@%s:%d SIP/2.0\r\nVia: SIP/2.0/UDP %s:%d;branch=z9hG4bK%08x.%d.i;rport\r\nMax-Forwards: 70\r\nFrom: <sip:%s@%s:%d>;tag=%s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n",
                num, host, port, me, sipPort, runid, i, user, host, port, c->tag, c->totag, c->id);
            send_to(sipfd, o, l, &pbx);
            if (c->st == INVITED) {
                c->st = FAILED;
                fprintf(stderr, "call %d: %d\n", i, code);
            }
        } else if (strstr(cs, "BYE") && c->st == BYING)
            c->st = DONE;
        return;
    }
    if (!hdr(m, "Call-ID", "i", v, sizeof v, 0))
        return;
    uint32_t r;
    int i;
    if (fd == sipfd) { /* a request inside one of our UAC dialogs */
        if (sscanf(v, "ml%x-%d@", &r, &i) != 2 || r != runid || i < 0 || i >= N)
            return;
        struct call *c = &uac[i];
        if (!strncmp(m, "ACK", 3))
            return;
        if (!strncmp(m, "INVITE", 6)) {
            media(m, c->s);
            sdp(body, sizeof body, c->s, 1000 + i);
            l = reply(o, sizeof o, m, 200, "OK", c->tag, lport, body);
            send_to(fd, o, l, from);
            return;
        }
        if (!strncmp(m, "BYE", 3)) {
            if (c->st == UP) {
                c->st = FAILED;
                fprintf(stderr, "call %d: BYE from the PBX\n", i);
            } else
                c->st = DONE;
        }
        l = reply(o, sizeof o, m, 200, "OK", c->tag, lport, NULL);
        send_to(fd, o, l, from);
        return;
    }
    if (!strncmp(m, "OPTIONS", 7)) {
        l = reply(o, sizeof o, m, 200, "OK", "opt", lport, NULL);
        send_to(fd, o, l, from);
        return;
    }
    struct call *c = uas_find(v, !strncmp(m, "INVITE", 6));
    if (!c) {
        if (strncmp(m, "ACK", 3)) {
            l = reply(o, sizeof o, m, 481, "No such call", "x", lport, NULL);
            send_to(fd, o, l, from);
        }
        return;
    }
    if (!strncmp(m, "INVITE", 6)) {
        if (!c->rsplen || strcmp(c->totag, cs)) {
            if (!c->rsplen) {
                c->s = &st[N + (c - uas)];
                snprintf(c->tag, sizeof c->tag, "b%08x%d", runid, (int)(c - uas));
            }
            snprintf(c->totag, sizeof c->totag, "%s", cs);
            media(m, c->s);
            sdp(body, sizeof body, c->s, 5000 + (c - uas));
            c->rsplen = reply(c->rsp, sizeof c->rsp, m, 200, "OK", c->tag, lport, body);
            c->peer = *from;
            c->st = UP;
            c->acked = 0;
            c->t = now();
            c->rto = 0.5;
            c->next = c->t + c->rto;
        }
        send_to(fd, c->rsp, c->rsplen, from);
    } else if (!strncmp(m, "ACK", 3))
        c->acked = 1;
    else {
        if (!strncmp(m, "BYE", 3)) {
            c->st = DONE;
            c->acked = 1;
            c->s->on = 0;
        }
        if (!strncmp(m, "CANCEL", 6)) {
            c->st = DONE;
            c->acked = 1;
            if (c->s)
                c->s->on = 0;
        }
        l = reply(o, sizeof o, m, 200, "OK", c->tag, lport, NULL);
        send_to(fd, o, l, from);
    }
}
static uint64_t sipretx;
static int lo; /* calls below this one are over */
static void sip_timers(double t)
{
    static double last;
    if (t - last < (holdms >= 0 ? 0.005 : 0.05))
        return;
    last = t;
    if (holdms >= 0)
        while (lo < N && (uac[lo].st == DONE || uac[lo].st == FAILED))
            lo++;
    for (int i = lo; i < N && uac[i].st != IDLE; i++) {
        struct call *c = &uac[i];
        if ((c->st == INVITED || c->st == BYING) && t - c->t > 10) {
            if (c->st == INVITED)
                c->st = FAILED;
            else
                c->st = DONE;
            continue;
        }
        if (holdms >= 0 && c->st == UP && t - c->t > holdms / 1e3) {
            c->st = BYING;
            c->cseq = 2;
            indialog(c, i, "BYE", 2);
            c->t = t;
            c->rto = 0.5;
            c->next = t + 0.5;
        }
        if (c->st == INVITED && t > c->next) {
            send_to(sipfd, c->inv, c->invlen, &pbx);
            c->rto = c->rto < 4 ? c->rto * 2 : 4;
            c->next = t + c->rto;
            sipretx++;
        }
        if (c->st == BYING && t > c->next) {
            indialog(c, i, "BYE", c->cseq);
            c->rto = c->rto < 4 ? c->rto * 2 : 4;
            c->next = t + c->rto;
            sipretx++;
        }
    }
    for (int i = 0; i < nuas; i++) {
        struct call *c = &uas[i];
        if (c->st == UP && !c->acked && t > c->next && t - c->t < 32) {
            send_to(trunkfd, c->rsp, c->rsplen, &c->peer);
            c->rto = c->rto < 4 ? c->rto * 2 : 4;
            c->next = t + c->rto;
            sipretx++;
        }
    }
}
/* ---- RTP ---- */
#define VL 64
static struct mmsghdr rm[VL];
static struct iovec rv[VL];
static uint8_t rb[VL][256];
static struct sockaddr_in ra[VL];
static char rc[VL][128];
static void rx_one(uint8_t *p, int l, struct sockaddr_in *a, int64_t ts)
{
    if (l < 12 || (p[0] & 0xc0) != 0x80)
        return;
    int k = byport[ntohs(a->sin_port)];
    if (k < 0) {
        foreign++;
        return;
    }
    rxall++;
    struct stream *s = &st[k];
    uint16_t seq = p[2] << 8 | p[3];
    uint32_t rts = (uint32_t)p[4] << 24 | p[5] << 16 | p[6] << 8 | p[7];
    if (counting) {
        rxcount++;
        if (s->have) {
            int16_t d = (int16_t)(seq - s->lastseq);
            if (d <= 0)
                reord++;
            else {
                double D =
                    (double)(ts - s->lastrx) / 1e3 - (double)(int32_t)(rts - s->lastts) * 125.0;
                if (D < 0)
                    D = -D;
                if (D < 1e6)
                    s->jit += (D - s->jit) / 16;
                s->maxseq += d;
                s->lastseq = seq;
                s->lastts = rts;
                s->lastrx = ts;
            }
        } else {
            s->have = 1;
            s->lastseq = seq;
            s->lastts = rts;
            s->lastrx = ts;
            s->baseseq = s->maxseq = 0;
        }
        s->rxn++;
    }
    uint32_t mg;
    if (l >= 40) {
        memcpy(&mg, p + 12, 4);
        if (mg == (MAGIC ^ runid) && p[28]) {
            int64_t tx;
            memcpy(&tx, p + 20, 8);
            int64_t d = ts - tx;
            rxw++;
            nlat++;
            if (d > maxlat)
                maxlat = d;
            d /= 1000;
            hist[d < 0 ? 0 : d > HB ? HB : d]++;
        }
    }
}
static void drain(int fd)
{
    for (;;) {
        for (int i = 0; i < VL; i++) {
            rm[i].msg_hdr.msg_namelen = sizeof ra[i];
            rm[i].msg_hdr.msg_controllen = sizeof rc[i];
        }
        int n = recvmmsg(fd, rm, VL, MSG_DONTWAIT, NULL);
        if (n <= 0)
            return;
        for (int i = 0; i < n; i++) {
            int64_t ts = 0;
            for (struct cmsghdr *c = CMSG_FIRSTHDR(&rm[i].msg_hdr); c;
                 c = CMSG_NXTHDR(&rm[i].msg_hdr, c)) {
                if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
                    struct timespec t;
                    memcpy(&t, CMSG_DATA(c), sizeof t);
                    ts = t.tv_sec * 1000000000LL + t.tv_nsec;
                }
                if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL) {
                    uint32_t d;
                    memcpy(&d, CMSG_DATA(c), 4);
                    if (d > qdrop)
                        qdrop = d;
                }
            }
            if (!ts)
                ts = rt();
            rx_one(rb[i], rm[i].msg_len, &ra[i], ts);
        }
        if (n < VL)
            return;
    }
}
static void send_slot(int slot)
{
    static struct mmsghdr sm[VL];
    static struct iovec sv[VL];
    for (int i = slot * share; i < nst && holdms < 0;) {
        int n = 0, sock = st[i].sock, e = i + share < nst ? i + share : nst;
        int64_t t = rt();
        for (; i < e; i++) {
            struct stream *s = &st[i];
            if (!s->on || (quiet && noTrunk))
                continue;
            uint8_t *p = s->pkt;
            s->seq++;
            s->ts += 160;
            s->n++;
            p[2] = s->seq >> 8;
            p[3] = s->seq;
            p[4] = s->ts >> 24;
            p[5] = s->ts >> 16;
            p[6] = s->ts >> 8;
            p[7] = s->ts;
            memcpy(p + 16, &s->n, 4);
            memcpy(p + 20, &t, 8);
            p[28] = inwin;
            txw += inwin;
            txall++;
            sv[n] = (struct iovec){p, 172};
            sm[n].msg_hdr = (struct msghdr){.msg_name = &s->to,
                                            .msg_namelen = sizeof s->to,
                                            .msg_iov = &sv[n],
                                            .msg_iovlen = 1};
            n++;
        }
        if (n) {
            int k = 0, r;
            while (k < n && (r = sendmmsg(rsock[sock], sm + k, n - k, 0)) > 0)
                k += r;
        }
        i += share * (SLOTS - 1);
    }
}
static int udp(const char *ip, int p, int rtp)
{
    int f = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), b = rtp ? 1 << 20 : 4 << 20, one = 1;
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(p)};
    inet_pton(AF_INET, ip, &a.sin_addr);
    if (f < 0 || bind(f, (void *)&a, sizeof a)) {
        fprintf(stderr, "port %d: ", p);
        die("bind");
    }
    if (setsockopt(f, SOL_SOCKET, SO_RCVBUFFORCE, &b, sizeof b))
        setsockopt(f, SOL_SOCKET, SO_RCVBUF, &b, sizeof b);
    if (rtp) {
        setsockopt(f, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one);
        setsockopt(f, SOL_SOCKET, SO_RXQ_OVFL, &one, sizeof one);
    }
    return f;
}
static double tick0;
static long tick;
/* run everything for a while; returns when until() says so or at time end */
static void loop(double end, int (*until)(void))
{
    struct epoll_event ev[256];
    char buf[4096];
    for (;;) {
        double t = now();
        if (t >= end || (until && until()))
            return;
        long due = (t - tick0) * 1000;
        double lateness = t - (tick0 + tick * 1e-3);
        if (inwin && lateness > maxlate)
            maxlate = lateness;
        for (int g = 0; tick <= due && g < 40; tick++, g++) {
            if (inwin && t - (tick0 + tick * 1e-3) > 0.005)
                late5++;
            send_slot(tick % SLOTS);
        }
        int n = epoll_wait(epfd, ev, 256, 0);
        for (int i = 0; i < n; i++) {
            int fd = ev[i].data.fd;
            if (fd == sipfd || fd == trunkfd) {
                struct sockaddr_in a;
                socklen_t al = sizeof a;
                int l, q = 0;
                while (q++ < 50 &&
                       (l = recvfrom(fd, buf, sizeof buf - 1, 0, (void *)&a, &al)) > 0) {
                    buf[l] = 0;
                    sip_in(fd, buf, &a);
                    al = sizeof a;
                }
            } else
                drain(fd);
        }
        sip_timers(t);
        double nx = tick0 + tick * 1e-3, d = nx - now();
        if (d > 0 && n < 256) { /* sleep to the next tick; SIP wakes us at once, RTP does not (its
                                   time stamps are the kernel's) */
            struct timespec ts = {0, d > 0.001 ? 1000000 : d * 1e9};
            struct pollfd pf[2] = {{sipfd, POLLIN, 0}, {trunkfd, POLLIN, 0}};
            ppoll(pf, trunkfd < 0 ? 1 : 2, &ts, NULL);
        }
    }
}
static int settled(void)
{
    for (int i = 0; i < N; i++)
        if (uac[i].st == INVITED)
            return 0;
    return 1;
}
static int ended(void)
{
    for (int i = 0; i < N; i++)
        if (uac[i].st == BYING || (holdms >= 0 && (uac[i].st == UP || uac[i].st == INVITED)))
            return 0;
    for (int i = 0; i < nuas; i++)
        if (uas[i].st == UP)
            return 0;
    return 1;
}
static int dcmp(const void *a, const void *b)
{
    double x = *(double *)a, y = *(double *)b;
    return x < y ? -1 : x > y;
}
static void stop(int s)
{
    (void)s;
    for (int i = 0; i < N; i++)
        if (uac[i].st == UP)
            indialog(&uac[i], i, "BYE", 2);
    _exit(1);
}

int main(int ac, char **av)
{
    int o;
    while ((o = getopt(ac, av, "n:e:AQd:w:r:P:l:s:t:b:k:u:vH:R:")) != -1)
        switch (o) {
        case 'n': N = atoi(optarg); break;
        case 'e': ext = optarg; break;
        case 'A': noTrunk = 1; break;
        case 'Q': quiet = 1; break;
        case 'd': dur = atof(optarg); break;
        case 'w': warm = atof(optarg); break;
        case 'r': cps = atof(optarg); break;
        case 'P':
            for (char *p = strtok(optarg, ","); p && npids < 64; p = strtok(NULL, ","))
                pids[npids++] = atoi(p);
            break;
        case 'l': me = optarg; break;
        case 's': sipPort = atoi(optarg); break;
        case 't': trunkPort = atoi(optarg); break;
        case 'b': rtpBase = atoi(optarg); break;
        case 'k': share = atoi(optarg); break;
        case 'u': user = optarg; break;
        case 'v': verbose = 1; break;
        case 'H': holdms = atof(optarg); break;
        case 'R': {
            struct sched_param sp = {.sched_priority = atoi(optarg)};
            if (sched_setscheduler(0, SCHED_RR, &sp))
                perror("SCHED_RR");
            break;
        }
        default: return 2;
        }
    if (optind >= ac || sscanf(av[optind], "%63[^:]:%d", host, &port) != 2 || N < 1 ||
        N > (holdms >= 0 ? 20000 : 4900) || share < 1 || share > VL) {
        fprintf(stderr, "usage: media-load [options] HOST:PORT (see the head of media-load.c)\n");
        return 2;
    }
    if (dur > 600 || warm > 60)
        return 2;
    pbx.sin_family = AF_INET;
    pbx.sin_port = htons(port);
    if (inet_pton(AF_INET, host, &pbx.sin_addr) != 1 || (ntohl(pbx.sin_addr.s_addr) >> 24) != 127) {
        fprintf(stderr, "loopback addresses only\n");
        return 2;
    }
    struct rlimit rl = {65536, 65536};
    if (setrlimit(RLIMIT_NOFILE, &rl)) {
        getrlimit(RLIMIT_NOFILE, &rl);
        rl.rlim_cur = rl.rlim_max;
        setrlimit(RLIMIT_NOFILE, &rl);
    }
    runid = (uint32_t)rt() ^ getpid() << 16;
    memset(byport, -1, sizeof byport);
    nst = noTrunk ? N : 2 * N;
    st = calloc(2 * N, sizeof *st);
    uac = calloc(N, sizeof *uac);
    uas = calloc(N, sizeof *uas);
    nsock = holdms >= 0 ? 0 : (nst + share - 1) / share;
    rsock = calloc(nsock + 1, sizeof *rsock);
    epfd = epoll_create1(0);
    sipfd = udp(me, sipPort, 0);
    trunkfd = noTrunk ? -1 : udp(me, trunkPort, 0);
    struct epoll_event e = {.events = EPOLLIN};
    e.data.fd = sipfd;
    epoll_ctl(epfd, EPOLL_CTL_ADD, sipfd, &e);
    if (trunkfd >= 0) {
        e.data.fd = trunkfd;
        epoll_ctl(epfd, EPOLL_CTL_ADD, trunkfd, &e);
    }
    for (int i = 0; i < nsock; i++) {
        rsock[i] = udp(me, rtpBase + 2 * i, 1);
        e.data.fd = rsock[i];
        epoll_ctl(epfd, EPOLL_CTL_ADD, rsock[i], &e);
    }
    uint32_t x = 1;
    for (int i = 0; i < 2 * N; i++) {
        struct stream *s = &st[i];
        s->sock = holdms >= 0 ? 0 : i / share;
        s->ssrc = 0x10000000u + i * 77;
        s->seq = i * 7;
        uint8_t *p = s->pkt;
        p[0] = 0x80;
        p[1] = 0;
        uint32_t sr = htonl(s->ssrc), mg = MAGIC ^ runid;
        memcpy(p + 8, &sr, 4);
        for (int k = 12; k < 172; k++) {
            x = x * 1103515245 + 12345;
            p[k] = x >> 20;
        }
        memcpy(p + 12, &mg, 4);
    }
    for (int i = 0; i < VL; i++) {
        rv[i] = (struct iovec){rb[i], sizeof rb[i]};
        rm[i].msg_hdr = (struct msghdr){
            .msg_name = &ra[i], .msg_iov = &rv[i], .msg_iovlen = 1, .msg_control = rc[i]};
    }
    for (int i = 0; i < N; i++)
        uac[i].s = &st[i];
    signal(SIGINT, stop);
    signal(SIGTERM, stop);
    long rss0 = rss();
    double cs0 = cpu(0);
    tick0 = now();
    tick = 0;
    double t0 = now();
    for (int i = 0; i < N; i++) {
        invite(i);
        loop(t0 + (i + 1) / cps, NULL);
    }
    loop(now() + 11, settled);
    if (holdms >= 0) {
        loop(now() + holdms / 1e3 + 11, ended);
        double el = now() - t0, *pd = calloc(N, sizeof *pd), c1 = cpu(0);
        int ok = 0;
        for (int i = 0; i < N; i++)
            if (uac[i].st == DONE)
                pd[ok++] = uac[i].pdd * 1e3;
        qsort(pd, ok, sizeof *pd, dcmp);
        printf(
            "signalling n=%d ok=%d failed=%d rate=%.0f secs=%.2f cpu_s_per_10k=%.2f pdd_p50=%.3f pdd_p99=%.3f pdd_max=%.3f retrans=%llu\n",
            N, ok, N - ok, cps, el, ok ? (c1 - cs0) / ok * 1e4 : 0, ok ? pd[ok / 2] : -1,
            ok ? pd[(int)(ok * 0.99)] : -1, ok ? pd[ok - 1] : -1, (unsigned long long)sipretx);
        return ok == N ? 0 : 1;
    }
    int up = 0, fail = 0;
    double *pd = calloc(N, sizeof *pd);
    for (int i = 0; i < N; i++)
        if (uac[i].st == UP)
            pd[up++] = uac[i].pdd * 1e3;
        else
            fail++;
    qsort(pd, up, sizeof *pd, dcmp);
    double setup = now() - t0, csu = cpu(0) - cs0;
    if (!up) {
        fprintf(stderr, "no call came up\n");
        return 1;
    }
    loop(now() + warm, NULL);
    struct rusage g0, g1;
    getrusage(RUSAGE_SELF, &g0);
    double c0 = cpu(0), w0 = now();
    inwin = 1;
    counting = 1;
    loop(w0 + dur, NULL);
    inwin = 0;
    counting = 0;
    double c1 = cpu(0), w1 = now();
    getrusage(RUSAGE_SELF, &g1);
    double la = load1();
    long rss1 = rss();
    loop(now() + 1, NULL); /* what is still under way */
    int alive = 0;
    for (int i = 0; i < N; i++)
        alive += uac[i].st == UP;
    double b0 = now();
    for (int i = 0; i < N; i++)
        if (uac[i].st == UP) {
            uac[i].st = BYING;
            uac[i].cseq = 2;
            uac[i].s->on = 0;
            indialog(&uac[i], i, "BYE", 2);
            uac[i].t = now();
            uac[i].rto = 0.5;
            uac[i].next = uac[i].t + 0.5;
            loop(b0 + (i + 1) / (2 * cps), NULL);
        }
    loop(now() + 11, ended);
    double el = w1 - w0, cm = alive * el / 60,
           gen = (g1.ru_utime.tv_sec - g0.ru_utime.tv_sec) +
                 (g1.ru_stime.tv_sec - g0.ru_stime.tv_sec) +
                 (g1.ru_utime.tv_usec - g0.ru_utime.tv_usec + g1.ru_stime.tv_usec -
                  g0.ru_stime.tv_usec) /
                     1e6;
    double *jj = calloc(nst, sizeof *jj);
    int nj = 0;
    uint64_t expect = 0, got = 0;
    for (int i = 0; i < nst; i++)
        if (st[i].have) {
            jj[nj++] = st[i].jit;
            expect += st[i].maxseq + 1;
            got += st[i].rxn;
        }
    qsort(jj, nj, sizeof *jj, dcmp);
    double losst = txw && !noTrunk ? 100.0 * ((double)txw - rxw) / txw : 0,
           lossg = expect ? 100.0 * ((double)expect - got) / expect : 100;
    double nominal = (double)nst * 50 * el, loss = noTrunk ? 100 * (1 - rxcount / nominal) : losst;
    if (loss < 0)
        loss = 0;
    printf(
        "calls: %d asked, %d up, %d alive at the end; set up in %.2f s, %.1f ms CPU each at the server; PDD ms p50 %.2f p99 %.2f; SIP retransmissions %llu\n",
        N, up, alive, setup, up ? csu * 1e3 / up : 0, pd[up / 2], pd[(int)(up * 0.99)],
        (unsigned long long)sipretx);
    printf(
        "window %.2f s: RTP sent %llu received %llu; end-to-end marked: sent %llu received %llu lost %.4f%%; sequence gaps %.4f%%, late/duplicate %llu, unknown %llu, dropped at the generator's sockets %llu\n",
        el, (unsigned long long)txall, (unsigned long long)rxcount, (unsigned long long)txw,
        (unsigned long long)rxw, losst, lossg, (unsigned long long)reord,
        (unsigned long long)foreign, (unsigned long long)qdrop);
    printf(
        "delay through the server us: p50 %.0f p99 %.0f p99.9 %.0f max %lld; jitter (RFC 3550) us: p50 %.0f p99 %.0f\n",
        nlat ? pct(.5) : -1, nlat ? pct(.99) : -1, nlat ? pct(.999) : -1, (long long)maxlat / 1000,
        nj ? jj[nj / 2] : -1, nj ? jj[(int)(nj * 0.99)] : -1);
    printf(
        "server CPU %.2f s in the window = %.4f s per call-minute (%.1f%% of a core); RSS %ld -> %ld kB; generator CPU %.1f%%, latest tick %.1f ms, ticks >5 ms late %llu; host load %.1f\n",
        c1 - c0, cm > 0 ? (c1 - c0) / cm : 0, 100 * (c1 - c0) / el, rss0, rss1, 100 * gen / el,
        maxlate * 1e3, (unsigned long long)late5, la);
    printf(
        "n=%d up=%d alive=%d cpu_per_callmin=%.5f core_pct=%.1f loss_pct=%.4f gap_pct=%.4f lat_p50=%.0f lat_p99=%.0f jit_p50=%.0f jit_p99=%.0f rss0_kb=%ld rss1_kb=%ld rss_per_call_kb=%.1f setup_cpu_ms=%.2f pdd_p50=%.2f pdd_p99=%.2f gen_pct=%.1f genlate_ms=%.1f load1=%.1f\n",
        N, up, alive, cm > 0 ? (c1 - c0) / cm : 0, 100 * (c1 - c0) / el, loss, lossg,
        nlat ? pct(.5) : -1, nlat ? pct(.99) : -1, nj ? jj[nj / 2] : -1,
        nj ? jj[(int)(nj * 0.99)] : -1, rss0, rss1, up ? (double)(rss1 - rss0) / up : 0,
        csu * 1e3 / up, pd[up / 2], pd[(int)(up * 0.99)], 100 * gen / el, maxlate * 1e3, la);
    return fail || alive != up ? 1 : 0;
}
