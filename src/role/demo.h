/*
 * role/demo.h - what a new database holds: settings, transports, and a demo office
 *
 * Source:  the manual's examples: group call, forwarding (F195, F196, F210-F212), subscribers
 *          added in three steps (F142), transports in static_pjsip (F160).
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "store/db.h"

#define DEMO_PHONES 4

struct demo_args {
    const char *bind;  /* address; IPv6 without brackets */
    uint16_t sip_port; /* UDP and TCP; TLS takes the next */
    const char *cert;  /* certificate of the TLS transport, relative to the state directory */
    bool is_bare;      /* no phones, no routing */
};

/** A phone's login, as printed to the administrator. */
struct demo_phone {
    char number[8], password[20];
};

/** Write the rows, one transaction. @param phones  out: passwords made; may be NULL when bare */
int demo_write(struct db *d, const struct demo_args *args, struct demo_phone phones[DEMO_PHONES]);
