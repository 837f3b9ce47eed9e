/*
 * Patterns: each line is an extension, the last one is dialled.
 *
 * Promise: the compiled set finds first what trying one after another, best first, finds.
 */
#include "base/bug.h"
#include "base/mem.h"
#include "plan/pattern.h"

#define MOST 24

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static bool first(void *value, int how, void *arg)
{
    *(struct pattern_entry **)arg = value;
    return true;
}

static struct pattern_entry *best_of(struct pattern_entry *e, uint32_t count, struct slice dialled,
                                     enum pattern_mode mode)
{
    struct pattern_entry *best = NULL;

    for (uint32_t i = 0; i < count; i++)
        if (pattern_match(e[i].name, dialled, mode) &&
            (!best || pattern_cmp(e[i].name, best->name) < 0))
            best = &e[i];
    return best;
}

static bool is_new(const struct pattern_entry *e, uint32_t count, struct slice name)
{
    for (uint32_t i = 0; i < count; i++)
        if (pattern_cmp(e[i].name, name) == 0)
            return false;
    return true;
}

/* What stands behind '.' and '!' means nothing, but tells two names apart. */
static bool is_plain(struct slice name)
{
    for (size_t i = 1; pattern_is(name) && i + 1 < name.len; i++)
        if (name.p[i] == '.' || name.p[i] == '!' || name.p[i] == '[')
            return false;
    return true;
}

static void compare(struct pattern_entry *entries, uint32_t count, struct slice dialled)
{
    struct pattern_set set;
    struct arena arena;

    arena_init(&arena, 1 << 20);
    BUG_IF(pattern_set_build(&set, &arena, entries, count));
    for (int mode = PATTERN_MATCH; mode <= PATTERN_MATCH_MORE; mode++) {
        struct pattern_entry *found = NULL, *best;

        pattern_set_find(&set, dialled, (enum pattern_mode)mode, first, &found);
        best = best_of(entries, count, dialled, (enum pattern_mode)mode);
        BUG_IF(found != best && !pattern_is(dialled));
    }
    arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct pattern_entry entries[MOST];
    struct slice rest = slice_from((const char *)bytes, len), line = SLICE_NONE;
    uint32_t count = 0;

    while (slice_is_set(rest) && count < MOST) {
        line = slice_cut(rest, '\n', &rest);
        if (!slice_is_set(rest))
            break;
        if (pattern_check(line) || !is_plain(line) || !is_new(entries, count, line))
            continue;
        entries[count] = (struct pattern_entry){line, &entries[count]};
        count++;
    }
    if (slice_is_set(line))
        compare(entries, count, line);
    return 0;
}
