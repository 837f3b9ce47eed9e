/*
 * call/channel.h - one leg of a call
 *
 * Scope:   what is known of a leg (names, caller id, variables, place in the routing, state), the
 *          technology that carries it, its media stream, and the events that it produces.
 * Owns:    its strings and variables, one reference to its stream. Counted (base/mem.h): whoever
 *          keeps a channel over a wait holds a reference, and asks channel_is_up / is_hungup after
 *          it.
 * Events:  a channel produces events (ringing, answered, digit, hang-up ...) into the queue it is
 *          attached to: the queue of the task that runs it. Dial attaches the called legs to the
 *          caller's queue and so waits for all at once.
 * Thread:  the loop's.
 * Limits:  256 events wait per queue (digits beyond it are dropped, hang-ups never: they are also
 *          a state); 2,000 variables per channel, 64 KiB of values each.
 * Source:  Asterisk's channel states, hang-up causes (Q.850), inheritance of _ and __ variables.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/slice.h"
#include "call/calls.h"
#include "call/media.h"
#include "call/party.h"
#include "loop/task.h"

/** Numbers as Asterisk's Manager prints them. */
enum channel_state {
    CHANNEL_DOWN = 0,
    CHANNEL_RESERVED = 1,
    CHANNEL_OFFHOOK = 2,
    CHANNEL_DIALING = 3,
    CHANNEL_RING = 4,    /* incoming leg, not answered */
    CHANNEL_RINGING = 5, /* outgoing leg, the phone rings */
    CHANNEL_UP = 6,
    CHANNEL_BUSY = 7,
};

/** "Down" "Rsrvd" "OffHook" "Dialing" "Ring" "Ringing" "Up" "Busy" */
const char *channel_state_name(enum channel_state s);

/** Q.850 causes used here; any other number is fine too. */
enum {
    CAUSE_NONE = 0,
    CAUSE_UNALLOCATED = 1,
    CAUSE_NO_ROUTE = 3,
    CAUSE_NORMAL = 16,
    CAUSE_BUSY = 17,
    CAUSE_NO_USER_RESPONSE = 18,
    CAUSE_NO_ANSWER = 19,
    CAUSE_UNAVAILABLE = 20, /* subscriber absent */
    CAUSE_REJECTED = 21,
    CAUSE_EXCHANGE_ROUTING = 25, /* the call went round too often */
    CAUSE_ANSWERED_ELSEWHERE = 26,
    CAUSE_OUT_OF_ORDER = 27,
    CAUSE_INVALID_NUMBER = 28,
    CAUSE_NORMAL_UNSPECIFIED = 31,
    CAUSE_CONGESTION = 34,
    CAUSE_FAILURE = 38,
    CAUSE_TEMPORARY = 41,
    CAUSE_SWITCH_CONGESTION = 42,
    CAUSE_BEARER = 58,
    CAUSE_INCOMPATIBLE = 88,
    CAUSE_INTERWORKING = 127,
};

/** "Normal Clearing" ... as Asterisk's Cause-txt; unknown numbers give "Unknown". */
const char *cause_text(int cause);
/** "17", "USER_BUSY", "AST_CAUSE_USER_BUSY". @return the cause; -1: no such word */
int cause_parse(struct slice text);

enum channel_event_type {
    CHANNEL_EV_RINGING,  /* 180 on an outgoing leg */
    CHANNEL_EV_PROGRESS, /* 183 with media */
    CHANNEL_EV_PROCEEDING,
    CHANNEL_EV_ANSWERED, /* an outgoing leg was answered */
    CHANNEL_EV_HANGUP,   /* the far end is gone: channel_is_hungup from now on */
    CHANNEL_EV_DTMF,     /* a whole digit: digit, ms */
    CHANNEL_EV_HOLD,
    CHANNEL_EV_UNHOLD,
    CHANNEL_EV_PLAY_DONE,  /* what channel's stream played has ended; err says how */
    CHANNEL_EV_CONNECTED,  /* the far end is somebody else now: channel.caller */
    CHANNEL_EV_REDIRECTED, /* an outgoing leg: its call was sent elsewhere, channel.redirecting */
    CHANNEL_EV_REDIRECT,   /* somebody moved the channel in the routing (later: Manager) */
    CHANNEL_EV_STREAM,     /* an update of the leg's media was negotiated */
    CHANNEL_EV_TALK,       /* it talks (is_on) or is silent now; ms: the other state had lasted */
    CHANNEL_EV_POSITION,   /* of what plays: ms (media_stream_control) */
    CHANNEL_EV_TRANSFER,   /* how tech->transfer ended: err; ms: the last SIP status, or 0 */
    CHANNEL_EV_PART,       /* somebody ends the talk that it is in (Manager) */
    CHANNEL_EV_OPTIMIZE,   /* a Local channel may leave from now on */
};

struct channel_event {
    enum channel_event_type type;
    struct channel *channel; /* one reference, taken by who got the event (event_done derefs) */
    char digit;
    bool is_signalled; /* the digit came by SIP (INFO), not in the stream */
    bool is_held;      /* the media role kept the digit back: its peer did not get it */
    bool is_on;        /* of TALK; of POSITION: it pauses */
    uint32_t ms;       /* of a digit; of PLAY_DONE: position in the last file */
    int err;
    uint32_t play_id;
};

/** Release what the event holds. */
void channel_event_done(struct channel_event *ev);

/** Where channels put events and one task waits. Counted. */
struct event_queue;
int event_queue_alloc(struct event_queue **qp);

/**
 * Next event, waiting at most ms (-1: without end, 0: only look). Inside a task when ms is not 0.
 * @return 0 (channel_event_done it); ETIMEDOUT; ECANCELED (the engine stops)
 */
int event_queue_wait(struct event_queue *q, int64_t ms, struct channel_event *ev);

/** The same, but event_queue_poke ends it: EINTR. For who waits for something besides (AGI). */
int event_queue_wait_or_poke(struct event_queue *q, int64_t ms, struct channel_event *ev);
/** End the present or the next event_queue_wait_or_poke; other waits do not notice. */
void event_queue_poke(struct event_queue *q);

/** All that waits in from comes behind what waits in to. */
void event_queue_move(struct event_queue *from, struct event_queue *to);

/** Put an event back in front (a digit that was typed ahead). */
void event_queue_unget(struct event_queue *q, const struct channel_event *ev);

/* ---- technologies ---- */

/** Numbers and order as Asterisk's device states. */
enum device_state {
    DEVICE_UNKNOWN,
    DEVICE_NOT_INUSE,
    DEVICE_INUSE,
    DEVICE_BUSY,
    DEVICE_INVALID,
    DEVICE_UNAVAILABLE,
    DEVICE_RINGING,
    DEVICE_RINGINUSE,
    DEVICE_ONHOLD,
};

enum channel_indication {
    CHANNEL_IND_RINGING,    /* incoming leg: 180 */
    CHANNEL_IND_PROGRESS,   /* 183 with media */
    CHANNEL_IND_PROCEEDING, /* 100/183 without media */
    CHANNEL_IND_HOLD,       /* the peer of an answered leg put it on hold */
    CHANNEL_IND_UNHOLD,
    CHANNEL_IND_CONNECTED,   /* channel.connected has changed: re-INVITE, UPDATE */
    CHANNEL_IND_REDIRECTING, /* channel.redirecting has changed: 181 */
};

struct channel_request {
    struct channel
        *requestor;        /* who calls; may be NULL. Caller id, language, account are taken over */
    struct slice resource; /* after "PJSIP/": "101", "7001@trunk", "101/sip:x@y" */
    const char *codecs;    /* only these, "alaw,ulaw"; NULL: what the resource allows */
    const char *uniqueid, *other_uniqueid; /* wanted (other: Local's second half); NULL: the next */
};

struct pack;

struct channel_tech {
    const char *name;

    /** Make an outgoing leg, not yet calling. *cause says why not (Q.850). @return 0; ENOENT (no
     * such endpoint), EHOSTUNREACH (nothing registered), EAGAIN, ENOMEM, EINVAL (nonsense). */
    int (*request)(struct channel **chp, void *tech_arg, const struct channel_request *req,
                   int *cause);

    /** Start ringing it; results come as events. @return 0; errno */
    int (*call)(struct channel *ch);

    /** Answer an incoming leg. @return 0 (answered, or under way: the event comes); errno */
    int (*answer)(struct channel *ch);

    /** @return 0; ENOTSUP: the core plays a tone instead where one fits */
    int (*indicate)(struct channel *ch, enum channel_indication ind);

    /** End the leg: BYE, CANCEL or a final answer that fits cause. Called once. */
    void (*hangup)(struct channel *ch, int cause);

    /** Send a digit that is not carried by the stream itself (INFO). @return 0; ENOTSUP: by RFC
     * 4733 */
    int (*dtmf)(struct channel *ch, char digit, uint32_t ms);

    /* The rest may be NULL. */

    /** State of what resource names, apart from calls under way: registered, known at all? */
    enum device_state (*device_state)(void *tech_arg, struct slice resource);

    /** How many of its channels in use make the device BUSY; 0: none do. */
    int (*device_busy_at)(void *tech_arg, struct slice resource);

    /** Send the far end elsewhere: 302 when it rings, REFER when it is up. @return 0 (done: the
     * channel ends by itself); EINPROGRESS (CHANNEL_EV_TRANSFER follows); ENOTSUP; EINVAL; EBUSY */
    int (*transfer)(struct channel *ch, struct slice destination);

    /** A text to the far end within the call (MESSAGE). @return 0; ENOTSUP; errno */
    int (*send_text)(struct channel *ch, struct slice content_type, struct slice text);

    /** ch talks to peer, or what one of them agreed on has changed: direct media may be set up; or
     *  (peer NULL) they were parted: media come back. */
    void (*bridged)(struct channel *ch, struct channel *peer);

    /** Value of CHANNEL(item) that only the technology knows. @return 0; ENOENT */
    int (*get)(struct channel *ch, struct slice item, struct buf *out);

    /** Free tech_pvt (may be NULL). */
    void (*destroy)(struct channel *ch);

    /* A technology without these two ends its calls when the engine dies (call/journal.h). */

    /** Write down what restore needs; is_lean: as little as possible. */
    void (*save)(const struct channel *ch, struct pack *k, bool is_lean);

    /** Set ch->tech and ch->pvt from what save wrote under the engine before; ch has its names,
     * state and stream. @return 0; EBADMSG, ENOENT, ENOTCONN, ENOMEM: the leg is left alone */
    int (*restore)(struct channel *ch, void *tech_arg, struct pack *k);

    /** The leg was hung up: write what another engine needs to say goodbye again, should this one die
     * before the far end knows. @return false: it knows */
    bool (*save_goodbye)(struct channel *ch, struct pack *k);

    /** It stands in the journal: call_journal_said(slot) as soon as the far end knows. */
    void (*goodbye_kept)(struct channel *ch, uint32_t slot);

    /** Say it again, then call_journal_said(slot). @return 0; errno: the slot is given back */
    int (*restore_goodbye)(void *tech_arg, struct pack *k, uint32_t slot);
};

/* ---- a channel ---- */

/** The stream has its ports (media_stream_local), or err says why not. */
typedef void(channel_ready_h)(struct channel *ch, int err, void *arg);

struct channel {
    struct link link; /* calls_channels */
    struct hash_link by_name, by_uniqueid;
    struct channel_node *hangup_node; /* kept ready, so that a hang-up is always told */
    struct calls *calls;              /* borrowed */
    char *name;                       /* "PJSIP/101-00000001" */
    char uniqueid[32];                /* "1711279935.61" */
    char linkedid[32];
    const struct channel_tech *tech;
    void *pvt; /* the technology's */
    enum channel_state state;
    bool is_outgoing;  /* made by request, not by an incoming call */
    bool is_hungup;    /* the far end is gone, or somebody asked to end it */
    bool is_gone;      /* the far end said goodbye: nothing more is sent to it */
    bool is_timed_out; /* the absolute timeout ended it */
    bool is_moved; /* hung up only to end its application: it goes on at its place (channel_move) */
    bool is_apart; /* see channel_args */
    bool is_unkept;                /* that the journal has no room for it was told */
    bool is_shown;                 /* CALL_SHOWN was told */
    bool is_ended;                 /* hang-up complete; only the memory is left */
    int cause;                     /* Q.850, once hung up */
    bool is_told_busy;             /* its twin of Local said so, by Busy or Congestion */
    bool is_cause_ours;            /* nobody named a cause: HANGUPCAUSE is 0, as in Asterisk */
    int tech_cause;                /* SIP status of a failed leg, 0 otherwise */
    struct wall created, answered; /* answered.us 0: not yet */
    struct mono created_mono, answered_mono;

    struct party caller;            /* who calls: CALLERID(...) */
    struct party ani;               /* who pays for it, as far as it is known apart */
    struct party connected;         /* the other end: CONNECTEDLINE(...) */
    struct redirecting redirecting; /* who sent the call here: REDIRECTING(...) */
    enum connected_source connected_source;
    char *dnid, *dnid_subaddress; /* what was dialled */
    int ani2, dnid_plan, transit_network;
    uint32_t
        *pairs_made;  /* Local pairs made for this call in all (call/local.c), shared by its legs */
    int max_forwards; /* legs that may still be made for this call, one for another */
    char *forward;    /* where the far end sent the call before it left (302): "number" or
                      "Tech/resource"; NULL: nowhere */
    char *accountcode, *peeraccount, *userfield, *musicclass, *language, *parkinglot;
    char *tonezone; /* whose tones it hears; NULL: the station's */
    int amaflags;   /* 0 = default (DOCUMENTATION, 3) */
    uint64_t callgroup, pickupgroup;

    char *context, *exten; /* place in the routing */
    int priority;
    char *move_context, *move_exten; /* where a moved channel goes on */
    int move_priority;
    char *move_app, *move_data; /* what it runs there first, or NULL */
    const char *app;            /* application running now (borrowed from the table), or NULL */
    char *appdata;
    void *plan; /* plan/: the run on this channel; NULL when none */
    mem_destroy_h *plan_destroy;

    struct list vars; /* struct variable, oldest first */
    uint32_t var_count;
    struct list groups;     /* call/group.c */
    struct list recordings; /* struct recording by of_channel, oldest first (call/recording.h) */
    uint8_t recording_count;
    bool is_hidden;              /* recordings are silent now (recording_hide) */
    struct secret *secret;       /* why (borrowed), or NULL */
    char *secrets;               /* call/secret.c's */
    char *recorded;              /* plan/recorded.c's */
    struct media_stream *stream; /* NULL: no media yet */
    channel_ready_h *ready;      /* until the stream has its ports */
    void *ready_arg;
    uint32_t play_id;      /* of the last play started */
    struct bridge *bridge; /* in which it is now, or NULL (borrowed) */
    struct link bridge_link;
    struct channel_stats_wait *stats_wait; /* inner: whose task waits for the stream's numbers */
    bool has_music;                        /* it hears music on hold */
    bool is_paused;                        /* the play of files pauses */
    bool is_on_hold;                       /* the far end put us on hold */
    unsigned media_users; /* who needs its sound here (digits for features, recording): no direct
                                  media while not 0 */
    struct event_queue *queue; /* where events go; NULL: dropped */
    struct cdr_state *cdr;     /* call/cdr.c's */
    struct story_leg *leg;     /* call/story.c's */
    struct device *device;     /* call/device_state.c's: whose share is counted there */
    uint8_t device_share, device_in_use;
    struct timer absolute;    /* TIMEOUT(absolute) */
    struct link journal_link; /* in the journal's list of changed ones */
    uint32_t journal_slot;    /* its entry; 0: none yet */
    int64_t digit_timeout_ms,
        response_timeout_ms; /* TIMEOUT(digit) 5,000, TIMEOUT(response) 10,000 */
};

static inline struct channel *channel_of_link(struct link *k)
{
    return CONTAINER_OF(k, struct channel, link);
}

struct channel_args {
    const struct channel_tech *tech;
    void *pvt;            /* owned by the channel from a successful return on (tech->destroy) */
    const char *resource; /* endpoint name, for the channel's name */
    const char *name;     /* the whole name instead, or NULL */
    bool is_outgoing;
    enum channel_state state;
    const struct channel *requestor; /* NULL: a linkedid of its own */
    const struct channel *linked;    /* of whose call it is; NULL: the requestor's, or a new one */
    const char *uniqueid; /* NULL or "": the next one. EEXIST when a channel has it already */
    bool is_apart;        /* in no table, told to nobody, without a record (dry runs) */
};

/**
 * Name it, list it, begin its record. An outgoing leg takes from its requestor: linkedid, language,
 * music class, inheritable variables, account (as peeraccount), the caller id as its connected
 * line, the dialled extension as its own number.
 * @return 0 (one reference for the caller, one for the tables); ENOMEM; EAGAIN (too many, or
 * closing); EEXIST (that unique id); on an error pvt stays the caller's
 */
int channel_alloc(struct channel **chp, struct calls *c, const struct channel_args *args);

/** Its place and its parties are known now: observers are told, once. A hang-up does it too. */
void channel_show(struct channel *ch);

/** What a leg that runs no routing shows itself doing ("AppDial"; borrowed for ever), told to observers.
 *  @return 0; ENOMEM */
int channel_show_app(struct channel *ch, const char *app, const char *data);

/** Whose account it is (accountcode), told to observers. @return 0; ENOMEM */
int channel_set_account(struct channel *ch, struct slice account);

/** Set a string field: channel_set(&ch->context, slice). @return 0; ENOMEM (old value kept). */
int channel_set(char **field, struct slice value);

/** The other end of ch is this party now (borrowed, copied): the far end is told, observers too. No
 *  difference is not told. @return 0; ENOMEM */
int channel_update_connected(struct channel *ch, const struct party *who,
                             enum connected_source source);

/** The same of a redirection. @return 0; ENOMEM */
int channel_update_redirecting(struct channel *ch, const struct redirecting *r);

/** Report that ch->caller has changed (after the change). */
void channel_party_changed(struct channel *ch);

/** The same of ch->connected. */
void channel_connected_changed(struct channel *ch);

/** Give the leg a stream; media events become channel events. ready is called once,
 *  not after the channel ended. @return 0; ENOMEM; errno */
int channel_open_stream(struct channel *ch, const struct media_stream_args *args,
                        channel_ready_h *ready, void *arg);

/** Give two legs a pair of streams (the halves of a Local channel, media_stream_alloc_pair); both can be
 *  used at once. @return 0; EINVAL (one has a stream, or ended); ENOMEM; EAGAIN */
int channel_open_pair(struct channel *a, struct channel *b);

/** Give a leg the stream that it had under the engine before (media_stream_adopt has when, and the
 *  errors). EINVAL: it has one, or ended. */
int channel_adopt_stream(struct channel *ch, const struct media_saved *saved);

/** Attach to a queue (its own reference); NULL detaches. Events already queued elsewhere stay
 * there. */
void channel_attach(struct channel *ch, struct event_queue *q);

/**
 * Numbers of its sound as they are now, asked of the media role. Waits up to a second: inside a task
 * only. @return 0; ENOTCONN (no stream); EBUSY (no task, or another one asks); ETIMEDOUT; ECANCELED
 */
int channel_stats(struct channel *ch, struct media_stats *st);

/* what the technology reports */
void channel_on_ringing(struct channel *ch);
void channel_on_proceeding(struct channel *ch);
void channel_on_progress(struct channel *ch);
void channel_on_answered(struct channel *ch); /* outgoing leg: state Up, answer time, record */
/** A digit by INFO; those of the stream come from the media role by themselves. */
void channel_on_dtmf(struct channel *ch, char digit, uint32_t ms);
void channel_on_hold(struct channel *ch, bool is_on);
/** Tell once more that the far end holds us (its event alone). */
void channel_tell_hold(struct channel *ch);
/** The far end says that it is somebody else now; ch->caller holds who. */
void channel_on_connected(struct channel *ch);
/** An outgoing leg's call was sent elsewhere (181); ch->redirecting holds by whom. */
void channel_on_redirected(struct channel *ch);
/** How a transfer under way ended: 0 or errno; status: of SIP, or 0. */
void channel_on_transfer(struct channel *ch, int err, int status);
void channel_on_stream(struct channel *ch);
/** A half of a Local channel that was to stay may leave now (call/local.h). */
void channel_on_optimize(struct channel *ch);
/** The far end is gone (BYE, CANCEL, failure, timeout): tech->hangup will not be called. Whoever
 * runs the channel still calls channel_hangup. */
void channel_on_hangup(struct channel *ch, int cause, int tech_cause);

/* what applications ask */
/** An unanswered caller is to hear that it is busy, or congestion: cause and state say so (the
 *  refusal itself is sent by channel_hangup). */
void channel_refuse(struct channel *ch, int cause);
/** Answer (if not yet): state Up, answer time, record. @return 0; ECONNRESET when hung up; errno */
int channel_answer(struct channel *ch);
/** As tech->indicate; ringing is shown only before the answer (after it a ring tone is played). */
int channel_indicate(struct channel *ch, enum channel_indication ind);
/** Play files ('&'-separated names without extension, or absolute) / a tone ("busy",
 * "425/1000,0/4000") / music; replaces what plays now. The end comes as CHANNEL_EV_PLAY_DONE with
 * play_id. */
int channel_play(struct channel *ch, const char *files);
int channel_tone(struct channel *ch, const char *tone);
int channel_moh(struct channel *ch, const char *class_name);
/** 200 ms in place of its peer's voice: it is recorded. Nothing when something plays. */
void channel_beep(struct channel *ch);
void channel_play_stop(struct channel *ch);
/** End what plays as if it had been heard to its end: who waits for that goes on. */
void channel_play_end(struct channel *ch);
/** Pause the play of files, or go on with it. @return 0; ENOENT (no play) */
int channel_play_pause(struct channel *ch);
/** Send a digit to the far end (RFC 4733 or INFO). */
int channel_send_dtmf(struct channel *ch, char digit, uint32_t ms);
/** End it: tech->hangup when the far end is still there, media freed, record finished, out of the
 *  tables. The caller's reference stays his. Twice is harmless. */
void channel_hangup(struct channel *ch, int cause);
/** End it at the next wait of its task, and say who wants that: "routing", "console", "timeout",
 *  "silence", "other call", "station" (call/story_text.c has them in Russian). */
void channel_end(struct channel *ch, int cause, const char *who);
/** Ask it to end from outside its task (console, absolute timeout, shutdown): as if the far end
 * left. */
void channel_softhangup(struct channel *ch, int cause);
/**
 * Take it out of its application or its talk; it goes on at that place of the routing. Until its task
 * has noticed, it is hung up and moved. @return 0; ECONNRESET (it is over); ENOMEM
 */
int channel_move(struct channel *ch, struct slice context, struct slice exten, int priority);
/** The same, but there it first runs an application ("Bridge", its data; copied) that the routing does not
 *  name. @return as channel_move */
int channel_move_to_app(struct channel *ch, const char *app, struct slice data);
/** Its talk ends, as if the time for it were over; nothing when it talks to nobody. */
void channel_part(struct channel *ch);
/** Its task has noticed: it is up again, and at the new place. @return 0; ENOMEM */
int channel_moved(struct channel *ch);
/** Milliseconds from now; 0 clears. */
void channel_set_absolute_timeout(struct channel *ch, int64_t ms);

/* ---- variables ---- */

struct variable {
    struct link link;
    char *value;
    uint32_t name_len;
    uint8_t inherit; /* 0: no; 1: by the next leg (_X); 2: by all (__X) */
    bool is_quiet;   /* a driver's own: observers are not told */
    char name[];     /* without the inheritance underscores */
};

/** Set (value absent: remove). "_X" and "__X" set inheritance. @return 0; ENOMEM; ENOSPC (too many,
 * too long); EINVAL */
int channel_var_set(struct channel *ch, struct slice name, struct slice value);
/** Value, or the absent slice; borrowed until the variable changes. Plain variables only (no
 * ${EXTEN}). */
struct slice channel_var_get(const struct channel *ch, struct slice name);
/** The same, told to nobody: what a driver keeps for itself. */
int channel_var_keep(struct channel *ch, struct slice name, struct slice value);
/** As channel_var_set, but observers are told of another name ("LOCAL(X)"). */
int channel_var_set_as(struct channel *ch, struct slice name, struct slice value,
                       struct slice shown);
/** Tell observers of all but that one, the newest first: what it inherited was not told. */
void channel_vars_tell(struct channel *ch, struct slice but);
/** Hand the inheritable ones from one leg to another. @return 0; ENOMEM */
int channel_var_inherit(struct channel *to, const struct channel *from);
