/* tape_file.c - see tape_file.h */
#include "media/tape_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "dsp/g711.h"
#include "media/tape_gsm.h"
#include "media/tape_name.h"

#define RATE_HZ 8000
#define BUFFER_BYTES 16384
#define CHUNK_FRAMES 256
#define WAV_HEADER 44
#define RIFF_MAX (UINT32_MAX - 1024)
#define LOCK_TRIES 5
#define LOCK_PAUSE_MS 10
#define TAPS 6 /* of the filter between two samples */

const struct tape_format tape_formats[] = {
    {"wav", TAPE_LINEAR, true, true},  {"wav16", TAPE_LINEAR_16, true, true},
    {"WAV", TAPE_GSM, true, false},    {"wav49", TAPE_GSM, true, false},
    {"gsm", TAPE_GSM, false, false},   {"sln", TAPE_LINEAR, false, true},
    {"raw", TAPE_LINEAR, false, true}, {"sln16", TAPE_LINEAR_16, false, true},
    {"ulaw", TAPE_ULAW, false, false}, {"ul", TAPE_ULAW, false, false},
    {"pcm", TAPE_ULAW, false, false},  {"mu", TAPE_ULAW, false, false},
    {"alaw", TAPE_ALAW, false, false}, {"al", TAPE_ALAW, false, false},
    {NULL, TAPE_LINEAR, false, false},
};

struct tape_file {
    int fd;
    const struct tape_format *format;
    unsigned channels;
    bool is_new;
    int err; /* nothing more is written */
    int64_t written_us;
    char *folder, *name;
    uint64_t header; /* bytes before the data */
    uint64_t end;    /* of the data */
    uint64_t told;   /* end of the data as the header says */
    int16_t past[2][TAPS];
    struct tape_gsm *gsm;
    size_t used;
    uint8_t buffer[BUFFER_BYTES];
};

const struct tape_format *tape_format_of(struct slice name)
{
    const struct tape_format *f;
    size_t at = name.len;

    while (at && name.p[at - 1] != '.' && name.p[at - 1] != '/')
        at--;
    if (at < 2 || name.p[at - 1] != '.' || name.p[at - 2] == '/')
        return NULL;
    for (f = tape_formats; f->extension; f++) {
        if (slice_eqz(slice_from(name.p + at, name.len - at), f->extension))
            return f;
    }
    return NULL;
}

/* ---- sizes ---- */

static uint64_t rate_of(const struct tape_file *f)
{
    return f->format->kind == TAPE_LINEAR_16 ? 2 * RATE_HZ : RATE_HZ;
}

/* What cannot be taken apart, and how many samples (at 8,000 Hz) that is. */
static void unit_of(const struct tape_file *f, uint64_t *bytes, uint64_t *frames)
{
    *frames = 1;
    switch (f->format->kind) {
    case TAPE_LINEAR: *bytes = 2 * f->channels; break;
    case TAPE_LINEAR_16: *bytes = 4 * f->channels; break;
    case TAPE_GSM:
        *bytes = f->format->is_riff ? TAPE_GSM_RIFF_BYTES : TAPE_GSM_BYTES;
        *frames = f->format->is_riff ? TAPE_GSM_RIFF_FRAMES : TAPE_GSM_FRAMES;
        break;
    default: *bytes = f->channels; break;
    }
}

uint64_t tape_file_frames(const struct tape_file *f)
{
    uint64_t bytes, frames;

    unit_of(f, &bytes, &frames);
    return (f->end - f->header + f->used) / bytes * frames + tape_gsm_waiting(f->gsm);
}

uint64_t tape_file_bytes(const struct tape_file *f)
{
    return f->end + f->used;
}

struct wall tape_file_written(const struct tape_file *f)
{
    return (struct wall){f->written_us};
}

int tape_file_fd(const struct tape_file *f)
{
    return f->fd;
}

/* ---- header ---- */

static void le16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static void le32(uint8_t *p, uint32_t v)
{
    le16(p, v);
    le16(p + 2, v >> 16);
}

static size_t print_header(const struct tape_file *f, uint8_t out[TAPE_GSM_HEADER])
{
    const uint32_t data = (uint32_t)(f->end - f->header), rate = (uint32_t)rate_of(f);

    if (f->format->kind == TAPE_GSM) {
        tape_gsm_header(out, data);
        return TAPE_GSM_HEADER;
    }
    memcpy(out, "RIFF....WAVEfmt ", 16);
    le32(out + 4, WAV_HEADER - 8 + data);
    le32(out + 16, 16);
    le16(out + 20, 1); /* PCM */
    le16(out + 22, f->channels);
    le32(out + 24, rate);
    le32(out + 28, rate * 2 * f->channels);
    le16(out + 32, 2 * f->channels);
    le16(out + 34, 16);
    memcpy(out + 36, "data", 4);
    le32(out + 40, data);
    return WAV_HEADER;
}

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

/* Is it a header of ours, but for the lengths? Then where its data end: a killed writer's file is longer
 * than its header says, one with more behind the data is not. */
static int find_end(const struct tape_file *f, uint64_t size, uint64_t *end)
{
    uint8_t ours[TAPE_GSM_HEADER], theirs[TAPE_GSM_HEADER];
    const size_t len = print_header(f, ours), at = len - 4;
    uint64_t told;

    if (size < len || pread(f->fd, theirs, len, 0) != (ssize_t)len)
        return EINVAL;
    told = len + get32(theirs + at);
    *end = (uint64_t)get32(theirs + 4) + 8 == size && told < size ? told : size;
    memcpy(theirs + 4, ours + 4, 4);
    memcpy(theirs + at, ours + at, 4);
    if (f->format->kind == TAPE_GSM)
        memcpy(theirs + TAPE_GSM_FACT, ours + TAPE_GSM_FACT, 4);
    return memcmp(ours, theirs, len) ? EINVAL : 0;
}

/* ---- to the kernel ---- */

static int write_all(struct tape_file *f, const uint8_t *p, size_t len, uint64_t at, size_t *done)
{
    for (*done = 0; *done < len;) {
        ssize_t n = pwrite(f->fd, p + *done, len - *done, (off_t)(at + *done));

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? (errno == EDQUOT ? ENOSPC : errno) : EIO;
        *done += (size_t)n;
    }
    return 0;
}

static int write_header(struct tape_file *f)
{
    uint8_t header[TAPE_GSM_HEADER];
    size_t done;
    int err = 0;

    if (f->format->is_riff && f->told != f->end)
        err = write_all(f, header, print_header(f, header), 0, &done);
    if (!err)
        f->told = f->end;
    return err;
}

/* The world is full: what is there, to the last whole sample, is the recording. */
static void give_up(struct tape_file *f, int err)
{
    uint64_t bytes, frames;

    unit_of(f, &bytes, &frames);
    f->err = err;
    f->used = 0;
    f->end -= (f->end - f->header) % bytes;
}

static int flush_data(struct tape_file *f)
{
    size_t done = 0;
    int err = f->err;

    if (err || !f->used)
        return err;
    if (f->end + f->used > RIFF_MAX)
        err = EFBIG;
    else
        err = write_all(f, f->buffer, f->used, f->end, &done);
    f->end += done;
    f->used -= done;
    if (err)
        give_up(f, err);
    return err;
}

int tape_file_flush(struct tape_file *f)
{
    int err = flush_data(f), err2 = write_header(f);

    if (!err && err2)
        give_up(f, err2);
    return err ? err : err2;
}

int tape_file_sync(struct tape_file *f)
{
    return fdatasync(f->fd) ? errno : 0;
}

/* ---- samples ---- */

static uint8_t *room(struct tape_file *f, size_t bytes)
{
    uint8_t *p;

    if (f->err || (f->used + bytes > BUFFER_BYTES && flush_data(f)))
        return NULL;
    p = f->buffer + f->used;
    f->used += bytes;
    return p;
}

static int put_bytes(const uint8_t *bytes, size_t len, void *arg)
{
    struct tape_file *f = arg;
    uint8_t *p = room(f, len);

    if (p)
        memcpy(p, bytes, len);
    return f->err;
}

/* Between each two samples one more: half a band's filter. */
static void put_double(struct tape_file *f, uint8_t *p, const int16_t *samples, size_t frames)
{
    const size_t step = 2 * f->channels;

    for (size_t i = 0; i < frames; i++, p += 2 * step) {
        for (unsigned c = 0; c < f->channels; c++) {
            int16_t *x = f->past[c];
            int32_t between;

            memmove(x, x + 1, (TAPS - 1) * sizeof(*x));
            x[TAPS - 1] = samples[i * f->channels + c];
            between = (3 * (x[0] + x[5]) - 25 * (x[1] + x[4]) + 150 * (x[2] + x[3])) / 256;
            between = between > INT16_MAX ? INT16_MAX : between < INT16_MIN ? INT16_MIN : between;
            le16(p + 2 * c, (uint16_t)x[2]);
            le16(p + step + 2 * c, (uint16_t)between);
        }
    }
}

static void put_linear(uint8_t *p, const int16_t *samples, size_t count)
{
    for (size_t i = 0; i < count; i++)
        le16(p + 2 * i, (uint16_t)samples[i]);
}

static int put_chunk(struct tape_file *f, const int16_t *samples, size_t frames)
{
    uint64_t bytes, unused;
    uint8_t *p;

    if (f->gsm) {
        int err = tape_gsm_encode(f->gsm, samples, frames);

        return f->err ? f->err : err;
    }
    unit_of(f, &bytes, &unused);
    p = room(f, frames * bytes);
    if (!p)
        return f->err;
    switch (f->format->kind) {
    case TAPE_LINEAR: put_linear(p, samples, frames * f->channels); break;
    case TAPE_LINEAR_16: put_double(f, p, samples, frames); break;
    case TAPE_ULAW: g711_encode(CODEC_ULAW, p, samples, frames); break;
    case TAPE_ALAW: g711_encode(CODEC_ALAW, p, samples, frames); break;
    case TAPE_GSM: break;
    }
    return 0;
}

int tape_file_write(struct tape_file *f, const int16_t *samples, size_t frames)
{
    while (frames && !f->err) {
        size_t n = frames < CHUNK_FRAMES ? frames : CHUNK_FRAMES;
        int err = put_chunk(f, samples, n);

        if (err)
            return err;
        samples += n * f->channels;
        frames -= n;
    }
    return f->err;
}

int tape_file_skip(struct tape_file *f, uint64_t frames)
{
    static const int16_t silence[2 * CHUNK_FRAMES];
    int err = 0;

    while (frames && !err) {
        size_t n = frames < CHUNK_FRAMES ? (size_t)frames : CHUNK_FRAMES;

        err = tape_file_write(f, silence, n);
        frames -= n;
    }
    return err;
}

static int cut(struct tape_file *f, uint32_t ms)
{
    const uint64_t all = tape_file_frames(f), gone = (uint64_t)ms * (RATE_HZ / 1000);
    uint64_t left = all > gone ? all - gone : 0, bytes, frames;

    unit_of(f, &bytes, &frames);
    f->end = f->header + (left + frames - 1) / frames * bytes;
    if (ftruncate(f->fd, (off_t)f->end))
        return errno;
    return write_header(f);
}

int tape_file_finish(struct tape_file *f, uint32_t cut_ms)
{
    int err;

    f->gsm = tape_gsm_close(f->gsm); /* its last samples come out */
    err = tape_file_flush(f);
    if (cut_ms && !f->used) {
        int err2 = cut(f, cut_ms);

        err = err ? err : err2;
    }
    return err;
}

/* ---- life ---- */

/* What is there stays, or goes. */
static int begin(struct tape_file *f, bool is_append)
{
    uint64_t bytes, frames;
    struct stat st;
    int err = 0;

    if (fstat(f->fd, &st))
        return errno;
    if (!f->is_new)
        f->written_us = st.st_mtim.tv_sec * INT64_C(1000000) + st.st_mtim.tv_nsec / 1000;
    f->header = !f->format->is_riff           ? 0
                : f->format->kind == TAPE_GSM ? TAPE_GSM_HEADER
                                              : WAV_HEADER;
    f->end = f->header;
    if (is_append && st.st_size)
        err = f->header ? find_end(f, (uint64_t)st.st_size, &f->end) : 0;
    if (is_append && !f->header)
        f->end = (uint64_t)st.st_size;
    if (err)
        return err;
    unit_of(f, &bytes, &frames);
    f->end -= (f->end - f->header) % bytes;
    if (f->end > RIFF_MAX)
        return EFBIG;
    if ((uint64_t)st.st_size > f->end && ftruncate(f->fd, (off_t)f->end))
        return errno;
    if (f->format->kind == TAPE_GSM)
        return tape_gsm_open(&f->gsm, f->format->is_riff, put_bytes, f);
    return 0;
}

/* Two writers would undo each other; whoever converts it waits. */
static int lock_file(struct tape_file *f, bool *is_removed)
{
    const struct timespec pause = {.tv_nsec = LOCK_PAUSE_MS * 1000000L};
    struct stat st;
    int tries = LOCK_TRIES;

    /* A job holds it for a moment, to look whether anybody writes. */
    while (flock(f->fd, LOCK_EX | LOCK_NB)) {
        if (errno != EWOULDBLOCK)
            return errno;
        if (--tries == 0)
            return EBUSY;
        nanosleep(&pause, NULL);
    }
    if (fstat(f->fd, &st))
        return errno;
    *is_removed = st.st_nlink == 0;
    return 0;
}

/* One that a job removes at this moment would be written for nobody. */
static int open_locked(struct tape_file *f)
{
    bool is_removed = true;
    int err = 0;

    for (int tries = LOCK_TRIES; !err && is_removed && tries; tries--) {
        if (f->fd >= 0)
            close(f->fd);
        err = tape_name_open(&f->fd, &f->is_new, f->folder, slice_of(f->name));
        if (err)
            f->fd = -1;
        else
            err = lock_file(f, &is_removed);
        if (err)
            f->is_new = false; /* it is another one's by now */
    }
    return !err && is_removed ? EBUSY : err;
}

static int open_file(struct tape_file *f, bool is_append)
{
    int err = open_locked(f);

    if (err)
        return err;
    err = begin(f, is_append);
    return err ? err : tape_file_flush(f);
}

int tape_file_open(struct tape_file **fp, const char *folder, struct slice name,
                   const struct tape_file_args *args)
{
    const struct tape_format *format = tape_format_of(name);
    struct tape_file *f;
    int err = tape_name_check(name);

    if (err)
        return err;
    if (!format || (args->is_stereo && !format->may_be_stereo))
        return EINVAL;
    f = mem_zalloc(sizeof(*f));
    if (!f)
        return ENOMEM;
    f->fd = -1;
    f->format = format;
    f->channels = args->is_stereo ? 2 : 1;
    f->folder = mem_strdup(folder);
    f->name = mem_strndup(name.p, name.len);
    err = f->folder && f->name ? open_file(f, args->is_append) : ENOMEM;
    if (err) {
        tape_file_remove(f, true);
        return err;
    }
    *fp = f;
    return 0;
}

void tape_file_close(struct tape_file *f)
{
    if (!f)
        return;
    f->err = EBADF;
    tape_gsm_close(f->gsm);
    if (f->fd >= 0)
        close(f->fd);
    mem_free(f->folder);
    mem_free(f->name);
    mem_free(f);
}

void tape_file_remove(struct tape_file *f, bool is_new)
{
    if (f && f->fd >= 0 && (f->is_new || !is_new))
        (void)tape_name_remove(f->folder, slice_of(f->name));
    tape_file_close(f);
}
