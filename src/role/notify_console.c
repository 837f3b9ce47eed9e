/* role/notify_console.c - commands about the queues of the role notify: outbox show, webhook show */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "role/notify_console.h"
#include "store/store.h"

/* A row's cells with two blanks between them; the last one is why it failed. */
static void print_row(struct console *c, const struct slice *cells, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (cells[i].len)
            console_printf(c, "%s%.*s", i ? "  " : "", SLICE_ARG(cells[i]));
    console_printf(c, "\n");
}

static void on_rows(int err, const struct store_rows *rows, void *arg)
{
    struct console *c = arg;

    for (uint32_t i = 0; !err && i < rows->count; i++)
        print_row(c, rows->cells + (size_t)i * rows->columns, rows->columns);
    if (!err && !rows->count)
        console_printf(c, "%s\n", console_say(c, "Таких нет.", "There are none."));
    else if (err)
        console_printf(c, "%s: %s\n",
                       console_say(c, "База данных не ответила", "The database did not answer"),
                       strerror(err));
    console_finish(c, err);
    mem_deref(c);
}

static int ask(struct store *s, struct console *c, int argc, const char *sql)
{
    int err = argc ? EINVAL : store_query(s, sql, NULL, 0, on_rows, mem_ref(c));

    if (err && !argc)
        mem_deref(c);
    return err ? err : EINPROGRESS;
}

static int outbox_show(struct console *c, int argc, char **argv, void *arg)
{
    static const char sql[] = "SELECT id, state, attempts, recipient, subject, error FROM "
                              "outbox ORDER BY id DESC LIMIT 100";

    return ask(arg, c, argc, sql);
}

static int webhook_show(struct console *c, int argc, char **argv, void *arg)
{
    static const char sql[] =
        "SELECT w.name, w.url, w.enable, (SELECT COUNT(*) FROM webhook_queue q WHERE q.webhook_uuid = w.uuid AND "
        "q.state IN ('waiting', 'sending')), COALESCE((SELECT q.error FROM webhook_queue q WHERE q.webhook_uuid = "
        "w.uuid AND q.state <> 'sent' ORDER BY q.id DESC LIMIT 1), '') FROM webhook w ORDER BY w.name LIMIT 1000";

    return ask(arg, c, argc, sql);
}

const struct console_command notify_console_commands[] = {
    {"outbox show", "", "Последние письма: состояние, попыток, кому, тема, почему не вышло",
     "Latest mails: state, attempts, to whom, subject, why it failed", outbox_show, NULL},
    {"webhook show", "", "Вебхуки: адрес, включен ли, сколько ждёт, последняя ошибка",
     "Webhooks: address, enabled, how many wait, last error", webhook_show, NULL},
};
const size_t notify_console_command_count =
    sizeof(notify_console_commands) / sizeof(notify_console_commands[0]);
