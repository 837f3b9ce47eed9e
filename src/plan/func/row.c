/* func/row.c - see row.h */
#include <errno.h>

#include "plan/func/row.h"

int func_value(const struct plan_env *env, const char *name, struct buf *out)
{
    int err = *name ? plan_value_get(env, slice_of(name), out) : 0;

    return err == ENOMEM || err == ENOSPC ? err : 0;
}

static char named(char c)
{
    static const char names[] = "abfnrtv", bytes[] = "\a\b\f\n\r\t\v";
    const char *at = strchr(names, c);

    return at ? bytes[at - names] : c;
}

size_t func_byte(const char *text, char *byte)
{
    char digits[4] = "", *end;
    bool is_hex;

    *byte = *text;
    if (!*text || *text != '\\' || !text[1])
        return *text ? 1 : 0;
    is_hex = text[1] == 'x' || text[1] == 'X';
    if (!is_hex && text[1] != '0') {
        *byte = named(text[1]);
        return 2;
    }
    strncpy(digits, text + (is_hex ? 2 : 1), is_hex ? 2 : 3);
    *byte = (char)strtoul(digits, &end, is_hex ? 16 : 8);
    return (is_hex ? 2 : 1) + (size_t)(end - digits);
}

void func_unescape(char *text)
{
    char *out = text;
    size_t n;

    while ((n = func_byte(text, out)) > 0) {
        text += n;
        out++;
    }
    *out = '\0';
}
