/* expr_value.c - arithmetic, comparison and text of expressions (expr.h) */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "plan/expr.h"
#include "plan/expr_inner.h"

void expr_warn(const struct expr_state *s, const char *what)
{
    struct slice shown = slice_from(s->input.p, s->input.len < 200 ? s->input.len : 200);

    log_warning("expression: %s call=%s expression=\"%.*s\"", what, s->call ? s->call : "",
                SLICE_ARG(shown));
}

/* Digits, with a fraction or without. */
static bool is_number(struct slice s)
{
    size_t i = 0;

    while (i < s.len && s.p[i] >= '0' && s.p[i] <= '9')
        i++;
    if (i == 0 || i == s.len)
        return i > 0;
    if (s.p[i] != '.' || i + 1 == s.len)
        return false;
    for (i++; i < s.len; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return true;
}

struct expr_value expr_text(struct slice s)
{
    struct expr_value v = {.kind = EXPR_TEXT, .text = s};
    char digits[64];

    if (!is_number(s) || slice_copy(s, digits, sizeof(digits)))
        return v;
    v.kind = EXPR_DIGITS;
    v.number = strtold(digits, NULL);
    return v;
}

struct expr_value expr_number(long double n)
{
    return (struct expr_value){.kind = EXPR_NUMBER, .number = n};
}

struct slice expr_print(struct expr_state *s, const struct expr_value *v)
{
    char digits[64];
    char *copy;
    int len;

    if (v->kind != EXPR_NUMBER)
        return v->text;
    len = snprintf(digits, sizeof(digits), "%.18Lg", v->number);
    copy = arena_strndup(&s->arena, digits, (size_t)len);
    if (!copy)
        s->err = ENOMEM;
    return slice_from(copy, copy ? (size_t)len : 0);
}

bool expr_is_false(const struct expr_value *v)
{
    return v->kind == EXPR_TEXT ? v->text.len == 0 : v->number == 0;
}

bool expr_is_false_cond(const struct expr_value *v)
{
    return expr_is_false(v) || (v->kind == EXPR_TEXT && slice_eqz(v->text, "\"\""));
}

static struct slice unquoted(struct slice s)
{
    if (s.len >= 2 && s.p[0] == '"' && s.p[s.len - 1] == '"')
        return slice_from(s.p + 1, s.len - 2);
    return s;
}

static long double number_of(struct expr_state *s, const struct expr_value *v)
{
    if (v->kind != EXPR_TEXT)
        return v->number;
    expr_warn(s, "not a number, 0 is taken");
    return 0;
}

static int compare(struct expr_state *s, const struct expr_value *a, const struct expr_value *b)
{
    if (a->kind == EXPR_TEXT || b->kind == EXPR_TEXT)
        return slice_cmp(expr_print(s, a), expr_print(s, b));
    return a->number < b->number ? -1 : a->number > b->number;
}

static struct expr_value compared(struct expr_state *s, enum expr_op op, const struct expr_value *a,
                                  const struct expr_value *b)
{
    int cmp = compare(s, a, b);

    switch (op) {
    case OP_EQ: return expr_number(cmp == 0);
    case OP_NE: return expr_number(cmp != 0);
    case OP_GT: return expr_number(cmp > 0);
    case OP_LT: return expr_number(cmp < 0);
    case OP_GE: return expr_number(cmp >= 0);
    default: return expr_number(cmp <= 0);
    }
}

static struct expr_value computed(struct expr_state *s, enum expr_op op, const struct expr_value *a,
                                  const struct expr_value *b)
{
    long double x = number_of(s, a), y = number_of(s, b);

    if (op == OP_DIV && a->kind == EXPR_TEXT)
        return expr_number(0);
    if ((op == OP_DIV || op == OP_MOD) && y == 0) {
        expr_warn(s, "division by zero");
        return expr_number(op == OP_DIV ? 2147483647 : 0);
    }
    switch (op) {
    case OP_ADD: return expr_number(x + y);
    case OP_SUB: return expr_number(x - y);
    case OP_MUL: return expr_number(x * y);
    case OP_DIV: return expr_number(x / y);
    default: return expr_number(fmodl(x, y));
    }
}

/* The group's text, or how many bytes matched. */
static struct expr_value matched(struct expr_state *s, enum expr_op op, const struct expr_value *a,
                                 const struct expr_value *b)
{
    struct slice text = unquoted(expr_print(s, a)), whole, group;
    const char *why;
    bool has_group;

    switch (plan_regex(unquoted(expr_print(s, b)), text, false, &whole, &group, &has_group, &why)) {
    case REGEX_BAD: expr_warn(s, why); return expr_text(SLICE(""));
    case REGEX_NO: break;
    default:
        if (op == OP_MATCH && whole.p != text.p)
            break;
        return slice_is_set(group) ? expr_text(group) : expr_number((long double)whole.len);
    }
    return has_group ? expr_text(SLICE("")) : expr_number(0);
}

static struct expr_value joined(struct expr_state *s, const struct expr_value *a,
                                const struct expr_value *b)
{
    struct slice x = unquoted(expr_print(s, a)), y = unquoted(expr_print(s, b));
    char *p = arena_alloc(&s->arena, x.len + y.len + 1);

    if (!p) {
        s->err = ENOMEM;
        return expr_text(SLICE(""));
    }
    if (x.len)
        memcpy(p, x.p, x.len);
    if (y.len)
        memcpy(p + x.len, y.p, y.len);
    return expr_text(slice_from(p, x.len + y.len));
}

struct expr_value expr_apply(struct expr_state *s, enum expr_op op, struct expr_value a,
                             struct expr_value b)
{
    switch (op) {
    case OP_OR: return expr_is_false(&a) ? b : a;
    case OP_AND: return expr_is_false(&a) || expr_is_false(&b) ? expr_number(0) : a;
    case OP_EQ:
    case OP_NE:
    case OP_GT:
    case OP_LT:
    case OP_GE:
    case OP_LE: return compared(s, op, &a, &b);
    case OP_MATCH:
    case OP_SEARCH: return matched(s, op, &a, &b);
    case OP_CONCAT: return joined(s, &a, &b);
    default: return computed(s, op, &a, &b);
    }
}

struct expr_value expr_negate(struct expr_state *s, struct expr_value a)
{
    long double n = number_of(s, &a);

    return expr_number(a.kind == EXPR_TEXT ? 0 : -n);
}

struct expr_value expr_not(struct expr_value a)
{
    return expr_number(a.kind == EXPR_TEXT || a.number == 0);
}

/* ---- functions ---- */

static long double log10_of(long double x)
{
    return log10l(x);
}

static long double exp10_of(long double x)
{
    return powl(10, x);
}

static const struct {
    const char *name;
    long double (*one)(long double);
    long double (*two)(long double, long double);
} functions[] = {
    {"SIN", sinl, NULL},       {"COS", cosl, NULL},     {"TAN", tanl, NULL},
    {"ASIN", asinl, NULL},     {"ACOS", acosl, NULL},   {"ATAN", atanl, NULL},
    {"ATAN2", NULL, atan2l},   {"EXP", expl, NULL},     {"EXP2", exp2l, NULL},
    {"EXP10", exp10_of, NULL}, {"LOG", logl, NULL},     {"LOG2", log2l, NULL},
    {"LOG10", log10_of, NULL}, {"POW", NULL, powl},     {"SQRT", sqrtl, NULL},
    {"FLOOR", floorl, NULL},   {"CEIL", ceill, NULL},   {"ROUND", roundl, NULL},
    {"RINT", rintl, NULL},     {"TRUNC", truncl, NULL}, {"REMAINDER", NULL, remainderl},
    {"ABS", fabsl, NULL},      {"MIN", NULL, fminl},    {"MAX", NULL, fmaxl},
};

struct expr_value expr_call(struct expr_state *s, struct slice name, const struct expr_value *args,
                            unsigned count)
{
    if (slice_eqz(name, "LEN") && count == 1)
        return expr_number((long double)expr_print(s, &args[0]).len);
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        if (!slice_eqz(name, functions[i].name))
            continue;
        if (functions[i].one && count == 1)
            return expr_number(functions[i].one(number_of(s, &args[0])));
        if (functions[i].two && count == 2)
            return expr_number(functions[i].two(number_of(s, &args[0]), number_of(s, &args[1])));
        expr_warn(s, "wrong number of arguments");
        return expr_number(0);
    }
    expr_warn(s, "no such function in expressions");
    return expr_number(0);
}
