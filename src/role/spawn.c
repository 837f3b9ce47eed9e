/* role/spawn.c - see spawn.h */
#include "role/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "role/users.h"

enum { FD_EXE = ROLE_FD_FIRST_FREE, FD_HIGH = 32, ENV_MAX = 32 };

/* All that a role may learn of the supervisor's environment. */
static const char *const env_names[] = {"PATH", "LANG",         "LC_ALL",        "LC_MESSAGES",
                                        "TZ",   "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"};

/* A message's buffers (up to 16 KiB) come from malloc's list of the thread, not from its slow path:
   which at hundreds of calls at once is a third of a call. Without the GNU C library the line means nothing. */
static const char allocator[] = "GLIBC_TUNABLES=glibc.malloc.tcache_max=16384"
                                ":glibc.malloc.tcache_count=512:glibc.malloc.mxfast=0";

static int move_high(int fd)
{
    return fcntl(fd, F_DUPFD_CLOEXEC, FD_HIGH);
}

/* First away from the low numbers, then each to its place. */
static int place_descriptors(const struct spawn_args *a)
{
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    const int from[] = {move_high(a->control_fd),
                        move_high(a->listen_fd >= 0 ? a->listen_fd : null),
                        move_high(a->lock_fd),
                        move_high(a->keep_fd >= 0 ? a->keep_fd : null),
                        move_high(a->second_fd >= 0 ? a->second_fd : null),
                        move_high(a->exe_fd)};
    const int to[] = {ROLE_FD_CONTROL, ROLE_FD_LISTEN, ROLE_FD_LOCK,
                      ROLE_FD_KEEP,    ROLE_FD_SECOND, FD_EXE};

    if (null < 0 || dup2(null, 0) < 0)
        return errno;
    for (int i = 0; i < 6; i++) {
        if (from[i] < 0 || dup2(from[i], to[i]) < 0)
            return errno;
    }
    if (fcntl(FD_EXE, F_SETFD, FD_CLOEXEC) || close_range(FD_EXE + 1, ~0U, 0))
        return errno;
    return 0;
}

static void reset_signals(void)
{
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_IGN);
    /* Ctrl-C is for the supervisor, which then stops the roles in order. */
    setsid();
}

static int exec_self(const struct spawn_args *a)
{
    const struct role_users *u = a->users;
    char users[128], start[16], end[16];
    char *env[ENV_MAX + 1];
    static char lines[ENV_MAX][512];
    size_t count = 0;
    const char *argv[] = {"station",
                          "role",
                          a->spec->name,
                          "--state",
                          a->state,
                          "--log",
                          log_level_name(a->level),
                          "--users",
                          users,
                          "--rtp-start",
                          start,
                          "--rtp-end",
                          end,
                          a->has_sandbox ? NULL : "--no-sandbox",
                          NULL};

    snprintf(users, sizeof(users), "%u,%u,%u,%u,%u,%u,%u,%u,%u,%u", u->engine_uid, u->media_uid,
             u->runner_uid, u->script_uid, u->web_uid, u->front_uid, u->notify_uid, u->station_gid,
             u->script_gid, u->is_root);
    snprintf(start, sizeof(start), "%u", a->rtp_start);
    snprintf(end, sizeof(end), "%u", a->rtp_end);
    for (size_t i = 0; i < sizeof(env_names) / sizeof(env_names[0]); i++) {
        const char *value = getenv(env_names[i]);

        if (value && (size_t)snprintf(lines[count], sizeof(lines[0]), "%s=%s", env_names[i],
                                      value) < sizeof(lines[0])) {
            env[count] = lines[count];
            count++;
        }
    }
    env[count++] = (char *)(uintptr_t)allocator;
    env[count] = NULL;
    fexecve(FD_EXE, (char *const *)(uintptr_t)argv, env);
    return errno;
}

/* For its children too: nginx. */
static int take_policy(const struct role_spec *spec)
{
    const struct sched_param none = {0};

    return spec->is_behind && sched_setscheduler(0, SCHED_BATCH, &none) ? errno : 0;
}

static _Noreturn void be_child(const struct spawn_args *a)
{
    int err;

    reset_signals();
    err = place_descriptors(a);
    if (!err)
        err = take_policy(a->spec);
    if (!err)
        err = users_become(a->users, a->spec);
    if (!err)
        err = exec_self(a);
    log_error("cannot start role role=%s error=\"%s\"", a->spec->name, strerror(err));
    _exit(127);
}

int spawn_role(const struct spawn_args *args, pid_t *pid)
{
    *pid = fork();
    if (*pid == 0)
        be_child(args);
    return *pid < 0 ? errno : 0;
}
