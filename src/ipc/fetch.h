/*
 * ipc/fetch.h - the options of a web page's errand: CURLOPT(name) of the routing, NAME=VALUE for @fetch
 *
 * Scope:   the one list from which both sides take their names (plan/func/curl.c, role/errand_fetch.c).
 * Source:  Asterisk 22's CURLOPT; post is our own.
 */
#pragma once

/* Not for CURLOPT: the routing says it otherwise. */
#define FETCH_POST "post"

#define FETCH_CONNTIMEOUT "conntimeout"
#define FETCH_COOKIE "cookie"
#define FETCH_FAILURECODES "failurecodes"
#define FETCH_FOLLOWLOCATION "followlocation"
#define FETCH_HASHCOMPAT "hashcompat"
#define FETCH_HEADER "header"
#define FETCH_HTTPHEADER "httpheader"
#define FETCH_HTTPTIMEOUT "httptimeout"
#define FETCH_MAXREDIRS "maxredirs"
#define FETCH_REFERER "referer"
#define FETCH_SSL_VERIFYHOST "ssl_verifyhost"
#define FETCH_SSL_VERIFYPEER "ssl_verifypeer"
#define FETCH_USERAGENT "useragent"
#define FETCH_USERPWD "userpwd"
