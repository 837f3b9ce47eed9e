/* manager/act_message.c - texts: SendText within a call, MessageSend outside of calls */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "call/bridge.h"
#include "call/local.h"
#include "manager/all.h"
#include "manager/channels.h"
#include "manager/inner.h"
#include "pjsip/message.h"
#include "plan/args.h"
#include "plan/subst.h"

#define SHOWN .shown = "tests/unit/manager/test_message.c"
#define HEADERS_MAX 16384
#define MOST_VARIABLES 64

/* ---- SendText ---- */

/* A text to half of a Local channel reaches who talks to the other half, if anybody does. */
static int send_text(struct channel *ch, struct slice type, struct slice text)
{
    struct channel *twin = local_twin(ch);

    if (twin)
        ch = bridge_peer(twin);
    if (twin && (!ch || !ch->tech->send_text))
        return 0;
    if (!ch->tech->send_text)
        return ENOTSUP;
    return ch->tech->send_text(ch, type.len ? type : SLICE("text/plain"), text);
}

static void run_send_text(struct manager_request *q)
{
    const struct slice text = manager_arg(q, "Message");
    struct channel *ch = manager_channel(q, "Channel");

    if (!manager_arg(q, "Channel").len)
        manager_error(q, "No channel specified");
    else if (!text.len)
        manager_error(q, "No Message specified");
    else if (!ch)
        manager_error(q, "No such channel");
    else if (send_text(ch, manager_arg(q, "Content-Type"), text))
        manager_error(q, "Failure");
    else
        manager_ack(q, "Success");
}

static const struct manager_param text_params[] = {
    MANAGER_PARAM_ID,
    {"Channel", {"Имя канала.", "Channel to send message to."}, true},
    {"Message", {"Текст.", "Message to send."}, true},
    {"Content-Type", {"Вид текста (text/plain).", "The type of content in the message"}},
    {0}};

const struct manager_action manager_action_sendtext = {
    .name = "SendText",
    .classes = CLASS_CALL,
    .params = text_params,
    .run = run_send_text,
    SHOWN,
    .synopsis =
        {"Послать текст в разговор.",
         "Sends a text message to channel. A content type\tcan be optionally specified. If not set "
         "it is set to an empty string allowing a custom handler to default it as it sees fit."},
    .help = {"MESSAGE внутри вызова.", "Sends A Text Message to a channel while in a call."}};

/* ---- MessageSend ---- */

/* "name=value,name=value": header lines of the message. */
static void add_variables(struct buf *headers, struct slice list)
{
    char *text = slice_dup(list), *parts[MOST_VARIABLES];
    const int count = text ? plan_args_split(text, ',', parts, MOST_VARIABLES) : 0;

    for (int i = 0; i < count; i++) {
        char *value = strchr(parts[i], '=');

        if (!value || value == parts[i])
            continue;
        *value++ = '\0';
        (void)message_header_add(headers, parts[i], slice_of(value));
    }
    mem_free(text);
}

/* Base64Body decoded, or Body. */
static void take_body(const struct manager_request *q, struct buf *body)
{
    const struct slice coded = manager_arg(q, "Base64Body");
    const struct plan_env env = manager_env(q, NULL);
    struct buf call;

    if (!coded.len) {
        buf_adds(body, manager_arg(q, "Body"));
        return;
    }
    buf_init(&call, AMI_LINE_MAX + 32);
    buf_addz(&call, "BASE64_DECODE(");
    buf_adds(&call, coded);
    buf_addz(&call, ")");
    manager_read(&env, buf_slice(&call), body);
    buf_fini(&call);
}

/* @return what is wrong, in Asterisk's words; NULL: nothing. *to: what stands behind the technology */
static const char *find_technology(const struct manager_request *q, struct slice where,
                                   struct slice *to)
{
    struct slice rest, technology = slice_cut(where, ':', &rest);

    if (!where.len)
        return "No 'To' address specified.";
    if (!slice_is_set(rest) ||
        (!slice_caseeqz(technology, "pjsip") && !slice_caseeqz(technology, "sip")))
        return "Message technology not found.";
    *to = slice_caseeqz(technology, "sip") ? where : rest;
    return manager_of(q)->args.pjsip ? NULL : "Message failed to send.";
}

static int send_message(struct manager_request *q, struct slice to)
{
    struct message_args a = {.to = to, .from = manager_arg(q, "From")};
    struct slice list;
    struct buf headers, body;
    int err;

    if (manager_arg(q, "Destination").len)
        a.header_to = manager_arg(q, "To");
    buf_init(&headers, HEADERS_MAX);
    buf_init(&body, PLAN_TEXT_MAX);
    for (uint32_t n = 0; slice_is_set(list = manager_arg_nth(q, "Variable", n)); n++)
        add_variables(&headers, list);
    take_body(q, &body);
    a.headers = buf_slice(&headers);
    a.body = buf_slice(&body);
    err = to.len ? message_send(manager_of(q)->args.pjsip, &a) : EINVAL;
    buf_fini(&headers);
    buf_fini(&body);
    return err;
}

static void run_message_send(struct manager_request *q)
{
    const struct slice destination = manager_arg(q, "Destination");
    struct slice to = SLICE_NONE;
    const char *why = find_technology(q, destination.len ? destination : manager_arg(q, "To"), &to);
    const int err = why ? 0 : send_message(q, to);

    if (err)
        log_notice("text of the Manager is not sent to=\"%.*s\" err=\"%s\"", SLICE_ARG(to),
                   strerror(err));
    if (why || err)
        manager_error(q, "%s", why ? why : "Message failed to send.");
    else
        manager_ack(q, "Message successfully sent");
}

static const struct manager_param message_params[] = {
    MANAGER_PARAM_ID,
    {"Destination",
     {"Куда: pjsip:101, pjsip:номер@транк, sip:uri; без него - To.",
      "A To URI for the message. If Destination is provided, the To parameter can also\nbe supplied and is the header To. If it is not provided, the To parameter must\nbe."}},
    {"To", {"Заголовок To, или куда.", "A To URI for the message."}},
    {"From", {"От кого.", "A From URI for the message."}},
    {"Body",
     {"Текст в одну строку.",
      "The message body text. This must not contain any newlines as that conflicts\nwith the AMI protocol."}},
    {"Base64Body",
     {"Текст в base64: он может быть из нескольких строк.",
      "Text bodies requiring the use of newlines have to be base64 encoded in this\nfield. Base64Body takes precedence over Body."}},
    {"Variable",
     {"Поля сообщения: имя=значение через запятую.",
      "Message variable to set, multiple Variable: headers are allowed. The header\nvalue is a comma separated list of name=value pairs."}},
    {0}};

const struct manager_action manager_action_messagesend = {
    .name = "MessageSend",
    .classes = CLASS_MESSAGE,
    .in_task = true, /* a function decodes Base64Body */
    .params = message_params,
    .run = run_message_send,
    SHOWN,
    .synopsis = {"Послать текст вне вызова.", "Send an out of call message to an endpoint."},
    .help = {"Ответ говорит, что запрос ушёл; чем он кончился, пишется в журнал.",
             "The answer says that the request has left."}};
