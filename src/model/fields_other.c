/*
 * fields_other.c - routing, static tables, access lists, music, settings, groups, call records; and
 * the table of all types
 */
#include <string.h>

#include "model/rows.h"

static const char *const modes[] = {"files", "playlist", "custom",     "mp3",
                                    "mp3nb", "quietmp3", "quietmp3nb", NULL};
static const char *const sorts[] = {"", "alpha", "random", "randstart", NULL};
static const char *const languages[] = {"ru", "en", NULL};

static const char *const recording_modes[] = {"as_asked", "mono", "stereo", NULL};

#define OWN(column_, kind_, ...) ROW(column_, kind_, INNER, NOWHERE, __VA_ARGS__)
#define NUMBER "INTEGER NOT NULL DEFAULT 0"
#define WORD(size_) "VARCHAR(" #size_ ") NOT NULL DEFAULT ''"
#define AUTO "INTEGER PRIMARY KEY AUTOINCREMENT"
#define NAME_KEY                                                                                   \
    ROW("name", TEXT, INNER, NOWHERE, .sql = "VARCHAR(128) NOT NULL UNIQUE",                       \
        SAYS("Наименование", "Name", "Имя, под которым запись называют другие; уникально.",        \
             "The name that others use for it; unique."))
#define ROW_UUID_PLAIN                                                                             \
    ROW("uuid", TEXT, INNER, NOWHERE, .sql = SQL_UUID_PLAIN,                                       \
        SAYS("Идентификатор записи", "Record identifier",                                          \
             "Неизменный UUID записи; создаётся сам.", "The record's UUID; made by itself."))

const struct model_field model_fields_realtime_extensions[] = {
    OWN("id", INT, .sql = AUTO, .max = INT64_MAX,
        SAYS("Номер строки", "Row number", "Создаётся сам.", "Made by itself.")),
    ROW_UUID_PLAIN,
    ROW_NAME(NOWHERE),
    ROW_DESCRIPTION,
    ROW_GROUP(NOWHERE),
    ROW("context", TEXT, OBEYED, NOWHERE, .shown = "tests/scene/realtime-extensions.scene",
        .sql = WORD(80),
        SAYS("Маршрутизация", "Routing", "Имя маршрутизации (контекст).",
             "The routing's name (context).")),
    ROW("exten", TEXT, OBEYED, NOWHERE, .shown = "tests/scene/realtime-extensions.scene",
        .sql = WORD(80),
        SAYS("Расширение", "Extension", "Номер или шаблон: 110, _8XXXXXXXXXX, s, h, i, t.",
             "A number or pattern: 110, _8XXXXXXXXXX, s, h, i, t.")),
    ROW("priority", INT, OBEYED, NOWHERE, .shown = "tests/scene/realtime-extensions.scene",
        .sql = NUMBER, .min = 1, .max = 1000000,
        SAYS("Приоритет", "Priority", "Порядок шагов, с 1.", "Order of the steps, from 1.")),
    ROW("label", TEXT, OBEYED, NOWHERE, .shown = "tests/scene/realtime-extensions.scene",
        .sql = WORD(80),
        SAYS("Метка", "Label", "Имя шага для Goto; может быть пустой.",
             "The step's name for Goto; may be empty.")),
    ROW("app", TEXT, OBEYED, NOWHERE, .shown = "tests/scene/realtime-extensions.scene",
        .sql = WORD(80),
        SAYS("Приложение", "Application", "Что сделать: Dial, Playback, Goto ...",
             "What to do: Dial, Playback, Goto ...")),
    ROW("appdata", TEXT, OBEYED, NOWHERE, .shown = "tests/scene/realtime-extensions.scene",
        .sql = "TEXT NOT NULL DEFAULT ''",
        SAYS("Параметры", "Parameters", "Параметры приложения.", "The application's parameters.")),
    {0}};

const struct model_field model_fields_static[] = {
    OWN("id", INT, .sql = AUTO, .max = INT64_MAX,
        SAYS("Номер строки", "Row number", "Создаётся сам.", "Made by itself.")),
    ROW("cat_metric", INT, OBEYED, NOWHERE, .shown = "tests/unit/model/test_static.c",
        .sql = NUMBER, .max = 1000000000,
        SAYS("Порядок секции", "Order of the section", "Секции по возрастанию.",
             "Sections in ascending order.")),
    ROW("var_metric", INT, OBEYED, NOWHERE, .shown = "tests/unit/model/test_static.c",
        .sql = NUMBER, .max = 1000000000,
        SAYS("Порядок строки", "Order of the line", "Строки секции по возрастанию.",
             "A section's lines in ascending order.")),
    ROW("commented", INT, OBEYED, NOWHERE, .shown = "tests/unit/model/test_static.c", .sql = NUMBER,
        .max = 1,
        SAYS("Отключена", "Commented out", "1 — строка не действует.",
             "1: the line has no effect.")),
    ROW("filename", TEXT, OBEYED, NOWHERE, .shown = "tests/unit/model/test_static.c",
        .sql = WORD(128),
        SAYS("Файл", "File", "pjsip.conf, extensions.conf или sorcery.conf.",
             "pjsip.conf, extensions.conf or sorcery.conf.")),
    ROW("category", TEXT, OBEYED, NOWHERE, .shown = "tests/unit/model/test_static.c",
        .sql = WORD(128),
        SAYS("Секция", "Section", "Имя секции: transport-udp, globals.",
             "Name of the section: transport-udp, globals.")),
    ROW("var_name", TEXT, OBEYED, NOWHERE, .shown = "tests/unit/model/test_static.c",
        .sql = WORD(128), SAYS("Параметр", "Option", "Имя параметра.", "Name of the option.")),
    ROW("var_val", TEXT, OBEYED, NOWHERE, .shown = "tests/unit/model/test_static.c",
        .sql = "TEXT NOT NULL DEFAULT ''",
        SAYS("Значение", "Value", "Значение параметра.", "Value of the option.")),
    {0}};

const struct model_field model_fields_context[] = {
    ROW_UUID, NAME_KEY, ROW_DESCRIPTION, ROW_GROUP(NOWHERE), {0}};
const struct model_field model_fields_group[] = {
    ROW_UUID,
    NAME_KEY,
    ROW_DESCRIPTION,
    ROW_GROUP(NOWHERE),
    ROW("recording_days", INT, OBEYED, NOWHERE, .max = 36500,
        .shown = "tests/e2e/recording-rows.sh",
        SAYS("Хранить записи, дней", "Days that recordings are kept",
             "Для записей этой группы вместо настройки recording_days; 0: всегда.",
             "For recordings of this group in place of setting recording_days; 0: for ever.")),
    ROW("recording_mib", INT, OBEYED, NOWHERE, .max = INT32_MAX,
        .shown = "tests/e2e/recording-rows.sh",
        SAYS(
            "Место для записей, МиБ", "Room for recordings, MiB",
            "Для записей этой группы вместо настройки recording_mib; сверх него удаляются самые старые; 0: сколько есть.",
            "For recordings of this group in place of setting recording_mib; beyond it the oldest go; 0: as there is.")),
    {0}};

const struct model_field model_fields_acl[] = {
    ROW_UUID,
    NAME_KEY,
    ROW_DESCRIPTION,
    ROW_GROUP(NOWHERE),
    ROW("rules", RULES, OBEYED, offsetof(struct model_acl, rules),
        .shown = "tests/scene/acl-refuses.scene",
        SAYS(
            "Правила", "Rules",
            "По порядку; последнее подходящее решает. Пример: deny=0.0.0.0/0,permit=10.0.0.0/8.",
            "In order; the last that matches decides. Example: deny=0.0.0.0/0,permit=10.0.0.0/8.")),
    {0}};

#define AT(member) offsetof(struct model_moh, member)
const struct model_field model_fields_moh[] = {
    ROW_UUID,
    NAME_KEY,
    ROW_DESCRIPTION,
    ROW_GROUP(NOWHERE),
    ROW("mode", ENUM, OBEYED, AT(mode), .def = "files", .choices = modes,
        .shown = "tests/scene/music-class.scene",
        SAYS("Режим", "Mode", "files — файлы каталога.", "files: the files of a directory.")),
    ROW("directory", TEXT, OBEYED, AT(directory), .shown = "tests/scene/music-class.scene",
        SAYS("Каталог", "Directory",
             "Каталог файлов; без / в начале — внутри moh каталога станции.",
             "Directory of files; without a leading / below moh of the station's directory.")),
    ROW("sort", ENUM, OBEYED, AT(sort), .def = "", .choices = sorts,
        .shown = "tests/scene/music-class.scene",
        SAYS("Порядок", "Order",
             "alpha — по имени, random — случайно, randstart — по имени со случайного места.",
             "alpha by name, random, randstart by name from a random place.")),
    ROW("application", TEXT, REFUSED, NOWHERE, .subject = "player",
        SAYS("Программа", "Application", "Внешняя программа.", "An external program.")),
    ROW("digit", TEXT, OBEYED, AT(digit), .shown = "tests/scene/music-class.scene",
        SAYS("Клавиша", "Digit", "Клавиша, которой слушающий MusicOnHold выбирает этот класс.",
             "Key with which whoever listens to MusicOnHold selects this class.")),
    ROW("format", TEXT, LATER, NOWHERE, .subject = "player",
        SAYS("Формат", "Format", "Формат программы.", "Format of the program.")),
    {0}};
#undef AT

const struct model_field model_fields_tone[] = {
    ROW_UUID,
    NAME_KEY,
    ROW_DESCRIPTION,
    ROW_GROUP(NOWHERE),
    ROW("list", TEXT, OBEYED, offsetof(struct model_tone, list), .sql = "TEXT DEFAULT NULL",
        .shown = "tests/scene/tones-of-a-country.scene",
        SAYS("Сигнал", "Tone",
             "Частоты и миллисекунды, как в indications.conf: 425/500,0/500; 350+440; !950/330.",
             "Frequencies and milliseconds, as in indications.conf: 425/500,0/500; 350+440; "
             "!950/330.")),
    {0}};

#define AT(member) offsetof(struct model_settings, member)
const struct model_field model_fields_settings[] = {
    ROW("language", ENUM, OBEYED, AT(language_id), .def = "ru", .choices = languages,
        .shown = "tests/scene/settings.scene",
        SAYS("Язык", "Language", "Язык голосовых сообщений новых вызовов.",
             "Language of prompts in new calls.")),
    ROW("tone_zone", TEXT, OBEYED, AT(tone_zone), .def = "ru",
        .shown = "tests/scene/tones-of-a-country.scene",
        SAYS("Гудки страны", "Tone zone",
             "Чьи гудки слышат абоненты: ru, us или страна из таблицы tones.",
             "Country whose tones are heard: ru, us, or one of table tones.")),
    ROW("user_agent", TEXT, OBEYED, AT(user_agent), .shown = "tests/scene/settings.scene",
        SAYS("Имя станции", "User agent", "Как станция называет себя; пусто — Station и версия.",
             "What the station calls itself; empty: Station and its version.")),
    ROW("realm", TEXT, OBEYED, AT(realm), .def = "station", .shown = "tests/scene/settings.scene",
        SAYS("Область", "Realm", "Область аутентификации, если не названа другая.",
             "Realm of authentication unless another is named.")),
    ROW("sounds", TEXT, OBEYED, AT(sounds), .shown = "tests/unit/media/test_play.c",
        SAYS(
            "Каталоги звуков", "Sound directories",
            "Ещё каталоги звуковых файлов, через запятую; в каждом — языки, как ru. Они ищутся после "
            "sounds станции, без / в начале — внутри него; читаются /usr/share, /opt, /srv, "
            "/var/lib/asterisk.",
            "More directories of sound files, comma separated; in each the languages, as ru. They come "
            "behind sounds of the station, without a leading / below it; those in /usr/share, /opt, "
            "/srv, /var/lib/asterisk can be read.")),
    ROW("moh_class", TEXT, OBEYED, AT(moh_class), .def = "default",
        .shown = "tests/scene/music-class.scene",
        SAYS("Музыка на удержании", "Music on hold",
             "Класс, который значит имя default и незаданный класс.",
             "The class that the name default and no name mean.")),
    ROW("agi_hosts", TEXT, OBEYED, AT(agi_hosts), .def = MODEL_AGI_HOSTS_DEFAULT,
        .shown = "tests/unit/plan/test_fastagi.c",
        SAYS("Серверы AGI", "AGI servers",
             "Кого может спрашивать AGI(agi://...): адреса, сети, имена через запятую.",
             "Whom AGI(agi://...) may ask: addresses, networks, names, comma separated.")),
    ROW("rtp_start", INT, OBEYED, AT(rtp_start), .option = "rtpstart", .def = "20000", .min = 1024,
        .max = 65534, .shown = "tests/scene/settings.scene",
        SAYS("Первый порт RTP", "First RTP port", "Начало диапазона портов звука.",
             "Start of the range of sound ports.")),
    ROW("rtp_end", INT, OBEYED, AT(rtp_end), .option = "rtpend", .def = "29999", .min = 1025,
        .max = 65535, .shown = "tests/scene/settings.scene",
        SAYS("Последний порт RTP", "Last RTP port", "Конец диапазона портов звука.",
             "End of the range of sound ports.")),
    ROW("call_story_days", INT, OBEYED, AT(call_story_days), .def = "90", .min = 0, .max = 36500,
        .shown = "tests/scene/call-story.scene",
        SAYS("Хранить истории вызовов, дней", "Days that stories of calls are kept",
             "`call story` рассказывает вызов по шагам. 0: истории не ведутся.",
             "`call story` tells a call step by step. 0: no stories are made.")),
    ROW("cdr_enabled", BOOL, OBEYED, AT(cdr_enabled), .def = "yes",
        .shown = "tests/scene/records-as-asked.scene",
        SAYS("Записи о звонках", "Call records", "Вести ли таблицу cdr.",
             "Are records written to table cdr?")),
    ROW("cdr_default_enabled", BOOL, OBEYED, AT(cdr_default_enabled), .def = "yes",
        .shown = "tests/scene/records-as-asked.scene",
        SAYS("Запись без указания", "Records unless said",
             "no: запись даёт только вызов, для которого выполнено Set(CDR_PROP(disable)=0).",
             "no: only a call for which Set(CDR_PROP(disable)=0) has run gives a record.")),
    ROW("cdr_unanswered", BOOL, OBEYED, AT(cdr_unanswered), .def = "no",
        .shown = "tests/scene/records-as-asked.scene",
        SAYS("Записи неотвеченных", "Records of unanswered calls",
             "Записывать и вызовы, на которые станция не ответила и которые никого не вызвали.",
             "Also calls that the station did not answer and that rang nobody are written.")),
    ROW("cdr_congestion", BOOL, OBEYED, AT(cdr_congestion), .def = "no",
        .shown = "tests/scene/records-as-asked.scene",
        SAYS("CONGESTION в записях", "CONGESTION in records",
             "Называть перегрузку CONGESTION, а не FAILED.",
             "Congestion is called CONGESTION, not FAILED.")),
    ROW("cdr_end_before_h", BOOL, OBEYED, AT(cdr_end_before_h), .def = "yes",
        .shown = "tests/scene/records-as-asked.scene",
        SAYS("Запись кончается до h", "Records end before h",
             "no: запись охватывает расширение h; после Dial у h своя запись.",
             "no: a record covers extension h; behind a Dial h has a record of its own.")),
    ROW("cdr_initiated_seconds", BOOL, OBEYED, AT(cdr_initiated_seconds), .def = "no",
        .shown = "tests/scene/records-as-asked.scene",
        SAYS("Начатая секунда", "A second begun", "Считать начатую секунду целой в billsec.",
             "A second that has begun counts in billsec.")),
    ROW("max_channels", INT, OBEYED, AT(max_channels), .def = "20000", .min = 2, .max = 1000000,
        .shown = "tests/scene/settings.scene",
        SAYS("Каналов всего", "Channels at most", "Сверх этого вызовы получают отказ 503.",
             "Beyond it calls are refused with 503.")),
    ROW("file_folders", TEXT, OBEYED, AT(file_folders), .shown = "tests/unit/role/test_errands.c",
        SAYS(
            "Каталоги для FILE и STAT", "Folders for FILE and STAT",
            "Каталоги через запятую, файлы которых читают и пишут функции FILE и STAT; пусто: никакие. Писать можно "
            "только там, где могут писать программы AGI: /tmp, /var/tmp, recordings в каталоге станции.",
            "Folders, comma separated, whose files functions FILE and STAT read and write; empty: none. Writing works "
            "only where programs of AGI may write: /tmp, /var/tmp, recordings in the station's folder.")),
    ROW("curl_hosts", TEXT, OBEYED, AT(curl_hosts), .shown = "tests/unit/role/test_errands.c",
        SAYS(
            "Узлы для CURL", "Hosts for CURL",
            "Узлы через запятую, которых может спрашивать функция CURL: crm.example.com, *.example.com, "
            "192.0.2.1:8080; * - любой; пусто: никого. Адреса самой машины и её канала (127.0.0.0/8, 169.254.0.0/16, ::1, fe80::/10) - "
            "только названные здесь прямо (127.0.0.1, [::1]:8080; localhost - любой из 127.0.0.0/8 и ::1), даже когда к ним ведёт "
            "разрешённое имя или *.",
            "Hosts, comma separated, that function CURL may ask: crm.example.com, *.example.com, "
            "192.0.2.1:8080; *: any; empty: nobody. Addresses of the machine itself and of its link (127.0.0.0/8, 169.254.0.0/16, "
            "::1, fe80::/10) only when named here as such (127.0.0.1, [::1]:8080; localhost: any of 127.0.0.0/8 and ::1), even when "
            "an allowed name or * leads there.")),
    ROW("recording_mode", ENUM, OBEYED, AT(recording_mode), .def = "as_asked",
        .choices = recording_modes, .shown = "tests/e2e/recording-jobs.sh",
        SAYS(
            "Каналы записей", "Voices of recordings",
            "mono: каждая запись MixMonitor одноканальная; stereo: оба голоса отдельно; as_asked: как сказано "
            "приложению и в MIXMONITOR_COMMAND.",
            "mono: every recording of MixMonitor has both voices mixed; stereo: each voice apart; as_asked: as the "
            "application and MIXMONITOR_COMMAND say.")),
    ROW("recording_keep_wav", BOOL, OBEYED, AT(recording_keep_wav), .def = "no",
        .shown = "tests/e2e/recording-jobs.sh",
        SAYS("Оставлять WAV", "Keep the WAV", "Оставлять ли исходные файлы, когда готов MP3.",
             "Do the files stay that an MP3 was made from?")),
    ROW("recording_days", INT, OBEYED, AT(recording_days), .def = "0", .min = 0, .max = 36500,
        .shown = "tests/e2e/recording-rows.sh",
        SAYS("Хранить записи, дней", "Days that recordings are kept",
             "Старшие удаляются; 0: хранить всегда. У группы может быть своё.",
             "Older ones are removed; 0: for ever. A group may have its own.")),
    ROW("recording_mib", INT, OBEYED, AT(recording_mib), .def = "0", .min = 0, .max = INT32_MAX,
        .shown = "tests/e2e/recording-rows.sh",
        SAYS("Место для записей, МиБ", "Room for recordings, MiB",
             "Сверх него удаляются самые старые; 0: сколько есть. У группы может быть своё.",
             "Beyond it the oldest are removed; 0: as there is. A group may have its own.")),
    ROW("recording_free_mib", INT, OBEYED, AT(recording_free_mib), .def = "1024", .min = 0,
        .max = INT32_MAX, .shown = "tests/e2e/recording-rows.sh",
        SAYS(
            "Предупредить о месте, МиБ", "Warn of room, MiB",
            "Когда на диске записей свободно меньше, станция предупреждает: журнал и событие RecordingSpaceLow.",
            "When less is free on the disk of recordings the station warns: log and event RecordingSpaceLow.")),
    ROW("recording_jobs", INT, OBEYED, AT(recording_jobs), .def = "1", .min = 1, .max = 16,
        .shown = "tests/unit/role/test_jobs.c",
        SAYS("Заданий сразу", "Jobs at once", "Сколько записей обрабатывается одновременно.",
             "How many recordings are worked on at the same time.")),
    ROW("manager_enabled", BOOL, OBEYED, AT(manager_enabled), .option = "enabled", .def = "yes",
        .shown = "tests/unit/manager/test_manager.c",
        SAYS("Manager", "Manager", "Принимать ли соединения Manager.",
             "Are connections of the Manager taken?")),
    ROW("manager_cel", BOOL, OBEYED, AT(manager_cel), .def = "no",
        .shown = "tests/unit/manager/test_events.c",
        SAYS(
            "События CEL", "Events of CEL",
            "Присылать ли сеансам Manager события CEL (журнал каналов Asterisk): их ещё раз столько же.",
            "Are Manager sessions sent events of CEL (Asterisk's journal of channels)? They are as many again.")),
    ROW("manager_bind", ADDR, OBEYED, AT(manager_bind), .def = "127.0.0.1:5038", .min = 5038,
        .shown = "tests/unit/manager/test_manager.c",
        SAYS("Адрес Manager", "Address of the Manager", "Адрес и порт TCP, без шифрования.",
             "Address and port, TCP without encryption.")),
    ROW("manager_tls_bind", ADDR, OBEYED, AT(manager_tls_bind), .def = "127.0.0.1:5039",
        .min = 5039, .shown = "tests/unit/manager/test_manager.c",
        SAYS("Адрес Manager с TLS", "Address of the Manager with TLS", "Адрес и порт TLS.",
             "Address and port, TLS.")),
    ROW("manager_tls_cert", TEXT, OBEYED, AT(manager_tls_cert), .def = "tls/station.pem",
        .shown = "tests/unit/manager/test_manager.c",
        SAYS(
            "Сертификат Manager", "Certificate of the Manager",
            "Файл PEM с сертификатом и ключом; без / в начале - в каталоге станции.",
            "PEM file with certificate and key; without a leading / below the station's directory.")),
    ROW("manager_auth_timeout", INT, OBEYED, AT(manager_auth_timeout), .def = "30", .min = 1,
        .max = 3600, .shown = "tests/unit/manager/test_manager.c",
        SAYS("Время на вход, с", "Time to log in, s", "Кто за это время не вошёл, отключается.",
             "Who has not logged in by then is cut off.")),
    ROW("manager_auth_limit", INT, OBEYED, AT(manager_auth_limit), .def = "50", .min = 1,
        .max = 100000, .shown = "tests/unit/manager/test_manager.c",
        SAYS("Соединений без входа", "Connections without login",
             "Сверх этого новые соединения не принимаются.",
             "Beyond it new connections are refused.")),
    ROW("manager_sessions", INT, OBEYED, AT(manager_sessions), .def = "1000", .min = 1,
        .max = 20000, .shown = "tests/unit/manager/test_manager.c",
        SAYS("Соединений Manager всего", "Connections of the Manager at most",
             "Сверх этого новые соединения не принимаются.",
             "Beyond it new connections are refused.")),
    ROW("http_enabled", BOOL, OBEYED, AT(http_enabled), .def = "yes", .shown = "tests/e2e/web.sh",
        SAYS("HTTP", "HTTP", "Принимать ли запросы HTTP.", "Are requests of HTTP taken?")),
    ROW("http_bind", ADDR, OBEYED, AT(http_bind), .def = "127.0.0.1:8088", .min = 8088,
        .shown = "tests/e2e/web.sh",
        SAYS("Адрес HTTP", "Address of HTTP", "Адрес и порт Manager по HTTP.",
             "Address and port of the Manager over HTTP.")),
    ROW("http_connections", INT, OBEYED, AT(http_connections), .def = "100", .min = 1, .max = 4000,
        .shown = "tests/e2e/web.sh",
        SAYS("Соединений HTTP с адреса", "Connections of HTTP from an address",
             "Сверх этого запросы получают 429. На адреса 127.0.0.0/8 и ::1 не действует.",
             "Beyond it requests get 429. Not for 127.0.0.0/8 and ::1.")),
    ROW("http_rate", INT, OBEYED, AT(http_rate), .def = "50", .min = 1, .max = 100000,
        .shown = "tests/e2e/web.sh",
        SAYS(
            "Запросов HTTP с адреса в секунду", "Requests of HTTP from an address a second",
            "Вчетверо больше - сразу, затем запросы получают 429. На адреса 127.0.0.0/8 и ::1 не действует.",
            "Four times as many at once, then requests get 429. Not for 127.0.0.0/8 and ::1.")),
    ROW("http_session_timeout", INT, OBEYED, AT(http_session_timeout), .def = "60", .min = 1,
        .max = 86400, .shown = "tests/e2e/web.sh",
        SAYS("Сеанс HTTP, с", "Session of HTTP, s", "Через столько без запросов сеанс закрывается.",
             "After so long without a request a session ends.")),
    ROW("overload_ms", INT, OBEYED, AT(overload_ms), .def = "500", .min = 10, .max = 60000,
        .shown = "tests/scene/settings.scene",
        SAYS("Порог перегрузки", "Overload threshold",
             "Возраст очереди запросов в мс, с которого новые получают 503.",
             "Age of the queue of requests in ms from which new ones get 503.")),
    {0}};
#undef AT

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

const struct model_field model_fields_import_later[] = {
    OWN("id", INT, .sql = AUTO, .max = INT64_MAX,
        SAYS("Номер строки", "Row number", "Создаётся сам.", "Made by itself.")),
    OWN("filename", TEXT, .sql = WORD(255),
        SAYS("Файл", "File", "Имя файла.", "Name of the file.")),
    OWN("category", TEXT, .sql = WORD(255),
        SAYS("Секция", "Section", "Имя секции.", "Name of the section.")),
    OWN("var_name", TEXT, .sql = WORD(255),
        SAYS("Параметр", "Option", "Имя параметра.", "Name of the option.")),
    OWN("var_val", TEXT, .sql = "TEXT NOT NULL DEFAULT ''",
        SAYS("Значение", "Value", "Значение параметра.", "Value of the option.")),
    {0}};

#define SIZE(name_) sizeof(struct model_##name_)
#define TYPE(name_, table_, id_, fields_, ...)                                                     \
    {                                                                                              \
        .name = name_, .table = table_, .id = id_, .fields = model_fields_##fields_, __VA_ARGS__   \
    }

const struct model_type model_types[] = {
    TYPE("endpoint", "ps_endpoints", "id", endpoint, .size = SIZE(endpoint), .is_watched = true,
         SAYS("Конечная точка", "Endpoint", "Телефон, транк или шлюз.",
              "A phone, trunk or gateway.")),
    TYPE("aor", "ps_aors", "id", aor, .size = SIZE(aor), .is_watched = true,
         SAYS("Адрес записи", "Address of record", "Где искать телефон.",
              "Where a phone is found.")),
    TYPE("auth", "ps_auths", "id", auth, .size = SIZE(auth), .is_watched = true,
         SAYS("Аутентификация", "Authentication", "Имя и пароль.", "Name and password.")),
    TYPE("contact", "ps_contacts", "id", contact, .shape = MODEL_PLAIN, .tail = " WITHOUT ROWID",
         SAYS("Контакт", "Contact", "Зарегистрированный телефон; пишет станция.",
              "A registered phone; written by the station.")),
    TYPE("identify", "ps_endpoint_id_ips", "id", identify, .size = SIZE(identify),
         .is_watched = true,
         SAYS("Опознание по адресу", "Identify", "Чьи запросы с этих адресов.",
              "Whose requests from these addresses are.")),
    TYPE("transport", "ps_transports", "id", transport, .size = SIZE(transport), .is_watched = true,
         SAYS("Транспортный протокол", "Transport", "Где станция принимает SIP.",
              "Where the station listens for SIP.")),
    TYPE("registration", "ps_registrations", "id", registration, .size = SIZE(registration),
         .is_watched = true,
         SAYS("Регистрация", "Registration", "Регистрация станции у оператора.",
              "The station's registration at a carrier.")),
    TYPE("domain_alias", "ps_domain_aliases", "id", domain_alias, .size = SIZE(domain_alias),
         .is_watched = true,
         SAYS("Другое имя домена", "Domain alias", "Домен, под которым телефоны называют другой.",
              "A domain by which phones call another one.")),
    TYPE("global", "ps_globals", "id", global, .size = SIZE(global), .is_watched = true,
         SAYS("Общие настройки драйвера", "Global", "Настройки канального драйвера.",
              "Settings of the channel driver.")),
    TYPE(
        "system", "ps_systems", "id", system, .size = SIZE(system), .is_watched = true,
        SAYS("Системные настройки драйвера", "System", "Таймеры и потоки.", "Timers and threads.")),
    TYPE("static_pjsip", "static_pjsip", "id", static, .shape = MODEL_PLAIN, .is_watched = true,
         .index = "filename,category",
         SAYS("Статическая конфигурация драйвера", "Static driver configuration",
              "Строки pjsip.conf.", "Lines of pjsip.conf.")),
    TYPE("static_sorcery", "static_sorcery", "id", static, .shape = MODEL_PLAIN, .is_watched = true,
         SAYS("Источники объектов", "Sources of objects",
              "Какие объекты берутся из таблиц ps_*, какие из static_pjsip.",
              "Which objects come from tables ps_*, which from static_pjsip.")),
    TYPE("static_extensions", "static_extensions", "id", static, .shape = MODEL_PLAIN,
         .is_watched = true,
         SAYS("Глобальные переменные", "Global variables",
              "Строки extensions.conf: секции globals и маршрутизаций.",
              "Lines of extensions.conf: sections globals and of routings.")),
    TYPE("realtime_extensions", "realtime_extensions", "id", realtime_extensions,
         .shape = MODEL_PLAIN, .is_watched = true, .index = "context,exten,priority",
         SAYS("Шаги маршрутизации", "Routing steps", "Приложения по порядку.",
              "Applications in order.")),
    TYPE("context", "context", "name", context, .shape = MODEL_PLAIN, .is_watched = true,
         SAYS("Маршрутизация", "Routing", "Именованный набор расширений.",
              "A named set of extensions.")),
    TYPE("acl", "acl", "name", acl, .size = SIZE(acl), .is_watched = true,
         SAYS("Список доступа", "Access list", "Разрешенные и запрещенные адреса.",
              "Permitted and denied addresses.")),
    TYPE("manager", "manager", "name", manager, .size = SIZE(manager), .is_watched = true,
         SAYS("Пользователь Manager", "Manager user",
              "Кто может управлять станцией по протоколу Manager.",
              "Who may drive the station by the Manager protocol.")),
    TYPE("musiconhold", "musiconhold", "name", moh, .size = SIZE(moh), .is_watched = true,
         SAYS("Музыка на удержании", "Music on hold", "Класс музыки.", "A class of music.")),
    TYPE("tone", "tones", "name", tone, .size = SIZE(tone), .is_watched = true,
         SAYS("Гудки стран", "Tones of countries",
              "Кроме встроенных ru и us; name - страна/сигнал: fr/busy.",
              "Beside those of ru and us, which are built in; name: country/tone, fr/busy.")),
    TYPE("settings", "settings", "name", settings, .shape = MODEL_PAIRS, .size = SIZE(settings),
         .is_watched = true,
         SAYS("Настройки станции", "Settings", "Имя и значение.", "Name and value.")),
    TYPE("groups", "groups", "name", group, .shape = MODEL_PLAIN,
         SAYS("Группа", "Group", "Владелец записей.", "Owner of records.")),
    TYPE("cdr", "cdr", "uniqueid", cdr, .shape = MODEL_PLAIN, .index = "uniqueid",
         SAYS("Запись о звонке", "Call record", "Одна строка на попытку соединения.",
              "One row per attempt.")),
    TYPE("call_quality", "call_quality", "uniqueid", call_quality, .shape = MODEL_PLAIN,
         .index = "linkedid",
         SAYS("Качество разговора", "Call quality", "Одна строка на канал, по которому шёл звук.",
              "One row per channel that carried sound.")),
    TYPE("astdb", "astdb", "name", astdb, .shape = MODEL_PLAIN,
         SAYS("База маршрутизации", "Database of the routing",
              "Записи DB(family/key); пишет станция.",
              "Entries of DB(family/key); written by the station.")),
    TYPE("call_story", "call_story", "linkedid", call_story, .shape = MODEL_PLAIN,
         .index = "linkedid",
         SAYS("История вызова", "Story of a call", "Что станция делала с вызовом и почему.",
              "What the station did with a call, and why.")),
    TYPE("recording", "recording", "uuid", recording, .shape = MODEL_PLAIN, .index = "uniqueid",
         SAYS("Запись разговора", "Recording", "Одна строка на запись; файлы - в recordings.",
              "One row per recording; the files are below recordings.")),
    TYPE(
        "recording_sum", "recording_sum", "uuid", recording_sum, .shape = MODEL_PLAIN,
        .index = "day",
        SAYS(
            "Сумма записи", "Sum of a recording",
            "Что сохранено; строки только добавляются, `recording verify` сверяет их с файлами.",
            "What was kept; lines are only added, `recording verify` compares them with the files.")),
    TYPE("recording_seal", "recording_seal", "day", recording_seal, .shape = MODEL_PLAIN,
         SAYS("Печать дня", "Seal of a day", "Цепочка сумм и подпись станции.",
              "Chain of sums, and the station's signature.")),
    TYPE("job", "job", "id", job, .shape = MODEL_PLAIN, .index = "state,next_at",
         SAYS("Задание", "Job", "Что ещё сделать с записями: MP3, картинка, удаление.",
              "What is still to be done with recordings: MP3, picture, removal.")),
    TYPE("import_later", "import_later", "id", import_later, .shape = MODEL_PLAIN,
         SAYS("Отложено при импорте", "Kept by an import", "Файлы для будущих разделов станции.",
              "Files for later subjects of the station.")),
    {0}};

const struct model_type *model_type_find(struct slice name)
{
    for (const struct model_type *t = model_types; t->name; t++)
        if (slice_eqz(name, t->name) || slice_eqz(name, t->table))
            return t;
    return NULL;
}
