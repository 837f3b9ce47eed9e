/* role/command.c - the table of sub-commands: dispatch, usage and help come from it */
#include "role/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "role/role.h"

static int cmd_help(int argc, char **argv);
static int cmd_version(int argc, char **argv);

struct command {
    const char *name;
    const char *syntax;
    const char *help_ru, *help_en;
    int (*run)(int argc, char **argv);
    bool is_inner; /* not for people */
};

static const struct command commands[] = {
    {"init",
     "[--state DIR] [--demo|--bare] [--sip-port PORT] [--bind ADDRESS] [--database mysql://...|-]",
     "создать каталог состояния: базу данных и показательный офис",
     "make the state directory: database and a demo office", cmd_init},
    {"import", "[--state DIR] [--report FILE] [--json FILE] [--dry-run] CONFDIR|DUMP.SQL",
     "взять конфигурацию Asterisk из каталога или таблицы из дампа mysqldump",
     "take an Asterisk configuration from a folder, or tables from a mysqldump", cmd_import},
    {"database", "copy FROM TO",
     "скопировать базу данных: каталог станции, файл, mysql://ПОЛЬЗОВАТЕЛЬ@СЕРВЕР/БАЗА или -",
     "copy a database: a state directory, a file, mysql://USER@HOST/NAME or -", cmd_database},
    {"run", "[--state DIR] [--log LEVEL] [--rtp-start PORT] [--rtp-end PORT] [--no-sandbox]",
     "запустить станцию и следить за её ролями", "run the station and look after its roles",
     cmd_run},
    {"ctl", "[--state DIR] [COMMAND...]", "консоль работающей станции; с командой - один ответ",
     "console of the running station; with a command: one answer", cmd_ctl},
    {"recording", "[--state DIR] convert|list|show|jobs|again|retain|seal|verify|orphans ...",
     "записи разговоров: команды recording консоли", "recordings: the console's commands recording",
     cmd_recording},
    {"sound",
     "[--state DIR] convert --file FILE --name NAME [--folder LANGUAGE] [--level keep|peak|loud] [--replace] "
     "| list|show|remove ...",
     "аудиофайлы: преобразовать файл для Playback; команды sound консоли",
     "sounds: make one of a file, for Playback; the console's commands sound", cmd_sound},
    {"user",
     "[--state DIR] add NAME [--role administrator|manager|supervisor|user|auditor] [--email A] "
     "[--full-name N] [--language ru|en] [--groups A,B] | password NAME | totp-off NAME | list",
     "пользователи веб-интерфейса; пароль - со стандартного ввода",
     "users of the web interface; the password is read from standard input", cmd_user},
    {"setup-code", "[--state DIR]", "код первого входа в веб-интерфейс",
     "the code for the first visit to the web interface", cmd_setup_code},
    {"mail", "test ADDRESS [--state DIR]", "отправить пробное письмо и сказать, что вышло",
     "send a mail to try the settings, and say what came of it", cmd_mail},
    {"sql", "[--state DIR] [QUERY]", "выполнить SQL из аргумента или стандартного ввода",
     "run SQL from the argument or standard input", cmd_sql},
    {"web", "certificate [--state DIR] [--cert FILE --key FILE | --own]",
     "сертификат веб-интерфейса: показать, заменить, вернуть свой",
     "the web interface's certificate: show it, replace it, back to one of its own", cmd_web},
    {"help", "[COMMAND]", "эта справка", "this help", cmd_help},
    {"version", "", "версия", "the version", cmd_version},
    {"role", "NAME ...", "внутренняя: процесс одной роли", "inner: the process of one role",
     cmd_role, true},
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    }
    return NULL;
}

bool command_is_russian(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = getenv(names[i]);

        if (value && *value)
            return strncmp(value, "ru", 2) == 0;
    }
    return false;
}

int command_fail(const char *fmt, ...)
{
    va_list ap;

    fputs("station: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    return 1;
}

static void print_usage(FILE *to, const struct command *c)
{
    fprintf(to, "%s: station %s %s\n", command_say("Запуск", "Usage"), c->name, c->syntax);
}

int command_usage(const char *name)
{
    const struct command *c = command_find(name);

    if (c)
        print_usage(stderr, c);
    return 2;
}

bool command_option(int argc, char **argv, int *i, const char *name, const char **value)
{
    const char *word = argv[*i];
    const size_t len = strlen(name);

    if (strncmp(word, "--", 2) || strncmp(word + 2, name, len))
        return false;
    word += 2 + len;
    if (*word == '=') {
        *value = word + 1;
        return true;
    }
    if (*word)
        return false;
    *value = *i + 1 < argc ? argv[++*i] : NULL;
    return true;
}

static int print_all(FILE *to, int code)
{
    fprintf(to, "%s\n\n",
            command_say("Station - телефонная станция. Запуск: station КОМАНДА ...",
                        "Station, a telephone station. Usage: station COMMAND ..."));
    for (size_t i = 0; i < COMMANDS; i++) {
        const struct command *c = &commands[i];

        if (!c->is_inner)
            fprintf(to, "  %-8s %s\n           %s\n", c->name, c->syntax,
                    command_say(c->help_ru, c->help_en));
    }
    fprintf(
        to, "\n%s %s\n",
        command_say("Без --state каталог состояния -", "Without --state the state directory is"),
        STATION_STATE_DIR);
    return code;
}

static int cmd_help(int argc, char **argv)
{
    const struct command *c;

    if (argc < 2)
        return print_all(stdout, 0);
    c = command_find(argv[1]);
    if (!c)
        return print_all(stderr, 2);
    print_usage(stdout, c);
    printf("%s\n", command_say(c->help_ru, c->help_en));
    return 0;
}

static int cmd_version(int argc, char **argv)
{
    puts("station " STATION_VERSION);
    return 0;
}

int command_main(int argc, char **argv)
{
    const struct command *c;

    if (argc < 2)
        return print_all(stderr, 2);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return print_all(stdout, 0);
    if (strcmp(argv[1], "--version") == 0)
        return cmd_version(0, NULL);
    c = command_find(argv[1]);
    if (!c) {
        command_fail(command_say("нет такой команды: %s", "no such command: %s"), argv[1]);
        return print_all(stderr, 2);
    }
    log_init("station", LOG_NOTICE);
    return c->run(argc - 1, argv + 1);
}
