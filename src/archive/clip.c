/* archive/clip.c - see clip.h */
#include "archive/clip.h"

#include <errno.h>
#include <math.h>
#include <samplerate.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/raw.h"
#include "base/mem.h"

enum { FRAMES = 4096, GATE_MS = 400, HEADER = 44 };
#define OUT_FRAMES                                                                                 \
    (4 * FRAMES)     /* of FRAMES at the least rate, at the most: 16,000 of 4,000 Hz never is */
#define LOUDEST 8.0f /* of one sample in a file of floating point: more is damage */
#define PEAK_TARGET 0.891f /* -1 dB */
#define LOUD_TARGET 0.1    /* -20 dB, of the mean square's root */
#define GAIN_MOST 10.0f
#define GATE_LEAST 1e-5 /* mean square: -50 dB */

struct clip {
    float *samples;
    size_t count, room;
    uint32_t rate;
    char source[160];
};

static void clip_destroy(void *object)
{
    struct clip *c = object;

    mem_free(c->samples);
}

/* ---- open ---- */

static int refuse(int err, struct buf *why, const char *word, const char *details)
{
    buf_reset(why);
    buf_printf(why, "%s: %s", word, details);
    return err;
}

static int check_size(int fd, struct buf *why)
{
    char text[40];
    struct stat st;

    if (fstat(fd, &st))
        return errno;
    snprintf(text, sizeof(text), "%llu MiB", (unsigned long long)st.st_size >> 20);
    if (st.st_size == 0)
        return refuse(EBADMSG, why, CLIP_EMPTY, "0 bytes");
    return st.st_size > CLIP_BYTES_MAX ? refuse(EFBIG, why, CLIP_TOO_BIG, text) : 0;
}

static int check_info(const SF_INFO *info, struct buf *why)
{
    char text[40];

    snprintf(text, sizeof(text), "%d Hz", info->samplerate);
    if (info->samplerate < CLIP_RATE_MIN || info->samplerate > CLIP_RATE_MAX)
        return refuse(ENOTSUP, why, CLIP_RATE, text);
    snprintf(text, sizeof(text), "%d", info->channels);
    if (info->channels < 1 || info->channels > CLIP_CHANNELS_MAX)
        return refuse(ENOTSUP, why, CLIP_CHANNELS, text);
    return 0;
}

/* The library closes the descriptor of what it refuses, whatever it was told. */
static SNDFILE *open_copy(int fd, SF_INFO *info)
{
    const int copy = dup(fd);

    return copy >= 0 && lseek(copy, 0, SEEK_SET) == 0 ? sf_open_fd(copy, SFM_READ, info, 1) : NULL;
}

/* By its content; what has no header by the name that it came under. */
static int open_file(SNDFILE **fp, SF_INFO *info, const struct clip_args *a, struct buf *why)
{
    int err = check_size(a->fd, why);

    if (err)
        return err;
    *fp = open_copy(a->fd, info);
    if (!*fp && raw_find(a->original, info))
        *fp = open_copy(a->fd, info);
    if (!*fp)
        return refuse(EBADMSG, why, CLIP_NO_SOUND, sf_strerror(NULL));
    return check_info(info, why);
}

static const char *format_name(int format)
{
    SF_FORMAT_INFO f = {.format = format};

    return sf_command(NULL, SFC_GET_FORMAT_INFO, &f, sizeof(f)) == 0 && f.name ? f.name : "?";
}

static void put_source(struct clip *c, const SF_INFO *info)
{
    snprintf(c->source, sizeof(c->source), "%s, %s, %d Hz, %d",
             format_name(info->format & SF_FORMAT_TYPEMASK),
             format_name(info->format & SF_FORMAT_SUBMASK), info->samplerate, info->channels);
}

/* ---- read ---- */

/* What the file is read with. */
struct reader {
    SNDFILE *file;
    SF_INFO info;
    SRC_STATE *rate; /* NULL: it has the clip's already */
    double ratio;
    uint64_t frames;       /* read so far */
    unsigned percent;      /* told so far */
    float *frame;          /* FRAMES of all channels */
    float one[FRAMES];     /* of one voice */
    float out[OUT_FRAMES]; /* at the clip's rate */
};

static void reader_destroy(void *object)
{
    struct reader *r = object;

    if (r->file)
        sf_close(r->file);
    if (r->rate)
        src_delete(r->rate);
    mem_free(r->frame);
}

static int set_rate(struct clip *c, struct reader *r)
{
    int err;

    c->rate = r->info.samplerate >= CLIP_WIDE_HZ ? CLIP_WIDE_HZ : CLIP_NARROW_HZ;
    r->ratio = (double)c->rate / r->info.samplerate;
    if (r->info.samplerate == (int)c->rate)
        return 0;
    r->rate = src_new(SRC_SINC_MEDIUM_QUALITY, 1, &err);
    return r->rate ? 0 : ENOMEM;
}

static int add_samples(struct clip *c, const float *s, size_t count, struct buf *why)
{
    const size_t most = (size_t)CLIP_SECONDS_MAX * c->rate;

    if (count > most - c->count)
        return refuse(EFBIG, why, CLIP_TOO_LONG, "20 min");
    if (c->count + count > c->room) {
        const size_t room = c->room ? 2 * c->room : c->rate * 30u;
        float *more = mem_realloc(c->samples, (room + OUT_FRAMES) * sizeof(*more));

        if (!more)
            return ENOMEM;
        c->samples = more;
        c->room = room + OUT_FRAMES;
    }
    memcpy(c->samples + c->count, s, count * sizeof(*s));
    c->count += count;
    return 0;
}

/* The mean cannot be louder than the loudest channel. */
static void mix(struct reader *r, size_t frames)
{
    const int channels = r->info.channels;

    for (size_t i = 0; i < frames; i++) {
        float sum = 0;

        for (int k = 0; k < channels; k++)
            sum += r->frame[i * (size_t)channels + (size_t)k];
        sum /= (float)channels;
        r->one[i] = isfinite(sum) ? fmaxf(-LOUDEST, fminf(LOUDEST, sum)) : 0;
    }
}

static int convert(struct clip *c, struct reader *r, size_t frames, struct buf *why)
{
    SRC_DATA d = {.data_in = r->one,
                  .input_frames = (long)frames,
                  .data_out = r->out,
                  .output_frames = OUT_FRAMES,
                  .end_of_input = frames == 0,
                  .src_ratio = r->ratio};
    int err = 0;

    if (!r->rate)
        return add_samples(c, r->one, frames, why);
    do {
        if (src_process(r->rate, &d))
            return EIO;
        err = add_samples(c, r->out, (size_t)d.output_frames_gen, why);
        d.input_frames -= d.input_frames_used;
        if (d.input_frames) /* the library refuses what touches its output */
            d.data_in += d.input_frames_used;
    } while (!err && (d.input_frames > 0 || d.output_frames_gen > 0));
    return err;
}

static void tell(struct reader *r, const struct clip_args *a)
{
    const uint64_t all = r->info.frames > 0 ? (uint64_t)r->info.frames : 1;
    const uint64_t percent = r->frames >= all ? 90 : r->frames * 90 / all;

    if (a->progress && percent > r->percent)
        a->progress((unsigned)percent, a->arg);
    if (percent > r->percent)
        r->percent = (unsigned)percent;
}

static int read_frames(struct clip *c, struct reader *r, const struct clip_args *a, struct buf *why)
{
    sf_count_t n;
    int err = 0;

    while (!err && (n = sf_readf_float(r->file, r->frame, FRAMES)) > 0) {
        r->frames += (uint64_t)n;
        mix(r, (size_t)n);
        err = convert(c, r, (size_t)n, why);
        tell(r, a);
    }
    if (!err && r->rate)
        err = convert(c, r, 0, why);
    if (!err && !r->frames)
        err = refuse(EBADMSG, why, CLIP_EMPTY, sf_strerror(r->file));
    return err;
}

/* ---- levels ---- */

static float peak_of(const struct clip *c)
{
    float peak = 0;

    for (size_t i = 0; i < c->count; i++)
        peak = fmaxf(peak, fabsf(c->samples[i]));
    return peak;
}

/* Mean square of the parts of GATE_MS that are louder than least; 0: none is. */
static double mean_above(const struct clip *c, double least)
{
    const size_t part = c->rate * GATE_MS / 1000;
    double all = 0;
    size_t parts = 0;

    for (size_t at = 0; at < c->count; at += part) {
        const size_t n = c->count - at < part ? c->count - at : part;
        double sum = 0;

        for (size_t i = 0; i < n; i++)
            sum += (double)c->samples[at + i] * (double)c->samples[at + i];
        if (sum / (double)n <= least)
            continue;
        all += sum / (double)n;
        parts++;
    }
    return parts ? all / (double)parts : 0;
}

/* Pauses do not count: only what is less than 10 dB below the mean of all that is no silence. */
static float loudness_gain(const struct clip *c)
{
    const double mean = mean_above(c, GATE_LEAST);
    const double loud = mean > 0 ? mean_above(c, mean / 10) : 0;

    return loud > 0 ? fminf(GAIN_MOST, (float)(LOUD_TARGET / sqrt(loud))) : 1;
}

static void set_level(struct clip *c, enum clip_level level)
{
    const float peak = peak_of(c);
    float gain = 1;

    if (level == CLIP_LOUD)
        gain = loudness_gain(c);
    if (peak > 0 && level != CLIP_KEEP && (level == CLIP_PEAK || gain * peak > PEAK_TARGET))
        gain = fminf(GAIN_MOST, PEAK_TARGET / peak);
    if (peak > 1 && gain * peak > 1)
        gain = 1 / peak;
    for (size_t i = 0; gain != 1 && i < c->count; i++)
        c->samples[i] *= gain;
}

/* ---- the whole ---- */

int clip_read(struct clip **cp, const struct clip_args *a, struct buf *why)
{
    struct clip *c = mem_alloc(sizeof(*c), clip_destroy);
    struct reader *r = mem_alloc(sizeof(*r), reader_destroy);
    int err = c && r ? 0 : ENOMEM;

    if (!err)
        err = open_file(&r->file, &r->info, a, why);
    if (!err)
        err = set_rate(c, r);
    if (err)
        goto out;
    put_source(c, &r->info);
    r->frame = mem_zalloc(FRAMES * (size_t)r->info.channels * sizeof(*r->frame));
    err = r->frame ? read_frames(c, r, a, why) : ENOMEM;
    if (!err)
        set_level(c, a->level);
out:
    mem_deref(r);
    if (err)
        mem_deref(c);
    else
        *cp = c;
    return err;
}

uint32_t clip_rate(const struct clip *c)
{
    return c->rate;
}

uint32_t clip_ms(const struct clip *c)
{
    return (uint32_t)((uint64_t)c->count * 1000 / c->rate);
}

const char *clip_source(const struct clip *c)
{
    return c->source;
}

/* ---- write ---- */

static uint8_t *put32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        *p++ = (uint8_t)(v >> 8 * i);
    return p;
}

static uint8_t *put16(uint8_t *p, uint16_t v)
{
    *p++ = (uint8_t)v;
    *p++ = (uint8_t)(v >> 8);
    return p;
}

static uint8_t *put_header(uint8_t *p, uint32_t rate_hz, uint32_t bytes)
{
    memcpy(p, "RIFF", 4);
    p = put32(p + 4, bytes + HEADER - 8);
    memcpy(p, "WAVEfmt ", 8);
    p = put32(p + 8, 16);
    p = put16(p, 1); /* linear */
    p = put16(p, 1); /* one channel */
    p = put32(p, rate_hz);
    p = put32(p, rate_hz * 2);
    p = put16(p, 2);
    p = put16(p, 16);
    memcpy(p, "data", 4);
    return put32(p + 4, bytes);
}

static int16_t sample_of(float f)
{
    const long v = lrintf(f * 32768.0f);

    return (int16_t)(v > INT16_MAX ? INT16_MAX : v < INT16_MIN ? INT16_MIN : v);
}

static int write_all(int fd, const uint8_t *p, size_t len)
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

/* *out at rate_hz; the clip's own samples when it is that already. */
static int at_rate(const struct clip *c, uint32_t rate_hz, float **out, size_t *count)
{
    const size_t room = (size_t)((uint64_t)c->count * rate_hz / c->rate) + 1;
    SRC_DATA d = {.data_in = c->samples,
                  .input_frames = (long)c->count,
                  .output_frames = (long)room,
                  .src_ratio = (double)rate_hz / c->rate};

    d.data_out = *out = mem_zalloc(room * sizeof(**out));
    if (!*out)
        return ENOMEM;
    if (src_simple(&d, SRC_SINC_MEDIUM_QUALITY, 1))
        return ENOMEM;
    *count = (size_t)d.output_frames_gen;
    return 0;
}

int clip_write(const struct clip *c, int fd, uint32_t rate_hz)
{
    float *other = NULL;
    const float *samples = c->samples;
    uint8_t *bytes = NULL, *p;
    size_t count = c->count;
    int err = 0;

    if (rate_hz != c->rate) {
        err = at_rate(c, rate_hz, &other, &count);
        samples = other;
    }
    bytes = err ? NULL : mem_zalloc(HEADER + 2 * count);
    if (!bytes) {
        err = ENOMEM;
        goto out;
    }
    p = put_header(bytes, rate_hz, (uint32_t)(2 * count));
    for (size_t i = 0; i < count; i++)
        p = put16(p, (uint16_t)sample_of(samples[i]));
    err = write_all(fd, bytes, (size_t)(p - bytes));
out:
    mem_free(bytes);
    mem_free(other);
    return err;
}
