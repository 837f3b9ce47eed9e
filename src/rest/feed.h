/*
 * rest/feed.h - the Manager's events and the roles' states, told to the streams of rest/live.h
 *
 * Scope:   which events are of which topic, what of them is told, and whose they are.
 * Thread:  the loop's.
 */
#pragma once
#include "ami/message.h"
#include "rest/live.h"
#include "rest/owners.h"

/** An event of the Manager; most are nobody's business. */
void feed_event(struct live *live, struct owners *owners, const struct ami_message *m);

/** An object was written here: {"type","uuid","action"}. group: its group. */
void feed_object(struct live *live, const char *type, struct slice key, const char *action,
                 struct slice group);
