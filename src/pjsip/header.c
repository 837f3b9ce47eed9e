/*
 * header.c - PJSIP_HEADER, PJSIP_INHERITABLE_HEADER and PJSIP_DIAL_CONTACTS (plan/func.h)
 *
 * read looks into the INVITE that brought the call; add, update and remove work on the lines that
 * our own INVITE (an outgoing leg) or our answers (an incoming one) will carry. Lines of
 * PJSIP_INHERITABLE_HEADER wait on the caller, in a variable, for every leg that it dials.
 */
#include <errno.h>
#include <stdio.h>

#include "base/log.h"
#include "pjsip/contact.h"
#include "pjsip/session.h"
#include "plan/func.h"
#include "sip/print.h"

#define WAITING_LINES "PJSIP_INHERITABLE_HEADERS"

bool header_is_ours_alone(struct slice name)
{
    switch (sip_header_parse(name)) {
    case SIP_H_VIA:
    case SIP_H_FROM:
    case SIP_H_TO:
    case SIP_H_CALL_ID:
    case SIP_H_CSEQ:
    case SIP_H_CONTACT:
    case SIP_H_MAX_FORWARDS:
    case SIP_H_ROUTE:
    case SIP_H_RECORD_ROUTE:
    case SIP_H_CONTENT_LENGTH:
    case SIP_H_CONTENT_TYPE:
    case SIP_H_AUTHORIZATION:
    case SIP_H_PROXY_AUTHORIZATION: return true;
    default: return false;
    }
}

struct header_args {
    struct slice action, name;
    uint32_t number; /* from 1 */
};

static int parse_args(struct header_args *a, char *args, const char *what)
{
    struct slice rest = slice_of(args), number;

    a->action = slice_trim(slice_cut(rest, ',', &rest));
    a->name = slice_trim(slice_cut(rest, ',', &number));
    a->number = 1;
    number = slice_trim(number);
    if (!a->name.len || (number.len && (slice_u32(number, &a->number) || !a->number))) {
        log_warning("%s needs an action and the name of a header, args=\"%s\"", what, args);
        return EINVAL;
    }
    return 0;
}

/* ---- lines of our own: "Name: value\r\n" each ---- */

static bool next_line(struct slice *rest, struct slice *line, struct slice *name,
                      struct slice *value)
{
    if (!rest->len)
        return false;
    *line = slice_cut(*rest, '\n', rest);
    *name = slice_trim(slice_cut(*line, ':', value));
    *value = slice_trim(*value);
    return true;
}

/* "X-*" is each name that begins so. */
static bool is_called(struct slice own, struct slice name)
{
    if (name.len && name.p[name.len - 1] == '*')
        return slice_casestarts(own, slice_from(name.p, name.len - 1));
    return slice_caseeq(own, name);
}

/* Copy the lines but the n-th one called name (0: all of them); that one gets value, if set. */
static int rewrite(struct buf *lines, struct slice name, uint32_t n, struct slice value)
{
    struct slice rest = buf_slice(lines), line, own, text;
    uint32_t seen = 0, hits = 0;
    struct buf fresh;
    int err = 0;

    buf_init(&fresh, lines->limit);
    while (!err && next_line(&rest, &line, &own, &text)) {
        char z[128];
        bool is_hit = is_called(own, name) && (++seen == n || !n);

        hits += is_hit;
        if (slice_copy(own, z, sizeof(z)))
            err = EINVAL;
        else if (!is_hit)
            err = sip_headers_add(&fresh, z, text);
        else if (slice_is_set(value))
            err = sip_headers_add(&fresh, z, value);
    }
    if (!err && !hits)
        err = ENOENT;
    if (err) {
        buf_fini(&fresh);
        return err;
    }
    buf_fini(lines);
    *lines = fresh;
    return 0;
}

static int add_line(struct buf *lines, struct slice name, struct slice value)
{
    char z[128];

    if (slice_copy(name, z, sizeof(z)))
        return EINVAL;
    return sip_headers_add(lines, z, value);
}

/* ---- PJSIP_HEADER ---- */

static int header_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct session *s = session_for(env, "PJSIP_HEADER");
    struct header_args a;
    struct slice value;

    if (!s || parse_args(&a, args, "PJSIP_HEADER"))
        return EINVAL;
    if (!slice_caseeqz(a.action, "read")) {
        log_warning("PJSIP_HEADER can only be read with action read, action=\"%.*s\"",
                    SLICE_ARG(a.action));
        return EINVAL;
    }
    value = s->request ? sip_msg_find(s->request, a.name, a.number - 1) : SLICE_NONE;
    return slice_is_set(value) ? buf_adds(out, value) : ENOENT;
}

static int change(struct session *s, const struct header_args *a, struct slice value)
{
    if (slice_caseeqz(a->action, "add"))
        return add_line(&s->headers, a->name, value);
    if (slice_caseeqz(a->action, "update"))
        return rewrite(&s->headers, a->name, a->number, value);
    if (slice_caseeqz(a->action, "remove"))
        return rewrite(&s->headers, a->name, 0, SLICE_NONE);
    return EINVAL;
}

static int header_write(const struct plan_env *env, char *args, struct slice value)
{
    struct session *s = session_for(env, "PJSIP_HEADER");
    struct header_args a;
    int err;

    if (!s || parse_args(&a, args, "PJSIP_HEADER"))
        return EINVAL;
    if (header_is_ours_alone(a.name)) {
        log_warning("PJSIP_HEADER may not change this header name=\"%.*s\"", SLICE_ARG(a.name));
        return EACCES;
    }
    err = change(s, &a, value);
    if (err && err != ENOMEM)
        log_warning("PJSIP_HEADER failed action=\"%.*s\" name=\"%.*s\" err=\"%s\"",
                    SLICE_ARG(a.action), SLICE_ARG(a.name), strerror(err));
    return err;
}

const struct plan_func pjsip_header_func = {
    .name = "PJSIP_HEADER",
    .syntax = "PJSIP_HEADER(action,name[,number])",
    .help_ru = "Заголовки SIP входящего INVITE и собственных сообщений.\n"
               "read: значение заголовка INVITE, который создал канал (number: какой по счёту).\n"
               "add, update, remove: Set(PJSIP_HEADER(add,X-Name)=значение) — строки, которые\n"
               "уйдут в исходящем INVITE (исходящий канал) или в ответах (входящий).",
    .help_en = "SIP headers of the incoming INVITE and of our own messages.\n"
               "read: value of a header of the INVITE that made the channel (number: which one).\n"
               "add, update, remove: Set(PJSIP_HEADER(add,X-Name)=value): lines that leave with\n"
               "our INVITE (outgoing channel) or our answers (incoming channel).",
    .shown = "tests/scene/pjsip-header.scene",
    .read = header_read,
    .write = header_write,
};

/* ---- PJSIP_INHERITABLE_HEADER ---- */

static int load_lines(const struct channel *ch, struct buf *lines)
{
    struct slice kept = channel_var_get(ch, SLICE(WAITING_LINES));

    return kept.len ? buf_adds(lines, kept) : 0;
}

static int inheritable_write(const struct plan_env *env, char *args, struct slice value)
{
    struct session *s = session_for(env, "PJSIP_INHERITABLE_HEADER");
    struct header_args a;
    struct buf lines;
    int err;

    if (!s || parse_args(&a, args, "PJSIP_INHERITABLE_HEADER"))
        return EINVAL;
    if (header_is_ours_alone(a.name))
        return EACCES;
    buf_init(&lines, SESSION_HEADERS_MAX);
    err = load_lines(s->ch, &lines);
    if (err)
        goto out;
    if (slice_caseeqz(a.action, "add"))
        err = add_line(&lines, a.name, value);
    else if (slice_caseeqz(a.action, "update"))
        err = rewrite(&lines, a.name, a.number, value);
    else if (slice_caseeqz(a.action, "remove"))
        err = rewrite(&lines, a.name, 0, SLICE_NONE);
    else
        err = EINVAL;
    if (!err)
        err = channel_var_set(s->ch, SLICE(WAITING_LINES), buf_slice(&lines));
out:
    buf_fini(&lines);
    if (err && err != ENOMEM)
        log_warning("PJSIP_INHERITABLE_HEADER failed name=\"%.*s\" err=\"%s\"", SLICE_ARG(a.name),
                    strerror(err));
    return err;
}

/* The variable can be set by anything that sets variables: each line is looked at again. */
int header_inherit(struct buf *lines, const struct channel *from)
{
    struct slice rest = channel_var_get(from, SLICE(WAITING_LINES)), line, name, value;
    int err = 0;

    while (next_line(&rest, &line, &name, &value) && err != ENOMEM && err != ENOSPC) {
        err = header_is_ours_alone(name) ? EACCES : add_line(lines, name, value);
        if (err)
            log_warning("header is not sent channel=\"%s\" name=\"%.*s\" err=\"%s\"", from->name,
                        SLICE_ARG(name), strerror(err));
    }
    return err == ENOMEM ? err : 0;
}

const struct plan_func pjsip_inheritable_header_func = {
    .name = "PJSIP_INHERITABLE_HEADER",
    .syntax = "PJSIP_INHERITABLE_HEADER(action,name[,number])",
    .help_ru = "Заголовки SIP для каждого канала, который этот канал наберёт.\n"
               "Set(PJSIP_INHERITABLE_HEADER(add,X-Name)=значение); также update и remove.",
    .help_en = "SIP headers for every leg that this channel dials.\n"
               "Set(PJSIP_INHERITABLE_HEADER(add,X-Name)=value); also update and remove.",
    .shown = "tests/scene/pjsip-header.scene",
    .write = inheritable_write,
};

/* ---- PJSIP_DIAL_CONTACTS ---- */

/* What Dial or the routing itself would read as more than a URI: a phone must not dial for us. */
static bool is_fit_to_dial(struct slice uri)
{
    for (size_t i = 0; i < uri.len; i++)
        if (strchr("&,()|^${}\"\\", uri.p[i]))
            return false;
    return true;
}

static int add_contacts(const struct pjsip *p, const struct model_endpoint *e,
                        const struct model_aor *m, size_t begin, struct buf *out)
{
    struct aor *a = aor_find(p, slice_of(m->name));

    if (!a)
        return 0;
    LIST_FOREACH(&a->contacts, k)
    {
        const struct contact *c = contact_of_link(k);

        if (!contact_is_reachable(c))
            continue;
        if (!is_fit_to_dial(c->uri)) {
            log_notice("PJSIP_DIAL_CONTACTS: a contact that cannot be dialled is left out "
                       "aor=\"%s\" uri=\"%s\"",
                       m->name, c->uri.p);
            continue;
        }
        if (out->len > begin)
            buf_addc(out, '&');
        buf_printf(out, "PJSIP/%s/%s", e->name, c->uri.p);
    }
    return buf_err(out);
}

static struct pjsip *driver_of(const struct plan_env *env)
{
    void *arg = NULL;

    calls_tech_find(plan_calls(env->core), SLICE("PJSIP"), &arg);
    return arg;
}

static int dial_contacts_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct pjsip *p = driver_of(env);
    struct slice rest, name = slice_trim(slice_cut(slice_of(args), ',', &rest));
    struct slice aor = slice_trim(slice_cut(rest, ',', &rest));
    const struct model_endpoint *e = p ? model_endpoint_find(p->snap, name) : NULL;
    size_t begin = out->len;
    int err = 0;

    if (!e) {
        log_warning("PJSIP_DIAL_CONTACTS: no such endpoint endpoint=\"%.*s\"", SLICE_ARG(name));
        return ENOENT;
    }
    for (const struct model_aor *const *m = e->aors; *m && !err; m++)
        if (!aor.len || slice_eqz(aor, (*m)->name))
            err = add_contacts(p, e, *m, begin, out);
    return err;
}

const struct plan_func pjsip_dial_contacts_func = {
    .name = "PJSIP_DIAL_CONTACTS",
    .syntax = "PJSIP_DIAL_CONTACTS(endpoint[,aor])",
    .help_ru = "Все контакты конечной точки для Dial, через &.",
    .help_en = "All contacts of an endpoint for Dial, joined by &.",
    .shown = "tests/scene/two-devices-of-one-number.scene",
    .read = dial_contacts_read,
};
