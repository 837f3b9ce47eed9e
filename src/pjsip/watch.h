/*
 * pjsip/watch.h - contacts come and go, endpoints can be reached or not, registrations succeed or fail: told
 * to whoever wants to know
 *
 * Scope:   facts only, for the Manager's events; what happens to calls is call/observe.h.
 * Owns:    nothing. A watch is embedded in its owner, who stops it before it goes.
 * Thread:  the loop's. A handler runs inside what reports: it must not wait nor change contacts.
 * Cost:    one test of a list when nobody watches.
 * Source:  Asterisk 22's res_pjsip (endpoint and contact states), res_pjsip_outbound_registration.
 */
#pragma once
#include "pjsip/contact.h"
#include "pjsip/outbound.h"

enum pjsip_fact_type {
    PJSIP_CONTACT_NEW,       /* contact */
    PJSIP_CONTACT_REFRESHED, /* contact: registered again with the same address */
    PJSIP_CONTACT_STATUS,    /* contact: its status has changed */
    PJSIP_CONTACT_GONE,      /* contact: still whole */
    PJSIP_ENDPOINT,     /* endpoint, is_reachable: its first contact came, or its last one went */
    PJSIP_REGISTRATION, /* registration: a request of ours has come to its end */
};

/** Objects are borrowed during the call. */
struct pjsip_fact {
    enum pjsip_fact_type type;
    const struct contact *contact;
    const struct model_endpoint *endpoint;
    bool is_reachable;
    const struct outbound *registration;
};

typedef void(pjsip_watch_h)(const struct pjsip_fact *f, void *arg);

struct pjsip_watch {
    struct link link;
    pjsip_watch_h *h;
    void *arg;
};

/** Listen from now on. w->h and w->arg are set. */
void pjsip_watch_start(struct pjsip *p, struct pjsip_watch *w);
/** Twice is harmless. */
void pjsip_watch_stop(struct pjsip_watch *w);

/** Report; nobody is told while the driver closes. */
void pjsip_tell(const struct pjsip *p, const struct pjsip_fact *f);
