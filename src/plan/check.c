/* check.c - one walk through a new routing: what it asks for and nobody does (core.h) */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "plan/app/all.h"
#include "plan/args.h"
#include "plan/core.h"

/* Options of Dial: accepted for later; all the rest but g G m r is not known here. */
#define DIAL_LATER "hHtT"
#define DIAL_OBEYED "gGmr"

struct check {
    struct plan_core *core;
    bool later[128], unknown[128]; /* option letters of Dial seen */
    bool has_sip;
};

static void check_dial_options(struct check *c, char *options)
{
    char letter, *arg;

    while (plan_option_next(&options, &letter, &arg)) {
        if ((unsigned char)letter >= 128 || letter <= ' ' || letter == '$')
            return; /* a variable: not known before it runs */
        if (strchr(DIAL_LATER, letter))
            c->later[(int)letter] = true;
        else if (!strchr(DIAL_OBEYED, letter))
            c->unknown[(int)letter] = true;
    }
}

static void check_dial(struct check *c, const struct plan_step *s)
{
    char *copy, *argv[4];

    c->has_sip = c->has_sip || strncasecmp(s->data, "SIP/", 4) == 0 || strcasestr(s->data, "&SIP/");
    if (!strchr(s->data, ','))
        return;
    copy = mem_strdup(s->data);
    if (!copy)
        return;
    plan_args_split_raw(copy, ',', argv, 4);
    check_dial_options(c, argv[2]);
    mem_free(copy);
}

static void check_step(struct check *c, const char *context, const char *exten, struct plan_step *s)
{
    s->app = plan_app_find(c->core, slice_of(s->name));
    if (!s->app && plan_tell_once(c->core, "unknown", s->name))
        log_warning("%s: the call will end there at=\"%s,%s,%d\" application=\"%s\"",
                    plan_app_is_foreign(s->name) ? "application of Asterisk that is not supported"
                                                 : "no such application",
                    context, exten, s->priority, s->name);
    else if (s->app && plan_app_is_later(s->app) && plan_tell_once(c->core, "comes", s->name))
        log_warning("application comes with a later version, the routing goes on without it "
                    "at=\"%s,%s,%d\" application=%s",
                    context, exten, s->priority, s->app->name);
    if (s->app == &plan_app_dial)
        check_dial(c, s);
}

static void tell_letters(struct plan_core *p, const bool letters[128], const char *what)
{
    char text[128];
    size_t n = 0;

    for (int i = 0; i < 128; i++)
        if (letters[i])
            text[n++] = (char)i;
    text[n] = '\0';
    if (n && plan_tell_once(p, what, text))
        log_notice("%s options=%s", what, text);
}

void plan_check_routing(struct plan_core *p, const struct plan_routing *r)
{
    struct check c = {.core = p};

    for (const struct plan_context *x = plan_routing_first(r); x; x = plan_context_next(x))
        for (struct plan_exten *e = plan_context_extens(x); e; e = e->next)
            for (uint32_t i = 0; i < e->count; i++)
                check_step(&c, plan_context_name(x), e->name, &e->steps[i]);
    tell_letters(p, c.later, "options of Dial accepted and not obeyed yet");
    tell_letters(p, c.unknown, "options of Dial that are not supported and have no effect");
    if (c.has_sip && plan_tell_once(p, "sip", ""))
        log_notice("SIP/ in Dial is taken as PJSIP/: write PJSIP/ in the routing");
}
