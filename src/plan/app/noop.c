/* app/noop.c - NoOp: a remark in the routing */
#include "plan/app/all.h"

static int noop_exec(struct plan_run *run, char *data)
{
    return PLAN_NEXT;
}

const struct plan_app plan_app_noop = {
    .name = "NoOp",
    .syntax = "NoOp([text])",
    .help_ru =
        "Ничего не делает\nТекст после подстановки переменных виден в журнале (уровень info) "
        "и на консоли: удобно для отладки.",
    .help_en =
        "Do nothing\nThe text, variables substituted, is seen in the log (level info) and on "
        "the console: handy for debugging.",
    .shown = "tests/scene/database-locked-registration.scene",
    .exec = noop_exec,
};
