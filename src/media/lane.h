/*
 * media/lane.h - one thread's share of the streams: its loop, ticks and packet buffer
 *
 * Scope:   a stream lives on one lane; two that talk to each other live on the same. All timing of
 *          generated packets is one tick of 4 ms that runs while any stream plays, each stream in
 *          one of five phases, so that packets do not leave in bursts. Everything slow (reports,
 *          timeouts) is looked at once a second.
 * Owns:    nothing but itself; legs belong to the control loop.
 * Thread:  the lane's loop; nothing here is called from another.
 */
#pragma once
#include <stdint.h>

#include "base/list.h"
#include "ipc/media.h"
#include "loop/loop.h"

#define MEDIA_PHASES 5
#define MEDIA_TICK_MS 4
#define MEDIA_PACKET_BYTES 2048

struct media_leg;
struct media_reel;

enum media_event_type {
    MEDIA_EV_REEL,      /* a reel comes back; is_done: played to its end */
    MEDIA_EV_DTMF,      /* digit, ms, is_held */
    MEDIA_EV_TALK,      /* is_done: it talks, else it is silent; ms: the other state lasted */
    MEDIA_EV_DTMF_DONE, /* all digits are out */
    MEDIA_EV_TIMEOUT,   /* ms, is_held */
    MEDIA_EV_STATS,     /* as asked for */
    MEDIA_EV_POSITION,  /* of the reel (serial): ms, is_paused */
    MEDIA_EV_ORPHAN,    /* without engine, and one side is gone */
    MEDIA_EV_MOVED,     /* off the lane, to be put on another */
    MEDIA_EV_STOPPED,   /* off the lane for ever */
    MEDIA_EV_FAILED,    /* it could not be put on its lane (err): only stopping is left */
};

struct media_event {
    struct link link; /* crew.c's */
    enum media_event_type type;
    struct media_leg *leg;
    struct media_reel *reel;
    bool is_done, is_held, is_paused;
    char digit;
    uint32_t serial;
    int err;     /* of FAILED */
    uint32_t ms; /* of a digit, a silence, or the position in a reel's last sound */
    const struct media_stats *stats;
};

/** On the lane's thread; *ev is borrowed. */
typedef void(media_event_h)(const struct media_event *ev, void *arg);

struct media_lane {
    struct loop *loop; /* borrowed */
    struct list legs;
    struct list phases[MEDIA_PHASES];
    uint32_t active; /* legs in phases */
    int64_t slot;    /* of 4 ms, the last one that had its turn */
    uint32_t rotor;  /* the next leg's phase */
    struct timer tick, second;
    struct link *next_second; /* whose turn is next while on_second runs */
    media_event_h *event;
    void *arg;
    uint32_t leg_count;
    char name[48];                                   /* CNAME in reports */
    _Alignas(16) uint8_t packet[MEDIA_PACKET_BYTES]; /* the last MEDIA_TAIL_BYTES stay free */
};

void media_lane_init(struct media_lane *l, struct loop *loop, media_event_h *event, void *arg);

/** Stop its timers. No leg may be on it. */
void media_lane_fini(struct media_lane *l);

/** A leg comes / goes (leg.c). */
void media_lane_add(struct media_lane *l, struct media_leg *leg);
void media_lane_remove(struct media_lane *l, struct media_leg *leg);

/** Put a leg into a phase of the tick / take it out; harmless twice. */
void media_lane_activate(struct media_lane *l, struct media_leg *leg);
void media_lane_deactivate(struct media_lane *l, struct media_leg *leg);

static inline int64_t media_lane_now(const struct media_lane *l)
{
    return loop_now(l->loop).us;
}
