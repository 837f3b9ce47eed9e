/*
 * manager/door.h - who may stand at the door: places for those who have not logged in, tries at passwords
 *
 * Scope:   a ceiling of strangers in all and of one source; wrong passwords by source and by account.
 * Promise: an attacker somewhere does not lock out who is elsewhere (base/tries.h). One source has half of the places
 *          at most; a stranger who has been there for DOOR_PATIENCE_MS gives its place to the next. Addresses
 *          outside of a user's access list do not count against the user.
 * Owns:    the records of base/tries.h.
 * Limits:  DOOR_BURST + DOOR_A_MINUTE wrong tries of a source, and of an account, in any minute: more are not
 *          looked at, and answered like wrong ones.
 */
#pragma once
#include <stdbool.h>

#include "base/tries.h"

#define DOOR_BURST 5
#define DOOR_A_MINUTE 5
#define DOOR_PATIENCE_MS 2000

struct manager;
struct manager_session;
struct model_manager;

struct door {
    struct tries tries;
};

void door_init(struct door *d);
void door_fini(struct door *d);

/** Is there a place for one more stranger? Somebody who has had his time may lose his for it. */
bool door_has_room(struct manager *m, const struct addr *peer);

/** May credentials from there be looked at? @param user  whose; NULL: of nobody that exists */
bool door_may_try(struct manager *m, const struct addr *peer, const struct model_manager *user);

/** They were wrong. @param user    whose password was tried; NULL: it does not count against a user
 *                   @param secret  what was given; absent: each time another one (a digest) */
void door_failed(struct manager *m, const struct addr *peer, const struct model_manager *user,
                 struct slice secret);

/** They were right. */
void door_passed(struct manager *m, const struct addr *peer, const struct model_manager *user);
