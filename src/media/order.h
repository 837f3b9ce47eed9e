/*
 * media/order.h - what the engine wants a stream to hear: files, a tone, music, digits in band
 *
 * Scope:   gathers the sounds from the cache, makes a reel of them, sends it to the lane, and says
 *          when it is over. One order a stream; a new one ends the old silently.
 * Thread:  the control loop's.
 */
#pragma once
#include "ipc/media.h"
#include "media/cache.h"
#include "media/crew.h"

struct media_order;

/** The order is over by itself: files or timed tone (play_id), digits (is_digits). missing may be
 * "". */
struct media_order_end {
    struct media_leg *leg;
    bool is_digits;
    uint32_t play_id;
    int err;
    uint32_t position_ms;
    const char *missing;
};
typedef void(media_order_end_h)(const struct media_order_end *end, void *arg);

/** What orders need; lives in the server. */
struct media_orders {
    struct media_crew *crew;
    struct media_cache *cache;
    media_order_end_h *end;
    void *arg;
};

/** Each: @return 0 (end follows where there is one, perhaps before return); ENOMEM; EINVAL */
int media_order_play(struct media_orders *o, struct media_leg *leg, const struct media_play *msg);
int media_order_tone(struct media_orders *o, struct media_leg *leg, const struct media_tone *msg);
int media_order_music(struct media_orders *o, struct media_leg *leg, const struct media_moh *msg);
int media_order_digits(struct media_orders *o, struct media_leg *leg,
                       const struct media_send_dtmf *msg);

/** A play's pause, skip and the like, if it is still that one; the lane answers. */
void media_order_control(struct media_orders *o, struct media_leg *leg,
                         const struct media_control *msg);

/** Number of the play whose reel has this serial; 0: it is not the leg's any more. */
uint32_t media_order_play_id(const struct media_leg *leg, uint32_t serial);

/** Forget the order without a word; what the lane plays is not touched. */
void media_order_cancel(struct media_leg *leg);

/** A reel came back from the lane. */
void media_order_on_reel(struct media_orders *o, const struct media_event *ev);
