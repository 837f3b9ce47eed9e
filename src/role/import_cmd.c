/* import_cmd.c - `station import`: take an Asterisk configuration, and say what became of every
 * line */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "import/import.h"
#include "role/command.h"
#include "role/role.h"

static const struct {
    const char *word; /* in the report file */
    const char *ru, *en;
} verdicts[IMPORT_VERDICTS] = {
    [IMPORT_TAKEN] = {"taken", "взято", "taken"},
    [IMPORT_TRANSLATED] = {"translated", "взято в другом виде", "translated"},
    [IMPORT_LATER] = {"later", "позже", "later"},
    [IMPORT_NOT_NEEDED] = {"not-needed", "здесь не нужно", "not needed here"},
    [IMPORT_UNSUPPORTED] = {"unsupported", "не поддерживается", "not supported"},
    [IMPORT_WRONG] = {"wrong", "ошибка в строке", "wrong line"},
};

/* Values stand between tabs: a tab or control byte in one is shown as a space. */
static void put_value(FILE *to, const char *text)
{
    for (; *text; text++)
        putc((unsigned char)*text < ' ' ? ' ' : *text, to);
}

/* For programs: file, line, verdict, reason, the line itself. */
static void report(FILE *to, const struct import_note *n)
{
    fprintf(to, "%s\t%u\t%s\t", n->file, n->line, verdicts[n->verdict].word);
    put_value(to, n->text_en);
    putc('\t', to);
    put_value(to, n->what);
    putc('\n', to);
}

/* For people: everything that was not plainly taken. */
static void tell(const struct import_note *n)
{
    if (n->verdict == IMPORT_TAKEN)
        return;
    if (n->line)
        printf("%s:%u: ", n->file, n->line);
    else
        printf("%s: ", n->file);
    printf("%s: ", command_say(verdicts[n->verdict].ru, verdicts[n->verdict].en));
    put_value(stdout, command_say(n->text_ru, n->text_en));
    if (*n->what) {
        fputs(*n->text_en ? ": " : "", stdout);
        put_value(stdout, n->what);
    }
    putchar('\n');
}

static void on_note(const struct import_note *n, void *arg)
{
    if (arg)
        report(arg, n);
    tell(n);
}

static void print_totals(const struct import_totals *t)
{
    for (int i = 0; i < IMPORT_VERDICTS; i++)
        if (t->count[i])
            printf("%s: %u\n", command_say(verdicts[i].ru, verdicts[i].en), t->count[i]);
    printf(command_say("Конечных точек: %u, шагов маршрутизации: %u, звуковых файлов: %u\n",
                       "Endpoints: %u, steps of routing: %u, sound files: %u\n"),
           t->endpoints, t->extensions, t->sounds);
}

static int run(struct db *d, const char *state, const char *dir, FILE *to)
{
    struct import_totals totals = {0};
    char sounds[PATH_MAX];
    int err = role_file(sounds, sizeof(sounds), state, "sounds");
    const struct import_args args = {
        .db = d, .dir = dir, .sounds_dir = sounds, .note = on_note, .arg = to};

    if (!err)
        err = import_run(&args, &totals);
    if (err)
        return command_fail(
            command_say("ничего не изменено: %s: %s", "nothing was changed: %s: %s"), dir,
            err == ENOENT ? command_say("нет файлов конфигурации Asterisk",
                                        "no files of an Asterisk configuration")
            : *db_why(d)  ? db_why(d)
                          : strerror(err));
    print_totals(&totals);
    return 0;
}

int cmd_import(int argc, char **argv)
{
    const char *state = STATION_STATE_DIR, *dir = NULL, *file = NULL;
    struct db *d = NULL;
    FILE *to = NULL;
    int code;

    for (int i = 1; i < argc; i++) {
        const char *value = NULL;

        if (command_option(argc, argv, &i, "state", &value) && value)
            state = value;
        else if (command_option(argc, argv, &i, "report", &value) && value)
            file = value;
        else if (strncmp(argv[i], "--", 2) != 0 && !dir)
            dir = argv[i];
        else
            return command_usage("import");
    }
    if (!dir)
        return command_usage("import");
    if (file && !(to = fopen(file, "we")))
        return command_fail("%s: %s", file, strerror(errno));
    code = command_database(&d, state);
    if (!code)
        code = run(d, state, dir, to);
    mem_deref(d);
    if (to && fclose(to) != 0)
        code = command_fail("%s: %s", file, strerror(errno));
    return code;
}
