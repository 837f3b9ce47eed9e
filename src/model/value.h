/*
 * model/value.h - from the text of a field to its typed value; for this folder only
 *
 * Shape:   with object NULL the value is only checked.
 */
#pragma once
#include "base/buf.h"
#include "model/field.h"
#include "model/pool.h"
#include "model/snapshot.h"

/** Host name: letters, digits, '-', '_' and dots. */
bool value_is_host(struct slice s);

/** Range in words; the two forms of the template are fixed. */
int value_range(struct buf *out, const char *words, int64_t min, int64_t max);

/** "deny=..." and "permit=..." rows out of two lists of networks, deny first. @return 0; ENOMEM */
int value_rules_of(struct model_rules *r, const struct model_nets *deny,
                   const struct model_nets *permit, struct model_pool *pool);
