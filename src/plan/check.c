/* check.c - one walk through a new routing: what it asks for and nobody does (check.h) */
#include <string.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "plan/app/all.h"
#include "plan/check.h"
#include "plan/core.h"
#include "plan/names.h"
#include "plan/scan.h"

#define STEPS_A_TURN 500

/* The step being looked at. */
struct check {
    struct plan_core *core;
    const char *context, *exten;
    const struct plan_step *step;
};

/* Is it something that the routing before did not lack already? */
static bool is_news(struct plan_core *p, const char *key, const char *name)
{
    const uint32_t hash = (hash_slice(slice_of(key)) * 31 + hash_slice(slice_of(name))) | 1;
    const size_t at = (hash >> 1) % (sizeof(p->named[0]) / sizeof(p->named[0][0]));
    const bool is_known = p->named[0][at] == hash || p->named[1][at] == hash;

    p->named[1][at] = hash;
    return !is_known;
}

/* A walk came to its end: what it named is what is known. */
static void remember(struct plan_core *p)
{
    memcpy(p->named[0], p->named[1], sizeof(p->named[0]));
    memset(p->named[1], 0, sizeof(p->named[1]));
}

/* Each thing is named once, with the first place where it stands. */
static const struct {
    enum log_level level;
    const char *key, *text;
} lacks[PLAN_LACKS] = {
    [PLAN_LACK_FUNCTION] = {LOG_WARNING, "function", "no such function: its place stays empty"},
    [PLAN_LACK_TECH] = {LOG_WARNING, NULL, NULL}, /* Dial says so: drivers come later than this */
    [PLAN_LACK_OPTION] = {LOG_WARNING, "option", "option of Dial that has no effect"},
    [PLAN_LACK_OPTION_LATER] = {LOG_NOTICE, "option later",
                                "option of Dial accepted, not obeyed yet"},
};

static void on_lack(enum plan_lack lack, struct slice what, void *arg)
{
    const struct check *c = arg;
    const char *why;
    char name[64];

    slice_copy(what, name, sizeof(name));
    if (!lacks[lack].key || !is_news(c->core, lacks[lack].key, name))
        return;
    why = lack == PLAN_LACK_FUNCTION ? plan_name_why(PLAN_NAME_FUNC, what, "en") : "";
    log_line(lacks[lack].level, "%s at=\"%s,%s,%d\" application=%s what=\"%s\"%s%s%s",
             lacks[lack].text, c->context, c->exten, c->step->priority, c->step->name, name,
             *why ? " reason=\"" : "", why, *why ? "\"" : "");
}

static const char *const app_texts[] = {
    [PLAN_NAME_LATER] = "application is not here yet, the routing goes on without it",
    [PLAN_NAME_REFUSED] = "application of Asterisk that is not supported: the call will end there",
    [PLAN_NAME_UNKNOWN] = "no such application: the call will end there",
};

static void check_app(const struct check *c)
{
    const struct plan_step *s = c->step;
    const struct slice name = slice_of(s->name);

    if (!s->app && is_news(c->core, "unknown", s->name))
        log_warning("%s at=\"%s,%s,%d\" application=\"%s\" reason=\"%s\"",
                    app_texts[plan_name_state(c->core, PLAN_NAME_APP, name)], c->context, c->exten,
                    s->priority, s->name, plan_name_why(PLAN_NAME_APP, name, "en"));
    if (s->app == &plan_app_dial &&
        (strncasecmp(s->data, "SIP/", 4) == 0 || strcasestr(s->data, "&SIP/")) &&
        is_news(c->core, "sip", ""))
        log_notice("SIP/ in Dial is taken as PJSIP/: write PJSIP/ in the routing "
                   "at=\"%s,%s,%d\"",
                   c->context, c->exten, s->priority);
}

static void check_exten(struct check *c, struct plan_exten *e)
{
    for (uint32_t i = 0; i < e->count; i++) {
        struct plan_step *s = &e->steps[i];

        if (s->priority == PLAN_HINT)
            continue;
        if (!s->app)
            s->app = plan_app_find(c->core, slice_of(s->name));
        c->exten = e->name;
        c->step = s;
        check_app(c);
        plan_scan_step(c->core, slice_of(s->name), s->data, on_lack, c);
    }
}

/* A walk under way. */
struct plan_check {
    struct timer timer;
    struct plan_routing *routing; /* a reference */
    const struct plan_context *context;
    struct plan_exten *exten; /* the next one; NULL: of the next context */
};

static void walk(void *arg)
{
    struct plan_core *p = arg;
    struct plan_check *w = p->check;
    struct check c = {.core = p};
    uint32_t steps = 0;

    while (w->context && steps < STEPS_A_TURN) {
        if (!w->exten) {
            w->context = plan_context_next(w->context);
            w->exten = w->context ? plan_context_extens(w->context) : NULL;
            continue;
        }
        c.context = plan_context_name(w->context);
        check_exten(&c, w->exten);
        steps += w->exten->count + 1;
        w->exten = w->exten->next;
    }
    if (w->context) {
        timer_start(p->loop, &w->timer, 1, walk, p);
        return;
    }
    remember(p);
    plan_check_stop(p);
}

void plan_check_start(struct plan_core *p)
{
    plan_check_stop(p);
    p->check = mem_zalloc(sizeof(*p->check));
    if (!p->check)
        return; /* what is missing is named when it is run */
    p->check->routing = mem_ref(p->routing);
    p->check->context = plan_routing_first(p->routing);
    p->check->exten = p->check->context ? plan_context_extens(p->check->context) : NULL;
    walk(p);
}

void plan_check_stop(struct plan_core *p)
{
    if (!p->check)
        return;
    timer_stop(&p->check->timer);
    mem_deref(p->check->routing);
    mem_free(p->check);
    p->check = NULL;
}
