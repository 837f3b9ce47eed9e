/* manager/act_pjsip_do.c - actions that make the channel driver ask: PJSIPQualify, PJSIPRegister,
   PJSIPUnregister */
#include <string.h>

#include "base/log.h"
#include "manager/all.h"
#include "manager/inner.h"
#include "pjsip/contact.h"
#include "pjsip/outbound.h"

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
