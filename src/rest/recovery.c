/* rest/recovery.c - a link by mail for a password that was forgotten; see login.h */
#include <errno.h>
#include <sodium.h>
#include <unistd.h>

#include "base/log.h"
#include "rest/audit.h"
#include "rest/inner.h"
#include "rest/login.h"

#define TEXT_MAX 4096

struct link_wish {
    struct rest_call *call;
    const char *name, *token;
    char hash[TOKEN_TEXT];
    char host[256]; /* where people find this machine when no setting says it */
    bool is_sent;
};

/* Never the request's Host: whoever asks for somebody else's link would choose where it leads. */
static int read_address(struct db *d, const struct link_wish *w, struct buf *out)
{
    struct stmt *s;
    bool row = false;
    int err = db_stmt(&s, d,
                      "SELECT name, value FROM settings WHERE name IN ('web_address', 'web_name') "
                      "ORDER BY name");

    while (!err && (err = stmt_step(s, &row)) == 0 && row) {
        const struct slice value = slice_trim(stmt_col(s, 1));

        if (value.len && !out->len)
            buf_printf(out, "%s%.*s", slice_eqz(stmt_col(s, 0), "web_name") ? "https://" : "",
                       SLICE_ARG(value));
    }
    if (!out->len)
        buf_printf(out, "https://%s", w->host);
    while (out->len && out->p[out->len - 1] == '/')
        out->p[--out->len] = '\0';
    return err ? err : buf_err(out);
}

static const struct model_words subject = {"Восстановление пароля", "Your password"};
static const struct model_words body = {
    "Здравствуйте!\n\nКто-то - надеемся, вы - попросил новый пароль пользователя %s на телефонной станции.\n"
    "Откройте ссылку и придумайте пароль; она действует час и один раз:\n\n%s/pbx/recovery#%s\n\n"
    "Если это были не вы, ничего не делайте: прежний пароль остаётся. Запрос пришёл с адреса %s.\n",
    "Hello,\n\nsomebody, you as we hope, has asked for a new password of user %s of the telephone station.\n"
    "Open this link and choose one; it is good for an hour, and once:\n\n%s/pbx/recovery#%s\n\n"
    "If it was not you, do nothing: the former password stays. The request came from address %s.\n"};

static int write_mail(struct db *d, const struct link_wish *w, const struct user *u)
{
    struct buf address, text;
    struct stmt *s;
    int err;

    buf_init(&address, TEXT_MAX);
    buf_init(&text, TEXT_MAX);
    err = read_address(d, w, &address);
    if (!err)
        err = buf_printf(&text, model_words_in(&body, u->language), u->name, buf_z(&address),
                         w->token, w->call->peer);
    if (!err)
        err = db_stmt(&s, d,
                      "INSERT INTO outbox (created, kind, recipient, subject, text, state) VALUES "
                      "(?, 'mail', ?, ?, ?, 'waiting')");
    if (!err) {
        stmt_int(s, 1, w->call->at);
        stmt_text(s, 2, slice_of(u->email));
        stmt_text(s, 3, slice_of(model_words_in(&subject, u->language)));
        stmt_text(s, 4, buf_slice(&text));
        err = stmt_run(s);
    }
    if (text.p)
        sodium_memzero(text.p, text.len);
    buf_fini(&text);
    buf_fini(&address);
    return err;
}

static int audit_link(struct db *d, const struct rest_call *c, const struct user *u,
                      const char *action)
{
    return audit_add(d,
                     &(struct audit){.at = c->at,
                                     .user = u->name,
                                     .peer = c->peer,
                                     .type = "users",
                                     .uuid = u->uuid,
                                     .name = u->name,
                                     .action = action},
                     NULL);
}

static int send_link(struct db *d, void *arg)
{
    struct link_wish *w = arg;
    const int64_t now = w->call->at;
    struct user u;
    int err = user_find(d, slice_of(w->name), true, &w->call->arena, &u);

    if (err == ENOENT || (!err && (!u.is_enabled || !u.email[0])))
        return 0;
    if (!err)
        err = user_link_add(d, u.uuid, w->hash, now, now + USER_LINK_S);
    if (!err)
        err = write_mail(d, w, &u);
    if (!err)
        err = audit_link(d, w->call, &u, "recovery");
    w->is_sent = err == 0;
    return err == EAGAIN ? 0 : err;
}

void login_send_link(struct rest_call *c, const char *name)
{
    struct link_wish w = {.call = c, .name = name};
    char token[TOKEN_TEXT];
    int err;

    token_make(token);
    token_hash(slice_of(token), w.hash);
    w.token = token;
    if (gethostname(w.host, sizeof(w.host) - 1))
        slice_copy(SLICE("localhost"), w.host, sizeof(w.host));
    err = rest_change(c, send_link, &w);
    sodium_memzero(token, sizeof(token));
    if (err)
        log_warning("REST: a link for a forgotten password could not be made error=\"%s\"",
                    strerror(err));
    else if (w.is_sent)
        log_notice("REST: a link for a forgotten password was made peer=%s", c->peer);
}

/* ---- its use ---- */

struct link_use {
    struct rest_call *call;
    char hash[TOKEN_TEXT], uuid[37], password[PASSWORD_HASH];
    struct user user;
};

static int find_link(struct db *d, void *arg)
{
    struct link_use *l = arg;
    int err = user_link_find(d, l->hash, l->call->at, l->uuid);

    if (!err)
        err = user_read(d, l->uuid, &l->call->arena, &l->user);
    return err || l->user.is_enabled ? err : ENOENT;
}

static int spend_link(struct db *d, void *arg)
{
    struct link_use *l = arg;
    int err = user_link_use(d, l->hash, l->call->at);

    if (!err)
        err = user_set_password(d, l->user.uuid, l->password, false);
    return err ? err : audit_link(d, l->call, &l->user, "password");
}

int login_use_link(struct rest_call *c, const char *token, const char *password)
{
    struct link_use l = {.call = c};
    int err;

    token_hash(slice_of(token), l.hash);
    err = rest_read(c, find_link, &l);
    if (!err)
        err = login_hash(c, "/password", slice_of(password), slice_of(l.user.name), l.password);
    if (!err)
        err = rest_change(c, spend_link, &l);
    if (err)
        return err == ENOENT ? REST_LINK_USED : err;
    access_forget(c->rest);
    log_notice("REST: a forgotten password was replaced user=\"%s\" peer=%s", l.user.name, c->peer);
    return 0;
}
