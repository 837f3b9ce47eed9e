/*
 * func/row.h - the rows of small functions in one line each, and what several of them need
 *
 * Source:  Asterisk 22's func_strings and friends; tests/unit/plan/test_func.c holds the tables of
 *          expressions and values that a running one printed.
 */
#pragma once
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "plan/args.h"
#include "plan/func/all.h"
#include "plan/subst.h"

#define FUNC_SHOWN "tests/unit/plan/test_func.c"

/** A function that is only read. */
#define FUNC_READ(id, text, how, ru, en)                                                           \
    const struct plan_func plan_func_##id = {.name = text,                                         \
                                             .syntax = how,                                        \
                                             .help_ru = ru,                                        \
                                             .help_en = en,                                        \
                                             .shown = FUNC_SHOWN,                                  \
                                             .read = id##_read}
#define FUNC_WRITE(id, text, how, ru, en)                                                          \
    const struct plan_func plan_func_##id = {.name = text,                                         \
                                             .syntax = how,                                        \
                                             .help_ru = ru,                                        \
                                             .help_en = en,                                        \
                                             .shown = FUNC_SHOWN,                                  \
                                             .write = id##_write}
#define FUNC_BOTH(id, text, how, ru, en)                                                           \
    const struct plan_func plan_func_##id = {.name = text,                                         \
                                             .syntax = how,                                        \
                                             .help_ru = ru,                                        \
                                             .help_en = en,                                        \
                                             .shown = FUNC_SHOWN,                                  \
                                             .read = id##_read,                                    \
                                             .write = id##_write}

/** Names of what a function gave last as a list, for Set(HASH(name)=...); Asterisk's name of it. */
#define FUNC_FIELDS "~ODBCFIELDS~"

/** The value of a variable (or function) named so, into an initialised buf; missing: "". @return 0;
 *  ENOMEM; ENOSPC */
int func_value(const struct plan_env *env, const char *name, struct buf *out);

/** One byte as written: "-", "\n", "\x20", "\054". @return how many bytes of text it took; 0: "" */
size_t func_byte(const char *text, char *byte);

/** All bytes of a text as written, in place. */
void func_unescape(char *text);
