/* claim.c - see claim.h */
#include <errno.h>

#include "base/mem.h"
#include "plan/claim.h"
#include "plan/core.h"
#include "plan/resume.h"

#define ARRIVAL_MS 5000

/* On the stack of who waits. */
struct claim {
    struct link link;        /* core->claims */
    struct plan_run *by;     /* who wants it */
    struct channel *channel; /* borrowed: the caller of plan_claim holds it */
    bool is_here;
};

static struct claim *find(const struct plan_core *p, const struct channel *ch)
{
    LIST_FOREACH(&p->claims, k)
    {
        struct claim *c = CONTAINER_OF(k, struct claim, link);

        if (c->channel == ch)
            return c;
    }
    return NULL;
}

bool plan_claim_is_due(const struct plan_run *run)
{
    return find(run->core, run->channel) != NULL;
}

void plan_claim_park(struct plan_run *run)
{
    struct claim *c = find(run->core, run->channel);

    run->is_parked = true;
    c->is_here = true;
    channel_attach(run->channel, c->by->queue);
    event_queue_poke(c->by->queue);
}

struct plan_run *plan_claim_parked(const struct channel *ch)
{
    struct plan_run *run = plan_run_of(ch);

    return run && run->is_parked ? run : NULL;
}

int plan_claim_unpark(struct plan_run *run)
{
    struct channel_event ev;

    while (event_queue_wait(run->queue, 0, &ev) == 0)
        channel_event_done(&ev);
    run->is_parked = false;
    run->was_parked = true;
    channel_attach(run->channel, run->queue);
    return plan_run_launch(run);
}

/* Until it is here, one of both is gone, or it takes too long. */
static void wait_for(struct claim *c)
{
    struct loop *l = plan_loop(c->by->core);
    const struct mono start = loop_now(l);
    int64_t left = ARRIVAL_MS;

    while (!c->is_here && !c->by->channel->is_hungup && !c->channel->is_ended && left > 0) {
        struct channel_event ev;
        int err = event_queue_wait_or_poke(c->by->queue, left, &ev);

        if (!err)
            channel_event_done(&ev);
        else if (err != EINTR)
            return;
        left = ARRIVAL_MS - mono_diff_ms(loop_now(l), start);
    }
}

/* Who takes a channel cannot be taken meanwhile: two would wait for each other. */
static bool is_busy(const struct plan_core *p, const struct channel *taker,
                    const struct channel *ch)
{
    LIST_FOREACH(&p->claims, k)
    {
        if (CONTAINER_OF(k, struct claim, link)->by->channel == ch)
            return true;
    }
    return find(p, ch) || find(p, taker);
}

static struct slice place(const char *s)
{
    return slice_of(s ? s : "");
}

int plan_claim(struct plan_run *run, struct channel *ch)
{
    struct claim c = {.by = run, .channel = ch};
    int err;

    if (run->channel->is_hungup || ch->is_hungup)
        return ECONNRESET;
    if (!ch->plan && (ch->state != CHANNEL_UP || !ch->bridge))
        return EINVAL;
    if (is_busy(run->core, run->channel, ch))
        return EBUSY;
    list_append(&run->core->claims, &c.link);
    err = channel_move(ch, place(ch->context), place(ch->exten), ch->priority);
    if (!err)
        wait_for(&c);
    list_unlink(&c.link);
    if (err || !c.is_here)
        return err ? err : EBUSY;
    if (!run->channel->is_hungup && !ch->is_hungup)
        return 0;
    if (plan_claim_unpark(plan_run_of(ch)))
        channel_hangup(ch, CAUSE_FAILURE);
    return ECONNRESET;
}
