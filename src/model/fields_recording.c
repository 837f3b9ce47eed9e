/* fields_recording.c - what was recorded, and what is still to be done with it; the station writes both */
#include "model/rows.h"

#define COLUMN(column_, sql_, ru_, en_)                                                            \
    ROW(column_, TEXT, INNER, NOWHERE, .sql = sql_, SAYS(column_, column_, ru_, en_))
#define WORD(size_) "VARCHAR(" #size_ ") NOT NULL DEFAULT ''"
#define LONG_WORD "TEXT NOT NULL DEFAULT ''"
#define MAYBE(size_) "VARCHAR(" #size_ ") DEFAULT NULL"
#define NUMBER "INTEGER NOT NULL DEFAULT 0"
#define BIG "BIGINT NOT NULL DEFAULT 0"
#define WHEN "DATETIME DEFAULT NULL"

const struct model_field model_fields_recording[] = {
    COLUMN("uuid", SQL_UUID, "Идентификатор записи разговора.", "The recording's identifier."),
    COLUMN("uniqueid", WORD(150), "Идентификатор канала, который записан.",
           "Identifier of the channel that was recorded."),
    COLUMN("linkedid", WORD(150), "Идентификатор всего вызова.", "The whole call's identifier."),
    COLUMN("channel", LONG_WORD, "Канал.", "Channel."),
    COLUMN("caller", LONG_WORD, "Чей это голос: номер на канале.",
           "Whose voice it is: the channel's number."),
    COLUMN("caller_name", LONG_WORD, "Его имя.", "Their name."),
    COLUMN("connected", LONG_WORD, "С кем разговор: номер.", "To whom they speak: number."),
    COLUMN("connected_name", LONG_WORD, "Его имя.", "Their name."),
    COLUMN("exten", LONG_WORD, "Набранное расширение.", "Extension dialled."),
    COLUMN("begun", WHEN, "Первый отсчёт, местное время.", "First sample, local time."),
    COLUMN("ended", WHEN, "Конец, местное время.", "End, local time."),
    COLUMN("ms", BIG, "Длина, мс.", "Length, ms."),
    COLUMN("mixed", WORD(512), "Файл обоих голосов внутри recordings.",
           "File of both voices below recordings."),
    COLUMN("rx", WORD(512), "Файл голоса канала.", "File of the channel's voice."),
    COLUMN("tx", LONG_WORD, "Файл голоса собеседника.", "File of the other voice."),
    COLUMN("mp3", WORD(512), "Файл MP3.", "File in MP3."),
    COLUMN("peaks", LONG_WORD, "Файл для картинки: размах каждых 100 мс.",
           "File for a picture: the swing of each 100 ms."),
    COLUMN("bytes", BIG, "Размер основного файла.", "Size of the main file."),
    COLUMN("sha256", WORD(64), "Его SHA-256.", "Its SHA-256."),
    COLUMN(
        "state", WORD(20),
        "open - идёт, kept - сохранена, cut - оборвана (error говорит почему), lost - файла нет, deleted - удалена "
        "по сроку или объёму.",
        "open: under way; kept; cut: broken off, see error; lost: there is no file; deleted: for its age or "
        "for space."),
    COLUMN("wanted", WORD(20), "Какой MP3 нужен: mono, stereo, as_asked; пусто: никакого.",
           "Which MP3 is wanted: mono, stereo, as_asked; empty: none."),
    COLUMN("error", LONG_WORD, "Что помешало.", "What was in the way."),
    COLUMN("lost", NUMBER, "Потеряно пакетов.", "Packets lost."),
    COLUMN("packets", NUMBER, "Пакетов всего.", "Packets in all."),
    COLUMN("group_uuid", MAYBE(36), "Группа-владелец, как у записи о звонке.",
           "Owner group, that of the call record."),
    {0}};

const struct model_field model_fields_job[] = {
    COLUMN("id", "VARCHAR(36) NOT NULL PRIMARY KEY", "Идентификатор.", "Identifier."),
    COLUMN("kind", WORD(40), "Что сделать: convert, peaks, remove ...",
           "What to do: convert, peaks, remove ..."),
    COLUMN("subject", WORD(150), "С чем: uniqueid записи.", "To what: a recording's uniqueid."),
    COLUMN("words", LONG_WORD, "Подробности, строки ИМЯ=ЗНАЧЕНИЕ.",
           "Details, lines of NAME=VALUE."),
    COLUMN("state", WORD(20), "waiting, running, done, failed.", "waiting, running, done, failed."),
    COLUMN("attempts", NUMBER, "Сколько раз делалось.", "How often it was tried."),
    COLUMN("next_at", BIG, "Не раньше: секунды с 1970 года.", "Not before: seconds since 1970."),
    COLUMN("error", LONG_WORD, "Почему не вышло в последний раз.", "Why it failed last."),
    COLUMN("created", WHEN, "Когда поставлено, местное время.", "When it was queued, local time."),
    COLUMN("ended", WHEN, "Когда закончено, местное время.", "When it ended, local time."),
    {0}};

/* Only added to. */
const struct model_field model_fields_recording_sum[] = {
    COLUMN("id", "INTEGER PRIMARY KEY AUTOINCREMENT", "Номер строки.", "Row number."),
    COLUMN("day", WORD(10), "День, когда файл сохранён.", "The day on which the file was kept."),
    COLUMN("uuid", WORD(36), "Запись разговора.", "The recording."),
    COLUMN("file", WORD(512), "Файл внутри recordings.", "File below recordings."),
    COLUMN("bytes", BIG, "Его размер.", "Its size."),
    COLUMN("sha256", WORD(64), "Его SHA-256.", "Its SHA-256."),
    {0}};

const struct model_field model_fields_recording_seal[] = {
    COLUMN("day", "VARCHAR(10) NOT NULL PRIMARY KEY", "День.", "Day."),
    COLUMN("files", NUMBER, "Сколько строк recording_sum в нём.", "Lines of recording_sum in it."),
    COLUMN("previous", WORD(64), "Цепочка дня перед ним.", "The chain of the day before."),
    COLUMN("chain", WORD(64), "SHA-256 прежней цепочки и строк дня.",
           "SHA-256 of that chain and the day's lines."),
    COLUMN("signature", WORD(128), "Подпись Ed25519 ключом tls/recordings.key.",
           "Ed25519 signature by the key tls/recordings.key."),
    {0}};
