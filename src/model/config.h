/*
 * model/config.h - the tables of the database as if they were Asterisk's files: categories with lines
 *
 * Scope:   pjsip.conf, extensions.conf, manager.conf and the others of model_config_files, read from the
 *          tables, changed as a document, written back as rows. A name that is not in that list is no
 *          file: nothing is ever opened, whatever path somebody asks for.
 * Shape:   a row of a table is a category, its columns are lines by Asterisk's names; a category of a
 *          static_ table is as it stands there; steps of a routing are `exten=` and `same=`. Secrets are
 *          read as ***, and *** written back leaves them as they are.
 * Owns:    its texts and links (an arena). Counted.
 * Thread:  the one that has the database's connection; another may have it afterwards.
 * Limits:  256 MiB; lines of 64 KiB; 160 options a category.
 * Source:  Asterisk 22's config files as its Manager shows them (GetConfig, UpdateConfig).
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/list.h"
#include "base/mem.h"
#include "model/field.h"
#include "store/db.h"

#define MODEL_CONFIG_HIDDEN "***"

/** What of a file lies where. */
enum model_config_kind {
    MODEL_CONFIG_END,
    MODEL_CONFIG_SETTINGS, /* options that are rows of table settings (model/files.h) */
    MODEL_CONFIG_LINES,    /* a static_ table */
    MODEL_CONFIG_ROWS,     /* rows of a type's table */
    MODEL_CONFIG_ROUTING,  /* static_extensions, realtime_extensions and context together */
    MODEL_CONFIG_TONES,    /* "country/tone" of table tones */
};

struct model_config_part {
    enum model_config_kind kind;
    const char *type; /* of model_types; of LINES and ROWS */
};

struct model_config_file {
    const char *name; /* NULL ends the list */
    struct model_config_part parts[12];
};

extern const struct model_config_file model_config_files[];

/** By its name, which "./" or "/etc/asterisk/" may precede. NULL: the station has no such file. */
const struct model_config_file *model_config_file_find(struct slice name);

struct model_config_line {
    struct link link;
    const char *name, *value;
    bool is_changed;
    const char *secret; /* what *** stands for, of a static_ table; else NULL */
    /* of realtime_extensions: */
    int64_t row; /* 0: elsewhere, or new */
    const char *exten;
    int32_t priority;
};

struct model_config_category {
    struct link link;
    const char *name;
    struct list lines;                    /* struct model_config_line */
    struct list gone;                     /* lines that were taken out and had a row */
    const struct model_config_part *part; /* NULL: new */
    const char *key;                      /* its name in the database; NULL: new */
    int64_t metric; /* of LINES and ROUTING: cat_metric; -1: no line stands there yet */
    bool is_changed;
};

struct model_config {
    struct arena texts;
    const struct model_config_file *file;
    struct list categories; /* struct model_config_category, in the file's order */
    struct list removed;    /* taken out, and in the database still */
};

/** Without categories yet. @return 0; ENOMEM */
int model_config_alloc(struct model_config **cp, const struct model_config_file *file);

/**
 * Add the categories of this name (ASCII case does not matter); absent: all.
 * @return 0; errno of the database; ENOMEM (also at the ceiling)
 */
int model_config_read(struct model_config *c, struct db *d, struct slice name);

/**
 * Write what was changed, inside the caller's transaction; values are checked by the field tables.
 * @param why  out: the line and what is allowed, when EINVAL is returned: nothing may be committed then
 * @return 0; EINVAL; EEXIST and other errors of the database; ENOMEM
 */
int model_config_write(struct model_config *c, struct db *d, struct buf *why);

/** The value of a row of table settings, "" when there is none, in place of what present holds.
 *  @return 0; errno of the database; as buf_add */
int model_setting_read(struct db *d, const char *name, struct buf *present);

/** The same row written; without a value it goes. @return 0; errno of the database */
int model_setting_write(struct db *d, const char *name, struct slice value);

/* ---- changing it ---- */

/** The first category behind `after` (NULL: from the first) of this name, in any case; absent: any. */
struct model_config_category *model_config_next(const struct model_config *c,
                                                const struct model_config_category *after,
                                                struct slice name);

/** A new category before another one (NULL: at the end). @return 0; ENOMEM */
int model_config_add(struct model_config *c, struct slice name,
                     struct model_config_category *before);
void model_config_remove(struct model_config *c, struct model_config_category *cat);
/** @return 0; ENOMEM */
int model_config_rename(struct model_config *c, struct model_config_category *cat,
                        struct slice name);

/** A new line before another one (NULL: at the end). @return 0; ENOMEM */
int model_config_line_add(struct model_config *c, struct model_config_category *cat,
                          struct model_config_line *before, struct slice name, struct slice value);
void model_config_line_remove(struct model_config_category *cat, struct model_config_line *line);
/** Another name and value in its place. @return 0; ENOMEM */
int model_config_line_set(struct model_config *c, struct model_config_category *cat,
                          struct model_config_line *line, struct slice name, struct slice value);

/** Last value of that name, in any case; NULL: there is none. */
const char *model_config_value(const struct model_config_category *cat, const char *name);
