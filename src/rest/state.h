/*
 * rest/state.h - what objects are doing now: the member "live" of endpoints, addresses of record, contacts, registrations
 *
 * Scope:   one question to the engine for all rows of an answer (StationLive), not one for each. Without an engine rows have
 *          no "live".
 * Thread:  the loop's, in a call's task.
 */
#pragma once
#include "rest/call.h"
#include "rest/type.h"

/** c->text is a list ("items") or one object of this type: put "live" into each row that the engine knows.
 *  @return 0; ENOMEM: the answer is as it was */
int state_add(struct rest_call *c, const struct rest_type *t);

/** One registration, as the engine sees it. */
struct state_registration {
    bool is_known, is_asking;
    char state[16], reason[100];
    int64_t status, changed, retries, next_s;
};
/** @return 0; as answer_ask */
int state_registration(struct rest_call *c, struct slice name, struct state_registration *r);
