/*
 * rest/api.h - the station's HTTP API of the manual: /api/index/... and /pbx/api/index/...
 *
 * Scope:   what its handlers share. Parameters come in the query, as a form, or as a JSON object; answers are
 *          {"data": ...} or {"error": {"code", "status", "reason"}}.
 * Rights:  a key with a group sees what is that group's: routings, recordings, call records, endpoints, sounds. All
 *          else is not there for it. A key without a group sees all.
 * Thread:  the loop's, in the call's task.
 * Source:  the manual's chapter on the API (F357-F463); docs/en/api.md.
 */
#pragma once
#include "rest/api_text.h"
#include "rest/call.h"

#define API_BASE "/api/index"

/** What is asked for. Owned by who inits it; texts live as long. */
struct api_ask {
    struct rest_call *call;
    struct form form; /* of the body */
    json_t *json;     /* of the body, or NULL */
};

/** Read the body. @return 0; REST_MALFORMED, REST_MEDIA_TYPE; ENOMEM */
int api_ask_init(struct api_ask *a, struct rest_call *c);
void api_ask_fini(struct api_ask *a);

/** A parameter; absent: none. Numbers and booleans of JSON are texts here ("true"). */
struct slice api_get(struct api_ask *a, const char *name);

/** It must be there. @return 0; REST_INVALID, said */
int api_want(struct api_ask *a, const char *name, struct slice *value);

/** What is wrong, with a parameter's name. @return kind */
int api_wrong(struct rest_call *c, int kind, const char *name, const struct model_words *w);

/** Is it one of the API's? Its errors have a shape of their own. */
bool api_is_path(struct slice path);

/** The group that a key is bound to; NULL: none, it sees all. */
const char *api_group(const struct rest_call *c);

/* route_api.c's handlers */
int api_check(struct rest_call *c);
int api_status(struct rest_call *c);
int api_originate(struct rest_call *c);
int api_get_log_cdr(struct rest_call *c);
int api_get_file_mp3(struct rest_call *c);
int api_get_file_wav(struct rest_call *c);
int api_uploads(struct rest_call *c);

/** An event of the engine's: who waits for the end of its Originate is woken. */
void api_event(struct rest *r, const struct ami_message *m);

/* ---- the engine's answers ---- */

/** The next message of an answer's text; lines "Name: value". @return absent: there is none */
struct slice api_message_next(struct slice *text);
/** Its next line. @return false: none */
bool api_line_next(struct slice *message, struct slice *name, struct slice *value);
/** The first value of that name; absent: none. */
struct slice api_line(struct slice message, const char *name);
