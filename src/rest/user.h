/*
 * rest/user.h - users of the interface in the database: found, made, changed; their sessions
 *
 * Scope:   what routes and the console's `station user` do. Nobody gets in by a session whose tag is not that of the
 *          present password: a new one ends all sessions, whoever writes it.
 * Thread:  a worker's (or a tool's main thread), in the caller's transaction.
 * Errors:  of store/db.h beside those named.
 */
#pragma once
#include "base/mem.h"
#include "rest/password.h"
#include "rest/route.h"
#include "rest/token.h"
#include "store/db.h"

/* Seconds. */
enum {
    USER_SESSION_S = 12 * 3600, /* without a request */
    USER_REMEMBERED_S = 30 * 86400,
    USER_LINK_S = 3600, /* a link for a forgotten password */
    USER_LINKS_MAX = 3, /* at once */
};

/** A user; texts are the arena's. */
struct user {
    char uuid[37];
    unsigned role; /* its bit; 0: no such role, who may nothing */
    const char *name, *full_name, *email, *language;
    const char *groups;   /* as in the table: names or UUIDs, comma separated */
    const char *password; /* its hash; "": none */
    const char *totp;     /* "": no codes; "?...": not confirmed yet */
    int64_t totp_step;
    bool is_enabled, must_change;
};

/** Roles' names ("administrator") and bits. @return 0 / NULL: no such role */
unsigned user_role_parse(struct slice name);
const char *user_role_name(unsigned role);

/** By name, or by e-mail when exactly one user has it. @return 0; ENOENT; ENOMEM */
int user_find(struct db *d, struct slice name, bool or_email, struct arena *a, struct user *u);
int user_read(struct db *d, const char *uuid, struct arena *a, struct user *u);

/** Is there any user? */
int user_is_there_any(struct db *d, bool *answer);

/** Codes are asked for at the login. */
bool user_has_totp(const struct user *u);

/** Somebody who may do all is left, and can log in. @return 0; EPERM: nobody */
int user_check_admins(struct db *d);

/** A new one; uuid is made, password is a hash. @return 0; EEXIST */
int user_add(struct db *d, struct user *u);

/** One column of ours: "full_name", "language" ... @return 0; ENOENT */
int user_set(struct db *d, const char *uuid, const char *column, const char *value);

/** Another password (hash): all sessions end, links for forgotten ones too. @return 0; ENOENT */
int user_set_password(struct db *d, const char *uuid, const char *hash, bool must_change);

/** @param secret  "" switches codes off; step  that of the last code taken */
int user_set_totp(struct db *d, const char *uuid, const char *secret, int64_t step);

/** A code was taken: not again. @return 0; EACCES: it has been, meanwhile */
int user_take_step(struct db *d, const char *uuid, int64_t step);

/* ---- groups ---- */

typedef int(user_group_h)(struct slice uuid, struct slice name, void *arg);

/** Each group that a list names, by name or UUID. @return 0; what each returned */
int user_groups(struct db *d, struct slice list, user_group_h *each, void *arg);

/* ---- sessions ---- */

/** Of a password (hash): what its sessions carry. */
void user_tag(const char *hash, char tag[17]);

struct user_session {
    const char *hash; /* of the token */
    const char *peer, *agent;
    int64_t now;
    bool is_remembered;
};

/** Begin; old ones of anybody are swept out. */
int user_session_add(struct db *d, const struct user *u, const struct user_session *s);
int user_session_end(struct db *d, const char *hash);
/** All of a user, but the one of that hash (NULL: all). */
int user_sessions_end(struct db *d, const char *uuid, const char *but);

/* ---- links for forgotten passwords, the code of the first start ---- */

#define USER_SETUP "setup" /* in place of a user's UUID: the code of the first start */

/** A new token's hash. @return 0; EAGAIN: this user has USER_LINKS_MAX already */
int user_link_add(struct db *d, const char *uuid, const char *hash, int64_t now, int64_t until);
/** Whose? @return 0; ENOENT: none, used, too old */
int user_link_find(struct db *d, const char *hash, int64_t now, char uuid[37]);
/** Use it up. @return 0; ENOENT: somebody was faster */
int user_link_use(struct db *d, const char *hash, int64_t now);

/** Make the code of the first start anew: hash is that of the code (USER_CODE). */
enum { USER_CODE = 15 };
void user_code_make(char code[USER_CODE]);
int user_code_set(struct db *d, const char *code, int64_t now);
