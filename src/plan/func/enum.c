/*
 * func/enum.c - ENUMLOOKUP, ENUMQUERY, ENUMRESULT, TXTCIDNAME: what DNS knows of a number
 *
 * Scope:   the question is asked while the call waits; at most 16 rules, first those of lower order and
 *          preference. Rules that only lead to other names are not followed.
 * Source:  RFC 6116; Asterisk 22's func_enum.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>

#include "loop/dns.h"
#include "loop/task.h"
#include "plan/core.h"
#include "plan/expr.h"
#include "plan/func/row.h"
#include "plan/wait.h"

#define MOST_NUMBER 64
#define WAIT_MS 6000 /* the resolver gives up before */
#define ZONE "e164.arpa"
#define PREFIX "~ENUMQUERY~"

/* A question under way, and the addresses that its rules give: a line each. */
struct lookup {
    struct waiter waiter;
    const char *method;           /* "sip"; "ALL": any */
    char number[MOST_NUMBER + 2]; /* "+4312345", what the expressions are about */
    char name[256];
    struct buf uris;
    int err;
};

/* "5.4.3.2.1.3.4.zone"; with d the text itself; with s the ISN way: 654*1234 is 4.5.6.1234.zone. */
static bool name_of(struct lookup *l, const char *text, const char *options, const char *zone)
{
    const char *star = strchr(options, 's') ? strchr(text, '*') : NULL;
    const char *end = star ? star : text + strlen(text);
    size_t n = 0;
    int len;

    if (strchr(options, 'd')) {
        len = snprintf(l->name, sizeof(l->name), "%s.%s", text, zone);
        return len < (int)sizeof(l->name) &&
               slice_copy(slice_of(text), l->number, sizeof(l->number)) == 0;
    }
    l->number[n++] = '+';
    for (const char *p = text; p < end && n <= MOST_NUMBER; p++)
        if (isdigit((unsigned char)*p))
            l->number[n++] = *p;
    l->number[n] = '\0';
    if (n < 2 || n > MOST_NUMBER)
        return false;
    len = 0;
    while (n-- > 1)
        len += snprintf(l->name + len, sizeof(l->name) - (size_t)len, "%c.", l->number[n]);
    len += snprintf(l->name + len, sizeof(l->name) - (size_t)len, "%s%s%s", star ? star + 1 : "",
                    star ? "." : "", zone);
    return len < (int)sizeof(l->name);
}

/* "E2U+sip", "sip+E2U" and "E2U+voice:sip" are the method behind or before E2U. */
static bool is_wanted(const struct dns_rule *r, const char *method)
{
    struct slice service = slice_of(r->service);

    if (slice_casestarts(service, SLICE("E2U+")))
        service = slice_skip(service, 4);
    else if (service.len > 4 && strcasecmp(service.p + service.len - 4, "+E2U") == 0)
        service.len -= 4;
    else
        return false;
    if (strcasecmp(method, "ALL") == 0)
        return true;
    while (slice_is_set(service)) {
        const struct slice one = slice_cut(service, '+', &service);

        if (slice_caseeqz(one, method) ||
            (slice_casestarts(one, slice_of(method)) && one.p[strlen(method)] == ':'))
            return true;
    }
    return false;
}

/* "!expression!replacement!flags" applied to the number. @return false: it does not match, or is broken */
static bool apply(const struct dns_rule *r, const char *number, struct buf *out)
{
    struct slice rest = slice_skip(slice_of(r->expression), 1), pattern, text, groups[REGEX_GROUPS];
    const char delimiter = r->expression[0], *why;

    if (!delimiter)
        return false;
    pattern = slice_cut(rest, delimiter, &rest);
    text = slice_cut(rest, delimiter, &rest);
    if (!slice_is_set(rest) ||
        plan_regex_groups(pattern, slice_of(number), slice_chr(rest, 'i') >= 0, groups, NULL,
                          &why) != REGEX_YES)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.p[i];

        if (c == '\\' && i + 1 < text.len && text.p[i + 1] >= '1' && text.p[i + 1] <= '9')
            buf_adds(out, groups[text.p[++i] - '0']);
        else if (c > ' ')
            buf_addc(out, text.p[i]);
    }
    return true;
}

static void on_rules(int err, const struct dns_rule *rules, size_t count, void *arg)
{
    struct lookup *l = arg;

    l->err = err;
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(rules[i].flags, "u") == 0 && is_wanted(&rules[i], l->method) &&
            apply(&rules[i], l->number, &l->uris))
            buf_addc(&l->uris, '\n');
    waiter_wake(&l->waiter);
}

static void on_texts(int err, const struct dns_text *texts, size_t count, void *arg)
{
    struct lookup *l = arg;

    l->err = err;
    for (const char *p = count ? texts[0].text : ""; *p; p++)
        if ((unsigned char)*p >= ' ')
            buf_addc(&l->uris, *p);
    waiter_wake(&l->waiter);
}

/* @return 0 (also when DNS has nothing); ETIMEDOUT, EIO, ECANCELED, EAGAIN, ENOMEM */
static int ask(const struct plan_env *env, struct lookup *l, bool is_text)
{
    struct dns_query *q = NULL;
    int err;

    if (!env->core->dns || !task_self())
        return ENOTCONN;
    err = is_text ? dns_texts(&q, env->core->dns, l->name, on_texts, l)
                  : dns_rules(&q, env->core->dns, l->name, on_rules, l);
    if (!err) {
        err = plan_wait_answer(env->core, &l->waiter, WAIT_MS);
        mem_deref(q);
    }
    if (!err && l->err != ENOENT)
        err = l->err;
    return err ? err : buf_err(&l->uris);
}

static struct lookup *lookup_new(const char *method)
{
    struct lookup *l = mem_zalloc(sizeof(*l));

    if (!l)
        return NULL;
    /* Asterisk 22's own default is the word pjsip. */
    l->method = !*method || strcasecmp(method, "pjsip") == 0 ? "sip" : method;
    buf_init(&l->uris, 8192);
    return l;
}

static void lookup_free(struct lookup *l)
{
    buf_fini(&l->uris);
    mem_free(l);
}

static int find(const struct plan_env *env, struct lookup *l, const char *func, const char *number,
                const char *options, const char *zone, bool is_text)
{
    int err = name_of(l, number, options, *zone ? zone : ZONE) ? ask(env, l, is_text) : EINVAL;
    char what[100];

    if (err && err != ECANCELED) {
        snprintf(what, sizeof(what), "%s: %s", func, strerror(err));
        plan_func_warn(env, what, number);
    }
    return err;
}

static unsigned count_of(struct slice uris)
{
    unsigned n = 0;

    for (size_t i = 0; i < uris.len; i++)
        n += uris.p[i] == '\n';
    return n;
}

/* Number n, from 1; the scheme is taken off unless the method was ALL or it is wanted. */
static int put_uri(struct slice uris, int64_t n, bool has_scheme, struct buf *out)
{
    struct slice uri = SLICE_NONE;

    while (slice_is_set(uris) && n-- > 0)
        uri = slice_cut(uris, '\n', &uris);
    if (n >= 0)
        return 0;
    if (!has_scheme && slice_chr(uri, ':') >= 0)
        uri = slice_skip(uri, (size_t)slice_chr(uri, ':') + 1);
    return uri.len ? buf_adds(out, uri) : 0;
}

static int enumlookup_read(const struct plan_env *env, char *args, struct buf *out)
{
    char *argv[5];
    struct lookup *l;
    int64_t n = 1;
    int err;

    plan_args_split(args, ',', argv, 5);
    l = lookup_new(argv[1]);
    if (!l)
        return ENOMEM;
    (void)slice_i64(slice_of(argv[3]), &n);
    err = find(env, l, "ENUMLOOKUP", argv[0], argv[2], argv[4], false);
    if (strchr(argv[2], 'c'))
        buf_printf(out, "%d", err ? -1 : (int)count_of(buf_slice(&l->uris)));
    else if (!err)
        put_uri(buf_slice(&l->uris), n, strchr(argv[2], 'u') || strcasecmp(l->method, "ALL") == 0,
                out);
    lookup_free(l);
    return err == ENOMEM ? ENOMEM : buf_err(out);
}

/* The answers wait in the channel's variable of that number; the first line is the method. */
static int keep(const struct plan_env *env, const struct lookup *l, struct buf *out)
{
    char name[40];
    struct buf all;
    unsigned id = 1;
    int err;

    snprintf(name, sizeof(name), PREFIX "%u", id);
    while (slice_is_set(channel_var_get(env->channel, slice_of(name))))
        snprintf(name, sizeof(name), PREFIX "%u", ++id);
    buf_init(&all, PLAN_TEXT_MAX);
    buf_printf(&all, "%s\n", l->method);
    buf_adds(&all, buf_slice(&l->uris));
    err = buf_err(&all);
    if (!err)
        err = channel_var_set(env->channel, slice_of(name), buf_slice(&all));
    buf_fini(&all);
    return err ? err : buf_printf(out, "%u", id);
}

static int enumquery_read(const struct plan_env *env, char *args, struct buf *out)
{
    char *argv[3];
    struct lookup *l;
    int err;

    plan_args_split(args, ',', argv, 3);
    if (!env->channel)
        return 0;
    l = lookup_new(argv[1]);
    if (!l)
        return ENOMEM;
    err = find(env, l, "ENUMQUERY", argv[0], "", argv[2], false);
    if (!err)
        err = keep(env, l, out);
    lookup_free(l);
    return err == ENOMEM ? ENOMEM : 0;
}

static int enumresult_read(const struct plan_env *env, char *args, struct buf *out)
{
    char *argv[2], name[64];
    struct slice kept, method, uris;
    int64_t n;

    plan_args_split(args, ',', argv, 2);
    snprintf(name, sizeof(name), PREFIX "%.20s", argv[0]);
    kept = env->channel ? channel_var_get(env->channel, slice_of(name)) : SLICE_NONE;
    if (!slice_is_set(kept)) {
        plan_func_warn(env, "ENUMRESULT: no ENUMQUERY of this call gave that number", argv[0]);
        return buf_addz(out, strcasecmp(argv[1], "getnum") == 0 ? "-1" : "");
    }
    method = slice_cut(kept, '\n', &uris);
    if (strcasecmp(argv[1], "getnum") == 0)
        return buf_addu(out, count_of(uris));
    if (slice_i64(slice_of(argv[1]), &n) || n < 1 || n > count_of(uris)) {
        plan_func_warn(env, "ENUMRESULT: there is no such result", argv[1]);
        return 0;
    }
    return put_uri(uris, n, slice_caseeqz(method, "ALL"), out);
}

static int txtcidname_read(const struct plan_env *env, char *args, struct buf *out)
{
    char *argv[2];
    struct lookup *l;
    int err;

    plan_args_split(args, ',', argv, 2);
    l = lookup_new("");
    if (!l)
        return ENOMEM;
    err = find(env, l, "TXTCIDNAME", argv[0], "", argv[1], true);
    if (!err)
        buf_adds(out, buf_slice(&l->uris));
    lookup_free(l);
    return err == ENOMEM ? ENOMEM : buf_err(out);
}

#define SHOWN "tests/unit/plan/test_enum.c"
#define ROW(id, text, how, ru, en)                                                                 \
    const struct plan_func plan_func_##id = {.name = text,                                         \
                                             .syntax = how,                                        \
                                             .help_ru = ru,                                        \
                                             .help_en = en,                                        \
                                             .shown = SHOWN,                                       \
                                             .read = id##_read}

ROW(enumlookup, "ENUMLOOKUP", "ENUMLOOKUP(number[,method-type[,options[,record#[,zone-suffix]]]])",
    "Адрес номера по ENUM (NAPTR в DNS)\nmethod-type: sip, если не назван, ALL - любой. options: c - сколько их, u - "
    "целиком, с sip:, s - номер ISN, d - имя как есть. Зона - e164.arpa. Вызов ждёт ответа не дольше 5 секунд.",
    "A number's address by ENUM (NAPTR in DNS)\nmethod-type: sip unless named, ALL: any. options: c counts them, u the "
    "whole of it with sip:, s an ISN number, d the name as it is. Zone: e164.arpa. The call waits at most 5 seconds.");
ROW(enumquery, "ENUMQUERY", "ENUMQUERY(number[,method-type[,zone-suffix]])",
    "Спросить ENUM; даёт номер для ENUMRESULT", "Ask ENUM; gives a number for ENUMRESULT");
ROW(enumresult, "ENUMRESULT", "ENUMRESULT(id,resultnum)",
    "Ответ на ENUMQUERY: по счёту с 1, или getnum - сколько их",
    "An answer to ENUMQUERY: by number from 1, or getnum: how many there are");
ROW(txtcidname, "TXTCIDNAME", "TXTCIDNAME(number[,zone-suffix])",
    "Имя номера из записи TXT в DNS; пусто, если её нет",
    "A number's name from a TXT record of DNS; empty when there is none");
