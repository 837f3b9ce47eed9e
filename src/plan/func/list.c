/* func/list.c - variables that hold a list: FIELDQTY, FIELDNUM, LISTFILTER, SORT, PUSH, POP, SHIFT,
 * UNSHIFT */
#include <errno.h>
#include <math.h>

#include "plan/func/row.h"

/* A variable's value and what stands between its parts. */
struct list_value {
    struct buf text;
    char delimiter;
};

static int list_get(const struct plan_env *env, const char *name, const char *delimiter,
                    struct list_value *l)
{
    buf_init(&l->text, PLAN_TEXT_MAX);
    if (!func_byte(delimiter, &l->delimiter))
        l->delimiter = ',';
    return func_value(env, name, &l->text);
}

static int fieldqty_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct list_value l;
    unsigned count = 0;
    char *argv[2];
    int err;

    plan_args_split_raw(args, ',', argv, 2);
    err = list_get(env, argv[0], argv[1], &l);
    if (!err && l.text.len) {
        count = 1;
        for (size_t i = 0; *argv[1] && i < l.text.len; i++)
            count += l.text.p[i] == l.delimiter;
    }
    buf_fini(&l.text);
    return err ? err : buf_addu(out, count);
}

static int fieldnum_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct list_value l;
    unsigned at = 0, found = 0;
    char *argv[3];
    int err;

    plan_args_split_raw(args, ',', argv, 3);
    err = list_get(env, argv[0], argv[1], &l);
    for (struct slice rest = buf_slice(&l.text); *argv[1] && l.text.len && slice_is_set(rest);) {
        struct slice one = slice_cut(rest, l.delimiter, &rest);

        at++;
        if (!found && slice_eqz(one, argv[2]))
            found = at;
    }
    buf_fini(&l.text);
    return err ? err : buf_addu(out, found);
}

static int listfilter_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct list_value l;
    bool has_one = false;
    char *argv[3];
    int err;

    plan_args_split_raw(args, ',', argv, 3);
    err = list_get(env, argv[0], argv[1], &l);
    for (struct slice rest = buf_slice(&l.text); l.text.len && slice_is_set(rest);) {
        struct slice one = slice_cut(rest, l.delimiter, &rest);

        if (slice_eqz(one, argv[2]))
            continue;
        if (has_one)
            buf_addc(out, l.delimiter);
        has_one = true;
        buf_adds(out, one);
    }
    buf_fini(&l.text);
    return err ? err : buf_err(out);
}

/* The first or last part is taken out of the variable and given. */
static int take(const struct plan_env *env, char *args, bool is_last, struct buf *out)
{
    struct slice part, rest = SLICE("");
    struct list_value l;
    char *argv[2];
    int err;

    plan_args_split_raw(args, ',', argv, 2);
    err = list_get(env, argv[0], argv[1], &l);
    part = buf_slice(&l.text);
    if (!err && part.len) {
        const char *at = is_last ? memrchr(part.p, l.delimiter, part.len)
                                 : memchr(part.p, l.delimiter, part.len);
        const struct slice whole = part;
        const size_t cut = at ? (size_t)(at - part.p) : part.len;

        rest = is_last ? slice_from(whole.p, at ? cut : 0) : slice_skip(whole, cut + 1);
        part = is_last && at ? slice_skip(whole, cut + 1) : slice_from(whole.p, cut);
        err = plan_var_set(env, slice_of(argv[0]), rest);
        buf_adds(out, part);
    }
    buf_fini(&l.text);
    return err ? err : buf_err(out);
}

static int pop_read(const struct plan_env *env, char *args, struct buf *out)
{
    return take(env, args, true, out);
}

static int shift_read(const struct plan_env *env, char *args, struct buf *out)
{
    return take(env, args, false, out);
}

static int put(const struct plan_env *env, char *args, struct slice value, bool is_last)
{
    struct list_value l;
    struct buf joined;
    char *argv[2];
    int err;

    plan_args_split_raw(args, ',', argv, 2);
    err = list_get(env, argv[0], argv[1], &l);
    buf_init(&joined, PLAN_TEXT_MAX);
    if (is_last)
        buf_adds(&joined, buf_slice(&l.text));
    else
        buf_adds(&joined, value);
    if (l.text.len)
        buf_addc(&joined, l.delimiter);
    if (is_last)
        buf_adds(&joined, value);
    else
        buf_adds(&joined, buf_slice(&l.text));
    if (!err)
        err = buf_err(&joined);
    if (!err)
        err = plan_var_set(env, slice_of(argv[0]), buf_slice(&joined));
    buf_fini(&joined);
    buf_fini(&l.text);
    return err;
}

static int push_write(const struct plan_env *env, char *args, struct slice value)
{
    return put(env, args, value, true);
}

static int unshift_write(const struct plan_env *env, char *args, struct slice value)
{
    return put(env, args, value, false);
}

struct keyed {
    char *key;
    double value;
    int at; /* equal values keep their order */
};

static int by_value(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;

    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return x->at - y->at;
}

#define MOST_SORTED 1000

static int sort_read(const struct plan_env *env, char *args, struct buf *out)
{
    char **argv = mem_zalloc(MOST_SORTED * sizeof(*argv));
    struct keyed *rows = mem_zalloc(MOST_SORTED * sizeof(*rows));
    int count = 0, given = argv && rows ? plan_args_split(args, ',', argv, MOST_SORTED) : 0;

    for (int i = 0; i < given; i++) {
        char *colon = strchr(argv[i], ':');

        if (!colon)
            continue;
        *colon = '\0';
        rows[count] = (struct keyed){argv[i], strtod(colon + 1, NULL), count};
        if (isnan(rows[count].value)) /* would stand nowhere in an order */
            rows[count].value = 0;
        count++;
    }
    if (count)
        qsort(rows, (size_t)count, sizeof(*rows), by_value);
    for (int i = 0; i < count; i++)
        buf_printf(out, "%s%s", i ? "," : "", rows[i].key);
    mem_free(rows);
    mem_free(argv);
    return argv && rows ? buf_err(out) : ENOMEM;
}

FUNC_READ(fieldqty, "FIELDQTY", "FIELDQTY(variable,delimiter)",
          "Сколько полей в переменной\nvariable - имя без ${}; пустая - 0.",
          "How many fields a variable has\nvariable: its name without ${}; an empty one has 0.");
FUNC_READ(fieldnum, "FIELDNUM", "FIELDNUM(variable,delimiter,value)",
          "Номер поля с таким значением, от 1; 0 - нет такого",
          "Number of the field with this value, from 1; 0: there is none");
FUNC_READ(listfilter, "LISTFILTER", "LISTFILTER(variable,[delimiter],value)",
          "Список без такого значения\nПеременная не меняется; delimiter по умолчанию - запятая.",
          "A list without this value\nThe variable stays; a comma separates, if not said.");
FUNC_READ(pop, "POP", "POP(variable[,delimiter])", "Забирает последнее поле переменной",
          "Take the last field out of a variable");
FUNC_READ(shift, "SHIFT", "SHIFT(variable[,delimiter])", "Забирает первое поле переменной",
          "Take the first field out of a variable");
FUNC_WRITE(push, "PUSH", "PUSH(variable[,delimiter])=value", "Добавляет поле в конец переменной",
           "Add a field at the end of a variable");
FUNC_WRITE(unshift, "UNSHIFT", "UNSHIFT(variable[,delimiter])=value",
           "Добавляет поле в начало переменной", "Add a field at the beginning of a variable");
FUNC_READ(sort, "SORT", "SORT(key:number[,key:number...])",
          "Ключи по возрастанию чисел, через запятую", "Keys in the order of their numbers");
