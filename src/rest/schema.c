/* rest/schema.c - see schema.h */
#include "rest/schema.h"

#include <string.h>

#include "rest/value.h"

static const char *kind_name(enum model_kind k)
{
    static const char *const names[] = {
        [MODEL_TEXT] = "text",       [MODEL_SECRET] = "secret",   [MODEL_BOOL] = "bool",
        [MODEL_INT] = "int",         [MODEL_SECONDS] = "seconds", [MODEL_ENUM] = "enum",
        [MODEL_ENUMS] = "enums",     [MODEL_NAMES] = "names",     [MODEL_ALLOW] = "codecs",
        [MODEL_DISALLOW] = "codecs", [MODEL_ADDR] = "address",    [MODEL_HOST] = "host",
        [MODEL_NETS] = "nets",       [MODEL_HOSTS] = "hosts",     [MODEL_CALLERID] = "callerid",
        [MODEL_GROUPS] = "groups",   [MODEL_VARS] = "vars",       [MODEL_URIS] = "uris",
        [MODEL_RULES] = "rules",     [MODEL_TOS] = "tos",         [MODEL_WALL] = "time",
    };

    return k < sizeof(names) / sizeof(names[0]) && names[k] ? names[k] : "text";
}

static void put_choices(struct jout *j, const struct model_field *f)
{
    jout_key(j, "enum");
    jout_open(j, '[');
    for (size_t i = 0; f->choices[i]; i++)
        jout_textz(j, f->choices[i]);
    jout_close(j, ']');
}

static void put_bounds(struct jout *j, const struct model_field *f)
{
    if ((f->kind != MODEL_INT && f->kind != MODEL_SECONDS) || (!f->min && !f->max))
        return;
    jout_put_int(j, "minimum", f->min);
    jout_put_int(j, "maximum", f->max);
}

static void put_state(struct jout *j, const struct model_field *f, const char *language)
{
    static const char *const states[] = {[MODEL_OBEYED] = "obeyed",
                                         [MODEL_LATER] = "later",
                                         [MODEL_REFUSED] = "refused",
                                         [MODEL_MOOT] = "moot",
                                         [MODEL_INNER] = "inner"};
    const struct model_words *with = model_subject(f->subject);

    jout_put_textz(j, "x-state", states[f->state]);
    if (with)
        jout_put_textz(j, "x-later", model_words_in(with, language));
}

/* What a list's members are, or the value itself. */
static void put_type(struct jout *j, const struct model_field *f)
{
    jout_put_textz(j, "type", rest_value_type(f));
    if (rest_value_is_list(f)) {
        jout_key(j, "items");
        jout_open(j, '{');
        jout_put_textz(j, "type", "string");
        if (f->choices)
            put_choices(j, f);
        jout_close(j, '}');
    } else if (f->choices) {
        put_choices(j, f);
    }
}

static void put_field(struct jout *j, const struct rest_type *t, const struct model_field *f,
                      unsigned role, const char *language)
{
    jout_key(j, f->column);
    jout_open(j, '{');
    jout_put_textz(j, "title", model_words_in(&f->label, language));
    jout_put_textz(j, "description", model_words_in(&f->help, language));
    put_type(j, f);
    put_bounds(j, f);
    if (f->def) {
        jout_key(j, "default");
        rest_value_put(j, f, slice_of(f->def));
    }
    if (rest_field_is_fixed(t, f) || !(role & t->writes))
        jout_put_bool(j, "readOnly", true);
    if (model_field_is_secret(f))
        jout_put_bool(j, "writeOnly", true);
    jout_put_textz(j, "x-kind", kind_name(f->kind));
    if (f->option)
        jout_put_textz(j, "x-option", f->option);
    if (f->refers)
        jout_put_textz(j, "x-refers", f->refers);
    if (rest_is_listed(t->basic, slice_of(f->column)))
        jout_put_bool(j, "x-basic", true);
    put_state(j, f, language);
    jout_close(j, '}');
}

static void put_names(struct jout *j, const char *name, const char *list)
{
    struct slice rest = slice_of(list);

    jout_key(j, name);
    jout_open(j, '[');
    while (slice_is_set(rest) && list[0]) {
        const struct slice one = slice_trim(slice_cut(rest, ',', &rest));

        if (one.len)
            jout_text(j, one);
    }
    jout_close(j, ']');
}

void schema_put(struct jout *j, const struct rest_type *t, unsigned role, const char *language)
{
    const struct model_type *m = rest_type_model(t);

    jout_open(j, '{');
    jout_put_textz(j, "$schema", "https://json-schema.org/draft/2020-12/schema");
    jout_put_textz(j, "title", model_words_in(&m->label, language));
    jout_put_textz(j, "description", model_words_in(&m->help, language));
    jout_put_textz(j, "type", "object");
    put_names(j, "required", t->required);
    jout_key(j, "properties");
    jout_open(j, '{');
    for (const struct model_field *f = m->fields; f->column; f++)
        if (rest_field_is_shown(f))
            put_field(j, t, f, role, language);
    jout_close(j, '}');
    jout_put_bool(j, "additionalProperties", false);
    jout_close(j, '}');
}

static void put_head(struct jout *j, const struct rest_type *t, unsigned role, const char *language)
{
    const struct model_type *m = rest_type_model(t);

    jout_open(j, '{');
    jout_put_textz(j, "name", t->name);
    jout_put_textz(j, "label", model_words_in(&m->label, language));
    jout_put_textz(j, "help", model_words_in(&m->help, language));
    jout_put_textz(j, "section", t->section);
    jout_put_textz(j, "key", t->key);
    jout_put_textz(j, "id", m->id);
    jout_put_textz(j, "key", t->key);
    jout_put_bool(j, "may_write", (role & t->writes) != 0);
    jout_put_bool(j, "is_single", t->is_single);
    put_names(j, "listed", t->listed);
    jout_close(j, '}');
}

void schema_put_list(struct jout *j, unsigned role, const char *language)
{
    jout_open(j, '{');
    jout_key(j, "types");
    jout_open(j, '[');
    for (const struct rest_type *t = rest_types; t->name; t++)
        if (role & t->reads)
            put_head(j, t, role, language);
    jout_close(j, ']');
    jout_close(j, '}');
}
