/*
 * media/crew.h - all lanes: the control loop's own and further threads, and what passes between
 * them
 *
 * Scope:   lane 0 lives on the control loop and is called directly, so a small machine pays nothing
 *          for the seam; the others have a thread each and two queues (commands there, events
 *          back), a lock and a wake a command. Two legs that are to talk live on one lane: one of
 *          them is moved, and commands for it wait meanwhile.
 * Owns:    threads and loops; commands under way.
 * Thread:  the control loop's, but for what says otherwise.
 * Limits:  64 lanes.
 */
#pragma once
#include <stdint.h>

#include "media/leg.h"

#define MEDIA_LANES_MAX 64

struct media_crew;

enum media_command_type {
    MEDIA_CMD_START,
    MEDIA_CMD_STOP, /* ends with MEDIA_EV_STOPPED */
    MEDIA_CMD_MOVE, /* ends with MEDIA_EV_MOVED */
    MEDIA_CMD_REMOTE,
    MEDIA_CMD_JOIN,
    MEDIA_CMD_PART,
    MEDIA_CMD_PLAY,
    MEDIA_CMD_DIAL,
    MEDIA_CMD_STATS,
    MEDIA_CMD_ORPHAN,
    MEDIA_CMD_CONTROL,
    MEDIA_CMD_DETECT,
    MEDIA_CMD_GAIN,
    MEDIA_CMD_TAP,
    MEDIA_CMD_HOLD_DIGITS,
};

struct media_command {
    struct media_command_head head; /* first: a stop is only this */
    union {
        struct media_leg_remote remote;
        struct media_leg *other; /* JOIN */
        struct media_reel *reel; /* PLAY; NULL: stop */
        struct {
            char digits[MEDIA_DIGITS_MAX];
            uint16_t ms;
        } dial;
        struct media_tap *tap; /* TAP */
        uint32_t ms;           /* ORPHAN */
        uint16_t events;       /* HOLD_DIGITS */
        struct {
            struct media_ear *ear;
            struct media_detect what;
        } detect;
        struct {
            struct media_ear *ear;
            struct media_gain what;
        } gain;
        struct {
            uint32_t serial;
            int32_t ms;
            uint8_t action; /* enum media_control_action */
        } control;
    };
};

/**
 * @param lanes  1 to MEDIA_LANES_MAX, the control loop's included
 * @param event  called on the control loop
 * @return 0; ENOMEM; errno of pthread_create. mem_deref ends the threads; no leg may be left.
 */
int media_crew_alloc(struct media_crew **cp, struct loop *control, unsigned lanes,
                     media_event_h *event, void *arg);

unsigned media_crew_lanes(const struct media_crew *c);

/** A home for a new leg: near's, or the lane with the fewest legs. */
uint8_t media_crew_pick(const struct media_crew *c, const struct media_leg *near);

/**
 * Send a command (copied) to its leg's lane. Events may be called before return.
 * A leg that could not be started takes commands and does nothing: stop it. Of a start on another
 * lane, or after a move, MEDIA_EV_FAILED tells.
 * @return 0; ENOMEM (never for STOP); what START failed with on lane 0
 */
int media_crew_post(struct media_crew *c, const struct media_command *cmd);

/** Let two legs talk; one is moved where necessary (halves stay on lane 0). @return 0; ENOMEM */
int media_crew_join(struct media_crew *c, struct media_leg *a, struct media_leg *b);

/** The two are not to talk any more: a join of them that still waits for a move is forgotten. */
void media_crew_forget(struct media_leg *a, struct media_leg *b);

/** The event handler calls it for MEDIA_EV_MOVED. */
void media_crew_moved(struct media_crew *c, struct media_leg *leg);
