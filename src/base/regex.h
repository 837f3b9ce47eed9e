/*
 * base/regex.h - regular expressions whose time and memory have a ceiling
 *
 * Scope:   does a text contain a match? POSIX extended expressions on bytes: . [] [^] [:alpha:] () | * + ? {m,n}
 *          ^ $ \w \W \s \S and \ in front of what is no letter or digit; no back references, no captures.
 * Cost:    all ways of matching are followed at once, a byte at a time: text length times program length at worst,
 *          and REGEX_STEPS at most. What an expression must begin with is looked for first.
 * Owns:    its program and the room to run it: one search at a time.
 * Limits:  REGEX_PATTERN bytes, REGEX_PROGRAM steps when repetitions are written out.
 * Source:  POSIX.1-2017 base definitions 9.4; the method is Thompson's.
 */
#pragma once
#include <stdbool.h>

#include "base/slice.h"

#define REGEX_PATTERN 2048
#define REGEX_PROGRAM 4096
#define REGEX_STEPS 1000000 /* a few milliseconds */

struct regex;

/** @param why  out: what is wrong with it, in a few words; set on EINVAL
 *  @return 0; EINVAL; ENOMEM */
int regex_alloc(struct regex **rp, struct slice pattern, const char **why);

/** @return does it match somewhere? One that needs more than REGEX_STEPS does not. */
bool regex_search(struct regex *r, struct slice text);
