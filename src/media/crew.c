/* crew.c - see crew.h */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "base/bug.h"
#include "base/log.h"
#include "base/mem.h"
#include "media/crew.h"
#include "media/tap.h"

/* A lane with a thread of its own. */
struct mate {
    struct media_crew *crew;
    struct media_lane lane;
    pthread_t thread;
    bool is_running;
    pthread_mutex_t lock;
    struct list commands; /* under lock */
    bool is_ending;       /* under lock */
};

struct media_crew {
    struct loop *control;
    media_event_h *event;
    void *arg;
    unsigned count;
    bool is_ending;
    uint32_t loads[MEDIA_LANES_MAX]; /* legs by home, as control knows */
    struct media_lane own;
    pthread_mutex_t lock;
    struct list events; /* under lock */
    struct deferred wake;
    bool must_wake[MEDIA_LANES_MAX];
    struct mate *mates[MEDIA_LANES_MAX]; /* [0] is NULL */
};

/* ---- commands, on the leg's lane ---- */

static void return_reel(struct media_lane *lane, struct media_leg *leg, struct media_reel *reel)
{
    if (reel)
        lane->event(&(struct media_event){.type = MEDIA_EV_REEL, .leg = leg, .reel = reel},
                    lane->arg);
}

static void stop_leg(struct media_lane *lane, struct media_leg *leg)
{
    if (leg->lane) {
        media_leg_bye(leg);
        media_leg_play(leg, NULL);
        media_leg_stop(leg);
    } else {
        return_reel(lane, leg, leg->reel); /* it came along from another lane */
        leg->reel = NULL;
    }
    media_tap_leave(leg);
    lane->event(&(struct media_event){.type = MEDIA_EV_STOPPED, .leg = leg}, lane->arg);
}

/* What a leg that did not get onto its lane still answers to. */
static bool needs_lane(uint8_t type)
{
    return type != MEDIA_CMD_START && type != MEDIA_CMD_STOP && type != MEDIA_CMD_MOVE &&
           type != MEDIA_CMD_STATS && type != MEDIA_CMD_TAP;
}

/* @return what START failed with */
static int run_command(struct media_lane *lane, const struct media_command *cmd)
{
    struct media_leg *leg = cmd->head.leg;
    struct media_stats st;
    int err = 0;

    if (!leg->lane && needs_lane(cmd->head.type)) {
        if (cmd->head.type == MEDIA_CMD_PLAY)
            return_reel(lane, leg, cmd->reel);
        return 0;
    }
    switch ((enum media_command_type)cmd->head.type) {
    case MEDIA_CMD_START: err = media_leg_start(leg, lane); break;
    case MEDIA_CMD_REMOTE: media_leg_set_remote(leg, &cmd->remote); break;
    case MEDIA_CMD_JOIN:
        if (cmd->other->lane)
            media_leg_join(leg, cmd->other);
        break;
    case MEDIA_CMD_PART: media_leg_part(leg); break;
    case MEDIA_CMD_PLAY: media_leg_play(leg, cmd->reel); break;
    case MEDIA_CMD_DIAL: err = media_leg_dial(leg, cmd->dial.digits, cmd->dial.ms); break;
    case MEDIA_CMD_ORPHAN: media_leg_orphan(leg, cmd->ms); break;
    case MEDIA_CMD_CONTROL:
        media_leg_control(leg, cmd->control.serial, cmd->control.action, cmd->control.ms);
        break;
    case MEDIA_CMD_DETECT:
        leg->ear = cmd->detect.ear;
        media_ear_set_detect(leg, &cmd->detect.what);
        break;
    case MEDIA_CMD_GAIN:
        leg->ear = cmd->gain.ear;
        media_ear_set_gain(leg, &cmd->gain.what);
        break;
    case MEDIA_CMD_HOLD_DIGITS: leg->kept->dtmf_in.held = cmd->events; break;
    case MEDIA_CMD_TAP: media_tap_add(leg, cmd->tap); break;
    case MEDIA_CMD_STATS:
        media_leg_stats(leg, &st);
        lane->event(&(struct media_event){.type = MEDIA_EV_STATS, .leg = leg, .stats = &st},
                    lane->arg);
        break;
    case MEDIA_CMD_MOVE:
        media_leg_stop(leg);
        lane->event(&(struct media_event){.type = MEDIA_EV_MOVED, .leg = leg}, lane->arg);
        break;
    case MEDIA_CMD_STOP: stop_leg(lane, leg); return 0; /* the leg may be gone */
    }
    if (err)
        log_warning("media command failed stream=%u command=%d err=\"%s\"", leg->id, cmd->head.type,
                    strerror(err));
    return cmd->head.type == MEDIA_CMD_START ? err : 0;
}

static struct media_command *command_of(struct link *k)
{
    struct media_command_head *h = CONTAINER_OF(k, struct media_command_head, link);

    return CONTAINER_OF(h, struct media_command, head);
}

/* It may hold keys. */
static void free_command(struct media_command *cmd)
{
    explicit_bzero(cmd, sizeof(*cmd));
    mem_free(cmd);
}

/* The thread's loop was woken. */
static void on_commands(void *arg)
{
    struct mate *m = arg;
    struct list batch;
    struct link *k;
    bool is_ending;

    list_init(&batch);
    pthread_mutex_lock(&m->lock);
    list_move_all(&batch, &m->commands);
    is_ending = m->is_ending;
    pthread_mutex_unlock(&m->lock);
    while ((k = list_first(&batch))) {
        struct media_command *cmd = command_of(k);
        bool is_stop = cmd->head.type == MEDIA_CMD_STOP;
        struct media_leg *leg = cmd->head.leg;
        int err;

        list_unlink(k);
        err = run_command(&m->lane, cmd);
        if (err)
            m->lane.event(&(struct media_event){.type = MEDIA_EV_FAILED, .leg = leg, .err = err},
                          m->lane.arg);
        if (!is_stop) /* that one lies in the leg, which may be gone by now */
            free_command(cmd);
    }
    if (is_ending)
        loop_stop(m->lane.loop);
}

static void *run_thread(void *arg)
{
    struct mate *m = arg;

    (void)loop_run(m->lane.loop);
    return NULL;
}

/* ---- events, from a thread to the control loop ---- */

struct told {
    struct media_event ev; /* first */
    struct media_stats stats;
};

/* The event's place on its way: ends and reels bring their own, others may be lost when memory is
 * out. */
static struct media_event *place_for(const struct media_event *ev)
{
    struct told *t;

    if (ev->type == MEDIA_EV_REEL)
        return &ev->reel->event;
    if (ev->type == MEDIA_EV_STOPPED || ev->type == MEDIA_EV_MOVED)
        return &ev->leg->stopped;
    if (ev->type == MEDIA_EV_FAILED)
        return &ev->leg->failed;
    t = mem_zalloc(sizeof(*t));
    return t ? &t->ev : NULL;
}

static void on_lane_event(const struct media_event *ev, void *arg)
{
    struct mate *m = arg;
    struct media_crew *c = m->crew;
    struct media_event *place = place_for(ev);

    if (!place)
        return;
    *place = *ev;
    if (ev->stats) {
        struct told *t = CONTAINER_OF(place, struct told, ev);

        t->stats = *ev->stats;
        place->stats = &t->stats;
    }
    pthread_mutex_lock(&c->lock);
    list_append(&c->events, &place->link);
    pthread_mutex_unlock(&c->lock);
    loop_wake(c->control);
}

static void on_events(void *arg)
{
    struct media_crew *c = arg;
    struct list batch;
    struct link *k;

    list_init(&batch);
    pthread_mutex_lock(&c->lock);
    list_move_all(&batch, &c->events);
    pthread_mutex_unlock(&c->lock);
    while ((k = list_first(&batch))) {
        struct media_event *place = CONTAINER_OF(k, struct media_event, link);
        struct media_event ev = *place;
        bool is_own = ev.type == MEDIA_EV_REEL || ev.type == MEDIA_EV_STOPPED ||
                      ev.type == MEDIA_EV_MOVED || ev.type == MEDIA_EV_FAILED;

        list_unlink(k);
        c->event(&ev, c->arg);
        if (!is_own)
            mem_free(CONTAINER_OF(place, struct told, ev));
    }
}

/* ---- life ---- */

static void end_thread(struct mate *m)
{
    if (m->is_running) {
        pthread_mutex_lock(&m->lock);
        m->is_ending = true;
        pthread_mutex_unlock(&m->lock);
        loop_wake(m->lane.loop);
        pthread_join(m->thread, NULL);
    }
    media_lane_fini(&m->lane);
    pthread_mutex_destroy(&m->lock);
    mem_deref(m->lane.loop);
    mem_free(m);
}

static void crew_destroy(void *arg)
{
    struct media_crew *c = arg;

    c->is_ending = true;
    for (unsigned i = 1; i < c->count; i++) {
        if (c->mates[i])
            end_thread(c->mates[i]);
    }
    on_events(c);
    loop_on_wake(c->control, NULL, NULL);
    loop_defer_stop(&c->wake);
    if (c->own.loop)
        media_lane_fini(&c->own);
    pthread_mutex_destroy(&c->lock);
}

static int start_thread(struct mate *m)
{
    sigset_t all, before;
    int err;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    err = pthread_create(&m->thread, NULL, run_thread, m);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    m->is_running = !err;
    return err;
}

static int add_mate(struct media_crew *c, unsigned number)
{
    struct mate *m = mem_zalloc(sizeof(*m));
    struct loop *l = NULL;
    int err;

    if (!m)
        return ENOMEM;
    err = loop_alloc(&l);
    if (err) {
        mem_free(m);
        return err;
    }
    m->crew = c;
    list_init(&m->commands);
    pthread_mutex_init(&m->lock, NULL);
    media_lane_init(&m->lane, l, on_lane_event, m);
    loop_on_wake(l, on_commands, m);
    c->mates[number] = m;
    return start_thread(m);
}

/* Events of the control loop's own lane are plain calls. */
static void on_own_event(const struct media_event *ev, void *arg)
{
    struct media_crew *c = arg;

    c->event(ev, c->arg);
}

int media_crew_alloc(struct media_crew **cp, struct loop *control, unsigned lanes,
                     media_event_h *event, void *arg)
{
    struct media_crew *c;
    int err = 0;

    if (!lanes || lanes > MEDIA_LANES_MAX)
        return EINVAL;
    c = mem_alloc(sizeof(*c), crew_destroy);
    if (!c)
        return ENOMEM;
    c->control = control;
    c->event = event;
    c->arg = arg;
    c->count = lanes;
    list_init(&c->events);
    pthread_mutex_init(&c->lock, NULL);
    media_lane_init(&c->own, control, on_own_event, c);
    if (lanes > 1)
        loop_on_wake(control, on_events, c);
    for (unsigned i = 1; i < lanes && !err; i++)
        err = add_mate(c, i);
    if (err) {
        mem_deref(c);
        return err;
    }
    *cp = c;
    return 0;
}

unsigned media_crew_lanes(const struct media_crew *c)
{
    return c->count;
}

/* ---- sending ---- */

uint8_t media_crew_pick(const struct media_crew *c, const struct media_leg *near)
{
    unsigned best = 0;

    if (near)
        return near->home;
    for (unsigned i = 1; i < c->count; i++) {
        if (c->loads[i] < c->loads[best])
            best = i;
    }
    return (uint8_t)best;
}

/* Once a round, not once a command. */
static void wake_lanes(void *arg)
{
    struct media_crew *c = arg;

    for (unsigned i = 1; i < c->count; i++) {
        if (c->must_wake[i])
            loop_wake(c->mates[i]->lane.loop);
        c->must_wake[i] = false;
    }
}

static void count_leaving(struct media_crew *c, const struct media_command *cmd)
{
    if (cmd->head.type == MEDIA_CMD_STOP || cmd->head.type == MEDIA_CMD_MOVE)
        c->loads[cmd->head.leg->home]--;
}

/* cmd is on the heap, or the leg's own stop. */
static void enqueue(struct media_crew *c, struct media_command *cmd)
{
    struct media_leg *leg = cmd->head.leg;
    struct mate *m = c->mates[leg->home];

    pthread_mutex_lock(&m->lock);
    list_append(&m->commands, &cmd->head.link);
    pthread_mutex_unlock(&m->lock);
    c->must_wake[leg->home] = true;
    loop_flush(c->control, &c->wake, wake_lanes, c);
}

/* Hold it, run it, or send it; cmd is taken. */
static void dispatch(struct media_crew *c, struct media_command *cmd)
{
    struct media_leg *leg = cmd->head.leg;
    bool is_stop = cmd->head.type == MEDIA_CMD_STOP;

    if (leg->is_moving) {
        list_append(&leg->held, &cmd->head.link);
        return;
    }
    count_leaving(c, cmd);
    if (leg->home) {
        enqueue(c, cmd);
        return;
    }
    (void)run_command(&c->own, cmd);
    if (!is_stop) /* that one lies in the leg, which is gone by now */
        free_command(cmd);
}

int media_crew_post(struct media_crew *c, const struct media_command *cmd)
{
    struct media_leg *leg = cmd->head.leg;
    struct media_command *copy;

    if (cmd->head.type == MEDIA_CMD_START) /* though it fails: a stop follows in any case */
        c->loads[leg->home]++;
    if (!leg->home && !leg->is_moving) {
        count_leaving(c, cmd);
        return run_command(&c->own, cmd);
    }
    if (cmd->head.type == MEDIA_CMD_STOP) {
        copy = CONTAINER_OF(&leg->stop, struct media_command, head);
        copy->head = (struct media_command_head){.type = MEDIA_CMD_STOP, .leg = leg};
    } else {
        copy = mem_zalloc(sizeof(*copy));
        if (!copy)
            return ENOMEM;
        *copy = *cmd;
        copy->head.link = (struct link){0};
    }
    dispatch(c, copy);
    return 0;
}

/* ---- moving ---- */

static void tell_failed(struct media_crew *c, struct media_leg *leg, int err)
{
    c->event(&(struct media_event){.type = MEDIA_EV_FAILED, .leg = leg, .err = err}, c->arg);
}

/* Off its lane, and on its way; media_crew_moved puts it on the new one. */
static int move(struct media_crew *c, struct media_leg *leg, uint8_t home)
{
    struct media_command cmd = {.head = {.type = MEDIA_CMD_MOVE, .leg = leg}};
    int err;

    if (leg->is_moving) {
        leg->home = home; /* on arrival there, instead */
        return 0;
    }
    if (!leg->home) {
        count_leaving(c, &cmd);
        media_leg_stop(leg);
        leg->home = home;
        cmd.head.type = MEDIA_CMD_START;
        err = media_crew_post(c, &cmd);
        if (err)
            tell_failed(c, leg, err);
        return err;
    }
    err = media_crew_post(c, &cmd);
    if (err)
        return err;
    leg->home = home;
    leg->is_moving = true;
    return 0;
}

/* A join waits at a leg that still moves; passed on, at the last of both. */
static void turn_join(struct media_command *cmd)
{
    struct media_leg *leg = cmd->head.leg;

    if (cmd->head.type != MEDIA_CMD_JOIN || !cmd->other->is_moving)
        return;
    cmd->head.leg = cmd->other;
    cmd->other = leg;
}

void media_crew_moved(struct media_crew *c, struct media_leg *leg)
{
    struct link *k;
    int err;

    leg->is_moving = false;
    if (c->is_ending) /* no lane but the own one is left */
        leg->home = 0;
    err =
        media_crew_post(c, &(struct media_command){.head = {.type = MEDIA_CMD_START, .leg = leg}});
    while ((k = list_first(&leg->held))) {
        struct media_command *cmd = command_of(k);
        bool is_stop = cmd->head.type == MEDIA_CMD_STOP;

        list_unlink(k);
        turn_join(cmd);
        dispatch(c, cmd);
        if (is_stop)
            return; /* the leg may be gone */
    }
    if (err)
        tell_failed(c, leg, err);
}

int media_crew_join(struct media_crew *c, struct media_leg *a, struct media_leg *b)
{
    struct media_command join = {.head = {.type = MEDIA_CMD_JOIN, .leg = b}, .other = a};
    int err = 0;

    if (a->home != b->home)
        err = b->is_half ? move(c, a, b->home) : move(c, b, a->home);
    turn_join(&join);
    return err ? err : media_crew_post(c, &join);
}

static void forget_joins(struct media_leg *at, const struct media_leg *leg)
{
    LIST_FOREACH(&at->held, k)
    {
        struct media_command *cmd = command_of(k);

        if (cmd->head.type == MEDIA_CMD_JOIN && cmd->other == leg) {
            list_unlink(k);
            mem_free(cmd);
        }
    }
}

void media_crew_forget(struct media_leg *a, struct media_leg *b)
{
    forget_joins(a, b);
    forget_joins(b, a);
}
