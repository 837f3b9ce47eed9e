/* manager/headers.c - which headers an event has, from its row; see event.h */
#include <stdio.h>

#include "manager/event.h"

/* What manager_put_channel and manager_put_bridge write. */
static const char channel_headers[] =
    "Channel ChannelState ChannelStateDesc CallerIDNum CallerIDName ConnectedLineNum "
    "ConnectedLineName Language AccountCode Context Exten Priority Uniqueid Linkedid";
static const char bridge_headers[] =
    "BridgeUniqueid BridgeType BridgeTechnology BridgeCreator BridgeName BridgeNumChannels "
    "BridgeVideoSourceMode";

/* The n-th word; n becomes what is left to pass over. */
static bool take_word(struct slice words, uint32_t *n, struct slice *word)
{
    while (slice_is_set(words)) {
        *word = slice_cut(words, ' ', &words);
        if (!(*n)--)
            return true;
    }
    return false;
}

static bool expand(struct slice word, uint32_t *n, struct manager_header_name *name)
{
    const bool is_channel = slice_starts(word, SLICE("@"));
    const bool is_group = is_channel || slice_starts(word, SLICE("#"));
    const char *group = is_channel ? channel_headers : bridge_headers;
    struct slice one = word;

    if (!is_group && (*n)--)
        return false;
    if (is_group && !take_word(slice_of(group), n, &one))
        return false;
    snprintf(name->text, sizeof(name->text), "%.*s%.*s", is_group ? (int)word.len - 1 : 0,
             is_group ? word.p + 1 : "", SLICE_ARG(one));
    return true;
}

bool manager_event_header(const struct manager_event *e, uint32_t n,
                          struct manager_header_name *name)
{
    struct slice rest = slice_of(e->headers);

    while (slice_is_set(rest)) {
        struct slice word = slice_cut(rest, ' ', &rest);

        name->is_always = !slice_starts(word, SLICE("["));
        if (!name->is_always)
            word = slice_from(word.p + 1, word.len - 2);
        if (expand(word, &n, name))
            return true;
    }
    return false;
}
