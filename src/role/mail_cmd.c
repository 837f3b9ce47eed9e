/*
 * role/mail_cmd.c - `station mail test ADDRESS`: a mail through the outbox, and what came of it
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/mem.h"
#include "role/command.h"
#include "role/role.h"
#include "store/db.h"

enum { PATIENCE_S = 90, LOOK_MS = 200 };

static int put_mail(struct db *d, const char *address, int64_t *id)
{
    struct stmt *s;
    int err = db_stmt(&s, d,
                      "INSERT INTO outbox (created, kind, recipient, subject, text, state) VALUES "
                      "(?, 'mail', ?, ?, ?, 'waiting')");

    if (err)
        return err;
    stmt_int(s, 1, (int64_t)time(NULL));
    stmt_text(s, 2, slice_of(address));
    stmt_text(s, 3, slice_of(command_say("Проверка почты", "A test of mail")));
    stmt_text(
        s, 4,
        slice_of(command_say("Здравствуйте!\n\nЭто письмо отправила телефонная станция: почта "
                             "настроена правильно.\n",
                             "Hello,\n\nthis mail was sent by the telephone station: mail is "
                             "set up well.\n")));
    err = stmt_run(s);
    *id = db_last_id(d);
    return err;
}

/* @return 0: it was tried, state and why are filled; EAGAIN: not yet */
static int look(struct db *d, int64_t id, struct buf *state, struct buf *why)
{
    struct stmt *s;
    bool row = false, is_tried = false;
    int err = db_stmt(&s, d, "SELECT state, error, attempts FROM outbox WHERE id = ?");

    if (err)
        return err;
    stmt_int(s, 1, id);
    err = stmt_step(s, &row);
    if (!err && row) {
        is_tried = stmt_col_int(s, 2) > 0;
        buf_reset(state);
        buf_reset(why);
        buf_adds(state, stmt_col(s, 0));
        buf_adds(why, stmt_col(s, 1));
    }
    stmt_reset(s);
    return err ? err : !row ? ENOENT : is_tried ? 0 : EAGAIN;
}

static int forget(struct db *d, int64_t id)
{
    struct stmt *s;
    int err = db_stmt(&s, d, "DELETE FROM outbox WHERE id = ? AND state <> 'sending'");

    if (!err)
        err = stmt_int(s, 1, id);
    return err ? err : stmt_run(s);
}

static int tell(struct db *d, int64_t id, int err, const struct buf *state, const struct buf *why)
{
    if (!err && slice_eqz(buf_slice(state), "sent")) {
        printf("%s\n", command_say("Письмо принято почтовым сервером.",
                                   "The mail server has taken the mail."));
        return 0;
    }
    (void)forget(d, id); /* a test is not sent behind one's back tomorrow */
    if (err == EAGAIN)
        return command_fail(
            "%s",
            command_say(
                "письмо не отправлено: станция не работает, или не задана настройка smtp_host",
                "the mail was not sent: the station does not run, or setting smtp_host is not "
                "set"));
    return command_fail("%s", err ? strerror(err) : buf_z(why));
}

static int run_test(struct db *d, const char *address)
{
    const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000L};
    struct buf state, why;
    int64_t id = 0;
    int code, err = put_mail(d, address, &id);

    buf_init(&state, 100);
    buf_init(&why, 2000);
    if (!err)
        err = EAGAIN;
    for (int i = 0; err == EAGAIN && i < PATIENCE_S * 1000 / LOOK_MS; i++) {
        nanosleep(&pause, NULL);
        err = look(d, id, &state, &why);
    }
    code = tell(d, id, err, &state, &why);
    buf_fini(&state);
    buf_fini(&why);
    return code;
}

int cmd_mail(int argc, char **argv)
{
    const char *state = STATION_STATE_DIR, *verb = NULL, *address = NULL;
    struct db *d = NULL;
    int code;

    for (int i = 1; i < argc; i++) {
        const char *value = NULL;

        if (command_option(argc, argv, &i, "state", &value) && value)
            state = value;
        else if (strncmp(argv[i], "--", 2) == 0 || address)
            return command_usage("mail");
        else if (!verb)
            verb = argv[i];
        else
            address = argv[i];
    }
    if (!verb || !address || strcmp(verb, "test") != 0)
        return command_usage("mail");
    code = command_database(&d, state);
    if (!code)
        code = run_test(d, address);
    mem_deref(d);
    return code;
}
