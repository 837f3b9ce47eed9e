/* feature_app.c - an application of table features, run within a talk (feature.h) */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/mem.h"
#include "call/bridge.h"
#include "plan/app.h"
#include "plan/core.h"
#include "plan/feature_inner.h"
#include "plan/sub.h"
#include "plan/subst.h"

/* A row, copied: the configuration may change while it runs. */
struct wanted {
    char *app, *data, *music;
};

static int take(struct wanted *w, const struct model_feature *row)
{
    *w = (struct wanted){.app = mem_strdup(row->application),
                         .data = mem_strdup(row->data),
                         .music = mem_strdup(row->music_class)};
    return w->app && w->data && w->music ? 0 : -1;
}

static void release(struct wanted *w)
{
    mem_free(w->app);
    mem_free(w->data);
    mem_free(w->music);
}

/* "place(args)" of Gosub, "name,args" of Macro, as a place. Filled in. @return NULL: no memory */
static char *place_of(const struct plan_env *env, const struct wanted *w, bool is_macro)
{
    struct slice name, args;
    struct buf text, out;
    char *place = NULL;

    buf_init(&text, PLAN_TEXT_MAX);
    buf_init(&out, PLAN_TEXT_MAX);
    if (plan_subst(env, slice_of(w->data), &text))
        goto out;
    name = slice_cut(buf_slice(&text), ',', &args);
    if (!is_macro)
        buf_adds(&out, buf_slice(&text));
    else if (slice_is_set(args))
        buf_printf(&out, "macro-%.*s,s,1(%.*s)", SLICE_ARG(slice_trim(name)), SLICE_ARG(args));
    else
        buf_printf(&out, "macro-%.*s,s,1", SLICE_ARG(slice_trim(name)));
    place = buf_err(&out) ? NULL : slice_dup(buf_slice(&out));
out:
    buf_fini(&text);
    buf_fini(&out);
    return place;
}

/* @return whether the talk goes on */
static bool run_on(struct plan_core *p, struct channel *ch, const struct wanted *w)
{
    const bool is_macro = strcasecmp(w->app, "Macro") == 0;
    const struct plan_env env = {.core = p, .channel = ch};
    char *place;

    if (!is_macro && strcasecmp(w->app, "Gosub") != 0)
        return plan_sub_app(p, ch, w->app, slice_of(w->data)) == PLAN_NEXT;
    place = place_of(&env, w, is_macro);
    if (place)
        (void)plan_sub(p, ch, place);
    mem_free(place);
    return true;
}

/* Events of the caller's queue are taken by what runs on him: those of the callee wait elsewhere. */
static struct event_queue *set_aside(const struct plan_features *f, const struct channel *on)
{
    struct event_queue *q = NULL;

    if (on != f->caller.channel || event_queue_alloc(&q))
        return NULL;
    channel_attach(f->callee.channel, q);
    return q;
}

static void take_back(const struct plan_features *f, struct event_queue *q)
{
    if (!q)
        return;
    channel_attach(f->callee.channel, f->run->queue);
    event_queue_move(q, f->run->queue);
    mem_deref(q);
}

static void introduce(struct channel *on, const struct channel *who, const struct channel *other,
                      const char *name)
{
    (void)channel_var_set(on, SLICE("DYNAMIC_FEATURENAME"), slice_of(name));
    (void)channel_var_set(on, SLICE("DYNAMIC_WHO_ACTIVATED"), slice_of(who->name));
    (void)channel_var_set(on, SLICE("DYNAMIC_PEERNAME"), slice_of(other->name));
}

/* The two do not hear each other meanwhile. */
static bool run_apart(struct plan_features *f, struct channel *on, struct channel *idle,
                      const struct wanted *w)
{
    struct event_queue *q = set_aside(f, on);
    bool goes_on;

    f->b->is_apart = true;
    bridge_sound(f->bridge, false);
    if (*w->music)
        (void)channel_moh(idle, w->music);
    goes_on = run_on(f->run->core, on, w);
    take_back(f, q);
    f->b->is_apart = false;
    if (goes_on && !on->is_hungup && !idle->is_hungup)
        bridge_sound(f->bridge, true);
    return goes_on;
}

bool plan_feature_app(struct plan_features *f, struct plan_feature_side *who, const char *name)
{
    const struct model_snapshot *s = f->run->core->snapshot;
    const struct model_feature *row = s ? model_feature_find(s, slice_of(name)) : NULL;
    struct channel *other = plan_feature_other(f, who)->channel;
    struct channel *on, *idle;
    struct wanted w = {0};
    bool goes_on = true;

    if (!row) {
        log_notice("the code is not in table features any more call=%s name=\"%s\"",
                   who->channel->linkedid, name);
        return false;
    }
    on = row->activate_on == MODEL_FEATURE_PEER ? other : who->channel;
    idle = on == other ? who->channel : other;
    introduce(on, who->channel, other, row->name);
    if (take(&w, row) == 0)
        goes_on = run_apart(f, on, idle, &w);
    release(&w);
    plan_features_begin(f, f->bridge); /* digits were read meanwhile */
    return !goes_on;
}
