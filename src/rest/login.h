/*
 * rest/login.h - what routes of sessions, profiles and the first start share
 *
 * Thread:  the loop's, in the call's task; waits.
 * Errors:  kinds of rest/problem.h and errnos.
 */
#pragma once
#include "rest/call.h"
#include "rest/user.h"

/** By name. @return 0; ENOENT */
int login_find(struct rest_call *c, struct slice name, struct user *u);

/** Is it the password of this hash? On a worker; NULL takes as long. */
bool login_is_password(struct rest_call *c, struct slice password, const char *hash);

/** Somebody's e-mail address, as far as that can be seen. */
bool login_is_address(struct slice text);

/** Check a new password and hash it. @param pointer  the body's member. @return 0; REST_INVALID; EAGAIN; ENOMEM */
int login_hash(struct rest_call *c, const char *pointer, struct slice password, struct slice name,
               char hash[PASSWORD_HASH]);

struct login_way {
    int64_t step; /* of the code that was given; -1: none */
    bool remember;
};

/** Begin a session: row, cookie, journal; c is that user's then. @return 0; REST_WRONG_CODE (taken already) */
int login_begin(struct rest_call *c, const struct user *u, const struct login_way *way);

/** Answer with who is in. @return 0; REST_LOGIN_WANTED (removed meanwhile) */
int login_show(struct rest_call *c, int status);

/** Set the cookie; max_age_s 0 takes it away, -1: until the browser is closed. */
void login_cookie(struct rest_call *c, const char *token, int64_t max_age_s);

/** Put a mail with a link into the outbox, if there is such a user, in use and with an address. After the answer. */
void login_send_link(struct rest_call *c, const char *name);

/** Another password by a link. @return 0; REST_LINK_USED; REST_INVALID */
int login_use_link(struct rest_call *c, const char *token, const char *password);
