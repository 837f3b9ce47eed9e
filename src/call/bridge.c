/* bridge.c - see bridge.h */
#include <errno.h>
#include <string.h>

#include "base/bug.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "call/bridge.h"
#include "call/cdr.h"
#include "call/inner.h"
#include "call/secret.h"

static void tell(struct bridge *b, struct channel *ch, enum call_fact_type type)
{
    calls_tell(b->calls, &(struct call_fact){.type = type, .channel = ch, .bridge = b});
}

static void bridge_destroy(void *object)
{
    struct bridge *b = object;

    tell(b, NULL, CALL_BRIDGE_END);
    mem_deref(b->calls);
    BUG_IF(!list_is_empty(&b->members)); /* members hold references */
}

int bridge_alloc(struct bridge **bp, struct calls *c)
{
    struct bridge *b = mem_alloc(sizeof(*b), bridge_destroy);

    if (!b)
        return ENOMEM;
    rand_uuid(b->id);
    list_init(&b->members);
    b->calls = mem_ref(c);
    b->created = loop_wall(c->loop);
    tell(b, NULL, CALL_BRIDGE_NEW);
    *bp = b;
    return 0;
}

struct channel *bridge_peer(const struct channel *ch)
{
    if (!ch->bridge)
        return NULL;
    LIST_FOREACH(&ch->bridge->members, k)
    {
        struct channel *other = CONTAINER_OF(k, struct channel, bridge_link);

        if (other != ch)
            return other;
    }
    return NULL;
}

/* Both legs carry the id of the call that began first, as in Asterisk. */
static void share_linkedid(struct channel *a, struct channel *b)
{
    const bool is_a_first = a->created_mono.us <= b->created_mono.us;
    const struct channel *first = is_a_first ? a : b;
    struct channel *later = is_a_first ? b : a;
    char old[sizeof(later->linkedid)];

    if (strcmp(later->linkedid, first->linkedid) == 0)
        return;
    memcpy(old, later->linkedid, sizeof(old));
    memcpy(later->linkedid, first->linkedid, sizeof(old));
    calls_tell(later->calls,
               &(struct call_fact){.type = CALL_LINKED, .channel = later, .name = slice_of(old)});
}

static int connect_streams(struct channel *a, struct channel *b)
{
    if (!a->stream || !b->stream)
        return ENOTCONN;
    channel_play_stop(a);
    channel_play_stop(b);
    return media_stream_connect(a->stream, b->stream);
}

static bool is_full(const struct bridge *b)
{
    const struct link *first = list_first(&b->members);

    return first && list_next(&b->members, first);
}

/* The technologies may let media pass us by, and have to bring them back. */
static void tell_tech(struct channel *ch, struct channel *peer)
{
    if (ch->tech->bridged && ch->pvt)
        ch->tech->bridged(ch, peer);
}

void bridge_media_use(struct channel *ch, bool is_on)
{
    struct channel *peer = bridge_peer(ch);
    bool was_on = ch->media_users > 0;

    BUG_IF(!is_on && !was_on);
    ch->media_users = is_on ? ch->media_users + 1 : ch->media_users - 1;
    if (peer && was_on != (ch->media_users > 0))
        tell_tech(ch, peer);
}

/* Variables BRIDGEPEER and BRIDGEPVTCALLID of ch: who the other one is; peer NULL: nobody. */
static void name_peer(struct channel *ch, struct channel *peer)
{
    const struct slice call_id = SLICE("BRIDGEPVTCALLID");
    struct buf id;

    buf_init(&id, 512);
    if (peer && peer->tech->get && peer->pvt)
        (void)peer->tech->get(peer, SLICE("pjsip,call-id"), &id);
    (void)channel_var_set(ch, SLICE("BRIDGEPEER"), peer ? slice_of(peer->name) : SLICE_NONE);
    if (id.len || slice_is_set(channel_var_get(ch, call_id)))
        (void)channel_var_set(ch, call_id, id.len ? buf_slice(&id) : SLICE_NONE);
    buf_fini(&id);
}

static bool is_relay(const struct channel *a, const struct channel *b)
{
    return a->tech->bridged && b->tech->bridged && !a->media_users && !b->media_users;
}

int bridge_join(struct bridge *b, struct channel *ch)
{
    struct channel *peer;
    int err;

    if (ch->bridge || is_full(b))
        return EBUSY;
    if (ch->is_hungup)
        return ECONNRESET;
    list_append(&b->members, &ch->bridge_link);
    ch->bridge = mem_ref(b);
    tell(b, ch, CALL_BRIDGE_ENTER);
    peer = bridge_peer(ch);
    if (!peer)
        return 0;
    secret_join(peer, ch);
    err = connect_streams(peer, ch);
    if (err) {
        secret_part(peer, ch);
        tell(b, ch, CALL_BRIDGE_LEAVE);
        list_unlink(&ch->bridge_link);
        ch->bridge = mem_deref(ch->bridge);
        return err;
    }
    share_linkedid(peer, ch);
    cdr_bridge(peer, ch);
    b->is_relay = is_relay(ch, peer);
    name_peer(peer, ch);
    name_peer(ch, peer);
    tell_tech(ch, peer);
    return 0;
}

void bridge_sound(struct bridge *b, bool is_on)
{
    struct link *first = list_first(&b->members);
    struct channel *ch = first ? CONTAINER_OF(first, struct channel, bridge_link) : NULL;
    struct channel *peer = ch ? bridge_peer(ch) : NULL;

    if (!peer || !ch->stream)
        return;
    if (!is_on)
        (void)media_stream_disconnect(ch->stream);
    else if (connect_streams(ch, peer))
        channel_softhangup(ch, CAUSE_FAILURE);
}

void bridge_leave(struct channel *ch)
{
    struct channel *peer = bridge_peer(ch);

    if (!ch->bridge)
        return;
    if (peer) {
        secret_part(peer, ch);
        cdr_unbridge(peer, ch);
    }
    if (ch->stream && media_stream_peer(ch->stream))
        media_stream_disconnect(ch->stream);
    if (peer) {
        name_peer(ch, NULL);
        name_peer(peer, NULL);
    }
    tell(ch->bridge, ch, CALL_BRIDGE_LEAVE);
    list_unlink(&ch->bridge_link);
    ch->bridge = mem_deref(ch->bridge);
    tell_tech(ch, NULL);
    if (peer)
        tell_tech(peer, NULL);
    if (peer && ch->is_on_hold)
        channel_play_stop(peer); /* the music that it heard instead of us */
}

/* Digits that came as telephone-events were relayed between the streams already, where both know
   them; those of INFO were not, and a leg that wants INFO gets it. */
static void pass_digit(struct channel *to, const struct channel_event *ev)
{
    int err = to->tech->dtmf ? to->tech->dtmf(to, ev->digit, ev->ms) : ENOTSUP;

    calls_tell(to->calls, &(struct call_fact){.type = CALL_DTMF,
                                              .channel = to,
                                              .value = SLICE("Sent"),
                                              .number = secret_digit(to, ev->digit, true),
                                              .ms = ev->ms});
    if (err == ENOTSUP && to->stream &&
        (ev->is_signalled || ev->is_held || media_stream_needs_tones(to->stream))) {
        char text[2] = {ev->digit, '\0'};

        err = media_stream_send_dtmf(to->stream, slice_of(text), (uint16_t)ev->ms);
    }
    if (err && err != ENOTSUP)
        log_notice("digit not passed on call=%s channel=\"%s\" err=\"%s\"", to->linkedid, to->name,
                   strerror(err));
}

bool bridge_on_event(struct bridge *b, const struct channel_event *ev)
{
    struct channel *ch = ev->channel, *peer;

    if (ch->bridge != b)
        return false;
    if (ch->is_hungup)
        return true;
    peer = bridge_peer(ch);
    if (!peer)
        return false;
    switch (ev->type) {
    case CHANNEL_EV_DTMF: pass_digit(peer, ev); break;
    case CHANNEL_EV_HOLD: channel_indicate(peer, CHANNEL_IND_HOLD); break;
    case CHANNEL_EV_UNHOLD: channel_indicate(peer, CHANNEL_IND_UNHOLD); break;
    case CHANNEL_EV_CONNECTED:
        (void)channel_update_connected(peer, &ch->caller, CONNECTED_UNKNOWN);
        break;
    case CHANNEL_EV_REDIRECTED: (void)channel_update_redirecting(peer, &ch->redirecting); break;
    case CHANNEL_EV_STREAM: tell_tech(ch, peer); break;
    default: break;
    }
    return false;
}
