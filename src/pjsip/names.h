/*
 * pjsip/names.h - identify rows that say a host's name: the addresses behind it
 *
 * Scope:   asks for every name in a match list (SRV, too, with srv_lookups), and again every 5
 *          minutes; until the first answer such a row matches nobody.
 * Limits:  1,000 names, 16 addresses each.
 * Source:  Asterisk's res_pjsip_endpoint_identifier_ip.
 */
#pragma once
#include "pjsip/inner.h"

/** Ask for the names of the snapshot, forget the others. @return 0; ENOMEM */
int names_follow(struct pjsip *p);
void names_clear(struct pjsip *p);

/** The endpoint that a name's address belongs to; NULL: none. Borrowed from the snapshot. */
const struct model_endpoint *names_find(const struct pjsip *p, const struct addr *from);
