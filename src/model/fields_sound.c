/* fields_sound.c - sounds that people have brought; the station writes it, role/sounds.h */
#include "model/rows.h"

#define COLUMN(column_, sql_, ...)                                                                 \
    ROW(column_, TEXT, INNER, NOWHERE, .sql = sql_, SAYS(__VA_ARGS__))
#define WORD(size_) "VARCHAR(" #size_ ") NOT NULL DEFAULT ''"
#define NUMBER "BIGINT NOT NULL DEFAULT 0"
#define WHEN "DATETIME DEFAULT NULL"
#define SHOWN .shown = "tests/e2e/sound.sh"

const struct model_field model_fields_sound[] = {
    ROW_UUID,
    ROW("name", TEXT, OBEYED, NOWHERE, SHOWN, .sql = WORD(128),
        SAYS("Наименование", "Name",
             "Имя, под которым файл играют: Playback(demo-domain). Без расширения.",
             "The name by which it is played: Playback(demo-domain). Without extension.")),
    ROW("folder", TEXT, OBEYED, NOWHERE, SHOWN, .sql = WORD(32),
        SAYS("Язык", "Language", "Каталог языка внутри sounds: ru, en; пусто - для всех.",
             "Folder of a language below sounds: ru, en; empty: for all.")),
    ROW_DESCRIPTION,
    ROW_GROUP(NOWHERE),
    COLUMN("original", WORD(255), "Исходный файл", "Original file",
           "Как назывался загруженный файл.", "What the uploaded file was called."),
    COLUMN("source", WORD(160), "Исходный формат", "Original format",
           "Формат, кодирование, частота и число каналов загруженного файла.",
           "Format, coding, rate and channels of the uploaded file."),
    COLUMN("level", WORD(10), "Громкость", "Level",
           "keep - как было, peak - по пику, loud - по громкости речи.",
           "keep: as it was, peak: by its peak, loud: by the loudness of speech."),
    COLUMN("ms", NUMBER, "Длительность", "Duration", "Миллисекунд.", "Milliseconds."),
    COLUMN("bytes", NUMBER, "Размер", "Size", "Размер файла .wav.", "Size of the file .wav."),
    COLUMN("sha256", WORD(64), "Сумма", "Sum", "SHA-256 файла .wav.", "SHA-256 of the file .wav."),
    COLUMN("wide", NUMBER, "Широкая полоса", "Wide band", "1: рядом есть .wav16 (16 кГц).",
           "1: there is a .wav16 (16 kHz) beside it."),
    COLUMN("state", WORD(20), "Состояние", "State",
           "waiting - преобразуется, ready - готов, failed - не получилось, removing - удаляется.",
           "waiting: is being converted, ready, failed, removing."),
    ROW("error", TEXT, INNER, NOWHERE, .sql = "TEXT NOT NULL DEFAULT ''",
        SAYS("Ошибка", "Error", "Почему последняя загрузка не удалась: слово и подробности.",
             "Why the last upload failed: a word and details.")),
    COLUMN("created", WHEN, "Создан", "Created", "Местное время.", "Local time."),
    COLUMN("changed", WHEN, "Изменён", "Changed", "Местное время.", "Local time."),
    {0}};
