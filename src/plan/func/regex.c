/* regex.c - REGEX() */
#include <errno.h>

#include "base/log.h"
#include "plan/expr.h"
#include "plan/func.h"

/* "pattern" text: the pattern stands in quotes, in which \" is a quote. */
static int regex_read(const struct plan_env *env, char *args, struct buf *out)
{
    char *to = args, *from = args;
    const char *why = "";
    struct slice text;
    int found;

    while (*from && *from != '"')
        from++;
    if (!*from) {
        log_warning("REGEX() needs a pattern in quotes: REGEX(\"^7\" ${EXTEN})");
        return EINVAL;
    }
    for (from++; *from && *from != '"'; from++) {
        if (*from == '\\' && from[1] == '"')
            from++;
        *to++ = *from;
    }
    if (*from)
        from++;
    if (*from == ' ')
        from++;
    text = slice_of(from);
    found = plan_regex(slice_from(args, (size_t)(to - args)), text, false, NULL, NULL, NULL, &why);
    if (found == REGEX_BAD) {
        log_warning("REGEX() pattern refused: %s pattern=\"%.*s\"", why, (int)(to - args), args);
        return EINVAL;
    }
    return buf_addc(out, found == REGEX_YES ? '1' : '0');
}

const struct plan_func plan_func_regex = {
    .name = "REGEX",
    .syntax = "REGEX(\"regular expression\" string)",
    .help_ru =
        "Подходит ли строка под регулярное выражение: 1 или 0.\nВыражение POSIX (расширенное) "
        "в кавычках, не длиннее 256 байт, без обратных ссылок.",
    .help_en = "Does a string match a regular expression: 1 or 0.\nA POSIX extended expression in "
               "quotes, at most 256 bytes, without back references.",
    .read = regex_read,
};
