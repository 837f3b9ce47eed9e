/* math.c - MATH() */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "plan/args.h"
#include "plan/func.h"

/* Longer ones first, so that << is not taken for <. */
static const char *const operators[] = {"<<", ">>", "<=", ">=", "==", "AND", "XOR", "OR", "POW",
                                        "+",  "-",  "*",  "/",  "%",  "^",   "<",   ">"};

static const char *find_operator(char *text, char **at)
{
    char *start = text + (*text == '-' || *text == '+'); /* the sign of the first number */

    for (char *p = start; *p; p++)
        for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
            if (strncasecmp(p, operators[i], strlen(operators[i])) == 0 && p > text) {
                *at = p;
                return operators[i];
            }
    return NULL;
}

static int print(struct buf *out, double v, const char *type)
{
    switch (type[0]) {
    case 'i': return buf_printf(out, "%lld", (long long)v);
    case 'h': return buf_printf(out, "%x", (unsigned)(int)v);
    case 'c': return buf_addc(out, (char)(int)v);
    default: return buf_printf(out, "%f", v);
    }
}

/* Bit operations work on whole numbers of 32 bits, as in Asterisk. */
static int32_t whole(double v)
{
    return v >= -2147483648.0 && v <= 2147483647.0 ? (int32_t)v : 0;
}

static int compute(const char *op, double a, double b, double *v)
{
    switch (op[0]) {
    case '+': *v = a + b; return 0;
    case '-': *v = a - b; return 0;
    case '*': *v = a * b; return 0;
    case '/': *v = b != 0 ? a / b : 0; return b != 0 ? 0 : EDOM;
    case '%':
        *v = whole(b) ? (double)((int64_t)whole(a) % whole(b)) : 0;
        return whole(b) ? 0 : EDOM;
    case '^':
    case 'P': *v = pow(a, b); return 0;
    case 'A': *v = whole(a) & whole(b); return 0;
    case 'O': *v = whole(a) | whole(b); return 0;
    case 'X': *v = whole(a) ^ whole(b); return 0;
    case '<': *v = (int32_t)((uint32_t)whole(a) << (whole(b) & 31)); return 0;
    default: *v = whole(a) >> (whole(b) & 31); return 0;
    }
}

static bool compare(const char *op, double a, double b, bool *is)
{
    if (strcmp(op, "<") == 0)
        *is = a < b;
    else if (strcmp(op, ">") == 0)
        *is = a > b;
    else if (strcmp(op, "<=") == 0)
        *is = a <= b;
    else if (strcmp(op, ">=") == 0)
        *is = a >= b;
    else if (strcmp(op, "==") == 0)
        *is = a == b;
    else
        return false;
    return true;
}

static bool number(const char *text, double *v)
{
    char *end;

    *v = strtod(text, &end);
    while (*end == ' ')
        end++;
    return end != text && !*end && isfinite(*v);
}

static int math_read(const struct plan_env *env, char *args, struct buf *out)
{
    char *argv[2], *at = NULL, *second;
    const char *op;
    double a, b, v;
    bool is;

    plan_args_split(args, ',', argv, 2);
    op = find_operator(plan_strip(argv[0]), &at);
    if (!op) {
        log_warning("MATH() needs two numbers and an operator: MATH(5+2,i) got=\"%s\"", argv[0]);
        return EINVAL;
    }
    second = at + strlen(op);
    *at = '\0';
    if (!number(plan_strip(argv[0]), &a) || !number(plan_strip(second), &b)) {
        log_warning("MATH() got something that is no number left=\"%s\" right=\"%s\"", argv[0],
                    second);
        return EINVAL;
    }
    if (compare(op, a, b, &is))
        return buf_addz(out, is ? "TRUE" : "FALSE");
    if (compute(op, a, b, &v)) {
        log_warning("MATH() divides by zero");
        return EINVAL;
    }
    return print(out, v, plan_strip(argv[1]));
}

const struct plan_func plan_func_math = {
    .name = "MATH",
    .syntax = "MATH(number operator number[,type])",
    .help_ru =
        "Арифметика.\nОператоры + - * / % << >> ^ AND OR XOR и сравнения < > <= >= == (TRUE "
        "или FALSE). Тип ответа: f - дробное (по умолчанию), i - целое, h - шестнадцатеричное, "
        "c - символ.",
    .help_en =
        "Arithmetic.\nOperators + - * / % << >> ^ AND OR XOR, and comparisons < > <= >= == "
        "(TRUE or FALSE). Type of the result: f float (default), i integer, h hex, c character.",
    .read = math_read,
};
