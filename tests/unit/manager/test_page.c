/* The pages of actions and events are those of the rows. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "manager/page.h"
#include "unit.h"

static int read_page(const char *path, struct buf *b)
{
    char part[4096];
    FILE *f = fopen(path, "re");
    size_t n;

    if (!f)
        return errno;
    while ((n = fread(part, 1, sizeof(part), f)) > 0)
        buf_add(b, part, n);
    fclose(f);
    return buf_err(b);
}

static int write_page(const char *path, const struct buf *b)
{
    FILE *f = fopen(path, "we");

    if (!f)
        return errno;
    fwrite(buf_z(b), 1, b->len, f);
    return fclose(f) == 0 ? 0 : errno;
}

static int page_is_current(const char *language, const char *path)
{
    struct buf want, is;
    int err;

    buf_init(&want, 1u << 20);
    buf_init(&is, 1u << 20);
    CHECK_OK_TO(manager_page_print(language, &want), out);
    if (getenv("STATION_WRITE_DOCS"))
        CHECK_OK_TO(write_page(path, &want), out);
    CHECK_OK_TO(read_page(path, &is), out);
    if (!slice_eq(buf_slice(&want), buf_slice(&is)))
        fprintf(stderr, "%s is old: see src/manager/page.h\n", path);
    CHECK_TO(slice_eq(buf_slice(&want), buf_slice(&is)), out);
out:
    buf_fini(&want);
    buf_fini(&is);
    return err;
}

static int the_russian_page_is_current(void)
{
    return page_is_current("ru", "docs/ru/manager-actions.md");
}

static int the_english_page_is_current(void)
{
    return page_is_current("en", "docs/en/manager-actions.md");
}

UNIT_TESTS(UNIT(the_russian_page_is_current), UNIT(the_english_page_is_current))
