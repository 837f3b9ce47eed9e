/*
 * plan/link.h - where one step may lead, and which sounds it plays, as far as its text says
 *
 * Scope:   Goto and its kin, subroutines, options of Dial that send a call elsewhere, digits waited for. A text with a
 *          variable in it is told as it stands: is_open.
 * Thread:  any.
 * Source:  the applications themselves (plan/app), whose syntax this follows.
 */
#pragma once
#include <stdbool.h>

#include "base/slice.h"

enum plan_link_kind {
    PLAN_LINK_GO,     /* the call goes on there */
    PLAN_LINK_SUB,    /* runs there, and comes back */
    PLAN_LINK_DIGITS, /* to an extension of context that the caller dials */
    PLAN_LINK_SOUND   /* no place: a sound is played */
};

struct plan_link {
    enum plan_link_kind kind;
    const char *when; /* "": always; "yes", "no": of a condition; else the letter of an option */
    struct slice context, exten, priority; /* absent: the step's own */
    struct slice sound;
    bool is_open; /* a variable stands in it */
};

/** Called for each; all is borrowed for that time. */
typedef void(plan_link_h)(const struct plan_link *l, void *arg);

/**
 * @param app      the application's name, in any case
 * @param goes_on  out: whether the next priority may follow
 * @return 0; ENOMEM
 */
int plan_link_step(struct slice app, const char *data, plan_link_h *h, void *arg, bool *goes_on);

/** Does the application do its work at once? Only such steps can make a circle that never waits. */
bool plan_link_is_instant(struct slice app);
