/* role/sounds_music.c - pieces of music on hold: an upload becomes a file of a class, or one is removed (sounds.h) */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/rand.h"
#include "role/sounds_inner.h"

static struct order *order_of(struct sounds *s, const struct sounds_piece *p, sounds_h *ended,
                              void *arg, int *err)
{
    char path[SOUNDS_NAME_MAX + 1];
    const int n = snprintf(path, sizeof(path), "%s/%s", p->directory, p->name);
    struct order *o;

    *err = EINVAL;
    if (n >= (int)sizeof(path) || strchr(p->name, '/') || sounds_name_why("", path, false))
        return NULL;
    o = order_make(s, NULL, NULL, arg);
    *err = o ? 0 : ENOMEM;
    if (!o)
        return NULL;
    o->ended = ended;
    rand_uuid(o->uuid); /* of the job: a piece has no row */
    snprintf(o->name, sizeof(o->name), "%s", path);
    return o;
}

int sounds_music(struct sounds *s, const struct sounds_piece *p, sounds_h *ended, void *arg)
{
    const bool is_new = *p->upload != '\0';
    struct buf words;
    int err;
    struct order *o = order_of(s, p, ended, arg, &err);

    if (!o)
        return err;
    buf_init(&words, JOBS_WORDS_MAX);
    jobs_word(&words, "to", o->name);
    if (is_new) {
        jobs_word(&words, "upload", p->upload);
        jobs_word(&words, "original", p->original);
        jobs_word(&words, "level", "keep");
    }
    order_queue(o, is_new ? SOUNDS_JOB_MUSIC : SOUNDS_JOB_MUSIC_REMOVE, buf_slice(&words));
    buf_fini(&words);
    return 0;
}

static void music_ended(const struct job_end *e, void *arg)
{
    struct sounds *s = arg;

    if (e->is_done)
        s->args.changed(s->args.arg);
}

int sounds_music_place(struct sounds *s)
{
    const int err = jobs_place(s->args.jobs, SOUNDS_JOB_MUSIC, "@sound", s->state, music_ended, s);

    return err ? err
               : jobs_place(s->args.jobs, SOUNDS_JOB_MUSIC_REMOVE, "@sound", s->state, music_ended,
                            s);
}
