/*
 * call/device_state.h - is "PJSIP/101" free, busy, ringing? and who wants to know when it changes
 *
 * Scope:   the state of devices by name: technologies ("PJSIP/101": what the driver says, and its
 *          channels), providers ("Custom:lamp", later "Queue:x"). Watchers of one name or of all.
 * Owns:    a small record for each device that has a channel, a watcher or a custom state.
 * Thread:  the loop's. Changes are told once a round, after the call that made them, so a watcher
 *          may do anything but wait.
 * Cost:    a channel's change is O(1): counts by state, no walk over channels.
 * Limits:  10,000 custom states.
 * Source:  Asterisk's devicestate.c (names, texts, order of the combination), chan_pjsip's
 *          devicestate (device_state_busy_at), func_devstate (Custom:).
 */
#pragma once
#include "call/channel.h"

#define DEVICE_STATES (DEVICE_ONHOLD + 1)

/** "NOT_INUSE" (functions, events); "Not in use" (console). */
const char *device_state_name(enum device_state s);
const char *device_state_text(enum device_state s);

/** Either of these, in any case. @return 0; ENOENT: no such state */
int device_state_parse(enum device_state *s, struct slice text);

/** What several devices are together (a hint of several, channels of one): begin with zeroes. */
struct device_sum {
    uint32_t counts[DEVICE_STATES];
};
void device_sum_add(struct device_sum *sum, enum device_state s);
/** @return DEVICE_INVALID when nothing was added */
enum device_state device_sum_result(const struct device_sum *sum);

/** State now of "Tech/resource" ("SIP/" is PJSIP/) or "Provider:name"; DEVICE_INVALID: there is no
 *  such technology, provider or device. */
enum device_state device_state_get(struct calls *c, struct slice device);

/** A technology or provider knows that the state may be another now (registered, expired). */
void device_state_changed(struct calls *c, struct slice device);

/* ---- watching ---- */

/** The state of device is another than the one told last. */
typedef void(device_state_h)(struct slice device, enum device_state state, void *arg);

struct device;

/** Embedded in its owner; zeroed before the first use. */
struct device_watch {
    struct link link;
    struct device *device;
    struct calls *calls;
    device_state_h *h;
    void *arg;
};

/** Be told of changes of one device, or of every one that changes (device absent; it costs a
 *  record for each that ever told). Present states are asked by device_state_get. @return 0; ENOMEM */
int device_watch_start(struct device_watch *w, struct calls *c, struct slice device,
                       device_state_h *h, void *arg);
/** Twice is harmless; allowed inside a handler. */
void device_watch_stop(struct device_watch *w);

/* ---- providers ---- */

typedef enum device_state(device_provider_h)(struct slice name, void *arg);

struct device_provider {
    struct link link;
    const char *name;       /* "Queue" in "Queue:sales"; case does not matter */
    device_provider_h *get; /* name: what stands after the colon */
    void *arg;
};

/** Borrowed until the calls end. @return 0; EEXIST */
int device_provider_add(struct calls *c, struct device_provider *p);

/* ---- Custom: ---- */

/** Set Custom:name. @return 0; EINVAL (no name); ENOSPC; ENOMEM */
int device_custom_set(struct calls *c, struct slice name, enum device_state s);
/** Forget it. */
void device_custom_drop(struct calls *c, struct slice name);

/** Who keeps custom states over a restart: called at every set, and at a drop with s UNKNOWN and
 *  is_gone. States that are loaded at the start are set before. */
typedef void(device_custom_save_h)(struct slice name, enum device_state s, bool is_gone, void *arg);
void device_custom_keeper(struct calls *c, device_custom_save_h *h, void *arg);

/** All custom states, in no order. */
void device_custom_each(const struct calls *c,
                        void (*each)(struct slice name, enum device_state s, void *arg), void *arg);

/* ---- for call/ ---- */

struct device_states;

int device_states_alloc(struct device_states **dp, struct calls *c);
