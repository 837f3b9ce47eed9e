/*
 * base/truth.h - yes or no as people write it
 *
 * Scope:   settings, and options of functions that take a word for a truth. The routing's own truth
 *          (${IF(...)}: any text but 0) is plan_is_true.
 * Thread:  any.
 * Source:  the words that Asterisk's configuration takes.
 */
#pragma once
#include <stdbool.h>

#include "base/slice.h"

/** yes/no, true/false, on/off, y/n, t/f, 1/0, in any case; whole slice. @return 0; EINVAL */
int truth_parse(struct slice s, bool *out);
