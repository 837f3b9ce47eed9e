/* manager/class.c - see class.h */
#include "manager/class.h"

#include "base/truth.h"

static const char *const names[] = {"system", "call",     "log",       "verbose",  "command",
                                    "agent",  "user",     "config",    "dtmf",     "reporting",
                                    "cdr",    "dialplan", "originate", "agi",      "hookresponse",
                                    "cc",     "aoc",      "test",      "security", "message"};
enum { NAMES = sizeof(names) / sizeof(names[0]) };

int class_print(uint32_t classes, struct buf *out)
{
    if (!classes)
        return buf_addz(out, "<none>");
    for (uint32_t i = 0; i < NAMES; i++)
        if (classes & 1u << i)
            buf_printf(out, "%s,", names[i]);
    return buf_addz(out, "all");
}

static uint32_t class_of(struct slice name)
{
    if (slice_caseeqz(name, "all"))
        return CLASS_ALL;
    for (uint32_t i = 0; i < NAMES; i++)
        if (slice_caseeqz(name, names[i]))
            return 1u << i;
    return 0;
}

uint32_t class_of_names(const struct model_names *n, const char **unknown)
{
    uint32_t mask = 0;

    if (unknown)
        *unknown = NULL;
    for (uint32_t i = 0; i < n->count; i++) {
        const uint32_t one = class_of(slice_of(n->v[i]));

        if (!one && unknown && !*unknown && !slice_caseeqz(slice_of(n->v[i]), "none"))
            *unknown = n->v[i];
        mask |= one;
    }
    return mask;
}

int64_t class_of_mask(struct slice text)
{
    uint32_t mask = 0, number;
    bool is_on;

    text = slice_trim(text);
    if (!text.len)
        return -1;
    if (slice_u32(text, &number) == 0)
        return number & CLASS_ALL;
    if (truth_parse(text, &is_on) == 0)
        return is_on ? CLASS_ALL : 0;
    while (slice_is_set(text))
        mask |= class_of(slice_trim(slice_cut(text, ',', &text)));
    return mask;
}
