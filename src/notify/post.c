/* notify/post.c - see post.h */
#include "notify/post.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#undef curl_easy_setopt
#undef curl_easy_getinfo

#include "notify/guard.h"
#include "notify/mime.h"
#include "notify/sign.h"

enum { MAIL_MS = 60000, HOOK_MS = 30000, CONNECT_MS = 10000, MOST_HEADERS = 16, LINE = 1024 };

static struct {
    CURLcode (*global_init)(long);
    CURL *(*init)(void);
    CURLcode (*setopt)(CURL *, CURLoption, ...);
    CURLcode (*getinfo)(CURL *, CURLINFO, ...);
    CURLcode (*perform)(CURL *);
    void (*cleanup)(CURL *);
    const char *(*why)(CURLcode);
    struct curl_slist *(*list_append)(struct curl_slist *, const char *);
    void (*list_free)(struct curl_slist *);
    bool is_open;
} curl;

int notify_post_open(void)
{
    static const struct {
        const char *name;
        void *place;
    } symbols[] = {
        {"curl_global_init", &curl.global_init},  {"curl_easy_init", &curl.init},
        {"curl_easy_setopt", &curl.setopt},       {"curl_easy_getinfo", &curl.getinfo},
        {"curl_easy_perform", &curl.perform},     {"curl_easy_cleanup", &curl.cleanup},
        {"curl_easy_strerror", &curl.why},        {"curl_slist_append", &curl.list_append},
        {"curl_slist_free_all", &curl.list_free},
    };
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);

    for (size_t i = 0; library && i < sizeof(symbols) / sizeof(symbols[0]); i++) {
        void *address = dlsym(library, symbols[i].name);

        if (!address)
            return ENOENT;
        memcpy(symbols[i].place, &address, sizeof(address));
    }
    curl.is_open = library && curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    return curl.is_open ? 0 : ENOENT;
}

/* ---- what both have in common ---- */

static void fail(struct notify_answer *a, bool is_final, const char *why)
{
    a->is_final = is_final;
    snprintf(a->why, sizeof(a->why), "%s", why);
}

static CURL *begin(struct notify_answer *a)
{
    CURL *e = curl.is_open ? curl.init() : NULL;

    *a = (struct notify_answer){.is_done = false};
    if (!e)
        fail(a, false, curl.is_open ? "no memory" : "libcurl.so.4 is not installed");
    return e;
}

/* The guard proper: a library that does not know these cannot be used. */
static bool set_common(CURL *e, const char *url, const char *protocols, long ms)
{
    return curl.setopt(e, CURLOPT_URL, url) == CURLE_OK &&
           curl.setopt(e, CURLOPT_PROTOCOLS_STR, protocols) == CURLE_OK &&
           curl.setopt(e, CURLOPT_PROXY, "") == CURLE_OK &&
           curl.setopt(e, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl.setopt(e, CURLOPT_TIMEOUT_MS, ms) == CURLE_OK &&
           curl.setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS) == CURLE_OK;
}

/* ---- mail ---- */

static size_t on_read(char *to, size_t size, size_t count, void *arg)
{
    struct slice *rest = arg;
    const size_t n = rest->len < size * count ? rest->len : size * count;

    memcpy(to, rest->p, n);
    *rest = slice_skip(*rest, n);
    return n;
}

static void set_login(CURL *e, const struct notify_smtp *s)
{
    const bool is_tls = strcmp(s->security, "tls") == 0;

    curl.setopt(
        e, CURLOPT_USE_SSL,
        (long)(is_tls || strcmp(s->security, "starttls") == 0 ? CURLUSESSL_ALL : CURLUSESSL_NONE));
    if (!*s->user)
        return;
    curl.setopt(e, CURLOPT_USERNAME, s->user);
    curl.setopt(e, CURLOPT_PASSWORD, s->password);
}

static void tell_mail(CURL *e, CURLcode rc, struct notify_answer *a)
{
    long status = 0;

    a->is_done = rc == CURLE_OK;
    if (a->is_done)
        return;
    curl.getinfo(e, CURLINFO_RESPONSE_CODE, &status);
    a->is_final = status >= 500 && status < 600 && rc != CURLE_LOGIN_DENIED;
    if (status >= 400)
        snprintf(a->why, sizeof(a->why), "the mail server answered %ld: %s", status, curl.why(rc));
    else
        fail(a, false, curl.why(rc));
}

void notify_post_mail(const struct notify_smtp *smtp, const char *to, struct slice mime,
                      struct notify_answer *a)
{
    struct curl_slist *list = NULL;
    char url[300], from[256];
    CURL *e = begin(a);

    if (!e)
        return;
    snprintf(url, sizeof(url), "%s://%s:%u", strcmp(smtp->security, "tls") == 0 ? "smtps" : "smtp",
             smtp->host, smtp->port);
    list = curl.list_append(NULL, to);
    if (notify_mime_address(smtp->from, from, sizeof(from))) {
        fail(a, false, "setting mail_from is no address");
    } else if (!list || !set_common(e, url, "smtp,smtps", MAIL_MS)) {
        fail(a, false, "libcurl is older than 7.85, or there is no memory");
    } else {
        set_login(e, smtp);
        curl.setopt(e, CURLOPT_MAIL_FROM, from);
        curl.setopt(e, CURLOPT_MAIL_RCPT, list);
        curl.setopt(e, CURLOPT_UPLOAD, 1L);
        curl.setopt(e, CURLOPT_READFUNCTION, on_read);
        curl.setopt(e, CURLOPT_READDATA, &mime);
        tell_mail(e, curl.perform(e), a);
    }
    curl.list_free(list);
    curl.cleanup(e);
}

/* ---- webhooks ---- */

struct gate {
    const char *allow;
    bool is_refused;
};

static curl_socket_t on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *s)
{
    struct gate *g = arg;

    if (!notify_address_is_allowed(g->allow, &s->addr)) {
        g->is_refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(s->family, s->socktype | SOCK_CLOEXEC, s->protocol);
}

static size_t on_answer(char *p, size_t size, size_t count, void *arg)
{
    size_t *left = arg;

    if (size * count > *left)
        return 0;
    *left -= size * count;
    return size * count;
}

static bool add(struct curl_slist **list, const char *line)
{
    struct curl_slist *more = curl.list_append(*list, line);

    if (more)
        *list = more;
    return more != NULL;
}

/* Of the administrator's lines those that are headers, and none of ours. */
static bool add_own(struct curl_slist **list, const char *headers)
{
    struct slice rest = slice_of(headers);
    bool ok = true;

    for (int i = 0; ok && slice_is_set(rest) && i < MOST_HEADERS; i++) {
        const struct slice line = slice_trim(slice_cut(rest, '\n', &rest));
        char text[LINE];

        if (slice_chr(line, ':') > 0 && slice_chr(line, '\r') < 0 &&
            !slice_casestarts(line, SLICE("X-Station-")) &&
            slice_copy(line, text, sizeof(text)) == 0)
            ok = add(list, text);
    }
    return ok;
}

static struct curl_slist *make_headers(const struct notify_hook *h)
{
    struct curl_slist *list = NULL;
    char line[LINE], signature[NOTIFY_SIGNATURE];
    bool ok = add(&list, "Content-Type: application/json") && add(&list, "Expect:") &&
              add_own(&list, h->headers);

    snprintf(line, sizeof(line), "X-Station-Event: %s", h->event);
    ok = ok && add(&list, line);
    snprintf(line, sizeof(line), "X-Station-Delivery: %s", h->delivery);
    ok = ok && add(&list, line);
    if (ok && *h->secret) {
        ok = notify_sign(slice_of(h->secret), h->at, h->body, signature) == 0;
        snprintf(line, sizeof(line), "X-Station-Signature: %s", signature);
        ok = ok && add(&list, line);
    }
    if (ok)
        return list;
    curl.list_free(list);
    return NULL;
}

static void tell_hook(CURL *e, CURLcode rc, const struct gate *g, struct notify_answer *a)
{
    long status = 0;

    curl.getinfo(e, CURLINFO_RESPONSE_CODE, &status);
    a->is_done = (rc == CURLE_OK || rc == CURLE_WRITE_ERROR) && status >= 200 && status < 300;
    if (a->is_done)
        return;
    a->is_final = status == 410 || rc == CURLE_UNSUPPORTED_PROTOCOL || rc == CURLE_URL_MALFORMAT;
    if (g->is_refused)
        fail(a, false, "it leads to a private address that setting webhook_allow does not name");
    else if (rc != CURLE_OK)
        fail(a, a->is_final, curl.why(rc));
    else
        snprintf(a->why, sizeof(a->why), "answered %ld", status);
}

void notify_post_hook(const struct notify_hook *h, struct notify_answer *a)
{
    struct gate gate = {.allow = h->allow};
    struct curl_slist *headers;
    size_t room = 65536;
    CURL *e = begin(a);

    if (!e)
        return;
    headers = make_headers(h);
    if (!headers || !set_common(e, h->url, "http,https", HOOK_MS) ||
        curl.setopt(e, CURLOPT_FOLLOWLOCATION, 0L) != CURLE_OK ||
        curl.setopt(e, CURLOPT_OPENSOCKETFUNCTION, on_socket) != CURLE_OK ||
        curl.setopt(e, CURLOPT_OPENSOCKETDATA, &gate) != CURLE_OK) {
        fail(a, false, "libcurl is older than 7.85, or there is no memory");
    } else {
        curl.setopt(e, CURLOPT_WRITEFUNCTION, on_answer);
        curl.setopt(e, CURLOPT_WRITEDATA, &room);
        curl.setopt(e, CURLOPT_USERAGENT, "Station");
        curl.setopt(e, CURLOPT_HTTPHEADER, headers);
        curl.setopt(e, CURLOPT_POST, 1L);
        curl.setopt(e, CURLOPT_POSTFIELDSIZE, (long)h->body.len);
        curl.setopt(e, CURLOPT_POSTFIELDS, h->body.p);
        tell_hook(e, curl.perform(e), &gate, a);
    }
    curl.list_free(headers);
    curl.cleanup(e);
}
