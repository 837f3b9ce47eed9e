/*
 * model/files.h - which of Asterisk's files are which tables, and which of their options are settings
 *
 * Scope:   what the import, and those who read and write the tables as if they were files
 *          (model/config.h), must know alike. No file is opened here: a file is a row of a table of ours.
 */
#pragma once
#include <stdbool.h>

#include "base/buf.h"
#include "base/slice.h"
#include "model/field.h"

/** An address of the settings is two options of a file: bindaddr and port. */
enum model_setting_part { MODEL_SETTING_WHOLE, MODEL_SETTING_HOST, MODEL_SETTING_PORT };

/** An option of a file that is a row of table settings, or half of one. */
struct model_setting_option {
    const char *file, *category, *option;
    const char *setting; /* the row's name */
    enum model_setting_part part;
};

/** All, in the order in which a file has them; the last one's file is NULL. */
extern const struct model_setting_option model_setting_options[];

/** NULL: no setting stands there. */
const struct model_setting_option *
model_setting_option_find(struct slice file, struct slice category, struct slice option);

/** The row of the field table. */
const struct model_field *model_setting_field(const struct model_setting_option *o);

/**
 * The setting's text once the option has this value.
 * @param present  of the setting; absent: its default
 * @return as buf_add; EINVAL (not allowed)
 */
int model_setting_join(const struct model_setting_option *o, struct slice present,
                       struct slice value, struct buf *out);

/** The option's value, of the setting's text. @return as buf_add; EINVAL (no address) */
int model_setting_cut(const struct model_setting_option *o, struct slice present, struct buf *out);

/** What lies between repeated lines of a field when a column holds them all; 0: the last one counts. */
char model_field_gap(const struct model_field *f);

/**
 * Add a line of an access list, as acl.conf has it, to the text of a column: "permit = net,!net" is
 * "permit=net,deny=net". Networks are not looked at.
 * @return as buf_add; EINVAL (neither permit nor deny)
 */
int model_rules_add(struct buf *out, struct slice word, struct slice nets);
