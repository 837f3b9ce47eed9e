/* func/math.c - MATH: two numbers and an operator */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plan/args.h"
#include "plan/func/all.h"

enum op { ADD, SUB, MUL, DIV, MOD, POW, SHL, SHR, AND, OR, XOR, GT, LT, GE, LE, EQ };

/* Longer signs first. */
static const struct {
    const char *sign;
    enum op op;
} ops[] = {
    {"<<", SHL},  {">>", SHR},  {">=", GE}, {"<=", LE}, {"==", EQ}, {"+", ADD},
    {"*", MUL},   {"/", DIV},   {"%", MOD}, {"^", POW}, {">", GT},  {"<", LT},
    {"AND", AND}, {"XOR", XOR}, {"OR", OR}, {"-", SUB},
};

/* Where the operator is: behind the first byte, which may be a sign. */
static char *find_op(char *text, enum op *op, size_t *len)
{
    for (char *s = text + 1; *text && *s; s++)
        for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
            *len = strlen(ops[i].sign);
            if (strncasecmp(s, ops[i].sign, *len) == 0) {
                *op = ops[i].op;
                return s;
            }
        }
    return NULL;
}

static int parse_number(const char *text, double *n)
{
    char *end;

    *n = strtod(text, &end);
    if (end == text || !isfinite(*n))
        return EINVAL;
    while (*end == ' ')
        end++;
    return *end ? EINVAL : 0;
}

static double compute(enum op op, double a, double b)
{
    const long long x = (long long)fmod(a, 9e18), y = (long long)fmod(b, 9e18);

    switch (op) {
    case ADD: return a + b;
    case SUB: return a - b;
    case MUL: return a * b;
    case DIV: return b == 0 ? 0 : a / b;
    case MOD: return y == 0 ? 0 : (double)(x % y);
    case POW: return pow(a, b);
    case SHL: return y < 0 || y > 62 ? 0 : (double)(int64_t)((uint64_t)x << y);
    case SHR: return y < 0 || y > 62 ? 0 : (double)(x >> y);
    case AND: return (double)(x & y);
    case OR: return (double)(x | y);
    case XOR: return (double)(x ^ y);
    case GT: return a > b;
    case LT: return a < b;
    case GE: return a >= b;
    case LE: return a <= b;
    default: return a == b;
    }
}

static int print(const struct plan_env *env, enum op op, double n, const char *type,
                 struct buf *out)
{
    const double whole = isfinite(n) ? fmod(trunc(n), 9e18) : 0;

    if (op >= GT)
        return buf_addz(out, n != 0 ? "TRUE" : "FALSE");
    if (!*type || strcasecmp(type, "float") == 0 || strcasecmp(type, "f") == 0)
        return buf_printf(out, "%f", n);
    if (strcasecmp(type, "int") == 0 || strcasecmp(type, "i") == 0)
        return buf_printf(out, "%lld", (long long)whole);
    if (strcasecmp(type, "hex") == 0 || strcasecmp(type, "h") == 0)
        return buf_printf(out, "%x", (unsigned)(long long)whole);
    if (strcasecmp(type, "octal") == 0 || strcasecmp(type, "o") == 0)
        return buf_printf(out, "%o", (unsigned)(long long)whole);
    if (strcasecmp(type, "char") == 0 || strcasecmp(type, "c") == 0)
        return buf_addc(out, whole > 31 && whole < 127 ? (char)whole : '?');
    plan_func_warn(env, "MATH knows the types float int hex octal char", type);
    return 0;
}

static int math_read(const struct plan_env *env, char *args, struct buf *out)
{
    enum op op = ADD;
    char *argv[2], *sign;
    double a, b;
    size_t len = 0;

    plan_args_split(args, ',', argv, 2);
    sign = find_op(argv[0], &op, &len);
    if (!sign || parse_number(sign + len, &b)) {
        plan_func_warn(env, "MATH needs number, operator, number", argv[0]);
        return 0;
    }
    *sign = '\0';
    if (parse_number(argv[0], &a)) {
        plan_func_warn(env, "MATH: not a number", argv[0]);
        return 0;
    }
    return print(env, op, compute(op, a, b), argv[1], out);
}

const struct plan_func plan_func_math = {
    .name = "MATH",
    .syntax = "MATH(number operator number[,type])",
    .help_ru =
        "Арифметика с двумя числами\nОператоры + - * / % ^ << >> AND OR XOR < > <= >= ==; type: float (по "
        "умолчанию, 6 знаков), int, hex, octal, char. Сравнения дают TRUE или FALSE. Для прочего - "
        "$[выражения].",
    .help_en =
        "Arithmetic of two numbers\nOperators + - * / % ^ << >> AND OR XOR < > <= >= ==; type: float (the "
        "default, 6 digits), int, hex, octal, char. Comparisons give TRUE or FALSE. For anything more "
        "use $[expressions].",
    .shown = "tests/unit/plan/test_subst.c",
    .read = math_read,
};
