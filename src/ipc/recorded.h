/*
 * ipc/recorded.h - what absolute names of a routing written for Asterisk are below the folder of recordings
 *
 * Scope:   one table for who writes there (Record) and who plays from there (the media role), so that a name
 *          that was written is found again under the same name:
 *              /var/spool/asterisk/monitor/x, /var/spool/asterisk/x, /var/lib/asterisk/sounds/x   are x
 *              /tmp/x, /var/tmp/x                                                                 are tmp/x
 * Thread:  any; pure.
 */
#pragma once
#include "base/slice.h"

/** @return the part of name (borrowed) that is below the folder of recordings: all of a relative one; absent:
 *  an absolute name of elsewhere. What it leads to (".." ...) is not looked at. */
struct slice recorded_below(struct slice name);
