/*
 * role/supervisor.h - starts the roles, keeps their sockets, restarts a dead one with a brake
 *
 * Scope:   `station run`. Parses nothing from a network: only fixed-form messages (ipc/control.h)
 *          from its roles and, on state/run/control.sock, from root and its own user.
 * Thread:  one loop.
 * Units:   milliseconds.
 * Limits:  a role that dies the first time is started at once; one that dies again within 2 s of
 *          its start waits 100 ms, then twice as long each time, at most 5 s.
 */
#pragma once
#include <stdint.h>

/** Pause before a role is started again. @param deaths  in a row, each within 5 s of its start;
 * from 1 */
uint32_t supervisor_pause_ms(unsigned deaths);
