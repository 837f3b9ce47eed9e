/*
 * web/route.h - which page of the Manager a path asks for
 *
 * Scope:   /rawman /mxml /manager and /arawman /amxml /amanager, each also under /asterisk, in any case and
 *          with a slash behind them.
 * Thread:  any; pure.
 * Source:  Asterisk 22's http.c and manager.c.
 */
#pragma once
#include <stdbool.h>

#include "ami/page.h"
#include "base/slice.h"

struct web_route {
    const char *name;
    enum ami_format format;
    bool is_digest; /* who asks says so with each request, else by a cookie */
};

/** The page itself: "rawman" of "/asterisk/rawman/". Borrowed from path. */
struct slice web_route_page(struct slice path);

/** @param path  before the question mark. @return NULL: no page of the Manager */
const struct web_route *web_route_find(struct slice path);
