/* role/sounds_console.c - commands about sounds (sounds.h); `station sound ...` asks them */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "role/sounds_inner.h"

/* "--name=VALUE" or "VALUE" of the words; "" when it was not given. */
static const char *option(int argc, char **argv, const char *name)
{
    const size_t len = strlen(name);

    for (int i = 0; i < argc; i++)
        if (strncmp(argv[i], "--", 2) == 0 && strncmp(argv[i] + 2, name, len) == 0 &&
            argv[i][2 + len] == '=')
            return argv[i] + 3 + len;
    return "";
}

static bool has_word(int argc, char **argv, const char *word)
{
    for (int i = 0; i < argc; i++)
        if (strcmp(argv[i], word) == 0)
            return true;
    return false;
}

static void say_why(struct console *c, int err, struct slice text)
{
    struct buf why;

    buf_init(&why, 2000);
    sounds_explain(text, console_is_russian(c), &why);
    console_printf(c, "%s: %s\n", console_say(c, "Не вышло", "It did not work"),
                   text.len ? buf_z(&why) : strerror(err));
    buf_fini(&why);
}

/* ---- sound convert ---- */

static void is_taken(const struct sounds_answer *a, void *arg)
{
    struct console *c = arg;

    if (!a->err)
        return; /* the end follows */
    if (a->err == EEXIST)
        console_printf(
            c, "%s\n",
            console_say(c, "Такой файл уже есть: дайте другое имя или --replace.",
                        "There is a sound of that name: give another one, or --replace."));
    else
        say_why(c, a->err, a->text);
    console_finish(c, a->err);
    mem_deref(c);
}

static void is_converted(const struct sounds_answer *a, void *arg)
{
    struct console *c = arg;

    if (a->err)
        say_why(c, a->err, a->text);
    else
        console_printf(c, "%s  %.*s %s  %.*s\n", console_say(c, "Готово", "Ready"),
                       SLICE_ARG(jobs_value(a->text, "ms")), console_say(c, "мс", "ms"),
                       SLICE_ARG(jobs_value(a->text, "source")));
    console_finish(c, a->err);
    mem_deref(c);
}

static int sound_convert(struct console *c, int argc, char **argv, void *arg)
{
    char name[256] = "";
    const char *level = option(argc, argv, "level");
    const struct sounds_new n = {.upload = option(argc, argv, "upload"),
                                 .name = name,
                                 .folder = option(argc, argv, "folder"),
                                 .original = option(argc, argv, "original"),
                                 .description = "",
                                 .group_uuid = "",
                                 .level = *level ? level : "keep",
                                 .replaces = has_word(argc, argv, "--replace")};
    const char *why;
    int err;

    if (slice_copy(slice_of(option(argc, argv, "name")), name, sizeof(name)))
        return EINVAL;
    sounds_name_trim(name);
    why = sounds_name_why(n.folder, name, console_is_russian(c));
    if (why) {
        console_printf(c, "%s\n", why);
        return EINVAL;
    }
    err = sounds_add(arg, &n, is_taken, is_converted, mem_ref(c));
    if (err)
        mem_deref(c);
    return err ? err : EINPROGRESS;
}

/* ---- sound list, show ---- */

struct listing {
    struct sounds *s;
    struct console *c;
    bool is_whole;
};

static void listing_destroy(void *object)
{
    struct listing *l = object;

    mem_deref(l->c);
    mem_deref(l->s);
}

enum { NAME = 1, FOLDER, STATE, MS, SOURCE, ERROR };

static void list_one(const struct listing *l, const struct slice *cells)
{
    const int percent = sounds_progress(l->s, cells[0]);
    struct buf why;

    console_printf(l->c, "%.*s%s%.*s  %.*s  ", SLICE_ARG(cells[FOLDER]),
                   cells[FOLDER].len ? "/" : "", SLICE_ARG(cells[NAME]), SLICE_ARG(cells[STATE]));
    if (percent >= 0)
        console_printf(l->c, "%d%%  ", percent);
    console_printf(l->c, "%.*s %s  %.*s\n", SLICE_ARG(cells[MS]), console_say(l->c, "мс", "ms"),
                   SLICE_ARG(cells[SOURCE]));
    if (!cells[ERROR].len)
        return;
    buf_init(&why, 2000);
    sounds_explain(cells[ERROR], console_is_russian(l->c), &why);
    console_printf(l->c, "    %s\n", buf_z(&why));
    buf_fini(&why);
}

static const char *const shown[] = {"uuid",   "name",  "folder",   "state",   "ms",
                                    "source", "error", "original", "level",   "bytes",
                                    "sha256", "wide",  "created",  "changed", "description"};

static void show_one(const struct listing *l, const struct slice *cells, uint32_t columns)
{
    for (uint32_t k = 0; k < columns; k++)
        console_printf(l->c, "%-16s %.*s\n", shown[k], SLICE_ARG(cells[k]));
}

static void on_rows(int err, const struct store_rows *rows, void *arg)
{
    struct listing *l = arg;

    for (uint32_t i = 0; !err && i < rows->count; i++) {
        const struct slice *cells = rows->cells + (size_t)i * rows->columns;

        if (l->is_whole)
            show_one(l, cells, rows->columns);
        list_one(l, cells);
    }
    if (!err && !rows->count) {
        console_printf(l->c, "%s\n", console_say(l->c, "Таких нет.", "There are none."));
        err = l->is_whole ? ENOENT : 0;
    } else if (err) {
        console_printf(l->c, "%s: %s\n",
                       console_say(l->c, "База данных не ответила", "The database did not answer"),
                       strerror(err));
    }
    console_finish(l->c, err);
    mem_deref(l);
}

#define LISTED "uuid, name, folder, state, ms, source, error"

static int list(struct sounds *s, struct console *c, const char *sql, const struct slice *values,
                size_t count, bool is_whole)
{
    struct listing *l = mem_alloc(sizeof(*l), listing_destroy);
    int err;

    if (!l)
        return ENOMEM;
    l->is_whole = is_whole;
    l->s = mem_ref(s);
    l->c = mem_ref(c);
    err = store_query(s->args.store, sql, values, count, on_rows, l);
    if (err)
        mem_deref(l);
    return err ? err : EINPROGRESS;
}

static int sound_list(struct console *c, int argc, char **argv, void *arg)
{
    static const char all[] = "SELECT " LISTED " FROM sound ORDER BY folder, name LIMIT 10000";
    static const char of[] =
        "SELECT " LISTED " FROM sound WHERE folder = ? ORDER BY name LIMIT 10000";
    const struct slice folder = slice_of(argc ? argv[0] : "");

    return argc > 1 ? EINVAL : list(arg, c, argc ? of : all, &folder, argc ? 1 : 0, false);
}

static int sound_show(struct console *c, int argc, char **argv, void *arg)
{
    static const char sql[] =
        "SELECT " LISTED
        ", original, level, bytes, sha256, wide, created, changed, description FROM sound WHERE "
        "uuid = ? OR (folder = '' AND name = ?) OR (folder = ? AND name = ?) ORDER BY folder LIMIT 10";
    struct slice values[4], rest;

    if (argc != 1)
        return EINVAL;
    values[0] = values[1] = slice_of(argv[0]);
    values[2] = slice_cut(values[0], '/', &rest);
    values[3] = slice_is_set(rest) ? rest : SLICE("");
    return list(arg, c, sql, values, 4, true);
}

/* ---- sound remove ---- */

static void is_removed(const struct sounds_answer *a, void *arg)
{
    struct console *c = arg;

    if (!a->err)
        console_printf(c, "%s\n", console_say(c, "Удалён.", "Removed."));
    else if (a->err == ENOENT)
        console_printf(c, "%s\n",
                       console_say(c, "Такого нет, имена даёт sound list.",
                                   "There is none of that name; see sound list."));
    else if (a->err == EBUSY)
        console_printf(c, "%s\n%.*s%s\n",
                       console_say(c, "Не удалён, его играют:", "Not removed, it is played by:"),
                       SLICE_ARG(a->text),
                       console_say(c, "Уберите его оттуда, или добавьте слово force.",
                                   "Take it out of there, or add the word force."));
    else
        say_why(c, a->err, a->text);
    console_finish(c, a->err);
    mem_deref(c);
}

static int sound_remove(struct console *c, int argc, char **argv, void *arg)
{
    int err;

    if (argc < 1 || argc > 2 || (argc == 2 && strcmp(argv[1], "force") != 0))
        return EINVAL;
    err = sounds_remove(arg, slice_of(argv[0]), argc == 2, is_removed, mem_ref(c));
    if (err)
        mem_deref(c);
    return err ? err : EINPROGRESS;
}

const struct console_command sounds_console_commands[] = {
    {"sound convert",
     "--upload=FILE --name=NAME [--folder=LANGUAGE] [--level=keep|peak|loud] [--original=NAME] [--replace]",
     "Сделать из файла каталога uploads звук станции и дождаться; снаружи: station sound convert --file FILE --name NAME",
     "Make a sound of a file in the folder uploads, and wait; from outside: station sound convert --file FILE --name NAME",
     sound_convert, NULL},
    {"sound list", "[LANGUAGE]", "Аудиофайлы: имя, состояние, длина, исходный формат",
     "Sounds: name, state, length, what they were made from", sound_list, NULL},
    {"sound show", "NAME", "Всё об аудиофайле: строка таблицы sound",
     "All about a sound: its row of table sound", sound_show, NULL},
    {"sound remove", "NAME [force]", "Удалить аудиофайл, если его не играет ни одна маршрутизация",
     "Remove a sound, unless a routing plays it", sound_remove, NULL},
};
const size_t sounds_console_command_count =
    sizeof(sounds_console_commands) / sizeof(sounds_console_commands[0]);
