/* args.c - see args.h */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plan/args.h"

struct cutter {
    char *scan, *out; /* what is read, and where it goes: they part when bytes are taken out */
    int parens, brackets;
    bool is_quoted;
    bool is_raw;
};

/* Copy one argument up to its delimiter. @return whether a delimiter ended it */
static bool cut_one(struct cutter *c, char delimiter)
{
    for (; *c->scan; c->scan++) {
        char b = *c->scan;

        if (b == delimiter && !c->parens && !c->brackets && !c->is_quoted)
            return true;
        if (b == '(')
            c->parens++;
        else if (b == ')' && c->parens)
            c->parens--;
        else if (b == '[')
            c->brackets++;
        else if (b == ']' && c->brackets)
            c->brackets--;
        else if (b == '"') {
            c->is_quoted = !c->is_quoted;
            if (!c->is_raw)
                continue;
        } else if (b == '\\' && c->scan[1]) {
            if (c->is_raw)
                *c->out++ = b;
            b = *++c->scan;
        }
        *c->out++ = b;
    }
    return false;
}

static int split(char *text, char delimiter, char **argv, int max, bool is_raw)
{
    struct cutter c = {.scan = text, .out = text, .is_raw = is_raw};
    int count = 0;
    bool goes_on = *text != '\0';

    while (goes_on) {
        bool is_last = count == max - 1;
        char *start = c.out;

        argv[count++] = start;
        if (is_last && is_raw) { /* the rest as it stands */
            size_t len = strlen(c.scan);

            memmove(start, c.scan, len + 1);
            return count;
        }
        goes_on = cut_one(&c, is_last ? '\0' : delimiter) && !is_last;
        if (*c.scan)
            c.scan++;
        *c.out++ = '\0';
    }
    for (int i = count; i < max; i++)
        argv[i] = text + strlen(text);
    return count;
}

int plan_args_split(char *text, char delimiter, char **argv, int max)
{
    return split(text, delimiter, argv, max, false);
}

int plan_args_split_raw(char *text, char delimiter, char **argv, int max)
{
    return split(text, delimiter, argv, max, true);
}

bool plan_option_next(char **options, char *letter, char **arg)
{
    char *s = *options;
    int depth = 1;

    *arg = NULL;
    if (!*s)
        return false;
    *letter = *s++;
    if (*s == '(') {
        *arg = ++s;
        for (; *s; s++) {
            depth += *s == '(' ? 1 : *s == ')' ? -1 : 0;
            if (depth == 0)
                break;
        }
        if (*s)
            *s++ = '\0';
    }
    *options = s;
    return true;
}

int plan_parse_seconds(const char *text, long long *ms)
{
    char *end;
    double seconds = strtod(text, &end);

    if (end == text || !isfinite(seconds) || seconds < -1e9 || seconds > 1e9)
        return EINVAL;
    *ms = (long long)(seconds * 1000);
    return 0;
}

bool plan_is_yes(struct slice text)
{
    static const char *const words[] = {"yes", "true", "y", "t", "1", "on"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (slice_caseeqz(text, words[i]))
            return true;
    return false;
}

bool plan_is_true(const char *text)
{
    char *end;
    long n;

    if (!*text)
        return false;
    n = strtol(text, &end, 10);
    return end == text || n != 0;
}

char *plan_strip(char *text)
{
    size_t n;

    while (*text && (unsigned char)*text <= ' ')
        text++;
    n = strlen(text);
    while (n && (unsigned char)text[n - 1] <= ' ')
        text[--n] = '\0';
    return text;
}
