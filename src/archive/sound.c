/* archive/sound.c - see sound.h */
#include "archive/sound.h"

#include <errno.h>
#include <sndfile.h>
#include <string.h>
#include <unistd.h>

#include "archive/folder.h"
#include "archive/raw.h"
#include "base/mem.h"

struct sound {
    SNDFILE *files[2];
    SF_INFO infos[2];
    int count;
    int16_t one[SOUND_BLOCK]; /* of each of two files, before they are joined */
};

static void sound_destroy(void *object)
{
    struct sound *s = object;

    for (int i = 0; i < s->count; i++)
        sf_close(s->files[i]);
}

static int open_file(struct sound *s, int folder, const char *name, struct buf *why)
{
    SF_INFO *info = &s->infos[s->count];
    int fd = -1;
    int err = folder_file(&fd, folder, name);

    if (err) {
        buf_printf(why, "%s: %s", name, strerror(err));
        return err;
    }
    (void)raw_find(name, info);
    s->files[s->count] = sf_open_fd(fd, SFM_READ, info, 1);
    if (!s->files[s->count]) {
        buf_printf(why, "%s: not a sound file that can be read: %s", name, sf_strerror(NULL));
        return EBADMSG;
    }
    s->count++;
    return 0;
}

static int check(const struct sound *s, struct buf *why)
{
    const SF_INFO *a = &s->infos[0], *b = &s->infos[1];

    if (s->count == 1 && (a->channels < 1 || a->channels > 2)) {
        buf_printf(why, "%d channels: one or two are expected", a->channels);
        return ENOTSUP;
    }
    if (s->count == 2 && (a->channels != 1 || b->channels != 1 || a->samplerate != b->samplerate)) {
        buf_printf(why,
                   "the files of the two voices do not fit each other: %d and %d channels, "
                   "%d and %d Hz",
                   a->channels, b->channels, a->samplerate, b->samplerate);
        return ENOTSUP;
    }
    return 0;
}

int sound_open(struct sound **sp, int folder, const char *first, const char *right, struct buf *why)
{
    struct sound *s = mem_alloc(sizeof(*s), sound_destroy);
    int err;

    if (!s)
        return ENOMEM;
    err = open_file(s, folder, first, why);
    if (!err && right)
        err = open_file(s, folder, right, why);
    if (!err)
        err = check(s, why);
    if (err)
        mem_deref(s);
    else
        *sp = s;
    return err;
}

int sound_channels(const struct sound *s)
{
    return s->count == 2 ? 2 : s->infos[0].channels;
}

int sound_rate(const struct sound *s)
{
    return s->infos[0].samplerate;
}

uint64_t sound_frames(const struct sound *s)
{
    const sf_count_t a = s->infos[0].frames, b = s->count == 2 ? s->infos[1].frames : 0;

    return (uint64_t)(a > b ? a : b);
}

uint32_t sound_ms(const struct sound *s)
{
    return (uint32_t)(sound_frames(s) * 1000 / (uint64_t)sound_rate(s));
}

/* One voice into its place of each frame. @return frames that it had */
static int read_side(struct sound *s, int side, int16_t *out, int frames)
{
    const int n = (int)sf_readf_short(s->files[side], s->one, frames);

    for (int i = 0; i < n; i++)
        out[2 * i + side] = s->one[i];
    return n;
}

int sound_read(struct sound *s, int16_t *out, int frames)
{
    int left, right;

    if (frames > SOUND_BLOCK)
        frames = SOUND_BLOCK;
    if (s->count == 1)
        return (int)sf_readf_short(s->files[0], out, frames);
    memset(out, 0, (size_t)frames * 2 * sizeof(*out));
    left = read_side(s, 0, out, frames);
    right = read_side(s, 1, out, frames);
    return left > right ? left : right;
}
