/* role/database.c - the database of a state directory, for sub-commands; see command.h */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "model/schema.h"
#include "role/command.h"
#include "role/role.h"
#include "role/state.h"
#include "store/migrate.h"
#include "store/where.h"

static const char *reason(const struct db *d, int err)
{
    if (d && *db_why(d))
        return db_why(d);
    return *db_open_why() ? db_open_why() : strerror(err);
}

int command_database_where(struct db_where *w, const char *state)
{
    int err = db_where_read(w, state);

    if (err == EINVAL)
        command_fail(command_say("в файле %s/" WHERE_FILE " должна быть одна строка: "
                                 "mysql://ПОЛЬЗОВАТЕЛЬ:ПАРОЛЬ@СЕРВЕР/БАЗА",
                                 "file %s/" WHERE_FILE " must hold one line: "
                                 "mysql://USER:PASSWORD@HOST/NAME"),
                     state);
    else if (err)
        command_fail("%s: %s", w->shown, strerror(err));
    return err;
}

static void tell(const struct db_where *w, const struct db *d, const char *state, int err)
{
    if (err == ENOENT && !w->is_server)
        command_fail(command_say("в %s нет станции: создайте ее командой: station init --state %s",
                                 "there is no station in %s: make one: station init --state %s"),
                     state, state);
    else if (err == ENOTSUP)
        command_fail(
            command_say("база данных %s: с ней работала более новая станция; запустите ее или "
                        "верните копию, сделанную перед обновлением",
                        "database %s: a newer station has been at it; run that one, or take "
                        "the copy made before the upgrade"),
            w->shown);
    else
        command_fail(
            command_say("база данных %s не открывается: %s", "cannot open the database %s: %s"),
            w->shown, reason(d, err));
}

/* The schema belongs to the station that runs: its engine, started anew, must find what it knows. */
static int migrate(struct db *d, const char *state)
{
    int64_t done = 0;

    if (store_version(d, &done) || done == 0 || done >= store_newest(model_migrations) ||
        !state_is_running(state))
        return store_migrate(d, model_migrations);
    command_fail(
        "%s", command_say("работает станция прежней версии: таблицы и поля новой появятся, когда "
                          "она будет перезапущена",
                          "the station that runs is of an older version: tables and columns of "
                          "this one come when it is restarted"));
    return 0;
}

int command_database(struct db **dp, const char *state)
{
    static struct db_where w;
    struct db *d = NULL;
    int err;

    if (command_database_where(&w, state))
        return 1;
    err = db_open(&d, w.text, DB_WRITE);
    if (!err)
        err = migrate(d, state);
    if (err) {
        tell(&w, d, state, err);
        mem_deref(d);
    } else {
        db_set_busy_ms(d, 10000);
        *dp = d;
    }
    explicit_bzero(w.text, sizeof(w.text));
    return err ? 1 : 0;
}

/* ---- the setting ---- */

static int write_line(const char *path, const char *line)
{
    int err = 0, fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);

    if (fd < 0)
        return errno;
    if (dprintf(fd, "%s\n", line) < 0 || fsync(fd))
        err = errno;
    close(fd);
    return err;
}

/* "-" is for a password: what stands in the arguments is seen by everybody on the machine. */
int command_database_line(struct db_where *w, const char *value)
{
    struct db_server s;
    int err;

    if (strcmp(value, "-") == 0
            ? !fgets(w->text, sizeof(w->text), stdin)
            : snprintf(w->text, sizeof(w->text), "%s", value) >= (int)sizeof(w->text))
        return EINVAL;
    w->text[strcspn(w->text, "\r\n")] = '\0';
    if (strncmp(w->text, DB_SERVER, sizeof(DB_SERVER) - 1) == 0) {
        err = db_server_parse(&s, w->text);
        if (!err && *s.password && strcmp(value, "-") != 0)
            err = EPERM;
        explicit_bzero(&s, sizeof(s));
        if (err)
            return err;
    }
    return *w->text ? db_where_check(w) : EINVAL;
}

int command_database_set(const char *state, const char *value)
{
    static struct db_where w;
    char path[PATH_MAX];
    int err = command_database_line(&w, value);

    if (!err && !w.is_server)
        err = EINVAL;

    if (err == EPERM)
        return command_fail(
            "%s", command_say("пароль в аргументах виден всем: --database - читает строку "
                              "mysql://... из стандартного ввода",
                              "a password in the arguments is seen by everybody: --database - "
                              "reads the line mysql://... from standard input"));
    if (err)
        return command_fail(
            "%s",
            command_say("--database: нужно mysql://ПОЛЬЗОВАТЕЛЬ@СЕРВЕР/БАЗА[?socket=ПУТЬ] или -",
                        "--database: wants mysql://USER@HOST/NAME[?socket=PATH] or -"));
    err = role_file(path, sizeof(path), state, WHERE_FILE);
    if (!err)
        err = write_line(path, w.text);
    explicit_bzero(&w, sizeof(w));
    return err ? command_fail("%s/" WHERE_FILE ": %s", state, strerror(err)) : 0;
}
