/* tones.c - indications.conf: the country, and tones of countries into table tones (import.h) */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "dsp/tone.h"
#include "import/inner.h"

#define MOST_ZONE 20

/* What is no tone: how a country is called, and how telephones ring that hang on wires. */
static bool is_description(const char *name)
{
    return strcmp(name, "description") == 0 || strcmp(name, "ringcadence") == 0 ||
           strcmp(name, "ringcadance") == 0;
}

/* The tones of ru and us that the station has built in need no row. */
static bool is_built_in(const struct conf_section *s, const struct conf_item *item)
{
    return (strcasecmp(s->name, "ru") == 0 || strcasecmp(s->name, "us") == 0) &&
           slice_eqz(tone_find(slice_of(s->name), slice_of(item->name)), item->value);
}

/* Without the spaces that lists are written with. @return 0; ENOSPC; ENOMEM */
static int take_spaces_off(struct buf *out, const char *list)
{
    for (; *list; list++)
        if (!isspace((unsigned char)*list))
            buf_addc(out, *list);
    return buf_err(out);
}

static int insert(struct import *im, const struct conf_section *s, const struct conf_item *item,
                  struct slice list)
{
    char name[128];
    struct stmt *st;
    int err = db_stmt(&st, im->args->db, "INSERT INTO tones (name, list) VALUES (?, ?)");

    snprintf(name, sizeof(name), "%.*s/%.80s", MOST_ZONE, s->name, item->name);
    for (char *p = name; *p; p++)
        *p = (char)tolower((unsigned char)*p);
    if (!err)
        err = stmt_text(st, 1, slice_of(name));
    if (!err)
        err = stmt_text(st, 2, list);
    return err ? err : stmt_run(st);
}

static int take_tone(struct import *im, const struct conf_section *s, const struct conf_item *item)
{
    struct tone read;
    struct buf list;
    int err;

    buf_init(&list, 16384);
    err = take_spaces_off(&list, item->value);
    if (err)
        goto out;
    if (tone_parse(&read, buf_slice(&list))) {
        import_say_item(im, item, IMPORT_WRONG, "это не список частот; сигнал не взят",
                        "this is no list of frequencies; the tone is not taken");
        goto out;
    }
    err = insert(im, s, item, buf_slice(&list));
    if (err == EEXIST) {
        import_say_item(im, item, IMPORT_WRONG, "у страны уже есть этот сигнал; взят первый",
                        "the country has this tone already; the first is taken");
        err = 0;
    } else if (!err) {
        import_say_item(im, item, IMPORT_TAKEN, "", "");
    }
out:
    buf_fini(&list);
    return err;
}

static int take_general(struct import *im, const struct conf_item *item)
{
    if (strcmp(item->name, "country") != 0) {
        import_say_item(im, item, IMPORT_UNSUPPORTED, "общего параметра гудков с этим именем нет",
                        "there is no such general option of tones");
        return 0;
    }
    import_say_item(im, item, IMPORT_TAKEN, "", "");
    return import_setting(im, "tone_zone", item->value);
}

static int take_line(struct import *im, const struct conf_section *s, const struct conf_item *item)
{
    if (strcmp(s->name, "general") == 0)
        return take_general(im, item);
    if (is_description(item->name))
        import_say_item(im, item, IMPORT_NOT_NEEDED,
                        "станции не нужно: название страны и звонок аналоговых телефонов",
                        "not needed: the country's name and how analogue phones ring");
    else if (is_built_in(s, item))
        import_say_item(im, item, IMPORT_NOT_NEEDED, "этот сигнал встроен",
                        "this tone is built in");
    else
        return take_tone(im, s, item);
    return 0;
}

int import_indications(struct import *im, const struct conf *conf)
{
    int err = db_run(im->args->db, "DELETE FROM tones");

    for (const struct conf_section *s = conf_first(conf); !err && s; s = s->next) {
        if (s->is_template)
            import_template(im, s);
        for (uint32_t i = 0; !err && !s->is_template && i < s->count; i++)
            err = take_line(im, s, &s->items[i]);
    }
    return err;
}
