/* regex.c - regular expressions whose time and memory are bounded (expr.h) */
#include <regex.h>

#include "base/mem.h"
#include "plan/expr.h"

#define MOST_PATTERN 256
#define MOST_TEXT 4096
#define MOST_COPIES 1000 /* a{20}{20}: the library writes every copy out */
#define MOST_GROUPS 30

/* Upper number of "{n,m}" at p, its length in *used; 1 when it is none. */
static unsigned bound_at(struct slice p, size_t *used)
{
    unsigned n = 0, most = 1;

    for (*used = 1; *used < p.len; ++*used) {
        char c = p.p[*used];

        if (c >= '0' && c <= '9')
            n = n < 100000 ? n * 10 + (unsigned)(c - '0') : n;
        if (c == ',' || c == '}') {
            most = n > most ? n : most;
            n = 0;
        }
        if (c == '}')
            break;
    }
    return most;
}

static const char *refusal(struct slice p)
{
    unsigned copies = 1, groups = 0;

    if (p.len > MOST_PATTERN)
        return "longer than 256 bytes";
    for (size_t i = 0; i < p.len; i++) {
        size_t used = 0;

        if (p.p[i] == '\\') {
            if (i + 1 < p.len && p.p[i + 1] >= '1' && p.p[i + 1] <= '9')
                return "back references are not supported";
            i++;
        } else if (p.p[i] == '{') {
            copies *= bound_at(slice_skip(p, i), &used);
            i += used;
        } else if (p.p[i] == '(') {
            groups++;
        }
        if (copies > MOST_COPIES)
            return "too many repetitions";
        if (groups > MOST_GROUPS)
            return "too many groups";
    }
    return NULL;
}

static struct slice match_slice(const char *text, const regmatch_t *m)
{
    if (m->rm_so < 0)
        return SLICE_NONE;
    return slice_from(text + m->rm_so, (size_t)(m->rm_eo - m->rm_so));
}

static int run(const char *pattern, const char *text, bool ignore_case, regmatch_t found[2],
               bool *has_group, const char **why)
{
    regex_t re;
    int err = regcomp(&re, pattern, REG_EXTENDED | (ignore_case ? REG_ICASE : 0));

    if (err) {
        *why = err == REG_ESPACE ? "too big" : "wrong syntax";
        return REGEX_BAD;
    }
    *has_group = re.re_nsub > 0;
    err = regexec(&re, text, 2, found, 0);
    regfree(&re);
    return err ? REGEX_NO : REGEX_YES;
}

int plan_regex(struct slice pattern, struct slice text, bool ignore_case, struct slice *whole,
               struct slice *group, bool *has_group, const char **why)
{
    regmatch_t found[2] = {{-1, -1}, {-1, -1}};
    bool groups = false;
    char *pattern_z, *text_z;
    int rc = REGEX_BAD;

    *why = text.len > MOST_TEXT ? "text longer than 4,096 bytes" : refusal(pattern);
    if (*why)
        return REGEX_BAD;
    pattern_z = slice_dup(pattern);
    text_z = slice_dup(text);
    if (pattern_z && text_z)
        rc = run(pattern_z, text_z, ignore_case, found, &groups, why);
    else
        *why = "no memory";
    mem_free(pattern_z);
    mem_free(text_z);
    if (has_group)
        *has_group = groups;
    if (whole)
        *whole = rc == REGEX_YES ? match_slice(text.p, &found[0]) : SLICE_NONE;
    if (group)
        *group = rc == REGEX_YES && groups ? match_slice(text.p, &found[1]) : SLICE_NONE;
    return rc;
}
