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
    CHECK_TO(!has(&b, "$request ") && !has(&b, "$args") && !has(&b, "$http_") &&
                 !has(&b, "$cookie_") && !has(&b, "$query_string"),
             out);
out:
    buf_fini(&b);
    return err;
}

UNIT_TESTS(UNIT(says_the_settings))
