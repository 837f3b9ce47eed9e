/* feature_record.c - codes that end a talk, record it, or pause its recordings (feature.h) */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "call/bridge.h"
#include "call/local.h"
#include "plan/core.h"
#include "plan/feature_inner.h"
#include "plan/program.h"
#include "plan/recorder.h"

#define NAME_MAX_BYTES 512
#define BEEP_S 15
#define BEEP_LEAST_S 5

bool plan_feature_disconnect(struct plan_features *f, struct plan_feature_side *who)
{
    (void)f;
    (void)who;
    return true;
}

/* ---- what both, or one, hear ---- */

static struct slice sound_of(const struct plan_features *f, const struct channel *ch,
                             const char *name)
{
    const struct slice own = plan_feature_kept(ch, "FEATURE", name);
    const struct model_settings *s = plan_settings(f->run->core);

    if (slice_is_set(own))
        return own;
    if (!s)
        return SLICE("");
    return slice_of(strcmp(name, "courtesytone") == 0 ? s->feature_sound : s->feature_fail_sound);
}

static void tell_both(struct plan_features *f, const struct plan_feature_side *who,
                      struct slice message)
{
    const struct slice tone = sound_of(f, who->channel, "courtesytone");
    struct buf files;

    buf_init(&files, 2 * NAME_MAX_BYTES);
    buf_adds(&files, tone);
    if (slice_is_set(message) && message.len)
        buf_printf(&files, "%s%.*s", files.len ? "&" : "", SLICE_ARG(message));
    if (files.len && !buf_err(&files)) {
        (void)channel_play(f->caller.channel, buf_z(&files));
        (void)channel_play(f->callee.channel, buf_z(&files));
    }
    buf_fini(&files);
}

static void tell_failed(struct plan_features *f, struct plan_feature_side *who)
{
    const struct slice sound = sound_of(f, who->channel, "recordingfailsound");

    if (sound.len)
        (void)channel_play(who->channel, sound.p);
}

/* ---- one touch recording ---- */

/* As in Asterisk all of these are those of one channel: who pressed, when he has any, else the other one. */
static const struct channel *touched(const struct channel *who, const struct channel *other)
{
    static const char *const names[] = {"TOUCH_MIXMONITOR", "TOUCH_MIXMONITOR_FORMAT",
                                        "TOUCH_MIXMONITOR_PREFIX", "TOUCH_MIXMONITOR_BEEP"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (channel_var_get(who, slice_of(names[i])).len)
            return who;
    return other;
}

static struct slice var_or(const struct channel *ch, const char *name, struct slice otherwise)
{
    const struct slice value = channel_var_get(ch, slice_of(name));

    return value.len ? value : otherwise;
}

static struct slice number_of(const struct channel *ch)
{
    return slice_of(ch->caller.number && *ch->caller.number ? ch->caller.number : ch->name);
}

/* A caller id is what its phone says: no folders, no control bytes. */
static void tame(char *name)
{
    for (; *name; name++)
        if (*name == '/' || iscntrl((unsigned char)*name))
            *name = '-';
}

static int put_name(const struct plan_features *f, const struct channel *who,
                    const struct channel *other, struct buf *out)
{
    const struct channel *from = touched(who, other);
    const struct slice own = channel_var_get(from, SLICE("TOUCH_MIXMONITOR"));

    buf_printf(out, "%.*s-%lld-", SLICE_ARG(var_or(from, "TOUCH_MIXMONITOR_PREFIX", SLICE("auto"))),
               (long long)(loop_wall(plan_loop(f->run->core)).us / 1000000));
    if (own.len)
        buf_adds(out, own);
    else
        buf_printf(out, "%.*s-%.*s", SLICE_ARG(number_of(who)), SLICE_ARG(number_of(other)));
    buf_printf(out, ".%.*s", SLICE_ARG(var_or(from, "TOUCH_MIXMONITOR_FORMAT", SLICE("wav"))));
    if (!buf_err(out))
        tame(out->p);
    return buf_err(out);
}

static void put_options(const struct channel *from, char out[32])
{
    const struct slice beep = channel_var_get(from, SLICE("TOUCH_MIXMONITOR_BEEP"));
    long s = beep.len ? strtol(beep.p, NULL, 10) : 0;

    if (!beep.len) {
        snprintf(out, 32, "b");
        return;
    }
    s = s <= 0 ? BEEP_S : s < BEEP_LEAST_S ? BEEP_LEAST_S : s > 86400 ? 86400 : s;
    snprintf(out, 32, "bB(%ld)", s);
}

static int start(struct plan_features *f, struct channel *who, struct channel *other)
{
    struct plan_recorder_words words = {.command = (char[]){""}};
    char options[32];
    struct buf name;
    int err;

    buf_init(&name, NAME_MAX_BYTES);
    put_options(touched(who, other), options);
    words.options = options;
    err = put_name(f, who, other, &name);
    if (!err) {
        const struct slice shown = buf_slice(&name);

        words.file = name.p;
        err = plan_recorder_start(f->run->core, other, &words, NULL);
        if (!err) {
            (void)channel_var_set(who, SLICE("TOUCH_MIXMONITOR_OUTPUT"), shown);
            (void)channel_var_set(other, SLICE("TOUCH_MIXMONITOR_OUTPUT"), shown);
        }
    }
    buf_fini(&name);
    return err;
}

bool plan_feature_record(struct plan_features *f, struct plan_feature_side *who)
{
    struct channel *other = plan_feature_other(f, who)->channel;
    const bool is_on = !list_is_empty(&other->recordings);
    const char *message =
        is_on ? "TOUCH_MIXMONITOR_MESSAGE_STOP" : "TOUCH_MIXMONITOR_MESSAGE_START";
    int err = is_on ? plan_recorder_stop(other, SLICE("")) : start(f, who->channel, other);

    if (err)
        tell_failed(f, who);
    else
        tell_both(f, who, channel_var_get(who->channel, slice_of(message)));
    return false;
}

/* ---- pause ---- */

#define WAY_MAX 8

/* A leg, and whom it is through Local channels: what it says may be recorded there. */
static unsigned put_way(struct channel *v[WAY_MAX], unsigned n, struct channel *ch)
{
    while (ch && n < WAY_MAX) {
        struct channel *twin = local_twin(ch);

        v[n++] = ch;
        if (twin && n < WAY_MAX)
            v[n++] = twin;
        ch = twin ? bridge_peer(twin) : NULL;
    }
    return n;
}

static bool is_paused(const struct channel *ch)
{
    LIST_FOREACH(&ch->recordings, k)
    {
        if (recording_of_link(k)->muted == RECORDING_BOTH)
            return true;
    }
    return false;
}

bool plan_feature_pause(struct plan_features *f, struct plan_feature_side *who)
{
    struct channel *v[WAY_MAX];
    unsigned n = put_way(v, 0, f->caller.channel), found = 0;
    bool was_paused = false;

    n = put_way(v, n, f->callee.channel);
    for (unsigned i = 0; i < n; i++)
        was_paused = was_paused || is_paused(v[i]);
    for (unsigned i = 0; i < n; i++)
        found += recording_mute(v[i], SLICE(""), RECORDING_BOTH, !was_paused) == 0;
    if (!found)
        tell_failed(f, who);
    else if (sound_of(f, who->channel, "courtesytone").len)
        tell_both(f, who, SLICE_NONE);
    else
        channel_beep(who->channel);
    return false;
}
