/* media_saved.c - streams that outlive their engine (media.h): kept as plain values, taken up again */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "call/media_inner.h"

/* A play of files is not kept: what waited for its end died with the engine. */
static bool is_endless(const struct media_stream *s)
{
    return s->playing == MUSIC || (s->playing == TONE && !s->tone_ms);
}

void media_stream_save(const struct media_stream *s, struct media_saved *saved)
{
    memset(saved, 0, sizeof(*saved));
    saved->id = s->id;
    saved->peer_id = s->peer ? s->peer->id : 0;
    saved->twin_id = s->twin ? s->twin->id : 0;
    saved->local = s->local;
    saved->is_echo = s->is_echo;
    saved->is_half = s->is_half;
    saved->has_remote = s->has_remote;
    saved->remote = s->remote;
    saved->remote.formats = saved->remote.secret_tx = saved->remote.secret_rx = SLICE_NONE;
    saved->formats_len = (uint8_t)s->remote.formats.len;
    saved->secret_tx_len = (uint8_t)s->remote.secret_tx.len;
    saved->secret_rx_len = (uint8_t)s->remote.secret_rx.len;
    memcpy(saved->formats, s->formats, sizeof(saved->formats));
    memcpy(saved->secret_tx, s->secret_tx, sizeof(saved->secret_tx));
    memcpy(saved->secret_rx, s->secret_rx, sizeof(saved->secret_rx));
    saved->gain = s->gain;
    saved->detect = s->detect;
    saved->held_digits = s->held_digits;
    if (!is_endless(s))
        return;
    saved->playing = (uint8_t)s->playing;
    saved->sort = s->sort;
    memcpy(saved->zone, s->zone, sizeof(saved->zone));
    if (slice_copy(slice_of(s->sound), saved->sound, sizeof(saved->sound)))
        saved->playing = NOTHING;
}

/* Both must be there: the later one of the two finds the earlier. */
static void find_others(struct media_stream *s, const struct media_saved *saved)
{
    struct media_stream *peer = saved->peer_id ? media_find_stream(s->media, saved->peer_id) : NULL;
    struct media_stream *twin = saved->twin_id ? media_find_stream(s->media, saved->twin_id) : NULL;

    if (peer && !peer->peer) {
        s->peer = peer;
        peer->peer = s;
    }
    if (twin && !twin->twin && twin->is_half && s->is_half) {
        s->twin = twin;
        twin->twin = s;
    }
}

static struct slice fill(char *to, const char *from, size_t len, size_t most)
{
    if (len > most)
        len = most;
    memcpy(to, from, len);
    return slice_from(to, len);
}

static int take_values(struct media_stream *s, const struct media_saved *saved)
{
    s->id = saved->id;
    s->local = saved->local;
    s->is_created = true;
    s->is_half = saved->is_half;
    s->is_echo = saved->is_echo;
    s->has_remote = saved->has_remote;
    s->remote = saved->remote;
    s->remote.formats = fill(s->formats, saved->formats, saved->formats_len, MEDIA_FORMATS_MAX);
    s->remote.secret_tx =
        fill(s->secret_tx, saved->secret_tx, saved->secret_tx_len, MEDIA_SECRET_MAX);
    s->remote.secret_rx =
        fill(s->secret_rx, saved->secret_rx, saved->secret_rx_len, MEDIA_SECRET_MAX);
    s->gain = saved->gain;
    s->detect = saved->detect;
    s->held_digits = saved->held_digits;
    if (saved->playing != MUSIC && saved->playing != TONE)
        return 0;
    s->playing = (enum playing)saved->playing;
    s->sort = saved->sort;
    memcpy(s->zone, saved->zone, sizeof(s->zone));
    s->zone[sizeof(s->zone) - 1] = '\0';
    s->sound = slice_dup(slice_from(saved->sound, strnlen(saved->sound, sizeof(saved->sound))));
    return s->sound ? 0 : ENOMEM;
}

int media_stream_adopt(struct media_stream **sp, struct media *m, const struct media_saved *saved,
                       const struct media_stream_handlers *h)
{
    struct media_stream *s;
    int err;

    if (!saved->id || media_find_stream(m, saved->id))
        return EEXIST;
    if (m->count >= MEDIA_STREAMS_MAX)
        return EAGAIN;
    s = media_stream_new();
    if (!s)
        return ENOMEM;
    err = take_values(s, saved);
    if (!err)
        err = media_stream_enter(s, m);
    if (err) {
        mem_deref(s);
        return err;
    }
    if (h)
        s->h = *h;
    find_others(s, saved);
    *sp = mem_ref(s);
    return 0;
}
