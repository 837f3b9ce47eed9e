/* test_errand_recording.c - what is done with a recording's files leaves alone what another one writes there */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "role/errand.h"
#include "unit.h"

enum { RATE = 8000, HEAD = 44 };

struct desk {
    char dir[64], path[100];
    int fd; /* of a.wav */
    struct buf out;
    char was[100]; /* "was=..." of the last answer */
};

static void put32(unsigned char *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (unsigned char)(v >> (8 * i));
}

/* A second more of silence, and a header that says so. */
static bool add_second(struct desk *d, uint32_t seconds)
{
    static const unsigned char plain[HEAD] = {
        'R', 'I', 'F', 'F', 0,  0, 0,   0,   'W', 'A',  'V',  'E', 'f', 'm',  't',
        ' ', 16,  0,   0,   0,  1, 0,   1,   0,   0x40, 0x1f, 0,   0,   0x80, 0x3e,
        0,   0,   2,   0,   16, 0, 'd', 'a', 't', 'a',  0,    0,   0,   0};
    static const char second[2 * RATE];
    unsigned char h[HEAD];
    const uint32_t bytes = seconds * sizeof(second);

    memcpy(h, plain, HEAD);
    put32(h + 4, HEAD - 8 + bytes);
    put32(h + 40, bytes);
    return pwrite(d->fd, h, HEAD, 0) == HEAD &&
           pwrite(d->fd, second, sizeof(second), HEAD + bytes - (off_t)sizeof(second)) ==
               (ssize_t)sizeof(second);
}

static int desk_init(struct desk *d)
{
    memset(d, 0, sizeof(*d));
    buf_init(&d->out, ERRAND_ANSWER_MAX);
    snprintf(d->dir, sizeof(d->dir), "/tmp/station-errand-XXXXXX");
    if (!mkdtemp(d->dir))
        return errno;
    snprintf(d->path, sizeof(d->path), "%s/a.wav", d->dir);
    d->fd = open(d->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    return d->fd >= 0 && add_second(d, 1) ? 0 : EIO;
}

static void desk_fini(struct desk *d)
{
    char path[100];

    if (d->fd >= 0)
        close(d->fd);
    unlink(d->path);
    snprintf(path, sizeof(path), "%s/a.mp3", d->dir);
    unlink(path);
    rmdir(d->dir);
    buf_fini(&d->out);
}

static int run(struct desk *d, const char *verb, const char *first, const char *second)
{
    char *argv[] = {(char *)(uintptr_t)verb,   d->dir, (char *)(uintptr_t)first,
                    (char *)(uintptr_t)second, NULL,   NULL};
    const char *at;

    if (strcmp(verb, "convert") == 0)
        argv[4] = (char *)(uintptr_t) "out=a.mp3";
    buf_reset(&d->out);
    const int code = errand_recording(argv[4] ? 5 : 4, argv, SLICE(""), &d->out);
    at = strstr(buf_z(&d->out), "was=");
    if (at)
        snprintf(d->was, sizeof(d->was), "%.*s", (int)strcspn(at, "\n"), at);
    return code;
}

static bool is_there(const struct desk *d)
{
    return access(d->path, F_OK) == 0;
}

/* Option a: a second call writes behind the first one, whose MP3 is made already. */
static int what_was_added_since_is_not_removed(void)
{
    struct desk d;
    int err = desk_init(&d);

    CHECK_TO(run(&d, "convert", "first=a.wav", "file=a.wav") == 0, out);
    CHECK_TO(strstr(buf_z(&d.out), "file=a.wav\nwas=16044."), out);
    CHECK_TO(add_second(&d, 2), out);
    CHECK_TO(run(&d, "remove", "file=a.wav", d.was) == 0, out);
    CHECK_TO(is_there(&d) && strcmp(buf_z(&d.out), "kept=a.wav\n") == 0, out);
    CHECK_TO(run(&d, "convert", "first=a.wav", "file=a.wav") == 0, out);
    CHECK_TO(run(&d, "remove", "file=a.wav", d.was) == 0 && !is_there(&d), out);
    /* ... and once more, cut off before the row knew it */
    CHECK_TO(run(&d, "convert", "first=a.wav", "file=a.wav") == 0, out);
    CHECK_TO(strstr(buf_z(&d.out), "sha256="), out);
    CHECK_TO(run(&d, "remove", "file=a.wav", d.was) == 0, out);
out:
    desk_fini(&d);
    return err;
}

static int what_is_being_written_is_left_alone(void)
{
    struct desk d;
    int err = desk_init(&d);

    CHECK_TO(run(&d, "convert", "first=a.wav", "file=a.wav") == 0, out);
    CHECK_TO(flock(d.fd, LOCK_EX | LOCK_NB) == 0, out); /* as the media role */
    CHECK_TO(run(&d, "remove", "file=a.wav", d.was) == 0 && is_there(&d), out);
    CHECK_TO(run(&d, "expire", "uuid=1", "file=a.wav") == ERRAND_AGAIN && is_there(&d), out);
    CHECK_TO(run(&d, "convert", "first=a.wav", "file=a.wav") == ERRAND_AGAIN, out);
    CHECK_TO(flock(d.fd, LOCK_UN) == 0, out);
    CHECK_TO(run(&d, "expire", "uuid=1", "file=a.wav") == 0 && !is_there(&d), out);
out:
    desk_fini(&d);
    return err;
}

UNIT_TESTS(UNIT_ONCE(what_was_added_since_is_not_removed),
           UNIT_ONCE(what_is_being_written_is_left_alone))
