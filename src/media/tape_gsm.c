/* tape_gsm.c - see tape_gsm.h */
#include "media/tape_gsm.h"

#include <errno.h>
#include <sndfile.h>
#include <string.h>

#include "base/mem.h"

#define RATE_HZ 8000

/* The library thinks that it writes a file; its header is not wanted. */
struct tape_gsm {
    SNDFILE *encoder;
    tape_gsm_h *h;
    void *arg;
    int err;
    sf_count_t at, len, header;
    unsigned bytes, frames; /* of one unit */
    unsigned waiting;       /* samples of the next one */
};

static sf_count_t lib_len(void *arg)
{
    return ((struct tape_gsm *)arg)->len;
}

static sf_count_t lib_seek(sf_count_t offset, int whence, void *arg)
{
    struct tape_gsm *g = arg;

    g->at = offset + (whence == SEEK_CUR ? g->at : whence == SEEK_END ? g->len : 0);
    return g->at;
}

static sf_count_t lib_read(void *out, sf_count_t n, void *arg)
{
    return 0;
}

static sf_count_t lib_write(const void *p, sf_count_t n, void *arg)
{
    struct tape_gsm *g = arg;

    /* A byte alone is what makes the length even at the end. */
    if (g->at >= g->header && n > 0 && n % g->bytes == 0 && !g->err)
        g->err = g->h(p, (size_t)n, g->arg);
    g->at += n;
    if (g->at > g->len)
        g->len = g->at;
    return n;
}

static sf_count_t lib_tell(void *arg)
{
    return ((struct tape_gsm *)arg)->at;
}

int tape_gsm_open(struct tape_gsm **gp, bool is_riff, tape_gsm_h *h, void *arg)
{
    SF_VIRTUAL_IO io = {lib_len, lib_seek, lib_read, lib_write, lib_tell};
    SF_INFO info = {.samplerate = RATE_HZ,
                    .channels = 1,
                    .format = (is_riff ? SF_FORMAT_WAV : SF_FORMAT_RAW) | SF_FORMAT_GSM610};
    struct tape_gsm *g = mem_zalloc(sizeof(*g));

    if (!g)
        return ENOMEM;
    g->h = h;
    g->arg = arg;
    g->header = is_riff ? TAPE_GSM_HEADER : 0;
    g->bytes = is_riff ? TAPE_GSM_RIFF_BYTES : TAPE_GSM_BYTES;
    g->frames = is_riff ? TAPE_GSM_RIFF_FRAMES : TAPE_GSM_FRAMES;
    g->encoder = sf_open_virtual(&io, SFM_WRITE, &info, g);
    if (!g->encoder) {
        mem_free(g);
        return ENOTSUP;
    }
    *gp = g;
    return 0;
}

int tape_gsm_encode(struct tape_gsm *g, const int16_t *samples, size_t count)
{
    (void)sf_writef_short(g->encoder, samples, (sf_count_t)count);
    g->waiting = (unsigned)((g->waiting + count) % g->frames);
    return g->err;
}

unsigned tape_gsm_waiting(const struct tape_gsm *g)
{
    return g ? g->waiting : 0;
}

void *tape_gsm_close(struct tape_gsm *g)
{
    if (g)
        (void)sf_close(g->encoder);
    mem_free(g);
    return NULL;
}

/* ---- header ---- */

static void le(uint8_t *p, uint32_t v, int bytes)
{
    for (int i = 0; i < bytes; i++)
        p[i] = (uint8_t)(v >> (8 * i));
}

void tape_gsm_header(uint8_t out[TAPE_GSM_HEADER], uint32_t data)
{
    memcpy(out, "RIFF....WAVEfmt ", 16);
    le(out + 4, TAPE_GSM_HEADER - 8 + data, 4);
    le(out + 16, 20, 4);
    le(out + 20, 49, 2);
    le(out + 22, 1, 2);
    le(out + 24, RATE_HZ, 4);
    le(out + 28, RATE_HZ * TAPE_GSM_RIFF_BYTES / TAPE_GSM_RIFF_FRAMES, 4);
    le(out + 32, TAPE_GSM_RIFF_BYTES, 2);
    le(out + 34, 0, 2);
    le(out + 36, 2, 2);
    le(out + 38, TAPE_GSM_RIFF_FRAMES, 2);
    memcpy(out + 40, "fact", 4);
    le(out + 44, 4, 4);
    le(out + TAPE_GSM_FACT, data / TAPE_GSM_RIFF_BYTES * TAPE_GSM_RIFF_FRAMES, 4);
    memcpy(out + 52, "data", 4);
    le(out + 56, data, 4);
}
