/* manager/digest.c - who sent this Authorization? For /arawman and its like; see ipc/manager.h */
#include <errno.h>

#include "ipc/manager.h"
#include "manager/inner.h"
#include "sip/auth.h"

#define REALM "asterisk"
#define OFFERED (1 << SIP_DIGEST_MD5 | 1 << SIP_DIGEST_SHA256)

static void put_challenge(struct buf *b, const char *algorithm, const char *nonce, bool is_stale)
{
    buf_printf(b,
               "WWW-Authenticate: Digest algorithm=%s, realm=\"" REALM "\", nonce=\"%s\", "
               "qop=\"auth\", opaque=\"%s\"%s\r\n",
               algorithm, nonce, nonce, is_stale ? ", stale=true" : "");
}

/* MD5 first, as Asterisk writes it: what was written for Asterisk reads the first line, or all as one. */
static int challenge(struct manager *m, bool is_stale, struct buf *headers)
{
    char nonce[SIP_AUTH_NONCE];
    int err = sip_auth_nonce(m->digest, REALM, nonce);

    if (err)
        return err;
    put_challenge(headers, "MD5", nonce, is_stale);
    put_challenge(headers, "SHA-256", nonce, is_stale);
    return buf_err(headers) ? buf_err(headers) : EACCES;
}

static void enter(struct manager_session *s, const struct model_manager *user)
{
    if (s->is_in)
        return;
    door_passed(s->manager, &s->peer, user);
    manager_session_enter(s, user);
    security_tell(s, SECURITY_SUCCESSFUL_AUTH, slice_of(s->user), SLICE_NONE);
}

/* As login.c: what refuses a login by password refuses this one. */
static int refuse(struct manager_session *s, const struct model_manager *user,
                  const struct sip_digest *d)
{
    const bool is_known = user && *user->secret;
    const bool is_let = is_known && model_rules_allow(&user->rules, &s->peer);

    if (!is_known)
        security_tell(s, SECURITY_INVALID_ACCOUNT, d->username, SLICE_NONE);
    else if (!is_let)
        security_tell(s, SECURITY_FAILED_ACL, d->username, SLICE_NONE);
    else
        security_tell_digest(s, d->username, d->nonce, d->response);
    door_failed(s->manager, &s->peer, is_let ? user : NULL, SLICE_NONE);
    return EACCES;
}

/* @return 0; EACCES; ESTALE (right, but an old nonce or a count that was there before) */
static int judge(struct manager_session *s, const struct sip_digest *d, struct slice method)
{
    struct manager *m = s->manager;
    const struct model_manager *user = model_manager_find(m->snapshot, d->username);
    const bool has_secret = user && *user->secret;
    const struct sip_credential c = {.user = has_secret ? user->name : NULL,
                                     .password = has_secret ? user->secret : NULL};
    int err;

    if (s->is_in && !slice_eqz(d->username, s->user))
        return EACCES;
    if (!s->is_in && !door_may_try(m, &s->peer, user)) {
        security_tell(s, SECURITY_REQUEST_NOT_ALLOWED, d->username, SLICE("Authorization"));
        return EACCES;
    }
    err = sip_auth_check_text(m->digest, method, d, REALM, OFFERED, has_secret ? &c : NULL);
    if (err == EINVAL || err == ESTALE) /* not our nonce, or an old one: nobody has guessed */
        return err;
    if (err || !model_rules_allow(&user->rules, &s->peer))
        return refuse(s, user, d);
    if (!s->is_in && !user->allows_many && manager_is_in_use(m, d->username)) {
        security_tell(s, SECURITY_SESSION_LIMIT, d->username, SLICE_NONE);
        return EACCES;
    }
    enter(s, user);
    return 0;
}

int manager_digest(struct manager_session *s, const struct manager_digest *q, struct buf *headers)
{
    struct manager *m = s->manager;
    struct sip_digest d;
    int err = 0;

    if (!m->digest)
        err = sip_auth_alloc(&m->digest, &(struct sip_auth_args){.loop = m->loop});
    if (err)
        return err;
    /* What was signed for one request is not good for another. */
    if (!q->authorization.len || sip_digest_parse(&d, q->authorization) || !slice_eq(d.uri, q->uri))
        return challenge(m, false, headers);
    err = judge(s, &d, slice_of(q->method));
    return err ? challenge(m, err == ESTALE, headers) : 0;
}
