/*
 * model/config_inner.h - inner: what the files config*.c share; for this folder only
 */
#pragma once
#include "model/config.h"

#define MOST_CONFIG_LINE 65536

/** A category as it is in the database. @return NULL without memory */
struct model_config_category *config_put(struct model_config *c,
                                         const struct model_config_part *part, struct slice key);

/** A text that lives as long as c; NULL without memory. */
const char *config_keep(struct model_config *c, struct slice text);

/** A line of it. name stays where it is, value is copied. @return NULL without memory */
struct model_config_line *config_put_line(struct model_config *c, struct model_config_category *cat,
                                          const char *name, struct slice value);

/** A statement whose text is made of our own names. @return as db_stmt; ENOMEM */
int config_stmt(struct stmt **st, struct db *d, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/** A statement with texts for its values, run to the end. NULL ends them. @return as stmt_run */
int config_exec(struct db *d, const char *sql, ...);

/** Why a line cannot be written; en: what is allowed. @return EINVAL; ENOMEM */
int config_refuse(struct buf *why, const struct model_config_category *cat,
                  const struct model_config_line *line, const char *en);

/** Where a category belongs that is changed. @return NULL: refused (said) */
const struct model_config_part *config_part_of(const struct model_config *c, struct db *d,
                                               const struct model_config_category *cat,
                                               struct buf *why);

/* Each: one part of the file read, with the categories of that name only when one is given; ... */
int config_read_rows(struct model_config *c, struct db *d, const struct model_config_part *part,
                     struct slice name);
int config_read_lines(struct model_config *c, struct db *d, const struct model_config_part *part,
                      struct slice name);
int config_read_settings(struct model_config *c, struct db *d, const struct model_config_part *part,
                         struct slice name);
int config_read_tones(struct model_config *c, struct db *d, const struct model_config_part *part,
                      struct slice name);
int config_read_routing(struct model_config *c, struct db *d, const struct model_config_part *part,
                        struct slice name);

/* ... one category written, or taken out when is_removed. @return as model_config_write */
typedef int(config_write_h)(struct model_config *c, struct db *d,
                            const struct model_config_part *part, struct model_config_category *cat,
                            bool is_removed, struct buf *why);
config_write_h config_write_rows, config_write_lines, config_write_settings, config_write_tones,
    config_write_routing;

/* config_lines.c, of static_ tables: for routing, too. */
int config_lines_forget(struct db *d, const char *table, const char *file,
                        const struct model_config_category *cat);
/** Where the lines of cat go: its own place, or a new one at the end. */
int config_lines_metric(struct db *d, const char *table, struct model_config_category *cat);
int config_line_insert(struct db *d, const char *table, const char *file,
                       const struct model_config_category *cat, int var,
                       const struct model_config_line *line);
