/* What nginx is told */
#include <string.h>

#include "role/front_conf.h"
#include "unit.h"

static bool has(const struct buf *b, const char *text)
{
    return strstr(buf_z(b), text) != NULL;
}

static int says_the_settings(void)
{
    struct control_http http = {
        .is_enabled = true, .timeout_s = 60, .rate = 50, .connections = 100};
    char *log, *end;
    struct buf b;
    int err;

    addr_parse(&http.bind, SLICE("[::]:8088"), 0);
    buf_init(&b, FRONT_CONF_MAX);
    err = front_conf_print(&b, &http);
    CHECK_OK_TO(err, out);
    CHECK_TO(has(&b, "listen [::]:8088 ") && has(&b, "rate=50r/s;") && has(&b, "burst=200 "), out);
    CHECK_TO(has(&b, "limit_conn connections 100;") && has(&b, "proxy_read_timeout 360s;"), out);
    CHECK_TO(has(&b, "error_log error.log crit;"), out);
    /* Nothing that could stand in a path, nothing absolute. */
    CHECK_TO(!has(&b, " /etc") && !has(&b, " /var") && !has(&b, "include"), out);
    /* What is logged names no query and no secret header. */
    log = strstr(buf_z(&b), "map $request_uri $asked");
    CHECK_TO(log && (end = strstr(log, "access_log")) && strstr(log, "log_format") < end, out);
    *end = '\0';
    CHECK_TO(!strstr(log, "$request ") && !strstr(log, "$args") && !strstr(log, "$http_") &&
                 !strstr(log, "$cookie_") && !strstr(log, "$query_string"),
             out);
out:
    buf_fini(&b);
    return err;
}

UNIT_TESTS(UNIT(says_the_settings))
