/* recording.c - see recording.h */
#include "call/recording.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "call/bridge.h"
#include "call/journal.h"
#include "call/local.h"
#include "call/recording_inner.h"

static void tell(struct recording *r, enum call_fact_type type, const char *value, int number)
{
    calls_tell(r->calls, &(struct call_fact){.type = type,
                                             .channel = r->channel,
                                             .recording = r,
                                             .value = value ? slice_of(value) : SLICE_NONE,
                                             .number = number});
}

static void recording_destroy(void *object)
{
    struct recording *r = object;

    timer_stop(&r->beep);
    timer_stop(&r->skip);
    mem_deref(r->tape);
    char *texts[] = {r->channel_name, r->caller, r->caller_name, r->connected, r->connected_name,
                     r->exten,        r->mixed,  r->rx,          r->tx,        r->options,
                     r->command};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        mem_free(texts[i]);
}

struct recording *recording_new(struct calls *c)
{
    struct recording *r = mem_alloc(sizeof(*r), recording_destroy);

    if (r)
        r->calls = c;
    return r;
}

void recording_enter(struct recording *r, struct channel *ch)
{
    list_append(&r->calls->recordings, &r->link);
    if (!ch)
        return;
    r->channel = ch;
    list_append(&ch->recordings, &r->of_channel);
    ch->recording_count++;
    bridge_media_use(ch, true);
}

/* ---- who talks ---- */

static int set_party(char **number, char **name, const struct party *p)
{
    int err = p->number ? channel_set(number, slice_of(p->number)) : 0;

    return !err && p->name ? channel_set(name, slice_of(p->name)) : err;
}

/* As it stands now: before Dial nobody knows to whom. */
static int note_parties(struct recording *r)
{
    const struct channel *ch = r->channel;
    int err = set_party(&r->caller, &r->caller_name, &ch->caller);

    memcpy(r->linkedid, ch->linkedid, sizeof(r->linkedid));
    return err ? err : set_party(&r->connected, &r->connected_name, &ch->connected);
}

/* Its channel is not recorded by it any more. */
static void part(struct recording *r)
{
    struct channel *ch = r->channel;

    if (!ch)
        return;
    (void)note_parties(r);
    timer_stop(&r->beep);
    timer_stop(&r->skip);
    list_unlink(&r->of_channel);
    ch->recording_count--;
    r->channel = NULL;
    bridge_media_use(ch, false);
    if (local_twin(ch) && !ch->recording_count) {
        channel_on_optimize(ch);
        channel_on_optimize(local_twin(ch));
    }
}

/* ---- its end ---- */

static const char *next_step(int err)
{
    switch (err) {
    case ENOSPC:
    case EDQUOT: return "the disk is full: remove old recordings or move folder recordings";
    case EACCES:
    case EROFS: return "folder recordings cannot be written to: look at its owner and rights";
    case EINVAL:
        return "the name or its extension is not taken: wav, wav16, WAV, gsm, sln, ulaw, alaw";
    case ENAMETOOLONG: return "choose a shorter name";
    case EBUSY: return "another recording, or another program, has that file: choose another name";
    case EFBIG: return "the file is as long as it can be: record into another one";
    case ENOBUFS: return "the disk is too slow for so many recordings";
    case EMFILE:
    case EAGAIN: return "too many recordings at once";
    case ETIMEDOUT: return "the media role does not answer";
    default: return "look at the log of the media role";
    }
}

const char *recording_file(const struct recording *r)
{
    return r->mixed ? r->mixed : r->rx ? r->rx : r->tx;
}

static void complain(const struct recording *r)
{
    log_warning(
        "recording %s, the call goes on call=%s channel=\"%s\" file=\"%s\" ms=%u err=\"%s\" "
        "next=\"%s\"",
        r->ms ? "broke off" : "not made", r->linkedid, r->channel_name, recording_file(r), r->ms,
        strerror(r->err), next_step(r->err));
}

/* Its last moment: the tables' reference goes. */
static void end(struct recording *r, int err)
{
    r->err = err;
    r->is_stopped = true;
    r->ended = loop_wall(r->calls->loop);
    if (r->channel)
        (void)note_parties(r);
    if (err)
        complain(r);
    tell(r, CALL_RECORDING_END, NULL, err);
    part(r);
    call_journal_recording_over(r);
    calls_recording_gone(r);
}

static void on_begun(int err, void *arg)
{
    struct recording *r = arg;

    if (err) {
        end(r, err);
        return;
    }
    r->begun.us = (int64_t)tape_begun_us(r->tape);
    call_journal_recording(r);
}

static void on_ended(const struct media_tape_ended *e, void *arg)
{
    struct recording *r = arg;

    r->ms = e->ms;
    r->bytes = e->bytes;
    r->lost = e->lost;
    r->packets = e->rx_packets + e->tx_packets;
    end(r, e->err);
}

struct tape_handlers recording_handlers(struct recording *r)
{
    return (struct tape_handlers){.begun = on_begun, .ended = on_ended, .arg = r};
}

static void stop(struct recording *r)
{
    r->is_stopped = true;
    part(r);
    tape_stop(r->tape, 0, r->is_temporary && !r->command);
    call_journal_recording(r);
}

void recording_stop(struct recording *r)
{
    struct channel *ch = r->channel;

    if (r->is_stopped)
        return;
    tell(r, CALL_RECORDING_STOP, NULL, 0);
    stop(r);
    if (r->is_beep_last && ch)
        channel_beep(ch);
}

void recording_leave(struct channel *ch)
{
    struct link *k;

    while ((k = list_first(&ch->recordings)) != NULL)
        stop(recording_of_link(k));
}

/* ---- its beginning ---- */

static int set_text(char **to, struct slice s)
{
    return slice_is_set(s) && s.len ? channel_set(to, s) : 0;
}

static int take_args(struct recording *r, const struct recording_args *a)
{
    int err = set_text(&r->mixed, a->mixed);

    if (!err)
        err = set_text(&r->rx, a->rx);
    if (!err)
        err = set_text(&r->tx, a->tx);
    if (!err)
        err = set_text(&r->options, a->options);
    if (!err)
        err = set_text(&r->command, a->command);
    r->is_stereo = a->is_stereo;
    r->is_append = a->is_append;
    r->is_joined_only = a->is_joined_only;
    r->is_temporary = a->is_temporary;
    r->is_beep_first = a->is_beep_first;
    r->is_beep_last = a->is_beep_last;
    r->beep_s = a->beep_s;
    return err;
}

static int describe(struct recording *r, const struct channel *ch)
{
    uint64_t number;
    int err;

    rand_bytes(&number, sizeof(number));
    snprintf(r->id, sizeof(r->id), "0x%016" PRIx64, number);
    rand_uuid(r->uuid);
    memcpy(r->uniqueid, ch->uniqueid, sizeof(r->uniqueid));
    r->begun = loop_wall(r->calls->loop);
    err = channel_set(&r->channel_name, slice_of(ch->name));
    return err ? err : set_text(&r->exten, slice_of(ch->exten));
}

uint8_t recording_muted(const struct recording *r, bool is_hidden)
{
    const uint8_t sides = is_hidden ? RECORDING_BOTH : r->muted;

    return timer_is_on(&r->skip) ? sides | MEDIA_TAPE_PAUSED : sides;
}

static int apply_muted(struct recording *r)
{
    int err = tape_set_muted(r->tape, recording_muted(r, r->channel && r->channel->is_hidden));

    call_journal_recording(r);
    return err;
}

static void on_skipped(void *arg)
{
    (void)apply_muted(arg);
}

void recording_skip(struct recording *r, uint64_t ms)
{
    if (ms)
        timer_start(r->calls->loop, &r->skip, ms, on_skipped, r);
}

static int begin_tape(struct recording *r, struct channel *ch, const struct recording_args *a)
{
    const struct tape_handlers h = recording_handlers(r);
    const struct tape_args args = {.mixed = a->mixed,
                                   .rx = a->rx,
                                   .tx = a->tx,
                                   .is_stereo = a->is_stereo,
                                   .is_append = a->is_append,
                                   .is_joined_only = a->is_joined_only,
                                   .rx_db = a->rx_db,
                                   .tx_db = a->tx_db,
                                   .muted = recording_muted(r, ch->is_hidden)};

    return tape_start(&r->tape, ch->stream, &args, &h);
}

static void on_beep(void *arg)
{
    struct recording *r = arg;

    channel_beep(r->channel);
    recording_beep_on(r);
}

void recording_beep_on(struct recording *r)
{
    if (r->beep_s && r->channel)
        timer_start(r->calls->loop, &r->beep, (uint64_t)r->beep_s * 1000, on_beep, r);
}

int recording_start(struct recording **rp, struct channel *ch, const struct recording_args *args)
{
    struct recording *r;
    int err;

    if (!ch->stream || ch->is_ended)
        return ENOTCONN;
    if (ch->recording_count >= RECORDINGS_OF_CHANNEL)
        return EAGAIN;
    r = recording_new(ch->calls);
    if (!r)
        return ENOMEM;
    err = describe(r, ch);
    if (!err)
        err = take_args(r, args);
    recording_skip(r, args->skip_ms);
    if (!err)
        err = begin_tape(r, ch, args);
    if (err) {
        mem_deref(r);
        return err;
    }
    recording_enter(r, ch);
    (void)note_parties(r);
    call_journal_recording(r);
    recording_beep_on(r);
    tell(r, CALL_RECORDING_BEGIN, NULL, 0);
    if (r->is_beep_first)
        channel_beep(ch);
    if (rp)
        *rp = r;
    return 0;
}

/* ---- while it runs ---- */

struct recording *recording_find(const struct channel *ch, struct slice id)
{
    struct recording *newest = NULL;

    LIST_FOREACH(&ch->recordings, k)
    {
        struct recording *r = recording_of_link(k);

        if (id.len && slice_caseeqz(id, r->id))
            return r;
        newest = r;
    }
    return id.len ? NULL : newest;
}

static const char *sides_word(uint8_t sides)
{
    return sides == RECORDING_READ ? "read" : sides == RECORDING_WRITE ? "write" : "both";
}

int recording_mute(struct channel *ch, struct slice id, uint8_t sides, bool is_muted)
{
    struct recording *first = NULL;
    int err = 0;

    LIST_FOREACH(&ch->recordings, k)
    {
        struct recording *r = recording_of_link(k);

        if (id.len && !slice_caseeqz(id, r->id))
            continue;
        r->muted = (uint8_t)(is_muted ? r->muted | sides : r->muted & ~sides);
        if (apply_muted(r) && !err)
            err = ENOMEM;
        if (!first)
            first = r;
    }
    if (!first)
        return ENOENT;
    tell(first, CALL_RECORDING_MUTE, sides_word(sides), is_muted);
    return err;
}

void recording_hide(struct channel *ch, bool is_hidden)
{
    if (ch->is_hidden == is_hidden)
        return;
    ch->is_hidden = is_hidden;
    LIST_FOREACH(&ch->recordings, k)
    {
        (void)apply_muted(recording_of_link(k));
    }
}

/* ---- all of a station ---- */

const struct list *calls_recordings(const struct calls *c)
{
    return &c->recordings;
}

void calls_recording_gone(struct recording *r)
{
    struct calls *c = r->calls;

    list_unlink(&r->link);
    mem_deref(r);
    calls_closing_look(c);
}

void calls_recordings_end(struct calls *c)
{
    struct link *k;

    while ((k = list_first(&c->recordings)) != NULL) {
        struct recording *r = CONTAINER_OF(k, struct recording, link);

        part(r);
        tape_forget(r->tape);
        calls_recording_gone(r);
    }
}
