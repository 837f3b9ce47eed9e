/* server.c - see server.h */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bug.h"
#include "base/log.h"
#include "base/mem.h"
#include "media/server_inner.h"

#define LOADERS 1
#define LOAD_QUEUE 10000
#define ORPHAN_MS 30000
#define CACHE_BYTES (48u << 20)

/* ---- events from the lanes ---- */

/* No descriptor or memory on its lane: for the engine the stream was not made, though told so. */
static void on_failed(struct media_server *s, struct media_leg *leg, int err)
{
    if (leg->is_ending)
        return;
    if (!leg->is_orphan)
        media_server_tell(s, MEDIA_CREATED, &(struct media_created){.id = leg->id, .err = err});
    media_server_end(s, leg, false);
}

/* The call of one that is gone: through all pairs of halves. */
static void end_orphans(struct media_server *s, struct media_leg *leg)
{
    while (leg && leg->is_orphan && !leg->is_ending) { /* or an engine has come back meanwhile */
        struct media_leg *partner = leg->partner != leg ? leg->partner : NULL;
        struct media_leg *half = leg->other_half ? leg->other_half
                                 : partner       ? partner->other_half
                                                 : NULL;

        media_server_end(s, leg, false);
        if (partner)
            media_server_end(s, partner, false);
        leg = half;
    }
}

static void tell_position(struct media_server *s, const struct media_event *ev)
{
    struct media_position msg = {.id = ev->leg->id,
                                 .play_id = media_order_play_id(ev->leg, ev->serial),
                                 .ms = ev->ms,
                                 .is_paused = ev->is_paused};

    if (msg.play_id)
        media_server_tell(s, MEDIA_POSITION, &msg);
}

static void tell_talk(struct media_server *s, const struct media_event *ev)
{
    media_server_tell(
        s, MEDIA_TALK,
        &(struct media_talk){.id = ev->leg->id, .is_talking = ev->is_done, .ms = ev->ms});
}

static void on_event(const struct media_event *ev, void *arg)
{
    struct media_server *s = arg;
    struct media_leg *leg = ev->leg;
    uint32_t id = leg->id;

    switch (ev->type) {
    case MEDIA_EV_REEL: media_order_on_reel(&s->orders, ev); return;
    case MEDIA_EV_STOPPED: media_server_stopped(s, leg); return;
    case MEDIA_EV_MOVED: media_crew_moved(s->orders.crew, leg); return;
    case MEDIA_EV_FAILED: on_failed(s, leg, ev->err); return;
    case MEDIA_EV_ORPHAN: end_orphans(s, leg); return;
    default: break;
    }
    if (leg->is_orphan || leg->is_ending)
        return;
    switch (ev->type) {
    case MEDIA_EV_DTMF:
        media_server_tell(s, MEDIA_DTMF,
                          &(struct media_dtmf){.id = id,
                                               .digit = (uint8_t)ev->digit,
                                               .duration_ms = (uint16_t)ev->ms,
                                               .is_held = ev->is_held});
        break;
    case MEDIA_EV_DTMF_DONE:
        media_server_tell(s, MEDIA_DTMF_DONE, &(struct media_dtmf_done){.id = id});
        break;
    case MEDIA_EV_TIMEOUT:
        media_server_tell(s, MEDIA_TIMEOUT,
                          &(struct media_timeout){.id = id, .ms = ev->ms, .is_held = ev->is_held});
        break;
    case MEDIA_EV_STATS: media_server_tell(s, MEDIA_STATS, ev->stats); break;
    case MEDIA_EV_TALK: tell_talk(s, ev); break;
    case MEDIA_EV_POSITION: tell_position(s, ev); break;
    default: break;
    }
}

static void on_order_end(const struct media_order_end *end, void *arg)
{
    struct media_server *s = arg;
    struct media_play_done done = {.id = end->leg->id,
                                   .play_id = end->play_id,
                                   .err = end->err,
                                   .position_ms = end->position_ms};

    if (end->leg->is_orphan)
        return;
    if (end->is_digits) {
        media_server_tell(s, MEDIA_DTMF_DONE, &(struct media_dtmf_done){.id = end->leg->id});
        return;
    }
    if (end->err)
        (void)slice_copy(slice_of(end->missing), done.missing, sizeof(done.missing));
    media_server_tell(s, MEDIA_PLAY_DONE, &done);
}

/* ---- commands ---- */

static void on_send_dtmf(struct media_server *s, struct media_leg *leg,
                         const struct media_send_dtmf *m)
{
    struct media_command cmd = {.head = {.type = MEDIA_CMD_DIAL, .leg = leg},
                                .dial = {.ms = m->duration_ms}};

    if (!leg->has_dtmf) {
        (void)media_order_digits(&s->orders, leg, m);
        return;
    }
    memcpy(cmd.dial.digits, m->digits, sizeof(cmd.dial.digits));
    (void)media_crew_post(s->orders.crew, &cmd);
}

static void on_hold_digits(struct media_server *s, struct media_leg *leg,
                           const struct media_hold_digits *m)
{
    const struct media_command cmd = {.head = {.type = MEDIA_CMD_HOLD_DIGITS, .leg = leg},
                                      .events = m->events};

    (void)media_crew_post(s->orders.crew, &cmd);
}

static void stop_playing(struct media_server *s, struct media_leg *leg)
{
    media_order_cancel(leg);
    (void)media_server_post(s, leg, MEDIA_CMD_PLAY); /* no reel: silence */
}

static void on_play(struct media_server *s, struct media_leg *leg, const struct media_play *m)
{
    int err = media_order_play(&s->orders, leg, m);

    if (err)
        media_server_tell(
            s, MEDIA_PLAY_DONE,
            &(struct media_play_done){.id = m->id, .play_id = m->play_id, .err = err});
}

static void on_tone(struct media_server *s, struct media_leg *leg, const struct media_tone *m)
{
    int err = media_order_tone(&s->orders, leg, m);

    if (err)
        media_server_tell(
            s, MEDIA_PLAY_DONE,
            &(struct media_play_done){.id = m->id, .play_id = m->play_id, .err = err});
}

/* ---- engines come and go ---- */

/* Streams of another instance live on, but nobody can name them any more. Those of the same one wait
 * to be named. */
static void on_hello(struct media_server *s, const struct media_hello *m)
{
    bool is_same = m->instance == s->instance;

    s->instance = m->instance;
    media_keep_set_instance(s->keep, m->instance);
    LIST_FOREACH(&s->legs, k)
    {
        struct media_leg *leg = CONTAINER_OF(k, struct media_leg, in_server);

        if (is_same)
            continue;
        leg->is_stranger = true;
        hash_del(&s->by_id, &leg->by_id);
    }
    if (!is_same)
        media_server_tapes_of_stranger(s);
}

/* What the engine has not named again is of calls that did not outlive it. */
static void on_sweep(struct media_server *s)
{
    media_keep_sweep(s->keep);
    for (struct link *k = list_first(&s->legs), *next; k; k = next) {
        struct media_leg *leg = CONTAINER_OF(k, struct media_leg, in_server);

        next = list_next(&s->legs, k);
        if (leg->is_orphan && !leg->is_stranger)
            media_server_end(s, leg, false);
    }
    media_server_tapes_swept(s);
}

/* A half whose other one still talks to somebody. */
static bool is_linked(const struct media_leg *leg)
{
    return leg->other_half && leg->other_half->partner &&
           leg->other_half->partner != leg->other_half;
}

static void on_engine_gone(struct media_server *s)
{
    struct media_command cmd = {.head = {.type = MEDIA_CMD_ORPHAN}, .ms = s->orphan_ms};

    media_server_tapes_orphaned(s);
    /* Both of a pair are alive while it is looked at; ends happen below. */
    LIST_FOREACH(&s->legs, k)
    {
        struct media_leg *leg = CONTAINER_OF(k, struct media_leg, in_server);

        leg->is_orphan = true;
        cmd.head.leg = leg;
        (void)media_crew_post(s->orders.crew, &cmd);
    }
    LIST_FOREACH(&s->legs, k)
    {
        struct media_leg *leg = CONTAINER_OF(k, struct media_leg, in_server);

        if ((!leg->partner || leg->partner == leg) && !is_linked(leg))
            media_server_end(s, leg, false);
    }
}

static void on_settings(struct media_server *s, const struct media_settings *m)
{
    if (m->orphan_ms)
        s->orphan_ms = m->orphan_ms;
    if (media_ports_set_range(&s->ports, m->rtp_start, m->rtp_end))
        log_error("RTP ports refused start=%u end=%u needed=\"1024 or more, start below end\"",
                  m->rtp_start, m->rtp_end);
    if (media_cache_look_into(s->orders.cache, slice_of(m->sounds)))
        log_error("directories of sounds not taken: no memory");
    media_cache_changed(s->orders.cache); /* told anew, perhaps, because a file is */
}

/* Commands for a stream that exists. */
static void on_leg_command(struct media_server *s, struct media_leg *leg, uint16_t id,
                           const void *msg)
{
    switch (id) {
    case MEDIA_DISCONNECT: media_server_part(s, leg); break;
    case MEDIA_PLAY:
        stop_playing(s, leg);
        on_play(s, leg, msg);
        break;
    case MEDIA_TONE:
        stop_playing(s, leg);
        on_tone(s, leg, msg);
        break;
    case MEDIA_MOH:
        stop_playing(s, leg);
        (void)media_order_music(&s->orders, leg, msg);
        break;
    case MEDIA_STOP: stop_playing(s, leg); break;
    case MEDIA_SEND_DTMF: on_send_dtmf(s, leg, msg); break;
    case MEDIA_HOLD_DIGITS: on_hold_digits(s, leg, msg); break;
    case MEDIA_DETECT: media_server_detect(s, leg, msg); break;
    case MEDIA_GAIN: media_server_gain(s, leg, msg); break;
    case MEDIA_CONTROL: media_order_control(&s->orders, leg, msg); break;
    case MEDIA_GET_STATS: (void)media_server_post(s, leg, MEDIA_CMD_STATS); break;
    case MEDIA_FREE: media_server_end(s, leg, true); break;
    default: break;
    }
}

static void on_message(struct ipc *c, uint16_t id, const void *msg, int fd, void *arg)
{
    struct media_server *s = arg;
    struct media_leg *leg;

    if (fd >= 0)
        close(fd);
    switch (id) {
    case MEDIA_HELLO: on_hello(s, msg); return;
    case MEDIA_SETTINGS: on_settings(s, msg); return;
    case MEDIA_CREATE: media_server_create(s, msg); return;
    case MEDIA_PAIR: media_server_pair(s, msg); return;
    case MEDIA_SWEEP: on_sweep(s); return;
    case MEDIA_REMOTE: media_server_remote(s, msg); return;
    case MEDIA_ECHO: media_server_echo(s, msg); return;
    case MEDIA_TAPE: media_server_tape(s, msg); return;
    case MEDIA_TAPE_SET: media_server_tape_set(s, msg); return;
    case MEDIA_TAPE_STOP: media_server_tape_stop(s, msg); return;
    case MEDIA_CONNECT:
        media_server_connect(s, ((const struct media_connect *)msg)->a,
                             ((const struct media_connect *)msg)->b);
        return;
    default: break;
    }
    /* All others begin with the stream's id. */
    leg = media_server_find(s, *(const uint32_t *)msg);
    if (leg)
        on_leg_command(s, leg, id, msg);
    else if (id == MEDIA_FREE)
        media_server_tell(s, MEDIA_STATS,
                          &(struct media_stats){.id = *(const uint32_t *)msg, .is_last = true});
}

/* Those that wait for a call are not among them. */
static uint32_t used_streams(const struct media_server *s)
{
    uint32_t count = 0;

    LIST_FOREACH(&s->legs, k)
    {
        const struct media_leg *leg = CONTAINER_OF(k, struct media_leg, in_server);

        count += leg->is_used && !leg->is_ending;
    }
    return count;
}

static void on_closed(struct ipc *c, int err, void *arg)
{
    struct media_server *s = arg;

    const uint32_t used = used_streams(s);

    log_notice("engine disconnected streams=%u ready=%u err=\"%s\"", used, s->leg_count - used,
               err ? strerror(err) : "");
    s->engine = mem_deref(s->engine);
    on_engine_gone(s);
}

void media_server_attach(struct media_server *s, struct ipc *c)
{
    if (s->engine) {
        ipc_close(s->engine);
        s->engine = mem_deref(s->engine);
        on_engine_gone(s);
    }
    s->engine = c;
    ipc_set_handlers(c, on_message, on_closed, s);
}

static bool may_connect(const struct media_server *s, const struct ipc *c)
{
    uint32_t uid;
    int32_t pid;

    if (s->peer_uid < 0)
        return true;
    return !ipc_peer(c, &uid, &pid) &&
           (uid == 0 || uid == geteuid() || (int64_t)uid == s->peer_uid);
}

static void on_newcomer(int fd, void *arg)
{
    struct media_server *s = arg;
    struct ipc *c = NULL;

    if (ipc_alloc(&c, s->loop, fd, &media_protocol, on_message, on_closed, s))
        return;
    if (!may_connect(s, c)) {
        log_warning("connection refused socket=media.sock reason=\"not the engine's user\"");
        mem_deref(c);
        return;
    }
    log_notice("engine connected");
    media_server_attach(s, c);
}

/* ---- life ---- */

static void server_destroy(void *arg)
{
    struct media_server *s = arg;

    s->is_closing = true;
    acceptor_stop(&s->acceptor);
    if (s->listen_fd >= 0)
        close(s->listen_fd);
    if (s->engine)
        ipc_close(s->engine);
    s->engine = mem_deref(s->engine);
    LIST_FOREACH(&s->legs, k)
    {
        media_server_end(s, CONTAINER_OF(k, struct media_leg, in_server), false);
    }
    s->orders.crew = mem_deref(s->orders.crew); /* waits for the other lanes' last events */
    media_server_free_tapes(s);
    s->workers = mem_deref(s->workers);
    s->orders.cache = mem_deref(s->orders.cache);
    media_ports_fini(&s->ports);
    s->keep = mem_deref(s->keep);
    hash_fini(&s->by_id);
}

static unsigned default_lanes(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    if (cores <= 2)
        return 1;
    return cores > MEDIA_LANES_MAX ? MEDIA_LANES_MAX : (unsigned)cores - 1;
}

static int start_parts(struct media_server *s, const struct media_server_args *args)
{
    uint64_t cache_bytes = args->cache_bytes ? args->cache_bytes : CACHE_BYTES;
    int err = media_keep_alloc(&s->keep, args->keep_fd);

    if (!err)
        err = media_srtp_library_open();
    if (!err)
        err = workers_alloc(&s->workers, s->loop, LOADERS, LOAD_QUEUE);
    if (!err)
        err = media_cache_alloc(&s->orders.cache, s->loop, s->workers, args->sounds,
                                args->sound_count, cache_bytes);
    if (!err)
        err = media_crew_alloc(&s->orders.crew, s->loop,
                               args->lanes ? args->lanes : default_lanes(), on_event, s);
    if (!err)
        err = deck_alloc(&s->deck, s->loop, args->recordings, media_server_on_tape, s);
    if (!err)
        err = media_ports_set_range(&s->ports, args->rtp_start, args->rtp_end);
    if (!err && args->listen_fd >= 0)
        err = acceptor_start(&s->acceptor, s->loop, args->listen_fd, on_newcomer, s);
    return err;
}

int media_server_alloc(struct media_server **sp, struct loop *l,
                       const struct media_server_args *args)
{
    struct media_server *s = mem_alloc(sizeof(*s), server_destroy);
    int err;

    if (!s) {
        if (args->listen_fd >= 0)
            close(args->listen_fd);
        if (args->keep_fd >= 0)
            close(args->keep_fd);
        return ENOMEM;
    }
    s->loop = l;
    s->listen_fd = args->listen_fd;
    s->peer_uid = args->peer_uid;
    s->orphan_ms = args->orphan_ms ? args->orphan_ms : ORPHAN_MS;
    s->orders.end = on_order_end;
    s->orders.arg = s;
    list_init(&s->legs);
    hash_init(&s->by_id);
    hash_init(&s->tapes_by_number);
    list_init(&s->tapes);
    media_ports_init(&s->ports, 10000, 20000);
    err = start_parts(s, args);
    if (err) {
        mem_deref(s);
        return err;
    }
    *sp = s;
    return 0;
}

uint32_t media_server_streams(const struct media_server *s)
{
    return s->leg_count;
}
