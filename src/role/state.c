/* role/state.c - see state.h */
#include "role/state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "role/command.h"

static const struct folder {
    const char *name;
    mode_t mode;
} folders[] = {
    {"run", 02750},        {ROLE_AGI_DIR, 02755}, {"sounds", 02770}, {"moh", 02770},
    {"recordings", 02770}, {"spool", 02770},      {"tls", 02770},    {"spool/cdr", 02770},
};

/* Files that init may have made as root, and the least mode that the roles need. */
static const struct gift {
    const char *folder, *prefix;
    mode_t mode;
} gifts[] = {
    {".", "station.db", 0660},
    {"tls", "", 0640},
    {"spool/cdr", "", 0660},
};

enum { FOLDERS = sizeof(folders) / sizeof(folders[0]), GIFTS = sizeof(gifts) / sizeof(gifts[0]) };

/* A scripts' folder that the engine could write would let it run what it likes. */
static int make_folder(const char *state, const struct folder *f, const struct role_users *users)
{
    char path[PATH_MAX];
    int err = role_file(path, sizeof(path), state, f->name);

    if (err)
        return err;
    if (mkdir(path, f->mode) && errno != EEXIST)
        return errno;
    if (!users->is_root)
        return 0;
    if (chown(path, 0, users->station_gid) || chmod(path, f->mode))
        return errno;
    return 0;
}

/* Links are not followed. */
static int give_file(int dir, const char *name, gid_t group, mode_t mode)
{
    struct stat st;
    int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    int err = 0;

    if (fd < 0)
        return errno == ELOOP || errno == ENXIO ? 0 : errno;
    if (fstat(fd, &st))
        err = errno;
    else if (S_ISREG(st.st_mode) && (st.st_gid != group || (st.st_mode & mode) != mode)) {
        if (fchown(fd, (uid_t)-1, group) || fchmod(fd, (st.st_mode & 0777) | mode))
            err = errno;
    }
    close(fd);
    return err;
}

static int give_files(const char *state, const struct gift *g, gid_t group)
{
    char path[PATH_MAX];
    DIR *d;
    struct dirent *e;
    int err = role_file(path, sizeof(path), state, g->folder);

    if (err)
        return err;
    d = opendir(path);
    if (!d)
        return errno;
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

int state_open(const char *state, const struct role_users *users)
{
    struct stat st = {0};
    int err = check_there(state, &st);

    if (!err)
        err = check_owner(state, &st, users);
    if (err)
        return err;
    if (users->is_root && (chown(state, 0, users->station_gid) || chmod(state, 02770)))
        err = errno;
    for (size_t i = 0; i < FOLDERS && !err; i++)
        err = make_folder(state, &folders[i], users);
    for (size_t i = 0; i < GIFTS && !err && users->is_root; i++)
        err = give_files(state, &gifts[i], users->station_gid);
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
