/* truth.c - see truth.h */
#include "base/truth.h"

#include <errno.h>

int truth_parse(struct slice s, bool *out)
{
    static const char *const yes[] = {"yes", "true", "on", "y", "t", "1"};
    static const char *const no[] = {"no", "false", "off", "n", "f", "0"};

    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
        const bool is_yes = slice_caseeqz(s, yes[i]);

        if (is_yes || slice_caseeqz(s, no[i])) {
            *out = is_yes;
            return 0;
        }
    }
    return EINVAL;
}
