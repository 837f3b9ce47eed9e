/*
 * plan/app/dial.h - one Dial while it rings: what dial.c (the application), dial_options.c (its
 * options), dial_ring.c (its legs), dial_forward.c (legs sent elsewhere) and dial_answer.c (between
 * answer and talk) share
 */
#pragma once
#include "plan/app.h"
#include "plan/bridging.h"

#define DIAL_LEGS_MAX 32

/** Texts stand in the data of the application: NULL: not given; "": given without a value. */
struct dial_options {
    char *announce;                       /* A: files to the callee[:to the caller] */
    char *leg_gosub, *own_gosub;          /* b, B: before ringing, on each leg / on the caller */
    char *callee_gosub, *callee_macro;    /* U, M: on the callee, before the talk */
    char *digits;                         /* D: to the callee[:caller[:at its early media]] */
    char *callee_goes;                    /* F */
    char *forced_caller, *kept_caller;    /* f, o */
    char *tag, *presentation;             /* s, u */
    char *go_to;                          /* G */
    char *limit, *seconds;                /* L, S */
    char *music, *tone;                   /* m, r */
    char *cause;                          /* Q */
    bool answers_at_once;                 /* a */
    bool resets_record;                   /* C */
    bool is_elsewhere;                    /* c: when the caller leaves, the legs hear cause 26 */
    bool takes_digit;                     /* d */
    bool callee_runs_h;                   /* e */
    bool goes_on;                         /* g */
    bool caller_stops, callee_stops;      /* H, h */
    bool caller_records, callee_records;  /* X, x */
    bool keeps_connected, keeps_forwards; /* I, i: changes of the other end are not obeyed */
    bool rings_early;                     /* R: ring at once, but let early media through */
    bool forwards_for_ever;               /* z: no timeout any more after a forward */
};

enum dial_option_state {
    DIAL_OPTION_UNKNOWN,
    DIAL_OPTION_OBEYED,
    DIAL_OPTION_NOTHING, /* accepted; there is nothing here that it could do */
    DIAL_OPTION_LATER    /* comes with its subject: recording, transfers, parking */
};

/** What becomes of a letter (check and import ask, too). */
enum dial_option_state dial_option_state(char letter);

/** text is cut up and must live as long as o. */
void dial_options_parse(struct dial_options *o, char *text);

struct dial_leg {
    struct link link;
    struct channel *channel; /* a reference; attached to the caller's queue */
    char *number;            /* what stands behind "PJSIP/" */
};

struct dial {
    struct plan_run *run;
    struct dial_options o;
    struct list legs; /* struct dial_leg */
    struct mono start;
    int64_t ms;                            /* -1: without end */
    int64_t silent_ms;                     /* without ringing or early media; -1: without end */
    uint32_t wanted, count;                /* legs asked for; that ring */
    uint32_t busy, congested, unavailable; /* how others ended */
    bool is_entertained; /* music or a ring tone of our own: nothing of the legs is passed on */
    bool has_rung, has_progress;
    bool is_heard;      /* the leg's early media, by the caller */
    const char *status; /* DIALSTATUS */
};

/** Ask for every leg of "A/b&C/d" and let it ring. @param where  cut up. @return 0; EINVAL (one is
 * no Tech/resource) */
int dial_start(struct dial *d, char *where);

/** Wait until somebody answers. @return that leg (its channel is up), or NULL: status says why */
struct dial_leg *dial_wait(struct dial *d);

/** Hang up all legs but one (NULL: all) and forget them. */
void dial_drop(struct dial *d, struct dial_leg *but, int cause, const char *status);

/** Count why a leg ended, for the status of all. */
void dial_count(struct dial *d, int cause);

/** Make one leg and put it to the others, not yet ringing. @return 0; errno, *cause says why */
int dial_add(struct dial *d, struct slice tech, struct slice resource, struct dial_leg **lp,
             int *cause);

/** Let it ring, or give it up. @return whether it rings */
bool dial_ring(struct dial *d, struct dial_leg *leg);

/** How a leg ended: observers and its record. */
void dial_tell_end(struct dial *d, struct channel *ch, const char *status);

/** A leg that has left was sent elsewhere: ring there instead. @return false: it was not, or may not
 *  be; the leg is as before */
bool dial_forward(struct dial *d, struct dial_leg *leg);

/** Give a new leg the numbers that options f o s u ask for. @return 0; ENOMEM */
int dial_dress(struct dial *d, struct channel *leg);

/** Somebody picked up: announcements, digits, subroutines. @return whether they shall talk; if not,
 *  *rc is what Dial answers */
bool dial_prepare(struct dial *d, struct channel *callee, int *rc);
