/* server_streams.c - the server's streams: made, told what to be, ended; see server.h */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "media/server_inner.h"

#define LAST_STATS_MS 500
#define STREAMS_MAX 20000

static uint32_t hash_id(uint32_t id)
{
    return id * 2654435761u;
}

struct media_leg *media_server_find(const struct media_server *s, uint32_t id)
{
    for (struct hash_link *k = hash_first(&s->by_id, hash_id(id)); k; k = hash_next(k)) {
        struct media_leg *leg = CONTAINER_OF(k, struct media_leg, by_id);

        if (leg->id == id && !leg->is_ending)
            return leg;
    }
    return NULL;
}

/* A message that cannot go out closes the connection, which its handler sees. */
void media_server_tell(struct media_server *s, uint16_t type, const void *msg)
{
    if (s->engine)
        (void)ipc_send(s->engine, type, msg);
}

int media_server_post(struct media_server *s, struct media_leg *leg, enum media_command_type type)
{
    return media_crew_post(s->orders.crew,
                           &(struct media_command){.head = {.type = (uint8_t)type, .leg = leg}});
}

/* ---- ending ---- */

static void forget_partner(struct media_leg *leg)
{
    struct media_leg *partner = leg->partner;

    if (!partner)
        return;
    media_crew_forget(leg, partner);
    leg->partner = partner->partner = NULL;
}

/* The lane answers with MEDIA_EV_STOPPED. */
void media_server_end(struct media_server *s, struct media_leg *leg, bool is_told)
{
    if (leg->is_ending)
        return;
    forget_partner(leg);
    if (leg->other_half)
        leg->other_half->other_half = NULL;
    leg->other_half = NULL;
    media_server_leave_tapes(leg);
    leg->is_ending = true;
    leg->is_told = is_told;
    media_order_cancel(leg);
    (void)media_server_post(s, leg, MEDIA_CMD_STOP);
}

static void free_leg(struct media_server *s, struct media_leg *leg)
{
    hash_del(&s->by_id, &leg->by_id);
    list_unlink(&leg->in_server);
    s->leg_count--;
    media_ports_give(&s->ports, leg->pair); /* none: a half */
    media_keep_give(s->keep, leg->kept);
    media_leg_close_srtp(leg);
    mem_free(leg->own_ear);
    mem_free(leg);
}

void media_server_stopped(struct media_server *s, struct media_leg *leg)
{
    struct media_stats st;

    if (leg->is_told) {
        media_leg_stats(leg, &st);
        st.is_last = true;
        if (s->engine) /* the engine gives a closed stream a second for them */
            (void)ipc_send_later(s->engine, MEDIA_STATS, &st, LAST_STATS_MS);
    }
    free_leg(s, leg);
}

/* ---- making and telling ---- */

/* What a half hears: it adopts the format of what comes, and makes A-law of what is played. */
static const struct media_leg_remote half_remote = {
    .can_send = true,
    .can_recv = true,
    .format_count = 2,
    .formats = {{CODEC_ALAW, 8}, {CODEC_ULAW, 0}},
    .dtmf_payload = 101,
    .dtmf_local = 101,
};

/* With ports, or without: a half. */
static int make_leg(struct media_server *s, uint32_t id, const struct addr *local,
                    struct media_leg **out)
{
    struct media_leg *leg;
    int err = 0;

    if (s->leg_count >= STREAMS_MAX)
        return EAGAIN;
    if (local && local->family != AF_INET && local->family != AF_INET6)
        return EAFNOSUPPORT;
    leg = mem_zalloc(sizeof(*leg));
    if (!leg)
        return ENOMEM;
    leg->id = id;
    leg->is_half = !local;
    list_init(&leg->held);
    list_init(&leg->tapes);
    leg->kept = media_keep_take(s->keep, id);
    if (!leg->kept)
        err = EAGAIN;
    else if (local)
        err = media_ports_take(&s->ports, local, &leg->pair);
    if (!err)
        err = hash_add(&s->by_id, &leg->by_id, hash_id(id));
    if (err) {
        media_ports_give(&s->ports, leg->pair);
        media_keep_give(s->keep, leg->kept);
        mem_free(leg);
        return err;
    }
    list_append(&s->legs, &leg->in_server);
    s->leg_count++;
    *out = leg;
    return 0;
}

/* Named by its engine: so it is no orphan. */
static void claim(struct media_server *s, struct media_leg *leg)
{
    if (!leg->is_orphan)
        return;
    leg->is_orphan = false;
    (void)media_server_post(s, leg, MEDIA_CMD_ORPHAN);
}

static int start_leg(struct media_server *s, uint32_t id, const struct addr *local, uint32_t near,
                     struct media_leg **out)
{
    int err = make_leg(s, id, local, out);

    if (err)
        return err;
    if (local)
        (*out)->home = media_crew_pick(s->orders.crew, near ? media_server_find(s, near) : NULL);
    err = media_server_post(s, *out, MEDIA_CMD_START);
    if (err)
        media_server_end(s, *out, false);
    return err;
}

void media_server_create(struct media_server *s, const struct media_create *m)
{
    struct media_created reply = {.id = m->id};
    struct media_leg *leg = media_server_find(s, m->id);

    if (leg)
        claim(s, leg);
    else if (m->id)
        reply.err = start_leg(s, m->id, &m->local, m->near, &leg);
    if (!reply.err && leg && leg->pair)
        reply.local = leg->pair->local;
    media_server_tell(s, MEDIA_CREATED, &reply);
}

static struct media_leg *make_half(struct media_server *s, uint32_t id)
{
    struct media_created reply = {.id = id};
    struct media_leg *leg = media_server_find(s, id);

    if (leg)
        claim(s, leg);
    else
        reply.err = start_leg(s, id, NULL, 0, &leg);
    media_server_tell(s, MEDIA_CREATED, &reply);
    if (reply.err)
        return NULL;
    if (leg->is_half && !leg->remote.can_send)
        (void)media_crew_post(
            s->orders.crew, &(struct media_command){.head = {.type = MEDIA_CMD_REMOTE, .leg = leg},
                                                    .remote = half_remote});
    leg->is_used = true;
    leg->first_codec = half_remote.formats[0].codec;
    leg->has_dtmf = true;
    return leg;
}

/* Halves are all on lane 0, which is our own: they are paired here and now. */
void media_server_pair(struct media_server *s, const struct media_twins *m)
{
    struct media_leg *a = m->a ? make_half(s, m->a) : NULL;
    struct media_leg *b = m->b ? make_half(s, m->b) : NULL;

    if (!a || !b || !a->is_half || !b->is_half || a == b || a->other_half || b->other_half)
        return;
    media_leg_pair(a, b);
    a->other_half = b;
    b->other_half = a;
}

/* At most MEDIA_SECRET_MAX bytes, as the protocol says. */
static uint8_t take_secret(char out[MEDIA_SECRET_MAX], struct slice secret)
{
    if (secret.len)
        memcpy(out, secret.p, secret.len);
    return (uint8_t)secret.len;
}

struct media_ear *media_server_ear(struct media_leg *leg)
{
    if (!leg->own_ear)
        leg->own_ear = mem_zalloc(sizeof(*leg->own_ear));
    return leg->own_ear;
}

void media_server_detect(struct media_server *s, struct media_leg *leg,
                         const struct media_detect *m)
{
    struct media_command cmd = {.head = {.type = MEDIA_CMD_DETECT, .leg = leg},
                                .detect = {.ear = media_server_ear(leg), .what = *m}};

    if (cmd.detect.ear)
        (void)media_crew_post(s->orders.crew, &cmd);
}

void media_server_gain(struct media_server *s, struct media_leg *leg, const struct media_gain *m)
{
    struct media_command cmd = {.head = {.type = MEDIA_CMD_GAIN, .leg = leg},
                                .gain = {.ear = media_server_ear(leg), .what = *m}};

    if (cmd.gain.ear)
        (void)media_crew_post(s->orders.crew, &cmd);
}

void media_server_remote(struct media_server *s, const struct media_remote *m)
{
    struct media_leg *leg = media_server_find(s, m->id);
    struct media_command cmd = {.head = {.type = MEDIA_CMD_REMOTE, .leg = leg}};
    struct media_leg_remote *r = &cmd.remote;

    if (!leg || leg->is_half)
        return;
    r->rtp = m->rtp;
    r->rtcp = m->rtcp;
    r->signal = m->signal;
    r->is_symmetric = m->is_symmetric;
    r->can_send = m->can_send;
    r->can_recv = m->can_recv;
    r->is_held = m->is_held;
    r->dtmf_payload = m->dtmf_payload & 0x7f;
    r->dtmf_local = m->dtmf_local & 0x7f;
    r->ptime_ms = m->ptime_ms;
    r->timeout_ms = m->timeout_ms;
    r->timeout_hold_ms = m->timeout_hold_ms;
    r->is_rtcp_mux = m->is_rtcp_mux;
    r->is_inband = m->is_inband;
    r->ear = m->is_inband ? media_server_ear(leg) : NULL;
    r->keepalive_ms = m->keepalive_ms;
    r->tos = m->tos;
    r->cos = m->cos;
    r->is_codec_free = m->is_codec_free;
    r->secret_tx_len = take_secret(r->secret_tx, m->secret_tx);
    r->secret_rx_len = take_secret(r->secret_rx, m->secret_rx);
    for (size_t i = 0; i + 1 < m->formats.len; i += 2) {
        if ((uint8_t)m->formats.p[i] >= CODEC_COUNT)
            continue;
        r->formats[r->format_count].codec = (uint8_t)m->formats.p[i];
        r->formats[r->format_count++].payload = (uint8_t)m->formats.p[i + 1] & 0x7f;
    }
    leg->is_used = true;
    leg->first_codec = r->format_count ? r->formats[0].codec : (uint8_t)CODEC_ALAW;
    leg->has_dtmf = r->dtmf_payload != 0;
    (void)media_crew_post(s->orders.crew, &cmd);
    explicit_bzero(&cmd, sizeof(cmd));
}

void media_server_part(struct media_server *s, struct media_leg *leg)
{
    forget_partner(leg);
    (void)media_server_post(s, leg, MEDIA_CMD_PART);
}

void media_server_connect(struct media_server *s, uint32_t a_id, uint32_t b_id)
{
    struct media_leg *a = media_server_find(s, a_id), *b = media_server_find(s, b_id);

    if (!a || !b || a->partner == b)
        return;
    /* Now, not when the new peer has arrived, which may never be. */
    if (a->partner)
        media_server_part(s, a);
    if (b->partner)
        media_server_part(s, b);
    if (media_crew_join(s->orders.crew, a, b)) {
        log_warning("streams not connected a=%u b=%u err=\"no memory\"", a_id, b_id);
        return;
    }
    a->partner = b;
    b->partner = a;
}

void media_server_echo(struct media_server *s, const struct media_echo *m)
{
    struct media_leg *leg = media_server_find(s, m->id);

    if (leg && m->is_on)
        media_server_connect(s, m->id, m->id);
    else if (leg && leg->partner == leg)
        media_server_part(s, leg);
}
