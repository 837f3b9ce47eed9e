/* tape.c - see tape.h. What a tape was told is kept, so that a new media role can be told it again. */
#include "call/tape.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "call/media_inner.h"

#define END_MS 60000

enum { DB_MAX = 24 };

struct tape {
    struct hash_link by_number;
    struct link link;    /* media->tapes */
    struct media *media; /* NULL: over */
    struct tape_handlers h;
    struct tape_saved is; /* as it stands */
    struct timer end;
    struct media_tape_ended over; /* to be told */
    bool is_begun;
};

static void tape_destroy(void *object)
{
    struct tape *t = object;

    timer_stop(&t->end);
}

static struct tape *find(const struct media *m, uint32_t number)
{
    for (struct hash_link *k = hash_first(&m->by_tape, media_hash_id(number)); k;
         k = hash_next(k)) {
        struct tape *t = CONTAINER_OF(k, struct tape, by_number);

        if (t->is.tape == number)
            return t;
    }
    return NULL;
}

/* ---- commands ---- */

/* One that is to end is named with its time standing still: media may be a new one, and what was not
 * written before the stop is not to become silence behind it. */
static int send_tape(const struct tape *t)
{
    const struct tape_saved *s = &t->is;
    const struct media_tape msg = {.id = s->stream,
                                   .tape = s->tape,
                                   .mixed = slice_of(s->mixed),
                                   .rx = slice_of(s->rx),
                                   .tx = slice_of(s->tx),
                                   .is_stereo = s->is_stereo,
                                   .is_append = s->is_append,
                                   .is_joined_only = s->is_joined_only,
                                   .begun_us = s->begun_us,
                                   .rx_db = s->rx_db,
                                   .tx_db = s->tx_db,
                                   .muted = s->is_stopping ? MEDIA_TAPE_PAUSED : s->muted};

    return media_send(t->media, MEDIA_TAPE, &msg);
}

static int send_stop(const struct tape *t)
{
    return media_send(t->media, MEDIA_TAPE_STOP,
                      &(struct media_tape_stop){.tape = t->is.tape,
                                                .cut_ms = t->is.cut_ms,
                                                .is_deleted = t->is.is_deleted});
}

void tape_tell_anew(struct media *m)
{
    LIST_FOREACH(&m->tapes, k)
    {
        struct tape *t = CONTAINER_OF(k, struct tape, link);

        (void)send_tape(t);
        if (t->is.is_stopping)
            (void)send_stop(t);
    }
}

/* ---- out of the tables ---- */

/* Gives the tables' reference up. */
static void leave(struct tape *t)
{
    struct media *m = t->media;

    timer_stop(&t->end);
    hash_del(&m->by_tape, &t->by_number);
    list_unlink(&t->link);
    t->media = NULL;
    mem_deref(t);
}

void tape_leave_all(struct media *m)
{
    LIST_FOREACH(&m->tapes, k)
    {
        leave(CONTAINER_OF(k, struct tape, link));
    }
    hash_fini(&m->by_tape);
}

static void tell_ended(struct tape *t, const struct media_tape_ended *e)
{
    const struct tape_handlers h = t->h;

    leave(t);
    if (h.ended)
        h.ended(e, h.arg);
}

static void on_no_end(void *arg)
{
    struct tape *t = arg;

    tell_ended(t, &(struct media_tape_ended){.tape = t->is.tape, .err = ETIMEDOUT});
}

/* ---- messages ---- */

void tape_on_begun(struct media *m, const struct media_tape_begun *msg)
{
    struct tape *t = find(m, msg->tape);
    const bool is_first = t && !t->is_begun;
    struct tape_handlers h;

    if (!t && !msg->err) /* it was moved when it had just ended, and began anew */
        (void)media_send(m, MEDIA_TAPE_STOP, &(struct media_tape_stop){.tape = msg->tape});
    if (!t || (!is_first && !msg->err))
        return;
    if (!is_first) { /* it cannot go on after a death of media */
        tell_ended(t, &(struct media_tape_ended){.tape = msg->tape, .err = msg->err});
        return;
    }
    h = t->h;
    t->is_begun = true;
    t->is.begun_us = msg->begun_us;
    if (msg->err)
        leave(t);
    if (h.begun)
        h.begun(msg->err, h.arg);
}

void tape_on_ended(struct media *m, const struct media_tape_ended *msg)
{
    struct tape *t = find(m, msg->tape);

    if (t)
        tell_ended(t, msg);
}

/* ---- for its owner ---- */

static int8_t limit_db(int8_t db)
{
    return db > DB_MAX ? DB_MAX : db < -DB_MAX ? -DB_MAX : db;
}

static int take_name(struct slice s, char to[MEDIA_PATH_MAX + 1])
{
    return slice_copy(s, to, MEDIA_PATH_MAX + 1);
}

static bool has_name(const struct tape_saved *s)
{
    return s->mixed[0] || s->rx[0] || s->tx[0];
}

static int fill(struct tape_saved *s, const struct tape_args *a)
{
    s->is_stereo = a->is_stereo;
    s->is_append = a->is_append;
    s->is_joined_only = a->is_joined_only;
    s->rx_db = limit_db(a->rx_db);
    s->tx_db = limit_db(a->tx_db);
    s->muted = a->muted;
    if (take_name(a->mixed, s->mixed) || take_name(a->rx, s->rx) || take_name(a->tx, s->tx))
        return ENAMETOOLONG;
    return has_name(s) ? 0 : EINVAL;
}

static int enter(struct tape *t, struct media *m)
{
    int err = hash_add(&m->by_tape, &t->by_number, media_hash_id(t->is.tape));

    if (err)
        return err;
    t->media = m;
    list_append(&m->tapes, &t->link);
    return 0;
}

static uint32_t next_number(struct media *m)
{
    do {
        m->last_tape++;
    } while (!m->last_tape || find(m, m->last_tape));
    return m->last_tape;
}

/* A tape in the tables; its reference is theirs. */
static int tape_new(struct tape **tp, struct media *m, const struct tape_saved *is,
                    const struct tape_handlers *h)
{
    struct tape *t = m->by_tape.count < TAPES_MAX ? mem_alloc(sizeof(*t), tape_destroy) : NULL;
    int err;

    if (!t)
        return m->by_tape.count < TAPES_MAX ? ENOMEM : EAGAIN;
    t->is = *is;
    t->h = *h;
    t->is_begun = is->begun_us != 0;
    err = enter(t, m);
    if (err)
        mem_deref(t);
    else
        *tp = t;
    return err;
}

int tape_start(struct tape **tp, struct media_stream *s, const struct tape_args *args,
               const struct tape_handlers *h)
{
    struct tape_saved is = {0};
    struct tape *t;
    int err = s->media ? fill(&is, args) : EINVAL;

    if (err)
        return err;
    is.stream = s->id;
    is.tape = next_number(s->media);
    err = tape_new(&t, s->media, &is, h);
    if (err)
        return err;
    err = send_tape(t);
    if (err) {
        leave(t);
        return err;
    }
    *tp = mem_ref(t);
    return 0;
}

int tape_set_muted(struct tape *t, uint8_t muted)
{
    t->is.muted = muted;
    return media_send(t->media, MEDIA_TAPE_SET,
                      &(struct media_tape_set){.tape = t->is.tape, .muted = muted});
}

uint8_t tape_muted(const struct tape *t)
{
    return t->is.muted;
}

uint64_t tape_begun_us(const struct tape *t)
{
    return t->is.begun_us;
}

int tape_move(struct tape *t, struct media_stream *s)
{
    t->is.stream = s->id;
    return t->media ? send_tape(t) : 0;
}

void tape_stop(struct tape *t, uint32_t cut_ms, bool is_deleted)
{
    if (!t->media || t->is.is_stopping)
        return;
    t->is.is_stopping = true;
    t->is.cut_ms = cut_ms;
    t->is.is_deleted = is_deleted;
    (void)send_stop(t);
    timer_start(t->media->loop, &t->end, END_MS, on_no_end, t);
}

void tape_forget(struct tape *t)
{
    t->h = (struct tape_handlers){0};
    tape_stop(t, 0, false);
}

/* ---- taking over ---- */

void tape_save(const struct tape *t, struct tape_saved *saved)
{
    *saved = t->is;
}

static bool is_text(const char *p)
{
    return memchr(p, '\0', MEDIA_PATH_MAX + 1) != NULL;
}

int tape_adopt(struct tape **tp, struct media *m, const struct tape_saved *saved,
               const struct tape_handlers *h)
{
    struct tape *t;
    int err;

    if (!saved->tape || !is_text(saved->mixed) || !is_text(saved->rx) || !is_text(saved->tx) ||
        !has_name(saved))
        return EINVAL;
    if (find(m, saved->tape))
        return EEXIST;
    err = tape_new(&t, m, saved, h);
    if (err)
        return err;
    if (t->is.is_stopping)
        timer_start(m->loop, &t->end, END_MS, on_no_end, t);
    *tp = mem_ref(t);
    return 0;
}
