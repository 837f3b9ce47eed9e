/*
 * plan/outgoing.h - the folder of call files: spool/outgoing, looked at every second
 *
 * Scope:   a file whose time of change has come is a call (plan/callfile.h): tried, tried again after
 *          RetryTime while MaxRetries allows, then removed or, with "Archive: yes", moved to
 *          spool/outgoing_done with its status. A file dated into the future waits for that time.
 * Owns:    a worker thread for the files, the calls under way (which it gives up when it ends).
 * Thread:  the loop's; files are touched by the worker only.
 * Safety:  before a try the file is dated behind it and says so: a station that dies calls again
 *          later and counts the try. Write a file elsewhere and move it here, as for Asterisk.
 * Limits:  100 calls at once, the others wait; files of 64 KiB, 10,000 in the folder.
 * Source:  Asterisk 22's pbx_spool.c.
 */
#pragma once
#include "plan/plan.h"

struct outgoing;

/** @param dir  ".../spool": outgoing and outgoing_done are made in it; copied. @return 0; ENOMEM; errno
 *  of the worker */
int outgoing_alloc(struct outgoing **op, struct plan_core *p, const char *dir);
