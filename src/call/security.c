/* security.c - see security.h */
#include "call/security.h"

#include "base/log.h"
#include "call/inner.h"

#define QUOTED 160

static const struct {
    const char *name;
    bool is_refusal;
} events[SECURITY_EVENTS] = {
    [SECURITY_FAILED_ACL] = {"FailedACL", true},
    [SECURITY_INVALID_ACCOUNT] = {"InvalidAccountID", true},
    [SECURITY_SESSION_LIMIT] = {"SessionLimit", true},
    [SECURITY_REQUEST_NOT_ALLOWED] = {"RequestNotAllowed", true},
    [SECURITY_REQUEST_BAD_FORMAT] = {"RequestBadFormat", true},
    [SECURITY_SUCCESSFUL_AUTH] = {"SuccessfulAuth", false},
    [SECURITY_CHALLENGE_FAILED] = {"ChallengeResponseFailed", true},
    [SECURITY_INVALID_PASSWORD] = {"InvalidPassword", true},
    [SECURITY_CHALLENGE_SENT] = {"ChallengeSent", false},
};

const char *security_event_name(enum security_event e)
{
    return events[e].name;
}

bool security_event_is_refusal(enum security_event e)
{
    return events[e].is_refusal;
}

/* So that a stranger's words cannot end the quotes (control bytes: the log escapes them). @return out */
static const char *quoted(struct slice s, char out[QUOTED])
{
    size_t n = 0;

    for (size_t i = 0; i < s.len && n + 3 < QUOTED; i++) {
        if (s.p[i] == '"' || s.p[i] == '\\')
            out[n++] = '\\';
        out[n++] = s.p[i] ? s.p[i] : ' ';
    }
    out[n] = '\0';
    return out;
}

/* What a stranger chose stands behind all that we know. */
static void log_refusal(const struct security_fact *f)
{
    char host[ADDR_TEXT], account[QUOTED], request[QUOTED];

    log_notice("access refused event=%s service=%s address=%s port=%u transport=%s account=\"%s\" "
               "request=\"%s\"",
               security_event_name(f->event), f->service, addr_host(f->remote, host),
               f->remote->port, f->transport, quoted(f->account, account),
               quoted(f->request, request));
}

void calls_watch_security(struct calls *c, struct security_watch *w)
{
    list_append(&c->security_watches, &w->link);
}

void security_watch_stop(struct security_watch *w)
{
    if (link_is_in(&w->link))
        list_unlink(&w->link);
}

/* What strangers can cause must not drown those who watch. */
static bool is_drowned(struct calls *c, const struct security_fact *f)
{
    const int64_t second = loop_now(c->loop).us / 1000000;
    struct log_gate *g = &c->security_facts;

    if (f->event == SECURITY_SUCCESSFUL_AUTH)
        return false;
    if (second != g->second) {
        if (g->omitted)
            log_notice("security events were left out, there were too many a second count=%u",
                       g->omitted);
        *g = (struct log_gate){.second = second};
    }
    if (g->lines++ < SECURITY_FACTS)
        return false;
    g->omitted++;
    return true;
}

void calls_tell_security(struct calls *c, const struct security_fact *f)
{
    if (!c)
        return;
    if (security_event_is_refusal(f->event) && log_gate_pass(&c->refusals, loop_now(c->loop)))
        log_refusal(f);
    if (is_drowned(c, f))
        return;
    LIST_FOREACH(&c->security_watches, k)
    {
        const struct security_watch *w = CONTAINER_OF(k, struct security_watch, link);

        w->h(f, w->arg);
    }
}
