/*
 * plan/wait.h - waiting inside an application: digits, the end of a play, time, hang-up
 *
 * Scope:   what most applications need of the channel's events, in one place. Events that nobody
 *          asked for (hold, updates of the stream) are released here.
 * Thread:  the task of the channel.
 */
#pragma once
#include "loop/task.h"
#include "plan/run.h"

/** What ended a wait. */
enum plan_wait_end {
    PLAN_WAIT_TIME,
    PLAN_WAIT_HANGUP, /* the channel is gone, or its task is cancelled, or it was moved away */
    PLAN_WAIT_DIGIT,
    PLAN_WAIT_PLAYED /* what was played has ended */
};

struct plan_wait {
    int64_t ms;         /* in: at most; -1 without end. Out: what is left (-1 stays) */
    const char *digits; /* in: those that end the wait; NULL: none (they are dropped) */
    bool for_play;      /* in: the end of the channel's play ends it */
    char digit;         /* out: which */
    int play_err;       /* out: how the play ended */
};

enum plan_wait_end plan_wait(struct plan_run *run, struct plan_wait *w);

/**
 * A function waits for an answer that is no event of the channel: it comes by waiter_wake. A hang-up does not
 * end it; the end of the station does, so that no run outlives the calls.
 * @param ms  at most
 * @return 0; ETIMEDOUT; ECANCELED
 */
int plan_wait_answer(const struct plan_core *p, struct waiter *answer, int64_t ms);

#define PLAN_ALL_DIGITS "0123456789*#ABCD"

/** Let ms pass, dropping digits. @return false when the channel is gone */
bool plan_wait_ms(struct plan_run *run, int64_t ms);

/** Wait for one digit. @return the digit; 0 when the time is over; -1 gone */
int plan_wait_digit(struct plan_run *run, int64_t ms);

/**
 * Play '&'-separated files one after another to the end.
 * @param digits  those that stop it; NULL: none
 * @param failed  out: true when a file was missing or the media role could not play it (warned
 * about)
 * @return 0; the digit; -1 gone
 */
int plan_play(struct plan_run *run, const char *files, const char *digits, bool *failed);
