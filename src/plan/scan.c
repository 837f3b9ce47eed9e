/* scan.c - see scan.h */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "plan/app/dial.h"
#include "plan/args.h"
#include "plan/names.h"
#include "plan/scan.h"

/* "NAME(" at the beginning of text: the name; else empty. */
static struct slice function_at(const char *text)
{
    size_t n = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    return slice_from(text, text[n] == '(' ? n : 0);
}

static void scan_function(const struct plan_core *p, const char *text, plan_lack_h *h, void *arg)
{
    struct slice name = function_at(text);

    if (name.len && plan_name_state(p, PLAN_NAME_FUNC, name) != PLAN_NAME_WORKS)
        h(PLAN_LACK_FUNCTION, name, arg);
}

static void scan_techs(char *where, plan_lack_h *h, void *arg)
{
    struct slice rest = slice_of(where), tech;

    while (slice_is_set(rest)) {
        struct slice one = slice_trim(slice_cut(rest, '&', &rest)), resource;

        tech = slice_cut(one, '/', &resource);
        if (slice_is_set(resource) && tech.len && slice_chr(tech, '$') < 0 &&
            slice_chr(tech, '}') < 0 && !slice_caseeqz(tech, "PJSIP") &&
            !slice_caseeqz(tech, "SIP") && !slice_caseeqz(tech, "Local"))
            h(PLAN_LACK_TECH, tech, arg);
    }
}

static void scan_options(char *options, plan_lack_h *h, void *arg)
{
    char letter, *value;

    while (plan_option_next(&options, &letter, &value)) {
        if ((unsigned char)letter >= 127 || letter <= ' ' || letter == '$')
            return; /* a variable */
        if (dial_option_state(letter) == DIAL_OPTION_LATER)
            h(PLAN_LACK_OPTION_LATER, slice_from(&letter, 1), arg);
        else if (dial_option_state(letter) == DIAL_OPTION_UNKNOWN)
            h(PLAN_LACK_OPTION, slice_from(&letter, 1), arg);
    }
}

static int scan_dial(const char *data, plan_lack_h *h, void *arg)
{
    char *copy = mem_strdup(data), *argv[4];

    if (!copy)
        return ENOMEM;
    plan_args_split_raw(copy, ',', argv, 4);
    scan_techs(argv[0], h, arg);
    scan_options(argv[2], h, arg);
    mem_free(copy);
    return 0;
}

int plan_scan_step(const struct plan_core *p, struct slice app, const char *data, plan_lack_h *h,
                   void *arg)
{
    if (slice_caseeqz(app, "Set"))
        scan_function(p, data, h, arg);
    for (const char *s = data; (s = strstr(s, "${")); s += 2)
        scan_function(p, s + 2, h, arg);
    return slice_caseeqz(app, "Dial") ? scan_dial(data, h, arg) : 0;
}
