/*
 * plan/bridging.h - two legs that talk, held by the task of the caller
 *
 * Scope:   the part of Dial (later Queue) that may last for hours. It takes only what a row of a
 *          journal can hold, so that an engine that was started again can enter here with channels
 *          that it took over: save struct plan_bridging (run->talk while they talk) with the names
 *          of both channels; texts are short and may be copied; spent_ms is what is over of the
 *          limit.
 * Change:  a Local pair between two talks may leave (call/local.h): the callee is then another
 *          channel, so read run->talk->callee anew after every wait.
 */
#pragma once
#include "plan/run.h"

/** Option L of Dial and Bridge. Files are borrowed; NULL: none. */
struct plan_limit {
    int64_t ms;       /* they talk at most; 0: no limit */
    int64_t warn_ms;  /* a warning when so much is left; 0: none */
    int64_t every_ms; /* and again each; 0: once */
    bool tells_caller, tells_callee;
    const char *connect_file, *warning_file, *timeout_file;
};

#define PLAN_BRIDGING_TEXTS 4

struct pack;

/** Every member but callee and is_apart stands in plan_bridging_pack. */
struct plan_bridging {
    struct channel *callee;         /* a reference, given and taken back by the caller of this */
    bool goes_on;                   /* option g: the caller's routing continues */
    uint8_t caller_may, callee_may; /* enum plan_may: options H h X x ... (feature.h) */
    bool keeps_connected;           /* option I */
    bool callee_runs_h;             /* option e */
    bool callee_returns;            /* it goes there whoever ended the talk (Bridge) */
    const char
        *callee_goes; /* option F: where the callee goes when the caller leaves; "": on from the
                                caller's place; NULL: nowhere */
    bool
        is_apart; /* an application of feature.h runs on one of them: no leg may be put in another's place */
    struct plan_limit limit;
    int64_t spent_ms;  /* before (a talk that was taken over) */
    struct mono since; /* out: from when on they talk */
};

/**
 * Join the caller (run->channel) with the callee until one of them leaves; then the callee is hung
 * up or goes its own way, and ANSWEREDTIME(_MS), DIALEDTIME(_MS) are set.
 * @return PLAN_NEXT (goes_on, and the caller is still there) or PLAN_END
 */
int plan_bridging_run(struct plan_run *run, struct plan_bridging *b);

/** The same with a limit (b->limit): options L and S, NULL: not given. Files and whom they are for stand
 *  in the variables LIMIT_... of the caller. */
int plan_bridging_run_limited(struct plan_run *run, struct plan_bridging *b, const char *limit,
                              const char *seconds);

/**
 * Both ways (base/pack.h), for the journal: the options. Read: since is that of the dead engine.
 * @param texts  read: the texts that b borrows; blocks of the caller
 */
void plan_bridging_pack(struct plan_bridging *b, char *texts[PLAN_BRIDGING_TEXTS], struct pack *k);

/** Set NAME to seconds and NAME_MS to milliseconds. */
void plan_set_duration(struct channel *ch, const char *name, int64_t ms);

/** A leg that somebody else ran goes its own way from context, exten, priority: in a run that was parked
 *  (claim.h), else in a new one. @return 0 (its run ends it); ENOMEM */
int plan_leg_go(struct plan_core *p, struct channel *ch, struct slice context, struct slice exten,
                int priority);
