/* role/errand.c - see errand.h */
#include "role/errand.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

static const struct errand errands[] = {
    {.name = "@file", .run = errand_file},
    {.name = "@fetch", .run = errand_fetch},
    {.name = "@recording", .is_long = true, .run = errand_recording},
    {.name = "@sound", .is_long = true, .is_awaited = true, .run = errand_sound},
    {0},
};

const struct errand *errand_find(const char *name)
{
    for (const struct errand *e = errands; e->name; e++)
        if (strcmp(e->name, name) == 0)
            return e;
    return NULL;
}

const char *errand_word(char *const *words, const char *name)
{
    const size_t len = strlen(name);

    for (char *const *w = words; *w; w++)
        if (strncmp(*w, name, len) == 0 && (*w)[len] == '=')
            return *w + len + 1;
    return "";
}

int errand_fail(struct buf *out, const char *fmt, ...)
{
    va_list ap;

    buf_reset(out);
    va_start(ap, fmt);
    buf_vprintf(out, fmt, ap);
    va_end(ap);
    return 1;
}

static int read_input(struct buf *b)
{
    static char part[16384];
    ssize_t n;

    while ((n = read(STDIN_FILENO, part, sizeof(part))) > 0 || (n < 0 && errno == EINTR))
        if (n > 0 && buf_add(b, part, (size_t)n))
            return buf_err(b);
    return n < 0 ? errno : 0;
}

static void write_all(struct slice text)
{
    while (text.len) {
        const ssize_t n = write(STDOUT_FILENO, text.p, text.len);

        if (n < 0 && errno != EINTR)
            return; /* nobody listens any more */
        if (n > 0)
            text = slice_skip(text, (size_t)n);
    }
}

int errand_main(const struct errand *e, char *const *argv)
{
    struct buf input, out;
    int argc = 0, err, code = 1;

    while (argv[argc])
        argc++;
    buf_init(&input, ERRAND_INPUT_MAX);
    buf_init(&out, ERRAND_ANSWER_MAX);
    err = read_input(&input);
    if (err)
        errand_fail(&out, "cannot read what is to be written: %s", strerror(err));
    else
        code = e->run(argc, argv, buf_slice(&input), &out);
    write_all(buf_slice(&out));
    buf_fini(&input);
    buf_fini(&out);
    return code;
}
