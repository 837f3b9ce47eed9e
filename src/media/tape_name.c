/* tape_name.c - see tape_name.h */
#include "media/tape_name.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ipc/media.h"

#define FILE_MODE 0660
#define FOLDER_MODE 0770 /* and the group of the folder above */

static bool is_plain(struct slice part)
{
    return part.len && !slice_eqz(part, ".") && !slice_eqz(part, "..");
}

int tape_name_check(struct slice name)
{
    struct slice rest = name;

    if (name.len > MEDIA_PATH_MAX)
        return ENAMETOOLONG;
    for (size_t i = 0; i < name.len; i++) {
        if ((uint8_t)name.p[i] < ' ' || name.p[i] == 0x7f)
            return EINVAL;
    }
    if (!name.len || name.p[name.len - 1] == '/')
        return EINVAL;
    do {
        if (!is_plain(slice_cut(rest, '/', &rest)))
            return EINVAL;
    } while (rest.len);
    return 0;
}

/* What an administrator can do something about. */
static int plain_error(int err)
{
    switch (err) {
    case ELOOP:
    case EXDEV:
    case EISDIR:
    case ENOTDIR:
    case ENXIO:
    case EPERM:
    case EROFS: return EACCES;
    case ENFILE: return EMFILE;
    case EDQUOT: return ENOSPC;
    default: return err;
    }
}

static int open_below(int *fdp, int folder, const char *name, uint64_t flags, mode_t mode)
{
    struct open_how how = {.flags = flags | O_CLOEXEC,
                           .mode = mode,
                           .resolve =
                               RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
    int fd;

    do {
        fd = (int)syscall(SYS_openat2, folder, name, &how, sizeof(how));
    } while (fd < 0 && errno == EINTR);
    if (fd < 0) /* EAGAIN: somebody else's lease on it, which may take a minute to end */
        return errno == EAGAIN ? EBUSY : errno;
    *fdp = fd;
    return 0;
}

/* Into the folder of that name; *at is closed and replaced. */
static int step_into(int *at, const char *name, bool is_making)
{
    int fd = -1, err = open_below(&fd, *at, name, O_PATH | O_DIRECTORY, 0);

    if (err == ENOENT && is_making) {
        if (mkdirat(*at, name, FOLDER_MODE) && errno != EEXIST)
            return errno;
        err = open_below(&fd, *at, name, O_PATH | O_DIRECTORY, 0);
    }
    if (err)
        return err;
    close(*at);
    *at = fd;
    return 0;
}

/* The folder that the name stands in, and its last part. */
static int open_parent(int *fdp, char last[MEDIA_PATH_MAX + 1], const char *folder,
                       struct slice name, bool is_making)
{
    struct slice rest = name, part;
    int err = tape_name_check(name), at;

    if (err)
        return err;
    at = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (at < 0)
        return errno;
    for (;;) {
        part = slice_cut(rest, '/', &rest);
        memcpy(last, part.p, part.len);
        last[part.len] = '\0';
        if (!rest.len) {
            *fdp = at;
            return 0;
        }
        err = step_into(&at, last, is_making);
        if (err) {
            close(at);
            return err;
        }
    }
}

static int open_plain(int *fdp, bool *is_new, int folder, const char *name)
{
    const uint64_t flags = O_RDWR | O_NONBLOCK | O_NOCTTY;
    struct stat st;
    int err = open_below(fdp, folder, name, flags | O_CREAT | O_EXCL, FILE_MODE);

    *is_new = !err;
    if (err == EEXIST)
        err = open_below(fdp, folder, name, flags, 0);
    if (err)
        return err;
    if (fstat(*fdp, &st))
        err = errno;
    else if (!S_ISREG(st.st_mode))
        err = EACCES;
    if (err)
        close(*fdp);
    return err;
}

int tape_name_open(int *fdp, bool *is_new, const char *folder, struct slice name)
{
    char last[MEDIA_PATH_MAX + 1];
    int parent = -1, err = open_parent(&parent, last, folder, name, true);

    if (!err) {
        err = open_plain(fdp, is_new, parent, last);
        close(parent);
    }
    return plain_error(err);
}

int tape_name_remove(const char *folder, struct slice name)
{
    char last[MEDIA_PATH_MAX + 1];
    int parent = -1, err = open_parent(&parent, last, folder, name, false);

    if (!err) {
        if (unlinkat(parent, last, 0))
            err = errno;
        close(parent);
    }
    return plain_error(err);
}
