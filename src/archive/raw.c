/* archive/raw.c - see raw.h */
#include "archive/raw.h"

#include <string.h>

static const struct raw {
    const char *extension;
    int format, rate;
} raws[] = {
    {"sln", SF_FORMAT_PCM_16, 8000},    {"raw", SF_FORMAT_PCM_16, 8000},
    {"sln12", SF_FORMAT_PCM_16, 12000}, {"sln16", SF_FORMAT_PCM_16, 16000},
    {"sln24", SF_FORMAT_PCM_16, 24000}, {"sln32", SF_FORMAT_PCM_16, 32000},
    {"sln44", SF_FORMAT_PCM_16, 44100}, {"sln48", SF_FORMAT_PCM_16, 48000},
    {"sln96", SF_FORMAT_PCM_16, 96000}, {"sln192", SF_FORMAT_PCM_16, 192000},
    {"ulaw", SF_FORMAT_ULAW, 8000},     {"ul", SF_FORMAT_ULAW, 8000},
    {"mu", SF_FORMAT_ULAW, 8000},       {"ulw", SF_FORMAT_ULAW, 8000},
    {"pcm", SF_FORMAT_ULAW, 8000},      {"alaw", SF_FORMAT_ALAW, 8000},
    {"al", SF_FORMAT_ALAW, 8000},       {"alw", SF_FORMAT_ALAW, 8000},
    {"gsm", SF_FORMAT_GSM610, 8000},
};

bool raw_find(const char *name, SF_INFO *info)
{
    const char *dot = name ? strrchr(name, '.') : NULL;

    for (size_t i = 0; dot && i < sizeof(raws) / sizeof(raws[0]); i++) {
        if (strcmp(dot + 1, raws[i].extension) != 0)
            continue;
        info->format = SF_FORMAT_RAW | SF_ENDIAN_LITTLE | raws[i].format;
        info->samplerate = raws[i].rate;
        info->channels = 1;
        return true;
    }
    return false;
}
