/* ua_rule.c - what a phone or trunk answers because the story says so; a trunk as a registrar */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sip/print.h"
#include "ua.h"

#define REALM "carrier"

struct ua_rule {
    struct link link;
    char method[32];
    uint16_t code;     /* 0: no answer at all */
    char header[300];  /* a line, or "" */
    bool is_registrar; /* 200 with the Contact that was asked for */
    uint32_t most_s;   /* that it grants */
    char password[64]; /* "": nobody is asked */
};

static struct ua_rule *of_link(struct link *k)
{
    return CONTAINER_OF(k, struct ua_rule, link);
}

void ua_rule_drop(struct ua *u, const char *method)
{
    LIST_FOREACH(&u->rules, k)
    {
        if (method && strcmp(of_link(k)->method, method) != 0)
            continue;
        list_unlink(k);
        mem_free(of_link(k));
    }
}

static struct ua_rule *rule_new(struct ua *u, const char *method)
{
    struct ua_rule *r = mem_zalloc(sizeof(*r));

    ua_rule_drop(u, method);
    if (!r)
        return NULL;
    slice_copy(slice_of(method), r->method, sizeof(r->method));
    list_append(&u->rules, &r->link);
    return r;
}

int ua_rule_answer(struct ua *u, const char *method, unsigned code, const char *header)
{
    struct ua_rule *r = rule_new(u, method);

    if (!r)
        return ENOMEM;
    r->code = (uint16_t)code;
    slice_copy(slice_of(header), r->header, sizeof(r->header));
    return 0;
}

int ua_rule_registrar(struct ua *u, uint32_t most_s, const char *password)
{
    struct ua_rule *r = rule_new(u, "REGISTER");

    if (!r)
        return ENOMEM;
    r->is_registrar = true;
    r->most_s = most_s;
    slice_copy(slice_of(password), r->password, sizeof(r->password));
    return 0;
}

static bool is_password_right(const struct ua_rule *r, const struct sip_msg *m)
{
    struct sip_credential c = {.realm = REALM, .password = r->password};
    char user[64], right[65];
    struct sip_digest d;

    if (sip_auth_find(m, REALM, &d))
        return false;
    slice_copy(d.username, user, sizeof(user));
    c.user = user;
    return !sip_digest_response(&d, &c, m->method_text, m->body, right) &&
           slice_eqz(d.response, right);
}

static void challenge(struct ua *u, struct buf *headers)
{
    char text[200];

    snprintf(text, sizeof(text),
             "Digest realm=\"" REALM "\", nonce=\"n%u\", algorithm=MD5, "
             "qop=\"auth\"",
             ++u->next_branch);
    sip_headers_add(headers, "WWW-Authenticate", slice_of(text));
}

static void grant(const struct ua_rule *r, const struct sip_msg *m, struct buf *headers)
{
    struct sip_name_addr n;
    uint32_t seconds = 3600;
    char text[600];

    sip_msg_u32(m, SIP_H_EXPIRES, &seconds);
    if (r->most_s && seconds > r->most_s)
        seconds = r->most_s;
    if (sip_msg_contact(m, 0, &n) || !seconds)
        return;
    snprintf(text, sizeof(text), "<%.*s>;expires=%u", SLICE_ARG(n.uri), seconds);
    sip_headers_add(headers, "Contact", slice_of(text));
}

static void obey(struct ua *u, const struct ua_rule *r, struct sip_msg *m)
{
    uint16_t code = r->code;
    struct buf headers;

    buf_init(&headers, 2000);
    if (r->header[0])
        buf_printf(&headers, "%s\r\n", r->header);
    if (r->is_registrar)
        code = r->password[0] && !is_password_right(r, m) ? 401 : 200;
    if (code == 401 && !r->header[0])
        challenge(u, &headers);
    else if (r->is_registrar)
        grant(r, m, &headers);
    u->reply_headers = buf_slice(&headers);
    ua_reply(u, NULL, m, code, SLICE_NONE);
    u->reply_headers = SLICE_NONE;
    buf_fini(&headers);
}

bool ua_rule_apply(struct ua *u, struct sip_msg *m)
{
    LIST_FOREACH(&u->rules, k)
    {
        const struct ua_rule *r = of_link(k);

        if (!slice_eqz(m->method_text, r->method))
            continue;
        if (r->is_registrar || r->code)
            obey(u, r, m);
        return true;
    }
    return false;
}

static int send_text(struct ua *u, struct slice auth)
{
    struct buf b;
    int err;

    buf_init(&b, 4096);
    buf_adds(&b, auth);
    buf_addz(&b, u->own_headers);
    err = ua_request(u, NULL, SIP_MESSAGE, buf_slice(&b), SLICE("text/plain"), slice_of(u->text));
    buf_fini(&b);
    return err;
}

int ua_text(struct ua *u, const char *to, const char *text)
{
    slice_copy(slice_of(to), u->text_to, sizeof(u->text_to));
    slice_copy(slice_of(text), u->text, sizeof(u->text));
    u->text_tries = 0;
    u->register_status = 0;
    return send_text(u, SLICE_NONE);
}

void ua_text_answered(struct ua *u, const struct sip_msg *m)
{
    char uri[100];
    struct buf auth;

    if (m->status < 200)
        return;
    snprintf(uri, sizeof(uri), "sip:%s@127.0.0.1", u->text_to);
    buf_init(&auth, 4096);
    if (m->status == 401 && u->text_tries++ == 0 &&
        !sip_auth_answer(&auth, m, SIP_MESSAGE, slice_of(uri), slice_of(u->text), ua_creds, u))
        send_text(u, buf_slice(&auth));
    else
        u->register_status = m->status;
    buf_fini(&auth);
}

int ua_dial_registrant(struct ua *u)
{
    struct sip_name_addr n;
    char uri[400] = "";

    LIST_FOREACH(&u->inbox, k)
    {
        const struct sip_msg *m = CONTAINER_OF(k, struct ua_note, link)->msg;

        if (m->is_request && m->method == SIP_REGISTER && !sip_msg_contact(m, 0, &n))
            slice_copy(n.uri, uri, sizeof(uri));
    }
    return uri[0] ? ua_dial_uri(u, uri, u->shown, NULL) : ENOENT;
}
