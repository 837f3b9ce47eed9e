/* app/agi_async.c - AGI(agi:async): a client of the Manager gives the commands (plan/async.h) */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "call/observe.h"
#include "plan/app/agi.h"
#include "plan/async.h"
#include "plan/core.h"

#define MOST_ORDERS 100
#define DEAD_MS (10 * 60 * 1000) /* as a program in extension h */

struct order {
    struct link link;
    char *line, *id;
};

bool agi_is_async(const char *program)
{
    return strncasecmp(program, "agi:async", 9) == 0;
}

static void order_free(struct order *o)
{
    mem_free(o->line);
    mem_free(o->id);
    mem_free(o);
}

int plan_async_add(struct channel *ch, struct slice command, struct slice id)
{
    struct plan_run *run = plan_run_of(ch);
    struct agi *a = run ? run->async : NULL;
    struct order *o;

    if (!a)
        return ENOENT;
    if (command.len >= AGI_LINE_MAX)
        return EMSGSIZE;
    if (a->order_count >= MOST_ORDERS)
        return ENOSPC;
    o = mem_zalloc(sizeof(*o));
    if (!o)
        return ENOMEM;
    o->line = slice_dup(command);
    o->id = id.len ? slice_dup(id) : NULL;
    if (!o->line || (id.len && !o->id)) {
        order_free(o);
        return ENOMEM;
    }
    list_append(&a->orders, &o->link);
    a->order_count++;
    agi_poke(a);
    return 0;
}

static void tell(struct agi *a, enum call_fact_type type, const char *id)
{
    calls_tell(plan_calls(a->run->core), &(struct call_fact){.type = type,
                                                             .channel = a->run->channel,
                                                             .name = slice_of(id),
                                                             .value = buf_slice(&a->in)});
    buf_reset(&a->in);
}

static struct order *take(struct agi *a)
{
    struct link *k = list_first(&a->orders);

    if (!k)
        return NULL;
    list_unlink(k);
    a->order_count--;
    return CONTAINER_OF(k, struct order, link);
}

static void carry_out(struct agi *a, struct order *o)
{
    agi_command(a, o->line);
    tell(a, CALL_ASYNC_REPLY, o->id);
    order_free(o);
}

void agi_async_run(struct agi *a)
{
    const bool was_over = a->run->channel->is_hungup;
    struct order *o;

    tell(a, CALL_ASYNC_BEGIN, NULL);
    a->run->async = a;
    while (!a->is_eof && (was_over || !a->run->channel->is_hungup)) {
        o = take(a);
        if (o)
            carry_out(a, o);
        else if (!agi_wait(a, was_over ? DEAD_MS : -1))
            break;
    }
    a->run->async = NULL;
    agi_notice_hangup(a);
    while ((o = take(a)))
        order_free(o);
    tell(a, CALL_ASYNC_END, NULL);
}
