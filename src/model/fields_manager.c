/* fields_manager.c - who may speak to the Manager (manager.conf) */
#include "model/rows.h"

#define AT(member) offsetof(struct model_manager, member)
#define SHOWN .shown = "tests/unit/manager/test_login.c"

const struct model_field model_fields_manager[] = {
    ROW_UUID,
    ROW("name", TEXT, INNER, NOWHERE, .sql = "VARCHAR(128) NOT NULL UNIQUE",
        SAYS("Имя", "Name", "Имя, с которым входят (Username).",
             "The name used to log in (Username).")),
    ROW_DESCRIPTION,
    ROW_GROUP(NOWHERE),
    ROW("secret", SECRET, OBEYED, AT(secret), SHOWN,
        SAYS("Пароль", "Secret", "Без пароля входа нет.", "Without one nobody gets in.")),
    ROW("read", NAMES, OBEYED, AT(read), SHOWN,
        SAYS(
            "События", "Read",
            "Классы событий, которые пользователь видит: system, call, log, verbose, command, agent, user, config, "
            "dtmf, reporting, cdr, dialplan, cc, aoc, test, security, message; all - все.",
            "Classes of events that the user sees: system, call, log, verbose, command, agent, user, config, dtmf, "
            "reporting, cdr, dialplan, cc, aoc, test, security, message; all.")),
    ROW("write", NAMES, OBEYED, AT(write), SHOWN,
        SAYS(
            "Действия", "Write",
            "Классы действий, которые пользователь может выполнять: system, call, log, verbose, command, agent, user, "
            "config, reporting, originate, agi, aoc, message; all - все. Класс system позволяет запускать программы.",
            "Classes of actions that the user may run: system, call, log, verbose, command, agent, user, config, "
            "reporting, originate, agi, aoc, message; all. Class system lets programs be run.")),
    ROW("deny", NETS, OBEYED, AT(deny), SHOWN,
        SAYS("Запретить", "Deny", "Адреса и сети, откуда входа нет.",
             "Addresses and networks from which nobody gets in.")),
    ROW("permit", NETS, OBEYED, AT(permit), SHOWN,
        SAYS("Разрешить", "Permit", "Исключения из запрета.", "Exceptions to deny.")),
    ROW("acl", NAMES, OBEYED, AT(acl_names), .refers = "acl", SHOWN,
        SAYS("Списки доступа", "Access lists", "Имена списков таблицы acl.",
             "Names of lists in table acl.")),
    ROW("eventfilter", TEXT, OBEYED, AT(eventfilter), .sql = "TEXT DEFAULT NULL", .gap = '\n',
        SHOWN,
        SAYS("Фильтры событий", "Event filters",
             "По одному в строке, как в manager.conf: выражение, с ! впереди - исключающее.",
             "One a line, as in manager.conf: an expression; with a ! in front it excludes.")),
    ROW("allowmultiplelogin", BOOL, OBEYED, AT(allows_many), .def = "yes", SHOWN,
        SAYS("Несколько входов", "Several logins", "Может ли пользователь войти второй раз.",
             "May the user log in a second time.")),
    ROW("displayconnects", BOOL, OBEYED, AT(is_announced), .def = "yes", SHOWN,
        SAYS("Писать о входах", "Log logins", "Входы и выходы - строкой журнала.",
             "Logins and logoffs give a line of the log.")),
    ROW("writetimeout", INT, MOOT, NOWHERE, .def = "100", .min = 0, .max = 1000000,
        SAYS("Ожидание записи, мс", "Write timeout, ms",
             "Станция никого не ждёт: кто не читает, отключается, когда накопится предел.",
             "The station waits for nobody: who does not read is cut off at the ceiling.")),
    {0}};
