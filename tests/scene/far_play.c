/* far_play.c - files, tones and music of a scene's media role: only how long they last (far_inner.h) */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "dsp/tone.h"
#include "far_inner.h"

void far_play_stop(struct stream *s)
{
    timer_stop(&s->playing);
    s->file[0] = s->tone[0] = s->rest[0] = s->missing[0] = '\0';
    s->is_moh = false;
}

static int64_t length_of(const struct far_media *m, const char *name)
{
    LIST_FOREACH(&m->sounds, k)
    {
        const struct sound *s = CONTAINER_OF(k, struct sound, link);

        if (strcmp(s->name, name) == 0)
            return s->ms;
    }
    return 1000;
}

static int64_t position(const struct stream *s)
{
    return s->is_paused ? s->from_ms
                        : s->from_ms + (loop_now(s->media->scene->loop).us - s->from_us) / 1000;
}

static void play_ended(struct stream *s, int err, uint32_t position)
{
    struct media_play_done done = {
        .id = s->id, .play_id = s->play_id, .err = err, .position_ms = position};

    memcpy(done.missing, s->missing, sizeof(done.missing));
    far_play_stop(s);
    ipc_send(s->media->ipc, MEDIA_PLAY_DONE, &done);
}

static void next_file(void *arg)
{
    struct stream *s = arg;
    struct slice rest = slice_of(s->rest), name, others;
    int64_t ms = -1;

    while (rest.len && ms < 0) {
        name = slice_cut(slice_cut(rest, '&', &rest), '|', &others);
        slice_copy(name, s->file, sizeof(s->file));
        ms = length_of(s->media, s->file);
        if (ms < 0 && !s->missing[0])
            memcpy(s->missing, s->file, sizeof(s->missing));
    }
    if (ms < 0) {
        play_ended(s, s->missing[0] ? ENOENT : 0,
                   (uint32_t)(s->file[0] && s->from_us ? position(s) : 0));
        return;
    }
    memmove(s->rest, rest.len ? rest.p : "", rest.len);
    s->rest[rest.len] = '\0';
    s->is_paused = false;
    s->from_ms = s->skip_ms < ms ? s->skip_ms : ms;
    s->from_us = loop_now(s->media->scene->loop).us;
    s->skip_ms = 0; /* of the first file alone */
    timer_start(s->media->scene->loop, &s->playing, (uint64_t)(ms - s->from_ms), next_file, s);
}

static void on_play(struct stream *s, const struct media_play *p)
{
    far_play_stop(s);
    s->play_id = p->play_id;
    s->skip_ms = p->skip_ms;
    s->from_us = 0;
    slice_copy(p->names, s->rest, sizeof(s->rest));
    next_file(s);
}

static void on_control(struct stream *s, const struct media_control *c)
{
    struct far_media *m = s->media;
    int64_t length, at;

    if (!s->file[0] || s->play_id != c->play_id)
        return;
    length = length_of(m, s->file);
    at = position(s);
    switch ((enum media_control_action)c->action) {
    case MEDIA_PAUSE: s->is_paused = true; break;
    case MEDIA_RESUME: s->is_paused = false; break;
    case MEDIA_SKIP: at += c->ms; break;
    case MEDIA_SEEK: at = c->ms; break;
    case MEDIA_RESTART: at = 0; break;
    case MEDIA_TELL: break;
    }
    at = at < 0 ? 0 : at > length ? length : at;
    timer_stop(&s->playing);
    s->from_ms = at;
    s->from_us = loop_now(m->scene->loop).us;
    if (!s->is_paused)
        timer_start(m->scene->loop, &s->playing, (uint64_t)(length - at), next_file, s);
    ipc_send(
        m->ipc, MEDIA_POSITION,
        &(struct media_position){
            .id = s->id, .play_id = s->play_id, .ms = (uint32_t)at, .is_paused = s->is_paused});
}

static void tone_ended(void *arg)
{
    play_ended(arg, 0, 0);
}

static void on_tone(struct stream *s, const struct media_tone *t)
{
    far_play_stop(s);
    s->play_id = t->play_id;
    slice_copy(t->tone, s->tone, sizeof(s->tone));
    if (slice_is_set(tone_find(SLICE("ru"), t->tone)) && strcmp(t->zone, "ru") != 0)
        snprintf(s->tone, sizeof(s->tone), "%.*s@%s", SLICE_ARG(t->tone), t->zone);
    snprintf(s->heard, sizeof(s->heard), " zone=%s", t->zone);
    if (t->duration_ms)
        timer_start(s->media->scene->loop, &s->playing, t->duration_ms, tone_ended, s);
}

static void on_moh(struct stream *s, const struct media_moh *msg)
{
    static const char *const sorts[] = {"name", "random", "random-start"};

    far_play_stop(s);
    s->is_moh = true;
    snprintf(s->heard, sizeof(s->heard), " music=%.*s sort=%s",
             (int)(msg->directory.len < 120 ? msg->directory.len : 120), msg->directory.p,
             msg->sort < MEDIA_SORTS ? sorts[msg->sort] : "?");
}

void far_play_take(struct stream *s, uint16_t id, const void *msg)
{
    switch (id) {
    case MEDIA_PLAY: on_play(s, msg); break;
    case MEDIA_TONE: on_tone(s, msg); break;
    case MEDIA_MOH: on_moh(s, msg); break;
    case MEDIA_CONTROL: on_control(s, msg); break;
    default: far_play_stop(s); break;
    }
}

/* ---- how long files are ---- */

int far_media_sound(struct far_media *m, const char *name, int64_t ms)
{
    struct sound *s = mem_zalloc(sizeof(*s));

    if (!s)
        return ENOMEM;
    slice_copy(slice_of(name), s->name, sizeof(s->name));
    s->ms = ms;
    list_append(&m->sounds, &s->link);
    return 0;
}

void far_play_forget(struct far_media *m)
{
    LIST_FOREACH(&m->sounds, k)
    {
        list_unlink(k);
        mem_free(CONTAINER_OF(k, struct sound, link));
    }
}
