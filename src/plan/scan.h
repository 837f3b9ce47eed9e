/*
 * plan/scan.h - what a step asks for that nobody does: found when it is loaded or imported
 *
 * Scope:   functions by name, technologies and options of Dial. What stands in a variable is not
 *          known before it runs.
 * Thread:  any.
 */
#pragma once
#include "base/slice.h"

struct plan_core;

enum plan_lack {
    PLAN_LACK_FUNCTION,     /* no such function: its place stays empty */
    PLAN_LACK_TECH,         /* Dial: only PJSIP/ (and SIP/, taken as it) can be called */
    PLAN_LACK_OPTION,       /* Dial: a letter without effect */
    PLAN_LACK_OPTION_LATER, /* Dial: a letter that a later version obeys */
    PLAN_LACKS
};

/** Called for each; what is borrowed. */
typedef void(plan_lack_h)(enum plan_lack lack, struct slice what, void *arg);

/**
 * @param p     whose functions there are; NULL: those of this folder and of the drivers
 * @param app   the application's name
 * @param data  its data as written, nothing substituted
 * @return 0; ENOMEM
 */
int plan_scan_step(const struct plan_core *p, struct slice app, const char *data, plan_lack_h *h,
                   void *arg);
