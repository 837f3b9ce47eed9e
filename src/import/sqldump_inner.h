/*
 * import/sqldump_inner.h - what the two files of the reader of dumps share: bytes, words and values
 * (sqlread.c), statements (sqldump.c)
 */
#pragma once
#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "import/sqldump.h"

#define SQLDUMP_CHUNK (64u << 10)
#define SQLDUMP_MOST_ROW (16u << 20)
#define SQLDUMP_MOST_NAME 128

/* A table that the dump made. */
struct table {
    struct hash_link link;
    const char *name;
    const char *columns[]; /* NULL-terminated */
};

struct sqldump {
    const struct sqldump_args *args;
    int fd; /* -1: all is in text */
    char *chunk;
    struct slice text; /* what is left of it */
    int held;          /* a byte given back; 0: none */
    uint64_t bytes, told;
    uint32_t line;
    int err; /* of read or a handler; sticks, and ends the text */

    struct arena arena;
    struct hash tables;
    uint32_t table_count;
    bool is_cp1251;

    /* of the statement under way */
    char word[SQLDUMP_MOST_NAME + 1];
    const char *list[SQLDUMP_MOST_COLUMNS + 1];
    const char *const *columns;
    struct arena names;
    uint32_t at;
    /* of the row under way */
    struct buf row, one;
    size_t begins[SQLDUMP_MOST_COLUMNS], ends[SQLDUMP_MOST_COLUMNS]; /* begin > end: NULL */
    struct slice values[SQLDUMP_MOST_COLUMNS];
    unsigned count;
    bool is_translated, is_binary;
};

/** The next byte without taking it; -1 at the end. */
int sqldump_peek(struct sqldump *r);

/** The next byte; -1 at the end. */
int sqldump_take(struct sqldump *r);

/** Take the next byte if it is this one. */
bool sqldump_take_if(struct sqldump *r, int c);

/** Say what is wrong (or not taken) with the statement under way. */
void sqldump_complain(struct sqldump *r, struct slice what, bool is_wrong, const char *ru,
                      const char *en);

/** To the next line. */
void sqldump_skip_line(struct sqldump *r);

/** Over space and comments. @return the byte behind them, not taken; -1 */
int sqldump_skip_space(struct sqldump *r);

/** Behind the opening quote, over the closing one. */
void sqldump_skip_quoted(struct sqldump *r, int quote);

/** To behind the ; of this statement. */
void sqldump_skip_statement(struct sqldump *r);

/** A word, or a name in quotes, into r->word. @return false: there is none, or it is too long */
bool sqldump_take_word(struct sqldump *r);

/** r->word is this, in any case. */
bool sqldump_word_is(const struct sqldump *r, const char *text);

/** A table's name into r->word, without the database's in front of it. */
bool sqldump_take_table_name(struct sqldump *r);

/** Behind the opening bracket: values into r->row. @return 0; EINVAL; ENOSPC (too long); ENOMEM */
int sqldump_take_row(struct sqldump *r);
