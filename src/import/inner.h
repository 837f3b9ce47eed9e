/*
 * import/inner.h - what the files of import/ share: one import under way
 */
#pragma once
#include "import/conf.h"
#include "import/import.h"

struct import {
    const struct import_args *args;
    struct import_totals *totals;
    int dir_fd;
    const char *file; /* being read */
};

/** A verdict about a line. */
void import_say(struct import *im, const char *file, uint32_t line, enum import_verdict v,
                struct slice what, const char *ru, const char *en);

/** The same about an item; values that look like secrets are hidden. */
void import_say_item(struct import *im, const struct conf_item *item, enum import_verdict v,
                     const char *ru, const char *en);

/** Lines of a template: taken with the sections that use it, which are silent about them. */
void import_template(struct import *im, const struct conf_section *s);

/** conf_trouble_h of an import (arg: struct import): verdict WRONG, or UNSUPPORTED for #exec. */
void import_trouble(const char *file, uint32_t line, struct slice what, const char *ru,
                    const char *en, void *arg);

/** One file each: its sections into the database. @return 0; errno of the database; ENOMEM */
int import_pjsip(struct import *im, const struct conf *conf);
int import_extensions(struct import *im, const struct conf *conf);
int import_rtp(struct import *im, const struct conf *conf);
int import_moh(struct import *im, const struct conf *conf);
int import_acl(struct import *im, const struct conf *conf);

/** Keep the file as it is in table import_later. */
int import_keep(struct import *im, const struct conf *conf);

/** Copy sounds/ (regular files, no links). @return 0; errno */
int import_sounds(struct import *im);

/** INSERT INTO static_... (cat_metric, var_metric, commented, filename, category, var_name,
 * var_val) */
int import_static(struct import *im, const char *table, const char *filename, int cat, int var,
                  const char *category, const char *name, const char *value);
