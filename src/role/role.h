/*
 * role/role.h - the processes of the station: one table says what each is and may do
 *
 * Scope:   `station run` (supervisor) starts each row of role_table as `station role NAME`, with
 *          its user, its descriptors and nothing else. The process enters its sandbox (users are
 *          changed already; limits, Landlock, seccomp) and then calls the row's main.
 * Thread:  main is entered with one thread; threads that it starts inherit the sandbox.
 * Source:  docs/roles.md is this table in words, tests/golden/roles.txt what /proc must say.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Where the state stands when --state is not given. */
#define STATION_STATE_DIR "/var/lib/station"

/** Descriptors of a role at its birth; 0 is /dev/null, 1 and 2 go to the log. */
enum role_fd {
    ROLE_FD_CONTROL = 3, /* ipc/control.h */
    ROLE_FD_LISTEN =
        4, /* listening socket: engine ctl.sock, media media.sock, runner runner.sock, web web.sock */
    ROLE_FD_LOCK = 5,   /* held while the role lives: a new supervisor waits for it */
    ROLE_FD_KEEP = 6,   /* memory that outlives the role (role_spec.keep_bytes), or /dev/null */
    ROLE_FD_SECOND = 7, /* another listening socket (engine manager.sock), or /dev/null */
    ROLE_FD_FIRST_FREE = 8,
};

/** Users of the roles: when started as root each its own, else all the same. */
struct role_users {
    uint32_t engine_uid; /* who may connect to media.sock and runner.sock */
    uint32_t media_uid, runner_uid, script_uid;
    uint32_t web_uid, front_uid, notify_uid;
    uint32_t station_gid; /* group of all roles and of the state directory */
    uint32_t script_gid;
    bool is_root; /* the supervisor was started as root */
};

/** What a role's main gets; everything is borrowed and outlives it. */
struct role_args {
    const char *name;   /* "engine" */
    const char *state;  /* state directory, absolute */
    int control_fd;     /* ROLE_FD_CONTROL; the role takes it (control_alloc) */
    int listen_fd;      /* ROLE_FD_LISTEN; the role takes it */
    int keep_fd;        /* ROLE_FD_KEEP; the role takes it */
    int second_fd;      /* ROLE_FD_SECOND; the role takes it */
    uint16_t rtp_start; /* station run --rtp-start, else 0: the database's setting, else 10000 */
    uint16_t rtp_end;   /* likewise; 0: 20000 */
    struct role_users users;
    bool has_landlock; /* files are guarded by the kernel, not by their modes alone */
};

/** The users that this process was born with; NULL outside of a role (tests, ctl). */
const struct role_users *role_users_get(void);

/** @return exit code: 0 after an orderly stop; else the supervisor starts the role anew */
typedef int(role_main_h)(const struct role_args *args);

int role_engine(const struct role_args *args); /* engine.c */
int role_media(const struct role_args *args);  /* media.c */
int role_runner(const struct role_args *args); /* runner.c */
int role_web(const struct role_args *args);    /* web.c */
int role_front(const struct role_args *args);  /* front.c */
int role_notify(const struct role_args *args); /* notify_role.c */

enum role_profile {
    ROLE_PROFILE_ENGINE,
    ROLE_PROFILE_MEDIA,
    ROLE_PROFILE_RUNNER,
    ROLE_PROFILE_WEB,
    ROLE_PROFILE_FRONT,
    ROLE_PROFILE_NOTIFY
};

/** A path that a role may reach (Landlock). */
struct role_path {
    const char *path; /* absolute, or relative to the state directory; missing ones are left out */
    enum { ROLE_READ = 1, ROLE_WRITE = 2, ROLE_EXEC = 4, ROLE_FILES = 8 } rights;
    const char *(*find)(
        void); /* instead of path, where that is known at the start only; it may say NULL */
};

struct role_spec {
    const char *name;
    const char *user;        /* when started as root */
    const char *listen_name; /* its socket in state/run; NULL: none */
    const char *second_name; /* another one; may be NULL */
    bool is_stream;          /* its first socket is one of bytes, not of messages */
    int (*prepare)(void); /* before the sandbox closes: what it would not let load; may be NULL */
    role_main_h *main;
    enum role_profile profile; /* seccomp list in sandbox.c */
    const struct role_path *paths;
    uint64_t caps;         /* bits of capabilities kept when started as root */
    uint64_t memory_bytes; /* RLIMIT_AS; 0 under a sanitizer */
    uint32_t descriptors;  /* RLIMIT_NOFILE */
    uint64_t keep_bytes;   /* of memory that the supervisor holds for it; used pages count */
    bool is_behind;        /* SCHED_BATCH: its waking takes no processor from a call's roles */
    bool wants_http;       /* is told how HTTP is set (ipc/control.h) */
    bool may_restart;      /* may list and restart: administrators ask by it */
    bool is_binder;        /* may bind, list, restart, shut down */
};

/** Ends with a row whose name is NULL; in the order of starting. */
extern const struct role_spec role_table[];

const struct role_spec *role_find(const char *name);

/**
 * Files of the state directory: "DIR/run/ctl.sock".
 * @return 0; ENAMETOOLONG
 */
int role_file(char *out, size_t size, const char *state, const char *name);

/** Paths inside the state directory. */
#define ROLE_CTL_SOCK "run/ctl.sock"
#define ROLE_MEDIA_SOCK "run/media.sock"
#define ROLE_RUNNER_SOCK "run/runner.sock"
#define ROLE_WEB_SOCK "run/web.sock"
#define ROLE_MANAGER_SOCK "run/manager.sock"
#define ROLE_CONTROL_SOCK "run/control.sock"
#define ROLE_LOCK "run/lock"
#define ROLE_AGI_DIR "agi-bin"
#define ROLE_RECORDINGS_DIR "recordings"
#define ROLE_SOUNDS_DIR "sounds"
#define ROLE_SYSTEM_SOUNDS "/usr/share/asterisk/sounds" /* Debian's packages of voices */
#define ROLE_UPLOADS_DIR "uploads" /* files that came from people, until a job has taken them */
#define ROLE_FRONT_DIR "front"
#define ROLE_EXPORTS_DIR "exports" /* what is prepared for download */
