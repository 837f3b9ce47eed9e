/* test_sandbox.c - what a confined process still can, and what ends it */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "role/sandbox.h"
#include "unit.h"

/* Runs in a child; its exit code, or 256 + signal. */
static int in_child(int (*f)(void))
{
    int status;
    pid_t pid = fork();

    if (pid == 0)
        _exit(f());
    if (waitpid(pid, &status, 0) != pid)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

static char folder[64];

static int make_folder(void)
{
    char path[128];
    int fd;

    snprintf(folder, sizeof(folder), "/tmp/station-sandbox-XXXXXX");
    if (!mkdtemp(folder))
        return errno;
    snprintf(path, sizeof(path), "%s/open", folder);
    mkdir(path, 0700);
    snprintf(path, sizeof(path), "%s/secret", folder);
    fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
    return fd < 0 ? errno : 0;
}

static void remove_folder(void)
{
    char path[128];

    snprintf(path, sizeof(path), "%s/open/new", folder);
    unlink(path);
    snprintf(path, sizeof(path), "%s/open", folder);
    rmdir(path);
    snprintf(path, sizeof(path), "%s/secret", folder);
    unlink(path);
    rmdir(folder);
}

static bool opens(const char *name, int flags)
{
    char path[128];
    int fd;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    fd = open(path, flags | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static int files_child(void)
{
    static const struct role_path paths[] = {{"open", ROLE_READ | ROLE_WRITE}, {0}};
    struct sandbox_result result;

    if (sandbox_files(paths, folder, &result))
        return 1;
    if (!result.has_landlock)
        return 77;
    if (!opens("open/new", O_CREAT | O_RDWR) || !opens("open/new", O_RDONLY))
        return 2;
    if (opens("secret", O_RDONLY) || opens("secret", O_WRONLY) || opens("other", O_CREAT | O_RDWR))
        return 3;
    return 0;
}

static int files_outside_the_list_are_out_of_reach(void)
{
    int code;

    CHECK(make_folder() == 0);
    code = in_child(files_child);
    remove_folder();
    CHECK(code == 0 || code == 77);
    return 0;
}

static int general_child(void)
{
    /* A path that holds the state directory would open its secrets. */
    static const struct role_path paths[] = {{"/tmp", ROLE_READ | ROLE_WRITE}, {0}};
    struct sandbox_result result;

    if (sandbox_files(paths, folder, &result))
        return 1;
    if (!result.has_landlock)
        return 77;
    return opens("secret", O_RDONLY) ? 2 : 0;
}

static int general_path_never_opens_the_state_directory(void)
{
    int code;

    CHECK(make_folder() == 0);
    code = in_child(general_child);
    remove_folder();
    CHECK(code == 0 || code == 77);
    return 0;
}

static int engine_calls_child(void)
{
    const struct role_users users = {0};
    int fd;

    if (sandbox_calls(ROLE_PROFILE_ENGINE, &users))
        return 1;
    fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return fd < 0 || listen(fd, 1) == 0 ? 2 : 0;
}

static int media_listens_child(void)
{
    const struct role_users users = {0};

    if (sandbox_calls(ROLE_PROFILE_MEDIA, &users))
        return 1;
    (void)listen(0, 1);
    return 0;
}

static int engine_mounts_child(void)
{
    const struct role_users users = {0};

    if (sandbox_calls(ROLE_PROFILE_ENGINE, &users))
        return 1;
    (void)chroot("/");
    return 0;
}

static int packet_socket_child(void)
{
    const struct role_users users = {0};

    if (sandbox_calls(ROLE_PROFILE_ENGINE, &users))
        return 1;
    (void)socket(AF_PACKET, SOCK_RAW, 0);
    return 0;
}

/* The kernel takes 32 bits of a request, whatever stands above them. */
static int ioctl_child(unsigned long request)
{
    const struct role_users users = {0};
    int n = 0;

    if (sandbox_calls(ROLE_PROFILE_ENGINE, &users))
        return 1;
    (void)syscall(SYS_ioctl, 0, request, &n);
    return 0;
}

static int harmless_ioctl_child(void)
{
    return ioctl_child(FIONREAD);
}

static int pushing_ioctl_child(void)
{
    return ioctl_child(TIOCSTI);
}

static int disguised_ioctl_child(void)
{
    return ioctl_child(TIOCSTI | 1ul << 32);
}

static int nobody_types_for_the_administrator(void)
{
    CHECK(in_child(harmless_ioctl_child) == 0);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    CHECK(in_child(pushing_ioctl_child) == 256 + SIGSYS);
    CHECK(in_child(disguised_ioctl_child) == 256 + SIGSYS);
#else
    (void)pushing_ioctl_child;
    (void)disguised_ioctl_child;
#endif
    return 0;
}

static int allowed_calls_work(void)
{
    CHECK(in_child(engine_calls_child) == 0);
    return 0;
}

static int forbidden_call_ends_the_process(void)
{
    CHECK(in_child(media_listens_child) == 256 + SIGSYS);
    CHECK(in_child(engine_mounts_child) == 256 + SIGSYS);
    CHECK(in_child(packet_socket_child) == 256 + SIGSYS);
    return 0;
}

static int runner_child(void)
{
    const struct role_users users = {.is_root = true, .script_uid = 4711, .script_gid = 4711};

    if (sandbox_calls(ROLE_PROFILE_RUNNER, &users))
        return 1;
    if (chroot("/") == 0 || errno != EPERM)
        return 2;
    if (setresuid(0, 0, 0) == 0 || errno != EPERM)
        return 3;
    if (setuid(getuid()) == 0 || errno != EPERM)
        return 4;
    if (geteuid() == 0 && setresuid(4711, 4711, 4711))
        return 5;
    return system("true") == 0 ? 0 : 6;
}

static int runner_becomes_the_script_user_only(void)
{
    CHECK(in_child(runner_child) == 0);
    return 0;
}

static int limits_child(void)
{
    const struct role_spec spec = {.descriptors = 100};
    struct rlimit r;

    if (sandbox_limit(&spec) || getrlimit(RLIMIT_NOFILE, &r) || r.rlim_max != 100)
        return 1;
    return getrlimit(RLIMIT_CORE, &r) || r.rlim_max != 0 ? 2 : 0;
}

static int limits_hold(void)
{
    CHECK(in_child(limits_child) == 0);
    return 0;
}

static int table_is_complete(void)
{
    int binders = 0;

    for (const struct role_spec *s = role_table; s->name; s++) {
        CHECK(s->user && s->main && s->paths && s->descriptors);
        CHECK(strlen(s->name) < 9 && role_find(s->name) == s);
        binders += s->is_binder;
    }
    CHECK(binders == 1);
    CHECK(!role_find("nobody"));
    return 0;
}

UNIT_TESTS(UNIT_ONCE(files_outside_the_list_are_out_of_reach),
           UNIT_ONCE(general_path_never_opens_the_state_directory), UNIT_ONCE(allowed_calls_work),
           UNIT_ONCE(forbidden_call_ends_the_process),
           UNIT_ONCE(nobody_types_for_the_administrator),
           UNIT_ONCE(runner_becomes_the_script_user_only), UNIT_ONCE(limits_hold),
           UNIT(table_is_complete))
