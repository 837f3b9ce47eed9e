/* func/json.c - JSON_DECODE: one value out of a JSON text (RFC 8259), found by keys and indexes */
#include <ctype.h>
#include <errno.h>

#include "plan/func/json.h"
#include "plan/func/row.h"

#define DEPTH_MOST 64

/* What is left of the text; NULL bytes never occur: it ends with one. */
struct json_scan {
    const char *s;
    unsigned depth;
};

static bool skip_value(struct json_scan *j);

static void skip_blanks(struct json_scan *j)
{
    while (*j->s == ' ' || *j->s == '\t' || *j->s == '\n' || *j->s == '\r')
        j->s++;
}

static bool skip_string(struct json_scan *j)
{
    if (*j->s != '"')
        return false;
    for (j->s++; *j->s && *j->s != '"'; j->s++) {
        if ((unsigned char)*j->s < ' ')
            return false;
        if (*j->s == '\\' && !*++j->s)
            return false;
    }
    return *j->s++ == '"';
}

static bool skip_word(struct json_scan *j, const char *word)
{
    const size_t len = strlen(word);

    if (strncmp(j->s, word, len) != 0)
        return false;
    j->s += len;
    return true;
}

static bool skip_digits(struct json_scan *j)
{
    const char *start = j->s;

    while (isdigit((unsigned char)*j->s))
        j->s++;
    return j->s != start;
}

static bool skip_number(struct json_scan *j)
{
    j->s += *j->s == '-';
    if (!skip_digits(j))
        return false;
    if (*j->s == '.') {
        j->s++;
        if (!skip_digits(j))
            return false;
    }
    if (*j->s == 'e' || *j->s == 'E') {
        j->s++;
        j->s += *j->s == '-' || *j->s == '+';
        return skip_digits(j);
    }
    return true;
}

/* Behind the opening bracket, or behind a member. @return whether a member stands there; *ok: the text is
   good so far */
static bool next_member(struct json_scan *j, char close, bool is_first, bool *ok)
{
    skip_blanks(j);
    if (*j->s == close && ++j->s)
        return false;
    if (!is_first && !(*ok = *j->s == ','))
        return false;
    j->s += !is_first;
    skip_blanks(j);
    return true;
}

/* "key": */
static bool skip_key(struct json_scan *j)
{
    if (!skip_string(j))
        return false;
    skip_blanks(j);
    if (*j->s != ':')
        return false;
    j->s++;
    skip_blanks(j);
    return true;
}

static bool skip_members(struct json_scan *j, char close)
{
    bool ok = j->depth < DEPTH_MOST;

    j->depth++;
    j->s++;
    for (bool first = true; ok && next_member(j, close, first, &ok); first = false)
        ok = (close == ']' || skip_key(j)) && skip_value(j);
    j->depth--;
    return ok;
}

static bool skip_value(struct json_scan *j)
{
    skip_blanks(j);
    switch (*j->s) {
    case '{': return skip_members(j, '}');
    case '[': return skip_members(j, ']');
    case '"': return skip_string(j);
    case 't': return skip_word(j, "true");
    case 'f': return skip_word(j, "false");
    case 'n': return skip_word(j, "null");
    default: return skip_number(j);
    }
}

static void put_utf8(unsigned code, struct buf *out)
{
    if (code < 0x80) {
        buf_addc(out, (char)code);
    } else if (code < 0x800) {
        buf_printf(out, "%c%c", 0xc0 | code >> 6, 0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        buf_printf(out, "%c%c%c", 0xe0 | code >> 12, 0x80 | (code >> 6 & 0x3f),
                   0x80 | (code & 0x3f));
    } else {
        buf_printf(out, "%c%c%c%c", 0xf0 | code >> 18, 0x80 | (code >> 12 & 0x3f),
                   0x80 | (code >> 6 & 0x3f), 0x80 | (code & 0x3f));
    }
}

/* Four hexadecimal digits. @return behind them, or s */
static const char *read_code(const char *s, unsigned *code)
{
    *code = 0;
    for (int i = 0; i < 4; i++) {
        if (!isxdigit((unsigned char)s[i]))
            return s;
        *code = *code << 4 |
                (unsigned)(isdigit((unsigned char)s[i]) ? s[i] - '0' : (s[i] | 32) - 'a' + 10);
    }
    return s + 4;
}

/* Behind "\u". @return behind the code (or both halves of a pair) */
static const char *put_code(const char *s, struct buf *out)
{
    unsigned code, low;

    s = read_code(s, &code);
    if (code >= 0xd800 && code < 0xdc00 && s[0] == '\\' && s[1] == 'u') {
        s = read_code(s + 2, &low);
        code = 0x10000 + ((code & 0x3ff) << 10) + (low & 0x3ff);
    }
    if (code && (code < 0xd800 || code > 0xdfff)) /* variables hold no NUL */
        put_utf8(code, out);
    return s;
}

/* A good string, without quotes and escapes. */
static void put_string(const char *s, struct buf *out)
{
    static const char letters[] = "bfnrt", bytes[] = "\b\f\n\r\t";

    for (s++; *s && *s != '"';) {
        const char *at;

        if (*s != '\\') {
            buf_addc(out, *s++);
        } else if (s[1] == 'u') {
            s = put_code(s + 2, out);
        } else {
            at = strchr(letters, s[1]);
            buf_addc(out, at ? bytes[at - letters] : s[1]);
            s += 2;
        }
    }
}

/* A good value as it stands, without blanks between. */
static void put_compact(const char *s, const char *end, struct buf *out)
{
    bool is_string = false;

    for (; s < end; s++) {
        if (!is_string && isspace((unsigned char)*s))
            continue;
        if (*s == '"')
            is_string = !is_string;
        if (*s == '\\' && is_string)
            buf_addc(out, *s++);
        buf_addc(out, *s);
    }
}

static bool is_key(const char *at, struct slice key)
{
    struct buf name;
    bool same;

    buf_init(&name, PLAN_TEXT_MAX);
    put_string(at, &name);
    same = slice_eq(buf_slice(&name), key);
    buf_fini(&name);
    return same;
}

/* At an array or object (good): go to the member of that name or number. */
static bool enter(struct json_scan *j, struct slice key)
{
    const char close = *j->s == '{' ? '}' : ']';
    uint32_t wanted = 0;
    bool ok = close == '}' || slice_u32(key, &wanted) == 0;

    j->s++;
    for (uint32_t n = 0; ok && next_member(j, close, n == 0, &ok); n++) {
        const bool is_it = close == '}' ? is_key(j->s, key) : n == wanted;

        if (close == '}')
            skip_key(j);
        if (is_it)
            return true;
        ok = skip_value(j);
    }
    return false;
}

static unsigned count_members(struct json_scan j)
{
    bool ok = true;
    unsigned n = 0;

    j.s++;
    for (; ok && next_member(&j, ']', n == 0, &ok); n++)
        ok = skip_value(&j);
    return n;
}

static int put_value(struct json_scan *j, bool wants_count, struct buf *out)
{
    const char *start = j->s;

    if (*start == '"')
        put_string(start, out);
    else if (*start == '[' && wants_count)
        buf_addu(out, count_members(*j));
    else if (*start == 't' || *start == 'f')
        buf_addc(out, *start == 't' ? '1' : '0');
    else if (*start != 'n' && skip_value(j))
        put_compact(start, j->s, out);
    return buf_err(out);
}

int func_json_find(const char *text, const char *path, const char *separator, bool wants_count,
                   struct buf *out)
{
    struct json_scan j = {.s = text}, whole = {.s = text};
    const size_t step = strlen(separator);

    if (!skip_value(&whole))
        return EINVAL;
    skip_blanks(&whole);
    if (*whole.s)
        return EINVAL;
    skip_blanks(&j);
    for (const char *next = path; next && (*j.s == '{' || *j.s == '['); path = next) {
        const char *end = strstr(path, separator);

        next = end ? end + step : NULL;
        if (!enter(&j, end ? slice_from(path, (size_t)(end - path)) : slice_of(path)))
            return ENOENT;
    }
    return put_value(&j, wants_count, out);
}

static int json_decode_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct buf text;
    char *argv[4];
    int err;

    plan_args_split(args, ',', argv, 4);
    if (!*argv[0] || !*argv[1]) {
        plan_func_warn(env, "JSON_DECODE needs a variable's name and a key", argv[0]);
        return 0;
    }
    buf_init(&text, PLAN_TEXT_MAX);
    err = func_value(env, argv[0], &text);
    if (!err && text.len) {
        err = func_json_find(buf_z(&text), argv[1], *argv[2] ? argv[2] : ".",
                             strchr(argv[3], 'c') != NULL, out);
        if (err == EINVAL)
            plan_func_warn(env, "JSON_DECODE: the variable holds no JSON", argv[0]);
    }
    buf_fini(&text);
    return err == EINVAL || err == ENOENT ? 0 : err;
}

FUNC_READ(
    json_decode, "JSON_DECODE", "JSON_DECODE(variable,path[,separator[,options]])",
    "Значение из текста JSON\nvariable - имя без ${}; path - ключи и номера через точку: "
    "data.items.0.name; separator - вместо точки; c: у массива - сколько в нём.",
    "A value out of a JSON text\nvariable: its name without ${}; path: keys and numbers with dots: "
    "data.items.0.name; separator: instead of the dot; c: of an array, how many it holds.");
