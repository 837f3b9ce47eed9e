/* user.c - see user.h */
#include "rest/user.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>

#include "base/rand.h"
#include "base/truth.h"

/* ---- roles ---- */

static const struct {
    const char *name;
    unsigned role;
} roles[] = {{"administrator", REST_ADMIN},
             {"manager", REST_MANAGER},
             {"supervisor", REST_SUPERVISOR},
             {"user", REST_USER},
             {"auditor", REST_AUDITOR}};

unsigned user_role_parse(struct slice name)
{
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
        if (slice_eqz(name, roles[i].name))
            return roles[i].role;
    return 0;
}

const char *user_role_name(unsigned role)
{
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
        if (role == roles[i].role)
            return roles[i].name;
    return NULL;
}

/* ---- reading ---- */

#define COLUMNS                                                                                    \
    "SELECT uuid, role, name, full_name, email, language, \"groups\", password, totp_secret, "     \
    "totp_step, enable, must_change FROM users "

static int copy(struct stmt *s, int column, struct arena *a, const char **to)
{
    const struct slice v = stmt_col(s, column);

    *to = arena_strndup(a, v.p ? v.p : "", v.len);
    return *to ? 0 : ENOMEM;
}

static bool truth_of(struct slice v, bool unset)
{
    bool answer = unset;

    return v.len && truth_parse(v, &answer) ? false : answer;
}

static int take(struct stmt *s, struct arena *a, struct user *u)
{
    const char **const texts[] = {&u->name,   &u->full_name, &u->email, &u->language,
                                  &u->groups, &u->password,  &u->totp};
    int err = 0;

    *u = (struct user){.role = user_role_parse(stmt_col(s, 1))};
    slice_copy(stmt_col(s, 0), u->uuid, sizeof(u->uuid));
    for (int i = 0; i < 7 && !err; i++)
        err = copy(s, i + 2, a, texts[i]);
    u->totp_step = stmt_col_int(s, 9);
    u->is_enabled = truth_of(stmt_col(s, 10), true);
    u->must_change = truth_of(stmt_col(s, 11), false);
    return err;
}

/* @return 0; ENOENT, also when there are several */
static int find(struct db *d, const char *sql, struct slice value, struct arena *a, struct user *u)
{
    struct stmt *s;
    bool row = false;
    int err = db_stmt(&s, d, sql);

    if (err)
        return err;
    err = stmt_text(s, 1, value);
    if (!err)
        err = stmt_step(s, &row);
    if (!err && !row)
        return ENOENT;
    if (!err)
        err = take(s, a, u);
    if (!err)
        err = stmt_step(s, &row);
    stmt_reset(s);
    return !err && row ? ENOENT : err;
}

int user_find(struct db *d, struct slice name, bool or_email, struct arena *a, struct user *u)
{
    int err = find(d, COLUMNS "WHERE name = ?", name, a, u);

    if (err == ENOENT && or_email && slice_chr(name, '@') > 0)
        err = find(d, COLUMNS "WHERE lower(email) = lower(?)", name, a, u);
    return err;
}

int user_read(struct db *d, const char *uuid, struct arena *a, struct user *u)
{
    return find(d, COLUMNS "WHERE uuid = ?", slice_of(uuid), a, u);
}

int user_is_there_any(struct db *d, bool *answer)
{
    struct stmt *s;
    int err = db_stmt(&s, d, "SELECT 1 FROM users LIMIT 1");

    *answer = false;
    if (!err)
        err = stmt_step(s, answer);
    if (!err)
        stmt_reset(s);
    return err;
}

int user_check_admins(struct db *d)
{
    struct stmt *s;
    bool row = false;
    int err = db_stmt(&s, d,
                      "SELECT 1 FROM users WHERE role = 'administrator' AND password <> '' AND "
                      "(enable IS NULL OR enable IN ('', 'yes', 'true', 'on', '1')) LIMIT 1");

    if (!err)
        err = stmt_step(s, &row);
    if (!err && row)
        stmt_reset(s);
    return err || row ? err : EPERM;
}

bool user_has_totp(const struct user *u)
{
    return u->totp[0] && u->totp[0] != '?';
}

/* ---- writing ---- */

/* Texts in the order of the question marks; NULL is NULL. @return 0; ENOENT: no row was changed */
static int run(struct db *d, const char *sql, const char *const *texts, int count)
{
    struct stmt *s;
    int err = db_stmt(&s, d, sql);

    for (int i = 0; i < count && !err; i++)
        err = stmt_text(s, i + 1, slice_of(texts[i]));
    if (!err)
        err = stmt_run(s);
    return !err && db_changes(d) == 0 ? ENOENT : err;
}

static int ignore_none(int err)
{
    return err == ENOENT ? 0 : err;
}

int user_add(struct db *d, struct user *u)
{
    const char *texts[] = {u->uuid,
                           user_role_name(u->role),
                           u->name,
                           u->full_name ? u->full_name : "",
                           u->email ? u->email : "",
                           u->language ? u->language : "ru",
                           u->groups ? u->groups : "",
                           u->password,
                           u->must_change ? "yes" : "no"};

    rand_uuid(u->uuid);
    return run(
        d,
        "INSERT INTO users (uuid, role, name, full_name, email, language, \"groups\", password, "
        "must_change, enable) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'yes')",
        texts, 9);
}

int user_set(struct db *d, const char *uuid, const char *column, const char *value)
{
    static const struct {
        const char *column, *sql;
    } known[] = {{"full_name", "UPDATE users SET full_name = ? WHERE uuid = ?"},
                 {"email", "UPDATE users SET email = ? WHERE uuid = ?"},
                 {"language", "UPDATE users SET language = ? WHERE uuid = ?"},
                 {"enable", "UPDATE users SET enable = ? WHERE uuid = ?"},
                 {"password", "UPDATE users SET password = ? WHERE uuid = ?"},
                 {"must_change", "UPDATE users SET must_change = ? WHERE uuid = ?"},
                 {"totp_secret", "UPDATE users SET totp_secret = ? WHERE uuid = ?"}};
    const char *texts[] = {value, uuid};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(column, known[i].column) == 0)
            return ignore_none(run(d, known[i].sql, texts, 2));
    return EINVAL;
}

int user_set_password(struct db *d, const char *uuid, const char *hash, bool must_change)
{
    int err = user_set(d, uuid, "password", hash);

    if (!err)
        err = user_set(d, uuid, "must_change", must_change ? "yes" : "no");
    if (!err)
        err = user_sessions_end(d, uuid, NULL);
    return err ? err : ignore_none(run(d, "DELETE FROM recovery WHERE user_uuid = ?", &uuid, 1));
}

static int set_step(struct db *d, const char *sql, const char *uuid, int64_t step)
{
    struct stmt *s;
    int err = db_stmt(&s, d, sql);

    if (err)
        return err;
    stmt_int(s, 1, step);
    stmt_text(s, 2, slice_of(uuid));
    err = stmt_run(s);
    return !err && db_changes(d) == 0 ? EACCES : err;
}

int user_set_totp(struct db *d, const char *uuid, const char *secret, int64_t step)
{
    int err = user_set(d, uuid, "totp_secret", *secret ? secret : NULL);

    if (!err)
        err = set_step(d, "UPDATE users SET totp_step = ? WHERE uuid = ?", uuid, step);
    return err == EACCES ? 0 : err;
}

int user_take_step(struct db *d, const char *uuid, int64_t step)
{
    return set_step(d, "UPDATE users SET totp_step = ?1 WHERE uuid = ?2 AND totp_step < ?1", uuid,
                    step);
}

/* ---- groups ---- */

static int find_group(struct db *d, struct slice item, user_group_h *each, void *arg)
{
    struct stmt *s;
    bool row = false;
    int err = db_stmt(&s, d, "SELECT uuid, name FROM \"groups\" WHERE name = ?1 OR uuid = ?1");

    if (!err)
        err = stmt_text(s, 1, item);
    while (!err && (err = stmt_step(s, &row)) == 0 && row)
        err = each(stmt_col(s, 0), stmt_col(s, 1), arg);
    if (row)
        stmt_reset(s);
    return err;
}

int user_groups(struct db *d, struct slice list, user_group_h *each, void *arg)
{
    int err = 0;

    while (slice_is_set(list) && !err) {
        const struct slice item = slice_trim(slice_cut(list, ',', &list));

        if (item.len)
            err = find_group(d, item, each, arg);
    }
    return err;
}

/* ---- sessions ---- */

void user_tag(const char *hash, char tag[17])
{
    char all[TOKEN_TEXT];

    token_hash(slice_of(hash), all);
    memcpy(tag, all, 16);
    tag[16] = '\0';
}

static int sweep(struct db *d, int64_t now)
{
    struct stmt *s;
    int err = db_stmt(&s, d, "DELETE FROM web_session WHERE until < ?");

    if (err)
        return err;
    stmt_int(s, 1, now);
    return stmt_run(s);
}

int user_session_add(struct db *d, const struct user *u, const struct user_session *x)
{
    struct stmt *s;
    char tag[17];
    int err = sweep(d, x->now);

    if (!err)
        err = db_stmt(
            &s, d,
            "INSERT INTO web_session (created, seen, until, hash, user_uuid, tag, peer, agent, "
            "remember) VALUES (?1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
    if (err)
        return err;
    user_tag(u->password, tag);
    stmt_int(s, 1, x->now);
    stmt_int(s, 2, x->now + (x->is_remembered ? USER_REMEMBERED_S : USER_SESSION_S));
    stmt_text(s, 3, slice_of(x->hash));
    stmt_text(s, 4, slice_of(u->uuid));
    stmt_text(s, 5, slice_of(tag));
    stmt_text(s, 6, slice_of(x->peer));
    stmt_text(s, 7, slice_of(x->agent));
    stmt_text(s, 8, slice_of(x->is_remembered ? "yes" : "no"));
    return stmt_run(s);
}

int user_session_end(struct db *d, const char *hash)
{
    return ignore_none(run(d, "DELETE FROM web_session WHERE hash = ?", &hash, 1));
}

int user_sessions_end(struct db *d, const char *uuid, const char *but)
{
    const char *texts[] = {uuid, but ? but : ""};

    return ignore_none(
        run(d, "DELETE FROM web_session WHERE user_uuid = ? AND hash <> ?", texts, 2));
}

/* ---- links ---- */

static int count_links(struct db *d, const char *uuid, int64_t now, int64_t *count)
{
    struct stmt *s;
    bool row = false;
    int err = db_stmt(
        &s, d, "SELECT count(*) FROM recovery WHERE user_uuid = ? AND used = 0 AND until > ?");

    if (err)
        return err;
    stmt_text(s, 1, slice_of(uuid));
    stmt_int(s, 2, now);
    err = stmt_step(s, &row);
    *count = !err && row ? stmt_col_int(s, 0) : 0;
    if (!err)
        stmt_reset(s);
    return err;
}

static int sweep_links(struct db *d, int64_t now)
{
    struct stmt *s;
    int err =
        db_stmt(&s, d, "DELETE FROM recovery WHERE until < ? AND user_uuid <> '" USER_SETUP "'");

    if (err)
        return err;
    stmt_int(s, 1, now);
    return stmt_run(s);
}

int user_link_add(struct db *d, const char *uuid, const char *hash, int64_t now, int64_t until)
{
    struct stmt *s;
    int64_t count = 0;
    int err = sweep_links(d, now);

    if (!err)
        err = count_links(d, uuid, now, &count);
    if (!err && count >= USER_LINKS_MAX)
        err = EAGAIN;
    if (!err)
        err = db_stmt(&s, d,
                      "INSERT INTO recovery (hash, user_uuid, until, used) VALUES (?, ?, ?, 0)");
    if (err)
        return err;
    stmt_text(s, 1, slice_of(hash));
    stmt_text(s, 2, slice_of(uuid));
    stmt_int(s, 3, until);
    return stmt_run(s);
}

int user_link_find(struct db *d, const char *hash, int64_t now, char uuid[37])
{
    struct stmt *s;
    bool row = false;
    int err =
        db_stmt(&s, d, "SELECT user_uuid FROM recovery WHERE hash = ? AND used = 0 AND until > ?");

    if (err)
        return err;
    stmt_text(s, 1, slice_of(hash));
    stmt_int(s, 2, now);
    err = stmt_step(s, &row);
    if (!err && row) {
        slice_copy(stmt_col(s, 0), uuid, 37);
        stmt_reset(s);
    }
    return !err && !row ? ENOENT : err;
}

int user_link_use(struct db *d, const char *hash, int64_t now)
{
    struct stmt *s;
    int err =
        db_stmt(&s, d, "UPDATE recovery SET used = ?1 WHERE hash = ?2 AND used = 0 AND until > ?1");

    if (err)
        return err;
    stmt_int(s, 1, now);
    stmt_text(s, 2, slice_of(hash));
    err = stmt_run(s);
    return !err && db_changes(d) == 0 ? ENOENT : err;
}

/* ---- the first start ---- */

void user_code_make(char code[USER_CODE])
{
    char made[PASSWORD_MADE];

    password_make(made); /* "k7m2p-x9d4h-qw3ny": without the last three, 59 bits */
    memcpy(code, made, USER_CODE - 1);
    code[USER_CODE - 1] = '\0';
    sodium_memzero(made, sizeof(made));
}

int user_code_set(struct db *d, const char *code, int64_t now)
{
    static const char *const whose = USER_SETUP;
    char hash[TOKEN_TEXT];
    int err = ignore_none(run(d, "DELETE FROM recovery WHERE user_uuid = ?", &whose, 1));

    token_hash(slice_of(code), hash);
    return err ? err : user_link_add(d, USER_SETUP, hash, now, INT64_MAX);
}
