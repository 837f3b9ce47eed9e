/*
 * pjsip/host.h - inner: the addresses behind names in media_address of endpoints and external_media_address of
 * transports
 *
 * Scope:   every such name of the snapshot is asked for at once and again each minute (what the
 *          resolver answers stands as long as its TTL). A call takes what is known at that moment:
 *          nothing waits. Until the first answer it says the address that it would say without. DNS is asked
 *          itself: what transports there are does not matter.
 * Owns:    the names, with their timers and questions.
 * Limits:  1,000 names.
 * Failure: a name that is not found keeps its last address; one warning, again after a success.
 */
#pragma once
#include "pjsip/inner.h"

/** Ask for the names of the snapshot, forget the others. @return 0; ENOMEM */
int hosts_follow(struct pjsip *p);
void hosts_clear(struct pjsip *p);

/** The address behind a name, of this family if it has one, else of the other; port 0. NULL: not
 *  known (yet). Borrowed until the loop goes on. */
const struct addr *hosts_find(const struct pjsip *p, struct slice name, int family);
