/*
 * rest/owners.h - whose an endpoint is: its group, by name
 *
 * Scope:   events name channels and devices; who may hear of them is said by the group of the endpoint. The
 *          table is read whole, when the engine has come, and each time it has loaded another configuration.
 * Owns:    the table, one block for each endpoint.
 * Thread:  the loop's; reading on a worker's.
 * Limits:  OWNERS_MAX endpoints; those beyond are the administrator's.
 */
#pragma once
#include "base/slice.h"
#include "store/pool.h"

enum { OWNERS_MAX = 200000 };

struct owners;

/** @param pool  borrowed; NULL: no database (tests), the table stays empty. @return 0; ENOMEM */
int owners_alloc(struct owners **op, struct pool *pool);

/** Read it anew; while that goes on the old one holds. */
void owners_read(struct owners *o);

/** The group's UUID; "": none, or no such endpoint. Borrowed until the loop goes on. */
const char *owners_of(const struct owners *o, struct slice endpoint);

/** The endpoint in "PJSIP/101-0000001f" or "PJSIP/101"; absent: no SIP. */
struct slice owners_endpoint(struct slice channel, bool has_number);

/** For tests: one more. @return 0; ENOMEM */
int owners_add(struct owners *o, struct slice endpoint, struct slice group);
