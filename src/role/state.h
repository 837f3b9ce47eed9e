/*
 * role/state.h - the state directory when the station starts: is it ours, who may reach what, one
 * station at a time
 *
 * Scope:   before capabilities are dropped. Nothing is created in a directory that `station init`
 *          has not made.
 * Thread:  one.
 */
#pragma once
#include "role/role.h"

/**
 * Check the directory, make the folders in it that are missing, and as root give them to the group
 * station (2770; run 2750, agi-bin 2755: no role writes there). One message on standard error says
 * what is wrong and how to mend it.
 * @param state  absolute
 * @return 0; errno
 */
int state_open(const char *state, const struct role_users *users);

/** A station runs on this directory, as far as one can see. */
bool state_is_running(const char *state);

/**
 * Be the only station on this directory. Waits up to 3 s for roles of a killed supervisor.
 * @param fd  out: held until the process ends, and handed to every role
 * @return 0; EBUSY (a message was printed); errno
 */
int state_lock(const char *state, const struct role_users *users, int *fd);
