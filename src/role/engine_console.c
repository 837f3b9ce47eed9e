/* engine_console.c - see engine_console.h */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "call/calls.h"
#include "call/media.h"
#include "manager/manager.h"
#include "plan/change.h"
#include "role/engine_console.h"
#include "sip/server.h"
#include "store/store.h"

static int show_database(struct console *c, int argc, char **argv, void *arg)
{
    const struct engine_console *e = arg;
    struct store_stats s;

    store_stats_get(e->store, &s);
    console_printf(c, "%-28s %s\n", console_say(c, "Состояние", "State"),
                   s.last_err ? strerror(s.last_err) : console_say(c, "работает", "working"));
    console_printf(c, "%-28s %u\n", console_say(c, "Ждут записи", "Waiting writes"), s.waiting);
    console_printf(c, "%-28s %" PRIu64 " / %" PRIu64 "\n",
                   console_say(c, "Записано / транзакций", "Written / transactions"), s.committed,
                   s.transactions);
    console_printf(c, "%-28s %" PRIu64 " B, %" PRIu64 " -> %" PRIu64 "\n",
                   console_say(c, "Запасной файл (CDR)", "Spool (CDR)"), s.spool_bytes, s.spooled,
                   s.drained);
    console_printf(c, "%-28s %" PRIu64 "\n",
                   console_say(c, "Перечитываний настроек", "Configuration reloads"), s.reloads);
    return 0;
}

static int show_sip(struct console *c, int argc, char **argv, void *arg)
{
    const struct engine_console *e = arg;
    struct sip_stats s;

    sip_stats_get(e->sip, &s);
    console_printf(c, "%-32s %" PRIu64 " / %" PRIu64 "\n",
                   console_say(c, "Сообщений принято / послано", "Messages in / out"),
                   s.messages_in, s.messages_out);
    console_printf(c, "%-32s %" PRIu64 " / %" PRIu64 " / %" PRIu64 "\n",
                   console_say(c, "Мусор / отказано / сброшено", "Garbage / refused / shed"),
                   s.garbage, s.refused, s.shed);
    console_printf(
        c, "%-32s %" PRIu64 " / %" PRIu64 " / %" PRIu64 "\n",
        console_say(c, "Повторов наших / чужих / без ответа", "Repeats ours / theirs / timeouts"),
        s.retransmitted, s.repeated, s.timeouts);
    console_printf(c, "%-32s %u / %u / %u\n",
                   console_say(c, "Транзакций сервер / клиент / ждут",
                               "Transactions server / client / pending"),
                   s.server_transactions, s.client_transactions, s.pending);
    console_printf(
        c, "%-32s %u / %u / %u\n",
        console_say(c, "Диалогов / сеансов / соединений", "Dialogs / sessions / connections"),
        s.dialogs, s.sessions, s.connections);
    return 0;
}

static int show_media(struct console *c, int argc, char **argv, void *arg)
{
    const struct engine_console *e = arg;

    console_printf(c, "%-20s %s\n", console_say(c, "Медиа", "Media"),
                   media_is_up(e->media) ? console_say(c, "на связи", "connected")
                                         : console_say(c, "нет связи", "away"));
    console_printf(c, "%-20s %u\n", console_say(c, "Потоков", "Streams"),
                   media_stream_count(e->media));
    return 0;
}

static int reload(struct console *c, int argc, char **argv, void *arg)
{
    const struct engine_console *e = arg;

    store_watch_poke(e->store);
    manager_reloaded(e->manager);
    console_printf(c, "%s\n",
                   console_say(c, "Настройки перечитываются, если они изменились.",
                               "The configuration is read again if it has changed."));
    return 0;
}

static void is_forgotten(int err, void *arg)
{
    struct console *c = arg;

    console_printf(c, "%s\n",
                   err ? strerror(err)
                       : console_say(c, "Маршрутизация - как в базе данных.",
                                     "The routing is that of the database."));
    console_finish(c, err);
    mem_deref(c);
}

static int dialplan_reload(struct console *c, int argc, char **argv, void *arg)
{
    const struct engine_console *e = arg;
    int err = plan_change_forget(e->plan, is_forgotten, mem_ref(c));

    store_watch_poke(e->store);
    if (err)
        mem_deref(c);
    return err ? err : EINPROGRESS;
}

const struct console_command engine_console_commands[] = {
    {"database status", "", "Состояние базы данных и запасного файла записей о вызовах",
     "State of the database and of the spool of call records", show_database, NULL},
    {"sip show stats", "", "Счётчики SIP: сообщения, повторы, транзакции, сброшенная нагрузка",
     "SIP counters: messages, repeats, transactions, shed load", show_sip, NULL},
    {"media show", "", "Связь с медиа и число потоков", "Connection to media, number of streams",
     show_media, NULL},
    {"core reload", "", "Перечитать настройки из базы сейчас (изменения видны и сами, за секунду)",
     "Read the configuration again now (changes are noticed by themselves within a second)", reload,
     NULL},
    {"dialplan reload", "", "Перечитать маршрутизацию из базы, забыв изменённое командами dialplan",
     "Read the routing from the database again, forgetting what dialplan commands changed",
     dialplan_reload, NULL},
};
const size_t engine_console_command_count =
    sizeof(engine_console_commands) / sizeof(engine_console_commands[0]);
