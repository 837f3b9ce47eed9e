/* say/text.c - letter by letter (say.h) */
#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "plan/say/say.h"

int say_add(struct buf *out, const char *fmt, ...)
{
    va_list ap;

    if (out->len)
        buf_addc(out, '&');
    va_start(ap, fmt);
    buf_vprintf(out, fmt, ap);
    va_end(ap);
    return buf_err(out);
}

bool say_is_russian(const char *language)
{
    return strncasecmp(language, "ru", 2) == 0 &&
           (!language[2] || language[2] == '_' || language[2] == '-');
}

/* Signs that have a name of their own. */
static const char *name_of_sign(char c)
{
    switch (c) {
    case '*': return "digits/star";
    case '#': return "digits/pound";
    case '!': return "letters/exclaimation-point";
    case '@': return "letters/at";
    case '$': return "letters/dollar";
    case '-': return "letters/dash";
    case '.': return "letters/dot";
    case '=': return "letters/equals";
    case '+': return "letters/plus";
    case '/': return "letters/slash";
    case ' ': return "letters/space";
    default: return NULL;
    }
}

int say_digits(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text >= '0' && *text <= '9')
            say_add(out, "digits/%c", *text);
        else if (*text == '*' || *text == '#')
            say_add(out, "%s", name_of_sign(*text));
        else if (*text == '-')
            say_add(out, "digits/minus");
    }
    return buf_err(out);
}

static void add_letter(struct buf *out, char c, enum say_case sensitive)
{
    const bool is_upper = c >= 'A' && c <= 'Z';

    if (is_upper && (sensitive == SAY_CASE_UPPER || sensitive == SAY_CASE_ALL))
        say_add(out, "uppercase");
    if (!is_upper && (sensitive == SAY_CASE_LOWER || sensitive == SAY_CASE_ALL))
        say_add(out, "lowercase");
    say_add(out, "letters/%c", is_upper ? c + ('a' - 'A') : c);
}

int say_alpha(struct buf *out, const char *text, enum say_case sensitive)
{
    for (; *text; text++) {
        const char c = *text, *sign = name_of_sign(c);

        if (sign)
            say_add(out, "%s", sign);
        else if (c >= '0' && c <= '9')
            say_add(out, "digits/%c", c);
        else if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
            add_letter(out, c, sensitive);
        else if (c > ' ' && c < 127)
            say_add(out, "letters/ascii%d", c);
    }
    return buf_err(out);
}

int say_phonetic(struct buf *out, const char *text)
{
    for (; *text; text++) {
        const char c = *text, *sign = name_of_sign(c);

        if (sign)
            say_add(out, "%s", sign);
        else if (c >= '0' && c <= '8')
            say_add(out, "digits/%c", c);
        else if (c == '9' || (c >= 'a' && c <= 'z'))
            say_add(out, "phonetic/%c_p", c);
        else if (c >= 'A' && c <= 'Z')
            say_add(out, "phonetic/%c_p", c + ('a' - 'A'));
    }
    return buf_err(out);
}
