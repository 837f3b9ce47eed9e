/* copy_cmd.c - `station database copy`: from a file to a MariaDB server, and back */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "model/copy.h"
#include "model/schema.h"
#include "role/command.h"
#include "store/where.h"

/* A state directory, mysql://... without a password, "-" (the line from standard input), a file.
   @return 0; 1 (said) */
static int take_place(struct db_where *w, const char *text)
{
    struct stat st;
    int err;

    if (stat(text, &st) == 0 && S_ISDIR(st.st_mode))
        return command_database_where(w, text) ? 1 : 0;
    err = command_database_line(w, text);
    if (err == EPERM)
        return command_fail("%s",
                            command_say("пароль в аргументах виден всем: укажите - и передайте "
                                        "строку mysql://... через стандартный ввод",
                                        "a password in the arguments is seen by everybody: say - "
                                        "and give the line mysql://... on standard input"));
    if (err)
        return command_fail(command_say("%s: нужен каталог станции, файл базы данных, "
                                        "mysql://ПОЛЬЗОВАТЕЛЬ@СЕРВЕР/БАЗА или -",
                                        "%s: wants a state directory, a database file, "
                                        "mysql://USER@HOST/NAME or -"),
                            text);
    return 0;
}

static int open_place(struct db **dp, const struct db_where *w, enum db_mode mode)
{
    struct db *d = NULL;
    int err = db_open(&d, w->text, mode);

    if (!err)
        err = store_migrate(d, model_migrations);
    if (err) {
        command_fail(
            command_say("база данных %s не открывается: %s", "cannot open the database %s: %s"),
            w->shown,
            d && *db_why(d)  ? db_why(d)
            : *db_open_why() ? db_open_why()
                             : strerror(err));
        mem_deref(d);
        return 1;
    }
    db_set_busy_ms(d, 10000);
    *dp = d;
    return 0;
}

static void tell(const char *table, uint64_t rows, bool is_done, void *arg)
{
    const bool *is_tty = arg;

    if (is_done && rows)
        printf("%s%s: %llu\n", *is_tty ? "\r" : "", table, (unsigned long long)rows);
    else if (!is_done && *is_tty) {
        printf("\r%s: %llu", table, (unsigned long long)rows);
        fflush(stdout);
    }
}

static int copy(const struct db_where *from, const struct db_where *to)
{
    bool is_tty = isatty(STDOUT_FILENO);
    struct db *a = NULL, *b = NULL;
    const char *table = "";
    int code, err;

    code = open_place(&a, from, DB_WRITE);
    if (!code)
        code = open_place(&b, to, DB_CREATE);
    if (code)
        goto out;
    err = model_copy(a, b, tell, &is_tty, &table);
    if (err == EEXIST && !*db_why(b))
        code = command_fail(
            command_say(
                "ничего не изменено: в %s уже есть записи (таблица %s); нужна пустая база",
                "nothing was changed: %s has rows already (table %s); wants an empty database"),
            to->shown, table);
    else if (err)
        code = command_fail(
            command_say("ничего не изменено: таблица %s: %s", "nothing was changed: table %s: %s"),
            table,
            *db_why(b)   ? db_why(b)
            : *db_why(a) ? db_why(a)
                         : strerror(err));
    else
        puts(command_say(
            "Скопировано. Назначьте базу: station init --state КАТАЛОГ --database ..., "
            "затем перезапустите станцию",
            "Copied. Make it the station's: station init --state DIR --database ..., then "
            "restart the station"));
out:
    mem_deref(a);
    mem_deref(b);
    return code;
}

int cmd_database(int argc, char **argv)
{
    static struct db_where from, to;
    int code;

    if (argc != 4 || strcmp(argv[1], "copy") != 0)
        return command_usage("database");
    code = take_place(&from, argv[2]);
    if (!code)
        code = take_place(&to, argv[3]);
    if (!code)
        code = copy(&from, &to);
    explicit_bzero(from.text, sizeof(from.text));
    explicit_bzero(to.text, sizeof(to.text));
    return code;
}
