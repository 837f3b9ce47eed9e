/* len.c - LEN() */
#include <string.h>

#include "plan/func.h"

static int len_read(const struct plan_env *env, char *args, struct buf *out)
{
    return buf_addu(out, strlen(args));
}

const struct plan_func plan_func_len = {
    .name = "LEN",
    .syntax = "LEN(string)",
    .help_ru = "Длина строки в байтах.\nРусская буква в UTF-8 занимает два байта.",
    .help_en = "Length of a string in bytes.\nA Cyrillic letter takes two bytes in UTF-8.",
    .read = len_read,
};
