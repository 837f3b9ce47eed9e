/*
 * role/runner.h - what the engine may ask the runner for
 *
 * Thread:  any; nothing is kept.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"

/** A program's path as the engine may name it: relative, without ".", ".." or empty parts.
 *  @return 0; EINVAL */
int runner_check_path(struct slice path);

/** An errand's or a program's name. @return 0; ENOENT (no such errand, or an errand's name for a program); EINVAL */
int runner_name_check(const char *name, bool is_errand);

/** @param text   NUL after each word
 *  @param words  out: pointers into text, NULL at the end; `most` places
 *  @return 0; EINVAL; E2BIG */
int runner_words_split(struct slice text, char *words[], size_t most);

/** Only variables that the engine may set. */
bool runner_env_is_known(char *const env[]);
