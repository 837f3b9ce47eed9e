/* What nginx is told */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "role/front_cert.h"
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
    const struct front_face face = {.has_manager = true};
    char *log, *end;
    struct buf b;
    int err;

    addr_parse(&http.bind, SLICE("[::]:8088"), 0);
    buf_init(&b, FRONT_CONF_MAX);
    err = front_conf_print(&b, &http, &face);
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

static int serves_the_interface(void)
{
    struct control_http http = {.web = {.is_enabled = true,
                                        .redirects = true,
                                        .upload_mib = 300,
                                        .rate = 20,
                                        .connections = 30}};
    struct front_face face = {.is_trusted = true};
    struct buf b;
    int err;

    addr_parse(&face.tls, SLICE("[::]:8443"), 0);
    addr_parse(&face.plain, SLICE("192.0.2.1:80"), 0);
    buf_init(&b, FRONT_CONF_MAX);
    err = front_conf_print(&b, &http, &face);
    CHECK_OK_TO(err, out);
    CHECK_TO(has(&b, "listen [::]:8443 ssl http2 backlog=1024 ipv6only=off;"), out);
    CHECK_TO(has(&b, "listen 192.0.2.1:80 backlog=1024;"), out);
    CHECK_TO(has(&b, "return 301 https://$host:8443$request_uri;"), out);
    CHECK_TO(has(&b, "client_max_body_size 300m;") && has(&b, "burst=80 nodelay;"), out);
    CHECK_TO(has(&b, "Strict-Transport-Security"), out);
    CHECK_TO(has(&b, "X-Station-Face pbx;") && !has(&b, "X-Station-Face manager;"), out);
    CHECK_TO(!has(&b, "unsafe-inline") && !has(&b, "unsafe-eval") && !has(&b, "load_module"), out);
    buf_reset(&b);
    face = (struct front_face){.has_brotli = true};
    addr_parse(&face.tls, SLICE("192.0.2.1:443"), 0);
    err = front_conf_print(&b, &http, &face);
    CHECK_OK_TO(err, out);
    CHECK_TO(has(&b, "error_page 497 =301 https://$host$request_uri;"), out);
    CHECK_TO(!has(&b, "listen 192.0.2.1:80") && !has(&b, "Strict-Transport-Security"), out);
    CHECK_TO(strstr(buf_z(&b), "load_module") == buf_z(&b) && has(&b, "brotli_static on;"), out);
out:
    buf_fini(&b);
    return err;
}

/* ---- certificates ---- */

static char folder[64], cert[80], key[80];

static int begin_cert(void)
{
    snprintf(folder, sizeof(folder), "/tmp/station-cert-%d", (int)getpid());
    snprintf(cert, sizeof(cert), "%s/web.crt", folder);
    snprintf(key, sizeof(key), "%s/web.key", folder);
    return mkdir(folder, 0700) ? errno : 0;
}

static void end_cert(void)
{
    unlink(cert);
    unlink(key);
    rmdir(folder);
}

static int makes_its_own_certificate(void)
{
    struct front_cert c = {0};
    struct stat before, after;
    bool is_new = false;
    int err = begin_cert();

    CHECK_TO(front_cert_read(cert, key, &c, NULL) == ENOENT, out);
    CHECK_OK_TO(front_cert_ensure(cert, key, "pbx.example.com", &is_new, NULL), out);
    CHECK_TO(is_new && stat(key, &before) == 0 && (before.st_mode & 0777) == 0600, out);
    CHECK_OK_TO(front_cert_read(cert, key, &c, NULL), out);
    CHECK_TO(c.is_own && (c.days_left == 823 || c.days_left == 824), out);
    CHECK_TO(strstr(c.names, "pbx.example.com, ") == c.names && strstr(c.names, "127.0.0.1"), out);
    /* It is kept, until the host has another name. */
    CHECK_OK_TO(front_cert_ensure(cert, key, "PBX.example.com", &is_new, NULL), out);
    CHECK_TO(!is_new && stat(key, &after) == 0 && after.st_ino == before.st_ino, out);
    CHECK_OK_TO(front_cert_ensure(cert, key, "office.example.com", &is_new, NULL), out);
    CHECK_TO(is_new, out);
    /* What is no host name has no place in it. */
    CHECK_OK_TO(front_cert_make(cert, key, "a,DNS:b"), out);
    CHECK_OK_TO(front_cert_read(cert, key, &c, NULL), out);
    CHECK_TO(!strstr(c.names, "b,") && !strstr(c.names, "a,DNS"), out);
out:
    end_cert();
    return err;
}

static int keeps_what_was_brought(void)
{
    struct front_cert c = {0};
    const char *why = NULL;
    bool is_new = false;
    FILE *f;
    int err = begin_cert();

    CHECK_OK_TO(front_cert_make(cert, key, ""), out);
    f = fopen(key, "w");
    CHECK_TO(f && fputs("no key", f) > 0 && fclose(f) == 0, out);
    CHECK_TO(front_cert_ensure(cert, key, "", &is_new, &why) == EINVAL && !is_new, out);
    CHECK_TO(strstr(why, "the key cannot be read"), out);
    unlink(key);
    CHECK_OK_TO(front_cert_ensure(cert, key, "", &is_new, &why), out);
    CHECK_TO(is_new && front_cert_read(cert, key, &c, &why) == 0, out);
out:
    end_cert();
    return err;
}

UNIT_TESTS(UNIT(says_the_settings), UNIT(serves_the_interface),
           UNIT_ONCE(makes_its_own_certificate), UNIT_ONCE(keeps_what_was_brought))
