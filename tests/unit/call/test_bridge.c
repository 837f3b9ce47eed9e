/* test_bridge.c - what passes between two bridged channels besides packets */
#include "fixture.h"

/* The media role, played by hand. */
struct role {
    struct ipc *ipc;
    uint32_t digits;
    uint32_t id; /* of the stream that was to get the last one */
    char digit;
};

static void on_role_message(struct ipc *c, uint16_t id, const void *msg, int fd, void *arg)
{
    struct role *r = arg;

    if (id != MEDIA_SEND_DTMF)
        return;
    r->digits++;
    r->id = ((const struct media_send_dtmf *)msg)->id;
    r->digit = ((const struct media_send_dtmf *)msg)->digits[0];
}

static int attach(struct fixture *f, struct role *r)
{
    struct ipc *ours = NULL;
    int err = ipc_pair(&ours, &r->ipc, f->loop, &media_protocol);

    if (err)
        return err;
    ipc_set_handlers(r->ipc, on_role_message, NULL, r);
    media_attach(f->media, ours);
    return 0;
}

static int set_remote(struct fixture *f, struct channel *ch, uint8_t dtmf_payload)
{
    struct sdp_agreed agreed = {.count = 1, .dir = SDP_SENDRECV, .dtmf_payload = dtmf_payload};
    struct media_stream_args stream = {0};
    int err = 0;

    addr_parse_host(&stream.local, SLICE("0.0.0.0"), 0);
    addr_parse_host(&agreed.rtp, SLICE("192.0.2.1"), 4000);
    if (!ch->stream)
        err = media_stream_alloc(&ch->stream, f->media, &stream, NULL);
    return err ? err
               : media_stream_set_remote(ch->stream,
                                         &(struct media_remote_args){.agreed = &agreed});
}

static void press(struct fixture *f, struct channel *from, char digit, bool is_signalled)
{
    (void)bridge_on_event(from->bridge, &(struct channel_event){.type = CHANNEL_EV_DTMF,
                                                                .channel = from,
                                                                .digit = digit,
                                                                .is_signalled = is_signalled,
                                                                .ms = 100});
    loop_fake_settle(f->loop);
}

/* b has no telephone-event: what a dials there would be lost between the streams. */
static int digits_reach_a_phone_without_telephone_event(void)
{
    struct channel *a = NULL, *b = NULL;
    struct bridge *bridge = NULL;
    struct role r = {0};
    struct fixture f;
    int err = 0;

    CHECK_OK(fixture_init(&f, 10));
    CHECK_OK_TO(attach(&f, &r), out);
    CHECK_OK_TO(fixture_channel(&a, &f, NULL), out);
    CHECK_OK_TO(fixture_channel(&b, &f, a), out);
    CHECK_OK_TO(set_remote(&f, a, 101), out);
    CHECK_OK_TO(set_remote(&f, b, 0), out);
    CHECK_OK_TO(bridge_alloc(&bridge, f.calls), out);
    CHECK_OK_TO(bridge_join(bridge, a), out);
    CHECK_OK_TO(bridge_join(bridge, b), out);
    press(&f, b, '1', false); /* relayed */
    CHECK_TO(r.digits == 0, out);
    press(&f, a, '5', false);
    CHECK_TO(unit_is_rerun() || (r.digits == 1 && r.digit == '5'), out);
    press(&f, b, '7', true); /* by INFO */
    CHECK_TO(unit_is_rerun() || (r.digits == 2 && r.digit == '7'), out);
out:
    if (a)
        channel_hangup(a, CAUSE_NORMAL);
    if (b)
        channel_hangup(b, CAUSE_NORMAL);
    mem_deref(bridge);
    loop_fake_advance(f.loop, 2000); /* the last statistics come while the core is there */
    if (r.ipc)
        ipc_close(r.ipc);
    mem_deref(r.ipc);
    fixture_fini(&f);
    mem_deref(a);
    mem_deref(b);
    return err;
}

UNIT_TESTS(UNIT(digits_reach_a_phone_without_telephone_event))
