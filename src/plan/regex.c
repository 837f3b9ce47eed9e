/* regex.c - regular expressions whose time and memory are bounded (expr.h) */
#include <regex.h>

#include "base/mem.h"
#include "plan/expr.h"

#define MOST_PATTERN 256
#define MOST_TEXT 1024
#define MOST_NODES 250 /* when every repetition is written out, as the library does */
#define MOST_GROUPS 30

/* How big an expression is when written out: a+ is aa*, a{20} is twenty a. */
struct measure {
    unsigned nodes[MOST_GROUPS + 1]; /* of each open group */
    unsigned depth, groups;
    unsigned last; /* nodes of what a repetition would repeat */
};

/* Upper number of "{n,m}" at p, its length in *used; 1 when it is none. */
static unsigned bound_at(struct slice p, size_t *used)
{
    unsigned n = 0, most = 1;

    for (*used = 1; *used < p.len; ++*used) {
        char c = p.p[*used];

        if (c >= '0' && c <= '9')
            n = n < MOST_NODES ? n * 10 + (unsigned)(c - '0') : n;
        if (c == ',' || c == '}') {
            most = n > most ? n : most;
            n = 0;
        }
        if (c == '}')
            break;
    }
    return most;
}

/* Bytes of a "[...]" at p. */
static size_t set_at(struct slice p)
{
    size_t i = 1;

    i += i < p.len && p.p[i] == '^';
    i += i < p.len && p.p[i] == ']';
    while (i < p.len && p.p[i] != ']')
        i++;
    return i;
}

static void add(struct measure *m, unsigned nodes)
{
    m->nodes[m->depth] += nodes;
    m->last = nodes;
}

static void repeat(struct measure *m, unsigned times)
{
    m->nodes[m->depth] += m->last * (times - 1) + 1;
    m->last = m->last * times + 1;
}

static void close_group(struct measure *m)
{
    unsigned nodes = m->nodes[m->depth] + 1;

    if (m->depth)
        m->depth--;
    add(m, nodes);
}

/* One byte or more of the pattern. @return how many; 0: too many groups */
static size_t measure_one(struct measure *m, struct slice p)
{
    size_t used = 0;

    switch (p.p[0]) {
    case '\\': add(m, 1); return 2;
    case '[': add(m, 1); return set_at(p) + 1;
    case '{': repeat(m, bound_at(p, &used)); return used + 1;
    case '+': repeat(m, 2); return 1;
    case '*':
    case '?': repeat(m, 1); return 1;
    case ')': close_group(m); return 1;
    case '(':
        if (m->groups++ == MOST_GROUPS)
            return 0;
        m->nodes[++m->depth] = 0;
        m->last = 0;
        return 1;
    default: add(m, 1); return 1;
    }
}

static const char *refusal(struct slice p)
{
    struct measure m = {0};

    if (p.len > MOST_PATTERN)
        return "longer than 256 bytes";
    for (size_t i = 0; i < p.len;) {
        size_t used;

        if (p.p[i] == '\\' && i + 1 < p.len && p.p[i + 1] >= '1' && p.p[i + 1] <= '9')
            return "back references are not supported";
        used = measure_one(&m, slice_skip(p, i));
        if (!used)
            return "too many groups";
        if (m.nodes[m.depth] > MOST_NODES)
            return "too many repetitions";
        i += used;
    }
    return NULL;
}

static struct slice match_slice(const char *text, const regmatch_t *m)
{
    if (m->rm_so < 0)
        return SLICE_NONE;
    return slice_from(text + m->rm_so, (size_t)(m->rm_eo - m->rm_so));
}

static int run(const char *pattern, const char *text, bool ignore_case,
               regmatch_t found[REGEX_GROUPS], bool *has_group, const char **why)
{
    regex_t re;
    int err = regcomp(&re, pattern, REG_EXTENDED | (ignore_case ? REG_ICASE : 0));

    if (err) {
        *why = err == REG_ESPACE ? "too big" : "wrong syntax";
        return REGEX_BAD;
    }
    *has_group = re.re_nsub > 0;
    err = regexec(&re, text, REGEX_GROUPS, found, 0);
    regfree(&re);
    return err ? REGEX_NO : REGEX_YES;
}

int plan_regex_groups(struct slice pattern, struct slice text, bool ignore_case,
                      struct slice groups[REGEX_GROUPS], bool *has_group, const char **why)
{
    regmatch_t found[REGEX_GROUPS];
    bool has_one = false;
    char *pattern_z, *text_z;
    int rc = REGEX_BAD;

    *why = text.len > MOST_TEXT ? "text longer than 1,024 bytes" : refusal(pattern);
    if (*why)
        return REGEX_BAD;
    pattern_z = slice_dup(pattern);
    text_z = slice_dup(text);
    if (pattern_z && text_z)
        rc = run(pattern_z, text_z, ignore_case, found, &has_one, why);
    else
        *why = "no memory";
    mem_free(pattern_z);
    mem_free(text_z);
    if (has_group)
        *has_group = has_one;
    for (int i = 0; i < REGEX_GROUPS; i++)
        groups[i] = rc == REGEX_YES ? match_slice(text.p, &found[i]) : SLICE_NONE;
    return rc;
}

int plan_regex(struct slice pattern, struct slice text, bool ignore_case, struct slice *whole,
               struct slice *group, bool *has_group, const char **why)
{
    struct slice groups[REGEX_GROUPS] = {0};
    bool has_one = false;
    int rc = plan_regex_groups(pattern, text, ignore_case, groups, &has_one, why);

    if (has_group)
        *has_group = has_one;
    if (whole)
        *whole = groups[0];
    if (group)
        *group = groups[1];
    return rc;
}
