/* log.c - see log.h */
#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/utf8.h"

#define LINE 2000

static const char *const names[] = {"error", "warning", "notice", "info", "debug"};
static const char *role_name = "station";
static enum log_level most_shown = LOG_NOTICE;
static log_sink_h *sink_h;
static void *sink_arg;
static bool to_stderr = true;

void log_init(const char *role, enum log_level most)
{
    role_name = role;
    most_shown = most;
}

void log_set_level(enum log_level most)
{
    most_shown = most;
}

void log_set_sink(log_sink_h *sink, void *arg)
{
    sink_h = sink;
    sink_arg = arg;
}

void log_set_stderr(bool on)
{
    to_stderr = on;
}

int log_level_parse(enum log_level *level, struct slice name)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (slice_caseeqz(name, names[i])) {
            *level = (enum log_level)i;
            return 0;
        }
    return EINVAL;
}

const char *log_level_name(enum log_level level)
{
    return names[level];
}

bool log_is_on(enum log_level level)
{
    return level <= most_shown;
}

static size_t escape(char *out, size_t size, const char *text, size_t len)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t o = 0;

    for (size_t i = 0; i < len && o + 8 < size;) {
        const size_t n = utf8_shown(slice_from(text + i, len - i));

        if (n == 0) {
            o += (size_t)snprintf(out + o, size - o, "\\x%02x", p[i++]);
            continue;
        }
        memcpy(out + o, p + i, n);
        o += n;
        i += n;
    }
    return o;
}

static size_t stamp(char *out, size_t size, enum log_level level)
{
    struct timespec now; /* the log's own clock: lines carry real time even when a test fakes it */
    struct tm tm;
    size_t n;

    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &tm);
    n = strftime(out, size, "%Y-%m-%d %H:%M:%S", &tm);
    n += (size_t)snprintf(out + n, size - n, ".%03ld %s %s: ", now.tv_nsec / 1000000, names[level],
                          role_name);
    return n;
}

static atomic_uint dropped;

/* A reader that has stopped (Ctrl-S, a stalled collector) must not stop the station: a pipe that polls
   as writable has room for a page, and a line is shorter. */
static void write_stderr(const char *line, size_t len)
{
    struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};
    unsigned missing;

    if (poll(&p, 1, 0) != 1 || !(p.revents & POLLOUT)) {
        atomic_fetch_add(&dropped, 1);
        return;
    }
    missing = atomic_exchange(&dropped, 0);
    if (missing)
        dprintf(STDERR_FILENO, "log: %u lines were dropped, their reader had stopped\n", missing);
    if (write(STDERR_FILENO, line, len) < 0)
        return; /* nobody listens any more: there is no better place to say so */
}

void log_line(enum log_level level, const char *fmt, ...)
{
    char text[LINE], line[LINE + 80];
    va_list ap;
    size_t n, len;
    int want;

    if (level > most_shown)
        return;
    va_start(ap, fmt);
    want = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (want < 0)
        return;
    len = (size_t)want < sizeof(text) ? (size_t)want : sizeof(text) - 1;
    n = stamp(line, sizeof(line), level);
    n += escape(line + n, sizeof(line) - n - 5, text, len);
    if ((size_t)want > len)
        n += (size_t)snprintf(line + n, sizeof(line) - n, "...");
    line[n] = '\0';
    if (sink_h)
        sink_h(level, line, sink_arg);
    if (!to_stderr)
        return;
    line[n++] = '\n';
    write_stderr(line, n);
}
