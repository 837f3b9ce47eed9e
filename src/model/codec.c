/* codec.c - see codec.h */
#include <errno.h>
#include <string.h>

#include "model/codec.h"

static const char *const names[MODEL_CODEC_COUNT] = {
    [MODEL_ULAW] = "ulaw",         [MODEL_ALAW] = "alaw",       [MODEL_G722] = "g722",
    [MODEL_OPUS] = "opus",         [MODEL_G729] = "g729",       [MODEL_G726] = "g726",
    [MODEL_G726AAL2] = "g726aal2", [MODEL_G723] = "g723",       [MODEL_GSM] = "gsm",
    [MODEL_ILBC] = "ilbc",         [MODEL_SPEEX] = "speex",     [MODEL_SPEEX16] = "speex16",
    [MODEL_SPEEX32] = "speex32",   [MODEL_LPC10] = "lpc10",     [MODEL_ADPCM] = "adpcm",
    [MODEL_SIREN7] = "siren7",     [MODEL_SIREN14] = "siren14", [MODEL_G719] = "g719",
    [MODEL_CODEC2] = "codec2",     [MODEL_SILK] = "silk",       [MODEL_SLIN] = "slin",
    [MODEL_SLIN12] = "slin12",     [MODEL_SLIN16] = "slin16",   [MODEL_SLIN24] = "slin24",
    [MODEL_SLIN32] = "slin32",     [MODEL_SLIN44] = "slin44",   [MODEL_SLIN48] = "slin48",
    [MODEL_SLIN96] = "slin96",     [MODEL_SLIN192] = "slin192", [MODEL_T38] = "t38",
    [MODEL_T140] = "t140",         [MODEL_T140RED] = "red",     [MODEL_JPEG] = "jpeg",
    [MODEL_PNG] = "png",           [MODEL_H261] = "h261",       [MODEL_H263] = "h263",
    [MODEL_H263P] = "h263p",       [MODEL_H264] = "h264",       [MODEL_H265] = "h265",
    [MODEL_MPEG4] = "mpeg4",       [MODEL_VP8] = "vp8",         [MODEL_VP9] = "vp9",
};

static const uint8_t all[] = {MODEL_ULAW, MODEL_ALAW, MODEL_G722, MODEL_OPUS,
                              MODEL_GSM,  MODEL_G729, MODEL_SLIN};

const char *model_codec_name(enum model_codec c)
{
    return (unsigned)c < MODEL_CODEC_COUNT ? names[c] : "?";
}

int model_codec_find(enum model_codec *c, struct slice name)
{
    for (int i = 0; i < MODEL_CODEC_COUNT; i++) {
        if (slice_caseeqz(name, names[i])) {
            *c = (enum model_codec)i;
            return 0;
        }
    }
    return ENOENT;
}

bool model_codecs_has(const struct model_codecs *l, enum model_codec c)
{
    return memchr(l->id, c, l->count) != NULL;
}

static int add(struct model_codecs *l, uint8_t c)
{
    if (model_codecs_has(l, c))
        return 0;
    if (l->count >= MODEL_CODECS_MAX)
        return ENOSPC;
    l->id[l->count++] = c;
    return 0;
}

static void take_away(struct model_codecs *l, uint8_t c)
{
    uint8_t *at = memchr(l->id, c, l->count);

    if (!at)
        return;
    memmove(at, at + 1, (size_t)(l->id + l->count - at) - 1);
    l->count--;
}

static int apply_all(struct model_codecs *l, bool is_allow)
{
    int err = 0;

    if (!is_allow)
        l->count = 0;
    for (size_t i = 0; is_allow && !err && i < sizeof(all); i++)
        err = add(l, all[i]);
    return err;
}

int model_codecs_apply(struct model_codecs *l, struct slice value, bool is_allow, struct slice *bad)
{
    int err = 0;

    while (!err && slice_is_set(value)) {
        struct slice name = slice_trim(slice_cut(value, ',', &value));
        bool adds = is_allow;
        enum model_codec c;

        if (name.len && name.p[0] == '!') {
            adds = !is_allow;
            name = slice_skip(name, 1);
        }
        if (name.len == 0)
            continue;
        /* "ulaw:20": a packet length, which Asterisk 22 still reads */
        struct slice packet;
        name = slice_cut(name, ':', &packet);
        *bad = name;
        if (slice_caseeqz(name, "all"))
            err = apply_all(l, adds);
        else if (model_codec_find(&c, name) != 0)
            err = EINVAL;
        else if (adds)
            err = add(l, (uint8_t)c);
        else
            take_away(l, (uint8_t)c);
    }
    return err;
}
