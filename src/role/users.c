/* role/users.c - see users.h */
#include "role/users.h"

#include "base/log.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

static const cap_value_t supervisor_caps[] = {CAP_SETUID, CAP_SETGID,           CAP_KILL,
                                              CAP_CHOWN,  CAP_NET_BIND_SERVICE, CAP_NET_ADMIN};

enum { SUPERVISOR_CAPS = sizeof(supervisor_caps) / sizeof(supervisor_caps[0]) };

static const struct role_users *own_users;

void users_born(const struct role_users *users)
{
    own_users = users;
}

const struct role_users *role_users_get(void)
{
    return own_users;
}

/* getpwnam leaves errno alone, or says ENOENT and its like, when there is no such name. */
static int find_user(const char *name, uint32_t *uid, uint32_t *gid)
{
    const struct passwd *pw = getpwnam(name);

    if (!pw)
        return ENOENT;
    *uid = pw->pw_uid;
    *gid = pw->pw_gid;
    return 0;
}

static void all_mine(struct role_users *u)
{
    u->engine_uid = u->media_uid = u->runner_uid = u->script_uid = getuid();
    u->web_uid = u->front_uid = u->notify_uid = getuid();
    u->station_gid = u->script_gid = getgid();
}

int users_find(struct role_users *users, const char **missing)
{
    const struct {
        const char *name;
        uint32_t *uid, *gid;
    } wanted[] = {
        {"station-engine", &users->engine_uid, NULL},
        {"station-media", &users->media_uid, NULL},
        {"station-runner", &users->runner_uid, NULL},
        {"station-web", &users->web_uid, NULL},
        {"station-front", &users->front_uid, NULL},
        {"station-notify", &users->notify_uid, NULL},
        {USERS_SCRIPT, &users->script_uid, &users->script_gid},
    };
    const struct group *gr;
    uint32_t gid;

    *users = (struct role_users){.is_root = geteuid() == 0};
    if (!users->is_root) {
        all_mine(users);
        return 0;
    }
    gr = getgrnam(USERS_GROUP);
    if (!gr) {
        *missing = USERS_GROUP;
        return ENOENT;
    }
    users->station_gid = gr->gr_gid;
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        if (find_user(wanted[i].name, wanted[i].uid, wanted[i].gid ? wanted[i].gid : &gid)) {
            *missing = wanted[i].name;
            return ENOENT;
        }
    }
    return 0;
}

uint32_t users_uid(const struct role_users *users, const struct role_spec *spec)
{
    switch (spec->profile) {
    case ROLE_PROFILE_ENGINE: return users->engine_uid;
    case ROLE_PROFILE_MEDIA: return users->media_uid;
    case ROLE_PROFILE_RUNNER: return users->runner_uid;
    case ROLE_PROFILE_WEB: return users->web_uid;
    case ROLE_PROFILE_FRONT: return users->front_uid;
    case ROLE_PROFILE_NOTIFY: return users->notify_uid;
    }
    return users->script_uid;
}

/* Permitted, effective and (for roles) inheritable become exactly the given ones. */
static int set_caps(const cap_value_t *caps, int count, bool is_inheritable)
{
    cap_t c = cap_init();
    int err = 0;

    if (!c)
        return ENOMEM;
    if (count && (cap_set_flag(c, CAP_PERMITTED, count, caps, CAP_SET) ||
                  cap_set_flag(c, CAP_EFFECTIVE, count, caps, CAP_SET)))
        err = errno;
    if (!err && count && is_inheritable && cap_set_flag(c, CAP_INHERITABLE, count, caps, CAP_SET))
        err = errno;
    if (!err && cap_set_proc(c))
        err = errno;
    cap_free(c);
    return err;
}

static bool is_kept(cap_value_t cap)
{
    for (int i = 0; i < SUPERVISOR_CAPS; i++) {
        if (supervisor_caps[i] == cap)
            return true;
    }
    return false;
}

/* In a container root may lack some: the station does without the last two, and says so. */
static int caps_at_hand(cap_value_t out[SUPERVISOR_CAPS])
{
    cap_t now = cap_get_proc();
    int count = 0;

    for (int i = 0; now && i < SUPERVISOR_CAPS; i++) {
        cap_flag_value_t has = CAP_CLEAR;

        if (cap_get_flag(now, supervisor_caps[i], CAP_PERMITTED, &has) == 0 && has == CAP_SET) {
            out[count++] = supervisor_caps[i];
            continue;
        }
        if (supervisor_caps[i] == CAP_NET_ADMIN)
            log_notice("no CAP_NET_ADMIN here: socket buffers stay as small as the system's limit");
        else if (supervisor_caps[i] == CAP_NET_BIND_SERVICE)
            log_notice("no CAP_NET_BIND_SERVICE here: ports below 1024 cannot be used");
        else
            log_error("a capability that the station needs is missing capability=%s",
                      cap_to_name(supervisor_caps[i]));
    }
    if (now)
        cap_free(now);
    return count;
}

int users_keep_supervisor(const struct role_users *users)
{
    cap_value_t caps[SUPERVISOR_CAPS];

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        return errno;
    if (!users->is_root)
        return 0;
    /* The bounding set first: shrinking it needs CAP_SETPCAP, which goes afterwards. */
    for (cap_value_t cap = 0; cap <= CAP_LAST_CAP; cap++) {
        if (!is_kept(cap) && cap_get_bound(cap) > 0 && cap_drop_bound(cap))
            return errno;
    }
    return set_caps(caps, caps_at_hand(caps), false);
}

/* Capabilities survive exec of a user who is not root only as ambient ones. */
static int raise_ambient(const cap_value_t *caps, int count)
{
    for (int i = 0; i < count; i++) {
        if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, caps[i], 0, 0))
            return errno;
    }
    return 0;
}

int users_become(const struct role_users *users, const struct role_spec *spec)
{
    cap_value_t caps[8];
    int count = 0;
    const uint32_t uid = users_uid(users, spec);
    const gid_t group = users->station_gid;
    int err;

    if (!users->is_root)
        return 0;
    for (int cap = 0; cap < 64 && count < 8; cap++) {
        if (spec->caps & (UINT64_C(1) << cap))
            caps[count++] = cap;
    }
    if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) || setgroups(1, &group) ||
        setresgid(group, group, group) || setresuid(uid, uid, uid))
        return errno;
    err = set_caps(caps, count, true);
    if (!err)
        err = raise_ambient(caps, count);
    return err;
}

int users_become_script(const struct role_users *users, bool with_group)
{
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0))
        return errno;
    if (users->is_root) {
        /* The runner has the group already; its seccomp list lets groups be dropped only. */
        if ((!with_group && setgroups(0, NULL)) ||
            setresgid(users->script_gid, users->script_gid, users->script_gid) ||
            setresuid(users->script_uid, users->script_uid, users->script_uid))
            return errno;
    }
    return set_caps(NULL, 0, false);
}
