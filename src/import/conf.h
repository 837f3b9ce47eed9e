/*
 * import/conf.h - Asterisk's configuration files as sections of name and value
 *
 * Scope:   [section], [section](!) templates, (template,...) inheritance, additions (+) to the
 *          first section of that name and (+type=endpoint) to the first that has this, name =
 *          value, name => value, += (behind the value that is there), comments ; and ;-- --; (they
 *          nest), #include and #tryinclude of files and
 *          of names with * inside the folder (/etc/asterisk/ means the folder); #exec is never
 *          run.
 *          Lines that are no UTF-8 are read as cp1251.
 * Owns:    everything in its arena; what it hands out lives as long as the conf.
 * Limits:  lines 8 KiB, 16 includes deep, 512 MiB, 4,000,000 lines.
 * Source:  Asterisk's config file syntax.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/slice.h"

struct conf_item {
    const char *name, *value;
    const char *file; /* where it stands, also when it was inherited */
    uint32_t line;
    bool is_inherited;
};

struct conf_section {
    const char *name;
    const char *file;
    uint32_t line;
    bool is_template;
    struct conf_item *items; /* inherited ones first */
    uint32_t count, room;
    struct conf_section *next; /* in order of the file */
    struct conf_section *same; /* the next one of this name */
};

/** Something wrong or not done with a line; what: the line's text (borrowed during the call). */
typedef void(conf_trouble_h)(const char *file, uint32_t line, struct slice what, const char *ru,
                             const char *en, void *arg);

struct conf;

/**
 * Read one file with everything it includes.
 * @param dir_fd   the configuration's folder; nothing outside of it is opened
 * @param trouble  called per line that cannot be used; reading goes on
 * @return 0; ENOENT; errno of open/read; EFBIG; ENOMEM
 */
int conf_read(struct conf **cp, int dir_fd, const char *file, conf_trouble_h *trouble, void *arg);

/* A conf is a counted object. */

struct conf_section *conf_first(const struct conf *c);

/** Last value of that name in the section (names ignore case), or NULL. */
const struct conf_item *conf_find(const struct conf_section *s, const char *name);

/** Read text as if it were a file (fuzz harness, tests); #include is refused there. */
int conf_parse(struct conf **cp, struct slice text, conf_trouble_h *trouble, void *arg);

/** Called per file that was read: the first one and those it includes. is_translated: lines of it
 *  were cp1251. */
typedef void(conf_file_h)(const char *file, bool is_translated, void *arg);
void conf_files(const struct conf *c, conf_file_h *h, void *arg);
