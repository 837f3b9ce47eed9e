/*
 * Substitution and arguments: the texts of the routing.
 *
 * Promise: no crash, at most 64 KiB, bounded depth; cutting into arguments stays inside the text.
 */
#include "base/bug.h"
#include "base/log.h"
#include "base/mem.h"
#include "call/media.h"
#include "plan/args.h"
#include "plan/plan.h"
#include "plan/subst.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static struct plan_core *core;

/* One core for all inputs; it lives as long as the process. */
static void begin(void)
{
    static struct loop *loop;
    static struct media *media;
    static struct calls *calls;

    log_set_stderr(false);
    BUG_IF(loop_alloc_fake(&loop, (struct wall){1700000000000000}));
    BUG_IF(media_alloc(&media, loop, &(struct media_args){0}));
    BUG_IF(calls_alloc(&calls, &(struct calls_args){.loop = loop, .media = media}));
    BUG_IF(plan_core_alloc(&core, &(struct plan_core_args){.calls = calls}));
    plan_global_set(core, SLICE("A"), SLICE("some text, ${A}"));
}

static void arguments(struct slice text)
{
    char *copy = mem_strndup(text.p, text.len), *argv[5], letter, *arg;
    char *options;
    size_t whole;

    if (!copy)
        return;
    whole = strlen(copy);
    plan_args_split(copy, ',', argv, 5);
    for (int i = 0; i < 5; i++)
        BUG_IF(argv[i] < copy || argv[i] > copy + whole);
    options = argv[1];
    while (plan_option_next(&options, &letter, &arg))
        ;
    mem_free(copy);
    copy = mem_strndup(text.p, text.len);
    if (copy)
        plan_args_split_raw(copy, ',', argv, 3);
    mem_free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct slice text = slice_from((const char *)bytes, len);
    struct plan_env env;
    struct buf out;

    if (!core)
        begin();
    env = (struct plan_env){.core = core};
    buf_init(&out, PLAN_TEXT_MAX);
    plan_subst(&env, text, &out);
    BUG_IF(out.len > PLAN_TEXT_MAX);
    buf_reset(&out);
    plan_expand_caret(&env, text, &out);
    buf_fini(&out);
    arguments(text);
    return 0;
}
