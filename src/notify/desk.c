/* notify/desk.c - see desk.h */
#include "notify/desk.h"

#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "base/jout.h"
#include "base/mem.h"
#include "store/db.h"
#include "store/where.h"

enum { BUSY_MS = 1000, BODY_MAX = 65536 };

struct desk {
    struct db *db;
    struct db_where where;
    const char *state;
    bool is_fresh; /* what the process before was sending waits again */
};

void desk_item_free(struct desk_item *i)
{
    if (!i)
        return;
    mem_free(i->to);
    mem_free(i->subject);
    mem_free(i->text);
    mem_free(i->url);
    mem_free(i->secret);
    mem_free(i->headers);
    mem_free(i->event);
    mem_free(i->delivery);
    mem_free(i);
}

void desk_event_free(struct desk_event *e)
{
    mem_free(e->data);
    mem_free(e);
}

static void destroy(void *object)
{
    struct desk *d = object;

    mem_deref(d->db);
    explicit_bzero(&d->where, sizeof(d->where));
}

int desk_alloc(struct desk **dp, const char *state)
{
    struct desk *d = mem_alloc(sizeof(*d), destroy);

    if (!d)
        return ENOMEM;
    d->state = state;
    d->is_fresh = true;
    *dp = d;
    return 0;
}

/* ---- settings ---- */

static int read_settings(struct db *db, struct desk_turn *t)
{
    struct notify_smtp *m = &t->smtp;
    char port[8] = "";
    const struct {
        const char *name;
        char *to;
        size_t size;
    } wanted[] = {
        {"smtp_host", m->host, sizeof(m->host)},
        {"smtp_user", m->user, sizeof(m->user)},
        {"smtp_password", m->password, sizeof(m->password)},
        {"smtp_security", m->security, sizeof(m->security)},
        {"mail_from", m->from, sizeof(m->from)},
        {"smtp_port", port, sizeof(port)},
        {"webhook_allow", t->allow, sizeof(t->allow)},
    };
    struct stmt *s;
    bool row = false;
    int err = db_stmt(&s, db,
                      "SELECT name, value FROM settings WHERE name LIKE 'smtp%' OR name IN "
                      "('mail_from', 'webhook_allow')");

    while (!err && (err = stmt_step(s, &row)) == 0 && row)
        for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
            if (slice_eqz(stmt_col(s, 0), wanted[i].name))
                (void)slice_copy(stmt_col(s, 1), wanted[i].to, wanted[i].size);
    if (!*m->security)
        snprintf(m->security, sizeof(m->security), "starttls");
    m->port = (uint16_t)atoi(port);
    if (!m->port)
        m->port = strcmp(m->security, "tls") == 0    ? 465
                  : strcmp(m->security, "none") == 0 ? 25
                                                     : 587;
    return err;
}

/* ---- what came of it ---- */

static int64_t pause_s(int64_t attempts)
{
    return attempts > 10 ? DESK_PAUSE_MOST_S : (int64_t)2 << attempts;
}

static int put_answer(struct db *db, const struct desk_item *i, int64_t now)
{
    const struct notify_answer *a = &i->answer;
    const bool is_over = a->is_done || a->is_final || now - i->created > DESK_AGE_S;
    struct stmt *s;
    int err =
        db_stmt(&s, db,
                i->is_mail ? "UPDATE outbox SET state = ?, attempts = ?, next_at = ?, error = "
                             "?, text = CASE WHEN ? = 'sent' THEN '' ELSE text END WHERE id = ?"
                           : "UPDATE webhook_queue SET state = ?, attempts = ?, next_at = ?, "
                             "error = ?, body = CASE WHEN ? = 'sent' THEN '' ELSE body END "
                             "WHERE id = ?");
    const struct slice state = slice_of(a->is_done ? "sent" : is_over ? "failed" : "waiting");

    if (err)
        return err;
    stmt_text(s, 1, state);
    stmt_int(s, 2, i->attempts + 1);
    stmt_int(s, 3, now + (is_over ? 0 : pause_s(i->attempts)));
    stmt_text(s, 4, slice_of(a->why));
    stmt_text(s, 5, state);
    stmt_int(s, 6, i->id);
    return stmt_run(s);
}

/* ---- what is new ---- */

static void put_body(struct buf *out, const struct desk_event *e)
{
    struct jout j;

    jout_init(&j, out);
    jout_open(&j, '{');
    jout_put_textz(&j, "id", e->delivery);
    jout_put_textz(&j, "event", e->event);
    jout_put_int(&j, "at", e->at);
    jout_key(&j, "data");
    jout_raw(&j, slice_of(e->data));
    jout_close(&j, '}');
}

static int put_event(struct db *db, const struct desk_event *e)
{
    /* A webhook of a group hears of its endpoints only. */
    static const char sql[] =
        "INSERT INTO webhook_queue (webhook_uuid, delivery, event, body, state, created, next_at) "
        "SELECT w.uuid, ?, ?, ?, 'waiting', ?, 0 FROM webhook w WHERE w.enable = 'yes' AND w.url <> '' AND "
        "(w.events = '' OR ',' || replace(w.events, ' ', '') || ',' LIKE ?) AND (COALESCE(w.group_uuid, '') = '' "
        "OR EXISTS (SELECT 1 FROM ps_endpoints p WHERE p.group_uuid = w.group_uuid AND p.id IN (?, ?)))";
    char like[64];
    struct buf body;
    struct stmt *s;
    int err;

    buf_init(&body, BODY_MAX);
    put_body(&body, e);
    snprintf(like, sizeof(like), "%%,%s,%%", e->event);
    err = buf_err(&body);
    if (!err)
        err = db_stmt(&s, db, sql);
    if (!err) {
        stmt_text(s, 1, slice_of(e->delivery));
        stmt_text(s, 2, slice_of(e->event));
        stmt_text(s, 3, buf_slice(&body));
        stmt_int(s, 4, e->at);
        stmt_text(s, 5, slice_of(like));
        stmt_text(s, 6, slice_of(e->endpoints[0]));
        stmt_text(s, 7, slice_of(e->endpoints[1]));
        err = stmt_run(s);
    }
    buf_fini(&body);
    return err;
}

static int count_waiting(struct db *db, int64_t *count)
{
    struct stmt *s;
    bool row = false;
    int err = db_stmt(&s, db, "SELECT COUNT(*) FROM webhook_queue WHERE state = 'waiting'");

    if (!err)
        err = stmt_step(s, &row);
    if (!err && row)
        *count = stmt_col_int(s, 0);
    if (!err)
        stmt_reset(s);
    return err;
}

static int put_events(struct db *db, struct desk_turn *t)
{
    int64_t waiting = 0;
    int err = list_is_empty(&t->events) ? 0 : count_waiting(db, &waiting);

    LIST_FOREACH(&t->events, k)
    {
        if (err)
            break;
        if (waiting < DESK_QUEUE)
            err = put_event(db, CONTAINER_OF(k, struct desk_event, link));
        else
            t->dropped++;
        waiting++;
    }
    return err;
}

/* ---- what is due ---- */

static char *dup(struct stmt *s, int column, bool *is_whole)
{
    const struct slice v = stmt_col(s, column);
    char *text = slice_dup(slice_is_set(v) ? v : SLICE(""));

    *is_whole = *is_whole && text;
    return text;
}

static int take_row(struct desk_turn *t, struct stmt *s, bool is_mail)
{
    struct desk_item *i = mem_zalloc(sizeof(*i));
    bool is_whole = i != NULL;

    if (!i)
        return ENOMEM;
    i->is_mail = is_mail;
    i->id = stmt_col_int(s, 0);
    i->attempts = stmt_col_int(s, 1);
    i->created = stmt_col_int(s, 2);
    i->text = dup(s, 3, &is_whole);
    if (is_mail) {
        i->to = dup(s, 4, &is_whole);
        i->subject = dup(s, 5, &is_whole);
    } else {
        i->event = dup(s, 4, &is_whole);
        i->delivery = dup(s, 5, &is_whole);
        i->url = dup(s, 6, &is_whole);
        i->secret = dup(s, 7, &is_whole);
        i->headers = dup(s, 8, &is_whole);
    }
    list_append(&t->taken, &i->link);
    t->room--;
    return is_whole ? 0 : ENOMEM;
}

static int take(struct db *db, struct desk_turn *t, bool is_mail)
{
    static const char mails[] =
        "SELECT id, attempts, created, text, recipient, subject FROM outbox WHERE state = 'waiting' "
        "AND next_at <= ? ORDER BY next_at, id LIMIT ?";
    static const char hooks[] =
        "SELECT q.id, q.attempts, q.created, q.body, q.event, q.delivery, w.url, w.secret, w.headers FROM "
        "webhook_queue q JOIN webhook w ON w.uuid = q.webhook_uuid WHERE q.state = 'waiting' AND q.next_at <= ? AND "
        "w.enable = 'yes' ORDER BY q.next_at, q.id LIMIT ?";
    struct stmt *s;
    bool row = false;
    int err = db_stmt(&s, db, is_mail ? mails : hooks);

    if (err)
        return err;
    stmt_int(s, 1, t->now);
    stmt_int(s, 2, t->room);
    while ((err = stmt_step(s, &row)) == 0 && row && (err = take_row(t, s, is_mail)) == 0)
        ;
    stmt_reset(s);
    return err;
}

static int mark_taken(struct db *db, struct desk_turn *t)
{
    int err = 0;

    LIST_FOREACH(&t->taken, k)
    {
        const struct desk_item *i = CONTAINER_OF(k, struct desk_item, link);
        struct stmt *s;

        if (!err)
            err = db_stmt(&s, db,
                          i->is_mail ? "UPDATE outbox SET state = 'sending' WHERE id = ?"
                                     : "UPDATE webhook_queue SET state = 'sending' WHERE id = ?");
        if (!err)
            err = stmt_int(s, 1, i->id);
        if (!err)
            err = stmt_run(s);
    }
    return err;
}

/* ---- a turn ---- */

static int begin_anew(struct db *db, int64_t now)
{
    struct stmt *s;
    int err = db_run(db, "UPDATE outbox SET state = 'waiting' WHERE state = 'sending';"
                         "UPDATE webhook_queue SET state = 'waiting' WHERE state = 'sending';");

    if (!err)
        err = db_stmt(
            &s, db, "DELETE FROM webhook_queue WHERE state IN ('sent', 'failed') AND created < ?");
    if (!err)
        err = stmt_int(s, 1, now - DESK_KEPT_S);
    return err ? err : stmt_run(s);
}

static int put_all(struct desk *d, struct desk_turn *t)
{
    int err = d->is_fresh ? begin_anew(d->db, t->now) : 0;

    LIST_FOREACH(&t->finished, k)
    {
        if (!err)
            err = put_answer(d->db, CONTAINER_OF(k, struct desk_item, link), t->now);
    }
    if (!err)
        err = put_events(d->db, t);
    return err;
}

static int take_all(struct desk *d, struct desk_turn *t)
{
    int err = read_settings(d->db, t);

    if (!err && t->room && *t->smtp.host)
        err = take(d->db, t, true);
    if (!err && t->room)
        err = take(d->db, t, false);
    return err;
}

static int open_database(struct desk *d)
{
    int err = d->where.text[0] ? 0 : db_where_read(&d->where, d->state);

    if (d->db && db_is_in_place(d->db))
        return err;
    d->db = mem_deref(d->db);
    if (!err)
        err = db_open(&d->db, d->where.text, DB_WRITE);
    if (!err)
        db_set_busy_ms(d->db, BUSY_MS);
    return err;
}

static void clear(struct desk_turn *t)
{
    LIST_FOREACH(&t->finished, k) desk_item_free(CONTAINER_OF(k, struct desk_item, link));
    LIST_FOREACH(&t->events, k) desk_event_free(CONTAINER_OF(k, struct desk_event, link));
    list_init(&t->finished);
    list_init(&t->events);
}

/* Looking costs no lock; only what is to be written begins a transaction. */
int desk_turn(struct desk *d, struct desk_turn *t)
{
    bool writes = d->is_fresh || !list_is_empty(&t->finished) || !list_is_empty(&t->events);
    int err = open_database(d);

    list_init(&t->taken);
    t->dropped = 0;
    if (!err)
        err = take_all(d, t);
    writes = writes || !list_is_empty(&t->taken);
    if (!err && writes)
        err = db_begin(d->db);
    if (!err && writes)
        err = put_all(d, t);
    if (!err && writes)
        err = mark_taken(d->db, t);
    if (!err && writes)
        err = db_commit(d->db);
    if (err) {
        if (d->db && writes)
            db_rollback(d->db);
        LIST_FOREACH(&t->taken, k) desk_item_free(CONTAINER_OF(k, struct desk_item, link));
        list_init(&t->taken);
        return err;
    }
    d->is_fresh = false;
    clear(t);
    return 0;
}
