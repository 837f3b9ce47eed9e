/* manager/act_pjsip_do.c - actions that make the channel driver send something: PJSIPNotify, PJSIPQualify,
   PJSIPRegister, PJSIPUnregister */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "manager/all.h"
#include "manager/channels.h"
#include "manager/inner.h"
#include "pjsip/contact.h"
#include "pjsip/notify.h"
#include "pjsip/outbound.h"
#include "plan/args.h"

#define SHOWN .shown = "tests/unit/manager/test_pjsip.c"

/* ---- PJSIPQualify ---- */

static void qualify_all(struct pjsip *p, const struct model_endpoint *e)
{
    for (const struct model_aor *const *m = e->aors; p && *m; m++) {
        struct aor *a = aor_find(p, slice_of((*m)->name));

        if (!a)
            continue;
        LIST_FOREACH(&a->contacts, k)
        {
            const struct contact *c = contact_of_link(k);
            const int err = qualify_now(contact_of_link(k));

            if (err)
                log_warning("contact cannot be asked aor=\"%s\" uri=\"%s\" err=\"%s\"", a->name,
                            c->uri.p, strerror(err));
        }
    }
}

static void run_qualify(struct manager_request *q)
{
    const struct slice name = manager_arg(q, "Endpoint");
    const struct model_endpoint *e = model_endpoint_find(manager_of(q)->snapshot, name);

    if (!name.len) {
        manager_error(q, "Endpoint parameter missing.");
    } else if (!e) {
        manager_error(q, "Unable to retrieve endpoint");
    } else if (!*e->aors) {
        manager_error(q, "No AoRs configured for endpoint");
    } else {
        qualify_all(manager_of(q)->args.pjsip, e);
        manager_ack(q, "Endpoint found, will qualify");
    }
}

static const struct manager_param qualify_params[] = {
    MANAGER_PARAM_ID,
    {"Endpoint", {"Имя конечной точки.", "The endpoint you want to qualify."}, true},
    {0}};

const struct manager_action manager_action_pjsipqualify = {
    .name = "PJSIPQualify",
    .classes = CLASS_SYSTEM | CLASS_REPORTING,
    .params = qualify_params,
    .run = run_qualify,
    SHOWN,
    .synopsis = {"Спросить телефоны, на месте ли они.", "Qualify a chan_pjsip endpoint."},
    .help = {"Всем контактам конечной точки посылается OPTIONS; ответ меняет их состояние.",
             "Qualify a chan_pjsip endpoint."}};

/* ---- PJSIPRegister, PJSIPUnregister ---- */

/* @param one, all  Asterisk's answers */
static void ask_registrar(struct manager_request *q, int (*ask)(struct outbound *o),
                          const char *one, const char *all)
{
    const struct slice name = manager_arg(q, "Registration");
    struct pjsip *p = manager_of(q)->args.pjsip;
    struct outbound *o;
    int err;

    if (!name.len) {
        manager_error(q, "Registration parameter missing.");
        return;
    }
    if (slice_eqz(name, "*all")) {
        for (o = p ? outbound_next(p, NULL) : NULL; o; o = outbound_next(p, o))
            ask(o);
        manager_ack(q, "%s", all);
        return;
    }
    o = p ? outbound_find(p, name) : NULL;
    if (!o) {
        manager_error(q, "Unable to retrieve registration entry");
        return;
    }
    err = ask(o);
    if (err)
        manager_error(q, "%s", strerror(err));
    else
        manager_ack(q, "%s", one);
}

static void run_register(struct manager_request *q)
{
    ask_registrar(q, outbound_register, "Reregistration sent", "Reregistrations queued.");
}

static void run_unregister(struct manager_request *q)
{
    ask_registrar(q, outbound_unregister, "Unregistration sent", "Unregistrations queued.");
}

static const struct manager_param register_params[] = {
    MANAGER_PARAM_ID,
    {"Registration",
     {"Имя регистрации, *all - все.",
      "The outbound registration to register or '*all' to register them all."},
     true},
    {0}};

const struct manager_action manager_action_pjsipregister = {
    .name = "PJSIPRegister",
    .classes = CLASS_SYSTEM | CLASS_REPORTING,
    .params = register_params,
    .run = run_register,
    SHOWN,
    .synopsis = {"Зарегистрироваться у оператора сейчас.", "Register an outbound registration."},
    .help = {"Запрос уходит сразу; дальше регистрация обновляется, как настроена.",
             "Registers the specified (or all) outbound registration(s) and schedules\n"
             "re-registrations according to configuration."}};

static const struct manager_param unregister_params[] = {
    MANAGER_PARAM_ID,
    {"Registration",
     {"Имя регистрации, *all - все.",
      "The outbound registration to unregister or '*all' to unregister them all."},
     true},
    {0}};

const struct manager_action manager_action_pjsipunregister = {
    .name = "PJSIPUnregister",
    .classes = CLASS_SYSTEM | CLASS_REPORTING,
    .params = unregister_params,
    .run = run_unregister,
    SHOWN,
    .synopsis = {"Снять регистрацию у оператора.", "Unregister an outbound registration."},
    .help = {"Регистрация снимается и не возобновляется до PJSIPRegister.",
             "Unregisters the specified (or all) outbound registration(s) and stops future\n"
             "registration attempts. Call PJSIPRegister to start registration and schedule\n"
             "re-registrations according to configuration."}};

/* ---- PJSIPNotify ---- */

#define MOST_VARIABLES 64

/* "a=1,b=2", in one header or several; quotes may hold a comma. */
static int take_variables(const struct manager_request *q, struct notice *n)
{
    struct slice header;
    int err = 0;

    for (uint32_t i = 0; !err && slice_is_set(header = manager_arg_nth(q, "Variable", i)); i++) {
        char *parts[MOST_VARIABLES], *text = slice_dup(header);
        const int count = text ? plan_args_split_raw(text, ',', parts, MOST_VARIABLES) : 0;

        err = text ? 0 : ENOMEM;
        for (int k = 0; k < count && !err; k++)
            err = notice_add(n, parts[k]);
        mem_free(text);
    }
    return err ? err : notice_end(n);
}

static struct slice endpoint_named(const struct manager_request *q)
{
    const struct slice name = manager_arg(q, "Endpoint");

    if (slice_casestarts(name, SLICE("sip/")))
        return slice_skip(name, 4);
    return slice_casestarts(name, SLICE("pjsip/")) ? slice_skip(name, 6) : name;
}

/* What becomes of a NOTIFY is in the log: the answer comes before it does. */
static void send_notice(struct manager_request *q, const struct notice *n)
{
    struct pjsip *p = manager_of(q)->args.pjsip;
    const struct slice name = endpoint_named(q), uri = manager_arg(q, "URI");
    const struct model_endpoint *e = model_endpoint_find(manager_of(q)->snapshot, name);
    struct channel *ch = manager_channel(q, "Channel");
    int err = ENOENT;

    if (name.len && !e) {
        manager_error(q, "Unable to retrieve endpoint %.*s", SLICE_ARG(name));
        return;
    }
    if (p && e)
        err = notice_send_all(p, e, n);
    else if (p && uri.len)
        err = notice_send(p, uri, n);
    else if (ch)
        err = notice_send_inside(ch, n);
    if (err && !name.len && !uri.len) {
        manager_error(q, "Channel not found");
        return;
    }
    if (err)
        log_warning("NOTIFY of the Manager is not sent to=\"%.*s\" err=\"%s\"",
                    SLICE_ARG(name.len ? name : uri), strerror(err));
    manager_ack(q, "NOTIFY sent");
}

static void run_notify(struct manager_request *q)
{
    const struct slice option = manager_arg(q, "Option");
    const bool has_words = manager_arg(q, "Variable").len > 0;
    const int ends = (manager_arg(q, "Endpoint").len > 0) + (manager_arg(q, "URI").len > 0) +
                     (manager_arg(q, "Channel").len > 0);
    struct notice n;
    int err;

    if (has_words == (option.len > 0)) {
        manager_error(
            q,
            "PJSIPNotify requires either an Option or Variable(s).You must use only one of them.");
        return;
    }
    if (option.len) {
        manager_error(q, "Unable to find notify type '%.*s'", SLICE_ARG(option));
        return;
    }
    if (ends != 1) {
        manager_error(q, "PJSIPNotify requires either an endpoint name, a SIP URI, or a channel.%s",
                      ends ? "  You must use only one of them." : "");
        return;
    }
    notice_init(&n);
    err = take_variables(q, &n);
    if (err)
        manager_error(q, "Unable to allocate NOTIFY task data");
    else
        send_notice(q, &n);
    notice_fini(&n);
}

static const struct manager_param notify_params[] = {
    MANAGER_PARAM_ID,
    {"Endpoint",
     {"Имя конечной точки: всем её контактам.", "The endpoint to which to send the NOTIFY."}},
    {"URI",
     {"URI: через default_outbound_endpoint.", "Arbitrary URI to which to send the NOTIFY."}},
    {"channel",
     {"Канал PJSIP: внутри его вызова.",
      "Channel name to send the NOTIFY. Must be a PJSIP channel."}},
    {"Option",
     {"Раздел pjsip_notify.conf: такого файла здесь нет.",
      "The config section name from pjsip_notify.conf to use: there is no such file here."}},
    {"Variable",
     {"Имя=значение: заголовок; Content - строка тела.",
      "Appends variables as headers/content to the NOTIFY. If the variable is named\nContent, then the "
      "value will compose the body of the message if another\nvariable sets Content-Type. name=value"}},
    {0}};

const struct manager_action manager_action_pjsipnotify = {
    .name = "PJSIPNotify",
    .classes = CLASS_SYSTEM,
    .params = notify_params,
    .run = run_notify,
    SHOWN,
    .synopsis = {"Послать NOTIFY: перечитать настройки, перезагрузиться.",
                 "Send a NOTIFY to either an endpoint, an arbitrary URI, or inside a SIP dialog."},
    .help = {
        "Нужно одно из трёх: Endpoint, URI или channel.",
        "Sends a NOTIFY to an endpoint, an arbitrary URI, or inside a SIP dialog. One\n(and only one) "
        "of Endpoint, URI, or Channel must be specified. If URI is used, the\ndefault outbound "
        "endpoint will be used to send the message."}};
