/*
 * plan/feature.h - keys that two who talk may press: hang up, record, pause recordings, run an application
 *
 * Scope:   which codes each side of a talk has, and what comes of its digits. A code is never heard by the
 *          other side; digits that are none of a code go on to it in order. A code is done when no longer
 *          one can follow: at once, or after setting feature_digit_timeout (FEATURE(featuredigittimeout)).
 * Codes:   the settings feature_..., FEATUREMAP() of a channel instead; table features for the names in
 *          DYNAMIC_FEATURES. Who may use which: enum plan_may, of options of Dial, variable BRIDGE_FEATURES of
 *          the caller (capital letters: for him) and CHANNEL(dtmf_features).
 * Cost:    none for a side without a code; a side with one has its sound here (bridge_media_use), and the
 *          media role keeps back digits that begin a code (media_stream_hold_digits).
 * Owns:    the codes of both sides, digits that wait; inside the talk (bridging.c).
 * Thread:  the task of the talk.
 * Journal: plan_bridging's caller_may and callee_may, and the channels' variables: codes are found anew.
 * Limits:  64 codes a side, 11 keys each.
 * Source:  Asterisk 22's features.conf, bridge_builtin_features.c's behaviour; docs/calls.md.
 */
#pragma once
#include "model/snapshot.h"
#include "plan/bridging.h"

enum plan_may {
    PLAN_MAY_DISCONNECT = 1, /* H h */
    PLAN_MAY_RECORD = 2,     /* X x */
    PLAN_MAY_TRANSFER = 4,   /* T t: with their subject */
    PLAN_MAY_PARK = 8,       /* K k: with their subject */
};

static inline uint8_t plan_may(bool disconnects, bool records)
{
    return (uint8_t)((disconnects ? PLAN_MAY_DISCONNECT : 0) | (records ? PLAN_MAY_RECORD : 0));
}

struct plan_code;

/** One side of a talk. */
struct plan_feature_side {
    struct channel *channel; /* borrowed */
    struct plan_code *codes;
    uint32_t count;
    struct channel_event typed[MODEL_CODE_MAX + 1]; /* maybe the beginning of a code */
    uint32_t typed_count;
    bool is_all;     /* the media role keeps back all digits until it is told again */
    struct mono due; /* the next key is waited for until then */
    struct mono
        all_at; /* the peer has what was sent to it: until then each digit is kept back; us 0: no */
};

struct plan_features {
    struct plan_run *run;
    struct plan_bridging *b;
    struct bridge *bridge;
    bool is_user; /* bridge_media_use was said */
    struct plan_feature_side caller, callee;
};

/** Before both are joined. Without memory a side has no codes (logged). */
void plan_features_init(struct plan_features *f, struct plan_run *run, struct plan_bridging *b);
void plan_features_fini(struct plan_features *f);

/** They are joined; afterwards, while they still are. bridge is borrowed. */
void plan_features_begin(struct plan_features *f, struct bridge *bridge);
void plan_features_end(struct plan_features *f);

/** A Local pair has left: the callee may be another one. */
void plan_features_follow(struct plan_features *f);

/** A digit of one of both came. @return whether the talk is over */
bool plan_features_take(struct plan_features *f, const struct channel_event *ev);

/** Until plan_features_on_time is to be called; -1: never. */
int64_t plan_features_left_ms(const struct plan_features *f);
/** @return whether the talk is over */
bool plan_features_on_time(struct plan_features *f);

/* ---- values, for functions and the console (feature_codes.c) ---- */

/** A built-in one. */
struct plan_builtin {
    const char *name;  /* of FEATUREMAP() and features.conf */
    const char *title; /* as Asterisk's console has it */
    const char *title_ru;
    uint8_t may;    /* enum plan_may */
    size_t code_at; /* in struct model_settings */
    /** @return whether the talk is over. NULL: comes with its subject, its keys are digits like others. */
    bool (*act)(struct plan_features *f, struct plan_feature_side *who);
};

/** In the console's order; the last one's name is NULL. */
extern const struct plan_builtin plan_builtins[];
const struct plan_builtin *plan_builtin_find(struct slice name);

/** Its keys on ch (NULL: for all): "" none. Borrowed. */
const char *plan_builtin_code(const struct plan_core *p, const struct channel *ch,
                              const struct plan_builtin *b);

/** What FEATURE(name) or FEATUREMAP(name) was set to on ch, else the absent slice. kind: "FEATURE", "FEATUREMAP".
 *  @return borrowed */
struct slice plan_feature_kept(const struct channel *ch, const char *kind, const char *name);
/** @return 0; ENOMEM; ENOSPC */
int plan_feature_keep(struct channel *ch, const char *kind, const char *name, struct slice value);

/** `features show` (console_feature.c); arg is the plan_core. */
struct console;
int plan_console_features(struct console *c, int argc, char **argv, void *arg);
