/* media.c - see media.h. What a stream was told is kept, so that a new media role can be told it
 * again. */
#include <errno.h>
#include <string.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "call/media.h"

#define STREAMS_MAX 20000
#define RETRY_MS 50
#define ANSWER_MS 1000

enum playing { NOTHING, PLAY, TONE, MUSIC };

struct media {
    struct loop *loop;
    char *path;
    struct media_settings settings;
    uint64_t instance;
    struct ipc *ipc; /* NULL: media is away */
    struct timer retry;
    struct hash by_id;
    struct list streams;
    uint32_t count, last_id;
    struct list ready;                /* made and not used yet, for ready_local */
    uint32_t ready_most, ready_count; /* those on their way included */
    struct addr ready_local;
};

struct media_stream {
    struct hash_link by_id;
    struct link link;
    struct media *media; /* NULL: closed, or media is gone */
    struct media_stream_handlers h;
    uint32_t id, near;
    struct addr local; /* asked for; then as bound */
    bool is_created, is_failed, is_closing;
    bool is_ready;       /* nobody's yet: in media->ready */
    struct timer answer; /* to create, or to close */
    struct deferred later;
    bool must_tell_stats, must_tell_play, must_tell_created;
    struct media_stream *peer;
    bool is_echo;
    bool has_remote;
    struct media_remote remote;
    char formats[MEDIA_FORMATS_MAX];
    enum playing playing;
    uint32_t play_id;
    uint32_t tone_ms;
    bool is_random;
    char zone[8];
    char *sound; /* tone or directory of music that goes on without end, to begin it again */
    struct media_stats stats;
    media_closed_h *closed;
    void *closed_arg;
};

/* ---- messages out ---- */

static int send_to_media(struct media *m, uint16_t type, const void *msg)
{
    return m && m->ipc ? ipc_send(m->ipc, type, msg) : 0;
}

static int send_create(struct media_stream *s)
{
    return send_to_media(s->media, MEDIA_CREATE,
                         &(struct media_create){.id = s->id, .near = s->near, .local = s->local});
}

static int send_remote(struct media_stream *s)
{
    s->remote.formats.p = s->formats;
    return send_to_media(s->media, MEDIA_REMOTE, &s->remote);
}

static int send_tone(struct media_stream *s)
{
    struct media_tone msg = {
        .id = s->id, .play_id = s->play_id, .tone = slice_of(s->sound), .duration_ms = s->tone_ms};

    memcpy(msg.zone, s->zone, sizeof(msg.zone));
    return send_to_media(s->media, MEDIA_TONE, &msg);
}

static int send_music(struct media_stream *s)
{
    return send_to_media(s->media, MEDIA_MOH,
                         &(struct media_moh){.id = s->id,
                                             .directory = slice_of(s->sound),
                                             .is_random = s->is_random});
}

/* Everything that the stream is now, for a media role that does not know it. */
static void tell_anew(struct media_stream *s)
{
    if (s->is_failed || s->is_closing)
        return;
    s->near = s->peer ? s->peer->id : 0;
    (void)send_create(s);
    if (s->has_remote)
        (void)send_remote(s);
    if (s->is_echo)
        (void)send_to_media(s->media, MEDIA_ECHO, &(struct media_echo){.id = s->id, .is_on = true});
    if (s->playing == TONE)
        (void)send_tone(s);
    if (s->playing == MUSIC)
        (void)send_music(s);
}

/* ---- calls to the owner, never from inside a call of his ---- */

static void on_later(void *arg)
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

static void fail_play(struct media_stream *s)
{
    s->playing = NOTHING;
    s->must_tell_play = true;
    loop_defer(s->media->loop, &s->later, on_later, s);
}

static void on_no_answer(void *arg)
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
            fail_play(s);
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
    (void)send_to_media(m, MEDIA_HELLO, &(struct media_hello){.instance = m->instance});
    (void)send_to_media(m, MEDIA_SETTINGS, &m->settings);
    LIST_FOREACH(&m->streams, k)
    {
        tell_anew(CONTAINER_OF(k, struct media_stream, link));
    }
    LIST_FOREACH(&m->streams, k)
    {
        struct media_stream *s = CONTAINER_OF(k, struct media_stream, link);

        if (s->peer && s->id < s->peer->id)
            (void)send_to_media(m, MEDIA_CONNECT,
                                &(struct media_connect){.a = s->id, .b = s->peer->id});
    }
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

static void stream_leave(struct media_stream *s)
{
    struct media *m = s->media;

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
        stream_leave(CONTAINER_OF(k, struct media_stream, link));
    }
}

static void media_destroy(void *arg)
{
    struct media *m = arg;

    timer_stop(&m->retry);
    if (m->ipc)
        ipc_close(m->ipc);
    mem_deref(m->ipc);
    LIST_FOREACH(&m->streams, k)
    {
        stream_leave(CONTAINER_OF(k, struct media_stream, link));
    }
    forget_ready(m);
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
    hash_init(&m->by_id);
    rand_bytes(&m->instance, sizeof(m->instance));
    m->instance |= 1;
    m->last_id = rand_u32() >> 1;
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

        (void)send_to_media(m, MEDIA_FREE, &(struct media_free){.id = r->id});
        stream_leave(r);
    }
    (void)send_to_media(m, MEDIA_SETTINGS, s);
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

static uint32_t hash_id(uint32_t id)
{
    return id * 2654435761u;
}

static struct media_stream *find_stream(const struct media *m, uint32_t id)
{
    for (struct hash_link *k = hash_first(&m->by_id, hash_id(id)); k; k = hash_next(k)) {
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
        stream_leave(s);
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
        stream_leave(s);
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
    stream_leave(s);
    if (closed)
        closed(&s->stats, arg);
    mem_deref(s);
}

static void on_close_over(void *arg)
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
        s->h.dtmf((char)msg->digit, msg->duration_ms, s->h.arg);
}

static void on_timeout(struct media_stream *s, const struct media_timeout *msg)
{
    if (s->h.timeout)
        s->h.timeout(msg->ms, msg->is_held, s->h.arg);
}

static void on_message(struct ipc *c, uint16_t id, const void *msg, int fd, void *arg)
{
    struct media *m = arg;
    /* every message of media's begins with the stream's id */
    struct media_stream *s = find_stream(m, *(const uint32_t *)msg);

    if (!s || (s->is_closing && id != MEDIA_STATS))
        return;
    mem_ref(s);
    switch (id) {
    case MEDIA_CREATED: on_created(s, msg); break;
    case MEDIA_PLAY_DONE: on_play_done(s, msg); break;
    case MEDIA_DTMF: on_dtmf(s, msg); break;
    case MEDIA_TIMEOUT: on_timeout(s, msg); break;
    case MEDIA_STATS: on_stats(s, msg); break;
    case MEDIA_DTMF_DONE:
        if (s->h.dtmf_done)
            s->h.dtmf_done(s->h.arg);
        break;
    default: break;
    }
    mem_deref(s);
}

/* ---- streams ---- */

static void stream_destroy(void *arg)
{
    struct media_stream *s = arg;

    mem_free(s->sound);
}

/* A stream in the tables, asked for; its reference is the tables'. */
static int stream_new(struct media_stream **sp, struct media *m, const struct addr *local,
                      uint32_t near, bool is_ready)
{
    struct media_stream *s = mem_alloc(sizeof(*s), stream_destroy);
    int err;

    if (!s)
        return ENOMEM;
    do {
        s->id = ++m->last_id;
    } while (!s->id || find_stream(m, s->id));
    s->local = *local;
    s->near = near;
    s->stats.id = s->id;
    s->is_ready = is_ready;
    err = hash_add(&m->by_id, &s->by_id, hash_id(s->id));
    if (err) {
        mem_deref(s);
        return err;
    }
    s->media = m;
    list_append(is_ready ? &m->ready : &m->streams, &s->link);
    *(is_ready ? &m->ready_count : &m->count) += 1;
    err = send_create(s);
    if (err)
        stream_leave(s);
    else
        *sp = s;
    return err;
}

/* Many at once, when half are used: one wake of the media role instead of one a call. */
static void make_ready(struct media *m)
{
    struct media_stream *s;

    if (!m->ipc || m->ready_count > m->ready_most / 2 || !m->ready_most)
        return;
    while (m->ready_count < m->ready_most && m->count + m->ready_count < STREAMS_MAX)
        if (stream_new(&s, m, &m->ready_local, 0, true))
            return;
}

/* A stream that was made beforehand at this address, or NULL. */
static struct media_stream *take_ready(struct media *m, const struct addr *local)
{
    struct link *k = list_first(&m->ready);
    struct media_stream *s = k ? CONTAINER_OF(k, struct media_stream, link) : NULL;

    if (!s || !s->is_created || !addr_eq(local, &m->ready_local))
        return NULL;
    list_unlink(k);
    list_append(&m->streams, k);
    s->is_ready = false;
    m->ready_count--;
    m->count++;
    s->must_tell_created = true;
    loop_defer(m->loop, &s->later, on_later, s);
    return s;
}

int media_stream_alloc(struct media_stream **sp, struct media *m,
                       const struct media_stream_args *args, const struct media_stream_handlers *h)
{
    struct media_stream *s = NULL;
    int err = 0;

    if (m->count >= STREAMS_MAX)
        return EAGAIN;
    if (m->ipc)
        s = take_ready(m, &args->local);
    if (!s) {
        err = stream_new(&s, m, &args->local, args->near ? args->near->id : 0, false);
        if (err)
            return err;
        timer_start(m->loop, &s->answer, ANSWER_MS, on_no_answer, s);
    }
    if (h)
        s->h = *h;
    *sp = mem_ref(s); /* media keeps one until the end */
    if (!m->ready_count)
        m->ready_local = args->local;
    make_ready(m);
    return 0;
}

void media_stream_set_handlers(struct media_stream *s, const struct media_stream_handlers *h)
{
    s->h = *h;
}

const struct addr *media_stream_local(const struct media_stream *s)
{
    return &s->local;
}

int media_stream_set_remote(struct media_stream *s, const struct media_remote_args *args)
{
    const struct sdp_agreed *a = args->agreed;
    size_t n = 0;

    for (uint8_t i = 0; i < a->count && n + 2 <= sizeof(s->formats); i++) {
        s->formats[n++] = (char)a->formats[i].codec;
        s->formats[n++] = (char)a->formats[i].payload;
    }
    s->remote = (struct media_remote){
        .id = s->id,
        .rtp = a->rtp,
        .rtcp = a->rtcp,
        .signal = args->signal,
        .is_symmetric = args->is_symmetric,
        .can_send = a->dir & SDP_SENDONLY,
        .can_recv = a->dir & SDP_RECVONLY,
        .is_held = a->is_held,
        .formats = slice_from(s->formats, n),
        .dtmf_payload = a->dtmf_payload,
        .dtmf_local = a->dtmf_local,
        .ptime_ms = a->ptime_ms,
        .timeout_ms = args->timeout_ms,
        .timeout_hold_ms = args->timeout_hold_ms,
    };
    s->has_remote = true;
    return send_remote(s);
}

static void forget_peer(struct media_stream *s)
{
    if (s->peer)
        s->peer->peer = NULL;
    s->peer = NULL;
    s->is_echo = false;
}

int media_stream_connect(struct media_stream *a, struct media_stream *b)
{
    if (a->peer == b)
        return 0;
    forget_peer(a);
    forget_peer(b);
    a->peer = b;
    b->peer = a;
    return send_to_media(a->media, MEDIA_CONNECT, &(struct media_connect){.a = a->id, .b = b->id});
}

int media_stream_disconnect(struct media_stream *s)
{
    if (!s->peer)
        return 0;
    forget_peer(s);
    return send_to_media(s->media, MEDIA_DISCONNECT, &(struct media_disconnect){.id = s->id});
}

struct media_stream *media_stream_peer(const struct media_stream *s)
{
    return s->peer;
}

int media_stream_echo(struct media_stream *s, bool is_on)
{
    if (is_on)
        forget_peer(s);
    s->is_echo = is_on;
    return send_to_media(s->media, MEDIA_ECHO, &(struct media_echo){.id = s->id, .is_on = is_on});
}

/* ---- what the phone hears ---- */

/* A new thing to play: the one before is forgotten. Media away: it ends at once. */
static bool start_playing(struct media_stream *s, enum playing what)
{
    s->playing = what;
    s->play_id++;
    s->must_tell_play = false;
    return s->media && s->media->ipc;
}

static int keep_sound(struct media_stream *s, struct slice sound)
{
    char *copy = slice_dup(sound);

    if (!copy)
        return ENOMEM;
    mem_free(s->sound);
    s->sound = copy;
    return 0;
}

int media_stream_play(struct media_stream *s, struct slice names, const char *language,
                      uint32_t skip_ms)
{
    struct media_play msg = {.id = s->id, .names = names, .skip_ms = skip_ms};

    if (names.len > MEDIA_NAMES_MAX || !s->media)
        return EINVAL;
    (void)slice_copy(slice_of(language ? language : ""), msg.language, sizeof(msg.language));
    if (!start_playing(s, PLAY)) {
        fail_play(s);
        return 0;
    }
    msg.play_id = s->play_id;
    return send_to_media(s->media, MEDIA_PLAY, &msg);
}

int media_stream_tone(struct media_stream *s, const char *zone, struct slice tone,
                      uint32_t duration_ms)
{
    if (tone.len > MEDIA_PATH_MAX || !s->media)
        return EINVAL;
    if (keep_sound(s, tone))
        return ENOMEM;
    (void)slice_copy(slice_of(zone ? zone : ""), s->zone, sizeof(s->zone));
    s->tone_ms = duration_ms;
    if (!start_playing(s, TONE)) {
        if (duration_ms)
            fail_play(s);
        return 0;
    }
    return send_tone(s);
}

int media_stream_moh(struct media_stream *s, struct slice directory, bool is_random)
{
    if (directory.len > MEDIA_PATH_MAX || !s->media)
        return EINVAL;
    if (keep_sound(s, directory))
        return ENOMEM;
    s->is_random = is_random;
    (void)start_playing(s, MUSIC);
    return send_music(s);
}

int media_stream_stop(struct media_stream *s)
{
    s->playing = NOTHING;
    s->must_tell_play = false;
    return send_to_media(s->media, MEDIA_STOP, &(struct media_stop){.id = s->id});
}

bool media_stream_is_playing(const struct media_stream *s)
{
    return s->playing != NOTHING;
}

static bool is_digit(char c)
{
    return c && strchr("0123456789*#ABCDabcdwW", c);
}

int media_stream_send_dtmf(struct media_stream *s, struct slice digits, uint16_t duration_ms)
{
    struct media_send_dtmf msg = {.id = s->id, .duration_ms = duration_ms};

    for (size_t i = 0; i < digits.len; i++) {
        if (!is_digit(digits.p[i]))
            return EINVAL;
    }
    if (slice_copy(digits, msg.digits, sizeof(msg.digits)))
        return EINVAL;
    return send_to_media(s->media, MEDIA_SEND_DTMF, &msg);
}

bool media_stream_needs_tones(const struct media_stream *s)
{
    return s->has_remote && !s->remote.dtmf_payload;
}

int media_stream_get_stats(struct media_stream *s)
{
    if (s->media && s->media->ipc)
        return send_to_media(s->media, MEDIA_GET_STATS, &(struct media_get_stats){.id = s->id});
    s->must_tell_stats = true;
    if (s->media)
        loop_defer(s->media->loop, &s->later, on_later, s);
    return 0;
}

void media_stream_close(struct media_stream *s, media_closed_h *closed, void *arg)
{
    struct media *m = s->media;

    if (s->is_closing || !m)
        return;
    forget_peer(s);
    s->is_closing = true;
    s->closed = closed;
    s->closed_arg = arg;
    timer_start(m->loop, &s->answer, m->ipc ? ANSWER_MS : 0, on_close_over, s);
    (void)send_to_media(m, MEDIA_FREE, &(struct media_free){.id = s->id});
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
