/*
 * rest/secret.h - passwords and keys that somebody types into an object: only their hashes go on
 *
 * Scope:   MODEL_PASSWORD becomes its argon2id, MODEL_KEY its SHA-256, in the body itself, before it is checked
 *          and written like any other value.
 * Thread:  the loop's, in the call's task; waits for a worker.
 */
#pragma once
#include "rest/call.h"

enum { SECRET_KEY = 37 };

/**
 * @param members  of the body: what is typed is replaced
 * @param name     of the object, as far as it is known; a password must not be it
 * @param made     out: the key that was made because a new object brought none; "": none was
 * @return 0; REST_INVALID (told); EAGAIN; ENOMEM
 */
int secret_prepare(struct rest_call *c, const struct model_type *t, json_t *members, bool is_new,
                   char made[SECRET_KEY]);
