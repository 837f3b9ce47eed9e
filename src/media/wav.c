/* wav.c - see wav.h */
#include <errno.h>
#include <fcntl.h>
#include <sndfile.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "dsp/g711.h"
#include "dsp/g722.h"
#include "dsp/resample.h"
#include "media/wav.h"

#define RATE_HZ 8000
#define CHANNELS_MAX 8
#define CHUNK_FRAMES 4096

const struct wav_extension wav_extensions[] = {
    {".wav", WAV_CONTAINER},   {".ulaw", WAV_ULAW},     {".alaw", WAV_ALAW},
    {".sln", WAV_SLN},         {".gsm", WAV_GSM},       {".ul", WAV_ULAW},
    {".al", WAV_ALAW},         {".pcm", WAV_ULAW},      {".WAV", WAV_CONTAINER},
    {".flac", WAV_CONTAINER},  {".ogg", WAV_CONTAINER}, {".g722", WAV_G722},
    {".sln16", WAV_SLN16},     {".sln8", WAV_SLN},      {".sln12", WAV_SLN12},
    {".sln24", WAV_SLN24},     {".sln32", WAV_SLN32},   {".sln44", WAV_SLN44},
    {".sln48", WAV_SLN48},     {".raw", WAV_SLN},       {".wav49", WAV_CONTAINER},
    {".wav16", WAV_CONTAINER}, {".mu", WAV_ULAW},       {".mp3", WAV_CONTAINER},
    {NULL, WAV_CONTAINER},
};

/* ---- files ---- */

static int read_all(int fd, uint8_t *p, size_t len)
{
    while (len) {
        ssize_t n = read(fd, p, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? errno : EINVAL; /* it shrank meanwhile */
        p += n;
        len -= (size_t)n;
    }
    return 0;
}

int wav_read_file(uint8_t **file, size_t *len, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), err;
    uint8_t *p = NULL;
    struct stat st;

    if (fd < 0)
        return errno;
    err = fstat(fd, &st) ? errno : !S_ISREG(st.st_mode) ? EINVAL : 0;
    if (!err && st.st_size > WAV_FILE_MAX)
        err = EFBIG;
    if (err)
        goto out;
    p = mem_zalloc((size_t)st.st_size + 1);
    err = p ? read_all(fd, p, (size_t)st.st_size) : ENOMEM;
    if (err)
        goto out;
    *file = p;
    *len = (size_t)st.st_size;
    p = NULL;
out:
    mem_free(p);
    close(fd);
    return err;
}

/* ---- plain WAV ---- */

static uint32_t le32(const uint8_t *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static uint16_t le16(const uint8_t *p)
{
    return (uint16_t)(p[1] << 8 | p[0]);
}

int wav_parse_plain(const uint8_t *file, size_t len, const uint8_t **samples, size_t *count)
{
    bool has_format = false;
    size_t at = 12;

    if (len < 12 || memcmp(file, "RIFF", 4) || memcmp(file + 8, "WAVE", 4))
        return EINVAL;
    while (len - at >= 8) {
        const uint8_t *chunk = file + at;
        size_t bytes = le32(chunk + 4);

        at += 8;
        if (!memcmp(chunk, "data", 4) && has_format) {
            *samples = file + at;
            /* A recording that was cut off, or still being written, says too much. */
            *count = (bytes < len - at ? bytes : len - at) / 2;
            return 0;
        }
        if (bytes > len - at)
            return EINVAL;
        if (!memcmp(chunk, "fmt ", 4)) {
            if (bytes < 16 || le16(chunk + 8) != 1 || le16(chunk + 10) != 1 ||
                le32(chunk + 12) != RATE_HZ || le16(chunk + 22) != 16)
                return ENOTSUP;
            has_format = true;
        }
        at += bytes + (bytes & 1);
        if (at > len)
            return EINVAL;
    }
    return EINVAL;
}

static int encode_le(struct wav_sound *out, enum codec c, const uint8_t *p, size_t count)
{
    if (count > WAV_SAMPLES_MAX)
        return EFBIG;
    out->data = mem_zalloc(count);
    if (!out->data)
        return ENOMEM;
    out->bytes = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        int16_t sample = (int16_t)le16(p + 2 * i);

        out->data[i] = c == CODEC_ULAW ? g711_ulaw_encode(sample) : g711_alaw_encode(sample);
    }
    return 0;
}

static int copy_law(struct wav_sound *out, enum codec from, enum codec to, const uint8_t *p,
                    size_t count)
{
    if (count > WAV_SAMPLES_MAX)
        return EFBIG;
    out->data = mem_zalloc(count);
    if (!out->data)
        return ENOMEM;
    out->bytes = (uint32_t)count;
    memcpy(out->data, p, count);
    g711_convert(from, to, out->data, count);
    return 0;
}

/* ---- everything else, by libsndfile from memory ---- */

struct memory_file {
    const uint8_t *p;
    sf_count_t len, at;
};

static sf_count_t memory_len(void *arg)
{
    return ((struct memory_file *)arg)->len;
}

static sf_count_t memory_seek(sf_count_t offset, int whence, void *arg)
{
    struct memory_file *m = arg;
    sf_count_t base = whence == SEEK_CUR ? m->at : whence == SEEK_END ? m->len : 0;

    if (offset < -base || offset > m->len - base)
        return m->at;
    m->at = base + offset;
    return m->at;
}

static sf_count_t memory_read(void *out, sf_count_t n, void *arg)
{
    struct memory_file *m = arg;

    if (n > m->len - m->at)
        n = m->len - m->at;
    if (n <= 0)
        return 0;
    memcpy(out, m->p + m->at, (size_t)n);
    m->at += n;
    return n;
}

static sf_count_t memory_write(const void *p, sf_count_t n, void *arg)
{
    return 0;
}

static sf_count_t memory_tell(void *arg)
{
    return ((struct memory_file *)arg)->at;
}

/* All frames, channels averaged; the header's count is not believed. */
static int read_frames(SNDFILE *f, const SF_INFO *info, int16_t **out, size_t *count)
{
    size_t limit = (size_t)((uint64_t)WAV_SAMPLES_MAX * (uint32_t)info->samplerate / RATE_HZ) + 1;
    int16_t *chunk = mem_zalloc(CHUNK_FRAMES * (size_t)info->channels * sizeof(*chunk));
    int16_t *all = NULL, *bigger;
    size_t have = 0;
    int err = chunk ? 0 : ENOMEM;
    sf_count_t n;

    while (!err && (n = sf_readf_short(f, chunk, CHUNK_FRAMES)) > 0) {
        if (have + (size_t)n > limit) {
            err = EFBIG;
            break;
        }
        bigger = mem_realloc(all, (have + (size_t)n) * sizeof(*all));
        if (!bigger) {
            err = ENOMEM;
            break;
        }
        all = bigger;
        for (sf_count_t i = 0; i < n; i++) {
            int32_t sum = 0;

            for (int k = 0; k < info->channels; k++)
                sum += chunk[i * info->channels + k];
            all[have++] = (int16_t)(sum / info->channels);
        }
    }
    mem_free(chunk);
    if (err) {
        mem_free(all);
        return err;
    }
    *out = all;
    *count = have;
    return 0;
}

static int encode_at_rate(struct wav_sound *out, enum codec c, int16_t *in, size_t count,
                          uint32_t rate_hz)
{
    size_t n = resample_count(count, rate_hz, RATE_HZ);
    int16_t *linear = NULL;
    int err = 0;

    if (!n)
        return EINVAL;
    if (n > WAV_SAMPLES_MAX)
        return EFBIG;
    linear = mem_zalloc(n * sizeof(*linear));
    out->data = mem_zalloc(n);
    if (!linear || !out->data) {
        mem_free(out->data);
        out->data = NULL;
        err = ENOMEM;
        goto done;
    }
    resample(linear, in, count, rate_hz, RATE_HZ);
    g711_encode(c, out->data, linear, n);
    out->bytes = (uint32_t)n;
done:
    mem_free(linear);
    return err;
}

static int decode_by_library(struct wav_sound *out, enum wav_kind kind, enum codec c,
                             const uint8_t *file, size_t len)
{
    SF_VIRTUAL_IO io = {memory_len, memory_seek, memory_read, memory_write, memory_tell};
    struct memory_file m = {.p = file, .len = (sf_count_t)len};
    SF_INFO info = {0};
    int16_t *frames = NULL;
    size_t count = 0;
    SNDFILE *f;
    int err;

    if (kind == WAV_GSM)
        info = (SF_INFO){
            .samplerate = RATE_HZ, .channels = 1, .format = SF_FORMAT_RAW | SF_FORMAT_GSM610};
    f = sf_open_virtual(&io, SFM_READ, &info, &m);
    if (!f)
        return EINVAL;
    err = EINVAL;
    if (info.channels > 0 && info.channels <= CHANNELS_MAX && info.samplerate >= 4000 &&
        info.samplerate <= 192000)
        err = read_frames(f, &info, &frames, &count);
    if (!err)
        err = encode_at_rate(out, c, frames, count, (uint32_t)info.samplerate);
    mem_free(frames);
    sf_close(f);
    return err;
}

/* ---- raw ones that are not at our rate, or not linear ---- */

static uint32_t rate_of(enum wav_kind kind)
{
    switch (kind) {
    case WAV_SLN12: return 12000;
    case WAV_SLN16: return 16000;
    case WAV_SLN24: return 24000;
    case WAV_SLN32: return 32000;
    case WAV_SLN44: return 44100;
    case WAV_SLN48: return 48000;
    default: return RATE_HZ;
    }
}

static int decode_raw(struct wav_sound *out, enum wav_kind kind, enum codec c, const uint8_t *p,
                      size_t len)
{
    size_t count = kind == WAV_G722 ? len : len / 2;
    int16_t *samples;
    struct g722_low g;
    int err;

    if (!count)
        return EINVAL;
    if (count / (rate_of(kind) / RATE_HZ) > WAV_SAMPLES_MAX)
        return EFBIG;
    samples = mem_zalloc(count * sizeof(*samples));
    if (!samples)
        return ENOMEM;
    g722_low_init(&g);
    if (kind == WAV_G722)
        g722_low_decode(&g, samples, p, count);
    for (size_t i = 0; kind != WAV_G722 && i < count; i++)
        samples[i] = (int16_t)le16(p + 2 * i);
    err = encode_at_rate(out, c, samples, count, rate_of(kind));
    mem_free(samples);
    return err;
}

int wav_decode(struct wav_sound *out, enum wav_kind kind, enum codec c, const uint8_t *file,
               size_t len)
{
    const uint8_t *samples;
    size_t count;

    *out = (struct wav_sound){0};
    if (!len)
        return EINVAL;
    switch (kind) {
    case WAV_ULAW: return copy_law(out, CODEC_ULAW, c, file, len);
    case WAV_ALAW: return copy_law(out, CODEC_ALAW, c, file, len);
    case WAV_SLN: return encode_le(out, c, file, len / 2);
    case WAV_CONTAINER:
        if (!wav_parse_plain(file, len, &samples, &count))
            return count ? encode_le(out, c, samples, count) : EINVAL;
        break;
    case WAV_GSM: break;
    default: return decode_raw(out, kind, c, file, len);
    }
    return decode_by_library(out, kind, c, file, len);
}
