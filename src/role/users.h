/*
 * role/users.h - users, groups and capabilities of the supervisor and the roles
 *
 * Scope:   as root every role has a user of its own in the group station, programs that the runner
 *          starts have station-script, and the supervisor keeps six capabilities. Not root: all run
 *          as the user that started the station.
 * Thread:  one; before threads are started.
 * Source:  capabilities(7), setresuid(2), prctl(2) PR_SET_NO_NEW_PRIVS.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "role/role.h"

#define USERS_GROUP "station"
#define USERS_SCRIPT "station-script"

/** The command that makes what is missing, for messages and documents. */
#define USERS_MAKE "packaging/users.sh"

/**
 * Look the users up.
 * @param missing  out on ENOENT: the name that does not exist (static)
 * @return 0; ENOENT; errno
 */
int users_find(struct role_users *users, const char **missing);

uint32_t users_uid(const struct role_users *users, const struct role_spec *spec);

/** The supervisor, as root: keep SETUID, SETGID, KILL, CHOWN, NET_BIND_SERVICE, NET_ADMIN, also as
 *  the most that any child may have. Not root: only no_new_privs. @return 0; errno */
int users_keep_supervisor(const struct role_users *users);

/** A child of the supervisor before exec: become the role's user with its capabilities only.
 * @return 0; errno */
int users_become(const struct role_users *users, const struct role_spec *spec);

/** A child of the runner before exec: become station-script without capabilities; group station
 *  only when with_group. Not root: only drops capabilities. @return 0; errno */
int users_become_script(const struct role_users *users, bool with_group);

/** Remember what this process was born with, for role_users_get. Borrowed for ever. */
void users_born(const struct role_users *users);
