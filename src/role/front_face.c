/* role/front_face.c - the interface's servers in nginx's configuration (front_conf.h)
 *
 * Each location says all of its fields: where nginx finds one there, those of the server are not added.
 */
#include "role/front_conf.h"

/* Answers that nginx gives by itself: to programs as the problems of docs/web.md, to people a page. */
static const struct sorry {
    int status;
    const char *codes, *word, *ru, *en;
} sorries[] = {
    {404, "404", "not-found", "Не найдено", "Not found"},
    {413, "413", "too-long", "Запрос слишком велик", "The request is too long"},
    {429, "429", "too-many", "Слишком много запросов, подождите", "Too many requests, wait"},
    {502, "502 503 504", "busy", "Станция сейчас не отвечает, повторите позже",
     "The station does not answer now, try again"},
};

/* Requests that may be as long as a file (nginx's regular expressions of the path). */
static const char *const upload_paths[] = {
    "^(/pbx)?/api/index/uploads/?$",    "^/pbx/api/v1/[a-z_]+/import$",
    "^/pbx/api/v1/uploads?(/|$)",       "^/pbx/api/v1/[a-z_]+/([^/]+/)?upload$",
    "^/pbx/api/v1/[a-z_]+/[^/]+/file$",
};

/* Folders of the state directory that answers may come from (http_reply_file). */
static const char *const file_folders[] = {"recordings", "exports", "uploads", "sounds", "moh"};

enum {
    SORRIES = sizeof(sorries) / sizeof(sorries[0]),
    UPLOADS = sizeof(upload_paths) / sizeof(upload_paths[0]),
    FOLDERS = sizeof(file_folders) / sizeof(file_folders[0]),
};

/* ---- fields of every answer ---- */

static void put_field(struct buf *b, const char *name, const char *value)
{
    buf_printf(b, "            add_header %s \"%s\" always;\n", name, value);
}

/* Everything but the policy of contents. */
static void put_guards(struct buf *b, const struct front_face *face)
{
    put_field(b, "X-Content-Type-Options", "nosniff");
    put_field(b, "Referrer-Policy", "same-origin");
    put_field(b, "Permissions-Policy",
              "camera=(), geolocation=(), payment=(), usb=(), microphone=(self)");
    put_field(b, "Cross-Origin-Opener-Policy", "same-origin");
    put_field(b, "Cross-Origin-Resource-Policy", "same-origin");
    if (face->is_trusted)
        put_field(b, "Strict-Transport-Security", "max-age=31536000");
}

/* Vuetify writes its theme into a style of its own: it gets a word that this answer alone knows. */
static void put_page_policy(struct buf *b)
{
    put_field(
        b, "Content-Security-Policy",
        "default-src 'self'; script-src 'self'; style-src 'self' 'nonce-$request_id'; "
        "img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; connect-src 'self'; "
        "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'");
}

/* What is no page, even when it was brought by somebody who hopes it is. */
static void put_file_policy(struct buf *b)
{
    put_field(b, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox");
}

/* ---- what is served from disk ---- */

static void put_packed(struct buf *b, const struct front_face *face)
{
    buf_addz(b, "            gzip_static on;\n");
    if (face->has_brotli)
        buf_addz(b, "            brotli_static on;\n");
}

static void put_pages(struct buf *b, const struct front_face *face)
{
    buf_addz(
        b,
        "        location = / {\n            return 302 /pbx/;\n        }\n"
        "        location = /pbx {\n            return 302 /pbx/;\n        }\n"
        "        location = /favicon.ico {\n            return 302 /pbx/favicon.svg;\n        }\n"
        "        location /pbx/ {\n"
        "            try_files $uri /pbx/index.html;\n");
    put_packed(b, face);
    put_field(b, "Cache-Control", "no-cache");
    put_page_policy(b);
    put_guards(b, face);
    buf_addz(b,
             "        }\n        location ^~ /pbx/assets/ {\n            try_files $uri =404;\n");
    put_packed(b, face);
    put_field(b, "Cache-Control", "public, max-age=31536000, immutable");
    put_file_policy(b);
    put_guards(b, face);
    buf_addz(b, "        }\n        location ^~ /pbx/docs/ {\n"
                "            try_files $uri $uri/index.html $uri.html /pbx/index.html;\n");
    put_packed(b, face);
    put_field(b, "Cache-Control", "no-cache");
    put_page_policy(b);
    put_guards(b, face);
    buf_addz(b, "        }\n        location = /pbx/index.html {\n"
                "            sub_filter __NONCE__ $request_id;\n"
                "            sub_filter_once off;\n"
                "            etag off;\n"
                "            if_modified_since off;\n");
    put_field(b, "Cache-Control", "no-store");
    put_page_policy(b);
    put_guards(b, face);
    buf_addz(b, "        }\n");
}

static void put_files(struct buf *b, const struct front_face *face)
{
    for (int i = 0; i < FOLDERS; i++) {
        buf_printf(b,
                   "        location ^~ /.file/%s/ {\n"
                   "            internal;\n"
                   "            alias ../%s/;\n"
                   "            disable_symlinks on from=$document_root;\n",
                   file_folders[i], file_folders[i]);
        put_field(b, "Cache-Control", "private, no-cache");
        put_file_policy(b);
        put_guards(b, face);
        buf_addz(b, "        }\n");
    }
}

/* ---- what the web role answers ---- */

static void put_asked(struct buf *b, const struct front_face *face, const char *location)
{
    buf_printf(b, "        location %s {\n", location);
    front_conf_put_way(b, "pbx");
    put_file_policy(b);
    put_guards(b, face);
}

static void put_calls(struct buf *b, const struct control_http *http, const struct front_face *face)
{
    static const char *const plain[] = {"/pbx/api/", "/api/", "= /metrics"};

    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        put_asked(b, face, plain[i]);
        buf_addz(b, "            proxy_read_timeout 120s;\n        }\n");
    }
    put_asked(b, face, "= /pbx/api/v1/events");
    buf_addz(b, "            proxy_buffering off;\n"
                "            proxy_read_timeout 1h;\n        }\n");
    for (int i = 0; i < UPLOADS; i++) {
        buf_printf(b, "        location ~ \"%s\" {\n", upload_paths[i]);
        front_conf_put_way(b, "pbx");
        put_file_policy(b);
        put_guards(b, face);
        buf_printf(b,
                   "            client_max_body_size %um;\n"
                   "            client_body_timeout 60s;\n"
                   "            proxy_read_timeout 600s;\n        }\n",
                   http->web.upload_mib);
    }
}

/* ---- apologies ---- */

static void put_problem(struct buf *b, const struct sorry *s, const char *tongue, const char *text)
{
    buf_printf(
        b,
        "        location = /.station/%d/json/%s {\n"
        "            internal;\n"
        "            client_max_body_size 0;\n"
        "            default_type application/problem+json;\n"
        "            return 200 '{\"type\":\"/pbx/docs/problems#%s\",\"code\":\"%s\",\"title\":\"%s\","
        "\"status\":%d,\"trace\":\"$request_id\"}\\n';\n"
        "        }\n",
        s->status, tongue, s->word, s->word, text, s->status);
}

/* As the manual's API tells its errors (rest/call.c). */
static void put_error(struct buf *b, const struct sorry *s, const char *tongue, const char *text)
{
    buf_printf(
        b,
        "        location = /.station/%d/index/%s {\n"
        "            internal;\n"
        "            client_max_body_size 0;\n"
        "            default_type application/json;\n"
        "            return 200 '{\"error\":{\"code\":\"%s\",\"status\":%d,\"reason\":\"%s\","
        "\"trace\":\"$request_id\"}}\\n';\n"
        "        }\n",
        s->status, tongue, s->word, s->status, text);
}

static void put_page(struct buf *b, const struct sorry *s, const char *tongue, const char *text,
                     const char *back)
{
    buf_printf(
        b,
        "        location = /.station/%d/page/%s {\n"
        "            internal;\n"
        "            client_max_body_size 0;\n"
        "            default_type text/html;\n"
        "            charset utf-8;\n"
        "            return 200 '<!doctype html>\\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width\"><title>%s</title></head>"
        "<body><h1>%s</h1><p><a href=\"/pbx/\">%s</a></p></body></html>\\n';\n"
        "        }\n",
        s->status, tongue, tongue, text, text, back);
}

/* What was too long is too long for the apology as well, were it not told (HTTP/2). */
static void put_sorries(struct buf *b)
{
    for (int i = 0; i < SORRIES; i++) {
        const struct sorry *s = &sorries[i];

        buf_printf(b, "        error_page %s /.station/%d/$form/$tongue;\n", s->codes, s->status);
        put_problem(b, s, "ru", s->ru);
        put_problem(b, s, "en", s->en);
        put_error(b, s, "ru", s->ru);
        put_error(b, s, "en", s->en);
        put_page(b, s, "ru", s->ru, "В интерфейс станции");
        put_page(b, s, "en", s->en, "To the station");
    }
}

/* ---- servers ---- */

static void put_listen(struct buf *b, const struct addr *at, const char *more)
{
    char text[ADDR_TEXT];

    buf_printf(b, "        listen %s%s backlog=1024%s;\n", addr_text(at, text), more,
               at->family == AF_INET6 && addr_is_any(at) ? " ipv6only=off" : "");
}

static void put_tls(struct buf *b, const struct front_face *face)
{
    put_listen(b, &face->tls, " ssl http2");
    buf_addz(b, "        server_name station;\n"
                "        ssl_certificate " FRONT_CERT ";\n"
                "        ssl_certificate_key " FRONT_KEY ";\n"
                "        ssl_protocols TLSv1.2 TLSv1.3;\n"
                "        ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;\n"
                "        ssl_prefer_server_ciphers off;\n"
                "        ssl_session_cache shared:web:2m;\n"
                "        ssl_session_timeout 1h;\n"
                "        ssl_session_tickets off;\n");
}

/* A link with http:// to the port of HTTPS is a mistake that is easily made. */
static void put_port(struct buf *b, const struct front_face *face)
{
    buf_addz(b, "https://$host");
    if (face->tls.port != 443)
        buf_printf(b, ":%u", face->tls.port);
    buf_addz(b, "$request_uri");
}

static void put_plain(struct buf *b, const struct front_face *face)
{
    buf_addz(b, "    server {\n");
    put_listen(b, &face->plain, "");
    buf_addz(b, "        server_name station;\n"
                "        limit_req zone=web_requests burst=100 nodelay;\n"
                "        location ^~ /.well-known/acme-challenge/ {\n"
                "            root " FRONT_ACME ";\n"
                "            default_type text/plain;\n"
                "            try_files $uri =404;\n"
                "        }\n"
                "        location / {\n"
                "            return 301 ");
    put_port(b, face);
    buf_addz(b, ";\n        }\n    }\n");
}

void front_conf_put_face(struct buf *b, const struct control_http *http,
                         const struct front_face *face)
{
    buf_printf(
        b,
        "    map $http_accept_language $tongue {\n        default en;\n        \"~*^ *ru\" ru;\n    }\n"
        "    map $request_uri $form {\n        default page;\n        \"~^/(pbx/)?api/index/\" index;\n        \"~^/(pbx/)?api(/|[?]|$)\" json;\n"
        "        \"~^/metrics\" json;\n    }\n"
        "    limit_req_zone $counted zone=web_requests:4m rate=%ur/s;\n"
        "    limit_conn_zone $counted zone=web_connections:4m;\n"
        "    server {\n",
        http->web.rate);
    put_tls(b, face);
    buf_printf(b,
               "        limit_req zone=web_requests burst=%u nodelay;\n"
               "        limit_conn web_connections %u;\n"
               "        client_max_body_size 1m;\n"
               "        root " FRONT_FACE ";\n"
               "        error_page 497 =301 ",
               4 * http->web.rate, http->web.connections);
    put_port(b, face);
    buf_addz(b, ";\n");
    put_file_policy(b);
    put_guards(b, face);
    put_pages(b, face);
    put_files(b, face);
    put_calls(b, http, face);
    put_sorries(b);
    buf_addz(b, "    }\n");
    if (addr_is_set(&face->plain))
        put_plain(b, face);
}
