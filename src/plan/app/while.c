/* app/while.c - While, EndWhile, ContinueWhile, ExitWhile */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/pack.h"
#include "plan/app/all.h"
#include "plan/app/block.h"
#include "plan/frame.h"
#include "plan/args.h"

/* A While that was entered and not left yet. */
struct loop_entry {
    struct link link;
    char *context, *exten;
    int priority;
};

static const char *const ends[] = {"EndWhile", NULL};

static void forget(struct loop_entry *e)
{
    list_unlink(&e->link);
    mem_free(e->context);
    mem_free(e->exten);
    mem_free(e);
}

void block_loops_free(struct plan_run *run)
{
    LIST_FOREACH(&run->loops, k)
    {
        forget(CONTAINER_OF(k, struct loop_entry, link));
    }
}

static uint32_t count_open(const struct plan_run *run)
{
    uint32_t count = 0;

    LIST_FOREACH(&run->loops, k)
    {
        count++;
    }
    return count;
}

static void pack_entry(struct loop_entry *e, struct pack *k)
{
    pack_string(k, &e->context);
    pack_string(k, &e->exten);
    pack_int(k, &e->priority);
    if (k->is_reading && !pack_err(k) && (!e->context || !e->exten))
        pack_fail(k, EBADMSG);
}

void block_loops_pack(struct plan_run *run, struct pack *k)
{
    uint32_t count = plan_pack_count(k, count_open(run), BLOCK_LOOPS_MAX);

    for (; k->is_reading && count > 0 && !pack_err(k); count--) {
        struct loop_entry *e = mem_zalloc(sizeof(*e));

        if (!e) {
            pack_fail(k, ENOMEM);
            return;
        }
        list_append(&run->loops, &e->link);
        pack_entry(e, k);
    }
    LIST_FOREACH(&run->loops, l)
    {
        if (!k->is_reading)
            pack_entry(CONTAINER_OF(l, struct loop_entry, link), k);
    }
}

static struct loop_entry *innermost(const struct plan_run *run)
{
    struct link *k = list_last(&run->loops);

    return k ? CONTAINER_OF(k, struct loop_entry, link) : NULL;
}

static bool is_here(const struct plan_run *run, const struct loop_entry *e)
{
    const struct channel *ch = run->channel;

    return e->priority == ch->priority && strcmp(e->exten, ch->exten) == 0 &&
           strcmp(e->context, ch->context) == 0;
}

/* Loops inside of the one that begins here were left by a Goto. @return whether it is open */
static bool unwind(struct plan_run *run)
{
    bool is_open = false;

    LIST_FOREACH(&run->loops, k)
    {
        struct loop_entry *e = CONTAINER_OF(k, struct loop_entry, link);

        if (is_open)
            forget(e);
        else
            is_open = is_here(run, e);
    }
    return is_open;
}

static int enter(struct plan_run *run)
{
    const struct channel *ch = run->channel;
    struct loop_entry *e;

    if (count_open(run) >= BLOCK_LOOPS_MAX) {
        log_warning("While nested deeper than %d, the call is ended call=%s at=\"%s,%s,%d\"",
                    BLOCK_LOOPS_MAX, ch->linkedid, ch->context, ch->exten, ch->priority);
        return PLAN_END;
    }
    e = mem_zalloc(sizeof(*e));

    if (!e)
        return PLAN_END;
    list_append(&run->loops, &e->link);
    e->context = mem_strdup(ch->context);
    e->exten = mem_strdup(ch->exten);
    e->priority = ch->priority;
    if (e->context && e->exten)
        return PLAN_NEXT;
    forget(e);
    return PLAN_END;
}

static int while_exec(struct plan_run *run, char *data)
{
    const bool is_open = unwind(run);

    if (plan_is_true(plan_strip(data)))
        return is_open ? PLAN_NEXT : enter(run);
    if (is_open)
        forget(innermost(run));
    return block_leave(run, block_find(run, run->channel->priority, "While", "EndWhile", ends),
                       "EndWhile");
}

static int endwhile_exec(struct plan_run *run, char *data)
{
    const struct loop_entry *e = innermost(run);

    if (!e)
        return PLAN_NEXT;
    return plan_run_goto(run, slice_of(e->context), slice_of(e->exten), e->priority) ? PLAN_END
                                                                                     : PLAN_NEXT;
}

static int exitwhile_exec(struct plan_run *run, char *data)
{
    struct loop_entry *e = innermost(run);
    int rc;

    if (!e)
        return block_leave(run, 0, "EndWhile");
    rc = plan_run_goto(run, slice_of(e->context), slice_of(e->exten), e->priority);
    if (!rc)
        rc = block_leave(run, block_find(run, e->priority, "While", "EndWhile", ends), "EndWhile");
    forget(e);
    return rc ? PLAN_END : PLAN_NEXT;
}

const struct plan_app plan_app_while = {
    .name = "While",
    .syntax = "While(condition)",
    .help_ru =
        "Начинает цикл\nПока условие верно (как в GotoIf), выполняются шаги до EndWhile; затем "
        "вызов идёт за EndWhile. Циклы вкладываются.",
    .help_en =
        "Begin a loop\nWhile the condition is true (as for GotoIf) the steps up to EndWhile run; "
        "then the call goes on behind EndWhile. Loops may stand inside one another.",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = while_exec,
};

const struct plan_app plan_app_endwhile = {
    .name = "EndWhile",
    .syntax = "EndWhile()",
    .help_ru = "Конец цикла: назад к While",
    .help_en = "End of a loop: back to its While",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = endwhile_exec,
};

const struct plan_app plan_app_continuewhile = {
    .name = "ContinueWhile",
    .syntax = "ContinueWhile()",
    .help_ru = "Следующий круг цикла: назад к While",
    .help_en = "The next round of a loop: back to its While",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = endwhile_exec,
};

const struct plan_app plan_app_exitwhile = {
    .name = "ExitWhile",
    .syntax = "ExitWhile()",
    .help_ru = "Выходит из цикла: вызов идёт за EndWhile",
    .help_en = "Leave a loop: the call goes on behind EndWhile",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = exitwhile_exec,
};
