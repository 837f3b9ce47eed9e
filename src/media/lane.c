/* lane.c - see lane.h */
#include <string.h>

#include "base/bug.h"
#include "media/lane.h"
#include "media/leg.h"

#define TICK_US (MEDIA_TICK_MS * 1000)

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
    /* An event may end the leg and its peer here and now. */
    for (struct link *k = list_first(&l->legs); k; k = l->next_second) {
        l->next_second = list_next(&l->legs, k);
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
    if (l->next_second == &leg->in_lane)
        l->next_second = list_next(&l->legs, &leg->in_lane);
    list_unlink(&leg->in_lane);
    l->leg_count--;
}

/* ---- the tick: time is cut into slots of 4 ms, slot s is the turn of phase s % 5 ---- */

static void on_tick(void *arg);

/* Sleep until the next turn of a phase that has legs. */
static void start_tick(struct media_lane *l, int64_t now)
{
    int64_t slot = l->slot + 1, wait_us;

    while (slot < l->slot + MEDIA_PHASES && list_is_empty(&l->phases[slot % MEDIA_PHASES]))
        slot++;
    wait_us = slot * TICK_US - now;
    timer_start(l->loop, &l->tick, wait_us > 0 ? (uint64_t)(wait_us + 999) / 1000 : 0, on_tick, l);
}

static void on_tick(void *arg)
{
    struct media_lane *l = arg;
    int64_t now = media_lane_now(l), last = now / TICK_US;

    /* After a long stall each phase has its turn once; the legs catch up or skip by themselves. */
    if (last - l->slot > MEDIA_PHASES)
        l->slot = last - MEDIA_PHASES;
    while (l->slot < last) {
        struct list *phase = &l->phases[++l->slot % MEDIA_PHASES];

        LIST_FOREACH(phase, k)
        {
            media_leg_tick(CONTAINER_OF(k, struct media_leg, in_phase), now);
        }
    }
    if (l->active)
        start_tick(l, now);
}

void media_lane_activate(struct media_lane *l, struct media_leg *leg)
{
    int64_t now = media_lane_now(l);

    if (link_is_in(&leg->in_phase))
        return;
    if (!l->active++)
        l->slot = now / TICK_US;
    leg->due_us = now;
    list_append(&l->phases[l->rotor++ % MEDIA_PHASES], &leg->in_phase);
    media_leg_watch(leg);
    start_tick(l, now);
}

void media_lane_deactivate(struct media_lane *l, struct media_leg *leg)
{
    if (!link_is_in(&leg->in_phase))
        return;
    list_unlink(&leg->in_phase);
    media_leg_watch(leg);
    if (!--l->active)
        timer_stop(&l->tick);
}
