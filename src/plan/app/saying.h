/*
 * plan/app/saying.h - what the Say applications and AGI's SAY commands share
 */
#pragma once
#include "plan/app.h"
#include "plan/say/say.h"

/** The channel's language; "" for none. */
const char *saying_language(const struct plan_run *run);

/** Play all names, as many at once as one play takes. @param digits  those that stop it; NULL: none.
 *  @return 0; the digit; -1 gone */
int saying_play(struct plan_run *run, const struct buf *names, const char *digits);

/** "a" "l" "n" "u". @return 0; EINVAL */
int saying_case(const char *letter, enum say_case *c);

/** Seconds since 1970 ("" and nonsense: now) in that zone. @return 0; ENOENT; ENOMEM */
int saying_time(const struct plan_run *run, struct say_time *t, const char *seconds,
                const char *zone);
