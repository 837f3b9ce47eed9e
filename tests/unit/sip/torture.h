/*
 * tests/unit/sip/torture.h - the messages of tests/torture/
 */
#pragma once
#include <stdio.h>

#include "base/slice.h"
#include "unit.h"

#define TORTURE "tests/torture/"

/** @param text  out: the message, inside out @return 0; ENOENT */
static inline int torture_read(const char *name, char *out, size_t size, struct slice *text)
{
    char path[128];
    FILE *f;

    snprintf(path, sizeof(path), TORTURE "%s.sip", name);
    f = fopen(path, "rbe");
    if (!f)
        return ENOENT;
    *text = slice_from(out, fread(out, 1, size, f));
    fclose(f);
    return text->len ? 0 : ENOENT;
}
