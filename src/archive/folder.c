/* archive/folder.c - see folder.h */
#include "archive/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mem.h"

#define TEMPORARY ".part"
#define FILE_MODE 0660
#define FOLDER_MODE 02770

static bool is_plain(struct slice part)
{
    return part.len && part.len < 256 && !slice_eqz(part, ".") && !slice_eqz(part, "..");
}

int folder_name_check(struct slice name)
{
    struct slice rest = name;

    if (name.len > FOLDER_NAME_MAX)
        return ENAMETOOLONG;
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.p[i] < ' ' || name.p[i] == 0x7f)
            return EINVAL;
    if (!name.len || name.p[name.len - 1] == '/')
        return EINVAL;
    do {
        if (!is_plain(slice_cut(rest, '/', &rest)))
            return EINVAL;
    } while (rest.len);
    return 0;
}

int folder_open(int *fdp, const char *path)
{
    const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return errno;
    *fdp = fd;
    return 0;
}

static int open_below(int *fdp, int folder, const char *name, int flags)
{
    const struct open_how how = {.flags = (uint64_t)(flags | O_CLOEXEC),
                                 .mode = flags & O_CREAT ? FILE_MODE : 0,
                                 .resolve =
                                     RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
    int fd;

    do {
        fd = (int)syscall(SYS_openat2, folder, name, &how, sizeof(how));
    } while (fd < 0 && (errno == EINTR || errno == EAGAIN));
    if (fd < 0)
        return errno == ELOOP || errno == EXDEV || errno == ENOTDIR ? EACCES : errno;
    *fdp = fd;
    return 0;
}

/* A pipe or a device would hold us, or do something. */
static int open_plain(int *fdp, int folder, const char *name, int flags)
{
    struct stat st;
    int fd = -1;
    int err = folder_name_check(slice_of(name));

    if (!err)
        err = open_below(&fd, folder, name, flags | O_NONBLOCK | O_NOCTTY);
    if (err)
        return err;
    if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
        close(fd);
        return EACCES;
    }
    *fdp = fd;
    return 0;
}

int folder_file(int *fdp, int folder, const char *name)
{
    return open_plain(fdp, folder, name, O_RDONLY);
}

int folder_file_change(int *fdp, int folder, const char *name)
{
    return open_plain(fdp, folder, name, O_RDWR);
}

/* The folder that a name stands in, and its last part. */
static int open_parent(int *fdp, const char **last, int folder, const char *name)
{
    const char *slash = strrchr(name, '/');
    char path[FOLDER_NAME_MAX + 1] = ".";
    int err = folder_name_check(slice_of(name));

    if (err)
        return err;
    if (slash)
        memcpy(path, name, (size_t)(slash - name)), path[slash - name] = '\0';
    *last = slash ? slash + 1 : name;
    return open_below(fdp, folder, path, O_RDONLY | O_DIRECTORY);
}

int folder_make_parents(int folder, const char *name)
{
    char part[FOLDER_NAME_MAX + 1];
    int at = -1, err = folder_name_check(slice_of(name));

    if (!err)
        err = open_below(&at, folder, ".", O_RDONLY | O_DIRECTORY);
    for (const char *slash; !err && (slash = strchr(name, '/')); name = slash + 1) {
        int next = -1;

        memcpy(part, name, (size_t)(slash - name)), part[slash - name] = '\0';
        if (mkdirat(at, part, FOLDER_MODE) && errno != EEXIST)
            err = errno;
        if (!err)
            err = open_below(&next, at, part, O_RDONLY | O_DIRECTORY);
        close(at);
        at = next;
    }
    if (at >= 0)
        close(at);
    return err;
}

int folder_remove(int folder, const char *name)
{
    const char *last;
    int parent = -1;
    int err = open_parent(&parent, &last, folder, name);

    if (err)
        return err;
    if (unlinkat(parent, last, 0))
        err = errno;
    close(parent);
    return err;
}

int folder_new_begin(struct folder_new *n, int folder, const char *name)
{
    const char *last;
    int err = open_parent(&n->parent, &last, folder, name);

    if (err)
        return err;
    /* The process in the name: a child that dies late must not put its half in our place. */
    snprintf(n->last, sizeof(n->last), "%s", last);
    if ((size_t)snprintf(n->temporary, sizeof(n->temporary), ".%.200s.%d" TEMPORARY, last,
                         (int)getpid()) >= sizeof(n->temporary))
        err = ENAMETOOLONG;
    if (!err) {
        unlinkat(n->parent, n->temporary, 0);
        err = open_below(&n->fd, n->parent, n->temporary, O_RDWR | O_CREAT | O_EXCL);
    }
    if (err)
        close(n->parent);
    return err;
}

void folder_new_drop(struct folder_new *n)
{
    if (n->parent < 0)
        return;
    unlinkat(n->parent, n->temporary, 0);
    close(n->fd);
    close(n->parent);
    n->parent = n->fd = -1;
}

int folder_new_keep(struct folder_new *n)
{
    int err = 0;

    if (fsync(n->fd) || renameat(n->parent, n->temporary, n->parent, n->last) || fsync(n->parent))
        err = errno;
    folder_new_drop(n);
    return err;
}

bool folder_is_temporary(const char *name)
{
    const char *last = strrchr(name, '/');
    const size_t len = strlen(name), end = sizeof(TEMPORARY) - 1;

    last = last ? last + 1 : name;
    return last[0] == '.' && len > end && strcmp(name + len - end, TEMPORARY) == 0;
}

/* ---- all of them ---- */

struct walk {
    folder_file_h *each;
    void *arg;
    char name[FOLDER_NAME_MAX + 1];
    size_t len;
};

static int walk_in(struct walk *w, int folder, int depth);

static int walk_one(struct walk *w, int folder, const char *name, int depth)
{
    const size_t before = w->len;
    struct stat st;
    int fd = -1, err = 0;

    /* Gone meanwhile, or longer than a row may name: nothing of ours. */
    if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) ||
        w->len + strlen(name) + 1 > FOLDER_NAME_MAX)
        return 0;
    w->len += (size_t)snprintf(w->name + w->len, sizeof(w->name) - w->len, "%s", name);
    if (S_ISREG(st.st_mode)) {
        err = w->each(w->name, &st, w->arg);
    } else if (S_ISDIR(st.st_mode) && depth < FOLDER_DEPTH &&
               open_below(&fd, folder, name, O_RDONLY | O_DIRECTORY) == 0) {
        w->name[w->len++] = '/';
        w->name[w->len] = '\0';
        err = walk_in(w, fd, depth + 1);
    }
    w->len = before;
    w->name[before] = '\0';
    return err;
}

/* Takes the descriptor. */
static int walk_in(struct walk *w, int folder, int depth)
{
    DIR *dir = fdopendir(folder);
    struct dirent *e;
    int err = 0;

    if (!dir) {
        err = errno;
        close(folder);
        return err;
    }
    while (!err && (e = readdir(dir)))
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            err = walk_one(w, dirfd(dir), e->d_name, depth);
    closedir(dir);
    return err;
}

int folder_walk(int folder, folder_file_h *each, void *arg)
{
    struct walk *w = mem_zalloc(sizeof(*w));
    int fd = -1;
    int err = w ? open_below(&fd, folder, ".", O_RDONLY | O_DIRECTORY) : ENOMEM;

    if (!err) {
        w->each = each;
        w->arg = arg;
        err = walk_in(w, fd, 0);
    }
    mem_free(w);
    return err;
}
