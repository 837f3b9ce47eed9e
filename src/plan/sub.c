/* sub.c - see sub.h */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "plan/app.h"
#include "plan/frame.h"
#include "plan/sub.h"
#include "plan/subst.h"

#define WHERE_MAX 4096

/* Where a channel was before. */
struct place {
    char *context, *exten, *appdata;
    const char *app;
    int priority;
    struct event_queue *queue;
    struct plan_run *own; /* made for the time */
};

static int remember(struct place *was, struct channel *ch)
{
    *was = (struct place){.context = mem_strdup(ch->context),
                          .exten = mem_strdup(ch->exten),
                          .appdata = mem_strdup(ch->appdata),
                          .app = ch->app,
                          .priority = ch->priority,
                          .queue = mem_ref(ch->queue)};
    return (ch->context && !was->context) || (ch->exten && !was->exten) ||
                   (ch->appdata && !was->appdata)
               ? ENOMEM
               : 0;
}

static void put_back(char **field, char *value)
{
    mem_free(*field);
    *field = value;
}

static void go_back(struct place *was, struct channel *ch)
{
    put_back(&ch->context, was->context);
    put_back(&ch->exten, was->exten);
    put_back(&ch->appdata, was->appdata);
    ch->app = was->app;
    ch->priority = was->priority;
    channel_attach(ch, was->queue);
    if (was->own)
        plan_run_release(was->own);
    mem_deref(was->queue);
}

/* The channel's run, or one for the time. */
static int enter(struct place *was, struct plan_run **rp, struct plan_core *p, struct channel *ch)
{
    int err = remember(was, ch);

    *rp = plan_run_of(ch);
    if (!err && *rp)
        channel_attach(ch, (*rp)->queue); /* a parked one's events go elsewhere */
    if (err || *rp)
        return err;
    err = plan_run_alloc(&was->own, p, ch);
    *rp = was->own;
    if (!err)
        was->own->is_guest = ch->bridge != NULL;
    return err;
}

static char *gosub_text(const char *where)
{
    char *text = strlen(where) < WHERE_MAX ? mem_strdup(where) : NULL;

    for (char *s = text; s && *s; s++)
        if (*s == '^')
            *s = ',';
    return text;
}

static int run_gosub(struct plan_run *run, char *text)
{
    const uint32_t frames = run->frame_count;
    const bool was_jumped = run->is_jumped;
    int err = 0;

    if (plan_app_exec(run, "Gosub", text) != PLAN_NEXT || run->frame_count != frames + 1)
        return ENOENT;
    if (plan_run_enter(run)) {
        plan_run_nested(run, frames + 1);
        plan_run_leave(run);
    } else {
        err = ENOENT;
    }
    while (run->frame_count > frames && plan_frame_pop(run, false) == 0)
        ;
    run->is_jumped = was_jumped;
    return err;
}

int plan_sub(struct plan_core *p, struct channel *ch, const char *where)
{
    struct place was;
    struct plan_run *run;
    char *text = NULL;
    int err = enter(&was, &run, p, ch);

    if (!err) {
        text = gosub_text(where);
        err = text ? run_gosub(run, text) : ENOMEM;
    }
    go_back(&was, ch);
    mem_free(text);
    return !err && ch->is_hungup ? ECONNRESET : err;
}

static int run_filled(struct plan_run *run, const char *app, struct slice text)
{
    const struct plan_env env = plan_run_env(run);
    const bool was_jumped = run->is_jumped;
    struct buf data;
    int rc = PLAN_END;

    buf_init(&data, PLAN_TEXT_MAX);
    if (!plan_subst(&env, text, &data) && !buf_addc(&data, '\0'))
        rc = plan_app_exec(run, app, data.p);
    buf_fini(&data);
    run->is_jumped = was_jumped;
    return rc;
}

int plan_sub_app(struct plan_core *p, struct channel *ch, const char *app, struct slice text)
{
    struct place was;
    struct plan_run *run;
    int rc = PLAN_END;

    if (enter(&was, &run, p, ch) == 0)
        rc = run_filled(run, app, text);
    go_back(&was, ch);
    return rc;
}

void plan_sub_h(struct plan_core *p, struct channel *ch, const char *context)
{
    struct place was;
    struct plan_run *run;

    if (enter(&was, &run, p, ch) == 0 && plan_run_has(run, slice_of(context), SLICE("h"), 1) &&
        plan_run_goto(run, slice_of(context), SLICE("h"), 1) == 0 && plan_run_enter(run)) {
        plan_run_nested(run, 0);
        plan_run_leave(run);
    }
    go_back(&was, ch);
}
