/*
 * plan/module.h - names of Asterisk's modules whose work the station does
 *
 * Scope:   routings and clients of the Manager ask "is chan_pjsip loaded?" before they use something:
 *          IFMODULE, ModuleCheck, Reload. The station has no modules; a name is there when what
 *          that module does in Asterisk 22 works here, at least in its most part.
 * Thread:  any.
 */
#pragma once
#include <stdbool.h>

#include "base/slice.h"

/** The version of Asterisk that the station behaves as. */
#define PLAN_AS_VERSION "22.10.1"
#define PLAN_AS_NUMBER "221001"

/** @param name  with ".so" or without, in any case */
bool plan_has_module(struct slice name);

/** In the order of their names; NULL: no more. */
const char *plan_module_at(unsigned i);
