/* feature.c - digits of a talk against the codes of who pressed them (feature.h) */
#include "plan/feature.h"

#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "call/bridge.h"
#include "plan/core.h"
#include "plan/feature_inner.h"
#include "plan/program.h"
#include "rtp/dtmf.h"

#define GAP_MS 100 /* between digits that are sent on */

static struct mono in_ms(const struct plan_features *f, int64_t ms)
{
    struct mono at = loop_now(plan_loop(f->run->core));

    at.us += ms * 1000;
    return at;
}

/* ---- the two sides ---- */

struct plan_feature_side *plan_feature_other(struct plan_features *f,
                                             struct plan_feature_side *side)
{
    return side == &f->caller ? &f->callee : &f->caller;
}

static void look(struct plan_features *f, struct plan_feature_side *side, struct channel *ch,
                 uint8_t may)
{
    side->channel = ch;
    if (plan_codes_find(f, side, may))
        log_warning("no memory for the codes of a talk, its digits are not looked at call=%s "
                    "channel=\"%s\"",
                    ch->linkedid, ch->name);
    if (!side->count || f->is_user)
        return;
    f->is_user = true;
    bridge_media_use(f->run->channel, true); /* of one leg is enough */
}

void plan_features_init(struct plan_features *f, struct plan_run *run, struct plan_bridging *b)
{
    *f = (struct plan_features){.run = run, .b = b};
    look(f, &f->caller, run->channel, b->caller_may);
    look(f, &f->callee, b->callee, b->callee_may);
}

static void forget_typed(struct plan_feature_side *s)
{
    for (uint32_t i = 0; i < s->typed_count; i++)
        channel_event_done(&s->typed[i]);
    s->typed_count = 0;
}

void plan_features_fini(struct plan_features *f)
{
    forget_typed(&f->caller);
    forget_typed(&f->callee);
    plan_codes_free(&f->caller);
    plan_codes_free(&f->callee);
    if (f->is_user)
        bridge_media_use(f->run->channel, false);
    f->is_user = false;
}

/* ---- what the media role keeps back ---- */

static void hold(struct plan_feature_side *s)
{
    s->all_at.us = 0;
    s->is_all = false;
    if (s->channel->stream)
        (void)media_stream_hold_digits(s->channel->stream, plan_codes_first(s));
}

void plan_features_follow(struct plan_features *f)
{
    struct channel *callee = f->b->callee;

    if (!callee || callee == f->callee.channel)
        return;
    forget_typed(&f->callee);
    plan_codes_free(&f->callee);
    look(f, &f->callee, callee, f->b->callee_may);
    if (f->bridge)
        hold(&f->callee);
}

void plan_features_begin(struct plan_features *f, struct bridge *bridge)
{
    f->bridge = bridge;
    plan_features_follow(f);
    hold(&f->caller);
    hold(&f->callee);
}

static void let_go(struct channel *ch)
{
    if (ch && ch->stream && !ch->is_ended)
        (void)media_stream_hold_digits(ch->stream, 0);
}

void plan_features_end(struct plan_features *f)
{
    let_go(f->run->channel);
    let_go(f->b->callee);
    forget_typed(&f->caller);
    forget_typed(&f->callee);
}

/* ---- digits ---- */

/* Nothing is kept back any more once the peer has got what was. */
static void pass_first(struct plan_features *f, struct plan_feature_side *s)
{
    struct channel_event ev = s->typed[0];

    memmove(s->typed, s->typed + 1, --s->typed_count * sizeof(s->typed[0]));
    if (ev.is_held) {
        const struct mono now = in_ms(f, 0);

        if (s->all_at.us < now.us)
            s->all_at = now;
        s->all_at.us += ((int64_t)ev.ms + GAP_MS) * 1000;
    }
    (void)bridge_on_event(f->bridge, &ev);
    channel_event_done(&ev);
}

static void drop_first(struct plan_feature_side *s, size_t count)
{
    for (size_t i = 0; i < count; i++)
        channel_event_done(&s->typed[i]);
    s->typed_count -= (uint32_t)count;
    memmove(s->typed, s->typed + count, s->typed_count * sizeof(s->typed[0]));
}

static bool act(struct plan_features *f, struct plan_feature_side *s, const struct plan_code *code)
{
    const char *name = code->builtin ? code->builtin->name : code->name;

    log_info("code in a talk call=%s channel=\"%s\" feature=%s", s->channel->linkedid,
             s->channel->name, name);
    return code->builtin ? code->builtin->act(f, s) : plan_feature_app(f, s, name);
}

static struct slice keys_of(const struct plan_feature_side *s, char text[MODEL_CODE_MAX + 2])
{
    for (uint32_t i = 0; i < s->typed_count; i++)
        text[i] = s->typed[i].digit;
    return slice_from(text, s->typed_count);
}

static int64_t timeout_of(const struct plan_features *f, const struct plan_feature_side *s)
{
    const struct model_settings *o = plan_settings(f->run->core);
    int64_t ms;

    if (slice_i64(plan_feature_kept(s->channel, "FEATURE", "featuredigittimeout"), &ms) == 0 &&
        ms > 0)
        return ms;
    return o ? o->feature_digit_timeout : 1000;
}

/* Do what is typed, as far as nothing more can come of it. @return whether the talk is over */
static bool settle(struct plan_features *f, struct plan_feature_side *s, bool is_late)
{
    bool is_over = false;

    while (s->typed_count && !is_over) {
        char text[MODEL_CODE_MAX + 2];
        bool may_grow;
        const struct plan_code *code = plan_codes_match(s, keys_of(s, text), &may_grow);

        if (may_grow && !is_late) {
            s->due = in_ms(f, timeout_of(f, s));
            return false;
        }
        if (!code) {
            pass_first(f, s);
            continue;
        }
        drop_first(s, strlen(code->keys));
        is_over = act(f, s, code);
    }
    if (s->is_all && !s->all_at.us)
        hold(s);
    return is_over;
}

static struct plan_feature_side *side_of(struct plan_features *f, const struct channel *ch)
{
    return ch == f->caller.channel ? &f->caller : ch == f->callee.channel ? &f->callee : NULL;
}

bool plan_features_take(struct plan_features *f, const struct channel_event *ev)
{
    struct plan_feature_side *s;

    plan_features_follow(f);
    s = side_of(f, ev->channel);
    if (!s || !s->count || s->typed_count > MODEL_CODE_MAX)
        return bridge_on_event(f->bridge, ev);
    s->is_all = s->is_all || ev->is_held;
    s->typed[s->typed_count] = *ev;
    s->typed[s->typed_count++].channel = mem_ref(ev->channel);
    return settle(f, s, false);
}

/* ---- time ---- */

/* us 0: not waited for. */
static int64_t earlier(int64_t ms, const struct plan_features *f, struct mono at)
{
    const int64_t left = (at.us - in_ms(f, 0).us + 999) / 1000;

    if (!at.us)
        return ms;
    return ms < 0 || left < ms ? (left > 0 ? left : 0) : ms;
}

static int64_t left_of(const struct plan_features *f, const struct plan_feature_side *s, int64_t ms)
{
    return earlier(ms, f, s->typed_count ? s->due : s->all_at);
}

int64_t plan_features_left_ms(const struct plan_features *f)
{
    return left_of(f, &f->callee, left_of(f, &f->caller, -1));
}

static bool is_due(const struct plan_features *f, struct mono at)
{
    return at.us && in_ms(f, 0).us >= at.us;
}

static bool side_on_time(struct plan_features *f, struct plan_feature_side *s)
{
    if (s->typed_count && is_due(f, s->due))
        return settle(f, s, true);
    if (!s->typed_count && is_due(f, s->all_at))
        hold(s);
    return false;
}

bool plan_features_on_time(struct plan_features *f)
{
    plan_features_follow(f);
    return side_on_time(f, &f->caller) || side_on_time(f, &f->callee);
}
