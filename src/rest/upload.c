/* rest/upload.c - see upload.h */
#include "rest/upload.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/rand.h"
#include "http/multipart.h"
#include "rest/inner.h"

#define FOLDER "uploads"
#define HALF ".half" /* not whole yet */
enum { PIECE_MAX = 1 << 20 };

struct field {
    char name[32], value[UPLOAD_VALUE_MAX];
    size_t len;
};

struct rest_upload {
    struct rest *rest;
    struct http_request *request; /* whose it is */
    struct multipart *form;
    struct buf piece; /* on its way to the disk */
    bool is_let;      /* who asks may */
    int err;          /* what went wrong: errno */
    /* touched by the worker */
    int fd;
    char id[37], name[32], original[256];
    uint64_t bytes;
    struct field fields[UPLOAD_FIELDS];
    int count;
    enum { PART_NONE, PART_FIELD, PART_FILE } part;
};

static void path_of(const struct rest_upload *u, const char *tail, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%s/" FOLDER "/%s%s", u->rest->args.state, u->id, tail);
}

static void upload_free(void *own)
{
    struct rest_upload *u = own;
    char path[PATH_MAX];

    if (u->fd >= 0) {
        close(u->fd);
        path_of(u, HALF, path);
        (void)unlink(path);
    }
    mem_deref(u->form);
    buf_fini(&u->piece);
    mem_free(u);
}

/* ---- parts of the form, on a worker ---- */

static int open_file(struct rest_upload *u)
{
    char path[PATH_MAX];

    rand_uuid(u->id);
    path_of(u, HALF, path);
    u->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0660);
    return u->fd < 0 ? errno : 0;
}

static int part_begins(const struct multipart_part *part, void *arg)
{
    struct rest_upload *u = arg;
    struct field *f;

    if (slice_is_set(part->filename)) {
        if (u->fd >= 0)
            return E2BIG;
        u->part = PART_FILE;
        slice_copy(part->name, u->name, sizeof(u->name));
        slice_copy(part->filename, u->original, sizeof(u->original));
        return open_file(u);
    }
    if (u->count == UPLOAD_FIELDS)
        return E2BIG;
    u->part = PART_FIELD;
    f = &u->fields[u->count++];
    slice_copy(part->name, f->name, sizeof(f->name));
    return 0;
}

static int part_goes_on(struct slice bytes, void *arg)
{
    struct rest_upload *u = arg;

    if (u->part == PART_FIELD) {
        struct field *f = &u->fields[u->count - 1];

        if (f->len + bytes.len >= sizeof(f->value))
            return E2BIG;
        memcpy(f->value + f->len, bytes.p, bytes.len);
        f->len += bytes.len;
        return 0;
    }
    u->bytes += bytes.len;
    while (bytes.len) {
        const ssize_t n = write(u->fd, bytes.p, bytes.len);

        if (n < 0 && errno != EINTR)
            return errno;
        bytes = slice_skip(bytes, n > 0 ? (size_t)n : 0);
    }
    return 0;
}

static int part_ends(void *arg)
{
    struct rest_upload *u = arg;

    u->part = PART_NONE;
    return 0;
}

static void write_piece(void *arg)
{
    struct rest_upload *u = arg;

    u->err = multipart_feed(u->form, buf_slice(&u->piece));
}

/* ---- pieces, on the loop ---- */

/* What went wrong is told by the handler, once the form has come: who sends it reads no answer before. */
static void is_written(void *arg)
{
    struct rest_upload *u = arg;
    struct http_request *r = u->request;

    buf_reset(&u->piece);
    http_go_on(r);
    mem_deref(r);
}

static void pass_on(struct rest_upload *u)
{
    int err = u->err;

    if (!err)
        err = workers_submit(u->rest->disk, write_piece, is_written, u);
    if (!err)
        return;
    u->err = err;
    is_written(u);
}

static void is_judged(struct rest_call *c, int kind)
{
    struct rest_upload *u = http_request_own(c->request);

    if (kind) {
        mem_deref(u->request); /* of http_hold: what is held goes with the answer */
        return;
    }
    u->is_let = true;
    pass_on(u);
}

static void came(struct http_request *r, struct slice bytes, void *arg)
{
    struct rest_upload *u = arg;

    if (u->err) /* thrown away; the handler says why */
        return;
    u->err = buf_adds(&u->piece, bytes);
    if (u->err)
        return;
    http_hold(r);
    mem_ref(r);
    if (u->is_let)
        pass_on(u);
    else if (rest_judge_early(u->rest, r, is_judged))
        mem_deref(r); /* answered: the station is busy */
}

void rest_head(struct http_request *r, void *arg)
{
    struct slice params[REST_PARAMS];
    bool is_known;
    const struct rest_route *route =
        rest_route_find(http_request_method(r), http_request_path(r), params, &is_known);
    struct rest_upload *u = route && route->has_upload ? mem_zalloc(sizeof(*u)) : NULL;
    const struct multipart_handlers h = {part_begins, part_goes_on, part_ends, u};

    if (!u)
        return;
    u->rest = arg;
    u->request = r;
    u->fd = -1;
    buf_init(&u->piece, PIECE_MAX);
    u->err = multipart_alloc(&u->form, http_request_header(r, "Content-Type"), &h);
    http_request_set(r, u, upload_free);
    http_sink_set(r, came, u);
}

/* ---- for the handler ---- */

static struct rest_upload *upload_of(const struct rest_call *c)
{
    return http_request_own(c->request);
}

static int say(struct rest_call *c, int err)
{
    static const struct model_words no_form = {
        "Файл отправляется формой multipart/form-data, целиком.",
        "The file is sent as a form, multipart/form-data, and whole."};
    static const struct model_words many = {"Один файл и короткие поля: больше в форме не нужно.",
                                            "One file and short fields: a form needs no more."};
    static const struct model_words no_room = {"На диске станции нет места.",
                                               "The station's disk is full."};

    switch (err) {
    case EINVAL: return rest_say(c, REST_MALFORMED, &no_form);
    case E2BIG:
    case EMSGSIZE: return rest_say(c, REST_MALFORMED, &many);
    case ENOSPC:
    case EDQUOT: return rest_say(c, REST_BUSY, &no_room);
    default: return err == EAGAIN || err == ENOMEM ? REST_BUSY : REST_FAILED;
    }
}

int rest_upload_end(struct rest_call *c, const char *field)
{
    static const struct model_words none = {"Нет файла: поле file формы multipart/form-data.",
                                            "There is no file: field file of multipart/form-data."};
    static const struct model_words empty = {"Файл пуст.", "The file is empty."};
    struct rest_upload *u = upload_of(c);
    int err;

    if (!u)
        return REST_BUSY;
    err = u->err ? u->err : u->form ? multipart_end(u->form) : EINVAL;
    if (err) {
        if (err != EINVAL && err != E2BIG && err != EMSGSIZE)
            log_warning("an upload could not be written err=\"%s\"", strerror(err));
        return say(c, err);
    }
    if (u->fd < 0 || strcmp(u->name, field) != 0)
        return rest_say(c, REST_INVALID, &none);
    return u->bytes ? 0 : rest_say(c, REST_INVALID, &empty);
}

struct slice rest_upload_original(const struct rest_call *c)
{
    return slice_of(upload_of(c)->original);
}

uint64_t rest_upload_bytes(const struct rest_call *c)
{
    return upload_of(c)->bytes;
}

struct slice rest_upload_field(const struct rest_call *c, const char *name)
{
    const struct rest_upload *u = upload_of(c);

    for (int i = 0; i < u->count; i++)
        if (strcmp(u->fields[i].name, name) == 0)
            return slice_from(u->fields[i].value, u->fields[i].len);
    return SLICE_NONE;
}

int rest_upload_take(struct rest_call *c, char name[UPLOAD_NAME])
{
    struct rest_upload *u = upload_of(c);
    char half[PATH_MAX], whole[PATH_MAX];

    path_of(u, HALF, half);
    path_of(u, "", whole);
    if (rename(half, whole))
        return errno;
    snprintf(name, UPLOAD_NAME, "%s", u->id);
    close(u->fd);
    u->fd = -1;
    return 0;
}

void rest_upload_drop(const struct rest_call *c, const char *name)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/" FOLDER "/%s", c->rest->args.state, name);
    (void)unlink(path);
}

void rest_upload_sweep(const char *state)
{
    char path[PATH_MAX];
    struct dirent *e;
    DIR *d;

    snprintf(path, sizeof(path), "%s/" FOLDER, state);
    d = opendir(path);
    while (d && (e = readdir(d))) {
        const size_t n = strlen(e->d_name);

        if (n > sizeof(HALF) && strcmp(e->d_name + n - (sizeof(HALF) - 1), HALF) == 0)
            (void)unlinkat(dirfd(d), e->d_name, 0);
    }
    if (d)
        closedir(d);
}
