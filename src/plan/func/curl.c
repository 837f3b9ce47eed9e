/* func/curl.c - CURL, CURLOPT: a web page of a host that the settings name */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>

#include "base/hex.h"
#include "base/truth.h"
#include "call/channel.h"
#include "ipc/fetch.h"
#include "model/snapshot.h"
#include "plan/func/row.h"
#include "plan/program.h"

#define MOST_MS (200 * 1000) /* the errand gives up before */
#define MOST_WORDS 64
#define PREFIX "~CURLOPT~"

/* Asterisk's names of the options that work. */
static const char *const options[] = {
    FETCH_CONNTIMEOUT,    FETCH_COOKIE,         FETCH_FAILURECODES,
    FETCH_FOLLOWLOCATION, FETCH_HASHCOMPAT,     FETCH_HEADER,
    FETCH_HTTPHEADER,     FETCH_HTTPTIMEOUT,    FETCH_MAXREDIRS,
    FETCH_REFERER,        FETCH_SSL_VERIFYHOST, FETCH_SSL_VERIFYPEER,
    FETCH_USERAGENT,      FETCH_USERPWD,        NULL};

/* What Asterisk's option is called in the channel's variables. @return false: no such option */
static bool option_variable(const char *option, char *name, size_t size)
{
    for (const char *const *o = options; *o; o++)
        if (strcasecmp(*o, option) == 0)
            return snprintf(name, size, PREFIX "%s", *o) < (int)size;
    return false;
}

static int curlopt_read(const struct plan_env *env, char *args, struct buf *out)
{
    char name[64];
    struct slice value;

    if (!option_variable(args, name, sizeof(name))) {
        plan_func_warn(env, "CURLOPT: no such option", args);
        return 0;
    }
    value = env->channel ? channel_var_get(env->channel, slice_of(name)) : SLICE_NONE;
    return slice_is_set(value) ? buf_adds(out, value) : 0;
}

/* Headers gather, a line each; any other option is set anew. */
static int curlopt_write(const struct plan_env *env, char *args, struct slice value)
{
    struct buf all;
    char name[64];
    struct slice old;
    int err;

    if (!env->channel || !option_variable(args, name, sizeof(name))) {
        plan_func_warn(env, "CURLOPT: no such option", args);
        return EINVAL;
    }
    old = channel_var_get(env->channel, slice_of(name));
    if (strcasecmp(args, FETCH_HTTPHEADER) != 0 || !old.len)
        return channel_var_set(env->channel, slice_of(name), value);
    buf_init(&all, PLAN_TEXT_MAX);
    buf_adds(&all, old);
    buf_addc(&all, '\n');
    buf_adds(&all, value);
    err = buf_err(&all);
    if (!err)
        err = channel_var_set(env->channel, slice_of(name), buf_slice(&all));
    buf_fini(&all);
    return err;
}

static struct slice option_of(const struct plan_env *env, const char *option)
{
    char name[64];

    return env->channel && option_variable(option, name, sizeof(name))
               ? channel_var_get(env->channel, slice_of(name))
               : SLICE_NONE;
}

/* ---- the question ---- */

struct question {
    const char *words[MOST_WORDS]; /* of the errand */
    int count;
    struct buf text; /* where the options among them stand, NUL after each */
};

/* "name=value" for the errand; a line of headers a word. A line end in anything else, and CR anywhere,
   would be headers that nobody meant. @return 0; E2BIG (too many); EINVAL (a line end) */
static int add_option(struct question *q, const char *option, struct slice value)
{
    const bool is_list = strcmp(option, FETCH_HTTPHEADER) == 0;

    if (slice_chr(value, '\r') >= 0 || (!is_list && slice_chr(value, '\n') >= 0))
        return EINVAL;
    while (value.len) {
        const struct slice line = slice_cut(value, '\n', &value);

        if (q->count + 1 >= MOST_WORDS)
            return E2BIG;
        buf_printf(&q->text, "%s=%.*s", option, SLICE_ARG(line));
        buf_addc(&q->text, '\0');
        q->count++;
    }
    return buf_err(&q->text);
}

static int fill(const struct plan_env *env, const char *hosts, const char *url, bool is_post,
                struct question *q)
{
    const char *p;
    int err = 0;

    q->words[0] = "@fetch";
    q->words[1] = hosts;
    q->words[2] = url;
    q->count = 3;
    for (const char *const *o = options; *o && !err; o++)
        err = add_option(q, *o, option_of(env, *o));
    if (!err && is_post)
        err = add_option(q, FETCH_POST, SLICE("1"));
    if (err)
        return err;
    p = buf_z(&q->text);
    for (int i = 3; i < q->count; i++, p += strlen(p) + 1)
        q->words[i] = p;
    q->words[q->count] = NULL;
    return 0;
}

/* Scheme, host and port: the rest of an address may be secret. */
static void put_place(const char *url, struct buf *out)
{
    const char *host = url, *end, *at;
    size_t digits = 0;

    while (isalpha((unsigned char)*host))
        host++;
    host = strncmp(host, "://", 3) == 0 ? host + 3 : url;
    end = host + strcspn(host, "/?#\\");
    at = memrchr(host, '@', (size_t)(end - host));
    buf_add(out, url, (size_t)(host - url));
    host = at ? at + 1 : host;
    at = *host == '[' ? memchr(host, ']', (size_t)(end - host)) : NULL;
    at = at ? at + 1 : host + strcspn(host, ":/?#\\");
    buf_add(out, host, (size_t)(at - host));
    if (*at == ':')
        digits = strspn(at + 1, "0123456789");
    if (digits && at + 1 + digits == end)
        buf_add(out, at, digits + 1);
}

static void tell_refused(const struct plan_env *env, const char *url, const char *why)
{
    struct buf place;

    buf_init(&place, 300);
    put_place(url, &place);
    plan_program_refused(env, "CURL", why, buf_z(&place));
    buf_fini(&place);
}

static const char *reason(int err, const struct buf *text)
{
    if (err == EACCES)
        return "not allowed; setting curl_hosts names the hosts that it may ask";
    if (err == EINVAL)
        return "an option of CURLOPT holds a line end";
    return err ? strerror(err) : buf_z(text);
}

static int ask(const struct plan_env *env, const char *url, struct slice post, struct buf *text)
{
    const struct model_settings *s = plan_settings(env->core);
    struct question *q = mem_zalloc(sizeof(*q));
    int err, code = 0;

    if (!q)
        return ENOMEM;
    buf_init(&q->text, 8192);
    if (!s || !*s->curl_hosts)
        err = EACCES;
    else
        err = fill(env, s->curl_hosts, url, slice_is_set(post), q);
    if (!err)
        err = plan_program_run(
            env->core,
            &(struct plan_program){
                .words = q->words, .input = post, .most_ms = MOST_MS, .is_errand = true},
            text, &code);
    if (err || code)
        tell_refused(env, url, reason(err, text));
    buf_fini(&q->text);
    mem_free(q);
    return err ? err : code ? EIO : 0;
}

/* ---- the answer ---- */

/* %41 is A; + a blank when it is the old way. Commas are escaped: it becomes a part of a list. */
static void put_decoded(struct slice text, bool is_legacy, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        const int byte = text.p[i] == '%' ? hex_byte(slice_skip(text, i + 1)) : -1;
        char c = text.p[i];

        if (byte >= 0) {
            c = (char)byte;
            i += 2;
        } else if (c == '+' && is_legacy) {
            c = ' ';
        }
        if (c == ',' || c == '\\')
            buf_addc(out, '\\');
        if (c)
            buf_addc(out, c);
    }
}

/* "a=1&b=2": values, and in ~ODBCFIELDS~ their names, for HASH(name)=. */
static int put_fields(const struct plan_env *env, struct slice text, bool is_legacy,
                      struct buf *out)
{
    const char *comma = "";
    struct buf names;
    int err;

    buf_init(&names, PLAN_TEXT_MAX);
    while (slice_is_set(text)) {
        struct slice value, name = slice_cut(slice_cut(text, '&', &text), '=', &value);

        buf_addz(&names, comma);
        buf_addz(out, comma);
        put_decoded(name, is_legacy, &names);
        put_decoded(value, is_legacy, out);
        comma = ",";
    }
    err = buf_err(&names) ? buf_err(&names) : buf_err(out);
    if (!err && env->channel)
        err = channel_var_set(env->channel, SLICE(FUNC_FIELDS), buf_slice(&names));
    buf_fini(&names);
    return err;
}

/* Blanks and line ends at the end are taken away, as Asterisk does. */
static struct slice trim_end(struct slice text)
{
    while (text.len && (unsigned char)text.p[text.len - 1] <= ' ')
        text.len--;
    return text;
}

static int curl_read(const struct plan_env *env, char *args, struct buf *out)
{
    /* Now: the option may be another one when the answer comes. */
    const struct slice compat = slice_trim(option_of(env, FETCH_HASHCOMPAT));
    const bool is_legacy = slice_caseeqz(compat, "legacy");
    bool is_hash = false;
    struct buf text;
    char *argv[2];
    int err, count = plan_args_split(args, ',', argv, 2);

    if (!*argv[0]) {
        plan_func_warn(env, "CURL needs an address", "");
        return 0;
    }
    if (is_legacy || truth_parse(compat, &is_hash))
        is_hash = is_legacy;
    buf_init(&text, PLAN_TEXT_MAX);
    err = ask(env, argv[0], count > 1 && *argv[1] ? slice_of(argv[1]) : SLICE_NONE, &text);
    if (!err) {
        const struct slice answer = trim_end(plan_program_text(env, &text));

        if (is_hash)
            err = put_fields(env, answer, is_legacy, out);
        else
            err = buf_adds(out, answer);
    }
    buf_fini(&text);
    return err == ENOMEM ? ENOMEM : 0;
}

#define SHOWN "tests/unit/role/test_errands.c"

const struct plan_func plan_func_curl = {
    .name = "CURL",
    .syntax = "CURL(url[,post-data])",
    .help_ru =
        "Ответ веб-сервера\nТолько http и https и только узлы из настройки curl_hosts, перенаправления тоже. До "
        "65535 байт и 3 минут. С post-data - запрос POST. Данные кодируйте: ${URIENCODE(...)}.",
    .help_en =
        "What a web server answers\nOnly http and https, and only hosts of setting curl_hosts, redirections as "
        "well. Up to 65535 bytes and 3 minutes. With post-data it is a POST. Encode what you put in: "
        "${URIENCODE(...)}.",
    .shown = SHOWN,
    .read = curl_read,
};

const struct plan_func plan_func_curlopt = {
    .name = "CURLOPT",
    .syntax = "CURLOPT(option)",
    .help_ru =
        "Как этот вызов спрашивает CURL\nconntimeout и httptimeout (секунды), useragent, userpwd, referer, cookie, "
        "httpheader (каждый раз ещё один), header, followlocation, maxredirs, ssl_verifypeer, ssl_verifyhost, "
        "failurecodes (через запятую), hashcompat (yes, legacy: ответ a=1&b=2 для HASH).",
    .help_en =
        "How this call asks with CURL\nconntimeout and httptimeout (seconds), useragent, userpwd, referer, cookie, "
        "httpheader (one more each time), header, followlocation, maxredirs, ssl_verifypeer, ssl_verifyhost, "
        "failurecodes (with commas), hashcompat (yes, legacy: an answer a=1&b=2 for HASH).",
    .shown = SHOWN,
    .read = curlopt_read,
    .write = curlopt_write,
};
