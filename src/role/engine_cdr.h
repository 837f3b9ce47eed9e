/*
 * role/engine_cdr.h - a record of calls as the row that the store takes
 *
 * Owns:    nothing: the row's texts are the record's.
 */
#pragma once
#include "call/cdr.h"
#include "store/cdr.h"

struct store_cdr engine_cdr_row(const struct cdr *r);
