/* rest/problem.c - see problem.h */
#include "rest/problem.h"

#include <errno.h>

static const struct rest_problem_row rows[] = {
    {REST_FAILED, 500, "failed", {"Внутренняя ошибка станции", "The station failed to do it"}},
    {REST_INVALID, 422, "invalid", {"Значение не подходит", "A value is not allowed"}},
    {REST_MALFORMED, 400, "malformed", {"Запрос непонятен", "The request is not understood"}},
    {REST_LOGIN_WANTED, 401, "login-wanted", {"Нужно войти", "A login is wanted"}},
    {REST_WRONG_LOGIN, 401, "wrong-login", {"Неверное имя или пароль", "Wrong name or password"}},
    {REST_CODE_WANTED,
     401,
     "code-wanted",
     {"Введите код из приложения", "Give the code of your application"}},
    {REST_WRONG_CODE, 401, "wrong-code", {"Неверный код", "Wrong code"}},
    {REST_WRONG_KEY, 401, "wrong-key", {"Неверный ключ API", "Wrong API key"}},
    {REST_PASSWORD_WANTED,
     403,
     "password-wanted",
     {"Сначала смените пароль", "Choose another password first"}},
    {REST_TOKEN_WANTED,
     403,
     "token-wanted",
     {"Нет метки X-CSRF-Token", "X-CSRF-Token is missing or old"}},
    {REST_FORBIDDEN, 403, "forbidden", {"Недостаточно прав", "You may not do this"}},
    {REST_NOT_FOUND, 404, "not-found", {"Не найдено", "Not found"}},
    {REST_METHOD, 405, "method", {"Так этот адрес не вызывают", "This address has no such method"}},
    {REST_CHANGED,
     412,
     "changed-meanwhile",
     {"Запись уже изменил другой", "It has been changed meanwhile"}},
    {REST_IN_USE, 409, "in-use", {"Запись используется", "It is in use"}},
    {REST_EXISTS, 409, "exists", {"Такая запись уже есть", "There is such a one already"}},
    {REST_CALL_FAILED, 409, "call-failed", {"Вызов не состоялся", "The call failed"}},
    {REST_LINK_USED,
     410,
     "link-used",
     {"Ссылка уже использована или устарела", "The link is used or too old"}},
    {REST_TOO_LONG, 413, "too-long", {"Запрос слишком велик", "The request is too long"}},
    {REST_MEDIA_TYPE,
     415,
     "media-type",
     {"Тело запроса другого типа", "The body is of another type"}},
    {REST_TOO_MANY, 429, "too-many", {"Слишком много попыток, подождите", "Too many tries, wait"}},
    {REST_BUSY, 503, "busy", {"Станция занята, повторите позже", "The station is busy, try again"}},
    {REST_NO_ENGINE,
     503,
     "no-engine",
     {"Телефонная часть станции не отвечает", "The engine does not answer"}},
};

static int kind_of(int err)
{
    switch (err) {
    case EINVAL:
    case ERANGE:
    case EDOM: return REST_INVALID;
    case EACCES:
    case EPERM: return REST_FORBIDDEN;
    case ENOENT: return REST_NOT_FOUND;
    case EEXIST: return REST_EXISTS;
    case EMSGSIZE:
    case EFBIG: return REST_TOO_LONG;
    case EAGAIN:
    case EBUSY:
    case ENOMEM:
    case ENOSPC:
    case EROFS: return REST_BUSY;
    case ENOTCONN:
    case ECONNRESET: return REST_NO_ENGINE;
    default: return err;
    }
}

const struct rest_problem_row *rest_problem_of(int kind)
{
    kind = kind_of(kind);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].kind == kind)
            return &rows[i];
    return &rows[0];
}
