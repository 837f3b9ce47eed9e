/* other.c - musiconhold.conf, files kept for later (import.h) */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "import/inner.h"
#include "model/field.h"

#define DEBIAN_MUSIC "/usr/share/asterisk/moh"

/* Where this station has the music of a folder of Asterisk's; NULL: where it is. */
static const char *folder_of(const struct import *im, const char *folder)
{
    const char *const homes[] = {im->dirs.varlib, im->dirs.data};
    const bool is_copied = im->args->moh_dir && import_sounds_has(im, "moh");

    if (strcmp(folder, "moh") == 0)
        return is_copied ? "." : DEBIAN_MUSIC;
    for (size_t i = 0; is_copied && i < 2; i++) {
        const size_t len = strlen(homes[i]);

        if (strncmp(folder, homes[i], len) != 0 || strncmp(folder + len, "/moh", 4) != 0)
            continue;
        folder += len + 4;
        if (!*folder || strcmp(folder, "/") == 0)
            return ".";
        return *folder == '/' ? folder + 1 : NULL;
    }
    return NULL;
}

static void judge_moh(struct import *im, const struct conf_item *item, const char *ours)
{
    const struct model_type *t = model_type_find(SLICE("musiconhold"));
    const struct model_field *f = model_field_find(t, slice_of(item->name));

    if (!f)
        import_say_item(im, item, IMPORT_UNSUPPORTED, "такого параметра у класса музыки нет",
                        "a class of music has no such option");
    else if (model_field_set(f, NULL, slice_of(item->value), NULL) || f->state == MODEL_REFUSED ||
             (strcmp(f->column, "mode") == 0 && strcmp(item->value, "files") != 0))
        import_say_item(im, item, IMPORT_UNSUPPORTED,
                        "класс играет только файлы каталога (mode=files)",
                        "a class plays the files of a directory only (mode=files)");
    else if (ours && ours[0] != '/')
        import_say_item(im, item, IMPORT_TRANSLATED, "музыка скопирована в каталог moh станции",
                        "the music is copied into the station's folder moh");
    else if (ours)
        import_say_item(im, item, IMPORT_TRANSLATED, "каталог музыки из пакета Debian",
                        "the music directory of Debian's package");
    else
        import_say_item(im, item, f->state == MODEL_LATER ? IMPORT_LATER : IMPORT_TAKEN, "", "");
}

static int take_class(struct import *im, const struct conf_section *s)
{
    const char *mode = "files", *directory = "", *sort = "", *digit = "";
    struct stmt *st;
    int err;

    for (uint32_t i = 0; i < s->count; i++) {
        const struct conf_item *item = &s->items[i];
        const char *ours = strcmp(item->name, "directory") == 0 ? folder_of(im, item->value) : NULL;

        if (strcmp(item->name, "random") == 0) {
            import_say_item(im, item, IMPORT_TRANSLATED, "порядок записан в sort",
                            "the order is written into sort");
            sort = strcmp(item->value, "yes") == 0 ? "random" : sort;
            continue;
        }
        judge_moh(im, item, ours);
        if (strcmp(item->name, "mode") == 0)
            mode = item->value;
        else if (strcmp(item->name, "directory") == 0)
            directory = ours ? ours : item->value;
        else if (strcmp(item->name, "sort") == 0)
            sort = item->value;
        else if (strcmp(item->name, "digit") == 0)
            digit = item->value;
    }
    err = db_stmt(
        &st, im->args->db,
        "INSERT INTO musiconhold (name, mode, directory, sort, digit) VALUES (?, ?, ?, ?, ?)");
    if (!err)
        err = stmt_text(st, 1, slice_of(s->name));
    if (!err)
        err = stmt_text(st, 2, slice_of(mode));
    if (!err)
        err = stmt_text(st, 3, slice_of(directory));
    if (!err)
        err = stmt_text(st, 4, slice_of(sort));
    if (!err)
        err = stmt_text(st, 5, slice_of(digit));
    return err ? err : stmt_run(st);
}

int import_moh(struct import *im, const struct conf *conf)
{
    int err = db_run(im->args->db, "DELETE FROM musiconhold");

    for (const struct conf_section *s = conf_first(conf); !err && s; s = s->next) {
        if (s->is_template) {
            import_template(im, s);
            continue;
        }
        if (strcmp(s->name, "general") != 0)
            err = take_class(im, s);
        if (err == EEXIST) {
            import_say(im, s->file, s->line, IMPORT_WRONG, slice_of(s->name),
                       "второй класс с этим именем; взят первый",
                       "a second class of this name; the first is taken");
            err = 0;
        }
        for (uint32_t i = 0; strcmp(s->name, "general") == 0 && i < s->count; i++)
            import_say_item(im, &s->items[i], IMPORT_UNSUPPORTED,
                            "общих параметров музыки у станции нет",
                            "the station has no general options of music");
    }
    return err;
}

int import_keep(struct import *im, const struct conf *conf)
{
    struct stmt *st;
    int err = db_stmt(&st, im->args->db, "DELETE FROM import_later WHERE filename = ?");

    if (!err)
        err = stmt_text(st, 1, slice_of(im->file));
    if (!err)
        err = stmt_run(st);
    for (const struct conf_section *s = conf_first(conf); !err && s; s = s->next) {
        if (s->is_template)
            import_template(im, s);
        for (uint32_t i = 0; !err && !s->is_template && i < s->count; i++) {
            const struct conf_item *item = &s->items[i];

            import_say_item(im, item, IMPORT_LATER, "сохранено для следующей версии станции",
                            "kept for a later version of the station");
            err = db_stmt(&st, im->args->db,
                          "INSERT INTO import_later (filename, category, var_name, var_val) "
                          "VALUES (?, ?, ?, ?)");
            if (!err)
                err = stmt_text(st, 1, slice_of(im->file));
            if (!err)
                err = stmt_text(st, 2, slice_of(s->name));
            if (!err)
                err = stmt_text(st, 3, slice_of(item->name));
            if (!err)
                err = stmt_text(st, 4, slice_of(item->value));
            if (!err)
                err = stmt_run(st);
        }
    }
    return err;
}
