/*
 * base/hex.h - bytes as hex digits and back
 */
#pragma once
#include "base/slice.h"

/** Value of a hex digit in any case, or -1. */
int hex_digit(char c);

/** Value of the two hex digits that s begins with, or -1: what stands behind a '%'. */
int hex_byte(struct slice s);

/** Bytes as lower-case hex digits with a NUL: out has room for 2 * len + 1. */
void hex_print(const void *raw, size_t len, char *out);
