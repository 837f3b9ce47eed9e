/*
 * model/codec.h - codecs by name, as the options allow and disallow say them
 *
 * Scope:   names only. Which of them the station can carry is sdp/'s and dsp/'s business: an
 *          endpoint's list keeps every name that Asterisk knows, in order.
 * Source:  Asterisk: "all", "ulaw,alaw", "!all,g722,!ulaw"; allow is applied after disallow.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

enum model_codec {
    MODEL_ULAW,
    MODEL_ALAW,
    MODEL_G722,
    MODEL_OPUS,
    MODEL_G729,
    MODEL_G726,
    MODEL_G726AAL2,
    MODEL_G723,
    MODEL_GSM,
    MODEL_ILBC,
    MODEL_SPEEX,
    MODEL_SPEEX16,
    MODEL_SPEEX32,
    MODEL_LPC10,
    MODEL_ADPCM,
    MODEL_SIREN7,
    MODEL_SIREN14,
    MODEL_G719,
    MODEL_CODEC2,
    MODEL_SILK,
    MODEL_SLIN,
    MODEL_SLIN12,
    MODEL_SLIN16,
    MODEL_SLIN24,
    MODEL_SLIN32,
    MODEL_SLIN44,
    MODEL_SLIN48,
    MODEL_SLIN96,
    MODEL_SLIN192,
    MODEL_T38,
    MODEL_T140,
    MODEL_T140RED,
    MODEL_JPEG,
    MODEL_PNG,
    MODEL_H261,
    MODEL_H263,
    MODEL_H263P,
    MODEL_H264,
    MODEL_H265,
    MODEL_MPEG4,
    MODEL_VP8,
    MODEL_VP9,
    MODEL_CODEC_COUNT
};

#define MODEL_CODECS_MAX 15

/** Allowed codecs, the most wanted first. */
struct model_codecs {
    uint8_t count;
    uint8_t id[MODEL_CODECS_MAX]; /* enum model_codec */
};

const char *model_codec_name(enum model_codec c);

/** @return 0; ENOENT */
int model_codec_find(enum model_codec *c, struct slice name);

/**
 * Apply an option's value to the list: allow adds (or, with !, takes away), disallow takes away.
 * "all" stands for ulaw, alaw, g722, opus, gsm, g729 and slin in allow, for everything in disallow.
 * @param bad  out: the name that is unknown, when EINVAL is returned
 * @return 0; EINVAL; ENOSPC (more than MODEL_CODECS_MAX)
 */
int model_codecs_apply(struct model_codecs *l, struct slice value, bool is_allow,
                       struct slice *bad);

bool model_codecs_has(const struct model_codecs *l, enum model_codec c);
