/* fields_notify.c - webhooks: who wants to hear of what, and what waits to be sent; docs/notify.md */
#include "model/rows.h"

#define SHOWN .shown = "tests/e2e/notify.sh"
#define WORD(size_) "VARCHAR(" #size_ ") NOT NULL DEFAULT ''"
#define LONG_WORD "TEXT NOT NULL DEFAULT ''"
#define COLUMN(column_, sql_, ru_, en_)                                                            \
    ROW(column_, TEXT, INNER, NOWHERE, .sql = sql_, SAYS(column_, column_, ru_, en_))
#define NUMBER(column_, sql_, ru_, en_)                                                            \
    ROW(column_, INT, INNER, NOWHERE, .sql = sql_, .max = INT64_MAX,                               \
        SAYS(column_, column_, ru_, en_))
#define SECONDS "BIGINT NOT NULL DEFAULT 0"

const struct model_field model_fields_webhook[] = {
    ROW_UUID,
    ROW_NAME(NOWHERE),
    ROW_DESCRIPTION,
    ROW_GROUP(NOWHERE),
    ROW("enable", BOOL, OBEYED, NOWHERE, SHOWN, .def = "yes",
        SAYS("Включен", "Enabled", "Выключенному события не ставятся в очередь.",
             "Nothing is queued for a disabled one.")),
    ROW("url", TEXT, OBEYED, NOWHERE, SHOWN, .sql = "TEXT NOT NULL DEFAULT ''",
        SAYS("Адрес", "Address", "Куда отправлять: https://crm.example.com/calls.",
             "Where to send: https://crm.example.com/calls.")),
    ROW("events", TEXT, OBEYED, NOWHERE, SHOWN, .sql = "TEXT NOT NULL DEFAULT ''",
        SAYS("События", "Events",
             "Через запятую: call.begin, call.answer, call.end, recording.end, contact.lost, "
             "registration.lost; пусто - все.",
             "Comma separated: call.begin, call.answer, call.end, recording.end, contact.lost, "
             "registration.lost; empty: all.")),
    ROW("secret", SECRET, OBEYED, NOWHERE, SHOWN, .sql = "VARCHAR(255) DEFAULT NULL",
        SAYS("Ключ подписи", "Secret",
             "Ключ HMAC-SHA256 для X-Station-Signature; пусто - без подписи.",
             "Key of HMAC-SHA256 for X-Station-Signature; empty: not signed.")),
    ROW("headers", TEXT, OBEYED, NOWHERE, SHOWN, .sql = "TEXT NOT NULL DEFAULT ''",
        SAYS("Заголовки", "Headers", "Ещё заголовки запроса, по одному в строке: Имя: значение.",
             "More headers of the request, one a line: Name: value.")),
    {0}};

const struct model_field model_fields_webhook_queue[] = {
    NUMBER("id", "INTEGER PRIMARY KEY AUTOINCREMENT", "Создаётся сам.", "Made by itself."),
    COLUMN("webhook_uuid", WORD(36), "Чьё.", "Whose it is."),
    COLUMN("delivery", WORD(36), "Номер события: одинаков у повторов.",
           "The event's identifier: the same when it is sent again."),
    COLUMN("event", WORD(40), "call.end ...", "call.end ..."),
    COLUMN("body", LONG_WORD, "JSON; после отправки стирается.", "JSON; wiped when it was sent."),
    COLUMN("state", WORD(20), "waiting, sending, sent, failed.", "waiting, sending, sent, failed."),
    NUMBER("attempts", "INTEGER NOT NULL DEFAULT 0", "Сколько раз отправлялось.",
           "How often it was tried."),
    NUMBER("created", SECONDS, "Когда поставлено.", "When it was queued."),
    NUMBER("next_at", SECONDS, "Не раньше.", "Not before."),
    COLUMN("error", LONG_WORD, "Почему не вышло в последний раз.", "Why it failed last."),
    {0}};
