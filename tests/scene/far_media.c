/* far_media.c - see far_media.h */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "far_inner.h"
#include "far_tape.h"
#include "ipc/media.h"
#include "rtp/dtmf.h"

#define FIRST_PORT 20000
#define HOPS_MAX 8
static struct stream *stream_of(struct link *k)
{
    return CONTAINER_OF(k, struct stream, link);
}

static struct stream *find(const struct far_media *m, uint32_t id)
{
    LIST_FOREACH(&m->streams, k)
    {
        if (stream_of(k)->id == id)
            return stream_of(k);
    }
    return NULL;
}

static struct stream *find_host(const struct far_media *m, const struct addr *host)
{
    LIST_FOREACH(&m->streams, k)
    {
        if (stream_of(k)->has_remote && addr_eq_host(&stream_of(k)->remote, host))
            return stream_of(k);
    }
    return NULL;
}

static void part(struct stream *s)
{
    if (s->peer)
        s->peer->peer = NULL;
    s->peer = NULL;
}

static void stream_free(struct stream *s)
{
    part(s);
    far_play_stop(s);
    if (s->twin)
        s->twin->twin = NULL;
    timer_stop(&s->silence);
    timer_stop(&s->talk);
    list_unlink(&s->link);
    mem_free(s);
}

/* ---- talk and silence: a phone of a scene talks unless it was told to be silent ---- */

static void tell_talk(void *arg)
{
    struct stream *s = arg;

    s->talk_told = s->is_silent ? 's' : 't';
    ipc_send(s->media->ipc, MEDIA_TALK,
             &(struct media_talk){.id = s->id,
                                  .is_talking = !s->is_silent,
                                  .ms = s->is_silent ? s->silence_ms : s->talk_ms});
}

static void watch_talk(struct stream *s)
{
    uint32_t ms = s->is_silent ? s->silence_ms : s->talk_ms;

    timer_stop(&s->talk);
    if (ms && s->talk_told != (s->is_silent ? 's' : 't'))
        timer_start(s->media->scene->loop, &s->talk, ms, tell_talk, s);
}

static void on_detect(struct far_media *m, const struct media_detect *d)
{
    struct stream *s = find(m, d->id);

    if (!s)
        return;
    s->talk_told = '\0';
    s->talk_ms = d->talk_ms;
    s->silence_ms = d->silence_ms;
    watch_talk(s);
}

static void stop_silence(struct stream *s)
{
    timer_stop(&s->silence);
    s->is_silent = false;
    watch_talk(s);
}

/* ---- what the engine says ---- */

static void on_create(struct far_media *m, const struct media_create *c)
{
    struct stream *s = find(m, c->id);

    if (!s) {
        s = mem_zalloc(sizeof(*s));
        if (!s)
            return;
        s->media = m;
        s->id = c->id;
        s->local = c->local;
        s->local.port = c->local.port ? c->local.port : m->next_port;
        m->next_port += 2;
        if (m->next_port > m->last_port)
            m->next_port = m->first_port;
        list_prepend(&m->streams, &s->link);
    }
    s->is_named = true;
    ipc_send(m->ipc, MEDIA_CREATED, &(struct media_created){.id = s->id, .local = s->local});
}

static void on_pair(struct far_media *m, const struct media_twins *t)
{
    const uint32_t ids[] = {t->a, t->b};
    struct stream *half[2] = {NULL, NULL}, *s;

    for (int i = 0; i < 2 && ids[i]; i++) {
        half[i] = find(m, ids[i]);
        if (!half[i]) {
            s = half[i] = mem_zalloc(sizeof(*s));
            if (!s)
                return;
            s->media = m;
            s->id = ids[i];
            s->is_half = s->can_send = s->can_recv = true;
            s->dtmf_payload = s->dtmf_local = 101;
            list_prepend(&m->streams, &s->link);
        }
        half[i]->is_named = true;
        ipc_send(m->ipc, MEDIA_CREATED, &(struct media_created){.id = ids[i]});
    }
    for (int i = 0; i < 2 && half[0] && half[1]; i++)
        half[i]->twin = half[1 - i];
}

static void no_rtp(void *arg)
{
    struct stream *s = arg;
    uint32_t ms = s->is_held ? s->timeout_hold_ms : s->timeout_ms;

    ipc_send(s->media->ipc, MEDIA_TIMEOUT,
             &(struct media_timeout){.id = s->id, .ms = ms, .is_held = s->is_held});
}

static void watch_silence(struct stream *s)
{
    uint32_t ms = s->is_held ? s->timeout_hold_ms : s->timeout_ms;

    if (s->is_silent && ms && s->has_remote)
        timer_start(s->media->scene->loop, &s->silence, ms, no_rtp, s);
}

static void on_remote(struct far_media *m, const struct media_remote *r)
{
    struct stream *s = find(m, r->id);

    if (!s)
        return;
    s->remote = r->rtp;
    s->has_remote = addr_is_set(&r->rtp);
    s->can_send = r->can_send;
    s->can_recv = r->can_recv;
    s->is_held = r->is_held;
    s->dtmf_payload = r->dtmf_payload;
    s->dtmf_local = r->dtmf_local;
    s->timeout_ms = r->timeout_ms;
    s->timeout_hold_ms = r->timeout_hold_ms;
    snprintf(s->marks, sizeof(s->marks),
             "tos=%u cos=%u keepalive=%u inband=%d secret=%zu/%zu mux=%d symmetric=%d", r->tos,
             r->cos, r->keepalive_ms, r->is_inband, r->secret_tx.len, r->secret_rx.len,
             r->is_rtcp_mux, r->is_symmetric);
    watch_silence(s);
}

static void on_connect(struct far_media *m, const struct media_connect *c)
{
    struct stream *a = find(m, c->a), *b = find(m, c->b);

    if (!a || !b)
        return;
    part(a);
    part(b);
    a->peer = b;
    b->peer = a;
}

static void take_digits(struct stream *s, const char *digits)
{
    size_t len = strlen(s->digits);

    slice_copy(slice_of(digits), s->digits + len, sizeof(s->digits) - len);
}

/* A digit of its phone, or out of the half. @return whether it goes on to its peer */
static bool tell_digit(struct stream *s, char digit)
{
    const struct media_dtmf msg = {
        .id = s->id,
        .digit = (uint8_t)digit,
        .duration_ms = 100,
        .is_held = (s->held_digits >> dtmf_event(digit)) & 1u,
    };

    if (msg.is_held)
        s->held_digits = DTMF_ALL;
    ipc_send(s->media->ipc, MEDIA_DTMF, &msg);
    return !msg.is_held;
}

/* To a stream: a phone hears it; through a half it comes out of the other as received. */
static void pass_digit(struct stream *to, char digit)
{
    char text[2] = {digit, '\0'};

    for (int hops = 0; to && to->is_half; hops++) {
        to = hops < HOPS_MAX ? to->twin : NULL;
        if (!to || !tell_digit(to, digit))
            return;
        to = to->peer;
    }
    if (to && to->dtmf_payload)
        take_digits(to, text);
}

static void on_send_dtmf(struct far_media *m, const struct media_send_dtmf *d)
{
    struct stream *s = find(m, d->id);

    if (!s)
        return;
    for (const char *p = d->digits; *p && s->is_half; p++)
        pass_digit(s, *p);
    if (!s->is_half)
        take_digits(s, d->digits);
    ipc_send(m->ipc, MEDIA_DTMF_DONE, &(struct media_dtmf_done){.id = d->id});
}

static void on_free(struct far_media *m, uint32_t id)
{
    struct stream *s = find(m, id);
    struct media_stats st = {.id = id, .is_last = true, .rx_packets = 50, .tx_packets = 50};

    if (!s)
        return;
    stream_free(s);
    ipc_send(m->ipc, MEDIA_STATS, &st);
}

/* The range of ports, as the engine has it from its settings. */
static void on_settings(struct far_media *m, const struct media_settings *set)
{
    if (set->rtp_start == m->first_port && set->rtp_end == m->last_port)
        return;
    m->first_port = m->next_port = set->rtp_start;
    m->last_port = set->rtp_end;
}

/* Commands that change one stream in one way. */
static void on_simple(struct far_media *m, uint16_t id, const void *msg)
{
    struct stream *s = find(m, *(const uint32_t *)msg); /* all begin with the id */

    if (!s)
        return;
    switch (id) {
    case MEDIA_DISCONNECT: part(s); break;
    case MEDIA_HOLD_DIGITS: s->held_digits = ((const struct media_hold_digits *)msg)->events; break;
    case MEDIA_ECHO: s->is_echo = ((const struct media_echo *)msg)->is_on; break;
    case MEDIA_GET_STATS:
        ipc_send(
            m->ipc, MEDIA_STATS,
            &(struct media_stats){
                .id = s->id, .rx_packets = 50, .tx_packets = 49, .tx_lost = 1, .rtt_us = 20000});
        break;
    default: break;
    }
}

/* Of the streams that an engine before had, those live on that this one names. */
static void name_none(struct far_media *m)
{
    far_tapes_name_none(m->tapes);
    LIST_FOREACH(&m->streams, k)
    {
        stream_of(k)->is_named = false;
    }
}

static void free_unnamed(struct far_media *m)
{
    far_tapes_end_unnamed(m->tapes);
    LIST_FOREACH(&m->streams, k)
    {
        if (!stream_of(k)->is_named)
            stream_free(stream_of(k));
    }
}

static void take_play(struct far_media *m, uint16_t id, const void *msg)
{
    struct stream *s = find(m, *(const uint32_t *)msg);

    if (s)
        far_play_take(s, id, msg);
}

static void received(struct ipc *c, uint16_t id, const void *msg, int fd, void *arg)
{
    struct far_media *m = arg;

    switch (id) {
    case MEDIA_HELLO: name_none(m); break;
    case MEDIA_SWEEP: free_unnamed(m); break;
    case MEDIA_TAPE:
    case MEDIA_TAPE_SET:
    case MEDIA_TAPE_STOP: far_tapes_take(m->tapes, id, msg); break;
    case MEDIA_GAIN: break;
    case MEDIA_SETTINGS: on_settings(m, msg); break;
    case MEDIA_CREATE: on_create(m, msg); break;
    case MEDIA_REMOTE: on_remote(m, msg); break;
    case MEDIA_PAIR: on_pair(m, msg); break;
    case MEDIA_DETECT: on_detect(m, msg); break;
    case MEDIA_CONNECT: on_connect(m, msg); break;
    case MEDIA_PLAY:
    case MEDIA_TONE:
    case MEDIA_MOH:
    case MEDIA_STOP:
    case MEDIA_CONTROL: take_play(m, id, msg); break;
    case MEDIA_SEND_DTMF: on_send_dtmf(m, msg); break;
    case MEDIA_FREE: on_free(m, *(const uint32_t *)msg); break;
    default: on_simple(m, id, msg); break;
    }
}

static void closed(struct ipc *c, int err, void *arg)
{
    struct far_media *m = arg;

    m->ipc = mem_deref(m->ipc);
    far_tapes_attach(m->tapes, NULL);
}

/* ---- what the scene asks ---- */

static void far_media_destroy(void *object)
{
    struct far_media *m = object;

    LIST_FOREACH(&m->streams, k)
    {
        stream_free(stream_of(k));
    }
    far_play_forget(m);
    if (m->ipc)
        ipc_close(m->ipc);
    mem_deref(m->ipc);
    mem_deref(m->tapes);
}

int far_media_reattach(struct far_media *m, struct ipc **engine_end)
{
    int err;

    far_media_orphan(m);
    err = ipc_pair(engine_end, &m->ipc, m->scene->loop, &media_protocol);
    if (!err)
        ipc_set_handlers(m->ipc, received, closed, m);
    far_tapes_attach(m->tapes, m->ipc);
    return err;
}

void far_media_orphan(struct far_media *m)
{
    if (m->ipc)
        ipc_close(m->ipc);
    m->ipc = mem_deref(m->ipc);
    far_tapes_attach(m->tapes, NULL);
}

int far_media_attach(struct far_media *m, struct ipc **engine_end)
{
    LIST_FOREACH(&m->streams, k)
    {
        stream_free(stream_of(k));
    }
    return far_media_reattach(m, engine_end);
}

int far_media_alloc(struct far_media **mp, struct scene *s)
{
    struct far_media *m = mem_alloc(sizeof(*m), far_media_destroy);

    if (!m)
        return ENOMEM;
    m->scene = s;
    m->next_port = m->first_port = FIRST_PORT;
    m->last_port = UINT16_MAX;
    list_init(&m->streams);
    list_init(&m->sounds);
    if (far_tapes_alloc(&m->tapes, s)) {
        mem_deref(m);
        return ENOMEM;
    }
    *mp = m;
    return 0;
}

/* What comes out of `s` when nothing but its peer speaks to it. */
static void say_source(const struct stream *s, struct buf *out, int hops);

static void say_heard(const struct stream *s, struct buf *out, int hops)
{
    if (s->file[0])
        buf_printf(out, "\"%s\"", s->file);
    else if (s->tone[0])
        buf_printf(out, "tone %s", s->tone);
    else if (s->is_moh)
        buf_addz(out, "music");
    else if (s->is_echo && hops)
        say_source(s, out, hops + 1);
    else if (s->is_echo)
        buf_addz(out, "itself");
    else if (s->peer)
        say_source(s->peer, out, hops + 1);
    else
        buf_addz(out, "nothing");
}

static void say_source(const struct stream *s, struct buf *out, int hops)
{
    char text[ADDR_TEXT];

    if (s->is_half && s->twin && hops <= HOPS_MAX)
        say_heard(s->twin, out, hops);
    else if (!s->is_half && s->has_remote && s->can_recv && !s->is_silent)
        buf_addz(out, addr_host(&s->remote, text));
    else
        buf_addz(out, "nothing");
}

void far_media_hears(const struct far_media *m, const struct addr *host, struct buf *out)
{
    const struct stream *s = find_host(m, host);
    size_t before = out->len;
    char text[ADDR_TEXT];

    if (!s || !s->can_send) {
        buf_addz(out, "nothing");
        return;
    }
    say_heard(s, out, 0);
    /* Through a Local channel that echoes: its own voice comes back. */
    if (slice_eqz(slice_from(out->p + before, out->len - before), addr_host(host, text))) {
        out->len = before;
        buf_addz(out, "itself");
    }
}

bool far_media_digit(struct far_media *m, const struct addr *host, char digit)
{
    struct stream *s = find_host(m, host);

    if (!s || !s->dtmf_local)
        return false;
    if (tell_digit(s, digit))
        pass_digit(s->peer, digit);
    return true;
}

const char *far_media_digits(const struct far_media *m, const struct addr *host)
{
    const struct stream *s = find_host(m, host);

    return s ? s->digits : "";
}

void far_media_talk(struct far_media *m, const struct addr *host)
{
    struct stream *s = find_host(m, host);

    if (s)
        stop_silence(s);
}

void far_media_silence(struct far_media *m, const struct addr *host)
{
    struct stream *s = find_host(m, host);

    if (!s)
        return;
    stop_silence(s);
    s->is_silent = true;
    watch_silence(s);
    watch_talk(s);
}

const char *far_media_marks(const struct far_media *m, const struct addr *host)
{
    const struct stream *s = find_host(m, host);
    static char text[sizeof(s->marks) + sizeof(s->heard)];

    snprintf(text, sizeof(text), "%s%s", s ? s->marks : "", s ? s->heard : "");
    return text;
}

bool far_media_has_port(const struct far_media *m, uint16_t port)
{
    LIST_FOREACH(&m->streams, k)
    {
        if (stream_of(k)->local.port == port)
            return true;
    }
    return false;
}

unsigned far_media_streams(const struct far_media *m)
{
    unsigned n = 0;

    LIST_FOREACH(&m->streams, k)
    n++;
    return n;
}

void far_media_recorded(const struct far_media *m, const struct addr *host, struct buf *out)
{
    const struct stream *s = find_host(m, host);

    if (s)
        far_tapes_show(m->tapes, s->id, out);
}

struct far_tapes *far_media_tapes(const struct far_media *m)
{
    return m->tapes;
}
