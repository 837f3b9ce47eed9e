/*
 * manager/danger.h - what a Manager user needs class `system` for, though another class lets him in
 *
 * Scope:   applications and functions that run programs, read or write files, ask other servers, or
 *          evaluate text: one table. Originate looks at its application, its data and the names of its
 *          variables, Setvar and Getvar and Status at what they name.
 * Rules:   a text is looked through for NAME( wherever it stands: inside other functions, in any case, with
 *          blanks before the parenthesis.
 * Source:  the lists of Asterisk 22's action_originate and of its functions that escalate; CVE-2024-42365.
 */
#pragma once
#include <stdbool.h>

#include "base/slice.h"

enum danger_use {
    DANGER_RUN = 1,   /* an application */
    DANGER_READ = 2,  /* a function, for its value */
    DANGER_WRITE = 4, /* a function, set */
};

struct danger {
    const char *name;
    unsigned uses; /* enum danger_use: which of them are refused */
};

/** All; a NULL name ends them. */
extern const struct danger dangers[];

/** May only class system run this application? */
bool danger_is_app(struct slice name);

/** Does text call a function whose uses (any of these) are refused? */
bool danger_is_in(struct slice text, unsigned uses);
