/* manager/ev_security.c - security events: who tried to get in, and what was refused (call/security.h) */
#include <stdio.h>
#include <time.h>

#include "manager/all.h"
#include "manager/inner.h"

/* Headers behind those that all have, in Asterisk's order. */
enum {
    WITH_REQUEST = 1,
    WITH_PASSWORD = 2,
    WITH_CHALLENGE = 4,
    WITH_ANSWER = 8,
    WITH_ACL = 16,
    ACCOUNT_LAST = 32,
};

static const struct {
    uint8_t version, with;
} shapes[SECURITY_EVENTS] = {
    [SECURITY_FAILED_ACL] = {1, WITH_ACL},
    [SECURITY_INVALID_ACCOUNT] = {1, 0},
    [SECURITY_SESSION_LIMIT] = {1, 0},
    [SECURITY_REQUEST_NOT_ALLOWED] = {1, WITH_REQUEST},
    [SECURITY_REQUEST_BAD_FORMAT] = {1, WITH_REQUEST | ACCOUNT_LAST},
    [SECURITY_SUCCESSFUL_AUTH] = {1, WITH_PASSWORD},
    [SECURITY_CHALLENGE_FAILED] = {1, WITH_CHALLENGE | WITH_ANSWER},
    [SECURITY_INVALID_PASSWORD] = {2, 0},
    [SECURITY_CHALLENGE_SENT] = {1, WITH_CHALLENGE},
};

#define SHAPE "EventTV Severity Service EventVersion AccountID SessionID LocalAddress RemoteAddress"
#define SHAPE_LAST                                                                                 \
    "EventTV Severity Service EventVersion SessionID LocalAddress RemoteAddress RequestType [SessionTV] [AccountID]"
#define ROW(event, NAME, KEYS, RU, EN)                                                             \
    [event] = {.name = (NAME),                                                                     \
               .classes = CLASS_SECURITY,                                                          \
               .headers = (KEYS),                                                                  \
               .shown = "tests/unit/manager/test_security.c",                                      \
               .help = {RU, EN}}

const struct manager_event manager_events_security[] = {
    ROW(SECURITY_FAILED_ACL, "FailedACL", SHAPE " [ACLName] [SessionTV]",
        "Адрес не входит в список доступа.", "Raised when a request violates an ACL check."),
    ROW(SECURITY_INVALID_ACCOUNT, "InvalidAccountID", SHAPE " [SessionTV]",
        "Такого пользователя нет.",
        "Raised when a request fails an authentication check due to an invalid account ID."),
    ROW(SECURITY_SESSION_LIMIT, "SessionLimit", SHAPE " [SessionTV]",
        "Пользователь уже вошёл, а второй вход ему закрыт.",
        "Raised when a request fails due to exceeding the number of allowed concurrent sessions for "
        "that service."),
    ROW(SECURITY_REQUEST_NOT_ALLOWED, "RequestNotAllowed", SHAPE " RequestType [SessionTV]",
        "Действие не разрешено; попыток входа больше, чем можно.",
        "Raised when a request is not allowed by the service; login: too many wrong tries."),
    ROW(SECURITY_REQUEST_BAD_FORMAT, "RequestBadFormat", SHAPE_LAST, "Такого действия нет.",
        "Raised when a request is received with bad formatting."),
    ROW(SECURITY_SUCCESSFUL_AUTH, "SuccessfulAuth", SHAPE " UsingPassword [SessionTV]",
        "Пользователь вошёл.", "Raised when a request successfully authenticates with a service."),
    ROW(SECURITY_CHALLENGE_FAILED, "ChallengeResponseFailed",
        SHAPE " Challenge Response ExpectedResponse [SessionTV]", "Ответ на вызов неверен.",
        "Raised when a request's attempt to authenticate has been challenged, and the request failed "
        "the authentication challenge."),
    ROW(SECURITY_INVALID_PASSWORD, "InvalidPassword", SHAPE " [SessionTV]", "Неверный пароль.",
        "Raised when a request provides an invalid password during an authentication attempt."),
    ROW(SECURITY_CHALLENGE_SENT, "ChallengeSent", SHAPE " Challenge [SessionTV]",
        "Запрошен пароль.",
        "Raised when an Asterisk service sends an authentication challenge to a request."),
    [SECURITY_EVENTS] = {0}};

/* "2026-11-23T04:06:44.762+0000", local time */
static void put_time(struct buf *out, const char *name, struct wall w)
{
    const time_t seconds = (time_t)(w.us / 1000000);
    char text[32], zone[8];
    struct tm tm;

    if (!localtime_r(&seconds, &tm) || !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm) ||
        !strftime(zone, sizeof(zone), "%z", &tm))
        return;
    ami_putf(out, name, "%s.%03d%s", text, (int)(w.us / 1000 % 1000), zone);
}

/* "IPV4/TCP/127.0.0.1/5038" */
static void put_address(struct buf *out, const char *name, const char *transport,
                        const struct addr *a)
{
    char host[ADDR_TEXT];

    ami_putf(out, name, "%s/%s/%s/%u", a->family == AF_INET6 ? "IPV6" : "IPV4", transport,
             addr_host(a, host), a->port);
}

static void put_extras(struct buf *out, const struct security_fact *f, unsigned with)
{
    if (with & WITH_REQUEST)
        ami_put(out, "RequestType", f->request);
    if (with & WITH_CHALLENGE)
        ami_put(out, "Challenge", f->challenge);
    if (with & WITH_ANSWER) {
        ami_put(out, "Response", f->answer);
        ami_putz(out, "ExpectedResponse", ""); /* who reads it could guess the password from it */
    }
    if (with & WITH_PASSWORD)
        ami_putu(out, "UsingPassword", f->used_password);
    if (with & WITH_ACL && f->acl.len)
        ami_put(out, "ACLName", f->acl);
    if (f->has_session_time)
        put_time(out, "SessionTV", f->session_time);
    if (with & ACCOUNT_LAST && f->account.len)
        ami_put(out, "AccountID", f->account);
}

static void saw(const struct security_fact *f, void *arg)
{
    struct manager *m = arg;
    const unsigned with = shapes[f->event].with;
    struct buf *out = manager_event_begin(m, &manager_events_security[f->event]);

    if (!out)
        return;
    put_time(out, "EventTV", loop_wall(m->loop));
    ami_putz(out, "Severity", security_event_is_refusal(f->event) ? "Error" : "Informational");
    ami_putz(out, "Service", f->service);
    ami_putu(out, "EventVersion", shapes[f->event].version);
    if (!(with & ACCOUNT_LAST))
        ami_put(out, "AccountID", f->account);
    ami_put(out, "SessionID", f->session);
    put_address(out, "LocalAddress", f->transport, f->local);
    put_address(out, "RemoteAddress", f->transport, f->remote);
    put_extras(out, f, with);
    manager_event_end(m);
}

void ev_security_start(struct manager *m)
{
    m->security.h = saw;
    m->security.arg = m;
    calls_watch_security(m->args.calls, &m->security);
}

void ev_security_stop(struct manager *m)
{
    security_watch_stop(&m->security);
}

/* ---- the Manager's own ---- */

static void tell(struct manager_session *s, struct security_fact f)
{
    char id[24];

    snprintf(id, sizeof(id), "0x%llx", (unsigned long long)s->id);
    f.service = "AMI";
    f.transport = s->kind == MANAGER_TLS ? "TLS" : "TCP";
    f.session = slice_of(id);
    f.local = &s->local;
    f.remote = &s->peer;
    f.has_session_time = true;
    f.session_time = s->entered;
    calls_tell_security(s->manager->args.calls, &f);
}

void security_tell(struct manager_session *s, enum security_event e, struct slice account,
                   struct slice request)
{
    tell(s, (struct security_fact){.event = e, .account = account, .request = request});
}

void security_tell_digest(struct manager_session *s, struct slice account, struct slice challenge,
                          struct slice answer)
{
    tell(s, (struct security_fact){.event = SECURITY_CHALLENGE_FAILED,
                                   .account = account,
                                   .challenge = challenge,
                                   .answer = answer});
}
