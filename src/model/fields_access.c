/* fields_access.c - who may use the interface and the station's HTTP API, and what they did; docs/web.md. Times are
 * seconds since 1970 */
#include "model/rows.h"

#define WORD(size_) "VARCHAR(" #size_ ") NOT NULL DEFAULT ''"
#define LONG_WORD "TEXT NOT NULL DEFAULT ''"
#define SECONDS "BIGINT NOT NULL DEFAULT 0"
#define AUTO "INTEGER PRIMARY KEY AUTOINCREMENT"

#define OWN(column_, kind_, sql_, label_ru, label_en, help_ru, help_en)                            \
    ROW(column_, kind_, INNER, NOWHERE, .sql = sql_, SAYS(label_ru, label_en, help_ru, help_en))
#define COUNT(column_, sql_, label_ru, label_en, help_ru, help_en)                                 \
    ROW(column_, INT, INNER, NOWHERE, .sql = sql_, .max = INT64_MAX,                               \
        SAYS(label_ru, label_en, help_ru, help_en))
#define COLUMN(column_, sql_, ru_, en_) OWN(column_, TEXT, sql_, column_, column_, ru_, en_)

static const char *const roles[] = {"administrator", "manager", "supervisor",
                                    "user",          "auditor", NULL};
static const char *const languages[] = {"ru", "en", NULL};

const struct model_field model_fields_user[] = {
    ROW_UUID,
    ROW("name", TEXT, INNER, NOWHERE, .sql = "VARCHAR(128) NOT NULL UNIQUE",
        SAYS("Логин", "Name", "Имя, с которым входят; уникально.",
             "The name used to log in; unique.")),
    OWN("full_name", TEXT, WORD(128), "Полное имя", "Full name", "Как зовут пользователя.",
        "What the user is called."),
    OWN("email", TEXT, WORD(255), "Почта", "E-mail",
        "Сюда приходит ссылка для восстановления пароля.",
        "Where the link for a forgotten password goes."),
    ROW("role", ENUM, INNER, NOWHERE, .def = "user", .choices = roles,
        .sql = "VARCHAR(20) NOT NULL DEFAULT 'user'",
        SAYS(
            "Роль", "Role",
            "administrator - всё; manager - записи, звонки и разговоры своих групп; supervisor - видит звонки, статистику "
            "и разговоры своих групп; user - свои звонки и профиль; auditor - всё видит, ничего не меняет.",
            "administrator: all; manager: objects, calls and recordings of his groups; supervisor: sees calls, "
            "statistics and recordings of his groups; user: his own calls and profile; auditor: sees all, changes "
            "nothing.")),
    ROW("groups", NAMES, INNER, NOWHERE, .sql = "TEXT DEFAULT NULL",
        SAYS("Группы", "Groups", "Записи каких групп пользователь видит, через запятую.",
             "The groups whose objects the user sees, comma separated.")),
    ROW("language", ENUM, INNER, NOWHERE, .def = "ru", .choices = languages,
        SAYS("Язык", "Language", "Язык интерфейса и писем.", "Of the interface and of mails.")),
    ROW("enable", BOOL, INNER, NOWHERE, .def = "yes",
        SAYS("Включен", "Enabled", "Выключенный пользователь не входит; его сеансы кончаются.",
             "A disabled user does not get in; his sessions end.")),
    ROW("password", PASSWORD, INNER, NOWHERE, .sql = "VARCHAR(255) DEFAULT NULL",
        SAYS("Пароль", "Password",
             "Не короче 8 знаков. Станция хранит только его argon2id; пусто - входа нет.",
             "At least 8 characters. The station keeps its argon2id only; empty: nobody gets in.")),
    ROW("must_change", BOOL, INNER, NOWHERE, .def = "no",
        SAYS("Сменить пароль", "Must change the password",
             "После входа нужно придумать другой пароль.",
             "After logging in another password is to be chosen.")),
    ROW("totp_secret", SECRET, INNER, NOWHERE, .sql = "VARCHAR(64) DEFAULT NULL",
        SAYS("Ключ кодов", "Secret of codes",
             "Пользователь включает одноразовые коды сам, в профиле; убрать их можно здесь.",
             "Users switch codes on themselves, in their profile; here they can be taken off.")),
    COUNT("totp_step", SECONDS, "Последний код", "Last code",
          "Номер 30 секунд последнего принятого кода: код годится один раз.",
          "Number of the 30 seconds of the last code that was taken: a code is good once."),
    OWN("last_login_at", WALL, SECONDS, "Последний вход", "Last login", "Когда входил.",
        "When the user got in."),
    OWN("last_login_peer", TEXT, WORD(64), "Откуда входил", "Last login from",
        "Адрес последнего входа.", "Address of the last login."),
    {0}};

const struct model_field model_fields_web_session[] = {
    COLUMN("hash", "VARCHAR(64) NOT NULL PRIMARY KEY", "SHA-256 токена из cookie.",
           "SHA-256 of the cookie's token."),
    COLUMN("user_uuid", WORD(36), "Чей сеанс.", "Whose it is."),
    COLUMN("tag", WORD(16), "От какого пароля: с другим паролем сеанс кончается.",
           "Of which password: with another one the session ends."),
    OWN("created", WALL, SECONDS, "created", "created", "Когда вошёл.", "When it began."),
    OWN("seen", WALL, SECONDS, "seen", "seen", "Последний запрос, с точностью до минуты.",
        "The last request, to a minute."),
    OWN("until", WALL, SECONDS, "until", "until", "Когда сеанс кончится.", "When it will end."),
    COLUMN("peer", WORD(64), "Адрес при входе.", "Address at the login."),
    COLUMN("agent", WORD(255), "Чем пользовался.", "What it was opened with."),
    ROW("remember", BOOL, INNER, NOWHERE, .sql = "VARCHAR(5) NOT NULL DEFAULT 'no'",
        SAYS("remember", "remember", "30 дней, а не 12 часов без запросов.",
             "30 days in place of 12 hours without a request.")),
    {0}};

const struct model_field model_fields_api_user[] = {
    ROW_UUID,
    ROW_NAME(NOWHERE),
    ROW_DESCRIPTION,
    ROW_GROUP(NOWHERE),
    ROW("enable", BOOL, INNER, NOWHERE, .def = "yes",
        SAYS("Включен", "Enabled", "Ключ выключенного пользователя не действует.",
             "A disabled user's key is not taken.")),
    ROW("api_key", KEY, INNER, NOWHERE, .sql = "VARCHAR(64) DEFAULT NULL",
        SAYS("Ключ API", "API key",
             "Не задан - станция придумает и покажет один раз; хранится только SHA-256.",
             "When not given the station makes one and shows it once; only its SHA-256 is kept.")),
    {0}};

const struct model_field model_fields_revision[] = {
    COUNT("id", AUTO, "Номер", "Number", "Создаётся сам.", "Made by itself."),
    OWN("at", WALL, SECONDS, "Когда", "When", "Время изменения.", "Time of the change."),
    OWN("user", TEXT, WORD(128), "Кто", "Who",
        "Логин; station - команда на самой станции; api: имя - ключ API.",
        "Login; station: a command on the station itself; api: name: an API key."),
    OWN("peer", TEXT, WORD(64), "Откуда", "From", "Адрес.", "Address."),
    OWN("type", TEXT, WORD(64), "Вид записи", "Type", "endpoint, users ...", "endpoint, users ..."),
    OWN("uuid", TEXT, WORD(36), "Запись", "Object", "Её UUID.", "Its UUID."),
    OWN("name", TEXT, WORD(255), "Имя записи", "Object's name", "Имя на тот момент.",
        "Its name at that time."),
    OWN("action", TEXT, WORD(40), "Что сделано", "Action",
        "create, change, remove, restore; login, login-failed, logout, password, recovery, "
        "totp-on, totp-off, setup.",
        "create, change, remove, restore; login, login-failed, logout, password, recovery, "
        "totp-on, totp-off, setup."),
    OWN("before", TEXT, "TEXT DEFAULT NULL", "Было", "Before",
        "Запись до изменения, объект JSON; NULL - её не было.",
        "The object before, as JSON; NULL: there was none."),
    OWN("after", TEXT, "TEXT DEFAULT NULL", "Стало", "After", "Запись после; NULL - её нет больше.",
        "The object after; NULL: there is none any more."),
    COUNT("part_of", SECONDS, "Часть", "Part of",
          "Номер первого изменения того же запроса; 0 - оно одно.",
          "Number of the first change of the same request; 0: it is alone."),
    {0}};

const struct model_field model_fields_recovery[] = {
    COLUMN("hash", "VARCHAR(64) NOT NULL PRIMARY KEY", "SHA-256 токена из письма.",
           "SHA-256 of the mail's token."),
    COLUMN("user_uuid", WORD(36), "Чей пароль.", "Whose password."),
    OWN("until", WALL, SECONDS, "until", "until", "До какого времени ссылка действует.",
        "How long the link is good."),
    OWN("used", WALL, SECONDS, "used", "used", "Когда использована; 0 - ещё нет.",
        "When it was used; 0: not yet."),
    {0}};

const struct model_field model_fields_outbox[] = {
    COUNT("id", AUTO, "Номер", "Number", "Создаётся сам.", "Made by itself."),
    COLUMN("kind", WORD(20), "mail - письмо.", "mail."),
    COLUMN("recipient", WORD(255), "Кому.", "To whom."),
    COLUMN("subject", WORD(255), "Тема.", "Subject."),
    COLUMN("text", LONG_WORD, "Текст, UTF-8; после отправки стирается.",
           "Text in UTF-8; wiped when it was sent."),
    COLUMN("state", WORD(20), "waiting, sent, failed.", "waiting, sent, failed."),
    COUNT("attempts", "INTEGER NOT NULL DEFAULT 0", "attempts", "attempts",
          "Сколько раз отправлялось.", "How often it was tried."),
    OWN("created", WALL, SECONDS, "created", "created", "Когда поставлено.", "When it was queued."),
    OWN("next_at", WALL, SECONDS, "next_at", "next_at", "Не раньше.", "Not before."),
    COLUMN("error", LONG_WORD, "Почему не вышло в последний раз.", "Why it failed last."),
    {0}};
