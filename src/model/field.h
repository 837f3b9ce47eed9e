/*
 * model/field.h - one table of fields per object type: where SQL, checks, help and documents come
 * from
 *
 * Scope:   a row says all there is to say about a column: its name, what a value may be, the
 *          default, Asterisk's name of the option, Russian and English label and help, and
 *          whether the station obeys it. The loader fills a struct of model/snapshot.h by the
 *          row's offset.
 * Source:  manual F77-F161; Asterisk 22's ps_* tables and options.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

struct model_pool;

/** Kind of value, and the C type at offset. */
enum model_kind {
    MODEL_TEXT,    /* const char *, "" when not set */
    MODEL_SECRET,  /* const char *; shown as *** */
    MODEL_BOOL,    /* bool: yes/no, true/false, on/off, 1/0 */
    MODEL_INT,     /* int32_t within min..max */
    MODEL_SECONDS, /* uint32_t milliseconds; text in seconds, "3.0"; min..max in seconds */
    MODEL_ENUM,    /* uint8_t: index into choices */
    MODEL_ENUMS,   /* struct model_order: several of choices, in order */
    MODEL_NAMES,   /* struct model_names: comma separated */
    MODEL_ALLOW,   /* struct model_codecs, applied after MODEL_DISALLOW */
    MODEL_DISALLOW,
    MODEL_ADDR,     /* struct addr: literal host, optional port (min = default port) */
    MODEL_HOST,     /* const char *: literal address or a host's name */
    MODEL_NETS,     /* struct model_nets: addresses or networks, comma separated */
    MODEL_HOSTS,    /* struct model_names: addresses, networks or names, comma separated */
    MODEL_CALLERID, /* struct model_callerid: "Name" <number> */
    MODEL_GROUPS,   /* uint64_t: numbers 0-63 and ranges, "1,3-5" */
    MODEL_VARS,     /* struct model_vars: NAME=value, rows of a text separated by newlines or ';' */
    MODEL_URIS,     /* struct model_names: sip:, sips: or tel: URIs, comma separated */
    MODEL_RULES,    /* struct model_rules: "deny=...,permit=..." in order */
    MODEL_TOS,      /* uint8_t, the byte of IP: ef, af31, cs5, lowdelay ..., a number */
    MODEL_WALL,     /* not kept: seconds since 1970, or a date and time; the station writes it */
    MODEL_PASSWORD, /* not kept: its argon2id; what is typed is hashed before it is stored */
    MODEL_KEY,      /* not kept: its SHA-256 in hex; found by it, shown once when it is made */
};

enum model_state {
    MODEL_OBEYED,
    MODEL_LATER,   /* checked and kept in the table; nothing obeys it yet (harmless): named in one
                      warning */
    MODEL_REFUSED, /* a restriction that is not obeyed yet: an object that sets it is not loaded */
    MODEL_MOOT,  /* taken without a word: it says how Asterisk works inside, help says why it means
                      nothing here */
    MODEL_INNER, /* the station's own: uuid, name, description, group_uuid, what the driver writes
                    */
};

/** The station does what this value asks, although nothing obeys the field: its default, or one of
 * same. */
struct model_field;
bool model_field_is_harmless(const struct model_field *f, struct slice value);

/** Obeyed with this value, or harmless. */
bool model_field_is_obeyed(const struct model_field *f, struct slice value);

struct model_words {
    const char *ru, *en;
};

struct model_field {
    const char *column; /* NULL ends a table */
    const char *option; /* Asterisk's name where it differs, else NULL */
    enum model_kind kind;
    enum model_state state;
    const char *def;   /* default as text; NULL: not set */
    const char *later; /* of an OBEYED field: values that nothing obeys yet, comma separated */
    const char *same;  /* other values that say what the station does anyway, comma separated:
                         no warning and no refusal for them */
    int64_t min, max;  /* MODEL_INT, MODEL_SECONDS; MODEL_ADDR: min = default port */
    const char *const *choices; /* MODEL_ENUM, MODEL_ENUMS; NULL-terminated */
    char gap; /* between repeated lines of a file, where the kind does not say it (model/files.h) */
    size_t offset;   /* in the object's struct, MODEL_NOWHERE when it is not kept */
    const char *sql; /* SQL type with constraints, where the kind's own does not fit */
    struct model_words label, help;
    const char *refers; /* the type whose names it takes; NULL: none */
    const char
        *subject; /* of a LATER or REFUSED field: the word of model_subject that it comes with */
    const char *shown; /* of an OBEYED field: the test that shows it ("tests/scene/busy.scene");
                          the docs name it, a unit test looks that it exists and names the field */
};

#define MODEL_NOWHERE ((size_t)-1)

/** How a table's rows make objects. */
enum model_shape {
    MODEL_ROWS,  /* a row is an object */
    MODEL_PAIRS, /* a row (name, value) is a field of the one object: table settings */
    MODEL_PLAIN, /* no objects: the columns are only described here */
};

struct model_type {
    const char *name;  /* "endpoint": type= in pjsip.conf, var_name in static_sorcery; NULL ends
                          model_types */
    const char *table; /* "ps_endpoints" */
    const char *id;    /* column with the object's name: "id", "name" */
    enum model_shape shape;
    bool is_later;     /* nothing obeys the whole type yet: named once, not by column */
    bool is_watched;   /* a change loads the configuration again */
    bool is_private;   /* no business of the routing: REALTIME does not reach it */
    const char *tail;  /* what follows the columns in CREATE TABLE, or NULL */
    const char *index; /* columns of an index; ";" and those of another; or NULL */
    size_t size;       /* of its struct in model/snapshot.h; 0: not in the snapshot */
    const struct model_field *fields;
    struct model_words label, help;
};

/** All types, in the order in which tables are made. */
extern const struct model_type model_types[];

const struct model_type *model_type_find(struct slice name);

/** A value that no answer, log or report may hold. */
static inline bool model_field_is_secret(const struct model_field *f)
{
    return f->kind == MODEL_SECRET || f->kind == MODEL_PASSWORD || f->kind == MODEL_KEY;
}

/** By column, or by Asterisk's option name. NULL: no such field. */
const struct model_field *model_field_find(const struct model_type *t, struct slice name);

/** Words for one language ("ru", else English). */
const char *model_words_in(const struct model_words *w, const char *language);

/** What a LATER or REFUSED field comes with, in words. NULL: no such word. */
const struct model_words *model_subject(const char *word);

/** What a value may be, in words ("yes or no", "a number from 0 to 65535", "one of: a, b"). */
struct buf;
int model_field_allowed(const struct model_field *f, const char *language, struct buf *out);

/**
 * Check a value, and keep it in object when that is given.
 * @param object  struct with the field's offset, or NULL to check only
 * @param pool    keeps texts and lists; may be NULL when object is
 * @return 0; EINVAL (not allowed); ENOMEM
 */
int model_field_set(const struct model_field *f, void *object, struct slice value,
                    struct model_pool *pool);

/**
 * The value as text, as Asterisk writes it (booleans "true" and "false"); the default of a field that is
 * not kept. Secrets are never printed.
 * @param object  the field's struct
 * @return as buf_add; EACCES (a secret, or what only the database has)
 */
int model_field_print(const struct model_field *f, const void *object, struct buf *out);

/** Give every field its default. @return 0; ENOMEM */
int model_defaults_set(const struct model_type *t, void *object, struct model_pool *pool);
