/* noop.c - NoOp() */
#include "plan/app.h"

static int noop_exec(struct plan_run *run, char *data)
{
    return PLAN_NEXT;
}

const struct plan_app plan_app_noop = {
    .name = "NoOp",
    .syntax = "NoOp([text])",
    .help_ru = "Ничего не делать.\nТекст виден в консоли и в записи о вызове: им помечают шаги.",
    .help_en =
        "Do nothing.\nThe text shows on the console and in the call record: it labels steps.",
    .exec = noop_exec,
};
