/*
 * call/observe.h - what happens to calls, told to whoever wants to know
 *
 * Scope:   the one stream of facts from which the story of a call, device states, the journal and
 *          the Manager's events are made. Facts only: an observer cannot change what happens.
 * Owns:    nothing. An observer is embedded in its owner, who removes it before it goes.
 * Thread:  the loop's. An observer runs inside the call that reports: it must neither wait nor end
 *          a channel.
 * Cost:    one test of a list when nobody listens.
 * Source:  Asterisk's Manager events (reference/manager), channel snapshots.
 */
#pragma once
#include "base/list.h"
#include "base/slice.h"

struct bridge;
struct calls;
struct cdr;
struct channel;
struct recording;

enum call_fact_type {
    CALL_NEW,        /* a channel is born; its names are final, its place may follow */
    CALL_SHOWN,      /* its place and its parties follow no more: who watches may show it */
    CALL_STATE,      /* channel.state has changed */
    CALL_STEP,       /* an application is about to run: name, value = its data */
    CALL_APP,        /* it shows an application without a step of the routing, as a dialled leg does
                          (AppDial): channel.app, channel.appdata */
    CALL_PARTY,      /* caller has changed */
    CALL_CONNECTED,  /* connected has changed */
    CALL_RENAMED,    /* name = the old one */
    CALL_DIAL_BEGIN, /* channel (NULL: the station) dials other; value = what was dialled */
    CALL_DIAL_STATE, /* other rings: value "RINGING" "PROGRESS" "PROCEEDING" */
    CALL_DIAL_END,   /* value = DIALSTATUS word of other */
    CALL_BRIDGE_NEW, /* bridge */
    CALL_BRIDGE_ENTER, /* channel, bridge */
    CALL_BRIDGE_LEAVE, /* channel, bridge */
    CALL_BRIDGE_END,   /* bridge */
    CALL_HANGUP_ASKED, /* number = cause; value = who asked ("caller", "callee", "timeout",
                            "console" ..., may be absent) */
    CALL_RUN_END,      /* the routing of a channel has ended; extension h may follow */
    CALL_HANGUP,       /* the channel is over, still whole; number = cause */
    CALL_RECORD,       /* a record of the channel was handed out: record */
    CALL_ACCOUNT,      /* accountcode has changed; value = the old one */
    CALL_VARIABLE,     /* name with its _ or __, value; channel NULL: a global one */
    CALL_HANDLER,      /* a hang-up handler: name "Push" "Pop" "Run", value = where */
    CALL_AGI_BEGIN,    /* a command of AGI: value; number = its id */
    CALL_AGI_END,      /* the same; ms = the reply's code */
    CALL_ASYNC_BEGIN,  /* AGI(agi:async) takes commands; value = its environment */
    CALL_ASYNC_REPLY,  /* to one of them: name = its id (may be absent), value = the reply */
    CALL_ASYNC_END,
    CALL_DTMF, /* number = digit, ms; value "Received" or "Sent"; name set: by INFO, as a whole */
    CALL_HOLD, /* the far end put us on hold; value = music class or absent */
    CALL_UNHOLD,
    CALL_MOH_START, /* value = class */
    CALL_MOH_STOP,
    CALL_LINKED,          /* channel.linkedid has changed; name = the old one */
    CALL_LOCAL,           /* channel is ;1, other is ;2 of a new Local pair; number 1: /n */
    CALL_LOCAL_OPTIMIZE,  /* channel and other leave the call, their sides are joined */
    CALL_USER_EVENT,      /* name, value = header lines, each ended by LF */
    CALL_SIGNAL,          /* protocol as a person would tell it: name "INVITE sent", "486 received";
                            value = details; number = status */
    CALL_RECORDING_BEGIN, /* recording: its channel is recorded; the files follow */
    CALL_RECORDING_MUTE,  /* the same; value "read" "write" "both", number 1: silent from now on */
    CALL_RECORDING_STOP,  /* it was told to end, and not by the end of its channel */
    CALL_RECORDING_END,   /* its files are closed, or err says why they are not what they should be;
                             channel may be gone already (NULL) */
    CALL_NOTE, /* anything else that belongs into the story: name = short text id, value */
};

/** Slices and objects are borrowed during the call. */
struct call_fact {
    enum call_fact_type type;
    struct channel *channel, *other;
    struct bridge *bridge;
    const struct cdr *record;
    const struct recording *recording;
    struct slice name, value;
    struct slice
        rule; /* CALL_STEP: "context,pattern" where the step stands, when that is not plainly
                          the channel's own place; else absent */
    int number;
    unsigned ms;
};

typedef void(call_observer_h)(const struct call_fact *f, void *arg);

struct call_observer {
    struct link link;
    call_observer_h *h;
    void *arg;
};

/** Listen from now on. o->h and o->arg are set; removing twice is harmless. */
void calls_observe(struct calls *c, struct call_observer *o);
void call_observer_remove(struct call_observer *o);

/** Report. c may be NULL (a part tested alone): nobody listens then. */
void calls_tell(struct calls *c, const struct call_fact *f);
