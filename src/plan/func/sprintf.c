/* func/sprintf.c - SPRINTF: numbers and texts by a format */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>

#include "plan/func/row.h"

#define MOST_VALUES 64
#define MOST_WIDTH 1000

/* "%-5.2d" without its length letters. @return behind it; NULL: not understood */
static const char *read_spec(const char *s, char *spec, size_t size)
{
    size_t len = 0;
    long width = 0;

    spec[len++] = *s++; /* % */
    for (; *s && !isalpha((unsigned char)*s) && *s != '%'; s++) {
        if (!strchr("0123456789.-+ #", *s) || len + 4 > size)
            return NULL;
        width = isdigit((unsigned char)*s) ? width * 10 + (*s - '0') : 0;
        if (width > MOST_WIDTH)
            return NULL;
        spec[len++] = *s;
    }
    while (*s && strchr("hlqLjzt", *s))
        s++;
    spec[len] = '\0';
    return *s ? s : NULL;
}

static int put_whole(char *spec, char kind, const char *value, struct buf *out)
{
    const size_t len = strlen(spec);
    const char letter[] = {'l', 'l', kind, '\0'};
    char *end;
    long long n = strtoll(value, &end, 10);

    if (end == value)
        return EINVAL;
    if (kind == 'c')
        return buf_addc(out, (char)n);
    memcpy(spec + len, letter, sizeof(letter));
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    if (kind == 'd' || kind == 'i')
        return buf_printf(out, spec, (long long)(int)n);
    return buf_printf(out, spec, (unsigned long long)(unsigned)n);
}

static int put_one(char *spec, char kind, const char *value, struct buf *out)
{
    const size_t len = strlen(spec);
    char *end;
    double n;

    if (strchr("dioxXuc", kind))
        return put_whole(spec, kind, value, out);
    spec[len] = kind;
    spec[len + 1] = '\0';
    if (kind == 's')
        return buf_printf(out, spec, value);
    if (!strchr("eEfFgGaA", kind))
        return EINVAL;
    n = strtod(value, &end);
    return end == value ? EINVAL : buf_printf(out, spec, n);
#pragma GCC diagnostic pop
}

static int put_format(const char *s, char **values, int count, struct buf *out)
{
    int next = 0, err = 0;
    char spec[40];

    for (; *s && !err; s++) {
        if (*s != '%' || s[1] == '%') {
            err = buf_addc(out, *s);
            s += *s == '%';
            continue;
        }
        s = read_spec(s, spec, sizeof(spec));
        if (!s)
            return EINVAL;
        err = put_one(spec, *s, next < count ? values[next] : "", out);
        next++;
    }
    return err;
}

static int sprintf_read(const struct plan_env *env, char *args, struct buf *out)
{
    char *argv[MOST_VALUES];
    int count = plan_args_split(args, ',', argv, MOST_VALUES), err;
    struct buf text;

    buf_init(&text, PLAN_TEXT_MAX);
    err = count ? put_format(argv[0], argv + 1, count - 1, &text) : 0;
    if (err == EINVAL) { /* nothing at all, as Asterisk */
        plan_func_warn(env, "SPRINTF: the format does not fit its values", argv[0]);
        err = 0;
    } else if (!err) {
        err = buf_adds(out, buf_slice(&text));
    }
    buf_fini(&text);
    return err;
}

FUNC_READ(
    sprintf, "SPRINTF", "SPRINTF(format[,value...])",
    "Числа и тексты по образцу\nКак printf языка C: %d %i %u %o %x %X %c %s %e %f %g, ширина до 1000.",
    "Numbers and texts by a format\nAs C's printf: %d %i %u %o %x %X %c %s %e %f %g, widths to 1000.");
