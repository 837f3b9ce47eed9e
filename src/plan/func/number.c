/* func/number.c - ABS, MAX, MIN, INC, DEC, DIGIT_SUM, RAND */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>

#include "base/rand.h"
#include "plan/func/row.h"

/* Whole numbers without a fraction, others with six digits. */
static int put_number(double n, struct buf *out)
{
    return fabs(n) < 1e15 && n == trunc(n) ? buf_printf(out, "%.0f", n + 0.0)
                                           : buf_printf(out, "%f", n);
}

static bool is_number(const char *text, double *n)
{
    char *end;

    *n = strtod(text, &end);
    return end != text && isfinite(*n);
}

static int abs_read(const struct plan_env *env, char *args, struct buf *out)
{
    double n;

    if (!is_number(args, &n)) {
        plan_func_warn(env, "ABS needs a number", args);
        return 0;
    }
    return put_number(fabs(n), out);
}

#define MOST_NUMBERS 64

static int extreme(const struct plan_env *env, char *args, bool is_max, struct buf *out)
{
    char *argv[MOST_NUMBERS];
    int count = plan_args_split(args, ',', argv, MOST_NUMBERS);
    double best = 0, n;

    for (int i = 0; i < count; i++) {
        if (!is_number(argv[i], &n)) {
            plan_func_warn(env, "MAX and MIN need numbers", argv[i]);
            return 0;
        }
        if (i == 0 || (is_max ? n > best : n < best))
            best = n;
    }
    if (!count)
        plan_func_warn(env, "MAX and MIN need numbers", args);
    return count ? put_number(best, out) : 0;
}

static int max_read(const struct plan_env *env, char *args, struct buf *out)
{
    return extreme(env, args, true, out);
}

static int min_read(const struct plan_env *env, char *args, struct buf *out)
{
    return extreme(env, args, false, out);
}

static int step(const struct plan_env *env, const char *name, int by, struct buf *out)
{
    struct buf value;
    char text[24], *end;
    long n;
    int err;

    buf_init(&value, PLAN_TEXT_MAX);
    err = func_value(env, name, &value);
    n = strtol(buf_z(&value), &end, 10);
    if (!err && (end == buf_z(&value) || *end || n <= INT_MIN || n >= INT_MAX)) {
        plan_func_warn(env, "INC and DEC need the name of a variable that holds a number", name);
    } else if (!err) {
        snprintf(text, sizeof(text), "%ld", n + by);
        err = plan_var_set(env, slice_of(name), slice_of(text));
        buf_addz(out, text);
    }
    buf_fini(&value);
    return err ? err : buf_err(out);
}

static int inc_read(const struct plan_env *env, char *args, struct buf *out)
{
    return step(env, args, 1, out);
}

static int dec_read(const struct plan_env *env, char *args, struct buf *out)
{
    return step(env, args, -1, out);
}

static int digit_sum_read(const struct plan_env *env, char *args, struct buf *out)
{
    unsigned long long sum = 0;

    if (!*args) {
        plan_func_warn(env, "DIGIT_SUM needs digits", args);
        return 0;
    }
    for (const char *s = args; *s; s++)
        sum += *s >= '0' && *s <= '9' ? (unsigned)(*s - '0') : 0;
    return buf_addu(out, sum);
}

static long bound_of(const char *text, long otherwise)
{
    char *end;
    long n = strtol(text, &end, 10);

    return end == text || n < INT_MIN || n > INT_MAX ? otherwise : n;
}

static int rand_read(const struct plan_env *env, char *args, struct buf *out)
{
    char *argv[2];
    long low, high;

    plan_args_split(args, ',', argv, 2);
    low = bound_of(argv[0], 0);
    high = bound_of(argv[1], INT_MAX);
    if (low > high) {
        long swap = low;

        low = high;
        high = swap;
    }
    return buf_printf(out, "%ld", low + (long)(rand_u32() % (uint64_t)(high - low + 1)));
}

FUNC_READ(abs, "ABS", "ABS(number)", "Число без знака", "A number without its sign");
FUNC_READ(max, "MAX", "MAX(number[,number...])", "Наибольшее из чисел",
          "The greatest of the numbers");
FUNC_READ(min, "MIN", "MIN(number[,number...])", "Наименьшее из чисел", "The least of the numbers");
FUNC_READ(inc, "INC", "INC(variable)",
          "Прибавляет 1 к переменной\nvariable - имя без ${}; значение - целое число.",
          "Add 1 to a variable\nvariable: its name without ${}; it holds a whole number.");
FUNC_READ(dec, "DEC", "DEC(variable)",
          "Вычитает 1 из переменной\nvariable - имя без ${}; значение - целое число.",
          "Take 1 from a variable\nvariable: its name without ${}; it holds a whole number.");
FUNC_READ(digit_sum, "DIGIT_SUM", "DIGIT_SUM(digits)", "Сумма цифр", "Sum of the digits");
FUNC_READ(rand, "RAND", "RAND([min][,max])",
          "Случайное целое число\nОт min (0) до max (2147483647) включительно.",
          "A random whole number\nFrom min (0) to max (2147483647), both included.");
