/* server_tapes.c - the server's recordings: begun, moved, ended; see server.h and docs/recording.md */
#include <errno.h>

#include "base/log.h"
#include "base/mem.h"
#include "media/server_inner.h"

/* A tape as the engine knows it. */
struct server_tape {
    struct media_server *server;
    struct hash_link by_number;
    struct link in_server, in_leg;
    uint32_t number;
    struct deck_tape *tape;
    struct media_leg *leg; /* it listens to; NULL: none, silence */
    bool is_named;         /* by the engine that is there now */
    bool is_stranger;      /* of an engine that is gone: nobody can name it */
    bool is_stopping;
    bool is_told; /* the engine has heard that it is over */
    int failed;   /* it could not listen: what MEDIA_TAPE_BEGUN will say */
};

static uint32_t hash_number(uint32_t number)
{
    return number * 2654435761u;
}

static struct server_tape *find(const struct media_server *s, uint32_t number)
{
    for (struct hash_link *k = hash_first(&s->tapes_by_number, hash_number(number)); k;
         k = hash_next(k)) {
        struct server_tape *t = CONTAINER_OF(k, struct server_tape, by_number);

        if (t->number == number)
            return t;
    }
    return NULL;
}

static void free_tape(struct server_tape *t)
{
    hash_del(&t->server->tapes_by_number, &t->by_number);
    list_unlink(&t->in_server);
    list_unlink(&t->in_leg);
    mem_free(t);
}

static void tell_begun(struct media_server *s, uint32_t number, int err, uint64_t begun_us)
{
    media_server_tell(
        s, MEDIA_TAPE_BEGUN,
        &(struct media_tape_begun){.tape = number, .err = err, .begun_us = err ? 0 : begun_us});
}

static void on_begun(struct server_tape *t, const struct media_tape_begun *b)
{
    const int err = b->err ? b->err : t->failed;

    if (!t->is_stranger)
        tell_begun(t->server, t->number, err, b->begun_us);
    if (b->err)
        free_tape(t);
}

static void on_ended(struct server_tape *t, const struct media_tape_ended *e)
{
    media_cache_changed(t->server->orders.cache); /* it may be played at once */
    if (!t->is_stranger && !t->failed && !t->is_told)
        media_server_tell(t->server, MEDIA_TAPE_ENDED, e);
    free_tape(t);
}

void media_server_on_tape(void *owner, const struct media_tape_begun *begun,
                          const struct media_tape_ended *ended, void *arg)
{
    if (begun)
        on_begun(owner, begun);
    else
        on_ended(owner, ended);
}

/* ---- where it listens ---- */

static void stop(struct server_tape *t, uint32_t cut_ms, bool is_deleted)
{
    t->is_stopping = true;
    t->leg = NULL;
    list_unlink(&t->in_leg);
    deck_tape_stop(t->tape, cut_ms, is_deleted);
}

static unsigned count_tapes(const struct media_leg *leg)
{
    unsigned n = 0;

    LIST_FOREACH(&leg->tapes, k)
    {
        n++;
    }
    return n;
}

/* It leaves where it was. */
static int listen_to(struct server_tape *t, struct media_leg *leg)
{
    struct media_command cmd = {.head = {.type = MEDIA_CMD_TAP, .leg = leg}};
    int err;

    if (count_tapes(leg) >= MEDIA_TAPS_MAX)
        return EMFILE;
    err = deck_tape_tap(t->tape, &cmd.tap);
    if (err)
        return err;
    err = media_crew_post(t->server->orders.crew, &cmd);
    if (err) /* no lane will ever have it */
        atomic_store(&cmd.tap->has_left, true);
    list_unlink(&t->in_leg);
    t->leg = err ? NULL : leg;
    if (!err)
        list_append(&leg->tapes, &t->in_leg);
    return err;
}

void media_server_leave_tapes(struct media_leg *leg)
{
    LIST_FOREACH(&leg->tapes, k)
    {
        struct server_tape *t = CONTAINER_OF(k, struct server_tape, in_leg);

        list_unlink(k);
        t->leg = NULL;
        deck_tape_untap(t->tape);
        if (!t->is_named) /* nobody is left who could end it */
            stop(t, 0, false);
    }
}

/* ---- commands ---- */

static int make(struct media_server *s, const struct media_tape *m, struct server_tape **out)
{
    struct server_tape *t = mem_zalloc(sizeof(*t));
    int err = t ? 0 : ENOMEM;

    if (err)
        return err;
    t->server = s;
    t->number = m->tape;
    t->is_named = true;
    err = hash_add(&s->tapes_by_number, &t->by_number, hash_number(m->tape));
    if (!err)
        err = deck_tape_start(&t->tape, s->deck, m, t);
    if (err) {
        free_tape(t);
        return err;
    }
    list_append(&s->tapes, &t->in_server);
    *out = t;
    return 0;
}

static void begin(struct media_server *s, struct media_leg *leg, const struct media_tape *m)
{
    struct server_tape *t = NULL;
    /* After a death of media also one whose stream has ended goes on, in silence. */
    int err = !leg && !m->begun_us                        ? ENOENT
              : !m->mixed.len && !m->rx.len && !m->tx.len ? EINVAL
                                                          : 0;

    if (!err && leg && count_tapes(leg) >= MEDIA_TAPS_MAX)
        err = EMFILE;
    if (!err)
        err = make(s, m, &t);
    if (err) {
        tell_begun(s, m->tape, err, 0);
        return;
    }
    t->failed = leg ? listen_to(t, leg) : 0;
    if (t->failed) /* its files would stay empty */
        stop(t, 0, !m->is_append && !m->begun_us);
}

static void move(struct media_server *s, struct server_tape *t, struct media_leg *leg,
                 const struct media_tape *m)
{
    int err = 0;

    if (!t->is_stopping && leg && leg != t->leg)
        err = listen_to(t, leg);
    if (!err) {
        t->is_named = true;
        deck_tape_set(t->tape, m->muted);
    }
    tell_begun(s, m->tape, err, deck_tape_begun_us(t->tape));
    if (err) { /* for the engine it is over */
        t->is_told = true;
        stop(t, 0, false);
    }
}

void media_server_tape(struct media_server *s, const struct media_tape *m)
{
    struct media_leg *leg = media_server_find(s, m->id);
    struct server_tape *t = find(s, m->tape);

    if (t)
        move(s, t, leg, m);
    else if (m->tape)
        begin(s, leg, m);
}

void media_server_tape_set(struct media_server *s, const struct media_tape_set *m)
{
    struct server_tape *t = find(s, m->tape);

    if (t && !t->is_stopping)
        deck_tape_set(t->tape, m->muted);
}

void media_server_tape_stop(struct media_server *s, const struct media_tape_stop *m)
{
    struct server_tape *t = find(s, m->tape);

    if (!t)
        media_server_tell(s, MEDIA_TAPE_ENDED,
                          &(struct media_tape_ended){.tape = m->tape, .err = ENOENT});
    else if (!t->is_stopping)
        stop(t, m->cut_ms, m->is_deleted);
}

/* ---- engines come and go ---- */

void media_server_tapes_of_stranger(struct media_server *s)
{
    LIST_FOREACH(&s->tapes, k)
    {
        struct server_tape *t = CONTAINER_OF(k, struct server_tape, in_server);

        t->is_stranger = true;
        hash_del(&s->tapes_by_number, &t->by_number);
    }
}

static void stop_unnamed(struct media_server *s, bool is_all)
{
    LIST_FOREACH(&s->tapes, k)
    {
        struct server_tape *t = CONTAINER_OF(k, struct server_tape, in_server);

        if (!t->is_named && !t->is_stopping && !t->is_stranger && (is_all || !t->leg))
            stop(t, 0, false);
    }
}

void media_server_tapes_swept(struct media_server *s)
{
    stop_unnamed(s, true);
}

void media_server_tapes_orphaned(struct media_server *s)
{
    LIST_FOREACH(&s->tapes, k)
    {
        CONTAINER_OF(k, struct server_tape, in_server)->is_named = false;
    }
    stop_unnamed(s, false);
}

void media_server_free_tapes(struct media_server *s)
{
    s->deck = mem_deref(s->deck);
    LIST_FOREACH(&s->tapes, k)
    {
        free_tape(CONTAINER_OF(k, struct server_tape, in_server));
    }
    hash_fini(&s->tapes_by_number);
}
