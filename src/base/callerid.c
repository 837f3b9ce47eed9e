/* base/callerid.c - "Name" <number> */
#include <string.h>

#include "base/callerid.h"

static char *strip(char *s)
{
    size_t len;

    s += strspn(s, " \t");
    len = strlen(s);
    while (len && (s[len - 1] == ' ' || s[len - 1] == '\t'))
        len--;
    s[len] = '\0';
    return s;
}

static char *unquote(char *s)
{
    char *from, *to;
    size_t len;

    s = strip(s);
    len = strlen(s);
    if (len < 2 || s[0] != '"' || s[len - 1] != '"')
        return s;
    s[len - 1] = '\0';
    for (from = to = ++s; *from; from++) {
        if (*from == '\\' && from[1])
            from++;
        *to++ = *from;
    }
    *to = '\0';
    return s;
}

/* What stands between digits for people's eyes goes; [1-9] is meant as it is, and so is a dot at the end. */
static void shrink(char *number)
{
    int depth = 0;
    char *to = number;

    for (const char *s = number; *s; s++) {
        depth += (*s == '[') - (*s == ']');
        if (*s == ' ' || *s == '(' || *s == ')' || (*s == '-' && depth <= 0) || (*s == '.' && s[1]))
            continue;
        *to++ = *s;
    }
    *to = '\0';
}

/* Digits, and what goes between them. */
static bool is_number(const char *s)
{
    const size_t len = strspn(s, "0123456789*#+ ().-");

    return !s[len] && strpbrk(s, "0123456789*#+") && s[len - 1] != '.';
}

void callerid_split(char *text, char **name, char **number)
{
    char *open = strrchr(text, '<');

    if (open) {
        *open++ = '\0';
        open[strcspn(open, ">")] = '\0';
        *number = strip(open);
        *name = unquote(text);
    } else {
        text = unquote(text);
        *name = *number = text + strlen(text);
        *(is_number(text) ? number : name) = text;
    }
    shrink(*number);
}

void callerid_parse(struct callerid *c, struct slice text)
{
    const size_t len = text.len < sizeof(c->text) ? text.len : sizeof(c->text) - 1;
    char *name, *number;

    if (len)
        memcpy(c->text, text.p, len);
    c->text[len] = '\0';
    callerid_split(c->text, &name, &number);
    c->name = name;
    c->number = number;
}
