/* role/front_conf.c - see front_conf.h */
#include "role/front_conf.h"

/* Answers that nginx gives by itself, in the three formats of the Manager. */
static const struct apology {
    int status;
    const char *codes, *text;
} apologies[] = {
    {413, "413", "Request is too long"},
    {429, "429", "Too many requests"},
    {502, "502 503 504", "The station does not answer now, try again"},
};

static const struct shape {
    const char *name, *type, *before, *after;
} shapes[] = {
    {"raw", "text/plain", "Response: Error\\r\\nMessage: ", "\\r\\n\\r\\n"},
    {"xml", "text/xml",
     "<ajax-response>\\n<response type='object' id='unknown'><generic response='Error' message='",
     "' /></response>\\n</ajax-response>\\n"},
    {"html", "text/html",
     "<!DOCTYPE HTML PUBLIC '-//IETF//DTD HTML 2.0//EN'>\\r\\n<html><head>\\r\\n<title>Error</title>\\r\\n"
     "</head><body>\\r\\n<h1>",
     "</h1>\\r\\n</body></html>\\r\\n"},
};

enum {
    APOLOGIES = sizeof(apologies) / sizeof(apologies[0]),
    SHAPES = sizeof(shapes) / sizeof(shapes[0])
};

static const char head[] =
    "# Written by the station at its start and whenever its settings change: not for editing.\n"
    "daemon off;\n"
    "worker_processes 1;\n"
    "pid nginx.pid;\n"
    "error_log error.log crit; # lower levels print request lines, in which passwords may be\n"
    "events {\n"
    "    worker_connections 16384;\n"
    "}\n"
    "http {\n"
    "    server_tokens off;\n"
    "    default_type application/octet-stream;\n"
    "    types {\n"
    "        text/html html;\n"
    "        text/css css;\n"
    "        text/javascript js mjs;\n"
    "        application/json json map;\n"
    "        application/manifest+json webmanifest;\n"
    "        image/svg+xml svg;\n"
    "        image/png png;\n"
    "        image/jpeg jpg jpeg;\n"
    "        image/webp webp;\n"
    "        image/x-icon ico;\n"
    "        font/woff2 woff2;\n"
    "        application/wasm wasm;\n"
    "        text/plain txt;\n"
    "        application/pdf pdf;\n"
    "    }\n"
    "    sendfile on;\n"
    "    absolute_redirect off;\n"
    "    client_body_temp_path body.tmp;\n"
    "    proxy_temp_path proxy.tmp;\n"
    "    fastcgi_temp_path fastcgi.tmp;\n"
    "    uwsgi_temp_path uwsgi.tmp;\n"
    "    scgi_temp_path scgi.tmp;\n"
    "\n"
    "    # No query, no Cookie, no Authorization.\n"
    "    map $request_uri $asked {\n"
    "        default \"-\";\n"
    "        \"~^(?<before>[^?]*)\" $before;\n"
    "    }\n"
    "    log_format station '$remote_addr [$time_iso8601] \"$request_method $asked\" $status '\n"
    "                       '$body_bytes_sent $request_time';\n"
    "    access_log access.log station buffer=16k flush=1s;\n"
    "\n"
    "    client_header_timeout 10s;\n"
    "    client_body_timeout 10s;\n"
    "    send_timeout 30s;\n"
    "    reset_timedout_connection on;\n"
    "    keepalive_timeout 65s;\n"
    "    keepalive_requests 100000;\n"
    "    client_header_buffer_size 2k;\n"
    "    large_client_header_buffers 2 8k;\n"
    "    client_max_body_size 64k;\n"
    "    client_body_buffer_size 64k;\n"
    "\n"
    "    geo $is_foreign {\n"
    "        default 1;\n"
    "        127.0.0.0/8 0;\n"
    "        ::1 0;\n"
    "    }\n"
    "    map $is_foreign $counted {\n"
    "        0 \"\";\n"
    "        default $binary_remote_addr;\n"
    "    }\n"
    "    limit_req_status 429;\n"
    "    limit_conn_status 429;\n"
    "\n"
    "    map $request_uri $shape {\n"
    "        default html;\n"
    "        \"~*^/(asterisk/)?a?rawman/?([?]|$)\" raw;\n"
    "        \"~*^/(asterisk/)?a?mxml/?([?]|$)\" xml;\n"
    "    }\n"
    "    upstream web {\n"
    "        server unix:../run/web.sock;\n"
    "        keepalive 64;\n"
    "        keepalive_requests 1000000;\n"
    "        keepalive_timeout 60s;\n"
    "    }\n";

void front_conf_put_way(struct buf *out, const char *face)
{
    buf_printf(
        out,
        "            rewrite ^ /? break;\n"
        "            proxy_pass http://web;\n"
        "            proxy_http_version 1.1;\n"
        "            proxy_set_header Connection \"\";\n"
        "            proxy_set_header Host $host;\n"
        "            proxy_set_header X-Station-Target $request_uri;\n"
        "            proxy_set_header X-Station-Face %s;\n"
        "            proxy_set_header X-Station-Peer \"$remote_addr $remote_port $server_addr "
        "$server_port\";\n"
        "            proxy_set_header X-Station-Cookie $http_cookie;\n"
        "            proxy_set_header Cookie \"\";\n"
        "            proxy_pass_header Server;\n"
        "            proxy_next_upstream off;\n"
        "            proxy_connect_timeout 5s;\n"
        "            proxy_send_timeout 30s;\n"
        "            proxy_buffer_size 16k;\n"
        "            proxy_buffers 16 16k;\n"
        "            proxy_max_temp_file_size 0;\n",
        face);
}

static void put_apology(struct buf *b, const struct apology *a)
{
    buf_printf(b, "        error_page %s /.station/%d/$shape;\n", a->codes, a->status);
    for (int i = 0; i < SHAPES; i++)
        buf_printf(b,
                   "        location = /.station/%d/%s {\n"
                   "            internal;\n"
                   "            default_type %s;\n"
                   "            return 200 \"%s%s%s\";\n"
                   "        }\n",
                   a->status, shapes[i].name, shapes[i].type, shapes[i].before, a->text,
                   shapes[i].after);
}

static void put_manager(struct buf *out, const struct control_http *http)
{
    char listen[ADDR_TEXT];

    buf_printf(out, "    limit_req_zone $counted zone=requests:4m rate=%ur/s;\n", http->rate);
    buf_addz(out, "    limit_conn_zone $counted zone=connections:4m;\n");
    buf_printf(out, "    server {\n        listen %s backlog=1024;\n        server_name station;\n",
               addr_text(&http->bind, listen));
    buf_printf(out, "        limit_req zone=requests burst=%u nodelay;\n", 4 * http->rate);
    buf_printf(out, "        limit_conn connections %u;\n", http->connections);
    buf_addz(out, "        location / {\n");
    front_conf_put_way(out, "manager");
    buf_addz(out, "        }\n");
    /* A WaitEvent lasts as long as a session may; an Originate that is not async, longer. */
    buf_printf(out, "        proxy_read_timeout %us;\n", http->timeout_s + 300);
    for (int i = 0; i < APOLOGIES; i++)
        put_apology(out, &apologies[i]);
    buf_addz(out, "    }\n");
}

int front_conf_print(struct buf *out, const struct control_http *http,
                     const struct front_face *face)
{
    if (face->has_brotli)
        buf_addz(out, "load_module " FRONT_MODULES "/ngx_http_brotli_static_module.so;\n");
    buf_addz(out, head);
    if (http->is_enabled && face->has_manager)
        put_manager(out, http);
    if (addr_is_set(&face->tls))
        front_conf_put_face(out, http, face);
    return buf_addz(out, "}\n");
}
