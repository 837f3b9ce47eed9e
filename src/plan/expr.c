/* expr.c - words and grammar of expressions (expr.h); their values are in expr_value.c */
#include <errno.h>

#include "plan/expr.h"
#include "plan/expr_inner.h"

#define MOST_PARENTHESES 20
#define MOST_MEMORY (256 * 1024)

enum word_kind {
    WORD_END,
    WORD_VALUE,
    WORD_OP,
    WORD_NOT,
    WORD_OPEN,
    WORD_CLOSE,
    WORD_COMMA,
    WORD_ELSE
};

struct word {
    enum word_kind kind;
    enum expr_op op;
    struct slice text;
};

struct parser {
    struct expr_state state;
    struct slice left;
    struct word now; /* the word not yet taken */
    unsigned depth;  /* of parentheses */
    bool is_broken;  /* a syntax error inside */
};

/* Operators by their text, longer ones first; a binary one binds as tightly as its level says. */
static const struct {
    const char *text;
    enum word_kind kind;
    enum expr_op op;
} signs[] = {
    {"::", WORD_ELSE, OP_NONE}, {"||", WORD_OP, OP_OR},     {"&&", WORD_OP, OP_AND},
    {"==", WORD_OP, OP_EQ},     {"=~", WORD_OP, OP_SEARCH}, {"~~", WORD_OP, OP_CONCAT},
    {"!=", WORD_OP, OP_NE},     {">=", WORD_OP, OP_GE},     {"<=", WORD_OP, OP_LE},
    {"|", WORD_OP, OP_OR},      {"&", WORD_OP, OP_AND},     {"=", WORD_OP, OP_EQ},
    {">", WORD_OP, OP_GT},      {"<", WORD_OP, OP_LT},      {"+", WORD_OP, OP_ADD},
    {"-", WORD_OP, OP_SUB},     {"*", WORD_OP, OP_MUL},     {"/", WORD_OP, OP_DIV},
    {"%", WORD_OP, OP_MOD},     {":", WORD_OP, OP_MATCH},   {"?", WORD_OP, OP_COND},
    {"!", WORD_NOT, OP_NONE},   {"(", WORD_OPEN, OP_NONE},  {")", WORD_CLOSE, OP_NONE},
    {",", WORD_COMMA, OP_NONE},
};

enum { LEVEL_COND = 1, LEVEL_OR, LEVEL_AND, LEVEL_COMPARE, LEVEL_ADD, LEVEL_MUL, LEVEL_MATCH };

static const uint8_t levels[] = {
    [OP_COND] = LEVEL_COND,    [OP_OR] = LEVEL_OR,        [OP_AND] = LEVEL_AND,
    [OP_EQ] = LEVEL_COMPARE,   [OP_NE] = LEVEL_COMPARE,   [OP_GT] = LEVEL_COMPARE,
    [OP_LT] = LEVEL_COMPARE,   [OP_GE] = LEVEL_COMPARE,   [OP_LE] = LEVEL_COMPARE,
    [OP_ADD] = LEVEL_ADD,      [OP_SUB] = LEVEL_ADD,      [OP_MUL] = LEVEL_MUL,
    [OP_DIV] = LEVEL_MUL,      [OP_MOD] = LEVEL_MUL,      [OP_MATCH] = LEVEL_MATCH,
    [OP_SEARCH] = LEVEL_MATCH, [OP_CONCAT] = LEVEL_MATCH,
};

static bool is_value_byte(char c)
{
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c & 0x80)
        return true;
    return c && strchr(".';\\_^#@$", c);
}

static bool take_sign(struct parser *p)
{
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        struct slice text = slice_of(signs[i].text);

        if (!slice_starts(p->left, text))
            continue;
        p->now = (struct word){.kind = signs[i].kind, .op = signs[i].op, .text = text};
        p->left = slice_skip(p->left, text.len);
        return true;
    }
    return false;
}

static void take_value(struct parser *p, size_t len)
{
    p->now = (struct word){.kind = WORD_VALUE, .text = slice_from(p->left.p, len)};
    p->left = slice_skip(p->left, len);
}

/* Move to the next word. Bytes that mean nothing ([]{}`, a lone quote or ~) are skipped. */
static void next_word(struct parser *p)
{
    while (p->left.len) {
        const char *quote = NULL;
        size_t len = 0;

        if (p->left.p[0] == '"')
            quote = memchr(p->left.p + 1, '"', p->left.len - 1);
        if (quote) {
            take_value(p, (size_t)(quote - p->left.p) + 1);
            return;
        }
        while (len < p->left.len && is_value_byte(p->left.p[len]))
            len++;
        if (len) {
            take_value(p, len);
            return;
        }
        if (take_sign(p))
            return;
        p->left = slice_skip(p->left, 1);
    }
    p->now = (struct word){.kind = WORD_END};
}

static struct expr_value broken(struct parser *p)
{
    p->is_broken = true;
    return expr_number(0);
}

static struct expr_value parse(struct parser *p, unsigned level);

/* "(a, b)" behind a function's name, which has been taken. */
static struct expr_value parse_call(struct parser *p, struct slice name)
{
    struct expr_value args[EXPR_ARGS_MAX];
    unsigned count = 0;

    if (++p->depth > MOST_PARENTHESES)
        return broken(p);
    do {
        next_word(p);
        if (count == EXPR_ARGS_MAX)
            return broken(p);
        args[count++] = parse(p, LEVEL_COND);
    } while (!p->is_broken && p->now.kind == WORD_COMMA);
    p->depth--;
    if (p->is_broken || p->now.kind != WORD_CLOSE)
        return broken(p);
    next_word(p);
    return expr_call(&p->state, name, args, count);
}

static struct expr_value parse_group(struct parser *p)
{
    struct expr_value v;

    if (++p->depth > MOST_PARENTHESES)
        return broken(p);
    next_word(p);
    v = parse(p, LEVEL_COND);
    p->depth--;
    if (p->is_broken || p->now.kind != WORD_CLOSE)
        return broken(p);
    next_word(p);
    return v;
}

/* A value, a group, or a sign before one. Signs nest as parentheses do. */
static struct expr_value parse_operand(struct parser *p)
{
    struct word w = p->now;
    struct expr_value v;

    if (w.kind == WORD_OPEN)
        return parse_group(p);
    if (w.kind == WORD_VALUE) {
        next_word(p);
        return p->now.kind == WORD_OPEN ? parse_call(p, w.text) : expr_text(w.text);
    }
    if (w.kind != WORD_NOT && w.op != OP_SUB)
        return broken(p);
    if (++p->depth > MOST_PARENTHESES)
        return broken(p);
    next_word(p);
    v = parse(p, LEVEL_MATCH);
    p->depth--;
    if (p->is_broken)
        return v;
    return w.kind == WORD_NOT ? expr_not(v) : expr_negate(&p->state, v);
}

/* a ? b :: c, with the ? taken. */
static struct expr_value parse_choice(struct parser *p, const struct expr_value *cond)
{
    struct expr_value yes = parse(p, LEVEL_COND), no;

    if (p->is_broken || p->now.kind != WORD_ELSE)
        return broken(p);
    next_word(p);
    no = parse(p, LEVEL_OR);
    return expr_is_false_cond(cond) ? no : yes;
}

/* Everything that binds at least as tightly as level; operators of one level from left to right. */
static struct expr_value parse(struct parser *p, unsigned level)
{
    struct expr_value a = parse_operand(p);

    while (!p->is_broken && p->now.kind == WORD_OP && levels[p->now.op] >= level) {
        enum expr_op op = p->now.op;

        next_word(p);
        if (op == OP_COND) {
            a = parse_choice(p, &a);
        } else {
            struct expr_value b = parse(p, levels[op] + 1);

            if (!p->is_broken)
                a = expr_apply(&p->state, op, a, b);
        }
    }
    return p->is_broken ? expr_number(0) : a;
}

static bool can_begin(const struct word *w)
{
    return w->kind == WORD_VALUE || w->kind == WORD_OPEN || w->kind == WORD_NOT || w->op == OP_SUB;
}

int plan_expr(struct slice text, const char *call, struct buf *out)
{
    struct parser p = {.left = text};
    struct expr_value v = expr_text(SLICE(""));
    int err;

    arena_init(&p.state.arena, MOST_MEMORY);
    p.state.input = text;
    p.state.call = call;
    next_word(&p);
    if (can_begin(&p.now))
        v = parse(&p, LEVEL_COND);
    if (p.is_broken || p.now.kind != WORD_END)
        expr_warn(&p.state, p.depth > MOST_PARENTHESES ? "nested too deep" : "syntax error");
    err = buf_adds(out, expr_print(&p.state, &v));
    if (p.state.err)
        err = p.state.err;
    arena_fini(&p.state.arena);
    return err;
}
