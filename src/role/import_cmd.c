/* import_cmd.c - `station import`: take an Asterisk configuration or a dump of tables, and say what
 * became of every line */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "import/import.h"
#include "import/text.h"
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

/* Where the report goes. */
struct output {
    FILE *text, *json; /* NULL: not asked for */
    struct buf line;
    bool has_notes; /* in json already */
    bool is_tty;
};

static void json_member(struct output *o, const char *name, const char *value)
{
    buf_printf(&o->line, ", \"%s\": ", name);
    import_text_json(slice_of(value), &o->line);
}

/* One note, an object on a line of its own. */
static void report_json(struct output *o, const struct import_note *n)
{
    buf_reset(&o->line);
    buf_printf(&o->line, "%s{\"file\": ", o->has_notes ? ",\n  " : "\n  ");
    import_text_json(slice_of(n->file), &o->line);
    buf_printf(&o->line, ", \"line\": %u, \"verdict\": \"%s\"", n->line, verdicts[n->verdict].word);
    json_member(o, "what", n->what);
    json_member(o, "ru", n->text_ru);
    json_member(o, "en", n->text_en);
    buf_addc(&o->line, '}');
    o->has_notes = true;
    fwrite(buf_z(&o->line), 1, o->line.len, o->json);
}

static void on_note(const struct import_note *n, void *arg)
{
    struct output *o = arg;

    if (o->text)
        report(o->text, n);
    if (o->json)
        report_json(o, n);
    tell(n);
}

static void on_progress(uint64_t bytes, void *arg)
{
    const struct output *o = arg;

    if (o->is_tty)
        fprintf(stderr, command_say("\rпрочитано %llu МиБ ", "\rread %llu MiB "),
                (unsigned long long)(bytes >> 20));
}

static void begin_json(struct output *o, const char *source, bool is_dry)
{
    buf_reset(&o->line);
    import_text_json(slice_of(source), &o->line);
    fprintf(o->json, "{\"source\": %s,\n \"dry_run\": %s,\n \"notes\": [", buf_z(&o->line),
            is_dry ? "true" : "false");
}

static void end_json(struct output *o, const struct import_totals *t, int err)
{
    fprintf(o->json, "],\n \"done\": %s,\n \"counts\": {", err ? "false" : "true");
    for (int i = 0; i < IMPORT_VERDICTS; i++)
        fprintf(o->json, "%s\"%s\": %u", i ? ", " : "", verdicts[i].word, t->count[i]);
    fprintf(o->json, "},\n \"endpoints\": %u, \"steps\": %u, \"sounds\": %u, \"rows\": %u}\n",
            t->endpoints, t->extensions, t->sounds, t->rows);
}

static void print_totals(const struct import_totals *t, bool is_dry)
{
    for (int i = 0; i < IMPORT_VERDICTS; i++)
        if (t->count[i])
            printf("%s: %u\n", command_say(verdicts[i].ru, verdicts[i].en), t->count[i]);
    printf(command_say("Конечных точек: %u, шагов маршрутизации: %u, звуковых файлов: %u\n",
                       "Endpoints: %u, steps of routing: %u, sound files: %u\n"),
           t->endpoints, t->extensions, t->sounds);
    if (t->rows)
        printf(command_say("Записей в дампе: %u\n", "Rows in the dump: %u\n"), t->rows);
    if (is_dry)
        puts(command_say("Пробный прогон: ничего не изменено", "Dry run: nothing was changed"));
}

/* What the words of the command line said. */
struct options {
    const char *state, *source, *report, *json;
    bool is_dry;
};

static int run(struct db *d, const struct options *opt, struct output *o)
{
    struct import_totals totals = {0};
    char sounds[PATH_MAX], moh[PATH_MAX];
    int err = role_file(sounds, sizeof(sounds), opt->state, "sounds");
    const struct import_args args = {.db = d,
                                     .dir = opt->source,
                                     .sounds_dir = sounds,
                                     .moh_dir = moh,
                                     .is_dry = opt->is_dry,
                                     .note = on_note,
                                     .progress = on_progress,
                                     .arg = o};

    if (!err)
        err = role_file(moh, sizeof(moh), opt->state, "moh");
    if (o->json)
        begin_json(o, opt->source, opt->is_dry);
    if (!err)
        err = import_run(&args, &totals);
    if (o->is_tty && totals.rows)
        fputc('\n', stderr);
    if (o->json)
        end_json(o, &totals, err);
    if (err)
        return command_fail(
            command_say("ничего не изменено: %s: %s", "nothing was changed: %s: %s"), opt->source,
            err == ENOENT
                ? command_say("нет ни файлов конфигурации Asterisk, ни дампа таблиц",
                              "neither files of an Asterisk configuration nor a dump of tables")
            : *db_why(d) ? db_why(d)
                         : strerror(err));
    print_totals(&totals, opt->is_dry);
    return 0;
}

static int open_report(FILE **fp, const char *file)
{
    if (file && !(*fp = fopen(file, "we")))
        return command_fail("%s: %s", file, strerror(errno));
    return 0;
}

static int close_report(FILE *f, const char *file, int code)
{
    if (f && (ferror(f) | fclose(f)))
        return command_fail("%s: %s", file, strerror(errno));
    return code;
}

static int import_all(const struct options *opt)
{
    struct output o = {.is_tty = isatty(STDERR_FILENO)};
    struct db *d = NULL;
    int code;

    buf_init(&o.line, 65536);
    code = open_report(&o.text, opt->report);
    if (!code)
        code = open_report(&o.json, opt->json);
    if (!code)
        code = command_database(&d, opt->state);
    if (!code)
        code = run(d, opt, &o);
    mem_deref(d);
    buf_fini(&o.line);
    code = close_report(o.text, opt->report, code);
    return close_report(o.json, opt->json, code);
}

int cmd_import(int argc, char **argv)
{
    struct options opt = {.state = STATION_STATE_DIR};

    for (int i = 1; i < argc; i++) {
        const char *value = NULL;

        if (command_option(argc, argv, &i, "state", &value) && value)
            opt.state = value;
        else if (command_option(argc, argv, &i, "report", &value) && value)
            opt.report = value;
        else if (command_option(argc, argv, &i, "json", &value) && value)
            opt.json = value;
        else if (strcmp(argv[i], "--dry-run") == 0)
            opt.is_dry = true;
        else if (strncmp(argv[i], "--", 2) != 0 && !opt.source)
            opt.source = argv[i];
        else
            return command_usage("import");
    }
    return opt.source ? import_all(&opt) : command_usage("import");
}
