/*
 * tests/unit/plan/fixture.h - the routing on a fake clock: a technology whose legs do what they
 * are called, and a media role that plays every file for one second
 *
 * Legs:    Test/answer (rings after 100 ms, answers after 1 s), short (the same, leaves 2 s
 *          later), busy, cong, noans, reject, normal (refuse after 50 ms with that cause), ring
 *          (rings and rings), early (183 after 100 ms, answers after 1 s), none (cannot be made),
 *          dead (cannot be called), fwd (sends the call to Test/short after 50 ms), loop (to itself).
 * Notes:   application Note(text) writes "text;" into w.notes; indications "180;" "183;", ends
 *          "end=16;".
 */
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "call/bridge.h"
#include "call/cdr.h"
#include "call/channel.h"
#include "call/inner.h"
#include "ipc/media.h"
#include "loop/task.h"
#include "plan/app.h"
#include "plan/core.h"
#include "plan/plan.h"
#include "plan/routing.h"
#include "plan/subst.h"
#include "plan/wait.h"
#include "unit.h"

#define WORLD_ROWS 200

struct world {
    struct loop *loop;
    struct ipc *far; /* the media role's end */
    struct media *media;
    struct calls *calls;
    struct plan_core *core;
    struct buf notes;
    char *text; /* of the routing, cut up */
    struct plan_row rows[WORLD_ROWS];
    struct plan_include includes[10];
    uint32_t row_count, include_count;
    unsigned records;
    uint32_t stream_id; /* of the stream made last */
};

static struct world *world_now;
static const char *world_recordings; /* the folder; NULL: none */

/* ---- media ---- */

struct world_play {
    struct timer timer;
    struct media_play_done done;
};

static struct world_play world_plays[8];

static void world_played(void *arg)
{
    struct world_play *p = arg;

    ipc_send(world_now->far, MEDIA_PLAY_DONE, &p->done);
}

static void world_play(const struct media_play *m)
{
    struct world_play *p = &world_plays[m->id % 8];
    const bool is_missing = slice_starts(m->names, SLICE("nosuch"));

    p->done = (struct media_play_done){
        .id = m->id, .play_id = m->play_id, .err = is_missing ? ENOENT : 0, .position_ms = 1000};
    timer_start(world_now->loop, &p->timer, is_missing ? 1 : 1000, world_played, p);
}

/* A play is at 300 ms whenever somebody asks. */
static void world_control(struct ipc *c, const struct media_control *m)
{
    if (m->action == MEDIA_SEEK)
        buf_printf(&world_now->notes, "seek=%d;", m->ms);
    else if (m->action == MEDIA_TELL)
        ipc_send(c, MEDIA_POSITION,
                 &(struct media_position){.id = m->id, .play_id = m->play_id, .ms = 300});
}

/* Tapes begin at once and are over as soon as they are told. */
static void world_tape(struct ipc *c, uint16_t id, const void *message)
{
    if (id == MEDIA_TAPE) {
        const struct media_tape *m = message;

        buf_printf(&world_now->notes, "tape=%.*s%s;", SLICE_ARG(m->rx),
                   m->is_append ? ",append" : "");
        ipc_send(c, MEDIA_TAPE_BEGUN, &(struct media_tape_begun){.tape = m->tape, .begun_us = 1});
    } else if (id == MEDIA_TAPE_STOP) {
        const struct media_tape_stop *m = message;

        buf_printf(&world_now->notes, "cut=%u%s;", m->cut_ms, m->is_deleted ? ",deleted" : "");
        ipc_send(c, MEDIA_TAPE_ENDED, &(struct media_tape_ended){.tape = m->tape, .ms = 1500});
    }
}

static void world_media(struct ipc *c, uint16_t id, const void *message, int fd, void *arg)
{
    if (id == MEDIA_CREATE) {
        struct media_created m = {.id = ((const struct media_create *)message)->id};

        world_now->stream_id = m.id;
        addr_parse(&m.local, SLICE("127.0.0.1:30000"), 0);
        ipc_send(c, MEDIA_CREATED, &m);
    } else if (id == MEDIA_PLAY) {
        world_play(message);
    } else if (id == MEDIA_STOP) {
        timer_stop(&world_plays[((const struct media_stop *)message)->id % 8].timer);
    } else if (id == MEDIA_TONE) {
        buf_printf(&world_now->notes, "tone=%.*s;",
                   SLICE_ARG(((const struct media_tone *)message)->tone));
    } else if (id == MEDIA_SEND_DTMF) {
        buf_printf(&world_now->notes, "digits=%.*s;",
                   SLICE_ARG(slice_of(((const struct media_send_dtmf *)message)->digits)));
    } else if (id == MEDIA_MOH) {
        buf_addz(&world_now->notes, "music;");
    } else if (id == MEDIA_CONTROL) {
        world_control(c, message);
    } else if (id == MEDIA_ECHO) {
        buf_addz(&world_now->notes,
                 ((const struct media_echo *)message)->is_on ? "echo;" : "no echo;");
    } else if (id == MEDIA_GAIN) {
        const struct media_gain *g = message;

        buf_printf(&world_now->notes, "gain=%d,%d%s%s;", g->rx_db, g->tx_db,
                   g->is_rx_muted ? ",in" : "", g->is_tx_muted ? ",out" : "");
    } else if (id == MEDIA_CONNECT) {
        buf_addz(&world_now->notes, "connect;");
    } else {
        world_tape(c, id, message);
    }
}

static void world_closed(struct ipc *c, int err, void *arg)
{
}

static const char *world_moh(struct slice name, uint8_t *sort, void *arg)
{
    return "/moh";
}

/* ---- technology ---- */

struct world_leg {
    struct timer timer;
    char kind[16];
    int stage;
};

static void world_leg_step(void *arg)
{
    struct channel *ch = arg;
    struct world_leg *leg = ch->pvt;
    static const struct {
        const char *kind;
        int cause;
    } refusals[] = {{"busy", 17}, {"cong", 34}, {"noans", 19}, {"reject", 21}, {"normal", 16}};

    if (strcmp(leg->kind, "fwd") == 0 || strcmp(leg->kind, "loop") == 0) {
        (void)channel_set(&ch->forward,
                          *leg->kind == 'l' ? SLICE("Test/loop") : SLICE("Test/short"));
        channel_on_hangup(ch, CAUSE_NORMAL, 302);
        return;
    }
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
        if (strcmp(leg->kind, refusals[i].kind) == 0) {
            channel_on_hangup(ch, refusals[i].cause, 0);
            return;
        }
    leg->stage++;
    if (leg->stage == 1 && strcmp(leg->kind, "early") == 0)
        channel_on_progress(ch);
    else if (leg->stage == 1)
        channel_on_ringing(ch);
    else if (leg->stage == 2 && strcmp(leg->kind, "ring") != 0)
        channel_on_answered(ch);
    else if (leg->stage == 3)
        channel_on_hangup(ch, CAUSE_NORMAL, 0);
    if (leg->stage == 1 || (leg->stage == 2 && strcmp(leg->kind, "short") == 0))
        timer_start(world_now->loop, &leg->timer, leg->stage == 1 ? 900 : 2000, world_leg_step, ch);
}

static int world_request(struct channel **chp, void *arg, const struct channel_request *req,
                         int *cause);

static int world_call(struct channel *ch)
{
    struct world_leg *leg = ch->pvt;

    if (strcmp(leg->kind, "dead") == 0)
        return EHOSTUNREACH;
    timer_start(world_now->loop, &leg->timer,
                strcmp(leg->kind, "answer") == 0 || strcmp(leg->kind, "short") == 0 ||
                        strcmp(leg->kind, "ring") == 0 || strcmp(leg->kind, "early") == 0
                    ? 100
                    : 50,
                world_leg_step, ch);
    return 0;
}

static int world_answer(struct channel *ch)
{
    buf_addz(&world_now->notes, "200;");
    return 0;
}

static int world_indicate(struct channel *ch, enum channel_indication ind)
{
    if (ind == CHANNEL_IND_RINGING || ind == CHANNEL_IND_PROGRESS)
        buf_addz(&world_now->notes, ind == CHANNEL_IND_RINGING ? "180;" : "183;");
    else if (ind == CHANNEL_IND_PROCEEDING)
        buf_addz(&world_now->notes, "proceeding;");
    return ind == CHANNEL_IND_HOLD || ind == CHANNEL_IND_UNHOLD ? ENOTSUP : 0;
}

static void world_hangup(struct channel *ch, int cause)
{
    if (ch->is_outgoing)
        buf_printf(&world_now->notes, "%s=%d;", ((struct world_leg *)ch->pvt)->kind, cause);
    else
        buf_printf(&world_now->notes, "end=%d;", cause);
}

static void world_destroy_leg(struct channel *ch)
{
    struct world_leg *leg = ch->pvt;

    timer_stop(&leg->timer);
    mem_free(leg);
}

static const struct channel_tech world_tech = {.name = "Test",
                                               .request = world_request,
                                               .call = world_call,
                                               .answer = world_answer,
                                               .indicate = world_indicate,
                                               .hangup = world_hangup,
                                               .destroy = world_destroy_leg};

static int world_leg_alloc(struct channel **chp, const char *kind, bool is_outgoing,
                           struct channel *requestor)
{
    struct world_leg *leg = mem_zalloc(sizeof(*leg));
    int err;

    if (!leg)
        return ENOMEM;
    snprintf(leg->kind, sizeof(leg->kind), "%s", kind);
    err = channel_alloc(chp, world_now->calls,
                        &(struct channel_args){.tech = &world_tech,
                                               .pvt = leg,
                                               .resource = kind,
                                               .is_outgoing = is_outgoing,
                                               .requestor = requestor,
                                               .state = is_outgoing ? CHANNEL_DOWN : CHANNEL_RING});
    if (err) {
        mem_free(leg);
        return err;
    }
    err = channel_open_stream(*chp, &(struct media_stream_args){0}, NULL, NULL);
    if (err) {
        channel_hangup(*chp, CAUSE_FAILURE);
        *chp = mem_deref(*chp);
    }
    return err;
}

static int world_request(struct channel **chp, void *arg, const struct channel_request *req,
                         int *cause)
{
    char kind[16];

    *cause = CAUSE_UNAVAILABLE;
    slice_copy(req->resource, kind, sizeof(kind));
    return strcmp(kind, "none") == 0 ? ENOENT : world_leg_alloc(chp, kind, true, req->requestor);
}

/* ---- the world ---- */

static int world_note(struct plan_run *run, char *data)
{
    return buf_printf(&world_now->notes, "%s;", data) ? PLAN_END : PLAN_NEXT;
}

static const struct plan_app world_note_app = {
    .name = "Note", .syntax = "Note(text)", .help_ru = "", .help_en = "", .exec = world_note};

static void world_record(const struct cdr *r, void *arg)
{
    world_now->records++;
}

static inline void world_fini(struct world *w)
{
    if (w->calls) {
        calls_shutdown(w->calls, 1000, NULL, NULL);
        loop_fake_advance(w->loop, 3000);
    }
    w->core = mem_deref(w->core);
    w->calls = mem_deref(w->calls);
    if (w->loop)
        loop_fake_advance(w->loop, 2000); /* streams say goodbye */
    w->media = mem_deref(w->media);
    if (w->far)
        ipc_close(w->far);
    w->far = mem_deref(w->far);
    for (size_t i = 0; i < 8; i++)
        timer_stop(&world_plays[i].timer);
    if (w->loop)
        loop_fake_advance(w->loop, 1000);
    w->loop = mem_deref(w->loop);
    buf_fini(&w->notes);
    mem_free(w->text);
    w->text = NULL;
}

static inline int world_media_init(struct world *w)
{
    struct ipc *near = NULL;
    int err = media_alloc(&w->media, w->loop, &(struct media_args){0});

    if (!err)
        err = ipc_pair(&near, &w->far, w->loop, &media_protocol);
    if (err)
        return err;
    ipc_set_handlers(w->far, world_media, world_closed, w);
    media_attach(w->media, near);
    return 0;
}

static inline int world_init(struct world *w)
{
    int err;

    memset(w, 0, sizeof(*w));
    memset(world_plays, 0, sizeof(world_plays));
    world_now = w;
    buf_init(&w->notes, 65536);
    err = loop_alloc_fake(&w->loop, (struct wall){1700000000000000});
    if (!err)
        err = world_media_init(w);
    if (!err)
        err = calls_alloc(&w->calls, &(struct calls_args){.loop = w->loop,
                                                          .media = w->media,
                                                          .record = world_record,
                                                          .moh = world_moh,
                                                          .arg = w});
    if (!err)
        err = calls_tech_add(w->calls, &world_tech, NULL);
    if (!err)
        err = plan_core_alloc(&w->core, &(struct plan_core_args){.calls = w->calls,
                                                                 .recordings = world_recordings,
                                                                 .system_name = "station"});
    if (!err)
        err = plan_app_add(w->core, &world_note_app);
    if (err)
        world_fini(w);
    return err;
}

static inline void world_row(struct world *w, char *context, char *line)
{
    char *exten = line, *priority, *label, *app, *data, *end, *cid;

    if (strncmp(line, "include ", 8) == 0) {
        w->includes[w->include_count++] = (struct plan_include){context, line + 8};
        return;
    }
    exten = strsep(&line, ",");
    priority = strsep(&line, ",");
    app = line;
    cid = strchr(exten, '/');
    if (cid)
        *cid++ = '\0';
    if (strcmp(priority, "hint") == 0) {
        w->rows[w->row_count++] = (struct plan_row){context, exten, PLAN_HINT, "", app, "", cid};
        return;
    }
    label = strchr(priority, '(');
    if (label) {
        *label++ = '\0';
        label[strlen(label) - 1] = '\0';
    }
    data = strchr(app, '(');
    *data++ = '\0';
    end = strrchr(data, ')');
    *end = '\0';
    w->rows[w->row_count++] =
        (struct plan_row){context, exten, atoi(priority), label, app, data, cid};
}

/* "[context]\nexten,priority(label),App(data)\n..." becomes the routing. */
static inline int world_route(struct world *w, const char *text)
{
    struct plan_routing *r = NULL;
    static char none[] = "";
    char *rest, *context = none, *line;
    int err;

    mem_free(w->text);
    w->row_count = w->include_count = 0;
    w->text = mem_strdup(text);
    if (!w->text)
        return ENOMEM;
    rest = w->text;
    while ((line = strsep(&rest, "\n"))) {
        if (*line == '[') {
            context = line + 1;
            line[strlen(line) - 1] = '\0';
        } else if (*line) {
            world_row(w, context, line);
        }
    }
    err = plan_routing_alloc(&r, &(struct plan_routing_args){.rows = w->rows,
                                                             .row_count = w->row_count,
                                                             .includes = w->includes,
                                                             .include_count = w->include_count});
    if (!err)
        err = plan_set_routing(w->core, r);
    mem_deref(r);
    return err;
}

/* An incoming call to exten@main; *chp holds a reference (may be NULL: nobody looks at it). */
static inline int world_dial(struct world *w, const char *exten, struct channel **chp)
{
    struct channel *ch = NULL;
    int err = world_leg_alloc(&ch, "in", false, NULL);

    if (!err)
        err = channel_set(&ch->context, SLICE("main"));
    if (!err)
        err = channel_set(&ch->exten, slice_of(exten));
    if (!err)
        err = plan_start(w->core, ch);
    if (err && ch)
        channel_hangup(ch, CAUSE_FAILURE);
    if (err || !chp)
        mem_deref(ch);
    else
        *chp = ch;
    return err;
}

static inline bool world_saw(const struct world *w, const char *notes)
{
    if (strcmp(buf_z(&w->notes), notes) == 0)
        return true;
    if (!unit_is_rerun())
        fprintf(stderr, "notes are  %s\nbut not    %s\n", buf_z(&w->notes), notes);
    return false;
}

/* Call exten, let ms pass, and compare the notes. */
static inline int world_story(const char *routing, const char *exten, uint64_t ms,
                              const char *notes)
{
    struct world w;
    int err;

    CHECK_OK(world_init(&w));
    CHECK_OK_TO(world_route(&w, routing), out);
    CHECK_OK_TO(world_dial(&w, exten, NULL), out);
    loop_fake_advance(w.loop, ms);
    CHECK_TO(world_saw(&w, notes), out);
out:
    world_fini(&w);
    return err;
}
