/*
 * plan/async.h - commands of AGI that a client of the Manager gives to a channel in AGI(agi:async)
 *
 * Scope:   one command at a time waits for its turn in the channel's task; what comes of it is told as a
 *          fact (call/observe.h: CALL_ASYNC_REPLY).
 * Thread:  the loop's.
 * Limits:  100 commands wait for a channel, 4 KiB each.
 * Source:  Asterisk 22's res_agi (action AGI).
 */
#pragma once
#include "call/channel.h"

/**
 * @param command  copied; id: comes back with the reply; may be absent
 * @return 0; ENOENT (the channel takes no commands); ENOSPC (too many wait); EMSGSIZE; ENOMEM
 */
int plan_async_add(struct channel *ch, struct slice command, struct slice id);
