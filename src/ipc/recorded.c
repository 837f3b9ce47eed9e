/* recorded.c - see recorded.h */
#include "ipc/recorded.h"

/* Longer ones first; of a name that begins so the first `cut` bytes go. */
static const struct {
    const char *prefix;
    size_t cut;
} folders[] = {
    {"/var/spool/asterisk/monitor/", sizeof("/var/spool/asterisk/monitor/") - 1},
    {"/var/spool/asterisk/", sizeof("/var/spool/asterisk/") - 1},
    {"/var/lib/asterisk/sounds/", sizeof("/var/lib/asterisk/sounds/") - 1},
    {"/var/tmp/", sizeof("/var/") - 1},
    {"/tmp/", sizeof("/") - 1},
};

struct slice recorded_below(struct slice name)
{
    if (!name.len || name.p[0] != '/')
        return name;
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        if (slice_starts(name, slice_of(folders[i].prefix)))
            return slice_skip(name, folders[i].cut);
    return SLICE_NONE;
}
