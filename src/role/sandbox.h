/*
 * role/sandbox.h - what a role's process gives up before it reads its first byte
 *
 * Scope:   no_new_privs, resource limits, Landlock (files), seccomp (system calls), no core dumps.
 *          Engine and media have lists of what is allowed: anything else ends the process. The
 *          runner's filter is handed on to the programs that it starts, so it is a list of what no
 *          such program needs (docs/decisions/0003-runner-sandbox.md).
 * Thread:  one; threads started later inherit everything.
 * Source:  landlock(7), seccomp(2), setrlimit(2).
 */
#pragma once
#include <stdbool.h>

#include "role/role.h"

struct sandbox_result {
    bool has_landlock; /* false: the kernel lacks it; files are guarded by their modes alone */
    int landlock_abi;
};

/**
 * @param spec    borrowed
 * @param state   state directory, absolute
 * @param users   the runner's filter lets it become these users only
 * @param result  out
 * @return 0; errno of what was refused
 */
int sandbox_enter(const struct role_spec *spec, const char *state, const struct role_users *users,
                  struct sandbox_result *result);

/* The halves, for tests. */
int sandbox_limit(const struct role_spec *spec);
int sandbox_files(const struct role_path *paths, const char *state, struct sandbox_result *result);
int sandbox_calls(enum role_profile profile, const struct role_users *users);
