/*
 * dsp/codec.h - the codecs that the station speaks, as one table
 *
 * Scope:   names, static payload numbers and clocks; the samples' arithmetic is in dsp/g711.h.
 * Source:  RFC 3551 table 4; Asterisk's names of formats for allow/disallow.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

enum codec { CODEC_ULAW, CODEC_ALAW, CODEC_COUNT };

struct codec_info {
    const char *name;     /* Asterisk's, in allow=: "ulaw" */
    const char *encoding; /* in a=rtpmap: "PCMU" */
    uint8_t payload;      /* static payload type */
    uint32_t clock_hz;
    uint16_t frame_bytes; /* of 20 ms */
};

/** Row of the table; never NULL for a valid codec. */
const struct codec_info *codec_get(enum codec c);

/** By Asterisk's name ("ulaw", "alaw", also "g711u", "mulaw") or by rtpmap's; case ignored.
 *  @return 0; ENOENT. */
int codec_find(enum codec *c, struct slice name);
int codec_find_encoding(enum codec *c, struct slice encoding, uint32_t clock_hz);

/** Codecs in order of preference; a plain value without doubles. */
#define CODEC_LIST_MAX 8
struct codec_list {
    uint8_t count;
    uint8_t id[CODEC_LIST_MAX]; /* enum codec */
};

bool codec_list_has(const struct codec_list *l, enum codec c);

/** At the end; nothing happens when it is in already or the list is full. */
void codec_list_add(struct codec_list *l, enum codec c);

/**
 * "ulaw,alaw", "!all,alaw", "all", as allow= has them; unknown names are skipped and counted.
 * @param l        added to ("!name" and "!all" take away)
 * @param unknown  out, may be NULL: how many names the station does not know
 */
void codec_list_parse(struct codec_list *l, struct slice allow, unsigned *unknown);
