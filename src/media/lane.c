/* lane.c - see lane.h */
#include <string.h>

#include "base/bug.h"
#include "media/lane.h"
#include "media/leg.h"

#define TICK_US (MEDIA_TICK_MS * 1000)
#define ROUND_US (MEDIA_PHASES * TICK_US)

static void on_second(void *arg);

void media_lane_init(struct media_lane *l, struct loop *loop, media_event_h *event, void *arg)
{
    memset(l, 0, sizeof(*l));
    l->loop = loop;
    l->event = event;
    l->arg = arg;
    list_init(&l->legs);
    for (int i = 0; i < MEDIA_PHASES; i++)
        list_init(&l->phases[i]);
    strcpy(l->name, "station");
}

void media_lane_fini(struct media_lane *l)
{
    BUG_IF(!list_is_empty(&l->legs));
    timer_stop(&l->tick);
    timer_stop(&l->second);
}

static void on_second(void *arg)
{
    struct media_lane *l = arg;
    int64_t now = media_lane_now(l);

    if (!list_is_empty(&l->legs)) /* an idle role sleeps */
        timer_start(l->loop, &l->second, 1000, on_second, l);
    /* An event may end a leg here and now, but no other than the current one. */
    LIST_FOREACH(&l->legs, k)
    {
        media_leg_second(CONTAINER_OF(k, struct media_leg, in_lane), now);
    }
}

void media_lane_add(struct media_lane *l, struct media_leg *leg)
{
    if (!timer_is_on(&l->second))
        timer_start(l->loop, &l->second, 1000, on_second, l);
    list_append(&l->legs, &leg->in_lane);
    l->leg_count++;
}

void media_lane_remove(struct media_lane *l, struct media_leg *leg)
{
    list_unlink(&leg->in_lane);
    l->leg_count--;
}

/* ---- the tick ---- */

static void on_tick(void *arg)
{
    struct media_lane *l = arg;
    int64_t now = media_lane_now(l);

    /* After a long stall each phase has its turn once; the legs catch up or skip by themselves. */
    if (now - l->tick_us > ROUND_US)
        l->tick_us = now - ROUND_US;
    while (l->tick_us <= now) {
        struct list *phase = &l->phases[l->next_phase];

        l->next_phase = (uint8_t)((l->next_phase + 1) % MEDIA_PHASES);
        l->tick_us += TICK_US;
        LIST_FOREACH(phase, k)
        {
            media_leg_tick(CONTAINER_OF(k, struct media_leg, in_phase), now);
        }
    }
    if (l->active)
        timer_start(l->loop, &l->tick, (uint64_t)((l->tick_us - now + 999) / 1000), on_tick, l);
}

/* Phases are filled in turn; the leg's first frame leaves with its phase's next turn. */
void media_lane_activate(struct media_lane *l, struct media_leg *leg)
{
    if (link_is_in(&leg->in_phase))
        return;
    if (!l->active++) {
        l->tick_us = media_lane_now(l);
        timer_start(l->loop, &l->tick, 0, on_tick, l);
    }
    leg->phase = (uint8_t)(leg->id % MEDIA_PHASES);
    leg->due_us = media_lane_now(l);
    list_append(&l->phases[leg->phase], &leg->in_phase);
}

void media_lane_deactivate(struct media_lane *l, struct media_leg *leg)
{
    if (!link_is_in(&leg->in_phase))
        return;
    list_unlink(&leg->in_phase);
    if (!--l->active)
        timer_stop(&l->tick);
}
