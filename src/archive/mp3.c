/* archive/mp3.c - see mp3.h */
#include "archive/mp3.h"

#include <errno.h>
#include <lame/lame.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/utf8.h"

enum {
    QUALITY = 5,                            /* lame's: 0 best, 9 fastest */
    OUT_BYTES = SOUND_BLOCK * 5 / 4 + 7200, /* lame's own figure for a block */
    TAG_BYTES = 65536,
    TEXT_UNITS = 1024,
};

struct work {
    const struct mp3_args *a;
    lame_t lame;
    off_t frame_at; /* where the first frame stands, which tells the length */
    unsigned percent;
    int16_t samples[2 * SOUND_BLOCK];
    unsigned char out[OUT_BYTES];
};

static int write_all(int fd, const unsigned char *p, size_t len)
{
    while (len) {
        const ssize_t n = write(fd, p, len);

        if (n < 0 && errno != EINTR)
            return errno;
        if (n > 0) {
            p += n;
            len -= (size_t)n;
        }
    }
    return 0;
}

/* ---- tags ---- */

static uint32_t code_point(const unsigned char *p, size_t len)
{
    uint32_t c = len == 1 ? p[0] : p[0] & (0xffu >> (len + 1));

    for (size_t i = 1; i < len; i++)
        c = c << 6 | (p[i] & 0x3f);
    return c;
}

/* With its mark of order in front; what is no text becomes '?'. */
static void to_utf16(const char *text, unsigned short out[TEXT_UNITS])
{
    struct slice rest = slice_of(text);
    size_t n = 0;

    out[n++] = 0xfeff;
    while (rest.len && n + 2 < TEXT_UNITS) {
        const size_t len = utf8_length(rest);
        const uint32_t c = len ? code_point((const unsigned char *)rest.p, len) : '?';

        if (c >= 0x10000) {
            out[n++] = (unsigned short)(0xd800 + ((c - 0x10000) >> 10));
            out[n++] = (unsigned short)(0xdc00 + ((c - 0x10000) & 0x3ff));
        } else {
            out[n++] = (unsigned short)c;
        }
        rest = slice_skip(rest, len ? len : 1);
    }
    out[n] = 0;
}

static void set_text(lame_t lame, const char *id, const char *text)
{
    unsigned short units[TEXT_UNITS];

    if (!text || !*text)
        return;
    to_utf16(text, units);
    id3tag_set_textinfo_utf16(lame, id, units);
}

/* ID3v2.3 keeps year, day and time apart. */
static void set_date(lame_t lame, const char *date)
{
    unsigned y, m, d, h, min;
    char text[16];

    if (!date || sscanf(date, "%4u-%2u-%2u %2u:%2u", &y, &m, &d, &h, &min) != 5)
        return;
    snprintf(text, sizeof(text), "%04u", y % 10000);
    id3tag_set_year(lame, text);
    snprintf(text, sizeof(text), "%02u%02u", d % 100, m % 100);
    id3tag_set_textinfo_latin1(lame, "TDAT", text);
    snprintf(text, sizeof(text), "%02u%02u", h % 100, min % 100);
    id3tag_set_textinfo_latin1(lame, "TIME", text);
}

static void set_comment(lame_t lame, const char *comment)
{
    static const unsigned short none[] = {0xfeff, 0};
    unsigned short units[TEXT_UNITS];

    if (!comment || !*comment)
        return;
    to_utf16(comment, units);
    id3tag_set_comment_utf16(lame, "XXX", none, units);
}

static int put_tags(struct work *w)
{
    const struct mp3_tags *t = w->a->tags;
    unsigned char *bytes = mem_alloc(TAG_BYTES, NULL);
    size_t len;
    int err = ENOMEM;

    if (!bytes)
        return ENOMEM;
    id3tag_init(w->lame);
    id3tag_v2_only(w->lame);
    set_text(w->lame, "TIT2", t->title);
    set_text(w->lame, "TPE1", t->artist);
    set_date(w->lame, t->date);
    set_comment(w->lame, t->comment);
    len = lame_get_id3v2_tag(w->lame, bytes, TAG_BYTES);
    if (len <= TAG_BYTES) {
        err = write_all(w->a->fd, bytes, len);
        w->frame_at = (off_t)len;
    }
    mem_deref(bytes);
    return err;
}

/* ---- the sound ---- */

static int kbit_of_voice(int rate)
{
    return rate <= 8000 ? 32 : rate <= 16000 ? 48 : 64;
}

static int open_lame(struct work *w)
{
    const int channels = sound_channels(w->a->s), rate = sound_rate(w->a->s);
    lame_t l = lame_init();

    if (!l)
        return ENOMEM;
    w->lame = l;
    lame_set_num_channels(l, channels);
    lame_set_in_samplerate(l, rate);
    lame_set_num_samples(l, (unsigned long)sound_frames(w->a->s));
    lame_set_mode(l, channels == 2 ? STEREO : MONO);
    lame_set_VBR(l, vbr_off);
    lame_set_brate(l, channels * kbit_of_voice(rate));
    lame_set_quality(l, QUALITY);
    lame_set_findReplayGain(l, 0);
    lame_set_write_id3tag_automatic(l, 0);
    lame_set_bWriteVbrTag(l, 1); /* tells the length to a sample */
    return lame_init_params(l) < 0 ? ENOTSUP : 0;
}

static void tell(struct work *w, uint64_t done)
{
    const uint64_t all = sound_frames(w->a->s);
    const unsigned percent = all ? (unsigned)(done * 100 / all) : 100;

    if (percent != w->percent && w->a->progress)
        w->a->progress(percent > 100 ? 100 : percent, w->a->arg);
    w->percent = percent;
}

static int encode_block(struct work *w, int frames)
{
    const int n =
        sound_channels(w->a->s) == 2
            ? lame_encode_buffer_interleaved(w->lame, w->samples, frames, w->out, sizeof(w->out))
            : lame_encode_buffer(w->lame, w->samples, w->samples, frames, w->out, sizeof(w->out));

    if (w->a->peaks)
        peaks_add(w->a->peaks, w->samples, frames);
    return n < 0 ? ENOMEM : write_all(w->a->fd, w->out, (size_t)n);
}

static int encode(struct work *w)
{
    uint64_t done = 0;
    int frames, n, err = 0;

    while (!err && (frames = sound_read(w->a->s, w->samples, SOUND_BLOCK)) > 0) {
        err = encode_block(w, frames);
        done += (uint64_t)frames;
        tell(w, done);
    }
    if (err)
        return err;
    n = lame_encode_flush(w->lame, w->out, sizeof(w->out));
    err = n < 0 ? ENOMEM : write_all(w->a->fd, w->out, (size_t)n);
    if (err)
        return err;
    n = (int)lame_get_lametag_frame(w->lame, w->out, sizeof(w->out));
    if (n > 0 && n <= (int)sizeof(w->out) && pwrite(w->a->fd, w->out, (size_t)n, w->frame_at) != n)
        return errno;
    return 0;
}

int mp3_write(const struct mp3_args *a)
{
    struct work *w = mem_zalloc(sizeof(*w));
    int err;

    if (!w)
        return ENOMEM;
    w->a = a;
    err = open_lame(w);
    if (!err && a->tags)
        err = put_tags(w);
    if (!err)
        err = encode(w);
    if (w->lame)
        lame_close(w->lame);
    mem_free(w);
    return err;
}
