/*
 * import/made.h - a section of pjsip.conf that is made of other sections
 *
 * Owns:    its texts, until made_fini.
 * Limits:  64 lines; texts of 64 KiB in all.
 */
#pragma once
#include "base/mem.h"
#include "import/inner.h"

#define MADE_MOST 64

struct made {
    struct arena arena;
    struct conf_section section;
    struct conf_item items[MADE_MOST];
    int err; /* sticks */
};

/** @param from  where it comes from (borrowed until made_take) */
void made_init(struct made *m, const struct conf_section *from, const char *type, const char *name);

/** One line. @param item  the line that it stands for, and that its verdict is about; NULL: silent.
 *  name (a literal) and value may differ from the item's */
void made_add(struct made *m, const struct conf_item *item, const char *name, const char *value);

/** Import it and free it. @return 0; ENOSPC; ENOMEM; errno of the database */
int made_take(struct made *m, struct import *im);
