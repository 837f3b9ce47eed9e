/* manager/ev_states.c - events of devices, extensions, contacts, endpoints and our registrations */
#include "base/log.h"
#include "manager/all.h"
#include "manager/inner.h"
#include "manager/objects.h"

#define SHOWN .shown = "tests/unit/manager/test_pjsip.c"
const struct manager_event manager_events_states[] = {
    {.name = "ContactStatus",
     .classes = CLASS_SYSTEM,
     .headers = "URI ContactStatus AOR EndpointName RoundtripUsec",
     SHOWN,
     .help = {"Контакт появился, отвечает или не отвечает на OPTIONS, удалён.",
              "Raised when the state of a contact changes."}},
    {.name = "DeviceStateChange",
     .classes = CLASS_CALL,
     .headers = "Device State",
     SHOWN,
     .help = {"Состояние устройства (PJSIP/101, Custom:lamp) стало другим.",
              "Raised when a device state changes: of all devices, not only of those that affect\n"
              "hints."}},
    {.name = "ExtensionStatus",
     .classes = CLASS_CALL,
     .headers = "Exten Context Hint Status StatusText",
     SHOWN,
     .help = {"Состояние расширения, у которого есть подсказка (hint), стало другим.",
              "Raised when a hint changes due to a device state change."}},
    {.name = "PeerStatus",
     .classes = CLASS_SYSTEM,
     .headers = "ChannelType Peer PeerStatus",
     SHOWN,
     .help = {"До конечной точки можно дозвониться (Reachable) или больше нельзя (Unreachable).",
              "Raised when the state of a peer changes."}},
    {.name = "PresenceStateChange",
     .classes = CLASS_CALL,
     .headers = "Presentity Status Subtype Message",
     .subject = "presence",
     .help = {"Присутствие стало другим.", "Raised when a presence state changes."}},
    {.name = "PresenceStatus",
     .classes = CLASS_CALL,
     .headers = "Exten Context Hint Status Subtype Message",
     .subject = "presence",
     .help = {"Присутствие расширения стало другим.",
              "Raised when a hint changes due to a presence state change."}},
    {.name = "Registry",
     .classes = CLASS_SYSTEM,
     .headers = "ChannelType Username Domain Status",
     SHOWN,
     .help = {"Регистрация станции у оператора: запрос завершён.",
              "Raised when an outbound registration completes."}},
    {0}};
enum {
    CONTACT_STATUS,
    DEVICE_STATE_CHANGE,
    EXTENSION_STATUS,
    PEER_STATUS,
    PRESENCE_STATE_CHANGE,
    PRESENCE_STATUS,
    REGISTRY,
};

/* ---- the driver ---- */

/* Who registered it; of those that the configuration names, whose address of record it is. */
static const char *endpoint_of(const struct manager *m, const struct contact *c)
{
    const struct model_aor *aor = model_aor_find(m->snapshot, slice_of(c->aor->name));
    const struct model_endpoint *e;

    if (c->endpoint.len)
        return c->endpoint.p;
    e = aor ? model_endpoint_by_aor(m->snapshot, aor) : NULL;
    return e ? e->name : "";
}

static void tell_contact(struct manager *m, const struct contact *c, const char *status)
{
    struct buf *out = manager_event_begin(m, &manager_events_states[CONTACT_STATUS]);

    if (!out)
        return;
    ami_put(out, "URI", c->uri);
    ami_putz(out, "ContactStatus", status);
    ami_putz(out, "AOR", c->aor->name);
    ami_putz(out, "EndpointName", endpoint_of(m, c));
    ami_putu(out, "RoundtripUsec", c->rtt_us);
    manager_event_end(m);
}

static void tell_peer(struct manager *m, const struct model_endpoint *e, bool is_reachable)
{
    struct buf *out = manager_event_begin(m, &manager_events_states[PEER_STATUS]);

    if (!out)
        return;
    ami_putz(out, "ChannelType", "PJSIP");
    ami_putf(out, "Peer", "PJSIP/%s", e->name);
    ami_putz(out, "PeerStatus", is_reachable ? "Reachable" : "Unreachable");
    manager_event_end(m);
}

static void tell_registration(struct manager *m, const struct outbound *o)
{
    struct buf *out = manager_event_begin(m, &manager_events_states[REGISTRY]);
    struct outbound_view v;

    if (!out)
        return;
    outbound_look(o, &v);
    ami_putz(out, "ChannelType", "PJSIP");
    ami_putz(out, "Username", v.m->client_uri);
    ami_putz(out, "Domain", v.m->server_uri);
    ami_putz(out, "Status", outbound_state_name(v.state));
    manager_event_end(m);
}

static void saw(const struct pjsip_fact *f, void *arg)
{
    struct manager *m = arg;

    switch (f->type) {
    case PJSIP_CONTACT_REFRESHED:
        if (!model_global_of(m->snapshot)->contact_status_on_refresh)
            break;
        /* fall through */
    case PJSIP_CONTACT_NEW:
    case PJSIP_CONTACT_STATUS:
        tell_contact(m, f->contact, manager_contact_status(f->contact));
        break;
    case PJSIP_CONTACT_GONE: tell_contact(m, f->contact, "Removed"); break;
    case PJSIP_ENDPOINT: tell_peer(m, f->endpoint, f->is_reachable); break;
    case PJSIP_REGISTRATION: tell_registration(m, f->registration); break;
    }
}

/* ---- devices and extensions ---- */

static void device_changed(struct slice device, enum device_state state, void *arg)
{
    struct manager *m = arg;
    struct buf *out = manager_event_begin(m, &manager_events_states[DEVICE_STATE_CHANGE]);

    if (!out)
        return;
    ami_put(out, "Device", device);
    ami_putz(out, "State", device_state_name(state));
    manager_event_end(m);
}

void ev_extension(struct manager *m, struct slice context, struct slice exten, int state)
{
    struct buf *out = manager_event_begin(m, &manager_events_states[EXTENSION_STATUS]);

    if (!out)
        return;
    manager_put_extension(out, m->args.plan, exten, context, state);
    manager_event_end(m);
}

/* ---- watching ---- */

int ev_states_start(struct manager *m)
{
    m->driver.h = saw;
    m->driver.arg = m;
    if (m->args.pjsip)
        pjsip_watch_start(m->args.pjsip, &m->driver);
    return 0;
}

void ev_states_want(struct manager *m)
{
    int err;

    if (m->is_down || m->watches_states || !manager_listens(m, CLASS_CALL))
        return;
    m->watches_states = true;
    err = device_watch_start(&m->devices, m->args.calls, SLICE_NONE, device_changed, m);
    if (!err)
        err = hints_start(m);
    if (err)
        log_error("some states are not watched, their events are missing err=\"out of memory\"");
}

void ev_states_stop(struct manager *m)
{
    pjsip_watch_stop(&m->driver);
    device_watch_stop(&m->devices);
    hints_stop(m);
}
