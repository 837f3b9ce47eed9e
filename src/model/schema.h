/*
 * model/schema.h - the tables, made from the field tables; and what a new database holds
 */
#pragma once
#include "base/buf.h"
#include "store/migrate.h"

/** For store_open and store_migrate; the first step makes every table from model_types. */
extern const struct store_migration model_migrations[];

/** CREATE TABLE of a type. */
struct model_type;
int model_schema_sql(const struct model_type *t, struct buf *out);
