/* import_cmd.c - `station import`: take an Asterisk configuration or a dump of tables, and say what
 * became of every line */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "import/import.h"
#include "import/report.h"
#include "role/command.h"
#include "role/role.h"

/* For people: everything that was not plainly taken. */
static void tell(const struct import_note *n, struct buf *line)
{
    if (n->verdict == IMPORT_TAKEN)
        return;
    if (n->line)
        buf_printf(line, "%s:%u: ", n->file, n->line);
    else
        buf_printf(line, "%s: ", n->file);
    buf_printf(line, "%s: ", import_verdict_name(n->verdict, command_say("ru", "en")));
    import_report_value(command_say(n->text_ru, n->text_en), line);
    if (*n->what) {
        buf_addz(line, *n->text_en ? ": " : "");
        import_report_value(n->what, line);
    }
    puts(buf_z(line));
    buf_reset(line);
}

/* Where the report goes. */
struct output {
    FILE *text, *json; /* NULL: not asked for */
    struct buf line;
    bool has_notes; /* in json already */
    bool is_tty;
};

/* What was gathered goes to the file: what cannot be written is seen when it is closed. */
static void flush_to(FILE *to, struct buf *line)
{
    fwrite(buf_z(line), 1, line->len, to);
    buf_reset(line);
}

static void on_note(const struct import_note *n, void *arg)
{
    struct output *o = arg;

    if (o->text) {
        import_report_line(n, &o->line);
        flush_to(o->text, &o->line);
    }
    if (o->json) {
        import_json_note(n, !o->has_notes, &o->line);
        o->has_notes = true;
        flush_to(o->json, &o->line);
    }
    tell(n, &o->line);
}

static void on_progress(uint64_t bytes, void *arg)
{
    const struct output *o = arg;

    if (o->is_tty)
        fprintf(stderr, command_say("\rпрочитано %llu МиБ ", "\rread %llu MiB "),
                (unsigned long long)(bytes >> 20));
}

static void print_totals(const struct import_totals *t, bool is_dry)
{
    for (int i = 0; i < IMPORT_VERDICTS; i++)
        if (t->count[i])
            printf("%s: %u\n", import_verdict_name(i, command_say("ru", "en")), t->count[i]);
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
    if (o->json) {
        import_json_begin(opt->source, opt->is_dry, &o->line);
        flush_to(o->json, &o->line);
    }
    if (!err)
        err = import_run(&args, &totals);
    if (o->is_tty && totals.rows)
        fputc('\n', stderr);
    if (o->json) {
        import_json_end(&totals, !err, &o->line);
        flush_to(o->json, &o->line);
    }
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
