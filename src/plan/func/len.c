/* func/len.c - LEN: how long a text is */
#include <string.h>

#include "plan/func/all.h"

static int len_read(const struct plan_env *env, char *args, struct buf *out)
{
    return buf_addu(out, strlen(args));
}

const struct plan_func plan_func_len = {
    .name = "LEN",
    .syntax = "LEN(text)",
    .help_ru = "Длина текста в байтах",
    .help_en = "Length of a text in bytes",
    .shown = "tests/scene/execif-and-expressions.scene",
    .read = len_read,
};
