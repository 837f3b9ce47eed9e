/*
 * plan/recorded.h - programs find what a routing has recorded, by the name that the routing knows
 *
 * Scope:   a routing written for Asterisk records to /tmp/x.wav and hands that name to a program; here the file is
 *          below the folder of recordings (ipc/recorded.h). Each absolute name that Record, RECORD FILE or MixMonitor
 *          had on a channel is remembered with it; where such a name stands, whole, in what System, TrySystem,
 *          SHELL, AGI or a recording's command are given, the program gets the real path.
 * Not:     names that a program makes up itself; relative ones.
 * Owns:    the names, with the channel. They go with the engine.
 * Thread:  the loop's.
 * Limits:  RECORDED_MAX bytes of names on one channel, the oldest go.
 */
#pragma once
#include "call/channel.h"

struct plan_core;

enum { RECORDED_MAX = 4096 };

/** A file of ch's: absolute name with extension, as the routing has it, and what it is below the folder of
 *  recordings. A relative name is nothing to remember. */
void plan_recorded_note(struct channel *ch, struct slice name, struct slice file);

/** text with real paths. @return a copy (mem_free); NULL: nothing of it is ours, or no memory */
char *plan_recorded_real(const struct plan_core *p, const struct channel *ch, const char *text);
