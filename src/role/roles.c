/* role/roles.c - the table of roles, and the birth of one: `station role NAME` */
#include "media/keep.h"
#include "role/role.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "base/log.h"
#include "notify/post.h"
#include "role/command.h"
#include "role/front_ui.h"
#include "role/sandbox.h"
#include "role/users.h"

#define CAP_BIT(cap) (UINT64_C(1) << (cap))
#define GIB (UINT64_C(1) << 30)

/* What libraries open on their own: the locale, time zones, the resolver, authorities. */
#define SYSTEM_PATHS                                                                               \
    {"/etc", ROLE_READ}, {"/usr/lib", ROLE_READ}, {"/usr/lib64", ROLE_READ},                       \
        {"/usr/share", ROLE_READ}, {"/usr/local/share", ROLE_READ},                                \
        {"/run/systemd/resolve", ROLE_READ}, {"/run/resolvconf", ROLE_READ},                       \
        {"/run/NetworkManager", ROLE_READ}, {"/dev/null", ROLE_READ | ROLE_WRITE},                 \
        {"/dev/urandom", ROLE_READ}, {"/proc", ROLE_READ},                                         \
    {                                                                                              \
        "/sys/devices/system", ROLE_READ                                                           \
    }

static const struct role_path engine_paths[] = {
    SYSTEM_PATHS,
    {".", ROLE_READ | ROLE_FILES}, /* it must not put another agi-bin in place */
    {0},
};

static const struct role_path media_paths[] = {
    SYSTEM_PATHS,
    {"/opt", ROLE_READ}, /* where setting sounds and music classes may point to, too */
    {"/srv", ROLE_READ},
    {"/var/lib/asterisk", ROLE_READ},
    {"sounds", ROLE_READ},
    {"moh", ROLE_READ},
    {"recordings", ROLE_READ | ROLE_WRITE},
    {0},
};

/* Handed on to the programs: everything but the state directory's database, keys and sockets. */
static const struct role_path runner_paths[] = {
    {"/bin", ROLE_READ | ROLE_EXEC},
    {"/sbin", ROLE_READ | ROLE_EXEC},
    {"/lib", ROLE_READ | ROLE_EXEC},
    {"/lib64", ROLE_READ | ROLE_EXEC},
    {"/usr", ROLE_READ | ROLE_EXEC},
    {"/opt", ROLE_READ | ROLE_EXEC},
    {"/srv", ROLE_READ | ROLE_EXEC},
    {"/etc", ROLE_READ | ROLE_EXEC},
    {"/run", ROLE_READ},
    {"/proc", ROLE_READ},
    {"/sys", ROLE_READ},
    {"/dev/null", ROLE_READ | ROLE_WRITE},
    {"/dev/zero", ROLE_READ},
    {"/dev/full", ROLE_READ | ROLE_WRITE},
    {"/dev/random", ROLE_READ},
    {"/dev/urandom", ROLE_READ},
    {"/dev/tty", ROLE_READ | ROLE_WRITE},
    {"/tmp", ROLE_READ | ROLE_WRITE},
    {"/var/tmp", ROLE_READ | ROLE_WRITE},
    {ROLE_AGI_DIR, ROLE_READ | ROLE_EXEC},
    {ROLE_SOUNDS_DIR, ROLE_READ | ROLE_WRITE}, /* errand_sound.c */
    {"moh", ROLE_READ | ROLE_WRITE},
    {ROLE_UPLOADS_DIR, ROLE_READ | ROLE_WRITE},
    {"recordings", ROLE_READ | ROLE_WRITE},
    {0},
};

static const struct role_path front_paths[] = {
    SYSTEM_PATHS,
    {"/usr/sbin", ROLE_READ | ROLE_EXEC},
    {"/usr/local/sbin", ROLE_READ | ROLE_EXEC},
    {"/usr/bin/nginx", ROLE_READ | ROLE_EXEC},
    {"/lib", ROLE_READ | ROLE_EXEC}, /* the loader of programs */
    {"/lib64", ROLE_READ | ROLE_EXEC},
    {ROLE_FRONT_DIR, ROLE_READ | ROLE_WRITE},
    {ROLE_RECORDINGS_DIR, ROLE_READ}, /* what it sends for the web role */
    {ROLE_UPLOADS_DIR, ROLE_READ},
    {ROLE_EXPORTS_DIR, ROLE_READ},
    {ROLE_SOUNDS_DIR, ROLE_READ},
    {"moh", ROLE_READ},
    {.find = front_ui_find, .rights = ROLE_READ},
    {0},
};

/* The database makes files beside itself: so much of the state directory as the engine has. */
static const struct role_path web_paths[] = {
    SYSTEM_PATHS,
    {".", ROLE_READ | ROLE_FILES},
    {ROLE_UPLOADS_DIR, ROLE_READ | ROLE_WRITE},
    {ROLE_EXPORTS_DIR, ROLE_READ | ROLE_WRITE},
    {0},
};

/* The engine last: what it connects to is there already. */
const struct role_spec role_table[] = {
    {.name = "media",
     .user = "station-media",
     .listen_name = ROLE_MEDIA_SOCK,
     .prepare = media_srtp_library_open,
     .main = role_media,
     .profile = ROLE_PROFILE_MEDIA,
     .paths = media_paths,
     .memory_bytes = 8 * GIB,
     .descriptors = 65536,
     .keep_bytes = MEDIA_KEEP_BYTES},
    {.name = "runner",
     .user = "station-runner",
     .listen_name = ROLE_RUNNER_SOCK,
     .main = role_runner,
     .profile = ROLE_PROFILE_RUNNER,
     .paths = runner_paths,
     .caps = CAP_BIT(CAP_SETUID) | CAP_BIT(CAP_SETGID) | CAP_BIT(CAP_KILL),
     .descriptors = 2048},
    {.name = "web",
     .user = "station-web",
     .listen_name = ROLE_WEB_SOCK,
     .is_stream = true,
     .main = role_web,
     .profile = ROLE_PROFILE_WEB,
     .paths = web_paths,
     .memory_bytes = 2 * GIB,
     .descriptors = 8192,
     .is_behind = true,
     .may_restart = true,
     .wants_http = true},
    {.name = "front",
     .user = "station-front",
     .main = role_front,
     .profile = ROLE_PROFILE_FRONT,
     .paths = front_paths,
     .caps = CAP_BIT(CAP_NET_BIND_SERVICE),
     .descriptors = 65536,
     .is_behind = true,
     .wants_http = true},
    {.name = "notify",
     .user = "station-notify",
     .prepare = notify_post_open,
     .main = role_notify,
     .profile = ROLE_PROFILE_NOTIFY,
     .paths = engine_paths,
     .memory_bytes = 2 * GIB,
     .descriptors = 1024,
     .is_behind = true},
    {.name = "engine",
     .user = "station-engine",
     .listen_name = ROLE_CTL_SOCK,
     .second_name = ROLE_MANAGER_SOCK,
     .main = role_engine,
     .profile = ROLE_PROFILE_ENGINE,
     .paths = engine_paths,
     .memory_bytes = 16 * GIB,
     .descriptors = 65536,
     .keep_bytes = GIB / 4, /* the journal of calls */
     .is_binder = true},
    {0},
};

const struct role_spec *role_find(const char *name)
{
    for (const struct role_spec *s = role_table; s->name; s++) {
        if (strcmp(s->name, name) == 0)
            return s;
    }
    return NULL;
}

int role_file(char *out, size_t size, const char *state, const char *name)
{
    const int len = snprintf(out, size, "%s/%s", state, name);

    return len < 0 || (size_t)len >= size ? ENAMETOOLONG : 0;
}

/* ---- the inner sub-command: written by the supervisor, so anything odd is our own mistake ---- */

struct birth {
    struct role_args args;
    enum log_level level;
    bool has_sandbox;
};

static int parse_users(struct role_users *u, const char *text)
{
    unsigned is_root = 0;

    if (!text || sscanf(text, "%u,%u,%u,%u,%u,%u,%u,%u,%u,%u", &u->engine_uid, &u->media_uid,
                        &u->runner_uid, &u->script_uid, &u->web_uid, &u->front_uid, &u->notify_uid,
                        &u->station_gid, &u->script_gid, &is_root) != 10)
        return EINVAL;
    u->is_root = is_root != 0;
    return 0;
}

static int parse_birth(struct birth *b, int argc, char **argv)
{
    const char *value = NULL;

    if (argc < 2)
        return EINVAL;
    b->args.name = argv[1];
    for (int i = 2; i < argc; i++) {
        if (command_option(argc, argv, &i, "state", &value))
            b->args.state = value;
        else if (command_option(argc, argv, &i, "users", &value) &&
                 parse_users(&b->args.users, value) == 0)
            continue;
        else if (command_option(argc, argv, &i, "log", &value) &&
                 log_level_parse(&b->level, slice_of(value)) == 0)
            continue;
        else if (command_option(argc, argv, &i, "rtp-start", &value) && value)
            b->args.rtp_start = (uint16_t)atoi(value);
        else if (command_option(argc, argv, &i, "rtp-end", &value) && value)
            b->args.rtp_end = (uint16_t)atoi(value);
        else if (strcmp(argv[i], "--no-sandbox") == 0)
            b->has_sandbox = false;
        else
            return EINVAL;
    }
    return b->args.state ? 0 : EINVAL;
}

static int enter(const struct role_spec *spec, struct birth *b)
{
    struct sandbox_result result = {0};
    int err;

    if (!b->has_sandbox)
        return 0;
    err = sandbox_enter(spec, b->args.state, &b->args.users, &result);
    if (err)
        log_error("sandbox refused error=\"%s\"", strerror(err));
    else if (!result.has_landlock)
        log_notice("this kernel has no Landlock: files are guarded by their modes alone");
    b->args.has_landlock = result.has_landlock;
    return err;
}

int cmd_role(int argc, char **argv)
{
    static struct birth b = {.level = LOG_NOTICE,
                             .has_sandbox = true,
                             .args = {.control_fd = ROLE_FD_CONTROL,
                                      .listen_fd = ROLE_FD_LISTEN,
                                      .keep_fd = ROLE_FD_KEEP,
                                      .second_fd = ROLE_FD_SECOND}};
    const struct role_spec *spec = argc > 1 ? role_find(argv[1]) : NULL;
    char title[16];

    if (!spec || parse_birth(&b, argc, argv))
        return command_usage("role");
    users_born(&b.args.users);
    log_init(spec->name, b.level);
    umask(0007);
    snprintf(title, sizeof(title), "station-%s", spec->name);
    prctl(PR_SET_NAME, title, 0, 0, 0);
    /* SQLite's own temporary files: /tmp is out of reach. */
    setenv("SQLITE_TMPDIR", b.args.state, 1);
    if (spec->prepare && spec->prepare())
        log_error("role cannot be prepared role=%s", spec->name); /* its main will say why */
    if (enter(spec, &b))
        return 1;
    return spec->main(&b.args);
}
