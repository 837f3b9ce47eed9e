/* rest/access.c - see access.h */
#include "rest/access.h"

#include <errno.h>

#include "base/hash.h"
#include "base/log.h"
#include "rest/door.h"
#include "rest/inner.h"
#include "rest/user.h"
#include "web/manager.h"

#define FORM_TYPE "application/x-www-form-urlencoded"

/* Somebody who asked lately. */
struct caller {
    struct hash_link link;
    struct link age;
    char hash[TOKEN_TEXT]; /* of his token or key */
    bool is_key;
    struct mono at; /* when the database said so */
    /* what it said */
    unsigned role;
    bool must_change, is_remembered;
    int64_t seen, until;
    char uuid[37], name[129], full_name[129], language[6];
    uint32_t group_count;
    char groups[REST_GROUPS_MAX][37];
};

struct access {
    struct hash callers;
    struct list ages;
};

/* ---- who asked lately ---- */

static void caller_free(struct access *a, struct caller *k)
{
    hash_del(&a->callers, &k->link);
    list_unlink(&k->age);
    mem_free(k);
}

static void forget_all(struct access *a)
{
    while (!list_is_empty(&a->ages))
        caller_free(a, CONTAINER_OF(list_first(&a->ages), struct caller, age));
}

static void access_destroy(void *object)
{
    struct access *a = object;

    forget_all(a);
    hash_fini(&a->callers);
}

int access_alloc(struct access **ap)
{
    struct access *a = mem_alloc(sizeof(*a), access_destroy);

    if (!a)
        return ENOMEM;
    hash_init(&a->callers);
    list_init(&a->ages);
    *ap = a;
    return 0;
}

void access_forget(struct rest *r)
{
    forget_all(r->access);
    live_end_all(r->live); /* pages come back at once, and are asked who they are */
}

static struct caller *caller_find(struct access *a, const char *hash, bool is_key, struct mono now)
{
    const struct slice wanted = slice_of(hash);

    for (struct hash_link *l = hash_first(&a->callers, hash_slice(wanted)); l; l = hash_next(l)) {
        struct caller *k = CONTAINER_OF(l, struct caller, link);

        if (k->is_key != is_key || !slice_eqz(wanted, k->hash))
            continue;
        if (mono_diff_ms(now, k->at) < ACCESS_CACHE_MS)
            return k;
        caller_free(a, k);
        return NULL;
    }
    return NULL;
}

/* Taken; without memory it is not kept. */
static void caller_keep(struct access *a, struct caller *k)
{
    if (a->callers.count >= ACCESS_CACHED)
        caller_free(a, CONTAINER_OF(list_first(&a->ages), struct caller, age));
    if (hash_add(&a->callers, &k->link, hash_slice(slice_of(k->hash)))) {
        mem_free(k);
        return;
    }
    list_append(&a->ages, &k->age);
}

/* ---- what the database says of him; on a worker ---- */

struct question {
    struct caller *caller;
    int64_t now;
};

static int take_group(struct slice uuid, struct slice name, void *arg)
{
    struct caller *k = arg;

    if (k->group_count < REST_GROUPS_MAX && uuid.len == 36)
        slice_copy(uuid, k->groups[k->group_count++], 37);
    return 0;
}

static bool is_yes(struct slice v)
{
    return slice_caseeqz(v, "yes") || slice_caseeqz(v, "true") || slice_eqz(v, "1");
}

/* The row of a session and its user. @return is it good? */
static bool take_session(struct stmt *s, struct caller *k, int64_t now)
{
    const struct slice enable = stmt_col(s, 5);
    char tag[17], hash[256];

    slice_copy(stmt_col(s, 6), hash, sizeof(hash));
    user_tag(hash, tag);
    k->seen = stmt_col_int(s, 7);
    k->until = stmt_col_int(s, 8);
    k->is_remembered = is_yes(stmt_col(s, 10));
    k->must_change = is_yes(stmt_col(s, 11));
    if (k->until <= now || !token_is(stmt_col(s, 9), tag) || (enable.len && !is_yes(enable)))
        return false;
    slice_copy(stmt_col(s, 0), k->uuid, sizeof(k->uuid));
    slice_copy(stmt_col(s, 1), k->name, sizeof(k->name));
    slice_copy(stmt_col(s, 2), k->full_name, sizeof(k->full_name));
    slice_copy(stmt_col(s, 3), k->language, sizeof(k->language));
    k->role = user_role_parse(stmt_col(s, 4));
    return k->role != 0;
}

static int read_session(struct db *d, void *arg)
{
    static const char sql[] =
        "SELECT u.uuid, u.name, u.full_name, u.language, u.role, u.enable, u.password, s.seen, "
        "s.until, s.tag, s.remember, u.must_change, u.\"groups\" FROM web_session s "
        "JOIN users u ON u.uuid = s.user_uuid WHERE s.hash = ?";
    struct question *q = arg;
    char *groups = NULL;
    struct stmt *s;
    bool row = false, is_good = false;
    int err = db_stmt(&s, d, sql);

    if (!err)
        err = stmt_text(s, 1, slice_of(q->caller->hash));
    if (!err)
        err = stmt_step(s, &row);
    if (!err && row) {
        is_good = take_session(s, q->caller, q->now);
        groups = slice_dup(stmt_col(s, 12));
        stmt_reset(s);
    }
    if (!err && is_good)
        err = groups ? user_groups(d, slice_of(groups), take_group, q->caller) : ENOMEM;
    mem_free(groups);
    return !err && !is_good ? ENOENT : err;
}

static int read_key(struct db *d, void *arg)
{
    struct question *q = arg;
    struct caller *k = q->caller;
    struct stmt *s;
    bool row = false;
    int err =
        db_stmt(&s, d, "SELECT uuid, name, group_uuid, enable FROM api_user WHERE api_key = ?");

    if (!err)
        err = stmt_text(s, 1, slice_of(k->hash));
    if (!err)
        err = stmt_step(s, &row);
    if (err || !row)
        return err ? err : ENOENT;
    if (!stmt_col(s, 3).len || is_yes(stmt_col(s, 3)))
        k->role = REST_API_KEY;
    slice_copy(stmt_col(s, 0), k->uuid, sizeof(k->uuid));
    slice_copy(stmt_col(s, 1), k->name, sizeof(k->name));
    take_group(stmt_col(s, 2), SLICE_NONE, k);
    stmt_reset(s);
    return k->role ? 0 : ENOENT;
}

/* ---- finding ---- */

static int ask(struct rest_call *c, const char *hash, bool is_key, struct caller **kp)
{
    struct caller *k = mem_zalloc(sizeof(*k));
    struct question q = {.caller = k, .now = c->at};
    int err;

    if (!k)
        return ENOMEM;
    k->is_key = is_key;
    k->at = loop_now(c->rest->args.loop);
    slice_copy(slice_of(hash), k->hash, sizeof(k->hash));
    err = rest_read(c, is_key ? read_key : read_session, &q);
    if (err)
        mem_free(k);
    else
        *kp = k;
    return err;
}

static const char *keep_text(struct rest_call *c, const char *text)
{
    return arena_strndup(&c->arena, text, strlen(text));
}

static int take(struct rest_call *c, const struct caller *k)
{
    struct rest_user *u = &c->who;

    u->role = k->role;
    u->must_change = k->must_change;
    u->has_all = (k->role & (REST_ADMIN | REST_AUDITOR)) || (k->is_key && !k->group_count);
    memcpy(u->uuid, k->uuid, sizeof(u->uuid));
    u->name = keep_text(c, k->name);
    u->full_name = keep_text(c, k->full_name);
    u->language = keep_text(c, k->language);
    u->group_count = 0;
    for (uint32_t i = 0; i < k->group_count; i++) {
        u->groups[u->group_count] = keep_text(c, k->groups[i]);
        if (u->groups[u->group_count])
            u->group_count++;
    }
    if (u->name && u->full_name && u->language && u->group_count == k->group_count)
        return 0;
    *u = (struct rest_user){.role = 0};
    return ENOMEM;
}

/* ---- the last time that a session was seen ---- */

struct seen {
    char hash[TOKEN_TEXT];
    int64_t now;
    bool is_remembered;
};

static int write_seen(struct db *d, void *arg)
{
    const struct seen *n = arg;
    struct stmt *s;
    int err =
        db_stmt(&s, d,
                n->is_remembered ? "UPDATE web_session SET seen = ?1 WHERE hash = ?2"
                                 : "UPDATE web_session SET seen = ?1, until = ?3 WHERE hash = ?2");

    if (err)
        return err;
    stmt_int(s, 1, n->now);
    stmt_text(s, 2, slice_of(n->hash));
    if (!n->is_remembered)
        stmt_int(s, 3, n->now + USER_SESSION_S);
    return stmt_run(s);
}

static void seen_written(int err, void *arg)
{
    mem_free(arg);
}

/* Nobody waits for it. */
static void tell_seen(struct rest_call *c, struct caller *k)
{
    struct seen *n;

    if (k->is_key || c->at - k->seen < ACCESS_SEEN_S)
        return;
    k->seen = c->at;
    n = mem_zalloc(sizeof(*n));
    if (!n)
        return;
    *n = (struct seen){.now = c->at, .is_remembered = k->is_remembered};
    memcpy(n->hash, k->hash, sizeof(n->hash));
    if (pool_change(c->rest->pool, write_seen, seen_written, n))
        mem_free(n);
}

/* @return 0; ENOENT: nobody */
static int identify(struct rest_call *c, struct slice token, bool is_key)
{
    struct access *a = c->rest->access;
    char hash[TOKEN_TEXT];
    struct caller *k;
    int err;

    token_hash(token, hash);
    k = caller_find(a, hash, is_key, loop_now(c->rest->args.loop));
    if (k) {
        tell_seen(c, k);
        return take(c, k);
    }
    err = ask(c, hash, is_key, &k);
    if (err)
        return err;
    tell_seen(c, k);
    err = take(c, k);
    caller_keep(a, k);
    return err;
}

/* ---- the request ---- */

static void find_peer(struct rest_call *c)
{
    struct slice rest = http_request_header(c->request, WEB_PEER_HEADER);
    const struct slice host = slice_cut(rest, ' ', &rest);
    char text[ADDR_TEXT];

    if (addr_parse_host(&c->from, host, 0))
        addr_parse_host(&c->from, SLICE("127.0.0.1"), 0);
    slice_copy(slice_of(addr_host(&c->from, text)), c->peer, sizeof(c->peer));
}

struct slice access_cookie(struct slice cookies)
{
    while (slice_is_set(cookies)) {
        struct slice value, name = slice_cut(slice_cut(cookies, ';', &cookies), '=', &value);

        if (!slice_eqz(slice_trim(name), ACCESS_COOKIE))
            continue;
        value = slice_trim(value);
        return value.len == TOKEN_TEXT - 1 ? value : SLICE_NONE;
    }
    return SLICE_NONE;
}

static struct slice cookie_of(const struct rest_call *c)
{
    const struct slice given = http_request_header(c->request, WEB_COOKIE_HEADER);

    return access_cookie(slice_is_set(given) ? given : http_request_header(c->request, "Cookie"));
}

/* The parameters are read before the route's handler looks at them: of the query, or of a form. */
static int key_of(struct rest_call *c, struct slice *key)
{
    struct slice word = http_request_header(c->request, "Authorization");
    struct form query;
    int err = 0;

    *key = slice_trim(http_request_header(c->request, "X-API-Key"));
    if (key->len)
        return 0;
    if (slice_casestarts(word, SLICE("Bearer "))) {
        *key = slice_trim(slice_skip(word, 7));
        return 0;
    }
    form_init(&query);
    err = form_add(&query, http_request_query(c->request));
    if (!err && slice_casestarts(http_request_header(c->request, "Content-Type"), SLICE(FORM_TYPE)))
        err = form_add(&query, http_request_body(c->request));
    if (!err) {
        const struct slice given = form_get(&query, "api_key");
        char *kept = slice_is_set(given) ? arena_strndup(&c->arena, given.p, given.len) : NULL;

        *key = kept ? slice_from(kept, given.len) : SLICE_NONE;
        err = slice_is_set(given) && !kept ? ENOMEM : 0;
    }
    form_fini(&query);
    return err;
}

/* A wrong key costs a try; the same one again does not: a program with an old key locks nobody out. */
static int find_key(struct rest_call *c, struct slice key)
{
    struct rest_door *door = &c->rest->door;
    const struct mono now = loop_now(c->rest->args.loop);
    int err;

    if (!tries_may(&door->keys, &c->from, SLICE_NONE, now))
        return rest_door_wait(c, &door->keys, SLICE_NONE);
    err = identify(c, key, true);
    if (err != ENOENT)
        return err;
    tries_failed(&door->keys, &c->from, SLICE("api"), key, now);
    rest_door_log(c, SLICE_NONE, "key");
    return REST_WRONG_KEY;
}

static int find_session(struct rest_call *c, struct slice token)
{
    const int err = identify(c, token, false);

    if (err)
        return err == ENOENT ? 0 : err;
    token_hash(token, c->session);
    token_csrf(token, c->csrf);
    return 0;
}

int access_find(struct rest_call *c)
{
    struct slice key = SLICE_NONE, token;
    int err;

    find_peer(c);
    err = c->route->who & REST_API_KEY ? key_of(c, &key) : 0;
    if (err || key.len)
        return err ? err : find_key(c, key);
    token = cookie_of(c);
    return token.len ? find_session(c, token) : 0;
}

bool access_has_token(const struct rest_call *c)
{
    return c->who.role == REST_API_KEY ||
           token_is(http_request_header(c->request, "X-CSRF-Token"), c->csrf);
}

bool access_is_cross_site(const struct rest_call *c)
{
    return slice_eqz(http_request_header(c->request, "Sec-Fetch-Site"), "cross-site");
}
