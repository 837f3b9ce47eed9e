/*
 * manager/need.h - inner: headers that an action cannot do without, and what Asterisk says without them
 */
#pragma once
#include "manager/action.h"

struct manager_need {
    const char *name;    /* NULL ends the list */
    const char *message; /* of the error */
};

/** Has the request all of these? The first that is missing or empty is answered. */
bool manager_has(struct manager_request *q, const struct manager_need *needs);
