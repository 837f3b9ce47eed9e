/* resume.c - see resume.h */
#include "plan/resume.h"

#include <errno.h>

#include "base/log.h"
#include "base/mem.h"
#include "call/cdr.h"
#include "plan/app/block.h"
#include "plan/bridging.h"
#include "plan/core.h"
#include "plan/course.h"
#include "plan/frame.h"

/* What a run that was taken over does first. */
struct plan_resumed {
    struct plan_bridging bridging;    /* callee, a reference, NULL: end the call */
    const char *app;                  /* that had joined them */
    char *texts[PLAN_BRIDGING_TEXTS]; /* of bridging */
};

/* ---- writing ---- */

void plan_bridging_pack(struct plan_bridging *b, char *texts[PLAN_BRIDGING_TEXTS], struct pack *k)
{
    struct plan_limit *l = &b->limit;
    const char **const at[PLAN_BRIDGING_TEXTS] = {&b->callee_goes, &l->connect_file,
                                                  &l->warning_file, &l->timeout_file};

    pack_bool(k, &b->goes_on);
    pack_u8(k, &b->caller_may);
    pack_u8(k, &b->callee_may);
    pack_bool(k, &b->keeps_connected);
    pack_bool(k, &b->callee_runs_h);
    pack_bool(k, &b->callee_returns);
    pack_i64(k, &l->ms);
    pack_i64(k, &l->warn_ms);
    pack_i64(k, &l->every_ms);
    pack_bool(k, &l->tells_caller);
    pack_bool(k, &l->tells_callee);
    pack_i64(k, &b->spent_ms);
    pack_mono(k, &b->since);
    for (int i = 0; i < PLAN_BRIDGING_TEXTS; i++) {
        char *text = (char *)(uintptr_t)*at[i]; /* only read when writing */

        if (k->is_reading) {
            pack_string(k, &texts[i]);
            *at[i] = texts[i];
        } else {
            pack_string(k, &text);
        }
    }
    if (k->is_reading && (l->ms < 0 || l->warn_ms < 0 || l->every_ms < 0 || b->spent_ms < 0))
        pack_fail(k, EBADMSG);
}

void plan_run_pack(struct plan_run *run, struct pack *k)
{
    pack_string(k, &run->app);
    pack_string(k, &run->app_data);
    plan_frames_pack(run, k);
    block_loops_pack(run, k);
    plan_handlers_pack(run, k);
    plan_exception_pack(run, k);
}

static void save_run(const struct channel *ch, struct pack *k, void *arg)
{
    struct plan_run *run = plan_run_of(ch);
    struct plan_bridging b = {.callee = NULL};
    bool is_bridged = run->talk != NULL;

    if (run->is_parked ||
        run->is_guest) /* it is the callee of a talk, as if it had no run (claim.h) */
        return;
    plan_run_pack(run, k);
    pack_bool(k, &is_bridged);
    if (!is_bridged)
        return;
    b = *run->talk;
    plan_bridging_pack(&b, NULL, k);
}

void plan_journal(struct plan_core *p, struct call_journal *j)
{
    if (p->journal && !j)
        call_journal_unkeep_all(p->journal);
    p->journal = j;
    if (j)
        call_journal_set_run(j, save_run, p);
}

/* ---- the first step ---- */

static void resumed_free(struct plan_resumed *r)
{
    if (!r)
        return;
    for (int i = 0; i < PLAN_BRIDGING_TEXTS; i++)
        mem_free(r->texts[i]);
    mem_deref(r->bridging.callee);
    mem_free(r);
}

void plan_resumed_free(struct plan_run *run)
{
    resumed_free(run->resumed);
    run->resumed = NULL;
}

static int talk_on(struct plan_run *run, struct plan_resumed *r)
{
    struct channel *caller = run->channel, *callee = r->bridging.callee;
    int rc;

    channel_attach(callee, run->queue);
    caller->app = r->app;
    r->bridging.spent_ms += mono_diff_ms(loop_now(plan_loop(run->core)), r->bridging.since);
    /* Music plays where somebody holds: the streams are joined anew, which ends it. */
    if (caller->is_on_hold)
        channel_tell_hold(caller);
    if (callee->is_on_hold)
        channel_tell_hold(callee);
    rc = plan_bridging_run(run, &r->bridging);
    if (r->bridging.callee)
        channel_hangup(r->bridging.callee, CAUSE_NORMAL);
    caller->app = NULL;
    return rc;
}

int plan_resumed_step(struct plan_run *run)
{
    struct plan_resumed *r = run->resumed;
    int rc = PLAN_END;

    run->resumed = NULL;
    if (r->bridging.callee)
        rc = talk_on(run, r);
    else
        channel_softhangup(run->channel, CAUSE_CONGESTION);
    resumed_free(r);
    return rc;
}

/* ---- finding places ---- */

struct call {
    struct link link;
    struct hash_link by_id;
    struct channel *ch;     /* a reference */
    struct channel *callee; /* borrowed; NULL: nobody */
    struct plan_run *run;   /* NULL: none, or started */
    bool is_whole, is_settled;
    char peer[32];
};

struct takeover {
    struct plan_core *core;
    struct list calls; /* struct call */
    struct hash by_id; /* the same by uniqueid */
    bool may_talk;
    unsigned talking, ended;
};

static struct call *call_of(struct takeover *t, const char *uniqueid)
{
    for (struct hash_link *k = hash_first(&t->by_id, hash_slice(slice_of(uniqueid))); k;
         k = hash_next(k)) {
        struct call *c = CONTAINER_OF(k, struct call, by_id);

        if (strcmp(c->ch->uniqueid, uniqueid) == 0)
            return c;
    }
    return NULL;
}

static void give_up_run(struct plan_run *run)
{
    channel_attach(run->channel, NULL);
    plan_run_release(run);
}

/* @return the run as it was, ready to be launched; NULL: none, or it cannot be read */
static struct plan_run *read_run(struct plan_core *core, struct channel *ch, struct pack *k,
                                 bool *is_bridged)
{
    struct plan_run *run = NULL;

    if (!k->size || plan_run_alloc(&run, core, ch))
        return NULL;
    run->resumed = mem_zalloc(sizeof(*run->resumed));
    plan_run_pack(run, k);
    pack_bool(k, is_bridged);
    if (*is_bridged && run->resumed)
        plan_bridging_pack(&run->resumed->bridging, run->resumed->texts, k);
    if (run->resumed && !pack_err(k))
        return run;
    log_warning("place in the routing cannot be read, the call ends call=%s channel=\"%s\" "
                "err=\"%s\"",
                ch->linkedid, ch->name, strerror(pack_err(k) ? pack_err(k) : ENOMEM));
    give_up_run(run);
    return NULL;
}

static void on_call(struct channel *ch, bool is_whole, struct pack run, const char *peer, void *arg)
{
    struct takeover *t = arg;
    struct call *c = mem_zalloc(sizeof(*c));
    bool is_bridged = false;

    if (!c) {
        channel_hangup(ch, CAUSE_CONGESTION);
        return;
    }
    c->ch = mem_ref(ch);
    c->is_whole = is_whole;
    c->run = read_run(t->core, ch, &run, &is_bridged);
    if (is_bridged)
        (void)slice_copy(slice_of(peer), c->peer, sizeof(c->peer));
    list_append(&t->calls, &c->link);
    (void)hash_add(&t->by_id, &c->by_id, hash_slice(slice_of(ch->uniqueid)));
}

static bool is_up(const struct call *c)
{
    return c && c->is_whole && c->ch->state == CHANNEL_UP && !c->ch->is_hungup && !c->is_settled;
}

static int launch(struct call *c)
{
    struct plan_run *run = c->run;

    c->run = NULL;
    return plan_run_launch(run);
}

/* @return whether both talk on */
static bool join(struct takeover *t, struct call *c)
{
    struct call *callee = c->run ? call_of(t, c->peer) : NULL;
    struct plan_resumed *r;

    if (!t->may_talk || !is_up(c) || !is_up(callee) || callee == c || callee->run)
        return false;
    r = c->run->resumed;
    r->bridging.callee = mem_ref(callee->ch);
    r->app = c->ch->app;
    if (launch(c))
        return false;
    c->is_settled = callee->is_settled = true;
    t->talking++;
    return true;
}

/* Extension h begins once only. */
static bool was_in_h(const struct channel *ch)
{
    return ch->is_hungup && ch->exten && strcmp(ch->exten, "h") == 0;
}

static void end(struct takeover *t, struct call *c)
{
    c->is_settled = true;
    t->ended++;
    cdr_give_up(c->ch);
    if (c->run && c->is_whole && !was_in_h(c->ch) && launch(c) == 0)
        return;
    channel_hangup(c->ch, CAUSE_CONGESTION);
}

static void call_free(struct call *c)
{
    list_unlink(&c->link);
    if (c->run)
        give_up_run(c->run);
    mem_deref(c->ch);
    mem_free(c);
}

static void settle(struct takeover *t)
{
    LIST_FOREACH(&t->calls, k)
    {
        (void)join(t, CONTAINER_OF(k, struct call, link));
    }
    LIST_FOREACH(&t->calls, k)
    {
        struct call *c = CONTAINER_OF(k, struct call, link);

        if (!c->is_settled)
            end(t, c);
    }
}

void plan_take_over(struct plan_core *p, struct call_journal *j, bool may_talk)
{
    struct takeover t = {.core = p, .may_talk = may_talk};
    struct link *k;

    list_init(&t.calls);
    hash_init(&t.by_id);
    call_journal_take(j, on_call, &t);
    settle(&t);
    while ((k = list_first(&t.calls)) != NULL)
        call_free(CONTAINER_OF(k, struct call, link));
    hash_fini(&t.by_id);
    call_journal_taken(j);
    log_notice("calls of the engine before are taken over talking=%u ended=%u", t.talking, t.ended);
}
