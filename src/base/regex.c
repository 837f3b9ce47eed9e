/* regex.c - see regex.h */
#include "base/regex.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"

#define GROUPS_DEEP 30
#define SETS_MAX 256
#define REPEAT_MAX 255

enum op { OP_BYTE, OP_ANY, OP_SET, OP_SPLIT, OP_JUMP, OP_BEGIN, OP_END, OP_MATCH };

/* Jumps are relative, so that a piece may be moved and copied. */
struct step {
    uint8_t op, byte;
    uint16_t set;
    int16_t x, y;
};

struct set {
    uint32_t bits[8];
};

struct regex {
    struct step *program;
    struct set *sets;
    uint32_t *seen; /* by step: the turn in which it was added last */
    uint16_t *now, *next, *stack;
    uint32_t count, set_count;
    uint32_t turn;
    char *prefix; /* bytes that every match begins with */
    size_t prefix_len;
};

struct parser {
    struct regex *r;
    struct slice rest;
    unsigned depth;
    const char *why; /* the first thing that is wrong */
    int err;
};

static void regex_destroy(void *object)
{
    struct regex *r = object;

    mem_free(r->program);
    mem_free(r->sets);
    mem_free(r->seen);
    mem_free(r->now);
    mem_free(r->next);
    mem_free(r->stack);
    mem_free(r->prefix);
}

/* ---- the program ---- */

static void fail(struct parser *p, const char *why)
{
    if (!p->why)
        p->why = why;
    p->rest = SLICE("");
}

static bool has_room(struct parser *p, uint32_t more)
{
    if (p->r->count + more < REGEX_PROGRAM)
        return true;
    fail(p, "too many repetitions");
    return false;
}

static void emit(struct parser *p, struct step s)
{
    if (has_room(p, 1))
        p->r->program[p->r->count++] = s;
}

static void insert(struct parser *p, uint32_t at, struct step s)
{
    struct step *const from = p->r->program + at;

    if (!has_room(p, 1))
        return;
    memmove(from + 1, from, (p->r->count - at) * sizeof(*from));
    *from = s;
    p->r->count++;
}

/* The piece from start to the end may be left out / comes once or more. */
static void make_optional(struct parser *p, uint32_t start)
{
    const int len = (int)(p->r->count - start);

    insert(p, start, (struct step){.op = OP_SPLIT, .x = 1, .y = (int16_t)(len + 1)});
}

static void make_many(struct parser *p, uint32_t start)
{
    const int len = (int)(p->r->count - start);

    emit(p, (struct step){.op = OP_SPLIT, .x = (int16_t)-len, .y = 1});
}

/* x{m,n} written out: x m times, then n-m that may be left out, or the last one many times. */
static void repeat(struct parser *p, uint32_t start, uint32_t least, uint32_t most)
{
    const uint32_t len = p->r->count - start;
    const bool is_endless = most > REPEAT_MAX;
    const uint32_t copies = is_endless ? (least ? least : 1) : most;

    p->r->count = start;
    for (uint32_t i = 0; i < copies && has_room(p, len + 2); i++) {
        const uint32_t at = p->r->count;

        if (at != start) /* the first copy still stands there, or in front of an inserted step */
            memcpy(p->r->program + at, p->r->program + start + (least ? 0 : 1),
                   len * sizeof(struct step));
        p->r->count += len;
        if (is_endless && i + 1 == copies)
            make_many(p, at);
        if (i >= least)
            make_optional(p, at);
    }
}

/* ---- the expression ---- */

static char peek(const struct parser *p)
{
    return p->rest.p[0];
}

static char take(struct parser *p)
{
    const char c = p->rest.p[0];

    p->rest = slice_skip(p->rest, 1);
    return c;
}

static void add_byte(struct set *s, unsigned char c)
{
    s->bits[c / 32] |= 1u << (c % 32);
}

static bool has_byte(const struct set *s, unsigned char c)
{
    return s->bits[c / 32] >> (c % 32) & 1;
}

static const struct {
    const char *name;
    int (*is)(int c);
} classes[] = {{"[:alpha:]", isalpha}, {"[:digit:]", isdigit}, {"[:alnum:]", isalnum},
               {"[:upper:]", isupper}, {"[:lower:]", islower}, {"[:space:]", isspace},
               {"[:blank:]", isblank}, {"[:punct:]", ispunct}, {"[:print:]", isprint},
               {"[:graph:]", isgraph}, {"[:cntrl:]", iscntrl}, {"[:xdigit:]", isxdigit}};

static bool take_class(struct parser *p, struct set *s)
{
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        if (!slice_starts(p->rest, slice_of(classes[i].name)))
            continue;
        for (int c = 0; c < 128; c++)
            if (classes[i].is(c))
                add_byte(s, (unsigned char)c);
        p->rest = slice_skip(p->rest, strlen(classes[i].name));
        return true;
    }
    return false;
}

/* A byte, a range or a class of "[...]". */
static void take_member(struct parser *p, struct set *s)
{
    unsigned char first, last;

    if (take_class(p, s))
        return;
    if (p->rest.len > 1 && peek(p) == '[' && memchr(":.=", p->rest.p[1], 3)) {
        fail(p, "unknown class in []");
        return;
    }
    first = last = (unsigned char)take(p);
    if (p->rest.len > 1 && peek(p) == '-' && p->rest.p[1] != ']') {
        take(p);
        last = (unsigned char)take(p);
    }
    if (last < first)
        fail(p, "range of [] is upside down");
    for (unsigned c = first; c <= last; c++)
        add_byte(s, (unsigned char)c);
}

static void take_set(struct parser *p)
{
    struct regex *r = p->r;
    struct set *s = &r->sets[r->set_count];
    bool is_not;

    if (r->set_count == SETS_MAX) {
        fail(p, "too many []");
        return;
    }
    is_not = p->rest.len && peek(p) == '^';
    if (is_not)
        take(p);
    for (bool is_first = true; p->rest.len && (is_first || peek(p) != ']'); is_first = false)
        take_member(p, s);
    if (!p->rest.len) {
        fail(p, "[ without ]");
        return;
    }
    take(p);
    for (unsigned i = 0; is_not && i < 8; i++)
        s->bits[i] = ~s->bits[i];
    emit(p, (struct step){.op = OP_SET, .set = (uint16_t)r->set_count++});
}

static void take_alternatives(struct parser *p);

static void take_group(struct parser *p)
{
    if (p->depth == GROUPS_DEEP) {
        fail(p, "too many groups in groups");
        return;
    }
    p->depth++;
    take_alternatives(p);
    p->depth--;
    if (p->rest.len)
        take(p); /* ')' */
    else
        fail(p, "( without )");
}

/* \w \W \s \S */
static void take_shorthand(struct parser *p)
{
    const char c = take(p);
    struct set *s = &p->r->sets[p->r->set_count];

    if (p->r->set_count == SETS_MAX) {
        fail(p, "too many []");
        return;
    }
    for (int i = 0; i < 256; i++) {
        const bool is_word = i < 128 && (isalnum(i) || i == '_');
        const bool is_in = tolower(c) == 'w' ? is_word : i < 128 && isspace(i);

        if (is_in == (islower((unsigned char)c) != 0))
            add_byte(s, (unsigned char)i);
    }
    emit(p, (struct step){.op = OP_SET, .set = (uint16_t)p->r->set_count++});
}

static void take_escaped(struct parser *p)
{
    if (!p->rest.len)
        fail(p, "\\ at the end");
    else if (memchr("wWsS", peek(p), 4))
        take_shorthand(p);
    else if (isalnum((unsigned char)peek(p)))
        fail(p, "\\ in front of a letter or digit means nothing here");
    else
        emit(p, (struct step){.op = OP_BYTE, .byte = (uint8_t)take(p)});
}

static void take_atom(struct parser *p)
{
    const char c = take(p);

    switch (c) {
    case '.': emit(p, (struct step){.op = OP_ANY}); break;
    case '^': emit(p, (struct step){.op = OP_BEGIN}); break;
    case '$': emit(p, (struct step){.op = OP_END}); break;
    case '[': take_set(p); break;
    case '(': take_group(p); break;
    case '\\': take_escaped(p); break;
    case '*':
    case '+':
    case '?': fail(p, "nothing to repeat"); break;
    default: emit(p, (struct step){.op = OP_BYTE, .byte = (uint8_t)c});
    }
}

static uint32_t take_number(struct parser *p, uint32_t otherwise)
{
    uint32_t n = 0;

    if (!p->rest.len || !isdigit((unsigned char)peek(p)))
        return otherwise;
    while (p->rest.len && isdigit((unsigned char)peek(p)))
        n = n <= REPEAT_MAX ? n * 10 + (uint32_t)(take(p) - '0') : (take(p), n);
    if (n > REPEAT_MAX)
        fail(p, "more than 255 repetitions");
    return n;
}

/* "m}" "m,}" "m,n}" behind the brace */
static void take_bounds(struct parser *p, uint32_t start)
{
    const uint32_t least = take_number(p, REPEAT_MAX + 1);
    uint32_t most = least;

    if (p->rest.len && peek(p) == ',') {
        take(p);
        most = take_number(p, REPEAT_MAX + 1);
    }
    if (!p->rest.len || take(p) != '}' || least > REPEAT_MAX || most < least)
        fail(p, "{} is no number of repetitions");
    else
        repeat(p, start, least, most);
}

static void take_piece(struct parser *p)
{
    const uint32_t start = p->r->count;

    take_atom(p);
    while (p->rest.len && memchr("*+?{", peek(p), 4)) {
        const char c = take(p);

        if (c == '*' || c == '+')
            make_many(p, start);
        if (c == '*' || c == '?')
            make_optional(p, start);
        if (c == '{')
            take_bounds(p, start);
    }
}

static void take_alternatives(struct parser *p)
{
    const uint32_t start = p->r->count;
    uint32_t jump;

    while (p->rest.len && peek(p) != '|' && !(peek(p) == ')' && p->depth))
        take_piece(p);
    if (!p->rest.len || peek(p) != '|')
        return;
    take(p);
    insert(p, start,
           (struct step){.op = OP_SPLIT, .x = 1, .y = (int16_t)(p->r->count - start + 2)});
    jump = p->r->count;
    emit(p, (struct step){.op = OP_JUMP});
    if (p->why)
        return;
    take_alternatives(p);
    p->r->program[jump].x = (int16_t)(p->r->count - jump);
}

/* ---- birth ---- */

static int take_room(struct regex *r)
{
    struct step *fit = mem_realloc(r->program, r->count * sizeof(*fit));

    if (fit)
        r->program = fit;
    r->seen = mem_zalloc(r->count * sizeof(*r->seen));
    r->now = mem_zalloc(r->count * sizeof(*r->now));
    r->next = mem_zalloc(r->count * sizeof(*r->next));
    r->stack = mem_zalloc((2 * r->count + 2) * sizeof(*r->stack));
    r->prefix = mem_zalloc(r->count + 1);
    if (!r->seen || !r->now || !r->next || !r->stack || !r->prefix)
        return ENOMEM;
    while (r->program[r->prefix_len].op == OP_BYTE) {
        r->prefix[r->prefix_len] = (char)r->program[r->prefix_len].byte;
        r->prefix_len++;
    }
    return 0;
}

int regex_alloc(struct regex **rp, struct slice pattern, const char **why)
{
    struct regex *r = mem_alloc(sizeof(*r), regex_destroy);
    struct parser p = {.r = r, .rest = pattern};
    int err = ENOMEM;

    if (!r)
        return ENOMEM;
    r->program = mem_zalloc(REGEX_PROGRAM * sizeof(*r->program));
    r->sets = mem_zalloc(SETS_MAX * sizeof(*r->sets));
    if (!r->program || !r->sets)
        goto out;
    if (pattern.len > REGEX_PATTERN)
        fail(&p, "longer than 2,048 bytes");
    take_alternatives(&p);
    emit(&p, (struct step){.op = OP_MATCH});
    err = p.why ? EINVAL : take_room(r);
    if (p.why)
        *why = p.why;
out:
    if (err)
        mem_deref(r);
    else
        *rp = r;
    return err;
}

/* ---- the search ---- */

struct run {
    struct regex *r;
    struct slice text;
    uint32_t count, steps;
    bool is_found;
};

/* Into list: every step that reads a byte and can be reached from there without reading. */
static void reach(struct run *u, uint16_t *list, uint32_t from, size_t at)
{
    struct regex *r = u->r;
    uint32_t depth = 0;

    r->stack[depth++] = (uint16_t)from;
    while (depth) {
        const uint16_t pc = r->stack[--depth];
        const struct step *s = &r->program[pc];

        u->steps++;
        if (r->seen[pc] == r->turn)
            continue;
        r->seen[pc] = r->turn;
        if (s->op == OP_MATCH)
            u->is_found = true;
        else if (s->op == OP_JUMP)
            r->stack[depth++] = (uint16_t)(pc + s->x);
        else if (s->op == OP_SPLIT) {
            r->stack[depth++] = (uint16_t)(pc + s->y);
            r->stack[depth++] = (uint16_t)(pc + s->x);
        } else if (s->op == OP_BEGIN || s->op == OP_END) {
            if (at == (s->op == OP_BEGIN ? 0 : u->text.len))
                r->stack[depth++] = (uint16_t)(pc + 1);
        } else
            list[u->count++] = pc;
    }
}

static bool reads(const struct regex *r, const struct step *s, unsigned char c)
{
    return s->op == OP_ANY || (s->op == OP_BYTE && s->byte == c) ||
           (s->op == OP_SET && has_byte(&r->sets[s->set], c));
}

static void next_turn(struct regex *r)
{
    if (++r->turn == 0) { /* once in four thousand million */
        memset(r->seen, 0, r->count * sizeof(*r->seen));
        r->turn = 1;
    }
}

/* The next place from which a match can begin; text.len + 1: none. */
static size_t next_start(const struct regex *r, struct slice text, size_t at)
{
    const char *found;

    if (!r->prefix_len)
        return at;
    found = memmem(text.p + at, text.len - at, r->prefix, r->prefix_len);
    return found ? (size_t)(found - text.p) : text.len + 1;
}

bool regex_search(struct regex *r, struct slice text)
{
    struct run u = {.r = r, .text = text};
    uint32_t count = 0;
    size_t at = 0, start = text.len ? next_start(r, text, 0) : 0;

    while (at <= text.len && u.steps < REGEX_STEPS) {
        uint16_t *const was = r->now;

        if (!count && start > at)
            at = start;
        if (at > text.len)
            return false;
        if (start == at) {
            if (!count)
                next_turn(r);
            u.count = count;
            reach(&u, r->now, 0, at);
            count = u.count;
            start = at + 1 <= text.len ? next_start(r, text, at + 1) : at + 1;
        }
        if (u.is_found || at == text.len)
            return u.is_found;
        next_turn(r);
        u.count = 0;
        for (uint32_t i = 0; i < count; i++)
            if (reads(r, &r->program[was[i]], (unsigned char)text.p[at]))
                reach(&u, r->next, was[i] + 1u, at + 1);
        if (u.is_found)
            return true;
        r->now = r->next;
        r->next = was;
        count = u.count;
        at++;
    }
    return false;
}
