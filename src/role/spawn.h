/*
 * role/spawn.h - a role's process is born with its descriptors, its user and nothing else
 *
 * Thread:  the supervisor's one (fork).
 */
#pragma once
#include <sys/types.h>

#include "base/log.h"
#include "role/role.h"

struct spawn_args {
    const struct role_spec *spec;
    const struct role_users *users;
    const char *state;
    int exe_fd; /* this very binary, O_PATH: an update on disk does not mix versions */
    int control_fd, listen_fd, lock_fd; /* borrowed */
    int keep_fd, second_fd;             /* borrowed; -1: it has none */
    enum log_level level;
    uint16_t rtp_start, rtp_end;
    bool has_sandbox;
};

/** @return 0; errno of fork. What fails later ends the child with code 127 and a line in the log.
 */
int spawn_role(const struct spawn_args *args, pid_t *pid);
