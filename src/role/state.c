/* role/state.c - see state.h */
#include "role/state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "role/command.h"
#include "store/where.h"

static const struct folder {
    const char *name;
    mode_t mode;
    bool is_front; /* belongs to that role alone */
} folders[] = {
    {"run", 02750},
    {ROLE_FRONT_DIR, 0700, true},
    {ROLE_AGI_DIR, 02755},
    {"sounds", 02770},
    {"moh", 02770},
    {"recordings", 02770},
    {ROLE_UPLOADS_DIR, 02770},
    {ROLE_EXPORTS_DIR, 02770},
    {"spool", 02770},
    {"tls", 02770},
    {"spool/cdr", 02770},
    {"spool/outgoing", 02770},
    {"spool/outgoing_done", 02770},
};

/* Files that init may have made as root, and the least mode that the roles need. */
static const struct gift {
    const char *folder, *prefix;
    mode_t mode;
} gifts[] = {
    {".", "station.db", 0660},
    {".", WHERE_FILE, 0640},
    {"tls", "", 0640},
    {"spool/cdr", "", 0660},
};

enum { FOLDERS = sizeof(folders) / sizeof(folders[0]), GIFTS = sizeof(gifts) / sizeof(gifts[0]) };

/* Nothing is followed out of the state directory: the engine may write in it, root must not be led away. */
static int open_folder(int state, const char *name)
{
    struct open_how how = {.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};

    return (int)syscall(SYS_openat2, state, name, &how, sizeof(how));
}

/* Only what differs is changed: without CAP_FSETID a chmod would take the set-group bit away. */
static int set_owner(int fd, uid_t user, gid_t group, mode_t mode)
{
    struct stat st;

    if (fstat(fd, &st))
        return errno;
    if ((st.st_uid != user || st.st_gid != group) && fchown(fd, user, group))
        return errno;
    return (st.st_mode & 07777) != mode && fchmod(fd, mode) ? errno : 0;
}

/* What belongs to a role cannot be opened by a root who lacks the right to. */
static bool is_given(int state, const struct folder *f, const struct role_users *users)
{
    struct stat st;

    return f->is_front && users->is_root &&
           fstatat(state, f->name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode) &&
           st.st_uid == users->front_uid && (st.st_mode & 07777) == f->mode;
}

/* A scripts' folder that the engine could write would let it run what it likes. */
static int make_folder(int state, const struct folder *f, const struct role_users *users)
{
    int fd, err = 0;

    if (mkdirat(state, f->name, f->mode) && errno != EEXIST)
        return errno;
    if (is_given(state, f, users))
        return 0;
    fd = open_folder(state, f->name);
    if (fd < 0)
        return errno;
    if (users->is_root)
        err = set_owner(fd, f->is_front ? users->front_uid : 0, users->station_gid, f->mode);
    close(fd);
    return err;
}

/* A file of a role that is as it should be is not even opened: root may lack the right to. */
static int give_file(int dir, const char *name, gid_t group, mode_t mode)
{
    struct stat st;
    int fd, err = 0;

    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
        return errno == ENOENT ? 0 : errno;
    if (!S_ISREG(st.st_mode) || (st.st_gid == group && (st.st_mode & mode) == mode))
        return 0;
    fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return errno == ELOOP || errno == ENXIO ? 0 : errno;
    if (fstat(fd, &st))
        err = errno;
    else if (S_ISREG(st.st_mode) &&
             (fchown(fd, (uid_t)-1, group) || fchmod(fd, (st.st_mode & 0777) | mode)))
        err = errno;
    close(fd);
    return err;
}

static int give_files(int state, const struct gift *g, gid_t group)
{
    int err = 0, fd = open_folder(state, g->folder);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *e;

    if (!d) {
        err = errno;
        if (fd >= 0)
            close(fd);
        return err;
    }
    while (!err && (e = readdir(d))) {
        if (e->d_name[0] != '.' && strncmp(e->d_name, g->prefix, strlen(g->prefix)) == 0)
            err = give_file(dirfd(d), e->d_name, group, g->mode);
    }
    closedir(d);
    return err;
}

static const char *user_name(uid_t uid, char out[32])
{
    const struct passwd *pw = getpwuid(uid);

    if (pw)
        snprintf(out, 32, "%s", pw->pw_name);
    else
        snprintf(out, 32, "%u", (unsigned)uid);
    return out;
}

static int check_owner(const char *state, const struct stat *st, const struct role_users *users)
{
    char name[32];

    if (users->is_root && st->st_uid != 0) {
        command_fail(
            command_say("каталог состояния %s принадлежит пользователю %s: запустите станцию "
                        "от его имени или отдайте каталог: chown -R root:station %s",
                        "the state directory %s belongs to user %s: run the station as that "
                        "user, or hand it over: chown -R root:station %s"),
            state, user_name(st->st_uid, name), state);
        return EPERM;
    }
    if (!users->is_root && access(state, R_OK | W_OK | X_OK)) {
        command_fail(
            command_say("каталог состояния %s недоступен (%s): он принадлежит пользователю %s",
                        "the state directory %s cannot be used (%s): it belongs to user %s"),
            state, strerror(errno), user_name(st->st_uid, name));
        return EACCES;
    }
    return 0;
}

static int check_there(const char *state, struct stat *st)
{
    char path[PATH_MAX];
    struct stat db;

    if (stat(state, st) == 0 && S_ISDIR(st->st_mode)) {
        if (role_file(path, sizeof(path), state, "station.db") == 0 && stat(path, &db) == 0)
            return 0;
        if (role_file(path, sizeof(path), state, WHERE_FILE) == 0 && stat(path, &db) == 0)
            return 0;
        if (errno != EACCES)
            errno = ENOENT;
    }
    if (errno == EACCES)
        return 0; /* check_owner tells more */
    command_fail(command_say("в %s нет станции: создайте ее командой: station init --state %s",
                             "there is no station in %s: make one: station init --state %s"),
                 state, state);
    return ENOENT;
}

/* The roles have users of their own: one closed folder above keeps all of them out, and they can only
 * say so again and again. */
static int check_way(const char *state, const struct role_users *users)
{
    char path[PATH_MAX];
    struct stat st;

    if (!realpath(state, path))
        return errno;
    for (char *slash = strrchr(path, '/'); slash && slash != path; slash = strrchr(path, '/')) {
        *slash = '\0';
        if (stat(path, &st))
            return errno;
        if (st.st_mode & S_IXOTH || (st.st_gid == users->station_gid && st.st_mode & S_IXGRP))
            continue;
        command_fail(
            command_say("каталог %s закрыт для ролей станции: chmod o+x %s, или возьмите другой "
                        "каталог состояния: --state",
                        "the directory %s is closed to the station's roles: chmod o+x %s, or take "
                        "another state directory: --state"),
            path, path);
        return EACCES;
    }
    return 0;
}

static int prepare(const char *state, const struct role_users *users)
{
    int err = 0, fd = open(state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return errno;
    if (users->is_root)
        err = set_owner(fd, 0, users->station_gid, 02770);
    for (size_t i = 0; i < FOLDERS && !err; i++)
        err = make_folder(fd, &folders[i], users);
    for (size_t i = 0; i < GIFTS && !err && users->is_root; i++)
        err = give_files(fd, &gifts[i], users->station_gid);
    close(fd);
    return err;
}

int state_open(const char *state, const struct role_users *users)
{
    struct stat st = {0};
    int err = check_there(state, &st);

    if (!err)
        err = check_owner(state, &st, users);
    if (!err && users->is_root)
        err = check_way(state, users);
    if (err)
        return err;
    err = prepare(state, users);
    if (err)
        command_fail(command_say("не удалось подготовить каталог состояния %s: %s",
                                 "cannot prepare the state directory %s: %s"),
                     state, strerror(err));
    return err;
}

/* Two locks on one file: a record lock names the living supervisor and dies with it; the flock is
 * shared with the roles, so it says that the old station is quite gone. */
static int lock_supervisor(int fd, const char *state)
{
    struct flock f = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    if (fcntl(fd, F_SETLK, &f) == 0)
        return 0;
    if (errno != EACCES && errno != EAGAIN)
        return errno;
    if (fcntl(fd, F_GETLK, &f) || f.l_type == F_UNLCK)
        f.l_pid = 0;
    command_fail(command_say("станция с каталогом %s уже работает (процесс %d)",
                             "a station with the directory %s runs already (process %d)"),
                 state, (int)f.l_pid);
    return EBUSY;
}

bool state_is_running(const char *state)
{
    struct flock f = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
    char path[PATH_MAX];
    int fd = role_file(path, sizeof(path), state, ROLE_LOCK)
                 ? -1
                 : open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool is = fd >= 0 && fcntl(fd, F_GETLK, &f) == 0 && f.l_type != F_UNLCK;

    if (fd >= 0)
        close(fd);
    return is;
}

static int lock_roles(int fd, const char *state)
{
    const struct timespec pause = {.tv_nsec = 50 * 1000 * 1000};

    for (int i = 0; i < 60; i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return 0;
        if (errno != EWOULDBLOCK)
            return errno;
        nanosleep(&pause, NULL);
    }
    command_fail(command_say("роли прежней станции с каталогом %s еще не завершились: fuser %s/%s",
                             "roles of the previous station with the directory %s still run: fuser "
                             "%s/%s"),
                 state, state, ROLE_LOCK);
    return EBUSY;
}

int state_lock(const char *state, const struct role_users *users, int *fdp)
{
    char path[PATH_MAX];
    int err = role_file(path, sizeof(path), state, ROLE_LOCK);
    int fd;

    if (err)
        return err;
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0) {
        err = errno;
        command_fail("%s: %s", path, strerror(err));
        return err;
    }
    err = lock_supervisor(fd, state);
    if (!err)
        err = lock_roles(fd, state);
    if (err)
        close(fd);
    else
        *fdp = fd;
    return err;
}
