/*
 * plan/hint.h - hints: the state of an extension made of the states of devices
 *
 * Scope:   `exten => 100,hint,PJSIP/100&Custom:x,CustomPresence:p(Name)`, also of patterns
 *          (`_1XX,hint,PJSIP/${EXTEN}`). Asking, and watching for lamps and the Manager.
 * Owns:    a watch owns its texts and device watches; it lives in its owner's memory.
 * Thread:  the loop's. Handlers are called in a round of their own.
 * Change:  a new routing makes every watch look again: a hint may have come, changed or gone.
 * Limits:  32 devices of a hint; others are left out, with a warning.
 * Source:  Asterisk's pbx.c: extension states as bits, HINT(), `core show hints`.
 */
#pragma once
#include "call/device_state.h"
#include "plan/plan.h"

/** As Asterisk's numbers in ExtensionStatus. */
enum {
    EXTEN_REMOVED = -2, /* there was a hint, it is gone */
    EXTEN_NO_HINT = -1, /* there is none */
    EXTEN_NOT_INUSE = 0,
    EXTEN_INUSE = 1,
    EXTEN_BUSY = 2,
    EXTEN_UNAVAILABLE = 4,
    EXTEN_RINGING = 8, /* with INUSE: both */
    EXTEN_ONHOLD = 16,
};

/** "Idle" "InUse" "Busy" "Unavailable" "Ringing" "InUse&Ringing" "Hold" "InUse&Hold"; else "Unknown"
 */
const char *plan_exten_state_text(int state);
/** "NOT_INUSE" "INUSE" ... of EXTENSION_STATE(); "UNKNOWN" without a hint */
const char *plan_exten_state_name(int state);
/** What a device's state is for an extension. */
int plan_exten_state_of(enum device_state s);

/** What a hint says, substituted for the extension. */
struct plan_hint {
    struct buf devices;  /* "PJSIP/100&Custom:x" */
    struct buf presence; /* "CustomPresence:p", "" none */
    struct buf name;
};

/** @return 0 (plan_hint_fini it); ENOENT; ENOMEM */
int plan_hint_get(const struct plan_core *p, struct slice context, struct slice exten,
                  struct plan_hint *hint);
void plan_hint_fini(struct plan_hint *hint);

/** State of exten in context now. @return as above, EXTEN_NO_HINT */
int plan_hint_state(const struct plan_core *p, struct slice context, struct slice exten);
/** The same of "PJSIP/100&Custom:x". */
int plan_devices_state(const struct plan_core *p, struct slice devices);

/* ---- watching ---- */

struct plan_hint_watch;

/** The extension's state is another one now. device: what made it so (absent: the routing). */
typedef void(plan_hint_h)(struct plan_hint_watch *w, int state, void *arg);

/** Embedded in its owner; zeroed before the first use. */
struct plan_hint_watch {
    struct link link;
    struct plan_core *core; /* borrowed */
    char *context, *exten;
    struct device_watch *devices;
    uint32_t device_count;
    struct buf hint; /* the devices as they are watched */
    int state;       /* told last */
    bool is_quiet; /* set after the start: not counted among the watchers that the console shows */
    plan_hint_h *h;
    void *arg;
};

/** Watch exten in context; state is set to the present one, h is called when it changes. Works for an
 *  extension without a hint, too: one may come. @return 0; ENOMEM */
int plan_hint_watch_start(struct plan_hint_watch *w, struct plan_core *p, struct slice context,
                          struct slice exten, plan_hint_h *h, void *arg);
/** Twice is harmless; allowed inside the handler. */
void plan_hint_watch_stop(struct plan_hint_watch *w);

/** Whoever wants to know of all hints looks through the routing now, and again whenever h is called: another
 *  one is in force. In a round of its own, when watches have looked. One for a station; NULL: nobody. */
void plan_hints_follow(struct plan_core *p, void (*h)(void *arg), void *arg);

/** Another routing is in force (compile.c). */
void plan_hints_changed(struct plan_core *p);

/** Watches of one extension (console). */
uint32_t plan_hint_watchers(const struct plan_core *p, struct slice context, struct slice exten);
