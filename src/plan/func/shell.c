/* func/shell.c - SHELL: what a command line writes, when the administrator allows System */
#include <errno.h>

#include "base/mem.h"
#include "plan/func/row.h"
#include "plan/program.h"
#include "plan/recorded.h"

#define MOST_MS (10 * 60 * 1000)

static int shell_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct buf text;
    char *real;
    int err, code = 0;

    if (!*args) {
        plan_func_warn(env, "SHELL needs a command", args);
        return 0;
    }
    buf_init(&text, PLAN_TEXT_MAX);
    real = plan_recorded_real(env->core, env->channel, args);
    const char *const words[] = {PLAN_SHELL, real ? real : args, NULL};
    err = plan_program_run(env->core, &(struct plan_program){.words = words, .most_ms = MOST_MS},
                           &text, &code);
    mem_free(real);
    if (err)
        plan_program_refused(env, "SHELL",
                             err == ENOENT || err == EACCES ? PLAN_SHELL_HOW : strerror(err), args);
    else
        err = buf_adds(out, plan_program_text(env, &text));
    buf_fini(&text);
    return err == ENOMEM ? ENOMEM : 0;
}

const struct plan_func plan_func_shell = {
    .name = "SHELL",
    .syntax = "SHELL(command)",
    .help_ru =
        "Что напечатала командная строка\nТолько если администратор разрешил System (файл system в "
        "agi-bin); под пользователем программ AGI, не дольше 10 минут, до 65535 байт. Перевод строки в "
        "конце остаётся, как у Asterisk. Не вставляйте в команду то, что прислал звонящий.",
    .help_en =
        "What a command line printed\nOnly when the administrator allows System (file system in agi-bin); "
        "as the user of AGI programs, at most 10 minutes, up to 65535 bytes. The line end stays at its "
        "end, as with Asterisk. Put nothing into it that a caller sent.",
    .shown = "tests/unit/role/test_errands.c",
    .read = shell_read,
};
