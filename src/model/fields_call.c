/* fields_call.c - what is kept of calls: records, quality, stories; the station writes them */
#include "model/rows.h"

#define OWN(column_, kind_, ...) ROW(column_, kind_, INNER, NOWHERE, __VA_ARGS__)
#define WORD(size_) "VARCHAR(" #size_ ") NOT NULL DEFAULT ''"
#define AUTO "INTEGER PRIMARY KEY AUTOINCREMENT"

#define CDR(column_, sql_, ru_, en_)                                                               \
    OWN(column_, TEXT, .sql = sql_, SAYS(column_, column_, ru_, en_))
/* The longest value is kept whole by a server, too. */
#define LONG_WORD "TEXT NOT NULL DEFAULT ''"
#define MAYBE(size_) "VARCHAR(" #size_ ") DEFAULT NULL"
const struct model_field model_fields_cdr[] = {
    CDR("accountcode", MAYBE(80), "Код учета.", "Account code."),
    CDR("src", LONG_WORD, "Номер вызывающего.", "Caller's number."),
    CDR("dst", LONG_WORD, "Набранное расширение.", "Extension dialled."),
    CDR("dcontext", LONG_WORD, "Маршрутизация.", "Routing."),
    CDR("clid", LONG_WORD, "Имя и номер вызывающего.", "Caller's name and number."),
    CDR("channel", LONG_WORD, "Канал вызывающего.", "Caller's channel."),
    CDR("dstchannel", LONG_WORD, "Канал вызываемого.", "Called channel."),
    CDR("lastapp", LONG_WORD, "Последнее приложение.", "Last application."),
    CDR("lastdata", "TEXT NOT NULL DEFAULT ''", "Его параметры.", "Its parameters."),
    CDR("start", "DATETIME DEFAULT NULL", "Начало вызова, местное время.", "Start, local time."),
    CDR("answer", "DATETIME DEFAULT NULL", "Ответ; NULL, если не ответили.",
        "Answer; NULL when there was none."),
    CDR("end", "DATETIME DEFAULT NULL", "Конец.", "End."),
    CDR("duration", "INTEGER NOT NULL DEFAULT 0", "Секунды от начала.", "Seconds from the start."),
    CDR("billsec", "INTEGER NOT NULL DEFAULT 0", "Секунды от ответа.", "Seconds from the answer."),
    CDR("disposition", WORD(45), "ANSWERED, NO ANSWER, BUSY, FAILED, CONGESTION.",
        "ANSWERED, NO ANSWER, BUSY, FAILED, CONGESTION."),
    CDR("amaflags", WORD(45), "OMIT, BILLING, DOCUMENTATION.", "OMIT, BILLING, DOCUMENTATION."),
    CDR("userfield", MAYBE(255), "Поле пользователя.", "User's field."),
    CDR("uniqueid", WORD(150), "Идентификатор канала.", "The channel's identifier."),
    CDR("linkedid", WORD(150), "Идентификатор всего вызова.", "The whole call's identifier."),
    CDR("peeraccount", MAYBE(80), "Код учета вызываемого.", "Account code of the called."),
    CDR("sequence", "INTEGER NOT NULL DEFAULT 0", "Порядковый номер записи.",
        "Number of the record."),
    CDR("source", MAYBE(80), "Кто звонил.", "Who called."),
    CDR("destination", MAYBE(80), "Кому звонили.", "Who was called."),
    CDR("direction", MAYBE(20), "in, out или internal.", "in, out or internal."),
    CDR("group_uuid", MAYBE(36), "Группа-владелец.", "Owner group."),
    {0}};

#define COUNT "INTEGER NOT NULL DEFAULT 0"
const struct model_field model_fields_call_quality[] = {
    CDR("uniqueid", WORD(150), "Идентификатор канала.", "The channel's identifier."),
    CDR("linkedid", WORD(150), "Идентификатор всего вызова.", "The whole call's identifier."),
    CDR("channel", LONG_WORD, "Канал.", "Channel."),
    CDR("end", "DATETIME DEFAULT NULL", "Конец, местное время.", "End, local time."),
    CDR("rx_packets", COUNT, "Принято пакетов RTP.", "RTP packets received."),
    CDR("rx_lost", COUNT, "Из них потеряно в пути.", "Lost on the way to us."),
    CDR("rx_jitter_us", COUNT, "Дрожание на приёме, мкс.", "Jitter of what we receive, us."),
    CDR("tx_packets", COUNT, "Послано пакетов RTP.", "RTP packets sent."),
    CDR("tx_lost", COUNT, "Из них потеряно, по отчётам телефона.", "Lost, as the phone reported."),
    CDR("tx_jitter_us", COUNT, "Дрожание у телефона, мкс.", "Jitter at the phone, us."),
    CDR("rtt_us", COUNT, "Время туда и обратно, последнее, мкс.", "Last round trip, us."),
    CDR("rtt_max_us", COUNT, "Время туда и обратно, наибольшее, мкс.", "Longest round trip, us."),
    CDR("foreign", COUNT, "Отброшено чужих пакетов.", "Packets of strangers, dropped."),
    CDR("remote", LONG_WORD, "Адрес телефона.", "The phone's address."),
    {0}};

const struct model_field model_fields_call_story[] = {
    OWN("id", INT, .sql = AUTO, .max = INT64_MAX,
        SAYS("Номер строки", "Row number", "Создаётся сам.", "Made by itself.")),
    CDR("linkedid", WORD(150), "Идентификатор всего вызова.", "The whole call's identifier."),
    CDR("start", "DATETIME DEFAULT NULL", "Начало, местное время.", "Start, local time."),
    CDR("story", "TEXT NOT NULL DEFAULT ''",
        "Шаги вызова, по одному в строке; читает их `call story`.",
        "Steps of the call, one a line; `call story` reads them."),
    {0}};

const struct model_field model_fields_astdb[] = {
    CDR("name", "VARCHAR(255) NOT NULL PRIMARY KEY", "Семейство и ключ: family/key.",
        "Family and key: family/key."),
    CDR("value", "TEXT NOT NULL DEFAULT ''", "Значение DB(family/key).",
        "The value of DB(family/key)."),
    {0}};
