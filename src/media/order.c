/* order.c - see order.h */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "dsp/tone.h"
#include "media/order.h"

#define FILES_MAX 256
#define BYTES_A_MS 8

enum kind { FILES, TONE, MUSIC, DIGITS };

/* Counted: the leg holds one reference, a listing under way another. */
struct media_order {
    struct media_orders *orders;
    struct media_leg *leg; /* NULL: cancelled */
    enum kind kind;
    uint32_t serial, play_id;
    struct media_asking asking;
    struct media_reel *reel; /* being filled */
    uint16_t room;           /* of the reel */
    char *names, *language;
    struct slice rest;   /* names not looked for yet */
    struct slice others; /* what to play where the name asked for is not there: "c+d" */
    struct slice chosen; /* the rest of such a "c+d" */
    uint32_t skip_ms, duration_ms;
    int err;
    char missing[128];
    struct media_music *music;
    uint32_t next, failures;
    uint8_t sort; /* enum media_sort */
};

static void release_reel(struct media_cache *c, struct media_reel *r)
{
    if (!r)
        return;
    for (uint16_t i = 0; i < r->count; i++)
        media_sound_release(c, r->sounds[i]);
    mem_free(r);
}

static void order_destroy(void *arg)
{
    struct media_order *o = arg;

    media_asking_cancel(&o->asking);
    release_reel(o->orders->cache, o->reel);
    mem_free(o->names);
    mem_free(o->language);
    mem_deref(o->music);
}

void media_order_cancel(struct media_leg *leg)
{
    struct media_order *o = leg->order;

    if (!o)
        return;
    leg->order = NULL;
    o->leg = NULL;
    media_asking_cancel(&o->asking);
    mem_deref(o);
}

/* In place of the leg's former order. */
static struct media_order *order_new(struct media_orders *os, struct media_leg *leg, enum kind kind)
{
    struct media_order *o = mem_alloc(sizeof(*o), order_destroy);

    media_order_cancel(leg);
    if (!o)
        return NULL;
    o->orders = os;
    o->leg = leg;
    o->kind = kind;
    o->serial = ++leg->serial;
    leg->order = o;
    return o;
}

static int reel_new(struct media_order *o, uint16_t room)
{
    o->reel = mem_zalloc(sizeof(*o->reel) + room * sizeof(o->reel->sounds[0]));
    o->room = room;
    if (!o->reel)
        return ENOMEM;
    o->reel->serial = o->serial;
    return 0;
}

/* Hand the filled reel to the lane. */
static int send_reel(struct media_order *o)
{
    struct media_command cmd = {.head = {.type = MEDIA_CMD_PLAY, .leg = o->leg}, .reel = o->reel};
    int err;

    o->reel = NULL;
    err = media_crew_post(o->orders->crew, &cmd);
    if (err)
        release_reel(o->orders->cache, cmd.reel);
    return err;
}

/* The order is over; its handler may give a new one at once. */
static void finish(struct media_order *o, uint32_t position_ms)
{
    struct media_order_end end = {
        .leg = o->leg,
        .is_digits = o->kind == DIGITS,
        .play_id = o->play_id,
        .err = o->err,
        .position_ms = position_ms,
        .missing = o->missing,
    };

    mem_ref(o);
    media_order_cancel(o->leg);
    o->orders->end(&end, o->orders->arg);
    mem_deref(o);
}

static void finish_with(struct media_order *o, int err)
{
    o->err = err;
    finish(o, 0);
}

/* ---- files ---- */

static void ask_next_file(struct media_order *o);

static void all_found(struct media_order *o)
{
    int err;

    if (!o->reel->count) {
        finish(o, 0);
        return;
    }
    o->reel->skip = o->skip_ms < UINT32_MAX / BYTES_A_MS ? o->skip_ms * BYTES_A_MS : UINT32_MAX;
    err = send_reel(o);
    if (err)
        finish_with(o, err);
}

static void on_file(int err, struct media_sound *s, void *arg)
{
    struct media_order *o = arg;

    if (!err) {
        o->reel->sounds[o->reel->count++] = s;
    } else if (err == ENOENT && o->others.len) {
        o->chosen = o->others;
    } else if (!o->err) {
        o->err = err;
    }
    ask_next_file(o);
}

/* One after another: each answer may come at once, so this goes at most FILES_MAX deep. */
static void ask_next_file(struct media_order *o)
{
    struct slice name = SLICE_NONE;

    o->others = SLICE_NONE;
    if (o->chosen.len)
        name = slice_cut(o->chosen, '+', &o->chosen);
    while (slice_is_set(o->rest) && !name.len)
        name = slice_trim(slice_cut(slice_cut(o->rest, '&', &o->rest), '|', &o->others));
    if (!name.len || o->reel->count == o->room) {
        all_found(o);
        return;
    }
    if (!o->err)
        (void)slice_copy(name, o->missing, sizeof(o->missing));
    media_cache_file(o->orders->cache, name, slice_of(o->language), o->leg->first_codec, &o->asking,
                     on_file, o);
}

static uint16_t count_names(struct slice names)
{
    uint16_t n = 1;

    for (size_t i = 0; i < names.len && n < FILES_MAX; i++)
        n += names.p[i] == '&' || names.p[i] == '+';
    return n;
}

int media_order_play(struct media_orders *os, struct media_leg *leg, const struct media_play *msg)
{
    struct media_order *o = order_new(os, leg, FILES);

    if (!o)
        return ENOMEM;
    o->play_id = msg->play_id;
    o->skip_ms = msg->skip_ms;
    o->names = slice_dup(msg->names);
    o->language = mem_strdup(msg->language);
    if (!o->names || !o->language || reel_new(o, count_names(msg->names))) {
        media_order_cancel(leg);
        return ENOMEM;
    }
    o->rest = slice_of(o->names);
    ask_next_file(o);
    return 0;
}

/* ---- tones and digits: one rendered sound ---- */

static void on_rendered(int err, struct media_sound *s, void *arg)
{
    struct media_order *o = arg;

    if (err) {
        log_warning("tone not played stream=%u err=\"%s\"", o->leg->id, strerror(err));
        finish_with(o, err);
        return;
    }
    o->reel->sounds[o->reel->count++] = s;
    o->reel->is_loop = o->kind == TONE;
    o->reel->limit = (uint64_t)o->duration_ms * BYTES_A_MS;
    err = send_reel(o);
    if (err)
        finish_with(o, err);
}

int media_order_tone(struct media_orders *os, struct media_leg *leg, const struct media_tone *msg)
{
    struct media_order *o = order_new(os, leg, TONE);
    struct slice list = msg->tone;

    if (!o || reel_new(o, 1)) {
        media_order_cancel(leg);
        return ENOMEM;
    }
    o->play_id = msg->play_id;
    o->duration_ms = msg->duration_ms;
    if (slice_is_set(tone_find(slice_of(msg->zone), list)))
        list = tone_find(slice_of(msg->zone), list);
    media_cache_tone(os->cache, list, leg->first_codec, &o->asking, on_rendered, o);
    return 0;
}

int media_order_digits(struct media_orders *os, struct media_leg *leg,
                       const struct media_send_dtmf *msg)
{
    struct media_order *o = order_new(os, leg, DIGITS);

    if (!o || reel_new(o, 1)) {
        media_order_cancel(leg);
        return ENOMEM;
    }
    media_cache_digits(os->cache, slice_of(msg->digits), msg->duration_ms ? msg->duration_ms : 100,
                       leg->first_codec, &o->asking, on_rendered, o);
    return 0;
}

/* ---- music ---- */

static void ask_next_piece(struct media_order *o);

static void give_up_music(struct media_order *o, const char *directory, int err)
{
    struct media_command silence = {.head = {.type = MEDIA_CMD_PLAY, .leg = o->leg}};

    log_warning("music on hold not played directory=\"%s\" err=\"%s\"", directory, strerror(err));
    (void)media_crew_post(o->orders->crew, &silence);
    media_order_cancel(o->leg);
}

static void on_piece(int err, struct media_sound *s, void *arg)
{
    struct media_order *o = arg;

    if (err) {
        if (++o->failures >= o->music->count)
            give_up_music(o, o->names, err);
        else
            ask_next_piece(o);
        return;
    }
    o->failures = 0;
    if (reel_new(o, 1)) {
        media_sound_release(o->orders->cache, s);
        media_order_cancel(o->leg);
        return;
    }
    o->reel->sounds[o->reel->count++] = s;
    o->reel->is_more = true;
    if (send_reel(o))
        media_order_cancel(o->leg);
}

static void ask_next_piece(struct media_order *o)
{
    bool is_random = o->sort == MEDIA_SORT_RANDOM;
    uint32_t i = is_random ? rand_u32() % o->music->count : o->next++ % o->music->count;

    media_cache_file(o->orders->cache, slice_of(o->music->names[i]), SLICE(""), o->leg->first_codec,
                     &o->asking, on_piece, o);
}

static void on_listed(int err, struct media_music *m, void *arg)
{
    struct media_order *o = arg;

    if (!o->leg) {
        mem_deref(m);
    } else if (err || !m->count) {
        mem_deref(m);
        give_up_music(o, o->names, err ? err : ENOENT);
    } else {
        o->music = m;
        if (o->sort == MEDIA_SORT_RANDOM_START)
            o->next = rand_u32() % m->count;
        ask_next_piece(o);
    }
    mem_deref(o);
}

int media_order_music(struct media_orders *os, struct media_leg *leg, const struct media_moh *msg)
{
    struct media_order *o = order_new(os, leg, MUSIC);
    int err = ENOMEM;

    if (!o)
        return ENOMEM;
    o->sort = msg->sort;
    o->names = slice_dup(msg->directory);
    if (o->names)
        err = media_cache_list(os->cache, msg->directory, on_listed, mem_ref(o));
    if (err) {
        if (o->names)
            mem_deref(o);
        media_order_cancel(leg);
    }
    return err;
}

/* ---- moved by who hears it ---- */

void media_order_control(struct media_orders *os, struct media_leg *leg,
                         const struct media_control *msg)
{
    struct media_order *o = leg->order;
    struct media_command cmd = {.head = {.type = MEDIA_CMD_CONTROL, .leg = leg}};

    if (!o || o->kind != FILES || o->play_id != msg->play_id || msg->action > MEDIA_TELL)
        return;
    cmd.control.serial = o->serial;
    cmd.control.action = msg->action;
    cmd.control.ms = msg->ms;
    (void)media_crew_post(os->crew, &cmd);
}

uint32_t media_order_play_id(const struct media_leg *leg, uint32_t serial)
{
    return leg->order && leg->order->serial == serial ? leg->order->play_id : 0;
}

/* ---- back from the lane ---- */

void media_order_on_reel(struct media_orders *os, const struct media_event *ev)
{
    struct media_order *o = ev->leg->order;
    bool is_current = o && ev->is_done && o->serial == ev->reel->serial;
    uint32_t position_ms = ev->ms;

    release_reel(os->cache, ev->reel);
    if (!is_current)
        return;
    if (o->kind == MUSIC)
        ask_next_piece(o);
    else
        finish(o, position_ms);
}
