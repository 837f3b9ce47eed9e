/* handler.c - see handler.h */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/pack.h"
#include "call/observe.h"
#include "plan/course.h"
#include "plan/frame.h"
#include "plan/handler.h"

#define MOST_HANDLERS 50
#define MOST_RUNS 200 /* a handler that pushes itself would go on for ever */

struct handler {
    struct link link;
    char *where; /* "context,exten,priority(args)" */
};

static void handler_free(struct handler *h)
{
    list_unlink(&h->link);
    mem_free(h->where);
    mem_free(h);
}

static void tell(const struct plan_run *run, const char *what, const char *where)
{
    calls_tell(run->channel->calls, &(struct call_fact){.type = CALL_HANDLER,
                                                        .channel = run->channel,
                                                        .name = slice_of(what),
                                                        .value = slice_of(where)});
}

/* With the parts that were left out: those of where it is pushed. */
static char *whole_place(const struct plan_run *run, struct slice where)
{
    const struct channel *ch = run->channel;
    ptrdiff_t open = slice_chr(where, '(');
    struct slice place = slice_from(where.p, open < 0 ? where.len : (size_t)open);
    int commas = 0;
    struct buf out;
    char *text;

    for (size_t i = 0; i < place.len; i++)
        commas += place.p[i] == ',';
    buf_init(&out, 65536);
    if (commas < 2)
        buf_printf(&out, "%s,", ch->context ? ch->context : "");
    if (commas < 1)
        buf_printf(&out, "%s,", ch->exten ? ch->exten : "");
    buf_adds(&out, where);
    text = buf_take(&out);
    buf_fini(&out);
    return text;
}

int plan_handler_push(struct plan_run *run, struct slice where)
{
    struct handler *h;

    if (!where.len || run->handler_count >= MOST_HANDLERS) {
        log_warning("hang-up handler not kept, %s call=%s",
                    where.len ? "there are 50 already" : "it names no place",
                    run->channel->linkedid);
        return EINVAL;
    }
    h = mem_zalloc(sizeof(*h));
    if (!h)
        return ENOMEM;
    h->where = whole_place(run, where);
    if (!h->where) {
        mem_free(h);
        return ENOMEM;
    }
    list_append(&run->handlers, &h->link);
    run->handler_count++;
    tell(run, "Push", h->where);
    return 0;
}

static void drop_newest(struct plan_run *run)
{
    handler_free(CONTAINER_OF(list_last(&run->handlers), struct handler, link));
    run->handler_count--;
}

void plan_handler_pop(struct plan_run *run)
{
    if (!run->handler_count)
        return;
    tell(run, "Pop", CONTAINER_OF(list_last(&run->handlers), struct handler, link)->where);
    drop_newest(run);
}

void plan_handlers_free(struct plan_run *run)
{
    LIST_FOREACH(&run->handlers, k)
    {
        handler_free(CONTAINER_OF(k, struct handler, link));
    }
    run->handler_count = 0;
}

static void read_handler(struct plan_run *run, struct pack *k)
{
    struct handler *h = mem_zalloc(sizeof(*h));

    if (!h) {
        pack_fail(k, ENOMEM);
        return;
    }
    list_append(&run->handlers, &h->link);
    run->handler_count++;
    pack_string(k, &h->where);
    if (!h->where)
        pack_fail(k, EBADMSG);
}

void plan_handlers_pack(struct plan_run *run, struct pack *k)
{
    uint32_t count = plan_pack_count(k, run->handler_count, MOST_HANDLERS);

    if (k->is_reading) {
        for (; count > 0 && !pack_err(k); count--)
            read_handler(run, k);
        return;
    }
    LIST_FOREACH(&run->handlers, l)
    {
        pack_string(k, &CONTAINER_OF(l, struct handler, link)->where);
    }
}

void plan_handlers_run(struct plan_run *run)
{
    for (int runs = 0; run->handler_count; runs++) {
        struct handler *h = CONTAINER_OF(list_last(&run->handlers), struct handler, link);
        char *where = h->where;

        if (runs == MOST_RUNS) {
            log_warning(
                "hang-up handlers push one another, the rest is not run call=%s where=\"%s\"",
                run->channel->linkedid, where);
            return;
        }
        h->where = NULL;
        drop_newest(run);
        plan_frames_free(run);
        tell(run, "Run", where);
        if (plan_gosub(run, where) == PLAN_NEXT)
            plan_run_nested(run, 1);
        mem_free(where);
    }
}
