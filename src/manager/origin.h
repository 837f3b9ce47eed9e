/*
 * manager/origin.h - inner: where an action comes from in Asterisk, for `manager show command`
 *
 * Scope:   the module, the versions and the cross references that Asterisk 22 shows of each of its actions:
 *          pages and scripts compare them. They are Asterisk's, not the station's: that is why they are
 *          not in the rows of the actions.
 * Thread:  any.
 */
#pragma once

struct manager_origin {
    const char *name;
    const char *module, *since;
    const char *see;  /* "A, B"; NULL: nothing */
    const char *list; /* names of the events of its list, by spaces; NULL: none documented */
    const char *end;  /* the event that ends it */
};

/** Never NULL: an action that is not Asterisk's is built in, since "". */
const struct manager_origin *manager_origin_of(const char *action);
