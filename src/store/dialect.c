/* dialect.c - see dialect.h */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/dialect.h"

static const struct {
    const char *ours, *theirs;
} words[] = {
    {"datetime('now','localtime')", "now()"},
    {"datetime('now', 'localtime')", "now()"},
    {"AUTOINCREMENT", "AUTO_INCREMENT"},
    {"date(MAX(day), '+1 day')", "DATE_ADD(MAX(day), INTERVAL 1 DAY)"},
    {"WITHOUT ROWID", ""},
    {"INTEGER", "BIGINT"}, /* SQLite's integers have 64 bits */
    {" IS ?", " <=> "},    /* the value comes next */
    {"ON CONFLICT (id) DO UPDATE SET", "ON DUPLICATE KEY UPDATE"},
    {"ON CONFLICT (name) DO UPDATE SET", "ON DUPLICATE KEY UPDATE"},
    {"INSERT OR IGNORE", "INSERT IGNORE"},
    {"excluded.value", "VALUES(value)"},
};

/* Past a text, a quoted name or a comment that begins at p; p itself when none does. */
static const char *skip_quoted(const char *p, const char *end)
{
    const char quote = *p;

    if (quote == '-' && p + 1 < end && p[1] == '-') {
        while (p < end && *p != '\n')
            p++;
    } else if (quote == '/' && p + 1 < end && p[1] == '*') {
        for (p += 2; p < end && !(*p == '*' && p + 1 < end && p[1] == '/'); p++)
            ;
        p = p < end ? p + 2 : end;
    } else if (quote == '\'' || quote == '"' || quote == '`') {
        for (p++; p < end && *p != quote; p++)
            ;
        p += p < end;
    }
    return p;
}

struct slice dialect_cut(struct slice sql, struct slice *rest)
{
    const char *end = sql.p + sql.len, *p = sql.p;

    while (p < end && *p != ';') {
        const char *next = skip_quoted(p, end);

        p = next == p ? p + 1 : next;
    }
    *rest = p < end ? slice_from(p + 1, (size_t)(end - p - 1)) : slice_from(end, 0);
    return slice_trim(slice_from(sql.p, (size_t)(p - sql.p)));
}

static bool begins(const char *p, const char *word)
{
    return strncmp(p, word, strlen(word)) == 0;
}

/* "?" is the next value, "?7" the seventh. */
static int add_value(struct dialect *to, const char **p)
{
    char *end;
    unsigned long n = strtoul(*p + 1, &end, 10);

    if (to->count == DIALECT_VALUES || n > DIALECT_VALUES)
        return EINVAL;
    to->value[to->count] = (uint8_t)(isdigit((unsigned char)(*p)[1]) ? n : to->count + 1);
    to->count++;
    *p = isdigit((unsigned char)(*p)[1]) ? end : *p + 1;
    return buf_addc(&to->sql, '?');
}

/* A made-up UUID as default: an expression in parentheses. */
static int add_uuid(struct dialect *to, const char **p)
{
    const char *end = *p + strlen(*p);
    int depth = 0;

    do {
        const char *next = skip_quoted(*p, end);

        if (next != *p) {
            *p = next;
            continue;
        }
        depth += (**p == '(') - (**p == ')');
        ++*p;
    } while (**p && depth > 0);
    return buf_addz(&to->sql, "(uuid())");
}

/* A row of InnoDB is short, and a length is no limit in SQLite: only keys keep theirs, and what is indexed whole: names
 * of files (512 characters are 2,048 bytes of the 3,072 that a key may have) and groups. */
enum { FILE_LEN = 512, UUID_LEN = 36 };

static bool add_text_type(struct dialect *to, const char **p)
{
    char *end;
    unsigned long len = strtoul(*p + sizeof("VARCHAR(") - 1, &end, 10);

    if (*end != ')' || begins(end + 1, " NOT NULL UNIQUE") || begins(end + 1, " NOT NULL PRIMARY"))
        return false;
    if (len == FILE_LEN || len == UUID_LEN || (len < 255 && !begins(end + 1, " DEFAULT NULL")))
        return false;
    buf_addz(&to->sql, "TEXT");
    *p = end + 1;
    return true;
}

static bool add_word(struct dialect *to, const char **p)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (!begins(*p, words[i].ours))
            continue;
        *p += strlen(words[i].ours) - (strchr(words[i].ours, '?') != NULL);
        buf_addz(&to->sql, words[i].theirs);
        return true;
    }
    return begins(*p, "VARCHAR(") && add_text_type(to, p);
}

int dialect_translate(struct dialect *to, const char *sql)
{
    const char *end = sql + strlen(sql);
    int err = 0;

    to->count = 0;
    while (!err && *sql) {
        const char *next = skip_quoted(sql, end);

        if (next != sql) {
            err = buf_adds(&to->sql, slice_from(sql, (size_t)(next - sql)));
            sql = next;
        } else if (*sql == '?') {
            err = add_value(to, &sql);
        } else if (begins(sql, "(lower(hex(randomblob")) {
            err = add_uuid(to, &sql);
        } else if (!add_word(to, &sql)) {
            err = buf_addc(&to->sql, *sql++);
        }
    }
    return err ? err : buf_err(&to->sql);
}
