/*
 * plan/originate.h - a call that the station makes by itself: ring one leg, then let it run
 *
 * Scope:   the core of application Originate, call files, the console's `channel originate`, later
 *          the Manager's Originate and the autodialler. Rings a destination; when it is answered, an
 *          application runs on it, or the routing from an extension. A Local destination makes both
 *          sides of a call.
 * Owns:    what it was told, until it is over; then the leg belongs to its run (plan/plan.h).
 * Thread:  the loop's; the handler runs there, never inside plan_originate.
 * Limits:  each is a task and a channel, and counts as those.
 * Source:  Asterisk 22's ast_pbx_outgoing_app and _exten; its reason numbers.
 */
#pragma once
#include "plan/plan.h"

/** How it ended: Asterisk's numbers (Reason of OriginateResponse, ${REASON}). */
enum plan_originate_reason {
    ORIGINATE_FAILED = 0, /* no such destination, nothing registered, no memory */
    ORIGINATE_HUNGUP =
        1, /* inside: refused, or left before the answer; told as 0, as is a SIP 486 */
    ORIGINATE_RINGING = 3,  /* nobody answered in time */
    ORIGINATE_ANSWERED = 4, /* it runs now */
    ORIGINATE_BUSY = 5,     /* these two are told of Local channels only */
    ORIGINATE_CONGESTION = 8,
};

/** The end of the ringing. @param ch  the answered leg, borrowed during the call; NULL: none */
typedef void(plan_originated_h)(enum plan_originate_reason reason, struct channel *ch, void *arg);

struct plan_originate_var {
    const char *name, *value; /* "_X", "__X", "CALLERID(name)": as Set does, nothing substituted */
};

/** Everything is copied; NULL and 0 where nothing is meant. */
struct plan_originate_args {
    const char *where;  /* "PJSIP/101", "Local/200@office/n" */
    int64_t timeout_ms; /* of ringing; 0: 30 s */
    const char *caller_number, *caller_name;
    const char *account, *language;
    const char *codecs;                    /* "alaw,ulaw": only these */
    const char *uniqueid, *other_uniqueid; /* wanted ones (other: of a Local's second half) */
    const struct plan_originate_var *vars;
    uint32_t var_count;
    const char *leg_gosub;       /* run on the leg before it rings (plan/sub.h) */
    const char *app, *app_data;  /* run this; */
    const char *context, *exten; /* or, when app is NULL, go here */
    int priority;                /* 0: 1 */
    bool with_early_media;       /* begin at its early media already */
    bool runs_failed; /* without an answer extension "failed" of context runs, with REASON set */
    struct channel *requestor; /* whose variables and language are inherited, or NULL (borrowed) */
    plan_originated_h *done;   /* called once, or never after a cancel; may be NULL */
    void *arg;
};

struct plan_originate;

/**
 * Begin.
 * @param op  out, may be NULL: one reference, for plan_originate_cancel
 * @return 0 (done follows); EINVAL (where is no Tech/resource; no app and no exten); ENOMEM; EAGAIN
 */
int plan_originate(struct plan_originate **op, struct plan_core *p,
                   const struct plan_originate_args *args);

/** Stop ringing; done is not called any more. Harmless once it is over. */
void plan_originate_cancel(struct plan_originate *o);
