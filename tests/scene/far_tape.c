/* far_tape.c - see far_tape.h */
#include "far_tape.h"

#include <errno.h>
#include <stdio.h>

#include "base/mem.h"
#include "ipc/media.h"

#define BEGUN_US UINT64_C(1700000000000000)

struct far_tape {
    struct link link;
    uint32_t number, stream;
    char names[MEDIA_PATH_MAX * 3 + 32];
    const char *state;
    uint8_t muted;
    bool is_open, is_named;
    int64_t from_us;
    uint32_t ms;    /* once over */
    char marks[80]; /* what else was asked for */
};

struct far_tapes {
    struct scene *scene;
    struct ipc *engine;
    struct list tapes;
    int refuse;
};

static struct far_tape *of(struct link *k)
{
    return CONTAINER_OF(k, struct far_tape, link);
}

static struct far_tape *find(const struct far_tapes *t, uint32_t number)
{
    LIST_FOREACH(&t->tapes, k)
    {
        if (of(k)->is_open && of(k)->number == number)
            return of(k);
    }
    return NULL;
}

static void answer(struct far_tapes *t, uint16_t id, const void *msg)
{
    if (t->engine)
        ipc_send(t->engine, id, msg);
}

static int64_t now(const struct far_tapes *t)
{
    return loop_now(t->scene->loop).us;
}

/* ---- commands ---- */

static void put_name(struct buf *b, const char *what, struct slice name)
{
    if (slice_is_set(name) && name.len)
        buf_printf(b, "%s%s=%.*s", b->len ? " " : "", what, SLICE_ARG(name));
}

static void keep_names(struct far_tape *f, const struct media_tape *msg)
{
    struct buf b;

    buf_init(&b, sizeof(f->names));
    put_name(&b, msg->is_stereo ? "stereo" : "mixed", msg->mixed);
    put_name(&b, "rx", msg->rx);
    put_name(&b, "tx", msg->tx);
    (void)slice_copy(buf_slice(&b), f->names, sizeof(f->names));
    buf_fini(&b);
}

static void keep_marks(struct far_tape *f, const struct media_tape *msg)
{
    char volume[40] = "";

    if (msg->rx_db || msg->tx_db)
        snprintf(volume, sizeof(volume), " rx_db=%d tx_db=%d", msg->rx_db, msg->tx_db);
    snprintf(f->marks, sizeof(f->marks), "%s%s%s", msg->is_append ? " append" : "",
             msg->is_joined_only ? " joined-only" : "", volume);
}

static void begin(struct far_tapes *t, const struct media_tape *msg)
{
    struct far_tape *f = find(t, msg->tape);
    const int err = t->refuse;

    if (f) { /* moved, or named by the next engine */
        f->stream = msg->id;
        f->muted = msg->muted;
        f->is_named = true;
        return;
    }
    t->refuse = 0;
    f = err ? NULL : mem_zalloc(sizeof(*f));
    if (f) {
        f->number = msg->tape;
        f->stream = msg->id;
        f->muted = msg->muted;
        f->state = "open";
        f->is_open = f->is_named = true;
        f->from_us = now(t);
        keep_names(f, msg);
        keep_marks(f, msg);
        list_append(&t->tapes, &f->link);
    }
    answer(t, MEDIA_TAPE_BEGUN,
           &(struct media_tape_begun){.tape = msg->tape,
                                      .err = f     ? 0
                                             : err ? err
                                                   : ENOMEM,
                                      .begun_us = f ? BEGUN_US : 0});
}

static void end(struct far_tapes *t, struct far_tape *f, int err, uint32_t cut_ms)
{
    const int64_t ms = (now(t) - f->from_us) / 1000 - cut_ms;

    f->is_open = false;
    f->state = f->state[0] == 'd' ? "deleted" : "ended";
    f->ms = ms > 0 ? (uint32_t)ms : 0;
    answer(t, MEDIA_TAPE_ENDED,
           &(struct media_tape_ended){.tape = f->number,
                                      .err = err,
                                      .ms = ms > 0 ? (uint32_t)ms : 0,
                                      .bytes = ms > 0 ? (uint64_t)ms * 16 + 44 : 44});
}

static void stop(struct far_tapes *t, const struct media_tape_stop *msg)
{
    struct far_tape *f = find(t, msg->tape);

    if (!f)
        return;
    if (msg->is_deleted)
        f->state = "deleted";
    end(t, f, 0, msg->cut_ms);
}

void far_tapes_take(struct far_tapes *t, uint16_t id, const void *msg)
{
    const struct media_tape_set *set = msg;
    struct far_tape *f;

    if (id == MEDIA_TAPE) {
        begin(t, msg);
    } else if (id == MEDIA_TAPE_STOP) {
        stop(t, msg);
    } else {
        f = find(t, set->tape);
        if (f)
            f->muted = set->muted;
    }
}

/* ---- what the scene asks ---- */

void far_tapes_attach(struct far_tapes *t, struct ipc *engine)
{
    t->engine = engine;
}

void far_tapes_name_none(struct far_tapes *t)
{
    LIST_FOREACH(&t->tapes, k)
    {
        of(k)->is_named = false;
    }
}

void far_tapes_end_unnamed(struct far_tapes *t)
{
    LIST_FOREACH(&t->tapes, k)
    {
        if (of(k)->is_open && !of(k)->is_named)
            end(t, of(k), 0, 0);
    }
}

void far_tapes_refuse(struct far_tapes *t, int err)
{
    t->refuse = err;
}

void far_tapes_break(struct far_tapes *t, int err)
{
    LIST_FOREACH(&t->tapes, k)
    {
        if (of(k)->is_open)
            end(t, of(k), err, 0);
    }
}

static void say(const struct far_tape *f, struct buf *out)
{
    static const char *const muted[] = {
        "",        " muted=rx",        " muted=tx",        " muted=both",
        " paused", " paused muted=rx", " paused muted=tx", " paused muted=both"};

    buf_printf(out, "%s%s%s %s", f->names, f->marks, muted[f->muted & 7], f->state);
    if (!f->is_open)
        buf_printf(out, " ms=%u", f->ms);
}

void far_tapes_show(const struct far_tapes *t, uint32_t stream, struct buf *out)
{
    LIST_FOREACH(&t->tapes, k)
    {
        const struct far_tape *f = of(k);

        if (stream && (f->stream != stream || !f->is_open))
            continue;
        say(f, out);
        buf_addc(out, '\n');
    }
}

unsigned far_tapes_open(const struct far_tapes *t)
{
    unsigned n = 0;

    LIST_FOREACH(&t->tapes, k)
    {
        n += of(k)->is_open;
    }
    return n;
}

bool far_tapes_say(const struct far_tapes *t, unsigned n, struct buf *out)
{
    LIST_FOREACH(&t->tapes, k)
    {
        if (--n)
            continue;
        say(of(k), out);
        return true;
    }
    return false;
}

static void far_tapes_destroy(void *object)
{
    struct far_tapes *t = object;

    LIST_FOREACH(&t->tapes, k)
    {
        list_unlink(k);
        mem_free(of(k));
    }
}

int far_tapes_alloc(struct far_tapes **tp, struct scene *s)
{
    struct far_tapes *t = mem_alloc(sizeof(*t), far_tapes_destroy);

    if (!t)
        return ENOMEM;
    t->scene = s;
    list_init(&t->tapes);
    *tp = t;
    return 0;
}
