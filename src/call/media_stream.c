/* media_stream.c - streams as their owners see them: commands out, and those made beforehand (media.h) */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "call/media_inner.h"

/* What ends may end in company of the next thing that begins: of this call, which says it in the same round, or
   of another one. Together with what the media role takes for the last statistics it is below MEDIA_ANSWER_MS. */
#define END_MS 50

static int send_later(struct media_stream *s, uint16_t type, const void *msg)
{
    return s->media && s->media->ipc ? ipc_send_later(s->media->ipc, type, msg, END_MS) : 0;
}

static void stream_destroy(void *arg)
{
    struct media_stream *s = arg;

    mem_free(s->sound);
}

struct media_stream *media_stream_new(void)
{
    return mem_alloc(sizeof(struct media_stream), stream_destroy);
}

int media_stream_enter(struct media_stream *s, struct media *m)
{
    int err = hash_add(&m->by_id, &s->by_id, media_hash_id(s->id));

    if (err)
        return err;
    s->stats.id = s->id;
    s->media = m;
    list_append(s->is_ready ? &m->ready : &m->streams, &s->link);
    *(s->is_ready ? &m->ready_count : &m->count) += 1;
    return 0;
}

static uint32_t next_id(struct media *m)
{
    do {
        m->last_id++;
    } while (!m->last_id || media_find_stream(m, m->last_id));
    return m->last_id;
}

/* A stream in the tables, asked for; its reference is the tables'. */
static int stream_new(struct media_stream **sp, struct media *m, const struct addr *local,
                      uint32_t near, bool is_ready)
{
    struct media_stream *s = media_stream_new();
    int err;

    if (!s)
        return ENOMEM;
    s->id = next_id(m);
    s->local = *local;
    s->near = near;
    s->is_ready = is_ready;
    err = media_stream_enter(s, m);
    if (err) {
        mem_deref(s);
        return err;
    }
    err = media_send_create(s);
    if (err)
        media_stream_leave(s);
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
    while (m->ready_count < m->ready_most && m->count + m->ready_count < MEDIA_STREAMS_MAX)
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
    loop_defer(m->loop, &s->later, media_stream_on_later, s);
    return s;
}

int media_stream_alloc(struct media_stream **sp, struct media *m,
                       const struct media_stream_args *args, const struct media_stream_handlers *h)
{
    struct media_stream *s = NULL;
    int err = 0;

    if (m->count >= MEDIA_STREAMS_MAX)
        return EAGAIN;
    if (m->ipc)
        s = take_ready(m, &args->local);
    if (!s) {
        err = stream_new(&s, m, &args->local, args->near ? args->near->id : 0, false);
        if (err)
            return err;
        timer_start(m->loop, &s->answer, MEDIA_ANSWER_MS, media_stream_on_no_answer, s);
    }
    if (h)
        s->h = *h;
    *sp = mem_ref(s); /* media keeps one until the end */
    if (!m->ready_count)
        m->ready_local = args->local;
    make_ready(m);
    return 0;
}

/* ---- halves ---- */

/* In the tables; told to its owner later, as it needs nothing of the media role to exist. */
static int half_new(struct media_stream **sp, struct media *m,
                    const struct media_stream_handlers *h)
{
    struct media_stream *s = media_stream_new();
    int err;

    if (!s)
        return ENOMEM;
    s->id = next_id(m);
    s->is_half = s->is_created = s->must_tell_created = true;
    if (h)
        s->h = *h;
    err = media_stream_enter(s, m);
    if (err) {
        mem_deref(s);
        return err;
    }
    *sp = s;
    return 0;
}

int media_stream_alloc_pair(struct media_stream **ap, struct media_stream **bp, struct media *m,
                            const struct media_stream_handlers *ha,
                            const struct media_stream_handlers *hb)
{
    struct media_stream *a = NULL, *b = NULL;
    int err;

    if (m->count + 2 > MEDIA_STREAMS_MAX)
        return EAGAIN;
    err = half_new(&a, m, ha);
    if (!err)
        err = half_new(&b, m, hb);
    if (!err) {
        a->twin = b;
        b->twin = a;
        err = media_send_pair(a);
    }
    if (err) {
        if (b)
            media_stream_leave(b);
        if (a)
            media_stream_leave(a);
        return err;
    }
    loop_defer(m->loop, &a->later, media_stream_on_later, a);
    loop_defer(m->loop, &b->later, media_stream_on_later, b);
    *ap = mem_ref(a);
    *bp = mem_ref(b);
    return 0;
}

struct media_stream *media_stream_twin(const struct media_stream *s)
{
    return s->twin;
}

void media_stream_set_handlers(struct media_stream *s, const struct media_stream_handlers *h)
{
    s->h = *h;
}

const struct addr *media_stream_local(const struct media_stream *s)
{
    return &s->local;
}

/* Suite and key in one, as the message has them. */
static struct slice keep_secret(char out[MEDIA_SECRET_MAX], const struct srtp_key *k)
{
    size_t len = k->len < SRTP_KEY_MAX ? k->len : SRTP_KEY_MAX;

    if (k->suite == SRTP_NONE)
        return slice_from(out, 0);
    out[0] = (char)k->suite;
    memcpy(out + 1, k->key, len);
    return slice_from(out, len + 1);
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
        .secret_tx = keep_secret(s->secret_tx, &a->srtp_tx),
        .secret_rx = keep_secret(s->secret_rx, &a->srtp_rx),
        .is_rtcp_mux = a->is_rtcp_mux,
        .is_inband = args->is_inband,
        .keepalive_ms = args->keepalive_ms,
        .tos = args->tos,
        .cos = args->cos,
        .is_codec_free = args->is_codec_free,
    };
    s->has_remote = true;
    return media_send_remote(s);
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
    return media_send(a->media, MEDIA_CONNECT, &(struct media_connect){.a = a->id, .b = b->id});
}

int media_stream_disconnect(struct media_stream *s)
{
    if (!s->peer)
        return 0;
    forget_peer(s);
    return send_later(s, MEDIA_DISCONNECT, &(struct media_disconnect){.id = s->id});
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
    return media_send(s->media, MEDIA_ECHO, &(struct media_echo){.id = s->id, .is_on = is_on});
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
        media_stream_fail_play(s);
        return 0;
    }
    msg.play_id = s->play_id;
    return media_send(s->media, MEDIA_PLAY, &msg);
}

int media_stream_control(struct media_stream *s, enum media_control_action action, int32_t ms)
{
    if (s->playing != PLAY)
        return ENOENT;
    return media_send(s->media, MEDIA_CONTROL,
                      &(struct media_control){
                          .id = s->id, .play_id = s->play_id, .action = (uint8_t)action, .ms = ms});
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
            media_stream_fail_play(s);
        return 0;
    }
    return media_send_tone(s);
}

int media_stream_moh(struct media_stream *s, struct slice directory, uint8_t sort)
{
    if (directory.len > MEDIA_PATH_MAX || !s->media)
        return EINVAL;
    if (keep_sound(s, directory))
        return ENOMEM;
    s->sort = sort;
    (void)start_playing(s, MUSIC);
    return media_send_music(s);
}

int media_stream_stop(struct media_stream *s)
{
    s->playing = NOTHING;
    s->must_tell_play = false;
    return media_send(s->media, MEDIA_STOP, &(struct media_stop){.id = s->id});
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
    return media_send(s->media, MEDIA_SEND_DTMF, &msg);
}

int media_send_held(struct media_stream *s)
{
    return media_send(s->media, MEDIA_HOLD_DIGITS,
                      &(struct media_hold_digits){.id = s->id, .events = s->held_digits});
}

int media_stream_hold_digits(struct media_stream *s, uint16_t events)
{
    if (!events && !s->held_digits)
        return 0;
    s->held_digits = events;
    return media_send_held(s);
}

bool media_stream_needs_tones(const struct media_stream *s)
{
    return s->has_remote && !s->remote.dtmf_payload;
}

/* ---- what the phone says ---- */

int media_stream_detect(struct media_stream *s, uint16_t threshold, uint32_t talk_ms,
                        uint32_t silence_ms)
{
    struct media_detect msg = {
        .id = s->id, .threshold = threshold, .talk_ms = talk_ms, .silence_ms = silence_ms};

    s->detect = talk_ms || silence_ms ? msg : (struct media_detect){0};
    return media_send(s->media, MEDIA_DETECT, &msg);
}

int media_stream_set_gain(struct media_stream *s, int8_t rx_db, int8_t tx_db)
{
    s->gain.id = s->id;
    s->gain.rx_db = rx_db;
    s->gain.tx_db = tx_db;
    return media_send(s->media, MEDIA_GAIN, &s->gain);
}

const struct media_gain *media_stream_gain(const struct media_stream *s)
{
    return &s->gain;
}

int media_stream_mute(struct media_stream *s, bool is_rx_muted, bool is_tx_muted)
{
    s->gain.id = s->id;
    s->gain.is_rx_muted = is_rx_muted;
    s->gain.is_tx_muted = is_tx_muted;
    return media_send(s->media, MEDIA_GAIN, &s->gain);
}

int media_stream_get_stats(struct media_stream *s)
{
    if (s->media && s->media->ipc)
        return media_send(s->media, MEDIA_GET_STATS, &(struct media_get_stats){.id = s->id});
    s->must_tell_stats = true;
    if (s->media)
        loop_defer(s->media->loop, &s->later, media_stream_on_later, s);
    return 0;
}

void media_stream_close(struct media_stream *s, media_closed_h *closed, void *arg)
{
    struct media *m = s->media;

    if (s->is_closing)
        return;
    forget_peer(s);
    if (s->twin)
        s->twin->twin = NULL;
    s->twin = NULL;
    s->is_closing = true;
    if (!m) {
        if (closed)
            closed(&s->stats, arg);
        return;
    }
    s->closed = closed;
    s->closed_arg = arg;
    timer_start(m->loop, &s->answer, m->ipc ? MEDIA_ANSWER_MS : 0, media_stream_on_close_over, s);
    (void)send_later(s, MEDIA_FREE, &(struct media_free){.id = s->id});
}
