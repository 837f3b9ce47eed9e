/* manager/ev_cel.c - the stream of CEL as events, when setting manager_cel asks for it */
#include <errno.h>
#include <stdio.h>

#include "base/log.h"
#include "base/utf8.h"
#include "base/when.h"
#include "call/bridge.h"
#include "manager/all.h"
#include "manager/ev_calls.h"

const struct manager_event manager_events_cel[] = {
    {.name = "CEL",
     .classes = CLASS_CALL,
     .headers =
         "EventName AccountCode CallerIDnum CallerIDname CallerIDani CallerIDrdnis CallerIDdnid Exten Context Channel Application AppData EventTime AMAFlags UniqueID LinkedID Userfield Peer PeerAccount Extra",
     .shown = "tests/unit/manager/test_events.c",
     .help =
         {"Событие журнала каналов: CHAN_START, ANSWER, BRIDGE_ENTER, BRIDGE_EXIT, DTMF, HANGUP, CHAN_END, "
          "LINKEDID_END или имя из CELGenUserEvent. Включает их настройка manager_cel.",
          "An event of the channels' journal: CHAN_START, ANSWER, BRIDGE_ENTER, BRIDGE_EXIT, DTMF, HANGUP, "
          "CHAN_END, LINKEDID_END, or a name of CELGenUserEvent. Setting manager_cel switches them on."}},
    {0}};

/* ---- calls: the last channel's end is theirs ---- */

struct cel_call {
    struct hash_link link;
    uint32_t count;
    char linkedid[32];
};

static struct cel_call *call_find(const struct manager *m, struct slice linkedid)
{
    for (struct hash_link *k = hash_first(&m->cel_calls, hash_slice(linkedid)); k; k = hash_next(k))
        if (slice_eqz(linkedid, CONTAINER_OF(k, struct cel_call, link)->linkedid))
            return CONTAINER_OF(k, struct cel_call, link);
    return NULL;
}

static int call_add(struct manager *m, struct slice linkedid)
{
    struct cel_call *c = call_find(m, linkedid);

    if (!c) {
        c = mem_zalloc(sizeof(*c));
        if (!c)
            return ENOMEM;
        slice_copy(linkedid, c->linkedid, sizeof(c->linkedid));
        if (hash_add(&m->cel_calls, &c->link, hash_slice(linkedid))) {
            mem_free(c);
            return ENOMEM;
        }
    }
    c->count++;
    return 0;
}

static void call_free(struct manager *m, struct cel_call *c)
{
    hash_del(&m->cel_calls, &c->link);
    mem_free(c);
}

/* @return whether it was the last channel of its call */
static bool call_drop(struct manager *m, struct slice linkedid)
{
    struct cel_call *c = call_find(m, linkedid);

    if (!c || --c->count)
        return false;
    call_free(m, c);
    return true;
}

static void forget_calls(struct manager *m)
{
    HASH_FOREACH(&m->cel_calls, k)
    {
        call_free(m, CONTAINER_OF(k, struct cel_call, link));
    }
}

void ev_cel_fini(struct manager *m)
{
    forget_calls(m);
    hash_fini(&m->cel_calls);
}

/* ---- an event ---- */

static const char *ama_name(int flags)
{
    return flags == 1 ? "OMIT" : flags == 2 ? "BILLING" : "DOCUMENTATION";
}

/* is_new: a channel whose parties nobody has told yet, as in Newchannel. */
static struct buf *begin(struct manager *m, const char *name, const struct channel *ch, bool is_new)
{
    struct buf *out = manager_event_begin(m, manager_events_cel);
    const bool is_known = !is_new || !ch->is_outgoing;
    char text[WALL_TEXT];

    if (!out)
        return NULL;
    ami_putz(out, "EventName", name);
    ami_putz(out, "AccountCode", ch->accountcode);
    ami_putz(out, "CallerIDnum", is_known ? ch->caller.number : NULL);
    ami_putz(out, "CallerIDname", is_known ? ch->caller.name : NULL);
    ami_putz(out, "CallerIDani", is_new || ch->is_outgoing ? NULL : ch->ani.number);
    ami_putz(out, "CallerIDrdnis", is_known ? ch->redirecting.from.number : NULL);
    ami_putz(out, "CallerIDdnid", is_new || ch->is_outgoing ? NULL : ch->dnid);
    ami_putz(out, "Exten", ch->exten);
    ami_putz(out, "Context", ch->context);
    ami_putz(out, "Channel", ch->name);
    ami_putz(out, "Application", ch->app);
    ami_putz(out, "AppData", ch->app ? ch->appdata : NULL);
    ami_putz(out, "EventTime", wall_local(loop_wall(m->loop), text));
    ami_putz(out, "AMAFlags", ama_name(ch->amaflags));
    ami_putz(out, "UniqueID", ch->uniqueid);
    ami_putz(out, "LinkedID", ch->linkedid);
    ami_putz(out, "Userfield", ch->userfield);
    return out;
}

static void end(struct manager *m, struct buf *out, const char *peer, const char *peer_account,
                struct slice extra)
{
    ami_putz(out, "Peer", peer);
    ami_putz(out, "PeerAccount", peer_account);
    ami_put(out, "Extra", extra);
    manager_event_end(m);
}

static void put_plain(struct manager *m, const char *name, const struct channel *ch, bool is_new)
{
    struct buf *out = begin(m, name, ch, is_new);

    if (out)
        end(m, out, NULL, NULL, SLICE(""));
}

static void put_bridge(struct manager *m, const char *name, const struct call_fact *f)
{
    const struct channel *peer = bridge_peer(f->channel);
    struct buf *out = begin(m, name, f->channel, false), extra;

    if (!out)
        return;
    buf_init(&extra, 256);
    buf_printf(&extra, "{\"bridge_id\":\"%s\",\"bridge_technology\":\"%s\"}", f->bridge->id,
               f->bridge->is_relay ? "native_rtp" : "simple_bridge");
    end(m, out, peer ? peer->name : NULL, NULL, buf_slice(&extra));
    buf_fini(&extra);
}

static void put_digit(struct manager *m, const struct call_fact *f)
{
    struct buf *out = begin(m, "DTMF", f->channel, false);
    char extra[64];

    if (!out)
        return;
    snprintf(extra, sizeof(extra), "{\"digit\":\"%c\",\"duration_ms\":%u}", (char)f->number, f->ms);
    end(m, out, NULL, NULL, slice_of(extra));
}

/* CELGenUserEvent(name[,extra]) */
static void put_own(struct manager *m, const struct call_fact *f)
{
    struct slice more, name = slice_cut(f->value, ',', &more);
    struct buf *out, extra;
    char text[80];

    slice_copy(slice_from(name.p, name.len < sizeof(text) ? name.len : sizeof(text) - 1), text,
               sizeof(text));
    out = begin(m, text, f->channel, false);
    if (!out)
        return;
    buf_init(&extra, MANAGER_EVENT_MAX);
    if (slice_is_set(more)) {
        buf_addz(&extra, "{\"extra\":");
        utf8_json(more, &extra);
        buf_addz(&extra, "}");
    }
    end(m, out, NULL, NULL, buf_slice(&extra));
    buf_fini(&extra);
}

static void on_hangup(struct manager *m, const struct channel *ch)
{
    const struct slice status = channel_var_get(ch, SLICE("DIALSTATUS"));
    struct buf *out = begin(m, "HANGUP", ch, false), extra;

    if (out) {
        buf_init(&extra, 1024);
        buf_printf(&extra,
                   "{\"hangupcause\":%d,\"hangupsource\":", ch->is_cause_ours ? 0 : ch->cause);
        utf8_json(ch->is_gone ? slice_of(ch->name) : SLICE(""), &extra);
        buf_addz(&extra, ",\"dialstatus\":");
        utf8_json(slice_is_set(status) ? status : SLICE(""), &extra);
        buf_addz(&extra, "}");
        end(m, out, NULL, NULL, buf_slice(&extra));
        buf_fini(&extra);
    }
    put_plain(m, "CHAN_END", ch, false);
    if (call_drop(m, slice_of(ch->linkedid)))
        put_plain(m, "LINKEDID_END", ch, false);
}

/* Its call has become another one's. */
static void on_linked(struct manager *m, const struct call_fact *f)
{
    if (call_drop(m, f->name))
        put_plain(m, "LINKEDID_END", f->channel, false);
    (void)call_add(m, slice_of(f->channel->linkedid));
}

static void on_new(struct manager *m, const struct channel *ch)
{
    if (call_add(m, slice_of(ch->linkedid)))
        log_error("LINKEDID_END of a call will be missing, there is no memory call=%s",
                  ch->linkedid);
    put_plain(m, "CHAN_START", ch, true);
}

void ev_cel_saw(struct manager *m, const struct call_fact *f)
{
    if (!model_settings_of(m->snapshot)->manager_cel) {
        if (m->cel_calls.count) /* switched off: nobody would see their ends */
            forget_calls(m);
        return;
    }
    switch (f->type) {
    case CALL_SHOWN: on_new(m, f->channel); break;
    case CALL_STATE:
        if (f->channel->state == CHANNEL_UP)
            put_plain(m, "ANSWER", f->channel, false);
        break;
    case CALL_BRIDGE_ENTER: put_bridge(m, "BRIDGE_ENTER", f); break;
    case CALL_BRIDGE_LEAVE: put_bridge(m, "BRIDGE_EXIT", f); break;
    case CALL_DTMF: put_digit(m, f); break;
    case CALL_NOTE:
        if (slice_eqz(f->name, "user event"))
            put_own(m, f);
        break;
    case CALL_LINKED: on_linked(m, f); break;
    case CALL_HANGUP: on_hangup(m, f->channel); break;
    default: break;
    }
}
