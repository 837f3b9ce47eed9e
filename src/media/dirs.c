/* dirs.c - see dirs.h */
#include "media/dirs.h"

#include <errno.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"

#define PATH_LIMIT 1000

static void dirs_destroy(void *object)
{
    struct media_dirs *d = object;

    for (size_t i = 0; i < d->count; i++)
        mem_free(d->list[i]);
}

static int add(struct media_dirs *d, const char *below, struct slice name)
{
    struct buf path;
    char *text;

    buf_init(&path, PATH_LIMIT);
    if (below)
        buf_printf(&path, "%s/", below);
    buf_adds(&path, name);
    text = buf_take(&path);
    buf_fini(&path);
    if (!text)
        return ENOMEM;
    d->list[d->count++] = text;
    return 0;
}

static int add_more(struct media_dirs *d, const char *own, struct slice more)
{
    size_t seen = 0;
    int err = 0;

    while (slice_is_set(more) && !err) {
        const struct slice name = slice_trim(slice_cut(more, ',', &more));

        if (!name.len)
            continue;
        if (seen++ == MEDIA_DIRS_MORE) {
            log_warning("more than %d directories of sounds, the rest is not looked into; name "
                        "fewer in setting sounds first=\"%.*s\"",
                        MEDIA_DIRS_MORE, SLICE_ARG(name));
            break;
        }
        err = add(d, name.p[0] == '/' ? NULL : own, name);
    }
    return err;
}

int media_dirs_alloc(struct media_dirs **dp, const char *const *usual, size_t count,
                     struct slice more)
{
    struct media_dirs *d =
        mem_alloc(sizeof(*d) + (count + MEDIA_DIRS_MORE) * sizeof(d->list[0]), dirs_destroy);
    int err = d ? 0 : ENOMEM;

    for (size_t i = 0; i < count && !err; i++) {
        err = add(d, NULL, slice_of(usual[i]));
        if (!err && i == 0)
            err = add_more(d, usual[0], more);
    }
    if (err)
        mem_deref(d);
    else
        *dp = d;
    return err;
}
