/* One event, one line, whatever an outsider sends. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "unit.h"

static char last[4096];
static unsigned lines;

static void keep(enum log_level level, const char *line, void *arg)
{
    lines++;
    strncpy(last, line, sizeof(last) - 1);
}

static int outsiders_write_no_lines_of_their_own(void)
{
    log_init("test", LOG_NOTICE);
    log_set_sink(keep, NULL);
    lines = 0;
    log_notice("agent seen name=\"%s\"", "Иван\r\n2026 error x\x1b[2J\xff\x7f\xc2\x9b"
                                         "2J");
    log_debug("not shown");
    log_set_sink(NULL, NULL);
    CHECK(lines == 1);
    CHECK(strstr(
        last,
        " notice test: agent seen name=\"Иван\\x0d\\x0a2026 error x\\x1b[2J\\xff\\x7f\\xc2\\x9b2J\""));
    return 0;
}

static int long_lines_are_cut(void)
{
    char big[5000];

    memset(big, 'x', sizeof(big) - 1);
    big[sizeof(big) - 1] = '\0';
    log_set_sink(keep, NULL);
    log_notice("%s", big);
    log_set_sink(NULL, NULL);
    CHECK(strlen(last) < 2100 && strcmp(last + strlen(last) - 3, "...") == 0);
    return 0;
}

static int a_reader_that_stops_stops_nobody(void)
{
    int fds[2], was = dup(STDERR_FILENO);
    char bytes[4096];
    ssize_t n;
    bool is_told;

    CHECK(was >= 0 && pipe(fds) == 0 && fcntl(fds[0], F_SETFL, O_NONBLOCK) == 0);
    dup2(fds[1], STDERR_FILENO);
    log_set_stderr(true);
    for (int i = 0; i < 5000; i++) /* more than a pipe holds */
        log_notice("line number=%d", i);
    while ((n = read(fds[0], bytes, sizeof(bytes))) > 0)
        continue;
    log_notice("read again");
    n = read(fds[0], bytes, sizeof(bytes) - 1);
    dup2(was, STDERR_FILENO);
    log_set_stderr(false);
    bytes[n > 0 ? n : 0] = '\0';
    is_told = strstr(bytes, "lines were dropped") && strstr(bytes, "read again");
    close(fds[0]);
    close(fds[1]);
    close(was);
    CHECK(is_told);
    return 0;
}

UNIT_TESTS(UNIT_ONCE(a_reader_that_stops_stops_nobody), UNIT(outsiders_write_no_lines_of_their_own),
           UNIT(long_lines_are_cut))
