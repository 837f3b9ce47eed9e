/*
 * tests/unit/file.h - files of the repository that a test reads, or compares with what the code makes
 *
 * Pages of docs/ that are made from rows are written again with STATION_WRITE_DOCS=1 in the environment,
 * goldens that are ours with STATION_WRITE_GOLDEN=1; read the difference before committing it.
 */
#pragma once
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "unit.h"

/** Add all of a file to b. @return 0; ENOENT and the like; ENOMEM, ENOSPC of b */
static inline int file_read(const char *path, struct buf *b)
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

static inline int file_write(const char *path, const struct buf *b)
{
    FILE *f = fopen(path, "we");

    if (!f)
        return errno;
    fwrite(buf_z(b), 1, b->len, f);
    return fclose(f) == 0 ? 0 : errno;
}

/** Is the file what was made? It is written first when that variable is set. @return 0; EINVAL (said) */
static inline int file_is(const char *path, const struct buf *made, const char *variable)
{
    struct buf is;
    int err;

    buf_init(&is, 1u << 21);
    if (getenv(variable))
        CHECK_OK_TO(file_write(path, made), out);
    CHECK_OK_TO(file_read(path, &is), out);
    if (!slice_eq(buf_slice(made), buf_slice(&is)))
        fprintf(stderr, "%s is old: look at what %s=1 makes of it\n", path, variable);
    CHECK_TO(slice_eq(buf_slice(made), buf_slice(&is)), out);
out:
    buf_fini(&is);
    return err;
}

/** "Goto(" or, in C, "Goto" as a word of its own. */
static inline bool file_has_word(const char *text, const char *word)
{
    const size_t len = strlen(word);

    for (const char *s = text; (s = strcasestr(s, word)); s += len) {
        const bool before = s > text && (isalnum((unsigned char)s[-1]) || s[-1] == '_');

        if (!before && !isalnum((unsigned char)s[len]) && s[len] != '_')
            return true;
    }
    return false;
}

/** A row's .shown: does that test name the row? @return 0; EINVAL (said); ENOMEM */
static inline int file_shows(const char *shown, const char *name)
{
    struct buf text;
    int err;

    buf_init(&text, 1u << 20);
    err = shown ? file_read(shown, &text) : ENOENT;
    if (!err && !file_has_word(buf_z(&text), name))
        err = ENOENT;
    buf_fini(&text);
    if (!err || err == ENOMEM)
        return err;
    fprintf(stderr, "%s: not in its test %s\n", name, shown ? shown : "(.shown is not set)");
    return EINVAL;
}
