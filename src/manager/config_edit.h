/*
 * manager/config_edit.h - inner: what UpdateConfig does to a file's document, one operation after another
 *
 * Scope:   NewCat, RenameCat, DelCat, EmptyCat, Update, Delete, Append, Insert on a model_config; and the
 *          filter of GetConfig, which is their catfilter.
 * Thread:  any: a worker of the store's.
 * Limits:  16 pairs of expressions in a filter, each within the limits of base/regex.h.
 * Source:  Asterisk 22's UpdateConfig, asked one operation after another.
 */
#pragma once
#include "manager/action.h"
#include "model/config.h"

/** One operation; texts are "" where nothing was said. */
struct config_op {
    const char *action, *cat, *var, *value, *match, *line, *options;
};

/** @return NULL: done; else what is answered, in Asterisk's words ("" without memory) */
const char *config_edit(struct model_config *c, const struct config_op *op);

/** "name_regex=value_regex,...", made ready. Counted. */
struct config_filter;

/** @param text  absent: *fp is NULL, which fits any. One that is wrong fits none. @return 0; ENOMEM */
int config_filter_alloc(struct config_filter **fp, struct slice text);

/** Is there a line in cat for each of its pairs? */
bool config_filter_fits(const struct config_filter *f, const struct model_config_category *cat);

/** The file that a header names, or NULL: answered.
 *  @param tells_missing  an unknown name is "not found"; else as a path is answered */
const struct model_config_file *config_file_of(struct manager_request *q, const char *header,
                                               bool tells_missing);
