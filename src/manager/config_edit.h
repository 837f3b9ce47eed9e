/*
 * manager/config_edit.h - inner: what UpdateConfig does to a file's document, one operation after another
 *
 * Scope:   NewCat, RenameCat, DelCat, EmptyCat, Update, Delete, Append, Insert on a model_config; and the
 *          filter of GetConfig, which is their catfilter.
 * Thread:  any: a worker of the store's.
 * Limits:  expressions as plan/expr.h's: 256 bytes, no back references; text of 1,024 bytes.
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

/** Do lines of cat answer to all of "name_regex=value_regex,..."? An absent filter fits any. */
bool config_matches(const struct model_config_category *cat, struct slice filter);

/** The file that a header names, or NULL: answered.
 *  @param tells_missing  an unknown name is "not found"; else as a path is answered */
const struct model_config_file *config_file_of(struct manager_request *q, const char *header,
                                               bool tells_missing);
