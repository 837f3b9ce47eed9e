/* role/landlock.c - files that a role may reach; the kernel's calls, as libc has none */
#include "role/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Not in every kernel header that we build with. */
#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

#define READ_FILE LANDLOCK_ACCESS_FS_READ_FILE
#define READ_DIR (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE_FILE (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE)
/* Files in a directory, but no directory made, moved or taken away. */
#define WRITE_FILES (WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG)
#define WRITE_DIR                                                                                  \
    (WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |                 \
     LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |    \
     LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER)

/* What this kernel knows of files, by the version of its interface. */
static uint64_t handled_rights(int abi)
{
    uint64_t rights = (1ULL << 13) - 1;

    if (abi >= 2)
        rights |= LANDLOCK_ACCESS_FS_REFER;
    if (abi >= 3)
        rights |= LANDLOCK_ACCESS_FS_TRUNCATE;
    return rights;
}

static uint64_t path_rights(unsigned rights, bool is_dir)
{
    uint64_t r = 0;

    if (rights & ROLE_READ)
        r |= is_dir ? READ_DIR : READ_FILE;
    if (rights & ROLE_WRITE)
        r |= is_dir ? WRITE_DIR : WRITE_FILE;
    if (rights & ROLE_FILES)
        r |= is_dir ? WRITE_FILES : WRITE_FILE;
    if (rights & ROLE_EXEC)
        r |= LANDLOCK_ACCESS_FS_EXECUTE;
    return r;
}

/* A general path that holds the state directory would open all of it. */
static bool holds_state(const char *path, const char *state)
{
    const size_t len = strlen(path);

    return strncmp(path, state, len) == 0 && (state[len] == '/' || state[len] == '\0');
}

static int add_path(int ruleset, uint64_t handled, const struct role_path *p, const char *state)
{
    const char *from = p->find ? p->find() : p->path;
    struct landlock_path_beneath_attr attr = {0};
    char path[PATH_MAX];
    struct stat st;
    int err = 0;

    if (!from || (from[0] == '/' && holds_state(from, state)))
        return 0;
    if (from[0] == '/' ? snprintf(path, sizeof(path), "%s", from) >= PATH_MAX
                       : snprintf(path, sizeof(path), "%s/%s", state, from) >= PATH_MAX)
        return ENAMETOOLONG;
    attr.parent_fd = open(path, O_PATH | O_CLOEXEC);
    if (attr.parent_fd < 0)
        return errno == ENOENT || errno == EACCES || errno == ENOTDIR ? 0 : errno;
    if (fstat(attr.parent_fd, &st))
        err = errno;
    attr.allowed_access = path_rights(p->rights, S_ISDIR(st.st_mode)) & handled;
    if (!err && syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &attr, 0))
        err = errno;
    close(attr.parent_fd);
    return err;
}

int sandbox_files(const struct role_path *paths, const char *state, struct sandbox_result *result)
{
    struct landlock_ruleset_attr attr = {0};
    const long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    int ruleset;
    int err = 0;

    result->has_landlock = abi > 0;
    result->landlock_abi = abi > 0 ? (int)abi : 0;
    if (abi <= 0)
        return 0; /* ENOSYS, EOPNOTSUPP: the caller says so */
    attr.handled_access_fs = handled_rights((int)abi);
    ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr.handled_access_fs), 0);
    if (ruleset < 0)
        return errno;
    for (const struct role_path *p = paths; (p->path || p->find) && !err; p++)
        err = add_path(ruleset, attr.handled_access_fs, p, state);
    if (!err && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        err = errno;
    if (!err && syscall(SYS_landlock_restrict_self, ruleset, 0))
        err = errno;
    close(ruleset);
    return err;
}
