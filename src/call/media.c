/* media.c - see media.h. What a stream was told is kept, so that a new media role can be told it
 * again. */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "call/media_inner.h"

#define RETRY_MS 50

/* ---- messages out ---- */

int media_send(struct media *m, uint16_t type, const void *msg)
{
    return m && m->ipc ? ipc_send(m->ipc, type, msg) : 0;
}

int media_send_create(struct media_stream *s)
{
    return media_send(s->media, MEDIA_CREATE,
                      &(struct media_create){.id = s->id, .near = s->near, .local = s->local});
}

int media_send_pair(struct media_stream *a)
{
    return media_send(a->media, MEDIA_PAIR,
                      &(struct media_twins){.a = a->id, .b = a->twin ? a->twin->id : 0});
}

int media_send_remote(struct media_stream *s)
{
    s->remote.formats.p = s->formats;
    s->remote.secret_tx.p = s->secret_tx;
    s->remote.secret_rx.p = s->secret_rx;
    return media_send(s->media, MEDIA_REMOTE, &s->remote);
}

int media_send_tone(struct media_stream *s)
{
    struct media_tone msg = {
        .id = s->id, .play_id = s->play_id, .tone = slice_of(s->sound), .duration_ms = s->tone_ms};

    memcpy(msg.zone, s->zone, sizeof(msg.zone));
    return media_send(s->media, MEDIA_TONE, &msg);
}

int media_send_music(struct media_stream *s)
{
    return media_send(
        s->media, MEDIA_MOH,
        &(struct media_moh){.id = s->id, .directory = slice_of(s->sound), .sort = s->sort});
}

/* For a media role that does not know it, or to claim it from one that does. */
static void create_anew(struct media_stream *s)
{
    if (s->is_failed || s->is_closing)
        return;
    s->near = s->peer ? s->peer->id : 0;
    if (!s->is_half)
        (void)media_send_create(s);
    else if (!s->twin || s->id < s->twin->id)
        (void)media_send_pair(s);
}

/* Everything else that the stream is now. */
static void tell_anew(struct media_stream *s)
{
    if (s->is_failed || s->is_closing)
        return;
    if (s->has_remote)
        (void)media_send_remote(s);
    if (s->gain.id)
        (void)media_send(s->media, MEDIA_GAIN, &s->gain);
    if (s->detect.id)
        (void)media_send(s->media, MEDIA_DETECT, &s->detect);
    if (s->held_digits)
        (void)media_send_held(s);
    if (s->is_echo)
        (void)media_send(s->media, MEDIA_ECHO, &(struct media_echo){.id = s->id, .is_on = true});
    if (s->playing == TONE)
        (void)media_send_tone(s);
    if (s->playing == MUSIC)
        (void)media_send_music(s);
}

/* ---- calls to the owner, never from inside a call of his ---- */

void media_stream_on_later(void *arg)
{
    struct media_stream *s = mem_ref(arg);

    if (s->must_tell_created && !s->is_closing && s->h.created)
        s->h.created(0, &s->local, s->h.arg);
    s->must_tell_created = false;
    if (s->must_tell_play && !s->is_closing && s->h.play_done)
        s->h.play_done(ECONNRESET, 0, "", s->h.arg);
    s->must_tell_play = false;
    if (s->must_tell_stats && !s->is_closing && s->h.stats)
        s->h.stats(&s->stats, s->h.arg);
    s->must_tell_stats = false;
    mem_deref(s);
}

void media_stream_fail_play(struct media_stream *s)
{
    s->playing = NOTHING;
    s->must_tell_play = true;
    loop_defer(s->media->loop, &s->later, media_stream_on_later, s);
}

void media_stream_on_no_answer(void *arg)
{
    struct media_stream *s = arg;

    s->is_failed = true;
    if (s->h.created)
        s->h.created(ETIMEDOUT, &s->local, s->h.arg);
}

/* ---- connection ---- */

static void on_message(struct ipc *c, uint16_t id, const void *msg, int fd, void *arg);
static void forget_ready(struct media *m);
static void try_connect(void *arg);

/* What cannot be begun again ends here. */
static void media_is_away(struct media *m)
{
    m->ipc = mem_deref(m->ipc);
    forget_ready(m);
    LIST_FOREACH(&m->streams, k)
    {
        struct media_stream *s = CONTAINER_OF(k, struct media_stream, link);

        if (s->playing == PLAY || (s->playing == TONE && s->tone_ms))
            media_stream_fail_play(s);
    }
    if (m->path)
        timer_start(m->loop, &m->retry, RETRY_MS, try_connect, m);
}

static void on_closed(struct ipc *c, int err, void *arg)
{
    struct media *m = arg;

    log_warning("media disconnected streams=%u err=\"%s\"", m->count, err ? strerror(err) : "");
    media_is_away(m);
}

static void begin(struct media *m)
{
    (void)media_send(m, MEDIA_HELLO, &(struct media_hello){.instance = m->instance});
    (void)media_send(m, MEDIA_SETTINGS, &m->settings);
    LIST_FOREACH(&m->streams, k)
    {
        create_anew(CONTAINER_OF(k, struct media_stream, link));
    }
    LIST_FOREACH(&m->streams, k)
    {
        tell_anew(CONTAINER_OF(k, struct media_stream, link));
    }
    LIST_FOREACH(&m->streams, k)
    {
        struct media_stream *s = CONTAINER_OF(k, struct media_stream, link);

        if (s->peer && s->id < s->peer->id)
            (void)media_send(m, MEDIA_CONNECT,
                             &(struct media_connect){.a = s->id, .b = s->peer->id});
    }
    tape_tell_anew(m);
    (void)media_send(m, MEDIA_SWEEP, &(struct media_sweep){0});
    log_notice("media connected streams=%u", m->count);
}

static void try_connect(void *arg)
{
    struct media *m = arg;
    int fd, err = ipc_connect(&fd, m->path);

    if (!err)
        err = ipc_alloc(&m->ipc, m->loop, fd, &media_protocol, on_message, on_closed, m);
    if (err)
        timer_start(m->loop, &m->retry, RETRY_MS, try_connect, m);
    else
        begin(m);
}

void media_attach(struct media *m, struct ipc *c)
{
    if (m->ipc) {
        ipc_close(m->ipc);
        media_is_away(m);
    }
    timer_stop(&m->retry);
    m->ipc = c;
    ipc_set_handlers(c, on_message, on_closed, m);
    begin(m);
}

void media_stream_leave(struct media_stream *s)
{
    struct media *m = s->media;

    if (s->twin)
        s->twin->twin = NULL;
    s->twin = NULL;
    timer_stop(&s->answer);
    loop_defer_stop(&s->later);
    hash_del(&m->by_id, &s->by_id);
    list_unlink(&s->link);
    if (s->is_ready)
        m->ready_count--;
    else
        m->count--;
    s->media = NULL;
    mem_deref(s);
}

static void forget_ready(struct media *m)
{
    LIST_FOREACH(&m->ready, k)
    {
        media_stream_leave(CONTAINER_OF(k, struct media_stream, link));
    }
}

static void finish_close(struct media_stream *s);

static void media_destroy(void *arg)
{
    struct media *m = arg;

    timer_stop(&m->retry);
    if (m->ipc)
        ipc_close(m->ipc);
    mem_deref(m->ipc);
    LIST_FOREACH(&m->streams, k)
    {
        struct media_stream *s = CONTAINER_OF(k, struct media_stream, link);

        if (s->is_closing) /* its owner waits for the last statistics */
            finish_close(s);
        else
            media_stream_leave(s);
    }
    forget_ready(m);
    tape_leave_all(m);
    hash_fini(&m->by_id);
    mem_free(m->path);
}

int media_alloc(struct media **mp, struct loop *l, const struct media_args *args)
{
    struct media *m = mem_alloc(sizeof(*m), media_destroy);

    if (!m)
        return ENOMEM;
    m->loop = l;
    m->settings = args->settings;
    m->ready_most = args->ready;
    list_init(&m->streams);
    list_init(&m->ready);
    list_init(&m->tapes);
    hash_init(&m->by_id);
    hash_init(&m->by_tape);
    m->instance = args->instance;
    if (!m->instance)
        rand_bytes(&m->instance, sizeof(m->instance));
    m->instance |= 1;
    m->last_id = rand_u32() >> 1;
    m->last_tape = m->last_id;
    if (args->path) {
        m->path = mem_strdup(args->path);
        if (!m->path) {
            mem_deref(m);
            return ENOMEM;
        }
        timer_start(l, &m->retry, 0, try_connect, m);
    }
    *mp = m;
    return 0;
}

void media_set_settings(struct media *m, const struct media_settings *s)
{
    m->settings = *s;
    LIST_FOREACH(&m->ready, k)
    {
        struct media_stream *r = CONTAINER_OF(k, struct media_stream, link);

        (void)media_send(m, MEDIA_FREE, &(struct media_free){.id = r->id});
        media_stream_leave(r);
    }
    (void)media_send(m, MEDIA_SETTINGS, s);
}

uint64_t media_instance(const struct media *m)
{
    return m->instance;
}

bool media_is_up(const struct media *m)
{
    return m->ipc != NULL;
}

uint32_t media_stream_count(const struct media *m)
{
    return m->count;
}

/* ---- messages in ---- */

uint32_t media_hash_id(uint32_t id)
{
    return id * 2654435761u;
}

struct media_stream *media_find_stream(const struct media *m, uint32_t id)
{
    for (struct hash_link *k = hash_first(&m->by_id, media_hash_id(id)); k; k = hash_next(k)) {
        struct media_stream *s = CONTAINER_OF(k, struct media_stream, by_id);

        if (s->id == id)
            return s;
    }
    return NULL;
}

/* It was there, and its port is gone: nobody will hear anything any more, as after a timeout. */
static void lose_stream(struct media_stream *s, int err)
{
    log_error("stream lost stream=%u err=\"%s\"", s->id, strerror(err));
    if (s->is_failed)
        return;
    s->is_failed = true;
    if (s->is_ready)
        media_stream_leave(s);
    else if (s->h.timeout)
        s->h.timeout(0, s->remote.is_held, s->h.arg);
}

static void on_created(struct media_stream *s, const struct media_created *msg)
{
    if (s->is_created) { /* made anew */
        if (msg->err)
            lose_stream(s, msg->err);
        return;
    }
    if (s->is_failed)
        return;
    if (s->is_ready && msg->err) { /* no port left: the next call is told */
        media_stream_leave(s);
        return;
    }
    timer_stop(&s->answer);
    s->is_failed = msg->err != 0;
    s->is_created = !msg->err;
    if (!msg->err)
        s->local = msg->local;
    if (s->h.created)
        s->h.created(msg->err, &s->local, s->h.arg);
}

static void on_play_done(struct media_stream *s, const struct media_play_done *msg)
{
    if (msg->play_id != s->play_id || s->playing == NOTHING)
        return;
    s->playing = NOTHING;
    if (s->h.play_done)
        s->h.play_done(msg->err, msg->position_ms, msg->missing, s->h.arg);
}

static void finish_close(struct media_stream *s)
{
    media_closed_h *closed = s->closed;
    void *arg = s->closed_arg;

    mem_ref(s);
    media_stream_leave(s);
    if (closed)
        closed(&s->stats, arg);
    mem_deref(s);
}

void media_stream_on_close_over(void *arg)
{
    finish_close(arg);
}

static void on_stats(struct media_stream *s, const struct media_stats *msg)
{
    s->stats = *msg;
    if (s->is_closing && msg->is_last)
        finish_close(s);
    else if (!s->is_closing && s->h.stats)
        s->h.stats(&s->stats, s->h.arg);
}

static void on_dtmf(struct media_stream *s, const struct media_dtmf *msg)
{
    if (s->h.dtmf)
        s->h.dtmf((char)msg->digit, msg->duration_ms, msg->is_held, s->h.arg);
}

static void on_position(struct media_stream *s, const struct media_position *msg)
{
    if (msg->play_id == s->play_id && s->playing == PLAY && s->h.position)
        s->h.position(msg->ms, msg->is_paused, s->h.arg);
}

static void on_talk(struct media_stream *s, const struct media_talk *msg)
{
    if (s->detect.id && s->h.talk)
        s->h.talk(msg->is_talking, msg->ms, s->h.arg);
}

static void on_timeout(struct media_stream *s, const struct media_timeout *msg)
{
    if (s->h.timeout)
        s->h.timeout(msg->ms, msg->is_held, s->h.arg);
}

static void on_tape(struct media *m, uint16_t id, const void *msg)
{
    if (id == MEDIA_TAPE_BEGUN)
        tape_on_begun(m, msg);
    else
        tape_on_ended(m, msg);
}

static void on_message(struct ipc *c, uint16_t id, const void *msg, int fd, void *arg)
{
    struct media *m = arg;
    struct media_stream *s;

    if (id == MEDIA_TAPE_BEGUN || id == MEDIA_TAPE_ENDED) {
        on_tape(m, id, msg);
        return;
    }
    /* every other message of media's begins with the stream's id */
    s = media_find_stream(m, *(const uint32_t *)msg);
    if (!s || (s->is_closing && id != MEDIA_STATS))
        return;
    mem_ref(s);
    switch (id) {
    case MEDIA_CREATED: on_created(s, msg); break;
    case MEDIA_PLAY_DONE: on_play_done(s, msg); break;
    case MEDIA_DTMF: on_dtmf(s, msg); break;
    case MEDIA_TIMEOUT: on_timeout(s, msg); break;
    case MEDIA_STATS: on_stats(s, msg); break;
    case MEDIA_POSITION: on_position(s, msg); break;
    case MEDIA_TALK: on_talk(s, msg); break;
    case MEDIA_DTMF_DONE:
        if (s->h.dtmf_done)
            s->h.dtmf_done(s->h.arg);
        break;
    default: break;
    }
    mem_deref(s);
}

void media_each(const struct media *m, media_each_h *h, void *arg)
{
    LIST_FOREACH(&m->streams, k)
    {
        struct media_stream *s = CONTAINER_OF(k, struct media_stream, link);

        if (!s->is_closing && !h(s, &s->stats, arg))
            return;
    }
}
