/* func/text.c - a text in, a text out: TOLOWER, TRIM, QUOTE, BASENAME and the like */
#include <ctype.h>

#include "plan/func/row.h"

static int mapped(const char *args, int (*map)(int), struct buf *out)
{
    for (const char *s = args; *s; s++)
        buf_addc(out, (unsigned char)*s < 128 ? (char)map(*s) : *s);
    return buf_err(out);
}

static int tolower_read(const struct plan_env *env, char *args, struct buf *out)
{
    return mapped(args, tolower, out);
}

static int toupper_read(const struct plan_env *env, char *args, struct buf *out)
{
    return mapped(args, toupper, out);
}

static bool is_blank(char c)
{
    return (unsigned char)c <= ' ';
}

static int trimmed(char *s, bool left, bool right, struct buf *out)
{
    size_t len;

    while (left && *s && is_blank(*s))
        s++;
    len = strlen(s);
    while (right && len && is_blank(s[len - 1]))
        len--;
    return buf_add(out, s, len);
}

static int trim_read(const struct plan_env *env, char *args, struct buf *out)
{
    return trimmed(args, true, true, out);
}

static int ltrim_read(const struct plan_env *env, char *args, struct buf *out)
{
    return trimmed(args, true, false, out);
}

static int rtrim_read(const struct plan_env *env, char *args, struct buf *out)
{
    return trimmed(args, false, true, out);
}

static int quoted(const char *s, const char *special, char before, struct buf *out)
{
    buf_addc(out, '"');
    for (; *s; s++) {
        if (strchr(special, *s))
            buf_addc(out, before);
        buf_addc(out, *s);
    }
    return buf_addc(out, '"');
}

static int quote_read(const struct plan_env *env, char *args, struct buf *out)
{
    return quoted(args, "\"\\", '\\', out);
}

static int csv_quote_read(const struct plan_env *env, char *args, struct buf *out)
{
    return quoted(args, "\"", '"', out);
}

static int passthru_read(const struct plan_env *env, char *args, struct buf *out)
{
    return buf_addz(out, args);
}

static int exists_read(const struct plan_env *env, char *args, struct buf *out)
{
    return buf_addc(out, *args ? '1' : '0');
}

static int isnull_read(const struct plan_env *env, char *args, struct buf *out)
{
    return buf_addc(out, *args ? '0' : '1');
}

/* A path without slashes at its end. @return where its last part begins */
static char *last_part(char *path)
{
    size_t len = strlen(path);
    char *slash;

    while (len > 1 && path[len - 1] == '/')
        path[--len] = '\0';
    slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

static int basename_read(const struct plan_env *env, char *args, struct buf *out)
{
    return buf_addz(out, *args ? last_part(args) : ".");
}

static int dirname_read(const struct plan_env *env, char *args, struct buf *out)
{
    char *last = last_part(args);

    while (last > args && last[-1] == '/')
        last--;
    if (last > args)
        return buf_add(out, args, (size_t)(last - args));
    return buf_addc(out, *args == '/' ? '/' : '.');
}

static int keypadhash_read(const struct plan_env *env, char *args, struct buf *out)
{
    static const char keys[] = "22233344455566677778889999";

    for (const char *s = args; *s; s++) {
        if (isdigit((unsigned char)*s))
            buf_addc(out, *s);
        else if (isalpha((unsigned char)*s))
            buf_addc(out, keys[tolower(*s) - 'a']);
    }
    return buf_err(out);
}

FUNC_READ(tolower, "TOLOWER", "TOLOWER(text)", "Латинские буквы - строчными",
          "Latin letters as small ones");
FUNC_READ(toupper, "TOUPPER", "TOUPPER(text)", "Латинские буквы - прописными",
          "Latin letters as capitals");
FUNC_READ(trim, "TRIM", "TRIM(text)", "Без пробелов по краям", "Without blanks around");
FUNC_READ(ltrim, "LTRIM", "LTRIM(text)", "Без пробелов в начале", "Without blanks before");
FUNC_READ(rtrim, "RTRIM", "RTRIM(text)", "Без пробелов в конце", "Without blanks behind");
FUNC_READ(quote, "QUOTE", "QUOTE(text)",
          "В кавычках; перед кавычкой и обратной косой - обратная косая",
          "In quotes, a backslash before quotes and backslashes");
FUNC_READ(csv_quote, "CSV_QUOTE", "CSV_QUOTE(text)", "В кавычках; кавычки внутри удвоены",
          "In quotes, quotes inside doubled");
FUNC_READ(
    passthru, "PASSTHRU", "PASSTHRU(text)",
    "Сам текст\nДля функций, которые ждут имя переменной: ${FIELDQTY(PASSTHRU(a-b),-)}.",
    "The text itself\nFor functions that want a variable's name: ${FIELDQTY(PASSTHRU(a-b),-)}.");
FUNC_READ(exists, "EXISTS", "EXISTS(text)", "1, если текст не пуст, иначе 0",
          "1 when the text is not empty, else 0");
FUNC_READ(isnull, "ISNULL", "ISNULL(text)", "1, если текст пуст, иначе 0",
          "1 when the text is empty, else 0");
FUNC_READ(basename, "BASENAME", "BASENAME(path)", "Последняя часть пути к файлу",
          "The last part of a file's path");
FUNC_READ(dirname, "DIRNAME", "DIRNAME(path)", "Путь к папке файла", "The folder of a file's path");
FUNC_READ(keypadhash, "KEYPADHASH", "KEYPADHASH(text)", "Буквы как клавиши телефона: Les - 537",
          "Letters as keys of a telephone: Les is 537");
