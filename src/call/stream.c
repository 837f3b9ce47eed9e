/* stream.c - what a leg hears and says: its media stream (channel.h) */
#include <errno.h>

#include "base/log.h"
#include "base/mem.h"
#include "call/inner.h"
#include "dsp/tone.h"

#define STATS_MS 1000 /* the media role answers in one, unless it has just died */

static void on_created(int err, const struct addr *local, void *arg)
{
    struct channel *ch = arg;
    channel_ready_h *ready = ch->ready;

    ch->ready = NULL;
    if (err)
        log_warning("no media stream call=%s channel=\"%s\" err=\"%s\"", ch->linkedid, ch->name,
                    strerror(err));
    if (ready)
        ready(ch, err, ch->ready_arg);
}

static void on_play_done(int err, uint32_t position_ms, const char *missing, void *arg)
{
    struct channel *ch = arg;

    if (err && missing && missing[0])
        log_warning("sound file cannot be played call=%s channel=\"%s\" file=\"%s\" language=%s "
                    "err=\"%s\"",
                    ch->linkedid, ch->name, missing, ch->language ? ch->language : "",
                    strerror(err));
    channel_push(ch, (struct channel_event){.type = CHANNEL_EV_PLAY_DONE,
                                            .err = err,
                                            .ms = position_ms,
                                            .play_id = ch->play_id});
}

static void on_dtmf(char digit, uint32_t ms, bool is_held, void *arg)
{
    struct channel *ch = arg;

    if (!ch->is_hungup)
        channel_push(ch,
                     (struct channel_event){
                         .type = CHANNEL_EV_DTMF, .digit = digit, .ms = ms, .is_held = is_held});
}

static void on_timeout(uint32_t ms, bool is_held, void *arg)
{
    struct channel *ch = arg;

    log_notice("no RTP from the phone, hanging up call=%s channel=\"%s\" after_ms=%u held=%d",
               ch->linkedid, ch->name, ms, is_held);
    calls_tell(ch->calls,
               &(struct call_fact){.type = CALL_NOTE, .channel = ch, .name = SLICE("silence")});
    channel_end(ch, CAUSE_TEMPORARY, "silence");
}

static void on_position(uint32_t ms, bool is_paused, void *arg)
{
    struct channel *ch = arg;

    ch->is_paused = is_paused;
    channel_push(
        ch, (struct channel_event){
                .type = CHANNEL_EV_POSITION, .is_on = is_paused, .ms = ms, .play_id = ch->play_id});
}

static void on_talk(bool is_talking, uint32_t ms, void *arg)
{
    struct channel *ch = arg;

    if (!ch->is_hungup)
        channel_push(
            ch, (struct channel_event){.type = CHANNEL_EV_TALK, .is_on = is_talking, .ms = ms});
}

/* Of a task that waits for numbers: on its stack. */
struct channel_stats_wait {
    struct waiter waiter;
    struct media_stats *to;
};

static void on_stats(const struct media_stats *st, void *arg)
{
    struct channel *ch = arg;

    if (!ch->stats_wait)
        return;
    *ch->stats_wait->to = *st;
    waiter_wake(&ch->stats_wait->waiter);
    ch->stats_wait = NULL;
}

int channel_stats(struct channel *ch, struct media_stats *st)
{
    struct channel_stats_wait w = {.to = st};
    int err;

    if (!ch->stream)
        return ENOTCONN;
    if (!task_self() || ch->stats_wait)
        return EBUSY;
    mem_ref(ch);
    ch->stats_wait = &w;
    err = media_stream_get_stats(ch->stream);
    if (!err)
        err = waiter_wait(&w.waiter, STATS_MS);
    ch->stats_wait = NULL;
    mem_deref(ch);
    return err;
}

static struct media_stream_handlers handlers_of(struct channel *ch)
{
    return (struct media_stream_handlers){
        .created = on_created,
        .play_done = on_play_done,
        .position = on_position,
        .talk = on_talk,
        .dtmf = on_dtmf,
        .timeout = on_timeout,
        .stats = on_stats,
        .arg = ch,
    };
}

int channel_open_stream(struct channel *ch, const struct media_stream_args *args,
                        channel_ready_h *ready, void *arg)
{
    const struct media_stream_handlers h = handlers_of(ch);
    int err;

    if (ch->stream || ch->is_ended)
        return EINVAL;
    ch->ready = ready;
    ch->ready_arg = arg;
    err = media_stream_alloc(&ch->stream, ch->calls->media, args, &h);
    if (err)
        ch->ready = NULL;
    return err;
}

int channel_open_pair(struct channel *a, struct channel *b)
{
    const struct media_stream_handlers ha = handlers_of(a), hb = handlers_of(b);

    if (a->stream || b->stream || a->is_ended || b->is_ended)
        return EINVAL;
    return media_stream_alloc_pair(&a->stream, &b->stream, a->calls->media, &ha, &hb);
}

int channel_adopt_stream(struct channel *ch, const struct media_saved *saved)
{
    const struct media_stream_handlers h = handlers_of(ch);

    return ch->stream || ch->is_ended
               ? EINVAL
               : media_stream_adopt(&ch->stream, ch->calls->media, saved, &h);
}

/* Early media: before the answer a phone hears something only after a 183. */
static int let_it_hear(struct channel *ch)
{
    if (!ch->stream)
        return ENOTCONN;
    if (ch->state == CHANNEL_UP || ch->is_outgoing)
        return 0;
    return channel_indicate(ch, CHANNEL_IND_PROGRESS);
}

/* Anything else that is played ends the music. */
static void end_music(struct channel *ch)
{
    if (ch->has_music)
        channel_tell(ch, CALL_MOH_STOP, NULL);
    ch->has_music = false;
}

int channel_play(struct channel *ch, const char *files)
{
    if (!ch->stream)
        return ENOTCONN;
    end_music(ch);
    ch->is_paused = false;
    ch->play_id++;
    return media_stream_play(ch->stream, slice_of(files), ch->language ? ch->language : "", 0);
}

/* The channel's zone, the station's, Russia's: the first that is in the table or built in. */
static const char *tone_of(const struct channel *ch, const char *tone, const char **zone)
{
    const struct calls *c = ch->calls;
    const char *const zones[] = {ch->tonezone ? ch->tonezone : c->zone, c->zone};

    for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
        const char *list = c->tone ? c->tone(slice_of(zones[i]), slice_of(tone), c->arg) : NULL;

        *zone = zones[i];
        if (list)
            return list;
        if (tone_has_zone(slice_of(zones[i])))
            return tone;
    }
    *zone = "ru";
    return tone;
}

int channel_tone(struct channel *ch, const char *tone)
{
    const char *zone;
    int err = let_it_hear(ch);

    if (err)
        return err;
    end_music(ch);
    ch->play_id++;
    tone = tone_of(ch, tone, &zone);
    return media_stream_tone(ch->stream, zone, slice_of(tone), 0);
}

void channel_beep(struct channel *ch)
{
    if (!ch->stream || ch->state != CHANNEL_UP || media_stream_is_playing(ch->stream))
        return;
    ch->play_id++;
    (void)media_stream_tone(ch->stream, "ru", SLICE("1400/200"), 200);
}

int channel_moh(struct channel *ch, const char *class_name)
{
    const char *name = class_name && *class_name ? class_name : ch->musicclass;
    uint8_t sort = 0;
    const char *dir;

    if (!ch->stream)
        return ENOTCONN;
    if (!name || !*name)
        name = "default";
    dir = ch->calls->moh ? ch->calls->moh(slice_of(name), &sort, ch->calls->arg) : NULL;
    if (!dir) {
        log_warning("no such class of music on hold call=%s class=\"%s\"", ch->linkedid, name);
        return ENOENT;
    }
    ch->play_id++;
    if (!ch->has_music)
        channel_tell(ch, CALL_MOH_START, name);
    ch->has_music = true;
    return media_stream_moh(ch->stream, slice_of(dir), sort);
}

void channel_play_stop(struct channel *ch)
{
    end_music(ch);
    if (ch->stream)
        media_stream_stop(ch->stream);
}

void channel_play_end(struct channel *ch)
{
    if (!ch->stream || ch->has_music || !media_stream_is_playing(ch->stream))
        return;
    channel_play_stop(ch);
    channel_push(ch, (struct channel_event){.type = CHANNEL_EV_PLAY_DONE, .play_id = ch->play_id});
}

int channel_play_pause(struct channel *ch)
{
    return ch->stream
               ? media_stream_control(ch->stream, ch->is_paused ? MEDIA_RESUME : MEDIA_PAUSE, 0)
               : ENOENT;
}

int channel_send_dtmf(struct channel *ch, char digit, uint32_t ms)
{
    char text[2] = {digit, '\0'};
    int err = ch->tech->dtmf ? ch->tech->dtmf(ch, digit, ms) : ENOTSUP;

    if (err != ENOTSUP)
        return err;
    return ch->stream ? media_stream_send_dtmf(ch->stream, slice_of(text), (uint16_t)ms) : ENOTCONN;
}

int channel_indicate(struct channel *ch, enum channel_indication ind)
{
    int err;

    if (ch->is_hungup)
        return ECONNRESET;
    if (ch->state == CHANNEL_UP && ind == CHANNEL_IND_RINGING)
        return channel_tone(ch, "ring");
    if (ch->state == CHANNEL_UP && (ind == CHANNEL_IND_PROGRESS || ind == CHANNEL_IND_PROCEEDING))
        return 0;
    err = ch->tech->indicate ? ch->tech->indicate(ch, ind) : ENOTSUP;
    if (err != ENOTSUP)
        return err;
    switch (ind) {
    case CHANNEL_IND_HOLD: return channel_moh(ch, NULL);
    case CHANNEL_IND_UNHOLD: channel_play_stop(ch); return 0;
    default: return 0;
    }
}
