/* manager/act_pjsip.c - actions that list what the channel driver has: PJSIPShow... */
#include <stdio.h>

#include "manager/all.h"
#include "manager/inner.h"
#include "manager/objects.h"
#include "pjsip/outbound.h"
#include "pjsip/show.h"

#define SHOWN .shown = "tests/golden/manager/pjsip.txt"

static const struct manager_param id_params[] = {MANAGER_PARAM_ID, {0}};

static const struct model_snapshot *snapshot_of(const struct manager_request *q)
{
    return manager_of(q)->snapshot;
}

static struct pjsip *driver_of(const struct manager_request *q)
{
    return manager_of(q)->args.pjsip;
}

static struct aor *contacts_of(const struct manager_request *q, const struct model_aor *m)
{
    return driver_of(q) ? aor_find(driver_of(q), slice_of(m->name)) : NULL;
}

/* ---- addresses of record, authentication ---- */

static void run_aors(struct manager_request *q)
{
    const uint32_t n = model_aor_count(snapshot_of(q));

    if (!n) {
        manager_error(q, "No AORs found");
        return;
    }
    manager_list(q, "A listing of AORs follows, presented as AorList events");
    for (uint32_t i = 0; i < n; i++) {
        const struct model_aor *m = model_aor_at(snapshot_of(q), i);

        manager_item(q, "AorList");
        manager_put_aor(manager_out(q), driver_of(q), m, "Contacts");
        manager_end(q);
    }
    manager_list_end(q, "AorListComplete");
    manager_end(q);
}

const struct manager_action manager_action_pjsipshowaors = {
    .name = "PJSIPShowAors",
    .classes = CLASS_SYSTEM,
    .params = id_params,
    .run = run_aors,
    SHOWN,
    .synopsis = {"Адреса записи.", "Lists PJSIP AORs."},
    .help = {"Событие AorList для каждого адреса записи, затем AorListComplete.",
             "Provides a listing of all AORs. For each AOR an AorList event is raised that\n"
             "contains relevant attributes and status information. Once all aors have been\n"
             "listed an AorListComplete event is issued."}};

static void run_auths(struct manager_request *q)
{
    const uint32_t n = model_auth_count(snapshot_of(q));

    if (!n) {
        manager_error(q, "No Auths found");
        return;
    }
    manager_list(q, "A listing of Auths follows, presented as AuthList events");
    for (uint32_t i = 0; i < n; i++) {
        const struct model_auth *a = model_auth_at(snapshot_of(q), i);

        manager_item(q, "AuthList");
        manager_put_object(manager_out(q), "auth", a->name, a);
        manager_end(q);
    }
    manager_list_end(q, "AuthListComplete");
    manager_end(q);
}

const struct manager_action manager_action_pjsipshowauths = {
    .name = "PJSIPShowAuths",
    .classes = CLASS_SYSTEM,
    .params = id_params,
    .run = run_auths,
    SHOWN,
    .synopsis = {"Учётные записи аутентификации.", "Lists PJSIP Auths."},
    .help = {"Событие AuthList для каждой записи, затем AuthListComplete. Пароли не показываются.",
             "Provides a listing of all Auths. For each Auth an AuthList event is raised that\n"
             "contains relevant attributes and status information. Once all auths have been\n"
             "listed an AuthListComplete event is issued. Secrets are not shown."}};

/* ---- contacts ---- */

static const char *endpoint_of(const struct contact *c)
{
    return c->endpoint.len ? c->endpoint.p : "";
}

static void put_registered(struct manager_request *q, const struct contact *c, bool is_status)
{
    manager_item(q, is_status ? "ContactStatusDetail" : "ContactList");
    if (is_status)
        manager_put_contact_status(manager_out(q), c, endpoint_of(c));
    else
        manager_put_contact(manager_out(q), c);
    manager_end(q);
}

/* Those that phones registered. */
static void put_all_registered(struct manager_request *q, bool is_status)
{
    for (uint32_t i = 0; i < model_aor_count(snapshot_of(q)); i++) {
        const struct aor *a = contacts_of(q, model_aor_at(snapshot_of(q), i));

        if (!a)
            continue;
        LIST_FOREACH(&a->contacts, k)
        {
            if (!contact_of_link(k)->is_permanent)
                put_registered(q, contact_of_link(k), is_status);
        }
    }
}

static void run_contacts(struct manager_request *q)
{
    if (!driver_of(q) || !driver_of(q)->contacts) {
        manager_error(q, "No Contacts found");
        return;
    }
    manager_list(q, "A listing of Contacts follows, presented as ContactList events");
    put_all_registered(q, false);
    manager_list_end(q, "ContactListComplete");
    manager_end(q);
}

const struct manager_action manager_action_pjsipshowcontacts = {
    .name = "PJSIPShowContacts",
    .classes = CLASS_SYSTEM,
    .params = id_params,
    .run = run_contacts,
    SHOWN,
    .synopsis = {"Зарегистрированные контакты.", "Lists PJSIP Contacts."},
    .help = {"Событие ContactList для каждого контакта, затем ContactListComplete.",
             "Provides a listing of all Contacts. For each Contact a ContactList event is\n"
             "raised that contains relevant attributes and status information. Once all\n"
             "contacts have been listed a ContactListComplete event is issued."}};

static void run_statuses(struct manager_request *q)
{
    manager_list(q, "Following are ContactStatusEvents for each Inbound registration");
    put_all_registered(q, true);
    manager_list_end(q, "ContactStatusDetailComplete");
    manager_end(q);
}

const struct manager_action manager_action_pjsipshowregistrationinboundcontactstatuses = {
    .name = "PJSIPShowRegistrationInboundContactStatuses",
    .classes = CLASS_SYSTEM,
    .params = id_params,
    .run = run_statuses,
    SHOWN,
    .synopsis = {"Состояние зарегистрированных контактов.",
                 "Lists ContactStatuses for PJSIP inbound registrations."},
    .help = {"Событие ContactStatusDetail для каждого контакта, который зарегистрировал телефон.",
             "ContactStatusDetail events showing status information are raised for each inbound\n"
             "registration (dynamic contact) object. Once all events are completed a\n"
             "ContactStatusDetailComplete event is issued."}};

/* ---- endpoints ---- */

static void put_names(struct buf *out, const char *header, const struct model_names *names)
{
    struct buf all;

    buf_init(&all, 65536);
    for (uint32_t i = 0; i < names->count; i++)
        buf_printf(&all, "%s%s", i ? "," : "", names->v[i]);
    ami_put(out, header, buf_slice(&all));
    buf_fini(&all);
}

static void put_use(struct manager_request *q, const struct show_use *use,
                    const struct model_endpoint *e)
{
    char device[300];

    snprintf(device, sizeof(device), "PJSIP/%.290s", e->name);
    ami_putz(manager_out(q), "DeviceState",
             device_state_text(device_state_get(manager_of(q)->args.calls, slice_of(device))));
    ami_putu(manager_out(q), "ActiveChannels", show_use_of(use, e));
}

static void put_endpoint(struct manager_request *q, const struct show_use *use,
                         const struct model_endpoint *e)
{
    struct buf *out = manager_out(q);

    manager_item(q, "EndpointList");
    ami_putz(out, "ObjectType", "endpoint");
    ami_putz(out, "ObjectName", e->name);
    ami_putz(out, "Transport", e->transport);
    put_names(out, "Aor", &e->aor_names);
    put_names(out, "Auths", &e->auth_names);
    put_names(out, "OutboundAuths", &e->outbound_auth_names);
    for (const struct model_aor *const *m = e->aors; *m; m++)
        manager_put_contacts(out, driver_of(q), *m, "Contacts", true);
    put_use(q, use, e);
    manager_end(q);
}

/* @return false: answered with an error */
static bool count_use(struct manager_request *q, struct show_use *use)
{
    if (!show_use_init(use, manager_of(q)->args.calls))
        return true;
    manager_error(q, "Memory Allocation Failure");
    return false;
}

static void run_endpoints(struct manager_request *q)
{
    const uint32_t n = model_endpoint_count(snapshot_of(q));
    struct show_use use;

    if (!n) {
        manager_error(q, "No endpoints found");
        return;
    }
    if (!count_use(q, &use))
        return;
    manager_list(q, "A listing of Endpoints follows, presented as EndpointList events");
    for (uint32_t i = 0; i < n; i++)
        put_endpoint(q, &use, model_endpoint_at(snapshot_of(q), i));
    manager_list_end(q, "EndpointListComplete");
    manager_end(q);
    show_use_fini(&use);
}

const struct manager_action manager_action_pjsipshowendpoints = {
    .name = "PJSIPShowEndpoints",
    .classes = CLASS_SYSTEM,
    .params = id_params,
    .run = run_endpoints,
    SHOWN,
    .synopsis = {"Конечные точки.", "Lists PJSIP endpoints."},
    .help = {"Событие EndpointList для каждой конечной точки, затем EndpointListComplete.",
             "Provides a listing of all endpoints. For each endpoint an EndpointList event is\n"
             "raised that contains relevant attributes and status information. Once all\n"
             "endpoints have been listed an EndpointListComplete event is issued."}};

/* ---- one endpoint ---- */

static void put_part(struct manager_request *q, const char *event, const char *type,
                     const char *name, const void *object, const struct model_endpoint *e)
{
    manager_item(q, event);
    manager_put_object(manager_out(q), type, name, object);
    ami_putz(manager_out(q), "EndpointName", e->name);
    manager_end(q);
}

static void put_auths(struct manager_request *q, const struct model_endpoint *e)
{
    for (const struct model_auth *const *a = e->auths; *a; a++)
        put_part(q, "AuthDetail", "auth", (*a)->name, *a, e);
    for (const struct model_auth *const *a = e->outbound_auths; *a; a++)
        put_part(q, "AuthDetail", "auth", (*a)->name, *a, e);
}

static uint32_t count_contacts(const struct aor *a)
{
    uint32_t n = 0;

    if (a)
        LIST_FOREACH(&a->contacts, k) n++;
    return n;
}

static void put_aor(struct manager_request *q, const struct model_aor *m,
                    const struct model_endpoint *e)
{
    const struct aor *a = contacts_of(q, m);
    struct buf *out = manager_out(q);

    manager_item(q, "AorDetail");
    manager_put_aor(out, driver_of(q), m, "Contacts");
    ami_putu(out, "TotalContacts", count_contacts(a));
    ami_putu(out, "ContactsRegistered", a ? a->registered : 0);
    ami_putz(out, "EndpointName", e->name);
    manager_end(q);
}

static void put_statuses(struct manager_request *q, const struct model_aor *m,
                         const struct model_endpoint *e)
{
    const struct aor *a = contacts_of(q, m);

    if (!a)
        return;
    LIST_FOREACH(&a->contacts, k)
    {
        manager_item(q, "ContactStatusDetail");
        manager_put_contact_status(manager_out(q), contact_of_link(k), e->name);
        manager_end(q);
    }
}

static void put_identifies(struct manager_request *q, const struct model_endpoint *e)
{
    for (uint32_t i = 0; i < model_identify_count(snapshot_of(q)); i++) {
        const struct model_identify *m = model_identify_at(snapshot_of(q), i);

        if (m->endpoint_of == e)
            put_part(q, "IdentifyDetail", "identify", m->name, m, e);
    }
}

static void put_whole(struct manager_request *q, const struct show_use *use,
                      const struct model_endpoint *e)
{
    manager_list(q, "Following are Events for each object associated with the Endpoint");
    manager_item(q, "EndpointDetail");
    manager_put_object(manager_out(q), "endpoint", e->name, e);
    put_use(q, use, e);
    manager_end(q);
    put_auths(q, e);
    if (e->transport_of)
        put_part(q, "TransportDetail", "transport", e->transport, e->transport_of, e);
    for (const struct model_aor *const *m = e->aors; *m; m++)
        put_aor(q, *m, e);
    for (const struct model_aor *const *m = e->aors; *m; m++)
        put_statuses(q, *m, e);
    put_identifies(q, e);
    manager_list_end(q, "EndpointDetailComplete");
    manager_end(q);
}

static void run_endpoint(struct manager_request *q)
{
    const struct slice name = manager_arg(q, "Endpoint");
    const struct model_endpoint *e = model_endpoint_find(snapshot_of(q), name);
    struct show_use use;

    if (!name.len)
        manager_error(q, "PJSIPShowEndpoint requires an endpoint name");
    else if (!e)
        manager_error(q, "Unable to retrieve endpoint %.*s", SLICE_ARG(name));
    else if (count_use(q, &use)) {
        put_whole(q, &use, e);
        show_use_fini(&use);
    }
}

static const struct manager_param endpoint_params[] = {
    MANAGER_PARAM_ID, {"Endpoint", {"Имя конечной точки.", "The endpoint to list."}, true}, {0}};

const struct manager_action manager_action_pjsipshowendpoint = {
    .name = "PJSIPShowEndpoint",
    .classes = CLASS_SYSTEM,
    .params = endpoint_params,
    .run = run_endpoint,
    SHOWN,
    .synopsis = {"Одна конечная точка и всё, что к ней относится.",
                 "Detail listing of an endpoint and its objects."},
    .help = {
        "События EndpointDetail, AuthDetail, TransportDetail, AorDetail, ContactStatusDetail и "
        "IdentifyDetail,\nзатем EndpointDetailComplete. Пароли не показываются.",
        "Provides a detailed listing of options for a given endpoint. Events are issued\n"
        "showing the configuration and status of the endpoint and associated objects:\n"
        "EndpointDetail, AorDetail, AuthDetail, TransportDetail, and IdentifyDetail. Some\n"
        "events may be listed multiple times if multiple objects are associated. Once all\n"
        "detail events have been raised a final EndpointDetailComplete event is issued.\n"
        "Secrets are not shown."}};

/* ---- registrations of phones ---- */

static void put_inbound(struct manager_request *q, const struct model_aor *m)
{
    manager_item(q, "InboundRegistrationDetail");
    manager_put_aor(manager_out(q), driver_of(q), m, "Contact");
    manager_put_contacts(manager_out(q), driver_of(q), m, "Contacts", true);
    manager_end(q);
}

static void run_inbound(struct manager_request *q)
{
    manager_list(q, "Following are Events for each Inbound registration");
    for (uint32_t i = 0; i < model_endpoint_count(snapshot_of(q)); i++) {
        const struct model_endpoint *e = model_endpoint_at(snapshot_of(q), i);

        for (const struct model_aor *const *m = e->aors; *m; m++)
            put_inbound(q, *m);
    }
    manager_list_end(q, "InboundRegistrationDetailComplete");
    manager_end(q);
}

const struct manager_action manager_action_pjsipshowregistrationsinbound = {
    .name = "PJSIPShowRegistrationsInbound",
    .classes = CLASS_SYSTEM,
    .params = id_params,
    .run = run_inbound,
    SHOWN,
    .synopsis = {"Адреса записи конечных точек и их контакты.",
                 "Lists PJSIP inbound registrations."},
    .help = {"Событие InboundRegistrationDetail для каждого адреса записи, который есть у конечной "
             "точки.\nТолько регистрации телефонов: PJSIPShowRegistrationInboundContactStatuses.",
             "InboundRegistrationDetail events showing configuration and status information are\n"
             "raised for all contacts, static or dynamic. Once all events are completed an\n"
             "InboundRegistrationDetailComplete is issued. To get just inbound registrations, use\n"
             "PJSIPShowRegistrationInboundContactStatuses."}};

/* ---- our registrations ---- */

/* It belongs to the registration before it and is not counted. */
static void put_auth_of(struct manager_request *q, const struct model_registration *m)
{
    for (uint32_t i = 0; i < m->outbound_auth.count; i++) {
        const struct model_auth *a =
            model_auth_find(snapshot_of(q), slice_of(m->outbound_auth.v[i]));

        if (!a)
            continue;
        ami_putz(manager_out(q), "Event", "AuthDetail");
        manager_put_id(q);
        manager_put_object(manager_out(q), "auth", a->name, a);
        manager_end(q);
    }
}

static void put_outbound(struct manager_request *q, const struct outbound_view *v)
{
    struct buf *out = manager_out(q);

    manager_item(q, "OutboundRegistrationDetail");
    manager_put_object(out, "registration", v->m->name, v->m);
    ami_putz(out, "Status", outbound_state_name(v->state));
    ami_putu(out, "NextReg", v->next_s > 0 ? (uint64_t)v->next_s : 0);
    manager_end(q);
    put_auth_of(q, v->m);
}

static void run_outbound(struct manager_request *q)
{
    struct pjsip *p = driver_of(q);
    uint32_t registered = 0;
    struct outbound_view v;

    manager_list(q, "Following are Events for each Outbound registration");
    for (struct outbound *o = p ? outbound_next(p, NULL) : NULL; o; o = outbound_next(p, o)) {
        outbound_look(o, &v);
        put_outbound(q, &v);
        registered += v.state == OUTBOUND_REGISTERED;
    }
    manager_list_end(q, "OutboundRegistrationDetailComplete");
    ami_putu(manager_out(q), "Registered", registered);
    ami_putu(manager_out(q), "NotRegistered", manager_items(q) - registered);
    manager_end(q);
}

const struct manager_action manager_action_pjsipshowregistrationsoutbound = {
    .name = "PJSIPShowRegistrationsOutbound",
    .classes = CLASS_SYSTEM | CLASS_REPORTING,
    .params = id_params,
    .run = run_outbound,
    SHOWN,
    .synopsis = {"Регистрации станции у операторов.", "Lists PJSIP outbound registrations."},
    .help = {"Событие OutboundRegistrationDetail для каждой регистрации, за ним AuthDetail её "
             "учётных записей.",
             "OutboundRegistrationDetail events showing configuration and status information are\n"
             "raised for each outbound registration object. AuthDetail events are raised for each\n"
             "associated auth object as well. Once all events are completed an\n"
             "OutboundRegistrationDetailComplete is issued."}};

/* ---- subscriptions ---- */

static void run_no_lists(struct manager_request *q)
{
    manager_error(q, "No resource lists found");
}

const struct manager_action manager_action_pjsipshowresourcelists = {
    .name = "PJSIPShowResourceLists",
    .classes = CLASS_SYSTEM,
    .subject = "presence",
    .params = id_params,
    .run = run_no_lists,
    SHOWN,
    .synopsis = {"Списки подписки.", "Displays settings for configured resource lists."},
    .help = {"Событие ResourceListDetail для каждого списка.",
             "Provides a listing of all resource lists. An event ResourceListDetail is issued for\n"
             "each resource list object. Once all detail events are completed a\n"
             "ResourceListDetailComplete event is issued."}};

static void run_subscribed_in(struct manager_request *q)
{
    manager_list(q, "Following are Events for each inbound Subscription");
    manager_list_end(q, "InboundSubscriptionDetailComplete");
    manager_end(q);
}

const struct manager_action manager_action_pjsipshowsubscriptionsinbound = {
    .name = "PJSIPShowSubscriptionsInbound",
    .classes = CLASS_SYSTEM,
    .subject = "presence",
    .params = id_params,
    .run = run_subscribed_in,
    SHOWN,
    .synopsis = {"Подписки телефонов.", "Lists inbound subscriptions."},
    .help = {"Событие InboundSubscriptionDetail для каждой подписки.",
             "Provides a listing of all inbound subscriptions. An event InboundSubscriptionDetail\n"
             "is issued for each subscription object. Once all detail events are completed an\n"
             "InboundSubscriptionDetailComplete event is issued."}};

static void run_subscribed_out(struct manager_request *q)
{
    manager_list(q, "Following are Events for each outbound Subscription");
    manager_list_end(q, "OutboundSubscriptionDetailComplete");
    manager_end(q);
}

const struct manager_action manager_action_pjsipshowsubscriptionsoutbound = {
    .name = "PJSIPShowSubscriptionsOutbound",
    .classes = CLASS_SYSTEM,
    .subject = "presence",
    .params = id_params,
    .run = run_subscribed_out,
    SHOWN,
    .synopsis = {"Подписки станции.", "Lists outbound subscriptions."},
    .help = {"Событие OutboundSubscriptionDetail для каждой подписки.",
             "Provides a listing of all outbound subscriptions. An event\n"
             "OutboundSubscriptionDetail is issued for each subscription object. Once all detail\n"
             "events are completed an OutboundSubscriptionDetailComplete event is issued."}};
