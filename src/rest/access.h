/*
 * rest/access.h - who asks: sessions of the interface, keys of the station's HTTP API
 *
 * Scope:   a session's cookie, or on routes for keys X-API-Key, Authorization: Bearer, api_key in the query.
 * Owns:    ACCESS_CACHED of those who asked last, for ACCESS_CACHE_MS each: what a page asks in one go costs one look
 *          at the database.
 * Promise: who was disabled, removed, or has another password or other groups, has them within ACCESS_CACHE_MS, whoever
 *          wrote it; at once where access_forget is called.
 * Thread:  the loop's, in the call's task.
 * Source:  docs/web.md, "Who may what".
 */
#pragma once
#include "rest/call.h"

enum { ACCESS_CACHED = 1024, ACCESS_CACHE_MS = 2000, ACCESS_SEEN_S = 60 };

#define ACCESS_COOKIE "station_session"

struct access;

/** @return 0; ENOMEM */
int access_alloc(struct access **ap);

/** Fill in c->who, c->session, c->csrf, c->peer: nobody is no error. @return 0; REST_WRONG_KEY, REST_TOO_MANY; or
 *  a problem (the database is away) */
int access_find(struct rest_call *c);

/** X-CSRF-Token is this session's; a key needs none. */
bool access_has_token(const struct rest_call *c);

/** A browser says that another site's page sent this (Sec-Fetch-Site). */
bool access_is_cross_site(const struct rest_call *c);

/** Users, groups or API users have changed: ask the database anew. */
void access_forget(struct rest *r);

/** The cookie of a request with many; absent: none of the right shape. */
struct slice access_cookie(struct slice cookies);
