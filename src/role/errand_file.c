/*
 * role/errand_file.c - FILE, STAT, FILE_COUNT_LINE and FILE_FORMAT of the routing
 *
 * Paths:   a file must lie below one of the folders, for the kernel (openat2, RESOLVE_BENEATH): no
 *          "..", no link and no mount trick leads out of it. Only plain files are opened.
 * Source:  Asterisk 22's FILE, found by asking a running one: lines are counted by their ends; a
 *          negative length of bytes is what the whole file has less, in reading.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "role/errand.h"

#define MOST_FILE (16u << 20)

struct ask {
    const char *operation, *path, *offset, *length, *options, *format;
    int dir_fd; /* the folder that holds it */
    char name[1024];
};

/* A file's ends of lines: 'u' LF, 'd' CR LF, 'm' CR, 'x' none seen. */
static char format_of(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] == '\n')
            return 'u';
        if (text.p[i] == '\r')
            return i + 1 < text.len && text.p[i + 1] == '\n' ? 'd' : 'm';
    }
    return 'x';
}

static const char *end_of_line(char format)
{
    return format == 'd' ? "\r\n" : format == 'm' ? "\r" : "\n";
}

/* ---- paths ---- */

/* What is left of the path below a folder; absent: it is not in there. A relative path is below the first. */
static struct slice path_below(struct slice folder, const char *path)
{
    const struct slice whole = slice_of(path);

    while (folder.len && folder.p[folder.len - 1] == '/')
        folder.len--;
    if (path[0] != '/')
        return whole;
    if (!slice_starts(whole, folder) || (whole.len > folder.len && whole.p[folder.len] != '/'))
        return SLICE_NONE;
    struct slice rest = slice_skip(whole, folder.len);
    while (rest.len && rest.p[0] == '/')
        rest = slice_skip(rest, 1);
    return rest.len ? rest : SLICE(".");
}

/* @return 0; ESRCH (in none of the folders); errno of the folder */
static int find_folder(struct ask *a, const char *folders)
{
    struct slice rest = slice_of(folders);

    while (slice_is_set(rest)) {
        const struct slice folder = slice_trim(slice_cut(rest, ',', &rest));
        const struct slice below = folder.len ? path_below(folder, a->path) : SLICE_NONE;
        char path[1024];

        if (!slice_is_set(below) || folder.p[0] != '/')
            continue;
        if (slice_copy(folder, path, sizeof(path)) || slice_copy(below, a->name, sizeof(a->name)))
            return ENAMETOOLONG;
        a->dir_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        return a->dir_fd < 0 ? errno : 0;
    }
    return ESRCH;
}

/* @return a descriptor, or -1 with errno */
static int open_below(const struct ask *a, int flags)
{
    const int more = flags & O_PATH ? O_CLOEXEC : O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    const struct open_how how = {.flags = (uint64_t)(flags | more),
                                 .mode = flags & O_CREAT ? 0660 : 0,
                                 .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};

    return (int)syscall(SYS_openat2, a->dir_fd, a->name, &how, sizeof(how));
}

/* A pipe or a device would hold us, or do something. @return as open_below */
static int open_plain(const struct ask *a, int flags)
{
    struct stat st;
    int fd = open_below(a, flags);

    if (fd >= 0 && (fstat(fd, &st) || !S_ISREG(st.st_mode))) {
        close(fd);
        fd = -1;
        errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
    }
    return fd;
}

static int why_path(const struct ask *a, int err, struct buf *out)
{
    if (err == EXDEV || err == ELOOP)
        return errand_fail(out, "%.200s: a link leads out of the folders of setting file_folders",
                           a->path);
    if (err == EACCES || err == EPERM)
        return errand_fail(
            out, "%.200s: neither the user nor the sandbox of AGI programs may do that", a->path);
    return errand_fail(out, "%.200s: %s", a->path, strerror(err));
}

static int read_whole(int fd, struct buf *text)
{
    static char part[65536];
    ssize_t n;

    while ((n = read(fd, part, sizeof(part))) > 0)
        if (buf_add(text, part, (size_t)n))
            return buf_err(text) == ENOSPC ? EFBIG : buf_err(text);
    return n < 0 ? errno : 0;
}

/* ---- places in a text ---- */

/* Where line number n begins. @return false: there are fewer */
static bool line_start(struct slice text, const char *end, int64_t n, size_t *at)
{
    const size_t len = strlen(end);
    size_t p = 0;

    for (; n > 0; n--) {
        const char *found = p < text.len ? memmem(text.p + p, text.len - p, end, len) : NULL;

        if (!found)
            return false;
        p = (size_t)(found - text.p) + len;
    }
    *at = p;
    return true;
}

static int64_t count_lines(struct slice text, const char *end)
{
    const size_t len = strlen(end);
    int64_t n = 0;

    for (const char *p = text.p, *e = text.p + text.len;
         p < e && (p = memmem(p, (size_t)(e - p), end, len)); p += len)
        n++;
    return n;
}

struct range {
    size_t from, to;
};

static int64_t number_of(const char *text, int64_t otherwise)
{
    int64_t n;

    return slice_i64(slice_trim(slice_of(text)), &n) ? otherwise : n;
}

/* @return 0; ERANGE: the place is not in the text */
static int range_of_lines(const struct ask *a, struct slice text, const char *end, struct range *r)
{
    int64_t first = number_of(a->offset, 0), count = number_of(a->length, INT64_MAX);
    const int64_t all = count_lines(text, end);
    size_t to;

    if (first < 0)
        first += all;
    if (first < 0 || !line_start(text, end, first, &r->from))
        return ERANGE;
    if (count < 0)
        count = all + count > first ? all + count - first : 0;
    r->to = text.len;
    if (count <= all - first && line_start(text, end, first + count, &to))
        r->to = to;
    return 0;
}

/* @return 0; ERANGE */
static int range_of_bytes(const struct ask *a, size_t size, bool is_read, struct range *r)
{
    const int64_t all = (int64_t)size;
    int64_t from = number_of(a->offset, 0), count = number_of(a->length, INT64_MAX);

    from += from < 0 ? all : 0;
    if (from < 0 || from > all)
        return ERANGE;
    if (count < 0 && is_read) {
        count = all + count; /* not less the offset: as a running Asterisk does */
        count = count < 0 ? all : count;
    } else if (count < 0) {
        count = all + count > from ? all + count - from : 0;
    }
    r->from = (size_t)from;
    r->to = count < all - from ? (size_t)(from + count) : size;
    return 0;
}

static bool has_option(const struct ask *a, char letter)
{
    return strchr(a->options, letter) != NULL;
}

static char wanted_format(const struct ask *a, struct slice text)
{
    if (*a->format && strchr("udm", *a->format))
        return *a->format;
    return format_of(text);
}

/* ---- the operations ---- */

static int with_text(const struct ask *a,
                     int (*use)(const struct ask *, struct slice, struct buf *), struct buf *out)
{
    struct buf text;
    int fd = open_plain(a, O_RDONLY), err = fd < 0 ? errno : 0, code = 1;

    buf_init(&text, MOST_FILE);
    if (!err)
        err = read_whole(fd, &text);
    if (err)
        why_path(a, err, out);
    else
        code = use(a, buf_slice(&text), out);
    if (fd >= 0)
        close(fd);
    buf_fini(&text);
    return code;
}

static int put_part(const struct ask *a, struct slice text, struct buf *out)
{
    struct range r = {0, 0};
    int err = has_option(a, 'l') ? range_of_lines(a, text, end_of_line(wanted_format(a, text)), &r)
                                 : range_of_bytes(a, text.len, true, &r);

    if (err && has_option(a, 'l'))
        return errand_fail(out, "%.200s has no line %.20s", a->path, a->offset);
    if (!err && r.to - r.from > ERRAND_ANSWER_MAX - 1)
        return errand_fail(out, "%.200s: more than %d bytes at once", a->path,
                           ERRAND_ANSWER_MAX - 1);
    if (!err)
        buf_add(out, text.p + r.from, r.to - r.from);
    return 0;
}

static int put_count(const struct ask *a, struct slice text, struct buf *out)
{
    const char format = wanted_format(a, text);

    buf_printf(out, "%lld",
               format == 'x' ? 0LL : (long long)count_lines(text, end_of_line(format)));
    return 0;
}

static int put_format(const struct ask *a, struct slice text, struct buf *out)
{
    buf_addc(out, format_of(text));
    return 0;
}

static int put_stat(const struct ask *a, struct buf *out)
{
    struct stat st;
    int fd = open_below(a, O_PATH), err = fd < 0 ? errno : 0;

    if (!err && fstat(fd, &st))
        err = errno;
    if (fd >= 0)
        close(fd);
    if (err == ENOENT || err == ENOTDIR)
        return buf_addc(out, '0');
    if (err)
        return why_path(a, err, out);
    switch (*a->options) {
    case 'e': return buf_addc(out, '1');
    case 's': return buf_printf(out, "%lld", (long long)st.st_size);
    case 'f': return buf_addc(out, S_ISREG(st.st_mode) ? '1' : '0');
    case 'd': return buf_addc(out, S_ISDIR(st.st_mode) ? '1' : '0');
    case 'M': return buf_printf(out, "%lld", (long long)st.st_mtime);
    case 'A': return buf_printf(out, "%lld", (long long)st.st_atime);
    case 'C': return buf_printf(out, "%lld", (long long)st.st_ctime);
    case 'm': return buf_printf(out, "%o", (unsigned)st.st_mode);
    default: return buf_addc(out, '0');
    }
}

static bool is_line_added(const struct ask *a)
{
    return has_option(a, 'l') && !has_option(a, 'd');
}

/* What the file will hold. @return 0; ERANGE; ENOMEM; EFBIG */
static int compose(const struct ask *a, struct slice old, struct slice value, struct buf *all)
{
    const char *end = end_of_line(wanted_format(a, old));
    struct range r = {0, 0};
    int err = has_option(a, 'l') ? range_of_lines(a, old, end, &r)
                                 : range_of_bytes(a, old.len, false, &r);

    if (err)
        return err;
    buf_add(all, old.p ? old.p : "", r.from);
    buf_adds(all, value);
    if (is_line_added(a))
        buf_addz(all, end);
    buf_add(all, old.p ? old.p + r.to : "", old.len - r.to);
    return buf_err(all) == ENOSPC ? EFBIG : buf_err(all);
}

static int write_at(int fd, struct slice text, size_t at)
{
    while (text.len) {
        const ssize_t n = pwrite(fd, text.p, text.len, (off_t)at);

        if (n < 0 && errno != EINTR)
            return errno;
        if (n > 0) {
            text = slice_skip(text, (size_t)n);
            at += (size_t)n;
        }
    }
    return 0;
}

/* From the first byte that differs; a reader meanwhile sees no emptied file. */
static int put_back(int fd, struct slice old, struct slice all)
{
    size_t at = 0;
    int err;

    while (at < old.len && at < all.len && old.p[at] == all.p[at])
        at++;
    err = write_at(fd, slice_skip(all, at), at);
    return err ? err : all.len < old.len && ftruncate(fd, (off_t)all.len) ? errno : 0;
}

static int change_part(const struct ask *a, int fd, struct slice value)
{
    struct buf old, all;
    int err;

    buf_init(&old, MOST_FILE);
    buf_init(&all, MOST_FILE);
    err = read_whole(fd, &old);
    if (!err)
        err = compose(a, buf_slice(&old), value, &all);
    if (!err)
        err = put_back(fd, buf_slice(&old), buf_slice(&all));
    buf_fini(&old);
    buf_fini(&all);
    return err;
}

/* What is there already is not read, but for the first line's end. */
static int put_new(const struct ask *a, int fd, struct slice value, bool is_appended)
{
    static char head[65536];
    ssize_t n = 0;
    struct stat st = {.st_size = 0};
    const char *end = "";
    int err;

    if (is_appended) {
        n = pread(fd, head, sizeof(head), 0);
        if (n < 0 || fstat(fd, &st))
            return errno;
    }
    if (is_line_added(a))
        end = end_of_line(wanted_format(a, slice_from(head, (size_t)n)));
    err = write_at(fd, value, (size_t)st.st_size);
    if (!err)
        err = write_at(fd, slice_of(end), (size_t)st.st_size + value.len);
    if (!err && !is_appended && ftruncate(fd, (off_t)(value.len + strlen(end))))
        err = errno;
    return err;
}

/* With neither place nor 'a' the file is made anew; a place needs a file that is there. */
static int write_file(const struct ask *a, struct slice value, struct buf *out)
{
    const bool is_appended = has_option(a, 'a');
    const bool is_new = !*a->offset && !*a->length && !is_appended;
    const int more = (is_new || is_appended ? O_CREAT : 0) | (is_appended ? O_APPEND : 0);
    int fd = open_plain(a, O_RDWR | more), err = fd < 0 ? errno : 0;

    /* Two calls that append or replace at once: one after the other. */
    if (!err && flock(fd, LOCK_EX))
        err = errno;
    if (!err)
        err =
            is_new || is_appended ? put_new(a, fd, value, is_appended) : change_part(a, fd, value);
    if (fd >= 0)
        close(fd);
    if (err == ERANGE)
        return errand_fail(out, "%.200s: the place %.20s is not in the file", a->path, a->offset);
    return err ? why_path(a, err, out) : 0;
}

static int run(const struct ask *a, struct slice input, struct buf *out)
{
    if (strcmp(a->operation, "read") == 0)
        return with_text(a, put_part, out);
    if (strcmp(a->operation, "write") == 0)
        return write_file(a, input, out);
    if (strcmp(a->operation, "lines") == 0)
        return with_text(a, put_count, out);
    if (strcmp(a->operation, "format") == 0)
        return with_text(a, put_format, out);
    if (strcmp(a->operation, "stat") == 0)
        return put_stat(a, out);
    return errand_fail(out, "no such operation");
}

int errand_file(int argc, char *const *argv, struct slice input, struct buf *out)
{
    struct ask a = {.dir_fd = -1, .offset = "", .length = "", .options = "", .format = ""};
    int err, code;

    if (argc < 3)
        return errand_fail(out, "words are missing");
    a.operation = argv[1];
    a.path = argv[2];
    if (argc > 6) {
        a.offset = argv[3];
        a.length = argv[4];
        a.options = argv[5];
        a.format = argv[6];
    }
    err = find_folder(&a, argv[0]);
    if (err == ESRCH)
        return errand_fail(out, "%.200s is in none of the folders of setting file_folders", a.path);
    code =
        err ? errand_fail(out, "folder of %.200s: %s", a.path, strerror(err)) : run(&a, input, out);
    if (a.dir_fd >= 0)
        close(a.dir_fd);
    return code;
}
