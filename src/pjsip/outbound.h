/*
 * pjsip/outbound.h - our own registrations at carriers
 *
 * Scope:   every registration object of the snapshot is kept registered: refreshed in time, tried
 *          again after failures as its intervals say, given up for good when it says so. Calls that
 *          come to its Contact are recognised by their line parameter; Service-Route is kept for
 *          calls of its endpoint.
 * Owns:    a timer, a request under way and the answers' figures per registration.
 * Change:  a new snapshot touches only what has changed: a removed registration is taken back at
 *          the registrar, a changed one begins anew, one that was refused tries again when its
 *          password has changed.
 * Stop:    nothing is taken back when the station stops, as Asterisk at "core stop now": calls
 *          that come while it restarts are tried again by the carrier.
 * Limits:  10,000 registrations; the first tries are spread over max_random_initial_delay.
 * Source:  Asterisk 22's res_pjsip_outbound_registration; RFC 3261 s10.2; RFC 3327 (Path),
 *          RFC 3608 (Service-Route), RFC 5626 (option tag outbound).
 */
#pragma once
#include "ipc/console.h"
#include "pjsip/inner.h"

/** Words as Asterisk's: outbound_state_name. */
enum outbound_state {
    OUTBOUND_UNREGISTERED, /* nothing has been asked yet, or it was taken back by command */
    OUTBOUND_REGISTERED,
    OUTBOUND_REJECTED_TEMPORARY, /* tried again later */
    OUTBOUND_REJECTED_PERMANENT, /* only a command or a change of the configuration tries again */
    OUTBOUND_STOPPING,           /* being taken back */
};

struct outbound; /* counted */

/* Reasons that are not a SIP answer; `pjsip show registrations` says them in the console's language. */
#define OUTBOUND_NO_NAME "the server's name is unknown"
#define OUTBOUND_NO_ANSWER "no answer"
#define OUTBOUND_NO_TRUST "the server's certificate is not trusted (ca_list_file)"
#define OUTBOUND_TAKEN_BACK "taken back by command"

/** What a console, a page or a Manager client is told. Texts are borrowed. */
struct outbound_view {
    const struct model_registration *m;
    enum outbound_state state;
    bool is_asking;      /* a request is under way */
    int64_t expires_s;   /* REGISTERED: seconds left */
    int64_t next_s;      /* seconds until the next try, -1: none */
    uint32_t retries;    /* failures since the last success */
    unsigned status;     /* of the last answer, 0: none */
    int err;             /* why there was no answer */
    const char *reason;  /* of the last failure, in English; "" none */
    struct wall changed; /* when the state was entered */
};

/** Follow the snapshot. @return 0; ENOMEM */
int outbound_follow(struct pjsip *p);

/** Would the registrar be asked the same? What we log in with is compared by name only. */
bool outbound_is_same(const struct model_registration *a, const struct model_registration *b);

/** Drop all, without a word to anybody. */
void outbound_clear(struct pjsip *p);

/** "Unregistered" "Registered" "Rejected" "Rejected" "Stopping" */
const char *outbound_state_name(enum outbound_state s);

/** The endpoint whose registration gave out the line that a request names, in To or the request
 *  URI. NULL: none. Borrowed from the snapshot. */
const struct model_endpoint *outbound_find_line(const struct pjsip *p, const struct sip_msg *req);

/** Service-Route of the endpoint's registration: whole lines "Route: ..."; absent: none. */
struct slice outbound_routes(const struct pjsip *p, const struct model_endpoint *e);

/** By name; NULL: none. Borrowed. */
struct outbound *outbound_find(const struct pjsip *p, struct slice name);

/** First, then next in the order of the names; NULL ends. Borrowed. */
struct outbound *outbound_next(const struct pjsip *p, const struct outbound *o);

void outbound_look(const struct outbound *o, struct outbound_view *v);

/** Register now, whatever the state. @return 0; errno */
int outbound_register(struct outbound *o);

/** Take it back at the registrar and leave it so. @return 0; errno */
int outbound_unregister(struct outbound *o);

/** Rows for the console, ending with a NULL row; their arg is the struct pjsip. */
extern const struct console_command outbound_commands[];
