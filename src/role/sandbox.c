/* role/sandbox.c - limits and system calls; see sandbox.h */
#include "role/sandbox.h"

#include <errno.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED true
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED false
#endif

/* ---- system calls: names, as libseccomp knows them on every architecture ---- */

/* What the C library, threads and a loop need. */
static const char *const common_calls[] = {
    "read", "write", "readv", "writev", "pread64", "pwrite64", "close", "fstat", "newfstatat",
    "fstatat64", "stat", "lstat", "statx", "lseek", "_llseek", "mmap", "mmap2", "munmap",
    "mprotect", "mremap", "madvise", "brk", "futex", "clock_gettime", "clock_getres",
    "clock_nanosleep", "nanosleep", "gettimeofday", "time", "getpid", "gettid", "getppid", "getuid",
    "geteuid", "getgid", "getegid", "sigaltstack", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn",
    "rt_sigtimedwait", "exit", "exit_group", "epoll_create1", "epoll_ctl", "epoll_wait",
    "epoll_pwait", "epoll_pwait2", "poll", "ppoll", "select", "pselect6", "eventfd2", "pipe2",
    "signalfd4", "timerfd_create", "timerfd_settime", "fcntl", "dup", "dup2", "dup3", "getrandom",
    "sched_yield", "sched_getaffinity", "sched_setaffinity", "restart_syscall", "set_robust_list",
    "rseq", "membarrier", "getrusage", "sysinfo", "uname", "tgkill", "arch_prctl",
    "set_tid_address", "prlimit64", "getrlimit", "getcpu", "mincore", "close_range",
    "sched_getparam", "sched_getscheduler", "sched_get_priority_max", "sched_get_priority_min",
    "setpriority", "open", "openat", "access", "faccessat", "faccessat2", "readlink", "readlinkat",
    "getdents64", "getcwd", "statfs", "fstatfs", "fadvise64", "umask",
    /* sockets that exist, and those that the rules on socket() below let be made */
    "sendmsg", "recvmsg", "sendmmsg", "recvmmsg", "sendto", "recvfrom", "getsockname",
    "getpeername", "setsockopt", "getsockopt", "bind", "connect", "accept", "accept4", "shutdown",
    NULL};

static const char *const write_calls[] = {
    "unlink", "unlinkat",  "rename",   "renameat",  "renameat2", "mkdir",     "mkdirat",
    "rmdir",  "ftruncate", "truncate", "fallocate", "fsync",     "fdatasync", "sync_file_range",
    "flock",  "fchmod",    "chmod",    "fchmodat",  "fchown",    "utimensat", "link",
    "linkat", "symlink",   "openat2",  "syncfs",    NULL};

static const char *const engine_calls[] = {"listen", NULL};

/* What the front and nginx do besides: a program and its workers. */
static const char *const front_calls[] = {"listen",
                                          "execve",
                                          "fork",
                                          "vfork",
                                          "wait4",
                                          "waitid",
                                          "kill",
                                          "prctl",
                                          "rt_sigsuspend",
                                          "setpgid",
                                          "setsid",
                                          "getpgrp",
                                          "sendfile",
                                          "pwritev", /* a body that came in pieces */
                                          "preadv",
                                          "pipe",
                                          "epoll_create",
                                          "setitimer",
                                          "timerfd_gettime",
                                          "chdir",
                                          "chown",
                                          "lchown",
                                          "fchownat",
                                          "setrlimit",
                                          "sched_setscheduler",
                                          "capget",
                                          "capset",
                                          "io_setup",
                                          "io_destroy",
                                          "getgroups",
                                          "times",
                                          "shmget",
                                          "alarm",
                                          "getsid",
                                          "getpgid",
                                          NULL};

/* A sanitizer symbolizes, looks for leaks with a thread of its own kind, and asks a lot. */
static const char *const sanitizer_calls[] = {"clone",
                                              "clone3",
                                              "vfork",
                                              "fork",
                                              "execve",
                                              "wait4",
                                              "waitid",
                                              "ptrace",
                                              "process_vm_readv",
                                              "prctl",
                                              "kill",
                                              "personality",
                                              "pipe",
                                              "setrlimit",
                                              "ioctl",
                                              "getpgrp",
                                              "sched_setscheduler",
                                              "chdir",
                                              "getdents",
                                              "msync",
                                              NULL};

/* What no AGI program needs; refused with EPERM, as programs ask for odd things. A sanitizer's leak
 * check needs the first ones. */
static const char *const script_refused[] = {"ptrace",
                                             "process_vm_readv",
                                             "process_vm_writev",
                                             "kcmp",
                                             "mount",
                                             "umount",
                                             "umount2",
                                             "pivot_root",
                                             "chroot",
                                             "move_mount",
                                             "open_tree",
                                             "fsopen",
                                             "fsconfig",
                                             "fsmount",
                                             "fspick",
                                             "mount_setattr",
                                             "init_module",
                                             "finit_module",
                                             "delete_module",
                                             "kexec_load",
                                             "kexec_file_load",
                                             "reboot",
                                             "swapon",
                                             "swapoff",
                                             "bpf",
                                             "perf_event_open",
                                             "userfaultfd",
                                             "add_key",
                                             "keyctl",
                                             "request_key",
                                             "setns",
                                             "unshare",
                                             "acct",
                                             "quotactl",
                                             "settimeofday",
                                             "clock_settime",
                                             "clock_adjtime",
                                             "adjtimex",
                                             "sethostname",
                                             "setdomainname",
                                             "syslog",
                                             "iopl",
                                             "ioperm",
                                             "open_by_handle_at",
                                             "name_to_handle_at",
                                             "lookup_dcookie",
                                             "io_uring_setup",
                                             "io_uring_enter",
                                             "io_uring_register",
                                             "fanotify_init",
                                             "personality",
                                             "modify_ldt",
                                             "vhangup",
                                             NULL};

static int allow_all(scmp_filter_ctx f, const char *const *names)
{
    for (; *names; names++) {
        const int call = seccomp_syscall_resolve_name(*names);
        int err;

        if (call == __NR_SCMP_ERROR)
            continue; /* this architecture, or this libseccomp, has none */
        err = seccomp_rule_add(f, SCMP_ACT_ALLOW, call, 0);
        /* EDOM, EINVAL: a call of another architecture */
        if (err && err != -EDOM && err != -EINVAL)
            return -err;
    }
    return 0;
}

static int refuse_all(scmp_filter_ctx f, const char *const *names)
{
    for (; *names; names++) {
        const int call = seccomp_syscall_resolve_name(*names);
        int err;

        if (call == __NR_SCMP_ERROR)
            continue;
        err = seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), call, 0);
        if (err && err != -EDOM && err != -EINVAL)
            return -err;
    }
    return 0;
}

static int allow_sockets(scmp_filter_ctx f)
{
    static const int families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};
    int err = 0;

    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]) && !err; i++)
        err = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
                               SCMP_A0(SCMP_CMP_EQ, families[i]));
    if (!err)
        err = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(socketpair), 1,
                               SCMP_A0(SCMP_CMP_EQ, AF_UNIX));
    return -err;
}

/* isatty and FIONBIO and their like; no TIOCSTI. The kernel looks at the lower 32 bits, and a filter can
   compare them for equality only: a request is another one when it differs in some bit. */
static int allow_ioctl(scmp_filter_ctx f)
{
    const uint32_t refused = 0x5412; /* TIOCSTI */
    int err = 0;

    for (unsigned i = 0; i < 32 && !err; i++) {
        const uint32_t bit = UINT32_C(1) << i;

        err = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
                               SCMP_A1(SCMP_CMP_MASKED_EQ, bit, ~refused & bit));
    }
    return -err;
}

/* Threads, but no processes. clone3 hides its flags behind a pointer: libc then takes clone. */
static int allow_threads(scmp_filter_ctx f)
{
    static const int options[] = {PR_SET_NAME, PR_GET_NAME, PR_SET_VMA, PR_SET_TIMERSLACK};
    int err;

    err = seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    if (!err)
        err = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                               SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]) && !err; i++)
        err = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1,
                               SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)options[i]));
    return err ? -err : allow_ioctl(f);
}

/* Processes, but no name spaces of their own. */
static int allow_processes(scmp_filter_ctx f)
{
    const scmp_datum_t spaces = CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET |
                                CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;
    int err = seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);

    if (!err)
        err = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                               SCMP_A0(SCMP_CMP_MASKED_EQ, spaces, 0));
    return err ? -err : allow_ioctl(f);
}

/* nginx is not ours, and of another version tomorrow: what it asks for beyond this is refused, no more. */
static int fill_front(scmp_filter_ctx f)
{
    int err = allow_all(f, common_calls);

    if (!err)
        err = allow_all(f, write_calls);
    if (!err)
        err = allow_all(f, front_calls);
    if (!err)
        err = allow_sockets(f);
    if (!err)
        err = IS_SANITIZED ? allow_all(f, sanitizer_calls) : allow_processes(f);
    return err;
}

static int fill_allowed(scmp_filter_ctx f, enum role_profile profile)
{
    int err = allow_all(f, common_calls);

    if (!err)
        err = allow_all(f, write_calls);
    if (!err && profile == ROLE_PROFILE_ENGINE)
        err = allow_all(f, engine_calls);
    if (!err)
        err = allow_sockets(f);
    if (!err)
        err = IS_SANITIZED ? allow_all(f, sanitizer_calls) : allow_threads(f);
    return err;
}

/* Its capabilities let the runner become anybody: only station-script is left. */
static int only_user(scmp_filter_ctx f, const char *name, unsigned args, uint32_t id)
{
    const int call = seccomp_syscall_resolve_name(name);
    int err = 0;

    for (unsigned i = 0; call != __NR_SCMP_ERROR && i < args && !err; i++)
        err = seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), call, 1, SCMP_CMP(i, SCMP_CMP_NE, id));
    return err == -EDOM ? 0 : -err;
}

enum { SANITIZER_REFUSED = 2 }; /* ptrace, process_vm_readv */

static int fill_runner(scmp_filter_ctx f, const struct role_users *users)
{
    static const char *const never[] = {"setuid",   "setgid",   "setreuid", "setregid",
                                        "setfsuid", "setfsgid", NULL};
    int err = refuse_all(f, script_refused + (IS_SANITIZED ? SANITIZER_REFUSED : 0));

    if (err || !users->is_root)
        return err;
    err = refuse_all(f, never);
    if (!err)
        err = only_user(f, "setresuid", 3, users->script_uid);
    if (!err)
        err = only_user(f, "setresgid", 3, users->script_gid);
    /* Groups may be dropped, never taken: "shadow" or "disk" would be all of the machine. */
    if (!err)
        err = -seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(setgroups), 1,
                                SCMP_A0(SCMP_CMP_NE, 0));
    return err;
}

static int fill(scmp_filter_ctx f, enum role_profile profile, const struct role_users *users)
{
    switch (profile) {
    case ROLE_PROFILE_RUNNER: return fill_runner(f, users);
    case ROLE_PROFILE_FRONT: return fill_front(f);
    default: return fill_allowed(f, profile);
    }
}

static uint32_t usual_action(enum role_profile profile)
{
    switch (profile) {
    case ROLE_PROFILE_RUNNER: return SCMP_ACT_ALLOW;
    case ROLE_PROFILE_FRONT: return SCMP_ACT_ERRNO(EPERM);
    default: return SCMP_ACT_KILL_PROCESS;
    }
}

int sandbox_calls(enum role_profile profile, const struct role_users *users)
{
    scmp_filter_ctx f = seccomp_init(usual_action(profile));
    int err;

    if (!f)
        return ENOMEM;
    err = fill(f, profile, users);
    if (!err)
        err = -seccomp_load(f);
    seccomp_release(f);
    return err;
}

/* ---- limits ---- */

static int limit(int what, uint64_t most)
{
    struct rlimit r;

    if (getrlimit(what, &r))
        return errno;
    if (r.rlim_max == RLIM_INFINITY || r.rlim_max > most)
        r.rlim_max = most;
    r.rlim_cur = r.rlim_max;
    return setrlimit(what, &r) ? errno : 0;
}

int sandbox_limit(const struct role_spec *spec)
{
    int err = limit(RLIMIT_CORE, 0);

    if (!err)
        err = limit(RLIMIT_NOFILE, spec->descriptors);
    if (!err && !IS_SANITIZED && spec->memory_bytes)
        err = limit(RLIMIT_AS, spec->memory_bytes);
    return err;
}

int sandbox_enter(const struct role_spec *spec, const char *state, const struct role_users *users,
                  struct sandbox_result *result)
{
    int err = sandbox_limit(spec);

    if (!err && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        err = errno;
    /* Secrets are in memory: nobody attaches, nothing is dumped. A leak check needs to. */
    if (!err && !IS_SANITIZED && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
        err = errno;
    if (!err)
        err = sandbox_files(spec->paths, state, result);
    if (!err)
        err = sandbox_calls(spec->profile, users);
    return err;
}
