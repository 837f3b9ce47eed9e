/* manager/login.c - Login, Challenge, Logoff */
#include <openssl/crypto.h>
#include <stdio.h>

#include "base/log.h"
#include "base/rand.h"
#include "manager/all.h"
#include "manager/inner.h"
#include "sip/digest.h"

#define REFUSAL_MS 1000 /* a wrong password costs so long */

static bool is_same(struct slice a, struct slice b)
{
    return a.len == b.len && CRYPTO_memcmp(a.p, b.p, a.len) == 0;
}

/* Key is MD5 of the challenge and the secret. */
static bool key_fits(const struct manager_session *s, struct slice key, struct slice secret)
{
    struct buf both;
    char hash[65];
    struct slice piece;
    bool fits;

    if (!*s->challenge || !key.len)
        return false;
    buf_init(&both, 1000);
    buf_addz(&both, s->challenge);
    buf_adds(&both, secret);
    piece = buf_slice(&both);
    fits = !buf_err(&both) && digest_hash(SIP_DIGEST_MD5, &piece, 1, hash) == 0 &&
           is_same(key, slice_of(hash));
    buf_fini(&both);
    return fits;
}

bool manager_is_in_use(const struct manager *m, struct slice user)
{
    LIST_FOREACH(&m->sessions, k)
    {
        const struct manager_session *s = CONTAINER_OF(k, struct manager_session, link);

        if (s->is_in && s->kind != MANAGER_ROLE && slice_eqz(user, s->user))
            return true;
    }
    return false;
}

/* The security event of a refusal. @return whether it counts as a guess at this account */
static bool tell_refusal(struct manager_request *q, const struct model_manager *user, bool is_md5)
{
    struct manager_session *s = manager_session_of(q);
    const struct slice name = manager_arg(q, "Username");

    if (!user || !*user->secret)
        security_tell(s, SECURITY_INVALID_ACCOUNT, name, SLICE_NONE);
    else if (!model_rules_allow(&user->rules, &s->peer))
        security_tell(s, SECURITY_FAILED_ACL, name, SLICE_NONE);
    else if (is_md5)
        security_tell_digest(s, name, slice_of(s->challenge), manager_arg(q, "Key"));
    else
        security_tell(s, SECURITY_INVALID_PASSWORD, name, SLICE_NONE);
    return user && *user->secret && model_rules_allow(&user->rules, &s->peer);
}

/* @return the user, or NULL: the security event is told */
static const struct model_manager *authenticate(struct manager_request *q)
{
    struct manager_session *s = manager_session_of(q);
    const struct slice name = manager_arg(q, "Username");
    const struct model_manager *user = model_manager_find(s->manager->snapshot, name);
    const bool is_md5 = slice_caseeqz(manager_arg(q, "AuthType"), "MD5");
    const struct slice secret = slice_of(user ? user->secret : "");
    bool fits;

    if (!door_may_try(s->manager, &s->peer, user)) {
        security_tell(s, SECURITY_REQUEST_NOT_ALLOWED, name, SLICE("Action: Login"));
        return NULL;
    }
    /* The same work for a name that nobody has. */
    fits = is_md5 ? key_fits(s, manager_arg(q, "Key"), secret)
                  : is_same(manager_arg(q, "Secret"), secret);
    if (fits && user && secret.len && model_rules_allow(&user->rules, &s->peer)) {
        door_passed(s->manager, &s->peer, user);
        return user;
    }
    door_failed(s->manager, &s->peer, tell_refusal(q, user, is_md5) ? user : NULL,
                is_md5 ? SLICE_NONE : manager_arg(q, "Secret"));
    return NULL;
}

static void refuse_now(void *arg)
{
    struct manager_session *s = arg;
    struct manager_request *q = s->refused;

    s->refused = NULL;
    manager_error(q, "Authentication failed");
    manager_close_after(q);
    manager_done(q);
}

static void refuse_later(struct manager_request *q)
{
    struct manager_session *s = manager_session_of(q);

    s->refused = manager_hold(q);
    timer_start(s->manager->loop, &s->deadline, REFUSAL_MS, refuse_now, s);
}

static void run_login(struct manager_request *q)
{
    struct manager_session *s = manager_session_of(q);
    const int64_t mask = class_of_mask(manager_arg(q, "Events"));
    const struct model_manager *user;
    char peer[ADDR_TEXT];

    if (s->is_in) {
        manager_ack(q, "Already authenticated");
        return;
    }
    user = authenticate(q);
    if (!user) {
        refuse_later(q);
        return;
    }
    if (!user->allows_many && manager_is_in_use(s->manager, slice_of(user->name))) {
        security_tell(s, SECURITY_SESSION_LIMIT, slice_of(user->name), SLICE_NONE);
        manager_error(q, "Login Already In Use");
        manager_close_after(q);
        return;
    }
    manager_session_enter(s, user);
    if (mask >= 0)
        s->mask = (uint32_t)mask;
    events_count(s->manager);
    if (s->is_announced)
        log_notice("Manager: user has come user=\"%s\" from=%s", s->user,
                   addr_text(&s->peer, peer));
    manager_ack(q, "Authentication accepted");
    ev_booted_for(s);
    security_tell(s, SECURITY_SUCCESSFUL_AUTH, slice_of(s->user), SLICE_NONE);
}

static void run_challenge(struct manager_request *q)
{
    struct manager_session *s = manager_session_of(q);

    if (!slice_caseeqz(manager_arg(q, "AuthType"), "MD5")) {
        manager_error(q, "Must specify AuthType");
        return;
    }
    if (!*s->challenge)
        snprintf(s->challenge, sizeof(s->challenge), "%u", rand_u32());
    manager_begin(q, "Success");
    ami_putz(manager_out(q), "Challenge", s->challenge);
    manager_end(q);
}

static void run_logoff(struct manager_request *q)
{
    manager_begin(q, "Goodbye");
    ami_putz(manager_out(q), "Message", "Thanks for all the fish.");
    manager_end(q);
    manager_close_after(q);
}

static const struct manager_param login_params[] = {
    MANAGER_PARAM_ID,
    {"Username",
     {"Имя пользователя.", "Username to login with as specified in manager.conf."},
     true},
    {"AuthType", {"MD5: вместо Secret будет Key.", "MD5: Key is given instead of Secret."}},
    {"Secret", {"Пароль.", "Secret to login with as specified in manager.conf."}},
    {"Key", {"MD5 от Challenge и пароля.", "MD5 of the challenge and the secret."}},
    {"Events", {"Маска событий, как у Events.", "Event mask, as for Events."}},
    {0}};

static const struct manager_param challenge_params[] = {
    MANAGER_PARAM_ID,
    {"AuthType",
     {"Только MD5.", "Digest algorithm to use in the challenge. Valid values are: MD5"},
     true},
    {0}};

static const struct manager_param no_params[] = {MANAGER_PARAM_ID, {0}};

#define SHOWN .shown = "tests/unit/manager/test_login.c"
const struct manager_action manager_action_login = {
    .name = "Login",
    .before_login = true,
    .params = login_params,
    .run = run_login,
    SHOWN,
    .synopsis = {"Войти в Manager.", "Login Manager."}};
const struct manager_action manager_action_challenge = {
    .name = "Challenge",
    .before_login = true,
    .params = challenge_params,
    .run = run_challenge,
    SHOWN,
    .synopsis = {"Получить случайное число для входа по MD5.", "Generate Challenge for MD5 Auth."}};
const struct manager_action manager_action_logoff = {
    .name = "Logoff",
    .params = no_params,
    .run = run_logoff,
    SHOWN,
    .synopsis = {"Выйти из Manager.", "Logoff Manager."}};
