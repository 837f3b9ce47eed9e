/*
 * plan/pattern.h - extensions of one context: exact names and patterns, found in Asterisk's order
 *
 * Scope:   "_[1-5]X.", "_8XXXXXXXXXX", "s", "100". X is 0-9, Z 1-9, N 2-9, [..] a set with ranges,
 *          '.' one or more of anything, '!' none or more; '-' is a separator that counts for
 *          nothing (on both sides). Exact names are case sensitive.
 * Order:   exact first; patterns position by position, the smaller set first (then by its lowest
 *          member), '.' then '!' then the end.
 * Shape:   exact names in a sorted array, patterns in a trie: the cost of a look-up grows with the
 *          length of what was dialled, not with the number of extensions.
 * Owns:    its nodes (in the arena that it was given); names are borrowed.
 * Source:  Asterisk's ext_cmp order and extension_match_core modes, documented in "Pattern
 *          Matching".
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/slice.h"

/** Longest name of an extension, as Asterisk's AST_MAX_EXTENSION. */
#define PATTERN_MAX 80

enum pattern_mode {
    PATTERN_MATCH,     /* this is it */
    PATTERN_CAN_MATCH, /* it, or it with more digits */
    PATTERN_MATCH_MORE /* only with more digits */
};

static inline bool pattern_is(struct slice name)
{
    return name.len && name.p[0] == '_';
}

/** @return 0; EINVAL: empty, too long, or a [ without its ] */
int pattern_check(struct slice name);

/** <0, 0, >0: which of two names (exact or patterns) is tried first. */
int pattern_cmp(struct slice a, struct slice b);

/** One name against what was dialled. @return 0 no; 1 yes; 2 yes, by a '!' (which waits for no more
 * digits) */
int pattern_match(struct slice name, struct slice dialled, enum pattern_mode mode);

struct pattern_node;

struct pattern_entry {
    struct slice name;
    void *value; /* borrowed */
};

struct pattern_set {
    struct pattern_entry *exact; /* sorted, in the arena */
    uint32_t exact_count;
    struct pattern_node *root; /* NULL: no patterns */
};

/**
 * Compile entries (names checked, all different) into set.
 * @param arena  holds what set needs; outlives it
 * @return 0; ENOMEM; EINVAL (a bad pattern)
 */
int pattern_set_build(struct pattern_set *set, struct arena *arena,
                      const struct pattern_entry *entries, uint32_t count);

/** A match in order; how: see pattern_match. Return true to stop there. */
typedef bool(pattern_found_h)(void *value, int how, void *arg);

/** All matches, best first, until found returns true. @return whether it did */
bool pattern_set_find(const struct pattern_set *set, struct slice dialled, enum pattern_mode mode,
                      pattern_found_h *found, void *arg);
