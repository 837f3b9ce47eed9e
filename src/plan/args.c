/* args.c - see args.h */
#include <stdio.h>
#include <string.h>

#include "plan/args.h"

struct cutter {
    unsigned parens, brackets;
    bool is_quoted;
};

/* Does this character separate, given what is open before it? */
static bool separates(struct cutter *c, char ch, char sep)
{
    switch (ch) {
    case '(': c->parens++; break;
    case ')': c->parens -= c->parens > 0; break;
    case '[': c->brackets++; break;
    case ']': c->brackets -= c->brackets > 0; break;
    default: break;
    }
    return ch == sep && !c->parens && !c->brackets && !c->is_quoted;
}

static unsigned cut(char *text, char sep, char **argv, unsigned max, bool removes)
{
    struct cutter c = {0};
    unsigned argc = 1;
    char *out = text;

    for (unsigned i = 0; i < max; i++)
        argv[i] = text + strlen(text);
    argv[0] = text;
    if (!*text)
        return 0;
    for (const char *p = text; *p; p++) {
        if (*p == '"') {
            c.is_quoted = !c.is_quoted;
            if (removes)
                continue;
        } else if (*p == '\\' && p[1]) {
            if (!removes)
                *out++ = *p;
            *out++ = *++p;
            continue;
        } else if (separates(&c, *p, sep) && argc < max) {
            *out++ = '\0';
            argv[argc++] = out;
            continue;
        }
        *out++ = *p;
    }
    *out = '\0';
    return argc;
}

unsigned plan_args(char *text, char sep, char **argv, unsigned max)
{
    return cut(text, sep, argv, max, true);
}

unsigned plan_args_raw(char *text, char sep, char **argv, unsigned max)
{
    return cut(text, sep, argv, max, false);
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

bool plan_is_true(const char *text)
{
    int n;

    if (!*text)
        return false;
    return sscanf(text, "%30d", &n) == 1 ? n != 0 : true;
}
