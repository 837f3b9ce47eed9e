/*
 * role/runner.h - what of the runner role tests look at
 */
#pragma once
#include "base/slice.h"

/** A program's path as the engine may name it: relative, without ".", ".." or empty parts.
 *  @return 0; EINVAL */
int runner_check_path(struct slice path);
