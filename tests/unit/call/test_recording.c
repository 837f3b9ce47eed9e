/* test_recording.c - recordings of a channel, against a media role that the test plays by hand */
#include <errno.h>

#include "call/observe.h"
#include "call/recording.h"
#include "fixture.h"

struct desk {
    struct fixture f;
    struct ipc *role;
    struct channel *ch;
    struct call_observer observer;
    /* what the media role was told */
    uint32_t tapes, stops, tape;
    char mixed[64];
    uint8_t muted;
    /* what observers were told */
    char facts[64]; /* a letter each: B M S E */
    char id[19], value[8];
    int err;
    uint32_t ms;
    bool had_channel;
};

static void on_message(struct ipc *c, uint16_t id, const void *msg, int fd, void *arg)
{
    const struct media_tape *t = msg;
    struct desk *d = arg;

    if (id == MEDIA_TAPE) {
        d->tapes++;
        d->tape = t->tape;
        d->muted = t->muted;
        (void)slice_copy(t->mixed, d->mixed, sizeof(d->mixed));
    } else if (id == MEDIA_TAPE_SET) {
        d->muted = ((const struct media_tape_set *)msg)->muted;
    } else if (id == MEDIA_TAPE_STOP) {
        d->stops++;
    }
}

static void on_closed(struct ipc *c, int err, void *arg)
{
}

static void on_fact(const struct call_fact *f, void *arg)
{
    static const char letters[] = "BMSE";
    struct desk *d = arg;
    size_t n = strlen(d->facts);

    if (f->type < CALL_RECORDING_BEGIN || f->type > CALL_RECORDING_END || n + 1 >= sizeof(d->facts))
        return;
    d->facts[n] = letters[f->type - CALL_RECORDING_BEGIN];
    memcpy(d->id, f->recording->id, sizeof(d->id));
    (void)slice_copy(f->value, d->value, sizeof(d->value));
    d->err = f->recording->err;
    d->ms = f->recording->ms;
    d->had_channel = f->channel != NULL;
}

static int attach(struct desk *d)
{
    struct ipc *ours = NULL;
    int err = ipc_pair(&ours, &d->role, d->f.loop, &media_protocol);

    if (err)
        return err;
    ipc_set_handlers(d->role, on_message, on_closed, d);
    media_attach(d->f.media, ours);
    loop_fake_settle(d->f.loop);
    return 0;
}

static int open_channel(struct desk *d)
{
    struct media_stream_args at = {0};
    int err = fixture_channel(&d->ch, &d->f, NULL);

    addr_parse_host(&at.local, SLICE("0.0.0.0"), 0);
    if (!err)
        err = channel_open_stream(d->ch, &at, NULL, NULL);
    return err ? err : channel_answer(d->ch);
}

static int open_desk(struct desk *d)
{
    int err;

    memset(d, 0, sizeof(*d));
    err = fixture_init(&d->f, 0);
    if (err)
        return err;
    d->observer.h = on_fact;
    d->observer.arg = d;
    calls_observe(d->f.calls, &d->observer);
    err = attach(d);
    return err ? err : open_channel(d);
}

static void close_desk(struct desk *d)
{
    if (d->ch)
        channel_hangup(d->ch, CAUSE_NORMAL);
    mem_deref(d->ch);
    if (d->f.loop)
        loop_fake_advance(d->f.loop, 2000); /* streams say goodbye while their calls are there */
    if (d->role)
        ipc_close(d->role);
    mem_deref(d->role);
    fixture_fini(&d->f);
}

static void say(struct desk *d, uint16_t id, const void *msg)
{
    (void)ipc_send(d->role, id, msg);
    loop_fake_settle(d->f.loop);
}

static void say_begun(struct desk *d, int err)
{
    say(d, MEDIA_TAPE_BEGUN,
        &(struct media_tape_begun){.tape = d->tape, .err = err, .begun_us = err ? 0 : 77});
}

static void say_ended(struct desk *d, int err)
{
    say(d, MEDIA_TAPE_ENDED,
        &(struct media_tape_ended){.tape = d->tape, .err = err, .ms = 1500, .bytes = 24044});
}

static const struct recording_args mixed = {.mixed = {"a.wav", 5}, .command = {"ls", 2}};

static bool told(const struct desk *d, const char *facts)
{
    return unit_is_rerun() || strcmp(d->facts, facts) == 0;
}

static int it_begins_and_ends_with_its_channel(void)
{
    struct recording *r = NULL;
    struct desk d;
    int err;

    CHECK_OK_TO(open_desk(&d), out);
    CHECK_OK_TO(recording_start(&r, d.ch, &mixed), out);
    loop_fake_settle(d.f.loop);
    CHECK_TO(r->channel == d.ch && d.ch->media_users == 1 && strlen(r->id) == 18, out);
    CHECK_TO(unit_is_rerun() || (d.tapes == 1 && !strcmp(d.mixed, "a.wav")), out);
    say_begun(&d, 0);
    CHECK_TO(told(&d, "B"), out);
    CHECK_TO(unit_is_rerun() || r->begun.us == 77, out);
    channel_hangup(d.ch, CAUSE_NORMAL);
    loop_fake_settle(d.f.loop);
    CHECK_TO(told(&d, "B") && d.ch->media_users == 0, out);
    CHECK_TO(unit_is_rerun() || (d.stops == 1 && !list_is_empty(calls_recordings(d.f.calls))), out);
    say_ended(&d, 0);
    CHECK_TO(told(&d, "BE"), out);
    CHECK_TO(unit_is_rerun() || (!d.had_channel && d.ms == 1500 && !d.err), out);
    CHECK_TO(unit_is_rerun() || list_is_empty(calls_recordings(d.f.calls)), out);
out:
    close_desk(&d);
    return err;
}

static int it_is_stopped_by_its_id(void)
{
    struct recording *first = NULL, *second = NULL;
    struct desk d;
    int err;

    CHECK_OK_TO(open_desk(&d), out);
    CHECK_OK_TO(recording_start(&first, d.ch, &mixed), out);
    CHECK_OK_TO(recording_start(&second, d.ch, &mixed), out);
    CHECK_TO(recording_find(d.ch, slice_of(first->id)) == first, out);
    CHECK_TO(recording_find(d.ch, SLICE_NONE) == second && d.ch->media_users == 2, out);
    CHECK_TO(!recording_find(d.ch, SLICE("0x12")), out);
    recording_stop(first);
    recording_stop(first);
    CHECK_TO(told(&d, "BBS") && d.ch->media_users == 1, out);
    CHECK_TO(recording_find(d.ch, SLICE_NONE) == second && !first->channel, out);
out:
    close_desk(&d);
    return err;
}

static int what_is_not_written_is_told_and_the_call_goes_on(void)
{
    struct desk d;
    int err;

    CHECK_OK_TO(open_desk(&d), out);
    CHECK_OK_TO(recording_start(NULL, d.ch, &mixed), out);
    loop_fake_settle(d.f.loop);
    say_begun(&d, EACCES);
    CHECK_TO(told(&d, "BE"), out);
    CHECK_TO(unit_is_rerun() || (d.err == EACCES && d.ms == 0 && d.had_channel), out);
    CHECK_TO(unit_is_rerun() || (d.ch->media_users == 0 && !d.ch->is_hungup), out);
    CHECK_OK_TO(recording_start(NULL, d.ch, &mixed), out);
    loop_fake_settle(d.f.loop);
    say_begun(&d, 0);
    say_ended(&d, ENOSPC);
    CHECK_TO(told(&d, "BEBE"), out);
    CHECK_TO(unit_is_rerun() || (d.err == ENOSPC && d.ms == 1500), out);
    CHECK_TO(unit_is_rerun() || (d.ch->media_users == 0 && !d.ch->is_hungup), out);
out:
    close_desk(&d);
    return err;
}

static int sides_are_silent_and_secrets_are(void)
{
    struct recording *r = NULL;
    struct desk d;
    int err;

    CHECK_OK_TO(open_desk(&d), out);
    CHECK_TO(recording_mute(d.ch, SLICE_NONE, RECORDING_READ, true) == ENOENT, out);
    CHECK_OK_TO(recording_start(&r, d.ch, &mixed), out);
    CHECK_OK_TO(recording_mute(d.ch, SLICE_NONE, RECORDING_READ, true), out);
    CHECK_TO(recording_mute(d.ch, SLICE("0x1"), RECORDING_READ, true) == ENOENT, out);
    loop_fake_settle(d.f.loop);
    CHECK_TO(told(&d, "BM") && (unit_is_rerun() || !strcmp(d.value, "read")), out);
    CHECK_TO(unit_is_rerun() || d.muted == MEDIA_TAPE_RX, out);
    recording_hide(d.ch, true);
    CHECK_OK_TO(recording_mute(d.ch, slice_of(r->id), RECORDING_READ, false), out);
    loop_fake_settle(d.f.loop);
    CHECK_TO(unit_is_rerun() || d.muted == (MEDIA_TAPE_RX | MEDIA_TAPE_TX), out);
    CHECK_OK_TO(recording_start(NULL, d.ch, &mixed), out);
    loop_fake_settle(d.f.loop);
    CHECK_TO(unit_is_rerun() || d.muted == (MEDIA_TAPE_RX | MEDIA_TAPE_TX), out);
    recording_hide(d.ch, false);
    loop_fake_settle(d.f.loop);
    CHECK_TO(unit_is_rerun() || (d.muted == 0 && told(&d, "BMMB")), out);
out:
    close_desk(&d);
    return err;
}

static int there_is_a_ceiling(void)
{
    struct desk d;
    int err;

    CHECK_OK_TO(open_desk(&d), out);
    for (int i = 0; i < RECORDINGS_OF_CHANNEL; i++)
        CHECK_OK_TO(recording_start(NULL, d.ch, &mixed), out);
    CHECK_TO(recording_start(NULL, d.ch, &mixed) == EAGAIN, out);
    CHECK_TO(recording_start(NULL, d.ch, &(struct recording_args){0}) == EAGAIN, out);
    channel_hangup(d.ch, CAUSE_NORMAL);
    CHECK_TO(recording_start(NULL, d.ch, &mixed) == ENOTCONN, out);
    CHECK_TO(d.ch->media_users == 0, out);
out:
    close_desk(&d);
    return err;
}

UNIT_TESTS(UNIT(it_begins_and_ends_with_its_channel), UNIT(it_is_stopped_by_its_id),
           UNIT(what_is_not_written_is_told_and_the_call_goes_on),
           UNIT(sides_are_silent_and_secrets_are), UNIT(there_is_a_ceiling))
