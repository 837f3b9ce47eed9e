/* pattern.c - see pattern.h */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan/pattern.h"

/* One position of a pattern. `order` ranks it: the size of its set, then its lowest member; above
   every set stand '.', '!' and the end. */
struct position {
    uint32_t order;
    uint8_t bits[32]; /* members, empty for '.', '!' and the end */
};

enum {
    ORDER_DOT = 0x18000,
    ORDER_BANG = 0x28000,
    ORDER_END = 0x30000,
};

struct pattern_node {
    struct position at;
    struct pattern_node *sibling; /* next in order at this position */
    struct pattern_node *child;   /* first of the next position */
    void *value;                  /* of '.', '!' and the end */
};

static void set_add(struct position *p, unsigned char first, unsigned char last)
{
    for (unsigned c = first; c <= last; c++)
        p->bits[c / 8] |= (uint8_t)(0x80 >> c % 8);
}

static bool set_has(const struct position *p, char c)
{
    return p->bits[(unsigned char)c / 8] & 0x80 >> (unsigned char)c % 8;
}

/* A set of everything between two bytes, with its rank. */
static void set_range(struct position *p, unsigned char first, unsigned char last)
{
    set_add(p, first, last);
    p->order = (uint32_t)(last - first + 1) << 8 | first;
}

/* Rank of a set of any members. */
static uint32_t set_order(const struct position *p)
{
    uint32_t count = 0, lowest = 0;

    for (unsigned c = 256; c-- > 0;)
        if (set_has(p, (char)c)) {
            count++;
            lowest = c;
        }
    return count << 8 | lowest;
}

/* "[1-57]" from just behind its '['. @return bytes used with the ']', 0: none */
static size_t parse_set(const char *s, size_t len, struct position *p)
{
    const char *end = memchr(s, ']', len);
    size_t n = end ? (size_t)(end - s) : 0;

    if (!end)
        return 0;
    for (size_t i = 0; i < n; i++) {
        bool is_range = i + 2 < n && s[i + 1] == '-';

        set_add(p, (unsigned char)s[i], (unsigned char)s[is_range ? i + 2 : i]);
        i += is_range ? 2 : 0;
    }
    return n + 1;
}

/* The next position of what is left of a pattern; "-" and empty sets are skipped. A '[' without end
   counts as the end. */
static struct position next_position(struct slice *left)
{
    struct position p = {0};

    while (left->len) {
        char c = left->p[0];
        size_t used = 1;

        switch (c) {
        case '-': break;
        case 'x':
        case 'X': set_range(&p, '0', '9'); break;
        case 'z':
        case 'Z': set_range(&p, '1', '9'); break;
        case 'n':
        case 'N': set_range(&p, '2', '9'); break;
        case '.': p.order = ORDER_DOT; break;
        case '!': p.order = ORDER_BANG; break;
        case '[':
            used = 1 + parse_set(left->p + 1, left->len - 1, &p);
            if (used == 1)
                used = left->len;
            p.order = set_order(&p);
            break;
        default: set_range(&p, (unsigned char)c, (unsigned char)c); break;
        }
        *left = slice_skip(*left, used);
        if (p.order)
            return p;
    }
    p.order = ORDER_END;
    return p;
}

static int position_cmp(const struct position *a, const struct position *b)
{
    if (a->order != b->order)
        return a->order < b->order ? -1 : 1;
    return memcmp(b->bits, a->bits, sizeof(a->bits)); /* [12] before [13] */
}

int pattern_check(struct slice name)
{
    if (!name.len || name.len >= PATTERN_MAX)
        return EINVAL;
    if (!pattern_is(name))
        return 0;
    for (size_t i = 1; i < name.len; i++) {
        const char *end;

        if (name.p[i] != '[')
            continue;
        end = memchr(name.p + i, ']', name.len - i);
        if (!end)
            return EINVAL;
        i = (size_t)(end - name.p);
    }
    return name.len > 1 ? 0 : EINVAL;
}

/* Next byte that counts of an exact name or of what was dialled; -1 at the end. */
static int next_plain(struct slice *s)
{
    while (s->len && s->p[0] == '-')
        *s = slice_skip(*s, 1);
    if (!s->len)
        return -1;
    int c = (unsigned char)s->p[0];
    *s = slice_skip(*s, 1);
    return c;
}

/* What two names begin with alike needs no comparing; a '[' is taken whole later. */
static void skip_common(struct slice *a, struct slice *b)
{
    size_t n = 0;

    while (n < a->len && n < b->len && a->p[n] == b->p[n] && a->p[n] != '[')
        n++;
    *a = slice_skip(*a, n);
    *b = slice_skip(*b, n);
}

static int exact_cmp(struct slice a, struct slice b)
{
    skip_common(&a, &b);
    for (;;) {
        int ca = next_plain(&a), cb = next_plain(&b);

        if (ca != cb)
            return ca < cb ? -1 : 1;
        if (ca < 0)
            return 0;
    }
}

int pattern_cmp(struct slice a, struct slice b)
{
    if (!pattern_is(a) || !pattern_is(b))
        return pattern_is(a) ? 1 : pattern_is(b) ? -1 : exact_cmp(a, b);
    skip_common(&a, &b);
    for (;;) {
        struct position pa = next_position(&a), pb = next_position(&b);
        int cmp = position_cmp(&pa, &pb);

        if (cmp || pa.order == ORDER_END)
            return cmp;
    }
}

static int exact_match(struct slice name, struct slice dialled, enum pattern_mode mode)
{
    for (;;) {
        int c = next_plain(&name), d = next_plain(&dialled);

        if (d < 0) { /* name goes on, or ends here as well */
            if (c < 0)
                return mode != PATTERN_MATCH_MORE;
            return mode != PATTERN_MATCH;
        }
        if (c != d)
            return 0;
    }
}

/* What an order means where the dialled text has ended (1) or goes on (0); -1: not decided here. */
static int how_at(uint32_t order, bool is_over, enum pattern_mode mode)
{
    if (order == ORDER_BANG)
        return 2;
    if (!is_over)
        return order == ORDER_DOT ? 1 : order == ORDER_END ? 0 : -1;
    if (order == ORDER_END)
        return mode != PATTERN_MATCH_MORE;
    return mode != PATTERN_MATCH;
}

int pattern_match(struct slice name, struct slice dialled, enum pattern_mode mode)
{
    if (!pattern_is(name))
        return exact_match(name, dialled, mode);
    name = slice_skip(name, 1);
    for (;;) {
        struct position p = next_position(&name);
        int c = next_plain(&dialled), how = how_at(p.order, c < 0, mode);

        if (how >= 0)
            return how;
        if (!set_has(&p, (char)c))
            return 0;
    }
}

/* ---- many at once ---- */

static int entry_cmp(const void *a, const void *b)
{
    return exact_cmp(((const struct pattern_entry *)a)->name,
                     ((const struct pattern_entry *)b)->name);
}

/* The node for position p among the siblings that hang at *first, made when missing. */
static struct pattern_node *node_for(struct arena *arena, struct pattern_node **first,
                                     const struct position *p)
{
    struct pattern_node **at = first, *n;
    int cmp = -1;

    while (*at && (cmp = position_cmp(p, &(*at)->at)) > 0)
        at = &(*at)->sibling;
    if (*at && cmp == 0)
        return *at;
    n = arena_alloc(arena, sizeof(*n));
    if (!n)
        return NULL;
    n->at = *p;
    n->sibling = *at;
    *at = n;
    return n;
}

static int add_pattern(struct pattern_set *set, struct arena *arena, const struct pattern_entry *e)
{
    struct slice left = slice_skip(e->name, 1);
    struct pattern_node **first = &set->root, *n;

    for (;;) {
        struct position p = next_position(&left);

        n = node_for(arena, first, &p);
        if (!n)
            return ENOMEM;
        if (p.order >= ORDER_DOT) { /* what stands behind '.' and '!' means nothing */
            if (!n->value)
                n->value = e->value;
            return 0;
        }
        first = &n->child;
    }
}

int pattern_set_build(struct pattern_set *set, struct arena *arena,
                      const struct pattern_entry *entries, uint32_t count)
{
    memset(set, 0, sizeof(*set));
    if (!count)
        return 0;
    set->exact = arena_alloc(arena, count * sizeof(*entries));
    if (!set->exact)
        return ENOMEM;
    for (uint32_t i = 0; i < count; i++) {
        int err = pattern_check(entries[i].name);

        if (!err && pattern_is(entries[i].name))
            err = add_pattern(set, arena, &entries[i]);
        else if (!err)
            set->exact[set->exact_count++] = entries[i];
        if (err)
            return err;
    }
    qsort(set->exact, set->exact_count, sizeof(*set->exact), entry_cmp);
    return 0;
}

/* First exact entry that is not before dialled. */
static uint32_t lower_bound(const struct pattern_set *set, struct slice dialled)
{
    uint32_t low = 0, high = set->exact_count;

    while (low < high) {
        uint32_t mid = low + (high - low) / 2;

        if (exact_cmp(set->exact[mid].name, dialled) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool find_exact(const struct pattern_set *set, struct slice dialled, enum pattern_mode mode,
                       pattern_found_h *found, void *arg)
{
    for (uint32_t i = lower_bound(set, dialled); i < set->exact_count; i++) {
        const struct pattern_entry *e = &set->exact[i];

        if (!exact_match(e->name, dialled, PATTERN_CAN_MATCH))
            break; /* sorted: no more names begin so */
        if (exact_match(e->name, dialled, mode) && found(e->value, 1, arg))
            return true;
        if (mode == PATTERN_MATCH)
            break;
    }
    return false;
}

struct walk {
    enum pattern_mode mode;
    pattern_found_h *found;
    void *arg;
};

/* Everything below: "it could go on". */
static bool walk_all(const struct pattern_node *n, const struct walk *w)
{
    for (; n; n = n->sibling) {
        if (n->value && w->found(n->value, 1, w->arg))
            return true;
        if (walk_all(n->child, w))
            return true;
    }
    return false;
}

/* Depth is at most PATTERN_MAX, and every node is visited at most once. */
static bool walk_trie(const struct pattern_node *n, struct slice left, const struct walk *w)
{
    int c = next_plain(&left);

    for (; n; n = n->sibling) {
        int how = how_at(n->at.order, c < 0, w->mode);

        if (n->value && how > 0 && w->found(n->value, how, w->arg))
            return true;
        if (c < 0 && w->mode != PATTERN_MATCH && walk_all(n->child, w))
            return true;
        if (c >= 0 && how < 0 && set_has(&n->at, (char)c) && walk_trie(n->child, left, w))
            return true;
    }
    return false;
}

/* Goto(_X.,1): a pattern named as such. */
static bool find_itself(const struct pattern_set *set, struct slice dialled, pattern_found_h *found,
                        void *arg)
{
    struct slice left = slice_skip(dialled, 1);
    const struct pattern_node *n = set->root;

    while (n) {
        struct position p = next_position(&left);

        while (n && position_cmp(&n->at, &p))
            n = n->sibling;
        if (n && n->value)
            return found(n->value, 1, arg);
        n = n ? n->child : NULL;
    }
    return false;
}

bool pattern_set_find(const struct pattern_set *set, struct slice dialled, enum pattern_mode mode,
                      pattern_found_h *found, void *arg)
{
    const struct walk w = {.mode = mode, .found = found, .arg = arg};

    if (mode == PATTERN_MATCH && pattern_is(dialled) && find_itself(set, dialled, found, arg))
        return true;
    return find_exact(set, dialled, mode, found, arg) || walk_trie(set->root, dialled, &w);
}
