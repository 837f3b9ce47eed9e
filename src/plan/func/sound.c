/* func/sound.c - VOLUME, MUTEAUDIO: how a leg sounds */
#include <errno.h>
#include <math.h>

#include "plan/func/row.h"

/* The leg whose sound is meant, or NULL (warned about). */
static struct media_stream *stream_of(const struct plan_env *env, const char *args)
{
    struct media_stream *s = env->channel ? env->channel->stream : NULL;

    if (!s)
        plan_func_warn(env, "there is no sound to change", args);
    return s;
}

/* Asterisk multiplies by a positive figure and divides by a negative one. @return EINVAL: no figure */
static int decibels_of(struct slice value, int8_t *db)
{
    char text[32], *end;
    double figure, part;

    if (slice_copy(slice_trim(value), text, sizeof(text)))
        return EINVAL;
    figure = strtod(text, &end);
    if (end == text || *end || !isfinite(figure))
        return EINVAL;
    part = figure == 0 ? 0 : 20 * log10(fabs(figure));
    part = figure < 0 ? -part : part;
    *db = (int8_t)lround(fmax(-24, fmin(24, part)));
    return 0;
}

static int volume_write(const struct plan_env *env, char *args, struct slice value)
{
    struct slice rest, way = slice_cut(slice_of(args), ',', &rest);
    struct media_stream *s = stream_of(env, args);
    const struct media_gain *now = s ? media_stream_gain(s) : NULL;
    const bool is_rx = slice_caseeqz(way, "RX");
    int8_t db;

    if (!s)
        return ENOENT;
    if ((!is_rx && !slice_caseeqz(way, "TX")) || decibels_of(value, &db)) {
        plan_func_warn(env, "VOLUME wants TX or RX, and a figure", args);
        return EINVAL;
    }
    return media_stream_set_gain(s, is_rx ? db : (int8_t)now->rx_db,
                                 is_rx ? (int8_t)now->tx_db : db);
}

static int mute_write(const struct plan_env *env, char *args, struct slice value)
{
    struct media_stream *s = stream_of(env, args);
    const struct media_gain *now = s ? media_stream_gain(s) : NULL;
    const bool is_all = strcasecmp(args, "all") == 0, is_in = is_all || strcasecmp(args, "in") == 0,
               is_out = is_all || strcasecmp(args, "out") == 0, is_on = plan_is_yes(value);

    if (!s)
        return ENOENT;
    if (!is_in && !is_out) {
        plan_func_warn(env, "MUTEAUDIO wants in, out or all", args);
        return EINVAL;
    }
    return media_stream_mute(s, is_in ? is_on : now->is_rx_muted,
                             is_out ? is_on : now->is_tx_muted);
}

const struct plan_func plan_func_muteaudio = {
    .name = "MUTEAUDIO",
    .syntax = "MUTEAUDIO(in|out|all)=true|false",
    .help_ru = "Выключает звук канала\nin - что говорит абонент, out - что он слышит, all - оба.",
    .help_en = "Mute a channel\nin: what the far end says, out: what it hears, all: both.",
    .shown = "tests/unit/plan/test_sound.c",
    .write = mute_write,
};

const struct plan_func plan_func_volume = {
    .name = "VOLUME",
    .syntax = "VOLUME(TX|RX)=figure",
    .help_ru =
        "Громкость канала\nRX - что говорит абонент, TX - что он слышит. 2 - вдвое громче, -2 - вдвое "
        "тише, 1 или 0 - как есть; не больше 24 дБ. Громкости клавишами (параметр p) нет.",
    .help_en =
        "Volume of a channel\nRX: what the far end says, TX: what it hears. 2: twice as loud, -2: half "
        "as loud, 1 or 0: as it is; 24 dB at most. There is no volume by digits (parameter p).",
    .shown = "tests/unit/plan/test_sound.c",
    .write = volume_write,
};
