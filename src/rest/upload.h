/*
 * rest/upload.h - a form with a file, written into STATE/uploads as it comes
 *
 * Scope:   a route with has_upload: who asks is judged before the first byte of the file is written; the route's handler
 *          is called once the form is whole. Fields of the form beside the file are kept.
 * Owns:    the file, until rest_upload_take: it is removed with the request. Its name is never the client's.
 * Thread:  the loop's; what is written is written by a worker, and meanwhile the client is not read.
 * Limits:  one file; UPLOAD_FIELDS fields of UPLOAD_VALUE_MAX bytes; the front's web_upload_mib.
 */
#pragma once
#include "rest/call.h"

enum { UPLOAD_FIELDS = 8, UPLOAD_VALUE_MAX = 512, UPLOAD_NAME = 40 };

struct rest_upload;

/** http/server.h's head handler, with a struct rest as arg. */
void rest_head(struct http_request *r, void *arg);

/**
 * The form has ended: is there a file, and is it whole? In the handler's task.
 * @param field  of the file
 * @return 0; REST_INVALID, REST_MALFORMED, REST_BUSY (the disk), said
 */
int rest_upload_end(struct rest_call *c, const char *field);

/** What the client called it, without folders. */
struct slice rest_upload_original(const struct rest_call *c);
uint64_t rest_upload_bytes(const struct rest_call *c);
/** A field of the form; absent: none. */
struct slice rest_upload_field(const struct rest_call *c, const char *name);

/** It is somebody else's now. @param name  out: of the file in STATE/uploads. @return 0; errno of rename */
int rest_upload_take(struct rest_call *c, char name[UPLOAD_NAME]);

/** Nobody wants it after all. */
void rest_upload_drop(const struct rest_call *c, const char *name);

/** At the role's start: what one that was killed has left half written. */
void rest_upload_sweep(const char *state);
