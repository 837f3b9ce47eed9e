/*
 * role/errand_fetch.c - CURL of the routing: one web page
 *
 * Guard:   only http and https, only hosts of setting curl_hosts; each redirection is looked at
 *          as the first address was, and another host gets neither password, cookie nor headers.
 *          What a name leads to is looked at too: an address of the machine itself or of its link only
 *          when the setting names it. What fails is told without the address's secrets.
 * Library: libcurl is opened here, in the child, so that no role ever has it in its memory.
 * Limits:  64 KiB of answer, 3 minutes, 20 redirections, 32 headers.
 * Source:  Asterisk 22's CURL and CURLOPT.
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#undef curl_easy_setopt
#undef curl_easy_getinfo

#include "base/mem.h"
#include "base/truth.h"
#include "ipc/fetch.h"
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
    char place[300];   /* its scheme, host and port: what may be told of it */
    char first[300];   /* the first step's */
    bool is_elsewhere; /* this step is to others */
    bool is_own;       /* its name leads to the machine itself */
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

bool errand_truth(const char *value, bool otherwise)
{
    bool is;

    return truth_parse(slice_trim(slice_of(value)), &is) ? otherwise : is;
}

static bool word_is_true(const struct fetch *f, const char *name, bool otherwise)
{
    return errand_truth(word(f, name, ""), otherwise);
}

/* Seconds, also "0.5". */
static long word_ms(const struct fetch *f, const char *name, long otherwise_s)
{
    const double s = atof(word(f, name, "0"));
    const double most = (double)MOST_SECONDS;

    return (long)((s <= 0 ? (double)otherwise_s : s > most ? most : s) * 1000);
}

/* "name", "name:port", "[v6]:port". @return false: its port is another one, or none at all */
static bool cut_port(struct slice *one, unsigned port)
{
    const ptrdiff_t bracket = one->p[0] == '[' ? slice_chr(*one, ']') : 0;
    struct slice digits = slice_skip(*one, (size_t)(bracket < 0 ? 0 : bracket));
    const struct slice before = slice_cut(digits, ':', &digits);
    uint32_t wanted = port;

    if (bracket < 0 || (bracket > 0 && before.len != 1))
        return false;
    one->len = (size_t)bracket + before.len;
    return !slice_is_set(digits) || (slice_u32(digits, &wanted) == 0 && wanted == port);
}

static bool is_matched(struct slice one, struct slice name, bool may_be_wild)
{
    if (slice_caseeq(one, name))
        return true;
    if (!may_be_wild || !one.len || one.p[0] != '*')
        return false;
    return one.len == 1 ||
           (one.len > 2 && one.p[1] == '.' && name.len >= one.len &&
            slice_caseeq(slice_skip(one, 1), slice_skip(name, name.len - (one.len - 1))));
}

static bool is_listed(const char *hosts, const char *host, unsigned port, bool may_be_wild)
{
    struct slice rest = slice_of(hosts);

    while (slice_is_set(rest)) {
        struct slice one = slice_trim(slice_cut(rest, ',', &rest));

        if (one.len && cut_port(&one, port) && is_matched(one, slice_of(host), may_be_wild))
            return true;
    }
    return false;
}

bool errand_host_is_allowed(const char *hosts, const char *host, unsigned port)
{
    return is_listed(hosts, host, port, true);
}

/* ---- where a name leads ---- */

/* An IPv4 address within an IPv6 one is looked at as what it is. @return false: none */
static bool v4_of(const struct sockaddr *sa, uint32_t *v4)
{
    const struct sockaddr_in *in = (const void *)sa;
    const struct sockaddr_in6 *in6 = (const void *)sa;

    if (sa->sa_family == AF_INET) {
        *v4 = ntohl(in->sin_addr.s_addr);
        return true;
    }
    if (!IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr))
        return false;
    memcpy(v4, in6->sin6_addr.s6_addr + 12, sizeof(*v4));
    *v4 = ntohl(*v4);
    return true;
}

static bool is_v4_own(uint32_t v4)
{
    return v4 >> 24 == 127 || v4 >> 24 == 0 || v4 >> 16 == 0xa9fe;
}

static bool is_v6_own(const struct in6_addr *a)
{
    return IN6_IS_ADDR_LOOPBACK(a) || IN6_IS_ADDR_UNSPECIFIED(a) || IN6_IS_ADDR_LINKLOCAL(a);
}

bool errand_address_is_allowed(const char *hosts, const struct sockaddr *sa)
{
    const struct sockaddr_in6 *in6 = (const void *)sa;
    char name[INET6_ADDRSTRLEN + 2];
    bool is_loopback;
    unsigned port;
    uint32_t v4;

    if (sa->sa_family != AF_INET && sa->sa_family != AF_INET6)
        return false;
    port = ntohs(in6->sin6_port); /* at the same place in both */
    if (v4_of(sa, &v4)) {
        if (!is_v4_own(v4))
            return true;
        is_loopback = v4 >> 24 == 127;
        snprintf(name, sizeof(name), "%u.%u.%u.%u", v4 >> 24, v4 >> 16 & 255, v4 >> 8 & 255,
                 v4 & 255);
    } else {
        if (!is_v6_own(&in6->sin6_addr))
            return true;
        is_loopback = IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
        name[0] = '[';
        inet_ntop(AF_INET6, &in6->sin6_addr, name + 1, INET6_ADDRSTRLEN);
        strcat(name, "]");
    }
    return is_listed(hosts, name, port, false) ||
           (is_loopback && is_listed(hosts, "localhost", port, false));
}

/* The library has found where the host's name leads: the list names hosts, and who owns a name may let
   it lead to us. */
static curl_socket_t on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
    struct fetch *f = arg;

    if (!errand_address_is_allowed(f->hosts, &a->addr)) {
        f->is_own = true;
        return CURL_SOCKET_BAD;
    }
    return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

/* ---- addresses of pages ---- */

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
    char scheme[16], host[256], port[8];
    bool ok = u && !strpbrk(url, "\r\n") &&
              curl.url_set(u, CURLUPART_URL, url, CURLU_GUESS_SCHEME) == CURLUE_OK &&
              url_part(u, CURLUPART_SCHEME, 0, scheme, sizeof(scheme)) &&
              url_part(u, CURLUPART_HOST, 0, host, sizeof(host)) &&
              url_part(u, CURLUPART_PORT, CURLU_DEFAULT_PORT, port, sizeof(port)) &&
              url_part(u, CURLUPART_URL, 0, f->url, sizeof(f->url));

    curl.url_cleanup(u);
    if (!ok)
        return errand_fail(f->out, "no good address of a web page");
    if (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)
        return errand_fail(f->out, "only http and https are fetched, not %s", scheme);
    if (!errand_host_is_allowed(f->hosts, host, (unsigned)atoi(port)))
        return errand_fail(f->out, "setting curl_hosts does not name host %s port %s", host, port);
    snprintf(f->place, sizeof(f->place), "%s://%s:%s", scheme, host, port);
    if (!f->first[0])
        memcpy(f->first, f->place, sizeof(f->first));
    f->is_elsewhere = strcasecmp(f->place, f->first) != 0;
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
        const char *text = f->words[i] + sizeof(FETCH_HTTPHEADER "=") - 1;
        struct curl_slist *more;

        if (strncmp(f->words[i], FETCH_HTTPHEADER "=", sizeof(FETCH_HTTPHEADER "=") - 1) != 0)
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
    const char *user = word(f, FETCH_USERPWD, NULL), *cookie = word(f, FETCH_COOKIE, NULL);

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
        curl.setopt(e, CURLOPT_OPENSOCKETFUNCTION, on_socket) == CURLE_OK &&
        curl.setopt(e, CURLOPT_OPENSOCKETDATA, f) == CURLE_OK &&
        curl.setopt(e, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
        curl.setopt(e, CURLOPT_TIMEOUT_MS, word_ms(f, FETCH_HTTPTIMEOUT, MOST_SECONDS)) ==
            CURLE_OK &&
        curl.setopt(e, CURLOPT_CONNECTTIMEOUT_MS, word_ms(f, FETCH_CONNTIMEOUT, 30)) == CURLE_OK;

    curl.setopt(e, CURLOPT_WRITEFUNCTION, on_body);
    curl.setopt(e, CURLOPT_WRITEDATA, f);
    curl.setopt(e, CURLOPT_HEADER, word_is_true(f, FETCH_HEADER, false) ? 1L : 0L);
    curl.setopt(e, CURLOPT_USERAGENT, word(f, FETCH_USERAGENT, "Station"));
    curl.setopt(e, CURLOPT_REFERER, word(f, FETCH_REFERER, NULL));
    curl.setopt(e, CURLOPT_SSL_VERIFYPEER, word_is_true(f, FETCH_SSL_VERIFYPEER, true) ? 1L : 0L);
    curl.setopt(e, CURLOPT_SSL_VERIFYHOST, word_is_true(f, FETCH_SSL_VERIFYHOST, true) ? 2L : 0L);
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
    struct slice rest = slice_of(word(f, FETCH_FAILURECODES, ""));
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
    f->is_own = false;
    buf_reset(f->out);
    if (!set_step(f))
        return errand_fail(f->out, "this libcurl is older than 7.85");
    rc = curl.perform(f->easy);
    if (rc == CURLE_WRITE_ERROR && buf_err(f->out))
        return errand_fail(f->out, "the answer is longer than %d bytes", ERRAND_ANSWER_MAX);
    if (rc != CURLE_OK)
        return errand_fail(f->out, "%s: %s", f->place,
                           f->is_own ? "it leads to this machine itself or its link, and setting "
                                       "curl_hosts does not name that address"
                                     : curl.why(rc));
    curl.getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
    if (is_failure(f, status))
        return errand_fail(f->out, "%s answered %ld", f->place, status);
    if (word_is_true(f, FETCH_FOLLOWLOCATION, false))
        curl.getinfo(f->easy, CURLINFO_REDIRECT_URL, next);
    if (*next && status != 307 && status != 308)
        f->is_post = false;
    return 0;
}

static int follow(struct fetch *f, const char *url)
{
    const int given = atoi(word(f, FETCH_MAXREDIRS, "-1"));
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
    f->is_post = word_is_true(f, FETCH_POST, false);
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
