/* codec.c - see codec.h */
#include <errno.h>
#include <stddef.h>

#include "base/bug.h"
#include "dsp/codec.h"

static const struct codec_info table[CODEC_COUNT] = {
    [CODEC_ULAW] =
        {.name = "ulaw", .encoding = "PCMU", .payload = 0, .clock_hz = 8000, .frame_bytes = 160},
    [CODEC_ALAW] =
        {.name = "alaw", .encoding = "PCMA", .payload = 8, .clock_hz = 8000, .frame_bytes = 160},
};

/* Other names that configurations use. */
static const struct {
    const char *name;
    enum codec codec;
} aliases[] = {
    {"g711u", CODEC_ULAW}, {"mulaw", CODEC_ULAW}, {"g711a", CODEC_ALAW},
    {"pcmu", CODEC_ULAW},  {"pcma", CODEC_ALAW},
};

const struct codec_info *codec_get(enum codec c)
{
    BUG_IF((unsigned)c >= CODEC_COUNT);
    return &table[c];
}

int codec_find(enum codec *c, struct slice name)
{
    for (unsigned i = 0; i < CODEC_COUNT; i++) {
        if (slice_caseeqz(name, table[i].name)) {
            *c = (enum codec)i;
            return 0;
        }
    }
    for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
        if (slice_caseeqz(name, aliases[i].name)) {
            *c = aliases[i].codec;
            return 0;
        }
    }
    return ENOENT;
}

int codec_find_encoding(enum codec *c, struct slice encoding, uint32_t clock_hz)
{
    for (unsigned i = 0; i < CODEC_COUNT; i++) {
        if (table[i].clock_hz == clock_hz && slice_caseeqz(encoding, table[i].encoding)) {
            *c = (enum codec)i;
            return 0;
        }
    }
    return ENOENT;
}

bool codec_list_has(const struct codec_list *l, enum codec c)
{
    for (uint8_t i = 0; i < l->count; i++) {
        if (l->id[i] == c)
            return true;
    }
    return false;
}

void codec_list_add(struct codec_list *l, enum codec c)
{
    if (l->count < CODEC_LIST_MAX && !codec_list_has(l, c))
        l->id[l->count++] = (uint8_t)c;
}

static void list_remove(struct codec_list *l, enum codec c)
{
    uint8_t kept = 0;

    for (uint8_t i = 0; i < l->count; i++) {
        if (l->id[i] != c)
            l->id[kept++] = l->id[i];
    }
    l->count = kept;
}

/* One name of an allow list; false when it is unknown. */
static bool list_apply(struct codec_list *l, struct slice name)
{
    bool is_minus = name.len && name.p[0] == '!';
    enum codec c;

    if (is_minus)
        name = slice_trim(slice_skip(name, 1));
    if (slice_caseeqz(name, "all")) {
        if (is_minus)
            l->count = 0;
        for (unsigned i = 0; !is_minus && i < CODEC_COUNT; i++)
            codec_list_add(l, (enum codec)i);
        return true;
    }
    if (codec_find(&c, name))
        return false;
    if (is_minus)
        list_remove(l, c);
    else
        codec_list_add(l, c);
    return true;
}

void codec_list_parse(struct codec_list *l, struct slice allow, unsigned *unknown)
{
    unsigned strange = 0;
    struct slice name;

    while (slice_is_set(allow)) {
        name = slice_trim(slice_cut(allow, ',', &allow));
        if (name.len && !list_apply(l, name))
            strange++;
    }
    if (unknown)
        *unknown = strange;
}
