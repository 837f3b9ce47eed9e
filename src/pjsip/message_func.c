/* message_func.c - MESSAGE, MESSAGE_DATA, MessageSend (plan/func.h, plan/app.h; message.h) */
#include <errno.h>
#include <stdio.h>

#include "base/log.h"
#include "pjsip/message.h"
#include "pjsip/session.h"
#include "pjsip/table.h"
#include "plan/app.h"
#include "plan/args.h"
#include "sip/print.h"

#define NAME_BYTES 100

static const char *variable_of(struct slice what)
{
    return slice_caseeqz(what, "to")     ? MESSAGE_TO
           : slice_caseeqz(what, "from") ? MESSAGE_FROM
           : slice_caseeqz(what, "body") ? MESSAGE_BODY
                                         : NULL;
}

static int message_read(const struct plan_env *env, char *args, struct buf *out)
{
    const char *name = variable_of(slice_trim(slice_of(args)));

    if (!env->channel || !name) {
        log_warning("MESSAGE needs a channel and one of: to, from, body; argument=\"%s\"", args);
        return EINVAL;
    }
    return buf_adds(out, channel_var_get(env->channel, slice_of(name)));
}

/* "mark_all_outbound": what came is sent on. "clear_all_outbound": nothing is. */
static int mark_all(struct channel *ch, struct slice how)
{
    bool is_clear = slice_caseeqz(how, "clear_all_outbound");
    char name[NAME_BYTES];
    int err = 0;

    if (!is_clear && !slice_caseeqz(how, "mark_all_outbound"))
        return EINVAL;
    LIST_FOREACH(&ch->vars, k)
    {
        const struct variable *v = CONTAINER_OF(k, struct variable, link);
        struct slice own = slice_of(v->name), key = slice_of(is_clear ? MESSAGE_OUT : MESSAGE_IN);

        if (err || !slice_starts(own, key))
            continue;
        snprintf(name, sizeof(name), MESSAGE_OUT "%s", v->name + key.len);
        err = channel_var_set(ch, slice_of(name), is_clear ? SLICE_NONE : slice_of(v->value));
    }
    return err;
}

static int message_write(const struct plan_env *env, char *args, struct slice value)
{
    struct slice what = slice_trim(slice_of(args));
    const char *name = variable_of(what);
    int err = EINVAL;

    if (env->channel && name)
        return channel_var_set(env->channel, slice_of(name), value.len ? value : SLICE(""));
    if (env->channel && slice_caseeqz(what, "custom_data"))
        err = mark_all(env->channel, slice_trim(value));
    if (err == EINVAL)
        log_warning("MESSAGE can set: to, from, body, custom_data; argument=\"%s\"", args);
    return err;
}

const struct plan_func pjsip_message_func = {
    .name = "MESSAGE",
    .syntax = "MESSAGE(to|from|body|custom_data)",
    .help_ru = "Текстовое сообщение, которое обрабатывается или будет отправлено\nto, from, body - "
               "кому, от кого, текст; custom_data записью mark_all_outbound отправляет дальше все "
               "заголовки, clear_all_outbound - ни одного.",
    .help_en = "The text message that is being handled or will be sent\nto, from, body; writing "
               "mark_all_outbound to custom_data sends on all headers, clear_all_outbound none.",
    .shown = "tests/scene/message.scene",
    .read = message_read,
    .write = message_write,
};

static int data_name(char *out, const char *prefix, const char *args)
{
    struct slice name = slice_trim(slice_of(args));

    if (!name.len || name.len > 60)
        return EINVAL;
    snprintf(out, NAME_BYTES, "%s%.*s", prefix, SLICE_ARG(name));
    return 0;
}

static int data_read(const struct plan_env *env, char *args, struct buf *out)
{
    char in[NAME_BYTES], sent[NAME_BYTES];
    struct slice value;

    if (!env->channel || data_name(in, MESSAGE_IN, args) || data_name(sent, MESSAGE_OUT, args))
        return EINVAL;
    value = channel_var_get(env->channel, slice_of(sent));
    if (!slice_is_set(value))
        value = channel_var_get(env->channel, slice_of(in));
    return buf_adds(out, value);
}

static int data_write(const struct plan_env *env, char *args, struct slice value)
{
    char name[NAME_BYTES];

    if (!env->channel || data_name(name, MESSAGE_OUT, args))
        return EINVAL;
    return channel_var_set(env->channel, slice_of(name), value.len ? value : SLICE_NONE);
}

const struct plan_func pjsip_message_data_func = {
    .name = "MESSAGE_DATA",
    .syntax = "MESSAGE_DATA(name)",
    .help_ru = "Заголовок текстового сообщения\nЧтение - пришедшего (и PJSIP_ENDPOINT, "
               "PJSIP_RECVADDR, PJSIP_TRANSPORT), запись - того, что отправит MessageSend.",
    .help_en = "A header of a text message\nRead: of the one that came (and PJSIP_ENDPOINT, "
               "PJSIP_RECVADDR, PJSIP_TRANSPORT); written: of the one that MessageSend sends.",
    .shown = "tests/scene/message.scene",
    .read = data_read,
    .write = data_write,
};

/* ---- MessageSend ---- */

/* What the request has of its own, or what would break it. */
static bool is_of_the_request(struct slice name)
{
    enum sip_header_id id = sip_header_parse(name);

    return slice_starts(name, SLICE("PJSIP_")) ||
           (id != SIP_H_OTHER && id != SIP_H_SUBJECT && id != SIP_H_DATE && id != SIP_H_PRIVACY);
}

int message_header_add(struct buf *headers, const char *name, struct slice value)
{
    return is_of_the_request(slice_of(name)) ? 0 : sip_headers_add(headers, name, value);
}

static void add_headers(const struct channel *ch, struct buf *headers)
{
    struct slice prefix = SLICE(MESSAGE_OUT);

    LIST_FOREACH(&ch->vars, k)
    {
        const struct variable *v = CONTAINER_OF(k, struct variable, link);

        if (slice_starts(slice_of(v->name), prefix))
            message_header_add(headers, v->name + prefix.len, slice_of(v->value));
    }
}

static const char *send_one(struct channel *ch, const char *where, const char *from, const char *to)
{
    struct slice rest, technology = slice_cut(slice_of(where), ':', &rest);
    struct pjsip *p = NULL;
    struct message_args a = {.from = slice_of(from),
                             .header_to = slice_of(to),
                             .content_type = channel_var_get(ch, SLICE(MESSAGE_IN "Content-Type")),
                             .body = channel_var_get(ch, SLICE(MESSAGE_BODY))};
    struct buf headers;
    int err;

    if (!calls_tech_find(ch->calls, SLICE("PJSIP"), (void **)&p) ||
        (!slice_caseeqz(technology, "pjsip") && !slice_caseeqz(technology, "sip")))
        return "INVALID_PROTOCOL";
    a.to = slice_caseeqz(technology, "sip") ? slice_of(where) : rest;
    buf_init(&headers, 16384);
    add_headers(ch, &headers);
    a.headers = buf_slice(&headers);
    err = a.to.len ? message_send(p, &a) : EINVAL;
    buf_fini(&headers);
    if (err)
        log_notice("text is not sent call=%s to=\"%s\" err=\"%s\"", ch->linkedid, where,
                   strerror(err));
    return !err ? "SUCCESS" : err == ENOENT || err == EINVAL ? "INVALID_URI" : "FAILURE";
}

static int send_exec(struct plan_run *run, char *data)
{
    char *argv[3];
    const char *status = "INVALID_URI";

    if (plan_args_split_raw(data, ',', argv, 3) > 0)
        status =
            send_one(run->channel, plan_strip(argv[0]), plan_strip(argv[1]), plan_strip(argv[2]));
    else
        log_warning("MessageSend needs a destination channel=\"%s\"", run->channel->name);
    return channel_var_set(run->channel, SLICE("MESSAGE_SEND_STATUS"), slice_of(status))
               ? PLAN_ERROR
               : PLAN_NEXT;
}

const struct plan_app pjsip_message_send_app = {
    .name = "MessageSend",
    .syntax = "MessageSend(destination[,from[,to]])",
    .help_ru =
        "Отправляет текст MESSAGE(body)\ndestination: pjsip:101, pjsip:номер@транк, "
        "pjsip:101/sip:uri, sip:uri (через default_outbound_endpoint). from: от кого (URI или имя), "
        "to: заголовок To.\nMESSAGE_SEND_STATUS: SUCCESS (запрос ушёл), INVALID_PROTOCOL, "
        "INVALID_URI (нет такого или он недоступен), FAILURE.",
    .help_en =
        "Send the text MESSAGE(body)\ndestination: pjsip:101, pjsip:number@trunk, "
        "pjsip:101/sip:uri, sip:uri (by default_outbound_endpoint). from: a URI or a user, to: "
        "header To.\nMESSAGE_SEND_STATUS: SUCCESS (the request has left), INVALID_PROTOCOL, "
        "INVALID_URI (nobody of that name, or out of reach), FAILURE.",
    .shown = "tests/scene/message.scene",
    .exec = send_exec,
};
