/*
 * plan/expr_inner.h - values of expressions: what expr.c (grammar) and expr_value.c (arithmetic)
 * share
 */
#pragma once
#include <stdbool.h>

#include "base/mem.h"
#include "base/slice.h"

enum expr_kind {
    EXPR_TEXT,   /* anything; "quoted" keeps its quotes */
    EXPR_DIGITS, /* written as a number: prints as written */
    EXPR_NUMBER, /* computed */
};

struct expr_value {
    enum expr_kind kind;
    struct slice text; /* of TEXT and DIGITS */
    long double number;
};

enum expr_op {
    OP_NONE,
    OP_COND,
    OP_OR,
    OP_AND,
    OP_EQ,
    OP_NE,
    OP_GT,
    OP_LT,
    OP_GE,
    OP_LE,
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_DIV,
    OP_MOD,
    OP_MATCH,  /* : */
    OP_SEARCH, /* =~ */
    OP_CONCAT, /* ~~ */
};

/** What one evaluation needs; memory of texts comes from the arena. */
struct expr_state {
    struct arena arena;
    struct slice input; /* for messages */
    const char *call;
    int err; /* ENOMEM */
};

struct expr_value expr_text(struct slice s);
struct expr_value expr_number(long double n);

/** Zero, or an empty text. */
bool expr_is_false(const struct expr_value *v);
/** The condition of ?: also takes "" for false. */
bool expr_is_false_cond(const struct expr_value *v);

struct expr_value expr_apply(struct expr_state *s, enum expr_op op, struct expr_value a,
                             struct expr_value b);
struct expr_value expr_negate(struct expr_state *s, struct expr_value a);
struct expr_value expr_not(struct expr_value a);

#define EXPR_ARGS_MAX 4
struct expr_value expr_call(struct expr_state *s, struct slice name, const struct expr_value *args,
                            unsigned count);

/** The text of a value, in the arena when it is a number. */
struct slice expr_print(struct expr_state *s, const struct expr_value *v);

/** One warning about this expression. */
void expr_warn(const struct expr_state *s, const char *what);
