/*
 * store/contact.h - rows of ps_contacts: where a registered phone is to be found
 *
 * Source:  Asterisk's ps_contacts; `aor` and `transport` are ours (default '').
 */
#pragma once
#include <stdint.h>

#include "base/slice.h"
#include "store/db.h"

/** A plain value; absent texts are written as ''. */
struct store_contact {
    struct slice id;  /* unique: "aor;@" and a hash of the address, as Asterisk */
    struct slice aor; /* address of record it belongs to */
    struct slice uri; /* after rewrite_contact */
    struct slice user_agent;
    struct slice path;     /* Path headers, comma separated */
    struct slice via_addr; /* where the REGISTER came from: host ... */
    uint16_t via_port;     /* ... and port */
    struct slice call_id;
    struct slice endpoint;  /* who registered it */
    struct slice transport; /* id of the transport it came in by */
    struct slice outbound_proxy;
    int64_t expires;            /* wall clock, seconds since 1970 (column expiration_time) */
    uint32_t qualify_frequency; /* seconds, 0 never */
    double qualify_timeout;     /* seconds */
    bool authenticate_qualify, qualify_2xx_only, prune_on_boot;
};

/** One contact, borrowed during the call. Not 0 stops the walk and is returned. */
typedef int(store_contact_h)(const struct store_contact *c, void *arg);

/** Walk all contacts in order of aor and id. @return 0; errno of db.h; what each returned */
int store_contacts_each(struct db *d, store_contact_h *each, void *arg);

/* inner: used by the writer */
int store_contact_upsert(struct db *d, const struct store_contact *c);
int store_contact_remove(struct db *d, struct slice id);
