/*
 * role/errand_fetch.c - CURL of the routing: one web page
 *
 * Guard:   only http and https, only hosts of setting curl_hosts; each redirection is looked at
 *          as the first address was, and another host gets neither password, cookie nor headers.
 * Library: libcurl is opened here, in the child, so that no role ever has it in its memory.
 * Limits:  64 KiB of answer, 3 minutes, 20 redirections, 32 headers.
 * Source:  Asterisk 22's CURL and CURLOPT.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#undef curl_easy_setopt
#undef curl_easy_getinfo

#include "base/mem.h"
#include "role/errand.h"

#define MOST_SECONDS 180
#define MOST_REDIRECTS 20
#define MOST_HEADERS 32

/* ---- the library ---- */

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
    CURLU *(*url)(void);
    CURLUcode (*url_set)(CURLU *, CURLUPart, const char *, unsigned);
    CURLUcode (*url_get)(const CURLU *, CURLUPart, char **, unsigned);
    void (*url_cleanup)(CURLU *);
    void (*release)(void *);
} curl;

static bool library_open(void)
{
    static const struct {
        const char *name;
        void *place;
    } symbols[] = {
        {"curl_global_init", &curl.global_init},  {"curl_easy_init", &curl.init},
        {"curl_easy_setopt", &curl.setopt},       {"curl_easy_getinfo", &curl.getinfo},
        {"curl_easy_perform", &curl.perform},     {"curl_easy_cleanup", &curl.cleanup},
        {"curl_easy_strerror", &curl.why},        {"curl_slist_append", &curl.list_append},
        {"curl_slist_free_all", &curl.list_free}, {"curl_url", &curl.url},
        {"curl_url_set", &curl.url_set},          {"curl_url_get", &curl.url_get},
        {"curl_url_cleanup", &curl.url_cleanup},  {"curl_free", &curl.release},
    };
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);

    for (size_t i = 0; library && i < sizeof(symbols) / sizeof(symbols[0]); i++) {
        void *address = dlsym(library, symbols[i].name);

        if (!address)
            return false;
        memcpy(symbols[i].place, &address, sizeof(address));
    }
    return library && curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

/* ---- what is asked ---- */

struct fetch {
    const char *hosts;
    int argc;
    char *const *words; /* "name=value" */
    struct slice post;
    CURL *easy;
    struct curl_slist *headers;
    char url[8192];    /* of this step */
    char first[300];   /* scheme, host and port that were asked for */
    bool is_elsewhere; /* this step is to others */
    bool is_post;
    struct buf *out;
};

/* The value of the last word of that name. */
static const char *word(const struct fetch *f, const char *name, const char *otherwise)
{
    const size_t len = strlen(name);

    for (int i = f->argc; i-- > 0;)
        if (strncmp(f->words[i], name, len) == 0 && f->words[i][len] == '=')
            return f->words[i] + len + 1;
    return otherwise;
}

static bool word_is_true(const struct fetch *f, const char *name, bool otherwise)
{
    const char *v = word(f, name, "");

    return *v ? strcasecmp(v, "yes") == 0 || strcasecmp(v, "true") == 0 || atoi(v) != 0 : otherwise;
}

/* Seconds, also "0.5". */
static long word_ms(const struct fetch *f, const char *name, long otherwise_s)
{
    const double s = atof(word(f, name, "0"));
    const double most = (double)MOST_SECONDS;

    return (long)((s <= 0 ? (double)otherwise_s : s > most ? most : s) * 1000);
}

bool errand_host_is_allowed(const char *hosts, const char *host, unsigned port)
{
    struct slice rest = slice_of(hosts), name = slice_of(host);

    while (slice_is_set(rest)) {
        struct slice one = slice_trim(slice_cut(rest, ',', &rest)), digits = SLICE_NONE;
        uint32_t wanted = port;

        if (!one.len)
            continue;
        if (one.p[0] != '[')
            one = slice_cut(one, ':', &digits);
        if (slice_is_set(digits) && (slice_u32(digits, &wanted) || wanted != port))
            continue;
        if (slice_eqz(one, "*") || slice_caseeq(one, name))
            return true;
        if (one.len > 2 && one.p[0] == '*' && one.p[1] == '.' && name.len >= one.len &&
            slice_caseeq(slice_skip(one, 1), slice_skip(name, name.len - (one.len - 1))))
            return true;
    }
    return false;
}

static bool url_part(CURLU *u, CURLUPart part, unsigned flags, char *out, size_t size)
{
    char *text = NULL;
    bool ok = curl.url_get(u, part, &text, flags) == CURLUE_OK && text &&
              slice_copy(slice_of(text), out, size) == 0;

    curl.release(text);
    return ok;
}

/* Where to go next, taken apart as libcurl will. @return 0; 1 and why not */
static int look_at(struct fetch *f, const char *url)
{
    CURLU *u = curl.url();
    char scheme[16], host[256], port[8], place[300];
    bool ok = u && !strpbrk(url, "\r\n") &&
              curl.url_set(u, CURLUPART_URL, url, CURLU_GUESS_SCHEME) == CURLUE_OK &&
              url_part(u, CURLUPART_SCHEME, 0, scheme, sizeof(scheme)) &&
              url_part(u, CURLUPART_HOST, 0, host, sizeof(host)) &&
              url_part(u, CURLUPART_PORT, CURLU_DEFAULT_PORT, port, sizeof(port)) &&
              url_part(u, CURLUPART_URL, 0, f->url, sizeof(f->url));

    curl.url_cleanup(u);
    if (!ok)
        return errand_fail(f->out, "no good address of a web page: %.300s", url);
    if (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)
        return errand_fail(f->out, "only http and https are fetched, not %s", scheme);
    if (!errand_host_is_allowed(f->hosts, host, (unsigned)atoi(port)))
        return errand_fail(f->out, "setting curl_hosts does not name host %s port %s", host, port);
    snprintf(place, sizeof(place), "%s %s %s", scheme, host, port);
    if (!f->first[0])
        memcpy(f->first, place, sizeof(place));
    f->is_elsewhere = strcasecmp(place, f->first) != 0;
    return 0;
}

/* ---- one step ---- */

static size_t on_body(char *p, size_t size, size_t count, void *arg)
{
    struct fetch *f = arg;

    return buf_add(f->out, p, size * count) ? 0 : size * count;
}

static int fill_headers(struct fetch *f)
{
    unsigned count = 0;

    for (int i = 0; i < f->argc; i++) {
        const char *text = f->words[i] + sizeof("httpheader=") - 1;
        struct curl_slist *more;

        if (strncmp(f->words[i], "httpheader=", sizeof("httpheader=") - 1) != 0)
            continue;
        if (strpbrk(text, "\r\n") || ++count > MOST_HEADERS)
            return errand_fail(f->out, "CURLOPT(httpheader): a line a header, at most %d",
                               MOST_HEADERS);
        more = curl.list_append(f->headers, text);
        if (!more)
            return errand_fail(f->out, "no memory");
        f->headers = more;
    }
    return 0;
}

/* What only the host that was asked for may hear. */
static void set_secrets(const struct fetch *f)
{
    const char *user = word(f, "userpwd", NULL), *cookie = word(f, "cookie", NULL);

    curl.setopt(f->easy, CURLOPT_USERPWD, f->is_elsewhere ? NULL : user);
    curl.setopt(f->easy, CURLOPT_COOKIE, f->is_elsewhere ? NULL : cookie);
    curl.setopt(f->easy, CURLOPT_HTTPHEADER, f->is_elsewhere ? NULL : f->headers);
}

static bool set_step(const struct fetch *f)
{
    CURL *e = f->easy;
    /* The guard proper: a library that does not know these cannot be used. */
    bool ok =
        curl.setopt(e, CURLOPT_URL, f->url) == CURLE_OK &&
        curl.setopt(e, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
        curl.setopt(e, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
        curl.setopt(e, CURLOPT_PROXY, "") == CURLE_OK &&
        curl.setopt(e, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
        curl.setopt(e, CURLOPT_TIMEOUT_MS, word_ms(f, "httptimeout", MOST_SECONDS)) == CURLE_OK &&
        curl.setopt(e, CURLOPT_CONNECTTIMEOUT_MS, word_ms(f, "conntimeout", 30)) == CURLE_OK;

    curl.setopt(e, CURLOPT_WRITEFUNCTION, on_body);
    curl.setopt(e, CURLOPT_WRITEDATA, f);
    curl.setopt(e, CURLOPT_HEADER, word_is_true(f, "header", false) ? 1L : 0L);
    curl.setopt(e, CURLOPT_USERAGENT, word(f, "useragent", "Station"));
    curl.setopt(e, CURLOPT_REFERER, word(f, "referer", NULL));
    curl.setopt(e, CURLOPT_SSL_VERIFYPEER, word_is_true(f, "ssl_verifypeer", true) ? 1L : 0L);
    curl.setopt(e, CURLOPT_SSL_VERIFYHOST, word_is_true(f, "ssl_verifyhost", true) ? 2L : 0L);
    curl.setopt(e, CURLOPT_POST, f->is_post ? 1L : 0L);
    if (f->is_post) {
        curl.setopt(e, CURLOPT_POSTFIELDSIZE, (long)f->post.len);
        curl.setopt(e, CURLOPT_POSTFIELDS, f->post.p ? f->post.p : "");
    } else {
        curl.setopt(e, CURLOPT_HTTPGET, 1L);
    }
    set_secrets(f);
    return ok;
}

/* One of "404,500": no answer then. */
static bool is_failure(const struct fetch *f, long status)
{
    struct slice rest = slice_of(word(f, "failurecodes", ""));
    uint32_t code;

    while (slice_is_set(rest))
        if (slice_u32(slice_trim(slice_cut(rest, ',', &rest)), &code) == 0 && code == status)
            return true;
    return false;
}

/* @return 0: over, or *next is where to go on (borrowed from the library); 1 and why not */
static int do_step(struct fetch *f, char **next)
{
    CURLcode rc;
    long status = 0;

    *next = NULL;
    buf_reset(f->out);
    if (!set_step(f))
        return errand_fail(f->out, "this libcurl is older than 7.85");
    rc = curl.perform(f->easy);
    if (rc == CURLE_WRITE_ERROR && buf_err(f->out))
        return errand_fail(f->out, "the answer is longer than %d bytes", ERRAND_ANSWER_MAX);
    if (rc != CURLE_OK)
        return errand_fail(f->out, "%.300s: %s", f->url, curl.why(rc));
    curl.getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
    if (is_failure(f, status))
        return errand_fail(f->out, "%.300s answered %ld", f->url, status);
    if (word_is_true(f, "followlocation", false))
        curl.getinfo(f->easy, CURLINFO_REDIRECT_URL, next);
    if (*next && status != 307 && status != 308)
        f->is_post = false;
    return 0;
}

static int follow(struct fetch *f, const char *url)
{
    const int given = atoi(word(f, "maxredirs", "-1"));
    const int most = given < 0 || given > MOST_REDIRECTS ? MOST_REDIRECTS : given;
    char *next = NULL;
    int code = look_at(f, url);

    for (int i = 0; !code; i++) {
        code = do_step(f, &next);
        if (code || !next)
            return code;
        if (i >= most)
            return errand_fail(f->out, "more than %d redirections", most);
        code = look_at(f, next);
    }
    return code;
}

int errand_fetch(int argc, char *const *argv, struct slice input, struct buf *out)
{
    struct fetch *f = mem_zalloc(sizeof(*f));
    int code;

    if (!f || argc < 2 || !library_open()) {
        mem_free(f);
        return errand_fail(out, argc < 2 ? "words are missing" : "libcurl.so.4 is not installed");
    }
    f->hosts = argv[0];
    f->argc = argc - 2;
    f->words = argv + 2;
    f->post = input;
    f->is_post = word_is_true(f, "post", false);
    f->out = out;
    f->easy = curl.init();
    code = f->easy ? fill_headers(f) : errand_fail(out, "no memory");
    if (!code)
        code = follow(f, argv[1]);
    if (f->easy)
        curl.cleanup(f->easy);
    curl.list_free(f->headers);
    mem_free(f);
    return code;
}
