/* message.c - a MESSAGE becomes a run of the routing (message.h) */
#include "pjsip/message.h"

#include <errno.h>
#include <stdio.h>

#include "base/log.h"
#include "pjsip/identify.h"
#include "sip/print.h"

#define RUNNING_MAX 20
#define WAITING_MAX 500
#define TEXT_MAX 16384
#define NAME_MAX_BYTES 160

struct text {
    struct link link; /* pjsip.texts while it waits, then pjsip.texts_now */
    struct pjsip *p;  /* NULL: the driver went */
    struct sip_msg *req;
    char *endpoint, *context, *exten;
};

static void text_free(struct text *x)
{
    list_unlink(&x->link);
    mem_deref(x->req);
    mem_free(x->endpoint);
    mem_free(x->context);
    mem_free(x->exten);
    mem_free(x);
}

static void start_next(void *arg);

/* ---- the channel: there is nobody at its other end ---- */

static int channel_is_up_already(struct channel *ch)
{
    return 0;
}

static int indicate_nothing(struct channel *ch, enum channel_indication ind)
{
    return 0;
}

static void hang_up(struct channel *ch, int cause)
{
}

static void over(struct channel *ch)
{
    struct text *x = ch->pvt;
    struct pjsip *p = x->p;

    ch->pvt = NULL;
    if (p) {
        list_unlink(&x->link);
        p->texts_running--;
        if (!list_is_empty(&p->texts))
            loop_defer(p->loop, &p->texts_later, start_next, p);
    }
    text_free(x);
}

static const struct channel_tech message_tech = {
    .name = "Message",
    .answer = channel_is_up_already,
    .indicate = indicate_nothing,
    .hangup = hang_up,
    .destroy = over,
};

/* ---- its texts ---- */

/* The text of the whole body, or of its first plain part; absent when it is none. */
static struct slice text_of(const struct sip_msg *req)
{
    struct slice type = slice_trim(sip_msg_get(req, SIP_H_CONTENT_TYPE));

    if (!type.len || slice_casestarts(type, SLICE("text/")))
        return req->body.len ? req->body : SLICE("");
    return sip_msg_body(req, "text/plain");
}

static int set_to(struct channel *ch, const struct sip_msg *req)
{
    struct buf to;
    int err;

    buf_init(&to, SIP_URI_MAX + 8);
    buf_addz(&to, "pjsip:");
    buf_adds(&to, slice_casestarts(req->to.uri, SLICE("sip:")) ? slice_skip(req->to.uri, 4)
                                                               : req->to.uri);
    err = buf_err(&to);
    if (!err)
        err = channel_var_set(ch, SLICE(MESSAGE_TO), buf_slice(&to));
    buf_fini(&to);
    return err;
}

/* `"Anna" <sip:101@office>`, without the tag. */
static int set_from(struct channel *ch, const struct sip_msg *req)
{
    char display[NAME_MAX_BYTES];
    struct buf from;
    int err;

    buf_init(&from, SIP_URI_MAX + 2 * NAME_MAX_BYTES);
    sip_display_copy(&req->from, display, sizeof(display));
    err = sip_name_addr_print(&from, slice_of(display), req->from.uri);
    if (!err)
        err = channel_var_set(ch, SLICE(MESSAGE_FROM), buf_slice(&from));
    buf_fini(&from);
    return err;
}

static int set_headers(struct channel *ch, const struct sip_msg *req)
{
    char name[100];
    int err = 0;

    for (unsigned i = 0; i < req->header_count && !err; i++) {
        struct slice header = sip_msg_header_name(req, i);

        if (header.len > 60 || req->headers[i].id == SIP_H_AUTHORIZATION ||
            req->headers[i].id == SIP_H_PROXY_AUTHORIZATION)
            continue;
        snprintf(name, sizeof(name), MESSAGE_IN "%.*s", SLICE_ARG(header));
        err = channel_var_set(ch, slice_of(name), sip_msg_header_value(req, i));
    }
    return err;
}

static int set_caller(struct channel *ch, const struct sip_msg *req)
{
    char number[NAME_MAX_BYTES], display[NAME_MAX_BYTES];
    struct sip_uri uri;

    if (sip_uri_parse(&uri, req->from.uri) || sip_unescape(uri.user, number, sizeof(number)))
        return 0;
    sip_display_copy(&req->from, display, sizeof(display));
    return party_set(&ch->caller, slice_of(number), slice_of(display));
}

static int dress(struct channel *ch, const struct text *x)
{
    const struct sip_msg *req = x->req;
    char from[ADDR_TEXT];
    int err = channel_set(&ch->context, slice_of(x->context));

    if (!err)
        err = channel_set(&ch->exten, slice_of(x->exten));
    if (!err)
        err = set_to(ch, req);
    if (!err)
        err = set_from(ch, req);
    if (!err)
        err = channel_var_set(ch, SLICE(MESSAGE_BODY), text_of(req));
    if (!err)
        err = set_headers(ch, req);
    if (!err)
        err = set_caller(ch, req);
    if (!err)
        err = channel_var_set(ch, SLICE(MESSAGE_IN "PJSIP_ENDPOINT"), slice_of(x->endpoint));
    if (!err)
        err = channel_var_set(ch, SLICE(MESSAGE_IN "PJSIP_RECVADDR"),
                              slice_of(addr_text(&req->flow.remote, from)));
    if (!err)
        err = channel_var_set(ch, SLICE(MESSAGE_IN "PJSIP_TRANSPORT"),
                              slice_of(sip_binding_name(req->flow.binding)));
    return err;
}

static void start(struct text *x)
{
    struct pjsip *p = x->p;
    struct channel *ch = NULL;
    int err = channel_alloc(&ch, p->calls,
                            &(struct channel_args){.tech = &message_tech,
                                                   .pvt = x,
                                                   .resource = "ast_msg_queue",
                                                   .is_outgoing = true, /* no call record */
                                                   .state = CHANNEL_UP});

    if (err) {
        log_warning("text is dropped endpoint=\"%s\" err=\"%s\"", x->endpoint, strerror(err));
        text_free(x);
        return;
    }
    p->texts_running++;
    list_append(&p->texts_now, &x->link);
    err = dress(ch, x);
    if (!err)
        err = plan_start(p->plan, ch);
    if (err) {
        log_warning("text is dropped endpoint=\"%s\" err=\"%s\"", x->endpoint, strerror(err));
        channel_hangup(ch, CAUSE_CONGESTION);
    }
    mem_deref(ch);
}

static void start_next(void *arg)
{
    struct pjsip *p = arg;
    struct link *k;

    while (p->texts_running < RUNNING_MAX && (k = list_first(&p->texts)) != NULL) {
        struct text *x = CONTAINER_OF(k, struct text, link);

        list_unlink(k);
        p->texts_waiting--;
        start(x);
    }
}

/* ---- the request ---- */

static struct text *text_new(struct pjsip *p, struct sip_msg *req, const struct model_endpoint *e,
                             const char *context, const char *exten)
{
    struct text *x = mem_zalloc(sizeof(*x));

    if (!x)
        return NULL;
    x->p = p;
    x->req = mem_ref(req);
    x->endpoint = mem_strdup(e->name);
    x->context = mem_strdup(context);
    x->exten = mem_strdup(exten);
    if (x->endpoint && x->context && x->exten)
        return x;
    text_free(x);
    return NULL;
}

static void refuse_with(struct sip_strans *t, uint16_t code, const char *name, const char *value)
{
    struct buf headers;

    buf_init(&headers, 128);
    sip_headers_add(&headers, name, slice_of(value));
    sip_strans_answer(t, &(struct sip_answer){.code = code, .headers = buf_slice(&headers)});
    buf_fini(&headers);
}

void message_on_request(struct sip_strans *t, struct sip_msg *req, void *arg)
{
    struct pjsip *p = arg;
    const char *context;
    char exten[NAME_MAX_BYTES];
    struct pjsip_who who;
    struct text *x;

    if (pjsip_authorize(p, t, req, &who))
        return;
    context =
        who.endpoint->message_context[0] ? who.endpoint->message_context : who.endpoint->context;
    if (pjsip_user_copy(p, req->uri.user, exten, sizeof(exten)) ||
        !plan_has_exten(p->plan, slice_of(context), slice_of(exten[0] ? exten : "s"))) {
        sip_strans_refuse(t, 404, NULL);
        return;
    }
    if (!slice_is_set(text_of(req))) {
        refuse_with(t, 415, "Accept", "text/plain");
        return;
    }
    if (req->body.len > TEXT_MAX) {
        sip_strans_refuse(t, 413, NULL);
        return;
    }
    x = p->is_closing || p->texts_waiting >= WAITING_MAX
            ? NULL
            : text_new(p, req, who.endpoint, context, exten[0] ? exten : "s");
    if (!x) {
        refuse_with(t, 503, "Retry-After", "5");
        return;
    }
    sip_strans_refuse(t, 202, NULL);
    list_append(&p->texts, &x->link);
    p->texts_waiting++;
    loop_defer(p->loop, &p->texts_later, start_next, p);
}

void message_clear(struct pjsip *p)
{
    loop_defer_stop(&p->texts_later);
    LIST_FOREACH(&p->texts, k)
    text_free(CONTAINER_OF(k, struct text, link));
    LIST_FOREACH(&p->texts_now, k)
    {
        CONTAINER_OF(k, struct text, link)->p = NULL;
        list_unlink(k);
    }
    p->texts_waiting = 0;
    message_send_clear(p);
}
