/* rest/operators.c - see operators.h
 *
 * A server stands here only when the operator gives the same one to everybody. */
#include "rest/operators.h"

#include <stddef.h>

#define CABINET_LOGIN                                                                              \
    {                                                                                              \
        "Имя (логин SIP) из личного кабинета", "SIP login from the operator's site"                \
    }
#define ASK_SERVER                                                                                 \
    {                                                                                              \
        "Адрес сервера у каждого клиента свой: он в договоре или в личном кабинете.",              \
            "Each customer has a server of his own: see the contract or the operator's site."      \
    }

const struct rest_operator rest_operators[] = {
    {.name = "mts",
     .label = {"МТС", "MTS"},
     .dtmf_mode = "rfc4733",
     .login = CABINET_LOGIN,
     .help = ASK_SERVER},
    {.name = "beeline",
     .label = {"Билайн", "Beeline"},
     .dtmf_mode = "rfc4733",
     .login = {"Имя до знака @ в учётной записи SIP", "The SIP account up to its @"},
     .help = ASK_SERVER},
    {.name = "megafon",
     .label = {"МегаФон (МультиФон)", "MegaFon (MultiFon)"},
     .server = "multifon.ru",
     .proxy = "sbc.megafon.ru",
     .dtmf_mode = "inband",
     .login = {"Номер, 7922XXXXXXX, из SMS о подключении", "The number, 7922XXXXXXX, of the SMS"},
     .help =
         {"Услугу включает *137# с телефона; пароль приходит в SMS. Приём вызовов на SIP включается отдельно.",
          "*137# orders the service; an SMS has the password. Calls to SIP are switched on separately."}},
    {.name = "rostelecom",
     .label = {"Ростелеком", "Rostelecom"},
     .dtmf_mode = "rfc4733",
     .login = CABINET_LOGIN,
     .help = ASK_SERVER},
    {.name = "mango",
     .label = {"Манго Офис", "Mango Office"},
     .dtmf_mode = "rfc4733",
     .login = {"Имя до знака @: user1", "The name before @: user1"},
     .help = {"Сервер - то, что стоит после @ в учётной записи: vpbx….mangosip.ru.",
              "The server is what stands after @ in the account: vpbx….mangosip.ru."}},
    {.name = "zadarma",
     .label = {"Zadarma", "Zadarma"},
     .server = "sip.zadarma.com",
     .port = 5060,
     .dtmf_mode = "rfc4733",
     .login = {"Логин SIP: цифры из личного кабинета",
               "SIP login: digits from the operator's site"},
     .help = {"Пароль SIP - не пароль личного кабинета.",
              "The SIP password is not that of the operator's site."}},
    {.name = "uis",
     .label = {"UIS", "UIS"},
     .server = "voip.uiscom.ru",
     .dtmf_mode = "rfc4733",
     .login = {"Логин SIP-линии: цифры", "Login of the SIP line: digits"},
     .help = {"Порт указан в карточке SIP-линии, если он не обычный.",
              "The port stands in the card of the SIP line when it is not the usual one."}},
    {.name = "exolve",
     .label = {"МТС Exolve", "MTS Exolve"},
     .server = "sip.exolve.ru",
     .dtmf_mode = "rfc4733",
     .login = {"SIP ID: 883140…", "SIP ID: 883140…"},
     .help = {"SIP ID и пароль - в приложении Exolve.",
              "SIP ID and password are in the application of Exolve."}},
    {.name = "telphin",
     .label = {"Телфин", "Telphin"},
     .server = "sip.telphin.com",
     .port = 5068,
     .dtmf_mode = "rfc4733",
     .login = {"Добавочный: цифры", "Extension: digits"},
     .help = {"Имя и пароль - в настройках добавочного.",
              "Name and password are in the extension's settings."}},
    {.name = "plusofon",
     .label = {"Плюсофон", "Plusofon"},
     .dtmf_mode = "rfc4733",
     .login = CABINET_LOGIN,
     .help = {"Сервер у каждого клиента свой: ….voice.plusofon.ru.",
              "Each customer has a server of his own: ….voice.plusofon.ru."}},
    {.name = "registration",
     .label = {"Другой оператор: по регистрации", "Another operator: with a registration"},
     .dtmf_mode = "rfc4733",
     .login = {"Имя (логин)", "Name (login)"},
     .help = {"Сервер, имя и пароль даёт оператор.",
              "The operator gives server, name and password."}},
    {.name = "address",
     .label = {"Другой оператор: по IP", "Another operator: by address"},
     .by_address = true,
     .dtmf_mode = "rfc4733",
     .login = {"Имя (если нужно)", "Name (if wanted)"},
     .help = {"Оператор узнаёт станцию по её внешнему адресу: сообщите его оператору.",
              "The operator knows the station by its outside address: tell it to the operator."}},
    {0}};

const struct rest_operator *rest_operator_find(struct slice name)
{
    for (const struct rest_operator *o = rest_operators; o->name; o++)
        if (slice_eqz(name, o->name))
            return o;
    return NULL;
}
