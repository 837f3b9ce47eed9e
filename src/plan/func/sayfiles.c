/* func/sayfiles.c - SAYFILES: the files that a Say application would play */
#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
#include "plan/args.h"
#include "plan/func/all.h"
#include "plan/say/say.h"

static int read_files(const struct plan_env *env, char *args, struct buf *out)
{
    const char *language = env->channel && env->channel->language ? env->channel->language : "";
    char *argv[2];
    struct buf names;
    int err = 0;

    plan_args_split(args, ',', argv, 2);
    buf_init(&names, 16384);
    switch (*argv[1]) {
    case '\0':
    case 'a': err = say_alpha(&names, argv[0], SAY_CASE_NONE); break;
    case 'd': err = say_digits(&names, argv[0]); break;
    case 'm': err = say_money(&names, language, argv[0]); break;
    case 'n': err = say_number(&names, language, strtoll(argv[0], NULL, 10), SAY_MALE); break;
    case 'o': err = say_ordinal(&names, language, strtoll(argv[0], NULL, 10)); break;
    case 'p': err = say_phonetic(&names, argv[0]); break;
    default: log_warning("SAYFILES has no such type type=\"%s\"", argv[1]); err = EINVAL;
    }
    if (!err)
        err = buf_adds(out, buf_slice(&names));
    buf_fini(&names);
    return err;
}

const struct plan_func plan_func_sayfiles = {
    .name = "SAYFILES",
    .syntax = "SAYFILES(value[,type])",
    .help_ru =
        "Имена файлов, которые проиграло бы приложение Say...\ntype: a - буквы (по умолчанию), d - цифры, n "
        "- число, o - порядковое, m - деньги, p - слова для букв. Годится для Playback.",
    .help_en =
        "Names of the files that a Say... application would play\ntype: a - letters (the default), d - "
        "digits, n - number, o - ordinal, m - money, p - words for letters. For Playback.",
    .shown = "tests/unit/plan/test_say.c",
    .read = read_files,
};
