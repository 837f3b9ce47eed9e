/*
 * plan/app/dial.h - one Dial while it rings: what dial.c (the application) and dial_ring.c (its
 * legs) share
 */
#pragma once
#include "plan/app.h"

#define DIAL_LEGS_MAX 32

struct dial_leg {
    struct link link;
    struct channel *channel; /* a reference; attached to the caller's queue */
    char *number;            /* what stands behind "PJSIP/" */
};

struct dial {
    struct plan_run *run;
    struct list legs; /* struct dial_leg */
    struct mono start;
    int64_t ms;                            /* -1: without end */
    uint32_t wanted, count;                /* legs asked for; that ring */
    uint32_t busy, congested, unavailable; /* how others ended */
    bool is_entertained; /* music or a ring tone of our own: nothing of the legs is passed on */
    bool has_rung, has_progress;
    bool goes_on;             /* option g */
    char *go_to;              /* option G; in the data of the application */
    const char *music, *tone; /* options m, r; "" the default; NULL: not given */
    const char *status;       /* DIALSTATUS */
};

/** Ask for every leg of "A/b&C/d" and let it ring. @param where  cut up. @return 0; EINVAL (one is
 * no Tech/resource) */
int dial_start(struct dial *d, char *where);

/** Wait until somebody answers. @return that leg (its channel is up), or NULL: status says why */
struct dial_leg *dial_wait(struct dial *d);

/** Hang up all legs but one (NULL: all) and forget them. */
void dial_drop(struct dial *d, struct dial_leg *but, int cause, const char *status);
