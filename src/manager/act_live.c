/* manager/act_live.c - what the station's own interface asks: StationCalls, StationLive, StationOverview */
#include <stdio.h>

#include "call/bridge.h"
#include "call/cdr.h"
#include "manager/all.h"
#include "manager/channels.h"
#include "manager/inner.h"
#include "manager/objects.h"
#include "pjsip/outbound.h"

#define SHOWN .shown = "tests/unit/manager/test_station.c"

static const struct manager_param id_params[] = {MANAGER_PARAM_ID, {0}};

static const struct model_snapshot *snapshot_of(const struct manager_request *q)
{
    return manager_of(q)->snapshot;
}

static struct pjsip *driver_of(const struct manager_request *q)
{
    return manager_of(q)->args.pjsip;
}

/* ---- StationCalls ---- */

static void put_call(struct manager_request *q, const struct channel *ch)
{
    struct buf *out = manager_out(q);

    manager_item(q, "StationCall");
    manager_put_channel(out, ch, "");
    ami_putu(out, "Created", (uint64_t)(ch->created.us / 1000000));
    ami_putu(out, "Answered", (uint64_t)(ch->answered.us / 1000000));
    ami_putz(out, "BridgeId", ch->bridge ? ch->bridge->id : "");
    ami_putz(out, "GroupUuid", cdr_group(ch));
    ami_putu(out, "Recordings", ch->recording_count);
    ami_putz(out, "IsOutgoing", ch->is_outgoing ? "Yes" : "No");
    manager_end(q);
}

static void run_calls(struct manager_request *q)
{
    manager_list(q, "Channels will follow");
    LIST_FOREACH(calls_channels(manager_of(q)->args.calls), k) put_call(q, channel_of_link(k));
    manager_list_end(q, "StationCallsComplete");
    manager_end(q);
}

const struct manager_action manager_action_stationcalls = {
    .name = "StationCalls",
    .classes = CLASS_REPORTING,
    .params = id_params,
    .run = run_calls,
    SHOWN,
    .synopsis = {"Вызовы сейчас, с группой и записью.",
                 "Calls under way, with group and recording."},
    .help = {
        "Событие StationCall для каждого канала: заголовки канала, Created и Answered (секунды с 1970 "
        "года, 0 - ещё нет), GroupUuid, сколько записей идёт.",
        "A StationCall event for each channel: a channel's headers, Created and Answered\n"
        "(seconds since 1970, 0: not yet), GroupUuid, and how many recordings are made."}};

/* ---- StationLive ---- */

static enum device_state device_of(const struct manager_request *q, const struct model_endpoint *e)
{
    char device[300];

    snprintf(device, sizeof(device), "PJSIP/%.290s", e->name);
    return device_state_get(manager_of(q)->args.calls, slice_of(device));
}

static void put_contact(struct buf *out, const struct contact *c)
{
    char text[ADDR_TEXT];

    ami_put(out, "Uri", c->uri);
    ami_putz(out, "Address", addr_is_set(&c->source) ? addr_text(&c->source, text) : "");
    ami_put(out, "UserAgent", c->user_agent);
    ami_putz(out, "ContactStatus", manager_contact_status(c));
    ami_putu(out, "RoundtripUsec", c->rtt_us);
}

/* The first contact that may be reached says where the phone is. */
static void put_contacts_of(struct manager_request *q, const char *name, struct buf *out)
{
    const struct aor *a = driver_of(q) ? aor_find(driver_of(q), slice_of(name)) : NULL;
    const struct contact *best = NULL;
    uint32_t n = 0;

    if (!a)
        return;
    LIST_FOREACH(&a->contacts, k)
    {
        const struct contact *c = contact_of_link(k);

        n++;
        if (!best || (!contact_is_reachable(best) && contact_is_reachable(c)))
            best = c;
    }
    ami_putu(out, "Contacts", n);
    if (best)
        put_contact(out, best);
}

static void put_endpoint(struct manager_request *q, struct slice name)
{
    const struct model_endpoint *e = model_endpoint_find(snapshot_of(q), name);

    if (!e)
        return;
    manager_item(q, "StationLive");
    ami_putz(manager_out(q), "Name", e->name);
    ami_putz(manager_out(q), "State", device_state_text(device_of(q, e)));
    if (e->aors[0])
        put_contacts_of(q, e->aors[0]->name, manager_out(q));
    manager_end(q);
}

static void put_aor(struct manager_request *q, struct slice name)
{
    const struct model_aor *m = model_aor_find(snapshot_of(q), name);

    if (!m)
        return;
    manager_item(q, "StationLive");
    ami_putz(manager_out(q), "Name", m->name);
    put_contacts_of(q, m->name, manager_out(q));
    manager_end(q);
}

static void put_registered(struct manager_request *q, struct slice id)
{
    const struct contact *c = driver_of(q) ? contact_find_id(driver_of(q), id) : NULL;

    if (!c)
        return;
    manager_item(q, "StationLive");
    ami_put(manager_out(q), "Name", c->id);
    put_contact(manager_out(q), c);
    manager_end(q);
}

static void put_registration(struct manager_request *q, struct slice name)
{
    const struct outbound *o = driver_of(q) ? outbound_find(driver_of(q), name) : NULL;
    struct buf *out = manager_out(q);
    struct outbound_view v;

    if (!o)
        return;
    outbound_look(o, &v);
    manager_item(q, "StationLive");
    ami_put(out, "Name", name);
    ami_putz(out, "State", outbound_state_name(v.state));
    ami_putz(out, "IsAsking", v.is_asking ? "Yes" : "No");
    ami_putu(out, "Status", v.status);
    ami_putz(out, "Reason", v.reason);
    ami_putu(out, "Expires", v.expires_s > 0 ? (uint64_t)v.expires_s : 0);
    ami_putf(out, "NextReg", "%lld", (long long)v.next_s);
    ami_putu(out, "Retries", v.retries);
    ami_putu(out, "Changed", (uint64_t)(v.changed.us / 1000000));
    manager_end(q);
}

struct live_kind {
    const char *type;
    void (*put)(struct manager_request *q, struct slice name);
};

static const struct live_kind kinds[] = {{"endpoint", put_endpoint},
                                         {"aor", put_aor},
                                         {"contact", put_registered},
                                         {"registration", put_registration}};

static void put_names(struct manager_request *q, const struct live_kind *kind)
{
    for (uint32_t i = 0; manager_arg_nth(q, "Name", i).p; i++)
        kind->put(q, manager_arg_nth(q, "Name", i));
}

static void run_live(struct manager_request *q)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (!slice_eqz(manager_arg(q, "Type"), kinds[i].type))
            continue;
        manager_list(q, "States will follow");
        put_names(q, &kinds[i]);
        manager_list_end(q, "StationLiveComplete");
        manager_end(q);
        return;
    }
    manager_error(q, "Type is endpoint, aor, contact or registration");
}

static const struct manager_param live_params[] = {
    MANAGER_PARAM_ID,
    {"Type",
     {"endpoint, aor, contact или registration.", "endpoint, aor, contact or registration."},
     true},
    {"Name",
     {"Имя; может повторяться до 100 раз.", "A name; may be repeated, up to 100 times."},
     true},
    {0}};

const struct manager_action manager_action_stationlive = {
    .name = "StationLive",
    .classes = CLASS_REPORTING,
    .params = live_params,
    .run = run_live,
    SHOWN,
    .synopsis = {"Что делают названные объекты сейчас.", "What the named objects are doing now."},
    .help = {
        "Событие StationLive для каждого имени, которое есть: состояние, адрес, RTT, телефон; у "
        "регистрации - ответ оператора и когда следующая попытка.",
        "A StationLive event for each name that there is: state, address, RTT, user agent;\n"
        "of a registration: the carrier's answer, and when it is tried again."}};

/* ---- StationOverview ---- */

static bool is_online(enum device_state s)
{
    return s != DEVICE_UNAVAILABLE && s != DEVICE_INVALID && s != DEVICE_UNKNOWN;
}

static uint32_t count_online(const struct manager_request *q)
{
    const uint32_t all = model_endpoint_count(snapshot_of(q));
    uint32_t n = 0;

    for (uint32_t i = 0; i < all; i++)
        n += is_online(device_of(q, model_endpoint_at(snapshot_of(q), i)));
    return n;
}

static void put_trunks(struct manager_request *q)
{
    struct pjsip *p = driver_of(q);
    uint32_t all = 0, registered = 0;
    struct outbound_view v;

    for (struct outbound *o = p ? outbound_next(p, NULL) : NULL; o; o = outbound_next(p, o)) {
        outbound_look(o, &v);
        all++;
        registered += v.state == OUTBOUND_REGISTERED;
    }
    ami_putu(manager_out(q), "Trunks", all);
    ami_putu(manager_out(q), "TrunksRegistered", registered);
}

static void run_overview(struct manager_request *q)
{
    const struct manager *m = manager_of(q);
    struct buf *out;

    manager_begin(q, "Success");
    out = manager_out(q);
    ami_putu(out, "Started", (uint64_t)(m->start.us / 1000000));
    ami_putu(out, "Reloaded", (uint64_t)(m->reloaded.us / 1000000));
    ami_putu(out, "Calls", plan_runs_count(m->args.plan));
    ami_putu(out, "Channels", calls_active(m->args.calls));
    ami_putu(out, "Processed", calls_processed(m->args.calls));
    ami_putu(out, "Endpoints", model_endpoint_count(m->snapshot));
    ami_putu(out, "EndpointsOnline", count_online(q));
    ami_putu(out, "Contacts", m->args.pjsip ? m->args.pjsip->contacts : 0);
    put_trunks(q);
    manager_end(q);
}

const struct manager_action manager_action_stationoverview = {
    .name = "StationOverview",
    .classes = CLASS_REPORTING,
    .params = id_params,
    .run = run_overview,
    SHOWN,
    .synopsis = {"Станция в числах.", "The station in figures."},
    .help = {"Вызовы, каналы, точки (всего и на связи), контакты, регистрации у операторов.",
             "Calls, channels, endpoints (all and online), contacts, registrations at carriers."}};
